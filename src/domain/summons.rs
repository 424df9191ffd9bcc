//! One department's summons (派单): its states (DOMAIN §3.2) and its deeds. The clock runs from dispatch;
//! acknowledging moves none. Each deed carries what follows for the whistle in the same `Change`.

use super::at::At;
use super::decision::Change;
use super::directory::Directory;
use super::draft::{Deciding, Draft};
use super::event::{EventKind, text_ref};
use super::obligation::Subject;
use super::order::{Fault, Field, Kind, Node, Spec, TEXT_MAX, each_once, read};
use super::terms::{Duty, Mode, Role, SummonsRole, SummonsStatus};
use super::whistle::{Tree, follow, office};
use crate::ids::{PersonId, SummonsId, TextId, WhistleId};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// One summons as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summons {
    pub id: SummonsId,
    /// `WH-2026-0731-XF`.
    pub code: String,
    pub whistle: WhistleId,
    pub whistle_code: String,
    /// The summoned unit's code.
    pub department: String,
    pub role: SummonsRole,
    pub status: SummonsStatus,
    pub task: Option<TextId>,
    /// Who reported in.
    pub officers: Vec<PersonId>,
    pub mode: Option<Mode>,
    pub eta: Option<At>,
    pub note: Option<TextId>,
    pub result: Option<TextId>,
    pub lacks: Option<TextId>,
    pub issued_at: At,
    pub version: i64,
}

/// The body of a deed that says everything by its verb.
pub static BARE: Spec = Spec { name: "BareOrder", fields: &[] };

/// The body of `…/report_in`.
pub static REPORT_IN: Spec = Spec {
    name: "ReportInOrder",
    fields: &[
        Field::required("officers", Kind::List { of: &Kind::Code, min: 1 }),
        Field::required("mode", Kind::Word(Mode::WORDS)),
        Field::optional("eta", Kind::Time),
        Field::optional("note", Kind::Text { max: TEXT_MAX }),
    ],
};

/// The body of `…/submit`.
pub static SUBMIT: Spec =
    Spec { name: "SubmitOrder", fields: &[Field::required("result", Kind::Text { max: TEXT_MAX })] };

/// The body of a summons' `…/send_back`.
pub static SEND_BACK: Spec =
    Spec { name: "LacksOrder", fields: &[Field::required("lacks", Kind::Text { max: TEXT_MAX })] };

/// Who attends, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportInOrder {
    officers: Vec<PersonId>,
    mode: Mode,
    eta: Option<At>,
    note: Option<String>,
}

impl ReportInOrder {
    /// Officers are named by id and belong to the summoned unit (a town's may come from its squad).
    pub fn parse(body: &Node, summons: &Summons, directory: &Directory) -> Result<Self, Vec<Fault>> {
        let (reader, mut faults) = read(&REPORT_IN, body);
        let ids: Vec<PersonId> = reader.texts("officers").into_iter().map(PersonId::from_text).collect();
        let own = |id: &str| {
            let person = directory.person(&PersonId::from_text(id));
            person.is_some_and(|person| person.is_active() && belongs(&person.department_code, summons, directory))
        };
        each_once(&reader, "officers", &[], own, &mut faults);
        let (eta, note) = (reader.time("eta"), reader.text("note"));
        let made = reader.word("mode", Mode::parse).map(|mode| ReportInOrder { officers: ids, mode, eta, note });
        faults.judge(made)
    }
}

fn belongs(unit: &str, summons: &Summons, directory: &Directory) -> bool {
    unit == summons.department || directory.town_of(unit).is_some_and(|town| town.code == summons.department)
}

/// The department has seen it. Moves no clock.
pub fn acknowledge(id: &SummonsId, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    draft.move_summons(id, SummonsStatus::Acknowledged);
    draft.record_summons(EventKind::SummonsAcknowledged, id, json!({}));
    draft.finish()
}

/// The department attends; its first result is due from dispatch on.
pub fn report_in(order: &ReportInOrder, id: &SummonsId, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let note = order.note.as_deref().map(|note| draft.write_down(note));
    draft.change_summons(id, |summons| {
        summons.status = SummonsStatus::ReportedIn;
        summons.officers.clone_from(&order.officers);
        summons.mode = Some(order.mode);
        summons.eta = order.eta;
        summons.note.clone_from(&note);
    });
    let data = json!({
        "mode": order.mode, "officers": order.officers.len(), "eta": order.eta.map(At::rfc3339),
        "note": note.as_ref().map(text_ref),
    });
    draft.record_summons(EventKind::SummonsReportedIn, id, data);
    follow::arm_first_result(&mut draft, id);
    follow::follow(&mut draft);
    draft.finish()
}

