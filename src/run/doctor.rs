//! `whistle-hub doctor`: tries everything that the settings name and says in one line each how it is and what to do.
//! It writes no fact, brings no schema forward and sends no letter; on Redis it uses, and removes, a stream of its own.

use super::{keys, proof, setup};
use crate::clock::Clock;
use crate::config::{LedgerPlace, Profile, Settings, StreamPlace};
use crate::domain::at::{At, MINUTE};
use crate::files::Bounds;
use crate::mail::Transport;
use crate::store::{self, Look, Reading, backup, directory, due, leases};
use crate::stream::StreamFault;
use secrecy::ExposeSecret;
use std::fmt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use tokio::time::Instant;

/// Of each answer by mail.
const MAIL_DEADLINE: Duration = Duration::from_secs(10);
/// Off by so much the clock is doubtful, and from the second on limits wait (T34). Seconds.
const SKEW_WARN: i64 = 2;
const SKEW_FAIL: i64 = 30;
/// Free space of the ledger's disk, MiB.
const FREE_WARN: u64 = 1024;
const FREE_FAIL: u64 = 64;
/// Work that has waited so long waits for somebody to look.
const LATE_MINUTES: i64 = 15;
/// A server that takes so long for a commit of nothing is busy, or far.
const SLOW_COMMIT: Duration = Duration::from_millis(500);
/// A signing key that is older had better be followed by another.
const KEY_DAYS: i64 = 90;
/// The stream that is tried, beside the hub's own.
const TRIAL_STREAM: &str = "doctor";

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Ok,
    Warn,
    Fail,
}

/// One line: how one part is.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    verdict: Verdict,
    part: &'static str,
    words: String,
}

impl Finding {
    pub(super) fn of(verdict: Verdict, part: &'static str, words: impl Into<String>) -> Finding {
        Finding { verdict, part, words: words.into() }
    }

    /// Whether it does not work as the settings say.
    pub fn is_fail(&self) -> bool {
        self.verdict == Verdict::Fail
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict {
            Verdict::Ok => "ok  ",
            Verdict::Warn => "warn",
            Verdict::Fail => "FAIL",
        };
        write!(f, "{verdict} {:8} {}", self.part, self.words)
    }
}

/// What stands in the ledger, as far as an operator has to know.
struct Standing {
    demo: bool,
    /// Ours less the server's, seconds.
    skew: Option<i64>,
    laid_aside: i64,
    owed: due::LettersOwed,
    held: i64,
    last_backup: Option<At>,
    unrouted: usize,
    oldest_limit: Option<At>,
    round_trip: Duration,
    files: proof::Named,
}

/// Looks at everything, part by part.
pub async fn examine(settings: &Settings, clock: &dyn Clock) -> Vec<Finding> {
    let mut findings = vec![address(settings)];
    findings.extend(replica(settings));
    findings.push(rules("limits", setup::limits(settings).map(drop)));
    findings.push(rules("routing", setup::routing(settings).map(drop)));
    let now = clock.now();
    let look = store::look(settings.ledger.url.url().expose_secret(), &setup::options(settings), move |reading| {
        standing(reading, clock, &setup::bounds_of_files(settings))
    });
    let files = match &look {
        Ok(Look { read: Some(standing), .. }) => vec![proof::finding(settings, &standing.files)],
        Ok(_) | Err(_) => Vec::new(),
    };
    let demo = matches!(&look, Ok(Look { read: Some(standing), .. }) if standing.demo);
    findings.push(secrets(settings, demo, now));
    findings.extend(profile(settings, demo));
    match look {
        Ok(look) => {
            findings.extend(ledger(&look));
            findings.extend(look.read.iter().flat_map(|standing| work(standing, now)));
            findings.extend(look.read.iter().map(|standing| backups(settings, standing, now)));
        }
        Err(fault) => findings.push(Finding::of(Verdict::Fail, "ledger", format!("{:#}", anyhow::Error::from(fault)))),
    }
    if let LedgerPlace::Sqlite(path) = &settings.ledger.url {
        findings.push(disk(path));
    }
    findings.extend(files);
    findings.push(stream(settings).await);
    findings.push(mail(settings).await);
    findings
}

