//! `senid organisation`: what registrars do at the command line.

use super::program::Senid;

const RED_RIVER: &str = "vn-mst:0100109106";

#[test]
fn an_organisation_is_registered_suspended_and_dissolved() {
    let senid = Senid::ready();
    let registered = senid.run(&["organisation", "register", RED_RIVER, "--name", "Công ty Sông Hồng", "--json"]);
    assert_eq!(registered.ended(0).json()["code"], RED_RIVER);
    let again = senid.run(&["organisation", "register", RED_RIVER, "--name", "Sông Hồng"]).ended(1);
    assert_eq!(again.err, "senid: an organisation of this code exists already\n");
    let shown = senid.run(&["organisation", "show", RED_RIVER, "--json"]).ended(0).json();
    assert_eq!((&shown["status"], &shown["type"]), (&"active".into(), &"enterprise".into()), "{shown}");
    let listed = senid.run(&["organisation", "list"]).ended(0);
    assert!(listed.out.contains("vn-mst:0100109106  Công ty Sông Hồng  active"), "{}", listed.out);
    senid.run(&["organisation", "suspend", RED_RIVER, "--reason", "a court's order"]).ended(0);
    let twice = senid.run(&["organisation", "suspend", RED_RIVER]).ended(1);
    assert!(twice.err.contains("an organisation that is suspended cannot become suspended"), "{}", twice.err);
    senid.run(&["organisation", "resume", RED_RIVER]).ended(0);
    senid.run(&["organisation", "dissolve", RED_RIVER]).ended(0);
    senid.run(&["organisation", "resume", RED_RIVER]).ended(1);
    let unknown = senid.run(&["organisation", "show", "vn-agency:H57.12"]).ended(1);
    assert_eq!(unknown.err, "senid: there is no organisation vn-agency:H57.12\n");
}

#[test]
fn the_agencies_that_an_agency_is_part_of_are_read_from_its_code() {
    let senid = Senid::ready();
    senid.run(&["organisation", "register", "vn-agency:H57.12.03", "--name", "Chi cục Thuế"]).ended(0);
    let shown = senid.run(&["organisation", "show", "vn-agency:H57.12.03"]).ended(0);
    assert!(shown.out.contains("part of vn-agency:H57.12, vn-agency:H57"), "{}", shown.out);
}

#[test]
fn what_is_no_code_no_name_and_no_request_is_refused() {
    let senid = Senid::ready();
    senid.run(&["organisation", "register", "vn-mst:0100109107", "--name", "x"]).ended(2);
    senid.run(&["organisation", "register", "0100109106", "--name", "x"]).ended(2);
    senid.run(&["organisation", "register", RED_RIVER, "--name", " "]).ended(2);
    let nobody = senid.run(&["organisation", "requests"]).ended(0);
    assert_eq!(nobody.out, "no request waits\n");
    let request = "0198a3f2-7c1e-7d05-8f5b-1f2e3d4c5b6a";
    for word in ["confirm", "refuse"] {
        let refused = senid.run(&["organisation", word, request]).ended(1);
        assert_eq!(refused.err, format!("senid: no request {request} waits\n"));
    }
}
