//! The console in one process, by forms only, as a browser without script would use it. What needs a real browser
//! (focus, keys, widths) is tried elsewhere.

use crate::app::sessions;
use crate::app::{due, passwords};
use crate::domain::policy::Scope;
use crate::domain::whistle::Whistle;
use crate::http::tests::door;
use crate::http::{Door, app};
use crate::store::whistles;
use actix_web::body::to_bytes;
use actix_web::test::{TestRequest, init_service, try_call_service};
use actix_web::web::Data;
use std::cell::RefCell;
use std::collections::BTreeMap;

const PASSWORD: &str = "console-2026-test";

async fn district() -> Data<Door> {
    let door = Data::new(door());
    let phc = passwords::hash(PASSWORD, &[1; 16]).unwrap();
    sessions::set_shared_password(&door.hub, PASSWORD, phc).await.unwrap();
    door
}

/// One answer, read whole.
#[derive(Debug)]
struct Page {
    status: u16,
    headers: BTreeMap<String, String>,
    html: String,
}

impl Page {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The hidden fields of the form that is sent to `action`.
    fn hidden(&self, action: &str) -> Vec<(String, String)> {
        let start = self
            .html
            .find(&format!("action=\"{action}\""))
            .unwrap_or_else(|| panic!("no form for {action}: {}", self.html));
        let form = &self.html[start..start + self.html[start..].find("</form>").unwrap()];
        let inputs = form.split("<input type=\"hidden\" ").skip(1);
        let value = |input: &str, name: &str| {
            let at = input.find(&format!("{name}=\"")).unwrap() + name.len() + 2;
            input[at..at + input[at..].find('"').unwrap()].to_owned()
        };
        inputs.map(|input| (value(input, "name"), value(input, "value"))).collect()
    }
}

/// A browser without script: it keeps cookies and sends forms.
struct Browser {
    door: Data<Door>,
    cookies: RefCell<BTreeMap<String, String>>,
}

impl Browser {
    fn new(door: &Data<Door>) -> Browser {
        Browser { door: door.clone(), cookies: RefCell::default() }
    }

    async fn signed_in(door: &Data<Door>, username: &str) -> Browser {
        let browser = Browser::new(door);
        let form = browser.get("/login").await;
        let answered = browser.send(&form, "/login", &[("username", username), ("password", PASSWORD)]).await;
        assert_eq!(answered.status, 303, "{}", answered.html);
        browser
    }

    async fn call(&self, request: TestRequest) -> Page {
        let app = init_service(app(self.door.clone())).await;
        let cookies: Vec<String> =
            self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request
            .peer_addr("127.0.0.1:4000".parse().unwrap())
            .insert_header(("accept", "text/html"))
            .insert_header(("x-request-id", "same"))
            .insert_header(("cookie", cookies.join("; ")));
        let response = try_call_service(&app, request.to_request()).await.unwrap();
        for cookie in response.response().cookies() {
            self.cookies.borrow_mut().insert(cookie.name().to_owned(), cookie.value().to_owned());
        }
        let status = response.status().as_u16();
        let mut headers: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in response.headers() {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            // A header that comes again stands behind the first.
            headers.entry(name.as_str().to_owned()).and_modify(|all| *all += &format!("\n{value}")).or_insert(value);
        }
        let html = String::from_utf8(to_bytes(response.into_body()).await.unwrap().to_vec()).unwrap();
        Page { status, headers, html }
    }

    async fn get(&self, path: &str) -> Page {
        self.call(TestRequest::get().uri(path)).await
    }

    async fn post(&self, path: &str, fields: &[(String, String)]) -> Page {
        let text = |text: &str| super::next::escaped(text);
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{}={}", text(name), text(value))).collect();
        let request = TestRequest::post().uri(path).set_payload(body.join("&"));
        let request = request.insert_header(("content-type", "application/x-www-form-urlencoded"));
        self.call(request.insert_header(("sec-fetch-site", "same-origin"))).await
    }

    /// Sends the form of a page with what a person typed.
    async fn send(&self, page: &Page, action: &str, typed: &[(&str, &str)]) -> Page {
        let typed = typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let fields: Vec<_> = page.hidden(action).into_iter().chain(typed).collect();
        self.post(action, &fields).await
    }

