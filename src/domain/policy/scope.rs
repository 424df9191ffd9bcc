//! What may be read, as a type: reads demand a [`Scope`], and only this room makes one, from who the reader is and when.
//! It says nothing of deeds.

use super::{Actor, SUPERVISION, blower_viewer, heads_of, inspectors_of};
use crate::domain::at::At;
use crate::domain::directory::{Directory, Shift};
use crate::domain::terms::{Role, WhistleStatus};

/// What may be read. Reads demand one; only this file makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Of whistles and summonses.
    sight: Sight,
    /// Of visits and findings: keys of which one suffices; what is not used is empty.
    visits: [String; VISIT_KEYS],
}

/// Keys under which one reader may see a visit: as the unit, as its head, as a person who goes.
pub const VISIT_KEYS: usize = 3;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Sight {
    All,
    Viewer(String),
    /// What the post sees, and all that is open besides. The key has a plus before it.
    OnShift(String),
    Nothing,
}

impl Scope {
    /// For the hub's own loops and figures; the reason is for the reader of the code.
    pub fn everything(_reason: &'static str) -> Scope {
        Scope { sight: Sight::All, visits: visit_keys(["*"]) }
    }

    /// The key under which the ledger keeps this reader's list of sights: `*` is everything, empty is nothing, and before
    /// the key of whoever reads all open work besides stands a plus.
    pub fn viewer(&self) -> &str {
        match &self.sight {
            Sight::All => "*",
            Sight::Viewer(key) | Sight::OnShift(key) => key,
            Sight::Nothing => "",
        }
    }

    /// The same for whistles in one state: never with a plus.
    pub fn viewer_of(&self, status: WhistleStatus) -> &str {
        match &self.sight {
            Sight::OnShift(_) if status.is_open() => "*",
            Sight::OnShift(key) => key.trim_start_matches(PLUS),
            Sight::All | Sight::Viewer(_) | Sight::Nothing => self.viewer(),
        }
    }

    /// Whether this reader reads all open work for as long as the shift lasts.
    pub fn is_on_shift(&self) -> bool {
        matches!(self.sight, Sight::OnShift(_))
    }

    /// What the post alone sees: whoever does something does it by this.
    pub fn of_post(&self) -> Scope {
        let sight = match &self.sight {
            Sight::OnShift(key) => Sight::Viewer(key.trim_start_matches(PLUS).to_owned()),
            Sight::All | Sight::Viewer(_) | Sight::Nothing => self.sight.clone(),
        };
        Scope { sight, visits: self.visits.clone() }
    }

    /// Whether this reader sees a thing that these viewers see, or that is open to whoever is on shift.
    pub fn is_among(&self, viewers: &[String], is_open: bool) -> bool {
        let has = |key: &str| viewers.iter().any(|one| one == key);
        match &self.sight {
            Sight::All => true,
            Sight::Viewer(key) => has(key),
            Sight::OnShift(key) => is_open || has(key.trim_start_matches(PLUS)),
            Sight::Nothing => false,
        }
    }

    /// The keys under which the ledger keeps who sees a visit: a first one of `*` is every visit.
    pub fn visit_keys(&self) -> &[String; VISIT_KEYS] {
        &self.visits
    }

    /// Whether this reader sees a visit that these viewers see.
    pub fn is_among_visitors(&self, viewers: &[String]) -> bool {
        let [first, ..] = &self.visits;
        first == "*" || self.visits.iter().any(|key| !key.is_empty() && viewers.contains(key))
    }
}

/// Before the key of a reader on shift. No unit's code holds one.
const PLUS: char = '+';

fn visit_keys<'k>(keys: impl IntoIterator<Item = &'k str>) -> [String; VISIT_KEYS] {
    let mut all: [String; VISIT_KEYS] = Default::default();
    for (slot, key) in all.iter_mut().zip(keys) {
        key.clone_into(slot);
    }
    all
}

/// What this actor may read now. The two leaders of the shift read all open work until it ends (DOMAIN §5), and may do no
/// more for it.
pub fn reads(actor: &Actor, directory: &Directory, now: At) -> Scope {
    let leads = |shift: &Shift| [&shift.main, &shift.deputy].contains(&&actor.username);
    let on_shift = actor.role == Role::DepartmentHead && directory.shift(now).is_some_and(leads);
    let own = scope(actor);
    if on_shift { Scope { sight: Sight::OnShift(format!("{PLUS}{}", actor.unit)), ..own } } else { own }
}

/// What this actor's post sees.
pub fn scope(actor: &Actor) -> Scope {
    Scope { sight: sight(actor), visits: visits_of(actor) }
}

/// Of visits: the office all, supervisors what is no secret, others by unit, by post and by going.
fn visits_of(actor: &Actor) -> [String; VISIT_KEYS] {
    let (person, unit) = (actor.person.as_str(), actor.unit.as_str());
    match actor.role {
        Role::OfficeDuty | Role::OfficeDirector => visit_keys(["*"]),
        Role::Supervisor => visit_keys([SUPERVISION]),
        Role::Liaison => visit_keys([unit, person]),
        Role::DepartmentHead => visit_keys([unit, &heads_of(unit), person]),
        Role::TownOfficer | Role::SquadLeader => visit_keys([&blower_viewer(unit, actor.town.as_deref()), person]),
        Role::Inspector => visit_keys([&inspectors_of(unit), person]),
        Role::Expert => visit_keys([person]),
        Role::LegalReviewer | Role::Admin | Role::SecurityAdmin | Role::AuditAdmin => visit_keys([]),
    }
}

fn sight(actor: &Actor) -> Sight {
    match actor.role {
        Role::OfficeDuty | Role::OfficeDirector | Role::Supervisor => Sight::All,
        Role::Liaison | Role::DepartmentHead => Sight::Viewer(actor.unit.clone()),
        Role::TownOfficer | Role::SquadLeader => Sight::Viewer(blower_viewer(&actor.unit, actor.town.as_deref())),
        Role::Inspector => Sight::Viewer(inspectors_of(&actor.unit)),
        Role::Expert | Role::LegalReviewer => Sight::Nothing,
        Role::Admin | Role::SecurityAdmin | Role::AuditAdmin => Sight::Nothing,
    }
}
