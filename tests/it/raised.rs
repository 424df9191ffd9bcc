//! Roles that see everything or keep the hub (T5, T38): nobody gives one to the own human, those who hear of new sign-ins hear
//! of each that comes into one by whichever door, and a list moves nobody unseen.

use crate::imports::{placed, send};
use crate::people::{adds, does, newcomer};
use crate::town::{PASSWORD, Town, town};
use serde_json::{Value, json};
use whistle_hub::domain::terms::LetterKind;
use whistle_hub::store::people;

const HEAD: &str = "username,name,department_code,role,title_zh,certificate_no,certificate_fields,certificate_valid_to,\
    certificate_basis,skills,since\n";

/// So many letters about sign-ins have come to the director and to the supervisor.
async fn heard(t: &Town) -> [usize; 2] {
    t.settle().await;
    ["director", "supervisor"].map(|who| t.letters_of(LetterKind::SignInAdded, who))
}

/// The kinds of the trail's lines about somebody, the newest first, and the data of the first.
async fn lines_about(t: &Town, username: &str) -> (Vec<&'static str>, Value) {
    let id = whistle_hub::ids::PersonId::from_text(format!("pe_{username}"));
    let lines = t.db_hub().ledger.read(move |reading| people::trail_about(reading, &id, i64::MAX, 9)).await.unwrap();
    let data = lines.first().map(|line| line.data.clone()).unwrap_or_default();
    (lines.iter().map(|line| line.kind.as_str()).collect(), data)
}

#[actix_web::test]
async fn t38_nobody_gives_the_own_human_another_role_or_unit() {
    town(async |t| {
        let admin = t.person("admin");
        for order in [json!({ "role": "office_duty" }), json!({ "department": "YJ" })] {
            let refused = does(admin, "admin", "change", &order).await.expect(403);
            assert_eq!(refused.problem(), "role_may_not", "{order}");
        }
        // What one is called is one's own, also in a form that says again what stands.
        let said = json!({ "title": "平台管理员", "role": "admin", "department": "AWB" });
        assert_eq!(does(admin, "admin", "change", &said).await.expect(200).json()["title"], "平台管理员");
        // A list is the same door.
        let row = |unit: &str, role: &str| format!("{HEAD}admin,章弘远,{unit},{role},管理员,,,,,,2023-02-22\n");
        let refused = send(&admin, "/imports/people", row("YJ", "office_duty")).await.expect(422);
        assert_eq!(placed(&refused), ["2 role own_post", "2 department_code own_post"]);
        let seen = send(&admin, "/imports/people?dry_run=true", row("YJ", "admin")).await.expect(200).json();
        assert_eq!((&seen["fault_count"], &seen["faults"][0]["code"]), (&json!(1), &json!("own_post")));
        send(&admin, "/imports/people", row("AWB", "admin")).await.expect(200);
    })
    .await;
}

#[actix_web::test]
async fn t05_director_and_supervisor_hear_of_whoever_comes_to_see_everything() {
    town(async |t| {
        let admin = t.person("admin");
        does(admin, "liaison.xf", "change", &json!({ "title": "联络员" })).await.expect(200);
        does(admin, "liaison.xf", "change", &json!({ "role": "department_head" })).await.expect(200);
        assert_eq!(heard(t).await, [0, 0], "nobody sees more");
        let office = json!({ "role": "office_duty", "department": "AWB" });
        does(admin, "liaison.xf", "change", &office).await.expect(200);
        assert_eq!(heard(t).await, [1, 1], "changed");
        does(admin, "liaison.xf", "suspend", &json!({ "ground": "left" })).await.expect(200);
        does(admin, "liaison.xf", "reinstate", &json!({})).await.expect(200);
        assert_eq!(heard(t).await, [2, 2], "reinstated");
        does(admin, "inspector.xf", "change", &json!({ "role": "audit_admin" })).await.expect(200);
        assert_eq!(heard(t).await, [2, 2], "only proposed");
        does(t.director(), "inspector.xf", "confirm", &json!({})).await.expect(200);
        assert_eq!(heard(t).await, [3, 3], "confirmed");
        does(admin, "liaison.gx", "suspend", &json!({ "ground": "left" })).await.expect(200);
        does(admin, "liaison.gx", "reinstate", &json!({})).await.expect(200);
        assert_eq!(heard(t).await, [3, 3], "sees what it saw");
    })
    .await;
}

#[actix_web::test]
async fn t38_a_list_moves_nobody_unseen() {
    town(async |t| {
        let admin = t.person("admin");
        let row = |unit: &str, role: &str, title: &str| {
            format!("{HEAD}liaison.xf,奚玉砾,{unit},{role},{title},,,,,,2025-12-12\n")
        };
        let known = async |token: &str| t.ask("GET", "/api/v1/me").bearer(token).send().await.status;
        let token = t.fire().fresh_token().await;
        send(&admin, "/imports/people", row("XF", "liaison", "联络员")).await.expect(200);
        assert_eq!((known(&token).await, heard(t).await), (200, [0, 0]), "another title moves nobody");
        send(&admin, "/imports/people", row("YJ", "liaison", "联络员")).await.expect(200);
        assert_eq!((known(&token).await, heard(t).await), (401, [0, 0]), "moved and still in");
        let moved = json!({ "was": { "department": "XF" }, "is": { "department": "YJ" } });
        assert_eq!(lines_about(t, "liaison.xf").await.1, moved);
        let token = t.try_password("liaison.xf", PASSWORD).await.expect(201).json()["access_token"].clone();
        let office =
            row("AWB", "office_duty", "联络员") + "liaison.new,沈新到,AWB,office_duty,值班员,,,,,,2026-01-02\n";
        send(&admin, "/imports/people", office).await.expect(200);
        assert_eq!(known(token.as_str().unwrap()).await, 401);
        assert_eq!(heard(t).await, [1, 1], "one letter of one list");
        assert_eq!(lines_about(t, "liaison.xf").await.0[0], "person.changed");
        assert_eq!(lines_about(t, "liaison.new").await.0, ["person.added"]);
        // What one person alone gives to nobody is refused, also to whom it was refused before.
        let refused = send(&admin, "/imports/people", row("JW", "supervisor", "组长")).await.expect(422);
        assert_eq!(placed(&refused), ["2 role needs_two"]);
        let made = adds(admin, &newcomer("sole", "supervisor", "JW")).await.expect(201).json();
        t.hush(made["initial_password"].as_str().unwrap());
        does(admin, "sole", "refuse", &json!({})).await.expect(200);
        let again = format!("{HEAD}sole,沈新到,JW,supervisor,组长,,,,,,2026-12-01\n");
        send(&admin, "/imports/people", again).await.expect(200);
        assert_eq!(admin.sees("/people/sole").await["status"], "refused");
    })
    .await;
}
