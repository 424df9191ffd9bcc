//! Which deed is possible, where and for whom: one table for refusals, for `allowed_deeds` and for the buttons of every
//! page. A deed that is not listed here does not exist.

use super::decision::Refusal;
use super::policy::{self, Actor};
use super::summons::Summons;
use super::terms::{Role, Route, Severity, SummonsStatus, WhistleStatus, words};
use super::whistle::{Tree, Whistle, office};

words!(
    /// What can be done to a whistle that stands.
    WhistleDeed {
        Accept = "accept", Dispatch = "dispatch", Return = "return", Complete = "complete", Decline = "decline",
        SendBack = "send_back", Close = "close",
    }
);
words!(
    /// What can be done to a summons.
    SummonsDeed {
        Acknowledge = "acknowledge", ReportIn = "report_in", Start = "start", Submit = "submit",
        Accept = "accept", SendBack = "send_back",
    }
);

/// Whether this actor ever may, whatever the state: otherwise 403.
fn may_whistle(deed: WhistleDeed, actor: &Actor, whistle: &Whistle) -> bool {
    match deed {
        WhistleDeed::Accept | WhistleDeed::Dispatch | WhistleDeed::Return => policy::is_office(actor),
        WhistleDeed::Decline | WhistleDeed::SendBack => policy::is_office(actor),
        WhistleDeed::Complete => is_blower(actor, whistle),
        WhistleDeed::Close => {
            let directors = whistle.severity == Severity::Major || whistle.route == Some(Route::Emergency);
            actor.role == Role::OfficeDirector || (actor.role == Role::OfficeDuty && !directors)
        }
    }
}

/// Whoever speaks for the unit that blew; the office for what it blew on somebody's behalf.
fn is_blower(actor: &Actor, whistle: &Whistle) -> bool {
    let blower = &whistle.blower;
    policy::speaks_for(actor, &blower.department) || (policy::is_office(actor) && blower.on_behalf)
}

/// Whether the state allows it, one line per state.
fn can_whistle(deed: WhistleDeed, whistle: &Whistle) -> bool {
    use WhistleDeed::{Accept, Close, Complete, Decline, Dispatch, Return, SendBack};
    match whistle.status {
        WhistleStatus::Submitted => matches!(deed, Accept | Return | Decline),
        // Nothing urgent may wait for a blower who sleeps: the office phones, then decides from here.
        WhistleStatus::Returned if office::is_pressing(whistle.urgency) => matches!(deed, Complete | Accept | Decline),
        WhistleStatus::Returned => deed == Complete,
        WhistleStatus::Accepted => deed == Dispatch,
        WhistleStatus::AwaitingClosure => matches!(deed, Close | SendBack),
        WhistleStatus::Dispatched | WhistleStatus::Handling | WhistleStatus::Rectifying => false,
        WhistleStatus::Suspended | WhistleStatus::Closed | WhistleStatus::Declined => false,
        WhistleStatus::Merged | WhistleStatus::Withdrawn => false,
    }
}

fn may_summons(deed: SummonsDeed, actor: &Actor, summons: &Summons) -> bool {
    match deed {
        SummonsDeed::Acknowledge | SummonsDeed::Submit => policy::speaks_for(actor, &summons.department),
        SummonsDeed::ReportIn | SummonsDeed::Start => policy::acts_for(actor, &summons.department),
        SummonsDeed::Accept | SummonsDeed::SendBack => policy::is_office(actor),
    }
}

fn can_summons(deed: SummonsDeed, summons: &Summons) -> bool {
    use SummonsDeed::{Accept, Acknowledge, ReportIn, SendBack, Start, Submit};
    match summons.status {
        SummonsStatus::Issued => matches!(deed, Acknowledge | ReportIn),
        SummonsStatus::Acknowledged => deed == ReportIn,
        SummonsStatus::ReportedIn => matches!(deed, Start | Submit),
        SummonsStatus::Working => deed == Submit,
        SummonsStatus::Submitted => matches!(deed, Accept | SendBack),
        SummonsStatus::Done | SummonsStatus::Disputed | SummonsStatus::Referred => false,
        SummonsStatus::Released | SummonsStatus::Excused | SummonsStatus::Cancelled => false,
    }
}

