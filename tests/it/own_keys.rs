//! A district of its own has its keys in files (T31): without them, or when others may read them, it does not start; and
//! whoever has every row of its ledger signs nobody in.

use crate::tokens::base64url;
use crate::town::{BEGIN, HERE, PASSWORD, Place, Town, at, settings};
use aws_lc_rs::signature::Ed25519KeyPair;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;
use whistle_hub::app::sessions::{self, SignIn};
use whistle_hub::app::{Hub, laying, passwords, sample_district};
use whistle_hub::clock::{ManualClock, SystemClock};
use whistle_hub::config::Settings;
use whistle_hub::domain::session::Door;
use whistle_hub::ids::Chance;
use whistle_hub::run::keys;
use whistle_hub::run::setup::{self, Surroundings};

/// The settings of a district of its own, with keys made for it.
pub(crate) fn with_keys(place: &Place) -> Settings {
    let mut settings = settings(place);
    let dir = place.path().join("keys");
    keys::make(&dir, &Chance::system()).unwrap();
    settings.keys.dir = Some(dir);
    settings
}

fn around() -> Surroundings {
    Surroundings { clock: Arc::new(SystemClock::start()), chance: Chance::system() }
}

async fn refusal(settings: &Settings) -> String {
    format!("{:#}", setup::serve(settings, around()).await.err().expect("it starts"))
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

#[actix_web::test]
async fn t31_no_keys_no_start_and_nothing_is_touched() {
    let place = Place::file_only();
    let mut settings = settings(&place);
    let said = refusal(&settings).await;
    assert!(said.contains("`whistle-hub new-keys DIR`") && said.contains("keys.dir"), "{said}");
    settings.keys.dir = Some(place.path().join("nowhere"));
    let said = refusal(&settings).await;
    assert!(said.contains("token.pk8") && said.contains("new-keys"), "{said}");
    assert!(!place.path().join("hub.db").exists(), "a ledger was made");
}

#[actix_web::test]
async fn t31_loose_mode_no_start() {
    let place = Place::file_only();
    let settings = with_keys(&place);
    let dir = settings.keys.dir.clone().unwrap();
    for name in ["token.pk8", "seal.key"] {
        let key = dir.join(name);
        for loose in [0o440, 0o404, 0o600 | 0o020, 0o444] {
            fs::set_permissions(&key, PermissionsExt::from_mode(loose)).unwrap();
            let said = refusal(&settings).await;
            assert!(said.contains(name) && said.contains("open to others"), "{loose:o}: {said}");
        }
        fs::set_permissions(&key, PermissionsExt::from_mode(0o400)).unwrap();
    }
    setup::serve(&settings, around()).await.unwrap().ledger.close().await.unwrap();
}

#[actix_web::test]
async fn t31_a_key_that_is_none_is_refused_by_its_name() {
    let place = Place::file_only();
    let settings = with_keys(&place);
    let dir = settings.keys.dir.clone().unwrap();
    for (name, content) in [("seal.key", &b"short"[..]), ("token.pk8", &[7; 83][..]), ("token.pk8", b"")] {
        let key = dir.join(name);
        let good = fs::read(&key).unwrap();
        let put = |content: &[u8]| {
            fs::remove_file(&key).unwrap();
            fs::write(&key, content).unwrap();
            fs::set_permissions(&key, PermissionsExt::from_mode(0o400)).unwrap();
        };
        put(content);
        assert!(refusal(&settings).await.contains(name), "{name}");
        put(&good);
    }
}

#[test]
fn new_keys_are_for_one_pair_of_eyes_and_replace_nothing() {
    let place = Place::file_only();
    let dir = place.path().join("a/keys");
    keys::make(&dir, &Chance::system()).unwrap();
    assert_eq!([mode(&dir), mode(&dir.join("token.pk8")), mode(&dir.join("seal.key"))], [0o700, 0o400, 0o400]);
    let before = fs::read(dir.join("token.pk8")).unwrap();
    fs::remove_file(dir.join("seal.key")).unwrap();
    let said = keys::make(&dir, &Chance::system()).unwrap_err().to_string();
    assert!(said.contains("is there already and stays"), "{said}");
    assert!(fs::read(dir.join("token.pk8")).unwrap() == before && !dir.join("seal.key").exists());
    let open = place.path().join("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, PermissionsExt::from_mode(0o755)).unwrap();
    assert!(keys::make(&open, &Chance::system()).unwrap_err().to_string().contains("open to others"));
    assert_eq!(fs::read_dir(&open).unwrap().count(), 0);
}

/// Signs a genuine token anew with whatever in the dump could be a key; how many of these the hub takes. More than a
/// thief has: the genuine token's session is handed to him.
async fn minted(hub: &Hub, dump: &[Vec<u8>], genuine: &str) -> usize {
    let (body, _) = genuine.rsplit_once('.').unwrap();
    let mut taken = 0;
    for value in dump {
        let digits: Option<Vec<u8>> =
            std::str::from_utf8(value).ok().filter(|text| text.len() % 2 == 0).and_then(|text| {
                (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
            });
        for bytes in [Some(value.clone()), digits].into_iter().flatten() {
            let key = Ed25519KeyPair::from_pkcs8(&bytes).or_else(|_| Ed25519KeyPair::from_seed_unchecked(&bytes));
            let Ok(key) = key else { continue };
            let forged = format!("{body}.{}", base64url(key.sign(body.as_bytes()).as_ref()));
            taken += usize::from(sessions::by_token(hub, &forged, HERE).await.unwrap().is_some());
        }
    }
    taken
}

async fn signed_in(hub: &Hub) -> String {
    let address = [127, 0, 0, 1].into();
    let (username, door) = ("office", Door::Api);
    let given = SignIn { username, password: PASSWORD, totp: None, address, door, device: "" };
    sessions::sign_in(hub, given).await.unwrap().access_token
}

#[actix_web::test]
async fn t31_dump_cannot_mint() {
    let place = Place::empty();
    let settings = with_keys(&place);
    let hub = setup::serve(&settings, around()).await.unwrap();
    let sample = sample_district::read().unwrap();
    laying::lay(&hub.ledger, &sample, hub.now(), &hub.chance).await.unwrap();
    hub.ledger.close().await.unwrap();

    let hub = setup::serve(&settings, around()).await.unwrap();
    let phc = passwords::hash(PASSWORD, &[7; 16]).unwrap();
    sessions::set_shared_password(&hub, PASSWORD, phc).await.unwrap();
    let genuine = signed_in(&hub).await;
    assert!(sessions::by_token(&hub, &genuine, HERE).await.unwrap().is_some());
    let dump = place.dump();
    assert!(dump.len() > 100, "the dump is empty");
    assert_eq!(minted(&hub, &dump, &genuine).await, 0);
    // Nor are the keys there in any other dress.
    let all = dump.concat();
    for name in ["token.pk8", "seal.key"] {
        let key = fs::read(settings.keys.dir.as_ref().unwrap().join(name)).unwrap();
        let end = &key[key.len() - 16..];
        let digits: String = end.iter().map(|byte| format!("{byte:02x}")).collect();
        for dress in [end, digits.as_bytes()] {
            assert!(!all.windows(dress.len()).any(|piece| piece == dress), "{name} is in the ledger");
        }
    }
    hub.ledger.close().await.unwrap();
}

/// The same thief before a demo, which keeps its key in the ledger: he is really able to.
#[actix_web::test]
async fn t31_the_thief_of_a_dump_is_one() {
    let place = Place::new();
    let t = Town::open(&place, at(BEGIN)).await;
    let genuine = t.office().token().await;
    assert_eq!(minted(t.db_hub(), &place.dump(), &genuine).await, 1);
    t.close().await;
}

/// The head of a token: only the key's name differs in it.
fn kid(token: &str) -> &str {
    token.split('.').next().unwrap()
}

#[actix_web::test]
async fn t31_another_key_takes_over_without_a_restart_and_the_old_one_proves_its_last_tokens() {
    let place = Place::empty();
    let settings = with_keys(&place);
    let clock = ManualClock::new(at(BEGIN));
    let around = || Surroundings { clock: Arc::new(clock.clone()), chance: Chance::system() };
    let hub = setup::serve(&settings, around()).await.unwrap();
    let sample = sample_district::read().unwrap();
    laying::lay(&hub.ledger, &sample, hub.now(), &hub.chance).await.unwrap();
    hub.ledger.close().await.unwrap();
    let hub = setup::serve(&settings, around()).await.unwrap();
    sessions::set_shared_password(&hub, PASSWORD, passwords::hash(PASSWORD, &[7; 16]).unwrap()).await.unwrap();
    let old = signed_in(&hub).await;
    let sealed = hub.seal("totp pe_1", b"seed").unwrap();

    let begin = at(BEGIN).plus_minutes(keys::OVERLAP_MINUTES);
    for purpose in [keys::Purpose::Token, keys::Purpose::Seal] {
        keys::rotate(&settings, purpose, begin, &Chance::system()).unwrap();
    }
    assert!(keys::take_anew(&settings, &hub).unwrap(), "the new files are not seen");
    assert!(!keys::take_anew(&settings, &hub).unwrap(), "nothing changed, and it is said to have");
    clock.advance(8);
    let last = signed_in(&hub).await;
    assert_eq!(kid(&last), kid(&old), "it signs before its time");
    clock.advance(keys::OVERLAP_MINUTES - 8);
    assert!(keys::take_anew(&settings, &hub).unwrap());
    let new = signed_in(&hub).await;
    assert_ne!(kid(&new), kid(&old));
    for token in [&last, &new] {
        assert!(sessions::by_token(&hub, token, HERE).await.unwrap().is_some(), "one was thrown out");
    }
    assert_eq!(hub.unseal("totp pe_1", &sealed).as_deref(), Some(&b"seed"[..]), "what was sealed is lost");
    assert!(!hub.seal("totp pe_1", b"seed").unwrap().starts_with(&sealed[..11]), "the new seal is not used");

    let said = keys::list(&settings, begin).unwrap();
    assert!(
        said.contains("token.pk8                from the start") && said.contains("proves its last tokens"),
        "{said}"
    );
    assert!(keys::retire(&settings, None, begin).unwrap().is_empty(), "retired while its tokens live");
    let over = begin.plus_minutes(keys::OVERLAP_MINUTES);
    assert!(keys::list(&settings, over).unwrap().contains("over: `keys retire`"));
    // A stolen one goes at once, and its tokens with it.
    let current = said.lines().next().unwrap().split_whitespace().next().unwrap();
    assert!(keys::retire(&settings, Some(current), begin).unwrap_err().to_string().contains("is in use"));
    assert!(keys::retire(&settings, Some("seal.key"), begin).unwrap_err().to_string().contains("opens what it sealed"));
    assert_eq!(keys::retire(&settings, Some("token.pk8"), begin).unwrap(), ["token.pk8"]);
    assert!(keys::take_anew(&settings, &hub).unwrap());
    assert!(sessions::by_token(&hub, &last, HERE).await.unwrap().is_none(), "a stolen key still mints");
    assert!(sessions::by_token(&hub, &new, HERE).await.unwrap().is_some());
    assert_eq!(keys::age_days(&settings, begin.plus_minutes(91 * 24 * 60)).unwrap(), 91);
    // Loose, it is not taken, and the hub goes on with what it has.
    fs::set_permissions(settings.keys.dir.as_ref().unwrap().join(current), PermissionsExt::from_mode(0o440)).unwrap();
    assert!(keys::take_anew(&settings, &hub).unwrap_err().to_string().contains("open to others"));
    assert!(sessions::by_token(&hub, &new, HERE).await.unwrap().is_some());
    hub.ledger.close().await.unwrap();
}
