//! The sample district's forty whistles, blown and judged over REST as its file says, each at its own moment: what is
//! taken on, merged, declined and returned, with every owner and letter. It writes no verdict that the file gives.

use crate::town::{Place, Reply, Town, at};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use whistle_hub::app::sample_whistles::{self, Dispute, INFORMER, SampleWhistle, Verdict, head, liaison};
use whistle_hub::domain::at::MINUTE;

/// Before the first of them.
const BEGIN: &str = "2026-01-05T08:00:00+08:00";

/// A line of the file, as this story tells it.
struct Row(SampleWhistle);

impl std::ops::Deref for Row {
    type Target = SampleWhistle;

    fn deref(&self) -> &SampleWhistle {
        &self.0
    }
}

impl Row {
    /// How it stands when the story is over.
    fn end(&self) -> &str {
        match self.text("expected_triage") {
            "accept" if self.is_put_right_on_the_spot() => "closed",
            "accept" => "dispatched",
            "merge" => "merged",
            "decline" => "declined",
            "return" => "returned",
            other => panic!("the office knows no {other}"),
        }
    }

    /// The units that must do something in the end, each once: whose the whistle is, and whoever is summoned.
    fn owners(&self) -> Vec<String> {
        let mut owners: Vec<&str> = match self.end() {
            "dispatched" => self.needed().into_iter().chain(["AWB"]).collect(),
            "returned" => vec![self.text("blower")],
            _ => Vec::new(),
        };
        owners.sort_unstable();
        owners.into_iter().map(str::to_owned).collect()
    }

    /// The owners while the director must rule on one department's summons.
    fn owners_while_ruled(&self, department: &str) -> Vec<String> {
        let ruling = |one: String| if one == department { "AWB".to_owned() } else { one };
        let mut owners: Vec<String> = self.owners().into_iter().map(ruling).collect();
        owners.sort();
        owners
    }

    /// The letters beside reminders, as the posts are held.
    fn letters(&self) -> Vec<String> {
        let mut told = vec![("whistle_new", "office".to_owned())];
        match self.end() {
            "dispatched" | "closed" => {
                for department in self.needed() {
                    told.extend([("summons_new", liaison(department)), ("summons_new", head(department))]);
                }
            }
            "merged" => told.push(("whistle_merged", self.blower())),
            "declined" => told.push(("whistle_declined", self.blower())),
            _ => told.push(("whistle_returned", self.blower())),
        }
        if self.end() == "closed" {
            told.push(("whistle_closed", self.blower()));
        }
        if let Some(Dispute { department, .. }) = self.dispute() {
            told.extend([("summons_disputed", "director".to_owned()), ("summons_ruled", head(department))]);
        }
        if self.is_informers() {
            told.push(("whistle_unsealed", "director".to_owned()));
        }
        told.into_iter().map(|(kind, to)| format!("{kind} → {to}")).collect()
    }
}

/// The file's lines in the order in which they were blown.
fn rows() -> Vec<Row> {
    sample_whistles::read().unwrap().into_iter().map(Row).collect()
}

/// The hub's codes of those blown so far.
type Codes = BTreeMap<String, String>;

async fn card(t: &Town, code: &str) -> Value {
    t.office().sees(&format!("/whistles/{code}")).await
}

/// The units that owe something under a whistle, sorted.
fn owners(card: &Value) -> Vec<String> {
    let all = card["obligations"].as_array().unwrap().iter();
    let mut owners: Vec<String> = all.map(|one| one["owner"]["department"].as_str().unwrap().to_owned()).collect();
    owners.sort();
    owners
}

/// Open whistles about the same firm's same hazard, as the office is told before it is blown.
async fn same_firm(t: &Town, row: &Row) -> Vec<String> {
    let mut order = row.blow_order();
    order.as_object_mut().unwrap().retain(|field, _| ["category", "what", "enterprise", "place"].contains(&&**field));
    let told = t.office().ask("POST", "/whistles/hints").await.json(&order).send().await.expect(200).json();
    let similar = told["similar"].as_array().unwrap().iter().filter(|one| one["rule"] == "same_firm");
    similar.map(|one| one["code"].as_str().unwrap().to_owned()).collect()
}

