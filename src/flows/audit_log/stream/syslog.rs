//! Events as syslog messages (RFC 5424), each in a frame that begins with how long it is (RFC 5425 §4.3).

use super::{EventLine, at, is_success, text};

/// `log audit` (RFC 5424 §6.2.1).
const FACILITY: u8 = 13;
const WARNING: u8 = 4;
const INFORMATIONAL: u8 = 6;
/// The longest MSGID and HOSTNAME (RFC 5424 §6).
const LONGEST_ID: usize = 32;
const LONGEST_HOST: usize = 255;

/// One event. Its length is told in octets, and JSON has no line breaks: whatever an event says, it ends where its frame does.
pub(super) fn frame(line: &EventLine, host: &str) -> Vec<u8> {
    let priority = FACILITY * 8 + if is_success(line) { INFORMATIONAL } else { WARNING };
    let instant = at(line).and_then(|at| jiff::Timestamp::from_microsecond(at.micros()).ok());
    let instant = instant.map_or_else(|| "-".to_owned(), |at| at.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string());
    let kind = line.event.as_ref().map_or("missing", |event| event.kind.as_str());
    let version = env!("CARGO_PKG_VERSION");
    // Without a BOM, as receivers that read JSON want it: MSG-ANY.
    let message = format!(
        "<{priority}>1 {instant} {} senid - {} [origin software=\"SenID\" swVersion=\"{version}\"] {}",
        printable(host, LONGEST_HOST),
        printable(kind, LONGEST_ID),
        text(line)
    );
    format!("{} {message}", message.len()).into_bytes()
}

/// PRINTUSASCII, or the nil value. A kind may be one that somebody wrote into the table.
fn printable(text: &str, longest: usize) -> String {
    let printable: String = text.chars().filter(char::is_ascii_graphic).take(longest).collect();
    if printable.is_empty() { "-".to_owned() } else { printable }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::audit_record::{AuditRecord, Details};
    use uuid::Uuid;

    fn line(kind: &str, outcome: &str, details: &str) -> EventLine {
        let event = AuditRecord {
            actor: "system".to_owned(),
            address: None,
            at: 1_700_000_000_123_456,
            citizen: None,
            client: None,
            details: Details::stored(details),
            id: Uuid::nil(),
            kind: kind.to_owned(),
            outcome: outcome.to_owned(),
            request: None,
        };
        EventLine { place: 7, event: Some(event), leaf_hash: "aGFzaA==".to_owned(), seal: "c2VhbA==".to_owned() }
    }

    #[test]
    fn a_message_has_every_field_of_its_header() {
        let frame = String::from_utf8(frame(&line("citizen.locked", "success", "{}"), "id.example")).unwrap();
        let (length, message) = frame.split_once(' ').unwrap();
        assert_eq!(length.parse::<usize>().unwrap(), message.len());
        let begins = "<110>1 2023-11-14T22:13:20.123456Z id.example senid - citizen.locked [origin software=\"SenID\" ";
        assert!(message.starts_with(begins), "{message}");
        assert!(message.contains("\"place\":7,"), "{message}");
    }

    #[test]
    fn what_was_not_let_is_a_warning() {
        let frame = String::from_utf8(frame(&line("sign_in", "refused", "{}"), "id.example")).unwrap();
        assert!(frame.split_once(' ').unwrap().1.starts_with("<108>1 "), "{frame}");
    }

    /// A frame is counted in octets and not in characters, and nothing in an event begins another message.
    #[test]
    fn nothing_that_an_event_says_breaks_its_frame() {
        let hostile = "{\"agent\":\"Mozilla\\n<13>1 - - - - - - forged Đ\\u0000\"}";
        let frame = frame(&line("sign_in\n<13>1 x", "success", hostile), "id.example\r\nx");
        let at = frame.iter().position(|byte| *byte == b' ').unwrap();
        let length: usize = std::str::from_utf8(&frame[..at]).unwrap().parse().unwrap();
        assert_eq!(length, frame.len() - at - 1);
        assert!(!frame.iter().any(|byte| byte.is_ascii_control()), "{}", String::from_utf8_lossy(&frame));
    }
}
