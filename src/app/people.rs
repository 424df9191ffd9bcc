//! People and their sign-ins, by an administrator or by the operator's hand: load, let the domain decide, commit; decided
//! anew when the directory moved. A first password is drawn here, told once and kept as a hash only.

use super::asked::{Asked, VersionGiven};
use super::passwords::PasswordRules;
use super::sessions::Present;
use super::{ATTEMPTS_MAX, Hub, Undone, passwords, sessions};
use crate::domain::at::At;
use crate::domain::decision::{Change, Refusal};
use crate::domain::directory::{Directory, Person};
use crate::domain::people::{
    self, AddOrder, ChangeOrder, Deciding, INITIAL_MINUTES, Password, PersonDeed, SignIns, SuspendOrder,
};
use crate::domain::policy::{self, Actor};
use crate::ids::{Chance, Mint};
use crate::store::{self, CommitRefusal, Ledger, Outcome, directory, people as stored};
use serde_json::{Value, json};

/// Of an initial password: no sign that looks like another, and enough of them.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const GROUPS: usize = 4;
const GROUP: usize = 5;

/// Who asks, and from where.
#[derive(Debug, Clone, Copy)]
pub struct Whence<'a> {
    pub present: &'a Present,
    pub address: &'a str,
}

/// A deed that was done.
#[derive(Debug, Clone)]
pub struct Done {
    pub username: String,
    /// Told once: nobody can read it again.
    pub initial_password: Option<String>,
    pub replayed: bool,
}

