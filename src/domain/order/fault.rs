//! What is wrong with a body, field by field, and the one place where faults are put in order and bounded.
//! A fault holds the pointer to a text, never the text. What it says to a person is `i18n`'s.
//! A pointer may hold a field name that the sender made up: it goes back to the sender, and never into a log.

use super::{Kind, Spec};
use crate::domain::attachment::Unfit;

/// Most faults that one answer names.
pub const FAULTS_MAX: usize = 50;

/// Longest pointer, in characters.
const POINTER_MAX: usize = 200;

/// One thing that the sender must mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer (RFC 6901) into the body, such as `/summonses/0/role`; at most 200 characters.
    pub pointer: String,
    /// What is wrong there.
    pub code: FaultCode,
}

/// What is wrong, with the figures that the cure needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultCode {
    /// A field that this order does not have.
    Unknown,
    /// The same name twice in one object.
    Duplicate,
    Missing,
    Null,
    Type(Expected),
    /// More characters than this.
    TooLong(usize),
    Blank,
    ControlCharacter,
    /// None of these words.
    NotInList(&'static [&'static str]),
    /// Fewer items than this.
    TooFew(usize),
    /// More items than this.
    TooMany(usize),
    BadTime,
    BadDate,
    /// Names something that does not exist, or that the sender may not know of: the same answer for both.
    NoSuch,
    /// None of these fields is there, and one must be.
    OneOf(&'static [&'static str]),
    /// Well formed, but not with the rest of what is known.
    Clash(Clash),
    /// A file that is not taken.
    Unfit(Unfit),
}

/// The type that a field wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    Text,
    Bool,
    List,
    Object,
}

/// Faults that no table sees: a field against another field, the sender's role or the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clash {
    /// Another town than the enterprise's.
    TownOfEnterprise,
    /// No lead or more than one.
    OneLead,
    /// Another lead than the one that the whistle was accepted with.
    LeadAccepted,
    /// Named before in the same order.
    Twice,
    /// Route `single` with more than one department.
    SingleRoute,
    /// A major hazard without the clause that makes it one (安全生产法 118).
    ClauseNeeded,
    /// Only the committee office may say this.
    OfficeOnly,
    /// Only its director may.
    DirectorOnly,
    /// A limit may be shortened, never lengthened.
    AfterLimit,
    /// A token that would live longer than a year.
    PastAYear,
    InThePast,
    InTheFuture,
    /// Neither an address nor a network.
    NoNetwork,
    /// The same as now, or the wrong way: nothing would change.
    NoChange,
    /// Further away than a whistle may be suspended.
    TooFarOff,
    /// A longer limit that is not longer.
    NotLonger,
    /// A ground that needs a contest, and there is none.
    NoContest,
    /// The department that disputes cannot be the one to take over.
    Itself,
    /// No user name of ours.
    NoUsername,
    /// Another has it.
    Taken,
    /// The unit has no such post.
    RoleOfUnit,
    /// One person holds one of the three administrators.
    OneOfThree,
    /// Further ahead than the rota is made.
    BeyondRota,
    /// Somebody has changed it since it was looked at.
    Overtaken,
    /// As many views as a person may keep.
    TooManyViews,
    /// No code of this device at this time, or used before.
    WrongCode,
    /// A password that is too easily found.
    Weak(Weak),
    /// What an order about a visit or a finding says does not fit it.
    OnSite(OnSite),
}

/// Why an item cannot name this whistle or this hazard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfItem {
    /// The whistle has come to its end: nothing is left to follow.
    WhistleEnded,
    /// It is about another firm than the visit.
    WhistleElsewhere,
    /// The checklist gives the hazard to other departments.
    HazardOfOthers,
    /// It is not looked for on the day of the visit.
    HazardNotInForce,
}

/// Why an order about a visit or a finding does not fit it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnSite {
    /// No such item in the visit.
    NoSuchItem,
    /// Another department's item.
    NotOwnItem,
    /// The item has a finding: that is struck off, not unsaid.
    HasFinding,
    /// Why it was not checked, or what was found, must be said.
    NoteNeeded,
    /// Fixed only after a recheck that passed; on site only by that deed.
    NotPassed,
    /// What an item of a visit names is not good for it.
    OfItem(OfItem),
}

