//! When somebody is written to about a limit: at half of it, at four fifths, when it passes, and each working morning after
//! that until the move is made, its lateness acknowledged or its reminders held back; and what one letter then says to one
//! person, so that few are sent. Counted in the time in which the limit runs. What does not press waits for the day. Nothing
//! here knows the hour or owes a letter.

use super::at::At;
use super::directory::{Directory, Person};
use super::obligation::{Obligation, Post};
use super::rules::Rules;
use super::terms::{Duty, Role, Urgency};
use super::whistle::posts;

/// The civil hour of the mornings.
const MORNING: i8 = 9;
/// How much of a limit is left when it is written about before it passes: a half, a fifth.
const LEFT: [i64; 2] = [2, 5];
/// Before a limit nobody is written to more often than this. Minutes.
const APART_MINUTES: i64 = 60;
/// Lines of one letter.
const LINES_MAX: usize = 50;

/// When time alone next brings something about for an armed obligation, after `now`; its end may be behind.
pub fn next(one: &Obligation, urgency: Urgency, rules: &Rules, now: At) -> Option<At> {
    if let Some(passed_at) = one.passed_at {
        // Whoever knows has the first morning's letter still, for that is the ladder's first step.
        let from = if one.acknowledged_at.is_some() { passed_at } else { now };
        let morning = rules.calendar.next_working_hour(from, MORNING);
        return (one.reminds && one.held_back_at.is_none() && now < morning).then_some(morning);
    }
    // A suspended whistle goes on by itself: nobody has to be told beforehand.
    let told = one.reminds && one.length > 0 && one.duty != Duty::Resume;
    let points = LEFT.into_iter().filter(|_| told).map(|part| point(one, one.length / part, urgency, rules, now));
    let early = points.filter(|at| now < *at && *at < one.due_at).min();
    Some(early.unwrap_or(one.due_at))
}

/// The moment from which so much leads up to the limit, or the first after it at which a letter may leave.
fn point(one: &Obligation, left: i64, urgency: Urgency, rules: &Rules, now: At) -> At {
    leaves(exact(one, left, urgency, rules, now), urgency, rules)
}

fn exact(one: &Obligation, left: i64, urgency: Urgency, rules: &Rules, now: At) -> At {
    match rules.runs_in_working_time(one.duty, urgency, now) {
        true => rules.calendar.before_working_time(one.due_at, left),
        false => At(one.due_at.0.saturating_sub(left)),
    }
}

/// Whether four fifths of a limit that still runs are gone, by day or by night: the pages say so, whoever is written to.
pub fn is_nearly_over(one: &Obligation, urgency: Urgency, rules: &Rules, now: At) -> bool {
    let [_, fifth] = LEFT;
    let runs = one.length > 0 && one.duty != Duty::Resume && now < one.due_at;
    runs && exact(one, one.length / fifth, urgency, rules, now) <= now
}

/// When a letter may leave that is owed at this moment: at once if the matter presses, else by day.
pub fn leaves(at: At, urgency: Urgency, rules: &Rules) -> At {
    let waits = !posts::is_pressing(urgency) && rules.calendar.is_night_or_day_off(at);
    if waits { rules.calendar.next_working_hour(at, MORNING) } else { at }
}

/// Whether a morning's letter may leave: not where the hub wakes up in the night or on a day off.
pub fn is_morning(now: At, rules: &Rules) -> bool {
    let civil = now.civil();
    rules.calendar.is_working_day(civil.date()) && civil.hour() >= MORNING
}

/// Who is written to: the owner; of a limit that has passed the head of the owner's department, too.
pub fn written_to(owner: &Post, is_late: bool) -> Vec<Post> {
    let head = Post { role: Role::DepartmentHead, department: owner.department.clone() };
    let above = (is_late && owner.role == Role::Liaison).then_some(head);
    std::iter::once(owner.clone()).chain(above).collect()
}

/// What somebody is written to about: a post that they hold or stand in for, or one that they only answer for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concern {
    pub post: Post,
    /// Only what is late of it.
    pub late_only: bool,
}

/// Every post whose limits this person is written to about.
pub fn concerns(person: &Person, directory: &Directory, now: At) -> Vec<Concern> {
    let of = |role: &Role| Post { role: *role, department: person.department_code.clone() };
    let is_written_to = |post: &Post| directory.addressees(post, now).iter().any(|one| one.id == person.id);
    let own: Vec<Post> = Role::ALL.iter().map(of).filter(is_written_to).collect();
    let below = Role::ALL.iter().map(of).filter(|post| !own.contains(post));
    let below = below.filter(|post| written_to(post, true).iter().skip(1).any(|above| own.contains(above)));
    let below: Vec<Concern> = below.map(|post| Concern { post, late_only: true }).collect();
    own.into_iter().map(|post| Concern { post, late_only: false }).chain(below).collect()
}

/// One line of a reminder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// The whistle's or the summons'.
    pub code: String,
    pub duty: Duty,
    pub owner: Post,
    pub due_at: At,
    /// The last moment before the limit that was to be written about; none: it has passed.
    pub reached_at: Option<At>,
    /// Whoever owes it knows that it is late.
    pub is_acknowledged: bool,
}

/// When somebody last had a reminder: of what was coming, of what was late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reminded {
    pub coming_at: At,
    pub late_at: At,
}

/// What becomes of a reminder that is about to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// It says this, the latest first.
    Says(Vec<Owed>),
    /// Not yet: somebody had one a short while ago.
    Waits(At),
    /// Nothing is owed any longer, or all of it was told.
    Needless,
}

/// What a letter says to somebody who owes this: all of it, if something is late and today's word about that has not been
/// said; else what is coming, once an hour, if anything of it was reached since they were last written to.
pub fn word(mut owed: Vec<Owed>, last: Reminded, now: At) -> Word {
    owed.sort_by(|one, other| (one.due_at, &one.code).cmp(&(other.due_at, &other.code)));
    let (mut late, mut coming): (Vec<Owed>, Vec<Owed>) = owed.into_iter().partition(|one| one.due_at <= now);
    // What is acknowledged is told once, to each reader, and never again.
    late.retain(|one| !one.is_acknowledged || last.late_at < one.due_at);
    if !late.is_empty() && last.late_at.civil().date() != now.civil().date() {
        late.extend(coming);
        late.truncate(LINES_MAX);
        return Word::Says(late);
    }
    if !coming.iter().any(|one| one.reached_at > Some(last.coming_at)) {
        return Word::Needless;
    }
    let soonest = last.coming_at.plus_minutes(APART_MINUTES);
    if now < soonest {
        return Word::Waits(soonest);
    }
    coming.truncate(LINES_MAX);
    Word::Says(coming)
}

#[cfg(test)]
mod tests;
