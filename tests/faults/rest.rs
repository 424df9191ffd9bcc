//! The hub at rest, as the ledger, the stream, the mail relay and `/metrics` show it from outside. All of it must agree
//! with what the clients were told; every wait has an end.

use crate::load::{Connection, get, pause};
use crate::site::Site;
use anyhow::{Context, ensure};
use std::net::SocketAddr;
use tokio::time::{Duration, Instant};

/// How long everything owed may take once the fault is over.
const AT_REST_WITHIN: Duration = Duration::from_secs(90);

/// How long `/metrics` may take to show that nothing is behind.
const LOOKED_WITHIN: Duration = Duration::from_secs(20);

/// Counts, one column each; the order is that of [`Rest`].
const COUNTS: &str = "SELECT
    (SELECT count(*) FROM whistles),
    (SELECT count(*) FROM whistles WHERE routed = 0),
    (SELECT count(*) FROM letters WHERE sent_at IS NULL AND given_up_at IS NULL),
    (SELECT count(*) FROM letters WHERE given_up_at IS NOT NULL),
    (SELECT count(DISTINCT tree) FROM letters WHERE kind = 'whistle_new'),
    (SELECT count(*) FROM receipts),
    (SELECT count(*) FROM events WHERE kind = 'whistle.blown'),
    (SELECT count(*) FROM events WHERE kind = 'whistle.routed'),
    (SELECT count(DISTINCT tree) FROM events WHERE kind = 'whistle.routed'),
    (SELECT coalesce(max(seq), 0) - count(*) FROM events),
    (SELECT count(*) FROM whistles WHERE NOT EXISTS
        (SELECT 1 FROM obligations WHERE obligations.tree = whistles.id AND ended_at IS NULL))";

/// The desk lets a whistle wait for five seconds before it looks for itself.
const SWEPT: &str = "SELECT count(*) FROM events routed JOIN events blown ON blown.tree = routed.tree
    WHERE blown.kind = 'whistle.blown' AND routed.kind = 'whistle.routed' AND routed.at - blown.at > 4500000";

/// An hour passes for every letter that waits for its next try.
const HURRY: &str = "UPDATE letters SET not_before = 0 WHERE sent_at IS NULL AND given_up_at IS NULL";

/// What the ledger holds.
#[derive(Debug)]
struct Rest {
    whistles: i64,
    unrouted: i64,
    owed: i64,
    given_up: i64,
    written_about: i64,
    receipts: i64,
    blown: i64,
    routed: i64,
    routed_whistles: i64,
    gaps: i64,
    unarmed: i64,
}

impl Rest {
    fn read(site: &Site<'_>) -> anyhow::Result<Rest> {
        let row = site.sql(COUNTS);
        let counts = row.split('|').map(str::parse).collect::<Result<Vec<i64>, _>>()?;
        let [
            whistles,
            unrouted,
            owed,
            given_up,
            written_about,
            receipts,
            blown,
            routed,
            routed_whistles,
            gaps,
            unarmed,
        ] = counts[..]
        else {
            anyhow::bail!("the ledger answers {row}")
        };
        Ok(Rest {
            whistles,
            unrouted,
            owed,
            given_up,
            written_about,
            receipts,
            blown,
            routed,
            routed_whistles,
            gaps,
            unarmed,
        })
    }
}

/// What a scenario leaves behind that it may.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Allowed {
    /// Letters that may have been taken twice: their end was ambiguous.
    pub(crate) doubled: usize,
    /// Letters that the relay refuses for good.
    pub(crate) given_up: usize,
}

impl Allowed {
    /// The same of so many rounds.
    pub(crate) fn times(self, rounds: usize) -> Allowed {
        Allowed { doubled: self.doubled * rounds, given_up: self.given_up * rounds }
    }
}

/// What a scenario came to.
pub(crate) struct Found {
    pub(crate) letters: usize,
    pub(crate) doubled_letters: usize,
    /// Whatever waits for somebody and moves no longer: whistles, letters, stream entries, the auditor's count.
    pub(crate) stuck: i64,
}