/// Why a password is not taken as a new one (T1). Any kind of character is; nothing is trimmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weak {
    TooShort,
    TooLong,
    Common,
    /// One character, or one short run, again and again.
    Repeats,
    /// Made of names of the district or its owner, years, and keys in their order.
    Guessable,
    /// Known from elsewhere.
    Leaked,
    /// Of fewer kinds of characters than the district asks for.
    Kinds,
    /// The one that it is to replace.
    Same,
}

impl FaultCode {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            FaultCode::Unknown => "unknown",
            FaultCode::Duplicate => "duplicate",
            FaultCode::Missing => "missing",
            FaultCode::Null => "null",
            FaultCode::Type(_) => "type",
            FaultCode::TooLong(_) => "too_long",
            FaultCode::Blank => "blank",
            FaultCode::ControlCharacter => "control_character",
            FaultCode::NotInList(_) => "not_in_list",
            FaultCode::TooFew(_) => "too_few",
            FaultCode::TooMany(_) => "too_many",
            FaultCode::BadTime => "bad_time",
            FaultCode::BadDate => "bad_date",
            FaultCode::NoSuch => "no_such",
            FaultCode::OneOf(_) => "one_of",
            FaultCode::Clash(clash) => clash.as_str(),
            FaultCode::Unfit(_) => "unfit",
        }
    }
}

impl Clash {
    fn as_str(self) -> &'static str {
        match self {
            Clash::TownOfEnterprise | Clash::LeadAccepted | Clash::SingleRoute => "mismatch",
            Clash::OneLead => "one_lead",
            Clash::Twice => "twice",
            Clash::ClauseNeeded => "missing",
            Clash::OfficeOnly | Clash::DirectorOnly | Clash::OnSite(OnSite::NotOwnItem) => "not_allowed",
            Clash::OnSite(OnSite::NoSuchItem) => "no_such",
            Clash::OnSite(OnSite::HasFinding) | Clash::OnSite(OnSite::NotPassed) => "mismatch",
            Clash::OnSite(OnSite::NoteNeeded) => "missing",
            Clash::OnSite(OnSite::OfItem(OfItem::WhistleEnded | OfItem::HazardNotInForce)) => "not_open",
            Clash::OnSite(OnSite::OfItem(OfItem::WhistleElsewhere)) => "mismatch",
            Clash::OnSite(OnSite::OfItem(OfItem::HazardOfOthers)) => "not_allowed",
            Clash::AfterLimit | Clash::PastAYear => "too_late",
            Clash::InThePast => "in_past",
            Clash::InTheFuture => "in_future",
            Clash::NoChange | Clash::NoContest | Clash::Itself | Clash::Overtaken => "mismatch",
            Clash::TooFarOff | Clash::BeyondRota => "too_late",
            Clash::NotLonger => "too_early",
            Clash::NoNetwork => "bad_network",
            Clash::NoUsername => "bad_username",
            Clash::Taken => "taken",
            Clash::RoleOfUnit => "mismatch",
            Clash::OneOfThree => "one_of_three",
            Clash::TooManyViews => "too_many",
            Clash::WrongCode => "wrong_code",
            Clash::Weak(_) => "weak",
        }
    }
}

/// The faults of one body while it is being read; `judge` ends the reading.
#[derive(Debug)]
pub struct Faults {
    spec: &'static Spec,
    list: Vec<Fault>,
}

