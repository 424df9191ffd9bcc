//! Every channel by which a reader learns anything, read to the byte and made comparable: what differs between any two
//! worlds (codes, places in the log, drawn keys) is renumbered as it is seen, and nothing else.
//!
//! **A new GET:** add it to [`READ`] with the addresses to ask, `#1` and `#2` standing for the reader's own whistles and
//! `#0` for the one that may not be seen; or to [`NOBODYS`] when its answer is the same whoever asks.

use crate::town::browser::Browser;
use crate::town::files::{FORM_OF_FILES, files};
use crate::town::{Person, Reply, Town};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use whistle_hub::domain::deeds::{FindingDeed, ObligationDeed, SummonsDeed, VisitDeed, WhistleDeed};
use whistle_hub::http::routes::every_route;

/// Route and what is asked of it.
#[rustfmt::skip]
const READ: &[(&str, &[&str])] = &[
    ("/api/v1/whistles", &[
        "", "?limit=1", "?limit=1&sort=blown_at", "?limit=1&sort=due_at", "?sort=due_at", "?sort=blown_at",
        "?enterprise=E01", "?enterprise=E02", "?town=T06", "?town=T02", "?department=SC", "?department=XF,SC",
        "?overdue=true", "?overdue=false", "?category=fire", "?urgency=emergency", "?severity=general",
        "?status=submitted", "?from=2026-01-01&to=2026-12-31", "?to=2026-01-01", "?status=dispatched,handling", "?q=%E9%93%9D", "?q=%E9%93%9D%E5%B1%91%E5%8F%A6%E6%A1%88",
        "?q=%E6%98%8E", "?cursor=x", "?limit=0", "?zzz=1",
    ]),
    ("/api/v1/whistles/{code}", &["#1", "#2", "#0"]),
    ("/api/v1/whistles/{code}/timeline", &["#1", "#2", "#2?limit=2", "#0", "#0?limit=x"]),
    ("/api/v1/attachments/{id}", &["at_0"]),
    ("/console/attachments/{id}", &["at_0", "at_0?original=true"]),
    ("/api/v1/summonses", &["", "?limit=1", "?department=SC", "?department=YJ", "?status=issued", "?overdue=true"]),
    ("/api/v1/summonses/{code}", &["#1-YJ", "#0-SC", "#1-SC"]),
    ("/api/v1/visits", &["", "?limit=1", "?department=SC", "?department=YJ", "?enterprise=E01", "?status=in_progress", "?from=2026-12-01"]),
    ("/api/v1/visits/{code}", &["#4", "#5"]),
    ("/api/v1/visits/{code}/timeline", &["#4", "#5"]),
    ("/api/v1/visits/{code}/notice", &["#4", "#4?department=XF", "#5", "#5?department=SC", "#5?zzz=1"]),
    ("/api/v1/visits/{code}/invitation.ics", &["#4", "#5"]),
    ("/api/v1/enterprises/{code}/burden", &["E01", "E99"]),
    ("/api/v1/findings", &["", "?department=SC", "?status=found", "?overdue=true", "?spot_check=true"]),
    ("/api/v1/findings/{code}", &["#5-01"]),
    ("/api/v1/tokens", &[""]),
    ("/api/v1/me", &[""]),
    ("/api/v1/departments", &["", "?q=%E6%B6%88%E9%98%B2"]),
    ("/api/v1/towns", &[""]),
    ("/api/v1/enterprises", &["?limit=3", "?q=E02"]),
    ("/api/v1/enterprises/{code}", &["E01", "E02", "E99"]),
    ("/api/v1/checklist", &["", "?q=C01"]),
    ("/api/v1/vehicles", &["?limit=3"]),
    ("/api/v1/people", &["", "?q=%E8%8C%85", "?limit=1"]),
    ("/api/v1/people/{code}", &["liaison.gx", "nobody"]),
    ("/api/v1/trail", &[""]),
    ("/api/v1/categories", &[""]),
    ("/", &[""]),
    ("/w/{code}", &["#1", "#0"]),
    ("/search", &["?q=%E9%93%9D", "?q=#0", "?q=#1", "?q=E02", "?q=sc", "?q="]),
    ("/admin/people", &["", "?q=gx"]),
    ("/admin/people/{code}", &["liaison.gx", "nobody"]),
    ("/admin/trail", &[""]),
    ("/console", &[""]),
    ("/console/deadlines", &[""]),
    ("/console/disputes", &[""]),
    ("/feedback", &[""]),
    ("/console/triage", &["", "?open=#0", "?open=#1"]),
    ("/admin/import", &[""]),
    ("/admin/rota", &["", "?from=2026-12-07", "?shift=2026-12-01/night"]),
    ("/console/checklist", &[""]),
    ("/console/enterprises/{code}", &["E01", "E02", "E99"]),
    ("/console/whistles/new", &["", "?enterprise=E02"]),
    ("/field/new", &[""]),
    ("/console/whistles", &[
        "", "?q=%E9%93%9D", "?q=#0", "?q=#1", "?overdue=true", "?status=submitted", "?cursor=x", "?category=fire",
        "?urgency=emergency&severity=general", "?department=SC&town=T06", "?from=2026-01-01&to=2026-12-31", "?zzz=1",
    ]),
    ("/console/whistles/{code}", &["#1", "#2", "#0"]),
    ("/console/summonses", &[
        "", "?view=late", "?view=done", "?view=all", "?view=all&q=%E9%93%9D", "?view=all&department=SC",
        "?view=all&urgency=emergency&category=fire", "?view=all&from=2026-01-01&to=2026-12-31", "?status=issued",
    ]),
    ("/console/summonses/{code}", &["#1-YJ", "#0-SC"]),
    ("/console/visits", &[
        "", "?view=owed", "?view=coming", "?view=all", "?view=all&department=SC", "?view=all&status=in_progress",
        "?from=2026-12-01",
    ]),
    ("/console/visits/new", &[""]),
    ("/console/visits/{code}", &["#4", "#5"]),
    ("/console/replan/{code}", &["#4", "#5"]),
    ("/console/visits/{code}/papers/notice", &["#4", "#5"]),
    ("/console/visits/{code}/papers/dispatch", &["#4", "#5"]),
    ("/console/visits/{code}/papers/record", &["#4", "#5"]),
    ("/console/visits/{code}/papers/invitation.ics", &["#4", "#5"]),
    ("/console/findings", &["", "?view=owed", "?view=all", "?view=late", "?view=spot", "?view=all&department=SC", "?status=found"]),
    ("/console/findings/{code}", &["#5-01"]),
    ("/console/findings/{code}/papers/order", &["#5-01"]),
    ("/console/findings/{code}/papers/opinion", &["#5-01"]),
];

