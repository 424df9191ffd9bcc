//! The right to a whistle or a visit, as every statement that reads one writes it: a part of its text, so that no row is found before
//! the right to it. Who may see what is `domain::policy`'s; here stands only how the ledger is asked.

/// The states from which somebody still must move, DOMAIN §3.1.
macro_rules! open_states {
    () => {
        "('submitted', 'returned', 'accepted', 'dispatched', 'handling', 'rectifying', 'awaiting_closure', 'suspended')"
    };
}
pub(super) use open_states;

/// Whether whoever is on shift sees this row of whistles: what is open, and what the own key sees.
macro_rules! is_seen_on_shift {
    ($row:literal, $viewer:literal) => {
        concat!(
            "(",
            $row,
            ".status IN ",
            $crate::store::sight::open_states!(),
            " OR (SELECT COUNT(*) FROM sights s WHERE s.whistle = ",
            $row,
            ".id AND s.viewer = SUBSTR(",
            $viewer,
            ", 2)) > 0)"
        )
    };
}
pub(super) use is_seen_on_shift;

/// Whether the viewer sees the whistle of this id: everything, by a sight of the own key, or, on shift, because it is open.
/// Counted and not asked by EXISTS, which PostgreSQL answers by gathering all that the viewer sees, for a page of fifty.
macro_rules! is_seen {
    ($whistle:literal, $viewer:literal) => {
        concat!(
            "(",
            $viewer,
            " = '*' OR (SELECT COUNT(*) FROM sights s WHERE s.whistle = ",
            $whistle,
            " AND s.viewer = ",
            $viewer,
            ") > 0 OR (SUBSTR(",
            $viewer,
            ", 1, 1) = '+' AND (SELECT COUNT(*) FROM whistles d WHERE d.id = ",
            $whistle,
            " AND ",
            $crate::store::sight::is_seen_on_shift!("d", $viewer),
            ") > 0))"
        )
    };
}
pub(super) use is_seen;

/// The id of the thing whose limit this is: what a finding owes beside its own step is filed under its id with a word behind it.
macro_rules! thing_of {
    ($subject:literal) => {
        concat!("SUBSTR(", $subject, ", 1, INSTR(", $subject, " || '/', '/') - 1)")
    };
}
pub(super) use thing_of;

/// Whether one key of a reader suffices for the visit of this id; the first one of whoever sees everything is `*`. The keys
/// are the statement's first three parameters.
macro_rules! is_visit_seen {
    ($visit:literal) => {
        concat!(
            "($1 = '*' OR EXISTS (SELECT 1 FROM visit_sights s WHERE s.visit = ",
            $visit,
            " AND s.viewer IN ($1, $2, $3) AND s.viewer <> ''))"
        )
    };
}
pub(super) use is_visit_seen;

/// The same of what a department found there, where the key may show one department's results alone.
macro_rules! is_result_seen {
    ($visit:literal, $department:expr, $keys:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM visit_sights s WHERE s.visit = ",
            $visit,
            " AND s.viewer IN (",
            $keys,
            ") AND s.viewer <> '' AND s.only_of IN ('', ",
            $department,
            "))"
        )
    };
}
pub(super) use is_result_seen;

/// A finding of this name, by the statement's first three parameters.
macro_rules! is_finding_seen {
    ($visit:literal, $department:literal) => {
        concat!("($1 = '*' OR ", $crate::store::sight::is_result_seen!($visit, $department, "$1, $2, $3"), ")")
    };
}
pub(super) use is_finding_seen;

/// Whether a department that owes something of a visit is the unit asked for, or one for which the reader goes there. Every one where
/// no unit is asked for.
macro_rules! is_owed_by {
    ($visit:literal, $department:literal, $unit:literal) => {
        concat!(
            "(",
            $unit,
            " = '' OR ",
            $department,
            " = ",
            $unit,
            " OR EXISTS (SELECT 1 FROM visit_sights g WHERE g.visit = ",
            $visit,
            " AND g.viewer IN ($1, $2, $3) AND g.goes_for <> '' AND g.goes_for = ",
            $department,
            "))"
        )
    };
}
pub(super) use is_owed_by;
