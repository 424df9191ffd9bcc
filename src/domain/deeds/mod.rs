//! Which deed is possible, where and for whom: one table for refusals, for `allowed_deeds` and for the buttons of every
//! page. A deed that is not listed here does not exist.

mod obligation;
mod visit;

pub use obligation::{ObligationDeed, allowed_on_obligation, obligation_role, obligation_state};
pub use visit::{
    FindingDeed, VisitDeed, allowed_on_finding, allowed_on_visit, finding_role, finding_state, may_give_link, own_part,
    visit_role, visit_state,
};

use super::at::At;
use super::decision::Refusal;
use super::policy::{self, Actor};
use super::summons::{Summons, must_attend_first};
use super::terms::{Role, Route, Severity, SummonsStatus, Urgency, WhistleStatus, words};
use super::whistle::{Contest, Tree, Whistle, posts};

words!(
    /// What can be done to a whistle that stands.
    WhistleDeed {
        Accept = "accept", Dispatch = "dispatch", Return = "return", Complete = "complete", Decline = "decline",
        Appeal = "appeal", Merge = "merge", Unmerge = "unmerge", Withdraw = "withdraw", AddSummons = "add_summons",
        ChangeLead = "change_lead", RaiseUrgency = "raise_urgency", LowerUrgency = "lower_urgency",
        SendBack = "send_back", Close = "close", Suspend = "suspend", Resume = "resume", Reopen = "reopen",
        Contest = "contest", DismissContest = "dismiss_contest", Comments = "comments",
    }
);
words!(
    /// What can be done to a summons.
    SummonsDeed {
        Acknowledge = "acknowledge", ReportIn = "report_in", Start = "start", Submit = "submit",
        Accept = "accept", SendBack = "send_back", Dispute = "dispute", Uphold = "uphold", Overrule = "overrule",
        Refer = "refer", Excuse = "excuse", Delegate = "delegate", AskExtension = "ask_extension",
        GrantExtension = "grant_extension", RefuseExtension = "refuse_extension",
    }
);

impl WhistleDeed {
    /// Whether it moves the whistle, so that it must name the version it saw. A comment moves nothing.
    pub fn moves(self) -> bool {
        self != WhistleDeed::Comments
    }
}

/// A summons as somebody stands before it: beside its whistle, with its limit, at a moment.
#[derive(Debug, Clone, Copy)]
pub struct Before<'a> {
    pub summons: &'a Summons,
    pub whistle: &'a Whistle,
    /// The armed limit.
    pub due_at: Option<At>,
    pub now: At,
}

impl<'a> Before<'a> {
    /// A summons of a tree.
    pub fn of(tree: &'a Tree, summons: &'a Summons, now: At) -> Before<'a> {
        let due_at = tree.armed_summons(&summons.id).map(|armed| armed.due_at);
        Before { summons, whistle: &tree.whistle, due_at, now }
    }
}

/// Whether this actor ever may, whatever the state: otherwise 403.
fn may_whistle(deed: WhistleDeed, actor: &Actor, whistle: &Whistle) -> bool {
    match deed {
        WhistleDeed::Accept | WhistleDeed::Return | WhistleDeed::Decline | WhistleDeed::Merge => {
            if whistle.appealed {
                policy::is_director(actor)
            } else {
                policy::is_office(actor)
            }
        }
        WhistleDeed::Dispatch | WhistleDeed::SendBack | WhistleDeed::AddSummons | WhistleDeed::Resume => {
            policy::is_office(actor)
        }
        WhistleDeed::Complete | WhistleDeed::Appeal | WhistleDeed::Contest => is_blower(actor, whistle),
        WhistleDeed::Withdraw => is_blower(actor, whistle) || policy::is_director(actor),
        WhistleDeed::Unmerge | WhistleDeed::ChangeLead | WhistleDeed::LowerUrgency => policy::is_director(actor),
        WhistleDeed::Suspend | WhistleDeed::DismissContest => policy::is_director(actor),
        WhistleDeed::RaiseUrgency => {
            policy::is_office(actor) || whistle.lead.as_ref().is_some_and(|lead| policy::speaks_for(actor, lead))
        }
        WhistleDeed::Close => {
            let directors = whistle.severity == Severity::Major || whistle.route == Some(Route::Emergency);
            policy::is_director(actor) || (actor.role == Role::OfficeDuty && !directors)
        }
        // What a blower contests the director answers, one way or the other.
        WhistleDeed::Reopen if whistle.contest == Some(Contest::Pending) => policy::is_director(actor),
        WhistleDeed::Reopen => policy::is_office(actor),
        WhistleDeed::Comments => policy::may_comment(actor),
    }
}

