use proptest::prelude::*;

use super::*;
use write::{bytes, integer, list, map, text};

/// CBOR, written by hand so that it can be written wrongly.
mod write {
    pub(super) type Written = Vec<u8>;

    fn head(major: u8, number: usize) -> Written {
        let major = major << 5;
        match (u8::try_from(number), u16::try_from(number)) {
            (Ok(short @ 0..=23), _) => vec![major | short],
            (Ok(byte), _) => vec![major | 24, byte],
            (_, Ok(two)) => [&[major | 25][..], &two.to_be_bytes()].concat(),
            _ => panic!("too long for a test"),
        }
    }

    pub(super) fn integer(value: i64) -> Written {
        let (major, number) = if value < 0 { (1, -1 - value) } else { (0, value) };
        head(major, usize::try_from(number).unwrap())
    }

    pub(super) fn bytes(value: &[u8]) -> Written {
        [head(2, value.len()), value.to_vec()].concat()
    }

    pub(super) fn text(value: &str) -> Written {
        [head(3, value.len()), value.as_bytes().to_vec()].concat()
    }

    pub(super) fn list(items: &[Written]) -> Written {
        [head(4, items.len()), items.concat()].concat()
    }

    pub(super) fn map(members: &[(Written, Written)]) -> Written {
        let written = members.iter().flat_map(|(key, value)| [key.clone(), value.clone()].concat());
        head(5, members.len()).into_iter().chain(written).collect()
    }
}

/// An attestation object that is right, with everything to spoil.
#[derive(Clone)]
pub(crate) struct Made {
    pub(crate) format: &'static str,
    pub(crate) aaguid: Aaguid,
    pub(crate) flags: u8,
    pub(crate) algorithm: i64,
    pub(crate) chain: Option<Vec<Vec<u8>>>,
    pub(crate) key: Vec<(i64, Vec<u8>)>,
    pub(crate) after: Vec<u8>,
}

impl Made {
    /// One of `aaguid` whose statement brings this chain along.
    pub(crate) fn by(aaguid: Aaguid, chain: Vec<Vec<u8>>) -> Self {
        Self { aaguid, chain: Some(chain), ..Self::own() }
    }

    /// One that vouches for itself.
    pub(crate) fn own() -> Self {
        let point = bytes(&[7; 32]);
        Self {
            format: "packed",
            aaguid: Aaguid::from_bytes([9; 16]),
            flags: 0b0100_0101,
            algorithm: -7,
            chain: None,
            key: vec![(1, integer(2)), (3, integer(-7)), (-1, integer(1)), (-2, point.clone()), (-3, point)],
            after: Vec::new(),
        }
    }

    fn data(&self) -> Vec<u8> {
        let key: Vec<_> = self.key.iter().map(|(label, value)| (integer(*label), value.clone())).collect();
        let mut data = vec![1; 32];
        data.push(self.flags);
        data.extend([0, 0, 0, 5]);
        data.extend(self.aaguid.as_bytes());
        data.extend([0, 3, 0xaa, 0xbb, 0xcc]);
        data.extend(map(&key));
        data.extend(&self.after);
        data
    }

    fn statement(&self) -> Vec<u8> {
        let mut members = vec![(text("alg"), integer(self.algorithm)), (text("sig"), bytes(&[5; 70]))];
        if let Some(chain) = &self.chain {
            let chain: Vec<_> = chain.iter().map(|one| bytes(one)).collect();
            members.push((text("x5c"), list(&chain)));
        }
        map(&members)
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let statement = if self.format == "none" { map(&[]) } else { self.statement() };
        object(text(self.format), statement, bytes(&self.data()))
    }
}

fn object(format: Vec<u8>, statement: Vec<u8>, data: Vec<u8>) -> Vec<u8> {
    map(&[(text("fmt"), format), (text("attStmt"), statement), (text("authData"), data)])
}

fn refused(bytes: &[u8]) -> MalformedObject {
    AttestationObject::read(bytes).unwrap_err()
}

#[test]
fn a_statement_says_who_vouches() {
    let made = Made::by(Aaguid::from_bytes([9; 16]), vec![vec![1; 300], vec![2; 10]]);
    let bytes = made.write();
    let read = AttestationObject::read(&bytes).unwrap();
    assert_eq!((read.aaguid, read.single_device), (made.aaguid, true));
    let (leaf, intermediates) = (&[1; 300][..], vec![&[2; 10][..]]);
    assert_eq!(read.voucher, Voucher::Maker { algorithm: -7, leaf, intermediates });

    assert_eq!(AttestationObject::read(&Made::own().write()).unwrap().voucher, Voucher::Own);
    for format in ["none", "fido-u2f", "tpm", "apple", "android-key", "later"] {
        let bytes = Made { format, ..made.clone() }.write();
        assert_eq!(AttestationObject::read(&bytes).unwrap().voucher, Voucher::Nobody, "{format}");
    }
}

#[test]
fn the_flags_say_whether_the_key_can_leave_and_do_not_contradict_each_other() {
    let with = |flags: u8| Made { flags, ..Made::own() }.write();
    assert!(!AttestationObject::read(&with(0b0100_1101)).unwrap().single_device);
    assert!(!AttestationObject::read(&with(0b0101_1101)).unwrap().single_device);
    assert_eq!(refused(&with(0b0101_0101)), MalformedObject::BackedUp);
    assert_eq!(refused(&with(0b0000_0101)), MalformedObject::AuthenticatorData);
}

