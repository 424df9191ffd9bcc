//! The first of the sample whistles, from its blowing to its closing, through pages alone: one window in which one after the other
//! signs in and does what is next for them. It waits for pages and never for a length of time.

use crate::chrome::Chrome;
use crate::district::enter;
use crate::town::{Town, town};
use serde_json::{Value, json};

/// One window, whoever sits in front of it.
struct Seat<'t> {
    t: &'t Town,
    chrome: Chrome,
}

impl Seat<'_> {
    /// Somebody else takes the seat and opens a page.
    async fn opens(&self, username: &str, path: &str) {
        enter(self.t, &self.chrome, username, "zh-CN").await;
        self.chrome.go(path).await;
    }

    /// Ticks what is not ticked yet, unfolding what it lies in.
    async fn ticks(&self, selector: &str) {
        let unfold = "const box = document.querySelector(arguments[0]);
            for (let fold = box.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true;
            return box.checked;";
        if self.chrome.ask(unfold, json!([selector])).await == false {
            self.chrome.press(selector).await;
        }
    }

    /// Sends the form of a deed, which must be done.
    async fn does(&self, verb: &str) {
        let unfold =
            "const fold = document.querySelector(arguments[0]).closest('details'); if (fold) fold.open = true;";
        let form = format!("[data-deed={verb}]");
        self.chrome.ask(unfold, json!([form])).await;
        self.chrome.turn(&format!("{form} .bar button")).await;
        assert!(self.chrome.has(".notice.done").await, "{verb}: {}", self.chrome.text("main").await);
    }

    /// Opens a page and does the one thing that it says is next.
    async fn next(&self, username: &str, path: &str, verb: &str) {
        self.opens(username, path).await;
        assert!(self.chrome.has(&format!(".step [data-deed={verb}]")).await, "{verb} is not next for {username}");
        self.does(verb).await;
    }

    /// Answers all own items of a visit, the first with what was found.
    async fn records(&self, username: &str, path: &str, found: Option<&str>) -> usize {
        self.opens(username, path).await;
        let own =
            "return [...document.querySelectorAll('[name^=outcome-][value=ok]')].map((one) => one.name.slice(8));";
        let items: Vec<String> = serde_json::from_value(self.chrome.ask(own, json!([])).await).unwrap();
        for (place, no) in items.iter().enumerate() {
            match found.filter(|_| place == 0) {
                Some(what) => {
                    self.ticks(&format!("[name=outcome-{no}][value=finding]")).await;
                    self.chrome.fill(&format!("#record-what-{no}"), what).await;
                    self.chrome.fill(&format!("#record-spot-{no}"), "抛光车间东侧").await;
                }
                None => self.ticks(&format!("[name=outcome-{no}][value=ok]")).await,
            }
        }
        self.does("record").await;
        items.len()
    }
}

/// Blown, accepted as major, three departments summoned, all of them there; its code.
async fn reported_in(seat: &Seat<'_>) -> String {
    let chrome = &seat.chrome;
    seat.opens("liaison.sh", "/console/whistles/new").await;
    chrome.press("#blow-enterprise option[value=E01]").await;
    chrome.fill("#blow-what", "现场看到铝粉管道内壁积粉明显，喷漆房废气并入同一风管，车间内有两名焊工动火。").await;
    chrome.press("#blow-category option[value=dust_explosion]").await;
    seat.ticks("[data-deed=blow] [name=urgency][value=urgent]").await;
    chrome.turn("[data-deed=blow] .primary").await;
    let code = chrome.text(".page-head .code").await;
    seat.t.settle().await;
    seat.opens("office", &format!("/console/triage?open={code}")).await;
    seat.ticks("[data-deed=accept] [name=severity][value=major]").await;
    chrome.fill("#accept-clause", "工贸企业重大事故隐患判定标准第十一条").await;
    seat.ticks("[data-deed=accept] [name=lead][value=YJ]").await;
    for unit in ["XF", "SH"] {
        seat.ticks(&format!("[data-deed=accept] [name=supports][value={unit}]")).await;
    }
    seat.ticks("[data-deed=accept] [name=route][value=joint]").await;
    chrome.turn("[data-deed=accept] .primary").await;
    assert!(chrome.has(".notice.done").await, "{}", chrome.text("main").await);
    for unit in ["yj", "xf", "sh"] {
        seat.opens(&format!("liaison.{unit}"), &format!("/console/summonses/{code}-{}", unit.to_uppercase())).await;
        seat.ticks("#report_in-officers").await;
        seat.does("report_in").await;
    }
    code
}

