//! Ten of the sample district's whistles live their whole lives over REST: blown, summoned, visited once by all, found, put
//! right, struck off and closed; among them a night, a dispute, a firm that is gone, a firm over its cap, emergencies and a
//! relapse. What the office says at first comes from the file; nothing is written behind the hub.

use crate::town::{Place, Town, at};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use whistle_hub::app::sample_whistles::{self, SampleWhistle, Verdict, head, liaison};

/// Before the first of them.
const BEGIN: &str = "2026-01-05T08:00:00+08:00";

/// Units that report in and go on no visit (DOMAIN §2).
const NEVER_INSPECT: [&str; 3] = ["GX", "SF", "SP"];

/// How a finding ends.
#[derive(Debug, Clone, Copy)]
enum Ending {
    /// Ordered, reported, rechecked by others, struck off.
    Fixed,
    /// The firm gets more time first; the limit as it was ordered stays on record.
    Extended,
    /// The first recheck fails; it is ordered anew with a reason why no case is filed.
    FailedOnce,
    /// Work stands still by the head's order until it has passed.
    Stopped,
    /// Put right before the officers' eyes.
    OnSite,
    /// Nobody is left to order anything of.
    Ceased,
}

/// One life: when they go, and what each department that finds something finds in the end.
struct Life {
    name: &'static str,
    /// The day and part of the day of the visit, and the moment of entry.
    visit: (&'static str, &'static str, &'static str),
    found: &'static [(&'static str, Ending)],
    kind: &'static str,
}

const LIVES: [Life; 10] = [
    Life {
        name: "W01",
        visit: ("2026-01-07", "AM", "2026-01-07T09:05:00+08:00"),
        found: &[("YJ", Ending::Fixed), ("XF", Ending::FailedOnce)],
        kind: "fixed",
    },
    // At night, in an emergency: they go at once, the heads approve afterwards.
    Life {
        name: "W05",
        visit: ("2026-02-10", "NIGHT", "2026-02-10T21:10:00+08:00"),
        found: &[("YJ", Ending::Stopped)],
        kind: "fixed",
    },
    // Disputed, and referred to the district's leader.
    Life {
        name: "W11",
        visit: ("2026-03-16", "AM", "2026-03-16T09:05:00+08:00"),
        found: &[("ZJ", Ending::Fixed)],
        kind: "fixed",
    },
    // The lead is disputed, and the director gives it to another.
    Life {
        name: "W12",
        visit: ("2026-03-24", "NIGHT", "2026-03-24T19:30:00+08:00"),
        found: &[("SH", Ending::Extended), ("YJ", Ending::OnSite)],
        kind: "fixed",
    },
    Life {
        name: "W17",
        visit: ("2026-04-20", "PM", "2026-04-20T13:40:00+08:00"),
        found: &[("SH", Ending::FailedOnce), ("YJ", Ending::Fixed)],
        kind: "fixed",
    },
    // A firm that was stopped works again, and later once more: see `relapse`.
    Life {
        name: "W21",
        visit: ("2026-05-11", "AM", "2026-05-11T09:05:00+08:00"),
        found: &[("SH", Ending::Fixed)],
        kind: "shutdown",
    },
    // A firm that is gone, and what it left.
    Life {
        name: "W22",
        visit: ("2026-05-15", "AM", "2026-05-15T09:05:00+08:00"),
        found: &[("SH", Ending::Ceased)],
        kind: "ceased",
    },
    // A firm that has had all the visits of its year.
    Life {
        name: "W27",
        visit: ("2026-07-07", "PM", "2026-07-07T13:40:00+08:00"),
        found: &[("ZJ", Ending::Fixed), ("SC", Ending::OnSite)],
        kind: "fixed",
    },
    // Factories in a factory; one of the summoned may not inspect.
    Life {
        name: "W33",
        visit: ("2026-09-07", "AM", "2026-09-07T09:05:00+08:00"),
        found: &[("XF", Ending::Fixed)],
        kind: "fixed",
    },
    Life {
        name: "W34",
        visit: ("2026-09-18", "NIGHT", "2026-09-18T22:50:00+08:00"),
        found: &[("XF", Ending::OnSite)],
        kind: "on_site",
    },
];

/// A life while it is told.
struct Told<'t> {
    t: &'t Town,
    life: &'static Life,
    row: SampleWhistle,
    whistle: String,
    /// Summoned in the end, whoever leads first.
    units: Vec<String>,
}

