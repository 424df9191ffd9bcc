//! What no honest client sends, seeded and made smaller when it finds something: bodies of every order, queries and
//! cursors, headers, files. Whatever comes, the answer is below 500 and a refusal is a problem that says what is wrong.
//! `HUB_FUZZ=20` tries twenty times as much.

mod bodies;
mod cursors;
mod files;
mod headers;
mod queries;

use crate::town::{Reply, Town};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::fmt::Debug;
use whistle_hub::i18n::problems::ProblemKind;

/// How often one failure is made smaller.
const SHRINKS_MAX: usize = 500;

/// What is wrong with an answer, in words.
type Verdict = Result<(), String>;

/// Tries so many inputs of one seed; the first that fails is told as small as it can be made.
async fn tried<S: Strategy>(seed: u8, cases: u32, inputs: S, judge: impl AsyncFn(&S::Value) -> Verdict)
where
    S::Value: Debug,
{
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    for case in 0..cases * more() {
        let mut tree = inputs.new_tree(&mut runner).unwrap();
        let Err(mut fault) = judge(&tree.current()).await else { continue };
        let mut smallest = tree.current();
        let mut goes_on = tree.simplify();
        for _ in 0..SHRINKS_MAX {
            if !goes_on {
                break;
            }
            goes_on = match judge(&tree.current()).await {
                Err(again) => {
                    (fault, smallest) = (again, tree.current());
                    tree.simplify()
                }
                Ok(()) => tree.complicate(),
            };
        }
        panic!("case {case} of seed {seed}: {fault}\n{smallest:?}");
    }
}

/// How many times as much is to be tried.
#[allow(clippy::disallowed_methods, reason = "a test program is told by whoever starts it")]
fn more() -> u32 {
    std::env::var("HUB_FUZZ").map_or(1, |times| times.parse().expect("HUB_FUZZ is a number"))
}

/// What holds of every answer, whatever was asked.
fn sound(reply: &Reply) -> Verdict {
    let told = |what: &str| Err(format!("{what}: {} {}", reply.status, String::from_utf8_lossy(&reply.body)));
    if reply.status >= 500 {
        return told("a fault of ours");
    }
    if reply.status < 400 || reply.body.is_empty() && reply.header("content-length") != Some("0") {
        return Ok(());
    }
    let Some(kind) = ProblemKind::ALL.iter().find(|kind| kind.slug() == reply.problem()) else {
        return told("no problem of ours");
    };
    let body = reply.json();
    let whole =
        ["title", "detail", "instance"].iter().all(|member| body[member].as_str().is_some_and(|text| !text.is_empty()));
    if body["status"] != reply.status || kind.status() != reply.status || !whole {
        return told("a problem that lacks something");
    }
    let errors = body["errors"].as_array().cloned().unwrap_or_default();
    let names = ["pointer", "parameter", "row", "column"];
    let nameless = errors.iter().any(|one| names.iter().all(|name| one[name].is_null()) || !one["message"].is_string());
    if nameless || errors.is_empty() && matches!(kind, ProblemKind::Fields | ProblemKind::Rows) {
        return told("a fault without a place");
    }
    Ok(())
}

/// The same, and this status with this problem.
fn refused(reply: &Reply, status: u16, slug: &str) -> Verdict {
    sound(reply)?;
    if (reply.status, reply.problem().as_str()) == (status, slug) {
        return Ok(());
    }
    Err(format!("not {status} {slug}: {} {}", reply.status, reply.text()))
}

/// No request fell to a panic since the story began.
fn no_panic(t: &Town) {
    assert!(!t.log().contains("fell to a panic"), "a request fell to a panic");
}
