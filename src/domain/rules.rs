//! The rules a decision needs beside what was loaded: calendar, limits, routing and the directory, as of one
//! moment. Nothing here decides: it only counts a duty's limit on the calendar.

use super::at::At;
use super::calendar::{Calendar, Deadline, NotCounted, Part, Unit};
use super::directory::Directory;
use super::limits::DatedLimits;
use super::routing::{Proposal, Routing};
use super::terms::{Category, Duty, Urgency, Window};

/// Everything that is data to the product and law to a decision.
#[derive(Debug)]
pub struct Rules {
    pub calendar: Calendar,
    pub limits: DatedLimits,
    pub routing: Routing,
    pub directory: Directory,
}

impl Rules {
    /// Whom the rules propose for a hazard of this kind, at this enterprise if it is at one: before it is blown and
    /// when the office receives it alike.
    pub fn propose(&self, category: Category, needed: &[String], enterprise: Option<&str>) -> Vec<Proposal> {
        let firm = enterprise.and_then(|code| self.directory.enterprise(code));
        let lead = firm.map(|firm| firm.lead_department.as_str());
        self.routing.propose(category, needed, lead, |code| self.directory.may_be_summoned(code))
    }

    /// The deadline of a duty that begins now.
    pub fn due(&self, duty: Duty, urgency: Urgency, now: At) -> Deadline {
        let limits = self.limits.at(now);
        let limit = match duty {
            Duty::ReportIn => limits.report_in(urgency, self.calendar.is_night_or_day_off(now)),
            Duty::Triage | Duty::Complete | Duty::Dispatch => limits.limit(duty, urgency),
            Duty::FirstResult | Duty::Review | Duty::Closure => limits.limit(duty, urgency),
            Duty::Ruling | Duty::Referral | Duty::Resume | Duty::ContestAnswer => limits.limit(duty, urgency),
            Duty::Planning | Duty::Approval | Duty::Visit | Duty::Finish => limits.limit(duty, urgency),
            Duty::Signing | Duty::Part | Duty::Filing | Duty::Choice => limits.limit(duty, urgency),
            Duty::Order | Duty::Rectification | Duty::Recheck => limits.limit(duty, urgency),
            Duty::Reorder | Duty::StrikeOff | Duty::Measures => limits.limit(duty, urgency),
            Duty::Receipt | Duty::Look => limits.limit(duty, urgency),
        };
        self.calendar.due(now, limit, urgency.into())
    }

    /// Until when a window that opens now stays open.
    pub fn window(&self, window: Window, urgency: Urgency, now: At) -> Deadline {
        self.calendar.due(now, self.limits.at(now).window(window, urgency), urgency.into())
    }

    /// How long that limit is, in the time in which it runs: from where its account begins, or from `now` if it was set
    /// by hand.
    pub fn length(&self, duty: Duty, urgency: Urgency, limit: &Deadline, now: At) -> i64 {
        let day_of_act = Part::LeftOut { why: NotCounted::DayOfAct };
        let counted = limit.explained.iter().find(|span| span.part != day_of_act);
        self.between(duty, urgency, counted.map_or(now, |span| span.from), limit.at)
    }

    /// Microseconds between two moments, in the time in which a duty's limit runs; nothing if the second is not later.
    pub fn between(&self, duty: Duty, urgency: Urgency, from: At, to: At) -> i64 {
        match self.runs_in_working_time(duty, urgency, from) {
            true => self.calendar.working_time(from, to),
            false => to.0.saturating_sub(from.0).max(0),
        }
    }

    /// Whether a duty's limit runs in working time only, so that a pause gives working time back.
    pub fn runs_in_working_time(&self, duty: Duty, urgency: Urgency, now: At) -> bool {
        match self.limits.at(now).limit(duty, urgency).unit {
            Unit::WorkingHours | Unit::WorkingDays => true,
            Unit::Minutes | Unit::Hours | Unit::NaturalDays => false,
        }
    }
}
