//! Why a visit cannot be as it is planned: all reasons at once. What else is planned then comes in as a [`Slate`], read with
//! the visit; a race for a person or a car is the pen's to see. Rules that a district sets are `limits`', never figures here.

use super::{Hazard, Member, Slot, Visit, VisitTree};
use crate::domain::at::At;
use crate::domain::decision::{Reason, ReasonCode};
use crate::domain::directory::{Directory, Enterprise, FirmState};
use crate::domain::finding::Finding;
use crate::domain::person::Person;
use crate::domain::rules::Rules;
use crate::domain::terms::{ClosureKind, MemberRole, Notice, Period, Role, Severity, Urgency, Window};
use crate::ids::PersonId;
use std::collections::BTreeSet;

/// Certified officers that each acting department needs (行政处罚法 42; per department: ours).
pub const CERTIFIED_MIN: usize = 2;
/// Departments that a firm should have on site at once (ours, as Ma'anshan has it).
pub const ON_SITE_MAX: usize = 3;

/// What is planned beside a visit: in the same part of the day, and for the same firm.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Slate {
    /// What other visits have taken in this part of the day, as claims name it.
    pub taken: BTreeSet<String>,
    /// Visits of the firm that take place, this year's and those near the day, but for this one.
    pub of_firm: Vec<FirmVisit>,
    /// What was struck off at the firm, where something is recorded: the same again is a relapse.
    pub struck_off: Vec<Finding>,
}

/// A visit of the same firm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirmVisit {
    pub code: String,
    /// `2026-12-01`.
    pub date: String,
    /// Departments whose yearly cap it counts toward: those that act there and follow no whistle.
    pub departments: Vec<String>,
}

impl FirmVisit {
    /// What others' plans have to know of it.
    pub fn of(visit: &Visit) -> FirmVisit {
        let counts = visit.parts.iter().filter(|part| part.acts() && !visit.follows_whistle(&part.department));
        let departments = counts.map(|part| part.department.clone()).collect();
        FirmVisit { code: visit.code.clone(), date: visit.slot.date.clone(), departments }
    }
}

/// Everything that bars it, each with the code of what bars it. Only for whoever plans: the office sees everything.
pub fn bars(visit: &Visit, slate: &Slate, rules: &Rules, now: At) -> Vec<Reason> {
    let mut all = of_people(visit, slate, rules);
    let taken = visit.vehicles.iter().filter(|code| slate.taken.contains(&super::car(code)));
    all.extend(taken.map(|code| reason(ReasonCode::CarTaken, code)));
    all.extend(of_departments(visit, &rules.directory));
    if let Some(firm) = visit.enterprise.as_deref().and_then(|code| rules.directory.enterprise(code)) {
        all.extend(of_firm(visit, firm, slate, rules));
        all.extend(over_cap(visit, firm, slate, now));
    }
    all
}

fn reason(code: ReasonCode, subject: &str) -> Reason {
    Reason { code, subject: subject.to_owned() }
}

fn of_people(visit: &Visit, slate: &Slate, rules: &Rules) -> Vec<Reason> {
    let mut all = Vec::new();
    for member in &visit.members {
        let Some(person) = rules.directory.person(&member.person) else { continue };
        all.extend(elsewhere(person, &visit.slot, slate, &rules.directory));
        let mut bar = |code, holds: bool| all.extend(holds.then(|| reason(code, &person.username)));
        let firm = visit.enterprise.as_deref();
        bar(ReasonCode::Recused, firm.is_some_and(|firm| rules.directory.has_tie(&person.id, firm)));
        bar(ReasonCode::NotCertified, goes_to_inspect(member) && !member.certified);
        bar(ReasonCode::OutOfArea, goes_to_inspect(member) && is_out_of_area(person, visit, &rules.directory));
    }
    all
}

