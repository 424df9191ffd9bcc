//! What pages show of what they are given: no markup that a person typed, no form for a deed that is not allowed, and
//! nothing inline.

use super::*;
use crate::domain::terms::Urgency;
use crate::i18n::Lang;

fn shell(lang: Lang) -> Shell {
    let text = |s: &str| s.to_owned();
    Shell {
        t: crate::i18n::pages::of(lang),
        d: crate::i18n::pages::desk(lang),
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
        looks: Looks::default(),
        assets: Assets {
            css: text("/assets/hub.css"),
            js: text("/assets/hub.js"),
            live: text("/assets/live.js"),
            icons: text("/assets/icons.svg"),
            sheet: text("/assets/sheet.css"),
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
            late_entry: Some("2026-12-01 09:00由区安委办录入".to_owned()),
            needed: Vec::new(),
            route: None,
            protected_source: false,
        },
        verdict: Verdict {
            allowed: allowed.to_vec(),
            rests: allowed.is_empty(),
            nothing_to_do: text("轮到别人"),
            urgencies: vec![Choice::new("urgent", "加急"), Choice::new("normal", "一般")],
            urgency: "urgent",
            ..Verdict::default()
        },
        tasks: Vec::new(),
        deadlines: Vec::new(),
        parts: Vec::new(),
        return_note: None,
        files: FilesView::default(),
        timeline: Vec::new(),
        similar: Vec::new(),
        later: None,
    }
}

fn page(lang: Lang, form: Form, whistle: WhistlePart) -> String {
    let (shell, lists) = (shell(lang), BlowLists::default());
    let (visits, findings) = (vec!["LJ-2026-0001".to_owned()], Vec::new());
    WhistlePage { shell, form, whistle, lists, visits, findings, plan: None }.render().expect("a page")
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
        kept: None,
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
