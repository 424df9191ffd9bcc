//! What each page of the console shows, as plain data beside its template. Whoever fills a view has already asked the
//! rights: a deed that is not in `allowed` has no form. Nothing here reads the ledger, the clock or a request.

pub mod form;
pub mod frame;
mod people;
pub mod views;

use askama::Template;

pub use form::{BlowLists, Choice, DepartmentOption, Form, FormFault, TownFirms, Verdict};
pub use frame::{Assets, NavItem, Notice, Place, Shell, Tone, Watch, Who};
pub use people::{MePage, PeoplePage, PersonPage, PersonRow, TrailPage, TrailRow};
pub use views::{
    DeadlineView, Entry, ImportPreview, Mark, Officer, Pace, PartView, QueueRow, RaceField, Step, SummonsFacts,
    SummonsRow, Tab, WhistleFacts,
};

use crate::domain::terms::WhistleStatus;
use crate::i18n::pages::PageText;

/// `/login`. The form's deed is `login`; `wrong` is the one neutral sentence.
#[derive(Debug, Template)]
#[template(path = "http/pages/login.html", config = "src/askama.toml")]
pub struct LoginPage {
    pub shell: Shell,
    pub form: Form,
    pub wrong: Option<String>,
    /// Where to go after signing in: one own path.
    pub next: String,
    /// A demo prints its sign-ins: user and what it is.
    pub hints: Vec<Choice>,
}

/// `/console/triage`, with the whistle that `?open=` names.
#[derive(Debug, Template)]
#[template(path = "http/pages/triage.html", config = "src/askama.toml")]
pub struct TriagePage {
    pub shell: Shell,
    pub form: Form,
    pub rows: Vec<QueueRow>,
    /// All that wait, also those beyond this page.
    pub waiting: u64,
    pub late: u64,
    /// Address of the following rows.
    pub more: Option<String>,
    pub open: Option<WhistlePart>,
    /// On a phone the list and the detail are pages of their own: true when `?open=` was asked for.
    pub asked: bool,
}

/// One whistle with all that belongs to it, as the queue and its own page show it.
#[derive(Debug)]
pub struct WhistlePart {
    pub facts: WhistleFacts,
    /// This reader may have the informer's identity opened, and there is one.
    pub unseals: bool,
    /// Said to who may know the informer: the text itself seems to tell who spoke.
    pub tells_who_spoke: Option<&'static str>,
    pub verdict: Verdict,
    /// The reader's own tasks in it: their page, and what to do there.
    pub tasks: Vec<Choice>,
    pub deadlines: Vec<DeadlineView>,
    pub parts: Vec<PartView>,
    /// What the office wrote when it last returned it.
    pub return_note: Option<String>,
    pub timeline: Vec<Entry>,
    /// Address of the events that follow, if there are more.
    pub later: Option<String>,
}

/// `/console/whistles/{code}`, where `/w/{code}` leads.
#[derive(Debug, Template)]
#[template(path = "http/pages/whistle.html", config = "src/askama.toml")]
pub struct WhistlePage {
    pub shell: Shell,
    pub form: Form,
    pub whistle: WhistlePart,
    /// Filled when the reader may complete it.
    pub lists: BlowLists,
}

/// What `/console/whistles/{code}/unseal` answers.
#[derive(Template)]
#[template(path = "http/pages/informer.html", config = "src/askama.toml")]
pub struct InformerPage {
    pub shell: Shell,
    pub code: String,
    pub name: String,
    pub phone: String,
    /// The whistle's page.
    pub back: String,
}

/// `/console/whistles`.
#[derive(Debug, Template)]
#[template(path = "http/pages/whistles.html", config = "src/askama.toml")]
pub struct WhistlesPage {
    pub shell: Shell,
    pub tabs: Vec<Tab>,
    pub rows: Vec<QueueRow>,
    pub q: String,
    /// The filter that the search keeps.
    pub status: String,
    /// Where the same filter's file comes from.
    pub export: String,
    pub more: Option<String>,
}

/// `/console/whistles/new` and `/field/new`. The form's deed is `blow`.
#[derive(Debug, Template)]
#[template(path = "http/pages/blow.html", config = "src/askama.toml")]
pub struct BlowPage {
    pub shell: Shell,
    pub form: Form,
    pub lists: BlowLists,
}

/// `/console/summonses`.
#[derive(Debug, Template)]
#[template(path = "http/pages/summonses.html", config = "src/askama.toml")]
pub struct SummonsesPage {
    pub shell: Shell,
    pub tabs: Vec<Tab>,
    pub rows: Vec<SummonsRow>,
    pub more: Option<String>,
}

