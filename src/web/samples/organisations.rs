//! The pages of organisations and mandates, and the choice at sign-in.

use std::collections::BTreeSet;

use super::super::account::Notice;
use super::super::account::organisations::{
    Allowed, Delegation, EndMandate, Everywhere, Invitation, Invite, Invited, Mandate, NewOrganisation, Offered,
    Organisation, Organisations, PortalChoice, Request, Scheme, Standing, TakeInvitation, Whose,
};
use super::super::in_whose_name::{Choice, Expected, InWhoseName};
use super::super::layout::TimeLimit;
use super::super::organisations::Role;
use super::super::schemes::Schemes;
use super::super::sign_in::Fault;
use super::{Add, DAY, MINUTE, Samples, ago, form};

const PAGE: &str = "/account/organisations/0198a3f2-7c1e-7d05-8f5b-1f2e3d4c5b6a";
const RED_RIVER: &str = "Công ty Cổ phần Vận tải Sông Hồng";

impl Samples {
    pub(super) fn organisations(&self, add: &mut Add<'_>) {
        let own = self.representative();
        let list = Organisations {
            layout: self.citizen(),
            notice: Some(Notice::OrganisationAsked),
            form: form("/account/organisations"),
            held: vec![
                own.clone(),
                self.delegate("Sở Tư pháp <Hà Nội>", Some("H57.12.03"), Standing::Suspended),
                self.delegate(RED_RIVER, Some("0100109106"), Standing::NotYet),
                self.delegate(RED_RIVER, Some("0100109106"), Standing::LevelTooLow),
            ],
            ended: vec![self.delegate(RED_RIVER, Some("0100109106"), Standing::Ended(ago(3 * DAY)))],
            requests: vec![Request {
                id: "0198a3f2-7c1e-7d05-8f5b-1f2e3d4c5b6b".to_owned(),
                organisation: "Hộ kinh doanh An".to_owned(),
                code: "0100109106-001".to_owned(),
                asked: ago(5 * MINUTE),
            }],
        };
        add("account-organisations", &list);
        for (name, notice) in [
            ("withdrawn", Notice::OrganisationWithdrawn),
            ("declined", Notice::InvitationDeclined),
            ("ended", Notice::MandateEnded),
        ] {
            let bare = Organisations {
                notice: Some(notice),
                held: Vec::new(),
                ended: Vec::new(),
                requests: Vec::new(),
                ..list.clone()
            };
            add(&format!("account-organisations-{name}"), &bare);
        }
        self.registering(add);
        self.one_organisation(add, &own);
        self.inviting(add);
        self.ending(add, own);
        self.choosing(add);
    }

    fn registering(&self, add: &mut Add<'_>) {
        let new = NewOrganisation {
            layout: self.citizen(),
            form: form("/account/organisations/new"),
            schemes: vec![Scheme::VnMst, Scheme::VnAgency, Scheme::RuOgrn, Scheme::RuInn],
            code: String::new(),
            name: String::new(),
            problem: None,
            allowed: Allowed::Yes,
        };
        add("account-organisation-new", &new);
        for (name, fault) in [
            ("code", Fault::OrganisationCodeMalformed),
            ("name", Fault::OrganisationNameMalformed),
            ("known", Fault::OrganisationKnown),
            ("many", Fault::TooManyRequests),
        ] {
            let faulty = NewOrganisation {
                code: "0100109107".to_owned(),
                name: RED_RIVER.to_owned(),
                problem: Self::problem(fault),
                ..new.clone()
            };
            add(&format!("account-organisation-new-{name}"), &faulty);
        }
        add("account-organisation-new-level", &NewOrganisation { allowed: Allowed::No, ..new });
    }

    fn one_organisation(&self, add: &mut Add<'_>, own: &Mandate) {
        let people = vec![
            Mandate { code: None, ..self.delegate("Trần Thị Bình", None, Standing::InForce) },
            Mandate { end: None, ..self.delegate("Lê Văn <Cường>", None, Standing::LevelTooLow) },
        ];
        let organisation = Organisation {
            layout: self.citizen(),
            notice: Some(Notice::InvitationAccepted),
            form: form(PAGE),
            name: RED_RIVER.to_owned(),
            code: "0100109106".to_owned(),
            own: vec![own.clone()],
            people: Some(people.clone()),
            invitations: vec![Invitation {
                id: "0198a3f2-7c1e-7d05-8f5b-1f2e3d4c5b6c".to_owned(),
                invited: "079•••••••123".to_owned(),
                role: Role::Employee,
                until: ago(-7 * DAY),
            }],
            ended: vec![self.delegate("Phạm Thị Dung", None, Standing::Ended(ago(2 * DAY)))],
            older: Some(format!("{PAGE}?before=0198a3f2")),
            newest: None,
            invite: Some(format!("{PAGE}/invite")),
        };
        add("account-organisation", &organisation);
        let nobody = Organisation {
            notice: Some(Notice::InvitationWithdrawn),
            people: Some(Vec::new()),
            invitations: Vec::new(),
            ended: Vec::new(),
            older: None,
            newest: Some(PAGE.to_owned()),
            ..organisation.clone()
        };
        add("account-organisation-alone", &nobody);
        let own = self.delegate(RED_RIVER, None, Standing::InForce);
        add("account-organisation-delegate", &Organisation { own: vec![own], people: None, invite: None, ..nobody });
    }

