//! What the office's orders take: the tables of their bodies and the orders that are read from them, refused with all
//! their faults. Whether the whistle's state allows the deed is not asked here: faults come before that (API.md).

use crate::domain::at::At;
use crate::domain::calendar::Deadline;
use crate::domain::directory::Directory;
use crate::domain::order::{
    Clash, Fault, FaultCode, Faults, Field, Kind, Node, Reader, Spec, TEXT_MAX, each_once, read,
};
use crate::domain::rules::Rules;
use crate::domain::summons::Summons;
use crate::domain::terms::{ClosureKind, DeclineGround, Duty, Needs, Route, Severity, SummonsRole, Urgency};
use crate::domain::whistle::{Tree, Whistle, blow};
use crate::ids::SummonsId;

/// The body of `…/accept`.
pub static ACCEPT: Spec = Spec {
    name: "AcceptOrder",
    fields: &[
        Field::required("severity", Kind::Word(Severity::WORDS)),
        Field::optional("clause", Kind::Text { max: TEXT_MAX }),
        Field::required("urgency", Kind::Word(Urgency::WORDS)),
        Field::required("lead", Kind::Code),
        Field::required("supports", Kind::List { of: &Kind::Code, min: 0 }),
        Field::required("route", Kind::Word(Route::WORDS)),
        Field::required("dispatch", Kind::Bool),
        Field::optional("needs", Kind::Word(Needs::WORDS)),
    ],
};

static SUMMONS: Spec = Spec {
    name: "SummonsOrder",
    fields: &[
        Field::required("department", Kind::Code),
        Field::required("role", Kind::Word(SummonsRole::WORDS)),
        Field::optional("task", Kind::Text { max: TEXT_MAX }),
        Field::optional("due_at", Kind::Time),
    ],
};

/// The body of `…/dispatch`.
pub static DISPATCH: Spec = Spec {
    name: "DispatchOrder",
    fields: &[
        Field::required("summonses", Kind::List { of: &Kind::Object(&SUMMONS), min: 1 }),
        Field::optional("needs", Kind::Word(Needs::WORDS)),
    ],
};

/// The body of `…/return`.
pub static RETURN: Spec = Spec {
    name: "ReturnOrder",
    fields: &[
        Field::required("missing", Kind::List { of: &Kind::Word(blow::FIELDS), min: 1 }),
        Field::optional("note", Kind::Text { max: TEXT_MAX }),
    ],
};

/// The body of `…/decline`.
pub static DECLINE: Spec = Spec {
    name: "DeclineOrder",
    fields: &[
        Field::required("ground", Kind::Word(DeclineGround::WORDS)),
        Field::optional("note", Kind::Text { max: TEXT_MAX }),
    ],
};

/// The body of `…/close`.
pub static CLOSE: Spec = Spec {
    name: "CloseOrder",
    fields: &[
        Field::required("kind", Kind::Word(ClosureKind::WORDS)),
        Field::required("conclusion", Kind::Text { max: TEXT_MAX }),
    ],
};

/// The body of a whistle's `…/send_back`.
pub static SEND_BACK: Spec = Spec {
    name: "SendBackOrder",
    fields: &[
        Field::required("lacks", Kind::Text { max: TEXT_MAX }),
        Field::optional("summonses", Kind::List { of: &Kind::Code, min: 1 }),
    ],
};

/// What the office makes of a whistle.
#[derive(Debug, Clone, PartialEq)]
pub struct AcceptOrder {
    pub(super) severity: Severity,
    pub(super) clause: Option<String>,
    pub(super) urgency: Urgency,
    pub(super) lead: String,
    pub(super) supports: Vec<String>,
    pub(super) route: Route,
    pub(super) dispatch: bool,
    pub(super) needs: Needs,
}

