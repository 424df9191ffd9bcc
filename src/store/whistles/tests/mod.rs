//! The reads of whistles against a real ledger: who sees what, pages without gap or repeat, searches, indexes.
//! Whistles are made by hand here, so that a list can be tried on states that no deed would bring about.

pub(in crate::store) mod by_hand;
mod property;

use super::list::plain;
use super::*;
use crate::domain::at::At;
use crate::domain::decision::Change;
use crate::domain::terms::{Category, Severity, Urgency};
use crate::domain::wanted::Wanted;
use crate::domain::whistle::blow::fold;
use by_hand::{Desk, NOW, birth, moved, owed, scope_of, summons, whistle};

const SORTS: [Sort; 3] = [Sort::NewestFirst, Sort::OldestFirst, Sort::DueFirst];

fn fifty(sort: Sort, after: Option<Position>) -> WhistleQuery {
    WhistleQuery { limit: 50, sort, after, ..WhistleQuery::default() }
}

#[tokio::test]
async fn each_sees_what_concerns_them_and_nothing_of_the_rest() {
    let desk = Desk::open();
    desk.put(birth(whistle(1), &["YJ"])).await;
    let mut two = birth(whistle(2), &["YJ", "XF"]);
    two.summonses = vec![summons(&whistle(2), "XF"), summons(&whistle(2), "SH")];
    desk.put(two).await;
    for (unit, seen) in [("*", 2), ("YJ", 2), ("XF", 1), ("SC", 0), ("", 0)] {
        let scope = scope_of(unit);
        let ids = desk.ids(&scope, &fifty(Sort::NewestFirst, None)).await;
        assert_eq!(ids, ["wh_0001", "wh_0002"][2 - seen..], "{unit}");
        let read = desk.ledger.read(move |reading| {
            let one = tree_by_id(reading, &scope, &WhistleId::from_text("wh_0001"))?;
            let two = tree(reading, &scope, "WH-2026-0002")?;
            let of_summons = tree_of_summons(reading, &scope, "WH-2026-0002-SH")?;
            assert!(tree(reading, &scope, "WH-2026-0003")?.is_none());
            assert!(tree_of_summons(reading, &scope, "WH-2026-0001-SH")?.is_none());
            Ok((one, two, of_summons, count_by_status(reading, &scope, (WhistleStatus::Submitted, None), 1000)?))
        });
        let (one, two, of_summons, count) = read.await.unwrap();
        assert_eq!((one.is_some(), two.is_some(), count), (seen > 1, seen > 0, i64::try_from(seen).unwrap()), "{unit}");
        assert_eq!(of_summons.as_ref().map(|(_, id)| id.as_str()), two.as_ref().map(|_| "su_0002_SH"), "{unit}");
        assert_eq!(of_summons.map(|(tree, _)| tree), two, "{unit}");
    }
}

#[tokio::test]
async fn whoever_leads_the_shift_sees_what_is_open_once_and_of_what_is_over_the_own_alone() {
    let desk = Desk::open();
    let mut all = Vec::new();
    for (n, status) in (1..).zip(WhistleStatus::ALL) {
        for (n, own) in [(n, true), (n + 100, false)] {
            let one = Whistle { status: *status, ..whistle(n) };
            let viewers: &[&str] = if own { &["YJ"] } else { &["XF"] };
            desk.put(birth(one.clone(), viewers)).await;
            all.extend((own || status.is_open()).then_some((one.blown_at, one.id)));
        }
    }
    all.sort();
    let scope = scope_of("+YJ");
    let ids: Vec<&str> = all.iter().map(|(_, id)| id.as_str()).collect();
    assert_eq!(ids.len(), 12 + 8);
    assert_eq!(desk.ids(&scope, &fifty(Sort::OldestFirst, None)).await, ids);
    // Looked for near and far: one page holds all of them, or three at a time.
    for limit in [50, 3] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let asked = WhistleQuery { limit, q: Some(Wanted::of("wh-2026")), ..fifty(Sort::OldestFirst, after) };
            let page = desk.list(&scope, &asked).await;
            after = page.last().map(|last| last.position(Sort::OldestFirst));
            seen.extend(page.iter().map(|item| item.whistle.id.as_str().to_owned()));
            if page.len() < usize::from(limit) {
                break;
            }
        }
        assert_eq!(seen, ids, "{limit}");
    }
    for (status, found) in [(WhistleStatus::Handling, 2), (WhistleStatus::Closed, 1)] {
        let asked = WhistleQuery { status: vec![status], ..fifty(Sort::NewestFirst, None) };
        assert_eq!(desk.list(&scope, &asked).await.len(), found, "{status}");
        let scope = scope.clone();
        let counted =
            desk.ledger.read(move |reading| count_by_status(reading, &scope, (status, None), 100)).await.unwrap();
        assert_eq!(counted, i64::try_from(found).unwrap(), "{status}");
    }
    // Another's closed one (the ninth state), by its code and by its id; the own one beside it.
    let read = desk.ledger.read(move |reading| {
        let by_id = |reading: &mut Reading<'_>, id: &str| tree_by_id(reading, &scope, &WhistleId::from_text(id));
        Ok([
            by_id(reading, "wh_0109")?.is_some(),
            by_id(reading, "wh_0009")?.is_some(),
            by_id(reading, "wh_0101")?.is_some(),
        ])
    });
    assert_eq!(read.await.unwrap(), [false, true, true]);
}

