//! A district's history, laid through the ledger's own commit: every whistle is decided by the domain, step by step, and
//! committed as one Change. Letters are left out (they would all have left long ago) and so are the keys of requests
//! (they are kept for a week). No worker finds anything to do in it, but for whistles that are asked to be unreceived.

use crate::load::orders;
use anyhow::{Context, anyhow, ensure};
use futures_util::future::join_all;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::time::Instant;
use whistle_hub::clock::{Clock, SystemClock};
use whistle_hub::config::{LedgerPlace, Settings};
use whistle_hub::domain::at::{At, MINUTE};
use whistle_hub::domain::decision::Change;
use whistle_hub::domain::draft::Deciding;
use whistle_hub::domain::order::{Node, from_json};
use whistle_hub::domain::policy::Actor;
use whistle_hub::domain::rules::Rules;
use whistle_hub::domain::summons::work::{self, ReportInOrder};
use whistle_hub::domain::terms::Role;
use whistle_hub::domain::whistle::blow::{self, BlowOrder};
use whistle_hub::domain::whistle::office::{self, AcceptOrder, CloseOrder};
use whistle_hub::domain::whistle::{Tree, follow};
use whistle_hub::ids::{Chance, Mint, SummonsId};
use whistle_hub::run::setup::{Surroundings, demo};
use whistle_hub::store::{Chore, Outcome};
use whistle_hub::workers::RELAY_CURSOR;

/// Whistles that wait in the queue, whatever the size.
const SUBMITTED: usize = 200;
/// One in this many is not closed yet, the newest ones.
const OPEN: usize = 20;
/// Time between two whistles of a history, and between two deeds on one.
const APART: i64 = 4 * MINUTE;
const STEP: i64 = MINUTE;
/// Changes decided side by side.
const BATCH: usize = 64;

/// How far a whistle has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Reached {
    Blown,
    Submitted,
    Dispatched,
    Handling,
    AwaitingClosure,
    Closed,
}

/// How much there is to be of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) whistles: usize,
    /// Of these, the newest: blown, and nothing more.
    pub(crate) unreceived: usize,
}

/// What was filled in.
pub(crate) struct Filled {
    /// The whistles', oldest first.
    pub(crate) codes: Vec<String>,
    /// The last event's place.
    pub(crate) events: i64,
}

/// Fills a fresh ledger.
pub(crate) async fn fill(place: LedgerPlace, size: Size) -> anyhow::Result<Filled> {
    let began = Instant::now();
    let mut settings = Settings::default();
    settings.ledger.url = place;
    let around = Surroundings { clock: Arc::new(SystemClock::start()), chance: Chance::system() };
    let hub = demo(&settings, "whistle-demo", around).await?;
    let rules = hub.rules();
    let history = History::new(&rules, size)?;
    // The last number of each series, as the pen will allot them.
    let mut numbers = HashMap::new();
    let mut filled = Filled { codes: Vec::with_capacity(size.whistles), events: 0 };
    for first in (0..size.whistles).step_by(BATCH) {
        let decided = (first..size.whistles.min(first + BATCH)).map(|number| history.decide(number, &mut numbers));
        let decided = decided.collect::<anyhow::Result<Vec<_>>>()?;
        let codes: Vec<String> = decided.iter().filter_map(|(change, _)| code_of(change)).collect();
        let commits = decided.into_iter().map(|(change, at)| hub.ledger.commit(change, at));
        for (outcome, code) in join_all(commits).await.into_iter().zip(codes) {
            match outcome? {
                // Summonses carry the code, so it has to be the one that was foreseen.
                Outcome::Committed(committed) => {
                    ensure!(code_of(&committed.change).as_deref() == Some(&code), "{code}");
                    filled.events = filled.events.max(committed.seqs.end - 1);
                }
                Outcome::Replayed(_) => anyhow::bail!("{code} was there before"),
            }
            filled.codes.push(code);
        }
    }
    if size.unreceived == 0 {
        // Every event was rung and heard when it happened. A hub that first had to catch up with a million of them
        // would be measured at that.
        let rung = Chore::Cursor { name: RELAY_CURSOR.to_owned(), seq: filled.events };
        hub.ledger.keep(rung).await?;
    }
    hub.ledger.close().await?;
    let file = match &settings.ledger.url {
        LedgerPlace::Sqlite(path) => format!(", {} MiB", std::fs::metadata(path)?.len() / (1024 * 1024)),
        LedgerPlace::Postgres(_) => String::new(),
    };
    println!(
        "{} whistles, {} events through the ledger's commit in {:.0} s{file}: {} unreceived, {SUBMITTED} submitted, some \
         under way, the rest closed",
        size.whistles,
        filled.events,
        began.elapsed().as_secs_f64(),
        size.unreceived
    );
    Ok(filled)
}