/// The same for everybody, or about the own sign-ins only; `/events` is listened to instead (see `mod.rs`).
const NOBODYS: &[&str] = &[
    "/api/v1/openapi.json",
    "/api/v1/sessions",
    "/api/v1/me/trail",
    "/me",
    "/me/password",
    "/console/access",
    "/healthz",
    "/readyz",
    "/metrics",
    "/login",
    "/assets/{file}",
    // Of a firm that came by its link; nobody's sign-in is one.
    "/f/order",
    "/f/photos/{id}",
    "/f/{token}",
    "/api/v1/events",
    "/console/live",
];

/// Every GET must be named, or somebody might learn by it what nobody compared.
pub(super) fn check_complete() {
    let routes: BTreeSet<&str> =
        every_route().filter(|(method, ..)| *method == "GET").map(|(_, path, _)| path).collect();
    let named: BTreeSet<&str> = READ.iter().map(|(path, _)| *path).chain(NOBODYS.iter().copied()).collect();
    let unread: Vec<_> = routes.difference(&named).collect();
    assert!(
        unread.is_empty(),
        "two worlds are not compared by {unread:?}: add each to READ in tests/it/two_worlds/channels.rs (its head says how)"
    );
    let gone: Vec<_> = named.difference(&routes).collect();
    assert!(gone.is_empty(), "no such route any more: {gone:?}");
}

/// How many channels are compared: addresses and deeds.
pub(super) fn count() -> usize {
    READ.iter().map(|(_, asked)| asked.len()).sum::<usize>() + posts().len()
}

/// Every POST on a thing, by path.
fn posts() -> Vec<String> {
    let mut all = Vec::new();
    let nouns = ["whistles", "summonses", "obligations", "deadlines", "visits", "findings", "replan"];
    let things = |path: &str| nouns.iter().any(|noun| path.contains(&format!("{noun}/{{code}}")));
    for (_, path, _) in every_route().filter(|(method, path, _)| *method == "POST" && things(path)) {
        let verbs = match path {
            path if path.contains("summonses") => SummonsDeed::WORDS,
            path if path.contains("deadlines") => ObligationDeed::WORDS,
            path if path.contains("visits") => VisitDeed::WORDS,
            path if path.contains("findings") => FindingDeed::WORDS,
            _ => WhistleDeed::WORDS,
        };
        match path.contains("{verb}") {
            true => all.extend(verbs.iter().map(|verb| path.replace("{verb}", verb))),
            false => all.push(path.to_owned()),
        }
    }
    all
}

/// A world's own codes in the order in which they were given: first the hidden one, or where it would have been.
pub(super) struct Codes(pub(super) Vec<String>);

impl Codes {
    /// Puts the world's codes where the table has their numbers.
    fn filled(&self, path: &str) -> String {
        self.0
            .iter()
            .enumerate()
            .fold(path.to_owned(), |path, (number, code)| path.replace(&format!("#{number}"), code))
    }

    /// The other way round. A code that is none of the reader's own must not be there at all.
    pub(super) fn renumbered(&self, text: &str) -> String {
        self.0
            .iter()
            .enumerate()
            .fold(text.to_owned(), |text, (number, code)| text.replace(code, &format!("<#{number}>")))
    }
}

/// What a reader was answered, by channel.
pub(super) type Read = Vec<(String, String)>;