    /// Blows and returns the code.
    async fn blow(&self, what: &str) -> String {
        let form = self.get("/console/whistles/new").await;
        let typed =
            [("category", "fire"), ("what", what), ("place", "利民市场"), ("urgency", "normal"), ("town", "T01")];
        let blown = self.send(&form, "/console/whistles/new", &typed).await;
        assert_eq!(blown.status, 303, "{}", blown.html);
        let path = blown.header("location").split('?').next().unwrap().to_owned();
        path.rsplit('/').next().unwrap().to_owned()
    }
}

async fn whistle(door: &Data<Door>, code: &str) -> Whistle {
    let (scope, code) = (Scope::everything("a test"), code.to_owned());
    door.hub.ledger.read(move |reading| whistles::tree(reading, &scope, &code)).await.unwrap().unwrap().whistle
}

async fn route(door: &Data<Door>, code: &str) {
    let whistle = whistle(door, code).await;
    assert!(due::route(&door.hub, &whistle.id).await.unwrap());
}

const ACCEPT: &[(&str, &str)] =
    &[("severity", "general"), ("urgency", "normal"), ("lead", "XF"), ("route", "single"), ("dispatch", "true")];

#[actix_web::test]
async fn a_whistle_goes_from_blow_to_close_by_forms_alone() {
    let door = district().await;
    let (blower, office) = (Browser::signed_in(&door, "liaison.ga").await, Browser::signed_in(&door, "office").await);
    let code = blower.blow("安全出口上锁").await;
    let queue = office.get("/console/triage").await;
    assert!(queue.html.contains("安全出口上锁") && queue.html.contains("派单建议正在生成"), "{}", queue.html);
    route(&door, &code).await;
    let queue = office.get("/console/triage").await;
    assert!(queue.html.contains("R15") && !queue.html.contains("派单建议正在生成"), "no proposal with its reason");
    let accept = format!("/console/whistles/{code}/accept");
    let accepted = office.send(&queue, &accept, ACCEPT).await;
    assert_eq!((accepted.status, accepted.header("location")), (303, "/console/triage"));
    let cookie = accepted.header("set-cookie").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && cookie.contains("Max-Age=60"));
    let empty = office.get("/console/triage?done=whistle.close&of=WH-2026-0009").await;
    let said = format!("已记录：受理并派单（{code}）");
    assert!(empty.html.contains("都处理完了") && empty.html.contains(&said), "{}", empty.html);
    assert!(!empty.html.contains("已记录：办结"), "an address claims that something was done");
    assert!(!office.get("/console/triage").await.html.contains("已记录"), "told twice");

    let liaison = Browser::signed_in(&door, "liaison.xf").await;
    let tasks = liaison.get("/console/summonses").await;
    let task = format!("/console/summonses/{code}-XF");
    assert!(tasks.html.contains(&task), "{}", tasks.html);
    let page = liaison.get(&task).await;
    let officer = door.hub.rules().directory.by_username("inspector.xf").unwrap().id.as_str().to_owned();
    let sent = liaison
        .send(&page, &format!("{task}/report_in"), &[("officers", &officer), ("mode", "site"), ("eta", "")])
        .await;
    assert_eq!(sent.status, 303, "{}", sent.html);
    let page = liaison.get(&task).await;
    let sent = liaison.send(&page, &format!("{task}/submit"), &[("result", "已清通，已查封")]).await;
    assert_eq!(sent.status, 303, "{}", sent.html);
    let page = office.get(&task).await;
    assert!(page.html.contains("已清通，已查封"));
    assert_eq!(office.send(&page, &format!("{task}/accept"), &[]).await.status, 303);
    let own = format!("/console/whistles/{code}");
    let page = office.get(&own).await;
    let closed = office.send(&page, &format!("{own}/close"), &[("kind", "fixed"), ("conclusion", "复查通过")]).await;
    assert_eq!(closed.status, 303, "{}", closed.html);
    let story = blower.get(&own).await;
    for words in ["已办结", "吹哨", "受理：", "报到：", "报结果", "办结：整改完成", "复查通过", "没有下一步"]
    {
        assert!(story.html.contains(words), "{words}: {}", story.html);
    }
}

