//! The command line: what an operator may say, and how it is obeyed. Exit 0 done, 1 refused or failed, 2 wrong use.
//! What a command does is the rooms' business; here it is only wired and told.

use super::setup::{self, Surroundings};
use super::{Running, Start, backup, doctor, erasure, keys, lists, start, upkeep, users};
use crate::app::people::ByHand;
use crate::app::{Hub, passwords};
use crate::clock::{Clock, SystemClock};
use crate::config::{LedgerPlace, Settings};
use crate::domain::imports::List;
use crate::domain::imports::encoding::Encoding;
use crate::domain::terms::Role;
use crate::http;
use crate::i18n::Lang;
use crate::ids::Chance;
use crate::mail::Transport;
use crate::telemetry::{self, Metrics};
use anyhow::{Context, bail};
use clap::{Parser, Subcommand};
use secrecy::{ExposeSecret, SecretString};
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

/// 吹哨协同平台: one district's hub for hazards that cross department borders.
#[derive(Debug, Parser)]
#[command(name = "whistle-hub", version, about)]
pub struct Command {
    /// The settings file; the default one may be absent, a named one not.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Serve a district.
    Serve,
    /// Serve the sample district: SQLite, letters as files, one shared password.
    Demo {
        /// Where ledger and letters lie.
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
        #[arg(long, value_name = "N")]
        port: Option<u16>,
        /// A later one replaces the old.
        #[arg(long, value_name = "P")]
        password: Option<String>,
        /// With a past: forty whistles, judged and worked on, the last blown within a day. Begins with an empty folder;
        /// one that has that past goes on as it stands, one with whistles of its own is refused. Its letters stay unsent.
        #[arg(long)]
        lived_in: bool,
    },
    /// Make the keys of a district in a new folder, for `keys.dir`.
    NewKeys {
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
    /// The keys in `keys.dir`: which there are, another one, no longer that one.
    Keys {
        #[command(subcommand)]
        what: KeysWord,
    },
    /// Make a sign-in; the first operator of a district comes in so.
    AddUser {
        #[arg(value_name = "NAME")]
        name: String,
        #[arg(long, value_name = "ROLE", value_parser = role)]
        role: Role,
        /// The unit's code; the office's and the administrators' need none.
        #[arg(long, value_name = "D")]
        department: Option<String>,
        /// Another sign-in of the same human: whatever asks for another person takes both for one.
        #[arg(long, value_name = "NAME")]
        same_as: Option<String>,
        /// Holds the password; `-` or none: standard input; nothing there: one is drawn and printed once.
        #[arg(long, value_name = "F")]
        password_file: Option<PathBuf>,
    },
    /// Bring the ledger's schema forward.
    Migrate,
    /// Have everything tried again that was laid aside.
    Redrive {
        /// What becomes of the letters that a restore holds.
        #[arg(long, value_name = "send|drop")]
        letters: Option<upkeep::HeldLetters>,
    },
    /// Write the ledger as it stands into one file, beside a running hub; reads it back.
    Backup {
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Lay a backup where `ledger.url` names an empty place.
    Restore {
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Bring a list in as a CSV file: all of it, or nothing.
    Import {
        #[arg(value_name = "KIND", value_parser = clap::builder::PossibleValuesParser::new(List::WORDS))]
        kind: String,
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Only look and say what would change.
        #[arg(long)]
        dry_run: bool,
        /// How the file is written, if the guess is wrong.
        #[arg(long, value_name = "E", value_parser = clap::builder::PossibleValuesParser::new(Encoding::WORDS))]
        encoding: Option<String>,
        /// Days and shifts that the file leaves out are removed.
        #[arg(long)]
        remove_missing: bool,
    },
    /// Take a list away as a CSV file.
    Export {
        #[arg(value_name = "KIND", value_parser = clap::builder::PossibleValuesParser::new(List::WORDS))]
        kind: String,
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Erase by law who an informer is, or all that was said in a whistle; the log keeps that it was done, and why.
    Erase(erasure::Wanted),
    /// Try everything that the settings name and say what to do; changes nothing.
    Doctor,
    /// Read the settings and say what is wrong with them.
    CheckConfig,
    /// List every route.
    Routes,
}

#[derive(Debug, Subcommand)]
enum KeysWord {
    /// What each is for now, a line each.
    List,
    /// Make another key, which takes over in fifteen minutes: copy it to every replica until then.
    Rotate {
        /// It takes over at once: for a key that somebody has stolen.
        #[arg(long)]
        now: bool,
        /// What seals in the ledger, instead of what signs tokens.
        #[arg(long)]
        seal: bool,
    },
    /// Remove every token key that is over, or the named one at once.
    Retire {
        #[arg(value_name = "NAME")]
        name: Option<String>,
    },
}

const DEMO_DIR: &str = "data";
const DEMO_PASSWORD: &str = "whistle-demo";

/// Does what the operator said. Not `async` on purpose: the whole state machine is compiled here, once, and not again
/// in every binary that calls it.
pub fn obey(command: Command) -> anyhow::Result<()> {
    actix_web::rt::System::new().block_on(obeyed(command))
}

async fn obeyed(command: Command) -> anyhow::Result<()> {
    let settings = Settings::load(command.config.as_deref(), environment())?;
    match command.what {
        What::Serve => {
            telemetry::log_to(&settings.log, std::io::stderr)?;
            let listener = listen(settings.http.listen)?;
            let hub = setup::serve(&settings, surroundings()).await?;
            until_told(hub, settings, listener, |running| format!("http://{}", running.address)).await
        }
        What::Demo { dir, port, password, lived_in } => demo(settings, (dir, port), password, lived_in).await,
        What::NewKeys { dir } => {
            keys::make(&dir, &Chance::system())?;
            say(&format!(
                "keys made: name {} in keys.dir, on every replica, and keep a copy apart from backups",
                dir.display()
            ))
        }
        What::Keys { what } => say(&keys_said(&settings, &what)?),
        What::AddUser { name, role, department, same_as, password_file } => {
            let password = users::password(password_file.as_deref())?;
            let order = ByHand {
                username: &name,
                role,
                department: department.as_deref(),
                same_as: same_as.as_deref(),
                password: password.as_ref().map(|password| password.expose_secret()),
            };
            say(&users::add(&settings, order, &surroundings()).await?)
        }
        What::Migrate => say(&upkeep::migrate(&settings, &SystemClock::start()).await?),
        What::Redrive { letters: None } => say(&upkeep::redrive(&settings, &SystemClock::start()).await?),
        What::Redrive { letters: Some(word) } => {
            say(&upkeep::settle_letters(&settings, word, &SystemClock::start()).await?)
        }
        What::Backup { file } => say(&backup::back_up(&settings, &file, &SystemClock::start())?),
        What::Restore { file } => say(&backup::restore(&settings, &file, &SystemClock::start(), &Chance::system())?),
        What::Import { kind, file, dry_run, encoding, remove_missing } => {
            let asked = lists::Import { kind, file, dry_run, encoding, remove_missing };
            let told = lists::import(&settings, asked, &surroundings(), lang()).await?;
            say(&told)
        }
        What::Export { kind, file } => say(&lists::export(&settings, &kind, &file, &surroundings(), lang()).await?),
        What::Erase(wanted) => say(&erasure::erase(&settings, &wanted, surroundings()).await?),
        What::Doctor => {
            let findings = doctor::examine(&settings, &SystemClock::start()).await;
            findings.iter().try_for_each(|finding| say(&finding.to_string()))?;
            match findings.iter().filter(|finding| finding.is_fail()).count() {
                0 => Ok(()),
                count => bail!("not as the settings say: {count} FAIL"),
            }
        }
        What::CheckConfig => {
            let ca_pem = setup::ca_pem(&settings)?;
            Transport::from_url(settings.mail.url.expose_secret(), "localhost", ca_pem.as_deref())?;
            setup::stream(&settings, "")?;
            setup::proxies(&settings)?;
            settings.limits_texts()?;
            settings.routing_text()?;
            let unmet = settings.unmet();
            unmet.iter().try_for_each(|one| say(&one.to_string()))?;
            if !unmet.is_empty() {
                bail!("not as security.profile demands: {}", unmet.len());
            }
            say("settings are sound")
        }
        What::Routes => say(&http::routes::listing()),
    }
}

fn keys_said(settings: &Settings, word: &KeysWord) -> anyhow::Result<String> {
    let now = SystemClock::start().now();
    Ok(match word {
        KeysWord::List => keys::list(settings, now)?,
        KeysWord::Rotate { now: at_once, seal } => {
            let purpose = if *seal { keys::Purpose::Seal } else { keys::Purpose::Token };
            let from = now.plus_minutes(if *at_once { 0 } else { keys::OVERLAP_MINUTES });
            let name = keys::rotate(settings, purpose, from, &Chance::system())?;
            format!(
                "{name} takes over at {}: every replica needs it by then and takes it without a restart; keep a copy apart",
                from.rfc3339()
            )
        }
        KeysWord::Retire { name } => match keys::retire(settings, name.as_deref(), now)? {
            gone if gone.is_empty() => "no key is over".to_owned(),
            gone => format!("removed here, remove it on every replica: {}", gone.join(" ")),
        },
    })
}

async fn demo(
    mut settings: Settings,
    (dir, port): (Option<PathBuf>, Option<u16>),
    password: Option<String>,
    lived_in: bool,
) -> anyhow::Result<()> {
    let password = password.unwrap_or_else(|| DEMO_PASSWORD.to_owned());
    if password.chars().count() > *passwords::CHARACTERS.end() || password.is_empty() {
        bail!("--password takes 1 to {} characters", passwords::CHARACTERS.end());
    }
    // Flags beat environment beats file; what nobody set is the demo's own.
    let plain = Settings::default();
    let named = dir.is_some();
    let dir = dir.unwrap_or_else(|| PathBuf::from(DEMO_DIR));
    let is_unset = settings.ledger.url.url().expose_secret() == plain.ledger.url.url().expose_secret();
    // A folder is no word about a server.
    if is_unset || named && matches!(settings.ledger.url, LedgerPlace::Sqlite(_)) {
        settings.ledger.url = LedgerPlace::Sqlite(dir.join("hub.db"));
    }
    if settings.mail.url.expose_secret() == plain.mail.url.expose_secret() {
        settings.mail.url = SecretString::from(format!("file://{}", dir.join("letters").display()));
    }
    if settings.files.dir == plain.files.dir {
        settings.files.dir = dir.join("files");
    }
    if let Some(port) = port {
        settings.http.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    }
    telemetry::log_to(&settings.log, std::io::stderr)?;
    let listener = listen(settings.http.listen)?;
    let hub = setup::demo(&settings, &password, surroundings()).await?;
    if lived_in {
        setup::live_in(&hub).await?;
    }
    let https = settings.http.is_https();
    until_told(hub, settings, listener, |running| welcome(&running.hub, running.address, &password, https)).await
}

/// Serves; says `words` when everything is under way.
async fn until_told(
    hub: Hub,
    settings: Settings,
    listener: TcpListener,
    words: impl FnOnce(&Running) -> String,
) -> anyhow::Result<()> {
    let metrics = Metrics::of_this_process()?;
    let running = start(Start { hub, settings, listener, metrics }).await?;
    say(&words(&running))?;
    running.until_told().await
}

fn welcome(hub: &Hub, address: SocketAddr, password: &str, https: bool) -> String {
    let cookie =
        if https { "" } else { "\n  plain http: the session cookie has no __Host- prefix; put TLS before a real one" };
    let people = hub.rules().directory.people.len();
    let weak = match passwords::judge(password) {
        Ok(()) => "",
        Err(_) => "  (for the demo only: a real district's hub would not take it)",
    };
    format!(
        "吹哨协同平台 · 演示 (demo district, {people} sign-ins)\n  open  http://{address}/\n  sign in as  office  director  \
         supervisor  liaison.xf  head.xf  inspector.xf  town.t06  …\n  password    {password}{weak}{cookie}\n  Ctrl-C stops"
    )
}

fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    http::listen(address).with_context(|| format!("cannot listen on {address}"))
}

fn role(word: &str) -> Result<Role, String> {
    Role::parse(word).ok_or_else(|| format!("one of {}", Role::WORDS.join(" ")))
}

fn surroundings() -> Surroundings {
    Surroundings { clock: Arc::new(SystemClock::start()), chance: Chance::system() }
}

#[allow(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)))
}

/// The operator's language, by what the terminal says; English where it says nothing.
fn lang() -> Lang {
    let said = |name: &str| environment().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value);
    let said = said("LC_ALL").or_else(|| said("LC_MESSAGES")).or_else(|| said("LANG"));
    if said.is_some_and(|said| said.starts_with("zh")) { Lang::Zh } else { Lang::En }
}

/// Words for the operator, on standard output.
fn say(words: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{words}")?;
    Ok(out.flush()?)
}
