//! The timeline in words: what happened, what it brought, and what a person wrote with it. On a protected whistle no
//! person is named, as on every other channel.

use super::views::{Words, limit, moment};
use crate::domain::at::At;
use crate::domain::event::EventKind as Kind;
use crate::domain::obligation::Subject;
use crate::domain::summons::Summons;
use crate::domain::terms::{
    ClosureKind, DeclineGround, DisputeGround, Duty, ErasureGround, Mode, Period, ReopenGround, Role, Route, Severity,
    SuspendGround, Urgency, Visibility,
};
use crate::domain::visit::VisitTree;
use crate::domain::whistle::Whistle;
use crate::http::pages::Entry;
use crate::i18n::pages as words;
use crate::ids::PersonId;
use crate::store::events::StoredEvent;
use serde_json::Value;

/// The texts that an event may carry, whatever it is.
const NOTES: &[&str] =
    &["note", "lacks", "conclusion", "result", "task", "clause", "reason", "law", "basis", "text", "name"];

/// Whose tale it is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tale<'a> {
    Whistle(&'a Whistle, &'a [Summons]),
    Visit(&'a VisitTree),
}

impl Tale<'_> {
    /// Whether the person of an event may be named.
    fn names(self, event: &StoredEvent) -> bool {
        match self {
            Tale::Whistle(whistle, _) => event.person.as_ref().is_some_and(|person| whistle.names(event.kind, person)),
            Tale::Visit(_) => true,
        }
    }
}