impl Faults {
    pub(super) fn new(spec: &'static Spec) -> Faults {
        Faults { spec, list: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// What the table finds, in its order; what comes after the first `FAULTS_MAX` is not kept, so a body of a
    /// thousand unknown fields costs no memory.
    pub(super) fn note(&mut self, pointer: String, code: FaultCode) {
        if self.list.len() < FAULTS_MAX {
            self.add(pointer, code);
        }
    }

    /// A fault that the caller found; `pointer` is best made by `Reader::pointer` or `Reader::item`.
    pub fn add(&mut self, pointer: impl Into<String>, code: FaultCode) {
        self.list.push(Fault { pointer: pointer.into(), code });
    }

    /// The order, or every fault once, in the order of the table, at most `FAULTS_MAX`.
    /// An order that could not be made although nothing was found is `missing` for the body as a whole.
    pub fn judge<T>(mut self, made: Option<T>) -> Result<T, Vec<Fault>> {
        match made {
            Some(order) if self.list.is_empty() => return Ok(order),
            None if self.list.is_empty() => self.add("", FaultCode::Missing),
            Some(_) | None => {}
        }
        let spec = self.spec;
        self.list.sort_by_cached_key(|fault| rank(spec, &fault.pointer));
        let mut once: Vec<Fault> = Vec::new();
        for fault in self.list {
            if once.len() < FAULTS_MAX && !once.contains(&fault) {
                once.push(fault);
            }
        }
        Err(once)
    }
}

/// Where a pointer stands in the table: a position per step, what is not in the table last.
fn rank(spec: &'static Spec, pointer: &str) -> Vec<usize> {
    let mut inside = Some(Kind::Object(spec));
    let mut rank = Vec::new();
    for step in pointer.split('/').skip(1) {
        let (position, next) = match inside {
            Some(Kind::Object(spec)) => match spec.fields.iter().position(|field| field.name == step) {
                Some(position) => (Some(position), Some(spec.fields[position].kind)),
                None => (None, None),
            },
            Some(Kind::List { of, .. }) => (step.parse().ok(), Some(*of)),
            Some(Kind::Text { .. } | Kind::Word(_) | Kind::Code | Kind::Time | Kind::Date | Kind::Bool) | None => {
                (None, None)
            }
        };
        rank.push(position.unwrap_or(usize::MAX));
        inside = next;
    }
    rank
}

/// The pointer one step further down, escaped and bounded.
pub(super) fn step(pointer: &str, name: &str) -> String {
    let longer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
    if longer.chars().count() <= POINTER_MAX {
        return longer;
    }
    longer.chars().take(POINTER_MAX - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn faults_come_in_the_order_of_the_table_and_once() {
        let mut faults = Faults::new(&sample::ORDER);
        for pointer in ["/zzz", "/summonses/10/role", "/summonses/2/role", "/summonses/2", "/what", "/zzz", "/aaa", ""]
        {
            faults.add(pointer, FaultCode::Unknown);
        }
        let pointers: Vec<String> =
            faults.judge(Some(())).unwrap_err().into_iter().map(|fault| fault.pointer).collect();
        assert_eq!(pointers, ["", "/what", "/summonses/2", "/summonses/2/role", "/summonses/10/role", "/zzz", "/aaa"]);
    }

    #[test]
    fn a_callers_fault_is_not_crowded_out_by_later_ones() {
        let mut faults = Faults::new(&sample::ORDER);
        for number in 0..500 {
            faults.note(format!("/zz{number}"), FaultCode::Unknown);
        }
        assert_eq!(faults.list.len(), 50, "a long body costs memory");
        faults.add("/what", FaultCode::NoSuch);
        let list = faults.judge(Some(())).unwrap_err();
        assert_eq!((list.len(), list[0].code), (50, FaultCode::NoSuch));
    }

    #[test]
    fn an_order_without_faults_is_handed_over_and_a_lost_one_is_not() {
        assert_eq!(Faults::new(&sample::ORDER).judge(Some(7)), Ok(7));
        let lost = Faults::new(&sample::ORDER).judge::<u8>(None).unwrap_err();
        assert_eq!(lost, [Fault { pointer: String::new(), code: FaultCode::Missing }]);
    }

    #[test]
    fn pointers_are_escaped_and_bounded() {
        assert_eq!(step("/a", "b/c~d"), "/a/b~1c~0d");
        assert_eq!(step("", &"粉".repeat(199)).chars().count(), 200);
        let cut = step("", &"粉".repeat(200));
        assert!(cut.chars().count() == 200 && cut.ends_with('…'), "{cut}");
    }
}