/// Whoever says yes for a department: the first head of YJ is the director.
fn approver(department: &str) -> String {
    if department == "YJ" { "head.yj.2".to_owned() } else { head(department) }
}

fn inspector(department: &str, number: usize) -> String {
    let unit = department.to_lowercase();
    if number == 1 { format!("inspector.{unit}") } else { format!("inspector.{unit}.{number}") }
}

impl Told<'_> {
    fn is_emergency(&self) -> bool {
        self.row.text("expected_route") == "emergency"
    }

    fn acting(&self) -> Vec<&str> {
        self.units.iter().map(String::as_str).filter(|unit| !NEVER_INSPECT.contains(unit)).collect()
    }

    /// Says that it is another's; ruled at once. Answers who is summoned in the end.
    async fn dispute(&mut self) {
        let Some(dispute) = self.row.dispute() else { return };
        let (t, summons) = (self.t, format!("{}-{}", self.whistle, dispute.department));
        t.person(&head(dispute.department)).does(&summons, "dispute", dispute.order()).await;
        if self.row.is_for_the_leader() {
            t.director().does(&summons, "refer", json!({})).await;
            t.director().does(&summons, "overrule", json!({ "reason": "区领导明确由住建牵头" })).await;
            return;
        }
        let ruling = json!({ "to": dispute.instead, "reason": "废气扰民由生态环境牵头" });
        t.director().does(&summons, "uphold", ruling).await;
        self.units.retain(|unit| unit != dispute.department);
        self.units.sort_by_key(|unit| unit != dispute.instead);
    }

    /// One visit of every department that may inspect, two officers of each.
    async fn plan(&self) -> Value {
        let (date, period, _) = self.life.visit;
        let acting = self.acting();
        let crew: Vec<String> = acting.iter().flat_map(|unit| [inspector(unit, 1), inspector(unit, 2)]).collect();
        let crew: Vec<&str> = crew.iter().map(String::as_str).collect();
        let item =
            |unit: &&str| json!({ "department": unit, "subject": format!("{unit}的检查项"), "whistle": self.whistle });
        json!({
            "enterprise": self.row.text("enterprise_code"), "date": date, "period": period, "notice": "unannounced",
            "items": acting.iter().map(item).collect::<Vec<_>>(), "members": self.t.members(&crew).await,
        })
    }

    /// Planned, approved by each and entered; in an emergency entered first.
    async fn enter(&self) -> String {
        let (t, plan) = (self.t, self.plan().await);
        let visit = t.office().plans(&plan).await;
        let lead = inspector(self.acting()[0], 1);
        if !self.is_emergency() {
            t.office().does(&visit, "propose", json!({})).await;
            self.approve(&visit).await;
            t.office().does(&visit, "keep_secret", json!({})).await;
        }
        t.until(self.life.visit.2).await;
        t.person(&lead).does(&visit, "enter", json!({})).await;
        if self.is_emergency() {
            self.approve(&visit).await;
        }
        visit
    }

    async fn approve(&self, visit: &str) {
        for unit in self.acting() {
            self.t.person(&approver(unit)).does(visit, "approve_own_part", json!({})).await;
        }
    }

    /// Each department answers for its own item, and closes its own part.
    async fn inspect(&self, visit: &str) {
        let t = self.t;
        for (place, unit) in self.acting().into_iter().enumerate() {
            let mut result = json!({ "item": (place + 1).to_string(), "outcome": "ok" });
            if self.life.found.iter().any(|(department, _)| *department == unit) {
                result["outcome"] = json!("finding");
                result["finding"] = json!({ "what": format!("{unit}查出的隐患"), "spot": "东侧第三跨" });
            }
            t.person(&inspector(unit, 1)).does(visit, "record", json!({ "results": [result] })).await;
        }
        let lead = inspector(self.acting()[0], 1);
        t.person(&lead).does(visit, "finish", json!({})).await;
        let sign = if self.life.kind == "ceased" { "refuse_sign" } else { "sign" };
        t.person(&lead).does(visit, sign, json!({ "note": "镇安监员在场见证" })).await;
        for unit in self.acting() {
            t.person(&inspector(unit, 1)).does(visit, "close_own_part", json!({})).await;
        }
    }

    /// Every summons is answered and every answer accepted.
    async fn deliver(&self) {
        for unit in &self.units {
            let summons = format!("{}-{unit}", self.whistle);
            self.t.person(&liaison(unit)).does(&summons, "submit", json!({ "result": "联合检查已完成" })).await;
            self.t.office().does(&summons, "accept", json!({})).await;
        }
    }

    /// Whoever may close it does.
    async fn close(&self) {
        let order = json!({ "kind": self.life.kind, "conclusion": "逐项复查销号" });
        let directors = self.row.is_major() || self.is_emergency();
        let who = if directors { self.t.director() } else { self.t.office() };
        if directors {
            self.t.office().tries(&self.whistle, "close", &order).await.expect(403);
        }
        who.does(&self.whistle, "close", order).await;
    }
}

