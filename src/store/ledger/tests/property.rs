//! I1 and I2 by chance: nothing here sleeps or counts on an order of threads.
//! Random Changes from 64 threads against a plain model: what was answered, and nothing else, is what the ledger holds.

use super::*;
use proptest::prelude::*;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;
use std::collections::{BTreeMap, BTreeSet};

const THREADS: u64 = 64;
const DEEDS: usize = 12;
const STATUSES: [WhistleStatus; 3] = [WhistleStatus::Accepted, WhistleStatus::Dispatched, WhistleStatus::Closed];

/// One answered commit.
struct Answered {
    change: Change,
    seqs: Range<i64>,
}

/// What one thread was told.
#[derive(Default)]
struct Told {
    answered: Vec<Answered>,
    replayed: Vec<Receipt>,
    stale: usize,
}

/// A random deed: mostly on one of the first whistles, so that threads meet; some under keys that others use as well.
fn deed(chance: &mut ChaCha12Rng, mint: &mut Mint, trees: &[(Whistle, Obligation)]) -> Change {
    let known = usize::try_from(chance.random_range(0..6u32)).unwrap();
    let Some((whistle, armed_now)) = trees.get(known) else {
        let change = blown(mint);
        let key = format!("key-{}", chance.random_range(0..200u32));
        return under_key(change, &key, if chance.random_bool(0.9) { b"a" } else { b"b" });
    };
    let status = STATUSES[usize::try_from(chance.random_range(0..3u32)).unwrap()];
    let mut change = moved(whistle, status);
    for _ in 0..chance.random_range(0..3u32) {
        change.events.push(change.events[0].clone());
        change.sights.push(format!("unit:{}", chance.random_range(0..9u32)));
    }
    if chance.random_bool(0.5) {
        let ended = Obligation { ended_at: Some(NOW), ..armed_now.clone() };
        change.obligations = vec![armed(mint, &whistle.id, chance.random_range(1..900)), ended];
    }
    if chance.random_bool(0.2) {
        // Guilty: it adds a second armed obligation, or ends nothing and names a text that is there already.
        change.obligations = vec![armed(mint, &whistle.id, 5)];
    }
    change
}

/// Everything that is true of the trees now, as a deed would load it.
fn load(reading: &mut Reading<'_>) -> Result<Vec<(Whistle, Obligation)>, Fault> {
    let text = "SELECT b.body, o.id, o.due_at FROM whistle_bodies b JOIN obligations o ON o.tree = b.whistle
                WHERE o.ended_at IS NULL ORDER BY b.whistle LIMIT 5";
    reading.rows(text, &[], |row| {
        let whistle: Whistle = row.json(0)?;
        let id = ObligationId::from_text(row.text(1)?);
        let obligation = Obligation { id, due_at: row.at(2)?, ..armed(&mut mint(), &whistle.id, 0) };
        Ok((whistle, obligation))
    })
}

fn live(ledger: &Ledger, runtime: &tokio::runtime::Runtime, seed: u64) -> Told {
    let mut chance = ChaCha12Rng::seed_from_u64(seed);
    let mut mint = Mint::new(NOW.0, chance.next_u64());
    let mut told = Told::default();
    for _ in 0..DEEDS {
        let trees = runtime.block_on(ledger.read(load)).unwrap();
        let change = deed(&mut chance, &mut mint, &trees);
        match runtime.block_on(ledger.commit(change, NOW)) {
            Ok(Outcome::Committed(done)) => told.answered.push(Answered { change: done.change, seqs: done.seqs }),
            Ok(Outcome::Replayed(receipt)) => told.replayed.push(receipt),
            Err(CommitRefusal::Stale) => told.stale += 1,
            Err(CommitRefusal::KeyReused) => {}
            Err(CommitRefusal::Fault(fault)) => assert_eq!(fault.retry, Retry::Never),
            Err(CommitRefusal::Busy) => panic!("the queue holds more than 64"),
        }
    }
    told
}

