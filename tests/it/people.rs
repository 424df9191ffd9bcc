//! Sign-ins made, changed, suspended: what was decided holds at the very next request on every replica, work stays the
//! post's, and what one person alone may not do waits for a second.

use crate::own_keys::with_keys;
use crate::town::{BEGIN, HERE, PASSWORD, Person, Place, Reply, Town, at, blow_order, town};
use serde_json::{Value, json};
use std::sync::Arc;
use whistle_hub::app::Undone;
use whistle_hub::app::people::ByHand;
use whistle_hub::app::sessions::{self, SignIn};
use whistle_hub::clock::ManualClock;
use whistle_hub::domain::session::Door;
use whistle_hub::domain::terms::{LetterKind, Role};
use whistle_hub::ids::Chance;
use whistle_hub::run::setup::{self, Surroundings};
use whistle_hub::run::users;

/// A new sign-in's order.
pub(crate) fn newcomer(username: &str, role: &str, department: &str) -> Value {
    json!({ "username": username, "name": "沈新到", "role": role, "department": department })
}

/// Adds a sign-in, whatever comes of it.
pub(crate) async fn adds(by: Person<'_>, order: &Value) -> Reply {
    by.ask("POST", "/people").await.json(order).send().await
}

/// Makes somebody who is there with the usual password, by the word of two where the role needs two.
pub(crate) async fn joins(t: &Town, order: &Value) {
    let username = order["username"].as_str().unwrap();
    let made = adds(t.person("admin"), order).await.expect(201).json();
    let initial = made["initial_password"].as_str().unwrap().to_owned();
    t.hush(&initial);
    does(t.director(), username, "confirm", &json!({})).await;
    let token = t.try_password(username, &initial).await.expect(201).json()["access_token"].clone();
    let own = json!({ "new_password": PASSWORD });
    t.ask("POST", "/api/v1/me/password").bearer(token.as_str().unwrap()).json(&own).send().await.expect(204);
}

/// A deed on a sign-in at the version that stands.
pub(crate) async fn does(by: Person<'_>, username: &str, deed: &str, order: &Value) -> Reply {
    let version = by.get(&format!("/people/{username}")).await.expect(200).version();
    let ask = by.ask("POST", &format!("/people/{username}/{deed}")).await;
    ask.version(version).json(order).send().await
}

fn surroundings(clock: &ManualClock) -> Surroundings {
    Surroundings { clock: Arc::new(clock.clone()), chance: Chance::system() }
}

