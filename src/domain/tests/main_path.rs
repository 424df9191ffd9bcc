//! The product's spine on one page: who does what when, and who owes what afterwards. Times are those of the shipped
//! limits on the announced calendar of 2026; 25 November is a Wednesday. Nothing here looks at a text.

use super::sample::{at, shown};
use super::story::Story;
use crate::domain::terms::{SummonsRole, Urgency};

/// When, who, on which unit's summons (or the whistle), which deed with which body; what it leaves.
struct Step {
    when: &'static str,
    deed: [&'static str; 4],
    events: &'static str,
    letters: &'static str,
    picture: &'static [&'static str],
}

const BLOW: &str = r#"{"category":"dust_explosion","what":"除尘管道积尘","enterprise":"E01"}"#;
const ACCEPT: &str =
    r#"{"severity":"general","urgency":"normal","lead":"YJ","supports":["XF"],"route":"coordinated","dispatch":false}"#;
const DISPATCH: &str =
    r#"{"summonses":[{"department":"YJ","role":"lead","task":"查"},{"department":"XF","role":"support"}]}"#;

const MAIN_PATH: [Step; 12] = [
    Step {
        when: "11-25 10:30",
        deed: ["office", "", "accept", ACCEPT],
        events: "whistle.accepted",
        letters: "",
        picture: &["accepted: office_duty@AWB dispatch 11-25 16:00"],
    },
    Step {
        when: "11-25 11:00",
        deed: ["office.2", "", "dispatch", DISPATCH],
        events: "whistle.dispatched summons.issued summons.issued",
        letters: "summons_new liaison@YJ, summons_new department_head@YJ, summons_new liaison@XF, summons_new department_head@XF",
        picture: &[
            "dispatched: office_duty@AWB report_in 11-26 17:30",
            "XF issued: liaison@XF report_in 11-26 17:30",
            "YJ issued: liaison@YJ report_in 11-26 17:30",
        ],
    },
    Step {
        when: "11-25 11:10",
        deed: ["liaison.xf", "XF", "acknowledge", "{}"],
        events: "summons.acknowledged",
        letters: "",
        picture: &[
            "dispatched: office_duty@AWB report_in 11-26 17:30",
            "XF acknowledged: liaison@XF report_in 11-26 17:30",
            "YJ issued: liaison@YJ report_in 11-26 17:30",
        ],
    },
    Step {
        when: "11-25 14:00",
        deed: [
            "inspector.xf",
            "XF",
            "report_in",
            r#"{"officers":["pe_inspector.xf","pe_inspector.xf.2"],"mode":"site"}"#,
        ],
        events: "summons.reported_in",
        letters: "",
        picture: &[
            "dispatched: office_duty@AWB report_in 11-26 17:30",
            "XF reported_in: liaison@XF first_result 12-03 00:00",
            "YJ issued: liaison@YJ report_in 11-26 17:30",
        ],
    },
    Step {
        when: "11-27 09:00",
        deed: ["head.yj", "YJ", "report_in", r#"{"officers":["pe_liaison.yj"],"mode":"system"}"#],
        events: "summons.reported_in whistle.handling",
        letters: "",
        picture: &[
            "handling: office_duty@AWB first_result 12-03 00:00",
            "XF reported_in: liaison@XF first_result 12-03 00:00",
            "YJ reported_in: liaison@YJ first_result 12-03 00:00",
        ],
    },
    Step {
        when: "11-27 10:00",
        deed: ["inspector.xf.2", "XF", "start", "{}"],
        events: "summons.started",
        letters: "",
        picture: &[
            "handling: office_duty@AWB first_result 12-03 00:00",
            "XF working: liaison@XF first_result 12-03 00:00",
            "YJ reported_in: liaison@YJ first_result 12-03 00:00",
        ],
    },
    Step {
        when: "11-27 16:00",
        deed: ["liaison.xf", "XF", "submit", r#"{"result":"已查"}"#],
        events: "summons.submitted",
        letters: "",
        picture: &[
            "handling: office_duty@AWB first_result 12-03 00:00",
            "XF submitted: office_duty@AWB review 12-01 17:30",
            "YJ reported_in: liaison@YJ first_result 12-03 00:00",
        ],
    },
    Step {
        when: "11-30 09:00",
        deed: ["director", "XF", "send_back", r#"{"lacks":"缺照片"}"#],
        events: "summons.sent_back",
        letters: "",
        picture: &[
            "handling: office_duty@AWB first_result 12-03 00:00",
            "XF working: liaison@XF first_result 12-08 00:00",
            "YJ reported_in: liaison@YJ first_result 12-03 00:00",
        ],
    },
    Step {
        when: "11-30 10:00",
        deed: ["head.yj", "YJ", "submit", r#"{"result":"已改"}"#],
        events: "summons.submitted",
        letters: "",
        picture: &[
            "handling: office_duty@AWB first_result 12-03 00:00",
            "XF working: liaison@XF first_result 12-08 00:00",
            "YJ submitted: office_duty@AWB review 12-02 17:30",
        ],
    },
    Step {
        when: "11-30 11:00",
        deed: ["office", "YJ", "accept", "{}"],
        events: "summons.accepted",
        letters: "",
        picture: &[
            "handling: office_duty@AWB first_result 12-03 00:00",
            "XF working: liaison@XF first_result 12-08 00:00",
            "YJ done: nothing",
        ],
    },
    Step {
        when: "12-01 09:00",
        deed: ["head.xf", "XF", "submit", r#"{"result":"照片补上"}"#],
        events: "summons.submitted",
        letters: "",
        picture: &[
            "handling: office_duty@AWB first_result 12-03 00:00",
            "XF submitted: office_duty@AWB review 12-03 17:30",
            "YJ done: nothing",
        ],
    },
    Step {
        when: "12-01 10:00",
        deed: ["office", "XF", "accept", "{}"],
        events: "summons.accepted whistle.awaiting_closure",
        letters: "",
        picture: &["awaiting_closure: office_duty@AWB closure 12-04 17:30", "XF done: nothing", "YJ done: nothing"],
    },
];

fn tell(story: &mut Story, step: &Step) {
    let [who, unit, deed, body] = step.deed;
    story.now = at(step.when);
    let done = if unit.is_empty() { story.act(who, deed, body) } else { story.act_on(unit, who, deed, body) };
    assert_eq!(done, Ok(()), "{who} {deed}");
    assert_eq!(story.picture(), step.picture, "{who} {deed}");
    assert_eq!(story.last_kinds(), step.events, "{who} {deed}");
    assert_eq!(story.last_letters(), step.letters, "{who} {deed}");
}

fn awaiting_closure() -> Story {
    let mut story = Story::blown(at("11-25 10:00"), "liaison.xf", BLOW).unwrap();
    assert_eq!(story.picture(), ["submitted: office_duty@AWB triage 11-25 15:30"]);
    assert_eq!(story.last_letters(), "whistle_new office_duty@AWB");
    MAIN_PATH.iter().for_each(|step| tell(&mut story, step));
    story
}

#[test]
fn a_whistle_lives_from_blow_to_closure_and_somebody_always_owes_the_next_move() {
    let mut story = awaiting_closure();
    tell(
        &mut story,
        &Step {
            when: "12-01 11:00",
            deed: ["office", "", "close", r#"{"kind":"fixed","conclusion":"管道已清"}"#],
            events: "whistle.closed",
            letters: "whistle_closed liaison@XF",
            picture: &["closed: nothing", "XF done: nothing", "YJ done: nothing"],
        },
    );
    let sights: Vec<&str> = story.sights.iter().map(String::as_str).collect();
    assert_eq!(sights, ["T01", "XF", "XF/summoned", "YJ", "YJ/summoned"]);
    let codes: Vec<&str> = story.tree.summonses.iter().map(|one| one.code.as_str()).collect();
    assert_eq!(codes, ["WH-2026-0731-XF", "WH-2026-0731-YJ"]);
    let whistle = &story.tree.whistle;
    assert_eq!((whistle.version, whistle.tree_version), (6, 14), "blown, accepted, dispatched, two moves, closed");
    assert_eq!((story.summons("XF").version, story.summons("YJ").version), (8, 4));
}

#[test]
fn a_whistle_sent_back_calls_the_lead_back_and_awaits_closure_again() {
    let mut story = awaiting_closure();
    for (when, second) in [("12-02 09:00", false), ("12-03 09:00", true)] {
        story.now = at(when);
        assert_eq!(story.act("office", "send_back", r#"{"lacks":"还缺复查"}"#), Ok(()));
        assert_eq!(story.last_kinds(), "whistle.sent_back summons.sent_back");
        assert_eq!(story.last_letters(), "");
        let due = if second { "12-11 00:00" } else { "12-10 00:00" };
        let picture = [
            format!("handling: office_duty@AWB first_result {due}"),
            "XF done: nothing".to_owned(),
            format!("YJ working: liaison@YJ first_result {due}"),
        ];
        assert_eq!(story.picture(), picture);
        assert_eq!(story.act_on("YJ", "liaison.yj", "submit", r#"{"result":"复查了"}"#), Ok(()));
        assert_eq!(story.act_on("YJ", "office", "accept", "{}"), Ok(()));
        assert_eq!(story.last_kinds(), "summons.accepted whistle.awaiting_closure");
    }
    let whole = r#"{"lacks":"都要补","summonses":["WH-2026-0731-XF","WH-2026-0731-YJ"]}"#;
    assert_eq!(story.act("director", "send_back", whole), Ok(()));
    assert_eq!(story.last_kinds(), "whistle.sent_back summons.sent_back summons.sent_back");
    assert_eq!(story.events.last().unwrap().data["lacks"], story.events.iter().rev().nth(2).unwrap().data["lacks"]);
}

#[test]
fn accept_and_dispatch_may_be_one_click() {
    let mut story = Story::blown(at("11-25 10:00"), "town.t01", BLOW).unwrap();
    let order = ACCEPT.replace("false", "true").replace("\"XF\"", "\"XF\",\"T02\"");
    assert_eq!(story.act("office", "accept", &order), Ok(()));
    let kinds = "whistle.accepted whistle.dispatched summons.issued summons.issued summons.issued";
    assert_eq!(story.last_kinds(), kinds);
    let town = story.last.letters.iter().filter(|letter| letter.to.department == "T02");
    assert_eq!(town.map(|letter| letter.to.role.as_str()).collect::<Vec<_>>(), ["town_officer"]);
    assert_eq!(story.summons("YJ").role, SummonsRole::Lead);
    assert_eq!(story.tree.whistle.version, 3);
}

#[test]
fn on_the_emergency_route_the_first_report_in_is_enough() {
    let blow = BLOW.replace("}", r#","urgency":"emergency"}"#);
    let accept = ACCEPT.replace("normal", "emergency").replace("coordinated", "emergency").replace("false", "true");
    let mut story = Story::blown(at("11-25 10:00"), "liaison.xf", &blow).unwrap();
    assert_eq!(story.picture(), ["submitted: office_duty@AWB triage 11-25 10:10"]);
    assert_eq!(story.act("office", "accept", &accept), Ok(()));
    story.now = at("11-25 10:20");
    assert_eq!(story.act_on("XF", "liaison.xf", "report_in", r#"{"officers":["pe_head.xf"],"mode":"site"}"#), Ok(()));
    let picture = [
        "handling: office_duty@AWB first_result 11-25 12:00",
        "XF reported_in: liaison@XF first_result 11-25 12:00",
        "YJ issued: liaison@YJ report_in 11-25 10:30",
    ];
    assert_eq!(story.picture(), picture);
    // The other one still must come, and the whistle still waits for it.
    assert_eq!(story.act_on("XF", "liaison.xf", "submit", r#"{"result":"断电"}"#), Ok(()));
    assert_eq!(story.act_on("XF", "office", "accept", "{}"), Ok(()));
    assert_eq!((story.last_kinds().as_str(), story.tree.whistle.status.as_str()), ("summons.accepted", "handling"));
}

#[test]
fn the_clock_runs_from_dispatch_even_for_who_comes_late() {
    for (urgency, when, report_in, first_result) in [
        (Urgency::Emergency, "11-25 10:00", "11-25 10:30", "11-25 12:00"),
        (Urgency::Emergency, "11-25 18:00", "11-25 19:00", "11-25 20:00"),
        (Urgency::Emergency, "11-26 07:59", "11-26 08:59", "11-26 09:59"),
        (Urgency::Emergency, "11-28 12:00", "11-28 13:00", "11-28 14:00"),
        (Urgency::Urgent, "11-28 23:00", "11-29 01:00", "11-29 23:00"),
        (Urgency::Normal, "11-28 12:00", "11-30 17:30", "12-08 00:00"),
        (Urgency::Complex, "11-25 12:00", "11-27 17:30", "12-11 00:00"),
    ] {
        let accept = ACCEPT.replace("normal", urgency.as_str()).replace("false", "true");
        let mut story = Story::blown(at(when), "liaison.xf", BLOW).unwrap();
        assert_eq!(story.act("office", "accept", &accept), Ok(()));
        let due = |story: &Story| {
            let subject = crate::domain::obligation::Subject::Summons(story.summons("YJ").id.clone());
            shown(story.tree.armed(&subject).unwrap().due_at)
        };
        assert_eq!(due(&story), report_in, "{urgency} {when}");
        story.now = at("12-20 09:00");
        assert_eq!(
            story.act_on("YJ", "liaison.yj", "report_in", r#"{"officers":["pe_head.yj"],"mode":"site"}"#),
            Ok(())
        );
        assert_eq!(due(&story), first_result, "{urgency} {when}");
        assert!(story.tree.is_overdue(story.now));
    }
}
