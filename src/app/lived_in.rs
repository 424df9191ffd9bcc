//! Gives the sample district a past: its forty whistles are blown, judged and worked on, each deed by whoever may, at its
//! moment, through the same use cases as at every door. The past ends now; its letters are given up, for nobody of it
//! waits for them. It writes no row itself and knows no verdict that the sample does not give.

use super::asked::{Asked, VersionGiven};
use super::sample_whistles::{SampleWhistle, head, liaison};
use super::{Hub, Undone, due, summonses, whistles};
use crate::clock::ManualClock;
use crate::domain::at::{At, MINUTE};
use crate::domain::decision::Refusal;
use crate::domain::deeds::{SummonsDeed, WhistleDeed};
use crate::domain::order;
use crate::domain::policy::{self, Actor};
use crate::store::Chore;
use crate::store::backup::LETTERS_HELD;
use crate::store::due::{come, oldest_unpassed_due};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

const DAY: i64 = 24 * 60;
const HOUR: i64 = 60;
/// The last of them was blown so long ago at least, minutes.
const QUIET: i64 = HOUR;
/// From a whistle to its verdict, minutes: within the shortest limit.
const VERDICT: i64 = 6;
/// Between two departments that do the same, minutes.
const APART: i64 = 4;
/// Limits noticed side by side.
const COME_MAX: i64 = 64;

/// How far one that was taken on has come by now; every other one is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    /// One department has not come.
    Awaited(&'static str),
    /// The director has put its dispute before the district's leader, who has not ruled.
    Disputed,
    /// Everybody came, nobody delivered.
    Handled,
    /// The results lie before the office.
    Delivered,
    /// The results are taken, it waits to be closed.
    Taken,
    Closed,
}

const OPEN: &[(&str, Stand)] = &[
    ("W32", Stand::Handled),
    ("W33", Stand::Handled),
    ("W35", Stand::Taken),
    ("W10", Stand::Delivered),
    ("W36", Stand::Disputed),
    ("W37", Stand::Awaited("XF")),
];

/// Minutes after its dispatch at which a department comes and delivers, each within its limit.
fn pace(urgency: &str) -> (i64, i64) {
    match urgency {
        "emergency" => (10, 90),
        "urgent" => (90, 20 * HOUR),
        // Normal and complex ones have days.
        _ => (20 * HOUR, 5 * DAY),
    }
}

/// One deed of the past.
struct Act<'a> {
    at: At,
    whistle: &'a SampleWhistle,
    who: String,
    what: What,
}

enum What {
    Blow,
    Judge,
    Close(Value),
    /// On the summons of a department.
    OnSummons(String, SummonsDeed, Value),
}

/// Where the past broke off, and why. All that it names is invented.
#[derive(Debug, thiserror::Error)]
#[error("{whistle} by {who}: {why:?}")]
pub struct BrokeOff {
    whistle: String,
    who: String,
    why: Undone,
}

/// Lives through all of it. On a ledger that has whistles it would only add to them: whoever calls has looked.
///
/// # Errors
/// A deed was refused, or the ledger cannot be written; what was done until then stands.
pub async fn live(hub: &Hub, sample: &[SampleWhistle]) -> Result<(), BrokeOff> {
    let now = hub.now();
    let Some(last) = sample.last() else { return Ok(()) };
    // Whole days, so that what happened at night did.
    let later = (now.0 - last.blown_at.0 - QUIET * MINUTE).div_euclid(DAY * MINUTE) * DAY;
    let mut acts: Vec<Act<'_>> = sample.iter().flat_map(|whistle| Course::of(whistle, later, now)).collect();
    acts.sort_by_key(|act| act.at);
    let clock = ManualClock::new(acts.first().map_or(now, |act| act.at));
    let past = Hub { clock: Arc::new(clock.clone()), ..hub.clone() };
    let mut life = Life { hub: past, clock, codes: BTreeMap::new() };
    for act in &acts {
        life.does(act).await.map_err(|why| BrokeOff {
            whistle: act.whistle.name().to_owned(),
            who: act.who.clone(),
            why,
        })?;
    }
    let ended = life.end(now).await;
    ended.map_err(|why| BrokeOff { whistle: "all".to_owned(), who: "the hub".to_owned(), why })
}

/// What becomes of one whistle.
struct Course<'a> {
    whistle: &'a SampleWhistle,
    stand: Stand,
    now: At,
    judged: At,
    acts: Vec<Act<'a>>,
}