/// A finding's life after it was found.
async fn end(t: &Town, finding: &str, department: &str, ending: Ending) {
    let [first, other, head] = [inspector(department, 1), inspector(department, 3), approver(department)];
    let [first, other, head] = [&first, &other, &head].map(|who| t.person(who));
    match ending {
        Ending::OnSite => {
            first.does(finding, "correct_on_site", json!({ "note": "当场改正" })).await;
            return;
        }
        Ending::Ceased => {
            let kept = head.tries(finding, "close", &json!({})).await.expect(422).faults();
            assert_eq!(kept, ["/kind mismatch"]);
            head.does(finding, "close", json!({ "kind": "ceased", "conclusion": "断电断水，物料清空" })).await;
            return;
        }
        Ending::Fixed | Ending::Extended | Ending::FailedOnce | Ending::Stopped => {}
    }
    first.does(finding, "order", json!({ "demand": "限期改正", "order_no": "责改〔2026〕1号" })).await;
    if matches!(ending, Ending::Stopped) {
        head.does(finding, "measures", json!({ "measure": "stop" })).await;
    }
    if matches!(ending, Ending::Extended) {
        extend(t, finding, department).await;
    }
    first.does(finding, "report_fixed", json!({ "note": "已改" })).await;
    if matches!(ending, Ending::FailedOnce) {
        other.does(finding, "recheck", json!({ "passed": false, "note": "仍有积粉" })).await;
        other.does(finding, "order", json!({ "case": "情节轻微，不予立案" })).await;
        first.does(finding, "report_fixed", json!({})).await;
    }
    other.does(finding, "recheck", json!({ "passed": true, "note": "已消除" })).await;
    if matches!(ending, Ending::Stopped) {
        let barred = head.tries(finding, "close", &json!({})).await.expect(409).reasons();
        assert_eq!(barred, [format!("measures_stand {finding}")]);
        head.does(finding, "lift_measures", json!({ "reason": "复查合格" })).await;
    }
    other.tries(finding, "close", &json!({})).await.expect(403);
    head.does(finding, "close", json!({})).await;
}

/// More time: asked by an officer, granted by the head; both limits are on record.
async fn extend(t: &Town, finding: &str, department: &str) {
    let ordered = t.office().sees(&format!("/findings/{finding}")).await;
    let until = at(ordered["due_at"].as_str().unwrap()).plus_minutes(3 * 24 * 60).rfc3339();
    let asked = json!({ "until": until, "reason": "设备到货晚三日" });
    let officer = format!("inspector.{}", department.to_lowercase());
    t.person(&officer).does(finding, "ask_extension", asked).await;
    let granted = t.person(&approver(department)).does(finding, "grant_extension", json!({})).await;
    assert_eq!(granted["due_at"], until);
    assert_eq!(granted["orders"][0]["due_at"], ordered["due_at"], "the limit as ordered");
}

/// From the blow to the end; the whistle's code, its visit's and its findings'.
async fn live(t: &Town, life: &'static Life, codes: &mut BTreeMap<&'static str, String>) -> Vec<String> {
    let rows = sample_whistles::read().unwrap();
    let row = rows.into_iter().find(|row| row.name() == life.name).unwrap();
    t.until(row.text("blown_at")).await;
    let whistle = t.person(&row.blower()).blows(&row.blow_order()).await;
    t.settle().await;
    let Verdict { deed, order } = row.verdict(|_| unreachable!("none of these joins another"));
    t.office().does(&whistle, deed.as_str(), order).await;
    let mut units: Vec<String> = row.needed().into_iter().map(str::to_owned).collect();
    units.sort_by_key(|unit| unit != row.text("lead_department"));
    let mut told = Told { t, life, row, whistle, units };
    told.dispute().await;
    for unit in &told.units {
        t.person(&liaison(unit)).reports_in(&format!("{}-{unit}", told.whistle)).await;
    }
    assert_eq!(t.status(&told.whistle).await, "handling", "{}", life.name);
    let visit = told.enter().await;
    told.inspect(&visit).await;
    assert_eq!(t.status(&told.whistle).await, "rectifying", "{}", life.name);
    let found: Vec<&str> = told.acting();
    let found = found.into_iter().filter_map(|unit| life.found.iter().find(|(department, _)| *department == unit));
    let mut findings = Vec::new();
    for (number, (department, ending)) in (1..).zip(found) {
        let finding = format!("{visit}-{number:02}");
        end(t, &finding, department, *ending).await;
        findings.push(finding);
    }
    told.deliver().await;
    assert_eq!(t.status(&told.whistle).await, "awaiting_closure", "{}", life.name);
    told.close().await;
    t.settle().await;
    is_over(&told, &visit, &findings).await;
    codes.insert(life.name, told.whistle);
    findings
}