impl Words<'_> {
    /// The lines of a timeline. A dispatch names its departments in one line: each summons of it is told again only if it
    /// has a task of its own.
    pub(super) fn timeline(&self, tale: Tale<'_>, events: &[StoredEvent]) -> Vec<Entry> {
        let dispatched = |issued: &StoredEvent| {
            let mut dispatches = events.iter().filter(|event| event.kind == Kind::WhistleDispatched);
            dispatches.any(|dispatch| dispatch.at == issued.at && dispatch.person == issued.person)
        };
        let told = |event: &&StoredEvent| {
            event.kind != Kind::SummonsIssued || text(&event.data, "task").is_some() || !dispatched(event)
        };
        events.iter().filter(told).map(|event| self.entry(tale, event)).collect()
    }

    /// One line.
    fn entry(&self, tale: Tale<'_>, event: &StoredEvent) -> Entry {
        let t = words::of(self.lang);
        let person = event.person.as_ref().filter(|_| tale.names(event));
        let name = person.and_then(|id| self.directory.person(id)).map(|person| person.name.clone());
        let mut details: Vec<String> = self.details(event).into_iter().flatten().collect();
        if let Some(about) = self.about(tale, event) {
            details.insert(0, about);
        }
        details.dedup();
        let what = self.lang.event(event.kind.as_str());
        let by_firm = event.data.get("by_firm") == Some(&Value::Bool(true));
        let nobody = if by_firm { t.firm } else { t.hub };
        let note = NOTES.iter().find_map(|name| text(&event.data, name));
        Entry {
            seq: u64::try_from(event.seq).unwrap_or_default(),
            at: moment(event.at),
            by_hub: event.person.is_none(),
            name: name.unwrap_or_default(),
            department: event.department.as_deref().map_or_else(|| nobody.to_owned(), |unit| self.unit(unit)),
            words: words::told(self.lang, what, &details.join(t.list_comma)),
            note: note.map(str::to_owned),
        }
    }

    /// What of the tree it is about: a deed of another than the summoned unit says whose summons, a finding goes by its code.
    fn about(&self, tale: Tale<'_>, event: &StoredEvent) -> Option<String> {
        match (tale, event.about.as_ref()?) {
            (Tale::Whistle(_, summonses), Subject::Summons(id)) => {
                let summons = summonses.iter().find(|one| one.id == *id)?;
                (event.department.as_ref() != Some(&summons.department)).then(|| self.unit(&summons.department))
            }
            (Tale::Visit(tree), Subject::Finding(id)) => tree.finding(id).map(|finding| finding.code.clone()),
            (Tale::Whistle(..) | Tale::Visit(_), _) => None,
        }
    }

    /// What the event brought, a part each.
    fn details(&self, event: &StoredEvent) -> Vec<Option<String>> {
        let (lang, data) = (self.lang, &event.data);
        let unit = |name: &str| text(data, name).map(|code| self.unit(code));
        let duty = || word(data, "duty", Duty::parse, |of| lang.duty(of));
        match event.kind {
            Kind::WhistleAccepted => self.acceptance(data),
            Kind::WhistleDispatched => texts(data, "departments").map(|code| Some(self.unit(code))).collect(),
            Kind::WhistleReturned => {
                texts(data, "missing").map(|name| Some(words::field(lang, name).to_owned())).collect()
            }
            Kind::WhistleDeclined => vec![word(data, "ground", DeclineGround::parse, |of| lang.decline_ground(of))],
            Kind::WhistleClosed => vec![word(data, "kind", ClosureKind::parse, |of| lang.closure_kind(of))],
            Kind::WhistleErased | Kind::VisitErased => {
                vec![word(data, "ground", ErasureGround::parse, |of| lang.erasure_ground(of))]
            }
            Kind::WhistleMerged | Kind::WhistleUnmerged => vec![code(data, "into"), code(data, "from")],
            Kind::WhistleLeadChanged => vec![unit("lead").map(|lead| words::leads(lang, &lead))],
            Kind::WhistleUrgencyChanged => vec![word(data, "urgency", Urgency::parse, |of| lang.urgency(of))],
            Kind::WhistleSuspended => vec![
                word(data, "ground", SuspendGround::parse, |of| lang.suspend_ground(of)),
                code(data, "review_on").map(|day| words::until(lang, &day)),
            ],
            Kind::WhistleReopened => vec![word(data, "ground", ReopenGround::parse, |of| lang.reopen_ground(of))],
            Kind::WhistleCommented => {
                let of_office = |name: &str| Visibility::parse(name).filter(|of| *of == Visibility::Office);
                vec![word(data, "visibility", of_office, |of| lang.visibility(of))]
            }
            Kind::SummonsIssued => vec![unit("department")],
            Kind::SummonsReportedIn => self.report(data),
            Kind::SummonsDisputed => {
                vec![word(data, "ground", DisputeGround::parse, |of| lang.dispute_ground(of)), unit("instead")]
            }
            Kind::SummonsUpheld | Kind::SummonsDelegated => vec![unit("to")],
            Kind::SummonsExtensionAsked | Kind::SummonsExtensionGranted => {
                vec![end(data, "until").map(|until| words::until(lang, &until))]
            }
            Kind::ObligationMoved => vec![unit("department"), duty(), end(data, "due_at")],
            Kind::ObligationOverdue | Kind::ObligationHeldBack => vec![unit("department"), duty()],
            Kind::ObligationAcknowledged => vec![unit("department"), duty()],
            Kind::LetterNotReached => vec![unit("department"), word(data, "role", Role::parse, |of| lang.role(of))],
            Kind::WhistleBlown => vec![time(data, "late").map(|at| words::blown_on_paper(lang, &at))],
            Kind::WhistleRouted | Kind::WhistleCompleted | Kind::WhistleAttached | Kind::WhistleLapsed => Vec::new(),
            Kind::WhistleAppealed | Kind::WhistleWithdrawn | Kind::WhistleHandling => Vec::new(),
            Kind::WhistleAwaitingClosure | Kind::WhistleSentBack | Kind::WhistleResumed => Vec::new(),
            Kind::WhistleContested | Kind::WhistleContestDismissed | Kind::WhistleUnsealed => Vec::new(),
            Kind::SummonsAcknowledged | Kind::SummonsStarted | Kind::SummonsSubmitted => Vec::new(),
            Kind::SummonsAccepted | Kind::SummonsSentBack | Kind::SummonsOverruled => Vec::new(),
            Kind::SummonsReferred | Kind::SummonsExcused | Kind::SummonsCancelled => Vec::new(),
            Kind::SummonsExtensionRefused | Kind::WhistleRectifying | Kind::WhistlePictureReleased => Vec::new(),
            Kind::VisitPlanned | Kind::VisitProposed | Kind::VisitPartApproved => self.of_visit(event),
            Kind::VisitApproved | Kind::VisitObjected | Kind::VisitAnnounced => self.of_visit(event),
            Kind::VisitKeptSecret | Kind::VisitPostponed | Kind::VisitCancelled => self.of_visit(event),
            Kind::VisitAttached | Kind::FindingTransferred | Kind::FindingTakenBack => self.of_visit(event),
            Kind::VisitEntered | Kind::VisitRecorded | Kind::VisitFinished | Kind::FindingDrawn => self.of_visit(event),
            Kind::VisitPartClosed | Kind::VisitPartExcused | Kind::VisitSigned => self.of_visit(event),
            Kind::VisitSignatureRefused | Kind::VisitCompleted | Kind::VisitFiled => self.of_visit(event),
            Kind::VisitAborted | Kind::VisitMissed | Kind::VisitUnapproved | Kind::FindingFound => self.of_visit(event),
            Kind::FindingOrdered | Kind::FindingCorrectedOnSite | Kind::FindingMeasuresTaken => self.of_visit(event),
            Kind::FindingMeasuresLifted | Kind::FindingReportedFixed | Kind::FindingRecheckDue => self.of_visit(event),
            Kind::FindingMeasuresExtended | Kind::FindingLookedAt | Kind::FindingLinkGiven => self.of_visit(event),
            Kind::FindingExtensionAsked | Kind::FindingExtensionGranted | Kind::FindingAttached => self.of_visit(event),
            Kind::FindingExtensionRefused | Kind::FindingExtensionLapsed | Kind::FindingPassed => self.of_visit(event),
            Kind::FindingFailed | Kind::FindingClosed | Kind::FindingReopened => self.of_visit(event),
            Kind::VisitRated => vec![data.get("stars").and_then(Value::as_u64).map(|n| words::stars(lang, n))],
            // No whistle's tale has them.
            Kind::DirectoryImported | Kind::DirectoryAdded | Kind::DirectoryChanged => Vec::new(),
            Kind::DirectoryRemoved | Kind::DirectoryReordered | Kind::DirectoryExported => Vec::new(),
            Kind::WhistlesExported | Kind::DirectoryProposed | Kind::DirectoryRefused => Vec::new(),
        }
    }

    /// What an event of a visit or a finding brought.
    fn of_visit(&self, event: &StoredEvent) -> Vec<Option<String>> {
        let (lang, data) = (self.lang, &event.data);
        let unit = text(data, "department").map(|code| self.unit(code));
        let day = text(data, "date").map(|day| {
            let period = word(data, "period", Period::parse, |of| lang.period(of)).unwrap_or_default();
            format!("{day} {period}")
        });
        let ends = word(data, "kind", ClosureKind::parse, |of| lang.closure_kind(of));
        let v = words::of(lang).visits;
        let looked = data.get("clear").and_then(Value::as_bool);
        let looked = looked.map(|clear| if clear { v.clear_yes } else { v.clear_no }.to_owned());
        let short = data.get("short_notice").map(|_| v.short_notice.to_owned());
        let until = end(data, "until").map(|until| words::until(lang, &until));
        let mut all = vec![unit, day, ends, looked, code(data, "to"), end(data, "due_at"), until, short];
        all.extend(self.at_the_gate(data));
        all
    }

    /// Who counted for nothing when somebody came in: those who go are named on the same page.
    fn at_the_gate(&self, data: &Value) -> [Option<String>; 2] {
        let v = words::of(self.lang).visits;
        let named = |field: &str, word: &str| {
            let people = texts(data, field).filter_map(|id| self.directory.person(&PersonId::from_text(id)));
            let names: Vec<&str> = people.map(|person| person.name.as_str()).collect();
            (!names.is_empty()).then(|| words::told(self.lang, word, &names.join(words::of(self.lang).list_comma)))
        };
        [named("recused", v.stands_aside), named("lapsed", v.lapsed)]
    }

    fn acceptance(&self, data: &Value) -> Vec<Option<String>> {
        let lang = self.lang;
        vec![
            word(data, "severity", Severity::parse, |of| lang.severity(of)),
            word(data, "route", Route::parse, |of| lang.route(of)),
            text(data, "lead").map(|code| words::leads(lang, &self.unit(code))),
            data.get("again").map(|_| words::of(lang).nobody_left.to_owned()),
        ]
    }

    fn report(&self, data: &Value) -> Vec<Option<String>> {
        let lang = self.lang;
        vec![
            word(data, "mode", Mode::parse, |of| lang.mode(of)),
            data.get("officers").and_then(Value::as_u64).map(|n| words::people(lang, n)),
            time(data, "eta").map(|eta| words::expected(lang, &eta)),
        ]
    }
}

