//! The committee office's deeds on a whistle: accept, dispatch, return, decline, send back, close. The office decides
//! and coordinates; nothing here lets it inspect anything.

use super::{Tree, Whistle};
use crate::domain::at::At;
use crate::domain::calendar::Deadline;
use crate::domain::decision::Change;
use crate::domain::directory::Directory;
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::{EventKind, text_ref};
use crate::domain::obligation::{Post, Subject};
use crate::domain::order::{Clash, Fault, FaultCode, Faults, Field, Kind, Node, Reader, Spec, TEXT_MAX, read};
use crate::domain::policy;
use crate::domain::rules::Rules;
use crate::domain::summons::{Summons, speaker};
use crate::domain::terms::{
    ClosureKind, DeclineGround, Duty, LetterKind, Needs, Role, Route, Severity, SummonsRole, SummonsStatus, Urgency,
    WhistleStatus,
};
use crate::ids::{SummonsId, TextId};
use serde_json::json;

/// How long a summons' letter is held back at normal and complex urgency: time to think twice. Minutes.
const HOLD_MINUTES: i64 = 1;

/// All must finish; `any` comes with the deed that excuses the others.
static NEEDS: &[&str] = &["each"];

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
        Field::optional("needs", Kind::Word(NEEDS)),
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
        Field::optional("needs", Kind::Word(NEEDS)),
    ],
};

