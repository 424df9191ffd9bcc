//! Lists of whistles: one page at a time, under one scope, in a total order (sort key, then id), so that a row whose key
//! did not change appears exactly once. A statement is put together from the constant pieces below by scope, state and
//! sort, never from what somebody typed; `INSTR(` is the one word that the bridge says otherwise (`STRPOS(`) elsewhere.

use super::super::sight::is_seen_on_shift;
use super::super::{Fault, Reading, Row, Value};
use super::texts;
use crate::domain::at::At;
use crate::domain::policy::Scope;
use crate::domain::terms::{Category, Severity, Urgency, WhistleStatus};
use crate::domain::wanted::{WORDS_MAX, Wanted};
use crate::domain::whistle::Whistle;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// What a row must be like, whoever looks and in whatever order. Comma lists come wrapped in commas; an empty one asks
/// nothing, and neither does an empty word or the moment 0: said of each, so that it weighs nothing in a plan. The plus keeps
/// a span of days from choosing another index than the order's.
macro_rules! filters {
    () => {
        "($7 = 0 OR ($7 = 1 AND w.due_at <= $6) OR ($7 = 2 AND (w.due_at IS NULL OR w.due_at > $6)))
      AND ($8 = '' OR INSTR($8, ',' || w.urgency || ',') > 0)
      AND ($9 = '' OR INSTR($9, ',' || w.severity || ',') > 0)
      AND ($10 = '' OR INSTR($10, ',' || w.category || ',') > 0)
      AND ($11 = '' OR INSTR($11, ',' || w.town || ',') > 0)
      AND ($12 = '' OR INSTR($12, ',' || w.enterprise || ',') > 0)
      AND ($13 = '' OR INSTR($13, ',' || w.department || ',') > 0 OR EXISTS (
          SELECT 1 FROM summonses u WHERE u.whistle = w.id AND INSTR($13, ',' || u.department || ',') > 0))
      AND (+w.blown_at >= $24 OR $24 = 0) AND (+w.blown_at < $25 OR $25 = 0)
      AND ($14 = '' OR INSTR(w.search, $14) > 0 OR ($19 <> '' AND INSTR(w.code, $19) > 0))
      AND ($15 = '' OR INSTR(w.search, $15) > 0 OR ($20 <> '' AND INSTR(w.code, $20) > 0))
      AND ($16 = '' OR INSTR(w.search, $16) > 0 OR ($21 <> '' AND INSTR(w.code, $21) > 0))
      AND ($17 = '' OR INSTR(w.search, $17) > 0 OR ($22 <> '' AND INSTR(w.code, $22) > 0))
      AND ($18 = '' OR INSTR(w.search, $18) > 0 OR ($23 <> '' AND INSTR(w.code, $23) > 0))"
    };
}

/// What is named in braces stands in the pieces below. The page is found in narrow rows; its documents are fetched
/// afterwards, in whatever order.
const LIST: &str = concat!(
    "
    SELECT page.due_at, b.body FROM (
    SELECT {id} AS id, w.due_at FROM {from}
    WHERE {right} AND {status} AND ({key}, {id}) {past} ($3, $4) AND ",
    filters!(),
    "
    ORDER BY {key} {way}, {id} {way} LIMIT $5
    ) AS page JOIN whistle_bodies b ON b.whistle = page.id"
);

/// The same among the first rows of the order only: a word that is common fills its page there.
const NEAR: &str = concat!(
    "
    SELECT page.due_at, b.body FROM (
    SELECT near.id AS id, w.due_at FROM (
      SELECT {id} AS id, {key} AS place FROM {from}
      WHERE {right} AND {status} AND ({key}, {id}) {past} ($3, $4)
      ORDER BY {key} {way}, {id} {way} LIMIT $26
    ) AS near JOIN whistles w ON w.id = near.id
    WHERE ",
    filters!(),
    "
    ORDER BY near.place {way}, near.id {way} LIMIT $5
    ) AS page JOIN whistle_bodies b ON b.whistle = page.id"
);