/// Whoever speaks for the unit that blew; the office for what it blew on somebody's behalf.
fn is_blower(actor: &Actor, whistle: &Whistle) -> bool {
    let blower = &whistle.blower;
    policy::speaks_for(actor, &blower.department) || (policy::is_office(actor) && blower.on_behalf)
}

/// Whether the state allows it.
fn can_whistle(deed: WhistleDeed, actor: &Actor, whistle: &Whistle, now: At) -> bool {
    match deed {
        WhistleDeed::Comments => true,
        WhistleDeed::RaiseUrgency => runs(whistle.status) && whistle.urgency != Urgency::Emergency,
        WhistleDeed::LowerUrgency => runs(whistle.status) && whistle.urgency != Urgency::Complex,
        WhistleDeed::Withdraw => can_withdraw(actor, whistle),
        WhistleDeed::Accept
        | WhistleDeed::Dispatch
        | WhistleDeed::Return
        | WhistleDeed::Complete
        | WhistleDeed::Decline
        | WhistleDeed::Appeal
        | WhistleDeed::Merge
        | WhistleDeed::Unmerge
        | WhistleDeed::AddSummons
        | WhistleDeed::ChangeLead
        | WhistleDeed::SendBack
        | WhistleDeed::Close
        | WhistleDeed::Suspend
        | WhistleDeed::Resume
        | WhistleDeed::Reopen
        | WhistleDeed::Contest
        | WhistleDeed::DismissContest => stands_open(deed, whistle, now),
    }
}

/// The deeds of each state, one line per state.
fn stands_open(deed: WhistleDeed, whistle: &Whistle, now: At) -> bool {
    use WhistleDeed::{
        Accept, AddSummons, Appeal, ChangeLead, Close, Complete, Contest as Contests, Decline, DismissContest,
        Dispatch, Merge, Reopen, Resume, Return, SendBack, Suspend, Unmerge,
    };
    let in_time = whistle.objection_until.is_some_and(|until| now <= until);
    match whistle.status {
        WhistleStatus::Submitted => matches!(deed, Accept | Return | Decline | Merge),
        // Nothing urgent may wait for a blower who sleeps: the office phones, then decides from here.
        WhistleStatus::Returned if posts::is_pressing(whistle.urgency) => {
            matches!(deed, Complete | Accept | Decline | Merge)
        }
        WhistleStatus::Returned => deed == Complete,
        WhistleStatus::Accepted => matches!(deed, Dispatch | Merge),
        WhistleStatus::Dispatched => matches!(deed, AddSummons | ChangeLead),
        WhistleStatus::Handling | WhistleStatus::Rectifying => matches!(deed, AddSummons | ChangeLead | Suspend),
        WhistleStatus::AwaitingClosure => matches!(deed, Close | SendBack),
        WhistleStatus::Suspended => deed == Resume,
        WhistleStatus::Closed => {
            let (contests, answers) = (deed == Contests, deed == DismissContest);
            let pending = whistle.contest == Some(Contest::Pending);
            deed == Reopen || (contests && whistle.contest.is_none() && in_time) || (answers && pending)
        }
        WhistleStatus::Declined => deed == Appeal && !whistle.appealed && in_time,
        WhistleStatus::Merged => deed == Unmerge,
        WhistleStatus::Withdrawn => false,
    }
}

/// The blower until departments were sent for, the director from the acceptance on; nobody takes back a major hazard
/// (安全生产法 90).
fn can_withdraw(actor: &Actor, whistle: &Whistle) -> bool {
    let (blower, director) = (is_blower(actor, whistle), policy::is_director(actor));
    let whose = match whistle.status {
        WhistleStatus::Submitted | WhistleStatus::Returned => blower,
        WhistleStatus::Accepted => blower || director,
        WhistleStatus::Dispatched | WhistleStatus::Handling | WhistleStatus::Rectifying => director,
        WhistleStatus::AwaitingClosure | WhistleStatus::Suspended | WhistleStatus::Closed => false,
        WhistleStatus::Declined | WhistleStatus::Merged | WhistleStatus::Withdrawn => false,
    };
    whose && whistle.severity != Severity::Major
}

/// Open, and its clocks run.
fn runs(status: WhistleStatus) -> bool {
    match status {
        WhistleStatus::Submitted | WhistleStatus::Returned | WhistleStatus::Accepted => true,
        WhistleStatus::Dispatched | WhistleStatus::Handling | WhistleStatus::Rectifying => true,
        WhistleStatus::AwaitingClosure => true,
        WhistleStatus::Suspended | WhistleStatus::Closed | WhistleStatus::Declined => false,
        WhistleStatus::Merged | WhistleStatus::Withdrawn => false,
    }
}

