//! The compose file, read by a real YAML parser (Debian's python3-yaml, which resolves anchors and merges as Compose
//! does) and judged by rules. Every rule is tried on the file as it is, and on a copy that somebody broke.

use crate::text;
use serde_json::{Map, Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

const REPLICAS: [&str; 2] = ["hub-a", "hub-b"];

/// What is wrong with a compose file; nothing: it keeps the rule.
type Rule = fn(&Value) -> Vec<String>;
/// How somebody would break it.
type Break = fn(&mut Value);

pub(crate) fn read(yaml: &str) -> Value {
    let program = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)";
    let mut python = Command::new("/usr/bin/python3");
    python.args(["-I", "-c", program]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut python = python.spawn().unwrap_or_else(|_| {
        panic!("the tests need a YAML parser: install Debian's package `python3-yaml` (apt-get install python3-yaml)")
    });
    python.stdin.take().unwrap().write_all(yaml.as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "not read as YAML; if yaml is what is missing: apt-get install python3-yaml");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn containers(compose: &Value) -> &Map<String, Value> {
    compose["services"].as_object().unwrap()
}

/// Complaints about each service of which `is_wrong` holds.
fn of_containers(compose: &Value, why: &str, is_wrong: impl Fn(&str, &Value) -> bool) -> Vec<String> {
    let wrong = containers(compose).iter().filter(|(name, service)| is_wrong(name, service));
    wrong.map(|(name, _)| format!("{name}: {why}")).collect()
}

fn words(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn images_are_pinned(compose: &Value) -> Vec<String> {
    of_containers(compose, "its image names no full version", |_, service| {
        let tag = service["image"].as_str().and_then(|image| image.rsplit_once(':')).map_or("", |(_, tag)| tag);
        tag.split('-')
            .next()
            .unwrap_or(tag)
            .trim_start_matches('v')
            .split('.')
            .filter(|n| n.parse::<u32>().is_ok())
            .count()
            < 2
    })
}

fn everything_comes_back(compose: &Value) -> Vec<String> {
    of_containers(compose, "nothing starts it again", |_, service| service["restart"] != "unless-stopped")
}

/// The image of the hub brings its own check, and so does the catcher of letters.
fn health_is_asked(compose: &Value) -> Vec<String> {
    of_containers(compose, "nobody asks whether it is well", |name, service| {
        let brings_its_own = REPLICAS.contains(&name) || name == "mail";
        !brings_its_own && words(&service["healthcheck"]["test"]).len() < 2
    })
}

fn no_secret_stands_in_it(compose: &Value) -> Vec<String> {
    let mut complaints = of_containers(compose, "a password in the open", |_, service| {
        let shown = service.to_string();
        let has_login = |url: &str| url.split(['/', '"']).next().is_some_and(|host| host.contains('@'));
        let environment = service["environment"].as_object();
        let named = environment.into_iter().flatten().any(|(key, value)| {
            let secret = ["PASSWORD", "SECRET", "TOKEN", "URL__FILE"].iter().any(|word| key.contains(word));
            secret && !value.as_str().is_some_and(|value| value.starts_with("/run/secrets/"))
        });
        named || shown.split("://").skip(1).any(has_login) || shown.contains("requirepass")
    });
    for (name, secret) in compose["secrets"].as_object().into_iter().flatten() {
        if secret["file"] != format!("./secrets/{name}") {
            complaints.push(format!("secret {name} is no file of docker/secrets"));
        }
        if !containers(compose).values().any(|service| words(&service["secrets"]).contains(&name.as_str())) {
            complaints.push(format!("secret {name} is nobody's"));
        }
    }
    complaints
}

fn two_replicas_differ_by_name_only(compose: &Value) -> Vec<String> {
    let [a, b] = REPLICAS.map(|name| {
        let mut replica = compose["services"][name].clone();
        let host = replica["hostname"].take();
        replica["depends_on"].take();
        for origin in ["build", "pull_policy"] {
            replica.as_object_mut().and_then(|replica| replica.remove(origin));
        }
        (host, replica)
    });
    let fine = a.1["image"].is_string() && a.1 == b.1 && a.0 == REPLICAS[0] && b.0 == REPLICAS[1];
    if fine { Vec::new() } else { vec!["the replicas are not two of a kind with names of their own".to_owned()] }
}

/// Two builds of one tag at once race; a pull would bring somebody else's image.
fn the_image_is_built_once(compose: &Value) -> Vec<String> {
    let [built, other] = REPLICAS.map(|name| &compose["services"][name]);
    let fine = built["build"].is_object() && other.get("build").is_none() && other["pull_policy"] == "never";
    if fine { Vec::new() } else { vec!["the hub's image is not built by one service alone".to_owned()] }
}

/// The other replica serves meanwhile, if the door stays open.
fn nobody_restarts_with_another(compose: &Value) -> Vec<String> {
    of_containers(compose, "it restarts whenever another does", |_, service| {
        service["depends_on"].as_object().into_iter().flatten().any(|(_, on)| on.get("restart").is_some())
    })
}

fn who_needs_a_part_waits_for_it(compose: &Value) -> Vec<String> {
    let needs = [
        ("hub-a", "postgres"),
        ("hub-a", "redis"),
        ("hub-b", "postgres"),
        ("hub-b", "redis"),
        ("hub-b", "hub-a"),
        ("proxy", "hub-a"),
        ("proxy", "hub-b"),
    ];
    let unmet = needs
        .into_iter()
        .filter(|(who, on)| compose["services"][who]["depends_on"][on]["condition"] != "service_healthy");
    unmet.map(|(who, on)| format!("{who} does not wait until {on} is well")).collect()
}

fn data_outlives_its_container(compose: &Value) -> Vec<String> {
    let kept = [("postgres", "/var/lib/postgresql/data"), ("redis", "/data")];
    let lost = kept.into_iter().filter(|(name, place)| {
        let volumes = words(&compose["services"][name]["volumes"]);
        let volume = volumes.iter().filter_map(|volume| volume.split_once(':')).find(|(_, at)| at == place);
        volume.is_none_or(|(volume, _)| compose["volumes"].get(volume).is_none())
    });
    lost.map(|(name, place)| format!("{name}: {place} is in no named volume")).collect()
}

fn the_servers_are_set_as_the_hub_needs_them(compose: &Value) -> Vec<String> {
    let arguments = compose["services"]["postgres"]["environment"]["POSTGRES_INITDB_ARGS"].as_str().unwrap_or_default();
    let redis = words(&compose["services"]["redis"]["command"]);
    let pairs =
        [("--appendonly", "yes"), ("--maxmemory-policy", "noeviction"), ("--aclfile", "/run/secrets/redis_users")];
    let mut missing: Vec<String> = pairs
        .iter()
        .filter(|(key, value)| !redis.windows(2).any(|pair| pair == [*key, *value]))
        .map(|(key, value)| format!("redis: {key} is not {value}"))
        .collect();
    if !arguments.contains("--encoding=UTF8") || !arguments.contains("--locale=C") {
        missing.push("postgres: another encoding or order of texts".to_owned());
    }
    missing
}

fn only_the_door_is_open_and_to_this_host(compose: &Value) -> Vec<String> {
    let mut complaints = of_containers(compose, "it is open to others", |name, service| {
        let ports = words(&service["ports"]);
        let may = ["proxy", "mail"].contains(&name);
        !ports.is_empty() && !may || ports.iter().any(|port| !port.starts_with("127.0.0.1:"))
    });
    complaints.extend(of_containers(compose, "it is not on the inner network alone", |name, service| {
        !["proxy", "mail"].contains(&name) && words(&service["networks"]) != ["inner"]
    }));
    if compose["networks"]["inner"]["internal"] != true {
        complaints.push("the inner network leads out".to_owned());
    }
    complaints
}

fn the_hub_and_the_door_hold_no_rights(compose: &Value) -> Vec<String> {
    of_containers(compose, "it may write, or gain rights", |name, service| {
        let ours = REPLICAS.contains(&name) || name == "proxy";
        let bare = service["read_only"] == true
            && words(&service["cap_drop"]) == ["ALL"]
            && words(&service["security_opt"]) == ["no-new-privileges:true"];
        ours && !bare
    })
}

const RULES: &[(Rule, Break)] = &[
    (images_are_pinned, |c| c["services"]["redis"]["image"] = json!("redis:latest")),
    (images_are_pinned, |c| c["services"]["mail"]["image"] = json!("axllent/mailpit")),
    (images_are_pinned, |c| c["services"]["postgres"]["image"] = json!("postgres:17")),
    (everything_comes_back, |c| c["services"]["mail"]["restart"] = json!("no")),
    (health_is_asked, |c| c["services"]["redis"]["healthcheck"] = json!({ "disable": true })),
    (no_secret_stands_in_it, |c| c["services"]["postgres"]["environment"]["POSTGRES_PASSWORD"] = json!("hub")),
    (no_secret_stands_in_it, |c| c["services"]["hub-a"]["environment"]["X"] = json!("redis://hub:hub@redis:6379/0")),
    (no_secret_stands_in_it, |c| c["secrets"]["ledger_url"] = json!({ "environment": "LEDGER_URL" })),
    (no_secret_stands_in_it, |c| c["services"]["redis"]["secrets"] = json!([])),
    (two_replicas_differ_by_name_only, |c| c["services"]["hub-b"]["hostname"] = json!("hub-a")),
    (two_replicas_differ_by_name_only, |c| c["services"]["hub-b"]["image"] = json!("whistle-hub:0.0.9")),
    (the_image_is_built_once, |c| c["services"]["hub-b"]["build"] = c["services"]["hub-a"]["build"].clone()),
    (the_image_is_built_once, |c| c["services"]["hub-b"]["pull_policy"] = json!("missing")),
    (nobody_restarts_with_another, |c| c["services"]["proxy"]["depends_on"]["hub-a"]["restart"] = json!(true)),
    (who_needs_a_part_waits_for_it, |c| {
        c["services"]["hub-b"]["depends_on"]["redis"]["condition"] = json!("service_started")
    }),
    (data_outlives_its_container, |c| c["services"]["redis"]["volumes"] = json!(["./data:/data"])),
    (data_outlives_its_container, |c| c["volumes"] = json!({ "stream": {} })),
    (the_servers_are_set_as_the_hub_needs_them, |c| c["services"]["redis"]["command"][2] = json!("no")),
    (the_servers_are_set_as_the_hub_needs_them, |c| {
        c["services"]["postgres"]["environment"]["POSTGRES_INITDB_ARGS"] = json!("--locale=zh_CN.UTF-8")
    }),
    (only_the_door_is_open_and_to_this_host, |c| c["services"]["proxy"]["ports"] = json!(["8080:8080"])),
    (only_the_door_is_open_and_to_this_host, |c| c["services"]["postgres"]["ports"] = json!(["127.0.0.1:5432:5432"])),
    (only_the_door_is_open_and_to_this_host, |c| c["networks"]["inner"] = json!({})),
    (the_hub_and_the_door_hold_no_rights, |c| c["services"]["hub-a"]["read_only"] = json!(false)),
];

#[test]
fn the_compose_file_keeps_every_rule() {
    let compose = read(&text("docker/compose.yaml"));
    let complaints: Vec<String> = RULES.iter().flat_map(|(rule, _)| rule(&compose)).collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn every_rule_sees_what_it_is_for() {
    let sound = read(&text("docker/compose.yaml"));
    for (number, (rule, breaks)) in RULES.iter().enumerate() {
        let mut broken = sound.clone();
        breaks(&mut broken);
        assert_ne!(broken, sound, "break {number} breaks nothing");
        assert!(!rule(&broken).is_empty(), "break {number} passes");
    }
}

#[test]
fn a_file_that_is_no_yaml_is_no_compose_file() {
    assert!(std::panic::catch_unwind(|| read("services: [a\n  b: c")).is_err());
}
