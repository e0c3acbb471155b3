//! Types of authorization details, as an operator registers them.

use senid::domain::authorization_details::DetailsTypeStatus;
use senid::domain::client::{GrantType, Localised};
use senid::flows::admin::AdminError;
use senid::flows::admin::details_types::{self, NewDetailsType, Registered};
use serde_json::{Value, json};

use super::Operator;

/// A payment, of which there is a sentence in two languages.
pub fn payment_type() -> NewDetailsType {
    let amount = json!({
        "type": "object",
        "properties": {
            "amount": {"type": "string", "pattern": "^[0-9]{1,15}(\\.[0-9]{1,2})?$"},
            "currency": {"enum": ["VND", "EUR"]},
        },
        "required": ["amount", "currency"],
        "additionalProperties": false,
    });
    let text = json!({"type": "string", "maxLength": 200});
    NewDetailsType {
        title: Localised([("en", "Payment"), ("vi", "Thanh toán")].map(|(tag, text)| (tag.into(), text.into())).into()),
        template: Localised(
            [
                ("en", "Pay {instructedAmount.amount | number} {instructedAmount.currency} to {creditorName}[ on {date | date}]"),
                ("vi", "Trả {instructedAmount.amount | number} {instructedAmount.currency} cho {creditorName}[ vào ngày {date | date}]"),
            ]
            .map(|(tag, text)| (tag.into(), text.into()))
            .into(),
        ),
        ..new_type("payment", &json!({"instructedAmount": amount, "creditorName": text, "note": text, "date": {"type": "string", "format": "date"}}), &["instructedAmount", "creditorName"])
    }
}

/// A type with these members beside its name, and hardly a sentence.
pub fn new_type(name: &str, members: &Value, required: &[&str]) -> NewDetailsType {
    let mut properties = json!({"type": {"const": name}, "locations": {"type": "array", "items": {"type": "string"}}});
    properties.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let required: Vec<&str> = required.iter().copied().chain(["type"]).collect();
    let schema =
        json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false});
    NewDetailsType {
        name: name.to_owned(),
        title: Localised::plain(format!("The type {name}")),
        schema: schema.to_string(),
        template: Localised::plain("Do it"),
        without_person: false,
    }
}

impl Operator<'_> {
    /// As `senid details create` does.
    pub async fn knows(&self, new: NewDetailsType) -> Result<Registered, AdminError> {
        details_types::create(&self.admin().await, new).await
    }

    /// Registers the types of the tests: `payment` and `record`, a person's to allow, and `batch`, which is nobody's.
    pub async fn knows_payments(&self) {
        self.knows(payment_type()).await.unwrap();
        self.knows(new_type("record", &json!({"parcel": {"type": "string"}}), &["parcel"])).await.unwrap();
        let batch = new_type("batch", &json!({"account": {"type": "string"}}), &["account"]);
        self.knows(NewDetailsType { without_person: true, ..batch }).await.unwrap();
    }

    /// As `senid details disable` does.
    pub async fn takes_out_of_use(&self, name: &str) {
        details_types::set_status(&self.admin().await, name, DetailsTypeStatus::Disabled).await.unwrap();
        super::eventually("the server hears of the type", async || {
            let types = self.app().details_types.all(self.app()).await.unwrap();
            !types.active().any(|known| known.registered.name == name)
        })
        .await;
    }

    /// Registers the client for these types and no other.
    pub async fn lets_ask_for(&self, client: &str, types: &[&str]) {
        let types: std::collections::BTreeSet<String> = types.iter().map(|name| (*name).to_owned()).collect();
        self.changes(client, |client| client.authorization_details_types.clone_from(&types)).await;
    }

    /// Registers the client for client credentials, too.
    pub async fn lets_ask_by_itself(&self, client: &str) {
        self.changes(client, |client| {
            client.grant_types.insert(GrantType::ClientCredentials);
        })
        .await;
    }
}