/// The same, all that fits first and the right to it afterwards: what is rare costs one walk through the table, and no
/// row is looked up by itself.
const FAR: &str = concat!(
    "
    WITH fits AS MATERIALIZED (SELECT w.id, w.status, w.blown_at, w.due_at FROM whistles w WHERE ",
    filters!(),
    ")
    SELECT page.due_at, b.body FROM (
    SELECT {id} AS id, w.due_at FROM {fits}
    WHERE {right} AND {status} AND ({key}, {id}) {past} ($3, $4)
    ORDER BY {key} {way}, {id} {way} LIMIT $5
    ) AS page JOIN whistle_bodies b ON b.whistle = page.id"
);

/// Rows that [`NEAR`] looks at; few in tests, so that they look past it.
const NEAR_ROWS: i64 = if cfg!(test) { 3 } else { 2_000 };

/// `from`, `right`, the state's column, time and id. CROSS JOIN: the engine must start at the viewer's own list.
const OF_ALL: [&str; 5] = ["whistles w", "$1 = '*'", "w.status", "w.blown_at", "w.id"];
const OF_SEEN: [&str; 5] =
    ["sights s CROSS JOIN whistles w", "s.viewer = $1 AND w.id = s.whistle", "s.status", "s.at", "s.whistle"];
/// On shift, and something is looked for: in whatever is open and in what the own key sees, by one walk.
const ON_SHIFT: [&str; 5] = ["whistles w", is_seen_on_shift!("w", "$1"), "w.status", "w.blown_at", "w.id"];
/// The other way round: from what fits to who sees it.
const FITS: [&str; 2] = ["fits w", "fits w CROSS JOIN sights s"];

/// Nothing due comes last. The key of such a row is [`i64::MAX`], as in [`WhistleItem::position`].
const DUE: [&str; 2] = ["COALESCE(w.due_at, 9223372036854775807)", "w.id"];

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    #[default]
    NewestFirst,
    OldestFirst,
    /// The soonest limit that still binds anybody; rows without one last.
    DueFirst,
}

/// Where a page ended: sort key and whistle. What a cursor holds.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Position {
    /// Microseconds UTC.
    pub key: i64,
    pub id: String,
}

/// What a list is asked for; an empty filter asks nothing.
#[derive(Debug, Clone, Default)]
pub struct WhistleQuery {
    pub status: Vec<WhistleStatus>,
    pub urgency: Vec<Urgency>,
    pub severity: Vec<Severity>,
    pub category: Vec<Category>,
    pub town: Vec<String>,
    /// The blower's unit or any that is summoned.
    pub department: Vec<String>,
    pub enterprise: Vec<String>,
    /// Blown from this moment on, and before that one.
    pub from: Option<At>,
    pub until: Option<At>,
    pub overdue: Option<bool>,
    /// All of its words must be found.
    pub q: Option<Wanted>,
    pub sort: Sort,
    /// Rows, at most. Whoever wants to know whether there is a next page asks for one more.
    pub limit: u16,
    pub after: Option<Position>,
}

/// A whistle in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct WhistleItem {
    pub whistle: Whistle,
    /// `None`: erased.
    pub title: Option<String>,
    /// The soonest limit in its tree.
    pub due_at: Option<At>,
    /// Somebody in its tree is late.
    pub overdue: bool,
}

impl WhistleItem {
    /// Where it stands in a list of that order.
    pub fn position(&self, sort: Sort) -> Position {
        let key = match sort {
            Sort::NewestFirst | Sort::OldestFirst => self.whistle.blown_at.0,
            Sort::DueFirst => self.due_at.map_or(i64::MAX, |at| at.0),
        };
        Position { key, id: self.whistle.id.as_str().to_owned() }
    }
}

/// One page of what the scope sees.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn list(
    reading: &mut Reading<'_>,
    scope: &Scope,
    query: &WhistleQuery,
    now: At,
) -> Result<Vec<WhistleItem>, Fault> {
    let viewer = scope.viewer();
    if viewer.is_empty() {
        return Ok(Vec::new());
    }
    // One flat read per state and a merge: several states at once would read the whole history for a few rows.
    // On shift each state has its own key.
    let by_state = !query.status.is_empty() || (scope.is_on_shift() && query.q.is_none());
    let states = if query.status.is_empty() { WhistleStatus::ALL } else { &query.status };
    let states: BTreeSet<&WhistleStatus> = states.iter().filter(|_| by_state).collect();
    let mut items = Vec::new();
    if !by_state {
        items = read_state(reading, viewer, "", query, now)?;
    }
    for state in states {
        items.extend(read_state(reading, scope.viewer_of(*state), state.as_str(), query, now)?);
    }
    items.sort_by(|one, other| in_order(query.sort, one, other));
    items.truncate(query.limit.into());
    let titles: Vec<_> = items.iter().map(|item| item.whistle.texts.title.clone()).collect();
    let mut titles = texts(reading, &titles)?;
    for item in &mut items {
        item.title = titles.remove(&item.whistle.texts.title);
    }
    Ok(items)
}

fn in_order(sort: Sort, one: &WhistleItem, other: &WhistleItem) -> Ordering {
    let (one, other) = (one.position(sort), other.position(sort));
    let rising = (one.key, &one.id).cmp(&(other.key, &other.id));
    match sort {
        Sort::NewestFirst => rising.reverse(),
        Sort::OldestFirst | Sort::DueFirst => rising,
    }
}