/// Reads every channel.
pub(super) async fn read(t: &Town, who: &str, codes: &Codes) -> Read {
    let (person, browser) = (t.person(who), t.signed_in(who).await);
    let mut all = Vec::new();
    let seqs = places(person, codes).await;
    for (route, asked) in READ {
        for asked in *asked {
            let path = match route.split_once("{code}").or(route.split_once("{id}")) {
                Some((before, after)) => {
                    let (code, query) =
                        asked.split_once('?').map_or((*asked, String::new()), |(c, q)| (c, format!("?{q}")));
                    format!("{before}{}{after}{query}", codes.filled(code))
                }
                None => format!("{route}{}", codes.filled(asked)),
            };
            all.push((format!("GET {route} {asked}"), shown(&path, (person, &browser), codes, &seqs).await));
        }
    }
    for asked in ["", "?q=%E9%93%9D", "?department=SC", "?overdue=true"] {
        let reply = person.ask("POST", &format!("/exports/whistles{asked}")).await.send().await;
        all.push((format!("POST /exports/whistles{asked}"), comparable(&reply, codes, &seqs)));
    }
    for path in posts() {
        all.push((format!("POST {path} #0"), refused(t, person, &browser, &path, codes).await));
    }
    all
}

/// What is read at an address, over the API or on a page.
pub(super) async fn shown(
    path: &str,
    (person, browser): (Person<'_>, &Browser<'_>),
    codes: &Codes,
    seqs: &[i64],
) -> String {
    let reply = match path.strip_prefix("/api/v1") {
        Some(path) => person.get(path).await,
        None => browser.get(path).await,
    };
    comparable(&reply, codes, seqs)
}

/// What a deed on the hidden thing is answered, sound as far as anybody can tell who does not see it.
async fn refused(t: &Town, person: Person<'_>, browser: &Browser<'_>, path: &str, codes: &Codes) -> String {
    let visit = codes.0.get(5).map_or("LJ-2026-0001", String::as_str);
    let hidden = match path.split('/').find(|part| ["whistles", "visits", "findings"].contains(part)) {
        Some("whistles") => codes.0[0].clone(),
        Some("visits") => visit.to_owned(),
        Some(_) => format!("{visit}-01"),
        None => format!("{}-SC", codes.0[0]),
    };
    let path = path.replace("{code}", &hidden);
    let reply = match path.strip_prefix("/api/v1") {
        Some(path) => {
            let ask = person.ask("POST", path).await.version(1).key(&t.fresh_key());
            if path.ends_with("/attachments") {
                let form = files(&[], &[("a.jpg", b"x")]);
                return comparable(&ask.raw(FORM_OF_FILES, form).send().await, codes, &[]);
            }
            ask.json(&json!({ "reason": "x", "result": "x" })).send().await
        }
        None => {
            let csrf = crate::town::browser::hidden(&browser.get("/console/whistles").await, "csrf");
            if path.ends_with("/attachments") {
                return comparable(&browser.sends(&path, &[("csrf", &csrf)], &[("a.jpg", b"x")]).await, codes, &[]);
            }
            browser.post(&path, &[("csrf", &csrf), ("key", &t.fresh_key()), ("version", "1"), ("reason", "x")]).await
        }
    };
    // A page knows its own address.
    comparable(&reply, codes, &[]).replace(visit, "<hidden visit>")
}

/// The places in the log that this reader sees, oldest first.
pub(super) async fn places(person: Person<'_>, codes: &Codes) -> Vec<i64> {
    let mut seqs = BTreeSet::new();
    for code in &codes.0[1..] {
        let noun = if code.starts_with("LJ-") { "visits" } else { "whistles" };
        let path = format!("/{noun}/{code}/timeline");
        if person.get(&path).await.status == 200 {
            seqs.extend(person.walks(&path, 200).await.iter().map(|one: &Value| one["seq"].as_i64().unwrap()));
        }
    }
    seqs.into_iter().collect()
}

/// An answer without what differs in any two worlds.
fn comparable(reply: &Reply, codes: &Codes, seqs: &[i64]) -> String {
    let mut text = codes.renumbered(&reply.sameness());
    for (from, to) in [
        ("name=\"csrf\" value=\"", "\""),
        ("name=\"key\" value=\"", "\""),
        ("\"next_cursor\":\"", "\""),
        ("cursor=", "\""),
    ] {
        text = blanked(&text, from, to);
    }
    // A square that is scanned holds the visit's own code.
    let dots = text.find("<path d=\"M").and_then(|at| Some((at, text[at..].find("/>")? + at)));
    if let Some((from, to)) = dots {
        text.replace_range(from..to, "<dots");
    }
    for (rank, seq) in seqs.iter().enumerate().rev() {
        for (mark, end) in [("\"seq\":", ","), ("\"seq\":", "}"), ("id=\"e", "\""), ("href=\"#e", "\""), (">#", "<")] {
            text = text.replace(&format!("{mark}{seq}{end}"), &format!("{mark}<{rank}>{end}"));
        }
    }
    text
}

/// Replaces what stands between two marks by its length.
fn blanked(text: &str, from: &str, to: &str) -> String {
    let mut parts = text.split(from);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (drawn, rest) = part.split_once(to).unwrap_or((part, ""));
        out.push_str(&format!("{from}<{}>{to}{rest}", drawn.len()));
    }
    out
}