#[actix_web::test]
async fn t05_the_first_operator_of_an_empty_district_comes_in_by_add_user() {
    let (place, clock) = (Place::empty(), ManualClock::new(at(BEGIN)));
    let settings = with_keys(&place);
    let order = |username, role, department| ByHand { username, role, department, same_as: None, password: None };
    let add = async |order| users::add(&settings, order, &surroundings(&clock)).await;
    let said = add(order("chief", Role::Admin, None)).await.unwrap();
    let initial = said.lines().nth(1).unwrap().to_owned();
    for (refused, why) in [
        (order("chief", Role::Admin, None), "is there already"),
        (order("Chief", Role::Admin, None), "user name"),
        (order("liaison.xf", Role::Liaison, Some("XF")), "no unit that has a liaison"),
        (order("liaison.xf", Role::Liaison, None), "needs --department"),
        (ByHand { password: Some("short"), ..order("second", Role::Admin, None) }, "not taken"),
        (ByHand { same_as: Some("nobody"), ..order("second", Role::OfficeDuty, None) }, "no sign-in nobody"),
        (ByHand { same_as: Some("chief"), ..order("second", Role::AuditAdmin, None) }, "one of the three"),
    ] {
        let said = format!("{:#}", add(refused).await.unwrap_err());
        assert!(said.contains(why), "{said}");
    }
    let chosen = ByHand { password: Some("kein-Anfang-4711"), ..order("boss", Role::OfficeDirector, None) };
    assert!(!add(chosen).await.unwrap().contains("4711"));

    add(ByHand { same_as: Some("boss"), ..order("boss.2", Role::OfficeDuty, None) }).await.unwrap();
    let hub = setup::serve(&settings, surroundings(&clock)).await.unwrap();
    let human = |username: &str| hub.rules().directory.by_username(username).cloned().unwrap();
    assert!(human("boss.2").is_same_human(&human("boss")) && !human("boss.2").is_same_human(&human("chief")));
    let sign_in = async |username, password| {
        let address = [127, 0, 0, 1].into();
        sessions::sign_in(&hub, SignIn { username, password, totp: None, address, door: Door::Api, device: "" }).await
    };
    let first = sign_in("chief", initial.as_str()).await.unwrap();
    let present = sessions::by_token(&hub, &first.access_token, HERE).await.unwrap().unwrap();
    assert!(present.must_choose(), "an initial password opens everything");
    let again = sign_in("chief", initial.as_str()).await;
    assert!(matches!(again, Err(Undone::WrongPassword)), "an initial password lets in twice");
    let boss = sign_in("boss", "kein-Anfang-4711").await.unwrap();
    assert!(!sessions::by_token(&hub, &boss.access_token, HERE).await.unwrap().unwrap().must_choose());
    hub.ledger.close().await.unwrap();

    let said = add(order("late", Role::SecurityAdmin, None)).await.unwrap();
    clock.advance(72 * 60);
    let hub = setup::serve(&settings, surroundings(&clock)).await.unwrap();
    let address = [127, 0, 0, 1].into();
    let given = SignIn {
        username: "late",
        password: said.lines().nth(1).unwrap(),
        totp: None,
        address,
        door: Door::Api,
        device: "",
    };
    assert!(matches!(sessions::sign_in(&hub, given).await, Err(Undone::WrongPassword)), "after 72 hours");
    hub.ledger.close().await.unwrap();
}

#[actix_web::test]
async fn t05_serve_refuses_a_demo_ledger() {
    let place = Place::new();
    Town::open(&place, at(BEGIN)).await.leave().await;
    let refused = setup::serve(&with_keys(&place), surroundings(&ManualClock::new(at(BEGIN)))).await;
    assert!(format!("{:#}", refused.err().unwrap()).contains("demo ledger with invented people"));
}

#[actix_web::test]
async fn t05_a_newcomer_chooses_a_password_before_anything_else_and_director_and_supervisor_hear_of_it() {
    town(async |t| {
        let made = adds(t.person("admin"), &newcomer("liaison.xf.9", "liaison", "XF")).await.expect(201);
        assert_eq!(made.header("location"), Some("/api/v1/people/liaison.xf.9"));
        let initial = made.json()["initial_password"].as_str().unwrap().to_owned();
        t.hush(&initial);
        t.settle().await;
        for username in ["director", "supervisor"] {
            assert_eq!(t.letters_of(LetterKind::SignInAdded, username), 1, "{username}");
        }
        let token = t.try_password("liaison.xf.9", &initial).await.expect(201).json()["access_token"].clone();
        let ask = |method: &str, path: &str| t.ask(method, &format!("/api/v1{path}")).bearer(token.as_str().unwrap());
        assert_eq!(ask("GET", "/whistles").send().await.expect(403).problem(), "password_first");
        ask("GET", "/me").send().await.expect(200);
        let choose = |body: Value| ask("POST", "/me/password").json(&body).send();
        for weak in ["zu kurz", "Yunhu2026!Yunhu2026!", "沈新到whistle1998"] {
            let refused = choose(json!({ "new_password": weak })).await.expect(422);
            assert_eq!(refused.faults(), ["/new_password weak"], "{weak}");
        }
        choose(json!({ "new_password": "vom Neuen selbst 8" })).await.expect(204);
        ask("GET", "/me").send().await.expect(401);
        t.try_password("liaison.xf.9", &initial).await.expect(401);
        let own = t.try_password("liaison.xf.9", "vom Neuen selbst 8").await.expect(201).json();
        let own = own["access_token"].as_str().unwrap();
        t.ask("GET", "/api/v1/whistles").bearer(own).send().await.expect(200);
    })
    .await;
}

