//! What a visit is to be, as the office orders it: where, when, which items of which departments (`items`), who goes in which
//! cars. Reading names every fault; whether it can be so is `slate`'s question, never this one's.

use super::items::{ITEM, ItemOrder};
use super::slate::{certified_for, certify};
use super::{Item, Member, Part, Slot, Visit, VisitTree};
use crate::domain::at::At;
use crate::domain::directory::Directory;
use crate::domain::draft::Draft;
use crate::domain::order::{
    Clash, Fault, FaultCode, Faults, Field, Kind, Node, PLACE_MAX, Reader, Spec, TEXT_MAX, each_once, read,
};
use crate::domain::policy::{self, Actor};
use crate::domain::rules::Rules;
use crate::domain::terms::{MemberRole, Notice, Period};
use crate::domain::whistle::Tree;
use crate::ids::PersonId;
use std::collections::BTreeSet;

static MEMBER: Spec = Spec {
    name: "VisitMemberOrder",
    fields: &[
        Field::required("officer", Kind::Code),
        Field::required("role", Kind::Word(MemberRole::WORDS)),
        Field::optional("department", Kind::Code),
    ],
};

/// The body of `POST /visits`.
pub static PLAN: Spec = Spec {
    name: "VisitOrder",
    fields: &[
        Field::optional("enterprise", Kind::Code),
        Field::optional("place", Kind::Text { max: PLACE_MAX }),
        Field::optional("town", Kind::Code),
        Field::required("date", Kind::Date),
        Field::required("period", Kind::Word(Period::WORDS)),
        Field::required("items", Kind::List { of: &Kind::Object(&ITEM), min: 1 }),
        Field::required("members", Kind::List { of: &Kind::Object(&MEMBER), min: 1 }),
        Field::optional("vehicles", Kind::List { of: &Kind::Code, min: 0 }),
        Field::required("notice", Kind::Word(Notice::WORDS)),
        Field::optional("override_reason", Kind::Text { max: TEXT_MAX }),
    ],
};

/// The body of `…/propose`: nothing, or what is to be otherwise than it was planned.
pub static PROPOSE: Spec = Spec {
    name: "ProposeOrder",
    fields: &[
        Field::optional("date", Kind::Date),
        Field::optional("period", Kind::Word(Period::WORDS)),
        Field::optional("items", Kind::List { of: &Kind::Object(&ITEM), min: 1 }),
        Field::optional("members", Kind::List { of: &Kind::Object(&MEMBER), min: 1 }),
        Field::optional("vehicles", Kind::List { of: &Kind::Code, min: 0 }),
        Field::optional("notice", Kind::Word(Notice::WORDS)),
        Field::optional("override_reason", Kind::Text { max: TEXT_MAX }),
    ],
};

/// What changes of a visit; everything of a new one.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanOrder {
    pub enterprise: Option<String>,
    pub place: Option<String>,
    pub town: Option<String>,
    pub date: Option<String>,
    pub period: Option<Period>,
    items: Vec<ItemOrder>,
    members: Vec<(PersonId, MemberRole, Option<String>)>,
    pub vehicles: Option<Vec<String>>,
    pub notice: Option<Notice>,
    pub override_reason: Option<String>,
}

/// Whom an order is read for, which whistles it may name, and which visit it is to change.
#[derive(Debug, Clone, Copy)]
pub struct Orders<'a> {
    pub actor: &'a Actor,
    pub rules: &'a Rules,
    pub whistles: &'a [Tree],
    pub changes: Option<&'a Visit>,
    pub now: At,
}

impl PlanOrder {
    /// A new visit: a firm or a place, in the district, not in the past.
    ///
    /// # Errors
    /// Every fault of the body.
    pub fn parse(body: &Node, by: Orders<'_>) -> Result<PlanOrder, Vec<Fault>> {
        let (reader, mut faults) = read(&PLAN, body);
        let order = PlanOrder::read_new(&reader, by, &mut faults);
        faults.judge(Some(order))
    }

    /// As much of a new visit as can be read while it is being put together: for saying what would bar it.
    pub fn so_far(body: &Node, by: Orders<'_>) -> PlanOrder {
        let (reader, mut faults) = read(&PLAN, body);
        PlanOrder::read_new(&reader, by, &mut faults)
    }

    /// As much of a change.
    pub fn change_so_far(body: &Node, by: Orders<'_>) -> PlanOrder {
        let (reader, mut faults) = read(&PROPOSE, body);
        PlanOrder::read(&reader, by, &mut faults)
    }

    fn read_new(reader: &Reader<'_>, by: Orders<'_>, faults: &mut Faults) -> PlanOrder {
        let directory = &by.rules.directory;
        let firm = reader.text("enterprise");
        match firm.as_deref().map(|code| directory.enterprise(code)) {
            Some(None) => faults.add(reader.pointer("enterprise"), FaultCode::NoSuch),
            None if !reader.has("place") => faults.add(reader.pointer("enterprise"), FaultCode::Missing),
            Some(Some(_)) | None => {}
        }
        let town = reader.text("town");
        if town.as_deref().is_some_and(|code| directory.town(code).is_none()) {
            faults.add(reader.pointer("town"), FaultCode::NoSuch);
        }
        let of_firm = firm.as_deref().and_then(|code| directory.enterprise(code)).map(|firm| firm.town_code.clone());
        let mut order = PlanOrder::read(reader, by, faults);
        (order.enterprise, order.place, order.town) = (firm, reader.text("place"), of_firm.or(town));
        order
    }

