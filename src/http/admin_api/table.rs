//! Every operation there is. The router, the OpenAPI document and the tests that try each of them as everybody are made of this table:
//! what is not in it does not exist.

use super::operation::{Operation, PAGED, joined};
use super::queries::{
    CURSOR, EXPORT_EVENTS, LIMIT, LIST_CITIZENS, LIST_DELIVERIES, LIST_MESSAGES, LIST_STATISTICS, SEARCH_EVENTS,
};
use super::wire::{Page, Reason};
use super::{access, applications, auditing, citizens, deployment, organisations, running, watching};
use crate::domain::administration::Permission::*;

/// As a function pointer.
macro_rules! by {
    ($handler:path) => {
        |call| Box::pin(async move { $handler(&call).await })
    };
}

mod approvals;
mod streams;

pub static OPERATIONS: &[Operation] =
    &joined::<{ HERE.len() + approvals::OPERATIONS.len() + streams::OPERATIONS.len() }>(&[
        HERE,
        approvals::OPERATIONS,
        streams::OPERATIONS,
    ]);

const HERE: &[Operation] = &[
    // Applications.
    Operation::get::<Page<applications::Summary>>(
        "/clients",
        "listClients",
        ClientList,
        "Lists applications, by their ids; an owner's are their own.",
        by!(applications::list),
    )
    .query(&PAGED),
    Operation::get::<applications::Application>(
        "/clients/{client_id}",
        "showClient",
        ClientShow,
        "Shows an application and what it is allowed.",
        by!(applications::show),
    )
    .versioned(),
    Operation::get::<applications::UnusedScopes>(
        "/clients/{client_id}/unused-scopes",
        "listUnusedScopes",
        ClientUsage,
        "Lists the scopes that an application may ask for and has asked for not once in 90 days.",
        by!(applications::unused_scopes),
    ),
    Operation::post(
        "/clients",
        "createClient",
        ClientCreate,
        "Registers an application. A secret that is made for it is answered this once.",
        by!(applications::create),
    )
    .takes::<applications::NewApplication>()
    .creates::<applications::Registered>(),
    Operation::patch(
        "/clients/{client_id}",
        "updateClient",
        ClientUpdate,
        "Changes an application; what is not named stays.",
        by!(applications::update),
    )
    .may_wait()
    .takes::<applications::ApplicationChange>()
    .answers::<applications::Registered>()
    .versioned(),
    Operation::post(
        "/clients/{client_id}/disable",
        "disableClient",
        ClientDisable,
        "Switches an application off: nothing that it holds works.",
        by!(applications::disable),
    ),
    Operation::post(
        "/clients/{client_id}/enable",
        "enableClient",
        ClientDisable,
        "Switches an application on again.",
        by!(applications::enable),
    )
    .may_wait(),
    // Citizens.
    Operation::get::<Page<citizens::Summary>>(
        "/citizens",
        "listCitizens",
        CitizenList,
        "Lists citizens, masked, in the order in which they were entered.",
        by!(citizens::list),
    )
    .query(&LIST_CITIZENS),
    Operation::post(
        "/citizens/search",
        "findCitizen",
        CitizenShow,
        "Finds a citizen by a name that they sign in with: it stands in the body, for addresses end up in logs.",
        by!(citizens::find),
    )
    .takes::<citizens::Search>()
    .answers::<citizens::Citizen>(),
    Operation::get::<citizens::Citizen>(
        "/citizens/{citizen_id}",
        "showCitizen",
        CitizenShow,
        "Shows a citizen, masked. That they were shown is recorded.",
        by!(citizens::show),
    ),
    Operation::post(
        "/citizens/{citizen_id}/reveal",
        "revealCitizen",
        CitizenReveal,
        "Shows a citizen in full, for a reason that is recorded.",
        by!(citizens::reveal),
    )
    .takes::<Reason>()
    .answers::<citizens::Citizen>(),
    Operation::post(
        "/citizens/{citizen_id}/status",
        "changeCitizenStatus",
        CitizenStatus,
        "Takes an account to another state: locks it, unlocks it, closes it.",
        by!(citizens::change_status),
    )
    .may_wait()
    .takes::<citizens::StatusChange>()
    .answers::<citizens::StatusChanged>(),
    // How citizens come in.
    Operation::get::<Page<access::Session>>(
        "/citizens/{citizen_id}/sessions",
        "listSessions",
        SessionList,
        "Lists where a citizen is signed in.",
        by!(access::sessions),
    ),
    Operation::post(
        "/citizens/{citizen_id}/sessions/end",
        "endSessions",
        SessionEnd,
        "Ends every session of a citizen; applications are told.",
        by!(access::end_sessions),
    )
    .answers::<access::SessionsEnded>(),
    Operation::delete(
        "/citizens/{citizen_id}/sessions/{session_id}",
        "endSession",
        SessionEnd,
        "Ends one session of a citizen; applications are told.",
        by!(access::end_session),
    ),
    Operation::get::<Page<access::Credential>>(
        "/citizens/{citizen_id}/credentials",
        "listCredentials",
        CredentialList,
        "Lists what a citizen proves themselves with beside a password.",
        by!(access::credentials),
    ),
    Operation::post(
        "/citizens/{citizen_id}/credentials/{credential_id}/remove",
        "removeCredential",
        CredentialRemove,
        "Removes one of these, for a reason that is recorded; its owner is told on every channel.",
        by!(access::remove_credential),
    )
    .takes::<Reason>()
    .answers::<access::SessionsEnded>(),
    Operation::get::<Page<access::Consent>>(
        "/citizens/{citizen_id}/consents",
        "listConsents",
        ConsentList,
        "Lists what a citizen allowed, by application.",
        by!(access::consents),
    )
    .query(&PAGED),
    Operation::delete(
        "/citizens/{citizen_id}/consents/{client_id}",
        "withdrawConsent",
        ConsentWithdraw,
        "Withdraws what a citizen allowed an application, and ends what stood on it.",
        by!(access::withdraw_consent),
    ),
    // Organisations and mandates.
    Operation::get::<Page<organisations::Organisation>>(
        "/organisations",
        "listOrganisations",
        OrganisationList,
        "Lists organisations.",
        by!(organisations::list),
    )
    .query(&CURSOR),
    Operation::post(
        "/organisations",
        "registerOrganisation",
        OrganisationManage,
        "Registers an organisation that nobody represents yet.",
        by!(organisations::register),
    )
    .takes::<organisations::NewOrganisation>()
    .creates::<organisations::Organisation>(),
    Operation::get::<organisations::OrganisationWithMandates>(
        "/organisations/{code}",
        "showOrganisation",
        OrganisationShow,
        "Shows an organisation and everybody who acts or acted for it. That it was read is recorded.",
        by!(organisations::show),
    ),
    Operation::post(
        "/organisations/{code}/status",
        "changeOrganisationStatus",
        OrganisationManage,
        "Suspends an organisation, resumes it, or dissolves it for good.",
        by!(organisations::turn),
    )
    .takes::<organisations::OrganisationStatusChange>()
    .answers::<organisations::MandatesEnded>(),
    Operation::delete(
        "/organisations/{code}/mandates/{mandate_id}",
        "revokeMandate",
        MandateRevoke,
        "Ends a mandate, and all that was granted with it.",
        by!(organisations::revoke_mandate),
    )
    .answers::<organisations::MandatesEnded>(),
    Operation::get::<Page<organisations::RepresentationRequest>>(
        "/representation-requests",
        "listRepresentationRequests",
        OrganisationList,
        "Lists citizens who ask to be confirmed as an organisation's legal representative.",
        by!(organisations::requests),
    )
    .query(&CURSOR),
    Operation::post(
        "/representation-requests/{request_id}/confirm",
        "confirmRepresentation",
        OrganisationDecide,
        "Confirms one of these; by setting, two people have to.",
        by!(organisations::confirm),
    )
    .answers::<organisations::Confirmation>(),
    Operation::post(
        "/representation-requests/{request_id}/refuse",
        "refuseRepresentation",
        OrganisationDecide,
        "Refuses one of these, for a reason that is recorded.",
        by!(organisations::refuse),
    )
    .takes::<Reason>(),
    // Keys and deliveries.
    Operation::get::<Page<running::Key>>(
        "/keys",
        "listKeys",
        KeyList,
        "Lists signing and encryption keys.",
        by!(running::keys),
    ),
    Operation::post("/keys/rotate", "rotateKeys", KeyRotate, "Has the next keys take over.", by!(running::rotate))
        .takes::<running::Rotation>()
        .may_wait()
        .answers::<running::Rotated>(),
    Operation::get::<Page<running::Delivery>>(
        "/deliveries",
        "listDeliveries",
        DeliveryList,
        "Lists what applications are told of sessions that ended, the latest first.",
        by!(running::deliveries),
    )
    .query(&LIST_DELIVERIES),
    Operation::post(
        "/deliveries/{delivery_id}/retry",
        "retryDelivery",
        DeliveryRetry,
        "Has one of these tried once more.",
        by!(running::retry),
    )
    .answers::<running::Retried>(),
    Operation::post(
        "/clients/{client_id}/deliveries/retry",
        "retryDeliveries",
        DeliveryRetry,
        "Has all of these of an application tried once more that have not succeeded.",
        by!(running::retry_all),
    )
    .answers::<running::Retried>(),
    Operation::get::<Page<running::Message>>(
        "/messages",
        "listMessages",
        DeliveryList,
        "Lists the latest messages to citizens: never to whom, nor what.",
        by!(running::messages),
    )
    .query(&LIST_MESSAGES),
    // Roles and owners.
    Operation::get::<Page<watching::RoleGrant>>(
        "/roles",
        "listRoles",
        RoleList,
        "Lists who holds which role.",
        by!(watching::roles),
    ),
    Operation::post("/roles", "grantRole", RoleGrant, "Gives somebody else a role.", by!(watching::grant))
        .takes::<watching::NewRoleGrant>()
        .may_wait()
        .creates::<watching::RoleGrant>(),
    Operation::delete(
        "/roles/{role}/{citizen_id}",
        "revokeRole",
        RoleRevoke,
        "Withdraws a role: from the next request on it counts for nothing.",
        by!(watching::revoke),
    ),
    Operation::get::<Page<watching::Owner>>(
        "/clients/{client_id}/owners",
        "listOwners",
        ClientShow,
        "Lists who looks after an application.",
        by!(watching::owners),
    ),
    Operation::post(
        "/clients/{client_id}/owners",
        "nameOwner",
        ClientOwners,
        "Names somebody who looks after an application.",
        by!(watching::name_owner),
    )
    .takes::<watching::NewOwner>(),
    Operation::delete(
        "/clients/{client_id}/owners/{citizen_id}",
        "removeOwner",
        ClientOwners,
        "Somebody looks after an application no more.",
        by!(watching::remove_owner),
    ),
    // The deployment.
    Operation::post(
        "/clients/{client_id}/rotate-secret",
        "rotateClientSecret",
        ClientRotateSecret,
        "Gives an application another secret, beside which the former one works for a while. It is answered this once.",
        by!(deployment::rotate_secret),
    )
    .takes::<deployment::SecretRotation>()
    .answers::<deployment::NewSecret>(),
    Operation::get::<Page<deployment::Setting>>(
        "/settings",
        "listSettings",
        SettingsShow,
        "Lists the settings in force and where each came from; never a secret.",
        by!(deployment::settings),
    ),
    Operation::get::<deployment::Health>(
        "/health",
        "showHealth",
        FiguresShow,
        "Says whether the stores and the sources of revocation answer, and how long trusted certificates last.",
        by!(deployment::health),
    ),
    Operation::get::<Page<deployment::Count>>(
        "/statistics",
        "listStatistics",
        FiguresShow,
        "Lists how often something happened, by spans of hours; spans in which it did not are left out.",
        by!(deployment::statistics),
    )
    .query(&LIST_STATISTICS),
    Operation::get::<Page<deployment::RegistrationToken>>(
        "/registration-tokens",
        "listRegistrationTokens",
        RegistrationShow,
        "Lists the initial access tokens that others register applications with, never their texts.",
        by!(deployment::registration_tokens),
    ),
    Operation::delete(
        "/registration-tokens/{token_id}",
        "revokeRegistrationToken",
        RegistrationManage,
        "Ends an initial access token; applications that were registered with it stay.",
        by!(deployment::revoke_registration_token),
    ),
    Operation::get::<Page<deployment::ResourceServerSummary>>(
        "/resource-servers",
        "listResourceServers",
        ResourceShow,
        "Lists the APIs that access tokens are for.",
        by!(deployment::resource_servers),
    ),
    Operation::get::<Page<deployment::WaitingCorrection>>(
        "/corrections",
        "listCorrections",
        CorrectionList,
        "Lists what citizens say is wrong in their data and waits for an answer. That it was read is recorded.",
        by!(deployment::corrections),
    )
    .query(&PAGED),
    Operation::post(
        "/corrections/{correction_id}/settle",
        "settleCorrection",
        CorrectionSettle,
        "Answers a citizen; the data itself is changed where it is kept.",
        by!(deployment::settle_correction),
    )
    .takes::<deployment::Settlement>(),
    Operation::get::<Page<deployment::DisclosureSummary>>(
        "/disclosures",
        "listDisclosures",
        DisclosureShow,
        "Lists the register of lawful disclosures, the newest first. That it was read is recorded.",
        by!(deployment::disclosures),
    )
    .query(&PAGED),
    // What was done.
    Operation::get::<Page<auditing::AuditEvent>>(
        "/audit/events",
        "searchEvents",
        AuditRead,
        "Looks for events, the newest first; a page may be short and be followed by another one. That they were read is recorded.",
        by!(auditing::list),
    )
    .query(&SEARCH_EVENTS),
    Operation::get::<auditing::ProvenEvent>(
        "/audit/events/{event_id}",
        "showEvent",
        AuditRead,
        "Shows an event, its place in the log and the proof that it is there. That it was read is recorded.",
        by!(auditing::show),
    ),
    Operation::get::<Page<auditing::ExportLine>>(
        "/audit/export",
        "exportEvents",
        AuditExport,
        "Takes events along as the lines of an export, the oldest first. That they were taken is recorded.",
        by!(auditing::export),
    )
    .query(&EXPORT_EVENTS),
    Operation::get::<Page<watching::Event>>(
        "/audit/clients/{client_id}",
        "listEventsOfClient",
        AuditRead,
        "Lists the last events that concern an application, the newest first. That they were read is recorded.",
        by!(watching::events_of_client),
    )
    .query(&LIMIT),
    Operation::get::<Page<watching::Event>>(
        "/audit/citizens/{citizen_id}",
        "listEventsOfCitizen",
        AuditRead,
        "Lists the last events that concern a citizen, the newest first. That they were read is recorded.",
        by!(watching::events_of_citizen),
    )
    .query(&LIMIT),
];

#[cfg(test)]
mod tests;
