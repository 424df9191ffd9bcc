//! People and their sign-ins: made, changed, suspended, given a new first password. What a post owes stays the post's:
//! nothing here moves a whistle's work, letters find whoever holds the post when they leave. Every deed leaves a line of
//! the trail with what it was and what it is now, and ends the sessions that it makes wrong.

mod listed;
mod orders;

pub use listed::listed;
pub use orders::{ADD, AddOrder, CHANGE, ChangeOrder, NOTHING, SUSPEND, SuspendOrder, order_spec};

use super::at::At;
use super::credential::Credential;
use super::decision::{Change, DirectoryRow, LetterOwed, Reason, ReasonCode, Refusal, Text};
use super::directory::{Directory, Person, Standing, Waiting};
use super::event::{Doer, text_ref};
use super::obligation::Post;
use super::policy::{self, Actor};
use super::terms::{LetterKind, Role, TextClass, words};
use super::trail::{SecurityEvent, SecurityKind};
use crate::ids::{LetterId, Mint, PersonId, TextId};
use serde_json::{Value, json};

words!(
    /// What can be done to a sign-in that stands.
    PersonDeed {
        Change = "change", Suspend = "suspend", Reinstate = "reinstate", Confirm = "confirm", Refuse = "refuse",
        ResetPassword = "reset_password", ResetTotp = "reset_totp",
    }
);
words!(
    /// Why somebody is suspended.
    ShutGround {
        Left = "left", Moved = "moved", OnLeave = "on_leave", Misuse = "misuse", LostDevice = "lost_device",
        Other = "other",
    }
);

/// How long a first password that the hub drew may wait for its owner, minutes.
pub const INITIAL_MINUTES: i64 = 72 * 60;

/// What a deed on people brings along.
#[derive(Debug)]
pub struct Deciding<'a> {
    /// `None`: the command line.
    pub actor: Option<&'a Actor>,
    pub directory: &'a Directory,
    /// The directory's version at that moment.
    pub version: i64,
    /// From where.
    pub address: Option<String>,
    pub now: At,
    pub mint: &'a mut Mint,
}

/// A person and the place in the official order.
#[derive(Debug, Clone)]
pub struct Placed {
    pub position: i64,
    pub person: Person,
}

/// A sign-in and the others of the same human.
pub type SignIns = (Placed, Vec<Placed>);

/// Whether this actor ever may: otherwise 403.
pub fn role(deed: PersonDeed, actor: &Actor, directory: &Directory) -> Result<(), Refusal> {
    let may = match deed {
        PersonDeed::Change | PersonDeed::Suspend | PersonDeed::Reinstate => policy::keeps_people(actor),
        PersonDeed::Confirm | PersonDeed::Refuse => policy::confirms_people(actor),
        PersonDeed::ResetPassword | PersonDeed::ResetTotp => policy::resets_factors(actor, directory),
    };
    if may { Ok(()) } else { Err(Refusal::RoleMayNot) }
}

/// What this actor may do to the sign-in now, in the order of the list.
pub fn allowed(actor: &Actor, person: &Person, directory: &Directory) -> Vec<&'static str> {
    let may = |deed: &&PersonDeed| {
        role(**deed, actor, directory).is_ok() && can(**deed, person) && others(**deed, actor, person, directory)
    };
    PersonDeed::ALL.iter().filter(may).map(|deed| deed.as_str()).collect()
}

/// 409: not in this state, or not by this person.
pub fn state(deed: PersonDeed, actor: &Actor, person: &Person, directory: &Directory) -> Result<(), Refusal> {
    if !others(deed, actor, person, directory) {
        return Err(Refusal::RoleMayNot);
    }
    let (status, allowed) = (person.standing.word(), allowed(actor, person, directory));
    if !can(deed, person) {
        return Err(Refusal::NotNow { status, allowed });
    }
    let reasons = barred(deed, person, directory);
    if reasons.is_empty() { Ok(()) } else { Err(Refusal::Guarded { status, allowed, reasons }) }
}

/// What was refused never was a sign-in: nothing is done to it any more.
fn can(deed: PersonDeed, person: &Person) -> bool {
    let standing = &person.standing;
    let (waits, is_out) = (standing.waiting.is_some(), standing.suspended_at.is_some());
    let fits = match deed {
        PersonDeed::Change | PersonDeed::ResetPassword | PersonDeed::ResetTotp => !waits,
        PersonDeed::Suspend => !is_out && !waits,
        PersonDeed::Reinstate => is_out && !waits,
        PersonDeed::Confirm | PersonDeed::Refuse => waits,
    };
    fits && !standing.refused
}

