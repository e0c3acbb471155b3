//! `senid exchange allow|list|remove`.

use super::program::Senid;

#[test]
fn nobody_may_exchange_what_there_is_not() {
    let senid = Senid::ready();
    assert_eq!(senid.run(&["exchange", "list"]).ended(0).out, "there is none\n");
    let rule = ["--from", "portal", "--resource", "https://land.example/api"];
    let allow = [&["exchange", "allow", "--client", "nobody", "--scope", "land.read"][..], &rule].concat();
    assert_eq!(senid.run(&allow).ended(1).err, "senid: there is no client nobody\n");
    let remove = [&["exchange", "remove", "--client", "nobody"][..], &rule].concat();
    assert_eq!(senid.run(&remove).ended(1).err, "senid: there is no client nobody\n");
    let list = senid.run(&["exchange", "list", "--client", "nobody"]).ended(1);
    assert_eq!(list.err, "senid: there is no client nobody\n");
    // Every option is needed, and is what it says.
    let open = senid.run(&[&["exchange", "allow", "--client", "nobody"][..], &rule].concat()).ended(2);
    assert!(open.err.contains("--scope"), "{}", open.err);
    let wrong = senid.run(&["exchange", "remove", "--client", "a", "--from", "b", "--resource", "land"]).ended(2);
    assert!(wrong.err.contains("absolute URI"), "{}", wrong.err);
}