impl AcceptOrder {
    pub fn parse(body: &Node, directory: &Directory) -> Result<AcceptOrder, Vec<Fault>> {
        let (reader, mut faults) = read(&ACCEPT, body);
        let (lead, supports) = (reader.text("lead"), reader.texts("supports"));
        let severity = reader.word("severity", Severity::parse);
        if severity == Some(Severity::Major) && !reader.given_any(&["clause"]) {
            faults.add(reader.pointer("clause"), FaultCode::Clash(Clash::ClauseNeeded));
        }
        if lead.as_deref().is_some_and(|code| !directory.may_be_summoned(code)) {
            faults.add(reader.pointer("lead"), FaultCode::NoSuch);
        }
        let named = lead.as_slice();
        each_once(&reader, "supports", named, |code| directory.may_be_summoned(code), &mut faults);
        let route = reader.word("route", Route::parse);
        if route == Some(Route::Single) && !supports.is_empty() {
            faults.add(reader.pointer("supports"), FaultCode::Clash(Clash::SingleRoute));
        }
        let made = || {
            Some(AcceptOrder {
                severity: severity?,
                clause: reader.text("clause"),
                urgency: reader.word("urgency", Urgency::parse)?,
                lead: lead?,
                supports,
                route: route?,
                dispatch: reader.flag("dispatch")?,
                needs: reader.word("needs", Needs::parse).unwrap_or(Needs::Each),
            })
        };
        faults.judge(made())
    }
}

/// One department to summon.
#[derive(Debug, Clone, PartialEq)]
pub struct SummonsOrder {
    pub department: String,
    pub role: SummonsRole,
    pub task: Option<String>,
    pub due_at: Option<At>,
}

impl SummonsOrder {
    /// A summons without a task or a limit of its own.
    pub fn plain(department: &str, role: SummonsRole) -> SummonsOrder {
        SummonsOrder { department: department.to_owned(), role, task: None, due_at: None }
    }
}

/// Whom to summon, exactly one of them in the lead.
#[derive(Debug, Clone, PartialEq)]
pub struct DispatchOrder {
    pub(super) summonses: Vec<SummonsOrder>,
    pub(super) needs: Option<Needs>,
}

impl DispatchOrder {
    pub fn parse(body: &Node, whistle: &Whistle, rules: &Rules, now: At) -> Result<DispatchOrder, Vec<Fault>> {
        let (reader, mut faults) = read(&DISPATCH, body);
        let limit = rules.due(Duty::ReportIn, whistle.urgency, now);
        let mut summonses: Vec<SummonsOrder> = Vec::new();
        for item in reader.objects("summonses") {
            let department = item.text("department");
            if let Some(code) = &department {
                if !rules.directory.may_be_summoned(code) {
                    faults.add(item.pointer("department"), FaultCode::NoSuch);
                } else if summonses.iter().any(|one| one.department == *code) {
                    faults.add(item.pointer("department"), FaultCode::Clash(Clash::Twice));
                }
            }
            check_due_at(&item, &limit, now, &mut faults);
            if let (Some(department), Some(role)) = (department, item.word("role", SummonsRole::parse)) {
                let (task, due_at) = (item.text("task"), item.time("due_at"));
                summonses.push(SummonsOrder { department, role, task, due_at });
            }
        }
        if reader.has("summonses") {
            check_together(&summonses, whistle, reader.pointer("summonses"), &mut faults);
        }
        faults.judge(Some(DispatchOrder { summonses, needs: reader.word("needs", Needs::parse) }))
    }
}

/// The summonses of one order against each other and against what the office accepted. A whistle that was not accepted
/// has no lead to compare with: then its state refuses the deed.
fn check_together(summonses: &[SummonsOrder], whistle: &Whistle, at: String, faults: &mut Faults) {
    let mut leads = summonses.iter().filter(|one| one.role == SummonsRole::Lead);
    let clash = match (leads.next(), leads.next(), &whistle.lead) {
        (Some(lead), None, Some(accepted)) if lead.department != *accepted => Some(Clash::LeadAccepted),
        (Some(_), None, _) => None,
        (None | Some(_), _, _) => Some(Clash::OneLead),
    };
    if let Some(clash) = clash {
        faults.add(at.clone(), FaultCode::Clash(clash));
    }
    if whistle.route == Some(Route::Single) && summonses.len() > 1 {
        faults.add(at, FaultCode::Clash(Clash::SingleRoute));
    }
}

