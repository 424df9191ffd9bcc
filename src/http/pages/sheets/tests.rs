//! What sheets say of what they are given, and what they leave to a pen; how they print is tried in a browser.

use super::*;
use crate::http::pages::Square;
use askama::Template;

fn at(text: &str) -> At {
    At::parse(text).unwrap()
}

fn head(issued_at: Option<At>, number: Option<&str>) -> SheetHead {
    let own = |name: &str| name.to_owned();
    let assets = Assets {
        css: own("/assets/hub.css"),
        js: own("/assets/hub.js"),
        live: own("/assets/live.js"),
        icons: own("/assets/icons.svg"),
        sheet: own("/assets/sheet.css"),
    };
    SheetHead {
        lang: Lang::En,
        assets,
        back: own("/console/visits/LJ-2026-0042"),
        visit: own("LJ-2026-0042"),
        issuer: own("云湖区应急管理局"),
        number: number.map(str::to_owned),
        issued_at,
    }
}

fn record(entered_at: Option<&str>, left_at: Option<&str>, signing: SheetSigning) -> RecordSheet {
    let officers = vec![
        SheetOfficer { name: "甲".to_owned(), certificate: "1".to_owned() },
        SheetOfficer { name: "乙".to_owned(), certificate: "2".to_owned() },
    ];
    RecordSheet {
        head: head(None, None),
        firm: SheetFirm {
            name: "明川<b>铝制品</b>厂".to_owned(),
            credit_code: None,
            address: None,
            responsible: None,
            phone: None,
        },
        place: "二号车间".to_owned(),
        entered_at: entered_at.map(at),
        left_at: left_at.map(at),
        parties: vec![SheetParty { department: "区应急局".to_owned(), officers }],
        rows: Vec::new(),
        signing,
        square: Square::of("https://hub.yunhu.example/v/LJ-2026-0042"),
    }
}

fn notice(issued_at: Option<&str>, number: Option<&str>) -> String {
    let sheet = NoticeSheet {
        head: head(issued_at.map(at), number),
        firm: record(None, None, SheetSigning::Awaited).firm,
        place: "二号车间".to_owned(),
        starts_at: at("2026-12-01T09:05:00+08:00"),
        grounds: vec!["《中华人民共和国安全生产法》第六十五条".to_owned()],
        matters: vec!["除尘系统".to_owned(), "动火作业".to_owned()],
        officers: Vec::new(),
        contact: "甲".to_owned(),
        approved: false,
        square: None,
    };
    sheet.render().unwrap()
}

#[test]
fn a_sheet_is_a_draft_until_it_has_a_day_of_issue_and_has_a_number_only_if_it_was_given_one() {
    let draft = notice(None, None);
    assert!(
        draft.contains("草稿　未印发") && !draft.contains("class=\"number\"") && draft.contains("　年　月　日印发")
    );
    assert!(!draft.contains("已经本机关负责人批准"), "it is not approved");
    let issued = notice(Some("2026-11-26T16:00:00+08:00"), Some("云应急检通〔2026〕12号"));
    assert!(!issued.contains("草稿") && issued.contains("云应急检通〔2026〕12号"));
    assert!(issued.contains("2026年11月26日印发") && issued.contains("2026年12月1日9时05分"));
}

#[test]
fn an_english_reader_has_an_english_bar_above_chinese_paper() {
    let html = notice(None, None);
    assert!(html.contains("<html lang=\"en\">") && html.contains("<main class=\"paper\" lang=\"zh-CN\">"));
    assert!(html.contains(">Print<") && html.contains("行政检查通知书"));
}

#[test]
fn what_a_person_typed_is_never_markup_and_nothing_is_inline() {
    let html = record(None, None, SheetSigning::Awaited).render().unwrap();
    assert!(html.contains("明川&#60;b&#62;铝制品") && !html.contains("明川<b>"));
    assert!(!html.contains(" style=") && !html.contains("<style") && !html.contains("<script>"));
}

#[test]
fn a_record_says_the_hours_that_are_known_and_leaves_room_for_the_rest() {
    let (entered, left) = ("2026-12-01T22:05:00+08:00", "2026-12-01T23:20:00+08:00");
    let hours = |entered, left| record(entered, left, SheetSigning::Awaited).hours();
    assert_eq!(hours(Some(entered), Some(left)), "2026年12月1日22时05分至23时20分");
    assert_eq!(hours(Some(entered), Some("2026-12-02T00:40:00+08:00")), "2026年12月1日22时05分至2026年12月2日0时40分");
    assert_eq!(hours(Some(entered), None), "2026年12月1日22时05分至　　年　月　日　时　分");
    assert_eq!(hours(None, None), "　　年　月　日　时　分至　　年　月　日　时　分");
}

#[test]
fn a_firm_puts_its_name_in_one_way_only() {
    let signed = SheetSigning::Signed { by: "丙".to_owned(), at: at("2026-12-01T11:20:00+08:00") };
    let refused = SheetSigning::Refused { said: "不在场，丁见证".to_owned() };
    let words = ["被检查单位现场负责人（签名）：</span>", "（签名）：丙　2026年12月1日", "未签名：不在场，丁见证"];
    for (at, signing) in [SheetSigning::Awaited, signed, refused].into_iter().enumerate() {
        let html = record(None, None, signing).render().unwrap();
        for (other, words) in words.iter().enumerate() {
            assert_eq!(html.contains(words), at == other, "{words}");
        }
    }
}
