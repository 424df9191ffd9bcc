//! The faults themselves: what is done to the hub or to what it stands on while whistles are blown, and undone again.
//! Each makes sure that it bit: a fault that nobody met proves nothing.

use crate::clocks;
use crate::load::{Storm, pause};
use crate::post::Manner as Mail;
use crate::proxy::{Cut, Proxy};
use crate::rest::Allowed;
use crate::site::Site;
use anyhow::{Context, ensure};
use std::time::Duration;

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Kill,
    ThreeReplicas,
    Flushall,
    DeletedStream,
    DestroyedGroups,
    Trimmed,
    RedisAway,
    PostgresRestarted,
    CutBeforeCommit,
    CutAfterCommit,
    SlowAndHasty,
    MailSilent,
    MailIdle,
    MailBusy,
    MailUnknown,
    Paused,
    Rolling,
    Clocks,
}

/// What a fault is tried on.
pub(crate) struct Plan {
    pub(crate) name: &'static str,
    pub(crate) replicas: usize,
    /// Whistles.
    pub(crate) per_second: u32,
    pub(crate) rounds: usize,
    pub(crate) allowed: Allowed,
}

/// Letters that a replica may have under way, to at most so many holders of a post, when its end is cut off.
const UNDER_WAY: usize = 4 * 2;
/// Letters that meet a mail relay's trouble.
const TROUBLED: usize = 3;
/// How often the stream loses what nobody has read.
const BLOWS: usize = 10;
/// How many times fifty looks for a moment to do so.
const TRIES: usize = 200;

impl Fault {
    pub(crate) const ALL: [Fault; 18] = [
        Fault::Kill,
        Fault::ThreeReplicas,
        Fault::Flushall,
        Fault::DeletedStream,
        Fault::DestroyedGroups,
        Fault::Trimmed,
        Fault::RedisAway,
        Fault::PostgresRestarted,
        Fault::CutBeforeCommit,
        Fault::CutAfterCommit,
        Fault::SlowAndHasty,
        Fault::MailSilent,
        Fault::MailIdle,
        Fault::MailBusy,
        Fault::MailUnknown,
        Fault::Paused,
        Fault::Rolling,
        Fault::Clocks,
    ];

    pub(crate) fn plan(self) -> Plan {
        let plain = |name| Plan { name, replicas: 2, per_second: 40, rounds: 1, allowed: Allowed::default() };
        let doubled = |doubled| Allowed { doubled, given_up: 0 };
        match self {
            Fault::Kill => Plan { per_second: 200, rounds: 3, allowed: doubled(UNDER_WAY), ..plain("kill -9") },
            Fault::ThreeReplicas => Plan { replicas: 3, allowed: doubled(UNDER_WAY), ..plain("three replicas") },
            Fault::Flushall => Plan { per_second: 100, ..plain("FLUSHALL") },
            Fault::DeletedStream => Plan { per_second: 100, ..plain("DEL stream") },
            Fault::DestroyedGroups => Plan { per_second: 100, ..plain("XGROUP DESTROY") },
            Fault::Trimmed => Plan { per_second: 100, ..plain("XTRIM unread") },
            Fault::RedisAway => plain("Redis away"),
            Fault::PostgresRestarted => Plan { allowed: doubled(2 * UNDER_WAY), ..plain("PostgreSQL restarted") },
            Fault::CutBeforeCommit => plain("cut before COMMIT"),
            Fault::CutAfterCommit => plain("cut after COMMIT"),
            Fault::SlowAndHasty => Plan { per_second: 25, ..plain("300 ms, hasty") },
            Fault::MailSilent => Plan { per_second: 20, allowed: doubled(TROUBLED), ..plain("SMTP silent") },
            Fault::MailIdle => Plan { per_second: 20, ..plain("SMTP 421") },
            Fault::MailBusy => Plan { per_second: 20, ..plain("SMTP 450") },
            Fault::MailUnknown => {
                Plan { per_second: 20, allowed: Allowed { doubled: 0, given_up: TROUBLED }, ..plain("SMTP 550") }
            }
            Fault::Paused => Plan { allowed: doubled(UNDER_WAY), ..plain("replica paused") },
            Fault::Rolling => Plan { allowed: doubled(2 * UNDER_WAY), ..plain("rolling restart") },
            Fault::Clocks => plain("clocks 90 s apart"),
        }
    }

