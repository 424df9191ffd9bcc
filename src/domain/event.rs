//! What happened, in the past tense: the audit trail, the stream's source and the live feed are this one list.
//! An event never holds a text that law may erase: it points at one by id, with a salted digest beside it.

use super::obligation::Subject;
use super::policy::Actor;
use super::terms::words;
use crate::ids::{PersonId, TreeId};
use serde_json::Value;

words!(
    /// Every kind of event that this hub writes; the words of API.md.
    EventKind {
        WhistleBlown = "whistle.blown", WhistleRouted = "whistle.routed", WhistleAccepted = "whistle.accepted",
        WhistleDispatched = "whistle.dispatched", WhistleReturned = "whistle.returned",
        WhistleCompleted = "whistle.completed", WhistleDeclined = "whistle.declined",
        WhistleHandling = "whistle.handling", WhistleAwaitingClosure = "whistle.awaiting_closure",
        WhistleClosed = "whistle.closed", WhistleSentBack = "whistle.sent_back", WhistleUnsealed = "whistle.unsealed",
        WhistleErased = "whistle.erased",
        WhistleLapsed = "whistle.lapsed", WhistleAppealed = "whistle.appealed", WhistleMerged = "whistle.merged",
        WhistleUnmerged = "whistle.unmerged", WhistleWithdrawn = "whistle.withdrawn",
        WhistleLeadChanged = "whistle.lead_changed", WhistleUrgencyChanged = "whistle.urgency_changed",
        WhistleSuspended = "whistle.suspended", WhistleResumed = "whistle.resumed",
        WhistleReopened = "whistle.reopened", WhistleContested = "whistle.contested",
        WhistleContestDismissed = "whistle.contest_dismissed", WhistleCommented = "whistle.commented",
        WhistleAttached = "whistle.attached", WhistlePictureReleased = "whistle.picture_released",
        SummonsIssued = "summons.issued", SummonsAcknowledged = "summons.acknowledged",
        SummonsReportedIn = "summons.reported_in", SummonsStarted = "summons.started",
        SummonsSubmitted = "summons.submitted", SummonsAccepted = "summons.accepted",
        SummonsSentBack = "summons.sent_back", SummonsDisputed = "summons.disputed",
        SummonsUpheld = "summons.upheld", SummonsOverruled = "summons.overruled",
        SummonsReferred = "summons.referred", SummonsExcused = "summons.excused",
        SummonsCancelled = "summons.cancelled", SummonsDelegated = "summons.delegated",
        SummonsExtensionAsked = "summons.extension_asked", SummonsExtensionGranted = "summons.extension_granted",
        SummonsExtensionRefused = "summons.extension_refused",
        WhistleRectifying = "whistle.rectifying",
        VisitPlanned = "visit.planned", VisitProposed = "visit.proposed", VisitPartApproved = "visit.part_approved",
        VisitApproved = "visit.approved", VisitObjected = "visit.objected", VisitAnnounced = "visit.announced",
        VisitKeptSecret = "visit.kept_secret", VisitPostponed = "visit.postponed", VisitCancelled = "visit.cancelled",
        VisitEntered = "visit.entered", VisitRecorded = "visit.recorded", VisitFinished = "visit.finished",
        VisitPartClosed = "visit.part_closed", VisitPartExcused = "visit.part_excused", VisitSigned = "visit.signed",
        VisitSignatureRefused = "visit.signature_refused", VisitCompleted = "visit.completed",
        VisitFiled = "visit.filed", VisitAborted = "visit.aborted", VisitMissed = "visit.missed",
        VisitUnapproved = "visit.unapproved", VisitRated = "visit.rated",
        VisitAttached = "visit.attached", VisitErased = "visit.erased",
        FindingFound = "finding.found", FindingOrdered = "finding.ordered",
        FindingCorrectedOnSite = "finding.corrected_on_site", FindingMeasuresTaken = "finding.measures_taken",
        FindingMeasuresExtended = "finding.measures_extended",
        FindingMeasuresLifted = "finding.measures_lifted", FindingReportedFixed = "finding.reported_fixed",
        FindingRecheckDue = "finding.recheck_due", FindingExtensionAsked = "finding.extension_asked",
        FindingExtensionGranted = "finding.extension_granted", FindingExtensionRefused = "finding.extension_refused",
        FindingExtensionLapsed = "finding.extension_lapsed",
        FindingPassed = "finding.passed", FindingFailed = "finding.failed", FindingClosed = "finding.closed",
        FindingReopened = "finding.reopened", FindingLinkGiven = "finding.link_given",
        FindingTransferred = "finding.transferred", FindingTakenBack = "finding.taken_back",
        FindingLookedAt = "finding.looked_at",
        FindingAttached = "finding.attached", FindingDrawn = "finding.drawn",
        ObligationOverdue = "obligation.overdue", ObligationMoved = "obligation.moved",
        ObligationAcknowledged = "obligation.acknowledged", ObligationHeldBack = "obligation.held_back",
        LetterNotReached = "letter.not_reached",
        DirectoryImported = "directory.imported", DirectoryAdded = "directory.added",
        DirectoryChanged = "directory.changed", DirectoryRemoved = "directory.removed",
        DirectoryReordered = "directory.reordered", DirectoryExported = "directory.exported",
        DirectoryProposed = "directory.proposed", DirectoryRefused = "directory.refused",
        WhistlesExported = "whistles.exported",
    }
);

impl EventKind {
    /// Told only to who sees everything: others would learn from it that somebody spoke to us, or what a firm says of them.
    pub fn is_discreet(self) -> bool {
        let erased = matches!(self, EventKind::WhistleErased | EventKind::VisitErased);
        erased || matches!(self, EventKind::WhistleUnsealed | EventKind::VisitRated)
    }
}

/// Who did it; `None` in an event means the hub itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doer {
    /// The person's sign-in.
    pub person: PersonId,
    /// The home unit's code in which the person acted.
    pub department: String,
}

impl From<&Actor> for Doer {
    fn from(actor: &Actor) -> Doer {
        Doer { person: actor.person.clone(), department: actor.unit.clone() }
    }
}

/// One event before the ledger gives it its `seq` and leaf hash.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub kind: EventKind,
    /// Where it happened: in a whistle's tree, a visit's, or [`of_directory`].
    pub tree: TreeId,
    /// The summons or finding that it is about, if any.
    pub about: Option<Subject>,
    pub doer: Option<Doer>,
    /// Only who sees everything is told: a comment among the office.
    pub office_only: bool,
    /// Facts for the timeline: words, codes, numbers, and references to texts made by [`text_ref`].
    pub data: Value,
}

/// Where events stand that are about the directory and the calendar: a tree beside the others, which no feed tells.
pub fn of_directory() -> TreeId {
    TreeId::from_text("directory")
}

/// How an event or a receipt points at a text: the reader resolves it under the reader's rights.
pub fn text_ref(id: &crate::ids::TextId) -> Value {
    serde_json::json!({ "$text": id.as_str() })
}