/// Work has begun. The limit of the first result stands.
pub fn start(id: &SummonsId, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    draft.move_summons(id, SummonsStatus::Working);
    draft.record_summons(EventKind::SummonsStarted, id, json!({}));
    draft.finish()
}

/// The department's result; the office reviews it. Starts implicitly.
pub fn submit(result: &str, id: &SummonsId, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let result = draft.write_down(result);
    draft.change_summons(id, |summons| {
        summons.status = SummonsStatus::Submitted;
        summons.result = Some(result.clone());
    });
    draft.record_summons(EventKind::SummonsSubmitted, id, json!({ "result": text_ref(&result) }));
    let office = office::office_post(&draft);
    draft.arm(Subject::Summons(id.clone()), office, Duty::Review);
    draft.finish()
}

/// The office takes the result; the last one lets the whistle await its closure.
pub fn accept(id: &SummonsId, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    draft.move_summons(id, SummonsStatus::Done);
    draft.record_summons(EventKind::SummonsAccepted, id, json!({}));
    draft.disarm(&Subject::Summons(id.clone()));
    follow::follow(&mut draft);
    draft.finish()
}

/// The office says what the result lacks; a fresh limit runs.
pub fn send_back(lacks: &str, id: &SummonsId, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let lacks = draft.write_down(lacks);
    draft.change_summons(id, |summons| {
        summons.status = SummonsStatus::Working;
        summons.lacks = Some(lacks.clone());
    });
    draft.record_summons(EventKind::SummonsSentBack, id, json!({ "lacks": text_ref(&lacks) }));
    follow::arm_first_result(&mut draft, id);
    draft.finish()
}

