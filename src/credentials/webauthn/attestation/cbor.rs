//! CBOR (RFC 8949) as authenticators must write it, read strictly: of one size, each member once, and nothing after it.
//!
//! CTAP2 §8 has canonical CBOR only. Two readers take one attestation object apart, the ceremony's and this one; where every
//! length is definite and no member is there twice, they cannot see different things in it.

/// Maps and lists inside each other; an attestation object has three.
const DEEPEST: usize = 8;
/// Members of one map; a key has five. Each is held against those before it.
const MOST_MEMBERS: u64 = 64;

/// One item. Texts and bytes point into what was read.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item<'a> {
    Unsigned(u64),
    /// -1 - n.
    Negative(u64),
    Bytes(&'a [u8]),
    Text(&'a str),
    List(Vec<Item<'a>>),
    Map(Vec<(Item<'a>, Item<'a>)>),
    /// `false`, `true`, `null`, `undefined`.
    Simple(u8),
}

impl<'a> Item<'a> {
    /// The item that `bytes` are, all of them.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (item, rest) = Self::read_first(bytes)?;
        rest.is_empty().then_some(item)
    }

    /// The item at the start of `bytes`, and what comes after it.
    pub(super) fn read_first(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let mut reader = Reader(bytes);
        let item = reader.item(DEEPEST)?;
        Some((item, reader.0))
    }

    /// The member that a map has under this text.
    pub(super) fn member(&self, name: &str) -> Option<&Self> {
        self.find(|key| matches!(key, Item::Text(text) if *text == name))
    }

    /// The member that a map has under this number, as COSE keys have.
    pub(super) fn labelled(&self, label: i64) -> Option<&Self> {
        self.find(|key| key.integer() == Some(label))
    }

    fn find(&self, is_it: impl Fn(&Item<'a>) -> bool) -> Option<&Self> {
        let Item::Map(members) = self else { return None };
        members.iter().find(|(key, _)| is_it(key)).map(|(_, value)| value)
    }

    pub(super) fn integer(&self) -> Option<i64> {
        match self {
            Item::Unsigned(value) => i64::try_from(*value).ok(),
            Item::Negative(value) => i64::try_from(*value).ok()?.checked_neg()?.checked_sub(1),
            _ => None,
        }
    }

    pub(super) const fn bytes(&self) -> Option<&'a [u8]> {
        match self {
            Item::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub(super) const fn text(&self) -> Option<&'a str> {
        match self {
            Item::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn list(&self) -> Option<&[Self]> {
        match self {
            Item::List(items) => Some(items),
            _ => None,
        }
    }

    pub(super) const fn is_map(&self) -> bool {
        matches!(self, Item::Map(_))
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn item(&mut self, deepest: usize) -> Option<Item<'a>> {
        let deeper = || deepest.checked_sub(1);
        let (major, value) = self.head()?;
        Some(match major {
            0 => Item::Unsigned(value),
            1 => Item::Negative(value),
            2 => Item::Bytes(self.take(value)?),
            3 => Item::Text(std::str::from_utf8(self.take(value)?).ok()?),
            4 => {
                let mut items = Vec::new();
                for _ in 0..value {
                    items.push(self.item(deeper()?)?);
                }
                Item::List(items)
            }
            5 if value <= MOST_MEMBERS => {
                let mut members: Vec<(Item<'a>, Item<'a>)> = Vec::new();
                for _ in 0..value {
                    let key = self.item(deeper()?)?;
                    if members.iter().any(|(known, _)| *known == key) {
                        return None;
                    }
                    let value = self.item(deeper()?)?;
                    members.push((key, value));
                }
                Item::Map(members)
            }
            // No tags, no floats.
            7 if (20..=23).contains(&value) => Item::Simple(u8::try_from(value).ok()?),
            _ => return None,
        })
    }

    /// The major type and its number, in the shortest form there is; an indefinite length is none.
    fn head(&mut self) -> Option<(u8, u64)> {
        let first = *self.take(1)?.first()?;
        let (major, info) = (first >> 5, first & 0x1f);
        let (value, least) = match info {
            0..=23 => return Some((major, u64::from(info))),
            24 => (u64::from(*self.take(1)?.first()?), 24),
            25 => (u64::from(u16::from_be_bytes(self.array()?)), 1 << 8),
            26 => (u64::from(u32::from_be_bytes(self.array()?)), 1 << 16),
            27 => (u64::from_be_bytes(self.array()?), 1 << 32),
            _ => return None,
        };
        (value >= least && major != 7).then_some((major, value))
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N as u64)?.try_into().ok()
    }

    fn take(&mut self, length: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cose_key_is_read() {
        let bytes = [0xa3, 0x01, 0x02, 0x03, 0x26, 0x20, 0x41, 0xff];
        let key = Item::read(&bytes).unwrap();
        assert_eq!(key.labelled(3).and_then(Item::integer), Some(-7));
        assert_eq!(key.labelled(-1).and_then(Item::bytes), Some(&[0xff][..]));
        assert_eq!(key.labelled(2), None);
    }

    #[test]
    fn numbers_have_their_sizes() {
        for (bytes, expected) in [
            (&[0x17][..], 23),
            (&[0x18, 0x18], 24),
            (&[0x19, 0x01, 0x00], 256),
            (&[0x1a, 0x00, 0x01, 0x00, 0x00], 65_536),
            (&[0x39, 0x01, 0x00], -257),
            (&[0x38, 0x22], -35),
        ] {
            assert_eq!(Item::read(bytes).and_then(|item| item.integer()), Some(expected), "{bytes:x?}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_not_read() {
        for (bytes, why) in [
            (&[][..], "nothing"),
            (&[0x00, 0x00], "something after it"),
            (&[0x5f, 0x41, 0x00, 0xff], "bytes of no definite length"),
            (&[0x7f, 0x61, 0x61, 0xff], "a text of no definite length"),
            (&[0x9f, 0xff], "a list of no definite length"),
            (&[0xbf, 0xff], "a map of no definite length"),
            (&[0xa2, 0x01, 0x01, 0x01, 0x02], "a member twice"),
            (&[0xa2, 0x61, 0x61, 0x01, 0x61, 0x61, 0x02], "a member twice"),
            (&[0x18, 0x17], "a number longer than it must be"),
            (&[0x58, 0x01, 0x00], "a length longer than it must be"),
            (&[0x19, 0x00, 0xff], "a number longer than it must be"),
            (&[0x42, 0x00], "cut off"),
            (&[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], "longer than there is room for"),
            (&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], "more than there are"),
            (&[0xb8, 0x41], "more members than any map has"),
            (&[0x61, 0xff], "not UTF-8"),
            (&[0xc0, 0x00], "a tag"),
            (&[0xf9, 0x00, 0x00], "a float"),
            (&[0x81; 20], "too deep"),
        ] {
            assert_eq!(Item::read(bytes), None, "{why}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Item::read(&bytes);
        }
    }
}