fn address(settings: &Settings) -> Finding {
    let links = settings.http.links(settings.http.listen);
    match (settings.http.is_https(), settings.http.listen.ip().is_loopback()) {
        (true, _) => Finding::of(Verdict::Ok, "settings", format!("read; people come by {links}")),
        (false, true) => Finding::of(Verdict::Ok, "settings", format!("read; {links}, this host only")),
        (false, false) => {
            let words =
                format!("people come by {links} in clear: put TLS before the hub and https:// into http.public_url");
            Finding::of(Verdict::Warn, "settings", words)
        }
    }
}

/// Whose the work is, where several may share it.
fn replica(settings: &Settings) -> Option<Finding> {
    let name = match &settings.ledger.url {
        LedgerPlace::Sqlite(_) => return None,
        LedgerPlace::Postgres(_) => setup::replica(settings, settings.http.listen).name,
    };
    let words = format!("called {name}, by host and port: no other machine may have this host's name");
    Some(Finding::of(Verdict::Ok, "replica", words))
}

fn rules(part: &'static str, read: anyhow::Result<()>) -> Finding {
    match read {
        Ok(()) => Finding::of(Verdict::Ok, part, "read"),
        Err(fault) => Finding::of(Verdict::Fail, part, format!("{fault:#}")),
    }
}

fn secrets(settings: &Settings, demo: bool, now: At) -> Finding {
    if demo {
        return Finding::of(Verdict::Ok, "keys", "in the ledger: a demo's");
    }
    match keys::of_district(settings, now).and_then(|_| keys::age_days(settings, now)) {
        Ok(days) if days >= KEY_DAYS => {
            let words =
                format!("what signs tokens is {days} days old: `whistle-hub keys rotate`, every {KEY_DAYS} days");
            Finding::of(Verdict::Warn, "keys", words)
        }
        Ok(days) => {
            let words = format!("in files that only this user can read; what signs tokens is {days} days old");
            Finding::of(Verdict::Ok, "keys", words)
        }
        Err(fault) => Finding::of(Verdict::Fail, "keys", format!("{fault:#}")),
    }
}

/// What the profile of security demands; of a demo nothing.
fn profile(settings: &Settings, demo: bool) -> Vec<Finding> {
    if demo || settings.security.profile == Profile::Standard {
        return Vec::new();
    }
    match settings.unmet() {
        unmet if unmet.is_empty() => {
            vec![Finding::of(Verdict::Ok, "profile", "dengbao3: the settings are as it demands")]
        }
        unmet => unmet.iter().map(|one| Finding::of(Verdict::Fail, "profile", format!("dengbao3: {one}"))).collect(),
    }
}

#[allow(clippy::disallowed_methods, reason = "an operator asks how long it takes")]
fn standing(reading: &mut Reading<'_>, clock: &dyn Clock, files: &Bounds) -> Result<Standing, store::Fault> {
    let began = Instant::now();
    let server = reading.server_time()?;
    let demo = directory::meta(reading, setup::DEMO)?.is_some();
    let round_trip = began.elapsed() / 2;
    let last_backup = directory::meta(reading, backup::LAST_BACKUP)?;
    Ok(Standing {
        demo,
        skew: server.map(|server| clock.ahead_of(server) / 1_000_000),
        laid_aside: leases::laid_aside(reading)?,
        owed: due::letters_owed(reading)?,
        held: due::letters_held(reading)?,
        last_backup: last_backup.and_then(|micros| micros.parse().ok()).map(At),
        unrouted: due::unrouted(reading, clock.now().plus_minutes(-LATE_MINUTES), 1000)?.len(),
        oldest_limit: due::oldest_unpassed_due(reading)?,
        round_trip,
        files: proof::count(reading, files)?,
    })
}

