//! Makes a letter out of facts: subject, plain text, HTML, and the message with the marks of automatic mail (C06).
//! `LetterFacts` has no field for whistle text, firms, persons, phones, third addresses or tokens (DOMAIN §6.4), so no
//! letter can carry one. Every text is refused if it holds a control character (T23). Never decides whether to write.

use super::{BadSetting, Fault};
use crate::domain::at::{At, MINUTE};
use crate::domain::invitation::Invitation;
use crate::domain::terms::{Category, ClosureKind, DeclineGround, Duty, LetterKind, Role};
use crate::domain::terms::{Severity, SummonsStatus, Urgency};
use crate::i18n::Lang;
use crate::i18n::letters::{self as words, label};
use askama::Template;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message, address::Envelope};
use std::time::{Duration, SystemTime};

/// All that a letter may know. What is not here cannot leak: this type is the guard, keep it poor.
#[derive(Debug, Clone)]
pub struct LetterFacts {
    pub kind: LetterKind,
    /// Natural key of the owed letter: the same key gives the same `Message-ID` and the same file.
    pub key: String,
    /// One address: a letter has one recipient.
    pub to: String,
    /// The whistle's code; in an invitation the visit's.
    pub code: String,
    /// The summons' code, where the letter is about one.
    pub summons: Option<String>,
    pub category: Category,
    pub urgency: Urgency,
    pub severity: Option<Severity>,
    /// The town's name; never a firm's, never a place.
    pub town: Option<String>,
    pub due_at: Option<At>,
    /// Names of fields of the blow order, for `whistle_returned`.
    pub missing: Vec<String>,
    pub ground: Option<DeclineGround>,
    pub closure: Option<ClosureKind>,
    /// For `summons_ruled`: where the summons stands now.
    pub ruled: Option<SummonsStatus>,
    /// For `reminder`: everything that this person owes, late or coming.
    pub owed: Vec<OwedItem>,
    /// For `visit_invitation` and `visit_cancelled`: when the visit is.
    pub visit: Option<VisitTime>,
    /// Public address of the page. It only shows; whoever opens it signs in first (C07).
    pub link: String,
    /// The district's name, as in 云湖区.
    pub district: String,
    /// The ledger is a demo: subject and body say so.
    pub demo: bool,
}

/// When a visit is, as one decision set it: what a calendar is told besides code, town and link.
#[derive(Debug, Clone)]
pub struct VisitTime {
    /// The same for every letter about this visit.
    pub uid: String,
    /// Higher in every letter about this visit that one person gets.
    pub sequence: u32,
    pub starts_at: At,
    pub ends_at: At,
    pub decided_at: At,
}

/// One line of a reminder.
#[derive(Debug, Clone)]
pub struct OwedItem {
    /// The whistle's or the summons' code.
    pub code: String,
    pub duty: Duty,
    /// Whose move it is: a post, and its unit's name in both languages.
    pub role: Role,
    pub unit: [String; 2],
    pub due_at: At,
}

/// Whose name our letters bear, checked once at the start.
#[derive(Debug, Clone)]
pub struct Sender {
    from: Mailbox,
    reply_to: Mailbox,
    return_path: Option<Address>,
}

impl Sender {
    /// `from`: `Name <address>` or an address. `reply_to`: an address that nobody reads, by default `noreply@` the
    /// domain of `from`. `return_path`: where bounces go; without it the envelope sender is null and nothing comes back.
    pub fn parse(from: &str, reply_to: Option<&str>, return_path: Option<&str>) -> Result<Sender, BadSetting> {
        if unclean(from) {
            return Err(BadSetting("mail sender holds a control character"));
        }
        let from = from.parse::<Mailbox>().map_err(|_| BadSetting("mail sender is not `Name <address>`"))?;
        let silent = reply_to.map_or_else(|| format!("noreply@{}", from.email.domain()), str::to_owned);
        let reply_to = address(&silent).ok_or(BadSetting("mail reply address is not one plain address"))?;
        let return_path = match return_path {
            Some(text) => Some(address(text).ok_or(BadSetting("mail return path is not one plain address"))?),
            None => None,
        };
        let reply_to = Mailbox::new(Some(words::NOBODY_READS.to_owned()), reply_to);
        Ok(Sender { from, reply_to, return_path })
    }

