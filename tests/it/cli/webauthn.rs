//! `senid webauthn metadata`.

use serde_json::json;

use super::program::Senid;
use crate::support::world::metadata::{MetadataService, SIGNER, entry};

const MODEL: &str = "ee882879-721c-4913-9775-3dfcce97072a";

/// A deployment that believes `service`; the machine's clock judges.
fn believes(service: &MetadataService) -> Senid {
    let senid = Senid::ready();
    let root = senid.write("root.pem", service.root_pem());
    senid.write("metadata.jwt", service.sign(7, "2020-01-01", &[entry(MODEL, &["FIDO_CERTIFIED", "REVOKED"])]));
    senid
        .with("SENID_WEBAUTHN__METADATA__ROOT_FILE", root.to_str().unwrap())
        .with("SENID_WEBAUTHN__METADATA__SIGNER", SIGNER)
}

#[test]
fn a_file_is_verified_and_shown() {
    let senid = believes(&MetadataService::new());
    let shown = senid.run(&["webauthn", "metadata", "metadata.jwt"]).ended(0).out;
    for line in [
        "number             7",
        "next update until  2020-01-02T00:00:00Z, overdue for",
        "models             1",
        "Key of glass: REVOKED",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    let document = senid.run(&["webauthn", "metadata", "metadata.jwt", "--json"]).ended(0).json();
    assert_eq!((&document["number"], &document["overdue"]), (&json!(7), &json!(true)));
    let model = senid.run(&["webauthn", "metadata", "metadata.jwt", "--model", MODEL]).ended(0).out;
    for line in
        ["keys         in hardware", "statuses     FIDO_CERTIFIED\n             REVOKED", "trusted      no: REVOKED"]
    {
        assert!(model.contains(line), "{line}: {model}");
    }
    let other = MODEL.replace('e', "f");
    let unknown = senid.run(&["webauthn", "metadata", "metadata.jwt", "--model", &other]).ended(1).err;
    assert_eq!(unknown, format!("senid: it says nothing of {other}\n"));
    assert_eq!(senid.run(&["webauthn", "metadata"]).ended(1).err, "senid: no metadata was accepted yet\n");
}

#[test]
fn it_says_why_a_file_is_refused() {
    let senid = believes(&MetadataService::new());
    let refused = |file: &str| senid.run(&["webauthn", "metadata", file]).ended(1).err;
    let whole = std::fs::read_to_string(senid.path().join("metadata.jwt")).unwrap();
    senid.write("forged.jwt", format!("{}AAAAAAAA", &whole[..whole.len() - 8]));
    assert!(refused("forged.jwt").contains("the signature is not the key's"), "{}", refused("forged.jwt"));
    senid.write("other.jwt", MetadataService::new().sign(8, "2020-01-01", &[]));
    assert!(refused("other.jwt").contains("its signer's certificate does not count"), "{}", refused("other.jwt"));
    assert!(refused("missing.jwt").contains("missing.jwt cannot be read"), "{}", refused("missing.jwt"));
    let nobody = Senid::ready();
    let unset = nobody.run(&["webauthn", "metadata", "x"]).ended(3).err;
    assert_eq!(unset, "senid: webauthn.metadata.root_file is not set: nobody's signature counts\n");
}
