//! The one line that a deed leaves for the page after it. A cookie carries it, so that no address can claim that something
//! was done and loading a page again does not repeat it. It never carries what a person typed.

use super::answers::{see_other, shown, with_cookie};
use super::reader::Reader;
use crate::domain::deeds::{FindingDeed, ObligationDeed, VisitDeed};
use crate::domain::imports::List;
use crate::http::pages::{Notice, Tone};
use crate::http::problem::Answer;
use crate::http::{Door, gate};
use crate::i18n::{Lang, pages as words};
use actix_web::cookie::time::Duration;
use askama::Template;

/// The cookie's name, and how long it waits for a page that never comes, seconds.
pub(super) const DONE: &str = "wh_done";
const WAITS: i64 = 60;
/// What somebody is told who signs in after others tried their name.
pub(super) const FAILED_TRIES: &str = "sign_in.failed";
/// Longest code, bytes.
const CODE_MAX: usize = 32;

/// On to the next page, which says what was done: `whistle.accept` of `WH-2026-0731`.
pub(super) fn done(door: &Door, next: &str, did: &str, code: &str) -> Answer {
    let mut answer = see_other(next);
    let mut cookie = gate::cookie_to_set(door, DONE, format!("{did}/{code}"));
    cookie.set_max_age(Duration::seconds(WAITS));
    with_cookie(&mut answer, &cookie)?;
    Ok(answer)
}

/// A page that has told what was done: it will not again.
pub(super) fn shown_once(reader: &Reader, template: &impl Template) -> Answer {
    let mut answer = shown(reader.lang, template)?;
    if reader.done.is_some() {
        let mut gone = gate::cookie_to_set(&reader.door, DONE, String::new());
        gone.make_removal();
        with_cookie(&mut answer, &gone)?;
    }
    Ok(answer)
}

/// The line in words; only words of ours.
pub(super) fn told(lang: Lang, done: &str) -> Option<Notice> {
    let (did, of) = done.split_once('/')?;
    let code = of.len() <= CODE_MAX && of.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let (noun, verb) = did.split_once('.').filter(|_| code && !of.is_empty())?;
    if did == FAILED_TRIES {
        let tries = of.parse().ok()?;
        return Some(Notice { tone: Tone::Told, words: words::failed_tries(lang, tries) });
    }
    let did = match (noun, verb) {
        ("whistle", "accept_dispatch") => words::of(lang).accept_dispatch,
        ("whistle" | "visit" | "finding", "attach") => words::of(lang).files.go,
        ("whistle", "release") => words::of(lang).files.release,
        ("whistle", verb) => lang.whistle_deed(verb),
        ("summons", verb) => lang.summons_deed(verb),
        ("visit", "plan") => words::of(lang).visits.planned,
        ("visit", verb) => lang.visit_deed(VisitDeed::parse(verb)?),
        ("finding", verb) => lang.finding_deed(FindingDeed::parse(verb)?),
        ("obligation", verb) => lang.obligation_deed(ObligationDeed::parse(verb)?),
        ("rota", "set") => words::of(lang).rota.set,
        ("list", "import") => words::of(lang).imported,
        ("list", "propose") => words::of(lang).imports.proposed,
        ("list", "refuse") => words::of(lang).imports.refused,
        _ => return None,
    };
    // A list goes by its name.
    let of = List::parse(of).map_or(of, |list| lang.list(list));
    Some(Notice { tone: Tone::Done, words: words::done(lang, of, did) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_says_only_words_of_ours() {
        let words = |done: &str| told(Lang::Zh, done).map(|notice| notice.words);
        assert_eq!(words("whistle.accept/WH-2026-0001").as_deref(), Some("已记录：受理（WH-2026-0001）"));
        assert_eq!(
            words("whistle.accept_dispatch/WH-2026-0001").as_deref(),
            Some("已记录：受理并派单（WH-2026-0001）")
        );
        assert_eq!(words("summons.report_in/WH-2026-0001-XF").as_deref(), Some("已记录：报到（WH-2026-0001-XF）"));
        let english = told(Lang::En, "summons.submit/WH-1").map(|notice| notice.words);
        assert_eq!(english.as_deref(), Some("Recorded: Submit the result (WH-1)"));
        assert!(words("sign_in.failed/12").is_some_and(|words| words.contains("12")));
        for bad in
            ["whistle.accept", "whistle.accept/", "x.y/WH-1", "whistle.accept/<b>", "/WH-1", "", "sign_in.failed/x"]
        {
            assert_eq!(words(bad), None, "{bad}");
        }
    }
}
