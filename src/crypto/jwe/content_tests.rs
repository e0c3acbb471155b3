//! Content encryption: the answers of RFC 7518 Appendix B and RFC 7516 Appendix A, and every altered part.

use super::*;
use crate::crypto::base64url;
use crate::crypto::random::SystemRandom;

/// Draws what the standards' authors drew.
#[derive(Debug)]
struct Drawn(Vec<u8>);

impl Random for Drawn {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.copy_from_slice(&self.0);
    }
}

fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.split_whitespace().collect();
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

struct Answer {
    encryption: ContentEncryption,
    key: Vec<u8>,
    aad: Vec<u8>,
    plain: Vec<u8>,
    iv: Vec<u8>,
    ciphertext: Vec<u8>,
    tag: Vec<u8>,
}

const KERCKHOFFS: &[u8] = b"A cipher system must not be required to be secret, and it must be able to fall into the \
    hands of the enemy without inconvenience";
const PRINCIPLE: &[u8] = b"The second principle of Auguste Kerckhoffs";
const KERCKHOFFS_IV: &str = "1af38c2dc2b96ffdd86694092341bc04";

fn answers() -> [Answer; 3] {
    [
        // RFC 7518 Appendix B.1.
        Answer {
            encryption: ContentEncryption::A128CbcHs256,
            key: (0..32).collect(),
            aad: PRINCIPLE.to_vec(),
            plain: KERCKHOFFS.to_vec(),
            iv: hex(KERCKHOFFS_IV),
            ciphertext: hex(
                "c80edfa32ddf39d5ef00c0b468834279a2e46a1b8049f792f76bfe54b903a9c9a94ac9b47ad2655c5f10f9aef71427e2
                 fc6f9b3f399a221489f16362c703233609d45ac69864e3321cf82935ac4096c86e133314c54019e8ca7980dfa4b9cf1b
                 384c486f3a54c51078158ee5d79de59fbd34d848b3d69550a67646344427ade54b8851ffb598f7f80074b9473c82e2db",
            ),
            tag: hex("652c3fa36b0a7c5b3219fab3a30bc1c4"),
        },
        // RFC 7518 Appendix B.3.
        Answer {
            encryption: ContentEncryption::A256CbcHs512,
            key: (0..64).collect(),
            aad: PRINCIPLE.to_vec(),
            plain: KERCKHOFFS.to_vec(),
            iv: hex(KERCKHOFFS_IV),
            ciphertext: hex(
                "4affaaadb78c31c5da4b1b590d10ffbd3dd8d5d302423526912da037ecbcc7bd822c301dd67c373bccb584ad3e9279c2
                 e6d12a1374b77f077553df829410446b36ebd97066296ae6427ea75c2e0846a11a09ccf5370dc80bfecbad28c73f09b3
                 a3b75e662a2594410ae496b2e2e6609e31e6e02cc837f053d21f37ff4f51950bbe2638d09dd7a4930930806d0703b1f6",
            ),
            tag: hex("4dd3b4c088a7f45c216839645b2012bf2e6269a8c56a816dbc1b267761955bc5"),
        },
        // RFC 7516 Appendix A.1.
        Answer {
            encryption: ContentEncryption::A256Gcm,
            key: vec![
                177, 161, 244, 128, 84, 143, 225, 115, 63, 180, 3, 255, 107, 154, 212, 246, 138, 7, 110, 91, 112, 46,
                34, 105, 47, 130, 203, 46, 122, 234, 64, 252,
            ],
            aad: b"eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ".to_vec(),
            plain: b"The true sign of intelligence is not knowledge but imagination.".to_vec(),
            iv: base64url::decode("48V1_ALb6US04U3b").unwrap(),
            ciphertext: base64url::decode(
                "5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6jiSdiwkIr3ajwQzaBtQD_A",
            )
            .unwrap(),
            tag: base64url::decode("XFBoMYUZodetZdvTiFvSkQ").unwrap(),
        },
    ]
}

#[test]
fn the_standards_answers_come_out_and_open_again() {
    for Answer { encryption, key, aad, plain, iv, ciphertext, tag } in answers() {
        let sealed = seal(encryption, &key, &aad, &plain, &Drawn(iv.clone())).unwrap();
        assert_eq!((&sealed.iv, &sealed.ciphertext, &sealed.tag), (&iv, &ciphertext, &tag), "{encryption}");
        assert_eq!(open(encryption, &key, &aad, sealed).unwrap().as_slice(), plain, "{encryption}");
    }
}

#[test]
fn whatever_is_altered_cut_or_lengthened_does_not_open() {
    type Change = fn(&mut Vec<u8>);
    const KEY: usize = 3;
    let changes: [Change; 5] = [
        |part| part[0] ^= 1,
        |part| *part.last_mut().unwrap() ^= 0x80,
        |part| part.truncate(part.len() - 1),
        |part| part.push(0),
        Vec::clear,
    ];
    for encryption in ContentEncryption::ALL.iter().copied() {
        let random = SystemRandom::new();
        let key = new_key(encryption, &random);
        assert_eq!(key.len(), key_length(encryption));
        for change in changes {
            let sealed = || {
                let Sealed { iv, ciphertext, tag } = seal(encryption, &key, b"aad", b"plain", &random).unwrap();
                [iv, ciphertext, tag, key.to_vec(), b"aad".to_vec()]
            };
            for part in 0..5 {
                let mut parts = sealed();
                change(&mut parts[part]);
                let [iv, ciphertext, tag, key, aad] = parts;
                let opened = open(encryption, &key, &aad, Sealed { iv, ciphertext, tag });
                // The MAC knows nothing of the half of a CBC key that encrypts: one time in 256 the padding fits by chance.
                match opened {
                    Ok(garbage) if part == KEY => assert_ne!(garbage.as_slice(), b"plain", "{encryption}"),
                    opened => assert_eq!(opened, Err(JweError::Decryption), "{encryption}, part {part}"),
                }
            }
        }
    }
}

#[test]
fn an_empty_content_is_one_too() {
    let random = SystemRandom::new();
    for encryption in ContentEncryption::ALL.iter().copied() {
        let key = new_key(encryption, &random);
        let sealed = seal(encryption, &key, b"", b"", &random).unwrap();
        assert_eq!(open(encryption, &key, b"", sealed).unwrap().as_slice(), b"");
    }
}
