//! The stream on a Redis server (6.2 or later, Valkey too). One shared line for the relay's short calls, opened when
//! it is first needed and dropped at any fault; whoever listens has a line of its own, since a blocking command holds
//! up everybody behind it. Every wait on the server has an end. Nothing here is a fact: the server may lose it all.

mod address;
mod check;
mod ears;
mod fault;
mod reply;

pub(super) use ears::Ears;

use super::{Entry, Lag, StreamFault};
use address::Address;
use fault::{answered, said};
use redis::aio::MultiplexedConnection as Line;
use redis::{AsyncConnectionConfig, Cmd, Pipeline, ServerError, Value, cmd, pipe};
use reply::{Group, Id};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::timeout;

/// Opening a line: names, sentinels, TLS and login together.
const OPEN_MAX: Duration = Duration::from_secs(4);
const CONNECT_MAX: Duration = Duration::from_secs(2);
/// A command that does not block is answered by then.
const ANSWER_MAX: Duration = Duration::from_secs(2);
/// A consumer that holds nothing and was not heard of for this long is a replica of the past. Milliseconds.
const CONSUMER_IDLE_MAX: usize = 24 * 60 * 60 * 1000;

/// What a stream on Redis is opened with.
pub struct Settings {
    /// `redis[s]://…` or `redis+sentinel://…`.
    pub url: SecretString,
    /// Trusted instead of the system's authorities, PEM.
    pub ca_pem: Option<Vec<u8>>,
    /// The longest wait for the server's answer to whoever listens. No wait inside the server is longer than half of it,
    /// so that a quiet moment never looks like a broken line (C01).
    pub response: Duration,
}

/// Clones share one line.
#[derive(Clone)]
pub struct Redis {
    shared: Arc<Shared>,
}

struct Shared {
    address: Address,
    key: String,
    groups: Vec<String>,
    response: Duration,
    line: Mutex<Option<Line>>,
    up: AtomicBool,
}

impl Redis {
    pub(super) fn new(settings: Settings, ledger_id: &str, groups: &[&str]) -> Result<Redis, StreamFault> {
        let shared = Shared {
            address: Address::read(settings.url.expose_secret(), settings.ca_pem.as_deref())?,
            key: format!("whistle-hub:{{{ledger_id}}}:events"),
            groups: groups.iter().map(|name| (*name).to_owned()).collect(),
            response: settings.response,
            line: Mutex::new(None),
            up: AtomicBool::new(false),
        };
        Ok(Redis { shared: Arc::new(shared) })
    }

    pub(super) fn is_up(&self) -> bool {
        self.shared.up.load(Ordering::Relaxed)
    }

    pub(super) fn listen(&self, group: &str, consumer: &str) -> Ears {
        Ears::new(self.clone(), group, consumer)
    }

    pub(super) async fn ring(&self, entries: &[Entry]) -> Result<usize, StreamFault> {
        if entries.is_empty() {
            return Ok(0);
        }
        let rung = self.ring_all(entries).await;
        self.concluded(rung).await
    }

    /// All of them or none: a hole would stay one, since what is below the top is refused. The client's own transactions
    /// are not used: it takes a refused EXEC for an empty answer and may give up at a refused MULTI. Where MULTI itself is
    /// refused the entries went one by one, which whoever rings again finds out.
    async fn ring_all(&self, entries: &[Entry]) -> Result<usize, StreamFault> {
        let mut rings = pipe();
        rings.cmd("MULTI");
        for entry in entries {
            rings.cmd("XADD").arg(&self.shared.key).arg(Id::of(entry.seq).to_string());
            rings.arg(reply::FIELD).arg(entry.body());
        }
        rings.cmd("EXEC");
        let mut done = None;
        for answer in all(&mut self.line().await?, &rings).await? {
            // The first refusal is the reason; EXEC's only says that there was one.
            done = Some(answer.map_err(|fault| answered(&fault))?);
        }
        let Some(Value::Array(answers)) = done.filter(|done| reply::list(done).len() == entries.len()) else {
            return Err(StreamFault::Unreachable("it did not say what became of a ring".to_owned()));
        };
        let mut rung = 0;
        for answer in answers {
            if let Value::ServerError(fault) = answer {
                if !is_there_already(&fault) {
                    return Err(answered(&fault));
                }
            } else {
                rung += 1;
            }
        }
        Ok(rung)
    }

