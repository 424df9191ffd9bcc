//! Lists of summonses, newest first, each with the whistle that it belongs to. A summons is visible if and only if its
//! whistle is, and the right stands in the same statement as the row. Never writes.

use super::whistles::{self, Position};
use super::{Fault, Reading, Value};
use crate::domain::at::At;
use crate::domain::policy::Scope;
use crate::domain::summons::Summons;
use crate::domain::terms::{Category, Severity, SummonsStatus, Urgency};
use crate::domain::wanted::Wanted;
use crate::domain::whistle::Whistle;
use std::collections::BTreeSet;

/// The narrower filters, in the words of every statement below; $11 says whether any of the whistle's own is asked. The
/// plus keeps days from choosing the index.
macro_rules! narrowed {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            "
          AND (+u.issued_at >= $9 OR $9 = 0) AND (+u.issued_at < $10 OR $10 = 0)
          AND ($11 = 0 OR EXISTS (SELECT 1 FROM whistles w WHERE w.id = u.whistle
            AND ($12 = '' OR INSTR($12, ',' || w.urgency || ',') > 0)
            AND ($13 = '' OR INSTR($13, ',' || w.severity || ',') > 0)
            AND ($14 = '' OR INSTR($14, ',' || w.category || ',') > 0)
            AND ($15 = '' OR INSTR(w.search, $15) > 0 OR ($20 <> '' AND INSTR(u.code, $20) > 0))
            AND ($16 = '' OR INSTR(w.search, $16) > 0 OR ($21 <> '' AND INSTR(u.code, $21) > 0))
            AND ($17 = '' OR INSTR(w.search, $17) > 0 OR ($22 <> '' AND INSTR(u.code, $22) > 0))
            AND ($18 = '' OR INSTR(w.search, $18) > 0 OR ($23 <> '' AND INSTR(u.code, $23) > 0))
            AND ($19 = '' OR INSTR(w.search, $19) > 0 OR ($24 <> '' AND INSTR(u.code, $24) > 0))))
          ",
            $after
        )
    };
}

/// One department in one state: flat by `summonses_of_department`.
const OF_DEPARTMENT: &str = narrowed!(
    "
    SELECT u.body, o.due_at, b.body
    FROM summonses u CROSS JOIN whistle_bodies b
    LEFT JOIN obligations o ON o.subject = u.id AND o.ended_at IS NULL
    WHERE u.department = $2 AND u.status = $3 AND (u.issued_at, u.id) < ($4, $5) AND b.whistle = u.whistle
      AND ($1 = '*' OR EXISTS (SELECT 1 FROM sights s WHERE s.whistle = u.whistle AND s.viewer = $1))
      AND ($8 = 0 OR ($8 = 1 AND o.due_at <= $7) OR ($8 = 2 AND (o.due_at IS NULL OR o.due_at > $7)))",
    "ORDER BY u.issued_at DESC, u.id DESC LIMIT $6"
);

/// Any departments and states, for whoever sees everything.
const OF_ALL: &str = narrowed!(
    "
    SELECT page.body, page.due_at, b.body
    FROM (
        SELECT u.issued_at, u.id, u.whistle, u.body, o.due_at
        FROM summonses u
        LEFT JOIN obligations o ON o.subject = u.id AND o.ended_at IS NULL
        WHERE $1 = '*' AND (u.issued_at, u.id) < ($4, $5)
          AND ($2 = '' OR INSTR($2, ',' || u.department || ',') > 0)
          AND ($3 = '' OR INSTR($3, ',' || u.status || ',') > 0)
          AND ($8 = 0 OR ($8 = 1 AND o.due_at <= $7) OR ($8 = 2 AND (o.due_at IS NULL OR o.due_at > $7)))",
    "ORDER BY u.issued_at DESC, u.id DESC LIMIT $6
    ) AS page
    JOIN whistle_bodies b ON b.whistle = page.whistle
    ORDER BY page.issued_at DESC, page.id DESC"
);

/// One state over all departments, for a scope that sees everything.
const OF_STATE: &str = narrowed!(
    "
    SELECT u.body, o.due_at, b.body
    FROM summonses u CROSS JOIN whistle_bodies b
    LEFT JOIN obligations o ON o.subject = u.id AND o.ended_at IS NULL
    WHERE $1 = '*' AND u.status = $3 AND (u.issued_at, u.id) < ($4, $5) AND b.whistle = u.whistle
      AND ($2 = '' OR INSTR($2, ',' || u.department || ',') > 0)
      AND ($8 = 0 OR ($8 = 1 AND o.due_at <= $7) OR ($8 = 2 AND (o.due_at IS NULL OR o.due_at > $7)))",
    "ORDER BY u.issued_at DESC, u.id DESC LIMIT $6"
);