impl<'a> Course<'a> {
    /// Its acts, so many minutes later than the file has them.
    fn of(whistle: &'a SampleWhistle, later: i64, now: At) -> Vec<Act<'a>> {
        let blown = whistle.blown_at.plus_minutes(later);
        let stand = OPEN.iter().find(|(name, _)| *name == whistle.name()).map_or(Stand::Closed, |(_, stand)| *stand);
        let mut course = Course { whistle, stand, now, judged: blown.plus_minutes(VERDICT), acts: Vec::new() };
        course.add(blown, &whistle.blower(), What::Blow);
        course.add(course.judged, "office", What::Judge);
        if whistle.is_accepted() {
            course.handle();
        }
        course.acts
    }

    fn add(&mut self, at: At, who: &str, what: What) {
        self.acts.push(Act { at, whistle: self.whistle, who: who.to_owned(), what });
    }

    fn on(&mut self, department: &str, at: At, who: &str, (deed, order): (SummonsDeed, Value)) {
        self.add(at, who, What::OnSummons(department.to_owned(), deed, order));
    }

    /// Every department does what it does; in the end the whistle is closed.
    fn handle(&mut self) {
        let (come, deliver) = pace(self.whistle.text("urgency"));
        // What lies before the office now came yesterday.
        let delivered = match self.stand {
            Stand::Delivered | Stand::Taken => self.now.plus_minutes(-DAY),
            Stand::Awaited(_) | Stand::Disputed | Stand::Handled | Stand::Closed => self.judged.plus_minutes(deliver),
        };
        for (turn, department) in (0..).zip(self.whistle.needed()) {
            let wait = turn * APART;
            let came = match self.whistle.dispute().filter(|dispute| dispute.department == department) {
                Some(_) => self.dispute(department),
                None if matches!(self.stand, Stand::Awaited(late) if late == department) => None,
                None => Some(self.judged.plus_minutes(come + wait)),
            };
            if let Some(came) = came {
                self.work(department, came, delivered.plus_minutes(wait));
            }
        }
        if self.stand == Stand::Closed {
            self.close(delivered.plus_minutes(DAY));
        }
    }

    /// It says that it is not its, and is told that it is; nothing while nobody has ruled.
    fn dispute(&mut self, department: &str) -> Option<At> {
        let dispute = self.whistle.dispute()?;
        let (is_open, at) = (self.stand == Stand::Disputed, self.judged.plus_minutes(HOUR));
        self.on(department, at, &head(department), (SummonsDeed::Dispute, dispute.order()));
        if self.whistle.is_for_the_leader() {
            let referred = if is_open { self.now.plus_minutes(-DAY) } else { at.plus_minutes(HOUR) };
            self.on(department, referred, "director", (SummonsDeed::Refer, json!({})));
        }
        if is_open {
            return None;
        }
        let ruled = at.plus_minutes(DAY);
        let reason = json!({ "reason": "按业务相近原则确定" });
        self.on(department, ruled, "director", (SummonsDeed::Overrule, reason));
        Some(ruled.plus_minutes(HOUR))
    }

    fn work(&mut self, department: &str, came: At, delivered: At) {
        let who = liaison(department);
        // Whoever comes is named when the deed is done.
        self.on(department, came, &who, (SummonsDeed::ReportIn, json!({ "mode": "site" })));
        if matches!(self.stand, Stand::Delivered | Stand::Taken | Stand::Closed) {
            let result = json!({ "result": "已按职责到场处置，隐患已整改" });
            self.on(department, delivered, &who, (SummonsDeed::Submit, result));
        }
        if matches!(self.stand, Stand::Taken | Stand::Closed) {
            self.on(department, delivered.plus_minutes(3 * HOUR), "office", (SummonsDeed::Accept, json!({})));
        }
    }

    fn close(&mut self, at: At) {
        let is_directors = self.whistle.is_major() || self.whistle.text("expected_route") == "emergency";
        let kind = if self.whistle.is_put_right_on_the_spot() { "on_site" } else { "fixed" };
        let order = json!({ "kind": kind, "conclusion": "已复核，隐患消除" });
        self.add(at, if is_directors { "director" } else { "office" }, What::Close(order));
    }
}

/// The past under way.
struct Life<'a> {
    hub: Hub,
    clock: ManualClock,
    /// The hub's codes of those blown so far, by the file's.
    codes: BTreeMap<&'a str, String>,
}

