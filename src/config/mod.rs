//! Settings: one struct per concern, every default written once, in `Default`. The file `config/whistle-hub.toml`
//! first, then the environment (`WHISTLE__HTTP__LISTEN`); what cannot be meant is refused at the start, by name.
//! No secret appears in a fault or when settings are shown; nothing here connects to anything.

mod files;
mod place;
mod profile;
mod security;
mod text;

pub use files::Files;
pub use place::{LedgerPlace, StreamPlace};
pub use security::{Profile, SecondFactor, Security};

use crate::telemetry;
use config::{Config, Environment, File, FileFormat};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use text::{is_mail_url, is_origin, is_toml, with_secret_files};

/// Read when no `--config` names another; it may be absent.
pub const DEFAULT_FILE: &str = "config/whistle-hub.toml";
const LIMITS: (&str, &str) = ("limits-2026-02.toml", include_str!("../../config/limits-2026-02.toml"));
const ROUTING: (&str, &str) = ("routing.toml", include_str!("../../config/routing.toml"));
/// Longest time that a worker takes over one entry, seconds: two of them must fit into `stream.claim_idle_seconds`.
const ACT_SECONDS_MAX: u64 = 30;

/// Everything that an operator may set.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub http: Http,
    pub ledger: Ledger,
    pub stream: Stream,
    pub tls: Tls,
    pub mail: Mail,
    pub pen: Pen,
    pub keys: Keys,
    pub files: Files,
    pub erasure: Erasure,
    pub backup: Backup,
    pub security: Security,
    pub log: Log,
    pub district: District,
    /// The folder of the settings file, present or not: limits and routing may lie beside it.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// The door.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// How people reach us, for links in letters: scheme, host, port, nothing after. Default `http://<listen>`.
    pub public_url: Option<String>,
    /// How firms reach the pages under `/f/`, where that is another address: scheme, host, port, nothing after.
    pub firm_url: Option<String>,
    /// Requests a second of each person and machine; 0: no bound, for strangers neither. Default 200, in a demo 0.
    pub rate: Option<u32>,
    /// The proxies that may say for whom they ask, by `X-Forwarded-For`: addresses and networks, with commas between.
    pub trusted_proxies: String,
}

impl Default for Http {
    fn default() -> Http {
        Http {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            firm_url: None,
            rate: None,
            trusted_proxies: String::new(),
        }
    }
}

impl Http {
    /// What links start with, without a slash at the end. `bound`: the address really taken, with its port.
    pub fn links(&self, bound: SocketAddr) -> String {
        self.public_url.clone().unwrap_or_else(|| format!("http://{bound}"))
    }

    /// What links on a firm's paper start with, without a slash at the end.
    pub fn firm_links(&self, bound: SocketAddr) -> String {
        self.firm_url.clone().unwrap_or_else(|| self.links(bound))
    }

    /// Requests a second of each principal; `demo`: invented people are not counted unless somebody wants it.
    pub fn rate(&self, demo: bool) -> u32 {
        self.rate.unwrap_or(if demo { 0 } else { 200 })
    }

    /// Whether browsers reach us by TLS, so that the cookie may carry `Secure` and the `__Host-` prefix.
    pub fn is_https(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }
}

/// Where the facts are.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ledger {
    pub url: LedgerPlace,
}

/// Where the doorbell hangs, and how long to wait for it.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Stream {
    pub url: StreamPlace,
    /// Seconds after which a listening worker takes the server for dead: longer than the second that it waits there, or
    /// each quiet moment would look like a broken line (C01).
    pub response_seconds: u64,
    /// Seconds after which an entry that somebody heard and did not act upon is taken over.
    pub claim_idle_seconds: u64,
}

impl Default for Stream {
    fn default() -> Stream {
        Stream { url: StreamPlace::default(), response_seconds: 6, claim_idle_seconds: 90 }
    }
}

/// Whom we trust when we connect to a server of the data centre with TLS.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    /// Certificates of the data centre's own authority, PEM; trusted instead of the system's.
    pub ca_file: Option<PathBuf>,
}