#[test]
fn nothing_stands_after_what_was_signed() {
    let after = |flags: u8, after: Vec<u8>| Made { flags, after, ..Made::own() }.write();
    let fault = MalformedObject::AuthenticatorData;
    assert_eq!(refused(&after(0b0100_0101, vec![0])), fault);
    // Extensions, where the flags say so, and nothing after them.
    let extensions = map(&[(text("credProtect"), integer(2))]);
    assert!(AttestationObject::read(&after(0b1100_0101, extensions.clone())).is_ok());
    assert_eq!(refused(&after(0b0100_0101, extensions.clone())), fault);
    assert_eq!(refused(&after(0b1100_0101, [extensions, vec![0]].concat())), fault);
    assert_eq!(refused(&after(0b1100_0101, vec![])), fault);
    assert_eq!(refused(&after(0b1100_0101, integer(1))), fault);
    let whole = Made::own().write();
    assert_eq!(refused(&[whole.clone(), vec![0]].concat()), MalformedObject::Cbor);
    for length in 0..whole.len() {
        assert_eq!(refused(&whole[..length]), MalformedObject::Cbor, "{length}");
    }
}

#[test]
fn a_key_is_of_the_type_that_its_algorithm_works_with() {
    let with = |key: Vec<(i64, Vec<u8>)>, algorithm: i64| Made { key, algorithm, ..Made::own() }.write();
    let number = |label: i64, value: i64| (label, integer(value));
    let some = |label: i64| (label, bytes(&[3; 32]));
    for (key, algorithm) in [
        (vec![number(1, 2), number(3, -7), number(-1, 1), some(-2), some(-3)], -7),
        (vec![number(1, 2), number(3, -35), number(-1, 2), some(-2), some(-3)], -35),
        (vec![number(1, 1), number(3, -8), number(-1, 6), some(-2)], -8),
        (vec![number(1, 3), number(3, -257), some(-1), some(-2)], -257),
    ] {
        assert!(AttestationObject::read(&with(key, algorithm)).is_ok(), "{algorithm}");
    }
    for key in [
        vec![number(1, 2), number(3, -257), number(-1, 1), some(-2), some(-3)],
        vec![number(1, 2), number(3, -7), number(-1, 2), some(-2), some(-3)],
        vec![number(1, 2), number(3, -35), number(-1, 1), some(-2), some(-3)],
        vec![number(1, 3), number(3, -7), some(-1), some(-2)],
        vec![number(1, 1), number(3, -7), number(-1, 6), some(-2)],
        vec![number(1, 1), number(3, -8), number(-1, 7), some(-2)],
        vec![number(1, 3), number(3, -65535), some(-1), some(-2)],
        vec![number(1, 3), number(3, -257), number(-1, 1)],
        vec![number(1, 2), number(-1, 1), some(-2), some(-3)],
        vec![],
    ] {
        assert_eq!(refused(&with(key.clone(), -7)), MalformedObject::Key, "{key:?}");
    }
    assert_eq!(refused(&Made { algorithm: -257, ..Made::own() }.write()), MalformedObject::OwnAlgorithm);
}

#[test]
fn a_statement_is_of_its_format() {
    let data = || bytes(&Made::own().data());
    let signature = (text("sig"), bytes(&[5; 70]));
    let algorithm = (text("alg"), integer(-7));
    let x5c = |chain: Vec<u8>| map(&[algorithm.clone(), signature.clone(), (text("x5c"), chain)]);
    for statement in [
        map(&[]),
        map(std::slice::from_ref(&algorithm)),
        map(std::slice::from_ref(&signature)),
        map(&[(text("alg"), text("ES256")), signature.clone()]),
        map(&[algorithm.clone(), (text("sig"), text("x"))]),
        x5c(list(&[])),
        x5c(bytes(&[1])),
        x5c(list(&[text("x")])),
        x5c(list(&vec![bytes(&[1]); 9])),
    ] {
        assert_eq!(refused(&object(text("packed"), statement, data())), MalformedObject::Statement);
    }
    assert_eq!(
        refused(&object(text("none"), map(std::slice::from_ref(&signature)), data())),
        MalformedObject::Statement
    );
    for broken in [
        object(integer(1), map(&[]), data()),
        object(text("none"), list(&[]), data()),
        object(text("none"), map(&[]), text("x")),
        map(&[(text("fmt"), text("none"))]),
    ] {
        assert_eq!(refused(&broken), MalformedObject::Members);
    }
    assert_eq!(refused(&list(&[])), MalformedObject::Cbor);
    let twice = map(&[(text("fmt"), text("packed")), (text("fmt"), text("none"))]);
    assert_eq!(refused(&twice), MalformedObject::Cbor);
}

proptest! {
    #[test]
    fn no_bytes_panic(at in any::<prop::sample::Index>(), byte: u8) {
        let mut changed = Made::by(Aaguid::default(), vec![vec![1; 30]]).write();
        let at = at.index(changed.len());
        changed[at] = byte;
        let _ = AttestationObject::read(&changed);
    }
}
