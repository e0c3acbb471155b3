use std::collections::BTreeSet;

use super::super::operation::{Answer, Verb, Version};
use super::*;
use crate::domain::administration::Effect;

#[test]
fn every_operation_has_a_name_and_a_place_of_its_own() {
    let names: BTreeSet<_> = OPERATIONS.iter().map(|operation| operation.id).collect();
    let places: BTreeSet<_> = OPERATIONS.iter().map(|one| (one.path, one.verb.method().to_string())).collect();
    assert_eq!((names.len(), places.len()), (OPERATIONS.len(), OPERATIONS.len()));
}

#[test]
fn whatever_is_read_by_get_changes_nothing() {
    for operation in OPERATIONS {
        if operation.verb == Verb::Get {
            assert_eq!(operation.permission.effect(), Effect::Reads, "{}", operation.id);
            assert!(operation.body.is_none() && matches!(operation.answer, Answer::Ok(_)), "{}", operation.id);
        }
        assert!(operation.path.starts_with('/') && operation.says.ends_with('.'), "{}", operation.id);
    }
}

#[test]
fn whatever_is_changed_in_part_names_its_version() {
    for operation in OPERATIONS.iter().filter(|operation| operation.verb == Verb::Patch) {
        assert_eq!(operation.version, Version::Demanded, "{}", operation.id);
    }
}