/// Waits until nothing is under way, then judges all of it against the number of whistles that clients know of.
pub(crate) async fn judge(site: &Site<'_>, whistles: usize, allowed: Allowed, hurry: bool) -> anyhow::Result<Found> {
    let deadline = Instant::now() + AT_REST_WITHIN;
    let (rest, behind) = loop {
        let (rest, behind) = (Rest::read(site)?, behind(site)?);
        if (rest.unrouted, rest.owed, behind) == (0, 0, 0) || Instant::now() > deadline {
            break (rest, behind);
        }
        if hurry {
            site.sql(HURRY);
        }
        pause(300).await;
    };
    let audited = audited(site).await?;
    let taken = site.post.taken();
    let stuck = rest.unrouted + rest.owed + rest.unarmed + behind + audited;
    let found = Found { letters: taken.letters, doubled_letters: taken.doubled, stuck };
    ensure!(stuck == 0, "stuck: {rest:?}, {behind} stream entries, the auditor counts {audited}");
    let whistles_too = i64::try_from(whistles)?;
    for (what, count) in [
        ("whistles", rest.whistles),
        ("receipts for keys", rest.receipts),
        ("whistle.blown", rest.blown),
        ("whistle.routed", rest.routed),
        ("routed whistles", rest.routed_whistles),
        ("whistles with a letter", rest.written_about),
    ] {
        ensure!(count == whistles_too, "{what}: {count} of {whistles}");
    }
    ensure!(rest.gaps == 0, "the log has {} gaps", rest.gaps);
    ensure!(rest.given_up == i64::try_from(allowed.given_up)?, "{} letters were given up", rest.given_up);
    ensure!(site.post.trouble_left() == 0, "{} letters met no trouble", site.post.trouble_left());
    let wanted = whistles - allowed.given_up;
    ensure!(taken.fewest == wanted, "a recipient has {} letters of {wanted}", taken.fewest);
    ensure!(taken.most <= 2, "a letter was handed over {} times", taken.most);
    ensure!(taken.doubled <= allowed.doubled, "{} letters came twice, {} may", taken.doubled, allowed.doubled);
    Ok(found)
}

/// Whistles that the office received late: their entry was lost, and the sweep found them in the ledger.
pub(crate) fn swept(site: &Site<'_>) -> anyhow::Result<i64> {
    Ok(site.sql(SWEPT).parse()?)
}

/// Entries that some group of the stream has not heard or not done.
fn behind(site: &Site<'_>) -> anyhow::Result<i64> {
    let Ok(stream) = site.stream() else { return Ok(0) };
    let groups = site.parts.redis.cli(&["XINFO", "GROUPS", &stream]);
    let info = site.parts.redis.cli(&["XINFO", "STREAM", &stream]);
    let last = value_after(&info, "last-generated-id").context("a stream without a last id")?;
    let mut behind = 0;
    for group in groups.split("name\n").skip(1) {
        let pending: i64 = value_after(group, "pending").context("a group without pending")?.parse()?;
        behind += pending + i64::from(value_after(group, "last-delivered-id") != Some(last));
    }
    Ok(behind)
}

/// The line after the one that names it.
fn value_after<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines().skip_while(|line| *line != name).nth(1)
}

/// What a replica's `/metrics` say: names with their labels, and values.
pub(crate) async fn figures(address: SocketAddr) -> anyhow::Result<Vec<(String, String)>> {
    let answer = Connection::open(address).await?.ask(&get("/metrics", "")).await?;
    ensure!(answer.status == 200, "/metrics answers {}", answer.status);
    let text = String::from_utf8(answer.body)?;
    let figures = text.lines().filter_map(|line| line.rsplit_once(' '));
    Ok(figures.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// What the auditor counts, over all replicas, of which one at least must have looked; and how far each says that the
/// stream's groups are behind, once they have had the time to look again.
async fn audited(site: &Site<'_>) -> anyhow::Result<i64> {
    let deadline = Instant::now() + LOOKED_WITHIN;
    loop {
        let (mut stuck, mut lags) = (Vec::new(), Vec::new());
        for address in site.targets.all() {
            for (name, value) in figures(*address).await? {
                match name.as_str() {
                    "hub_stuck" => stuck.push(value.parse::<i64>()?),
                    name if name.starts_with("hub_stream_lag{") => lags.push(value.parse::<i64>()?),
                    _ => {}
                }
            }
        }
        let all_looked = !stuck.is_empty() && lags.len() >= site.targets.all().len();
        let behind: i64 = lags.iter().sum();
        if all_looked && behind == 0 {
            return Ok(stuck.into_iter().sum());
        }
        ensure!(Instant::now() < deadline, "/metrics: stuck {stuck:?}, behind {lags:?}");
        pause(500).await;
    }
}
