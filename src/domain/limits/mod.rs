//! The limits of the deeds on whistle and summons, read from a dated file (`config/limits-*.toml`): law changes, and the
//! date of the act says which file holds. Every rule names its source. Nothing here counts time: that is `calendar`'s,
//! and no figure is written in code.

use super::at::At;
use super::calendar::{AMOUNT_MAX, Limit, Moves};
use super::terms::{Duty, Urgency, Window};
use jiff::civil::Date;
use serde::Deserialize;

/// One dated file of limits.
#[derive(Debug, Clone)]
pub struct Limits {
    valid_from: Date,
    rules: Rules,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    valid_from: String,
    limits: Rules,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    triage: ByUrgency,
    complete: Complete,
    dispatch: ByUrgency,
    report_in: ReportIn,
    first_result: ByUrgency,
    review: Every,
    closure: Every,
    ruling: ByUrgency,
    referral: Every,
    contest_answer: Every,
    dispute: ByUrgency,
    overruled: Every,
    appeal: Every,
    contest: Every,
    suspension: Every,
    planning: ByUrgency,
    approval: ByUrgency,
    visit: ByUrgency,
    finish: Every,
    signing: Every,
    part: Every,
    filing: Every,
    choice: Every,
    order: Every,
    rectification: Every,
    recheck: Every,
    reorder: Every,
    strike_off: Every,
    measures: Every,
    receipt: Every,
    look: Every,
    watch: Every,
    general: Every,
    major: Every,
    repeat: Every,
    notice: Every,
    relapse: Every,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ByUrgency {
    source: String,
    emergency: Limit,
    urgent: Limit,
    normal: Limit,
    complex: Limit,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Complete {
    source: String,
    normal: Limit,
    complex: Limit,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportIn {
    source: String,
    emergency: Limit,
    emergency_at_night: Limit,
    urgent: Limit,
    normal: Limit,
    complex: Limit,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Every {
    source: String,
    every: Limit,
}

impl Limits {
    /// Reads one file. The error names the key that is missing, unknown or out of its range.
    pub fn read(toml_text: &str) -> Result<Limits, String> {
        let file: File = toml::from_str(toml_text).map_err(|error| error.to_string())?;
        let valid_from = file.valid_from.parse::<Date>().map_err(|_| "valid_from: not a date".to_owned())?;
        let read = Limits { valid_from, rules: file.limits };
        for duty in Duty::ALL {
            if read.source(*duty).trim().is_empty() {
                return Err(format!("limits.{duty}.source: is empty"));
            }
            for urgency in Urgency::ALL {
                in_range(read.limit(*duty, *urgency), &format!("limits.{duty} ({urgency})"))?;
            }
        }
        for window in Window::ALL {
            if read.window_source(*window).trim().is_empty() {
                return Err(format!("limits.{window}.source: is empty"));
            }
            for urgency in Urgency::ALL {
                in_range(read.window(*window, *urgency), &format!("limits.{window} ({urgency})"))?;
            }
        }
        in_range(read.rules.report_in.emergency_at_night, "limits.report_in.emergency_at_night")?;
        Ok(read)
    }

    /// How long a duty may take. A returned emergency or urgent whistle never lapses: the office has its triage limit
    /// again. For reporting in by night see `report_in`.
    pub fn limit(&self, duty: Duty, urgency: Urgency) -> Limit {
        let rules = &self.rules;
        match duty {
            Duty::Triage => rules.triage.of(urgency),
            Duty::Complete => match urgency {
                Urgency::Emergency | Urgency::Urgent => rules.triage.of(urgency),
                Urgency::Normal => rules.complete.normal,
                Urgency::Complex => rules.complete.complex,
            },
            Duty::Dispatch => rules.dispatch.of(urgency),
            Duty::ReportIn => self.report_in(urgency, false),
            Duty::FirstResult => rules.first_result.of(urgency),
            Duty::Review => rules.review.every,
            Duty::Closure => rules.closure.every,
            Duty::Ruling => rules.ruling.of(urgency),
            Duty::Referral => rules.referral.every,
            // The date is the director's; this is the furthest.
            Duty::Resume => rules.suspension.every,
            Duty::ContestAnswer => rules.contest_answer.every,
            Duty::Planning => rules.planning.of(urgency),
            Duty::Approval => rules.approval.of(urgency),
            Duty::Visit => rules.visit.of(urgency),
            Duty::Finish => rules.finish.every,
            Duty::Signing => rules.signing.every,
            Duty::Part => rules.part.every,
            Duty::Filing => rules.filing.every,
            Duty::Choice => rules.choice.every,
            Duty::Order => rules.order.every,
            Duty::Rectification => rules.rectification.every,
            Duty::Recheck => rules.recheck.every,
            Duty::Reorder => rules.reorder.every,
            Duty::StrikeOff => rules.strike_off.every,
            Duty::Measures => rules.measures.every,
            Duty::Receipt => rules.receipt.every,
            Duty::Look => rules.look.every,
        }
    }

    /// How long a window stays open.
    pub fn window(&self, window: Window, urgency: Urgency) -> Limit {
        let rules = &self.rules;
        match window {
            Window::Dispute => rules.dispute.of(urgency),
            Window::Overruled => rules.overruled.every,
            Window::Appeal => rules.appeal.every,
            Window::Contest => rules.contest.every,
            Window::Suspension => rules.suspension.every,
            Window::General => rules.general.every,
            Window::Major => rules.major.every,
            Window::Repeat => rules.repeat.every,
            Window::Notice => rules.notice.every,
            Window::Relapse => rules.relapse.every,
            Window::Watch => rules.watch.every,
        }
    }

    fn window_source(&self, window: Window) -> &str {
        let rules = &self.rules;
        match window {
            Window::Dispute => &rules.dispute.source,
            Window::Overruled => &rules.overruled.source,
            Window::Appeal => &rules.appeal.source,
            Window::Contest => &rules.contest.source,
            Window::Suspension => &rules.suspension.source,
            Window::General => &rules.general.source,
            Window::Major => &rules.major.source,
            Window::Repeat => &rules.repeat.source,
            Window::Notice => &rules.notice.source,
            Window::Relapse => &rules.relapse.source,
            Window::Watch => &rules.watch.source,
        }
    }

    /// How long a department has to report in; `night_or_off`: the dispatch was at night or on a day off
    /// (`Calendar::is_night_or_day_off`), which matters to an emergency only.
    pub fn report_in(&self, urgency: Urgency, night_or_off: bool) -> Limit {
        let rule = &self.rules.report_in;
        match urgency {
            Urgency::Emergency if night_or_off => rule.emergency_at_night,
            Urgency::Emergency => rule.emergency,
            Urgency::Urgent => rule.urgent,
            Urgency::Normal => rule.normal,
            Urgency::Complex => rule.complex,
        }
    }

    /// Whence a duty's limits come, and how sure that is: shown beside the figure.
    pub fn source(&self, duty: Duty) -> &str {
        let rules = &self.rules;
        match duty {
            Duty::Triage => &rules.triage.source,
            Duty::Complete => &rules.complete.source,
            Duty::Dispatch => &rules.dispatch.source,
            Duty::ReportIn => &rules.report_in.source,
            Duty::FirstResult => &rules.first_result.source,
            Duty::Review => &rules.review.source,
            Duty::Closure => &rules.closure.source,
            Duty::Ruling => &rules.ruling.source,
            Duty::Referral => &rules.referral.source,
            Duty::Resume => &rules.suspension.source,
            Duty::ContestAnswer => &rules.contest_answer.source,
            Duty::Planning => &rules.planning.source,
            Duty::Approval => &rules.approval.source,
            Duty::Visit => &rules.visit.source,
            Duty::Finish => &rules.finish.source,
            Duty::Signing => &rules.signing.source,
            Duty::Part => &rules.part.source,
            Duty::Filing => &rules.filing.source,
            Duty::Choice => &rules.choice.source,
            Duty::Order => &rules.order.source,
            Duty::Rectification => &rules.rectification.source,
            Duty::Recheck => &rules.recheck.source,
            Duty::Reorder => &rules.reorder.source,
            Duty::StrikeOff => &rules.strike_off.source,
            Duty::Measures => &rules.measures.source,
            Duty::Receipt => &rules.receipt.source,
            Duty::Look => &rules.look.source,
        }
    }
}

/// Every limits file that is at hand; the date of the act chooses among them.
#[derive(Debug, Clone)]
pub struct DatedLimits {
    /// Sorted by `valid_from`; never empty.
    files: Vec<Limits>,
}

impl DatedLimits {
    /// Reads the texts of the files; none at all is a fault.
    pub fn read(texts: &[String]) -> Result<DatedLimits, String> {
        let mut files = texts.iter().map(|text| Limits::read(text)).collect::<Result<Vec<_>, _>>()?;
        files.sort_by_key(|file| file.valid_from);
        if files.is_empty() { Err("no limits file".to_owned()) } else { Ok(DatedLimits { files }) }
    }

    /// The file that holds for an act at that moment: the latest one in force, or the earliest if none was yet.
    pub fn at(&self, at: At) -> &Limits {
        let day = at.civil().date();
        let in_force = self.files.iter().filter(|file| file.valid_from <= day).count();
        &self.files[in_force.saturating_sub(1)]
    }
}

impl ByUrgency {
    fn of(&self, urgency: Urgency) -> Limit {
        match urgency {
            Urgency::Emergency => self.emergency,
            Urgency::Urgent => self.urgent,
            Urgency::Normal => self.normal,
            Urgency::Complex => self.complex,
        }
    }
}

impl From<Urgency> for Moves {
    /// Emergency and urgent limits never wait for a working day.
    fn from(urgency: Urgency) -> Moves {
        match urgency {
            Urgency::Emergency | Urgency::Urgent => Moves::Never,
            Urgency::Normal | Urgency::Complex => Moves::ToWorkingDay,
        }
    }
}

fn in_range(limit: Limit, key: &str) -> Result<(), String> {
    let good = (1..=AMOUNT_MAX).contains(&limit.amount);
    good.then_some(()).ok_or_else(|| format!("{key}: amount must be 1 to {AMOUNT_MAX}"))
}

#[cfg(test)]
mod tests;