/// `/console/summonses/{code}`.
#[derive(Debug, Template)]
#[template(path = "http/pages/summons.html", config = "src/askama.toml")]
pub struct SummonsPage {
    pub shell: Shell,
    pub form: Form,
    pub summons: SummonsFacts,
    /// Verbs that this reader may do now.
    pub allowed: Vec<&'static str>,
    pub nothing_to_do: String,
    pub deadline: Option<DeadlineView>,
    /// Those of the department who may be named when reporting in.
    pub officers: Vec<Officer>,
    pub modes: Vec<Choice>,
    /// The other departments of the whistle.
    pub others: Vec<PartView>,
}

/// `/admin/import`: choose a file, see what it would change, say the word; and the lists as files.
#[derive(Debug, Template)]
#[template(path = "http/pages/import.html", config = "src/askama.toml")]
pub struct ImportPage {
    pub shell: Shell,
    pub form: Form,
    pub lists: Vec<Choice>,
    pub encodings: Vec<Choice>,
    /// Lists that the reader may take away.
    pub exports: Vec<Choice>,
    pub preview: Option<ImportPreview>,
}

/// 412: somebody was faster.
#[derive(Debug, Template)]
#[template(path = "http/pages/race.html", config = "src/askama.toml")]
pub struct RacePage {
    pub shell: Shell,
    /// Form with the *new* version and what was typed; its deed is the verb.
    pub form: Form,
    pub code: String,
    /// 戚怀杉于10:41受理，您的操作没有执行。
    pub words: String,
    pub fields: Vec<RaceField>,
    /// Texts that were typed, each with its label.
    pub kept: Vec<Choice>,
    /// Where to send the same again, if that still makes sense.
    pub again: Option<String>,
    pub back: String,
    /// The next row of the queue, if the form stood in it.
    pub next: Option<String>,
}

/// 409: the state or a guard does not allow it.
#[derive(Debug, Template)]
#[template(path = "http/pages/refused.html", config = "src/askama.toml")]
pub struct RefusedPage {
    pub shell: Shell,
    pub code: String,
    pub status: String,
    pub reasons: Vec<String>,
    /// Texts that were typed, each with its label.
    pub kept: Vec<Choice>,
    pub back: String,
    /// The next row of the queue, if the form stood in it.
    pub next: Option<String>,
}

/// 404, 403 of a token, 503 and mute 5xx: a title, what to do, the request's id.
#[derive(Debug, Template)]
#[template(path = "http/pages/fault.html", config = "src/askama.toml")]
pub struct FaultPage {
    pub shell: Shell,
    pub title: String,
    pub words: String,
    /// Absent on 404, which is the same for what is hidden and what is not there.
    pub request: Option<String>,
    /// Address to try again, for a GET that failed.
    pub retry: Option<String>,
}

/// The tiny page that answers a `/w/…` without cookie: the same bytes for every code, reloads itself once with `?r=1`.
#[derive(Debug, Template)]
#[template(path = "http/pages/bounce.html", config = "src/askama.toml")]
pub struct BouncePage;

impl WhistlePart {
    /// The obligation that moves next, if one is open.
    fn current(&self) -> Option<&DeadlineView> {
        self.deadlines.iter().find(|d| d.pace != Pace::Done)
    }

    fn days(&self) -> Vec<&[Entry]> {
        views::days(&self.timeline)
    }

    /// The way from blow to closure, each step done, now, ahead or skipped.
    fn steps(&self, t: &'static PageText) -> Vec<Step> {
        let now = match self.facts.status {
            WhistleStatus::Submitted | WhistleStatus::Returned => 1,
            WhistleStatus::Accepted => 2,
            WhistleStatus::Dispatched | WhistleStatus::Handling | WhistleStatus::Suspended => 3,
            WhistleStatus::Rectifying => 4,
            WhistleStatus::AwaitingClosure => 5,
            WhistleStatus::Closed => 6,
            WhistleStatus::Declined | WhistleStatus::Merged | WhistleStatus::Withdrawn => return Vec::new(),
        };
        let words =
            [t.step_blown, t.step_accepted, t.step_dispatched, t.step_handling, t.step_rectifying, t.step_closed];
        words.into_iter().enumerate().map(|(at, word)| Step { word, done: at < now, now: at == now }).collect()
    }
}