/// One page of one state; of all states, if it is empty. Titles are still missing.
fn read_state(
    reading: &mut Reading<'_>,
    viewer: &str,
    state: &str,
    query: &WhistleQuery,
    now: At,
) -> Result<Vec<WhistleItem>, Fault> {
    let start = match query.sort {
        Sort::NewestFirst => i64::MAX,
        Sort::OldestFirst | Sort::DueFirst => i64::MIN,
    };
    let (key, id) = query.after.as_ref().map_or((start, ""), |after| (after.key, after.id.as_str()));
    let mut params: Vec<Value<'_>> = vec![
        viewer.into(),
        state.into(),
        key.into(),
        id.into(),
        i64::from(query.limit).into(),
        now.into(),
        asked(query.overdue).into(),
        listed(query.urgency.iter().map(|word| word.as_str())).into(),
        listed(query.severity.iter().map(|word| word.as_str())).into(),
        listed(query.category.iter().map(|word| word.as_str())).into(),
        listed(query.town.iter().map(String::as_str)).into(),
        listed(query.enterprise.iter().map(String::as_str)).into(),
        listed(query.department.iter().map(String::as_str)).into(),
    ];
    params.extend(words(query.q.as_ref()));
    params.extend([query.from.unwrap_or(At(0)).into(), query.until.unwrap_or(At(0)).into()]);
    let item = |row: &Row<'_>| {
        let due_at = row.opt_at(0)?;
        let overdue = due_at.is_some_and(|due| due <= now);
        Ok(WhistleItem { whistle: row.json(1)?, title: None, due_at, overdue })
    };
    if query.q.as_ref().is_none_or(|q| q.words().is_empty()) {
        return reading.rows(&statement(LIST, viewer, state, query.sort), &params, item);
    }
    // No index has rows by their soonest limit: the nearest ones would cost as much as all.
    if query.sort != Sort::DueFirst {
        params.push(NEAR_ROWS.into());
        let near = reading.rows(&statement(NEAR, viewer, state, query.sort), &params, item)?;
        if near.len() >= usize::from(query.limit) {
            return Ok(near);
        }
        params.pop();
    }
    reading.rows(&statement(FAR, viewer, state, query.sort), &params, item)
}

/// The words that a statement takes: as texts have them, folded, then as codes have them, in capitals. A word that can
/// stand in no code is empty there, so that no code is looked at; it is the word that is turned, not every code.
pub(in crate::store) fn words(q: Option<&Wanted>) -> impl Iterator<Item = Value<'_>> {
    let words = || q.into_iter().flat_map(Wanted::words);
    let in_code = |word: &String| {
        let fits = word.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '-');
        if fits { word.to_ascii_uppercase() } else { String::new() }
    };
    let filled = std::iter::repeat_with(|| Value::from(""));
    let texts = words().map(Value::from).chain(filled).take(WORDS_MAX);
    texts.chain(words().map(in_code).map(Value::from).chain(filled).take(WORDS_MAX))
}

/// A statement for a scope, a state (or none) and a sort.
fn statement(text: &str, viewer: &str, state: &str, sort: Sort) -> String {
    let ([from, right, status, time, id], fits) = match viewer {
        "*" => (OF_ALL, FITS[0]),
        on_shift if on_shift.starts_with('+') => (ON_SHIFT, FITS[0]),
        _ => (OF_SEEN, FITS[1]),
    };
    let [due, whistle] = DUE;
    let (key, id, past, way) = match sort {
        Sort::NewestFirst => (time, id, "<", "DESC"),
        Sort::OldestFirst => (time, id, ">", "ASC"),
        Sort::DueFirst => (due, whistle, ">", "ASC"),
    };
    let status = if state.is_empty() { "$2 = ''".to_owned() } else { format!("{status} = $2") };
    text.replace("{from}", from)
        .replace("{fits}", fits)
        .replace("{right}", right)
        .replace("{status}", &status)
        .replace("{key}", key)
        .replace("{id}", id)
        .replace("{past}", past)
        .replace("{way}", way)
}

/// Every statement of a list.
#[cfg(test)]
pub(in crate::store) fn every_list() -> impl Iterator<Item = String> {
    [LIST, NEAR, FAR].into_iter().flat_map(every_one)
}

/// One of them in every scope, state and order.
#[cfg(test)]
fn every_one(text: &'static str) -> impl Iterator<Item = String> {
    let sorts = [Sort::NewestFirst, Sort::OldestFirst, Sort::DueFirst].into_iter();
    sorts.flat_map(move |sort| {
        [("*", ""), ("*", "closed"), ("XF", ""), ("XF", "closed"), ("+XF", "")]
            .map(|(viewer, state)| statement(text, viewer, state, sort))
    })
}

/// The statement that a page of a list is read by, for whoever looks at its plan.
#[cfg(test)]
pub(super) fn plain(viewer: &str, state: &str, sort: Sort) -> String {
    statement(LIST, viewer, state, sort)
}

/// How the statements are asked for what is overdue: 0 any, 1 yes, 2 no.
pub(in crate::store) fn asked(overdue: Option<bool>) -> i64 {
    match overdue {
        None => 0,
        Some(true) => 1,
        Some(false) => 2,
    }
}

/// A comma list wrapped in commas, so that a whole word can be found in it; empty for no words.
pub(in crate::store) fn listed<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.fold(String::new(), |list, word| if list.is_empty() { format!(",{word},") } else { format!("{list}{word},") })
}