/// Why somebody cannot go anywhere in that part of the day.
fn elsewhere(person: &Person, slot: &Slot, slate: &Slate, directory: &Directory) -> Vec<Reason> {
    let bars = [
        (ReasonCode::PersonTaken, is_taken(person, slate, directory)),
        (ReasonCode::OnLeave, slot.date.parse().is_ok_and(|day| directory.on_leave(&person.id, day))),
        (ReasonCode::OffDuty, is_off_duty(person, slot, directory)),
    ];
    bars.into_iter().filter(|(_, holds)| *holds).map(|(code, _)| reason(code, &person.username)).collect()
}

/// Whether they go elsewhere then, under whichever of their sign-ins somebody named them.
fn is_taken(person: &Person, slate: &Slate, directory: &Directory) -> bool {
    let who = |thing: &String| directory.person(&PersonId::from_text(thing.as_str()));
    slate.taken.iter().filter_map(who).any(|other| other.is_same_human(person))
}

/// Who and which cars cannot be had in a part of the day, whatever the visit: for whoever is choosing.
pub fn not_free(slot: &Slot, slate: &Slate, directory: &Directory) -> Vec<Reason> {
    let people = directory.people.iter().filter(|person| person.is_active());
    let mut all: Vec<Reason> = people.flat_map(|person| elsewhere(person, slot, slate, directory)).collect();
    let out = directory.vehicles.iter().filter(|car| slate.taken.contains(&super::car(&car.code)));
    all.extend(out.map(|car| reason(ReasonCode::CarTaken, &car.code)));
    all
}

/// Judges the certificates of all who go anew, for the day on which they go: since they were named the visit has moved, or some
/// have lapsed. Answers whose no longer counts.
pub fn certify(visit: &mut Visit, directory: &Directory, date: &str) -> Vec<PersonId> {
    let mut lapsed = Vec::new();
    let Visit { items, members, .. } = visit;
    for member in members {
        let own = std::slice::from_ref(&member.department);
        let acts = items.iter().any(|item| item.department == member.department);
        let known = directory.person(&member.person).filter(|person| acts && person.is_active());
        let good = known.is_some_and(|person| certified_for(person, own, date).is_some());
        lapsed.extend((member.certified && !good).then(|| member.person.clone()));
        member.certified = good;
    }
    lapsed
}

/// Who among those who go counts for nothing at the gate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AtTheGate {
    /// Whose certificate is not good today.
    pub lapsed: Vec<PersonId>,
    /// Who has a tie to the firm, also of those who go along and never counted.
    pub recused: Vec<PersonId>,
}

impl AtTheGate {
    /// Looks at all who go once more.
    pub fn look(visit: &mut Visit, directory: &Directory, date: &str) -> AtTheGate {
        let lapsed = certify(visit, directory, date);
        let Some(firm) = visit.enterprise.as_deref() else { return AtTheGate { lapsed, recused: Vec::new() } };
        let tied = visit.members.iter_mut().filter(|member| directory.has_tie(&member.person, firm));
        let recused = tied.map(|member| {
            member.certified = false;
            member.person.clone()
        });
        let recused = recused.collect();
        AtTheGate { lapsed, recused }
    }

    /// What bars the gate: whoever no longer counts, where they are missed or where it is the one who comes in.
    pub fn bars(&self, visit: &Visit, by: &PersonId, directory: &Directory) -> Vec<Reason> {
        let too_few = of_departments(visit, directory);
        if too_few.is_empty() && !self.lapsed.contains(by) && !self.recused.contains(by) {
            return Vec::new();
        }
        let named = |code, people: &[PersonId]| {
            let people = people.iter().filter_map(|id| directory.person(id));
            people.map(|person| reason(code, &person.username)).collect::<Vec<_>>()
        };
        let recused = named(ReasonCode::Recused, &self.recused);
        let lapsed = named(ReasonCode::NotCertified, &self.lapsed);
        recused.into_iter().chain(lapsed).chain(too_few).collect()
    }
}