/// How letters leave.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// `file://<folder>`, `smtp://<host>[:25]` or `smtps://<host>[:465]`; `mail` reads the rest. Kept from sight, since
    /// people write passwords into such addresses.
    pub url: SecretString,
    /// The address that letters come from, perhaps `Name <address>`.
    pub from: String,
    /// Where answers go; none: to an address of the same domain that nobody reads.
    pub reply_to: Option<String>,
    /// Seconds that one letter may take from connecting to the server's last word.
    pub deadline_seconds: u64,
}

impl Default for Mail {
    fn default() -> Mail {
        Mail {
            url: "file://data/letters".into(),
            from: "whistle-hub@yunhu.example".to_owned(),
            reply_to: None,
            deadline_seconds: 60,
        }
    }
}

/// The one writer of the ledger.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pen {
    /// Changes that may wait for the pen; above it 503.
    pub queue_max: usize,
    /// Changes written with one fsync.
    pub batch_max: usize,
}

impl Default for Pen {
    fn default() -> Pen {
        Pen { queue_max: 1024, batch_max: 64 }
    }
}

/// The secrets of a district of its own.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Keys {
    /// The folder that `whistle-hub new-keys` made. `serve` needs it; `demo` keeps its keys in the ledger.
    pub dir: Option<PathBuf>,
}

/// What law has had erased.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Erasure {
    /// The list of what was erased, ids only. It lies with the backups: a restored ledger is erased by it again.
    pub list: Option<PathBuf>,
}

/// How the ledger is backed up.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Backup {
    /// 32 bytes that seal backups; without them whoever has a backup reads it.
    pub key_file: Option<PathBuf>,
    /// Hours after which `doctor` asks for a newer one.
    pub warn_hours: u32,
}

impl Default for Backup {
    fn default() -> Backup {
        Backup { key_file: None, warn_hours: 26 }
    }
}

/// The log, on standard error.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// Levels by module: `info`, `warn,whistle_hub::store=debug`.
    pub filter: String,
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Log {
        Log { filter: "info".to_owned(), format: LogFormat::Text }
    }
}

/// For eyes or for a collector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

/// Whose hub this is, as pages and letters say it.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct District {
    pub name_zh: String,
    pub name_en: String,
}

impl Default for District {
    fn default() -> District {
        District { name_zh: "云湖区".to_owned(), name_en: "Yunhu District".to_owned() }
    }
}

/// Why the settings cannot be used. Names the key or the file, never a secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigFault {
    #[error("cannot read {}: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    /// An unknown key, a wrong type, a place of the wrong kind.
    #[error("{0}")]
    Wrong(String),
    /// Each value is fine alone.
    #[error("{key}: {why}")]
    Impossible { key: &'static str, why: &'static str },
}