/// Makes a sign-in with a first password.
pub async fn add(hub: &Hub, asked: Asked<'_>, whence: Whence<'_>) -> Result<Done, Undone> {
    if !policy::keeps_people(asked.actor) {
        return Err(Refusal::RoleMayNot.into());
    }
    let (key, before) = asked.heard(hub).await?;
    if let Some(receipt) = before {
        return Ok(Done { username: receipt.code, initial_password: None, replayed: true });
    }
    sessions::must_be_proven(hub, whence.present)?;
    let (initial, hash) = initial_password(&hub.chance)?;
    for _ in 0..ATTEMPTS_MAX {
        let (version, last) = standing(hub, stored::last_place).await?;
        let (rules, now) = (hub.rules(), hub.now());
        let order = AddOrder::parse(asked.node()?, &rules.directory).map_err(Refusal::Faults)?;
        let mut mint = hub.mint(now);
        let by = deciding(&asked, whence, (&rules.directory, version), now, &mut mint);
        let password = Password { hash: hash.clone(), initial_until: Some(now.plus_minutes(INITIAL_MINUTES)) };
        let (mut change, person) = people::add(&order, last + 1, password, by);
        change.receipt = key.as_ref().map(|key| key.receipt(now, &person.username, person.version()));
        match hub.commit(change, now).await {
            Ok(Outcome::Committed(_)) => {
                hub.refresh().await?;
                let initial_password = Some(initial);
                return Ok(Done { username: person.username, initial_password, replayed: false });
            }
            Ok(Outcome::Replayed(receipt)) => {
                return Ok(Done { username: receipt.code, initial_password: None, replayed: true });
            }
            Err(CommitRefusal::Stale) => {}
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Err(Refusal::Contended.into())
}

/// Does something to the sign-in of this name.
pub async fn deed(
    hub: &Hub,
    asked: Asked<'_>,
    username: &str,
    deed: PersonDeed,
    whence: Whence<'_>,
) -> Result<Done, Undone> {
    let rules = hub.rules();
    rules.directory.by_username(username).ok_or(Refusal::NotFound)?;
    people::role(deed, asked.actor, &rules.directory)?;
    let (key, before) = asked.heard(hub).await?;
    if let Some(receipt) = before {
        return Ok(Done { username: receipt.code, initial_password: None, replayed: true });
    }
    let named = match asked.version {
        VersionGiven::Missing => return Err(Refusal::VersionNeeded.into()),
        VersionGiven::Named(version) => version,
        VersionGiven::Never => 0,
    };
    sessions::must_be_proven(hub, whence.present)?;
    for _ in 0..ATTEMPTS_MAX {
        let rules = hub.rules();
        let id = rules.directory.by_username(username).map(|person| person.id.clone()).ok_or(Refusal::NotFound)?;
        let (version, sign_ins) = standing(hub, move |reading| stored::sign_ins(reading, &id)).await?;
        let (rules, now) = (hub.rules(), hub.now());
        let sign_ins = sign_ins.ok_or(Refusal::NotFound)?;
        let person = &sign_ins.0.person;
        let order = Order::parse(deed, &asked, person, &rules.directory)?;
        let current_version = person.version();
        if current_version != named {
            return Err(Refusal::Moved { current_version, changes: Vec::new() }.into());
        }
        people::state(deed, asked.actor, person, &rules.directory)?;
        if let Order::Change(order) = &order {
            people::own_post(order, asked.actor, person, &rules.directory)?;
        }
        let mut mint = hub.mint(now);
        let mut by = deciding(&asked, whence, (&rules.directory, version), now, &mut mint);
        let (change, initial_password) = decide(hub, order, sign_ins, &mut by)?;
        let mut change = change.ok_or(Refusal::NotFound)?;
        change.receipt = key.as_ref().map(|key| key.receipt(now, username, named));
        match hub.commit(change, now).await {
            Ok(Outcome::Committed(_)) => {
                hub.refresh().await?;
                return Ok(Done { username: username.to_owned(), initial_password, replayed: false });
            }
            Ok(Outcome::Replayed(receipt)) => {
                return Ok(Done { username: receipt.code, initial_password: None, replayed: true });
            }
            Err(CommitRefusal::Stale) => {}
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Err(Refusal::Contended.into())
}

/// A deed with what its body says.
enum Order {
    Change(ChangeOrder),
    Suspend(SuspendOrder),
    Plain(PersonDeed),
}

impl Order {
    fn parse(deed: PersonDeed, asked: &Asked<'_>, person: &Person, directory: &Directory) -> Result<Order, Refusal> {
        let node = asked.node()?;
        let order = match deed {
            PersonDeed::Change => ChangeOrder::parse(node, person, directory).map(Order::Change),
            PersonDeed::Suspend => SuspendOrder::parse(node).map(Order::Suspend),
            PersonDeed::Reinstate | PersonDeed::Confirm | PersonDeed::Refuse => plain(deed, node),
            PersonDeed::ResetPassword | PersonDeed::ResetTotp => plain(deed, node),
        };
        order.map_err(Refusal::Faults)
    }
}

fn plain(deed: PersonDeed, node: &crate::domain::order::Node) -> Result<Order, Vec<crate::domain::order::Fault>> {
    let (_, faults) = crate::domain::order::read(people::order_spec(deed), node);
    faults.judge(Some(Order::Plain(deed)))
}

fn decide(
    hub: &Hub,
    order: Order,
    (placed, others): SignIns,
    by: &mut Deciding<'_>,
) -> Result<(Option<Change>, Option<String>), Undone> {
    Ok(match order {
        Order::Change(order) => (Some(people::change(&order, (placed, others), by)), None),
        Order::Suspend(order) => (Some(people::suspend(&order, placed, by)), None),
        Order::Plain(PersonDeed::Reinstate) => (Some(people::reinstate(placed, by)), None),
        Order::Plain(PersonDeed::Confirm) => (people::confirm(placed, by), None),
        Order::Plain(PersonDeed::Refuse) => (people::refuse(placed, by), None),
        Order::Plain(PersonDeed::ResetTotp) => (Some(people::reset_totp(placed, by)), None),
        Order::Plain(PersonDeed::ResetPassword) => {
            let (initial, hash) = initial_password(&hub.chance)?;
            let password = Password { hash, initial_until: Some(by.now.plus_minutes(INITIAL_MINUTES)) };
            (Some(people::reset_password(placed, password, by)), Some(initial))
        }
        Order::Plain(PersonDeed::Change | PersonDeed::Suspend) => (None, None),
    })
}

/// Reads the directory's version and what else is wanted at the same moment; from then on the hub knows that version.
async fn standing<T: Send + 'static>(
    hub: &Hub,
    read: impl FnOnce(&mut store::Reading<'_>) -> Result<T, store::Fault> + Send + 'static,
) -> Result<(i64, T), Undone> {
    let read = hub.ledger.read(move |reading| Ok((directory::version(reading)?, read(reading)?)));
    let (version, found) = read.await?;
    hub.refresh().await?;
    Ok((version, found))
}

fn deciding<'a>(
    asked: &Asked<'a>,
    whence: Whence<'_>,
    (directory, version): (&'a Directory, i64),
    now: At,
    mint: &'a mut Mint,
) -> Deciding<'a> {
    Deciding { actor: Some(asked.actor), directory, version, address: Some(whence.address.to_owned()), now, mint }
}

/// What the operator says of a new sign-in; the first one of a district is made so.
#[derive(Debug, Clone, Copy)]
pub struct ByHand<'a> {
    pub username: &'a str,
    pub role: crate::domain::terms::Role,
    pub department: Option<&'a str>,
    /// Another sign-in of the same human.
    pub same_as: Option<&'a str>,
    /// Chosen by its owner; none: one is drawn.
    pub password: Option<&'a str>,
}

/// Why the operator's word was not obeyed.
#[derive(Debug, thiserror::Error)]
pub enum NotAdded {
    #[error("{0}")]
    Refused(String),
    #[error(transparent)]
    Undone(#[from] Undone),
}

/// Makes a sign-in by the operator's hand, beside a hub that runs or before one does. Answers the password that was drawn.
pub async fn add_by_hand(
    ledger: &Ledger,
    order: ByHand<'_>,
    (now, chance): (At, &Chance),
    rules: &PasswordRules,
) -> Result<Option<String>, NotAdded> {
    let (initial, hash) = match order.password {
        Some(chosen) => {
            let (directory, _) = ledger.read(directory::load).await.map_err(Undone::from)?;
            let judged = rules.judge(chosen, &directory, &[order.username]);
            let judged = judged.map_err(|fault| NotAdded::Refused(format!("the file of leaked passwords: {fault}")))?;
            judged.map_err(|why| NotAdded::Refused(format!("the password is not taken: {why:?}")))?;
            (None, hashed(chosen, chance)?)
        }
        None => initial_password(chance).map(|(initial, hash)| (Some(initial), hash))?,
    };
    for _ in 0..ATTEMPTS_MAX {
        let read = ledger.read(|reading| {
            Ok((directory::version(reading)?, directory::load(reading)?, stored::last_place(reading)?))
        });
        let (version, (directory, _), last) = read.await.map_err(Undone::from)?;
        let made = AddOrder::by_hand(order.username, order.role, order.department, order.same_as, &directory);
        let made = made.map_err(NotAdded::Refused)?;
        let mut mint = Mint::new(now.0, chance.seed());
        let by = Deciding { actor: None, directory: &directory, version, address: None, now, mint: &mut mint };
        let initial_until = initial.as_ref().map(|_| now.plus_minutes(INITIAL_MINUTES));
        let (change, _) = people::add(&made, last + 1, Password { hash: hash.clone(), initial_until }, by);
        match ledger.commit(change, now).await {
            Ok(_) => return Ok(initial),
            Err(CommitRefusal::Stale) => {}
            Err(refusal) => return Err(Undone::from(refusal).into()),
        }
    }
    Err(Undone::from(Refusal::Contended).into())
}

/// A first password and its hash.
fn initial_password(chance: &Chance) -> Result<(String, String), Undone> {
    let letters: Vec<char> = chance.secret().iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    let groups = letters.chunks(GROUP).take(GROUPS).map(|group| group.iter().collect::<String>());
    let initial = groups.collect::<Vec<_>>().join("-");
    let hash = hashed(&initial, chance)?;
    Ok((initial, hash))
}

/// The password as it is kept.
pub(super) fn hashed(password: &str, chance: &Chance) -> Result<String, Undone> {
    let hash = passwords::hash(password, &chance.secret()[..16]);
    Ok(hash.map_err(|_| store::Fault::never("a password could not be hashed"))?)
}

/// The wire item of a sign-in, as those who keep people see it.
pub fn card(person: &Person, actor: &Actor, directory: &Directory) -> Value {
    let mut card = public_card(person);
    let bare = directory.bare_posts(&person.department_code);
    let letters_to = |post: &crate::domain::obligation::Post| directory.fallback(post).map(|head| &head.username);
    let bare: Vec<Value> = bare
        .iter()
        .map(|post| json!({ "role": post.role, "department": post.department, "letters_go_to": letters_to(post) }))
        .collect();
    card["version"] = json!(person.version());
    card["waiting"] = json!(person.standing.waiting.as_ref().map(|waiting| {
        json!({ "role": waiting.role, "department": waiting.department, "is_new": waiting.is_new })
    }));
    card["bare_posts"] = json!(bare);
    card["allowed_deeds"] = json!(people::allowed(actor, person, directory));
    card
}

/// The wire item as everybody sees it who sees the person.
pub fn public_card(person: &Person) -> Value {
    let mut card = serde_json::to_value(person).unwrap_or_default();
    if let Some(fields) = card.as_object_mut() {
        fields.remove("standing");
        fields.insert("status".into(), person.standing.word().into());
    }
    card
}