fn may_summons(deed: SummonsDeed, actor: &Actor, before: Before<'_>) -> bool {
    let summons = before.summons;
    let (unit, acting) = (summons.department.as_str(), summons.delegated_to.as_deref());
    match deed {
        SummonsDeed::Acknowledge | SummonsDeed::Submit => {
            policy::speaks_for(actor, unit) || acting.is_some_and(|to| policy::speaks_for(actor, to))
        }
        SummonsDeed::ReportIn | SummonsDeed::Start => {
            policy::acts_for(actor, unit) || acting.is_some_and(|to| policy::acts_for(actor, to))
        }
        SummonsDeed::AskExtension => policy::speaks_for(actor, unit),
        SummonsDeed::Dispute | SummonsDeed::Delegate => policy::heads(actor, unit),
        SummonsDeed::Accept | SummonsDeed::SendBack => policy::is_office(actor),
        SummonsDeed::Refer => policy::is_director(actor),
        SummonsDeed::Uphold | SummonsDeed::Overrule => policy::is_director(actor) && may_rule(actor, summons),
        SummonsDeed::Excuse => policy::is_director(actor) && !policy::is_own_bureau(actor, unit),
        SummonsDeed::GrantExtension | SummonsDeed::RefuseExtension => {
            let directors = summons.extended > 0 || before.whistle.severity == Severity::Major;
            match policy::is_director(actor) {
                true => !policy::is_own_bureau(actor, unit),
                false => policy::is_office(actor) && !directors,
            }
        }
    }
}

/// Nobody rules in a case of the own bureau: it is referred, and then the district leader's ruling is entered.
fn may_rule(actor: &Actor, summons: &Summons) -> bool {
    let named = summons.dispute.as_ref().and_then(|dispute| dispute.instead.as_deref());
    let parties = [Some(summons.department.as_str()), named];
    let own = parties.into_iter().flatten().any(|party| policy::is_own_bureau(actor, party));
    !own || summons.status == SummonsStatus::Referred
}

/// The deeds of each state, one line per state. Under a suspended whistle nothing moves.
fn can_summons(deed: SummonsDeed, before: Before<'_>) -> bool {
    use SummonsDeed::{
        Accept, Acknowledge, AskExtension, Delegate, Dispute, Excuse, GrantExtension, Overrule, Refer, RefuseExtension,
        ReportIn, SendBack, Start, Submit, Uphold,
    };
    if before.whistle.status == WhistleStatus::Suspended {
        return false;
    }
    let of_state = match before.summons.status {
        SummonsStatus::Issued => matches!(deed, Acknowledge | ReportIn | Excuse | Delegate),
        SummonsStatus::Acknowledged => matches!(deed, ReportIn | Excuse | Delegate),
        SummonsStatus::ReportedIn => matches!(deed, Start | Submit | Excuse | Delegate),
        SummonsStatus::Working => matches!(deed, Submit | Excuse | Delegate),
        SummonsStatus::Submitted => matches!(deed, Accept | SendBack | Excuse | Delegate),
        SummonsStatus::Disputed => matches!(deed, Uphold | Overrule | Refer | Excuse | Delegate),
        SummonsStatus::Referred => matches!(deed, Uphold | Overrule | Excuse | Delegate),
        SummonsStatus::Done | SummonsStatus::Released | SummonsStatus::Excused | SummonsStatus::Cancelled => false,
    };
    let Before { summons, due_at, now, .. } = before;
    let (owes, asked) = (owes_itself(summons.status), summons.extension.as_ref());
    let may_ask = asked.is_none() && due_at.is_some_and(|due| now < due);
    of_state
        || (deed == Dispute && can_dispute(before))
        || (deed == AskExtension && owes && may_ask)
        || (deed == GrantExtension && owes && asked.is_some_and(|asked| asked.until > now))
        || (deed == RefuseExtension && owes && asked.is_some())
}

/// Once, within its window; in an emergency whoever disputes is there already.
fn can_dispute(before: Before<'_>) -> bool {
    let Before { summons, whistle, now, .. } = before;
    let place = match (summons.status, must_attend_first(whistle)) {
        (SummonsStatus::Issued | SummonsStatus::Acknowledged, attend) => !attend,
        (SummonsStatus::ReportedIn | SummonsStatus::Working, attend) => attend,
        (_, _) => false,
    };
    place && summons.dispute.is_none() && summons.dispute_until.is_none_or(|until| now <= until)
}

/// The department owes the next move, so it may need more time for it.
fn owes_itself(status: SummonsStatus) -> bool {
    match status {
        SummonsStatus::Issued | SummonsStatus::Acknowledged => true,
        SummonsStatus::ReportedIn | SummonsStatus::Working => true,
        SummonsStatus::Submitted | SummonsStatus::Done | SummonsStatus::Disputed | SummonsStatus::Referred => false,
        SummonsStatus::Released | SummonsStatus::Excused | SummonsStatus::Cancelled => false,
    }
}

