//! Sets a hub up from its settings: opens the ledger, lays the sample district for `demo`, loads directory, rules and
//! keys. It starts nothing that goes on by itself.

use crate::app::sessions::{self, Keys};
use crate::app::{Hub, HubSettings, passwords, sample_district};
use crate::clock::Clock;
use crate::config::{LedgerPlace, Settings};
use crate::domain::calendar::Calendar;
use crate::domain::limits::DatedLimits;
use crate::domain::routing::Routing;
use crate::domain::rules::Rules;
use crate::ids::{Chance, hex};
use crate::mail::{Sender, Transport};
use crate::store::{self, Chore, Ledger, directory};
use crate::workers::Post;
use anyhow::{Context, anyhow, bail};
use secrecy::ExposeSecret;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Marks a ledger whose people are invented.
const DEMO: &str = "demo";
const TOKEN_KEY: &str = "token_key";
const SEAL_KEY: &str = "seal_key";

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
