//! What may be said about a sign-in: the tables of its orders, and what of them clashes with the district as it stands.
//! Nothing here changes anybody.

use super::{PersonDeed, ShutGround};
use crate::domain::directory::{Directory, Person, UnitRole};
use crate::domain::order::{
    Clash, Fault, FaultCode, Faults, Field, Kind, NAME_MAX, Node, Reader, Spec, TITLE_MAX, read,
};
use crate::domain::policy;
use crate::domain::terms::Role;
use crate::ids::PersonId;

/// The body of `POST /people`.
pub static ADD: Spec = Spec {
    name: "AddPersonOrder",
    fields: &[
        Field::required("username", Kind::Text { max: USERNAME_MAX }),
        Field::required("name", Kind::Text { max: NAME_MAX }),
        Field::required("role", Kind::Word(Role::WORDS)),
        Field::required("department", Kind::Code),
        Field::optional("title", Kind::Text { max: TITLE_MAX }),
        // Another sign-in of the same human, whose name and first day it takes over.
        Field::optional("same_as", Kind::Code),
    ],
};
/// The body of `change`; what is left out stays.
pub static CHANGE: Spec = Spec {
    name: "ChangePersonOrder",
    fields: &[
        Field::optional("name", Kind::Text { max: NAME_MAX }),
        Field::optional("title", Kind::Text { max: TITLE_MAX }),
        Field::optional("role", Kind::Word(Role::WORDS)),
        Field::optional("department", Kind::Code),
        Field::optional("same_as", Kind::Code),
    ],
};
/// The body of `suspend`.
pub static SUSPEND: Spec =
    Spec { name: "SuspendPersonOrder", fields: &[Field::required("ground", Kind::Word(ShutGround::WORDS))] };
/// The body of a deed that says all by its name.
pub static NOTHING: Spec = Spec { name: "PersonDeedOrder", fields: &[] };

/// Shortest and longest user name, characters.
const USERNAME_MIN: usize = 2;
const USERNAME_MAX: usize = 40;

/// The table that a deed's body follows.
pub fn order_spec(deed: PersonDeed) -> &'static Spec {
    match deed {
        PersonDeed::Change => &CHANGE,
        PersonDeed::Suspend => &SUSPEND,
        PersonDeed::Reinstate | PersonDeed::Confirm | PersonDeed::Refuse => &NOTHING,
        PersonDeed::ResetPassword | PersonDeed::ResetTotp => &NOTHING,
    }
}

/// A new sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddOrder {
    pub username: String,
    pub name: String,
    pub role: Role,
    pub department: String,
    pub title: Option<String>,
    /// Of another sign-in of the same human.
    pub since: Option<String>,
}

impl AddOrder {
    /// A user name is new, a unit has the role, and nobody holds two of the three administrators.
    pub fn parse(body: &Node, directory: &Directory) -> Result<AddOrder, Vec<Fault>> {
        let (reader, mut faults) = read(&ADD, body);
        let same = judge_same(directory, (&reader, &mut faults));
        let name = reader.text("name").map(|name| same.map_or(name, |one| one.name.clone()));
        let username = reader.text("username");
        let (role, department) = (reader.word("role", Role::parse), reader.text("department"));
        if let Some(username) = &username {
            judge_username(username, directory, &reader, &mut faults);
        }
        judge_post(role, department.as_deref(), directory, (&reader, &mut faults));
        if let Some((role, name)) = role.zip(name.as_deref()) {
            judge_three(another_of_three(role, name, None, directory), (&reader, &mut faults));
        }
        let (title, since) = (reader.text("title"), same.map(|one| one.since.clone()));
        let made = username
            .zip(name)
            .zip(role)
            .zip(department)
            .map(|(((username, name), role), department)| AddOrder { username, name, role, department, title, since });
        faults.judge(made)
    }

    /// The same from the command line, where the unit may be left out of an office's or an administrator's sign-in.
    /// Words for the operator where it cannot be.
    pub fn by_hand(
        username: &str,
        role: Role,
        department: Option<&str>,
        same_as: Option<&str>,
        directory: &Directory,
    ) -> Result<AddOrder, String> {
        if !is_username(username) {
            return Err(format!("a user name has {USERNAME_MIN} to {USERNAME_MAX} of a-z, 0-9, `.`, `_`, `-`"));
        }
        if directory.by_username(username).is_some() {
            return Err(format!("{username} is there already"));
        }
        let department = department.map(str::to_owned).or_else(|| own_unit(role, directory));
        let Some(department) = department else { return Err(format!("{role} needs --department")) };
        // The first operators come before the first unit.
        let founding = directory.departments.is_empty() && own_unit(role, directory).as_ref() == Some(&department);
        if !founding && !fits(role, &department, directory) {
            return Err(format!("{department} is no unit that has a {role}"));
        }
        let same = match same_as {
            Some(other) => Some(sign_in(other, directory).ok_or(format!("there is no sign-in {other}"))?),
            None => None,
        };
        let name = same.map_or(username, |one| &one.name).to_owned();
        if another_of_three(role, &name, None, directory).is_some() {
            return Err("one person holds one of the three administrators".to_owned());
        }
        let (username, since) = (username.to_owned(), same.map(|one| one.since.clone()));
        Ok(AddOrder { username, name, role, department, title: None, since })
    }
}

/// What becomes of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeOrder {
    pub name: Option<String>,
    pub title: Option<String>,
    pub role: Option<Role>,
    pub department: Option<String>,
    /// Of another sign-in, whose human it is from now on.
    pub since: Option<String>,
}

