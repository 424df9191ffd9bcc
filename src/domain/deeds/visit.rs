//! The deeds on visits and findings: who ever may, and in which state. The same table serves refusals, `allowed_deeds` and
//! buttons. Nothing is decided here.

use crate::domain::at::At;
use crate::domain::decision::Refusal;
use crate::domain::finding::Finding;
use crate::domain::finding::close;
use crate::domain::finding::extension::EXTENSIONS_MAX;
use crate::domain::policy::{self, Actor};
use crate::domain::terms::{FindingStatus, Severity, VisitStatus, words};
use crate::domain::visit::{Part, Visit};

words!(
    /// What can be done to a visit.
    VisitDeed {
        Propose = "propose", ApproveOwnPart = "approve_own_part", Object = "object", ExcusePart = "excuse_part",
        Announce = "announce", KeepSecret = "keep_secret", Postpone = "postpone", Cancel = "cancel", Enter = "enter",
        Record = "record", Finish = "finish", CloseOwnPart = "close_own_part", Sign = "sign",
        RefuseSign = "refuse_sign", Abort = "abort",
    }
);
words!(
    /// What can be done to a finding.
    FindingDeed {
        Order = "order", CorrectOnSite = "correct_on_site", Measures = "measures", LiftMeasures = "lift_measures",
        ReportFixed = "report_fixed", AskExtension = "ask_extension", GrantExtension = "grant_extension",
        RefuseExtension = "refuse_extension", Recheck = "recheck", Transfer = "transfer", TakeBack = "take_back",
        Close = "close", Look = "look", Reopen = "reopen",
    }
);

/// The department whose part the actor closes: the one for which he goes, or speaks.
pub fn own_part(actor: &Actor, visit: &Visit) -> Option<String> {
    let goes = visit.member(&actor.person).filter(|member| member.certified).map(|member| member.department.as_str());
    let own = |part: &&Part| {
        part.acts() && (goes == Some(part.department.as_str()) || policy::speaks_for(actor, &part.department))
    };
    visit.parts.iter().find(own).map(|part| part.department.clone())
}

/// Heads a department that acts.
fn heads_a_part(actor: &Actor, visit: &Visit) -> bool {
    visit.parts.iter().any(|part| part.acts() && policy::heads(actor, &part.department))
}

/// One of the certified officers who go; of the lead department, if `lead`.
fn goes(actor: &Actor, visit: &Visit, lead: bool) -> bool {
    let member = visit.member(&actor.person).filter(|member| member.certified);
    member.is_some_and(|member| !lead || member.department == visit.lead())
}

/// Whether this actor ever may, whatever the state: otherwise 403.
fn may_visit(deed: VisitDeed, actor: &Actor, visit: &Visit) -> bool {
    match deed {
        VisitDeed::Propose => policy::is_office(actor),
        VisitDeed::ApproveOwnPart | VisitDeed::Object => heads_a_part(actor, visit),
        VisitDeed::ExcusePart | VisitDeed::Cancel => policy::is_director(actor),
        VisitDeed::Announce | VisitDeed::KeepSecret => {
            policy::is_office(actor) || policy::acts_for(actor, visit.lead())
        }
        VisitDeed::Postpone => policy::is_office(actor) || heads_a_part(actor, visit),
        VisitDeed::Enter | VisitDeed::Record | VisitDeed::Abort => goes(actor, visit, false),
        VisitDeed::Finish | VisitDeed::Sign | VisitDeed::RefuseSign => goes(actor, visit, true),
        VisitDeed::CloseOwnPart => own_part(actor, visit).is_some(),
    }
}

/// The deeds of each state, one line per state.
fn can_visit(deed: VisitDeed, actor: &Actor, visit: &Visit, now: At) -> bool {
    use VisitDeed::{
        Abort, Announce, ApproveOwnPart, Cancel, CloseOwnPart, Enter, ExcusePart, Finish, KeepSecret, Object, Postpone,
        Propose, Record, RefuseSign, Sign,
    };
    let own = |open: fn(&Part) -> bool| {
        visit.parts.iter().any(|part| part.acts() && policy::heads(actor, &part.department) && open(part))
    };
    let approves = deed == ApproveOwnPart && own(|part| part.approved_at.is_none());
    let closes = deed == CloseOwnPart && open_part(actor, visit);
    let records = deed == Record && open_part(actor, visit);
    let excuses = deed == ExcusePart && visit.parts.iter().skip(1).any(|part| !part.is_over());
    let at_once = deed == Enter && visit.emergency;
    // Nobody comes before the day.
    let today = visit.slot.starts_at().day_end() == now.day_end();
    match visit.status {
        VisitStatus::Planning => matches!(deed, Propose | Cancel) || at_once,
        VisitStatus::AwaitingApproval => {
            approves || excuses || deed == Cancel || (deed == Object && own(|_| true)) || at_once
        }
        VisitStatus::Approved => matches!(deed, Announce | KeepSecret | Postpone | Cancel) || at_once,
        VisitStatus::Announced | VisitStatus::ReadyUnannounced => {
            matches!(deed, Postpone | Cancel) || (deed == Enter && (today || visit.emergency))
        }
        VisitStatus::InProgress => records || closes || approves || excuses || matches!(deed, Finish | Abort),
        VisitStatus::Signing => records || closes || approves || excuses || matches!(deed, Sign | RefuseSign),
        VisitStatus::Completed => records || closes || approves || excuses,
        VisitStatus::Aborted => matches!(deed, Postpone | Cancel) || (approves && visit.emergency),
        VisitStatus::Filed | VisitStatus::Cancelled => false,
    }
}

