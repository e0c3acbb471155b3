//! Secrets come by standard input: arguments stand in the process list and in the shell's history.

use std::io::{self, IsTerminal, Read};

use zeroize::Zeroizing;

use super::exit::Exit;
use super::failure::Failure;
use crate::domain::secret::SecretString;

/// A secret is a line, and no longer than any password or client secret may be.
const MOST: usize = 8 * 1024;

/// The secret that stands on standard input; `option` is the one that asked for it. What ends the line is not part of it.
pub fn secret(option: &str) -> Result<SecretString, Failure> {
    let input = io::stdin();
    if input.is_terminal() {
        // What is typed would be seen.
        let how = format!("{option}: expected the secret on standard input, not typed: senid … {option} < file");
        return Err(Failure::new(Exit::Usage, how));
    }
    let mut text = Zeroizing::new(String::with_capacity(MOST + 2));
    let read = input.take(MOST as u64 + 2).read_to_string(&mut text);
    let refused = |why: &str| Failure::new(Exit::Usage, format!("{option}: {why}"));
    read.map_err(|error| refused(&error.to_string()))?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    match line {
        "" => Err(refused("nothing stands on standard input")),
        line if line.len() > MOST => Err(refused("what stands on standard input is too long for a secret")),
        line if line.contains('\n') => Err(refused("expected one line on standard input")),
        line => Ok(SecretString::new(line)),
    }
}
