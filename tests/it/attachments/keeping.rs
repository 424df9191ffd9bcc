//! What becomes of files: erased with their whistle down to the bytes, also after a restore; swept when nobody names them;
//! missed by `doctor` and `restore` when they are not there (T30, C12).

use super::{PDF, summoned};
use crate::erasure::erased;
use crate::servers::Backend;
use crate::town::files::{encoded, jpeg};
use crate::town::{BEGIN, Place, Town, at, settings};
use std::fs;
use whistle_hub::clock::ManualClock;
use whistle_hub::ids::Chance;
use whistle_hub::run::{backup, doctor};

/// Longer than somebody may take to name a file; longer than any is looked after.
const A_WHILE: u64 = 11 * 60;
const A_DAY: u64 = 25 * 60 * 60;

#[actix_web::test]
async fn t30_an_erased_whistle_has_no_files_left_and_none_comes_back() {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    let (one, other) = (summoned(&t, false).await, summoned(&t, false).await);
    let (shared, own) = (jpeg(30, 20), encoded(20, 20, image::ImageFormat::Png));
    for code in [&one, &other] {
        t.fire().attaches(code, "同一张.jpg", &shared).await;
    }
    let item = t.fire().attaches(&one, "张三的门.png", &own).await;
    t.close().await;
    let before = place.copy();
    assert_eq!(place.lying().len(), 4, "two originals, two copies");
    place.age(A_WHILE);
    erased(&place, Some(&one), None).await;
    let left: Vec<Vec<u8>> = place.lying().into_iter().map(|(_, bytes)| bytes).collect();
    assert!(left.len() == 2 && left.contains(&shared) && !left.contains(&own), "what another whistle names stays");
    assert!(!place.dump().iter().any(|value| String::from_utf8_lossy(value).contains("张三的门")));
    let t = Town::open(&place, at(BEGIN)).await;
    t.office().get(&format!("/attachments/{}", item["id"].as_str().unwrap())).await.expect(404);
    let seen = t.office().sees(&format!("/whistles/{one}")).await;
    assert_eq!(seen["attachments"].as_array().unwrap().len(), 0);
    t.close().await;
    // A ledger of before, with the files of before.
    fs::copy(settings(&place).erasure.list.unwrap(), settings(&before).erasure.list.unwrap()).unwrap();
    let sha256 = item["sha256"].as_str().unwrap();
    let shelf = before.path().join("files").join(&sha256[..2]);
    fs::create_dir_all(&shelf).unwrap();
    fs::write(shelf.join(sha256), &own).unwrap();
    before.age(A_WHILE);
    let t = Town::open(&before, at(BEGIN)).await;
    t.office().get(&format!("/attachments/{}", item["id"].as_str().unwrap())).await.expect(404);
    assert!(!before.lying().iter().any(|(_, bytes)| *bytes == own), "it came back");
    t.close().await;
}

#[actix_web::test]
async fn what_nobody_names_is_swept_after_a_day_and_what_is_named_stays() {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    let code = summoned(&t, false).await;
    t.fire().attaches(&code, "a.jpg", &jpeg(30, 20)).await;
    let stray = "ab".repeat(32);
    let shelf = place.path().join("files/ab");
    fs::create_dir_all(&shelf).unwrap();
    fs::write(shelf.join(&stray), b"stray").unwrap();
    fs::write(place.path().join("files/part/left"), b"left").unwrap();
    t.advance(25 * 60).await;
    assert_eq!(place.lying().len(), 4, "what is young may still be named");
    place.age(A_DAY);
    t.advance(25 * 60).await;
    let left: Vec<_> = place.lying();
    assert!(left.len() == 2 && !left.iter().any(|(path, _)| path.ends_with(&stray)), "{left:?}");
    t.close().await;
}

#[actix_web::test]
async fn c12_a_backup_names_the_files_beside_it_and_whoever_restores_hears_what_is_missing() {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    let code = summoned(&t, false).await;
    let item = t.fire().attaches(&code, "a.pdf", PDF).await;
    t.close().await;
    let (file, clock) = (place.path().join("night.backup"), ManualClock::new(at(BEGIN)));
    let said = backup::back_up(&settings(&place), &file, &clock).unwrap();
    assert!(said.contains("1 files (0 MiB) lie in ") && said.contains("rows  attachments 1"), "{said}");
    let told = |findings: Vec<doctor::Finding>| {
        let one = findings.into_iter().find(|one| one.to_string().contains(" files ")).unwrap();
        (one.is_fail(), one.to_string())
    };
    assert!(!told(doctor::examine(&settings(&place), &clock).await).0);
    let other = Place::empty_on(Backend::Embedded);
    let said = backup::restore(&settings(&other), &file, &clock, &Chance::system()).unwrap();
    let sha256 = item["sha256"].as_str().unwrap();
    assert!(said.contains("1 of 1 are not in ") && said.contains(sha256), "{said}");
    let (failed, said) = told(doctor::examine(&settings(&other), &clock).await);
    assert!(failed && said.contains(sha256), "{said}");
    // A hub without them says that a part is away, and goes on.
    let t = Town::open(&other, at(BEGIN)).await;
    let address = format!("/attachments/{}", item["id"].as_str().unwrap());
    t.office().get(&address).await.expect(503);
    t.office().get(&format!("/whistles/{code}")).await.expect(200);
    fs::create_dir_all(other.path().join("files").join(&sha256[..2])).unwrap();
    fs::write(other.path().join("files").join(&sha256[..2]).join(sha256), PDF).unwrap();
    assert_eq!(t.office().get(&address).await.expect(200).body, PDF);
    t.leave().await;
}
