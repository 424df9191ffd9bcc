//! What is known of a firm over all its visits, for whoever decides about the next one. No scope stands here: none of it is shown as
//! it is read. Never writes.

use super::{Fault, Reading};
use crate::domain::finding::Finding;
use crate::domain::visit::Visit;

/// The latest of a firm: more than one could have that still counts.
const FINDINGS: &str = "SELECT body FROM findings WHERE enterprise = $1 ORDER BY found_at DESC, id LIMIT 500";

const ENTERED: &str = "
    SELECT body FROM visits WHERE enterprise = $1 AND date >= $2 AND date <= $3
      AND status IN ('in_progress', 'signing', 'completed', 'filed') ORDER BY date, id";

const PAST_HAZARDS: &str =
    "SELECT DISTINCT hazard FROM findings WHERE enterprise = $1 AND hazard IS NOT NULL ORDER BY hazard";

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[FINDINGS, ENTERED, PAST_HAZARDS];

/// What was found at a firm, the newest first. For deciding and for figures, never for showing.
pub fn findings(reading: &mut Reading<'_>, firm: &str) -> Result<Vec<Finding>, Fault> {
    reading.rows(FINDINGS, &[firm.into()], |row| row.json(0))
}

/// The visits of a firm's year that were entered: what they cost the firm is no secret among departments, what they found is
/// told as counts alone.
pub fn entered_in(reading: &mut Reading<'_>, firm: &str, year: i16) -> Result<Vec<Visit>, Fault> {
    let (first, last) = (format!("{year}-01-01"), format!("{year}-12-31"));
    reading.rows(ENTERED, &[firm.into(), first.into(), last.into()], |row| row.json(0))
}

/// The checklist's hazards that were found at a firm, by code. For whoever plans: the office sees every finding.
pub fn past_hazards(reading: &mut Reading<'_>, firm: &str) -> Result<Vec<String>, Fault> {
    reading.rows(PAST_HAZARDS, &[firm.into()], |row| Ok(row.text(0)?.to_owned()))
}