/// Blows it at its moment, after looking whether it is about what is known.
async fn blow(t: &Town, row: &Row, codes: &Codes) -> String {
    t.until(row.text("blown_at")).await;
    let known: Vec<String> = row.joins().map(|into| codes[into].clone()).into_iter().collect();
    assert_eq!(same_firm(t, row).await, known, "{} is about what was known", row.name());
    let reply = t.person(&row.blower()).tries_to_blow(&row.blow_order()).await;
    assert_eq!(reply.status, 201, "{}: {}", row.name(), reply.text());
    let born = reply.json();
    assert_eq!(
        [&born["status"], &born["blown_at"], &born["blower"]["department"], &born["urgency"]],
        [&json!("submitted"), &json!(row.text("blown_at")), &json!(row.text("blower")), &json!(row.text("urgency"))],
        "{}",
        row.name()
    );
    let code = born["code"].as_str().unwrap().to_owned();
    assert_eq!(code, format!("WH-2026-{:04}", codes.len() + 1), "{}", row.name());
    t.settle().await;
    assert_eq!(owners(&card(t, &code).await), ["AWB"], "{}", row.name());
    code
}

/// The office's verdict, as the file has it.
async fn judge(t: &Town, row: &Row, code: &str, codes: &Codes) {
    let Verdict { deed, order } = row.verdict(|name| codes[name].clone());
    let deed = deed.as_str();
    if deed == "accept" && row.is_major() {
        let mut bare = order.clone();
        bare.as_object_mut().unwrap().remove("clause");
        let faults = t.office().tries(code, deed, &bare).await.expect(422).faults();
        assert_eq!(faults, ["/clause missing"], "{}", row.name());
    }
    let reply = t.office().tries(code, deed, &order).await;
    assert_eq!(reply.status, 200, "{} {deed}: {}", row.name(), reply.text());
    if row.text("expected_route") == "emergency" {
        // All of them come at night or on a day off: an hour.
        let due = at(row.text("blown_at")).0 + 60 * MINUTE;
        for summons in reply.json()["summonses"].as_array().unwrap() {
            assert_eq!(at(summons["due_at"].as_str().unwrap()).0, due, "{}", row.name());
        }
    }
    // Letters that do not press wait a minute.
    t.advance(1).await;
}

/// A department says it is another's; the director rules, or enters what the district's leader ruled.
async fn dispute(t: &Town, row: &Row, code: &str) {
    let Some(dispute) = row.dispute() else { return };
    let department = dispute.department;
    let summons = format!("{code}-{department}");
    t.person(&head(department)).does(&summons, "dispute", dispute.order()).await;
    t.settle().await;
    assert_eq!(owners(&card(t, code).await), row.owners_while_ruled(department), "{}", row.name());
    let reason = json!({ "reason": "按业务相近原则确定" });
    if dispute.instead == "YJ" {
        t.director().tries(&summons, "overrule", &reason).await.expect(403);
    }
    if row.is_for_the_leader() {
        assert_eq!(t.director().does(&summons, "refer", json!({})).await["status"], "referred");
    }
    let ruled = t.director().does(&summons, "overrule", reason).await;
    assert_eq!(ruled["status"], "acknowledged", "{}", row.name());
    t.settle().await;
}

/// Everybody comes, it is put right at once, and the director closes it.
async fn put_right(t: &Town, row: &Row, code: &str) {
    for department in row.needed() {
        let (summons, who) = (format!("{code}-{department}"), liaison(department));
        t.person(&who).reports_in(&summons).await;
        assert_eq!(card(t, code).await["status"], "handling");
        t.person(&who).does(&summons, "submit", json!({ "result": "链条锁当场拆除" })).await;
    }
    for department in row.needed() {
        t.office().does(&format!("{code}-{department}"), "accept", json!({})).await;
    }
    assert_eq!(owners(&card(t, code).await), ["AWB"], "closing it is the director's");
    let order = json!({ "kind": "on_site", "conclusion": "当场改正，已复核" });
    t.office().tries(code, "close", &order).await.expect(403);
    t.director().does(code, "close", order).await;
    t.settle().await;
}

/// Whoever is summoned learns nothing of who told us; the office may, on record.
async fn informer(t: &Town, row: &Row, code: &str) {
    let unseal = async |who: &str| -> Reply {
        let ask = t.person(who).ask("POST", &format!("/whistles/{code}/unseal")).await;
        ask.json(&json!({ "reason": "核实来信" })).send().await
    };
    for department in row.needed() {
        let who = liaison(department);
        let path = format!("/whistles/{code}");
        let tale = t.person(&who).get(&format!("{path}/timeline")).await.expect(200).text();
        let seen = t.person(&who).get(&path).await.expect(200).text() + &tale;
        assert!(!seen.contains(INFORMER.0) && !seen.contains(INFORMER.1), "{who} reads who told us");
        if department != row.text("blower") {
            unseal(&who).await.expect(403);
        }
    }
    assert_eq!(unseal("office").await.expect(200).json(), json!({ "name": INFORMER.0, "phone": INFORMER.1 }));
}

