//! Letters: the marks of automatic mail, no foreign line in any name, markup that stays text. No server is spoken to.

use super::*;

fn facts(kind: LetterKind) -> LetterFacts {
    LetterFacts {
        kind,
        key: format!("{kind}.WH-2026-0731"),
        to: "liaison.xf@yunhu.example".into(),
        code: "WH-2026-0731".into(),
        summons: None,
        category: Category::DustExplosion,
        urgency: Urgency::Urgent,
        severity: Some(Severity::Major),
        town: Some("青溪镇".into()),
        due_at: At::parse("2026-11-25T17:30:00+08:00"),
        missing: vec![],
        ground: None,
        closure: None,
        ruled: None,
        owed: vec![],
        visit: hours(kind),
        link: "https://hub.yunhu.example/w/WH-2026-0731".into(),
        district: "云湖区".into(),
        demo: false,
    }
}

fn hours(kind: LetterKind) -> Option<VisitTime> {
    kind.is_invitation().then(|| VisitTime {
        uid: "vs_1@whistle-hub".into(),
        sequence: 0,
        starts_at: At::parse("2026-12-01T09:00:00+08:00").unwrap(),
        ends_at: At::parse("2026-12-01T11:30:00+08:00").unwrap(),
        decided_at: At::parse("2026-11-25T15:00:00+08:00").unwrap(),
    })
}

fn letter(facts: &LetterFacts) -> Result<Rendered, Fault> {
    let sender = Sender::parse("云湖区安委办 <hub@yunhu.example>", None, None).unwrap();
    render(facts, &sender, At::parse("2026-11-25T15:00:30+08:00").unwrap())
}

fn head(letter: &Rendered) -> String {
    let eml = String::from_utf8(letter.eml().to_vec()).unwrap();
    eml.split("\r\n\r\n").next().unwrap().to_owned()
}

#[test]
fn a_letter_bears_every_mark_of_automatic_mail() {
    let letter = letter(&facts(LetterKind::SummonsNew)).unwrap();
    let head = head(&letter);
    for line in [
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        "To: liaison.xf@yunhu.example",
        "Date: Wed, 25 Nov 2026 07:00:30 +0000",
        "Message-ID: <f2cc4301b5b26844d84001933bb7c09b@yunhu.example>",
    ] {
        assert!(head.lines().any(|found| found == line), "{line} in\n{head}");
    }
    assert!(head.contains("Reply-To: ") && head.contains("<noreply@yunhu.example>"), "{head}");
    assert_eq!(letter.envelope.from(), None, "bounces must have nowhere to go");
    assert!(letter.eml().is_ascii() && head.contains("multipart/alternative"));
}

#[test]
fn the_same_key_gives_the_same_bytes_and_another_key_another_message_id() {
    let one = facts(LetterKind::WhistleNew);
    let other = LetterFacts { key: "another".into(), ..one.clone() };
    assert_eq!(letter(&one).unwrap().eml(), letter(&one).unwrap().eml());
    let id =
        |facts| head(&letter(facts).unwrap()).lines().find(|line| line.starts_with("Message-ID")).map(str::to_owned);
    assert_ne!(id(&one), id(&other));
}

fn owed(code: &str, unit: &str) -> OwedItem {
    let unit = [unit.to_owned(), "Ecology and Environment Bureau".to_owned()];
    OwedItem { code: code.to_owned(), duty: Duty::Referral, role: Role::OfficeDirector, unit, due_at: At(0) }
}

type Poison = fn(&mut LetterFacts, String);