#[actix_web::test]
async fn a_suspended_persons_token_is_401_everywhere_the_feed_ends_and_back_is_back() {
    town(async |t| {
        let (liaison, admin) = (t.fire(), t.person("admin"));
        let token = liaison.token().await;
        let mut feed = liaison.listens(None).await;
        does(admin, "liaison.xf", "suspend", &json!({ "ground": "left" })).await.expect(200);
        for path in ["/me", "/whistles", "/summonses", "/departments", "/people", "/events"] {
            t.ask("GET", &format!("/api/v1{path}")).bearer(&token).send().await.expect(401);
        }
        t.try_password("liaison.xf", PASSWORD).await.expect(401);
        t.clock.advance(1);
        t.emergency().blows(&blow_order("停用之后")).await;
        assert_eq!(feed.next().await, None, "suspended and still told");
        let again = does(admin, "liaison.xf", "suspend", &json!({ "ground": "left" })).await.expect(409);
        assert_eq!(again.json()["current_status"], "suspended");
        does(admin, "liaison.xf", "reinstate", &json!({})).await.expect(200);
        t.ask("GET", "/api/v1/me").bearer(&token).send().await.expect(401);
        t.try_password("liaison.xf", PASSWORD).await.expect(201);
    })
    .await;
}

#[actix_web::test]
async fn whoever_is_in_by_what_was_taken_away_is_out_at_once() {
    for deed in ["reset_password", "reset_totp"] {
        town(async |t| {
            let token = t.fire().token().await;
            let browser = t.signed_in("liaison.xf").await;
            does(t.person("admin"), "liaison.xf", deed, &json!({})).await.expect(200);
            t.ask("GET", "/api/v1/me").bearer(&token).send().await.expect(401);
            let led = browser.get("/console").await.expect(303);
            assert!(led.header("location").unwrap().starts_with("/login"), "{deed}");
            let stays = if deed == "reset_totp" { 201 } else { 401 };
            t.try_password("liaison.xf", PASSWORD).await.expect(stays);
        })
        .await;
    }
}

#[actix_web::test]
async fn open_work_stays_the_posts_and_goes_to_the_head_when_nobody_is_left() {
    town(async |t| {
        let admin = t.person("admin");
        let officer = t.fire().id().await;
        let code = t.emergency().blows(&blow_order("人走事不走")).await;
        let summons = t.office().summons(&code, &["XF"], "normal").await.remove(0);
        t.fire().reports_in(&summons).await;
        let gone = does(admin, "liaison.xf", "suspend", &json!({ "ground": "moved" })).await.expect(200).json();
        let bare = json!([{ "role": "liaison", "department": "XF", "letters_go_to": "head.xf" }]);
        assert_eq!(gone["bare_posts"], bare);
        // Who was named stays named; nobody who is out can be named anew.
        assert_eq!(t.office().sees(&format!("/summonses/{summons}")).await["officers"], json!([officer]));
        let other = t.emergency().blows(&blow_order("另一件")).await;
        let next = t.office().summons(&other, &["XF"], "normal").await.remove(0);
        let order = json!({ "officers": [officer], "mode": "site" });
        let refused = t.person("head.xf").tries(&next, "report_in", &order).await.expect(422);
        assert_eq!(refused.faults(), ["/officers/0 no_such"]);
        t.advance(2).await;
        // Each summons writes to liaison and head: what was the liaison's comes to the head beside the own.
        assert_eq!(t.letters_of(LetterKind::SummonsNew, "head.xf"), 4);
        assert_eq!(t.letters_of(LetterKind::SummonsNew, "liaison.xf"), 0);
        t.person("head.xf").does(&summons, "submit", json!({ "result": "由负责人接着办" })).await;
    })
    .await;
}