fn code_of(change: &Change) -> Option<String> {
    change.whistle.as_ref().map(|whistle| whistle.code.clone())
}

/// What a history is decided with.
struct History<'a> {
    rules: &'a Rules,
    size: Size,
    now: At,
    orders: Vec<Node>,
    accepts: Vec<Node>,
    blowers: Vec<Actor>,
    office: Actor,
}

impl History<'_> {
    fn new(rules: &Rules, size: Size) -> anyhow::Result<History<'_>> {
        let orders = orders()?;
        let node = |text: String| from_json(text.as_bytes()).map_err(|fault| anyhow!("{fault:?}"));
        let accepts = orders.iter().map(|order| {
            let mut needed = order["needed_departments"].as_array().cloned().unwrap_or_default();
            let lead = if needed.is_empty() { "YJ".into() } else { needed.remove(0) };
            let route = if needed.is_empty() { "single" } else { "coordinated" };
            serde_json::json!({
                "severity": "general", "urgency": order["urgency"], "lead": lead, "supports": needed, "route": route,
                "dispatch": true,
            })
        });
        let accepts = accepts.map(|accept| node(accept.to_string())).collect::<anyhow::Result<_>>()?;
        let liaisons = rules.directory.people.iter().filter(|person| person.role == Role::Liaison);
        let blowers = liaisons.filter_map(|person| rules.directory.actor(&person.id)).collect();
        let office = rules.directory.by_username("office").and_then(|person| rules.directory.actor(&person.id));
        Ok(History {
            rules,
            size,
            now: SystemClock::start().now(),
            orders: orders.iter().map(|order| node(order.to_string())).collect::<anyhow::Result<_>>()?,
            accepts,
            blowers,
            office: office.context("no office")?,
        })
    }

    /// How far whistle `number` has come: the newest wait, some are under way, all others are closed.
    fn reached(&self, number: usize) -> Reached {
        let Size { whistles, unreceived } = self.size;
        let (from_end, open) = (whistles - number, whistles / OPEN);
        match from_end {
            _ if from_end <= unreceived => Reached::Blown,
            _ if from_end <= unreceived + SUBMITTED => Reached::Submitted,
            _ if from_end > open => Reached::Closed,
            _ if number.is_multiple_of(3) => Reached::Dispatched,
            _ if number % 3 == 1 => Reached::Handling,
            _ => Reached::AwaitingClosure,
        }
    }

    /// The whole life of whistle `number` as one Change, and when it was blown.
    fn decide(&self, number: usize, numbers: &mut HashMap<String, i64>) -> anyhow::Result<(Change, At)> {
        let from_end = i64::try_from(self.size.whistles - number)?;
        let at = At(self.now.0 - from_end * APART);
        let mint = Mint::new(at.0, u64::try_from(number)?);
        let mut life = Life { history: self, number, at, mint, change: Change::default() };
        life.blow()?;
        if let Some(series) = &life.change.series {
            let last = numbers.entry(series.name()).or_default();
            *last += 1;
            life.change.number(*last);
        }
        let reached = self.reached(number);
        if reached >= Reached::Submitted {
            life.receive();
        }
        if reached >= Reached::Dispatched {
            life.accept()?;
        }
        if reached >= Reached::Handling {
            life.report_in()?;
        }
        if reached >= Reached::AwaitingClosure {
            life.deliver();
        }
        if reached >= Reached::Closed {
            let close = from_json(r#"{"kind":"fixed","conclusion":"现场复查，隐患已消除。"}"#.as_bytes());
            let close = close.map_err(|fault| anyhow!("{fault:?}"))?;
            let close = CloseOrder::parse(&close).map_err(|faults| anyhow!("{faults:?}"))?;
            life.step(true, |tree, by| office::close(&close, tree, by).ok());
        }
        Ok((life.done(), at))
    }
}