    /// The plain address that letters come from.
    pub fn address(&self) -> String {
        self.from.email.to_string()
    }
}

/// A letter, ready to hand over.
#[derive(Debug, Clone)]
pub struct Rendered {
    pub kind: LetterKind,
    pub key: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// The part for calendars, in an invitation.
    pub calendar: Option<String>,
    pub(super) envelope: Envelope,
    pub(super) bytes: Vec<u8>,
}

impl Rendered {
    /// The message as it goes over the wire: ASCII, CRLF line ends.
    pub fn eml(&self) -> &[u8] {
        &self.bytes
    }
}

/// Renders a letter as of `now`. Refuses, permanently, facts that no mail may carry: see `check`.
pub fn render(facts: &LetterFacts, sender: &Sender, now: At) -> Result<Rendered, Fault> {
    let to = check(facts)?;
    let page = Page::of(facts, now);
    let invitation = invitation(facts, sender);
    let text = PlainPart { page: &page }.render().map_err(Fault::permanent)?;
    let html = HtmlPart { page: &page }.render().map_err(Fault::permanent)?;
    let envelope = Envelope::new(sender.return_path.clone(), vec![to.clone()]).map_err(Fault::permanent)?;
    let hash = key_hash(&facts.key);
    let calendar = invitation.as_ref().map(Invitation::calendar);
    let parts = parts(&hash, &text, &html, invitation.as_ref().zip(calendar.as_deref()))?;
    let message = Message::builder()
        .from(sender.from.clone())
        .reply_to(sender.reply_to.clone())
        .to(Mailbox::new(None, to))
        .date(wall(now))
        .message_id(Some(format!("<{hash}@{}>", sender.from.email.domain())))
        .subject(page.subject.clone())
        .raw_header(mark("Auto-Submitted", "auto-generated"))
        .raw_header(mark("X-Auto-Response-Suppress", "All"))
        .envelope(envelope.clone())
        .multipart(parts)
        .map_err(Fault::permanent)?;
    let (kind, key, to, subject) = (facts.kind, facts.key.clone(), facts.to.clone(), page.subject);
    Ok(Rendered { kind, key, to, subject, text, html, calendar, envelope, bytes: message.formatted() })
}

/// Names the first fact that must not enter a mail; gives the recipient.
fn check(facts: &LetterFacts) -> Result<Address, Fault> {
    let singles = [("key", &facts.key), ("code", &facts.code), ("link", &facts.link), ("district", &facts.district)];
    let options =
        facts.summons.iter().map(|text| ("summons", text)).chain(facts.town.iter().map(|text| ("town", text)));
    let owed = facts.owed.iter().flat_map(|item| std::iter::once(&item.code).chain(&item.unit));
    let items = owed.map(|text| ("what is owed", text));
    let visit = facts.visit.iter().map(|visit| ("uid", &visit.uid));
    if let Some((name, _)) =
        singles.into_iter().chain(options).chain(items).chain(visit).find(|(_, text)| unclean(text))
    {
        return Err(Fault::permanent(format!("{name} of the letter holds a control character")));
    }
    let invites = facts.kind.is_invitation();
    if !facts.visit.as_ref().map_or(!invites, |visit| invites && visit.starts_at < visit.ends_at) {
        return Err(Fault::permanent(
            "an invitation has hours that begin before they end, and no other letter has any",
        ));
    }
    if !facts.link.starts_with("https://") && !facts.link.starts_with("http://") {
        return Err(Fault::permanent("link of the letter is not http"));
    }
    address(&facts.to).ok_or_else(|| Fault::permanent("recipient is not one plain address"))
}

