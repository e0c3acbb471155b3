//! What takes a second person.

use super::super::approvals;
use super::super::operation::Operation;
use super::super::queries::LIST_APPROVALS;
use super::super::wire::{Page, Reason};
use crate::domain::administration::Permission::*;

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::get::<Page<approvals::Asked>>(
        "/approvals",
        "listApprovals",
        ApprovalList,
        "Lists what waits for a second person, the oldest first; with state=by_themselves what clients ask by registering themselves, with \
         state=all what was ever asked, the newest first.",
        by!(approvals::list),
    )
    .query(&LIST_APPROVALS),
    Operation::get::<approvals::Asked>(
        "/approvals/{approval_id}",
        "showApproval",
        ApprovalList,
        "Shows what was asked, with every value that would be other than it is.",
        by!(approvals::show),
    ),
    Operation::post(
        "/approvals/{approval_id}/take-up",
        "takeUp",
        ApprovalDecide,
        "Asks for what a client asked by registering itself: another person approves it then.",
        by!(approvals::take_up),
    )
    .answers::<approvals::Asked>(),
    Operation::post(
        "/approvals/{approval_id}/approve",
        "approve",
        ApprovalDecide,
        "Does what somebody else asked, where what it changes is still as it was.",
        by!(approvals::approve),
    )
    .answers::<approvals::Asked>(),
    Operation::post(
        "/approvals/{approval_id}/deny",
        "deny",
        ApprovalDecide,
        "It is not done, for a reason that is recorded.",
        by!(approvals::deny),
    )
    .takes::<Reason>()
    .answers::<approvals::Asked>(),
    Operation::post(
        "/approvals/{approval_id}/withdraw",
        "withdrawApproval",
        ApprovalList,
        "Whoever asked for it thinks again.",
        by!(approvals::withdraw),
    )
    .answers::<approvals::Asked>(),
];
