//! The Dockerfile: who runs it, from where it is built, what comes along. Read line by line as Docker does, with lines
//! that go on joined; each rule is tried on a bad sample.

use crate::{ours, text};

/// Instructions: their word and the rest, lines that go on joined, comments left out.
fn instructions(dockerfile: &str) -> Vec<(String, String)> {
    let mut joined = String::new();
    for line in dockerfile.lines().filter(|line| !line.trim_start().starts_with('#') && !line.trim().is_empty()) {
        match line.trim().strip_suffix('\\') {
            Some(part) => joined.push_str(part),
            None => joined.push_str(&format!("{}\n", line.trim())),
        }
    }
    let split = |line: &str| line.split_once(' ').map(|(word, rest)| (word.to_uppercase(), rest.trim().to_owned()));
    joined.lines().filter_map(split).collect()
}

/// What is wrong with it.
fn complaints(dockerfile: &str, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let all = instructions(dockerfile);
    let of = |word: &'static str| all.iter().filter(move |(said, _)| said == word).map(|(_, rest)| rest.as_str());
    let mut wrong = Vec::new();
    for base in of("FROM") {
        let tag = base.split(' ').next().and_then(|image| image.split_once(':')).map_or("", |(_, tag)| tag);
        if tag
            .split('-')
            .next()
            .is_none_or(|version| version.split('.').filter(|n| n.parse::<u32>().is_ok()).count() < 2)
        {
            wrong.push(format!("{base} names no full version"));
        }
    }
    let last_stage = all.iter().rposition(|(word, _)| word == "FROM").unwrap_or(0);
    let user = all[last_stage..].iter().rev().find(|(word, _)| word == "USER").map_or("root", |(_, user)| user);
    if matches!(user.split(':').next(), Some("root" | "0")) {
        wrong.push("it runs as root".to_owned());
    }
    let check = of("HEALTHCHECK").next_back().unwrap_or_default();
    if !check.contains("CMD [\"is-ready\"]") {
        wrong.push("nobody asks whether it is ready".to_owned());
    }
    wrong.extend(of("ADD").map(|rest| format!("ADD {rest}: what comes along comes from this tree")));
    for run in of("RUN") {
        if ["curl ", "wget ", "git clone", "| sh", "| bash"].iter().any(|word| run.contains(word)) {
            wrong.push(format!("RUN {run}: fetches what nobody has looked at"));
        }
    }
    for copy in of("COPY").filter(|copy| !copy.contains("--from=")) {
        let mut places: Vec<&str> = copy.split_whitespace().filter(|word| !word.starts_with("--")).collect();
        places.pop();
        wrong.extend(places.into_iter().filter(|place| !exists(place)).map(|place| format!("COPY {place}: not there")));
    }
    if !of("ENTRYPOINT").chain(of("CMD")).all(|form| form.starts_with('[')) {
        wrong.push("a shell stands between the signals and the program".to_owned());
    }
    wrong
}

/// Whether it is in the tree and reaches the build, by the list beside the Dockerfile.
fn reaches_the_build(place: &str) -> bool {
    let listed = text("docker/Dockerfile.dockerignore");
    let mut kept = listed.lines().filter_map(|line| line.strip_prefix('!'));
    ours(place).exists() && kept.any(|kept| place == kept || place.starts_with(&format!("{kept}/")))
}

#[test]
fn the_image_is_pinned_built_from_this_tree_and_runs_as_nobody_in_particular() {
    assert_eq!(complaints(&text("docker/Dockerfile"), reaches_the_build), [""; 0]);
}

#[test]
fn the_toolchain_is_the_one_that_the_manifest_names() {
    let manifest = text("Cargo.toml");
    let named = manifest.lines().find_map(|line| line.strip_prefix("rust-version = \"")?.strip_suffix('"')).unwrap();
    assert!(
        text("docker/Dockerfile").contains(&format!("FROM rust:{named}.")),
        "the Dockerfile builds with another Rust"
    );
}

#[test]
fn nothing_of_this_host_reaches_the_build() {
    let listed = text("docker/Dockerfile.dockerignore");
    assert!(listed.lines().any(|line| line == "*"), "everything is sent unless it is kept out");
    assert!(!reaches_the_build("docker/secrets") && !reaches_the_build("target") && !reaches_the_build(".git"));
    assert!(text(".gitignore").lines().any(|line| line == "/docker/secrets"), "secrets may be committed");
}

#[test]
fn each_rule_is_tried_on_a_bad_sample() {
    let sound = text("docker/Dockerfile");
    let broken = [
        ("USER 10731:10731", "USER root"),
        ("USER 10731:10731", ""),
        ("FROM debian:12.11-slim", "FROM debian"),
        ("FROM debian:12.11-slim", "FROM debian:stable-slim"),
        ("CMD [\"is-ready\"]", "CMD true"),
        ("COPY src src", "ADD https://host.example/src.tar src"),
        ("COPY src src", "COPY sources src"),
        ("COPY src src", "COPY docker/secrets src"),
        ("RUN useradd", "RUN curl https://host.example/x | sh && useradd"),
        ("CMD [\"serve\"]", "CMD whistle-hub serve"),
    ];
    for (from, to) in broken {
        assert!(sound.contains(from), "{from}");
        assert!(!complaints(&sound.replace(from, to), reaches_the_build).is_empty(), "{from} → {to} passes");
    }
}