fn open_part(actor: &Actor, visit: &Visit) -> bool {
    own_part(actor, visit).and_then(|own| visit.part(&own)).is_some_and(|part| !part.is_over())
}

/// Whether this actor ever may.
fn may_finding(deed: FindingDeed, actor: &Actor, finding: &Finding) -> bool {
    let department = finding.origin.department.as_str();
    // A town's officer acts by the certificate by which he went.
    let inspects = policy::inspects_for(actor, department) || finding.origin.officers.contains(&actor.person);
    match deed {
        FindingDeed::Order | FindingDeed::CorrectOnSite | FindingDeed::Recheck => inspects,
        FindingDeed::Measures | FindingDeed::LiftMeasures | FindingDeed::Close => policy::heads(actor, department),
        FindingDeed::Transfer => policy::heads(actor, department),
        FindingDeed::TakeBack => {
            policy::heads(actor, department)
                || (policy::is_director(actor) && !policy::is_own_bureau(actor, department))
        }
        FindingDeed::Look if finding.origin.town.is_none() => policy::acts_for(actor, department),
        FindingDeed::Look => is_of_town(actor, finding),
        FindingDeed::ReportFixed => inspects || is_of_town(actor, finding),
        FindingDeed::AskExtension => inspects || policy::heads(actor, department),
        FindingDeed::GrantExtension | FindingDeed::RefuseExtension => match finding.severity {
            Severity::Major => policy::is_director(actor) && !policy::is_own_bureau(actor, department),
            Severity::General => policy::heads(actor, department),
        },
        FindingDeed::Reopen => policy::is_office(actor) || policy::heads(actor, department),
    }
}

/// Whether this actor hands the order's paper to the firm, and so gives it its link: whoever acts for the department.
pub fn may_give_link(actor: &Actor, finding: &Finding) -> bool {
    policy::acts_for(actor, &finding.origin.department) || finding.origin.officers.contains(&actor.person)
}

fn is_of_town(actor: &Actor, finding: &Finding) -> bool {
    actor.town.is_some() && actor.town == finding.origin.town && policy::speaks_for(actor, &actor.unit)
}

/// The deeds of each state, one line per state. From every open state there is a way out other than being fixed.
fn can_finding(deed: FindingDeed, finding: &Finding) -> bool {
    use FindingDeed::{
        AskExtension, Close, CorrectOnSite, GrantExtension, LiftMeasures, Look, Measures, Order, Recheck,
        RefuseExtension, Reopen, ReportFixed, TakeBack, Transfer,
    };
    let (asked, stand) = (finding.asked.is_some(), finding.measures.is_some());
    let back = deed == TakeBack && finding.handed.is_some();
    let hands = back || (deed == Transfer && finding.handed.is_none());
    let measures = deed == Measures || (deed == LiftMeasures && stand);
    match finding.status {
        FindingStatus::Found => matches!(deed, Order | CorrectOnSite | Close) || measures || hands,
        FindingStatus::Ordered => {
            let extension = match deed {
                AskExtension => !asked,
                GrantExtension | RefuseExtension => asked,
                Order | CorrectOnSite | Measures | LiftMeasures | ReportFixed | Recheck => false,
                Transfer | TakeBack | Close | Look | Reopen => false,
            };
            matches!(deed, ReportFixed | Close) || extension || measures || hands
        }
        FindingStatus::Reported | FindingStatus::RecheckDue => matches!(deed, Recheck | Close) || measures || hands,
        FindingStatus::Passed => deed == Close || measures || back,
        FindingStatus::Failed => matches!(deed, Order | Close) || measures || hands,
        FindingStatus::Closed => {
            let again = (deed == Recheck && finding.awaits_spot_check()) || (deed == Look && finding.is_watched());
            deed == Reopen || again
        }
    }
}