fn ledger(look: &Look<Standing>) -> Vec<Finding> {
    let of = |verdict, words: String| Finding::of(verdict, "ledger", words);
    let mut findings: Vec<Finding> =
        look.warnings.iter().map(|warning| of(Verdict::Warn, (*warning).to_owned())).collect();
    let (schema, newest) = (look.schema, store::SCHEMA);
    findings.push(match &look.read {
        Some(standing) => {
            let (trip, commit) = (standing.round_trip.as_millis(), look.commit.as_millis());
            let slow = look.commit >= SLOW_COMMIT;
            let words = format!("schema {schema}; a question takes {trip} ms, a commit of nothing {commit} ms");
            of(if slow { Verdict::Warn } else { Verdict::Ok }, words)
        }
        None if schema == 0 => of(
            Verdict::Warn,
            "nothing is laid there yet: the first start, or `whistle-hub migrate`, does that".to_owned(),
        ),
        None if schema < newest => {
            let words =
                format!("schema {schema}, this release wants {newest}: a start, or `whistle-hub migrate`, does that");
            of(Verdict::Warn, words)
        }
        None => {
            of(Verdict::Fail, format!("schema {schema} is a newer release's: install that one (this one has {newest})"))
        }
    });
    findings
}

/// What waits, and for how long it has.
fn work(standing: &Standing, now: At) -> Vec<Finding> {
    let clock = match standing.skew {
        None => Finding::of(Verdict::Ok, "clock", "no server to compare it with"),
        Some(seconds) => {
            let words = format!("{seconds} s ahead of the server's");
            match seconds.abs() {
                off if off >= SKEW_FAIL => {
                    Finding::of(Verdict::Fail, "clock", format!("{words}: limits wait until it is set right"))
                }
                off if off >= SKEW_WARN => Finding::of(Verdict::Warn, "clock", format!("{words}: set it right")),
                _ => Finding::of(Verdict::Ok, "clock", words),
            }
        }
    };
    let aside = match standing.laid_aside {
        0 => Finding::of(Verdict::Ok, "aside", "nothing was laid aside"),
        count => {
            let words =
                format!("laid aside, since it failed each time: {count}; see the log, then `whistle-hub redrive`");
            Finding::of(Verdict::Warn, "aside", words)
        }
    };
    let owed = &standing.owed;
    let letters = match standing.held {
        0 => waiting("letters", owed.count, owed.oldest, now, "see `mail` and the log"),
        held => {
            let words = format!(
                "{held} held since a restore, for they may have been sent: `whistle-hub redrive --letters send` or `drop`"
            );
            Finding::of(Verdict::Warn, "letters", words)
        }
    };
    let routed = match standing.unrouted {
        0 => Finding::of(Verdict::Ok, "whistles", "none waits for its way to the office"),
        count => {
            let words = format!("{count} wait for their way to the office: does a hub run?");
            Finding::of(Verdict::Warn, "whistles", words)
        }
    };
    let late = standing.oldest_limit.filter(|oldest| *oldest <= now);
    let limits = waiting("passed", i64::from(late.is_some()), late, now, "does a hub run, and is its clock right?");
    vec![clock, aside, letters, routed, limits]
}

/// How old the last backup is, and whether it is sealed.
fn backups(settings: &Settings, standing: &Standing, now: At) -> Finding {
    let of = |verdict, words: String| Finding::of(verdict, "backup", words);
    if let Err(fault) = keys::of_backups(settings) {
        return of(Verdict::Fail, format!("{fault:#}"));
    }
    let warn_hours = i64::from(settings.backup.warn_hours);
    match standing.last_backup.map(|at| (now.0 - at.0) / (60 * MINUTE)) {
        None if standing.demo => of(Verdict::Ok, "none was made; a demo needs none".to_owned()),
        None => of(Verdict::Warn, "none was made yet: `whistle-hub backup FILE`, every night".to_owned()),
        Some(hours) if hours >= warn_hours => {
            of(Verdict::Warn, format!("the last one is {hours} h old: does the job run that makes them?"))
        }
        Some(hours) => of(Verdict::Ok, format!("the last one is {hours} h old")),
    }
}

