//! A search against the most naive reading of what it promises, over random texts with signs, widths and cases.
//! What it expects is worked out here, sign by sign: never by the folding or the search that it tries.

use super::super::WhistleQuery;
use super::by_hand::{Desk, birth, scope_of, whistle};
use crate::domain::wanted::{WORDS_MAX, Wanted};
use crate::domain::whistle::Whistle;
use crate::domain::whistle::blow::fold;
use proptest::prelude::*;

/// A sign of a text, and what it is when width and case are left out.
const SIGNS: [(char, char); 20] = [
    ('电', '电'),
    ('房', '房'),
    ('A', 'a'),
    ('Ａ', 'a'),
    ('a', 'a'),
    ('３', '3'),
    ('3', '3'),
    ('%', '%'),
    ('％', '%'),
    ('_', '_'),
    ('\\', '\\'),
    ('\'', '\''),
    ('"', '"'),
    ('*', '*'),
    ('?', '?'),
    ('[', '['),
    (';', ';'),
    ('-', '-'),
    (' ', ' '),
    ('　', ' '),
];

fn text(longest: usize) -> impl Strategy<Value = Vec<(char, char)>> {
    prop::collection::vec(prop::sample::select(SIGNS.as_slice()), 0..=longest)
}

fn plain(signs: &[(char, char)]) -> String {
    signs.iter().map(|(_, plain)| *plain).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_search_finds_exactly_what_holds_every_word(
        texts in prop::collection::vec(text(14), 1..24),
        asked in prop::collection::vec(text(5), 1..24),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let desk = Desk::open();
        let typed = |signs: &[(char, char)]| signs.iter().map(|(typed, _)| *typed).collect::<String>();
        runtime.block_on(async {
            for (n, said) in (1..).zip(&texts) {
                // Every second one is another department's.
                let viewers: &[&str] = if n % 2 == 0 { &["XF"] } else { &["YJ"] };
                desk.put(birth(Whistle { search: fold(&typed(said)), ..whistle(n) }, viewers)).await;
            }
        });
        for asked in &asked {
            let (words, query) = (plain(asked), Wanted::of(&typed(asked)));
            let words: Vec<&str> = words.split(' ').filter(|word| !word.is_empty()).collect();
            prop_assume!(words.len() <= WORDS_MAX);
            for unit in ["*", "XF"] {
                let holds = |n: usize, said: &[(char, char)]| {
                    let (said, code) = (plain(said), format!("wh-2026-{n:04}"));
                    let seen = unit == "*" || n.is_multiple_of(2);
                    seen && words.iter().all(|word| said.contains(word) || code.contains(word))
                };
                let numbered = (1..).zip(&texts).filter(|(n, said)| holds(*n, said));
                let expected: Vec<String> = numbered.map(|(n, _)| format!("wh_{n:04}")).collect();
                let query = WhistleQuery { q: Some(query.clone()), limit: 200, ..WhistleQuery::default() };
                let mut found = runtime.block_on(desk.ids(&scope_of(unit), &query));
                found.sort();
                prop_assert_eq!(found, expected, "{:?} for {}", words, unit);
            }
        }
    }
}