    fn inviting(&self, add: &mut Add<'_>) {
        let portal = |value: &str, name: String| PortalChoice { value: value.to_owned(), name };
        let invite = Invite {
            layout: self.citizen(),
            form: form(&format!("{PAGE}/invite")),
            organisation: RED_RIVER.to_owned(),
            roles: vec![Role::Delegate, Role::Employee],
            portals: vec![
                portal("public-services", self.public_services().name),
                portal("library", self.library().name),
            ],
            everywhere: Everywhere::Allowed,
            latest: None,
            schemes: Schemes { offered: vec!["vn", "ee"], chosen: "vn" },
            invited: String::new(),
            role: Role::Delegate,
            position: String::new(),
            chosen: BTreeSet::new(),
            ends: String::new(),
            delegation: Delegation::NotAllowed,
            problem: None,
            keep: PAGE.to_owned(),
        };
        add("account-organisation-invite", &invite);
        for (name, fault) in [
            ("more", Fault::MoreThanHeld),
            ("longer", Fault::LongerThanHeld),
            ("themselves", Fault::ToThemselves),
            ("may-not", Fault::MayNotDelegate),
            ("date", Fault::DateMalformed),
            ("no-portal", Fault::NoPortalChosen),
        ] {
            let faulty = Invite {
                roles: vec![Role::Delegate],
                everywhere: Everywhere::NotAllowed,
                latest: Some("31/12/2026".to_owned()),
                invited: "079192000123".to_owned(),
                position: "Kế toán trưởng".to_owned(),
                chosen: BTreeSet::from(["library".to_owned()]),
                ends: "2027-06-30".to_owned(),
                delegation: Delegation::Allowed,
                problem: Self::problem(fault),
                ..invite.clone()
            };
            add(&format!("account-organisation-invite-{name}"), &faulty);
        }
        let invited = Invited {
            layout: self.citizen(),
            organisation: RED_RIVER.to_owned(),
            code: "BCDF-GHJK-LMNP-QRST".to_owned(),
            until: ago(-7 * DAY),
            back: PAGE.to_owned(),
        };
        add("account-organisation-invited", &invited);
        let invitation = TakeInvitation {
            layout: self.citizen(),
            form: form("/account/organisations/invitation"),
            code: String::new(),
            offered: None,
            problem: None,
        };
        add("account-invitation", &invitation);
        for (name, fault) in
            [("wrong", Fault::WrongInvitation), ("over", Fault::InvitationOver), ("level", Fault::LevelTooLow)]
        {
            let faulty = TakeInvitation {
                code: "BCDF-GHJK-LMNP-QRSV".to_owned(),
                problem: Self::problem(fault),
                ..invitation.clone()
            };
            add(&format!("account-invitation-{name}"), &faulty);
        }
        let offered = Offered {
            by: "Nguyễn Văn An".to_owned(),
            mandate: Mandate {
                end: None,
                page: None,
                ..self.delegate(RED_RIVER, Some("0100109106"), Standing::InForce)
            },
        };
        let code = "BCDF-GHJK-LMNP-QRST".to_owned();
        add("account-invitation-offered", &TakeInvitation { offered: Some(offered), code, ..invitation });
    }

    fn ending(&self, add: &mut Add<'_>, own: Mandate) {
        let end = EndMandate {
            layout: self.citizen(),
            form: form(&format!("{PAGE}/mandates/0198a3f2-7c1e-7d05-8f5b-1f2e3d4c5b6d/end")),
            organisation: RED_RIVER.to_owned(),
            mandate: own,
            whose: Whose::Own,
            keep: "/account/organisations".to_owned(),
        };
        add("account-mandate-give-back", &end);
        let mandate = self.delegate("Trần Thị Bình", None, Standing::InForce);
        add("account-mandate-take-back", &EndMandate { mandate, whose: Whose::Others, ..end });
    }

    fn choosing(&self, add: &mut Add<'_>) {
        let choice = |organisation: &str, code: &str, role, position: Option<&str>, expected| Choice {
            value: "0198a3f2-7c1e-7d05-8f5b-1f2e3d4c5b6d".to_owned(),
            organisation: organisation.to_owned(),
            code: code.to_owned(),
            role,
            position: position.map(str::to_owned),
            expected,
        };
        let page = InWhoseName {
            layout: self.official(),
            form: form("/sign-in/0198/in-whose-name"),
            portal: self.public_services(),
            myself: "Nguyễn Văn An".to_owned(),
            person: Some("N. V. An".to_owned()),
            choices: vec![
                choice(RED_RIVER, "0100109106", Role::LegalRepresentative, None, Expected::Yes),
                choice("Sở Tư pháp", "H57.12.03", Role::Employee, Some("Chuyên viên <1>"), Expected::No),
                choice("Hợp tác xã Mây tre", "0100109106-001", Role::Delegate, None, Expected::No),
            ],
            problem: None,
            limit: TimeLimit { until: ago(-16 * MINUTE) },
        };
        add("in-whose-name", &page);
        add("in-whose-name-fault", &InWhoseName { problem: Self::problem(Fault::ChoiceNotOffered), ..page });
    }

    fn representative(&self) -> Mandate {
        Mandate {
            name: RED_RIVER.to_owned(),
            code: Some("0100109106".to_owned()),
            role: Role::LegalRepresentative,
            position: None,
            portals: Vec::new(),
            delegation: Delegation::Allowed,
            begins: ago(40 * DAY),
            ends: None,
            standing: Standing::InForce,
            page: Some(PAGE.to_owned()),
            end: Some(format!("{PAGE}/mandates/0198a3f2-7c1e-7d05-8f5b-1f2e3d4c5b6d/end")),
        }
    }

    fn delegate(&self, name: &str, code: Option<&str>, standing: Standing) -> Mandate {
        Mandate {
            name: name.to_owned(),
            code: code.map(str::to_owned),
            role: Role::Delegate,
            position: Some("Kế toán trưởng".to_owned()),
            portals: vec![self.public_services().name, self.library().name],
            delegation: Delegation::NotAllowed,
            ends: Some(ago(-30 * DAY)),
            standing,
            page: None,
            ..self.representative()
        }
    }
}
