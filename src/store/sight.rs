//! The right to a whistle or a visit, as every statement that reads one writes it: a part of its text, so that no row is found before
//! the right to it. Who may see what is `domain::policy`'s; here stands only how the ledger is asked.

/// The states from which somebody still must move, DOMAIN §3.1.
macro_rules! open_states {
    () => {
        "('submitted', 'returned', 'accepted', 'dispatched', 'handling', 'rectifying', 'awaiting_closure', 'suspended')"
    };
}
pub(super) use open_states;

/// Whether the viewer sees the whistle of this id: everything, by a sight of the own key, or, on shift, because it is open.
macro_rules! is_seen {
    ($whistle:literal, $viewer:literal) => {
        concat!(
            "(",
            $viewer,
            " = '*' OR EXISTS (SELECT 1 FROM sights s WHERE s.whistle = ",
            $whistle,
            " AND s.viewer = ",
            $viewer,
            ") OR (SUBSTR(",
            $viewer,
            ", 1, 1) = '+' AND EXISTS (SELECT 1 FROM whistles d WHERE d.id = ",
            $whistle,
            " AND (d.status IN ",
            $crate::store::sight::open_states!(),
            " OR EXISTS (SELECT 1 FROM sights s WHERE s.whistle = d.id AND s.viewer = SUBSTR(",
            $viewer,
            ", 2))))))"
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