/// What its state allows and something about it bars for now: told with its reason to whoever tries, and not offered.
fn is_barred(deed: FindingDeed, actor: &Actor, finding: &Finding) -> bool {
    let stands = finding.measures.as_ref();
    match deed {
        FindingDeed::Close => stands.is_some() || close::is_own_work(finding, actor),
        FindingDeed::CorrectOnSite => stands.is_some() || !finding.is_correctable_on_site(),
        FindingDeed::AskExtension => finding.extended >= EXTENSIONS_MAX,
        FindingDeed::Order | FindingDeed::Recheck | FindingDeed::ReportFixed => false,
        FindingDeed::Measures | FindingDeed::LiftMeasures => false,
        FindingDeed::GrantExtension | FindingDeed::RefuseExtension | FindingDeed::Reopen => false,
        FindingDeed::Transfer | FindingDeed::TakeBack | FindingDeed::Look => false,
    }
}

/// What this actor may do to the visit now.
pub fn allowed_on_visit(actor: &Actor, visit: &Visit, now: At) -> Vec<&'static str> {
    let all = VisitDeed::ALL.iter().copied();
    all.filter(|deed| may_visit(*deed, actor, visit) && can_visit(*deed, actor, visit, now))
        .map(VisitDeed::as_str)
        .collect()
}

/// What this actor may do to the finding now.
pub fn allowed_on_finding(actor: &Actor, finding: &Finding) -> Vec<&'static str> {
    let all = FindingDeed::ALL.iter().copied();
    all.filter(|deed| may_finding(*deed, actor, finding) && can_finding(*deed, finding))
        .filter(|deed| !is_barred(*deed, actor, finding))
        .map(FindingDeed::as_str)
        .collect()
}

/// 403: this role (or this unit) never may.
pub fn visit_role(deed: VisitDeed, actor: &Actor, visit: &Visit) -> Result<(), Refusal> {
    if may_visit(deed, actor, visit) { Ok(()) } else { Err(Refusal::RoleMayNot) }
}

/// 409: not in this state.
pub fn visit_state(deed: VisitDeed, actor: &Actor, visit: &Visit, now: At) -> Result<(), Refusal> {
    if can_visit(deed, actor, visit, now) {
        return Ok(());
    }
    Err(Refusal::NotNow { status: visit.status.as_str(), allowed: allowed_on_visit(actor, visit, now) })
}

/// 403: this role (or this unit) never may.
pub fn finding_role(deed: FindingDeed, actor: &Actor, finding: &Finding) -> Result<(), Refusal> {
    if may_finding(deed, actor, finding) { Ok(()) } else { Err(Refusal::RoleMayNot) }
}

/// 409: not in this state.
pub fn finding_state(deed: FindingDeed, actor: &Actor, finding: &Finding) -> Result<(), Refusal> {
    if can_finding(deed, finding) {
        return Ok(());
    }
    Err(Refusal::NotNow { status: finding.status.as_str(), allowed: allowed_on_finding(actor, finding) })
}

/// What a role may ever do to visits and findings.
pub(super) fn permissions(actor: &Actor) -> impl Iterator<Item = String> {
    let (office, director) = (policy::is_office(actor), policy::is_director(actor));
    let (heads, inspects) = (policy::heads(actor, &actor.unit), policy::inspects_for(actor, &actor.unit));
    let speaks = policy::speaks_for(actor, &actor.unit);
    let of_town = speaks && actor.town.is_some();
    let visit = move |deed: VisitDeed| match deed {
        VisitDeed::Propose => office,
        VisitDeed::ApproveOwnPart | VisitDeed::Object => heads,
        VisitDeed::ExcusePart | VisitDeed::Cancel => director,
        VisitDeed::Announce | VisitDeed::KeepSecret => office || speaks || inspects,
        VisitDeed::Postpone => office || heads,
        VisitDeed::Enter | VisitDeed::Record | VisitDeed::Abort => inspects,
        VisitDeed::Finish | VisitDeed::Sign | VisitDeed::RefuseSign => inspects,
        VisitDeed::CloseOwnPart => inspects || speaks,
    };
    let finding = move |deed: FindingDeed| match deed {
        FindingDeed::Order | FindingDeed::CorrectOnSite | FindingDeed::Recheck => inspects,
        FindingDeed::Measures | FindingDeed::LiftMeasures | FindingDeed::Close => heads,
        FindingDeed::Transfer => heads,
        FindingDeed::TakeBack => heads || director,
        FindingDeed::Look => of_town,
        FindingDeed::ReportFixed => inspects,
        FindingDeed::AskExtension => inspects || heads,
        FindingDeed::GrantExtension | FindingDeed::RefuseExtension => heads || director,
        FindingDeed::Reopen => office || heads,
    };
    let plan = office.then(|| "visit.plan".to_owned());
    let visits = VisitDeed::ALL.iter().filter(move |deed| visit(**deed)).map(|deed| format!("visit.{deed}"));
    let findings = FindingDeed::ALL.iter().filter(move |deed| finding(**deed)).map(|deed| format!("finding.{deed}"));
    plan.into_iter().chain(visits).chain(findings)
}
