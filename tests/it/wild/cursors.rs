//! Cursors: one of another list, of another reader, cut, lengthened or changed by one letter opens nothing, and the
//! answer is 400 whatever it was made of (T18).

use super::queries::escaped;
use super::{Verdict, no_panic, refused, sound, tried};
use crate::town::{Town, blow_order, town};
use proptest::prelude::*;
use proptest::sample::Index;

const CASES: u32 = 400;

/// Lists that have a second page, with who reads them.
const LISTS: [(&str, &str); 10] = [
    ("office", "/whistles"),
    ("office", "/whistles?sort=blown_at"),
    ("office", "/whistles?sort=due_at"),
    ("office", "/summonses"),
    ("office", "/departments"),
    ("office", "/enterprises"),
    ("liaison.xf", "/whistles"),
    ("liaison.xf", "/enterprises"),
    ("liaison.xf", "/whistles/WH-2026-0001/timeline"),
    ("admin", "/me/trail"),
];

async fn page(t: &Town, (who, list): (&str, &str), cursor: Option<&str>) -> crate::town::Reply {
    let joint = if list.contains('?') { '&' } else { '?' };
    let cursor = cursor.map(|cursor| format!("&cursor={}", escaped(cursor.as_bytes()))).unwrap_or_default();
    t.person(who).get(&format!("{list}{joint}limit=1{cursor}")).await
}

/// Two of everything, and the cursor of each list's second page.
async fn cursors(t: &Town) -> Vec<((&'static str, &'static str), String)> {
    for what in ["堆放", "粉尘"] {
        let code = t.fire().blows(&blow_order(what)).await;
        t.office().summons(&code, &["XF", "YJ"], "normal").await;
        t.advance(1).await;
    }
    t.person("admin").fresh_token().await;
    let mut cursors = Vec::new();
    for list in LISTS {
        let first = page(t, list, None).await.expect(200).json();
        let next = first["next_cursor"].as_str().unwrap_or_else(|| panic!("{list:?} has one page"));
        cursors.push((list, next.to_owned()));
    }
    cursors
}

#[actix_web::test]
async fn t18_a_cursor_opens_the_list_of_its_reader_and_no_other() {
    town(async |t| {
        let cursors = cursors(t).await;
        for (list, _) in &cursors {
            for (other, cursor) in &cursors {
                let reply = page(t, *list, Some(cursor)).await;
                match list == other {
                    true => assert_eq!(reply.status, 200, "{list:?}"),
                    false => {
                        refused(&reply, 400, "bad_cursor").unwrap_or_else(|told| panic!("{list:?} {other:?} {told}"))
                    }
                }
            }
        }
    })
    .await;
}

/// What is done to a cursor.
#[derive(Debug, Clone)]
enum Touch {
    Letter(Index, char),
    Cut(Index),
    Longer(String),
    Twice,
    Other(String),
    Bytes(Vec<u8>),
}

impl Touch {
    fn on(&self, cursor: &str) -> Vec<u8> {
        let letters: Vec<char> = cursor.chars().collect();
        let touched: String = match self {
            Touch::Letter(at, letter) => {
                let mut letters = letters;
                let at = at.index(letters.len());
                letters[at] = *letter;
                letters.into_iter().collect()
            }
            Touch::Cut(at) => letters[..at.index(letters.len())].iter().collect(),
            Touch::Longer(more) => format!("{cursor}{more}"),
            Touch::Twice => cursor.repeat(2),
            Touch::Other(text) => text.clone(),
            Touch::Bytes(bytes) => return bytes.clone(),
        };
        touched.into_bytes()
    }
}

#[actix_web::test]
async fn t18_a_cursor_that_was_touched_is_400_whatever_was_done_to_it() {
    town(async |t| {
        let cursors = cursors(t).await;
        let touch = prop_oneof![
            4 => (any::<Index>(), "[0-9a-fA-Fg-z]").prop_map(|(at, letter)| Touch::Letter(at, letter.chars().next().unwrap())),
            2 => any::<Index>().prop_map(Touch::Cut),
            2 => "[0-9a-f]{1,8}".prop_map(Touch::Longer),
            1 => Just(Touch::Twice),
            2 => any::<String>().prop_map(Touch::Other),
            1 => prop::collection::vec(any::<u8>(), 1..60).prop_map(Touch::Bytes),
        ];
        tried(18, CASES, (any::<Index>(), touch), async |(which, touch)| {
            let (list, cursor) = which.get(&cursors);
            let touched = touch.on(cursor);
            let joint = if list.1.contains('?') { '&' } else { '?' };
            let path = format!("{}{joint}limit=1&cursor={}", list.1, escaped(&touched));
            let reply = t.person(list.0).get(&path).await;
            opens(&reply, touched == cursor.as_bytes(), std::str::from_utf8(&touched).is_ok())
        })
        .await;
        no_panic(t);
    })
    .await;
}

fn opens(reply: &crate::town::Reply, untouched: bool, text: bool) -> Verdict {
    match (untouched, text) {
        (true, _) => sound(reply),
        (false, true) => refused(reply, 400, "bad_cursor"),
        (false, false) => refused(reply, 400, "bad_filter"),
    }
}
