//! The administration's pages.

use super::super::admin::{Bootstrap, BootstrapOutcome, Closed, Overview, RoleName, Why};
use super::{Add, MINUTE, Samples, ago, form};

impl Samples {
    pub(super) fn admin(&self, add: &mut Add<'_>) {
        let overview = Overview {
            layout: self.citizen(),
            broken_glass: None,
            roles: vec![RoleName::Administrator, RoleName::Auditor],
            waiting: 0,
            proven: ago(3 * MINUTE),
        };
        add("admin", &overview);
        let every = vec![RoleName::Registrar, RoleName::ClientOwner, RoleName::Support, RoleName::Operator];
        add(
            "admin-broken-glass",
            &Overview { broken_glass: Some(ago(-40 * MINUTE)), roles: every, waiting: 3, ..overview },
        );
        for (name, why) in
            [("nobody", Why::Nobody), ("denied", Why::Denied), ("unable", Why::Unable), ("link-gone", Why::LinkGone)]
        {
            add(&format!("admin-closed-{name}"), &Closed { layout: self.citizen(), why });
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
