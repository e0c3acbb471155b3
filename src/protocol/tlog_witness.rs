//! What a log asks a witness, and what a witness makes of it: C2SP `tlog-witness`. A witness remembers the last head that it cosigned,
//! and cosigns only what grew from it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::crypto::transparency::{Checkpoint, NoteVerifier, SignedNote, TreeHash, verify_consistency};

/// A proof has one hash for each level of the tree at most.
const LONGEST_PROOF: usize = 63;

/// A request to `add-checkpoint`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// What the log believes the witness to have cosigned last: events of the tree.
    pub old: u64,
    /// That the tree grew from there.
    pub proof: Vec<TreeHash>,
    pub note: SignedNote,
}

/// The last head that a witness cosigned of a log; nothing of a log that it sees for the first time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Witnessed {
    pub size: u64,
    pub root: Option<TreeHash>,
}

/// Why a witness does not cosign, each with its HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("it is no request to add a checkpoint")]
    Malformed,
    #[error("the log is not one of those that are witnessed here")]
    UnknownLog,
    #[error("the head is not signed by the log's key")]
    NotSigned,
    /// The size that was cosigned last: the log proves from there.
    #[error("another head was cosigned last, of {0} events")]
    OtherSize(u64),
    #[error("the head did not grow from the one that was cosigned last")]
    Inconsistent,
}

impl Refusal {
    /// As C2SP `tlog-witness` says it.
    pub const fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::UnknownLog => 404,
            Self::NotSigned => 403,
            Self::OtherSize(_) => 409,
            Self::Inconsistent => 422,
        }
    }
}

impl AddCheckpoint {
    /// The body of the request.
    pub fn to_text(&self) -> String {
        let mut text = format!("old {}\n", self.old);
        for hash in &self.proof {
            text.push_str(&STANDARD.encode(hash));
            text.push('\n');
        }
        format!("{text}\n{}", self.note)
    }

    /// # Errors
    /// `Malformed`.
    pub fn parse(body: &str) -> Result<Self, Refusal> {
        let (head, note) = body.split_once("\n\n").ok_or(Refusal::Malformed)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).ok_or(Refusal::Malformed)?;
        let old = old.parse().ok().filter(|number: &u64| number.to_string() == old).ok_or(Refusal::Malformed)?;
        let hash = |line: &str| STANDARD.decode(line).ok().and_then(|hash| hash.try_into().ok());
        let proof: Vec<TreeHash> = lines.map(hash).collect::<Option<_>>().ok_or(Refusal::Malformed)?;
        if proof.len() > LONGEST_PROOF {
            return Err(Refusal::Malformed);
        }
        let note = SignedNote::parse(note).map_err(|_| Refusal::Malformed)?;
        Ok(Self { old, proof, note })
    }

    /// The log that it is of, as it says itself.
    ///
    /// # Errors
    /// `Malformed`.
    pub fn checkpoint(&self) -> Result<Checkpoint, Refusal> {
        Checkpoint::parse(&self.note.text).map_err(|_| Refusal::Malformed)
    }

    /// What is to be cosigned, where the log with these `keys` may be cosigned so after `last`.
    ///
    /// # Errors
    /// Why not.
    pub fn judge(&self, keys: &[NoteVerifier], last: &Witnessed) -> Result<Checkpoint, Refusal> {
        let checkpoint = self.checkpoint()?;
        let mut own = keys.iter().filter(|key| key.name() == checkpoint.origin).peekable();
        if own.peek().is_none() {
            return Err(Refusal::UnknownLog);
        }
        if !own.any(|key| key.signed(&self.note).is_some()) {
            return Err(Refusal::NotSigned);
        }
        if self.old > checkpoint.size {
            return Err(Refusal::Malformed);
        }
        if self.old != last.size {
            return Err(Refusal::OtherSize(last.size));
        }
        let grew = match &last.root {
            // Whatever a log begins with is its beginning.
            None => self.proof.is_empty(),
            Some(root) => verify_consistency(self.old, checkpoint.size, &self.proof, root, &checkpoint.root),
        };
        if grew { Ok(checkpoint) } else { Err(Refusal::Inconsistent) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::transparency::{CompactRange, LogSigner, leaf_hash};
    use crate::domain::secret::SecretBytes;

    const ORIGIN: &str = "id.example/audit-log";

    fn log(seed: u8) -> LogSigner {
        LogSigner::new(ORIGIN, &SecretBytes::new([seed; 32])).unwrap()
    }

    fn tree(size: u64, fork: u8) -> CompactRange {
        let mut tree = CompactRange::default();
        for place in 0..size {
            tree.append(leaf_hash(&[u8::try_from(place).unwrap(), fork]), |_, _| {});
        }
        tree
    }

    fn request(old: u64, size: u64, fork: u8, signer: &LogSigner) -> AddCheckpoint {
        let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root: tree(size, fork).root() };
        let text = checkpoint.to_text();
        // From one leaf, whose hash is the first tree's root, to two: the other leaf.
        let proof = if (old, size) == (1, 2) { vec![leaf_hash(&[1, fork])] } else { Vec::new() };
        AddCheckpoint { old, proof, note: SignedNote { signatures: vec![signer.sign(&text)], text } }
    }

    fn cosigned(size: u64) -> Witnessed {
        Witnessed { size, root: Some(tree(size, 0).root()) }
    }

    #[test]
    fn a_request_is_read_as_it_was_written_and_nothing_else_is_one() {
        let request = request(1, 2, 0, &log(7));
        assert_eq!(AddCheckpoint::parse(&request.to_text()), Ok(request.clone()));
        let text = request.to_text();
        for other in [
            "",
            "old 1\n\n",
            &text.replacen("old 1", "old 01", 1),
            &text.replacen("old 1", "old -1", 1),
            &text.replacen("old 1", "new 1", 1),
            &text.replacen("old 1\n", &format!("old 1\n{}", "AAAA\n".repeat(3)), 1),
            &text.replacen("\n\n", "\n", 1),
        ] {
            assert_eq!(AddCheckpoint::parse(other), Err(Refusal::Malformed), "{other:?}");
        }
    }

    #[test]
    fn only_what_grew_from_the_last_head_is_cosigned() {
        let keys = [log(7).verifier().clone()];
        let judge = |request: &AddCheckpoint, last: &Witnessed| request.judge(&keys, last).map(|head| head.size);
        assert_eq!(judge(&request(0, 1, 0, &log(7)), &Witnessed::default()), Ok(1));
        assert_eq!(judge(&request(1, 2, 0, &log(7)), &cosigned(1)), Ok(2));
        // The same once more, as after an answer that was lost.
        assert_eq!(judge(&request(2, 2, 0, &log(7)), &cosigned(2)), Ok(2));
        assert_eq!(judge(&request(2, 2, 1, &log(7)), &cosigned(2)), Err(Refusal::Inconsistent), "a fork of this size");
        assert_eq!(judge(&request(1, 2, 1, &log(7)), &cosigned(1)), Err(Refusal::Inconsistent), "a fork that grew");
        assert_eq!(judge(&request(0, 1, 0, &log(7)), &cosigned(2)), Err(Refusal::OtherSize(2)), "the end was cut off");
        assert_eq!(judge(&request(2, 1, 0, &log(7)), &cosigned(2)), Err(Refusal::Malformed));
        assert_eq!(judge(&request(0, 1, 0, &log(8)), &Witnessed::default()), Err(Refusal::NotSigned));
        assert_eq!(request(0, 1, 0, &log(7)).judge(&[], &Witnessed::default()), Err(Refusal::UnknownLog));
    }
}