/// What the office wrote when it last returned the whistle.
pub(super) fn return_note(events: &[StoredEvent]) -> Option<String> {
    let last = events.iter().rev().find(|event| event.kind == Kind::WhistleReturned)?;
    text(&last.data, "note").map(str::to_owned)
}

fn text<'a>(data: &'a Value, name: &str) -> Option<&'a str> {
    data.get(name)?.as_str()
}

/// A code or a date that stands by itself.
fn code(data: &Value, name: &str) -> Option<String> {
    text(data, name).map(str::to_owned)
}

fn texts<'a>(data: &'a Value, name: &str) -> impl Iterator<Item = &'a str> {
    data.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn time(data: &Value, name: &str) -> Option<String> {
    text(data, name).and_then(At::parse).map(moment)
}

/// Up to when something goes.
fn end(data: &Value, name: &str) -> Option<String> {
    text(data, name).and_then(At::parse).map(limit)
}

/// A word of a closed list, as people say it.
fn word<T>(
    data: &Value,
    name: &str,
    parse: impl Fn(&str) -> Option<T>,
    say: impl Fn(T) -> &'static str,
) -> Option<String> {
    parse(text(data, name)?).map(say).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::super::views::tests::whistle;
    use super::*;
    use crate::app::sample_district;
    use crate::domain::directory::Directory;
    use crate::i18n::Lang;
    use crate::ids::TreeId;
    use serde_json::json;

    fn event(kind: Kind, directory: &Directory, data: Value) -> StoredEvent {
        StoredEvent {
            seq: 7,
            at: At::parse("2026-11-25T10:00:00+08:00").unwrap(),
            kind,
            tree: TreeId::from_text("wh_1"),
            about: None,
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
        let accepted = event(Kind::WhistleAccepted, &directory, data);
        let entry = words.entry(Tale::Whistle(&whistle(&directory), &[]), &accepted);
        assert_eq!(entry.words, "受理：重大隐患、联合检查、区应急局牵头");
        assert_eq!((entry.name.as_str(), entry.department.as_str()), ("戚怀杉", "区安委办"));
        assert_eq!(entry.note.as_deref(), Some("第十一条"));
        let returned = event(Kind::WhistleReturned, &directory, json!({ "missing": ["place"], "note": null }));
        let entry = words.entry(Tale::Whistle(&whistle(&directory), &[]), &returned);
        assert_eq!((entry.words.as_str(), entry.note), ("退回补正：具体地点", None));
    }

    #[test]
    fn a_dispatch_is_one_line_unless_a_department_has_a_task_of_its_own() {
        let directory = sample_district::read().unwrap().directory;
        let words = Words { lang: Lang::Zh, directory: &directory, now: At(0) };
        let issued = |unit: &str, task: Option<&str>| {
            event(Kind::SummonsIssued, &directory, json!({ "department": unit, "role": "support", "task": task }))
        };
        let dispatched = event(Kind::WhistleDispatched, &directory, json!({ "departments": ["YJ", "XF", "SH"] }));
        let later = StoredEvent { at: At(1), ..issued("GA", None) };
        let events = [dispatched, issued("YJ", None), issued("XF", Some("查消火栓")), issued("SH", None), later];
        let told = words.timeline(Tale::Whistle(&whistle(&directory), &[]), &events);
        let lines: Vec<&str> = told.iter().map(|entry| entry.words.as_str()).collect();
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert!(lines[0].starts_with("派单：") && lines[0].matches('、').count() == 2, "{lines:?}");
        assert_eq!(told[1].note.as_deref(), Some("查消火栓"));
    }

    #[test]
    fn the_last_return_says_what_the_office_wrote() {
        let directory = sample_district::read().unwrap().directory;
        let returned = |note: &str| event(Kind::WhistleReturned, &directory, json!({ "note": note }));
        assert_eq!(return_note(&[returned("缺地点"), returned("缺楼栋")]).as_deref(), Some("缺楼栋"));
        assert_eq!(return_note(&[event(Kind::WhistleReturned, &directory, json!({ "note": null }))]), None);
    }

    #[test]
    fn t29_a_protected_whistle_names_no_person_and_the_hub_is_nobody() {
        let directory = sample_district::read().unwrap().directory;
        let words = Words { lang: Lang::Zh, directory: &directory, now: At(0) };
        let guarded = Whistle { protected_source: true, ..whistle(&directory) };
        let entry = words.entry(Tale::Whistle(&guarded, &[]), &event(Kind::WhistleBlown, &directory, json!({})));
        assert_eq!((entry.name.as_str(), entry.department.as_str(), entry.by_hub), ("", "区安委办", false));
        let hubs = StoredEvent { person: None, department: None, ..event(Kind::WhistleRouted, &directory, json!({})) };
        let entry = words.entry(Tale::Whistle(&guarded, &[]), &hubs);
        assert_eq!((entry.department.as_str(), entry.by_hub), ("系统", true));
    }
}
