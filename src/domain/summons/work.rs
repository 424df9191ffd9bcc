//! What a summoned department does and what the office makes of it: acknowledge, report in, start, submit, accept, send
//! back.

use super::{Summons, must_attend_first};
use crate::domain::at::At;
use crate::domain::decision::Change;
use crate::domain::directory::Directory;
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::{EventKind, text_ref};
use crate::domain::obligation::Subject;
use crate::domain::order::{Fault, Field, Kind, Node, Spec, TEXT_MAX, each_once, read};
use crate::domain::terms::{Duty, Mode, SummonsStatus, Window};
use crate::domain::whistle::{Tree, follow, posts};
use crate::ids::{PersonId, SummonsId};
use serde_json::json;

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
    /// Officers are named by id and belong to the summoned unit (a town's may come from its squad) or to the one that
    /// acts for it.
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
    let town = directory.town_of(unit).map(|town| town.code.as_str());
    let acts = summons.delegated_to.as_deref();
    unit == summons.department
        || town == Some(&summons.department)
        || acts.is_some_and(|to| unit == to || town == Some(to))
}

/// The department has seen it. Moves no clock.
pub fn acknowledge(id: &SummonsId, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    draft.move_summons(id, SummonsStatus::Acknowledged);
    draft.record_summons(EventKind::SummonsAcknowledged, id, json!({}));
    draft.finish()
}

/// The department attends; its first result is due from dispatch on. In an emergency it may dispute from now on.
pub fn report_in(order: &ReportInOrder, id: &SummonsId, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let note = order.note.as_deref().map(|note| draft.write_down(note));
    let (now, whistle) = (draft.by.now, &draft.tree.whistle);
    let window = must_attend_first(whistle).then(|| draft.by.rules.window(Window::Dispute, whistle.urgency, now).at);
    draft.change_summons(id, |summons| {
        summons.status = SummonsStatus::ReportedIn;
        summons.officers.clone_from(&order.officers);
        summons.mode = Some(order.mode);
        summons.eta = order.eta;
        summons.note.clone_from(&note);
        summons.dispute_until = window.or(summons.dispute_until);
        summons.forget_extension();
    });
    let data = json!({
        "mode": order.mode, "officers": order.officers.len(), "eta": order.eta.map(At::rfc3339),
        "note": note.as_ref().map(text_ref),
    });
    draft.record_summons(EventKind::SummonsReportedIn, id, data);
    let dispatched = draft.tree.summons(id).map_or(now, |summons| summons.issued_at);
    follow::arm_result(&mut draft, id, dispatched);
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
        summons.forget_extension();
    });
    draft.record_summons(EventKind::SummonsSubmitted, id, json!({ "result": text_ref(&result) }));
    let office = posts::office(&draft);
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
    let now = draft.by.now;
    follow::arm_result(&mut draft, id, now);
    draft.finish()
}