/// Control characters, line separators, and the marks that turn text round: none belongs in a name or an address.
fn unclean(text: &str) -> bool {
    text.chars().any(|c| {
        c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}

/// One ASCII address: relays without SMTPUTF8 take it, and none of it needs encoding.
fn address(text: &str) -> Option<Address> {
    if text.is_ascii() && !unclean(text) { text.parse().ok() } else { None }
}

/// What both parts show; one source, so that they cannot differ.
struct Page {
    words: words::KindWords,
    subject: String,
    district: String,
    rows: Vec<(&'static str, String)>,
    list_label: &'static str,
    /// Each entry by its lines.
    list: Vec<Vec<String>>,
    english_label: &'static str,
    /// The same for whoever reads English; a reminder and an invitation have it.
    english: Vec<Vec<String>>,
    link: String,
    footer: [String; 3],
    demo: bool,
    demo_note: &'static str,
}

#[derive(Template)]
#[template(path = "mail/letters/letter.txt", config = "src/askama.toml", whitespace = "preserve")]
struct PlainPart<'a> {
    page: &'a Page,
}

#[derive(Template)]
#[template(path = "mail/letters/letter.html", config = "src/askama.toml", whitespace = "preserve")]
struct HtmlPart<'a> {
    page: &'a Page,
}

impl Page {
    fn of(facts: &LetterFacts, now: At) -> Page {
        let kind = words::kind(facts.kind);
        let reminder = facts.kind == LetterKind::Reminder;
        let whistle = !reminder && !facts.kind.is_notice();
        let list = if reminder {
            entries(Lang::Zh, facts, now)
        } else {
            facts.missing.iter().map(|name| vec![words::field(name).to_owned()]).collect()
        };
        let mark = if facts.demo { words::DEMO_MARK } else { "" };
        Page {
            subject: subject(mark, kind.title, facts, now),
            rows: match &facts.visit {
                Some(visit) => hours(facts, visit, kind.due),
                None if whistle => rows(facts, kind.due),
                None => Vec::new(),
            },
            list_label: if reminder { label::ITEMS } else { label::MISSING },
            list,
            english_label: if reminder { label::ITEMS_EN } else { label::VISIT_EN },
            english: match &facts.visit {
                Some(visit) => vec![in_english(facts, visit)],
                None if reminder => entries(Lang::En, facts, now),
                None => Vec::new(),
            },
            district: facts.district.clone(),
            link: facts.link.clone(),
            footer: words::footer(&facts.district, &clock(now)),
            demo: facts.demo,
            demo_note: words::DEMO_NOTE,
            words: kind,
        }
    }
}

/// What is owed, each with its code, what is to be done, whose move it is and by when.
fn entries(lang: Lang, facts: &LetterFacts, now: At) -> Vec<Vec<String>> {
    let entry = |item: &OwedItem| {
        let [zh, en] = &item.unit;
        let what = words::reminder_what(lang, &item.code, item.duty, late(item, now));
        let (whose, due) =
            (|unit| words::reminder_whose(lang, unit, item.role), words::reminder_due(lang, item.due_at));
        match lang {
            Lang::Zh => vec![what, format!("{}，{due}", whose(zh))],
            Lang::En => vec![what, whose(en), due],
        }
    };
    facts.owed.iter().map(entry).collect()
}

/// The table of one whistle or summons, in reading order; what is unknown has no line.
fn rows(facts: &LetterFacts, due: &'static str) -> Vec<(&'static str, String)> {
    let word = |text: &'static str| Some(text.to_owned());
    let all = [
        (label::SUMMONS, facts.summons.clone()),
        (label::CODE, Some(facts.code.clone())),
        (label::CATEGORY, word(Lang::Zh.category(facts.category))),
        (label::SEVERITY, facts.severity.and_then(|severity| word(Lang::Zh.severity(severity)))),
        (label::URGENCY, word(Lang::Zh.urgency(facts.urgency))),
        (label::TOWN, facts.town.clone()),
        (label::GROUND, facts.ground.and_then(|ground| word(Lang::Zh.decline_ground(ground)))),
        (label::RULED, facts.ruled.and_then(|status| word(Lang::Zh.summons_status(status)))),
        (label::CLOSURE, facts.closure.and_then(|closure| word(Lang::Zh.closure_kind(closure)))),
        (due, facts.due_at.map(|at| words::limit(Lang::Zh, at))),
    ];
    all.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))).collect()
}

