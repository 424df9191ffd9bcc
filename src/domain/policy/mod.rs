//! Who may see and do what (DOMAIN §5): the only place that makes a [`Scope`], and the only table of rights.
//! Every channel goes through a `Scope`; a right that is not written here does not exist.

mod results;
mod scope;
#[cfg(test)]
mod tests;

pub use results::{Results, VisitViewer, results_for, viewers_of};
pub use scope::{Scope, VISIT_KEYS, reads, scope};

use super::directory::{Directory, Shift};
use super::imports::List;
use super::terms::Role;
use super::whistle::Blower;
use crate::ids::PersonId;

/// One signed-in person in one role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub person: PersonId,
    pub username: String,
    pub name: String,
    pub role: Role,
    /// Home unit: a department's, town's or squad's code.
    pub unit: String,
    /// The town of a town's or squad's people.
    pub town: Option<String>,
    /// Units in which the same person holds another post under another sign-in.
    pub also_of: Vec<String>,
    /// The same person's other sign-ins.
    pub also: Vec<PersonId>,
}

impl Actor {
    /// Whether this is one of the own sign-ins.
    pub fn is(&self, person: &PersonId) -> bool {
        self.person == *person || self.also.contains(person)
    }
}

/// The sight key of the unit that blew: a town and the squad stationed there look at one queue.
pub fn blower_viewer(unit: &str, town: Option<&str>) -> String {
    town.unwrap_or(unit).to_owned()
}

/// The sight key of supervisors among visits: an unannounced one is not theirs to see before it is entered (T19).
pub const SUPERVISION: &str = "*supervision";

/// The sight key of whoever heads a department: a visit that is kept secret is theirs to approve.
pub fn heads_of(department: &str) -> String {
    format!("{department}/head")
}

/// The sight key of a department's inspectors: what the department was summoned to, not what it blew.
pub fn inspectors_of(department: &str) -> String {
    format!("{department}/summoned")
}

/// May blow for the own unit.
pub fn may_blow(actor: &Actor) -> bool {
    match actor.role {
        Role::Liaison | Role::DepartmentHead | Role::SquadLeader | Role::TownOfficer => true,
        Role::OfficeDuty | Role::OfficeDirector => true,
        Role::Inspector | Role::Expert | Role::LegalReviewer | Role::Supervisor => false,
        Role::Admin | Role::SecurityAdmin | Role::AuditAdmin => false,
    }
}

/// May blow only for somebody else, as the office does when called by phone.
pub fn blows_on_behalf(actor: &Actor) -> bool {
    is_office(actor)
}

/// The committee office: duty officer or director.
pub fn is_office(actor: &Actor) -> bool {
    matches!(actor.role, Role::OfficeDuty | Role::OfficeDirector)
}

/// Speaks for a unit: liaison or head of a department, town officer of a town, leader of a squad.
pub fn speaks_for(actor: &Actor, unit: &str) -> bool {
    let speaks = match actor.role {
        Role::Liaison | Role::DepartmentHead | Role::TownOfficer | Role::SquadLeader => true,
        Role::Inspector | Role::Expert | Role::LegalReviewer => false,
        Role::OfficeDuty | Role::OfficeDirector | Role::Supervisor => false,
        Role::Admin | Role::SecurityAdmin | Role::AuditAdmin => false,
    };
    speaks && actor.unit == unit
}

/// Acts for a unit on site: whoever speaks for it, or one of its inspectors.
pub fn acts_for(actor: &Actor, unit: &str) -> bool {
    speaks_for(actor, unit) || (actor.role == Role::Inspector && actor.unit == unit)
}

/// Inspects for a department: one of its certified officers. The committee office never does (国办发〔2024〕54号).
pub fn inspects_for(actor: &Actor, unit: &str) -> bool {
    matches!(actor.role, Role::Inspector | Role::SquadLeader | Role::TownOfficer) && actor.unit == unit
}

/// May have an informer's identity opened, with a reason and on record: the office, supervisors, and of those who
/// blow the liaison or town officer that blew it.
pub fn may_unseal(actor: &Actor, blower: &Blower) -> bool {
    match actor.role {
        Role::OfficeDuty | Role::OfficeDirector | Role::Supervisor => true,
        Role::Liaison | Role::TownOfficer => blower.person == actor.person,
        Role::DepartmentHead | Role::SquadLeader | Role::Inspector => false,
        Role::Expert | Role::LegalReviewer => false,
        Role::Admin | Role::SecurityAdmin | Role::AuditAdmin => false,
    }
}

/// Decides for a unit: the head of a department, the town officer of a town.
pub fn heads(actor: &Actor, unit: &str) -> bool {
    matches!(actor.role, Role::DepartmentHead | Role::TownOfficer) && actor.unit == unit
}

/// The committee office's director.
pub fn is_director(actor: &Actor) -> bool {
    actor.role == Role::OfficeDirector
}

/// Whether a unit is the actor's own under another sign-in: the director is the Emergency Management Bureau's head too,
/// and neither rules nor excuses nor extends for it.
pub fn is_own_bureau(actor: &Actor, unit: &str) -> bool {
    actor.also_of.iter().any(|own| own == unit)
}

