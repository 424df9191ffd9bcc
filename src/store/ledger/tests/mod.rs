//! Tests of the keystone. Here: a place on disk, small Changes, and a batch given to the pen by hand, so that who
//! shares a transaction with whom is no matter of luck.

mod answers;
mod erased;
mod faults;
mod property;

use super::super::tests::Place;
use super::super::{Options, events, leases};
use super::pen::{Job, Pending, write_batch};
use super::*;
use crate::domain::decision::{Guard, LetterOwed, Series, Text};
use crate::domain::event::{Event, EventKind, text_ref};
use crate::domain::obligation::{Obligation, Post, Subject};
use crate::domain::terms::{Category, Duty, LetterKind, Role, TextClass, WhistleStatus};
use crate::domain::whistle::{Blower, Whistle, WhistleTexts};
use crate::ids::{LetterId, Mint, ObligationId, PersonId, TextId, WhistleId};
use serde_json::json;
use std::sync::atomic::{AtomicU64, Ordering};

const NOW: At = At(1_795_000_000_000_000);

/// Ids of a test, different in every call.
fn mint() -> Mint {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    Mint::new(NOW.0, NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A whistle just blown: number, obligation, letter, two texts, one event, two sights.
fn blown(mint: &mut Mint) -> Change {
    let id = WhistleId::new(mint);
    let texts = [(); 2].map(|()| Text {
        id: TextId::new(mint),
        salt: mint.salt(),
        body: "沿街餐馆液化气瓶".into(),
        class: TextClass::Open,
    });
    let [title, what] = [texts[0].id.clone(), texts[1].id.clone()];
    let person = PersonId::from_text("pe_li");
    let blower = Blower {
        person: person.clone(),
        on_behalf: false,
        department: "CG".into(),
        role: Role::Liaison,
        viewer: "unit:CG".into(),
    };
    let whistle = Whistle {
        category: Category::Gas,
        town: Some("LD".into()),
        texts: WhistleTexts { title: title.clone(), what, place: None, clause: None, contact: None },
        search: "沿街餐馆液化气瓶".into(),
        ..Whistle::unsaid(id.clone(), blower, NOW)
    };
    let office = Post { role: Role::OfficeDuty, department: "AWB".into() };
    Change {
        series: Some(Series { prefix: "WH", year: 2026 }),
        sights: vec!["office".into(), "unit:CG".into()],
        obligations: vec![armed(mint, &id, 60)],
        events: vec![Event {
            kind: EventKind::WhistleBlown,
            tree: (&id).into(),
            about: None,
            doer: Some(crate::domain::event::Doer { person, department: "CG".into() }),
            office_only: false,
            data: json!({ "title": text_ref(&title) }),
        }],
        letters: vec![LetterOwed {
            id: LetterId::new(mint),
            key: format!("whistle_new/{id}"),
            kind: LetterKind::WhistleNew,
            to: office,
            person: None,
            tree: Some((&id).into()),
            about: None,
            not_before: NOW,
        }],
        texts: texts.into(),
        whistle: Some(whistle),
        ..Change::default()
    }
}

/// An obligation on a whistle, due so many minutes from now.
fn armed(mint: &mut Mint, whistle: &WhistleId, minutes: i64) -> Obligation {
    Obligation {
        id: ObligationId::new(mint),
        tree: whistle.into(),
        subject: Subject::Whistle(whistle.clone()),
        owner: Post { role: Role::OfficeDuty, department: "AWB".into() },
        duty: Duty::Triage,
        due_at: NOW.plus_minutes(minutes),
        provisional: false,
        explained: Vec::new(),
        length: 0,
        next_at: Some(NOW.plus_minutes(minutes)),
        reached_at: None,
        reminds: true,
        passed_at: None,
        acknowledged_at: None,
        held_back_at: None,
        ended_at: None,
    }
}

/// The next step of a tree: guarded, its version raised.
fn moved(whistle: &Whistle, status: WhistleStatus) -> Change {
    let mut next = whistle.clone();
    let guard = Guard { tree: (&whistle.id).into(), tree_version: whistle.tree_version };
    (next.status, next.version, next.tree_version) = (status, whistle.version + 1, whistle.tree_version + 1);
    let event = Event {
        kind: EventKind::WhistleAccepted,
        tree: (&whistle.id).into(),
        about: None,
        doer: None,
        office_only: false,
        data: json!({}),
    };
    Change { guards: vec![guard], whistle: Some(next), events: vec![event], ..Change::default() }
}

/// Puts the memory of a key into a Change; equal bodies have equal digests.
fn under_key(mut change: Change, key: &str, body: &[u8]) -> Change {
    let body = leaf::body_digest(&hmac::Key::new(hmac::HMAC_SHA256, b"test"), key, body);
    change.receipt =
        Some(Receipt { key: key.into(), body, at: NOW, code: String::new(), version: 1, card: Some(json!({})) });
    change
}

/// Gives Changes to the pen as one batch.
fn batch(sql: &Sql, changes: Vec<Change>) -> Vec<Result<Outcome, CommitRefusal>> {
    let (jobs, answers): (Vec<_>, Vec<_>) = changes
        .into_iter()
        .map(|change| {
            let (answer, answered) = oneshot::channel();
            (Job::Commit(Box::new(Pending { change, at: NOW, answer })), answered)
        })
        .unzip();
    // What it met is in the answers.
    drop(write_batch(sql, jobs.into_iter()));
    answers.into_iter().map(|mut answered| answered.try_recv().unwrap()).collect()
}

fn committed(result: Result<Outcome, CommitRefusal>) -> Committed {
    match result {
        Ok(Outcome::Committed(committed)) => *committed,
        other => panic!("not committed: {other:?}"),
    }
}

fn whistle_of(result: Result<Outcome, CommitRefusal>) -> Whistle {
    committed(result).change.whistle.unwrap()
}

/// One number that a statement answers.
fn count(sql: &Sql, text: &str) -> i64 {
    sql.row(text, &[], |row| row.int(0)).unwrap().unwrap()
}

fn texts(sql: &Sql, text: &str) -> Vec<String> {
    sql.rows(text, &[], |row| Ok(row.text(0)?.to_owned())).unwrap()
}

/// Every stored leaf is the hash of the stored bytes beside it.
fn check_leaves(sql: &Sql) {
    let text = "SELECT seq, at, kind, tree, about, person, department, data, leaf FROM events";
    let fits = sql.rows(text, &[], |row| {
        let leaf = leaf::Leaf {
            seq: row.int(0)?,
            at: row.int(1)?,
            kind: row.text(2)?,
            tree: row.text(3)?,
            about: row.opt_text(4)?,
            person: row.opt_text(5)?,
            department: row.opt_text(6)?,
            data: row.text(7)?,
        };
        Ok(leaf.hash() == row.hash(8)?)
    });
    assert!(fits.unwrap().into_iter().all(|fits| fits));
}