/// Nobody owes anything any more, one door was opened once, and the tale has every turn.
async fn is_over(told: &Told<'_>, visit: &str, findings: &[String]) {
    let (t, name) = (told.t, told.life.name);
    let card = t.office().sees(&format!("/whistles/{}", told.whistle)).await;
    assert_eq!((&card["status"], &card["obligations"]), (&json!("closed"), &json!([])), "{name}");
    assert_eq!(card["visits"], json!([visit]), "{name}");
    assert_eq!(t.status(visit).await, "filed", "{name}");
    for finding in findings {
        assert_eq!(t.status(finding).await, "closed", "{name}");
    }
    let burden = t.office().sees(&format!("/enterprises/{}/burden", told.row.text("enterprise_code"))).await;
    assert_eq!((&burden["visits"], &burden["visits_saved"]), (&json!(1), &json!(told.acting().len() - 1)), "{name}");
    let exempt = burden["authorities"].as_array().unwrap().iter().map(|one| one["exempt"].as_i64().unwrap());
    assert_eq!(exempt.sum::<i64>(), i64::try_from(told.acting().len()).unwrap(), "{name}: what follows a whistle");
    let kinds = t.office().kinds(&told.whistle).await;
    let turns = ["whistle.blown", "whistle.routed", "whistle.accepted", "whistle.dispatched", "whistle.handling"];
    let turns = turns.into_iter().chain(["whistle.rectifying", "whistle.awaiting_closure", "whistle.closed"]);
    for turn in turns {
        assert_eq!(kinds.iter().filter(|kind| *kind == turn).count(), 1, "{name}: {turn} in {kinds:?}");
    }
}

/// Within 180 days the same thing stands there again: finding and whistle are taken up, and end otherwise.
async fn relapse(t: &Town, whistle: &str, finding: &str) {
    t.until("2026-10-20T09:00:00+08:00").await;
    t.director().does(finding, "reopen", json!({ "ground": "relapse", "note": "夜间又冒烟" })).await;
    let again = t.office().does(whistle, "reopen", json!({ "ground": "relapse" })).await;
    assert_eq!(again["status"], "rectifying", "a finding is open");
    let taken_down = json!({ "kind": "dismantled", "conclusion": "设备拆除，断电" });
    t.person(&approver("SH")).does(finding, "close", taken_down).await;
    t.person(&liaison("SH")).does(&format!("{whistle}-SH"), "submit", json!({ "result": "已拆除" })).await;
    t.office().does(&format!("{whistle}-SH"), "accept", json!({})).await;
    t.office().does(whistle, "close", json!({ "kind": "dismantled", "conclusion": "镇每月两次回看" })).await;
    let seen = t.office().sees(&format!("/findings/{finding}")).await;
    assert_eq!((&seen["status"], &seen["relapse"]), (&json!("closed"), &json!(true)));
}

async fn the_ten(t: &Town) {
    let (mut codes, mut findings) = (BTreeMap::new(), BTreeMap::new());
    for life in &LIVES {
        let found = Box::pin(live(t, life, &mut codes)).await;
        findings.insert(life.name, found);
    }
    relapse(t, &codes["W21"], &findings["W21"][0]).await;
}

#[actix_web::test]
async fn ten_whistles_of_the_sample_district_live_to_their_closure() {
    // Laid on the day on which the story begins.
    let place = Place::empty();
    let t = Box::pin(Town::open(&place, at(BEGIN))).await;
    Box::pin(the_ten(&t)).await;
    Box::pin(t.close()).await;
}