impl SummonsPage {
    fn may(&self, verb: &str) -> bool {
        self.allowed.contains(&verb)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::terms::Urgency;
    use crate::i18n::Lang;

    fn shell(lang: Lang) -> Shell {
        let text = |s: &str| s.to_owned();
        Shell {
            t: crate::i18n::pages::of(lang),
            lang,
            who: None,
            csrf: text("token"),
            path: text("/console"),
            office: text("云湖区安全生产委员会办公室"),
            demo: true,
            clock: text("2026-05-13 10:42"),
            now: 1_778_640_120,
            place: Place::Triage,
            nav: vec![NavItem { place: Place::Triage, count: Some(1) }],
            watch: None,
            notice: None,
            assets: Assets {
                css: text("/assets/hub.css"),
                js: text("/assets/hub.js"),
                icons: text("/assets/icons.svg"),
            },
        }
    }

    fn whistle(what: &str, allowed: &[&'static str]) -> WhistlePart {
        let text = |s: &str| s.to_owned();
        WhistlePart {
            unseals: true,
            tells_who_spoke: None,
            facts: WhistleFacts {
                code: text("WH-2026-0731"),
                title: text("除尘器停运"),
                what: what.to_owned(),
                mark: Mark { urgency: Urgency::Urgent, word: text("加急") },
                major: None,
                clause: None,
                status: WhistleStatus::Submitted,
                status_word: text("待受理"),
                category: text("粉尘涉爆"),
                town: text("龙荡镇"),
                enterprise: None,
                place: Some(text("二号车间")),
                source: text("自查自检"),
                blower: text("云湖生态环境局"),
                blown_at: text("2026-05-13 10:12"),
                occurred_at: None,
                needed: Vec::new(),
                route: None,
                protected_source: false,
            },
            verdict: Verdict {
                allowed: allowed.to_vec(),
                nothing_to_do: text("轮到别人"),
                urgencies: vec![Choice::new("urgent", "加急"), Choice::new("normal", "一般")],
                urgency: "urgent",
                ..Verdict::default()
            },
            tasks: Vec::new(),
            deadlines: Vec::new(),
            parts: Vec::new(),
            return_note: None,
            timeline: Vec::new(),
            later: None,
        }
    }

    fn page(lang: Lang, form: Form, whistle: WhistlePart) -> String {
        WhistlePage { shell: shell(lang), form, whistle, lists: BlowLists::default() }.render().expect("a page")
    }

    #[test]
    fn what_a_person_typed_is_never_markup() {
        let html = page(Lang::Zh, Form::default(), whistle("<script>alert(1)</script>\"'", &[]));
        assert!(!html.contains("<script>alert"));
        assert!(html.contains("&#60;script&#62;alert(1)"));
    }

    #[test]
    fn a_deed_that_is_not_allowed_has_no_form_but_a_reason() {
        let html = page(Lang::Zh, Form::default(), whistle("风机停了", &[]));
        assert!(!html.contains("/console/whistles/WH-2026-0731/accept"));
        assert!(html.contains("轮到别人"));
        let html = page(Lang::Zh, Form::default(), whistle("风机停了", &["return"]));
        assert!(html.contains("action=\"/console/whistles/WH-2026-0731/return\""));
        assert!(!html.contains("action=\"/console/whistles/WH-2026-0731/accept\""));
    }

    #[test]
    fn a_refused_form_keeps_what_was_typed_and_names_the_field_twice() {
        let form = Form {
            key: "k".to_owned(),
            version: "3".to_owned(),
            deed: "accept".to_owned(),
            typed: vec![("urgency".to_owned(), "normal".to_owned()), ("clause".to_owned(), "第十一条".to_owned())],
            faults: vec![FormFault { field: "clause".to_owned(), message: "写明条款".to_owned() }],
        };
        let html = page(Lang::Zh, form, whistle("风机停了", &["accept"]));
        assert!(html.contains("<title>错误："));
        assert!(html.contains("href=\"#accept-clause\""));
        assert!(html.contains("id=\"accept-clause-fault\""));
        assert!(html.contains("value=\"第十一条\""));
        assert!(html.contains("value=\"normal\" checked"));
        assert!(!html.contains("value=\"urgent\" id=\"accept-urgency\" checked"));
        assert!(html.contains("name=\"version\" value=\"3\""));
    }

    #[test]
    fn pages_carry_their_language_and_nothing_inline() {
        for lang in [Lang::Zh, Lang::En] {
            let html = page(lang, Form::default(), whistle("风机停了", &["accept", "return", "decline"]));
            assert!(html.contains(&format!("<html lang=\"{}\">", lang.tag())));
            assert!(!html.contains(" style=") && !html.contains("<style") && !html.contains("<script>"));
        }
    }

    #[test]
    fn the_bounce_page_names_no_code_and_reloads_once() {
        let html = BouncePage.render().expect("a page");
        assert!(html.contains("url=?r=1") && !html.contains("WH-"));
    }

    #[test]
    fn a_limit_is_soon_below_a_quarter_or_two_hours() {
        assert_eq!(Pace::of(0, -100, 0), Pace::Late);
        assert_eq!(Pace::of(0, 0, 7_199), Pace::Soon);
        assert_eq!(Pace::of(0, 0, 86_400), Pace::OnTime);
        assert_eq!(Pace::of(0, -90_000, 10_000), Pace::Soon);
    }
}
