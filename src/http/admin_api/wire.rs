//! What several areas say alike.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::client::Localised;
use crate::domain::time::Timestamp;

/// A page of a list.
#[derive(Debug, Serialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// What `cursor` is for the page that follows; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

// By hand: derived, the pages of all lists would have one name.
impl<T: ToSchema> PartialSchema for Page<T> {
    fn schema() -> RefOr<Schema> {
        let items = ArrayBuilder::new().items(Ref::from_schema_name(T::name()));
        let next = ObjectBuilder::new().schema_type(Type::String);
        let next = next.description(Some("What `cursor` is for the page that follows; absent on the last one."));
        ObjectBuilder::new().property("items", items).required("items").property("next", next).into()
    }
}

impl<T: ToSchema> ToSchema for Page<T> {
    fn name() -> Cow<'static, str> {
        format!("{}Page", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

/// An instant: RFC 3339 in UTC, to the second.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Instant(String);

impl From<Timestamp> for Instant {
    fn from(at: Timestamp) -> Self {
        let shown = jiff::Timestamp::from_second(at.seconds()).map(|at| at.to_string());
        Self(shown.unwrap_or_else(|_| at.micros().to_string()))
    }
}

impl PartialSchema for Instant {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        ObjectBuilder::new().schema_type(Type::String).format(Some(format)).into()
    }
}

impl ToSchema for Instant {}

/// A text by language (BCP 47); under "" for every language.
pub fn texts(text: &Localised) -> BTreeMap<String, String> {
    text.0.clone()
}

/// Why something is done. It stands in the audit log.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    #[schema(min_length = 3, max_length = 500)]
    pub reason: String,
}

/// A reason that says something.
pub fn reason(text: &str) -> Result<&str, super::problem::Problem> {
    let told = text.trim();
    let sound = (3..=500).contains(&told.chars().count()) && !told.chars().any(char::is_control);
    match sound {
        true => Ok(told),
        false => Err(super::problem::Problem::at(
            "/reason".to_owned(),
            "expected 3 to 500 characters, none of them a control",
        )),
    }
}
