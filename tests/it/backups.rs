//! Backup and restore as an operator uses them (C12, T30, T35): beside a hub that works, into an empty place and into no
//! other, on both engines and from one to the other; and what a hub does that was brought back.

use crate::own_keys::with_keys;
use crate::servers::Backend;
use crate::town::{BEGIN, Place, Town, at, blow_order, settings};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use whistle_hub::clock::ManualClock;
use whistle_hub::config::Settings;
use whistle_hub::ids::Chance;
use whistle_hub::run::upkeep::HeldLetters;
use whistle_hub::run::{backup, doctor, upkeep};

fn night(place: &Place) -> PathBuf {
    place.path().join("night.backup")
}

/// Backs up what lies at `place`, for the first time.
fn backed_up(place: &Place) -> (PathBuf, String) {
    let file = night(place);
    let said = backup::back_up(&settings(place), &file, &ManualClock::new(at(BEGIN))).unwrap();
    (file, said)
}

/// Minutes after the story began.
fn restores(settings: &Settings, file: &Path, minutes: i64) -> Result<String, String> {
    let clock = ManualClock::new(at(BEGIN).plus_minutes(minutes));
    backup::restore(settings, file, &clock, &Chance::system()).map_err(|fault| format!("{fault:#}"))
}

/// Counts and head, as both commands say them; a restore makes notes of its own.
fn told(said: &str) -> Vec<&str> {
    let told = said.lines().filter(|line| line.starts_with("  rows") || line.starts_with("  head"));
    told.filter(|line| !line.contains(" meta ")).collect()
}

#[actix_web::test]
async fn c12_what_was_answered_before_a_backup_is_there_after_a_restore_and_goes_on() {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    let order = blow_order("备份之前");
    let blow = async |t: &Town| t.fire().ask("POST", "/whistles").await.key("key-backup-1").json(&order).send().await;
    let code = blow(&t).await.expect(201).json()["code"].as_str().unwrap().to_owned();
    t.office().summons(&code, &["XF"], "urgent").await;
    t.settle().await;
    let (token, id, events) = (t.fire().token().await, t.db_hub().ledger.id(), t.db_events().await);
    let last = t.db_hub().ledger.read(whistle_hub::store::events::last_seq).await.unwrap();
    let (file, made) = backed_up(&place);
    t.fire().blows(&blow_order("备份之后")).await;
    t.leave().await;

    let other = Place::empty();
    let said = restores(&settings(&other), &file, 1).unwrap();
    assert_eq!(told(&said), told(&made));
    assert!(told(&made).iter().any(|line| line.starts_with(&format!("  head  {last} "))), "{made}");
    assert!(!said.contains("held"), "{said}");
    let t = Town::open(&other, at(BEGIN).plus_minutes(1)).await;
    assert_eq!(t.db_events().await, events);
    assert_ne!(t.db_hub().ledger.id(), id, "two lives share one stream");
    t.ask("GET", "/api/v1/me").bearer(&token).send().await.expect(401);
    assert_eq!(t.office().codes("/whistles").await, std::slice::from_ref(&code));
    assert_eq!(blow(&t).await.expect(201).header("idempotency-replayed"), Some("true"));
    t.fire().reports_in(&format!("{code}-XF")).await;
    assert_eq!(t.fire().blows(&blow_order("下一号")).await, "WH-2026-0002");
    t.settle().await;
    let said = doctor::examine(&settings(&other), &ManualClock::new(at(BEGIN).plus_minutes(1))).await;
    assert!(said.iter().all(|finding| !finding.is_fail()), "{said:?}");
    assert!(said.iter().any(|line| line.to_string() == "ok   backup   the last one is 0 h old"), "{said:?}");
    t.close().await;
    // Another life again, so a stream that somebody left is no other's.
    let third = Place::empty();
    restores(&settings(&third), &file, 1).unwrap();
    let t = Town::open(&third, at(BEGIN).plus_minutes(1)).await;
    assert!(![id, Box::pin(other_id(&other)).await].contains(&t.db_hub().ledger.id()));
    t.close().await;
}