/// Any departments and states, from a viewer's own list on. What one viewer sees is sorted, not what there is.
const OF_SEEN: &str = narrowed!(
    "
    SELECT page.body, page.due_at, b.body
    FROM (
        SELECT u.issued_at, u.id, u.whistle, u.body, o.due_at
        FROM sights s CROSS JOIN summonses u
        LEFT JOIN obligations o ON o.subject = u.id AND o.ended_at IS NULL
        WHERE s.viewer = $1 AND u.whistle = s.whistle AND (u.issued_at, u.id) < ($4, $5)
          AND ($2 = '' OR INSTR($2, ',' || u.department || ',') > 0)
          AND ($3 = '' OR INSTR($3, ',' || u.status || ',') > 0)
          AND ($8 = 0 OR ($8 = 1 AND o.due_at <= $7) OR ($8 = 2 AND (o.due_at IS NULL OR o.due_at > $7)))",
    "ORDER BY u.issued_at DESC, u.id DESC LIMIT $6
    ) AS page
    JOIN whistle_bodies b ON b.whistle = page.whistle
    ORDER BY page.issued_at DESC, page.id DESC"
);

#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[OF_DEPARTMENT, OF_STATE, OF_ALL, OF_SEEN];

/// What a list is asked for; an empty filter asks nothing.
#[derive(Debug, Clone, Default)]
pub struct SummonsQuery {
    pub department: Vec<String>,
    pub status: Vec<SummonsStatus>,
    pub overdue: Option<bool>,
    /// Issued from this moment on, and before that one.
    pub from: Option<At>,
    pub until: Option<At>,
    /// Of its whistle.
    pub urgency: Vec<Urgency>,
    pub severity: Vec<Severity>,
    pub category: Vec<Category>,
    /// All of its words must be found in the whistle, or in the summons' code.
    pub q: Option<Wanted>,
    /// Rows, at most. Whoever wants to know whether there is a next page asks for one more.
    pub limit: u16,
    pub after: Option<Position>,
}

impl SummonsQuery {
    /// Whether anything of the whistle's own is asked.
    fn asks_the_whistle(&self) -> bool {
        !(self.urgency.is_empty() && self.severity.is_empty() && self.category.is_empty() && self.q.is_none())
    }
}

/// A summons in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct SummonsItem {
    pub summons: Summons,
    /// What its department, or the office for it, still owes.
    pub due_at: Option<At>,
    pub overdue: bool,
    pub whistle: Whistle,
    /// The whistle's; `None`: erased.
    pub title: Option<String>,
}

impl SummonsItem {
    /// Where it stands in the list.
    pub fn position(&self) -> Position {
        Position { key: self.summons.issued_at.0, id: self.summons.id.as_str().to_owned() }
    }
}

/// One page of what the scope sees.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn list(
    reading: &mut Reading<'_>,
    scope: &Scope,
    query: &SummonsQuery,
    now: At,
) -> Result<Vec<SummonsItem>, Fault> {
    let viewer = scope.viewer();
    if viewer.is_empty() {
        return Ok(Vec::new());
    }
    let departments = whistles::listed(query.department.iter().map(String::as_str));
    let flat = match (query.department.as_slice(), viewer) {
        ([department], _) => Some((OF_DEPARTMENT, department.as_str())),
        (_, "*") if !query.status.is_empty() => Some((OF_STATE, departments.as_str())),
        (_, _) => None,
    };
    let mut items = Vec::new();
    if let Some((statement, departments)) = flat {
        // One flat read per state and a merge.
        let states = if query.status.is_empty() { SummonsStatus::ALL } else { &query.status };
        for state in states.iter().collect::<BTreeSet<_>>() {
            items.extend(read(reading, statement, [viewer, departments, state.as_str()], query, now)?);
        }
        items.sort_by_key(|item| std::cmp::Reverse((item.summons.issued_at, item.summons.id.clone())));
        items.truncate(query.limit.into());
    } else {
        let states = whistles::listed(query.status.iter().map(|status| status.as_str()));
        let statement = if viewer == "*" { OF_ALL } else { OF_SEEN };
        items = read(reading, statement, [viewer, &departments, &states], query, now)?;
    }
    let titles: Vec<_> = items.iter().map(|item| item.whistle.texts.title.clone()).collect();
    let titles = whistles::texts(reading, &titles)?;
    for item in &mut items {
        // Two summonses may have one whistle, so the title stays in the map.
        item.title = titles.get(&item.whistle.texts.title).cloned();
    }
    Ok(items)
}