/// The table of a visit.
fn hours(facts: &LetterFacts, visit: &VisitTime, due: &'static str) -> Vec<(&'static str, String)> {
    let when = words::visit_hours(Lang::Zh, visit.starts_at, visit.ends_at);
    let all = [(label::VISIT, Some(facts.code.clone())), (label::TOWN, facts.town.clone()), (due, Some(when))];
    all.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))).collect()
}

/// The same, but for the town, whose name is Chinese.
fn in_english(facts: &LetterFacts, visit: &VisitTime) -> Vec<String> {
    let what = words::visit_stands(facts.kind == LetterKind::VisitCancelled);
    vec![what.to_owned(), facts.code.clone(), words::visit_hours(Lang::En, visit.starts_at, visit.ends_at)]
}

/// What the calendar is told: nothing that the letter does not say.
fn invitation(facts: &LetterFacts, sender: &Sender) -> Option<Invitation> {
    facts.visit.as_ref().map(|visit| Invitation {
        uid: visit.uid.clone(),
        sequence: visit.sequence,
        starts_at: visit.starts_at,
        ends_at: visit.ends_at,
        stamp: visit.decided_at,
        organizer: sender.address(),
        attendee: facts.to.clone(),
        heading: words::visit(Lang::Zh),
        code: facts.code.clone(),
        town: facts.town.clone().unwrap_or_default(),
        link: facts.link.clone(),
        cancelled: facts.kind == LetterKind::VisitCancelled,
    })
}

fn subject(mark: &str, title: &str, facts: &LetterFacts, now: At) -> String {
    if facts.kind.is_notice() {
        return format!("{mark}{title}");
    }
    format!("{mark}{title}：{}", subject_tail(facts, now))
}

/// Codes, list words and counts: nothing else stands in a subject.
fn subject_tail(facts: &LetterFacts, now: At) -> String {
    if facts.kind == LetterKind::Reminder {
        let passed = facts.owed.iter().filter(|item| late(item, now) >= 0).count();
        return words::reminder_counts(passed, facts.owed.len() - passed);
    }
    if facts.kind.is_invitation() {
        return facts.code.clone();
    }
    let code = facts.summons.as_ref().unwrap_or(&facts.code);
    let major = if facts.severity == Some(Severity::Major) { "，重大" } else { "" };
    format!("{code}（{}{major}，{}）", Lang::Zh.urgency(facts.urgency), Lang::Zh.category(facts.category))
}

/// Minutes past the item's limit; negative before it.
fn late(item: &OwedItem, now: At) -> i64 {
    now.0.saturating_sub(item.due_at.0).div_euclid(MINUTE)
}

/// Civil time, to the minute.
fn clock(at: At) -> String {
    at.civil().strftime("%Y年%-m月%-d日%H:%M").to_string()
}

/// The `Date` header's moment, held inside the years that the header's format knows.
fn wall(at: At) -> SystemTime {
    const YEAR_9999: u64 = 253_370_764_800_000_000;
    SystemTime::UNIX_EPOCH + Duration::from_micros(u64::try_from(at.0).unwrap_or(0).min(YEAR_9999))
}

/// 128 bits of SHA-256 of the key, as hex.
pub(super) fn key_hash(key: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, key.as_bytes());
    digest.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// A header of plain ASCII words.
fn mark(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// Plain first, the calendar's last: a mail program takes the last that it knows. Base64 on purpose: Chinese then passes
/// relays without 8BITMIME. The boundary comes from the key, so a repeated letter has the same bytes.
fn parts(hash: &str, text: &str, html: &str, calendar: Option<(&Invitation, &str)>) -> Result<MultiPart, Fault> {
    let part = |kind: ContentType, body: &str| {
        SinglePart::builder().header(kind).header(ContentTransferEncoding::Base64).body(body.to_owned())
    };
    let parts = MultiPart::alternative()
        .boundary(format!("=_{hash}"))
        .singlepart(part(ContentType::TEXT_PLAIN, text))
        .singlepart(part(ContentType::TEXT_HTML, html));
    let Some((invitation, calendar)) = calendar else { return Ok(parts) };
    let kind = format!("text/calendar; charset=utf-8; method={}", invitation.method());
    Ok(parts.singlepart(part(ContentType::parse(&kind).map_err(Fault::permanent)?, calendar)))
}

#[cfg(test)]
mod tests;