async fn other_id(place: &Place) -> String {
    let t = Town::open(place, at(BEGIN).plus_minutes(1)).await;
    let id = t.db_hub().ledger.id();
    t.leave().await;
    id
}

/// Rows of each table of an unsealed backup, read as any program can.
fn rows(file: &Path) -> BTreeMap<String, Vec<Value>> {
    let bytes = fs::read(file).unwrap();
    let (mut rest, mut text) = (&bytes[45..], Vec::new());
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*length) & 0x7fff_ffff).unwrap();
        text.extend_from_slice(&after[..length - 32]);
        rest = &after[length..];
    }
    let (mut tables, mut table) = (BTreeMap::<String, Vec<Value>>::new(), String::new());
    for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let line: Value = serde_json::from_slice(line).unwrap();
        if let Some(name) = line["table"].as_str() {
            name.clone_into(&mut table);
            tables.entry(table.clone()).or_default();
        } else if line.is_array() {
            tables.get_mut(&table).unwrap().push(line);
        }
    }
    tables
}

#[actix_web::test]
async fn a_ledger_moves_to_the_other_engine_and_back_without_a_change() {
    for [there, back] in [[Backend::Servers, Backend::Embedded], [Backend::Embedded, Backend::Servers]] {
        let place = Place::new();
        let t = Town::open(&place, at(BEGIN)).await;
        let order =
            json!({ "category": "fire", "what": "引号\"与\\与\u{202e}反向 𠮷", "place": "换引擎", "title": "行\t一" });
        let code = t.fire().blows(&order).await;
        t.office().summons(&code, &["XF", "YJ"], "urgent").await;
        t.settle().await;
        let (first, _) = backed_up(&place);
        t.leave().await;
        let [middle, last] = [there, back].map(Place::empty_on);
        restores(&settings(&middle), &first, 1).unwrap();
        let t = Town::open(&middle, at(BEGIN).plus_minutes(1)).await;
        assert_eq!(t.office().sees(&format!("/whistles/{code}")).await["what"], order["what"]);
        t.leave().await;
        let (second, _) = backed_up(&middle);
        restores(&settings(&last), &second, 1).unwrap();
        let (third, _) = backed_up(&last);
        let [mut before, mut after] = [first, third].map(|file| rows(&file));
        assert!(before["events"].len() > 2 && before["texts"].len() > 2, "{:?}", before["events"]);
        // The sign-in on the middle one is a line of the trail.
        let kept = before["security_events"].clone();
        assert!(kept.iter().all(|line| after["security_events"].contains(line)), "a line of the trail is lost");
        for all in [&mut before, &mut after] {
            ["meta", "cursors", "security_events"].iter().for_each(|table| drop(all.remove(*table)));
            all.get_mut("series").unwrap().retain(|row| row[0] != "trail");
        }
        // As rows, not as a list: an engine may keep those of one first column in another order.
        for all in [&mut before, &mut after] {
            all.values_mut().for_each(|rows| rows.sort_by_key(Value::to_string));
        }
        assert_eq!(before, after);
    }
}

#[actix_web::test]
async fn letters_owed_at_the_backup_leave_only_at_the_operators_word() {
    for (word, wanted) in [(HeldLetters::Send, 1), (HeldLetters::Drop, 0)] {
        let place = Place::new();
        let t = Town::open(&place, at(BEGIN)).await;
        t.fire().blows(&blow_order("信在路上")).await;
        let (file, _) = backed_up(&place);
        t.settle().await;
        assert_eq!(t.letters().len(), 1, "sent since the backup");
        t.leave().await;

        let (other, later) = (Place::empty(), at(BEGIN).plus_minutes(2));
        let said = restores(&settings(&other), &file, 2).unwrap();
        assert!(said.contains("\n1 letters were owed then") && said.contains("redrive --letters send"), "{said}");
        let t = Town::open(&other, later).await;
        t.settle().await;
        assert_eq!(t.letters_told(), Vec::<String>::new(), "sent twice");
        let findings = doctor::examine(&settings(&other), &ManualClock::new(later)).await;
        assert!(findings.iter().any(|line| line.to_string().starts_with("warn letters  1 held")), "{findings:?}");
        let blow = t.fire().ask("POST", "/whistles").await.key("key-later-1").json(&blow_order("此后的信照常"));
        blow.send().await.expect(201);
        t.settle().await;
        assert_eq!(t.letters_told().len(), 1);
        t.close().await;

        let settled = async || upkeep::settle_letters(&settings(&other), word, &ManualClock::new(later)).await.unwrap();
        assert!(settled().await.ends_with(": 1"));
        assert_eq!(settled().await, "no letter was held");
        let t = Town::open(&other, later).await;
        t.settle().await;
        assert_eq!(t.letters().len(), wanted, "{word:?}");
        t.close().await;
    }
}