#[tokio::test]
async fn a_tree_comes_with_its_summonses_and_with_what_is_still_owed() {
    let (desk, mut one) = (Desk::open(), whistle(1));
    one.status = WhistleStatus::Dispatched;
    let mut late = summons(&one, "XF");
    late.issued_at = late.issued_at.plus_minutes(1);
    let mut born = birth(one.clone(), &[]);
    born.summonses = vec![late.clone(), summons(&one, "YJ")];
    let mut ended = owed(&one, None, NOW);
    ended.ended_at = Some(NOW);
    ended.id = ObligationId::from_text("ob_old");
    born.obligations = vec![owed(&one, None, NOW.plus_minutes(9)), owed(&one, Some(&late), NOW.plus_minutes(5)), ended];
    let armed = vec![born.obligations[1].clone(), born.obligations[0].clone()];
    desk.put(born).await;
    let scope = scope_of("*");
    let tree = desk.ledger.read(move |reading| tree(reading, &scope, "WH-2026-0001")).await.unwrap().unwrap();
    assert_eq!(tree.whistle, Whistle { code: "WH-2026-0001".into(), ..one });
    assert_eq!(tree.summonses.iter().map(|one| one.department.as_str()).collect::<Vec<_>>(), ["YJ", "XF"]);
    assert_eq!(tree.obligations, armed);
    let items = desk.list(&scope_of("*"), &fifty(Sort::NewestFirst, None)).await;
    assert_eq!((items[0].due_at, items[0].overdue), (tree.due_at(), false));
    assert_eq!(items[0].title.as_deref(), Some("title of wh_0001"));
}

#[tokio::test]
async fn what_is_late_is_counted_as_a_list_has_it() {
    let desk = Desk::open();
    for (n, due, viewers) in [(1, 0, &["XF"][..]), (2, 1, &["XF"]), (3, -9, &["YJ"]), (4, -9, &["XF"])] {
        let status = if n == 4 { WhistleStatus::Handling } else { WhistleStatus::Submitted };
        let one = Whistle { status, ..whistle(n) };
        let mut born = birth(one.clone(), viewers);
        born.obligations = vec![owed(&one, None, NOW.plus_minutes(due))];
        desk.put(born).await;
    }
    for (unit, late) in [("*", 2), ("XF", 1), ("YJ", 1), ("SC", 0), ("+SC", 2)] {
        let (scope, status) = (scope_of(unit), WhistleStatus::Submitted);
        let asked = WhistleQuery { status: vec![status], overdue: Some(true), ..fifty(Sort::DueFirst, None) };
        assert_eq!(desk.list(&scope, &asked).await.len(), late, "{unit}");
        let counted = desk.ledger.read(move |reading| count_by_status(reading, &scope, (status, Some(NOW)), 100));
        assert_eq!(counted.await.unwrap(), i64::try_from(late).unwrap(), "{unit}");
    }
}