    /// Whether this user may ring, by a ring of nothing: 0 is below the top of every stream, and refused for that.
    async fn may_ring(&self) -> Result<(), StreamFault> {
        self.ring_all(&[Entry { seq: 0, kind: String::new(), id: String::new() }]).await.map(drop)
    }

    pub(super) async fn last(&self) -> Result<i64, StreamFault> {
        let last = async {
            let info = self.ask(cmd("XINFO").arg("STREAM").arg(&self.shared.key)).await?;
            let id = reply::field(&info, "last-generated-id").and_then(reply::text).and_then(Id::read);
            Ok(id.unwrap_or_default().seq())
        };
        self.concluded(last.await).await
    }

    pub(super) async fn forget(&self) -> Result<(), StreamFault> {
        let forgotten = self.ask(cmd("UNLINK").arg(&self.shared.key)).await;
        self.concluded(forgotten.map(|_| ())).await
    }

    pub(super) async fn lag(&self, group: &str) -> Result<Lag, StreamFault> {
        if !self.shared.groups.iter().any(|name| name == group) {
            return Err(StreamFault::NoGroup(group.to_owned()));
        }
        let lag = self.lag_of(group).await;
        self.concluded(lag).await
    }

    async fn lag_of(&self, group: &str) -> Result<Lag, StreamFault> {
        let named = self.groups().await?.into_iter().find(|known| known.name == group);
        // A group that is yet to be made has heard nothing.
        let (pending, delivered, lag) =
            named.map_or((0, Id::default(), None), |group| (group.pending, group.delivered, group.lag));
        // One entry only: a stranger may have made each as large as the server takes them (T36).
        let (key, mut asked) = (&self.shared.key, pipe());
        asked.cmd("XRANGE").arg(key).arg(format!("({delivered}")).arg("+").arg("COUNT").arg(1);
        asked.cmd("XLEN").arg(key);
        asked.cmd("XPENDING").arg(key).arg(group);
        let answers = self.ask_all(&asked).await?;
        let next: Option<Id> = answers.first().and_then(reply::first_id);
        let there = answers.get(1).and_then(reply::count).unwrap_or(0);
        // Redis' own count has what was trimmed unheard in it. 6.2 has none: then it is all that nobody holds, among it
        // what is done and not trimmed yet.
        let counted = || lag.unwrap_or(there.saturating_sub(pending)).min(there).max(1);
        let undelivered = next.map_or(0, |_| counted());
        let oldest = answers.get(2).and_then(reply::first_pending).or(next).map(Id::seq);
        Ok(Lag { undelivered, pending, oldest })
    }

    pub(super) async fn trim(&self) -> Result<usize, StreamFault> {
        let trimmed = async {
            self.retire(CONSUMER_IDLE_MAX).await?;
            let groups = self.groups().await?;
            let strange = u32::try_from(self.strange(&groups).count()).unwrap_or(u32::MAX);
            metrics::gauge!("hub_stream_strange_groups").set(strange);
            if self.shared.groups.iter().any(|ours| groups.iter().all(|group| group.name != *ours)) {
                // One of ours is lost; made again, it wants to hear whatever is still there.
                return Ok(0);
            }
            let mut asked = pipe();
            for group in &groups {
                asked.cmd("XPENDING").arg(&self.shared.key).arg(&group.name);
            }
            let pending = self.ask_all(&asked).await?;
            let needed = |(group, pending): (&Group, &Value)| {
                reply::first_pending(pending).unwrap_or(group.delivered.next()).min(group.delivered.next())
            };
            let Some(keep_from) = groups.iter().zip(&pending).map(needed).min() else { return Ok(0) };
            let key = &self.shared.key;
            let gone = self.ask(cmd("XTRIM").arg(key).arg("MINID").arg(keep_from.to_string())).await?;
            Ok(reply::count(&gone).unwrap_or(0))
        };
        self.concluded(trimmed.await).await
    }

    /// Strikes out consumers of our groups that hold nothing and have been silent for so long, milliseconds.
    pub(super) async fn retire(&self, idle_ms: usize) -> Result<(), StreamFault> {
        let (key, mut asked, mut struck) = (&self.shared.key, pipe(), pipe());
        for group in &self.shared.groups {
            asked.cmd("XINFO").arg("CONSUMERS").arg(key).arg(group);
        }
        let answers = self.ask_all(&asked).await?;
        for (group, answer) in self.shared.groups.iter().zip(&answers) {
            for consumer in reply::idle_consumers(answer, idle_ms) {
                struck.cmd("XGROUP").arg("DELCONSUMER").arg(key).arg(group).arg(consumer);
            }
        }
        if !struck.is_empty() {
            self.ask_all(&struck).await?;
        }
        Ok(())
    }