#[actix_web::test]
async fn limits_that_passed_before_the_restore_pass_once_and_remind_once() {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    let mut codes = Vec::new();
    for _ in 0..5 {
        codes.push(t.fire().blows(&blow_order("久等")).await);
    }
    t.settle().await;
    let (file, _) = backed_up(&place);
    t.advance(24 * 60).await;
    t.leave().await;
    let (other, days) = (Place::empty(), 3 * 24 * 60);
    restores(&settings(&other), &file, days).unwrap();
    let t = Town::open(&other, at(BEGIN).plus_minutes(days)).await;
    t.settle().await;
    t.settle().await;
    for code in &codes {
        let kinds = t.office().kinds(code).await;
        assert_eq!(kinds.iter().filter(|kind| *kind == "obligation.overdue").count(), 1, "{code}: {kinds:?}");
    }
    let told = t.letters_told();
    let reminders = told.iter().filter(|told| told.starts_with("reminder"));
    assert_eq!(reminders.count(), told.len(), "{told:?}");
    assert!(told.len() <= 2, "a flood: {told:?}");
    t.close().await;
}

#[actix_web::test]
async fn c12_what_is_no_whole_backup_is_refused_and_leaves_the_place_empty() {
    let (place, other) = (Place::new(), Place::empty());
    let t = Town::open(&place, at(BEGIN)).await;
    t.fire().blows(&blow_order("只此一份")).await;
    let (file, made) = backed_up(&place);
    t.leave().await;
    let good = fs::read(&file).unwrap();
    let bad = place.path().join("bad.backup");
    let mut altered = good.clone();
    altered[good.len() / 2] ^= 1;
    for (content, wanted) in [
        (&good[..good.len() - 1], "cut short"),
        (&good[..good.len() / 2], "cut short"),
        (&good[..30], "cut short"),
        (&altered[..], "was altered"),
        (&[&good[..], b"\n"].concat()[..], "was altered"),
        (&b"SQLite format 3\0"[..], "bare SQLite file"),
        (&b"-- PostgreSQL database dump"[..], "is no backup"),
        (&b""[..], "is no backup"),
    ] {
        fs::write(&bad, content).unwrap();
        let said = restores(&settings(&other), &bad, 1).unwrap_err();
        assert!(said.contains(wanted) && said.contains("bad.backup"), "{wanted}: {said}");
    }
    assert!(restores(&settings(&other), &place.path().join("nowhere"), 1).unwrap_err().contains("nowhere"));
    assert!(!other.path().join("hub.db").exists());
    assert_eq!(told(&restores(&settings(&other), &file, 1).unwrap()), told(&made));
}

#[actix_web::test]
async fn a_ledger_that_is_there_is_never_restored_over() {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    let code = t.fire().blows(&blow_order("旧账")).await;
    t.settle().await;
    let (file, _) = backed_up(&place);
    let said = restores(&settings(&place), &file, 1).unwrap_err();
    assert!(said.contains("nothing was restored") && said.contains("already"), "{said}");
    assert_eq!(t.office().codes("/whistles").await, [code]);
    t.close().await;
    let said = restores(&settings(&place), &file, 1).unwrap_err();
    assert!(said.contains("already"), "{said}");
    // Another file's log of pages would be taken for this one's.
    let other = Place::empty_on(Backend::Embedded);
    fs::write(other.path().join("hub.db-wal"), b"somebody's").unwrap();
    let said = restores(&settings(&other), &file, 1).unwrap_err();
    assert!(said.contains("-wal") && !other.path().join("hub.db").exists(), "{said}");
}

