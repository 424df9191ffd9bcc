//! The mail room: renders letters and hands each one over, to an SMTP relay, a folder or memory. The only room that
//! knows the mail library. It never decides whether, to whom or how often to write, and never reads the ledger.
//! A letter ends by its deadline whatever the other side does (C05); one letter has one recipient (I7).

pub mod letters;

pub use letters::{LetterFacts, OwedItem, Rendered, Sender, VisitTime, render};

use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use std::error::Error;
use std::io::Write;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;

/// Whether a letter that was not handed over may be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// It surely was not taken: try again later.
    Temporary,
    /// It will never be taken: stop, and show "not reached".
    Permanent,
    /// The relay fell silent after DATA: it may have been taken. A repeat bears the same `Message-ID` (I2).
    Ambiguous,
}

/// Why a letter was not handed over. The source is fit for the log: mail addresses in the relay's words are masked.
#[derive(Debug, thiserror::Error)]
#[error("letter not handed over ({kind:?}): {source}")]
pub struct Fault {
    pub kind: FaultKind,
    pub source: Box<dyn Error + Send + Sync>,
}

impl Fault {
    fn new(kind: FaultKind, source: impl Into<Box<dyn Error + Send + Sync>>) -> Fault {
        Fault { kind, source: source.into() }
    }

    pub(crate) fn permanent(source: impl Into<Box<dyn Error + Send + Sync>>) -> Fault {
        Fault::new(FaultKind::Permanent, source)
    }
}

/// A mail setting that cannot be used, and what is wrong with it; found at the start, never while sending.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadSetting(pub &'static str);

/// Where letters go.
pub enum Transport {
    Smtp(Box<Smtp>),
    /// One `.eml` file a letter.
    File(PathBuf),
    /// Kept for whoever holds the other end: harnesses.
    Memory(Arc<Mutex<Vec<Rendered>>>),
}

impl Transport {
    /// `smtp://host[:25]`, `smtps://host[:465]`, `smtp://…?tls=required|none`, `file://dir`. Outside loopback `smtp`
    /// means STARTTLS unless `tls=none` is spelled out (T24). `hello`: our own host name or
    /// address for EHLO. `ca_pem`: the only authority that a relay's certificate may be of; without it the system's.
    pub fn from_url(url: &str, hello: &str, ca_pem: Option<&[u8]>) -> Result<Transport, BadSetting> {
        match url.split_once("://") {
            Some(("file", dir)) if !dir.is_empty() => Ok(Transport::File(PathBuf::from(dir))),
            Some((scheme @ ("smtp" | "smtps"), rest)) => {
                Smtp::parse(scheme, rest, hello, ca_pem).map(|smtp| Transport::Smtp(Box::new(smtp)))
            }
            _ => Err(BadSetting("mail url is none of smtp://host, smtps://host, file://dir")),
        }
    }

    /// Hands one letter over, within `deadline` all in all. After a fault the connection is gone: the next letter
    /// begins with a new one.
    pub async fn hand_over(&mut self, letter: &Rendered, deadline: Duration) -> Result<(), Fault> {
        match self {
            Transport::Smtp(smtp) => smtp.hand_over(letter, deadline).await,
            Transport::File(dir) => {
                let (dir, name, bytes) = (dir.clone(), file_name(&letter.key), letter.bytes.clone());
                let written = tokio::task::spawn_blocking(move || write_whole(&dir, &name, &bytes));
                match tokio::time::timeout(deadline, written).await {
                    Ok(Ok(Ok(()))) => Ok(()),
                    Ok(Ok(Err(error))) => Err(Fault::new(FaultKind::Temporary, error)),
                    Ok(Err(error)) => Err(Fault::new(FaultKind::Temporary, error)),
                    Err(late) => Err(Fault::new(FaultKind::Temporary, late)),
                }
            }
            Transport::Memory(letters) => {
                letters.lock().unwrap_or_else(PoisonError::into_inner).push(letter.clone());
                Ok(())
            }
        }
    }
}

impl Transport {
    /// Goes as far as every letter goes before it is named (greeting, EHLO, encryption), and takes its leave: nothing is
    /// sent. A folder or memory is always there.
    pub async fn greet(&self, deadline: Duration) -> Result<(), Fault> {
        let Transport::Smtp(smtp) = self else { return Ok(()) };
        let greeted = async {
            let mut line = smtp.connect().await?;
            line.quit().await.map(drop).map_err(Broken::from)
        };
        match tokio::time::timeout(deadline, greeted).await {
            Ok(greeted) => greeted.map_err(|error| Fault::new(FaultKind::Temporary, masked(&error.to_string()))),
            Err(late) => Err(Fault::new(FaultKind::Temporary, late)),
        }
    }
}

/// The way to one relay, with at most one open connection, owned by whoever owns this.
pub struct Smtp {
    host: String,
    port: u16,
    security: Security,
    hello: ClientId,
    open: Option<AsyncSmtpConnection>,
}

/// Without TLS no letter leaves the host unless somebody spelled it out.
enum Security {
    Clear,
    StartTls(TlsParameters),
    Implicit(TlsParameters),
}