/// What this actor may do to the whistle now, in the order of the list.
pub fn allowed_on_whistle(actor: &Actor, whistle: &Whistle) -> Vec<&'static str> {
    let all = WhistleDeed::ALL.iter().copied();
    all.filter(|deed| may_whistle(*deed, actor, whistle) && can_whistle(*deed, whistle))
        .map(WhistleDeed::as_str)
        .collect()
}

/// What this actor may do to the summons now.
pub fn allowed_on_summons(actor: &Actor, summons: &Summons) -> Vec<&'static str> {
    let all = SummonsDeed::ALL.iter().copied();
    all.filter(|deed| may_summons(*deed, actor, summons) && can_summons(*deed, summons))
        .map(SummonsDeed::as_str)
        .collect()
}

/// 403: this role (or this unit) never may.
pub fn whistle_role(deed: WhistleDeed, actor: &Actor, tree: &Tree) -> Result<(), Refusal> {
    if may_whistle(deed, actor, &tree.whistle) { Ok(()) } else { Err(Refusal::RoleMayNot) }
}

/// 409: not in this state.
pub fn whistle_state(deed: WhistleDeed, actor: &Actor, tree: &Tree) -> Result<(), Refusal> {
    let whistle = &tree.whistle;
    if can_whistle(deed, whistle) {
        return Ok(());
    }
    Err(Refusal::NotNow { status: whistle.status.as_str(), allowed: allowed_on_whistle(actor, whistle) })
}

/// 403: this role (or this unit) never may.
pub fn summons_role(deed: SummonsDeed, actor: &Actor, summons: &Summons) -> Result<(), Refusal> {
    if may_summons(deed, actor, summons) { Ok(()) } else { Err(Refusal::RoleMayNot) }
}

/// 409: not in this state.
pub fn summons_state(deed: SummonsDeed, actor: &Actor, summons: &Summons) -> Result<(), Refusal> {
    if can_summons(deed, summons) {
        return Ok(());
    }
    Err(Refusal::NotNow { status: summons.status.as_str(), allowed: allowed_on_summons(actor, summons) })
}

