//! A closed whistle is taken up again: the danger is still there, or is there again. The named departments go back to
//! work with a fresh limit.

use super::office::named_summonses;
use super::{Contest, Tree, follow, posts};
use crate::domain::decision::Change;
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::EventKind;
use crate::domain::order::{Clash, Fault, FaultCode, Field, Kind, Node, Spec, read};
use crate::domain::terms::{Duty, ReopenGround, SummonsStatus, WhistleStatus};
use crate::ids::SummonsId;
use serde_json::json;

/// The body of `…/reopen`.
pub static REOPEN: Spec = Spec {
    name: "ReopenOrder",
    fields: &[
        Field::required("ground", Kind::Word(ReopenGround::WORDS)),
        Field::optional("summonses", Kind::List { of: &Kind::Code, min: 1 }),
    ],
};

/// Why, and who goes back to work.
#[derive(Debug, Clone, PartialEq)]
pub struct ReopenOrder {
    ground: ReopenGround,
    summonses: Vec<SummonsId>,
}

impl ReopenOrder {
    pub fn parse(body: &Node, tree: &Tree) -> Result<ReopenOrder, Vec<Fault>> {
        let (reader, mut faults) = read(&REOPEN, body);
        let ground = reader.word("ground", ReopenGround::parse);
        if ground == Some(ReopenGround::ContestUpheld) && tree.whistle.contest != Some(Contest::Pending) {
            faults.add(reader.pointer("ground"), FaultCode::Clash(Clash::NoContest));
        }
        let summonses = named_summonses(&reader, tree, &mut faults);
        faults.judge(ground.map(|ground| ReopenOrder { ground, summonses }))
    }
}

/// Takes the whistle up again; a contest that waits is thereby answered.
pub fn reopen(order: &ReopenOrder, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let whistle = &mut draft.tree.whistle;
    whistle.closed = None;
    whistle.objection_until = None;
    whistle.contest = whistle.contest.map(|_| Contest::Answered);
    whistle.reopened += 1;
    draft.move_whistle(WhistleStatus::Handling);
    let named = draft.tree.summonses.iter().filter(|one| order.summonses.contains(&one.id));
    let codes: Vec<String> = named.map(|one| one.code.clone()).collect();
    let count = draft.tree.whistle.reopened;
    draft.record(EventKind::WhistleReopened, json!({ "ground": order.ground, "summonses": codes, "count": count }));
    for id in &order.summonses {
        draft.move_summons(id, SummonsStatus::Working);
        draft.record_summons_move(EventKind::SummonsSentBack, id);
        let now = draft.by.now;
        follow::arm_result(&mut draft, id, now);
    }
    let office = posts::office(&draft);
    draft.arm(draft.whistle_subject(), office, Duty::FirstResult);
    follow::rectify(&mut draft);
    draft.finish()
}