/// 409: it would be open as one of the three administrators, and its owner holds another of them by now.
fn barred(deed: PersonDeed, person: &Person, directory: &Directory) -> Vec<Reason> {
    let role = match deed {
        PersonDeed::Reinstate => Some(person.role),
        PersonDeed::Confirm => person.standing.waiting.as_ref().map(|waiting| waiting.role),
        PersonDeed::Change | PersonDeed::Suspend | PersonDeed::Refuse => None,
        PersonDeed::ResetPassword | PersonDeed::ResetTotp => None,
    };
    let another = role.and_then(|role| orders::another_of_three(role, &person.name, Some(&person.id), directory));
    another.map(|held| Reason { code: ReasonCode::OneOfThree, subject: held.username.clone() }).into_iter().collect()
}

/// Nobody does it to themselves, and two persons are two people, whatever their sign-ins.
fn others(deed: PersonDeed, actor: &Actor, person: &Person, directory: &Directory) -> bool {
    let own = directory.is_one_human(&actor.person, person);
    let proposed = person.standing.waiting.as_ref().and_then(|waiting| directory.person(waiting.by.as_ref()?));
    let own_proposal = proposed.is_some_and(|proposer| directory.is_one_human(&actor.person, proposer));
    match deed {
        PersonDeed::Confirm => !own && !own_proposal,
        PersonDeed::Change | PersonDeed::Refuse => true,
        PersonDeed::Suspend | PersonDeed::Reinstate | PersonDeed::ResetPassword | PersonDeed::ResetTotp => !own,
    }
}

/// Nobody gives the own human another role or unit, or makes it another human, under whichever sign-in: what one is called is
/// one's own.
pub fn own_post(order: &ChangeOrder, actor: &Actor, person: &Person, directory: &Directory) -> Result<(), Refusal> {
    let own = directory.is_one_human(&actor.person, person);
    let role = order.role.is_some_and(|role| role != person.role);
    let unit = order.department.as_ref().is_some_and(|unit| *unit != person.department_code);
    if own && (role || unit || order.since.is_some()) { Err(Refusal::RoleMayNot) } else { Ok(()) }
}

/// A new sign-in; what needs two persons waits for the second. The password is hashed already.
pub fn add(order: &AddOrder, position: i64, password: Password, mut by: Deciding<'_>) -> (Change, Person) {
    // As an import makes it: one name is one sign-in, for ever.
    let id = PersonId::from_text(format!("pe_{}", order.username));
    let second = by.actor.is_some() && policy::needs_two(order.role);
    let waiting = second.then(|| Waiting { is_new: true, ..proposed(order.role, &order.department, &by) });
    let person = Person {
        id,
        username: order.username.clone(),
        name: order.name.clone(),
        department_code: order.department.clone(),
        role: order.role,
        title: order.title.clone().unwrap_or_default(),
        certificate_no: None,
        certificate_fields: Vec::new(),
        certificate_valid_to: None,
        certificate_basis: None,
        skills: Vec::new(),
        since: order.since.clone().unwrap_or_else(|| by.now.civil().date().to_string()),
        ties: Vec::new(),
        standing: Standing { waiting, ..Standing::default() },
    };
    let kind = if second { SecurityKind::PersonProposed } else { SecurityKind::PersonAdded };
    let mut change = Change::default();
    let is = facts(&person, &mut change, by.mint);
    change.credentials.push(password.of(&person.id, by.now));
    owe_letters(&mut change, &mut by);
    put(&mut change, Placed { position, person: person.clone() }, &by);
    change.trail.push(line(kind, &person.id, json!({ "is": is }), &by));
    (change, person)
}