#[actix_web::test]
async fn who_is_moved_comes_in_anew_and_sees_what_the_new_unit_sees() {
    town(async |t| {
        let code = t.emergency().blows(&blow_order("应急局的哨")).await;
        let token = t.fire().token().await;
        let moved = does(t.person("admin"), "liaison.xf", "change", &json!({ "department": "YJ" })).await;
        assert_eq!(moved.expect(200).json()["department_code"], "YJ");
        t.ask("GET", "/api/v1/me").bearer(&token).send().await.expect(401);
        let token = t.try_password("liaison.xf", PASSWORD).await.expect(201).json()["access_token"].clone();
        let path = format!("/api/v1/whistles/{code}");
        t.ask("GET", &path).bearer(token.as_str().unwrap()).send().await.expect(200);
    })
    .await;
}

#[actix_web::test]
async fn bad_words_about_people_name_the_field() {
    town(async |t| {
        let admin = t.person("admin");
        for (order, faults) in [
            (json!({}), vec!["/username missing", "/name missing", "/role missing", "/department missing"]),
            (newcomer("X", "liaison", "XF"), vec!["/username bad_username"]),
            (newcomer("张三", "liaison", "XF"), vec!["/username bad_username"]),
            (newcomer("office", "liaison", "XF"), vec!["/username taken"]),
            (newcomer("new.one", "king", "XF"), vec!["/role not_in_list"]),
            (newcomer("new.one", "liaison", "QQ"), vec!["/department no_such"]),
            (newcomer("new.one", "liaison", "AWB"), vec!["/department mismatch"]),
            (newcomer("new.one", "town_officer", "XF"), vec!["/department mismatch"]),
        ] {
            assert_eq!(adds(admin, &order).await.expect(422).faults(), faults, "{order}");
        }
        let wrong = does(admin, "liaison.xf", "suspend", &json!({ "ground": "because" })).await.expect(422);
        assert_eq!(wrong.faults(), ["/ground not_in_list"]);
        admin.get("/people/nobody").await.expect(404);
        let stale = admin.ask("POST", "/people/liaison.xf/reinstate").await.version(9).json(&json!({})).send().await;
        assert_eq!(stale.expect(412).json()["current_version"], 1);
        for (who, status) in [("office", 403), ("liaison.xf", 403), ("supervisor", 403), ("head.xf", 403)] {
            adds(t.person(who), &newcomer("new.one", "liaison", "XF")).await.expect(status);
        }
    })
    .await;
}

#[actix_web::test]
async fn t38_one_of_three() {
    town(async |t| {
        let (admin, director) = (t.person("admin"), t.director());
        let mut order = newcomer("auditor", "audit_admin", "AWB");
        let name = admin.sees("/people/admin").await["name"].clone();
        order["name"] = name;
        assert_eq!(adds(admin, &order).await.expect(422).faults(), ["/role one_of_three"]);
        order["name"] = json!("容审");
        let initial = adds(admin, &order).await.expect(201).json();
        assert_eq!((&initial["status"], &initial["waiting"]["is_new"]), (&json!("waiting"), &json!(true)));
        let initial = initial["initial_password"].as_str().unwrap();
        t.hush(initial);
        t.try_password("auditor", initial).await.expect(401);
        does(admin, "auditor", "confirm", &json!({})).await.expect(403);
        assert_eq!(does(director, "auditor", "confirm", &json!({})).await.expect(200).json()["status"], "active");
        t.try_password("auditor", initial).await.expect(201);
        // A role that needs two persons leaves the old one until the second has spoken.
        let asked = does(admin, "head.xf", "change", &json!({ "role": "office_director", "department": "AWB" })).await;
        assert_eq!(asked.expect(200).json()["role"], "department_head");
        let refused = does(director, "head.xf", "refuse", &json!({})).await.expect(200).json();
        assert_eq!((&refused["role"], &refused["status"]), (&json!("department_head"), &json!("active")));
    })
    .await;
}