impl Settings {
    /// Reads `file` (a named one must exist, [`DEFAULT_FILE`] need not), lays the `WHISTLE__…` of `env` over it and
    /// checks the whole.
    pub fn load(file: Option<&Path>, env: impl Iterator<Item = (String, String)>) -> Result<Settings, ConfigFault> {
        let path = file.unwrap_or(Path::new(DEFAULT_FILE));
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(fault) if file.is_none() && fault.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(source) => return Err(ConfigFault::Unreadable { path: path.to_owned(), source }),
        };
        is_toml(path, &text)?;
        let overlay = Environment::with_prefix("WHISTLE").separator("__").ignore_empty(true);
        let built = Config::builder()
            .add_source(File::from_str(&text, FileFormat::Toml))
            .add_source(overlay.source(Some(with_secret_files(env)?)))
            .build()
            .and_then(Config::try_deserialize::<Settings>);
        let mut settings = built.map_err(|fault| ConfigFault::Wrong(fault.to_string()))?;
        settings.folder = path.parent().unwrap_or(Path::new("")).to_owned();
        settings.check()?;
        Ok(settings)
    }

    /// Refuses what no operator can mean, the first one found.
    pub fn check(&self) -> Result<(), ConfigFault> {
        let public = self.http.public_url.as_deref();
        let no_mailbox = |text: &str| !text.contains('@') || text.chars().any(char::is_control);
        let refusals = [
            (
                public.is_none() && self.http.listen.ip().is_unspecified(),
                "http.public_url",
                "is needed when http.listen is every address: a link to 0.0.0.0 leads nowhere",
            ),
            (
                public.is_some_and(|url| !is_origin(url)),
                "http.public_url",
                "is http:// or https://, a host, perhaps a port, and nothing after it",
            ),
            (
                self.http.firm_url.as_deref().is_some_and(|url| !is_origin(url) || !https_like(url, public)),
                "http.firm_url",
                "is like http.public_url, and https:// where that is",
            ),
            (self.pen.batch_max == 0, "pen.batch_max", "is at least 1"),
            (self.pen.queue_max < self.pen.batch_max, "pen.queue_max", "is at least pen.batch_max"),
            (
                !is_mail_url(self.mail.url.expose_secret()),
                "mail.url",
                "is file://<folder>, smtp://<host> or smtps://<host>",
            ),
            (!(1..=600).contains(&self.mail.deadline_seconds), "mail.deadline_seconds", "is 1 to 600"),
            (
                !(2..=10).contains(&self.stream.response_seconds),
                "stream.response_seconds",
                "is 2 to 10, better 6: a worker waits for one second, and a quiet moment is no broken line",
            ),
            (
                !(2 * ACT_SECONDS_MAX + 1..=86_400).contains(&self.stream.claim_idle_seconds),
                "stream.claim_idle_seconds",
                "is more than 60, up to 86400: earlier it would be taken from somebody who is still at it",
            ),
            (self.files.keep_free_percent > 90, "files.keep_free_percent", "is 0 to 90"),
            (!(1..=2160).contains(&self.backup.warn_hours), "backup.warn_hours", "is 1 to 2160"),
            (
                !(183..=36_500).contains(&self.security.trail_days),
                "security.trail_days",
                "is at least 183, better 400: law wants half a year",
            ),
            (
                self.security.profile == Profile::Dengbao3
                    && self.security.second_factor.is_some_and(|asked| asked != SecondFactor::Everybody),
                "security.second_factor",
                "is everybody where security.profile is dengbao3",
            ),
            (no_mailbox(&self.mail.from), "mail.from", "is a mail address"),
            (self.mail.reply_to.as_deref().is_some_and(no_mailbox), "mail.reply_to", "is a mail address"),
            (telemetry::filter(&self.log).is_err(), "log.filter", "is a level, or levels by module: info,a::b=debug"),
            (self.district.name_zh.trim().is_empty(), "district.name_zh", "is not blank"),
            (self.district.name_en.trim().is_empty(), "district.name_en", "is not blank"),
        ];
        match refusals.into_iter().find(|(refused, ..)| *refused) {
            Some((_, key, why)) => Err(ConfigFault::Impossible { key, why }),
            None => Ok(()),
        }
    }

    /// Every table of limits, (file name, text), by name: the compiled-in one, replaced and added to by the
    /// `limits-*.toml` beside the settings file.
    pub fn limits_texts(&self) -> Result<Vec<(String, String)>, ConfigFault> {
        let mut texts = BTreeMap::from([(LIMITS.0.to_owned(), LIMITS.1.to_owned())]);
        let Ok(entries) = fs::read_dir(self.beside("")) else { return Ok(texts.into_iter().collect()) };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with("limits-") && name.ends_with(".toml") {
                let path = entry.path();
                let text = fs::read_to_string(&path).map_err(|source| ConfigFault::Unreadable { path, source })?;
                texts.insert(name, text);
            }
        }
        Ok(texts.into_iter().collect())
    }

    /// The routing rules: the file beside the settings file, else the compiled-in one.
    pub fn routing_text(&self) -> Result<String, ConfigFault> {
        let path = self.beside(ROUTING.0);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(text),
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => Ok(ROUTING.1.to_owned()),
            Err(source) => Err(ConfigFault::Unreadable { path, source }),
        }
    }

    fn beside(&self, name: &str) -> PathBuf {
        // An empty folder is the working directory, which `read_dir` wants named.
        if self.folder.as_os_str().is_empty() { Path::new(".").join(name) } else { self.folder.join(name) }
    }
}

/// Whether both are reached by TLS or neither: one cookie's name goes for both.
fn https_like(url: &str, public: Option<&str>) -> bool {
    let by_tls = |url: &str| url.starts_with("https://");
    by_tls(url) == public.is_some_and(by_tls)
}

#[cfg(test)]
mod tests;