/// Who speaks for a summoned unit: its liaison, or the town officer of a town.
pub fn speaker(unit: &str, directory: &Directory) -> Role {
    if directory.town(unit).is_some() { Role::TownOfficer } else { Role::Liaison }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::decision::Refusal;
    use crate::domain::tests::sample::at;
    use crate::domain::tests::story::Story;

    /// Dispatched to XF in the lead and to the town T01, at ten on a Wednesday.
    fn dispatched() -> Story {
        let mut story =
            Story::blown(at("11-25 10:00"), "head.yj", r#"{"category":"fire","what":"a","place":"b"}"#).unwrap();
        let accept = r#"{"severity":"general","urgency":"normal","lead":"XF","supports":["T01"],"route":"joint","dispatch":true}"#;
        assert_eq!(story.act("office", "accept", accept), Ok(()));
        story
    }

    fn told(done: Result<(), Refusal>) -> Vec<String> {
        match done {
            Err(Refusal::Faults(faults)) => {
                faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code.as_str())).collect()
            }
            other => panic!("not refused for its fields: {other:?}"),
        }
    }

    #[test]
    fn a_report_in_names_people_of_the_unit_once_and_does_not_come_before_now() {
        let mut story = dispatched();
        for (unit, who, body, faults) in [
            ("XF", "head.xf", r#"{}"#, &["/officers missing", "/mode missing"][..]),
            ("XF", "head.xf", r#"{"officers":[],"mode":"phone"}"#, &["/officers too_few", "/mode not_in_list"]),
            (
                "XF",
                "head.xf",
                r#"{"officers":["pe_head.yj","pe_nobody"],"mode":"site"}"#,
                &["/officers/0 no_such", "/officers/1 no_such"],
            ),
            ("XF", "head.xf", r#"{"officers":["pe_head.xf","pe_head.xf"],"mode":"site"}"#, &["/officers/1 twice"]),
            ("XF", "head.xf", r#"{"officers":["pe_squad.sq01"],"mode":"site"}"#, &["/officers/0 no_such"]),
            ("T01", "town.t01", r#"{"officers":["pe_town.t02"],"mode":"site"}"#, &["/officers/0 no_such"]),
        ] {
            assert_eq!(told(story.act_on(unit, who, "report_in", body)), faults, "{body}");
        }
        let eta = r#"{"officers":["pe_squad.sq01","pe_town.t01"],"mode":"site","eta":"2026-11-25T02:00:00Z","note":"带检测仪"}"#;
        assert_eq!(story.act_on("T01", "town.t01", "report_in", eta), Ok(()), "a town comes with its squad");
        let summons = story.summons("T01");
        assert_eq!((summons.mode, summons.eta, summons.officers.len()), (Some(Mode::Site), Some(at("11-25 10:00")), 2));
        assert_eq!(story.texts[summons.note.as_ref().unwrap()], "带检测仪");
        let data = &story.events.last().unwrap().data;
        assert_eq!((&data["officers"], &data["mode"]), (&json!(2), &json!("site")), "how many, not who");
    }

    #[test]
    fn acknowledging_moves_no_clock_and_is_not_needed() {
        let mut story = dispatched();
        let before = story.tree.obligations.clone();
        assert_eq!(story.act_on("XF", "liaison.xf", "acknowledge", "{}"), Ok(()));
        assert_eq!((&story.tree.obligations, story.last.obligations.len()), (&before, 0));
        let again = story.act_on("XF", "liaison.xf", "acknowledge", "{}");
        assert_eq!(again, Err(Refusal::NotNow { status: "acknowledged", allowed: vec!["report_in"] }));
        let report_in = r#"{"officers":["pe_town.t01"],"mode":"system"}"#;
        assert_eq!(story.act_on("T01", "town.t01", "report_in", report_in), Ok(()), "straight from issued");
    }

    #[test]
    fn submitting_starts_implicitly_and_each_submission_has_its_own_text() {
        let mut story = dispatched();
        let report_in = r#"{"officers":["pe_head.xf"],"mode":"system"}"#;
        assert_eq!(story.act_on("XF", "inspector.xf", "report_in", report_in), Ok(()));
        for (result, lacks) in [("第一次", "缺照片"), ("第二次", "缺签字"), ("第三次", "")] {
            assert_eq!(story.act_on("XF", "liaison.xf", "submit", &format!(r#"{{"result":"{result}"}}"#)), Ok(()));
            assert_eq!(story.last_kinds(), "summons.submitted");
            assert_eq!(story.texts[story.summons("XF").result.as_ref().unwrap()], result);
            if !lacks.is_empty() {
                story.now = story.now.plus_minutes(24 * 60);
                assert_eq!(story.act_on("XF", "office", "send_back", &format!(r#"{{"lacks":"{lacks}"}}"#)), Ok(()));
                let summons = story.summons("XF");
                assert_eq!(story.texts[summons.lacks.as_ref().unwrap()], lacks);
                assert_eq!(summons.status, SummonsStatus::Working);
                let armed = story.tree.armed(&Subject::Summons(summons.id.clone())).unwrap();
                let fresh =
                    crate::domain::tests::sample::rules().due(armed.duty, story.tree.whistle.urgency, story.now);
                assert_eq!(armed.due_at, fresh.at, "a second send back has its own fresh limit");
            }
        }
        assert_eq!(story.texts.len(), 8, "what was said before is kept");
    }

    #[test]
    fn a_whistle_waits_until_every_department_has_reported_in() {
        let mut story = dispatched();
        let own = |officer: &str| format!(r#"{{"officers":["pe_{officer}"],"mode":"site"}}"#);
        assert_eq!(story.act_on("XF", "head.xf", "report_in", &own("head.xf")), Ok(()));
        assert_eq!(story.act_on("XF", "head.xf", "submit", r#"{"result":"好"}"#), Ok(()));
        assert_eq!(story.act_on("XF", "office", "accept", "{}"), Ok(()));
        assert_eq!(
            (story.last_kinds().as_str(), story.tree.whistle.status.as_str()),
            ("summons.accepted", "dispatched")
        );
        assert_eq!(story.act_on("T01", "town.t01", "report_in", &own("town.t01")), Ok(()));
        assert_eq!(story.last_kinds(), "summons.reported_in whistle.handling");
        assert_eq!(story.act_on("T01", "town.t01", "submit", r#"{"result":"好"}"#), Ok(()));
        assert_eq!(story.act_on("T01", "office", "accept", "{}"), Ok(()));
        assert_eq!(story.last_kinds(), "summons.accepted whistle.awaiting_closure");
    }
}