#[tokio::test]
async fn over_all_pages_each_row_that_stood_throughout_comes_exactly_once() {
    let desk = Desk::open();
    for n in 0..250 {
        let same_time = Whistle { blown_at: NOW, ..whistle(n) };
        let mut born = birth(same_time.clone(), &["XF"]);
        // A third has nothing due; the others share a few limits.
        if n % 3 > 0 {
            born.obligations.push(owed(&same_time, None, NOW.plus_minutes(n % 3 + n % 2)));
        }
        desk.put(born).await;
    }
    let mut stranger = 1000;
    for (unit, sort) in ["*", "XF"].into_iter().flat_map(|unit| SORTS.map(|sort| (unit, sort))) {
        let (scope, mut seen, mut after) = (scope_of(unit), Vec::new(), None);
        loop {
            let page = desk.list(&scope, &fifty(sort, after)).await;
            after = page.last().map(|last| last.position(sort));
            seen.extend(page.iter().map(|item| item.whistle.id.as_str().to_owned()));
            // Another client blows at the same moment, and the limit of one whistle moves.
            stranger += 1;
            desk.put(birth(Whistle { blown_at: NOW, ..whistle(stranger) }, &["XF"])).await;
            let obligations = vec![owed(&whistle(1), None, NOW.plus_minutes(stranger % 7))];
            desk.put(Change { obligations, ..Change::default() }).await;
            if page.len() < 50 {
                break;
            }
        }
        let moved = |id: &String| sort == Sort::DueFirst && id == "wh_0001";
        let expected: Vec<String> = (0..250).map(|n| format!("wh_{n:04}")).filter(|id| !moved(id)).collect();
        seen.retain(|id| id.as_str() < "wh_1000" && !moved(id));
        let mut sorted = seen.clone();
        sorted.sort();
        assert_eq!(sorted, expected, "{unit} {sort:?}");
        if sort == Sort::DueFirst {
            assert!(seen[..165].iter().all(|id| id[3..].parse::<i64>().unwrap() % 3 > 0), "undated rows come last");
        }
    }
}

#[tokio::test]
async fn several_states_are_one_list_in_one_order() {
    let desk = Desk::open();
    for (n, status) in (1..).zip(WhistleStatus::ALL.iter().cycle().take(30)) {
        desk.put(birth(Whistle { status: *status, ..whistle(n) }, &["XF"])).await;
    }
    let asked = [WhistleStatus::Closed, WhistleStatus::Submitted, WhistleStatus::Closed];
    let query = |sort, after| WhistleQuery { status: asked.to_vec(), limit: 3, ..fifty(sort, after) };
    for scope in [scope_of("*"), scope_of("XF")] {
        let first = desk.list(&scope, &query(Sort::NewestFirst, None)).await;
        let ids: Vec<_> = first.iter().map(|item| item.whistle.id.as_str()).collect();
        assert_eq!(ids, ["wh_0001", "wh_0009", "wh_0013"]);
        let after = first.last().map(|last| last.position(Sort::NewestFirst));
        assert_eq!(desk.ids(&scope, &query(Sort::NewestFirst, after)).await, ["wh_0021", "wh_0025"]);
        assert_eq!(desk.ids(&scope, &query(Sort::OldestFirst, None)).await, ["wh_0025", "wh_0021", "wh_0013"]);
    }
}

#[tokio::test]
async fn a_search_finds_part_of_a_sentence_in_any_width_and_takes_signs_literally() {
    let desk = Desk::open();
    let titles = ["三号楼配电房堆放易燃物", "３号楼 ABC 通道", "折扣 5%", "a_b", "axb"];
    for (n, title) in (1..).zip(titles) {
        desk.put(birth(Whistle { search: fold(title), ..whistle(n) }, &[])).await;
    }
    let cases: [(&str, &[i64]); 13] = [
        ("配电房", &[1]),
        ("易燃", &[1]),
        ("电", &[1]),
        ("三号楼 配电", &[1]),
        ("配电  三号楼", &[1]),
        ("号楼", &[1, 2]),
        ("3号楼", &[2]),
        ("ａｂｃ", &[2]),
        ("%", &[3]),
        ("_", &[4]),
        ("a_b", &[4]),
        ("配电 abc", &[]),
        (" ", &[1, 2, 3, 4, 5]),
    ];
    for (asked, found) in cases {
        let query = WhistleQuery { q: Some(Wanted::of(asked)), ..fifty(Sort::NewestFirst, None) };
        let found: Vec<_> = found.iter().map(|n| format!("wh_{n:04}")).collect();
        assert_eq!(desk.ids(&scope_of("*"), &query).await, found, "{asked}");
    }
}

