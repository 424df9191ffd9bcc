//! The table of routes against the words of deeds, and which of its lines need no token.

use super::*;
use crate::domain::deeds::{FindingDeed, VisitDeed};
use std::collections::BTreeSet;

#[test]
fn every_line_stands_once_and_every_deed_has_a_line() {
    let there: BTreeSet<_> = lines().map(|line| (line.method, line.path)).collect();
    assert_eq!(there.len(), lines().count());
    for deed in WhistleDeed::WORDS {
        assert!(there.contains(&("POST", format!("/api/v1/whistles/{{code}}/{deed}").as_str())), "{deed}");
    }
    for deed in SummonsDeed::WORDS {
        assert!(there.contains(&("POST", format!("/api/v1/summonses/{{code}}/{deed}").as_str())), "{deed}");
    }
    for deed in VisitDeed::WORDS {
        assert!(there.contains(&("POST", format!("/api/v1/visits/{{code}}/{deed}").as_str())), "{deed}");
    }
    for deed in FindingDeed::WORDS {
        assert!(there.contains(&("POST", format!("/api/v1/findings/{{code}}/{deed}").as_str())), "{deed}");
    }
    for deed in PersonDeed::WORDS {
        assert!(there.contains(&("POST", format!("/api/v1/people/{{code}}/{deed}").as_str())), "{deed}");
    }
    for line in lines().filter(|line| line.is_deed()) {
        let deed = match line.to {
            To::Whistle(deed) => deed.as_str(),
            To::Summons(deed) => deed.as_str(),
            To::Person(deed) => deed.as_str(),
            To::Visit(deed) => deed.as_str(),
            To::Finding(deed) => deed.as_str(),
            To::Read(_) | To::Order(..) | To::File(_) | To::Upload(_) => unreachable!(),
        };
        assert!(line.path.ends_with(&format!("/{deed}")), "{} does {deed}", line.path);
    }
}

#[test]
fn only_what_the_contract_names_needs_no_token() {
    let open: Vec<&str> = lines().filter(|line| !line.needs_token()).map(|line| line.path).collect();
    let want = [
        "/api/v1/sessions",
        "/api/v1/sessions/refresh",
        "/api/v1/openapi.json",
        "/healthz",
        "/readyz",
        "/metrics",
        "/csp",
    ];
    assert_eq!(open, want);
}

#[test]
fn the_listing_has_a_line_for_every_route() {
    assert_eq!(listing().lines().count(), lines().count() + console::PAGES.len());
    assert!(listing().starts_with("POST   /api/v1/whistles "));
}
