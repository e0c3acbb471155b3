//! Every act of administration by its name, in one table: what it concerns, whether it changes anything, and how lately whoever does
//! it must have proven who they are.

use std::fmt;
use std::str::FromStr;

/// What an act concerns, and so how far a role can reach that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concern {
    /// One application: somebody may have it on their own applications alone.
    Application,
    /// One citizen or organisation.
    Person,
    /// The deployment as a whole.
    Deployment,
}

/// What it leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing but an audit event.
    Reads,
    Changes,
}

/// How lately whoever does it must have proven who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Care {
    /// As for every page of the administration.
    Ordinary,
    /// Within the time of `administration.sensitive_proof`.
    Sensitive,
}

macro_rules! permissions {
    ($($area:ident $area_name:literal { $($name:ident = $verb:literal, $concern:ident, $effect:ident, $care:ident, $says:literal;)* })*) => {
        /// A part of the administration: what an access token is limited to.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Area { $($area,)* }

        impl Area {
            pub const ALL: &'static [Self] = &[$(Self::$area,)*];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$area => $area_name,)* }
            }
        }

        /// A named act of administration.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Permission { $($(#[doc = $says] $name,)*)* }

        impl Permission {
            pub const ALL: &'static [Self] = &[$($(Self::$name,)*)*];

            /// `area.verb`, as the audit log and refusals name it.
            pub const fn as_str(self) -> &'static str {
                match self { $($(Self::$name => concat!($area_name, ".", $verb),)*)* }
            }

            pub const fn area(self) -> Area {
                match self { $($(Self::$name => Area::$area,)*)* }
            }

            pub const fn concern(self) -> Concern {
                match self { $($(Self::$name => Concern::$concern,)*)* }
            }

            pub const fn effect(self) -> Effect {
                match self { $($(Self::$name => Effect::$effect,)*)* }
            }

            pub const fn care(self) -> Care {
                match self { $($(Self::$name => Care::$care,)*)* }
            }

            /// What it allows, as the end of "may …".
            pub const fn says(self) -> &'static str {
                match self { $($(Self::$name => $says,)*)* }
            }
        }
    };
}