/// What is to be said against a plan and bars nothing. The firm would be told later than the office's rule of thumb has it, which
/// no law sets: what follows a whistle, goes at once or is kept secret is not announced in time, or not at all. A case check
/// goes where others were or will be soon: it is counted and shown (国办发〔2024〕54号), and could be one with theirs. And more
/// come to the gate at once than a firm should bear, unless something major calls them (DOMAIN §3.3).
pub fn warnings(tree: &VisitTree, rules: &Rules, now: At) -> Vec<Reason> {
    let VisitTree { visit, slate, .. } = tree;
    if visit.slot.date.is_empty() {
        return Vec::new();
    }
    let told = visit.notice == Notice::Announced && !visit.exempt && !visit.emergency;
    let first = rules.window(Window::Notice, Urgency::Normal, now).at.civil().date().to_string();
    let short = (told && visit.slot.date < first).then(|| reason(ReasonCode::ShortNotice, &visit.slot.date));
    let at_once = slate.of_firm.iter().filter(|other| visit.emergency && other.date == visit.slot.date);
    let near = at_once.chain(near(visit, slate, rules)).filter(|_| visit.exempt);
    let near = near.map(|other| reason(ReasonCode::RepeatIn30Days, &other.code));
    let acting = visit.parts.iter().filter(|part| part.acts()).count();
    let major = tree.whistles.iter().any(|tree| tree.whistle.severity == Severity::Major);
    let many = acting > ON_SITE_MAX && !major;
    let many = many.then(|| reason(ReasonCode::ManyDepartments, &acting.to_string()));
    short.into_iter().chain(near).chain(many).collect()
}

/// Whoever goes for a department's power; experts and the locality assist.
fn goes_to_inspect(member: &Member) -> bool {
    matches!(member.role, MemberRole::Lead | MemberRole::Member)
}

/// The night shift before the day, or the shift itself: the main leader sits in the centre, the deputy leads the night check.
fn is_off_duty(person: &Person, slot: &Slot, directory: &Directory) -> bool {
    let on = |at: At| {
        let names = directory.shift(at).map(|shift| [&shift.main, &shift.office_duty]);
        names.into_iter().flatten().any(|username| directory.goes_by(person, username))
    };
    let start = slot.starts_at();
    let rests = matches!(slot.period, Period::Am) && on(start.plus_minutes(-3 * 60));
    on(start) || rests
}

/// A town's or squad's officers act in their own town.
fn is_out_of_area(person: &Person, visit: &Visit, directory: &Directory) -> bool {
    let town = directory.town_of(&person.department_code).map(|town| town.code.as_str());
    town.is_some() && town != visit.town.as_deref()
}

fn of_departments(visit: &Visit, directory: &Directory) -> Vec<Reason> {
    let mut all = Vec::new();
    for part in visit.parts.iter().filter(|part| part.acts()) {
        let department = part.department.as_str();
        let inspects = directory.department(department).is_some_and(|one| one.may_inspect);
        if !inspects || department == directory.office() || department == directory.supervisors() {
            all.push(reason(ReasonCode::DepartmentMayNotInspect, department));
            continue;
        }
        let crew = visit.members.iter().filter(|member| member.certified && member.department == department);
        if crew.count() < CERTIFIED_MIN {
            all.push(reason(ReasonCode::TooFewCertified, department));
        }
    }
    all
}

fn of_firm(visit: &Visit, firm: &Enterprise, slate: &Slate, rules: &Rules) -> Vec<Reason> {
    let mut all = Vec::new();
    // What follows a whistle must see for itself that nothing is left behind the gate.
    if firm.state() == Some(FirmState::Closed) && !visit.exempt {
        all.push(reason(ReasonCode::FirmClosed, &firm.code));
    }
    let same_day = slate.of_firm.iter().filter(|other| other.date == visit.slot.date && !visit.emergency);
    all.extend(same_day.map(|other| reason(ReasonCode::SameDayVisit, &other.code)));
    if !visit.exempt {
        all.extend(near(visit, slate, rules).map(|other| reason(ReasonCode::RepeatIn30Days, &other.code)));
    }
    all
}

