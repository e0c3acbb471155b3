//! Members that other standards define and that SenID does not keep a promise about. Left out of an answer, a client might
//! still believe that it is protected by them; so whoever asks for them is told.

use serde_json::Value;

use super::members::Members;

/// Of these, `false` is what holds anyway.
const PROTECTIONS: &[&str] = &["use_mtls_endpoint_aliases", "backchannel_user_code_parameter"];

pub(super) fn check(from: &mut Members<'_>) {
    for member in PROTECTIONS {
        if from.value(member).is_some_and(|value| *value != Value::Bool(false)) {
            from.faults.add(*member, "is not supported here: expected false, or nothing");
        }
    }
}
