//! The administration's pages.

use super::super::admin::{Bootstrap, BootstrapOutcome, Closed, Why};
use super::{Add, Samples, form};

impl Samples {
    pub(super) fn admin(&self, add: &mut Add<'_>) {
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