/// The plain model: answered Changes in the order of the log.
fn check(sql: &Sql, answered: &mut [Answered], replayed: &[Receipt]) {
    answered.sort_by_key(|one| one.seqs.start);
    let mut trees: BTreeMap<String, &Whistle> = BTreeMap::new();
    let (mut obligations, mut sights, mut keys) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
    let (mut next, mut numbers) = (1, 0);
    for Answered { change, seqs } in answered.iter() {
        assert_eq!((seqs.start, seqs.end - seqs.start), (next, i64::try_from(change.events.len()).unwrap()));
        next = seqs.end;
        let whistle = change.whistle.as_ref().unwrap();
        let before = trees.insert(whistle.code.clone(), whistle);
        assert_eq!(whistle.tree_version, before.map_or(0, |before| before.tree_version) + 1, "an update was lost");
        if change.series.is_some() {
            numbers += 1;
            assert_eq!(whistle.code, format!("WH-2026-{numbers:04}"));
        }
        obligations.extend(change.obligations.iter().map(|one| (one.id.to_string(), one)));
        sights.extend(change.sights.iter().map(|viewer| (whistle.code.clone(), viewer.clone())));
        if let Some(receipt) = &change.receipt {
            assert!(keys.insert(&receipt.key, &receipt.code).is_none(), "a key was written twice");
        }
    }
    assert_eq!(count(sql, "SELECT COUNT(*) FROM events"), next - 1);
    assert_eq!(count(sql, "SELECT COUNT(*) FROM receipts"), i64::try_from(keys.len()).unwrap());
    assert!(replayed.iter().all(|receipt| keys.get(&receipt.key) == Some(&&receipt.code)));
    let soonest = |id: &WhistleId| {
        let armed = obligations.values().filter(|one| one.tree.as_str() == id.as_str() && one.is_armed());
        armed.map(|one| one.due_at.0).collect::<Vec<_>>()
    };
    let expected = trees.values().map(|whistle| {
        let limits = soonest(&whistle.id);
        assert_eq!(limits.len(), 1, "one armed obligation a subject");
        format!("{} {} {} {}", whistle.code, whistle.status, whistle.tree_version, limits[0])
    });
    let stored = "SELECT code || ' ' || status || ' ' || tree_version || ' ' || due_at FROM whistles ORDER BY code";
    assert_eq!(texts(sql, stored), expected.collect::<Vec<_>>());
    let expected = sights.iter().map(|(code, viewer)| format!("{code} {viewer} {}", trees[code].status));
    let stored = "SELECT w.code || ' ' || s.viewer || ' ' || s.status FROM sights s JOIN whistles w ON w.id = s.whistle
                  ORDER BY w.code, s.viewer";
    assert_eq!(texts(sql, stored), expected.collect::<Vec<_>>());
}

proptest! {
    // Threads meet by luck: a smaller case would not show the same thing.
    #![proptest_config(ProptestConfig { max_shrink_iters: 0, ..ProptestConfig::with_cases(4) })]

    #[test]
    fn i1_i2_what_64_threads_were_told_is_what_the_ledger_holds(seed in any::<u64>()) {
        let place = Place::new();
        // Luck, not patience, is what is tried here: a slow machine must not end a read.
        let options = Options { read_deadline: std::time::Duration::from_secs(60), ..Options::default() };
        let ledger = place.open_with(options).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (mut answered, mut replayed, mut stale) = (Vec::new(), Vec::new(), 0);
        std::thread::scope(|scope| {
            let (ledger, runtime) = (&ledger, &runtime);
            let lives: Vec<_> =
                (0..THREADS).map(|n| scope.spawn(move || live(ledger, runtime, seed.wrapping_add(n)))).collect();
            for told in lives.into_iter().map(|life| life.join().unwrap()) {
                answered.extend(told.answered);
                replayed.extend(told.replayed);
                stale += told.stale;
            }
        });
        runtime.block_on(ledger.close()).unwrap();
        let sql = place.pen();
        check(&sql, &mut answered, &replayed);
        check_leaves(&sql);
        // The case was one: rivals met, keys met.
        prop_assert!(stale > 0 && !replayed.is_empty());
    }
}
