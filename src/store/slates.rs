//! What else is planned beside a visit, on its slot and at its firm. For deciding nothing is left out; for whoever reads, what the
//! scope does not see does not exist. Never writes.

use super::visits::{self, VisitQuery};
use super::{Fault, Reading, firms};
use crate::domain::at::At;
use crate::domain::policy::Scope;
use crate::domain::visit::Visit;
use crate::domain::visit::slate::{FirmVisit, Slate};
use crate::domain::whistle::Tree;

const TAKEN: &str = "SELECT thing FROM claims WHERE slot = $1 AND visit <> $2";

const OF_FIRM: &str = "
    SELECT body FROM visits WHERE enterprise = $1 AND id <> $2 AND date >= $3 AND date <= $4
      AND status NOT IN ('cancelled', 'aborted') ORDER BY date, id";

/// Visits of one firm that are looked through for what is near.
const NEAR_MAX: u16 = 200;

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[TAKEN, OF_FIRM];

/// What else is planned on a slot and for a firm, but for this visit. For deciding, never for showing.
pub fn slate(
    reading: &mut Reading<'_>,
    firm: Option<&str>,
    (date, period): (&str, &str),
    but_for: &str,
) -> Result<Slate, Fault> {
    let slot = format!("{date}/{period}");
    let taken = reading.rows(TAKEN, &[(&slot).into(), but_for.into()], |row| row.text(0).map(str::to_owned))?;
    let mut of_firm = Vec::new();
    if let Some(firm) = firm {
        let (first, last) = span(date);
        let params = [firm.into(), but_for.into(), first.into(), last.into()];
        of_firm = reading.rows(OF_FIRM, &params, |row| Ok(FirmVisit::of(&row.json(0)?)))?;
    }
    Ok(Slate { taken: taken.into_iter().collect(), of_firm, ..Slate::default() })
}

/// The year of a day, and what lies near it on either side.
fn span(date: &str) -> (String, String) {
    let Some(day) = At::of_date(date) else { return (String::new(), String::new()) };
    const NEAR: i64 = 60 * 24 * 60;
    let (before, after) = (day.plus_minutes(-NEAR), day.plus_minutes(NEAR));
    let first = before.civil().date().to_string().min(format!("{}-01-01", day.year()));
    (first, after.civil().date().to_string().max(format!("{}-12-31", day.year())))
}

/// What a visit's warnings are judged by: whether its whistles are about something major, and the firm's other visits near its day,
/// of which a reader learns only those that the scope sees (SECURITY T19).
pub fn beside_for(reading: &mut Reading<'_>, scope: &Scope, visit: &Visit) -> Result<(Vec<Tree>, Slate), Fault> {
    let whistles = visits::whistles_beside(reading, &visit.id)?;
    let Some(firm) = visit.enterprise.clone() else { return Ok((whistles, Slate::default())) };
    let (from, to) = span(&visit.slot.date);
    let query =
        VisitQuery { from: Some(from), to: Some(to), enterprise: vec![firm], limit: NEAR_MAX, ..VisitQuery::default() };
    let seen = visits::list(reading, scope, &query)?.into_iter().map(|item| item.visit);
    let others = seen.filter(|other| other.id != visit.id && other.counts());
    let of_firm = others.map(|other| FirmVisit::of(&other)).collect();
    Ok((whistles, Slate { of_firm, ..Slate::default() }))
}

/// A firm's visits of a year that take place: those that came in, which are no secret, and of the planned ones those that the scope
/// sees.
pub fn of_year(reading: &mut Reading<'_>, scope: &Scope, firm: &str, year: i16) -> Result<Vec<FirmVisit>, Fault> {
    let entered = firms::entered_in(reading, firm, year)?;
    let (from, to) = (Some(format!("{year}-01-01")), Some(format!("{year}-12-31")));
    let query = VisitQuery { from, to, enterprise: vec![firm.to_owned()], limit: NEAR_MAX, ..VisitQuery::default() };
    let planned =
        visits::list(reading, scope, &query)?.into_iter().map(|item| item.visit).filter(Visit::is_before_entry);
    Ok(entered.into_iter().chain(planned).map(|visit| FirmVisit::of(&visit)).collect())
}