/// One visit of three departments with eight items, planned on the form while it says what is in the way; its page.
async fn planned(seat: &Seat<'_>, whistle: &str) -> String {
    let (t, chrome) = (seat.t, &seat.chrome);
    seat.opens("office", &format!("/console/whistles/{whistle}")).await;
    chrome.turn("a[href*='/console/visits/new?whistle=']").await;
    for hazard in ["C09", "C10"] {
        seat.ticks(&format!("#plan-hazards-{hazard}")).await;
    }
    for (row, unit, subject) in [(1, "XF", "动火审批"), (2, "SH", "治污设施安全评估"), (3, "YJ", "粉尘清扫记录")]
    {
        chrome.press(&format!("#plan-department-{row} option[value={unit}]")).await;
        chrome.fill(&format!("#plan-subject-{row}"), subject).await;
    }
    for (place, who) in ["yj", "yj.2", "xf", "xf.2", "sh", "sh.2"].iter().enumerate() {
        let id = t.person(&format!("inspector.{who}")).id().await;
        seat.ticks(&format!("[id='plan-officers-{id}']")).await;
        if place == 0 {
            seat.ticks(&format!("[name=lead][value='{id}']")).await;
        }
    }
    seat.ticks("#plan-vehicles-V15").await;
    let day = "const day = document.querySelector('#plan-date'); day.value = arguments[0];
        day.dispatchEvent(new Event('change', { bubbles: true }));";
    chrome.ask(day, json!([&t.now()[..10]])).await;
    chrome.until("document.querySelector('[data-part=check] .pace.done') !== null").await;
    chrome.turn("form[data-deed=plan] .primary").await;
    assert!(chrome.has(".notice.done").await, "{}", chrome.text("main").await);
    let page = chrome.path().await;
    seat.next("office", &page, "propose").await;
    for head in ["head.yj.2", "head.xf", "head.sh"] {
        seat.next(head, &page, "approve_own_part").await;
    }
    seat.next("office", &page, "announce").await;
    page
}

/// Ordered with a limit, fixed, rechecked by somebody else, struck off by the head.
async fn struck_off(seat: &Seat<'_>, finding: &str, unit: &str) {
    let (page, chrome) = (format!("/console/findings/{finding}"), &seat.chrome);
    let [first, other] = ["", if unit == "yj" { ".3" } else { ".4" }].map(|which| format!("inspector.{unit}{which}"));
    seat.opens(&first, &page).await;
    chrome.fill("#order-demand", "立即清理，更换防爆电气").await;
    seat.does("order").await;
    seat.next(&first, &page, "report_fixed").await;
    seat.opens(&other, &page).await;
    seat.ticks("[data-deed=recheck] [name=passed][value=true]").await;
    chrome.fill("#recheck-note", "同一位置已无积粉").await;
    seat.does("recheck").await;
    let head = if unit == "yj" { "head.yj.2".to_owned() } else { format!("head.{unit}") };
    seat.opens(&head, &page).await;
    seat.ticks("[data-deed=close] [name=kind][value=fixed]").await;
    seat.does("close").await;
}

#[actix_web::test]
async fn w01_goes_from_its_blowing_to_its_closing_through_pages() {
    town(async |t| {
        let seat = Seat { t, chrome: Chrome::open(t.address).await };
        let whistle = reported_in(&seat).await;
        let page = planned(&seat, &whistle).await;
        let visit = page.rsplit('/').next().unwrap().to_owned();
        seat.next("inspector.yj", &page, "enter").await;
        let mut answered = 0;
        for (unit, found) in [("yj", Some("铝粉管道内壁积粉")), ("xf", Some("动火无审批")), ("sh", None)] {
            answered += seat.records(&format!("inspector.{unit}"), &page, found).await;
        }
        assert_eq!(answered, 8, "eight items of three departments in one record");
        seat.next("inspector.yj", &page, "finish").await;
        seat.next("inspector.yj", &page, "sign").await;
        for unit in ["yj", "xf", "sh"] {
            seat.next(&format!("inspector.{unit}"), &page, "close_own_part").await;
        }
        for (finding, unit) in [("01", "yj"), ("02", "xf")] {
            struck_off(&seat, &format!("{visit}-{finding}"), unit).await;
        }
        assert_eq!(t.office().sees(&format!("/visits/{visit}")).await["status"], "filed");
        for unit in ["yj", "xf", "sh"] {
            let summons = format!("/console/summonses/{whistle}-{}", unit.to_uppercase());
            seat.opens(&format!("liaison.{unit}"), &summons).await;
            seat.chrome
                .ask("document.querySelector('[data-deed=submit]').closest('details').open = true;", json!([]))
                .await;
            seat.chrome.fill("#submit-result", "已随联检查清").await;
            seat.does("submit").await;
            seat.opens("office", &summons).await;
            seat.does("accept").await;
        }
        seat.opens("director", &format!("/console/whistles/{whistle}")).await;
        seat.ticks("[data-deed=close] [name=kind][value=fixed]").await;
        seat.chrome.fill("#close-conclusion", "三个部门的问题都已整改并复查").await;
        seat.chrome.turn("[data-deed=close] .primary").await;
        assert!(seat.chrome.has(".notice.done").await, "{}", seat.chrome.text("main").await);
        let closed: Value = t.office().sees(&format!("/whistles/{whistle}")).await;
        assert_eq!(closed["status"], "closed");
        assert_eq!(seat.chrome.complaints().await, Vec::<String>::new());
        seat.chrome.close().await;
    })
    .await;
}
