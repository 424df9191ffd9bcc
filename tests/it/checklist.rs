//! The checklist and what else visits are made with, as lists of the district: versions of what is worded otherwise, the
//! word of two humans, leave that ends by being left out.

use crate::imports::{LISTS, of_the_directory, placed, send};
use crate::proposals::two_words;
use crate::town::town;
use jiff::civil::date;
use serde_json::json;
use whistle_hub::domain::directory::Directory;
use whistle_hub::ids::PersonId;

const CHECKLIST: &str = LISTS[6].1;
const HEAD: &str = "username,from,to,reason\n";

#[actix_web::test]
async fn a_hazard_that_is_worded_otherwise_gets_its_next_version_and_the_others_keep_theirs() {
    town(async |t| {
        let (director, admin) = (t.director(), t.person("admin"));
        let directory = || t.db_hub().rules().directory.clone();
        let versions = |directory: &Directory, codes: [&str; 3]| {
            codes.map(|code| directory.hazard(code).map(|hazard| hazard.version))
        };
        let codes = ["C01", "C02", "C33"];
        assert_eq!(versions(&directory(), codes), [Some(1), Some(1), None]);
        let before = of_the_directory(t).await.len();
        let file = CHECKLIST.replace("净宽不足", "净宽不足四米");
        let more =
            "16,值班室、台账与应急物资,Guard room,C33,值班电话打不通,Nobody answers,other,YJ,试拨,1,安全生产法81\n";
        let seen = two_words("checklist", &director, &admin, format!("{file}{more}")).await;
        assert_eq!(
            (&seen["changed"], &seen["added"], &seen["written"]),
            (&json!(1), &json!(1), &json!(true)),
            "{seen}"
        );
        assert_eq!(
            (&seen["changes"][0]["old"]["version"], &seen["changes"][0]["new"]["version"]),
            (&json!(1), &json!(2))
        );
        assert_eq!(versions(&directory(), codes), [Some(2), Some(1), Some(1)]);
        // Back again is the third version, never the first.
        two_words("checklist", &admin, &director, CHECKLIST.to_owned()).await;
        assert_eq!(versions(&directory(), codes), [Some(3), Some(1), Some(1)]);
        let trail = of_the_directory(t).await.split_off(before);
        let changed = trail.iter().filter(|one| one.kind.as_str() == "directory.changed");
        assert!(changed.map(|one| one.data["code"].as_str().unwrap()).eq(["C01", "C01"]));
    })
    .await;
}

#[actix_web::test]
async fn t33_a_checklist_takes_the_word_of_two_humans_and_waits_beside_a_calendar() {
    town(async |t| {
        let (director, admin) = (t.director(), t.person("admin"));
        let file = CHECKLIST.replace("净宽不足", "净宽不足四米");
        send(&t.office(), "/imports/checklist", file.clone()).await.expect(403);
        let waits = send(&director, "/imports/checklist", file).await.expect(200).json();
        assert_eq!((&waits["waits"], &waits["written"]), (&json!(true), &json!(false)));
        let word = json!({ "sha256": waits["sha256"] });
        director.ask("POST", "/imports/checklist/confirm").await.json(&word).send().await.expect(403);
        let off = format!("{}2026-12-08,off,临时停工,\n", LISTS[5].1);
        send(&admin, "/imports/calendar", off).await.expect(200);
        let page = t.signed_in("admin").await.get("/admin/import").await.expect(200).text();
        assert!(page.contains("/admin/import/checklist/confirm") && page.contains("净宽不足四米"));
        assert!(page.contains("2026-12-08") && !page.contains("/admin/import/calendar/confirm"));
        assert_eq!(t.db_hub().rules().directory.hazard("C01").unwrap().version, 1);
        admin.ask("POST", "/imports/checklist/refuse").await.json(&word).send().await.expect(200);
        let page = t.signed_in("admin").await.get("/admin/import").await.expect(200).text();
        assert!(!page.contains("/admin/import/checklist/confirm"));
    })
    .await;
}

#[actix_web::test]
async fn leave_that_a_file_leaves_out_ends_only_when_that_is_said() {
    town(async |t| {
        let office = t.office();
        let away = |username: &str, day: i8| {
            let id = PersonId::from_text(format!("pe_{username}"));
            t.db_hub().rules().directory.on_leave(&id, date(2026, 12, day))
        };
        assert!(away("inspector.yj.5", 2) && away("inspector.xf.4", 2) && !away("inspector.yj", 2));
        let file = format!("{HEAD}inspector.yj,2026-12-02,2026-12-02,other\n");
        let seen = send(&office, "/imports/leave", file.clone()).await.expect(200).json();
        assert_eq!((&seen["added"], &seen["missing"]), (&json!(1), &json!(3)));
        assert!(away("inspector.yj", 2) && !away("inspector.yj", 3) && away("inspector.yj.5", 2));
        send(&office, "/imports/leave?remove_missing=true", file).await.expect(200);
        assert!(away("inspector.yj", 2) && !away("inspector.yj.5", 2) && !away("inspector.xf.4", 2));
    })
    .await;
}

