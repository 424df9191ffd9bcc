//! What bounds an upload: bytes, number, kinds of body, room on disk, and a line that breaks in the middle (I7, T14, T39).
//! Whatever is refused leaves nothing behind, and the answer says why.

use super::{PDF, summoned};
use crate::town::files::{FORM_OF_FILES, files, jpeg};
use crate::town::{BEGIN, Place, Town, at, blow_order};
use tokio::net::TcpStream;

const MIB: usize = 1024 * 1024;

async fn count(t: &Town, code: &str) -> usize {
    t.office().sees(&format!("/whistles/{code}")).await["attachments"].as_array().unwrap().len()
}

#[actix_web::test]
async fn i7_three_hundred_photos_are_refused_with_the_number_that_is_taken() {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    let code = summoned(&t, false).await;
    let photo = jpeg(200, 150);
    let names: Vec<String> = (0..300).map(|number| format!("{number}.jpg")).collect();
    let sent: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &photo[..])).collect();
    let refused = t.fire().sends(&code, &sent).await.expect(422);
    assert_eq!(refused.faults(), ["/files too_many"]);
    assert!(refused.json()["errors"][0]["message"].as_str().unwrap().contains("12"), "{}", refused.text());
    assert_eq!((count(&t, &code).await, place.lying().len()), (0, 0));
    t.fire().sends(&code, &sent[..12]).await.expect(201);
    assert_eq!(count(&t, &code).await, 12);
    // Equal files lie once, and so do their copies.
    assert_eq!(place.lying().len(), 2);
    // A case takes so many and no more.
    let papers = [("a.pdf", PDF); 12];
    for _ in 1..16 {
        t.fire().sends(&code, &papers).await.expect(201);
    }
    let full = t.fire().sends(&code, &papers[..9]).await.expect(409);
    assert_eq!(full.json()["reasons"][0]["code"], "too_many_attachments");
    t.fire().sends(&code, &papers[..8]).await.expect(201);
    assert_eq!(count(&t, &code).await, 200);
    t.close().await;
}

#[actix_web::test]
async fn i7_a_file_is_ten_mebibytes_at_most() {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    let code = summoned(&t, false).await;
    let mut large = vec![b' '; 10 * MIB];
    large[..PDF.len()].copy_from_slice(PDF);
    t.fire().sends(&code, &[("大.pdf", &large)]).await.expect(201);
    large.push(b' ');
    let refused = t.fire().sends(&code, &[("好.pdf", PDF), ("太大.pdf", &large)]).await.expect(413);
    assert_eq!((refused.problem().as_str(), refused.faults()), ("too_large", vec!["/files/1 unfit".to_owned()]));
    assert_eq!((count(&t, &code).await, place.lying().len()), (1, 1));
    // What says beforehand that it is too much is not read at all.
    let ask = t.fire().ask("POST", &format!("/whistles/{code}/attachments")).await;
    let told = ask.header("Content-Length", "500000000").header("Content-Type", FORM_OF_FILES);
    assert_eq!(told.send().await.expect(413).problem(), "too_large");
    t.close().await;
}

#[actix_web::test]
async fn t14_only_a_form_of_files_is_one() {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    let code = summoned(&t, false).await;
    let whole = files(&[], &[("a.jpg", &jpeg(9, 9))]);
    for (kind, body, status) in [
        ("application/json", b"{}".to_vec(), 415),
        ("image/jpeg", jpeg(9, 9), 415),
        ("multipart/mixed; boundary=edge-of-files", whole.clone(), 415),
        ("multipart/form-data", whole.clone(), 400),
        ("multipart/form-data; boundary=other", whole.clone(), 400),
        (FORM_OF_FILES, whole[..whole.len() - 30].to_vec(), 400),
        (FORM_OF_FILES, b"--edge-of-files\r\nX: y\r\n\r\nz\r\n--edge-of-files--\r\n".to_vec(), 400),
        (FORM_OF_FILES, Vec::new(), 400),
    ] {
        let ask = t.fire().ask("POST", &format!("/whistles/{code}/attachments")).await.raw(kind, body);
        assert_eq!(ask.send().await.status, status, "{kind}");
    }
    let packed = t.fire().ask("POST", &format!("/whistles/{code}/attachments")).await;
    let packed = packed.header("Content-Encoding", "gzip").raw(FORM_OF_FILES, whole);
    assert_eq!(packed.send().await.problem(), "encoding");
    assert_eq!((count(&t, &code).await, place.lying().len()), (0, 0));
    t.close().await;
}

/// Begins to send a form and stops in the middle of its file.
async fn half_sent(t: &Town, code: &str) -> TcpStream {
    let ask = t.fire().ask("POST", &format!("/whistles/{code}/attachments")).await;
    ask.raw(FORM_OF_FILES, files(&[], &[("a.pdf", &vec![b'x'; 2 * MIB])])).half().await
}

#[actix_web::test]
async fn an_upload_that_is_cut_in_the_middle_leaves_nothing_behind() {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    let code = summoned(&t, false).await;
    let before = t.db_events().await;
    let lines = [half_sent(&t, &code).await, half_sent(&t, &code).await];
    t.until_lying(&place, 2).await;
    // Two of one person are under way: a third waits for nobody.
    assert_eq!(t.fire().sends(&code, &[("a.jpg", &jpeg(9, 9))]).await.status, 429);
    t.emergency().sends(&code, &[("a.jpg", &jpeg(9, 9))]).await.expect(201);
    drop(lines);
    // What the other attached stays: the file and its copy.
    t.until_lying(&place, 2).await;
    assert!(!place.lying().iter().any(|(path, _)| path.parent().unwrap().ends_with("part")));
    assert_eq!((count(&t, &code).await, t.db_events().await), (1, before + 1));
    // The line is free again.
    t.fire().sends(&code, &[("a.jpg", &jpeg(9, 9))]).await.expect(201);
    t.close().await;
}

/// The number in the name of the only part that lies there: how many were begun before it.
fn begun(place: &Place) -> u64 {
    let lying = place.lying();
    let [(path, _)] = &lying[..] else { panic!("one part: {lying:?}") };
    path.file_name().unwrap().to_str().unwrap().rsplit_once('-').unwrap().1.parse().unwrap()
}

#[actix_web::test]
async fn i7_parts_are_counted_as_they_come_however_empty_they_are() {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    let code = summoned(&t, false).await;
    let names: Vec<String> = (0..3_000).map(|number| format!("{number}.jpg")).collect();
    let sent: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let refused = t.fire().sends(&code, &sent).await.expect(422);
    assert_eq!(refused.faults(), ["/files too_many"]);
    // What is begun next tells by its name how many files of it the disk ever saw.
    let line = half_sent(&t, &code).await;
    t.until_lying(&place, 1).await;
    assert!(begun(&place) <= 12, "{} files were begun", begun(&place));
    drop(line);
    t.until_lying(&place, 0).await;
    assert_eq!(count(&t, &code).await, 0);
    t.close().await;
}

#[actix_web::test]
async fn t39_uploads_stop_before_the_ledgers_room_does_and_whistles_flow() {
    let place = Place::new();
    place.fill();
    let t = Town::open(&place, at(BEGIN)).await;
    let code = summoned(&t, false).await;
    let refused = t.fire().sends(&code, &[("a.jpg", &jpeg(9, 9))]).await.expect(503);
    assert_eq!((refused.problem().as_str(), refused.header("retry-after")), ("no_room", Some("600")));
    t.fire().blows(&blow_order("照常吹哨")).await;
    assert_eq!((count(&t, &code).await, place.lying().len()), (0, 0));
    t.close().await;
}
