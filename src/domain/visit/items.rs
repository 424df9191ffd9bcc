//! The items of a visit as they are ordered: who looks at what, by the checklist or after a whistle. The same item named by two
//! departments is one. What an item names must be good for it; a hazard that a visit has agreed on is never judged anew.

use super::order::Orders;
use super::{Hazard, Item, OfWhistle, VisitTree};
use crate::domain::directory;
use crate::domain::draft::Draft;
use crate::domain::order::{Clash, FaultCode, Faults, Field, Kind, OfItem, OnSite, Reader, Spec, TEXT_MAX};
use crate::domain::whistle::Tree;
use crate::domain::whistle::blow::fold;

pub(super) static ITEM: Spec = Spec {
    name: "VisitItemOrder",
    fields: &[
        Field::required("department", Kind::Code),
        Field::required("subject", Kind::Text { max: TEXT_MAX }),
        Field::optional("hazard", Kind::Code),
        Field::optional("whistle", Kind::Code),
    ],
};

/// One item as it was ordered.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ItemOrder {
    pub(super) department: String,
    subject: String,
    hazard: Option<Hazard>,
    whistle: Option<OfWhistle>,
    also: Vec<String>,
}

/// What all items of an order are judged by: the firm and the day of the visit as it will be.
#[derive(Clone, Copy)]
struct Setting<'a> {
    by: Orders<'a>,
    firm: Option<&'a str>,
    day: Option<jiff::civil::Date>,
}

impl ItemOrder {
    /// All items of an order, with every fault of theirs.
    pub(super) fn read_all(reader: &Reader<'_>, by: Orders<'_>, faults: &mut Faults) -> Vec<ItemOrder> {
        let date = reader.text("date");
        // A visit that exists stays at its firm.
        let firm = if by.changes.is_some() { None } else { reader.text("enterprise") };
        let of_visit = by.changes.map(|visit| (visit.enterprise.as_deref(), visit.slot.date.as_str()));
        let firm = firm.as_deref().or(of_visit.and_then(|(firm, _)| firm));
        let day = date.as_deref().or(of_visit.map(|(_, date)| date)).and_then(|date| date.parse().ok());
        let setting = Setting { by, firm, day };
        let mut all: Vec<ItemOrder> = Vec::new();
        for item in reader.objects("items") {
            let Some((department, subject)) = item.text("department").zip(item.text("subject")) else { continue };
            if by.rules.directory.department(&department).is_none() {
                faults.add(item.pointer("department"), FaultCode::NoSuch);
            }
            let tree = setting.whistle(&item, faults);
            let hazard = setting.hazard(&item, &department, tree, faults);
            merge(&mut all, ItemOrder { department, subject, hazard, whistle: tree.map(of_whistle), also: Vec::new() });
        }
        all
    }

    /// Puts it into a visit under its number.
    pub(super) fn lay(&self, draft: &mut Draft<'_, VisitTree>, no: u32) -> Item {
        let ItemOrder { department, subject, hazard, whistle, also } = self.clone();
        Item { no, department, subject: draft.write_down(&subject), hazard, whistle, also, answer: None }
    }
}

impl<'a> Setting<'a> {
    /// The whistle that an item follows: somebody must still wait for it, and it must be about the place that is visited.
    fn whistle(&self, item: &Reader<'_>, faults: &mut Faults) -> Option<&'a Tree> {
        let code = item.text("whistle")?;
        let Some(tree) = self.by.whistles.iter().find(|tree| tree.whistle.code == code) else {
            faults.add(item.pointer("whistle"), FaultCode::NoSuch);
            return None;
        };
        let other = tree.whistle.enterprise.as_deref().zip(self.firm).is_some_and(|(one, other)| one != other);
        let clashes = [(!tree.whistle.status.is_open(), OfItem::WhistleEnded), (other, OfItem::WhistleElsewhere)];
        name(clashes, item.pointer("whistle"), faults);
        Some(tree)
    }

    /// The hazard that an item looks for. What the visit has of it already stays as it was agreed on, whatever the list says now.
    fn hazard(
        &self,
        item: &Reader<'_>,
        department: &str,
        follows: Option<&Tree>,
        faults: &mut Faults,
    ) -> Option<Hazard> {
        let code = item.text("hazard")?;
        if let Some(kept) = self.kept(&code, department) {
            return Some(kept.clone());
        }
        let Some(listed) = self.by.rules.directory.hazard(&code) else {
            faults.add(item.pointer("hazard"), FaultCode::NoSuch);
            return None;
        };
        let retired = self.day.is_some_and(|day| !listed.is_in_force(day));
        let others = !may_look(listed, department, follows);
        let clashes = [(others, OfItem::HazardOfOthers), (retired, OfItem::HazardNotInForce)];
        name(clashes, item.pointer("hazard"), faults);
        Some(Hazard::of(listed))
    }

    fn kept(&self, code: &str, department: &str) -> Option<&'a Hazard> {
        let items = self.by.changes.into_iter().flat_map(|visit| &visit.items);
        let own = items.filter(|item| item.departments().any(|one| one == department));
        own.filter_map(|item| item.hazard.as_ref()).find(|hazard| hazard.code == code)
    }
}

/// Names each that holds.
fn name(clashes: [(bool, OfItem); 2], pointer: String, faults: &mut Faults) {
    for (_, clash) in clashes.into_iter().filter(|(holds, _)| *holds) {
        faults.add(pointer.clone(), FaultCode::Clash(Clash::OnSite(OnSite::OfItem(clash))));
    }
}

/// Whoever the list names looks for a hazard, and whoever was summoned to the whistle that is followed.
fn may_look(listed: &directory::Hazard, department: &str, follows: Option<&Tree>) -> bool {
    let summoned = |tree: &Tree| tree.counting().any(|one| one.department == department);
    listed.competent_departments.iter().any(|one| one == department) || follows.is_some_and(summoned)
}

fn of_whistle(tree: &Tree) -> OfWhistle {
    OfWhistle { id: tree.whistle.id.clone(), code: tree.whistle.code.clone() }
}

/// What two departments would look at alike is one item: the first one's, who would have looked is kept. What two whistles ask
/// in the same words stays two, or one of them would never be answered.
fn merge(all: &mut Vec<ItemOrder>, new: ItemOrder) {
    let code = |item: &ItemOrder| item.hazard.as_ref().map(|hazard| hazard.code.clone());
    let (subject, hazard) = (fold(&new.subject), code(&new));
    let of_one = |one: &ItemOrder| one.whistle.is_none() || new.whistle.is_none() || one.whistle == new.whistle;
    let alike = |one: &ItemOrder| match (&hazard, code(one)) {
        (Some(new), Some(old)) => *new == old,
        (_, _) => fold(&one.subject) == subject,
    };
    let same = all.iter_mut().find(|one| of_one(one) && alike(one));
    match same {
        Some(one) => {
            if one.department != new.department && !one.also.contains(&new.department) {
                one.also.push(new.department);
            }
            one.whistle = one.whistle.take().or(new.whistle);
        }
        None => all.push(new),
    }
}
