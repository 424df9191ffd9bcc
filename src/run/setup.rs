//! Sets a hub up from its settings: opens the ledger, lays the sample district for `demo`, loads directory, rules and
//! keys. It starts nothing that goes on by itself.

use crate::app::sessions::{self, Keys};
use crate::app::{Hub, HubSettings, passwords, sample_district};
use crate::clock::Clock;
use crate::config::{LedgerPlace, Settings, StreamPlace};
use crate::domain::calendar::Calendar;
use crate::domain::limits::DatedLimits;
use crate::domain::routing::Routing;
use crate::domain::rules::Rules;
use crate::ids::{Chance, hex};
use crate::mail::{Sender, Transport};
use crate::store::{self, Chore, Ledger, directory};
use crate::stream::{self, Stream};
use crate::workers::{GROUPS, Post, Replica};
use anyhow::{Context, anyhow, bail};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use secrecy::{ExposeSecret, SecretString};
use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Marks a ledger whose people are invented.
const DEMO: &str = "demo";
const TOKEN_KEY: &str = "token_key";
const SEAL_KEY: &str = "seal_key";
/// Of the kernel; the name of this machine or container.
const HOST_NAME: &str = "/proc/sys/kernel/hostname";

/// What the process brings along.
pub struct Surroundings {
    pub clock: Arc<dyn Clock>,
    pub chance: Chance,
}

/// A hub on a district of its own.
pub async fn serve(settings: &Settings, around: Surroundings) -> anyhow::Result<Hub> {
    let ledger = open(settings)?;
    if is_demo(&ledger).await? {
        bail!("this is a demo ledger with invented people: `serve` does not open it; give `ledger.url` another file");
    }
    hub(settings, ledger, around, false).await
}

/// A hub on the sample district, laid when it is not there yet; everybody signs in with `password`.
pub async fn demo(settings: &Settings, password: &str, around: Surroundings) -> anyhow::Result<Hub> {
    let ledger = open(settings)?;
    let laid = is_demo(&ledger).await?;
    if !laid {
        lay_sample(&ledger).await?;
    }
    let phc =
        passwords::hash(password, &around.chance.secret()[..16]).map_err(|_| anyhow!("the password is not taken"))?;
    let hub = hub(settings, ledger, around, true).await?;
    sessions::set_shared_password(&hub, password, phc).await.context("the password")?;
    Ok(hub)
}

fn open(settings: &Settings) -> anyhow::Result<Ledger> {
    // One cryptography for every client with TLS. Who comes second finds the same one there.
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    let options = store::Options {
        batch_max: settings.pen.batch_max,
        queue_max: settings.pen.queue_max,
        ..store::Options::default()
    };
    let ledger = store::open(settings.ledger.url.url().expose_secret(), options);
    let ledger = ledger.with_context(|| match &settings.ledger.url {
        LedgerPlace::Sqlite(path) => format!("the ledger at {}", path.display()),
        LedgerPlace::Postgres(_) => "the ledger".to_owned(),
    })?;
    for warning in ledger.warnings() {
        tracing::warn!("{warning}");
    }
    Ok(ledger)
}

async fn is_demo(ledger: &Ledger) -> anyhow::Result<bool> {
    Ok(ledger.read(|reading| directory::meta(reading, DEMO)).await?.is_some())
}

async fn lay_sample(ledger: &Ledger) -> anyhow::Result<()> {
    let (directory_now, _) = ledger.read(directory::load).await?;
    if !directory_now.people.is_empty() {
        bail!("this ledger holds a real district: `demo` does not touch it; give --dir another folder");
    }
    let sample = sample_district::read().map_err(|fault| anyhow!(fault))?;
    let rows = directory::rows(&sample.directory, &sample.days)?;
    ledger.keep(Chore::MakeMeta { key: DEMO.to_owned(), value: "1".to_owned() }).await?;
    ledger.keep(Chore::LayDirectory(rows)).await?;
    Ok(())
}