/// Name, title, role or unit. Into a role that needs two persons it waits for the second; the old one holds until then.
pub fn change(order: &ChangeOrder, (placed, others): SignIns, by: &mut Deciding<'_>) -> Change {
    let mut change = Change::default();
    let Placed { position, person: was } = placed;
    let mut is = was.clone();
    is.name.clone_from(order.name.as_ref().unwrap_or(&was.name));
    is.since.clone_from(order.since.as_ref().unwrap_or(&was.since));
    is.title.clone_from(order.title.as_ref().unwrap_or(&was.title));
    let role = order.role.unwrap_or(was.role);
    let department = order.department.clone().unwrap_or_else(|| was.department_code.clone());
    let second = role != was.role && policy::needs_two(role);
    if second {
        is.standing.waiting = Some(proposed(role, &department, by));
    } else {
        is.role = role;
        is.department_code = department;
    }
    let old = facts(&was, &mut change, by.mint);
    let mut new = facts(&is, &mut change, by.mint);
    if let Some(waiting) = &is.standing.waiting {
        new["proposed"] = json!({ "role": waiting.role, "department": waiting.department });
    }
    if (is.role, &is.department_code) != (was.role, &was.department_code) {
        change.ends_sessions.push(is.id.clone());
    }
    if is.role != was.role && policy::must_have_a_factor(is.role) {
        owe_letters(&mut change, by);
    }
    let kind = if second { SecurityKind::PersonProposed } else { SecurityKind::PersonChanged };
    change.trail.push(line(kind, &is.id, json!({ "was": old, "is": new }), by));
    others.into_iter().for_each(|other| keep_in_step(other, &is, &mut change, by));
    put(&mut change, Placed { position, person: is.changed() }, by);
    change
}

/// One human has one name and one first day, in every sign-in: by these two are called, and bars hold for, all of them.
fn keep_in_step(placed: Placed, like: &Person, change: &mut Change, by: &mut Deciding<'_>) {
    let Placed { position, person: was } = placed;
    let is = Person { name: like.name.clone(), since: like.since.clone(), ..was.clone() };
    if is != was {
        let (old, new) = (facts(&was, change, by.mint), facts(&is, change, by.mint));
        change.trail.push(line(SecurityKind::PersonChanged, &is.id, json!({ "was": old, "is": new }), by));
        put(change, Placed { position, person: is.changed() }, by);
    }
}

/// The second person says yes.
pub fn confirm(placed: Placed, by: &mut Deciding<'_>) -> Option<Change> {
    let mut change = Change::default();
    let Placed { position, person: was } = placed;
    let waiting = was.standing.waiting.clone()?;
    let old = facts(&was, &mut change, by.mint);
    let mut is = was;
    is.role = waiting.role;
    is.department_code = waiting.department;
    is.standing.waiting = None;
    is.standing.suspended_at = is.standing.suspended_at.filter(|_| !waiting.reinstates);
    let new = facts(&is, &mut change, by.mint);
    let kind = match (waiting.is_new, waiting.reinstates) {
        (true, _) => SecurityKind::PersonAdded,
        (false, true) => SecurityKind::PersonReinstated,
        (false, false) => SecurityKind::PersonChanged,
    };
    change.ends_sessions.push(is.id.clone());
    owe_letters(&mut change, by);
    change.trail.push(line(kind, &is.id, json!({ "was": old, "is": new, "proposed_by": waiting.by }), by));
    put(&mut change, Placed { position, person: is.changed() }, by);
    Some(change)
}

/// The second person, or the first after all, says no: a new sign-in never was, and nobody comes in by its first password
/// later; an old one stays what it was.
pub fn refuse(placed: Placed, by: &mut Deciding<'_>) -> Option<Change> {
    let Placed { position, mut person } = placed;
    let waiting = person.standing.waiting.take()?;
    let mut change = Change::default();
    if waiting.is_new {
        person.standing.suspended_at = Some(by.now);
        person.standing.refused = true;
        change.credentials.push(Credential::NoPassword { person: person.id.clone() });
    }
    let data = json!({ "proposed": { "role": waiting.role, "department": waiting.department } });
    change.trail.push(line(SecurityKind::PersonDeclined, &person.id, data, by));
    put(&mut change, Placed { position, person: person.changed() }, by);
    Some(change)
}

/// From this moment on the person comes in nowhere and holds no post.
pub fn suspend(order: &SuspendOrder, placed: Placed, by: &mut Deciding<'_>) -> Change {
    let Placed { position, mut person } = placed;
    person.standing.suspended_at = Some(by.now);
    let mut change = Change { ends_sessions: vec![person.id.clone()], ..Change::default() };
    let data = json!({ "was": "active", "is": "suspended", "ground": order.ground });
    change.trail.push(line(SecurityKind::PersonSuspended, &person.id, data, by));
    put(&mut change, Placed { position, person: person.changed() }, by);
    change
}