#[actix_web::test]
async fn c19_what_visits_are_made_with_has_its_faults_by_row_and_column() {
    town(async |t| {
        let (office, director) = (t.office(), t.director());
        let file = format!(
            "{HEAD}inspector.yj,2026-12-03,2026-12-02,other\nnobody,2026-12-03,2026-12-03,holiday\n\
             who.else,2026-12-03,2026-12-03,sick\n"
        );
        let refused = send(&office, "/imports/leave", file).await.expect(422);
        assert_eq!(placed(&refused), ["2 to backwards", "3 reason not_a_word", "4 username unknown"]);
        let file =
            "code,department_or_squad,base_town,seats,kit\nV01,SQ01,T01,5,1\nV01,QQ,T99,five,yes\nV02,QQ,T99,5,0\n";
        let refused = send(&office, "/imports/vehicles", file).await.expect(422);
        let expected =
            ["3 seats not_a_number", "3 kit not_a_flag", "4 department_or_squad unknown", "4 base_town unknown"];
        assert_eq!(placed(&refused), expected);
        let head = CHECKLIST.lines().next().unwrap();
        let rows = "1,口,Gate,C01,堵,Blocked,fire,XF;QQ,照片,1,法\n1,口,Gate,C01,堵,Blocked,fire,,照片,1,法\n\
                    1,口,Gate,C03,堵,Blocked,fires,XF,照片,1,法\n";
        let refused = send(&director, "/imports/checklist", format!("{head}\n{rows}")).await.expect(422);
        let expected = [
            "2 competent_departments unknown",
            "3 item_code twice",
            "3 competent_departments empty",
            "4 category not_a_word",
        ];
        assert_eq!(placed(&refused), expected);
    })
    .await;
}

#[actix_web::test]
async fn a_visit_that_is_open_keeps_the_words_and_the_weight_of_the_list_that_it_was_planned_by() {
    town(async |t| {
        let (director, admin) = (t.director(), t.person("admin"));
        let plan = async |firm: &str, period: &str, crew: &[&str]| {
            let hazard = t.db_hub().rules().directory.hazard("C01").unwrap().clone();
            let order = json!({ "enterprise": firm, "date": &t.now()[..10], "period": period, "notice": "announced",
                "members": t.members(crew).await,
                "items": [{ "department": "XF", "subject": hazard.text, "hazard": "C01" }] });
            let visit = t.office().plans(&order).await;
            t.announces(&visit, &["head.xf"]).await;
            visit
        };
        let before = plan("E01", "AM", &["inspector.xf", "inspector.xf.2"]).await;
        let file = CHECKLIST.replace("净宽不足", "净宽不足四米").replace("XF;CG,照片,1,", "XF;CG,照片,0,");
        two_words("checklist", &director, &admin, file).await;
        let after = plan("E02", "PM", &["inspector.xf.3", "inspector.xf.5"]).await;
        for (visit, who, words, status) in
            [(before, "inspector.xf", "净宽不足", 200), (after, "inspector.xf.3", "净宽不足四米", 409)]
        {
            let subject = t.office().sees(&format!("/visits/{visit}")).await["items"][0]["subject"].clone();
            assert!(subject.as_str().unwrap().ends_with(words), "{subject}");
            let officer = t.person(who);
            officer.does(&visit, "enter", json!({})).await;
            let found = json!({ "item": "1", "outcome": "finding", "finding": { "what": "车道被占" } });
            officer.does(&visit, "record", json!({ "results": [found] })).await;
            // What may be corrected on site is what the visit's own list says.
            let done = officer.tries(&format!("{visit}-01"), "correct_on_site", &json!({})).await;
            assert_eq!(done.status, status, "{}", done.text());
        }
    })
    .await;
}

#[actix_web::test]
async fn papers_and_the_record_form_of_a_visit_say_what_the_list_said_when_it_was_planned() {
    town(async |t| {
        let order = json!({ "enterprise": "E01", "date": &t.now()[..10], "period": "PM", "notice": "announced",
            "members": t.members(&["inspector.xf", "inspector.xf.2"]).await,
            "items": [{ "department": "XF", "subject": "消防车道", "hazard": "C01" }] });
        let visit = t.office().plans(&order).await;
        t.announces(&visit, &["head.xf"]).await;
        let new = CHECKLIST.replace("XF;CG,照片,1,消防法28", "XF;CG,测距记录,1,消防法16");
        assert_ne!(new, CHECKLIST);
        two_words("checklist", &t.director(), &t.person("admin"), new).await;
        assert_eq!(t.db_hub().rules().directory.hazard("C01").map(|hazard| hazard.version), Some(2));
        let seen = t.office().sees(&format!("/visits/{visit}")).await;
        assert_eq!((&seen["items"][0]["hazard"], &seen["items"][0]["hazard_version"]), (&json!("C01"), &json!(1)));
        let officer = t.signed_in("inspector.xf").await;
        t.person("inspector.xf").does(&visit, "enter", json!({})).await;
        let form = officer.get(&format!("/console/visits/{visit}")).await.expect(200).text();
        for words in ["取证方式和依据", "照片", "消防法28"] {
            assert!(form.contains(words), "{words}: {form}");
        }
        let found = json!({ "item": "1", "outcome": "finding", "finding": { "what": "车道被占" } });
        t.person("inspector.xf").does(&visit, "record", json!({ "results": [found] })).await;
        t.person("inspector.xf").does(&format!("{visit}-01"), "order", json!({})).await;
        let papers = [format!("visits/{visit}/papers/notice"), format!("findings/{visit}-01/papers/order")];
        for paper in papers {
            let text = officer.get(&format!("/console/{paper}")).await.expect(200).text();
            assert!(text.contains("《消防法》第28条") && !text.contains("第16条"), "{paper}: {text}");
        }
    })
    .await;
}
