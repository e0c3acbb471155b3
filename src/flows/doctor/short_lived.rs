//! Redis: whether it forgets what must not be forgotten.

use super::{Doctor, Finding, What, or_sound};
use crate::sessions::RedisFacts;

const OLDEST: u32 = 7;
/// Of its memory, in percent, from which on it is full before anybody has ordered more.
const FULL_PERCENT: u64 = 80;

pub(super) async fn look(doctor: &Doctor) -> Vec<Finding> {
    let Some(redis) = &doctor.redis else {
        let what = if doctor.servers > 1 { What::RedisNoneForMany } else { What::RedisNone };
        return vec![Finding::new(what, format!("sessions.url is memory, and servers are {}", doctor.servers))];
    };
    match RedisFacts::ask(redis).await {
        Err(why) => vec![Finding::new(What::RedisAway, why)],
        Ok(facts) => judge(&facts),
    }
}

fn judge(facts: &RedisFacts) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut found = |what, detail: String| findings.push(Finding::new(what, detail));
    let major = facts.version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < OLDEST) {
        found(What::RedisOld, format!("it is Redis {}", facts.version));
    }
    if facts.role != "master" {
        found(What::RedisReplica, format!("its role is {}", facts.role));
    }
    match &facts.settings {
        None => found(What::RedisSilent, "it refuses CONFIG GET".to_owned()),
        Some(settings) => {
            if settings.policy != "noeviction" && facts.max_memory > 0 {
                found(What::RedisEvicts, format!("maxmemory-policy is {}", settings.policy));
            }
            if !settings.append_only {
                found(What::RedisNotKept, "appendonly is no".to_owned());
            }
            if facts.replicas > 0 && settings.replicas_to_write == 0 {
                found(What::RedisCutOff, "it has replicas, and min-replicas-to-write is 0".to_owned());
            }
        }
    }
    if facts.max_memory == 0 {
        found(What::RedisUnbounded, "maxmemory is 0".to_owned());
    } else if facts.used_memory.saturating_mul(100) > facts.max_memory.saturating_mul(FULL_PERCENT) {
        let megabytes = |bytes: u64| bytes / (1024 * 1024);
        let (used, most) = (megabytes(facts.used_memory), megabytes(facts.max_memory));
        found(What::RedisFull, format!("{used} of {most} MiB are used"));
    }
    if facts.replicas == 0 && facts.role == "master" {
        found(What::RedisAlone, "it has no replica".to_owned());
    }
    or_sound(findings, What::RedisSound, format!("Redis {} forgets nothing that counts", facts.version))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::KnownSettings;

    fn sound() -> RedisFacts {
        RedisFacts {
            version: "7.4.1".to_owned(),
            role: "master".to_owned(),
            replicas: 1,
            used_memory: 800,
            max_memory: 1000,
            settings: Some(KnownSettings { policy: "noeviction".to_owned(), append_only: true, replicas_to_write: 1 }),
        }
    }

    fn found(change: impl FnOnce(&mut RedisFacts)) -> Vec<What> {
        let mut facts = sound();
        change(&mut facts);
        judge(&facts).into_iter().map(|one| one.what).collect()
    }

    fn with(mut change: impl FnMut(&mut KnownSettings)) -> Vec<What> {
        found(|facts| facts.settings.iter_mut().for_each(&mut change))
    }

    #[test]
    fn each_setting_that_forgets_is_found_by_itself() {
        assert_eq!(found(|_| {}), [What::RedisSound]);
        assert_eq!(found(|facts| facts.version = "6.2.14".to_owned()), [What::RedisOld]);
        assert_eq!(found(|facts| facts.role = "slave".to_owned()), [What::RedisReplica]);
        assert_eq!(with(|settings| settings.policy = "allkeys-lru".to_owned()), [What::RedisEvicts]);
        assert_eq!(with(|settings| settings.append_only = false), [What::RedisNotKept]);
        assert_eq!(with(|settings| settings.replicas_to_write = 0), [What::RedisCutOff]);
        assert_eq!(found(|facts| facts.used_memory = 801), [What::RedisFull]);
    }

    #[test]
    fn what_is_only_worth_knowing_leaves_it_sound() {
        assert_eq!(found(|facts| facts.replicas = 0), [What::RedisSound, What::RedisAlone]);
        assert_eq!(found(|facts| facts.max_memory = 0), [What::RedisSound, What::RedisUnbounded]);
        assert_eq!(found(|facts| facts.settings = None), [What::RedisSound, What::RedisSilent]);
    }
}