impl ChangeOrder {
    /// Whether role and unit, as they will be together, fit.
    pub fn parse(body: &Node, person: &Person, directory: &Directory) -> Result<ChangeOrder, Vec<Fault>> {
        let (reader, mut faults) = read(&CHANGE, body);
        let (role, department) = (reader.word("role", Role::parse), reader.text("department"));
        let moves = role.is_some() || department.is_some();
        if moves {
            let to = department.as_deref().unwrap_or(&person.department_code);
            judge_post(Some(role.unwrap_or(person.role)), Some(to), directory, (&reader, &mut faults));
        }
        let (same, title) = (judge_same(directory, (&reader, &mut faults)), reader.text("title"));
        let name = same.map(|one| one.name.clone()).or(reader.text("name"));
        if moves || name.is_some() {
            let called = name.as_ref().unwrap_or(&person.name);
            let own = |one: &'_ Person, role| another_of_three(role, called, Some(&one.id), directory);
            // Every sign-in of a human is called as the others are.
            let others = directory.other_sign_ins(person).find_map(|one| own(one, one.role));
            let held = own(person, role.unwrap_or(person.role)).or(others);
            judge_three(held, (&reader, &mut faults));
        }
        let since = same.map(|one| one.since.clone());
        faults.judge(Some(ChangeOrder { name, title, role, department, since }))
    }
}

/// Why somebody is out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SuspendOrder {
    pub ground: ShutGround,
}

impl SuspendOrder {
    pub fn parse(body: &Node) -> Result<SuspendOrder, Vec<Fault>> {
        let (reader, faults) = read(&SUSPEND, body);
        faults.judge(reader.word("ground", ShutGround::parse).map(|ground| SuspendOrder { ground }))
    }
}

fn judge_username(username: &str, directory: &Directory, reader: &Reader<'_>, faults: &mut Faults) {
    if !is_username(username) {
        faults.add(reader.pointer("username"), FaultCode::Clash(Clash::NoUsername));
    } else if directory.by_username(username).is_some() {
        faults.add(reader.pointer("username"), FaultCode::Clash(Clash::Taken));
    }
}

/// Small letters, digits and three marks, a letter first: what people type is what stands, whatever their keyboard.
fn is_username(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-');
    (USERNAME_MIN..=USERNAME_MAX).contains(&text.len())
        && text.bytes().all(plain)
        && text.starts_with(|first: char| first.is_ascii_lowercase())
}

/// The other sign-in of the same human that is named.
fn judge_same<'d>(directory: &'d Directory, (reader, faults): (&Reader<'_>, &mut Faults)) -> Option<&'d Person> {
    let username = reader.text("same_as")?;
    let known = sign_in(&username, directory);
    if known.is_none() {
        faults.add(reader.pointer("same_as"), FaultCode::NoSuch);
    }
    known
}

/// One that somebody has: what was refused never was one.
fn sign_in<'d>(username: &str, directory: &'d Directory) -> Option<&'d Person> {
    directory.by_username(username).filter(|one| !one.standing.refused)
}

fn judge_post(
    role: Option<Role>,
    department: Option<&str>,
    directory: &Directory,
    (reader, faults): (&Reader<'_>, &mut Faults),
) {
    let Some(department) = department else { return };
    if !directory.is_unit(department) {
        faults.add(reader.pointer("department"), FaultCode::NoSuch);
    } else if role.is_some_and(|role| !fits(role, department, directory)) {
        faults.add(reader.pointer("department"), FaultCode::Clash(Clash::RoleOfUnit));
    }
}

/// One person holds one of the three administrators (三权分立).
fn judge_three(held: Option<&Person>, (reader, faults): (&Reader<'_>, &mut Faults)) {
    if held.is_some() {
        faults.add(reader.pointer("role"), FaultCode::Clash(Clash::OneOfThree));
    }
}

/// The sign-in by which whoever has this name holds another of the three, beside the one that is judged. A namesake is
/// asked about in person, not let through.
pub(super) fn another_of_three<'d>(
    role: Role,
    name: &str,
    judged: Option<&PersonId>,
    directory: &'d Directory,
) -> Option<&'d Person> {
    let other = |one: &&Person| one.name == name && judged != Some(&one.id);
    let another = |one: &&Person| one.is_active() && policy::is_one_of_three(one.role) && one.role != role;
    let mut own = directory.people.iter().filter(other);
    if policy::is_one_of_three(role) { own.find(another) } else { None }
}

/// Whether a unit has such a post.
fn fits(role: Role, unit: &str, directory: &Directory) -> bool {
    let of = |role_in_hub| directory.department(unit).is_some_and(|one| one.role_in_hub == role_in_hub);
    match role {
        Role::OfficeDuty | Role::OfficeDirector => of(UnitRole::CommitteeOffice),
        Role::Supervisor => of(UnitRole::Supervisor),
        Role::Liaison | Role::DepartmentHead => of(UnitRole::Member),
        Role::TownOfficer => directory.town(unit).is_some(),
        Role::SquadLeader => directory.towns.iter().any(|town| town.squad_code == unit),
        Role::Inspector | Role::Expert | Role::LegalReviewer => directory.is_unit(unit),
        Role::Admin | Role::SecurityAdmin | Role::AuditAdmin => directory.is_unit(unit),
    }
}

/// The unit of a role that only one unit has.
fn own_unit(role: Role, directory: &Directory) -> Option<String> {
    match role {
        Role::OfficeDuty | Role::OfficeDirector => Some(directory.office().to_owned()),
        Role::Admin | Role::SecurityAdmin | Role::AuditAdmin => Some(directory.office().to_owned()),
        Role::Supervisor => Some(directory.supervisors().to_owned()),
        Role::Liaison | Role::DepartmentHead | Role::Inspector | Role::SquadLeader => None,
        Role::TownOfficer | Role::Expert | Role::LegalReviewer => None,
    }
}
