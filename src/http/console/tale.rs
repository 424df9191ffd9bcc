//! The timeline in words: what happened, what it brought, and what a person wrote with it. On a protected whistle no
//! person is named, as on every other channel.

use super::views::{Words, moment};
use crate::domain::at::At;
use crate::domain::event::EventKind;
use crate::domain::summons::Summons;
use crate::domain::terms::{
    ClosureKind, DeclineGround, DisputeGround, Duty, ErasureGround, Mode, ReopenGround, Role, Route, Severity,
    SuspendGround, Urgency, Visibility,
};
use crate::domain::whistle::Whistle;
use crate::http::pages::Entry;
use crate::i18n::pages as words;
use crate::store::events::StoredEvent;
use serde_json::Value;

/// The texts that an event may carry, whatever it is.
const NOTES: &[&str] = &["note", "lacks", "conclusion", "result", "task", "clause", "reason", "law", "basis", "text"];

impl Words<'_> {
    /// The lines of a timeline. `summonses`: those of its whistle. A dispatch names its departments in one line: each
    /// summons of it is told again only if it has a task of its own.
    pub(super) fn timeline(&self, whistle: &Whistle, summonses: &[Summons], events: &[StoredEvent]) -> Vec<Entry> {
        let dispatched = |issued: &StoredEvent| {
            let mut dispatches = events.iter().filter(|event| event.kind == EventKind::WhistleDispatched);
            dispatches.any(|dispatch| dispatch.at == issued.at && dispatch.person == issued.person)
        };
        let told = |event: &&StoredEvent| {
            event.kind != EventKind::SummonsIssued || text(&event.data, "task").is_some() || !dispatched(event)
        };
        events.iter().filter(told).map(|event| self.entry(whistle, summonses, event)).collect()
    }

    /// One line.
    fn entry(&self, whistle: &Whistle, summonses: &[Summons], event: &StoredEvent) -> Entry {
        let t = words::of(self.lang);
        let person = event.person.as_ref().filter(|person| whistle.names(event.kind, person));
        let name = person.and_then(|id| self.directory.person(id)).map(|person| person.name.clone());
        let about = event.summons.as_ref().and_then(|id| summonses.iter().find(|one| one.id == *id));
        let mut details = self.details(event);
        // A deed of another than the summoned unit says whose summons it is about.
        if let Some(summons) = about.filter(|one| event.department.as_ref() != Some(&one.department)) {
            details.insert(0, self.unit(&summons.department));
        }
        details.dedup();
        let what = self.lang.event(event.kind.as_str());
        let note = NOTES.iter().find_map(|name| text(&event.data, name));
        Entry {
            seq: u64::try_from(event.seq).unwrap_or_default(),
            at: moment(event.at),
            by_hub: event.person.is_none(),
            name: name.unwrap_or_default(),
            department: event.department.as_deref().map_or_else(|| t.hub.to_owned(), |unit| self.unit(unit)),
            words: words::told(self.lang, what, &details.join(t.list_comma)),
            note: note.map(str::to_owned),
        }
    }

    /// What the event brought, a part each.
    fn details(&self, event: &StoredEvent) -> Vec<String> {
        let parts = PARTS.iter().find(|(kind, _)| *kind == event.kind).map_or(&[][..], |(_, parts)| parts);
        parts.iter().flat_map(|part| self.part(*part, &event.data)).collect()
    }

    /// One part in words; nothing if the event does not have it.
    fn part(&self, part: Part, data: &Value) -> Vec<String> {
        let lang = self.lang;
        let time = |name: &str| text(data, name).and_then(At::parse).map(moment);
        let fixed = |word: Option<&'static str>| word.map(str::to_owned);
        let one = match part {
            Part::Unit(name) => text(data, name).map(|code| self.unit(code)),
            Part::Units(name) => return texts(data, name).map(|code| self.unit(code)).collect(),
            Part::Fields(name) => return texts(data, name).map(|name| words::field(lang, name).to_owned()).collect(),
            Part::Code(name) => text(data, name).map(str::to_owned),
            Part::Lead => text(data, "lead").map(|code| words::leads(lang, &self.unit(code))),
            Part::NobodyLeft => data.get("again").map(|_| words::of(lang).nobody_left.to_owned()),
            Part::Severity => fixed(word(data, "severity", Severity::parse).map(|of| lang.severity(of))),
            Part::Route => fixed(word(data, "route", Route::parse).map(|of| lang.route(of))),
            Part::Urgency => fixed(word(data, "urgency", Urgency::parse).map(|of| lang.urgency(of))),
            Part::Declined => fixed(word(data, "ground", DeclineGround::parse).map(|of| lang.decline_ground(of))),
            Part::Erased => fixed(word(data, "ground", ErasureGround::parse).map(|of| lang.erasure_ground(of))),
            Part::Suspended => fixed(word(data, "ground", SuspendGround::parse).map(|of| lang.suspend_ground(of))),
            Part::Reopened => fixed(word(data, "ground", ReopenGround::parse).map(|of| lang.reopen_ground(of))),
            Part::Disputed => fixed(word(data, "ground", DisputeGround::parse).map(|of| lang.dispute_ground(of))),
            Part::Closed => fixed(word(data, "kind", ClosureKind::parse).map(|of| lang.closure_kind(of))),
            Part::Mode => fixed(word(data, "mode", Mode::parse).map(|of| lang.mode(of))),
            Part::Officers => data.get("officers").and_then(Value::as_u64).map(|n| words::people(lang, n)),
            Part::Eta => time("eta").map(|at| words::expected(lang, &at)),
            Part::Duty => fixed(word(data, "duty", Duty::parse).map(|of| lang.duty(of))),
            Part::Role => fixed(word(data, "role", Role::parse).map(|of| lang.role(of))),
            Part::Time(name) => time(name),
            Part::Until(name) => {
                time(name).or_else(|| text(data, name).map(str::to_owned)).map(|at| words::until(lang, &at))
            }
            Part::OfficeOnly => {
                let office = word(data, "visibility", Visibility::parse).filter(|of| *of == Visibility::Office);
                fixed(office.map(|of| lang.visibility(of)))
            }
        };
        one.into_iter().collect()
    }
}