permissions! {
    Clients "client" {
        ClientList = "list", Application, Reads, Ordinary, "list applications";
        ClientShow = "show", Application, Reads, Ordinary, "see an application and what it is allowed";
        ClientCreate = "create", Deployment, Changes, Ordinary, "register an application";
        ClientUpdate = "update", Application, Changes, Ordinary, "change an application's registration";
        ClientDisable = "disable", Application, Changes, Sensitive, "switch an application off, and on again";
        ClientRotateSecret = "rotate_secret", Application, Changes, Sensitive, "give an application another secret or another key";
        ClientReplaceToken = "replace_token", Application, Changes, Sensitive, "replace an application's registration access token";
        ClientRelease = "release", Deployment, Changes, Sensitive, "approve what an application is told of citizens";
        ClientOwners = "owners", Deployment, Changes, Sensitive, "say who owns an application";
        ClientExchange = "exchange", Deployment, Changes, Sensitive, "allow an application to exchange tokens";
        ClientUsage = "usage", Application, Reads, Ordinary, "see an application's figures and answers";
        ClientSandbox = "sandbox", Application, Changes, Ordinary, "try an application in the sandbox";
        ClientDraft = "draft", Application, Changes, Ordinary, "draft an application of one's own in the sandbox";
        ClientPromote = "promote", Deployment, Changes, Sensitive, "bring an application into production";
        ClientRequestProduction = "request_production", Application, Changes, Ordinary, "ask for an application's approval for production";
        StreamShow = "stream_show", Application, Reads, Ordinary, "see an application's event stream";
        StreamManage = "stream_manage", Application, Changes, Sensitive, "say where an application's events go, and close its stream";
        StreamRun = "stream_run", Application, Changes, Ordinary, "pause, enable and check an application's event stream";
        LinkIssue = "link_issue", Application, Changes, Sensitive, "make codes that link an application's former accounts";
        LinkList = "link_list", Application, Reads, Ordinary, "see which of an application's former accounts are linked";
        LinkEnd = "link_end", Application, Changes, Ordinary, "end such a link";
    }
    Resources "resource" {
        ResourceShow = "show", Deployment, Reads, Ordinary, "see resource servers and types of authorization details";
        ResourceManage = "manage", Deployment, Changes, Ordinary, "register and change resource servers and types of authorization details";
    }
    Registration "registration" {
        RegistrationShow = "show", Deployment, Reads, Ordinary, "list initial access tokens";
        RegistrationManage = "manage", Deployment, Changes, Sensitive, "make and revoke initial access tokens";
    }
    Citizens "citizen" {
        CitizenList = "list", Person, Reads, Ordinary, "list citizens, masked";
        CitizenShow = "show", Person, Reads, Ordinary, "see a citizen, masked";
        CitizenReveal = "reveal", Person, Reads, Sensitive, "see a citizen's identifiers in full, with a reason that is recorded";
        CitizenExport = "export", Person, Reads, Sensitive, "export citizens";
        CitizenDuplicates = "duplicates", Person, Reads, Ordinary, "see who may be entered twice";
        CitizenAdd = "add", Person, Changes, Ordinary, "add a citizen";
        CitizenImport = "import", Person, Changes, Sensitive, "import citizens";
        CitizenStatus = "status", Person, Changes, Sensitive, "lock, unlock, suspend, close or record the death of an account";
        CitizenRenumber = "renumber", Person, Changes, Sensitive, "give a citizen another national identifier";
        CitizenAliases = "aliases", Person, Changes, Ordinary, "enter numbers beside the national identifier";
        CitizenProve = "prove", Person, Changes, Sensitive, "prove a citizen's identity";
        CitizenReopen = "reopen", Person, Changes, Sensitive, "ask that an ended account is opened again";
        CitizenMerge = "merge", Person, Changes, Sensitive, "join two accounts of one person";
        CitizenIssueCode = "issue_code", Person, Changes, Sensitive, "issue a code to a citizen at the counter";
        CitizenGuardians = "guardians", Person, Changes, Ordinary, "enter and end guardianships";
        CitizenGuardiansShow = "guardians_show", Person, Reads, Ordinary, "see a minor's guardians";
        CorrectionList = "corrections", Person, Reads, Ordinary, "see what citizens say is wrong in their data";
        CorrectionSettle = "settle_correction", Person, Changes, Ordinary, "settle it";
        RegistryCheck = "registry_check", Person, Changes, Ordinary, "have the population registry asked about a citizen";
    }
    Sessions "session" {
        SessionList = "list", Person, Reads, Ordinary, "see where a citizen is signed in";
        SessionEnd = "end", Person, Changes, Ordinary, "end a citizen's sessions";
    }
    Credentials "credential" {
        CredentialList = "list", Person, Reads, Ordinary, "see what a citizen can sign in with";
        CredentialRemove = "remove", Person, Changes, Sensitive, "remove one of these";
    }
    Consents "consent" {
        ConsentList = "list", Person, Reads, Ordinary, "see what a citizen allowed";
        ConsentWithdraw = "withdraw", Person, Changes, Sensitive, "withdraw it";
    }
    Organisations "organisation" {
        OrganisationList = "list", Person, Reads, Ordinary, "list organisations and their requests";
        OrganisationShow = "show", Person, Reads, Ordinary, "see an organisation and who acts for it";
        OrganisationManage = "manage", Person, Changes, Ordinary, "register, suspend and dissolve organisations";
        OrganisationDecide = "decide", Person, Changes, Sensitive, "confirm or refuse a legal representative";
        MandateRevoke = "revoke_mandate", Person, Changes, Sensitive, "revoke a mandate";
    }
    Disclosures "disclosure" {
        DisclosureShow = "show", Person, Reads, Ordinary, "read the register of lawful disclosures";
        DisclosureRecord = "record", Person, Changes, Sensitive, "record what an authority asked";
        DisclosureDecide = "decide", Person, Changes, Sensitive, "decide about it, and give it";
    }
    Keys "key" {
        KeyList = "list", Deployment, Reads, Ordinary, "list signing and encryption keys, and changes of keys under way";
        KeyRotate = "rotate", Deployment, Changes, Sensitive, "rotate them";
        KeyMaster = "master", Deployment, Changes, Sensitive, "change the master key and the index key";
    }
    Deliveries "delivery" {
        DeliveryList = "list", Deployment, Reads, Ordinary, "see what portals and citizens were told, and what did not reach them";
        DeliveryRetry = "retry", Deployment, Changes, Ordinary, "have it tried again";
    }
    Settings "settings" {
        SettingsShow = "show", Deployment, Reads, Ordinary, "see the settings in force, without secrets";
        FiguresShow = "figures", Deployment, Reads, Ordinary, "see figures of sign-ins, latency, throttling and deliveries";
        TrustShow = "trust", Deployment, Reads, Ordinary, "examine certificates, authenticators' metadata and the registry's standing";
    }
    Audit "audit" {
        AuditRead = "read", Deployment, Reads, Ordinary, "read the audit log";
        AuditVerify = "verify", Deployment, Reads, Ordinary, "verify the audit log";
        AuditExport = "export", Deployment, Reads, Sensitive, "export the audit log";
        AuditNewKey = "new_key", Deployment, Changes, Sensitive, "have the audit log sign with a new key";
        AuditRetire = "retire", Deployment, Changes, Sensitive, "retire what of the audit log was kept long enough";
    }
    Roles "role" {
        RoleList = "list", Deployment, Reads, Ordinary, "see who holds which role";
        RoleGrant = "grant", Deployment, Changes, Sensitive, "give somebody else a role";
        RoleRevoke = "revoke", Deployment, Changes, Sensitive, "withdraw a role";
        BreakGlassSeal = "break_glass", Deployment, Changes, Sensitive, "seal half of the break-glass envelopes";
    }
    Approvals "approval" {
        ApprovalList = "list", Deployment, Reads, Ordinary, "see what waits for a second person, and what became of it";
        ApprovalDecide = "decide", Deployment, Changes, Sensitive, "approve or deny what somebody else asked, of what one may do oneself";
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that no permission has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no permission of this name")]
pub struct UnknownPermission;

impl FromStr for Permission {
    type Err = UnknownPermission;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|one| one.as_str() == text).ok_or(UnknownPermission)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_permission_has_a_name_of_its_own() {
        let names: BTreeSet<_> = Permission::ALL.iter().map(|one| one.as_str()).collect();
        assert_eq!(names.len(), Permission::ALL.len());
        for one in Permission::ALL {
            assert_eq!(one.as_str().parse(), Ok(*one));
            assert!(one.as_str().starts_with(one.area().as_str()) && !one.says().is_empty());
        }
        assert_eq!("client.everything".parse::<Permission>(), Err(UnknownPermission));
    }
}
