//! `senid messages list`.

use super::program::Senid;

#[test]
fn what_waits_for_citizens_is_listed_by_state() {
    let senid = Senid::ready();
    assert_eq!(senid.run(&["messages", "list"]).ended(0).out, "there is none\n");
    assert_eq!(senid.run(&["messages", "list", "--state", "undelivered", "--json"]).ended(0).out, "");
    let refused = senid.run(&["messages", "list", "--state", "lost"]).ended(2);
    assert!(refused.err.contains("expected pending, delivered, refused or undelivered"), "{}", refused.err);
}
