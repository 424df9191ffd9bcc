//! Sheets of one visit as they come out of the hub, filled as a visit would fill them: three departments, a dust hazard, a firm
//! whose responsible person is not there. It looks at nothing.

use whistle_hub::domain::at::At;
use whistle_hub::http::pages::sheets::{
    ChecklistRow, DispatchSheet, NoticeSheet, OpinionSheet, OrderItem, OrderSheet, RecheckedItem, RecordRow,
    RecordSheet, SheetFirm, SheetHead, SheetOfficer, SheetParty, SheetSigning,
};
use whistle_hub::http::pages::{Assets, Square};
use whistle_hub::i18n::Lang;

fn at(text: &str) -> At {
    At::parse(text).unwrap()
}

/// Beside the page lies what it loads.
pub(crate) fn head(lang: Lang, issuer: &str, number: &str) -> SheetHead {
    let own = |name: &str| name.to_owned();
    let assets = Assets {
        css: own("hub.css"),
        js: own("hub.js"),
        live: own("live.js"),
        icons: own("icons.svg"),
        sheet: own("sheet.css"),
    };
    SheetHead {
        lang,
        assets,
        back: own("back.html"),
        visit: own("LJ-2026-0042"),
        issuer: issuer.to_owned(),
        number: Some(number.to_owned()),
        issued_at: Some(at("2026-11-26T16:00:00+08:00")),
    }
}

pub(crate) fn firm() -> SheetFirm {
    SheetFirm {
        name: "明川宏祥金属制品有限公司".to_owned(),
        credit_code: Some("91320499MA0EX00012".to_owned()),
        address: Some("云湖区青溪镇工业集中区振兴路18号".to_owned()),
        responsible: Some("钱崇礼".to_owned()),
        phone: Some("138****0012".to_owned()),
    }
}

fn officer(name: &str, certificate: &str) -> SheetOfficer {
    SheetOfficer { name: name.to_owned(), certificate: certificate.to_owned() }
}

fn parties() -> Vec<SheetParty> {
    let party = |department: &str, officers: [(&str, &str); 2]| SheetParty {
        department: department.to_owned(),
        officers: officers.into_iter().map(|(name, certificate)| officer(name, certificate)).collect(),
    };
    vec![
        party("区应急局", [("戚怀杉", "32049901"), ("卞以宁", "32049902")]),
        party("区消防救援大队", [("康启明", "32049911"), ("晏秋池", "32049912")]),
        party("云湖生态环境局", [("史映川", "32049921"), ("岑若水", "32049922")]),
    ]
}

pub(crate) fn notice(lang: Lang) -> NoticeSheet {
    NoticeSheet {
        head: head(lang, "云湖区应急管理局", "云应急检通〔2026〕12号"),
        firm: firm(),
        place: "二号抛光车间、除尘器房".to_owned(),
        starts_at: at("2026-12-01T09:00:00+08:00"),
        grounds: vec!["《中华人民共和国安全生产法》第六十五条".to_owned()],
        matters: vec!["除尘系统运行情况".to_owned(), "积尘清扫记录".to_owned(), "动火作业审批".to_owned()],
        officers: parties().remove(0).officers,
        contact: "戚怀杉，0519-8000-0110".to_owned(),
        approved: true,
        square: Square::of("https://hub.yunhu.example/v/LJ-2026-0042"),
    }
}

/// With so many lines in its annex.
pub(crate) fn dispatch(lang: Lang, lines: usize) -> DispatchSheet {
    let line = |number: usize| ChecklistRow {
        part: "粉尘作业区与除尘系统".to_owned(),
        // Long enough for a row that could be split, with two lines on either side.
        hazard: format!(
            "头{number}号：除尘系统停用仍在生产，或不同类别可燃性粉尘共用一套除尘系统，或与带有可燃气体的通风系统互联互通，或正压吹送粉尘且无泄爆、隔爆措施，尾{number}号"
        ),
        departments: "区应急局、区消防救援大队".to_owned(),
        basis: "重大事故隐患判定标准第十一条".to_owned(),
    };
    DispatchSheet {
        head: head(lang, "云湖区安全生产委员会办公室", "云安办联检〔2026〕12号"),
        departments: parties().into_iter().map(|party| party.department).collect(),
        whistles: vec!["WH-2026-0731".to_owned()],
        firm: firm(),
        starts_at: at("2026-12-01T09:00:00+08:00"),
        place: "二号抛光车间".to_owned(),
        cars: vec!["执法车01".to_owned(), "执法车04".to_owned()],
        parties: parties(),
        focus: vec!["粉尘作业区与除尘系统".to_owned(), "动火作业点".to_owned(), "安全出口与疏散通道".to_owned()],
        contact: "区安委办，0519-8000-0100".to_owned(),
        copies: vec!["区纪委监委".to_owned()],
        checklist: (1..=lines).map(line).collect(),
    }
}

