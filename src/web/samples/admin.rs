//! The administration's pages.

use super::super::admin::{Bootstrap, BootstrapOutcome, BreakGlass, Brought, Closed, Seal, Sealing, Why};
use super::{Add, MINUTE, Samples, ago, form};

impl Samples {
    pub(super) fn admin(&self, add: &mut Add<'_>) {
        for (name, why) in
            [("nobody", Why::Nobody), ("denied", Why::Denied), ("unable", Why::Unable), ("link-gone", Why::LinkGone)]
        {
            add(&format!("admin-closed-{name}"), &Closed { layout: self.citizen(), why });
        }
        let path = "/admin/break-glass";
        for (name, brought) in [
            ("", Brought::Ask(form(path))),
            ("-refused", Brought::Refused(form(path))),
            ("-waiting", Brought::Waiting(ago(-15 * MINUTE))),
            ("-open", Brought::Open(ago(-60 * MINUTE))),
        ] {
            add(&format!("admin-break-glass{name}"), &BreakGlass { layout: self.citizen(), brought });
        }
        for (name, sealing) in [
            ("", Sealing::Ask(form("/admin/break-glass/seal"))),
            ("-same-person", Sealing::SamePerson(form("/admin/break-glass/seal"))),
            ("-sealed", Sealing::Sealed("senid_bg_x".to_owned())),
        ] {
            add(&format!("admin-seal{name}"), &Seal { layout: self.citizen(), broken_glass: None, sealing });
        }
        let ask = Bootstrap {
            layout: self.citizen(),
            name: "Nguyễn Văn An".to_owned(),
            outcome: BootstrapOutcome::Ask(form("/admin/bootstrap/senid_bl_x")),
        };
        add("admin-bootstrap", &ask);
        add("admin-bootstrap-done", &Bootstrap { outcome: BootstrapOutcome::Done, ..ask });
    }
}