    /// Whether PostgreSQL is reached by a bad line.
    pub(crate) fn is_of_the_line(self) -> bool {
        matches!(self, Fault::CutBeforeCommit | Fault::CutAfterCommit | Fault::SlowAndHasty)
    }

    /// Whether one replica's clock is wrong from its start on.
    pub(crate) fn is_of_the_clock(self) -> bool {
        matches!(self, Fault::Clocks)
    }

    /// Whether readers of the feed go on over it, and must miss nothing.
    pub(crate) fn is_watched(self) -> bool {
        matches!(self, Fault::ThreeReplicas | Fault::Rolling)
    }

    /// Whether clients must have met it: a request that was not answered, or refused, and sent again.
    pub(crate) fn is_felt(self) -> bool {
        match self {
            Fault::Kill | Fault::ThreeReplicas | Fault::PostgresRestarted | Fault::Paused | Fault::Rolling => true,
            Fault::CutBeforeCommit | Fault::CutAfterCommit | Fault::SlowAndHasty => true,
            Fault::Flushall | Fault::DeletedStream | Fault::DestroyedGroups | Fault::Trimmed | Fault::RedisAway => {
                false
            }
            Fault::MailSilent | Fault::MailIdle | Fault::MailBusy | Fault::MailUnknown | Fault::Clocks => false,
        }
    }

    /// Whether the stream must have lost what only the sweep finds again.
    pub(crate) fn is_of_the_stream(self) -> bool {
        matches!(self, Fault::Flushall | Fault::DeletedStream | Fault::Trimmed | Fault::RedisAway)
    }

    /// Whether letters wait for a later try, or for the hour of the replica that owes them, which nobody waits for here.
    pub(crate) fn puts_letters_off(self) -> bool {
        matches!(self, Fault::MailSilent | Fault::MailBusy | Fault::PostgresRestarted | Fault::Clocks)
    }
}

/// Does it, and undoes it. `long`: where time matters, as long as in earnest.
pub(crate) async fn strike(
    fault: Fault,
    site: &mut Site<'_>,
    storm: &mut Storm,
    round: usize,
    long: bool,
) -> anyhow::Result<()> {
    match fault {
        Fault::Kill | Fault::ThreeReplicas => kill(site, round).await,
        Fault::Flushall => at_the_unread(site, "redis.call('FLUSHALL')").await,
        Fault::DeletedStream => at_the_unread(site, "redis.call('DEL', KEYS[1])").await,
        Fault::DestroyedGroups => destroy_groups(site),
        Fault::Trimmed => at_the_unread(site, "redis.call('XTRIM', KEYS[1], 'MAXLEN', 0)").await,
        Fault::RedisAway => redis_away(site, storm, if long { 60 } else { 8 }).await,
        Fault::PostgresRestarted => {
            let before = storm.answered();
            site.parts.postgres.restart();
            goes_on(storm, before).await
        }
        Fault::CutBeforeCommit => cut(site, Cut::BeforeCommit).await,
        Fault::CutAfterCommit => cut(site, Cut::AfterCommit).await,
        Fault::SlowAndHasty => {
            let proxy = proxy(site)?;
            proxy.slow(Duration::from_millis(150));
            pause(6000).await;
            proxy.slow(Duration::ZERO);
            Ok(())
        }
        Fault::MailSilent => mail(site, Mail::SilentAfterData, TROUBLED).await,
        Fault::MailIdle => mail(site, Mail::HangsUpWhenIdle, 10 * TROUBLED).await,
        Fault::MailBusy => mail(site, Mail::Refuses("450 4.2.1 busy"), TROUBLED).await,
        Fault::MailUnknown => mail(site, Mail::Refuses("550 5.1.1 unknown"), TROUBLED).await,
        Fault::Paused => {
            site.replicas[0].signal("STOP")?;
            pause(if long { 90_000 } else { 15_000 }).await;
            site.replicas[0].signal("CONT")
        }
        Fault::Rolling => roll(site).await,
        Fault::Clocks => clocks::work_apart(site, storm, round).await,
    }
}