/// What an event's data may tell beside its kind.
#[derive(Debug, Clone, Copy)]
enum Part {
    Unit(&'static str),
    Units(&'static str),
    Fields(&'static str),
    /// A code that stands by itself.
    Code(&'static str),
    Lead,
    NobodyLeft,
    Severity,
    Route,
    Urgency,
    Declined,
    Erased,
    Suspended,
    Reopened,
    Disputed,
    Closed,
    Mode,
    Officers,
    Eta,
    Duty,
    Role,
    Time(&'static str),
    Until(&'static str),
    OfficeOnly,
}

/// The parts of each kind, in the order in which they are told; a kind that is not here says all by itself.
const PARTS: &[(EventKind, &[Part])] = &[
    (EventKind::WhistleAccepted, &[Part::Severity, Part::Route, Part::Lead, Part::NobodyLeft]),
    (EventKind::WhistleDispatched, &[Part::Units("departments")]),
    (EventKind::WhistleReturned, &[Part::Fields("missing")]),
    (EventKind::WhistleDeclined, &[Part::Declined]),
    (EventKind::WhistleClosed, &[Part::Closed]),
    (EventKind::WhistleErased, &[Part::Erased]),
    (EventKind::WhistleMerged, &[Part::Code("into")]),
    (EventKind::WhistleUnmerged, &[Part::Code("from")]),
    (EventKind::WhistleLeadChanged, &[Part::Lead]),
    (EventKind::WhistleUrgencyChanged, &[Part::Urgency]),
    (EventKind::WhistleSuspended, &[Part::Suspended, Part::Until("review_on")]),
    (EventKind::WhistleReopened, &[Part::Reopened]),
    (EventKind::WhistleCommented, &[Part::OfficeOnly]),
    (EventKind::SummonsIssued, &[Part::Unit("department")]),
    (EventKind::SummonsReportedIn, &[Part::Mode, Part::Officers, Part::Eta]),
    (EventKind::SummonsDisputed, &[Part::Disputed, Part::Unit("instead")]),
    (EventKind::SummonsUpheld, &[Part::Unit("to")]),
    (EventKind::SummonsDelegated, &[Part::Unit("to")]),
    (EventKind::SummonsExtensionAsked, &[Part::Until("until")]),
    (EventKind::SummonsExtensionGranted, &[Part::Until("until")]),
    (EventKind::ObligationMoved, &[Part::Unit("department"), Part::Duty, Part::Time("due_at")]),
    (EventKind::ObligationOverdue, &[Part::Unit("department"), Part::Duty]),
    (EventKind::LetterNotReached, &[Part::Unit("department"), Part::Role]),
];

/// What the office wrote when it last returned the whistle.
pub(super) fn return_note(events: &[StoredEvent]) -> Option<String> {
    let last = events.iter().rev().find(|event| event.kind == EventKind::WhistleReturned)?;
    text(&last.data, "note").map(str::to_owned)
}

fn text<'a>(data: &'a Value, name: &str) -> Option<&'a str> {
    data.get(name)?.as_str()
}

fn texts<'a>(data: &'a Value, name: &str) -> impl Iterator<Item = &'a str> {
    data.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn word<T>(data: &Value, name: &str, parse: fn(&str) -> Option<T>) -> Option<T> {
    parse(text(data, name)?)
}

#[cfg(test)]
mod tests {
    use super::super::views::tests::whistle;
    use super::*;
    use crate::app::sample_district;
    use crate::domain::directory::Directory;
    use crate::i18n::Lang;
    use crate::ids::WhistleId;
    use serde_json::json;

    fn event(kind: EventKind, directory: &Directory, data: Value) -> StoredEvent {
        StoredEvent {
            seq: 7,
            at: At::parse("2026-11-25T10:00:00+08:00").unwrap(),
            kind,
            whistle: WhistleId::from_text("wh_1"),
            summons: None,
            person: directory.by_username("office").map(|person| person.id.clone()),
            department: Some("AWB".into()),
            data,
        }
    }

    #[test]
    fn an_entry_says_who_what_and_what_was_written() {
        let directory = sample_district::read().unwrap().directory;
        let words = Words { lang: Lang::Zh, directory: &directory, now: At(0) };
        let data = json!({ "severity": "major", "route": "joint", "lead": "YJ", "clause": "第十一条" });
        let accepted = event(EventKind::WhistleAccepted, &directory, data);
        let entry = words.entry(&whistle(&directory), &[], &accepted);
        assert_eq!(entry.words, "受理：重大隐患、联合检查、区应急局牵头");
        assert_eq!((entry.name.as_str(), entry.department.as_str()), ("戚怀杉", "区安委办"));
        assert_eq!(entry.note.as_deref(), Some("第十一条"));
        let returned = event(EventKind::WhistleReturned, &directory, json!({ "missing": ["place"], "note": null }));
        let entry = words.entry(&whistle(&directory), &[], &returned);
        assert_eq!((entry.words.as_str(), entry.note), ("退回补正：具体地点", None));
    }

    #[test]
    fn a_dispatch_is_one_line_unless_a_department_has_a_task_of_its_own() {
        let directory = sample_district::read().unwrap().directory;
        let words = Words { lang: Lang::Zh, directory: &directory, now: At(0) };
        let issued = |unit: &str, task: Option<&str>| {
            event(EventKind::SummonsIssued, &directory, json!({ "department": unit, "role": "support", "task": task }))
        };
        let dispatched = event(EventKind::WhistleDispatched, &directory, json!({ "departments": ["YJ", "XF", "SH"] }));
        let later = StoredEvent { at: At(1), ..issued("GA", None) };
        let events = [dispatched, issued("YJ", None), issued("XF", Some("查消火栓")), issued("SH", None), later];
        let told = words.timeline(&whistle(&directory), &[], &events);
        let lines: Vec<&str> = told.iter().map(|entry| entry.words.as_str()).collect();
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert!(lines[0].starts_with("派单：") && lines[0].matches('、').count() == 2, "{lines:?}");
        assert_eq!(told[1].note.as_deref(), Some("查消火栓"));
    }

    #[test]
    fn the_last_return_says_what_the_office_wrote() {
        let directory = sample_district::read().unwrap().directory;
        let returned = |note: &str| event(EventKind::WhistleReturned, &directory, json!({ "note": note }));
        assert_eq!(return_note(&[returned("缺地点"), returned("缺楼栋")]).as_deref(), Some("缺楼栋"));
        assert_eq!(return_note(&[event(EventKind::WhistleReturned, &directory, json!({ "note": null }))]), None);
    }

    #[test]
    fn t29_a_protected_whistle_names_no_person_and_the_hub_is_nobody() {
        let directory = sample_district::read().unwrap().directory;
        let words = Words { lang: Lang::Zh, directory: &directory, now: At(0) };
        let guarded = Whistle { protected_source: true, ..whistle(&directory) };
        let entry = words.entry(&guarded, &[], &event(EventKind::WhistleBlown, &directory, json!({})));
        assert_eq!((entry.name.as_str(), entry.department.as_str(), entry.by_hub), ("", "区安委办", false));
        let hubs =
            StoredEvent { person: None, department: None, ..event(EventKind::WhistleRouted, &directory, json!({})) };
        let entry = words.entry(&guarded, &[], &hubs);
        assert_eq!((entry.department.as_str(), entry.by_hub), ("系统", true));
    }
}
