//! Who sits at the shell, as the operating system knows them: the actor of every administrative event.

use std::os::unix::fs::MetadataExt;

use crate::domain::audit::Actor;

/// What the kernel says where nobody has logged in: a service, or a container's first process.
const NOBODY: u32 = u32::MAX;

/// The account that this process runs as; behind `sudo` and the like, also the one that called it.
pub fn actor() -> Actor {
    let user = std::fs::metadata("/proc/self").map_or_else(|_| "unknown".to_owned(), |about| user(about.uid()));
    if user != "root" {
        return Actor::Operator(user);
    }
    let text = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    let logged_in = std::fs::read_to_string("/proc/self/loginuid").ok().and_then(|text| text.trim().parse().ok());
    Actor::Operator(behind_root(text("SUDO_USER").as_deref(), text("SUDO_UID").as_deref(), logged_in, accounts))
}

/// Who root is. Only root could have set this to another's, and root could write the log itself.
fn behind_root(
    caller: Option<&str>,
    caller_uid: Option<&str>,
    logged_in: Option<u32>,
    accounts: impl Fn() -> String,
) -> String {
    if let Some(caller) = caller {
        let accounts = accounts();
        let is_here = |name: &str| accounts.lines().any(|line| line.split(':').next() == Some(name));
        // Whom only a directory service knows is spelt as where they act without sudo.
        let by_number = caller_uid.filter(|_| !is_here(caller)).and_then(|uid| uid.parse().ok());
        let caller = by_number.map_or_else(|| plain(caller), |uid| name_or_number(uid, &accounts));
        return format!("root (sudo: {caller})");
    }
    // `su` says nothing in the environment, and the kernel still knows who logged in.
    match logged_in.filter(|uid| ![0, NOBODY].contains(uid)) {
        Some(uid) => format!("root (login: {})", name_or_number(uid, &accounts())),
        None => "root".to_owned(),
    }
}

fn user(uid: u32) -> String {
    name_or_number(uid, &accounts())
}

fn accounts() -> String {
    std::fs::read_to_string("/etc/passwd").unwrap_or_default()
}

/// The account's name, or its number where only a directory service knows it.
fn name_or_number(uid: u32, accounts: &str) -> String {
    name_of(uid, accounts).unwrap_or_else(|| format!("uid {uid}"))
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

    #[test]
    fn whoever_becomes_root_is_named_as_who_they_are() {
        const ACCOUNTS: &str = "root:x:0:0:root:/root:/bin/sh\nlan:x:1000:100:Lan:/home/lan:/bin/sh\n";
        let behind = |caller, uid, logged_in| behind_root(caller, uid, logged_in, || ACCOUNTS.to_owned());
        assert_eq!(behind(Some("lan"), Some("1000"), None), "root (sudo: lan)");
        assert_eq!(behind(Some("lan"), Some("1000"), Some(1001)), "root (sudo: lan)");
        // Whom a directory service knows is `uid 70001` when they act for themselves.
        assert_eq!(behind(Some("minh@corp"), Some("70001"), None), "root (sudo: uid 70001)");
        assert_eq!(behind(Some("minh"), None, None), "root (sudo: minh)");
        assert_eq!(behind(None, None, Some(1000)), "root (login: lan)");
        assert_eq!(behind(None, None, Some(70_001)), "root (login: uid 70001)");
        for nobody in [None, Some(0), Some(NOBODY)] {
            assert_eq!(behind(None, None, nobody), "root");
        }
    }
}