impl<'a> Life<'a> {
    /// Time goes on to a moment; each limit on the way passes at its own.
    async fn until(&self, moment: At) -> Result<(), Undone> {
        loop {
            let oldest = self.hub.ledger.read(oldest_unpassed_due).await?;
            let Some(due_at) = oldest.filter(|due_at| *due_at <= moment) else { break };
            self.clock.set(due_at);
            let late = self.hub.ledger.read(move |reading| come(reading, due_at, COME_MAX)).await?;
            let mut moved = false;
            for one in &late {
                moved |= due::reach(&self.hub, one).await?;
            }
            if !moved {
                break;
            }
        }
        self.clock.set(moment);
        Ok(())
    }

    /// It is now, and the letters of the past are given up: held first, as after a restore.
    async fn end(&self, now: At) -> Result<(), Undone> {
        self.until(now).await?;
        let value = now.plus_minutes(1).0.to_string();
        self.hub.ledger.keep(Chore::MakeMeta { key: LETTERS_HELD.to_owned(), value }).await?;
        self.hub.ledger.keep(Chore::DropHeldLetters { at: now }).await?;
        Ok(())
    }

    async fn does(&mut self, act: &Act<'a>) -> Result<(), Undone> {
        self.until(act.at).await?;
        let rules = self.hub.rules();
        let person = rules.directory.by_username(&act.who).ok_or(Refusal::NotFound)?;
        let actor = rules.directory.actor(&person.id).ok_or(Refusal::NotFound)?;
        let code = self.code(act.whistle.name());
        match &act.what {
            What::Blow => self.blow(&actor, act.whistle).await,
            What::Judge => {
                let verdict = act.whistle.verdict(|name| self.code(name));
                self.on_whistle(&actor, &code, (verdict.deed, &verdict.order)).await
            }
            What::Close(order) => self.on_whistle(&actor, &code, (WhistleDeed::Close, order)).await,
            What::OnSummons(department, deed, order) => {
                self.on_summons(&actor, &format!("{code}-{department}"), (*deed, order.clone())).await
            }
        }
    }

    fn code(&self, name: &str) -> String {
        self.codes.get(name).cloned().unwrap_or_default()
    }

    /// Blows, and the office's desk has it at once.
    async fn blow(&mut self, actor: &Actor, whistle: &'a SampleWhistle) -> Result<(), Undone> {
        let (body, key) = (whistle.blow_order().to_string(), format!("lived-in-{}", whistle.name()));
        let asked = Asked { key: Some(&key), ..asked(actor, &body, VersionGiven::Missing) };
        let blown = whistles::blow(&self.hub, asked).await?;
        let open = whistles::open(&self.hub, &policy::scope(actor), &blown.code).await?;
        due::route(&self.hub, &open.tree.whistle.id).await?;
        self.codes.insert(whistle.name(), blown.code);
        Ok(())
    }

    async fn on_whistle(&self, actor: &Actor, code: &str, (deed, order): (WhistleDeed, &Value)) -> Result<(), Undone> {
        let open = whistles::open(&self.hub, &policy::scope(actor), code).await?;
        let (body, version) = (order.to_string(), VersionGiven::Named(open.tree.whistle.version));
        whistles::deed(&self.hub, asked(actor, &body, version), code, deed).await?;
        Ok(())
    }

    async fn on_summons(
        &self,
        actor: &Actor,
        code: &str,
        (deed, mut order): (SummonsDeed, Value),
    ) -> Result<(), Undone> {
        let open = summonses::open(&self.hub, &policy::scope(actor), code).await?;
        let version = open.summons().map_or(VersionGiven::Missing, |summons| VersionGiven::Named(summons.version));
        if deed == SummonsDeed::ReportIn {
            order["officers"] = json!([actor.person.as_str()]);
        }
        summonses::deed(&self.hub, asked(actor, &order.to_string(), version), code, deed).await?;
        Ok(())
    }
}

/// What comes in from a door, without one.
fn asked<'a>(actor: &'a Actor, body: &'a str, version: VersionGiven) -> Asked<'a> {
    let (scope, bytes) = (policy::scope(actor), body.as_bytes());
    Asked { actor, scope, route: "lived-in", key: None, version, bytes, body: order::from_json(bytes) }
}