/// What this role may ever do, each thing in its place and state: a hint for menus, never a right.
pub fn permissions(actor: &Actor) -> Vec<String> {
    let (office, speaks) = (policy::is_office(actor), policy::speaks_for(actor, &actor.unit));
    let whistle = |deed: WhistleDeed| match deed {
        WhistleDeed::Accept | WhistleDeed::Dispatch | WhistleDeed::Return | WhistleDeed::Decline => office,
        WhistleDeed::SendBack | WhistleDeed::Close => office,
        WhistleDeed::Complete => policy::may_blow(actor),
    };
    let summons = |deed: SummonsDeed| match deed {
        SummonsDeed::Acknowledge | SummonsDeed::Submit => speaks,
        SummonsDeed::ReportIn | SummonsDeed::Start => policy::acts_for(actor, &actor.unit),
        SummonsDeed::Accept | SummonsDeed::SendBack => office,
    };
    let blow = policy::may_blow(actor).then(|| "whistle.blow".to_owned());
    let whistles = WhistleDeed::ALL.iter().filter(|deed| whistle(**deed)).map(|deed| format!("whistle.{deed}"));
    let summonses = SummonsDeed::ALL.iter().filter(|deed| summons(**deed)).map(|deed| format!("summons.{deed}"));
    blow.into_iter().chain(whistles).chain(summonses).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::terms::Urgency;
    use crate::domain::tests::sample::{PEOPLE, actor, at};
    use crate::domain::tests::story::Story;

    /// State (with what matters beside it), then who may do what; whoever is not named may do nothing. Written from
    /// DOMAIN §3.1 and §5: blown by XF.
    #[rustfmt::skip]
    const ON_WHISTLE: &[(&str, &[(&str, &str)])] = &[
        ("submitted", &[("office", "accept return decline"), ("director", "accept return decline")]),
        ("returned", &[("blower", "complete")]),
        ("returned urgent", &[("blower", "complete"), ("office", "accept decline"), ("director", "accept decline")]),
        ("returned emergency", &[("blower", "complete"), ("office", "accept decline"), ("director", "accept decline")]),
        ("accepted", &[("office", "dispatch"), ("director", "dispatch")]),
        ("dispatched", &[]),
        ("handling", &[]),
        ("rectifying", &[]),
        ("awaiting_closure", &[("office", "send_back close"), ("director", "send_back close")]),
        ("awaiting_closure major", &[("office", "send_back"), ("director", "send_back close")]),
        ("awaiting_closure route", &[("office", "send_back"), ("director", "send_back close")]),
        ("suspended", &[]),
        ("closed", &[]),
        ("declined", &[]),
        ("merged", &[]),
        ("withdrawn", &[]),
    ];

    /// A summons of XF: liaison and head alike, an inspector, the office. DOMAIN §3.2, API.md.
    const ON_SUMMONS: &[(&str, [&str; 3])] = &[
        ("issued", ["acknowledge report_in", "report_in", ""]),
        ("acknowledged", ["report_in", "report_in", ""]),
        ("reported_in", ["start submit", "start", ""]),
        ("working", ["submit", "", ""]),
        ("submitted", ["", "", "accept send_back"]),
        ("done", ["", "", ""]),
        ("disputed", ["", "", ""]),
        ("referred", ["", "", ""]),
        ("released", ["", "", ""]),
        ("excused", ["", "", ""]),
        ("cancelled", ["", "", ""]),
    ];

    fn summoned() -> Story {
        let blow = r#"{"category":"fire","what":"a","place":"b"}"#;
        let mut story = Story::blown(at("11-25 10:00"), "liaison.xf", blow).unwrap();
        let accept = r#"{"severity":"general","urgency":"normal","lead":"XF","supports":["T01"],"route":"joint","dispatch":true}"#;
        assert_eq!(story.act("office", "accept", accept), Ok(()));
        story
    }

    #[test]
    fn who_may_do_what_to_a_whistle_in_which_state_is_what_the_domain_page_says() {
        let states: Vec<&str> = ON_WHISTLE.iter().filter_map(|(state, _)| state.split(' ').next()).collect();
        assert!(WhistleStatus::WORDS.iter().all(|state| states.contains(state)), "a state has no row");
        for (row, rights) in ON_WHISTLE {
            let mut whistle = summoned().tree.whistle;
            whistle.status = WhistleStatus::parse(row.split(' ').next().unwrap()).unwrap();
            match row.split(' ').nth(1) {
                Some("major") => whistle.severity = Severity::Major,
                Some("route") => whistle.route = Some(Route::Emergency),
                Some(urgency) => whistle.urgency = Urgency::parse(urgency).unwrap(),
                None => {}
            }
            for (who, ..) in PEOPLE {
                let post = match who {
                    "liaison.xf" | "head.xf" | "head.xf.2" => "blower",
                    "office.2" => "office",
                    "director.2" => "director",
                    other => other,
                };
                let expected = rights.iter().find(|(named, _)| *named == post).map_or("", |(_, deeds)| deeds);
                assert_eq!(allowed_on_whistle(&actor(who), &whistle).join(" "), expected, "{row}: {who}");
            }
        }
    }

    #[test]
    fn who_may_do_what_to_a_summons_in_which_state_is_what_the_domain_page_says() {
        assert_eq!(ON_SUMMONS.iter().map(|(state, _)| *state).collect::<Vec<_>>(), SummonsStatus::WORDS);
        let story = summoned();
        for (state, [speaks, inspects, office]) in ON_SUMMONS {
            let status = SummonsStatus::parse(state).unwrap();
            let of = |unit: &str| Summons { status, ..story.summons(unit).clone() };
            for (who, ..) in PEOPLE {
                let (to_department, to_town) = match who {
                    "liaison.xf" | "head.xf" | "head.xf.2" => (*speaks, ""),
                    "inspector.xf" | "inspector.xf.2" => (*inspects, ""),
                    "town.t01" => ("", *speaks),
                    "office" | "office.2" | "director" | "director.2" => (*office, *office),
                    _ => ("", ""),
                };
                assert_eq!(allowed_on_summons(&actor(who), &of("XF")).join(" "), to_department, "{state}: {who}");
                assert_eq!(allowed_on_summons(&actor(who), &of("T01")).join(" "), to_town, "{state}: {who}");
            }
        }
    }

    #[test]
    fn what_the_office_blew_for_somebody_both_may_complete() {
        let blow = |unit: &str| {
            let json = format!(r#"{{"category":"fire","what":"a","place":"b","on_behalf_of":"{unit}"}}"#);
            let mut story = Story::blown(at("11-25 10:00"), "office", &json).unwrap();
            assert_eq!(story.act("office", "return", r#"{"missing":["town"]}"#), Ok(()));
            story.tree.whistle
        };
        let may = |whistle: &Whistle| {
            let may = PEOPLE.iter().filter(|(who, ..)| !allowed_on_whistle(&actor(who), whistle).is_empty());
            may.map(|(who, ..)| *who).collect::<Vec<_>>()
        };
        let with = |speaker: &str| {
            let office = ["office", "office.2", "director", "director.2"];
            let all = PEOPLE.iter().map(|(who, ..)| *who).filter(|who| office.contains(who) || *who == speaker);
            all.collect::<Vec<_>>()
        };
        assert_eq!(may(&blow("SH")), with("liaison.sh"), "whoever is on duty next, too");
        assert_eq!(may(&blow("T02")), with("town.t02"));
        assert_eq!(may(&blow("SQ01")), with("squad.sq01"));
        assert_eq!(may(&blow("AWB")), with("nobody"), "a caller from outside");
    }

    #[test]
    fn a_refusal_says_whether_never_or_not_now_and_what_else_is_possible() {
        let mut story = summoned();
        assert_eq!(story.act("liaison.xf", "close", "{}"), Err(Refusal::RoleMayNot));
        let closing = r#"{"kind":"fixed","conclusion":"x"}"#;
        let not_now = |status, allowed: &[&'static str]| Err(Refusal::NotNow { status, allowed: allowed.to_vec() });
        assert_eq!(story.act("office", "close", closing), not_now("dispatched", &[]));
        assert_eq!(story.act_on("XF", "office", "report_in", "{}"), Err(Refusal::RoleMayNot), "never for a department");
        assert_eq!(story.act_on("XF", "liaison.sh", "acknowledge", "{}"), Err(Refusal::RoleMayNot));
        assert_eq!(story.act_on("XF", "liaison.xf", "start", "{}"), not_now("issued", &["acknowledge", "report_in"]));
        assert_eq!(story.act_on("XF", "office", "accept", "{}"), not_now("issued", &[]));
        assert_eq!(story.events.len(), 5, "a refusal leaves nothing behind");
    }

    #[test]
    fn i6_supervisors_and_administrators_have_no_deeds() {
        let may = |role: Role| permissions(&Actor { role, ..actor("liaison.xf") });
        for role in
            [Role::Supervisor, Role::Admin, Role::SecurityAdmin, Role::AuditAdmin, Role::Expert, Role::LegalReviewer]
        {
            assert!(may(role).is_empty(), "{role}");
        }
        assert!(may(Role::Liaison).contains(&"summons.report_in".to_owned()));
        assert!(may(Role::OfficeDuty).contains(&"whistle.accept".to_owned()));
        assert_eq!(may(Role::Inspector), ["summons.report_in", "summons.start"]);
    }
}
