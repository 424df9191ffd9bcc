//! Once a month some of what was struck off is looked at again (DOMAIN §4): all that was major, and of the rest as many as make a
//! twentieth, ten at least. Which, the seed of the draw decides, and it stands in every event, so that anybody may draw again.

use super::Finding;
use crate::domain::decision::Change;
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::EventKind;
use crate::domain::obligation::Subject;
use crate::domain::terms::{ClosureKind, Duty, FindingStatus, Severity};
use crate::domain::visit::VisitTree;
use crate::ids::{FindingId, shuffle};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// One part in so many is drawn, and so many at least.
const PART: usize = 20;
const LEAST: usize = 10;

/// That a finding was drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpotCheck {
    /// The month in which it was struck off: `2026-11`.
    pub month: String,
    /// Nobody has looked yet.
    pub open: bool,
}

/// A draw as it stands once it was made: its month, its seed, out of how many, and what was drawn, by code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawing {
    pub month: String,
    /// Decimal digits: a number of this size is no JSON number everywhere.
    pub seed: String,
    pub of: usize,
    pub codes: Vec<String>,
}

/// Whether it was struck off in that month as something that is gone.
fn may_be_drawn(finding: &Finding, month: &str) -> bool {
    let gone = match finding.closed {
        Some(ClosureKind::Unfounded | ClosureKind::Transferred) | None => false,
        Some(ClosureKind::Fixed | ClosureKind::OnSite | ClosureKind::Ceased) => true,
        Some(ClosureKind::Shutdown | ClosureKind::Dismantled) => true,
    };
    gone && finding.closed_at.is_some_and(|at| at.month_before(0) == month)
}

/// Draws of what was struck off in a month.
pub fn draw(month: &str, seed: u64, all: &[Finding]) -> Drawing {
    let mut may: Vec<&Finding> = all.iter().filter(|finding| may_be_drawn(finding, month)).collect();
    may.sort_by(|one, other| one.code.cmp(&other.code));
    let of = may.len();
    let (mut drawn, mut others): (Vec<&Finding>, Vec<&Finding>) =
        may.into_iter().partition(|finding| finding.severity == Severity::Major);
    shuffle(&mut others, seed);
    let wanted = of.div_ceil(PART).max(LEAST).saturating_sub(drawn.len());
    drawn.extend(others.into_iter().take(wanted));
    let codes = drawn.into_iter().map(|finding| finding.code.clone()).collect();
    Drawing { month: month.to_owned(), seed: seed.to_string(), of, codes }
}

/// Whether it still has to be told that it was drawn. What was taken up and struck off again since is a later month's.
fn is_news(drawing: &Drawing, finding: &Finding) -> bool {
    let told = finding.spot_check.as_ref().is_some_and(|one| one.month == drawing.month);
    !told && finding.status == FindingStatus::Closed && may_be_drawn(finding, &drawing.month)
}

/// The finding is among those drawn: the office owes that it is looked at again. Nothing where that is no news.
pub fn tell(drawing: &Drawing, id: &FindingId, tree: VisitTree, by: Deciding<'_>) -> Option<Change> {
    if !is_news(drawing, tree.finding(id)?) {
        return None;
    }
    let mut draft = Draft::on(by, tree);
    let spot_check = SpotCheck { month: drawing.month.clone(), open: true };
    draft.change_finding(id, |finding| finding.spot_check = Some(spot_check));
    let data = json!({ "month": drawing.month, "seed": drawing.seed, "of": drawing.of });
    draft.record_move_with(EventKind::FindingDrawn, Subject::Finding(id.clone()), data);
    let office = draft.office();
    draft.arm(Subject::Finding(id.clone()), office, Duty::Recheck);
    Some(draft.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tests::sample::at;
    use std::collections::BTreeSet;

    fn struck_off(number: usize, severity: Severity, on: &str) -> Finding {
        let body = json!({
            "id": format!("fi_{number}"), "code": format!("LJ-2026-0001-{number:03}"), "status": "closed",
            "origin": {
                "visit": "vi_1", "visit_code": "LJ-2026-0001", "item": 1, "hazard": null, "correctable_on_site": true,
                "whistle": null, "department": "YJ", "enterprise": null, "town": null, "officers": [],
            },
            "what": "tx_1", "spot": null, "severity": severity, "clause": null, "found_at": at("11-02 10:00"),
            "orders": [], "measures": null, "report": null, "asked": null, "extended": 0, "rechecks": [],
            "closed": "fixed", "closed_at": at(on), "relapse": false, "reopened": 0, "version": 3,
        });
        serde_json::from_value(body).unwrap()
    }

    fn month(general: usize, major: usize) -> Vec<Finding> {
        let of = |number| if number < major { Severity::Major } else { Severity::General };
        (0..general + major).map(|number| struck_off(number, of(number), "11-20 10:00")).collect()
    }

    #[test]
    fn a_twentieth_is_drawn_ten_at_least_and_all_that_was_major() {
        for (general, major, drawn) in
            [(0, 3, 3), (5, 0, 5), (40, 0, 10), (200, 0, 10), (300, 3, 16), (400, 0, 20), (30, 12, 12), (0, 0, 0)]
        {
            let all = month(general, major);
            let drawing = draw("2026-11", 7, &all);
            assert_eq!((drawing.codes.len(), drawing.of), (drawn, general + major));
            let codes: BTreeSet<&String> = drawing.codes.iter().collect();
            assert_eq!(codes.len(), drawn, "one is drawn twice");
            assert!(all.iter().take(major).all(|finding| codes.contains(&finding.code)), "a major one is left out");
        }
    }

    #[test]
    fn whoever_knows_the_seed_draws_the_same_again_in_whatever_order_they_lie() {
        let mut all = month(300, 2);
        let first = draw("2026-11", 7, &all);
        all.reverse();
        assert_eq!(draw("2026-11", first.seed.parse().unwrap(), &all), first);
        assert_ne!(draw("2026-11", 8, &all).codes, first.codes, "chance decides nothing");
        assert_eq!(first.of, 302);
    }

    #[test]
    fn only_what_was_struck_off_in_that_month_as_gone_is_drawn() {
        let mut all =
            vec![struck_off(1, Severity::Major, "10-31 23:59"), struck_off(2, Severity::Major, "12-01 00:00")];
        all.push(Finding { closed: Some(ClosureKind::Unfounded), ..struck_off(3, Severity::Major, "11-20 10:00") });
        assert_eq!(draw("2026-11", 7, &all).of, 0);
        all.push(struck_off(4, Severity::General, "11-30 23:59"));
        assert_eq!(draw("2026-11", 7, &all).codes, ["LJ-2026-0001-004"]);
    }

    #[test]
    fn what_was_taken_up_and_struck_off_again_is_not_told_for_the_month_before() {
        let drawing = draw("2026-11", 7, &month(1, 0));
        let first = struck_off(0, Severity::General, "11-20 10:00");
        assert!(is_news(&drawing, &first));
        let told = |month: &str| Some(SpotCheck { month: month.to_owned(), open: false });
        assert!(!is_news(&drawing, &Finding { spot_check: told("2026-11"), ..first }));
        let again = struck_off(0, Severity::General, "12-20 10:00");
        for spot_check in [None, told("2026-11"), told("2026-12")] {
            assert!(!is_news(&drawing, &Finding { spot_check, ..again.clone() }));
        }
    }
}