async fn kill(site: &mut Site<'_>, round: usize) -> anyhow::Result<()> {
    let victim = round % site.replicas.len();
    site.replicas[victim].kill()?;
    pause(700).await;
    site.start_again(victim).await
}

/// SIGTERM to each in turn, with connections that nobody closes.
async fn roll(site: &mut Site<'_>) -> anyhow::Result<()> {
    for place in 0..site.replicas.len() {
        let idle = site.replicas[place].idle_connections(4).await?;
        site.replicas[place].terminate().await?;
        drop(idle);
        site.start_again(place).await?;
        pause(500).await;
    }
    Ok(())
}

/// Does it to the stream at moments when the desk has entries that nobody has read yet: Redis looks and strikes in one
/// script, so that something is lost each time, however fast the readers are.
async fn at_the_unread(site: &Site<'_>, blow: &str) -> anyhow::Result<()> {
    let script = format!(
        "if redis.call('EXISTS', KEYS[1]) == 0 then return 'quiet' end
         local last = redis.call('XINFO', 'STREAM', KEYS[1])[8]
         for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
             if group[2] == 'desk' and group[8] ~= last then {blow} return 'struck' end
         end
         return 'quiet'"
    );
    let stream = site.stream()?;
    let mut struck = 0;
    for _ in 0..TRIES {
        let answers = site.parts.redis.cli(&["-r", "50", "-i", "0.002", "EVAL", &script, "1", &stream]);
        struck += answers.lines().filter(|answer| *answer == "struck").count();
        if struck >= BLOWS {
            return Ok(());
        }
        pause(20).await;
    }
    anyhow::bail!("the stream was struck {struck} times in {TRIES} tries: the desk was never behind")
}

/// Each group: what was heard and not done is forgotten with it.
fn destroy_groups(site: &Site<'_>) -> anyhow::Result<()> {
    let stream = site.stream()?;
    let groups = site.parts.redis.cli(&["XINFO", "GROUPS", &stream]);
    let names: Vec<&str> = groups.split("name\n").skip(1).filter_map(|group| group.lines().next()).collect();
    ensure!(names.len() >= 2, "the stream has the groups {names:?}");
    names.iter().try_for_each(|name| {
        let answers = site.parts.redis.cli(&["-r", "30", "-i", "0.05", "XGROUP", "DESTROY", &stream, name]);
        ensure!(answers.lines().any(|answer| answer == "1"), "{name} was never destroyed");
        Ok(())
    })
}

async fn redis_away(site: &Site<'_>, storm: &Storm, seconds: u64) -> anyhow::Result<()> {
    site.parts.redis.kill();
    for _ in 0..seconds / 2 {
        let before = storm.answered();
        pause(2000).await;
        ensure!(storm.answered() > before, "without the stream no whistle is taken");
    }
    site.parts.redis.start_again();
    Ok(())
}

/// Waits until whistles are answered again.
pub(crate) async fn goes_on(storm: &Storm, before: usize) -> anyhow::Result<()> {
    for _ in 0..200 {
        if storm.answered() > before {
            return Ok(());
        }
        pause(100).await;
    }
    anyhow::bail!("no whistle is answered any longer")
}

async fn cut(site: &Site<'_>, how: Cut) -> anyhow::Result<()> {
    let proxy = proxy(site)?;
    proxy.cut(how);
    pause(4000).await;
    proxy.cut(Cut::Never);
    ensure!(proxy.cuts() >= 3, "only {} commits were cut", proxy.cuts());
    Ok(())
}

fn proxy<'s>(site: &'s Site<'_>) -> anyhow::Result<&'s Proxy> {
    site.proxy.as_ref().context("no line that can be bad")
}

async fn mail(site: &Site<'_>, manner: Mail, times: usize) -> anyhow::Result<()> {
    site.post.turns(manner, times);
    pause(3000).await;
    Ok(())
}