/// One whistle's life on its way.
struct Life<'a> {
    history: &'a History<'a>,
    number: usize,
    at: At,
    mint: Mint,
    change: Change,
}

impl Life<'_> {
    fn blow(&mut self) -> anyhow::Result<()> {
        let history = self.history;
        let actor = &history.blowers[self.number % history.blowers.len()];
        let node = &history.orders[self.number % history.orders.len()];
        let order =
            BlowOrder::parse(node, actor, &history.rules.directory, self.at).map_err(|faults| anyhow!("{faults:?}"))?;
        let by = Deciding { actor: Some(actor), rules: history.rules, now: self.at, mint: &mut self.mint };
        self.change = blow::blow(&order, actor, by);
        Ok(())
    }

    fn receive(&mut self) {
        let officer = self.history.rules.directory.duty_officer(self.at).map(|person| person.id.clone());
        self.step(false, |tree, by| follow::route(tree, officer, by));
    }

    fn accept(&mut self) -> anyhow::Result<()> {
        let history = self.history;
        let node = &history.accepts[self.number % history.accepts.len()];
        let order = AcceptOrder::parse(node, &history.rules.directory).map_err(|faults| anyhow!("{faults:?}"))?;
        self.step(true, |tree, by| Some(office::accept(&order, tree, by)));
        Ok(())
    }

    fn report_in(&mut self) -> anyhow::Result<()> {
        let directory = &self.history.rules.directory;
        for id in self.summonses() {
            let summons = self.change.summonses.iter().find(|one| one.id == id).context("no summons")?;
            let officer = directory.people.iter().find(|person| person.department_code == summons.department);
            let officer = officer.with_context(|| format!("nobody in {}", summons.department))?;
            let body = serde_json::json!({ "officers": [officer.id], "mode": "site" }).to_string();
            let node = from_json(body.as_bytes()).map_err(|fault| anyhow!("{fault:?}"))?;
            let order = ReportInOrder::parse(&node, summons, directory).map_err(|faults| anyhow!("{faults:?}"))?;
            self.step(true, |tree, by| Some(work::report_in(&order, &id, tree, by)));
        }
        Ok(())
    }

    fn deliver(&mut self) {
        for id in self.summonses() {
            self.step(true, |tree, by| Some(work::submit("已整改，附照片与检测记录。", &id, tree, by)));
            self.step(true, |tree, by| Some(work::accept(&id, tree, by)));
        }
    }

    fn summonses(&self) -> Vec<SummonsId> {
        self.change.summonses.iter().map(|summons| summons.id.clone()).collect()
    }

    /// One deed on the whistle as it now stands, laid over what came before.
    fn step(&mut self, by_office: bool, decide: impl FnOnce(Tree, Deciding<'_>) -> Option<Change>) {
        let Some(whistle) = self.change.whistle.clone() else { return };
        let armed = self.change.obligations.iter().filter(|one| one.is_armed()).cloned();
        let tree = Tree { whistle, summonses: self.change.summonses.clone(), obligations: armed.collect() };
        self.at = At(self.at.0 + STEP);
        let actor = by_office.then_some(&self.history.office);
        let by = Deciding { actor, rules: self.history.rules, now: self.at, mint: &mut self.mint };
        let Some(next) = decide(tree, by) else { return };
        let whole = &mut self.change;
        whole.whistle = next.whistle;
        let summonses = &mut whole.summonses;
        summonses.retain(|old| !next.summonses.iter().any(|new| new.id == old.id));
        summonses.extend(next.summonses);
        let obligations = &mut whole.obligations;
        obligations.retain(|old| !next.obligations.iter().any(|new| new.id == old.id));
        obligations.extend(next.obligations);
        let sights = &mut whole.sights;
        sights.retain(|old| !next.sights.contains(old));
        sights.extend(next.sights);
        whole.events.extend(next.events);
        whole.texts.extend(next.texts);
    }

    /// Limits that passed were noticed then, and letters have left.
    fn done(mut self) -> Change {
        let now = self.history.now;
        for passed in self.change.obligations.iter_mut().filter(|one| one.is_overdue(now)) {
            (passed.passed_at, passed.next_at) = (Some(passed.due_at), None);
        }
        self.change.letters.clear();
        self.change
    }
}