#[actix_web::test]
async fn t38_what_was_refused_never_was_and_nothing_makes_it_a_sign_in() {
    town(async |t| {
        let admin = t.person("admin");
        for role in ["office_director", "supervisor", "audit_admin"] {
            let (username, unit) = (format!("sole.{role}"), if role == "supervisor" { "JW" } else { "AWB" });
            let initial = adds(admin, &newcomer(&username, role, unit)).await.expect(201).json();
            let initial = initial["initial_password"].as_str().unwrap();
            t.hush(initial);
            // Whoever proposed it takes it back: that is no way round the second person.
            let refused = does(admin, &username, "refuse", &json!({})).await.expect(200).json();
            assert_eq!((&refused["status"], &refused["allowed_deeds"]), (&json!("refused"), &json!([])));
            for deed in ["reinstate", "reset_password", "reset_totp", "confirm", "refuse"] {
                let barred = does(admin, &username, deed, &json!({})).await.expect(409).json();
                assert_eq!(barred["current_status"], "refused", "{deed}");
            }
            does(admin, &username, "change", &json!({ "role": "office_duty", "department": "AWB" })).await.expect(409);
            does(t.director(), &username, "confirm", &json!({})).await.expect(409);
            t.try_password(&username, initial).await.expect(401);
        }
    })
    .await;
}

#[actix_web::test]
async fn t38_whoever_comes_back_to_a_role_of_two_waits_for_the_second_word() {
    town(async |t| {
        let (admin, director) = (t.person("admin"), t.director());
        does(admin, "supervisor", "suspend", &json!({ "ground": "on_leave" })).await.expect(200);
        let asked = does(admin, "supervisor", "reinstate", &json!({})).await.expect(200).json();
        assert_eq!((&asked["status"], &asked["waiting"]["role"]), (&json!("waiting"), &json!("supervisor")));
        t.try_password("supervisor", PASSWORD).await.expect(401);
        does(admin, "supervisor", "reinstate", &json!({})).await.expect(409);
        does(admin, "supervisor", "confirm", &json!({})).await.expect(403);
        // Refused, it is suspended as before; agreed to, it is open.
        let refused = does(director, "supervisor", "refuse", &json!({})).await.expect(200).json();
        assert_eq!((&refused["status"], &refused["waiting"]), (&json!("suspended"), &Value::Null));
        does(admin, "supervisor", "reinstate", &json!({})).await.expect(200);
        assert_eq!(does(director, "supervisor", "confirm", &json!({})).await.expect(200).json()["status"], "active");
        t.try_password("supervisor", PASSWORD).await.expect(201);
    })
    .await;
}

#[actix_web::test]
async fn t38_nobody_comes_back_to_a_second_of_the_three() {
    town(async |t| {
        let (admin, director) = (t.person("admin"), t.director());
        let of_three = |username: &str, role: &str| {
            let mut order = newcomer(username, role, "AWB");
            order["name"] = json!("容审");
            order
        };
        joins(t, &of_three("auditor", "audit_admin")).await;
        does(admin, "auditor", "suspend", &json!({ "ground": "moved" })).await.expect(200);
        let held = |reply: Reply| {
            let told = reply.json();
            assert_eq!(told["reasons"][0]["code"], "one_of_three", "{told}");
            told["reasons"][0]["subject"].clone()
        };
        joins(t, &of_three("guard", "security_admin")).await;
        let barred = does(admin, "auditor", "reinstate", &json!({})).await.expect(409);
        assert_eq!(held(barred), "guard");
        // Two that wait for one word: the second of them finds the first.
        does(admin, "guard", "suspend", &json!({ "ground": "moved" })).await.expect(200);
        for username in ["auditor", "guard"] {
            does(admin, username, "reinstate", &json!({})).await.expect(200);
        }
        does(director, "auditor", "confirm", &json!({})).await.expect(200);
        assert_eq!(held(does(director, "guard", "confirm", &json!({})).await.expect(409)), "auditor");
    })
    .await;
}

#[actix_web::test]
async fn a_sign_in_that_is_not_there_is_not_there_for_whoever_asks() {
    town(async |t| {
        for (who, there) in [("liaison.xf", 403), ("admin", 428)] {
            for (username, status) in [("nobody.at.all", 404), ("liaison.gx", there)] {
                let ask = t.person(who).ask("POST", &format!("/people/{username}/suspend")).await;
                ask.json(&json!({ "ground": "left" })).send().await.expect(status);
            }
        }
    })
    .await;
}
