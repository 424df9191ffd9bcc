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