async fn hub(settings: &Settings, ledger: Ledger, around: Surroundings, demo: bool) -> anyhow::Result<Hub> {
    let (directory, days) = ledger.read(directory::load).await?;
    let limits: Vec<String> = settings.limits_texts()?.into_iter().map(|(_, text)| text).collect();
    let rules = Rules {
        calendar: Calendar::new(days),
        limits: DatedLimits::read(&limits).map_err(|fault| anyhow!("limits: {fault}"))?,
        routing: Routing::read(&settings.routing_text()?).map_err(|fault| anyhow!("routing.toml: {fault}"))?,
        directory,
    };
    let keys = keys(&ledger, &around.chance).await?;
    Ok(Hub::new(ledger, around.clock, rules, around.chance, HubSettings { demo, keys }))
}

/// The process's secrets, kept in the ledger and made at the first start.
async fn keys(ledger: &Ledger, chance: &Chance) -> anyhow::Result<Keys> {
    let new_token = sessions::new_key().context("no signing key could be made")?;
    let token = kept(ledger, TOKEN_KEY, hex(&new_token)).await?;
    let seal = kept(ledger, SEAL_KEY, hex(&chance.secret())).await?;
    Ok(Keys::read(&unhex(&token)?, &unhex(&seal)?)?)
}

async fn kept(ledger: &Ledger, key: &'static str, fresh: String) -> anyhow::Result<String> {
    if let Some(value) = ledger.read(move |reading| directory::meta(reading, key)).await? {
        return Ok(value);
    }
    ledger.keep(Chore::MakeMeta { key: key.to_owned(), value: fresh }).await?;
    // Another replica that starts now may have been first.
    let value = ledger.read(move |reading| directory::meta(reading, key)).await?;
    value.context("a note of the ledger is gone")
}

fn unhex(text: &str) -> anyhow::Result<Vec<u8>> {
    let pairs = (0..text.len() / 2).map(|at| text.get(at * 2..at * 2 + 2));
    pairs.map(|pair| Ok(u8::from_str_radix(pair.context("a key is cut")?, 16)?)).collect()
}

/// The doorbell, by the settings. Connects to nothing.
pub fn stream(settings: &Settings, hub: &Hub) -> anyhow::Result<Stream> {
    let url = match &settings.stream.url {
        StreamPlace::Embedded => return Ok(Stream::embedded(GROUPS)),
        StreamPlace::Redis(url) => url.clone(),
    };
    Ok(Stream::redis(redis(settings, url)?, &hub.ledger.id(), GROUPS)?)
}

/// What a stream on Redis is opened with, by the settings.
fn redis(settings: &Settings, url: SecretString) -> anyhow::Result<stream::Settings> {
    Ok(stream::Settings {
        url,
        ca_pem: ca_pem(settings)?,
        block: Duration::from_secs(settings.stream.block_seconds),
        response: Duration::from_secs(settings.stream.response_seconds),
    })
}

/// The data centre's own authority.
fn ca_pem(settings: &Settings) -> anyhow::Result<Option<Vec<u8>>> {
    let Some(path) = &settings.tls.ca_file else { return Ok(None) };
    let pem = fs::read(path).with_context(|| format!("tls.ca_file: cannot read {}", path.display()))?;
    if CertificateDer::pem_slice_iter(&pem).any(|certificate| certificate.is_ok()) {
        return Ok(Some(pem));
    }
    bail!("tls.ca_file: there is no certificate in PEM in {}", path.display())
}

/// Who this process is: the same name after a restart on the same machine and port.
pub fn replica(settings: &Settings, bound: SocketAddr) -> Replica {
    // A ledger that is a file has one process, wherever it listens.
    let only = matches!(settings.ledger.url, LedgerPlace::Sqlite(_));
    let host = fs::read_to_string(HOST_NAME).unwrap_or_default();
    let host = if host.trim().is_empty() { "hub" } else { host.trim() };
    Replica {
        name: if only { "only".to_owned() } else { format!("{host}-{}", bound.port()) },
        claim_idle: Duration::from_secs(settings.stream.claim_idle_seconds),
    }
}

/// How letters leave, by the settings.
pub fn post(settings: &Settings, bound: SocketAddr) -> anyhow::Result<Post> {
    let mail = &settings.mail;
    let links = settings.http.links(bound);
    Ok(Post {
        transport: Transport::from_url(mail.url.expose_secret(), &bound.ip().to_string())?,
        sender: Sender::parse(&mail.from, mail.reply_to.as_deref(), None)?,
        deadline: Duration::from_secs(mail.deadline_seconds),
        links,
        district: settings.district.name_zh.clone(),
    })
}