    /// What is to be otherwise.
    ///
    /// # Errors
    /// Every fault of the body.
    pub fn parse_change(body: &Node, by: Orders<'_>) -> Result<PlanOrder, Vec<Fault>> {
        let (reader, mut faults) = read(&PROPOSE, body);
        let order = PlanOrder::read(&reader, by, &mut faults);
        faults.judge(Some(order))
    }

    fn read(reader: &Reader<'_>, by: Orders<'_>, faults: &mut Faults) -> PlanOrder {
        let directory = &by.rules.directory;
        let date = reader.text("date");
        let day = date.as_deref().and_then(At::of_date);
        if day.is_some_and(|day| day.day_end() <= by.now) {
            faults.add(reader.pointer("date"), FaultCode::Clash(Clash::InThePast));
        }
        if reader.has("vehicles") {
            each_once(reader, "vehicles", &[], |code| directory.vehicle(code).is_some(), faults);
        }
        if reader.has("override_reason") && !policy::is_director(by.actor) {
            faults.add(reader.pointer("override_reason"), FaultCode::Clash(Clash::DirectorOnly));
        }
        PlanOrder {
            enterprise: None,
            place: None,
            town: None,
            date,
            period: reader.word("period", Period::parse),
            items: ItemOrder::read_all(reader, by, faults),
            members: members(reader, directory, faults),
            vehicles: reader.has("vehicles").then(|| reader.texts("vehicles")),
            notice: reader.word("notice", Notice::parse),
            override_reason: reader.text("override_reason"),
        }
    }

    /// Puts what was ordered into the visit; what was not said stays.
    pub fn lay(&self, draft: &mut Draft<'_, VisitTree>) {
        let visit = &mut draft.tree.visit;
        let Slot { date, period } = &mut visit.slot;
        *date = self.date.clone().unwrap_or(std::mem::take(date));
        *period = self.period.unwrap_or(*period);
        visit.notice = self.notice.unwrap_or(visit.notice);
        visit.vehicles = self.vehicles.clone().unwrap_or(std::mem::take(&mut visit.vehicles));
        if let Some(reason) = &self.override_reason {
            draft.tree.visit.override_reason = Some(draft.write_down(reason));
        }
        if !self.items.is_empty() {
            draft.tree.visit.items = (1..).zip(&self.items).map(|(no, item)| item.lay(draft, no)).collect();
        }
        if self.members.is_empty() {
            let visit = &mut draft.tree.visit;
            let date = visit.slot.date.clone();
            certify(visit, &draft.by.rules.directory, &date);
        } else {
            draft.tree.visit.members = self.going(draft);
        }
        reckon(draft);
    }

    fn going(&self, draft: &Draft<'_, VisitTree>) -> Vec<Member> {
        let (visit, directory) = (&draft.tree.visit, &draft.by.rules.directory);
        let acting = acting(&visit.items);
        let member = |(person, role, named): &(PersonId, MemberRole, Option<String>)| {
            let known = directory.person(person)?;
            let named = named.as_slice();
            let able = certified_for(known, if named.is_empty() { &acting } else { named }, &visit.slot.date);
            let department = able.map_or(known.department_code.as_str(), |able| able).to_owned();
            let taken_as = Some(directory.human(person)).filter(|id| id != person);
            Some(Member { person: person.clone(), department, role: *role, certified: able.is_some(), taken_as })
        };
        self.members.iter().filter_map(member).collect()
    }
}

/// Departments with an item, in the order of the items.
fn acting(items: &[Item]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for item in items {
        if !all.contains(&item.department) {
            all.push(item.department.clone());
        }
    }
    all
}

/// What follows from items and members: one part for each acting department, the lead member's first. Whoever found something there
/// and is not to come again keeps a part, let off, or nobody of theirs could order what was found.
fn reckon(draft: &mut Draft<'_, VisitTree>) {
    let now = draft.by.now;
    let VisitTree { visit, findings, .. } = &mut draft.tree;
    let lead = visit.members.iter().find(|member| member.role == MemberRole::Lead).map(|one| one.department.clone());
    let mut all = acting(&visit.items);
    all.sort_by_key(|department| Some(department) != lead.as_ref());
    let found: BTreeSet<&String> = findings.iter().map(|one| &one.origin.department).collect();
    let left = found.into_iter().filter(|department| !all.contains(department));
    let left = left.map(|department| Part { excused_at: Some(now), ..Part::of(department) });
    visit.parts = all.iter().map(|department| Part::of(department)).chain(left).collect();
    visit.exempt = visit.items.iter().any(|item| item.whistle.is_some());
}

fn members(
    reader: &Reader<'_>,
    directory: &Directory,
    faults: &mut Faults,
) -> Vec<(PersonId, MemberRole, Option<String>)> {
    let (mut all, mut seen, mut leads) = (Vec::new(), BTreeSet::new(), 0);
    for member in reader.objects("members") {
        let Some((officer, role)) = member.text("officer").zip(member.word("role", MemberRole::parse)) else {
            continue;
        };
        let id = PersonId::from_text(officer);
        let known = directory.person(&id).filter(|person| person.is_active());
        if known.is_none() {
            faults.add(member.pointer("officer"), FaultCode::NoSuch);
        }
        // One human under two sign-ins goes once, and counts once.
        if !seen.insert(directory.human(&id)) {
            faults.add(member.pointer("officer"), FaultCode::Clash(Clash::Twice));
        }
        let department = member.text("department");
        if department.as_deref().is_some_and(|code| directory.department(code).is_none()) {
            faults.add(member.pointer("department"), FaultCode::NoSuch);
        }
        leads += usize::from(role == MemberRole::Lead);
        all.push((id, role, department));
    }
    if reader.has("members") && leads != 1 {
        faults.add(reader.pointer("members"), FaultCode::Clash(Clash::OneLead));
    }
    all
}