fn waiting(part: &'static str, count: i64, oldest: Option<At>, now: At, hint: &str) -> Finding {
    let minutes = oldest.map_or(0, |oldest| (now.0 - oldest.0) / MINUTE);
    match (count, minutes) {
        (0, _) => Finding::of(Verdict::Ok, part, "none waits"),
        (count, ..LATE_MINUTES) => Finding::of(Verdict::Ok, part, format!("{count} under way")),
        (count, minutes) => {
            Finding::of(Verdict::Warn, part, format!("{count} waiting, the oldest for {minutes} min: {hint}"))
        }
    }
}

/// Free space where the ledger's file is, or will be. `df` is on every host, and the standard library has nothing.
fn disk(file: &Path) -> Finding {
    let folder = file.ancestors().skip(1).find(|folder| folder.is_dir()).unwrap_or(Path::new("."));
    let told = Command::new("df").arg("-Pk").arg("--").arg(folder).output();
    let told = told.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let free = told.lines().nth(1).and_then(|line| line.split_whitespace().nth(3)?.parse::<u64>().ok());
    match free.map(|kib| kib / 1024) {
        None => Finding::of(Verdict::Warn, "disk", "`df` does not say how much is free"),
        Some(mib) if mib < FREE_FAIL => Finding::of(
            Verdict::Fail,
            "disk",
            format!("{mib} MiB free: writes are about to be answered 503; make room"),
        ),
        Some(mib) if mib < FREE_WARN => Finding::of(Verdict::Warn, "disk", format!("{mib} MiB free: make room")),
        Some(mib) => Finding::of(Verdict::Ok, "disk", format!("{mib} MiB free")),
    }
}

async fn stream(settings: &Settings) -> Finding {
    let of = |verdict, words: String| Finding::of(verdict, "stream", words);
    if matches!(settings.stream.url, StreamPlace::Embedded) {
        return of(Verdict::Ok, "inside the process".to_owned());
    }
    let trial = match setup::stream(settings, TRIAL_STREAM) {
        Ok(trial) => trial,
        Err(fault) => return of(Verdict::Fail, format!("{fault:#}")),
    };
    let checked = trial.check().await;
    // What was laid goes; a server that is away has nothing of it. Who may not do that lacks a right in earnest, too.
    match (checked, trial.forget().await) {
        (Err(fault), _) | (Ok(_), Err(fault @ StreamFault::Refused(_))) => of(Verdict::Fail, fault.to_string()),
        (Ok(warnings), _) if warnings.is_empty() => of(Verdict::Ok, "answers, and is set as it should be".to_owned()),
        (Ok(warnings), _) => of(Verdict::Warn, warnings.join("; ")),
    }
}

async fn mail(settings: &Settings) -> Finding {
    let of = |verdict, words: String| Finding::of(verdict, "mail", words);
    let links = settings.http.listen;
    let transport = match setup::post(settings, links) {
        Ok(post) => post.transport,
        Err(fault) => return of(Verdict::Fail, format!("{fault:#}")),
    };
    if let Transport::File(folder) = &transport {
        return of(Verdict::Ok, format!("letters become files in {}", folder.display()));
    }
    match transport.greet(MAIL_DEADLINE).await {
        Ok(()) => of(Verdict::Ok, "the relay greets; nothing was sent".to_owned()),
        // Letters wait for two days: the hub works on.
        Err(fault) => of(Verdict::Fail, format!("{fault}; letters wait meanwhile: check mail.url")),
    }
}
