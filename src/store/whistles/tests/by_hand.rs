//! Whistles put down by hand for the tests of every read: a real ledger in a folder of its own, and rows in the state
//! that a test needs. Nothing here decides by the domain's rules, and nothing here is compiled into the hub.

use super::super::{WhistleItem, WhistleQuery, list};
use crate::domain::at::At;
use crate::domain::decision::{Change, Guard, Series, Text};
use crate::domain::directory::{Directory, Shift};
use crate::domain::event::{Event, EventKind};
use crate::domain::obligation::{Obligation, Post, Subject};
use crate::domain::policy::{self, Actor, Scope};
use crate::domain::summons::Summons;
use crate::domain::terms::{Category, Duty, Mode, Role, SummonsRole, SummonsStatus, TextClass};
use crate::domain::whistle::{Blower, Whistle, WhistleTexts};
use crate::ids::{ObligationId, PersonId, SummonsId, TextId, WhistleId};
use crate::store::tests::Place;
use crate::store::{Ledger, Value};

/// 2026-11-25 in Asia/Shanghai; every test's now.
pub(in crate::store) const NOW: At = At(1_795_600_000_000_000);

/// A ledger in a place of its own, which goes with it.
pub(in crate::store) struct Desk {
    pub(in crate::store) ledger: Ledger,
    _place: Place,
}

impl Desk {
    pub(in crate::store) fn open() -> Desk {
        Desk::at(Place::new())
    }

    /// On SQLite, whatever parts are tried: for its plans.
    pub(in crate::store) fn on_file() -> Desk {
        Desk::at(Place::file_only())
    }

    fn at(place: Place) -> Desk {
        Desk { ledger: place.open().unwrap(), _place: place }
    }

    pub(in crate::store) async fn put(&self, change: Change) {
        self.ledger.commit(change, NOW).await.unwrap();
    }

    pub(super) async fn list(&self, scope: &Scope, query: &WhistleQuery) -> Vec<WhistleItem> {
        let (scope, query) = (scope.clone(), query.clone());
        self.ledger.read(move |reading| list(reading, &scope, &query, NOW)).await.unwrap()
    }

    pub(super) async fn ids(&self, scope: &Scope, query: &WhistleQuery) -> Vec<String> {
        self.list(scope, query).await.iter().map(|item| item.whistle.id.as_str().to_owned()).collect()
    }

    /// How the engine would go about it; every parameter is null.
    pub(in crate::store) async fn plan(&self, statement: &str) -> String {
        let marks = (1..=30).filter(|n| statement.contains(&format!("${n}"))).max().unwrap_or(0);
        let explain = format!("EXPLAIN QUERY PLAN {statement}");
        let lines = self.ledger.read(move |reading| {
            reading.rows(&explain, &vec![Value::Null; marks], |row| row.text(3).map(str::to_owned))
        });
        lines.await.unwrap().join("\n")
    }
}

/// `*`: the duty officer; else the liaison of that unit, or with a plus its head, who leads every shift; empty: somebody
/// who sees no whistle.
pub(in crate::store) fn scope_of(unit: &str) -> Scope {
    let role = match unit {
        "*" => Role::OfficeDuty,
        "" => Role::Admin,
        on_shift if on_shift.starts_with('+') => Role::DepartmentHead,
        _ => Role::Liaison,
    };
    let name = "head".to_owned();
    let shift = |night| {
        let (date, main, deputy, office_duty) = ("2026-11-25".into(), name.clone(), String::new(), String::new());
        Shift { date, night, main, deputy, office_duty }
    };
    let rota = vec![shift(false), shift(true)];
    let directory = Directory::new(Vec::new(), Vec::new(), Vec::new(), Vec::new(), rota);
    let actor = Actor {
        person: PersonId::from_text("pe_1"),
        username: name.clone(),
        name,
        role,
        unit: unit.trim_start_matches('+').to_owned(),
        town: None,
        also_of: Vec::new(),
        also: Vec::new(),
    };
    policy::reads(&actor, &directory, NOW)
}

/// Whistle `n`, blown `n` seconds before now by YJ.
pub(in crate::store) fn whistle(n: i64) -> Whistle {
    let text = |what: &str| TextId::from_text(format!("tx_{n:04}_{what}"));
    let blower = Blower {
        person: PersonId::from_text("pe_liaison.yj"),
        on_behalf: false,
        department: "YJ".into(),
        role: Role::Liaison,
        viewer: "YJ".into(),
    };
    let id = WhistleId::from_text(format!("wh_{n:04}"));
    let texts = WhistleTexts { title: text("title"), what: text("what"), place: None, clause: None, contact: None };
    let unsaid = Whistle::unsaid(id, blower, At(NOW.0 - n * 1_000_000));
    Whistle { category: Category::Fire, texts, ..unsaid }
}

/// Puts a new whistle down: its title, one event, and these viewers' sight of it.
pub(in crate::store) fn birth(whistle: Whistle, viewers: &[&str]) -> Change {
    let body = format!("title of {}", whistle.id);
    Change {
        series: Some(Series { prefix: "WH", year: 2026 }),
        sights: viewers.iter().map(|viewer| (*viewer).to_owned()).collect(),
        events: vec![Event {
            kind: EventKind::WhistleBlown,
            tree: (&whistle.id).into(),
            about: None,
            doer: None,
            office_only: false,
            data: serde_json::json!({}),
        }],
        texts: vec![Text { id: whistle.texts.title.clone(), salt: [7; 16], body, class: TextClass::Open }],
        whistle: Some(whistle),
        ..Change::default()
    }
}

/// Puts it down again as it now stands.
pub(in crate::store) fn moved(mut whistle: Whistle) -> Change {
    let guard = Guard { tree: (&whistle.id).into(), tree_version: whistle.tree_version };
    whistle.tree_version += 1;
    Change { guards: vec![guard], whistle: Some(whistle), ..Change::default() }
}

/// The armed obligation of a whistle (or of its summons), owed by the office.
pub(in crate::store) fn owed(whistle: &Whistle, summons: Option<&Summons>, due_at: At) -> Obligation {
    let subject = summons.map_or(Subject::Whistle(whistle.id.clone()), |one| Subject::Summons(one.id.clone()));
    Obligation {
        id: ObligationId::from_text(format!("ob_{}", subject.as_str())),
        tree: (&whistle.id).into(),
        subject,
        owner: Post { role: Role::OfficeDuty, department: "AWB".into() },
        duty: Duty::Triage,
        due_at,
        provisional: false,
        explained: Vec::new(),
        length: 0,
        next_at: Some(due_at),
        reached_at: None,
        reminds: true,
        passed_at: None,
        acknowledged_at: None,
        held_back_at: None,
        ended_at: None,
    }
}

/// The summons of a unit to a whistle, issued when that was blown.
pub(in crate::store) fn summons(whistle: &Whistle, department: &str) -> Summons {
    let number = whistle.id.as_str().trim_start_matches("wh_");
    Summons {
        id: SummonsId::from_text(format!("su_{number}_{department}")),
        code: format!("WH-2026-{number}-{department}"),
        whistle: whistle.id.clone(),
        whistle_code: format!("WH-2026-{number}"),
        department: department.to_owned(),
        role: SummonsRole::Lead,
        status: SummonsStatus::Issued,
        task: None,
        officers: Vec::new(),
        mode: Some(Mode::Site),
        eta: None,
        note: None,
        result: None,
        lacks: None,
        dispute_until: None,
        dispute: None,
        delegated_to: None,
        extension: None,
        extended: 0,
        original_due_at: None,
        issued_at: whistle.blown_at,
        version: 1,
    }
}