/// How far a letter got; decides what silence and refusals mean.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Greeting,
    Recipient,
    Content,
}

impl Smtp {
    fn parse(scheme: &str, rest: &str, hello: &str, ca_pem: Option<&[u8]>) -> Result<Smtp, BadSetting> {
        let (place, query) = rest.split_once('?').map_or((rest, None), |(place, query)| (place, Some(query)));
        let default_port = if scheme == "smtps" { 465 } else { 25 };
        let (host, port) = host_and_port(place.trim_end_matches('/'), default_port)?;
        let local = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        let name = host.to_owned();
        let tls = || encryption(&name, ca_pem);
        let security = match (scheme, query) {
            ("smtps", None | Some("tls=required")) => Security::Implicit(tls()?),
            ("smtp", Some("tls=none")) => Security::Clear,
            ("smtp", None) if local => Security::Clear,
            ("smtp", None | Some("tls=required")) => Security::StartTls(tls()?),
            _ => return Err(BadSetting("mail url takes only ?tls=required, or ?tls=none with smtp://")),
        };
        if !named(hello) {
            return Err(BadSetting("our own host name for EHLO is empty or holds a foreign character"));
        }
        let hello = match hello.parse::<IpAddr>() {
            Ok(IpAddr::V4(address)) => ClientId::Ipv4(address),
            Ok(IpAddr::V6(address)) => ClientId::Ipv6(address),
            Err(_) => ClientId::Domain(hello.to_owned()),
        };
        Ok(Smtp { host: name, port, security, hello, open: None })
    }

    /// The connection lives inside the timed future: at the deadline it is dropped with it, and the socket closes.
    async fn hand_over(&mut self, letter: &Rendered, deadline: Duration) -> Result<(), Fault> {
        let kept = self.open.take();
        let mut stage = Stage::Greeting;
        match tokio::time::timeout(deadline, self.converse(kept, letter, &mut stage)).await {
            Ok(Ok(open)) => {
                self.open = Some(open);
                Ok(())
            }
            Ok(Err(broken)) => Err(Fault::new(verdict(stage, &broken), masked(&broken.to_string()))),
            Err(_elapsed) => {
                let kind = if stage == Stage::Content { FaultKind::Ambiguous } else { FaultKind::Temporary };
                Err(Fault::new(kind, format!("no end within {} ms", deadline.as_millis())))
            }
        }
    }

    /// One letter over the kept connection if it still stands, else over a new one; gives the connection back.
    async fn converse(
        &self,
        kept: Option<AsyncSmtpConnection>,
        letter: &Rendered,
        stage: &mut Stage,
    ) -> Result<AsyncSmtpConnection, Broken> {
        let mail = Mail::new(letter.envelope.from().cloned(), Vec::new());
        let mut line = None;
        if let Some(mut kept) = kept {
            // 421 while idle, or a socket that died: nothing was said of this letter yet, so start afresh.
            if kept.command(mail.clone()).await.is_ok() {
                line = Some(kept);
            }
        }
        let mut line = match line {
            Some(line) => line,
            None => {
                let mut fresh = self.connect().await?;
                fresh.command(mail).await?;
                fresh
            }
        };
        *stage = Stage::Recipient;
        for to in letter.envelope.to() {
            line.command(Rcpt::new(to.clone(), Vec::new())).await?;
        }
        line.command(Data).await?;
        *stage = Stage::Content;
        line.message(&letter.bytes).await?;
        Ok(line)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Broken> {
        let place = (self.host.as_str(), self.port);
        if let Security::Implicit(tls) = &self.security {
            let tls = Some(tls.clone());
            return Ok(AsyncSmtpConnection::connect_tokio1(place, None, &self.hello, tls, None).await?);
        }
        let stream = TcpStream::connect(place).await?;
        // The library sends the end of a letter by itself: each would wait for a late acknowledgement, 40 ms.
        stream.set_nodelay(true)?;
        let mut line = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.hello).await?;
        if let Security::StartTls(tls) = &self.security {
            line.starttls(tls.clone(), &self.hello).await?;
        }
        Ok(line)
    }
}

