//! Limits that run while the calendar is changed: every open tree is looked at, one Change each, before the calendar itself
//! is written, so that whoever was cut off in between only has to do it again.

use super::imports::Bench;
use super::{PATIENT_ATTEMPTS_MAX, Undone};
use crate::domain::calendar::Calendar;
use crate::domain::decision::Refusal;
use crate::domain::draft::Deciding;
use crate::domain::policy::{Actor, Scope};
use crate::domain::rules::Rules;
use crate::domain::whistle::recount;
use crate::ids::{Mint, TreeId};
use crate::store::{CommitRefusal, due, visits, whistles};

/// Trees of one read.
const PAGE: i64 = 64;

/// Moves what the new calendar moves; answers in how many trees.
pub(super) async fn all(bench: Bench<'_>, new: Calendar, actor: Option<&Actor>) -> Result<usize, Undone> {
    let old = bench.rules;
    let new = Rules {
        calendar: new,
        limits: old.limits.clone(),
        routing: old.routing.clone(),
        directory: old.directory.clone(),
    };
    let (mut moved, mut after) = (0, TreeId::from_text(""));
    loop {
        let from = after.clone();
        let trees = bench.ledger.read(move |reading| due::armed_trees(reading, &from, PAGE)).await?;
        let Some(last) = trees.last() else { return Ok(moved) };
        after = last.clone();
        for id in &trees {
            moved += usize::from(one(bench, &new, id, actor).await?);
        }
    }
}

async fn one(bench: Bench<'_>, new: &Rules, id: &TreeId, actor: Option<&Actor>) -> Result<bool, Undone> {
    for _ in 0..PATIENT_ATTEMPTS_MAX {
        let wanted = id.clone();
        let scope = Scope::everything("a calendar counts for everybody");
        let read = bench.ledger.read(move |reading| {
            let whistle = wanted.whistle().map(|id| whistles::tree_by_id(reading, &scope, &id)).transpose()?.flatten();
            let visit = wanted.visit().map(|id| visits::whole(reading, &scope, &id)).transpose()?.flatten();
            Ok((whistle, visit))
        });
        let (whistle, visit) = read.await?;
        let mut mint = Mint::new(bench.now.0, bench.chance.seed());
        let by = Deciding { actor, rules: new, now: bench.now, mint: &mut mint };
        let change = match (whistle, visit) {
            (Some(whistle), _) => recount::recount(whistle, bench.rules, by),
            (None, Some(visit)) => recount::recount(visit, bench.rules, by),
            (None, None) => None,
        };
        let Some(change) = change else { return Ok(false) };
        match bench.ledger.commit(change, bench.now).await {
            Ok(_) => return Ok(true),
            Err(CommitRefusal::Stale) => {}
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Err(Refusal::Contended.into())
}