/// It stands as the file expects, with everybody's move armed once.
async fn check(t: &Town, row: &Row, code: &str) {
    let card = card(t, code).await;
    let name = row.name();
    assert_eq!((card["status"].as_str(), owners(&card)), (Some(row.end()), row.owners()), "{name}");
    assert_eq!(card["enterprise"]["code"].as_str().unwrap_or_default(), row.text("enterprise_code"), "{name}");
    assert_eq!(card["town"].as_str().unwrap_or_default(), row.text("town_code"), "{name}");
    if row.text("expected_triage") != "accept" {
        assert_eq!(card["summonses"], json!([]), "{name}");
        return;
    }
    for (field, column) in [
        ("route", "expected_route"),
        ("severity", "severity"),
        ("urgency", "urgency"),
        ("lead", "lead_department"),
        ("category", "category"),
    ] {
        assert_eq!(card[field], row.text(column), "{name} {field}");
    }
    let summoned = card["summonses"].as_array().unwrap().iter();
    let summoned: BTreeSet<&str> = summoned.map(|one| one["department"].as_str().unwrap()).collect();
    assert_eq!(summoned, row.needed().into_iter().collect(), "{name}");
    assert_eq!(card["supports"].as_array().unwrap().len() + 1, summoned.len(), "{name}");
}

/// The letters are those that are owed; reminders go to nobody who has nothing to do.
fn check_letters(t: &Town, rows: &[Row]) {
    // Either duty officer is the office's, as the rota has it.
    let plain = |one: String| one.replace("@yunhu.example", "").replace("office.2", "office");
    let told = t.letters_told().into_iter().map(plain);
    let (reminders, mut told): (Vec<String>, Vec<String>) = told.partition(|one| one.starts_with("reminder "));
    let mut owed: Vec<String> = rows.iter().flat_map(Row::letters).collect();
    told.sort();
    owed.sort();
    assert_eq!(told, owed);
    let mut may: BTreeSet<String> = ["office", "director", "liaison.mz"].map(str::to_owned).into();
    for department in rows.iter().filter(|row| row.end() == "dispatched").flat_map(|row| row.needed()) {
        may.extend([liaison(department), head(department)]);
    }
    let to: BTreeSet<String> = reminders.iter().map(|one| one.replace("reminder → ", "")).collect();
    assert!(!to.is_empty() && to.is_subset(&may), "{to:?}");
}

/// Firms that stopped or are gone can be blown about: what they leave behind is dangerous.
async fn check_stopped_firms(t: &Town, rows: &[Row]) {
    let firms = t.office().walks("/enterprises", 200).await;
    for (name, status) in [("W21", "suspended"), ("W22", "closed")] {
        let row = rows.iter().find(|row| row.name() == name).unwrap();
        let firm = firms.iter().find(|one| one["code"] == row.text("enterprise_code")).unwrap();
        assert_eq!((&firm["status"], row.end()), (&json!(status), "dispatched"), "{name}");
    }
}

async fn the_forty(t: &Town) {
    let (rows, mut codes) = (rows(), Codes::new());
    assert_eq!(rows.len(), 40);
    t.hush(INFORMER.0);
    t.hush(INFORMER.1);
    for row in &rows {
        let code = blow(t, row, &codes).await;
        judge(t, row, &code, &codes).await;
        dispute(t, row, &code).await;
        if row.is_informers() {
            informer(t, row, &code).await;
        }
        if row.is_put_right_on_the_spot() {
            put_right(t, row, &code).await;
        }
        check(t, row, &code).await;
        codes.insert(row.name().to_owned(), code);
    }
    // Long after most limits passed nothing has moved by itself.
    for row in &rows {
        check(t, row, &codes[row.name()]).await;
    }
    let joined: Vec<_> = rows.iter().filter_map(|row| Some((row.name(), row.joins()?))).collect();
    assert_eq!(joined, [("W08", "W07")]);
    for (name, into) in joined {
        assert_eq!(card(t, &codes[name]).await["merged_into"], codes[into]);
    }
    assert!(t.office().codes("/whistles?sort=blown_at").await.iter().eq(codes.values().collect::<BTreeSet<_>>()));
    check_stopped_firms(t, &rows).await;
    check_letters(t, &rows);
}

#[actix_web::test]
async fn the_forty_whistles_of_the_sample_district_each_end_as_their_file_expects() {
    // Laid on the day on which the story begins.
    let place = Place::empty();
    let t = Box::pin(Town::open(&place, at(BEGIN))).await;
    Box::pin(the_forty(&t)).await;
    Box::pin(t.close()).await;
}