pub(crate) fn record(lang: Lang) -> RecordSheet {
    let row = |subject: &str, department: &str, result: &'static str, note: &str| RecordRow {
        subject: subject.to_owned(),
        department: department.to_owned(),
        result,
        note: note.to_owned(),
    };
    RecordSheet {
        head: head(lang, "云湖区应急管理局", "云应急检记〔2026〕31号"),
        firm: firm(),
        place: "二号抛光车间、除尘器房、危化品中间库".to_owned(),
        entered_at: Some(at("2026-12-01T09:05:00+08:00")),
        left_at: Some(at("2026-12-01T11:20:00+08:00")),
        parties: parties(),
        rows: vec![
            row(
                "除尘系统：停用仍在生产",
                "区应急局",
                "存在问题",
                "二号除尘风机停机，抛光作业未停，<b>当场责令停机</b>",
            ),
            row("积尘清扫", "区应急局", "未发现问题", ""),
            row("安全出口", "区消防救援大队", "存在问题", "东侧安全出口上锁，当场打开"),
            row("危废暂存", "云湖生态环境局", "未检查", "仓库钥匙不在现场，另日检查"),
        ],
        signing: SheetSigning::Refused { said: "负责人不在场，青溪镇应急岗葛望舒见证".to_owned() },
        square: Square::of("https://hub.yunhu.example/v/LJ-2026-0042"),
    }
}

pub(crate) fn order(lang: Lang) -> OrderSheet {
    let item = |code: &str, what: &str, due: &str| OrderItem {
        code: code.to_owned(),
        what: what.to_owned(),
        basis: "《工贸企业重大事故隐患判定标准》第十一条".to_owned(),
        due_at: at(due),
    };
    OrderSheet {
        head: head(lang, "云湖区应急管理局", "云应急责改〔2026〕31号"),
        addressee: firm().name,
        found_at: at("2026-12-01T11:20:00+08:00"),
        items: vec![
            item("LJ-2026-0042-01", "二号除尘风机停机，抛光作业未停", "2026-12-02T18:00:00+08:00"),
            item("LJ-2026-0042-02", "不同类别可燃性粉尘共用一套除尘系统", "2026-12-31T18:00:00+08:00"),
        ],
        measures: vec!["停止二号抛光车间作业".to_owned(), "撤出作业人员".to_owned()],
        officers: parties().remove(0).officers,
        government: "云湖区人民政府".to_owned(),
        court: "云湖区人民法院".to_owned(),
        signing: SheetSigning::Awaited,
        link: None,
    }
}

pub(crate) fn opinion(lang: Lang) -> OpinionSheet {
    let item = |code: &str, what: &str, passed: bool, note: &str| RecheckedItem {
        code: code.to_owned(),
        what: what.to_owned(),
        passed,
        note: note.to_owned(),
    };
    OpinionSheet {
        head: SheetHead { number: None, issued_at: None, ..head(lang, "云湖区应急管理局", "") },
        addressee: firm().name,
        order_number: Some("云应急责改〔2026〕31号".to_owned()),
        ordered_at: at("2026-12-01T16:00:00+08:00"),
        rechecked_at: at("2027-01-04T10:00:00+08:00"),
        items: vec![
            item("LJ-2026-0042-01", "二号除尘风机停机，抛光作业未停", true, "风机运行，有联锁"),
            item("LJ-2026-0042-02", "不同类别可燃性粉尘共用一套除尘系统", false, "仍共用，已停产"),
        ],
        officers: parties().remove(0).officers,
        signing: SheetSigning::Signed { by: "钱崇礼".to_owned(), at: at("2027-01-04T11:00:00+08:00") },
    }
}
