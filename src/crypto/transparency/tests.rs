use proptest::prelude::*;

use super::*;
use crate::domain::secret::SecretBytes;

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// As RFC 9162 §2.1.1 defines it, to hold the rest against.
fn root(leaves: &[TreeHash]) -> TreeHash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let middle = leaves.len().next_power_of_two() / 2;
            node_hash(&root(&leaves[..middle]), &root(&leaves[middle..]))
        }
    }
}

fn leaves(count: u64) -> Vec<TreeHash> {
    (0..count).map(|number| leaf_hash(&number.to_be_bytes())).collect()
}

fn proof(leaves: &[TreeHash], spans: Vec<Span>) -> Vec<TreeHash> {
    let of = |subtree: &Subtree| root(&leaves[subtree.start() as usize..subtree.end() as usize]);
    spans.into_iter().map(|span| root_of_span(&perfect_subtrees(span).iter().map(of).collect::<Vec<_>>())).collect()
}

/// The eight entries that implementations of RFC 6962 are commonly held against, and the roots of their trees.
#[test]
fn trees_have_the_roots_that_other_implementations_find() {
    let entries = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    assert_eq!(hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"), CompactRange::default().root());
    let mut range = CompactRange::default();
    for (entry, expected) in entries.iter().zip(roots) {
        range.append(leaf_hash(&hex(entry)), |_, _| {});
        assert_eq!(hex(expected), range.root(), "of {}", range.size());
    }
}

#[test]
fn a_frontier_goes_on_where_it_was_written() {
    let all = leaves(300);
    let mut range = CompactRange::default();
    for (number, leaf) in all.iter().enumerate() {
        range = CompactRange::from_bytes(range.size(), &range.to_bytes()).unwrap();
        range.append(*leaf, |subtree, hash| {
            assert_eq!(*hash, root(&all[subtree.start() as usize..subtree.end() as usize]), "{subtree:?}");
        });
        assert_eq!(range.root(), root(&all[..=number]));
    }
    assert_eq!(CompactRange::from_bytes(3, &[0; 32]), Err(WrongNodes));
    assert_eq!(CompactRange::from_bytes(1, &[0; 31]), Err(WrongNodes));
}

#[test]
fn every_leaf_of_every_small_tree_is_proven_and_no_other() {
    let all = leaves(40);
    for size in 1..=40_u64 {
        let tree = &all[..size as usize];
        for index in 0..size {
            let proof = proof(tree, inclusion_spans(index, size));
            assert!(verify_inclusion(index, size, &tree[index as usize], &proof, &root(tree)), "{index} of {size}");
            assert!(!verify_inclusion(index, size, &leaf_hash(b"other"), &proof, &root(tree)));
            assert!(
                size == 1 || !verify_inclusion((index + 1) % size, size, &tree[index as usize], &proof, &root(tree))
            );
            assert!(!verify_inclusion(size, size, &tree[index as usize], &proof, &root(tree)));
            let longer = [proof.as_slice(), &[all[0]]].concat();
            assert!(!verify_inclusion(index, size, &tree[index as usize], &longer, &root(tree)));
        }
    }
}

#[test]
fn every_small_tree_is_shown_to_have_grown_from_every_smaller_one() {
    let all = leaves(40);
    for size in 0..=40_u64 {
        for first in 0..=size {
            let (old, new) = (root(&all[..first as usize]), root(&all[..size as usize]));
            let proof = proof(&all, consistency_spans(first, size));
            assert!(verify_consistency(first, size, &proof, &old, &new), "{first} of {size}");
            assert!(!verify_consistency(first, size, &proof, &leaf_hash(b"fork"), &new), "{first} of {size}");
            let longer = [proof.as_slice(), &[all[0]]].concat();
            assert!(!verify_consistency(first, size, &longer, &old, &new), "{first} of {size}");
            if first > 0 && first < size {
                assert!(!verify_consistency(first, size, &proof, &old, &leaf_hash(b"fork")));
                assert!(!verify_consistency(size, first, &proof, &new, &old));
            }
        }
    }
}

fn signer(name: &str) -> LogSigner {
    LogSigner::new(name, &SecretBytes::new([7; 32])).unwrap()
}

fn head() -> Checkpoint {
    Checkpoint { origin: "id.example/audit".to_owned(), size: 20_852_163, root: leaf_hash(b"a") }
}

#[test]
fn a_head_is_read_as_it_was_signed() {
    let text = head().to_text();
    let note = SignedNote { signatures: vec![signer("id.example/audit").sign(&text)], text };
    let read = SignedNote::parse(&note.to_string()).unwrap();
    assert_eq!(read, note);
    assert_eq!(Checkpoint::parse(&read.text), Ok(head()));
    let verifier = NoteVerifier::parse(&signer("id.example/audit").verifier().to_string()).unwrap();
    assert_eq!(verifier.signed(&read), Some(0));
    assert_eq!(signer("other.example").verifier().signed(&read), None);
    for other in ["20852164", "020852163"] {
        let forged = SignedNote { text: note.text.replace("20852163", other), ..note.clone() };
        assert_eq!(verifier.signed(&forged), None);
    }
    for text in ["", "a\n", "a\n1\n", "a\n01\nAAAA\n", "a\n-1\nAAAA\n", "\n1\nAAAA\n"] {
        assert_eq!(Checkpoint::parse(text), Err(NoteError::Checkpoint), "{text:?}");
    }
}

#[test]
fn a_witness_signs_the_time_too() {
    let witness = WitnessSigner::new("witness.example", &SecretBytes::new([8; 32])).unwrap();
    let text = head().to_text();
    let line = witness.cosign(&text, 1_700_000_000);
    let verifier = NoteVerifier::parse(&witness.verifier().to_string()).unwrap();
    let read = SignatureLine::parse(&line.to_string()).unwrap();
    assert_eq!(verifier.verifies(&text, &read), Some(1_700_000_000));
    let mut later = read.clone();
    later.signature[7] ^= 1;
    assert_eq!(verifier.verifies(&text, &later), None);
    assert_eq!(verifier.verifies(&text.replace("20852163", "20852164"), &read), None);
    // The same private key as a log's is another key: its signatures are of another kind.
    let log = LogSigner::new("witness.example", &SecretBytes::new([8; 32])).unwrap();
    assert_eq!(verifier.verifies(&text, &log.sign(&text)), None);
}

/// The key and note of the documentation of Go's `golang.org/x/mod/sumdb/note`, where the format comes from.
#[test]
fn a_note_of_another_implementation_verifies() {
    let verifier = NoteVerifier::parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").unwrap();
    let note = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\
        \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    let read = SignedNote::parse(note).unwrap();
    assert_eq!(verifier.signed(&read), Some(0));
    assert_eq!(read.to_string(), note);
    assert!(NoteVerifier::parse("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").is_err());
    assert!(NoteVerifier::parse("PeterNeumann+c74f20a3").is_err());
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_of_notes_stumble(text in "\\PC*|(\u{2014} a [A-Za-z0-9+/=]{0,90}\n|\n|a){0,9}") {
        if let Ok(note) = SignedNote::parse(&text) {
            prop_assert_eq!(note.to_string(), text.clone());
        }
        let _ = (Checkpoint::parse(&text), NoteVerifier::parse(&text));
    }
}