#[tokio::test]
async fn each_filter_takes_whole_words_and_all_must_fit() {
    let (desk, all) = (Desk::open(), fifty(Sort::NewestFirst, None));
    let mut one = whistle(1);
    (one.urgency, one.severity, one.category) = (Urgency::Urgent, Severity::Major, Category::Gas);
    (one.town, one.enterprise) = (Some("T01".into()), Some("E12".into()));
    let mut born = birth(one.clone(), &[]);
    born.texts.clear();
    born.summonses.push(summons(&one, "XF"));
    born.obligations.push(owed(&one, None, NOW));
    desk.put(born).await;
    let mut born = birth(whistle(2), &[]);
    born.obligations.push(owed(&whistle(2), None, NOW.plus_minutes(1)));
    desk.put(born).await;
    // Nothing of this one is due.
    desk.put(birth(whistle(3), &[])).await;
    let second = whistle(2).blown_at;
    let listed = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
    let cases = [
        (WhistleQuery { urgency: vec![Urgency::Urgent, Urgency::Complex], ..all.clone() }, "1"),
        (WhistleQuery { severity: vec![Severity::Major], ..all.clone() }, "1"),
        (WhistleQuery { category: vec![Category::Fire, Category::Gas], ..all.clone() }, "123"),
        (WhistleQuery { category: vec![Category::Gas], ..all.clone() }, "1"),
        // From a moment on, and before one.
        (WhistleQuery { from: Some(second), ..all.clone() }, "12"),
        (WhistleQuery { from: Some(At(second.0 + 1)), ..all.clone() }, "1"),
        (WhistleQuery { until: Some(second), ..all.clone() }, "3"),
        (WhistleQuery { until: Some(At(second.0 + 1)), ..all.clone() }, "23"),
        (WhistleQuery { town: listed(&["T02", "T01"]), ..all.clone() }, "1"),
        (WhistleQuery { town: listed(&["T0"]), ..all.clone() }, ""),
        (WhistleQuery { enterprise: listed(&["E12"]), ..all.clone() }, "1"),
        (WhistleQuery { enterprise: listed(&["E1"]), ..all.clone() }, ""),
        (WhistleQuery { department: listed(&["XF"]), ..all.clone() }, "1"),
        (WhistleQuery { department: listed(&["SH", "YJ"]), ..all.clone() }, "123"),
        // Every word counts, the fifth too, and each may stand in the code.
        (WhistleQuery { q: Some(Wanted::of("wh 2026 000 00 0002")), ..all.clone() }, "2"),
        (WhistleQuery { q: Some(Wanted::of("wh 0001")), ..all.clone() }, "1"),
        (WhistleQuery { overdue: Some(true), ..all.clone() }, "1"),
        (WhistleQuery { overdue: Some(false), ..all.clone() }, "23"),
        (WhistleQuery { overdue: Some(false), town: listed(&["T01"]), ..all.clone() }, ""),
    ];
    for (query, found) in cases {
        let items = desk.list(&scope_of("*"), &query).await;
        let numbers: String = items.iter().map(|item| item.whistle.id.as_str().trim_start_matches("wh_000")).collect();
        assert_eq!(numbers, found, "{query:?}");
    }
    let items = desk.list(&scope_of("*"), &all).await;
    assert_eq!((items[0].title.as_deref(), items[0].overdue), (None, true), "an erased title leaves the row");
}

#[tokio::test]
async fn a_sight_follows_its_whistle_from_state_to_state() {
    let (desk, one) = (Desk::open(), whistle(1));
    desk.put(birth(one.clone(), &["XF"])).await;
    desk.put(moved(Whistle { status: WhistleStatus::Accepted, code: "WH-2026-0001".into(), ..one })).await;
    for (status, found) in [(WhistleStatus::Submitted, 0), (WhistleStatus::Accepted, 1)] {
        let query = WhistleQuery { status: vec![status], ..fifty(Sort::NewestFirst, None) };
        assert_eq!(desk.ids(&scope_of("XF"), &query).await.len(), found, "{status}");
    }
}

#[tokio::test]
async fn lists_by_time_are_read_along_an_index_and_never_sorted() {
    let desk = Desk::on_file();
    for sort in [Sort::NewestFirst, Sort::OldestFirst] {
        for (viewer, state, index) in [
            ("*", "closed", "w USING INDEX whistles_by_status (status=? AND (blown_at,id)"),
            ("*", "", "w USING INDEX whistles_by_time ((blown_at,id)"),
            ("XF", "closed", "s USING COVERING INDEX sights_by_status (viewer=? AND status=? AND (at,whistle)"),
            ("XF", "", "s USING COVERING INDEX sights_by_time (viewer=? AND (at,whistle)"),
        ] {
            let plan = desk.plan(&plain(viewer, state, sort)).await;
            assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{viewer} {state}: {plan}");
        }
    }
    let plan = desk.plan(ARMED).await;
    assert!(plan.contains("obligations_armed_of_whistle (tree=?)") && !plan.contains("TEMP B-TREE"), "{plan}");
}