#[test]
fn t23_crlf_in_every_name() {
    let poison = || "x\r\nBcc: spy@evil.example".to_owned();
    let poisoned: [(&str, Poison); 11] = [
        ("key", |facts, text| facts.key = text),
        ("to", |facts, text| facts.to = text),
        ("code", |facts, text| facts.code = text),
        ("summons", |facts, text| facts.summons = Some(text)),
        ("town", |facts, text| facts.town = Some(text)),
        ("link", |facts, text| facts.link = format!("https://hub.example/{text}")),
        ("district", |facts, text| facts.district = text),
        ("owed", |facts, text| facts.owed = vec![owed(&text, "区消防救援大队")]),
        ("owed by", |facts, text| facts.owed = vec![owed("WH-2026-0731", &text)]),
        ("uid", |facts, text| {
            facts.kind = LetterKind::VisitInvitation;
            facts.visit = hours(facts.kind).map(|visit| VisitTime { uid: text, ..visit });
        }),
        ("to, two of them", |facts, _| facts.to = "a@yunhu.example, b@yunhu.example".into()),
    ];
    for (name, poison_it) in poisoned {
        let mut facts = facts(LetterKind::SummonsNew);
        poison_it(&mut facts, poison());
        assert_eq!(letter(&facts).unwrap_err().kind, crate::mail::FaultKind::Permanent, "{name}");
    }
    // Names of fields come from a request: they are looked up, never shown.
    let facts = LetterFacts { missing: vec![poison()], ..facts(LetterKind::WhistleReturned) };
    let letter = letter(&facts).unwrap();
    assert!(!String::from_utf8_lossy(letter.eml()).contains("spy") && !letter.text.contains("spy"));
    assert!(Sender::parse("hub\r\nBcc: <spy@evil.example>", None, None).is_err());
    assert!(Sender::parse("hub@yunhu.example", Some("a@b.example\r\n"), None).is_err());
}

#[test]
fn c27_an_invitation_says_code_town_hours_and_link_and_nothing_else() {
    let link = "https://hub.yunhu.example/w/LJ-2026-0042".into();
    let facts = LetterFacts { code: "LJ-2026-0042".into(), link, ..facts(LetterKind::VisitInvitation) };
    let letter = letter(&facts).unwrap();
    assert_eq!(letter.subject, "联合检查安排：LJ-2026-0042");
    let body = letter.text.split("\n--\n").next().unwrap();
    insta::assert_snapshot!(body, @"
    云湖区吹哨协同平台

    联合检查安排
    请按下列时间参加联合检查。本邮件带有日程，改期后另发，以最新一封为准。

    联检编号：LJ-2026-0042
    属地：青溪镇
    时间：2026年12月1日09:00～11:30

    In English:
    - Joint inspection
      LJ-2026-0042
      2026-12-01 09:00–11:30

    请登录平台查看详情：
    https://hub.yunhu.example/w/LJ-2026-0042
    ");
    let eml = String::from_utf8(letter.eml().to_vec()).unwrap();
    assert!(eml.is_ascii() && eml.contains("Content-Type: text/calendar; charset=utf-8; method=REQUEST"), "{eml}");
    let calendar = letter.calendar.unwrap();
    for word in ["粉尘", "加急", "WH-2026"] {
        assert!(!body.contains(word) && !calendar.contains(word), "{word}");
    }
    assert!(calendar.contains("\r\nATTENDEE") && calendar.contains("LOCATION:青溪镇\r\n"));
}

#[test]
fn an_invitation_without_hours_and_another_letter_with_hours_are_refused() {
    let without = LetterFacts { visit: None, ..facts(LetterKind::VisitCancelled) };
    let with = LetterFacts { visit: hours(LetterKind::VisitCancelled), ..facts(LetterKind::WhistleNew) };
    let mut turned = facts(LetterKind::VisitInvitation);
    if let Some(visit) = &mut turned.visit {
        std::mem::swap(&mut visit.starts_at, &mut visit.ends_at);
    }
    for facts in [without, with, turned] {
        assert_eq!(letter(&facts).unwrap_err().kind, crate::mail::FaultKind::Permanent);
    }
}

#[test]
fn markup_in_a_name_stays_text_and_nothing_is_fetched() {
    let facts = LetterFacts { town: Some("<img src=x>".into()), demo: true, ..facts(LetterKind::WhistleNew) };
    let html = letter(&facts).unwrap().html;
    assert!(html.contains("&#60;img src=x&#62;") && html.contains(r#"lang="zh-CN""#));
    for banned in ["<img", "<script", "<svg", "<link", "url(", "src=\""] {
        assert!(!html.contains(banned), "{banned} in\n{html}");
    }
    assert_eq!(html.matches("http").count(), 2, "only our link, as address and as text");
}

#[test]
fn plain_lines_fit_76_columns() {
    let width = |line: &str| line.chars().map(|c| if c < '\u{1100}' { 1 } else { 2 }).sum::<usize>();
    for kind in LetterKind::ALL {
        let mut facts = LetterFacts { demo: true, ..facts(*kind) };
        facts.owed = vec![owed("WH-2026-0731-XF2", "云湖生态环境局")];
        for line in letter(&facts).unwrap().text.lines().filter(|line| !line.starts_with("http")) {
            assert!(width(line) <= 76, "{line}");
        }
    }
}
