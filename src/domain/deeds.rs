//! Which deed is possible, where and for whom: one table for refusals, for `allowed_deeds` and for the buttons of every
//! page. A deed that is not listed here does not exist.

use super::decision::Refusal;
use super::policy::{self, Actor};
use super::summons::Summons;
use super::terms::{Role, Route, Severity, SummonsStatus, WhistleStatus, words};
use super::whistle::{Tree, Whistle, office};

words!(
    /// What can be done to a whistle that stands.
    WhistleDeed {
        Accept = "accept", Dispatch = "dispatch", Return = "return", Complete = "complete", Decline = "decline",
        SendBack = "send_back", Close = "close",
    }
);
words!(
    /// What can be done to a summons.
    SummonsDeed {
        Acknowledge = "acknowledge", ReportIn = "report_in", Start = "start", Submit = "submit",
        Accept = "accept", SendBack = "send_back",
    }
);

/// Whether this actor ever may, whatever the state: otherwise 403.
fn may_whistle(deed: WhistleDeed, actor: &Actor, whistle: &Whistle) -> bool {
    match deed {
        WhistleDeed::Accept | WhistleDeed::Dispatch | WhistleDeed::Return => policy::is_office(actor),
        WhistleDeed::Decline | WhistleDeed::SendBack => policy::is_office(actor),
        WhistleDeed::Complete => is_blower(actor, whistle),
        WhistleDeed::Close => {
            let directors = whistle.severity == Severity::Major || whistle.route == Some(Route::Emergency);
            actor.role == Role::OfficeDirector || (actor.role == Role::OfficeDuty && !directors)
        }
    }
}

/// Whoever speaks for the unit that blew; the office for what it blew on somebody's behalf.
fn is_blower(actor: &Actor, whistle: &Whistle) -> bool {
    let blower = &whistle.blower;
    policy::speaks_for(actor, &blower.department)
        || (policy::is_office(actor) && (actor.person == blower.person || actor.unit == blower.department))
}

/// Whether the state allows it, one line per state.
fn can_whistle(deed: WhistleDeed, whistle: &Whistle) -> bool {
    use WhistleDeed::{Accept, Close, Complete, Decline, Dispatch, Return, SendBack};
    match whistle.status {
        WhistleStatus::Submitted => matches!(deed, Accept | Return | Decline),
        // Nothing urgent may wait for a blower who sleeps: the office phones, then decides from here.
        WhistleStatus::Returned if office::is_pressing(whistle.urgency) => matches!(deed, Complete | Accept | Decline),
        WhistleStatus::Returned => deed == Complete,
        WhistleStatus::Accepted => deed == Dispatch,
        WhistleStatus::AwaitingClosure => matches!(deed, Close | SendBack),
        WhistleStatus::Dispatched | WhistleStatus::Handling | WhistleStatus::Rectifying => false,
        WhistleStatus::Suspended | WhistleStatus::Closed | WhistleStatus::Declined => false,
        WhistleStatus::Merged | WhistleStatus::Withdrawn => false,
    }
}

fn may_summons(deed: SummonsDeed, actor: &Actor, summons: &Summons) -> bool {
    match deed {
        SummonsDeed::Acknowledge | SummonsDeed::Submit => policy::speaks_for(actor, &summons.department),
        SummonsDeed::ReportIn | SummonsDeed::Start => policy::acts_for(actor, &summons.department),
        SummonsDeed::Accept | SummonsDeed::SendBack => policy::is_office(actor),
    }
}

fn can_summons(deed: SummonsDeed, summons: &Summons) -> bool {
    use SummonsDeed::{Accept, Acknowledge, ReportIn, SendBack, Start, Submit};
    match summons.status {
        SummonsStatus::Issued => matches!(deed, Acknowledge | ReportIn),
        SummonsStatus::Acknowledged => deed == ReportIn,
        SummonsStatus::ReportedIn => matches!(deed, Start | Submit),
        SummonsStatus::Working => deed == Submit,
        SummonsStatus::Submitted => matches!(deed, Accept | SendBack),
        SummonsStatus::Done | SummonsStatus::Disputed | SummonsStatus::Referred => false,
        SummonsStatus::Released | SummonsStatus::Excused | SummonsStatus::Cancelled => false,
    }
}

/// What this actor may do to the whistle now, in the order of the list.
pub fn allowed_on_whistle(actor: &Actor, whistle: &Whistle) -> Vec<&'static str> {
    let all = WhistleDeed::ALL.iter().copied();
    all.filter(|deed| may_whistle(*deed, actor, whistle) && can_whistle(*deed, whistle)).map(WhistleDeed::as_str).collect()
}

/// What this actor may do to the summons now.
pub fn allowed_on_summons(actor: &Actor, summons: &Summons) -> Vec<&'static str> {
    let all = SummonsDeed::ALL.iter().copied();
    all.filter(|deed| may_summons(*deed, actor, summons) && can_summons(*deed, summons)).map(SummonsDeed::as_str).collect()
}

/// 403: this role (or this unit) never may.
pub fn whistle_role(deed: WhistleDeed, actor: &Actor, tree: &Tree) -> Result<(), Refusal> {
    if may_whistle(deed, actor, &tree.whistle) { Ok(()) } else { Err(Refusal::RoleMayNot) }
}

/// 409: not in this state.
pub fn whistle_state(deed: WhistleDeed, actor: &Actor, tree: &Tree) -> Result<(), Refusal> {
    let whistle = &tree.whistle;
    if can_whistle(deed, whistle) {
        return Ok(());
    }
    Err(Refusal::NotNow { status: whistle.status.as_str(), allowed: allowed_on_whistle(actor, whistle) })
}

/// 403: this role (or this unit) never may.
pub fn summons_role(deed: SummonsDeed, actor: &Actor, summons: &Summons) -> Result<(), Refusal> {
    if may_summons(deed, actor, summons) { Ok(()) } else { Err(Refusal::RoleMayNot) }
}

/// 409: not in this state.
pub fn summons_state(deed: SummonsDeed, actor: &Actor, summons: &Summons) -> Result<(), Refusal> {
    if can_summons(deed, summons) {
        return Ok(());
    }
    Err(Refusal::NotNow { status: summons.status.as_str(), allowed: allowed_on_summons(actor, summons) })
}
