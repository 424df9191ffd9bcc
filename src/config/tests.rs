//! Tests of the settings: the shipped file, the environment over it, secrets by file, pairs that cannot be meant.
//! The process environment is not touched.

use super::*;

fn load_text(name: &str, text: &str, env: &[(&str, &str)]) -> Result<Settings, ConfigFault> {
    let folder = std::env::temp_dir().join(format!("whistle-hub-config-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("hub.toml");
    fs::write(&file, text).unwrap();
    let settings = Settings::load(Some(&file), owned(env));
    fs::remove_dir_all(&folder).unwrap();
    settings
}

fn owned(env: &[(&str, &str)]) -> std::vec::IntoIter<(String, String)> {
    env.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect::<Vec<_>>().into_iter()
}

#[test]
fn the_shipped_file_shows_every_key_with_its_default() {
    let shipped = include_str!("../../config/whistle-hub.toml");
    let read = load_text("shipped", shipped, &[]).unwrap();
    let defaults = Settings { folder: read.folder.clone(), ..Settings::default() };
    assert_eq!(format!("{read:#?}"), format!("{defaults:#?}"));

    // Uncommented, the optional keys are keys too; and no key of the structs is missing from the file.
    let optional = [
        "public_url",
        "firm_url",
        "rate",
        "reply_to",
        "ca_file",
        "dir",
        "key_file",
        "list",
        "second_factor",
        "leaked_passwords",
    ];
    let all =
        optional.iter().fold(shipped.to_owned(), |all, key| all.replace(&format!("# {key} ="), &format!("{key} =")));
    let read = format!("{:#?}", load_text("all", &all, &[]).unwrap());
    let mut fields: Vec<_> = read.lines().filter_map(|line| line.strip_prefix("        ")?.split_once(": ")).collect();
    fields.retain(|(key, _)| !key.starts_with(' '));
    assert_eq!(fields.len(), 31, "{read}");
    for (key, _) in fields {
        assert!(all.lines().any(|line| line.starts_with(&format!("{key} = "))), "{key} is not in the shipped file");
    }
}

#[test]
fn the_environment_beats_the_file() {
    let env = [
        ("WHISTLE__HTTP__LISTEN", "127.0.0.1:0"),
        ("WHISTLE__PEN__QUEUE_MAX", "2048"),
        ("WHISTLE__HTTP__PUBLIC_URL", ""),
        ("WHISTLE__LOG__FORMAT", "json"),
        ("WHISTLE__DISTRICT__NAME_EN", "2026"),
        ("WHISTLE_HTTP_LISTEN", "not ours"),
        ("HTTP__LISTEN", "nor this"),
    ];
    let settings = load_text("env", "[http]\nlisten = \"127.0.0.1:9\"\n[pen]\nbatch_max = 2", &env).unwrap();
    assert_eq!(settings.http.listen.port(), 0);
    assert_eq!((settings.pen.queue_max, settings.pen.batch_max), (2048, 2));
    assert_eq!((settings.http.public_url, settings.log.format), (None, LogFormat::Json));
    assert_eq!(settings.district.name_en, "2026");
}

#[test]
fn unknown_keys_and_wrong_types_are_refused_by_name() {
    for (text, env, named) in [
        ("[http]\nlisten_on = \"127.0.0.1:9\"", None, "listen_on"),
        ("[web]\nlisten = \"127.0.0.1:9\"", None, "web"),
        ("[pen]\nqueue_max = \"many\"", None, "queue_max"),
        ("[pen]\nqueue_max = -1", None, "queue_max"),
        ("[http\n", None, "line 1"),
        ("[mail]\nurl = \"smtp://u:hunter2@h\n", None, "line 2"),
        ("", Some(("WHISTLE__HTTP__LISTNE", "127.0.0.1:9")), "listne"),
        ("", Some(("WHISTLE__HTTP__LISTEN", "localhost")), "listen"),
        ("", Some(("WHISTLE__LEDGER__URL", "mysql://u:hunter2@h/hub")), "ledger.url: is sqlite://<path> or postgres"),
        ("", Some(("WHISTLE__STREAM__URL", "amqp://u:hunter2@h")), "stream.url: is embedded, redis://<host>"),
        ("", Some(("WHISTLE__STREAM__URL", "EMBEDDED")), "stream.url: is embedded"),
        ("[stream]\nresponse_seconds = \"long\"", None, "response_seconds"),
        ("[tls]\nca = \"x\"", None, "ca"),
        ("", Some(("WHISTLE__LEDGER__URL", "sqlite://")), "ledger.url: is sqlite://"),
        ("", Some(("WHISTLE__MAIL__URL", "u:hunter2@h")), "mail.url: is file://"),
        ("", Some(("WHISTLE__MAIL__URL", "file://")), "mail.url: is file://"),
    ] {
        let env: Vec<_> = env.into_iter().collect();
        let fault = load_text("wrong", text, &env).unwrap_err().to_string();
        assert!(fault.contains(named) && !fault.contains("hunter2"), "{text} {env:?}: {fault}");
    }
}

#[test]
fn a_secret_may_come_from_a_file_but_not_twice() {
    let path = std::env::temp_dir().join(format!("whistle-hub-secret-{}", std::process::id()));
    fs::write(&path, "smtp://u:hunter2@mail.yunhu.example\n").unwrap();
    let by_file = ("WHISTLE__MAIL__URL__FILE", path.to_str().unwrap());
    let settings = load_text("secret", "", &[by_file]).unwrap();
    assert_eq!(settings.mail.url.expose_secret(), "smtp://u:hunter2@mail.yunhu.example");
    assert!(!format!("{settings:?}").contains("hunter2"));
    let twice = load_text("twice", "", &[by_file, ("WHISTLE__MAIL__URL", "file://x")]).unwrap_err();
    assert!(twice.to_string().contains("given twice"), "{twice}");
    fs::remove_file(&path).unwrap();
    assert!(matches!(load_text("gone", "", &[by_file]), Err(ConfigFault::Unreadable { .. })));
}

#[test]
fn pairs_that_cannot_be_meant_are_refused() {
    for (text, key) in [
        ("[http]\nlisten = \"0.0.0.0:80\"", "http.public_url"),
        ("[http]\npublic_url = \"https://hub.example/app\"", "http.public_url"),
        ("[http]\npublic_url = \"javascript:x\"", "http.public_url"),
        ("[http]\nfirm_url = \"https://f.example/f\"", "http.firm_url"),
        ("[http]\npublic_url = \"https://hub.example\"\nfirm_url = \"http://f.example\"", "http.firm_url"),
        ("[pen]\nbatch_max = 0", "pen.batch_max"),
        ("[pen]\nqueue_max = 8\nbatch_max = 9", "pen.queue_max"),
        ("[mail]\ndeadline_seconds = 0", "mail.deadline_seconds"),
        ("[stream]\nresponse_seconds = 1", "stream.response_seconds"),
        ("[stream]\nresponse_seconds = 11", "stream.response_seconds"),
        ("[stream]\nclaim_idle_seconds = 60", "stream.claim_idle_seconds"),
        ("[mail]\nfrom = \"office\"", "mail.from"),
        ("[mail]\nreply_to = \"a@b\\nBcc: c@d\"", "mail.reply_to"),
        ("[district]\nname_zh = \" \"", "district.name_zh"),
        ("[log]\nfilter = \"whistle_hub=loud\"", "log.filter"),
    ] {
        match load_text("pairs", text, &[]) {
            Err(ConfigFault::Impossible { key: named, .. }) => assert_eq!(named, key, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    let open = load_text("open", "[http]\nlisten = \"0.0.0.0:80\"\npublic_url = \"https://hub.example\"", &[]).unwrap();
    assert!(open.http.is_https());
}

#[test]
fn a_redis_address_is_taken_and_never_shown() {
    let url = "rediss://hub:hunter2@redis.yunhu.example";
    let settings = load_text("redis", "", &[("WHISTLE__STREAM__URL", url)]).unwrap();
    assert!(matches!(&settings.stream.url, StreamPlace::Redis(secret) if secret.expose_secret() == url));
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[test]
fn a_named_file_must_exist_and_the_default_one_need_not() {
    assert!(matches!(
        Settings::load(Some(Path::new("/nowhere/hub.toml")), std::iter::empty()),
        Err(ConfigFault::Unreadable { .. })
    ));
    assert_eq!(Http::default().links(SocketAddr::from(([127, 0, 0, 1], 41))), "http://127.0.0.1:41");
}

#[test]
fn limits_and_routing_beside_the_file_beat_the_compiled_in_copies() {
    let folder = std::env::temp_dir().join(format!("whistle-hub-beside-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let settings = Settings { folder: folder.clone(), ..Settings::default() };
    assert_eq!(settings.limits_texts().unwrap(), [(LIMITS.0.to_owned(), LIMITS.1.to_owned())]);
    assert_eq!(settings.routing_text().unwrap(), ROUTING.1);

    fs::write(folder.join(LIMITS.0), "ours").unwrap();
    fs::write(folder.join("limits-2027-01.toml"), "next").unwrap();
    fs::write(folder.join("routing.toml"), "by us").unwrap();
    let (texts, routing) = (settings.limits_texts().unwrap(), settings.routing_text().unwrap());
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!(routing, "by us");
    assert_eq!(
        texts,
        [(LIMITS.0.to_owned(), "ours".to_owned()), ("limits-2027-01.toml".to_owned(), "next".to_owned())]
    );
}
