//! Who may do what: what the table of deeds refuses and why. State by role by deed is walked in `domain/tests/table`.

use super::*;
use crate::domain::tests::sample::{PEOPLE, actor, at};
use crate::domain::tests::story::Story;

fn summoned() -> Story {
    let blow = r#"{"category":"fire","what":"a","place":"b"}"#;
    let mut story = Story::blown(at("11-25 10:00"), "liaison.xf", blow).unwrap();
    let accept =
        r#"{"severity":"general","urgency":"normal","lead":"XF","supports":["T01"],"route":"joint","dispatch":true}"#;
    assert_eq!(story.act("office", "accept", accept), Ok(()));
    story
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
        let may =
            PEOPLE.iter().filter(|(who, ..)| !allowed_on_whistle(&actor(who), whistle, at("11-25 10:00")).is_empty());
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
    assert_eq!(story.act("office", "close", closing), not_now("dispatched", &["add_summons", "raise_urgency"]));
    assert_eq!(story.act_on("XF", "office", "report_in", "{}"), Err(Refusal::RoleMayNot), "never for a department");
    assert_eq!(story.act_on("XF", "liaison.sh", "acknowledge", "{}"), Err(Refusal::RoleMayNot));
    assert_eq!(
        story.act_on("XF", "liaison.xf", "start", "{}"),
        not_now("issued", &["acknowledge", "report_in", "ask_extension"])
    );
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
    let inspects = may(Role::Inspector);
    assert_eq!(inspects[..3], ["whistle.comments", "summons.report_in", "summons.start"]);
    assert!(inspects.contains(&"visit.record".to_owned()) && inspects.contains(&"finding.recheck".to_owned()));
    for not in ["visit.plan", "visit.approve_own_part", "visit.cancel", "finding.close", "finding.measures"] {
        assert!(!inspects.contains(&not.to_owned()), "{not}");
    }
    let of_office: Vec<String> = may(Role::OfficeDuty).into_iter().filter(|one| one.starts_with("visit")).collect();
    // The office coordinates and never inspects (国办发〔2024〕54号).
    assert_eq!(of_office, ["visit.plan", "visit.propose", "visit.announce", "visit.keep_secret", "visit.postpone"]);
}