/// The body of `…/return`.
pub static RETURN: Spec = Spec {
    name: "ReturnOrder",
    fields: &[
        Field::required("missing", Kind::List { of: &Kind::Word(super::blow::FIELDS), min: 1 }),
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
    severity: Severity,
    clause: Option<String>,
    urgency: Urgency,
    lead: String,
    supports: Vec<String>,
    route: Route,
    dispatch: bool,
    needs: Needs,
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
        for (at, code) in supports.iter().enumerate() {
            if !directory.may_be_summoned(code) {
                faults.add(reader.item("supports", at), FaultCode::NoSuch);
            } else if lead.as_ref() == Some(code) || supports[..at].contains(code) {
                faults.add(reader.item("supports", at), FaultCode::Clash(Clash::Twice));
            }
        }
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
    department: String,
    role: SummonsRole,
    task: Option<String>,
    due_at: Option<At>,
}

/// Whom to summon, exactly one of them in the lead.
#[derive(Debug, Clone, PartialEq)]
pub struct DispatchOrder {
    summonses: Vec<SummonsOrder>,
    needs: Option<Needs>,
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
        let leads: Vec<_> = summonses.iter().filter(|one| one.role == SummonsRole::Lead).collect();
        match (leads.as_slice(), reader.has("summonses")) {
            (_, false) => {}
            ([lead], true) if Some(&lead.department) != whistle.lead.as_ref() => {
                faults.add(reader.pointer("summonses"), FaultCode::Clash(Clash::LeadAccepted));
            }
            ([_], true) => {}
            (_, true) => faults.add(reader.pointer("summonses"), FaultCode::Clash(Clash::OneLead)),
        }
        faults.judge(Some(DispatchOrder { summonses, needs: reader.word("needs", Needs::parse) }))
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

/// Takes the whistle on: severity, urgency, lead, supports and route stand; dispatches at once if told so.
pub fn accept(order: &AcceptOrder, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let clause = order.clause.as_deref().map(|clause| draft.write_down(clause));
    let whistle = &mut draft.tree.whistle;
    whistle.severity = order.severity;
    whistle.urgency = order.urgency;
    whistle.lead = Some(order.lead.clone());
    whistle.supports.clone_from(&order.supports);
    whistle.route = Some(order.route);
    whistle.needs = Some(order.needs);
    if clause.is_some() {
        whistle.texts.clause.clone_from(&clause);
    }
    draft.move_whistle(WhistleStatus::Accepted);
    let data = json!({
        "severity": order.severity, "urgency": order.urgency, "lead": order.lead, "supports": order.supports,
        "route": order.route, "clause": clause.as_ref().map(text_ref),
    });
    draft.record(EventKind::WhistleAccepted, data);
    if order.dispatch {
        issue_all(&mut draft, &accepted_summonses(order));
    } else {
        let office = office_post(&draft);
        draft.arm(draft.whistle_subject(), office, Duty::Dispatch);
    }
    draft.finish()
}

/// Summons the departments; their clocks run from now.
pub fn dispatch(order: &DispatchOrder, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    if let Some(needs) = order.needs {
        draft.tree.whistle.needs = Some(needs);
    }
    issue_all(&mut draft, &order.summonses);
    draft.finish()
}

fn accepted_summonses(order: &AcceptOrder) -> Vec<SummonsOrder> {
    let one = |department: &String, role| SummonsOrder { department: department.clone(), role, task: None, due_at: None };
    let supports = order.supports.iter().map(|code| one(code, SummonsRole::Support));
    std::iter::once(one(&order.lead, SummonsRole::Lead)).chain(supports).collect()
}

fn issue_all(draft: &mut Draft<'_>, orders: &[SummonsOrder]) {
    draft.move_whistle(WhistleStatus::Dispatched);
    let codes: Vec<&str> = orders.iter().map(|order| order.department.as_str()).collect();
    draft.record(EventKind::WhistleDispatched, json!({ "departments": codes }));
    orders.iter().for_each(|order| issue_one(draft, order));
    let urgency = draft.tree.whistle.urgency;
    if matches!(urgency, Urgency::Normal | Urgency::Complex) {
        draft.hold_letters(HOLD_MINUTES);
    }
    let office = office_post(draft);
    // The latest report-in limit is the whistle's: until then nobody needs to look at the whole.
    draft.arm(draft.whistle_subject(), office, Duty::ReportIn);
}

fn issue_one(draft: &mut Draft<'_>, order: &SummonsOrder) {
    let whistle = &draft.tree.whistle;
    let before = draft.tree.summonses.iter().filter(|one| one.department == order.department).count();
    let again = if before == 0 { String::new() } else { (before + 1).to_string() };
    let code = format!("{}-{}{again}", whistle.code, order.department);
    let (whistle_id, whistle_code) = (whistle.id.clone(), whistle.code.clone());
    let id = SummonsId::new(draft.by.mint);
    let task = order.task.as_deref().map(|task| draft.write_down(task));
    draft.issue(Summons {
        id: id.clone(),
        code,
        whistle: whistle_id,
        whistle_code,
        department: order.department.clone(),
        role: order.role,
        status: SummonsStatus::Issued,
        task: task.clone(),
        officers: Vec::new(),
        mode: None,
        eta: None,
        note: None,
        result: None,
        lacks: None,
        issued_at: draft.by.now,
        version: 1,
    });
    let data = json!({ "department": order.department, "role": order.role, "task": task.as_ref().map(text_ref) });
    draft.record_summons(EventKind::SummonsIssued, &id, data);
    draft.show_to(order.department.clone());
    draft.show_to(policy::inspectors_of(&order.department));
    arm_report_in(draft, &id, order);
    let speaks = speaker(&order.department, &draft.by.rules.directory);
    for role in [Some(speaks), (speaks == Role::Liaison).then_some(Role::DepartmentHead)].into_iter().flatten() {
        let post = Post { role, department: order.department.clone() };
        draft.owe(LetterKind::SummonsNew, post, Some(&id), id.as_str());
    }
}

fn arm_report_in(draft: &mut Draft<'_>, id: &SummonsId, order: &SummonsOrder) {
    let owner = Post { role: speaker(&order.department, &draft.by.rules.directory), department: order.department.clone() };
    let subject = Subject::Summons(id.clone());
    draft.arm(subject.clone(), owner, Duty::ReportIn);
    let Some(due_at) = order.due_at else { return };
    let armed = draft.tree.armed(&subject).map(|obligation| obligation.id.clone());
    if let Some(armed) = armed {
        draft.change_obligation(&armed, |obligation| {
            obligation.due_at = due_at;
            obligation.explained.clear();
        });
    }
}

/// Sends the whistle back to its blower, naming what is missing.
pub fn return_(missing: Vec<String>, note: Option<&str>, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let note: Option<TextId> = note.map(|note| draft.write_down(note));
    draft.record(EventKind::WhistleReturned, json!({ "missing": missing, "note": note.as_ref().map(text_ref) }));
    draft.tree.whistle.missing = missing;
    draft.move_whistle(WhistleStatus::Returned);
    let blower = blower_post(&draft);
    // Nothing urgent may lie with a blower who sleeps: then the office phones, and the clock is the office's own.
    let owner = if is_pressing(draft.tree.whistle.urgency) { office_post(&draft) } else { blower.clone() };
    draft.arm(draft.whistle_subject(), owner, Duty::Complete);
    let why = format!("returned:{}", draft.tree.whistle.version);
    draft.owe(LetterKind::WhistleReturned, blower, None, &why);
    draft.finish()
}

/// Does not take the whistle on.
pub fn decline(ground: DeclineGround, note: Option<&str>, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let note: Option<TextId> = note.map(|note| draft.write_down(note));
    draft.record(EventKind::WhistleDeclined, json!({ "ground": ground, "note": note.as_ref().map(text_ref) }));
    draft.tree.whistle.declined = Some(ground);
    end(draft, WhistleStatus::Declined, LetterKind::WhistleDeclined)
}

/// Strikes the whistle off: its danger is gone, or shown never to have been.
pub fn close(kind: ClosureKind, conclusion: &str, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let conclusion = draft.write_down(conclusion);
    draft.record(EventKind::WhistleClosed, json!({ "kind": kind, "conclusion": text_ref(&conclusion) }));
    draft.tree.whistle.closed = Some(kind);
    end(draft, WhistleStatus::Closed, LetterKind::WhistleClosed)
}

fn end(mut draft: Draft<'_>, status: WhistleStatus, letter: LetterKind) -> Change {
    draft.move_whistle(status);
    let subject = draft.whistle_subject();
    draft.disarm(&subject);
    let (blower, why) = (blower_post(&draft), format!("{status}:{}", draft.tree.whistle.version));
    draft.owe(letter, blower, None, &why);
    draft.finish()
}

/// The codes to send back, each one of this whistle's finished summonses; the lead's when none is named.
pub fn parse_send_back(body: &Node, tree: &Tree) -> Result<(String, Vec<SummonsId>), Vec<Fault>> {
    let (reader, mut faults) = read(&SEND_BACK, body);
    let named = reader.texts("summonses");
    let mut ids = Vec::new();
    for (at, code) in named.iter().enumerate() {
        match tree.summonses.iter().find(|one| one.code == *code && one.status == SummonsStatus::Done) {
            Some(summons) if !ids.contains(&summons.id) => ids.push(summons.id.clone()),
            Some(_) => faults.add(reader.item("summonses", at), FaultCode::Clash(Clash::Twice)),
            None => faults.add(reader.item("summonses", at), FaultCode::NoSuch),
        }
    }
    if named.is_empty() {
        let lead = tree.summonses.iter().filter(|one| one.role == SummonsRole::Lead).next_back();
        ids.extend(lead.map(|summons| summons.id.clone()));
    }
    faults.judge(reader.text("lacks").map(|lacks| (lacks, ids)))
}

/// Not enough to close: the named summonses go back to work with a fresh limit.
pub fn send_back(lacks: &str, ids: &[SummonsId], tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let lacks = draft.write_down(lacks);
    draft.move_whistle(WhistleStatus::Handling);
    let codes: Vec<String> =
        draft.tree.summonses.iter().filter(|one| ids.contains(&one.id)).map(|one| one.code.clone()).collect();
    draft.record(EventKind::WhistleSentBack, json!({ "lacks": text_ref(&lacks), "summonses": codes }));
    for id in ids {
        draft.change_summons(id, |summons| {
            summons.status = SummonsStatus::Working;
            summons.lacks = Some(lacks.clone());
        });
        super::follow::arm_first_result(&mut draft, id);
    }
    let office = office_post(&draft);
    draft.arm(draft.whistle_subject(), office, Duty::FirstResult);
    draft.finish()
}

/// Emergency and urgent: whoever is slow, the office phones.
pub fn is_pressing(urgency: Urgency) -> bool {
    matches!(urgency, Urgency::Emergency | Urgency::Urgent)
}

/// The office's duty post.
pub fn office_post(draft: &Draft<'_>) -> Post {
    Post { role: Role::OfficeDuty, department: draft.by.rules.directory.office().to_owned() }
}

fn blower_post(draft: &Draft<'_>) -> Post {
    let blower = &draft.tree.whistle.blower;
    Post { role: blower.role, department: blower.department.clone() }
}