/// What this actor may do to move the whistle now, in the order of the list. A comment moves nothing; a closure that a visit or
/// a finding bars is told with its reasons to whoever tries, and not offered.
pub fn allowed_on_whistle(actor: &Actor, whistle: &Whistle, now: At) -> Vec<&'static str> {
    let barred = |deed: WhistleDeed| deed == WhistleDeed::Close && !whistle.bars_closing().is_empty();
    let all = WhistleDeed::ALL.iter().copied().filter(|deed| deed.moves() && !barred(*deed));
    all.filter(|deed| may_whistle(*deed, actor, whistle) && can_whistle(*deed, actor, whistle, now))
        .map(WhistleDeed::as_str)
        .collect()
}

/// What this actor may do to the summons now.
pub fn allowed_on_summons(actor: &Actor, before: Before<'_>) -> Vec<&'static str> {
    let all = SummonsDeed::ALL.iter().copied();
    all.filter(|deed| may_summons(*deed, actor, before) && can_summons(*deed, before))
        .map(SummonsDeed::as_str)
        .collect()
}

/// 403: this role (or this unit) never may.
pub fn whistle_role(deed: WhistleDeed, actor: &Actor, tree: &Tree) -> Result<(), Refusal> {
    if may_whistle(deed, actor, &tree.whistle) { Ok(()) } else { Err(Refusal::RoleMayNot) }
}

/// 409: not in this state.
pub fn whistle_state(deed: WhistleDeed, actor: &Actor, tree: &Tree, now: At) -> Result<(), Refusal> {
    let whistle = &tree.whistle;
    if can_whistle(deed, actor, whistle, now) {
        return Ok(());
    }
    Err(Refusal::NotNow { status: whistle.status.as_str(), allowed: allowed_on_whistle(actor, whistle, now) })
}

/// 403: this role (or this unit) never may.
pub fn summons_role(deed: SummonsDeed, actor: &Actor, before: Before<'_>) -> Result<(), Refusal> {
    if may_summons(deed, actor, before) { Ok(()) } else { Err(Refusal::RoleMayNot) }
}

/// 409: not in this state.
pub fn summons_state(deed: SummonsDeed, actor: &Actor, before: Before<'_>) -> Result<(), Refusal> {
    if can_summons(deed, before) {
        return Ok(());
    }
    Err(Refusal::NotNow { status: before.summons.status.as_str(), allowed: allowed_on_summons(actor, before) })
}

/// What this role may ever do, each thing in its place and state: a hint for menus, never a right.
pub fn permissions(actor: &Actor) -> Vec<String> {
    let (office, director) = (policy::is_office(actor), policy::is_director(actor));
    let (speaks, heads) = (policy::speaks_for(actor, &actor.unit), policy::heads(actor, &actor.unit));
    let blows = policy::may_blow(actor);
    let whistle = |deed: WhistleDeed| match deed {
        WhistleDeed::Accept | WhistleDeed::Dispatch | WhistleDeed::Return | WhistleDeed::Decline => office,
        WhistleDeed::SendBack | WhistleDeed::Close | WhistleDeed::Merge | WhistleDeed::AddSummons => office,
        WhistleDeed::Resume | WhistleDeed::Reopen => office,
        WhistleDeed::RaiseUrgency => office || speaks,
        WhistleDeed::Complete | WhistleDeed::Appeal | WhistleDeed::Contest | WhistleDeed::Withdraw => blows,
        WhistleDeed::Unmerge | WhistleDeed::ChangeLead | WhistleDeed::LowerUrgency => director,
        WhistleDeed::Suspend | WhistleDeed::DismissContest => director,
        WhistleDeed::Comments => policy::may_comment(actor),
    };
    let summons = |deed: SummonsDeed| match deed {
        SummonsDeed::Acknowledge | SummonsDeed::Submit | SummonsDeed::AskExtension => speaks,
        SummonsDeed::ReportIn | SummonsDeed::Start => policy::acts_for(actor, &actor.unit),
        SummonsDeed::Dispute | SummonsDeed::Delegate => heads,
        SummonsDeed::Accept | SummonsDeed::SendBack => office,
        SummonsDeed::GrantExtension | SummonsDeed::RefuseExtension => office,
        SummonsDeed::Uphold | SummonsDeed::Overrule | SummonsDeed::Refer | SummonsDeed::Excuse => director,
    };
    let blow = blows.then(|| "whistle.blow".to_owned());
    let whistles = WhistleDeed::ALL.iter().filter(|deed| whistle(**deed)).map(|deed| format!("whistle.{deed}"));
    let summonses = SummonsDeed::ALL.iter().filter(|deed| summons(**deed)).map(|deed| format!("summons.{deed}"));
    blow.into_iter().chain(whistles).chain(summonses).chain(visit::permissions(actor)).collect()
}

#[cfg(test)]
mod tests;
