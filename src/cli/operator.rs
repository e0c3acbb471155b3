//! Who sits at the shell, as the operating system knows them: the actor of every administrative event.

use std::os::unix::fs::MetadataExt;

use crate::domain::audit::Actor;

/// The account that this process runs as; behind `sudo`, also the one that called it.
pub fn actor() -> Actor {
    let user = std::fs::metadata("/proc/self").map_or_else(|_| "unknown".to_owned(), |about| user(about.uid()));
    // Only root could have set this to another's, and root could write the log itself.
    match std::env::var("SUDO_USER") {
        Ok(caller) if user == "root" && !caller.is_empty() => {
            Actor::Operator(format!("{user} (sudo: {})", plain(&caller)))
        }
        _ => Actor::Operator(user),
    }
}

/// The account's name, or its number where only a directory service knows it.
fn user(uid: u32) -> String {
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    name_of(uid, &accounts).unwrap_or_else(|| format!("uid {uid}"))
}

fn name_of(uid: u32, accounts: &str) -> Option<String> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, number) = (fields.next()?, fields.nth(1)?);
        (number.parse() == Ok(uid)).then(|| plain(name))
    })
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric() || "-_.@\\".contains(*c)).take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_number() {
        let accounts = "root:x:0:0:root:/root:/bin/sh\nlan:x:1000:100:Lan:/home/lan:/bin/sh\nbroken\n";
        assert_eq!(name_of(1000, accounts), Some("lan".to_owned()));
        assert_eq!(name_of(100, accounts), None);
    }
}