/// Says something about a whistle that it sees: supervisors and administrators change nothing (I6).
pub fn may_comment(actor: &Actor) -> bool {
    match actor.role {
        Role::Liaison | Role::DepartmentHead | Role::SquadLeader | Role::TownOfficer | Role::Inspector => true,
        Role::OfficeDuty | Role::OfficeDirector => true,
        Role::Expert | Role::LegalReviewer | Role::Supervisor => false,
        Role::Admin | Role::SecurityAdmin | Role::AuditAdmin => false,
    }
}

/// Sees a picture as it was taken, with all that is in it: the office, and whoever brought it (SECURITY T26).
pub fn keeps_proof(actor: &Actor, brought: &PersonId) -> bool {
    is_office(actor) || actor.person == *brought
}

/// Reads how firms rate visits: those who went, and their departments, are not told (DOMAIN PZ21).
pub fn reads_ratings(actor: &Actor) -> bool {
    is_office(actor) || actor.role == Role::Supervisor
}

/// Reads people outside the own unit.
pub fn sees_all_people(actor: &Actor) -> bool {
    is_office(actor) || actor.role == Role::Supervisor || is_one_of_three(actor.role)
}

/// The three administrators that no one person holds two of (三权分立): none sees a case.
pub fn is_one_of_three(role: Role) -> bool {
    matches!(role, Role::Admin | Role::SecurityAdmin | Role::AuditAdmin)
}

/// A role that one person alone cannot give.
pub fn needs_two(role: Role) -> bool {
    is_one_of_three(role) || matches!(role, Role::OfficeDirector | Role::Supervisor)
}

/// A post that never goes by a password alone.
pub fn must_have_a_factor(role: Role) -> bool {
    is_one_of_three(role) || matches!(role, Role::OfficeDuty | Role::OfficeDirector | Role::Supervisor)
}

/// Makes, changes and suspends sign-ins.
pub fn keeps_people(actor: &Actor) -> bool {
    matches!(actor.role, Role::Admin | Role::SecurityAdmin)
}

/// Says the second word to what needs two persons.
pub fn confirms_people(actor: &Actor) -> bool {
    keeps_people(actor) || actor.role == Role::OfficeDirector
}

/// Takes lost passwords and second factors away: the security administrator, and while a district has none, the system's.
pub fn resets_factors(actor: &Actor, directory: &Directory) -> bool {
    let has_one = directory.people.iter().any(|one| one.role == Role::SecurityAdmin && one.is_active());
    actor.role == Role::SecurityAdmin || (actor.role == Role::Admin && !has_one)
}

/// Reads the trail of security deeds: all of it, or the technical part (DOMAIN §5).
pub fn reads_trail(actor: &Actor) -> bool {
    sees_whole_trail(actor) || actor.role == Role::Admin
}

/// Reads whom the trail is about, from where and what changed.
pub fn sees_whole_trail(actor: &Actor) -> bool {
    actor.role == Role::AuditAdmin
}

/// Replaces a list of the district by a file: the calendar and people are an administrator's, what the office works with
/// daily is the office's, too.
pub fn may_import(actor: &Actor, list: List) -> bool {
    match list {
        List::Departments | List::Towns | List::People | List::Calendar => actor.role == Role::Admin,
        List::Enterprises | List::Duty => actor.role == Role::Admin || is_office(actor),
        List::Vehicles | List::Leave => actor.role == Role::Admin || is_office(actor),
        List::Checklist => actor.role == Role::Admin || is_director(actor),
        // A whistle is case content: the office enters it on behalf, as it blows.
        List::Whistles => is_office(actor),
    }
}

/// A list that one person alone cannot change: limits are counted by the calendar, whoever the rota names is written to about
/// them (SECURITY T33), and by the checklist a whole district is looked at.
pub fn list_needs_two(list: List) -> bool {
    match list {
        List::Calendar | List::Duty | List::Checklist => true,
        List::Departments | List::Towns | List::People | List::Enterprises => false,
        List::Vehicles | List::Leave | List::Whistles => false,
    }
}

/// Says the second word to such a list.
pub fn confirms_lists(actor: &Actor) -> bool {
    confirms_people(actor)
}

/// Takes a list of the district away as a file.
pub fn may_export(actor: &Actor, list: List) -> bool {
    may_import(actor, list) || is_office(actor) || actor.role == Role::Supervisor
}

/// Reads the duty rota (DOMAIN §5); liaisons and heads where it names people of their unit.
pub fn reads_rota(actor: &Actor, directory: &Directory) -> bool {
    let of_unit = |username: &str| directory.by_username(username).is_some_and(|one| one.department_code == actor.unit);
    let named = |shift: &Shift| [&shift.main, &shift.deputy, &shift.office_duty].iter().any(|one| of_unit(one));
    match actor.role {
        Role::OfficeDuty | Role::OfficeDirector | Role::Supervisor | Role::Admin => true,
        Role::Inspector | Role::SquadLeader | Role::TownOfficer => true,
        Role::Liaison | Role::DepartmentHead => directory.rota.iter().any(named),
        Role::Expert | Role::LegalReviewer | Role::SecurityAdmin | Role::AuditAdmin => false,
    }
}

/// Makes and ends machine tokens of the own unit: its head, in the office its director.
pub fn makes_tokens(actor: &Actor) -> bool {
    matches!(actor.role, Role::DepartmentHead | Role::OfficeDirector)
}