#[actix_web::test]
async fn a_backup_replaces_no_file_and_one_that_fails_leaves_none() {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    let (file, _) = backed_up(&place);
    let before = fs::read(&file).unwrap();
    let mut settings = settings(&place);
    let again = |settings: &Settings, file: &Path| {
        let made = backup::back_up(settings, file, &ManualClock::new(at(BEGIN)));
        format!("{:#}", made.unwrap_err())
    };
    assert!(again(&settings, &file).contains("is there already and stays"));
    assert_eq!(fs::read(&file).unwrap(), before);
    let nowhere = place.path().join("no-folder/night.backup");
    assert!(again(&settings, &nowhere).contains("cannot be made"));
    t.close().await;
    let empty = Place::empty_on(Backend::Embedded);
    settings.ledger.url = crate::town::settings(&empty).ledger.url;
    let said = again(&settings, &empty.path().join("nothing.backup"));
    assert!(said.contains("there is no ledger"), "{said}");
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

#[actix_web::test]
async fn t35_backup_without_key_is_noise() {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    for _ in 0..20 {
        t.fire().blows(&blow_order("金丝雀文字")).await;
    }
    let (plain, said) = backed_up(&place);
    assert!(said.contains("it is not sealed"), "{said}");
    let mut sealing = with_keys(&place);
    let keys = sealing.keys.dir.clone().unwrap();
    sealing.backup.key_file = Some(keys.join("backup.key"));
    let sealed = place.path().join("sealed.backup");
    let said = backup::back_up(&sealing, &sealed, &ManualClock::new(at(BEGIN))).unwrap();
    assert!(said.contains("sealed with the key"), "{said}");
    t.close().await;
    assert_eq!([mode(&plain), mode(&sealed)], [0o600, 0o600]);
    let [plain, noise] = [&plain, &sealed].map(|file| fs::read(file).unwrap());
    for word in ["金丝雀文字", "events", "WH-2026-0001", "whistle.blown", "argon2id"] {
        let holds = |all: &[u8]| all.windows(word.len()).any(|piece| piece == word.as_bytes());
        assert!(holds(&plain) && !holds(&noise), "{word}");
    }
    // Every byte is as frequent as every other.
    let mut times = [0_usize; 256];
    noise.iter().for_each(|byte| times[usize::from(*byte)] += 1);
    let mean = noise.len() / 256;
    assert!(mean > 100 && times.iter().all(|count| (mean / 2..mean * 2).contains(count)), "{times:?}");

    let mut other = settings(&Place::empty());
    assert!(restores(&other, &sealed, 1).unwrap_err().contains("name the file of that key in backup.key_file"));
    let foreign = place.path().join("foreign.key");
    fs::write(&foreign, [9; 32]).unwrap();
    fs::set_permissions(&foreign, PermissionsExt::from_mode(0o400)).unwrap();
    other.backup.key_file = Some(foreign.clone());
    assert!(restores(&other, &sealed, 1).unwrap_err().contains("backup.key_file is the key"));
    fs::set_permissions(&foreign, PermissionsExt::from_mode(0o444)).unwrap();
    assert!(restores(&other, &sealed, 1).unwrap_err().contains("open to others"));
    let empty = Place::empty();
    let mut other = settings(&empty);
    other.backup.key_file = sealing.backup.key_file;
    restores(&other, &sealed, 1).unwrap();
}

#[actix_web::test]
async fn t35_no_key_and_no_sign_in_is_in_a_backup() {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    t.fire().token().await;
    let (file, _) = backed_up(&place);
    let tables = rows(&file);
    assert!(!tables.contains_key("sessions") && !tables.contains_key("leases"), "{:?}", tables.keys());
    assert!(tables["meta"].iter().all(|row| row[0] != "token_key"), "{:?}", tables["meta"]);
    t.close().await;
}
