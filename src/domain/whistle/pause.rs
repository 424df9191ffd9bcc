//! A whistle stands still because nobody could act: the owner is away, a court has it. Every limit under it stops and gets
//! back exactly what it had left, working time where it ran in working time. Late stays late: a pause cures nothing. Limits of
//! its visits and findings run on: an order to a firm does not stop because the office waits.

use super::{Late, Paused, Suspension, Tree, follow, posts};
use crate::domain::at::At;
use crate::domain::calendar::Deadline;
use crate::domain::decision::Change;
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::EventKind;
use crate::domain::obligation::Obligation;
use crate::domain::order::{Clash, Fault, FaultCode, Field, Kind, Node, Spec, read};
use crate::domain::rules::Rules;
use crate::domain::terms::{Duty, SuspendGround, Urgency, WhistleStatus, Window};
use crate::ids::SummonsId;
use serde_json::json;

/// The body of `…/suspend`.
pub static SUSPEND: Spec = Spec {
    name: "SuspendOrder",
    fields: &[Field::required("ground", Kind::Word(SuspendGround::WORDS)), Field::required("review_on", Kind::Date)],
};

/// Why, and the day on which it goes on at the latest.
#[derive(Debug, Clone, PartialEq)]
pub struct SuspendOrder {
    ground: SuspendGround,
    /// The beginning of that day.
    review_on: At,
}

impl SuspendOrder {
    /// The day comes after today and within the furthest that the rules allow.
    pub fn parse(body: &Node, rules: &Rules, now: At) -> Result<SuspendOrder, Vec<Fault>> {
        let (reader, mut faults) = read(&SUSPEND, body);
        let ground = reader.word("ground", SuspendGround::parse);
        let review_on = reader.date("review_on");
        // Urgent: a pause is counted in days as they come.
        let latest = rules.window(Window::Suspension, Urgency::Urgent, now).at;
        match review_on {
            Some(day) if day <= now => faults.add(reader.pointer("review_on"), FaultCode::Clash(Clash::InThePast)),
            Some(day) if day >= latest => faults.add(reader.pointer("review_on"), FaultCode::Clash(Clash::TooFarOff)),
            Some(_) | None => {}
        }
        faults.judge(ground.zip(review_on).map(|(ground, review_on)| SuspendOrder { ground, review_on }))
    }
}

/// Stops every clock. The limits of the departments stand armed where they would if it went on at the review.
pub fn suspend(order: &SuspendOrder, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let armed: Vec<Obligation> = draft.tree.obligations.iter().filter(|one| one.is_armed()).cloned().collect();
    let paused: Vec<Paused> = armed.iter().map(|one| stopped(&draft, one)).collect();
    for (obligation, stopped) in armed.iter().zip(&paused).filter(|(_, stopped)| stopped.summons.is_some()) {
        if stopped.late.is_none() {
            let limit = given_back(&draft, stopped, order.review_on);
            draft.move_limit(&obligation.id, limit);
        }
        draft.change_obligation(&obligation.id, |one| one.reminds = false);
    }
    let from = draft.tree.whistle.status;
    draft.tree.whistle.suspension = Some(Suspension { from, ground: order.ground, paused });
    draft.move_whistle(WhistleStatus::Suspended);
    let review_on = order.review_on.civil().date().to_string();
    draft.record(EventKind::WhistleSuspended, json!({ "ground": order.ground, "review_on": review_on }));
    let (office, whole) = (posts::office(&draft), draft.whistle_subject());
    draft.arm_until(whole, office, Duty::Resume, Deadline::set(order.review_on));
    draft.finish()
}

fn stopped(draft: &Draft<'_>, armed: &Obligation) -> Paused {
    let (rules, now, urgency) = (draft.by.rules, draft.by.now, draft.tree.whistle.urgency);
    let working = rules.runs_in_working_time(armed.duty, urgency, now);
    let left = rules.between(armed.duty, urgency, now, armed.due_at);
    let summons = armed.subject.summons().cloned();
    let late = armed.is_overdue(now).then_some(Late { due_at: armed.due_at, passed_at: armed.passed_at });
    Paused { summons, duty: armed.duty, left, length: armed.length, working, late }
}

/// The limit that what was left comes to, counted from `from`.
fn given_back(draft: &Draft<'_>, paused: &Paused, from: At) -> Deadline {
    match paused.working {
        true => draft.by.rules.calendar.after_working_time(from, paused.left),
        false => Deadline::set(At(from.0.saturating_add(paused.left))),
    }
}

/// Goes on where it stood, by the office's word or on the day of the review, and catches up with its visits and findings, which
/// did not wait. `None`: it is not suspended.
pub fn resume(tree: Tree, by: Deciding<'_>) -> Option<Change> {
    let mut draft = Draft::on(by, tree);
    let suspension = draft.tree.whistle.suspension.take()?;
    draft.move_whistle(suspension.from);
    draft.record(EventKind::WhistleResumed, json!({}));
    for paused in &suspension.paused {
        let limit = match paused.late {
            Some(late) => Deadline::set(late.due_at),
            None => given_back(&draft, paused, draft.by.now),
        };
        match &paused.summons {
            Some(id) => run_on(&mut draft, id, paused, limit),
            None => {
                let (office, whole) = (posts::office(&draft), draft.whistle_subject());
                draft.arm_until(whole.clone(), office, paused.duty, limit);
                let passed_at = paused.late.and_then(|late| late.passed_at);
                let armed = draft.tree.armed(&whole).map(|one| one.id.clone());
                armed.into_iter().for_each(|id| {
                    draft.change_obligation(&id, |one| (one.length, one.passed_at) = (paused.length, passed_at));
                });
            }
        }
    }
    // What was struck off, found or called off meanwhile has its consequence now.
    follow::follow(&mut draft);
    Some(draft.finish())
}

/// A department's limit runs again; one that was late before the pause has stood all the while.
fn run_on(draft: &mut Draft<'_>, summons: &SummonsId, paused: &Paused, limit: Deadline) {
    let Some(id) = draft.tree.armed_summons(summons).map(|one| one.id.clone()) else { return };
    if paused.late.is_none() {
        draft.move_limit(&id, limit);
    }
    draft.change_obligation(&id, |one| one.reminds = true);
}