/// The firm's other visits that are too near to this one's day, but for those of the day itself.
fn near<'s>(visit: &Visit, slate: &'s Slate, rules: &Rules) -> impl Iterator<Item = &'s FirmVisit> {
    let start = At::of_date(&visit.slot.date).unwrap_or(visit.planned_at);
    slate.of_firm.iter().filter(move |other| {
        let Some(day) = At::of_date(&other.date) else { return false };
        let (first, last) = if day < start { (day, start) } else { (start, day) };
        day != start && last < rules.window(Window::Repeat, Urgency::Urgent, first).at
    })
}

/// The authorities that have had their visits to the firm in the year of the visit. Case checks do not count, department by
/// department; the director may let the others pass.
fn over_cap(visit: &Visit, firm: &Enterprise, slate: &Slate, now: At) -> Vec<Reason> {
    if visit.override_reason.is_some() {
        return Vec::new();
    }
    let year = year_of(&visit.slot.date).unwrap_or_else(|| now.year());
    let full = |department: &str| had(&slate.of_firm, department, firm, (year, now)) >= firm.visit_cap;
    let own = visit.parts.iter().filter(|part| part.acts() && !visit.follows_whistle(&part.department));
    own.filter(|part| full(&part.department)).map(|part| reason(ReasonCode::OverCap, &part.department)).collect()
}

/// Visits of an authority to a firm in a year that count toward its cap. The register says how many there were this year, and
/// nothing of another.
pub fn had(of_firm: &[FirmVisit], department: &str, firm: &Enterprise, (year, now): (i16, At)) -> u32 {
    let own = |other: &&FirmVisit| {
        year_of(&other.date) == Some(year) && other.departments.iter().any(|one| one == department)
    };
    let visits = u32::try_from(of_firm.iter().filter(own).count()).unwrap_or(u32::MAX);
    let before = if year == now.year() { firm.visits_this_year } else { 0 };
    visits.saturating_add(before)
}

/// As [`had`], of the authority that has had most: a firm that is full for one of them.
pub fn had_most(of_firm: &[FirmVisit], firm: &Enterprise, of: (i16, At)) -> u32 {
    let all: BTreeSet<&str> = of_firm.iter().flat_map(|visit| &visit.departments).map(String::as_str).collect();
    // The register's own, where the hub knows of none.
    all.into_iter().chain([""]).map(|one| had(of_firm, one, firm, of)).max().unwrap_or_default()
}

fn year_of(date: &str) -> Option<i16> {
    date.get(..4)?.parse().ok()
}

/// The finding of the same hazard that was struck off at the firm not long before, the last of them.
pub fn came_back<'s>(slate: &'s Slate, hazard: Option<&Hazard>, rules: &Rules, now: At) -> Option<&'s Finding> {
    let hazard = &hazard?.code;
    let within = |closed: At| now <= rules.window(Window::Relapse, Urgency::Urgent, closed).at;
    let same = slate.struck_off.iter().filter(|one| one.origin.hazard.as_ref() == Some(hazard));
    // What was no hazard cannot come back.
    let real = same.filter(|one| one.closed != Some(ClosureKind::Unfounded) && one.closed_at.is_some_and(within));
    real.max_by_key(|one| one.closed_at)
}

/// For which acting department a person's certificate counts: the home department's if it acts, else the first that it covers
/// (a town's officer acts by mandate or granted power).
pub fn certified_for<'d>(person: &Person, departments: &'d [String], date: &str) -> Option<&'d str> {
    let inspects = matches!(person.role, Role::Inspector | Role::SquadLeader | Role::TownOfficer);
    let covered = |one: &&String| inspects && person.is_certified_for(one, date);
    let own = departments.iter().filter(|one| **one == person.department_code).find(covered);
    own.or_else(|| departments.iter().find(covered)).map(String::as_str)
}
