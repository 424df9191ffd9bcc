//! The look before the start: is it Redis, new enough, a server that takes writes, and one that keeps what it is given?
//! A server that is away is only warned of, since whistles are taken without it. It changes nothing but the groups.

use super::fault::{answered, not_redis};
use super::{ANSWER_MAX, CONNECT_MAX, Line, Redis, one, reply};
use crate::stream::StreamFault;
use redis::pipe;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// XAUTOCLAIM and XTRIM MINID came with it.
const OLDEST: (u32, u32) = (6, 2);

impl Redis {
    pub(in crate::stream) async fn check(&self) -> Result<Vec<String>, StreamFault> {
        let outcome = match self.looked_at().await {
            Err(StreamFault::Unreachable(why)) if self.speaks_otherwise().await => {
                tracing::debug!(why, "something else answers");
                Err(not_redis())
            }
            outcome => outcome,
        };
        match self.concluded(outcome).await {
            Err(StreamFault::Unreachable(why)) => {
                Ok(vec![format!("the stream is not reachable ({why}): whistles are taken, the sweep does the work")])
            }
            outcome => outcome,
        }
    }

    async fn looked_at(&self) -> Result<Vec<String>, StreamFault> {
        let mut line = self.line().await?;
        let mut asked = pipe();
        asked.cmd("INFO");
        let told = one(&mut line, &asked).await?.map_err(|fault| answered(&fault))?;
        let told = Told(reply::text(&told).unwrap_or_default());
        let Some(version) = told.value("redis_version") else { return Err(not_redis()) };
        if told.version().is_none_or(|version| version < OLDEST) {
            let version: String = version.chars().filter(|c| c.is_ascii_digit() || *c == '.').take(16).collect();
            let (major, minor) = OLDEST;
            let why = format!("the stream's server is Redis {version}: it takes {major}.{minor} or later, or Valkey");
            return Err(StreamFault::Refused(why));
        }
        if told.value("role") == Some("slave") {
            let why = "the stream's server is a replica and takes no writes: name the primary, or the sentinels";
            return Err(StreamFault::Refused(why.to_owned()));
        }
        self.make_groups(&mut line).await?;
        self.may_ring().await?;
        let mut warnings = Vec::new();
        if told.value("maxmemory").is_some_and(|bytes| bytes != "0")
            && told.value("maxmemory_policy") != Some("noeviction")
        {
            warnings.push(
                "the stream's server may evict what nobody has heard yet: set maxmemory-policy noeviction".to_owned(),
            );
        }
        if told.value("aof_enabled") == Some("0") && takes_no_snapshots(&mut line).await? {
            warnings.push(
                "the stream's server keeps nothing over a restart: set appendonly yes, or leave what it forgets to the sweep"
                    .to_owned(),
            );
        }
        let groups = self.groups().await?;
        warnings.extend(self.strange(&groups).map(|group| self.pinned_by(&group.name)));
        Ok(warnings)
    }

    /// A name is a stranger's word: it is shown only when it cannot be taken for anything else.
    fn pinned_by(&self, group: &str) -> String {
        let is_plain = group.len() <= 64 && group.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let name = if is_plain { group } else { "<name>, as XINFO GROUPS shows it" };
        format!(
            "the stream has a group that is not the hub's and keeps all that it has not heard: unless somebody needs it, \
             XGROUP DESTROY {} {name}",
            self.shared.key
        )
    }

    /// Whether whoever listens there greets or answers in another protocol. The client hangs up on such a server before
    /// it says why.
    async fn speaks_otherwise(&self) -> bool {
        let Some(place) = self.shared.address.in_clear() else { return false };
        let first = async {
            let stream = TcpStream::connect(place).await?;
            stream.writable().await?;
            stream.try_write(b"PING\r\n\r\n")?;
            stream.readable().await?;
            let mut byte = [0];
            stream.try_read(&mut byte).map(|read| (read, byte[0]))
        };
        match timeout(CONNECT_MAX + ANSWER_MAX, first).await {
            Ok(Ok((read, byte))) => read > 0 && byte != b'+' && byte != b'-',
            Ok(Err(_)) | Err(_) => false,
        }
    }
}

/// Whether no snapshots are configured; unknown, where the user may not ask, is no.
async fn takes_no_snapshots(line: &mut Line) -> Result<bool, StreamFault> {
    let mut asked = pipe();
    asked.cmd("CONFIG").arg("GET").arg("save");
    let answer = one(line, &asked).await?.unwrap_or_default();
    Ok(reply::field(&answer, "save").and_then(reply::text) == Some(""))
}

/// What INFO says, a `key:value` a line.
struct Told<'a>(&'a str);

impl<'a> Told<'a> {
    fn value(&self, key: &str) -> Option<&'a str> {
        self.0.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))
    }

    fn version(&self) -> Option<(u32, u32)> {
        let mut numbers = self.value("redis_version")?.split('.').map(str::parse);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_s_version_is_read_from_what_it_tells() {
        let version = |told: &str| Told(told).version();
        assert_eq!(version("# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n"), Some((7, 0)));
        assert_eq!(version("redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.0\r\n"), Some((7, 2)));
        assert!(version("redis_version:5.0.14\r\n").is_some_and(|version| version < OLDEST));
        assert_eq!(version("redis_version:new\r\n"), None);
    }
}