/// A limit may be shortened, never lengthened, and never lie in the past.
fn check_due_at(item: &Reader<'_>, limit: &Deadline, now: At, faults: &mut Faults) {
    match item.time("due_at") {
        Some(at) if at > limit.at => faults.add(item.pointer("due_at"), FaultCode::Clash(Clash::AfterLimit)),
        Some(at) if at <= now => faults.add(item.pointer("due_at"), FaultCode::Clash(Clash::InThePast)),
        Some(_) | None => {}
    }
}

/// What is missing, each field named once, and a word about it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReturnOrder {
    pub(super) missing: Vec<String>,
    pub(super) note: Option<String>,
}

impl ReturnOrder {
    pub fn parse(body: &Node) -> Result<ReturnOrder, Vec<Fault>> {
        let (reader, mut faults) = read(&RETURN, body);
        each_once(&reader, "missing", &[], |_| true, &mut faults);
        faults.judge(Some(ReturnOrder { missing: reader.texts("missing"), note: reader.text("note") }))
    }
}

/// Why it is not taken on; `merged`: the whistles that had been merged into it.
#[derive(Debug, Clone, PartialEq)]
pub struct DeclineOrder {
    pub(super) ground: DeclineGround,
    pub(super) note: Option<String>,
    pub(super) merged: Vec<Tree>,
}

impl DeclineOrder {
    pub fn parse(body: &Node, merged: &[Tree]) -> Result<DeclineOrder, Vec<Fault>> {
        let (reader, faults) = read(&DECLINE, body);
        let (note, merged) = (reader.text("note"), merged.to_vec());
        let ground = reader.word("ground", DeclineGround::parse);
        faults.judge(ground.map(|ground| DeclineOrder { ground, note, merged }))
    }
}

/// How the hazard ended, and what proves it.
#[derive(Debug, Clone, PartialEq)]
pub struct CloseOrder {
    pub(super) kind: ClosureKind,
    pub(super) conclusion: String,
}

impl CloseOrder {
    pub fn parse(body: &Node) -> Result<CloseOrder, Vec<Fault>> {
        let (reader, faults) = read(&CLOSE, body);
        let kind = reader.word("kind", ClosureKind::parse);
        let made = kind.zip(reader.text("conclusion"));
        faults.judge(made.map(|(kind, conclusion)| CloseOrder { kind, conclusion }))
    }
}

/// What is lacking, and the summonses that go back to work.
#[derive(Debug, Clone, PartialEq)]
pub struct SendBackOrder {
    pub(super) lacks: String,
    pub(super) summonses: Vec<SummonsId>,
}

impl SendBackOrder {
    pub fn parse(body: &Node, tree: &Tree) -> Result<SendBackOrder, Vec<Fault>> {
        let (reader, mut faults) = read(&SEND_BACK, body);
        let summonses = named_summonses(&reader, tree, &mut faults);
        faults.judge(reader.text("lacks").map(|lacks| SendBackOrder { lacks, summonses }))
    }
}

/// The summonses that an order names, each one of this whistle's that still counts. None named: the lead's, or, if
/// nobody leads any more, all.
pub fn named_summonses(reader: &Reader<'_>, tree: &Tree, faults: &mut Faults) -> Vec<SummonsId> {
    let counts: Vec<&Summons> = tree.counting().collect();
    let mut ids = Vec::new();
    for (at, code) in reader.texts("summonses").iter().enumerate() {
        match counts.iter().find(|one| one.code == *code) {
            Some(summons) if !ids.contains(&summons.id) => ids.push(summons.id.clone()),
            Some(_) => faults.add(reader.item("summonses", at), FaultCode::Clash(Clash::Twice)),
            None => faults.add(reader.item("summonses", at), FaultCode::NoSuch),
        }
    }
    if !reader.given_any(&["summonses"]) {
        let lead = counts.iter().rfind(|one| one.role == SummonsRole::Lead);
        ids = lead.map_or_else(|| counts.iter().map(|one| one.id.clone()).collect(), |one| vec![one.id.clone()]);
    }
    ids
}