    async fn groups(&self) -> Result<Vec<Group>, StreamFault> {
        Ok(reply::groups(&self.ask(cmd("XINFO").arg("GROUPS").arg(&self.shared.key)).await?))
    }

    /// Groups that are not ours: as long as they are there, what they have not heard is kept for them (C03).
    fn strange<'g>(&self, groups: &'g [Group]) -> impl Iterator<Item = &'g Group> {
        groups.iter().filter(|group| !self.shared.groups.contains(&group.name))
    }

    /// Makes every group of ours that is missing, from the first entry on.
    async fn make_groups(&self, line: &mut Line) -> Result<(), StreamFault> {
        let mut made = pipe();
        for group in &self.shared.groups {
            made.cmd("XGROUP").arg("CREATE").arg(&self.shared.key).arg(group).arg("0").arg("MKSTREAM");
        }
        for answer in all(line, &made).await? {
            if let Err(fault) = answer
                && fault.code() != "BUSYGROUP"
            {
                return Err(answered(&fault));
            }
        }
        Ok(())
    }

    /// One short command on the shared line; a stream that is not there answers nil.
    async fn ask(&self, asked: &Cmd) -> Result<Value, StreamFault> {
        let mut one = pipe();
        one.add_command(asked.clone());
        Ok(self.ask_all(&one).await?.pop().unwrap_or_default())
    }

    async fn ask_all(&self, asked: &Pipeline) -> Result<Vec<Value>, StreamFault> {
        let mut line = self.line().await?;
        let answers = all(&mut line, asked).await?.into_iter().map(|answer| match answer {
            Err(fault) if is_nothing(&fault) => Ok(Value::Nil),
            answer => answer.map_err(|fault| answered(&fault)),
        });
        answers.collect()
    }

    async fn line(&self) -> Result<Line, StreamFault> {
        let mut kept = self.shared.line.lock().await;
        match &*kept {
            Some(line) => Ok(line.clone()),
            None => Ok(kept.insert(self.open(ANSWER_MAX).await?).clone()),
        }
    }

    /// A line of its own. `answer`: the longest wait for one answer on it.
    async fn open(&self, answer: Duration) -> Result<Line, StreamFault> {
        let config =
            AsyncConnectionConfig::new().set_connection_timeout(Some(CONNECT_MAX)).set_response_timeout(Some(answer));
        let opened = async {
            let server = self.shared.address.server().await?;
            server.get_multiplexed_async_connection_with_config(&config).await.map_err(|fault| said(&fault))
        };
        let late = |_| Err(StreamFault::Unreachable("no connection in time".to_owned()));
        timeout(OPEN_MAX, opened).await.unwrap_or_else(late)
    }

    /// After a fault nobody knows what the line still carries, or whether it leads to the right server.
    async fn concluded<T>(&self, outcome: Result<T, StreamFault>) -> Result<T, StreamFault> {
        self.shared.up.store(outcome.is_ok(), Ordering::Relaxed);
        if outcome.is_err() {
            drop(self.shared.line.lock().await.take());
        }
        outcome
    }
}

/// A server's answer to one command, or its refusal.
type Answer = Result<Value, ServerError>;

/// Every answer in its order.
async fn all(line: &mut Line, asked: &Pipeline) -> Result<Vec<Answer>, StreamFault> {
    let answers = line.send_packed_commands(asked, 0, asked.len()).await.map_err(|fault| said(&fault))?;
    let told_apart = |answer| if let Value::ServerError(fault) = answer { Err(fault) } else { Ok(answer) };
    Ok(answers.into_iter().map(told_apart).collect())
}

/// The answer to the one command that was asked.
async fn one(line: &mut Line, asked: &Pipeline) -> Result<Answer, StreamFault> {
    Ok(all(line, asked).await?.pop().unwrap_or(Ok(Value::Nil)))
}

fn is_there_already(fault: &ServerError) -> bool {
    let why = fault.details().unwrap_or_default();
    why.contains("equal or smaller than the target stream top item") || why.contains("must be greater than 0-0")
}

/// The stream, or the group that was asked for, is not there.
fn is_nothing(fault: &ServerError) -> bool {
    fault.code() == "NOGROUP" || fault.details().is_some_and(|why| why.contains("no such key"))
}
