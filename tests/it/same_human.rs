//! Two sign-ins of one human (T33, T38): said when one is made or changed, kept in step from then on, and one human to every
//! bar that asks for another person.

use crate::people::{adds, does, newcomer};
use crate::town::{Town, blow_order, town};
use serde_json::{Value, json};

fn same_as(mut order: Value, other: &str) -> Value {
    order["same_as"] = json!(other);
    order
}

async fn adds_same(t: &Town, order: Value, other: &str) -> Value {
    let made = adds(t.person("admin"), &same_as(order, other)).await.expect(201).json();
    t.hush(made["initial_password"].as_str().unwrap());
    made
}

/// Name and first day of a sign-in.
async fn human(t: &Town, username: &str) -> (Value, Value) {
    let card = t.person("admin").sees(&format!("/people/{username}")).await;
    (card["name"].clone(), card["since"].clone())
}

/// Excuses a unit's summons as the director, by whatever status that ends.
async fn excuses(t: &Town, unit: &str) -> u16 {
    let code = t.fire().blows(&blow_order("另有安排")).await;
    let summons = t.office().summons(&code, &[unit], "normal").await.remove(0);
    t.director().tries(&summons, "excuse", &json!({ "reason": "不需要" })).await.status
}

#[actix_web::test]
async fn t33_a_second_sign_in_of_the_director_bars_the_director_like_the_first() {
    town(async |t| {
        assert_eq!(excuses(t, "SC").await, 200);
        adds_same(t, newcomer("head.sc.9", "department_head", "SC"), "director").await;
        assert_eq!(human(t, "head.sc.9").await, human(t, "director").await);
        assert_eq!(excuses(t, "SC").await, 403, "the own bureau is another's");
        // Somebody who was there already, and is known to be the same only now.
        assert_eq!(excuses(t, "ZJ").await, 200);
        let order = same_as(json!({ "title": "局长" }), "director");
        does(t.person("admin"), "head.zj", "change", &order).await.expect(200);
        assert_eq!(human(t, "head.zj").await, human(t, "director").await);
        assert_eq!(excuses(t, "ZJ").await, 403);
    })
    .await;
}

#[actix_web::test]
async fn t33_what_one_sign_in_is_called_all_of_its_human_are_called() {
    town(async |t| {
        let admin = t.person("admin");
        let version = admin.sees("/people/director").await["version"].as_i64().unwrap();
        does(admin, "head.yj", "change", &json!({ "name": "茅新名" })).await.expect(200);
        assert_eq!(human(t, "head.yj").await, human(t, "director").await);
        let director = admin.sees("/people/director").await;
        assert_eq!((&director["name"], &director["version"]), (&json!("茅新名"), &json!(version + 1)));
        assert_eq!(excuses(t, "YJ").await, 403, "renamed, and another human");
        // All of them are another's from then on.
        does(admin, "head.yj", "change", &same_as(json!({}), "head.sc")).await.expect(200);
        for username in ["head.yj", "director"] {
            assert_eq!(human(t, username).await, human(t, "head.sc").await, "{username}");
        }
    })
    .await;
}

#[actix_web::test]
async fn t38_one_human_under_two_sign_ins_gives_itself_nothing_and_holds_one_of_three() {
    town(async |t| {
        let admin = t.person("admin");
        adds_same(t, newcomer("admin.own", "inspector", "YJ"), "admin").await;
        for order in [json!({ "role": "office_duty", "department": "AWB" }), json!({ "same_as": "head.sc" })] {
            does(admin, "admin.own", "change", &order).await.expect(403);
        }
        let held = adds(admin, &same_as(newcomer("auditor", "audit_admin", "AWB"), "admin.own")).await.expect(422);
        assert_eq!(held.faults(), ["/role one_of_three"]);
        let nobody = adds(admin, &same_as(newcomer("new.one", "liaison", "XF"), "nobody")).await.expect(422);
        assert_eq!(nobody.faults(), ["/same_as no_such"]);
        // Two that are known as one human only now.
        let made = adds(admin, &newcomer("auditor", "audit_admin", "AWB")).await.expect(201).json();
        t.hush(made["initial_password"].as_str().unwrap());
        does(t.director(), "auditor", "confirm", &json!({})).await.expect(200);
        let joined = does(admin, "auditor", "change", &json!({ "same_as": "admin" })).await.expect(422);
        assert_eq!(joined.faults(), ["/role one_of_three"]);
    })
    .await;
}

#[actix_web::test]
async fn the_form_of_a_new_sign_in_takes_the_other_one_of_the_same_human() {
    town(async |t| {
        let admin = t.signed_in("admin").await;
        let fields = |other: &'static str| {
            [
                ("username", "head.sc.9"),
                ("name", "不同写法"),
                ("role", "department_head"),
                ("department", "SC"),
                ("same_as", other),
            ]
        };
        let refused = admin.fills("/admin/people", "/admin/people", &fields("nobody")).await.expect(422).text();
        assert!(refused.contains("id=\"add-same_as-fault\""), "{refused}");
        let made = admin.fills("/admin/people", "/admin/people", &fields("director")).await.expect(200).text();
        let initial = made.split("<strong><code>").nth(1).unwrap().split('<').next().unwrap();
        t.hush(initial);
        assert_eq!(human(t, "head.sc.9").await, human(t, "director").await);
        admin
            .fills("/admin/people/head.sc.9", "/admin/people/head.sc.9/change", &[("same_as", "head.sc")])
            .await
            .expect(200);
        assert_eq!(human(t, "head.sc.9").await, human(t, "head.sc").await);
    })
    .await;
}