fn read(
    reading: &mut Reading<'_>,
    statement: &str,
    [viewer, departments, states]: [&str; 3],
    query: &SummonsQuery,
    now: At,
) -> Result<Vec<SummonsItem>, Fault> {
    let (key, id) = query.after.as_ref().map_or((i64::MAX, ""), |after| (after.key, after.id.as_str()));
    let mut params: Vec<Value<'_>> = vec![
        viewer.into(),
        departments.into(),
        states.into(),
        key.into(),
        id.into(),
        i64::from(query.limit).into(),
        now.into(),
        whistles::asked(query.overdue).into(),
        query.from.unwrap_or(At(0)).into(),
        query.until.unwrap_or(At(0)).into(),
        i64::from(query.asks_the_whistle()).into(),
        whistles::listed(query.urgency.iter().map(|word| word.as_str())).into(),
        whistles::listed(query.severity.iter().map(|word| word.as_str())).into(),
        whistles::listed(query.category.iter().map(|word| word.as_str())).into(),
    ];
    params.extend(whistles::words(query.q.as_ref()));
    reading.rows(statement, &params, |row| {
        let due_at = row.opt_at(1)?;
        let overdue = due_at.is_some_and(|due| due <= now);
        Ok(SummonsItem { summons: row.json(0)?, due_at, overdue, whistle: row.json(2)?, title: None })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::whistles::tests::by_hand::{Desk, NOW, birth, owed, scope_of, summons, whistle};

    fn query(department: &[&str], status: &[SummonsStatus]) -> SummonsQuery {
        let department = department.iter().map(|code| (*code).to_owned()).collect();
        SummonsQuery { department, status: status.to_vec(), limit: 50, ..SummonsQuery::default() }
    }

    async fn read(desk: &Desk, unit: &str, query: SummonsQuery) -> Vec<SummonsItem> {
        let scope = scope_of(unit);
        desk.ledger.read(move |reading| list(reading, &scope, &query, NOW)).await.unwrap()
    }

    fn codes(items: &[SummonsItem]) -> Vec<&str> {
        items.iter().map(|item| item.summons.code.trim_start_matches("WH-2026-000")).collect()
    }

    /// Whistles 1 and 2 summon XF and SH, 2 is XF's to see; 1 is late for XF.
    async fn desk() -> Desk {
        let desk = Desk::open();
        for (n, viewers) in [(1, &["YJ"][..]), (2, &["YJ", "XF"])] {
            let one = whistle(n);
            let mut born = birth(one.clone(), viewers);
            born.summonses = vec![summons(&one, "XF"), summons(&one, "SH")];
            born.summonses[1].status = SummonsStatus::Working;
            let due_at = NOW.plus_minutes(n - 1);
            born.obligations.push(owed(&one, Some(&born.summonses[0]), due_at));
            desk.put(born).await;
        }
        desk
    }

    #[tokio::test]
    async fn a_summons_is_seen_where_its_whistle_is_and_nowhere_else() {
        let desk = desk().await;
        let all = query(&[], &[]);
        assert_eq!(codes(&read(&desk, "*", all.clone()).await), ["1-XF", "1-SH", "2-XF", "2-SH"]);
        assert_eq!(codes(&read(&desk, "YJ", all.clone()).await), ["1-XF", "1-SH", "2-XF", "2-SH"]);
        assert_eq!(codes(&read(&desk, "XF", all.clone()).await), ["2-XF", "2-SH"]);
        assert_eq!(codes(&read(&desk, "XF", query(&["XF"], &[])).await), ["2-XF"]);
        assert!(read(&desk, "SC", all.clone()).await.is_empty() && read(&desk, "", all).await.is_empty());
        assert!(read(&desk, "SC", query(&["XF"], &[])).await.is_empty());
        let item = read(&desk, "XF", query(&["XF"], &[])).await.remove(0);
        assert_eq!((item.whistle.code.as_str(), item.title.as_deref()), ("WH-2026-0002", Some("title of wh_0002")));
    }

    #[tokio::test]
    async fn filters_narrow_by_department_state_and_lateness() {
        let desk = desk().await;
        let working = [SummonsStatus::Working, SummonsStatus::Working, SummonsStatus::Done];
        for unit in ["*", "YJ"] {
            assert_eq!(codes(&read(&desk, unit, query(&["SH"], &[])).await), ["1-SH", "2-SH"]);
            assert_eq!(codes(&read(&desk, unit, query(&["SH", "XF"], &working)).await), ["1-SH", "2-SH"]);
            assert_eq!(codes(&read(&desk, unit, query(&["XF"], &working)).await), [""; 0]);
            assert_eq!(codes(&read(&desk, unit, query(&["SH"], &working)).await), ["1-SH", "2-SH"]);
            for department in [&["XF"][..], &[]] {
                let late = SummonsQuery { overdue: Some(true), ..query(department, &[]) };
                let late = read(&desk, unit, late).await;
                assert_eq!((codes(&late), late[0].overdue, late[0].due_at), (vec!["1-XF"], true, Some(NOW)));
            }
            let in_time = SummonsQuery { overdue: Some(false), ..query(&[], &[]) };
            assert_eq!(codes(&read(&desk, unit, in_time).await), ["1-SH", "2-XF", "2-SH"]);
        }
    }

    #[tokio::test]
    async fn filters_narrow_by_day_and_by_what_the_whistle_says() {
        let desk = desk().await;
        let issued = read(&desk, "*", query(&[], &[])).await[0].summons.issued_at;
        let all = query(&[], &[]);
        for (asked, found) in [
            (SummonsQuery { from: Some(issued), ..all.clone() }, 2),
            (SummonsQuery { from: Some(issued.plus_minutes(1)), ..all.clone() }, 0),
            (SummonsQuery { until: Some(issued), ..all.clone() }, 2),
            (SummonsQuery { until: Some(issued.plus_minutes(1)), ..all.clone() }, 4),
            (SummonsQuery { urgency: Urgency::ALL.to_vec(), severity: Severity::ALL.to_vec(), ..all.clone() }, 4),
            (SummonsQuery { category: Category::ALL.to_vec(), q: Some(Wanted::of("0002-xf")), ..all.clone() }, 1),
            (SummonsQuery { q: Some(Wanted::of("nowhere")), ..all.clone() }, 0),
        ] {
            for (unit, departments) in [("*", &[][..]), ("YJ", &[]), ("*", &["XF", "SH"])] {
                let asked = SummonsQuery { department: query(departments, &[]).department, ..asked.clone() };
                assert_eq!(read(&desk, unit, asked.clone()).await.len(), found, "{unit} {asked:?}");
            }
        }
        let odd: Vec<Urgency> = Urgency::ALL.iter().copied().filter(|of| *of != whistle(1).urgency).collect();
        assert!(read(&desk, "*", SummonsQuery { urgency: odd, ..all }).await.is_empty());
    }

    #[tokio::test]
    async fn pages_of_equal_times_show_each_summons_once() {
        let desk = Desk::open();
        for n in 0..25 {
            let same_time = Whistle { blown_at: NOW, ..whistle(n) };
            let mut born = birth(same_time.clone(), &["XF"]);
            born.summonses = vec![summons(&same_time, "XF")];
            born.summonses[0].status = SummonsStatus::ALL[usize::try_from(n).unwrap() % 3];
            desk.put(born).await;
        }
        for (unit, departments) in [("*", &[][..]), ("XF", &[]), ("XF", &["XF"])] {
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let page = read(&desk, unit, SummonsQuery { limit: 10, after, ..query(departments, &[]) }).await;
                after = page.last().map(SummonsItem::position);
                seen.extend(page.iter().map(|item| item.summons.code.clone()));
                if page.len() < 10 {
                    break;
                }
            }
            let expected: Vec<_> = (0..25).rev().map(|n| format!("WH-2026-{n:04}-XF")).collect();
            assert_eq!(seen, expected, "{unit}");
        }
    }

    #[tokio::test]
    async fn one_departments_list_is_read_along_its_index_and_never_sorted() {
        let plan = Desk::on_file().plan(OF_DEPARTMENT).await;
        let index = "u USING INDEX summonses_of_department (department=? AND status=? AND (issued_at,id)";
        assert!(plan.contains(index) && plan.contains("obligations_armed"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN"), "{plan}");
    }
}
