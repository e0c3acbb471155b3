//! Authorization details (RFC 9396) on their way to a page.

use crate::domain::authorization_details::AuthorizationDetails;
use crate::protocol::authorization_details::Types;
use crate::protocol::authorization_details::template::{self, Scalar};
use crate::web::details::{Detail, Piece, Row, Style, Value};
use crate::web::text::Language;

/// Each detail as people who read `language` are told of it.
pub(super) fn told(types: &Types, details: &AuthorizationDetails, language: Language) -> Vec<Detail> {
    let told = details.iter().map(|detail| types.tell(detail, language.tag()));
    told.map(|(title, told)| Detail {
        title,
        sentence: told.sentence.into_iter().map(piece).collect(),
        rest: told.rest.into_iter().map(|row| Row { name: row.name, values: values(row.values) }).collect(),
    })
    .collect()
}

fn piece(piece: template::Piece) -> Piece {
    match piece {
        template::Piece::Text(text) => Piece::Text(text),
        template::Piece::Values { shown, more, style } => Piece::Values {
            shown: values(shown),
            more,
            style: match style {
                template::Style::Plain => Style::Plain,
                template::Style::Date => Style::Date,
                template::Style::Number => Style::Number,
            },
        },
    }
}

fn values(scalars: Vec<Scalar>) -> Vec<Value> {
    let value = |scalar| match scalar {
        Scalar::Text(text) => Value::Text(text),
        Scalar::Flag(flag) => Value::Flag(flag),
        Scalar::Nothing => Value::Nothing,
    };
    scalars.into_iter().map(value).collect()
}