/// Why a letter did not come to its end.
#[derive(Debug, thiserror::Error)]
enum Broken {
    /// No connection.
    #[error(transparent)]
    Line(#[from] std::io::Error),
    #[error(transparent)]
    Talk(#[from] lettre::transport::smtp::Error),
}

/// Before the recipient is named, a 5xx is about us and the relay, not about this letter: it waits for a repair.
/// After DATA only an answer is certain; a torn line is not.
fn verdict(stage: Stage, broken: &Broken) -> FaultKind {
    let Broken::Talk(error) = broken else { return FaultKind::Temporary };
    match stage {
        Stage::Greeting => FaultKind::Temporary,
        Stage::Recipient | Stage::Content if error.is_permanent() => FaultKind::Permanent,
        Stage::Content if !error.is_transient() => FaultKind::Ambiguous,
        Stage::Recipient | Stage::Content => FaultKind::Temporary,
    }
}

/// The relay's words without mail addresses, bounded.
fn masked(words: &str) -> String {
    let short: String = words.chars().filter(|c| !c.is_control()).take(300).collect();
    let kept: Vec<&str> = short.split(' ').map(|word| if word.contains('@') { "<address>" } else { word }).collect();
    kept.join(" ")
}

/// TLS to this host. The library takes its own cryptography when the process has set none: nothing to install first.
fn encryption(host: &str, ca_pem: Option<&[u8]>) -> Result<TlsParameters, BadSetting> {
    let mut tls = TlsParameters::builder(host.to_owned());
    if let Some(pem) = ca_pem {
        let authority =
            Certificate::from_pem(pem).map_err(|_| BadSetting("tls.ca_file holds a certificate that is none"))?;
        tls = tls.certificate_store(CertificateStore::None).add_root_certificate(authority);
    }
    tls.build().map_err(|_| BadSetting("tls.ca_file holds a certificate that TLS does not take"))
}

fn host_and_port(place: &str, default_port: u16) -> Result<(&str, u16), BadSetting> {
    let (host, port) = match place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, rest)) => (host, Some(rest.strip_prefix(':').unwrap_or("?"))),
        None => place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port))),
    };
    let port = match port {
        Some(text) => text.parse::<u16>().ok().filter(|port| *port != 0),
        None => Some(default_port),
    };
    match port {
        Some(port) if named(host) => Ok((host, port)),
        _ => Err(BadSetting("mail url needs a host and takes a port; it takes neither user nor password")),
    }
}

fn named(host: &str) -> bool {
    !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '_'))
}

/// The key itself where it is fit for a file name, else a fit likeness of it and its hash.
fn file_name(key: &str) -> String {
    let fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if key.len() <= 120 && !key.is_empty() && !key.starts_with('.') && key.chars().all(fit) {
        return format!("{key}.eml");
    }
    let likeness: String = key.chars().take(60).map(|c| if fit(c) && c != '.' { c } else { '_' }).collect();
    format!("{likeness}-{}.eml", letters::key_hash(key))
}

/// The whole file or none: a reader never sees half a letter, and a repeat replaces the same file.
fn write_whole(dir: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(dir)?;
    let unfinished = dir.join(format!(".{name}.part"));
    let mut file = std::fs::File::create(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&unfinished, dir.join(name))?;
    std::fs::File::open(dir)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn security(url: &str) -> &'static str {
        match Transport::from_url(url, "hub.example", None) {
            Ok(Transport::Smtp(smtp)) => match smtp.security {
                Security::Clear => "clear",
                Security::StartTls(_) => "starttls",
                Security::Implicit(_) => "implicit",
            },
            Ok(Transport::File(_)) => "file",
            Ok(Transport::Memory(_)) => "memory",
            Err(_) => "refused",
        }
    }

    #[test]
    fn t24_clear_text_outside_loopback_must_be_spelled_out() {
        assert_eq!(security("smtp://127.0.0.1:2525"), "clear");
        assert_eq!(security("smtp://[::1]:25"), "clear");
        assert_eq!(security("smtp://localhost?tls=required"), "starttls");
        assert_eq!(security("smtp://relay.example"), "starttls");
        assert_eq!(security("smtp://relay.example:25?tls=none"), "clear");
        assert_eq!(security("smtps://relay.example"), "implicit");
    }

    #[test]
    fn a_url_that_says_anything_else_is_refused() {
        for url in ["smtps://relay.example?tls=none", "smtp://relay.example?tls=maybe", "smtp://u:p@relay.example"] {
            assert_eq!(security(url), "refused", "{url}");
        }
        for url in ["smtp://", "smtp://:25", "smtp://relay:0", "smtp://relay:99999", "file://", "http://x", "relay"] {
            assert_eq!(security(url), "refused", "{url}");
        }
        assert!(Transport::from_url("smtp://relay.example", "hub\r\nMAIL", None).is_err());
    }

    #[test]
    fn t24_an_authority_that_is_none_is_refused_at_the_start() {
        let torn = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
        let empty = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for pem in [torn, empty] {
            let refused = Transport::from_url("smtps://relay.example", "hub.example", Some(pem.as_bytes())).err();
            assert!(refused.is_some_and(|fault| fault.0.contains("tls.ca_file")), "{pem}");
        }
    }

    #[test]
    fn a_key_cannot_leave_the_folder_or_share_a_file() {
        assert_eq!(file_name("summons_new.WH-2026-0731-XF.1"), "summons_new.WH-2026-0731-XF.1.eml");
        for key in ["../../etc/passwd", "a/b", "", ".part", "新哨"] {
            let name = file_name(key);
            assert!(!name.contains('/') && !name.starts_with('.') && name.is_ascii(), "{name}");
        }
        assert_ne!(file_name("a/b"), file_name("a:b"));
    }

    #[test]
    fn the_relays_words_are_kept_without_addresses() {
        let words = "permanent error (550): 5.1.1 <a@b.example> unknown";
        assert_eq!(masked(words), "permanent error (550): 5.1.1 <address> unknown");
    }
}
