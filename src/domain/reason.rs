//! Why a deed is barred although its state allows it, as the wire names it. All that bar one are told at once; each has its words in
//! `i18n`. It decides nothing.

use super::terms::words;

/// Why a deed is barred although its state allows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub code: ReasonCode,
    /// The code of the thing that bars it; only one that the actor may see.
    pub subject: String,
}

words!(
    /// The reasons of this hub, as the wire names them.
    ReasonCode {
        /// A whistle cannot be merged into itself.
        MasterIsItself = "master_is_itself",
        /// What it would be merged into was itself merged: into another one.
        MasterIsMerged = "master_is_merged",
        /// What it would be merged into was merged into it: each would wait for the other.
        MasterIsItsChild = "master_is_its_child",
        /// What it would be merged into has come to its end, so nobody would go on with it.
        MasterHasEnded = "master_has_ended",
        /// Somebody is on another visit in that part of the day.
        PersonTaken = "person_taken",
        /// A car (with its kit) is on another visit then.
        CarTaken = "car_taken",
        OnLeave = "on_leave",
        /// Has the night before it on duty, or the shift itself.
        OffDuty = "off_duty",
        /// Has a tie to the firm (安全生产法 and 行政处罚法 43: whoever has one stands aside).
        Recused = "recused",
        /// No certificate that is good on that day for a department that acts.
        NotCertified = "not_certified",
        /// Fewer than two certified officers of a department (行政处罚法 42).
        TooFewCertified = "too_few_certified",
        /// A town's officer outside the own town.
        OutOfArea = "out_of_area",
        FirmClosed = "firm_closed",
        /// The firm has another visit that day.
        SameDayVisit = "same_day_visit",
        /// The firm has another visit within thirty days.
        RepeatIn30Days = "repeat_in_30_days",
        /// The authority has had its visits of the year (国办发〔2024〕54号).
        OverCap = "over_cap",
        /// The office and units without that power coordinate, they do not inspect.
        DepartmentMayNotInspect = "department_may_not_inspect",
        /// The firm would be told later than the office's rule of thumb has it: said, and bars nothing.
        ShortNotice = "short_notice",
        /// More departments would be on site at once than a firm should bear: said, and bars nothing.
        ManyDepartments = "many_departments",
        /// Items that nobody has answered for; findings of a whistle that are not struck off, and visits of it under way.
        ItemsOpen = "items_open", FindingsOpen = "findings_open", VisitsOpen = "visits_open",
        /// The lead department's part cannot be dropped.
        PartLeads = "part_leads",
        /// Only what the list calls correctable, and never a major hazard.
        NotCorrectableOnSite = "not_correctable_on_site",
        /// Whoever was at the first visit does not recheck alone, nor does who said that it is fixed.
        SameOfficers = "same_officers", ReporterRechecks = "reporter_rechecks",
        /// Whoever rechecked does not strike off; whoever did either confirms no spot check.
        CloserRechecked = "closer_rechecked", PassedBefore = "passed_before",
        /// Extended as often as may be: a limit, and measures.
        ExtendedTwice = "extended_twice", MeasuresExtended = "measures_extended",
        /// Measures stand: they are lifted first. The town looked once: its second look is due in the watch's second half.
        MeasuresStand = "measures_stand", LookedAlready = "looked_already",
        /// As many files as one case takes. Its owner holds another of the three administrators by now.
        TooManyAttachments = "too_many_attachments", OneOfThree = "one_of_three",
    }
);