/// Back at work; in a role that needs two persons with the second's word, as if it were new.
pub fn reinstate(placed: Placed, by: &mut Deciding<'_>) -> Change {
    let Placed { position, mut person } = placed;
    let kind = if policy::needs_two(person.role) {
        let waiting = proposed(person.role, &person.department_code, by);
        person.standing.waiting = Some(Waiting { reinstates: true, ..waiting });
        SecurityKind::PersonProposed
    } else {
        person.standing.suspended_at = None;
        SecurityKind::PersonReinstated
    };
    let mut change = Change::default();
    if person.is_active() && policy::must_have_a_factor(person.role) {
        owe_letters(&mut change, by);
    }
    let data = json!({ "was": "suspended", "is": person.standing.word() });
    change.trail.push(line(kind, &person.id, data, by));
    put(&mut change, Placed { position, person: person.changed() }, by);
    change
}

/// A first password again: drawn, good once. Nobody chooses it for the owner (T5).
pub fn reset_password(placed: Placed, password: Password, by: &mut Deciding<'_>) -> Change {
    let Placed { position, person } = placed;
    let mut change = Change { ends_sessions: vec![person.id.clone()], ..Change::default() };
    change.credentials.push(password.of(&person.id, by.now));
    change.trail.push(line(SecurityKind::PasswordReset, &person.id, json!({}), by));
    put(&mut change, Placed { position, person: person.changed() }, by);
    change
}

/// The second factor is gone, with its recovery codes: whoever lost the device stands before the security administrator.
pub fn reset_totp(placed: Placed, by: &mut Deciding<'_>) -> Change {
    let Placed { position, person } = placed;
    let mut change = Change { ends_sessions: vec![person.id.clone()], ..Change::default() };
    change.credentials.push(Credential::NoFactor { person: person.id.clone() });
    change.trail.push(line(SecurityKind::TotpReset, &person.id, json!({}), by));
    put(&mut change, Placed { position, person: person.changed() }, by);
    change
}

/// A role that waits for the second person's word.
fn proposed(role: Role, department: &str, by: &Deciding<'_>) -> Waiting {
    let (department, by) = (department.to_owned(), by.actor.map(|actor| actor.person.clone()));
    Waiting { role, department, by, is_new: false, reinstates: false }
}

/// A password as it will be kept.
pub struct Password {
    /// PHC string.
    pub hash: String,
    /// Of one that the hub drew.
    pub initial_until: Option<At>,
}

impl Password {
    fn of(self, person: &PersonId, chosen_at: At) -> Credential {
        let Password { hash, initial_until } = self;
        Credential::Password { person: person.clone(), hash, initial_until, chosen_at }
    }
}

fn put(change: &mut Change, placed: Placed, by: &Deciding<'_>) {
    let Placed { position, person } = placed;
    let body = serde_json::to_string(&person).unwrap_or_default();
    let row = DirectoryRow { kind: "person".to_owned(), code: person.id.as_str().to_owned(), position, body };
    let rows = change.directory.get_or_insert_default();
    rows.version = by.version;
    rows.put.push(row);
}

fn line(kind: SecurityKind, about: &PersonId, data: Value, by: &Deciding<'_>) -> SecurityEvent {
    let (doer, address) = (by.actor.map(Doer::from), by.address.clone());
    SecurityEvent { doer, address, ..SecurityEvent::done(kind, about, data) }
}

/// What the trail keeps of a person; name and title where law may erase them.
fn facts(person: &Person, change: &mut Change, mint: &mut Mint) -> Value {
    let mut text = |body: &str| {
        let id = TextId::new(mint);
        let pointer = text_ref(&id);
        change.texts.push(Text { id, salt: mint.salt(), body: body.to_owned(), class: TextClass::Open });
        pointer
    };
    json!({
        "username": person.username, "name": text(&person.name), "role": person.role,
        "department": person.department_code, "title": text(&person.title), "since": person.since,
    })
}

/// Director and supervisors, where there are any, hear of every new sign-in, and of each that comes into a role which sees
/// everything or keeps the hub (T5).
fn owe_letters(change: &mut Change, by: &mut Deciding<'_>) {
    let directory = by.directory;
    let posts = [
        Post { role: Role::OfficeDirector, department: directory.office().to_owned() },
        Post { role: Role::Supervisor, department: directory.supervisors().to_owned() },
    ];
    for to in posts.into_iter().filter(|post| !directory.holders(post, by.now).is_empty()) {
        let (id, kind) = (LetterId::new(by.mint), LetterKind::SignInAdded);
        let key = format!("{kind}:{id}");
        change.letters.push(LetterOwed {
            id,
            key,
            kind,
            to,
            person: None,
            tree: None,
            about: None,
            not_before: by.now,
        });
    }
}