#[actix_web::test]
async fn t13_a_form_without_its_sessions_token_changes_nothing() {
    let door = district().await;
    let (blower, office) = (Browser::signed_in(&door, "liaison.ga").await, Browser::signed_in(&door, "office").await);
    let other = Browser::signed_in(&door, "director").await;
    let code = blower.blow("配电间堆物").await;
    let own = format!("/console/whistles/{code}");
    let accept = format!("{own}/accept");
    let page = office.get(&own).await;
    let others = other.get(&own).await.hidden(&accept).into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    let with = |csrf: Option<&str>| {
        let mut fields = page.hidden(&accept);
        fields.retain(|(name, _)| name != "csrf");
        fields.extend(csrf.map(|csrf| ("csrf".to_owned(), csrf.to_owned())));
        fields.extend(ACCEPT.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        fields
    };
    for csrf in [None, Some("0".repeat(64)), Some(others)] {
        let refused = office.post(&accept, &with(csrf.as_deref())).await;
        assert_eq!(refused.status, 403, "{csrf:?}");
        assert!(refused.html.contains("页面已过期"));
    }
    assert!(office.get(&own).await.html.contains("待受理"), "a forged form was obeyed");
    let stranger = Browser::new(&door);
    let expired = stranger.post(&accept, &with(None)).await;
    assert_eq!(expired.status, 401);
    assert!(expired.html.contains(&format!("name=\"next\" value=\"{own}\"")) && expired.html.contains("登录已过期"));
}

#[actix_web::test]
async fn a_lost_race_names_who_was_faster_and_can_be_sent_again() {
    let door = district().await;
    let (blower, office) = (Browser::signed_in(&door, "liaison.ga").await, Browser::signed_in(&door, "office").await);
    let second = Browser::signed_in(&door, "office.2").await;
    let code = blower.blow("消防车道被占").await;
    let own = format!("/console/whistles/{code}");
    let (accept, back) = (format!("{own}/accept"), format!("{own}/return"));
    let (first, late, slow) = (office.get(&own).await, second.get(&own).await, office.get(&own).await);
    assert_eq!(office.send(&first, &back, &[("missing", "place")]).await.status, 303);
    let complete = blower.get(&own).await;
    let typed = [("category", "fire"), ("what", "消防车道被占"), ("place", "北门"), ("urgency", "normal")];
    assert_eq!(blower.send(&complete, &format!("{own}/complete"), &typed).await.status, 303);
    let lost = second.send(&late, &accept, ACCEPT).await;
    assert_eq!(lost.status, 412);
    assert!(
        lost.html.contains("您的操作没有执行") && lost.html.contains("name=\"lead\" value=\"XF\""),
        "{}",
        lost.html
    );
    assert_eq!(second.send(&lost, &accept, &[]).await.status, 303, "the same on the new state");
    let never = office.send(&first, &accept, ACCEPT).await;
    assert_eq!(never.status, 412);
    assert!(
        never.html.contains("茅子桁于10:00") && !never.html.contains(&format!("action=\"{accept}\"")),
        "{}",
        never.html
    );
    let resent = office.send(&first, &back, &[("missing", "town")]).await;
    assert!(resent.status == 422 && resent.html.contains("这张表单已经提交过"), "{}", resent.html);
    let lost = office.send(&slow, &back, &[("missing", "town"), ("note", "属地写错了<b>")]).await;
    assert_eq!(lost.status, 412);
    assert!(lost.html.contains("说明") && lost.html.contains("属地写错了&#60;b&#62;"), "{}", lost.html);
    let mut fields = office.get(&own).await.hidden("/logout");
    fields.push(("key".to_owned(), "key-00000009".to_owned()));
    fields.extend(ACCEPT.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    fields.push(("version".to_owned(), whistle(&door, &code).await.version.to_string()));
    fields.push(("clause".to_owned(), "第五条第二项".to_owned()));
    fields.push(("next".to_owned(), "/console/triage?open=WH-2026-0009".to_owned()));
    let not_now = office.post(&accept, &fields).await;
    assert!(not_now.html.contains("第五条第二项") && not_now.html.contains("处理下一件"), "{}", not_now.html);
    assert!(
        (not_now.status, not_now.html.contains("不能“受理”")) == (409, true),
        "{} {}",
        not_now.status,
        not_now.html
    );
}

#[actix_web::test]
async fn a_returned_whistle_shows_its_blower_what_the_office_wrote_and_counts_as_their_work() {
    let door = district().await;
    let (blower, office) = (Browser::signed_in(&door, "town.t06").await, Browser::signed_in(&door, "office").await);
    let code = blower.blow("除尘器停运").await;
    let own = format!("/console/whistles/{code}");
    let page = office.get(&own).await;
    let typed = [("missing", "place"), ("note", "请写明楼栋")];
    assert_eq!(office.send(&page, &format!("{own}/return"), &typed).await.status, 303);
    let page = blower.get(&own).await;
    let asked = page.html.split("class=\"lacking\"").nth(1).unwrap();
    assert!(asked[..asked.find("</div>").unwrap()].contains("请写明楼栋"), "{}", page.html);
    let menu =
        |page: &Page| page.html.split("<nav class=\"menu\"").nth(1).unwrap().split("</nav>").next().unwrap().to_owned();
    assert!(menu(&page).contains("<span>哨件</span><b class=\"count\">1</b>"), "{}", menu(&page));
    let neighbour = Browser::signed_in(&door, "liaison.xf").await;
    let page = neighbour.get("/console/whistles").await;
    assert!(!menu(&page).contains("count"), "another's whistle: {}", menu(&page));
}

#[actix_web::test]
async fn a_refused_form_keeps_every_character_and_names_its_faults() {
    let door = district().await;
    let (blower, office) = (Browser::signed_in(&door, "liaison.ga").await, Browser::signed_in(&door, "office").await);
    let form = blower.get("/field/new").await;
    let typed = [("what", "<b>车间</b>\r\n第二行"), ("contact.name", "王"), ("urgency", "urgent")];
    let refused = blower.send(&form, "/console/whistles/new", &typed).await;
    assert_eq!(refused.status, 422);
    for kept in ["&#60;b&#62;车间&#60;/b&#62;", "第二行", "value=\"王\"", "href=\"#blow-category\""] {
        assert!(refused.html.contains(kept), "{kept}: {}", refused.html);
    }
    let radio = refused.html.split("name=\"urgency\" value=\"urgent\"").nth(1).unwrap();
    assert!(radio[..radio.find('>').unwrap()].contains("checked"), "{radio}");
    assert!(refused.html.contains("<title>错误：") && refused.html.contains("请选择企业，或者填写具体地点"));
    assert!(refused.html.contains("类别：必填") && !refused.html.contains("not_in_list"));

    let code = blower.blow("地下室违规充电").await;
    let queue = office.get("/console/triage").await;
    let accept = format!("/console/whistles/{code}/accept");
    let typed =
        [("severity", "major"), ("urgency", "normal"), ("supports", "XF"), ("route", "joint"), ("dispatch", "true")];
    let refused = office.send(&queue, &accept, &typed).await;
    assert_eq!(refused.status, 422);
    assert!(refused.html.contains("id=\"accept-clause-fault\"") && refused.html.contains("id=\"accept-lead-fault\""));
    assert!(refused.html.contains("data-queue"), "the queue is gone");
    let typed = [
        ("lead", "XF"),
        ("severity", "major"),
        ("clause", "第五条"),
        ("urgency", "normal"),
        ("route", "single"),
        ("dispatch", "true"),
    ];
    assert_eq!(office.send(&refused, &accept, &typed).await.status, 303);
}

#[actix_web::test]
async fn i4_a_hidden_whistle_is_told_as_one_that_is_not_there() {
    let door = district().await;
    let (blower, other) =
        (Browser::signed_in(&door, "liaison.ga").await, Browser::signed_in(&door, "liaison.sl").await);
    let code = blower.blow("举报人要求保密").await;
    for (noun, tail, post) in [
        ("whistles", "", false),
        ("summonses", "-XF", false),
        ("whistles", "/accept", true),
        ("summonses", "-XF/submit", true),
    ] {
        let mut answers = Vec::new();
        for code in [code.as_str(), "WH-2026-9999"] {
            let path = format!("/console/{noun}/{code}{tail}");
            let fields = other.get("/console/whistles").await.hidden("/logout");
            let page = if post { other.post(&path, &fields).await } else { other.get(&path).await };
            assert_eq!(page.status, 404, "{path}");
            answers.push((page.headers, page.html.replace(code, "CODE")));
        }
        assert_eq!(answers[0], answers[1], "{noun}{tail}");
    }
    let supervisor = Browser::signed_in(&door, "supervisor").await;
    let page = supervisor.get(&format!("/console/whistles/{code}")).await;
    let forms: Vec<&str> = page.html.split("<form ").skip(1).filter(|form| form.contains("post")).collect();
    assert!(
        forms.iter().all(|form| ["/logout", "/language", "/looks"].iter().any(|own| form.contains(own))),
        "i6: {forms:?}"
    );
    assert_eq!(supervisor.get("/console/triage").await.status, 403);
    assert_eq!(supervisor.get("/console/whistles/new").await.status, 403);
}

#[actix_web::test]
async fn signing_in_is_neutral_bound_to_its_form_and_leads_back() {
    let door = district().await;
    let browser = Browser::new(&door);
    let away = browser.get("/console/whistles?q=a").await;
    assert_eq!((away.status, away.header("location")), (303, "/login?next=/console/whistles%3Fq%3Da"));
    let form = browser.get(away.header("location")).await;
    let wrong = browser.send(&form, "/login", &[("username", "office"), ("password", "not-the-password")]).await;
    let unknown = browser.send(&form, "/login", &[("username", "nobody"), ("password", "not-the-password")]).await;
    assert_eq!((wrong.status, wrong.html.replace("office", "nobody")), (401, unknown.html.replace("office", "nobody")));
    let nobodys = Browser::new(&door).send(&form, "/login", &[("username", "office"), ("password", PASSWORD)]).await;
    assert_eq!(nobodys.status, 403, "a form that was given to another browser");
    let inside = browser.send(&form, "/login", &[("username", "office"), ("password", PASSWORD)]).await;
    assert_eq!((inside.status, inside.header("location")), (303, "/console/whistles?q=a"));
    let cookie = inside.header("set-cookie").lines().find(|line| line.starts_with("wh=")).unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    assert_eq!(browser.get("/").await.header("location"), "/console");
    assert_eq!(browser.get("/console").await.status, 200);
    let page = browser.get("/console/triage").await;
    let switched = browser.send(&page, "/language", &[("lang", "en")]).await;
    assert_eq!((switched.status, switched.header("location")), (303, "/console/triage"));
    let english = browser.get("/console/triage").await;
    assert!(english.html.contains("<html lang=\"en\">") && english.header("content-language") == "en");
    let out = browser.send(&english, "/logout", &[]).await;
    assert_eq!((out.status, out.header("location")), (303, "/login"));
    assert!(out.headers.contains_key("clear-site-data"));
    assert_eq!(browser.get("/console/triage").await.status, 303, "the session lives on");
}

#[actix_web::test]
async fn t07_the_short_address_bounces_alike_for_every_code_and_only_once() {
    let door = district().await;
    let stranger = Browser::new(&door);
    let (one, other) = (stranger.get("/w/WH-2026-0001").await, stranger.get("/w/WH-2026-9999").await);
    assert_eq!((one.status, &one.html, &one.headers), (200, &other.html, &other.headers));
    let second = stranger.get("/w/WH-2026-0001?r=1").await;
    assert_eq!((second.status, second.header("location")), (303, "/login?next=/console/whistles/WH-2026-0001"));
    let office = Browser::signed_in(&door, "office").await;
    assert_eq!(office.get("/w/WH-2026-0001").await.header("location"), "/console/whistles/WH-2026-0001");
    assert_eq!(office.get("/w/WH-2026-0001-XF").await.header("location"), "/console/summonses/WH-2026-0001-XF");
}
