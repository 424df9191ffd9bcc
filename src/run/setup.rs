//! Sets a hub up from its settings: opens the ledger, lays the sample district for `demo`, loads directory, rules and
//! keys. It starts nothing that goes on by itself.

use super::{erasure, keys};
use crate::app::leaked::Leaked;
use crate::app::passwords::PasswordRules;
use crate::app::sessions;
use crate::app::{
    Demands, Hub, HubSettings, informers, laying, lived_in, noticed, passwords, sample_district, sample_whistles,
    visits,
};
use crate::clock::Clock;
use crate::config::{self, LedgerPlace, SecondFactor, Settings, StreamPlace};
use crate::domain::calendar::Calendar;
use crate::domain::directory::Directory;
use crate::domain::limits::DatedLimits;
use crate::domain::policy::{self, Scope};
use crate::domain::routing::Routing;
use crate::domain::rules::Rules;
use crate::domain::terms::Role;
use crate::files::{Bounds, Files};
use crate::http::Proxies;
use crate::ids::Chance;
use crate::mail::{Sender, Transport};
use crate::store::whistles::{self, WhistleQuery};
use crate::store::{self, Chore, Ledger, directory};
use crate::stream::{self, Stream};
use crate::workers::{GROUPS, Post, Replica};
use anyhow::{Context, anyhow, bail};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use secrecy::{ExposeSecret, SecretString};
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Marks a ledger whose people are invented.
pub(super) const DEMO: &str = "demo";
/// Marks a demo that has its past.
const LIVED_IN: &str = "lived_in";
/// Of the kernel; the name of this machine or container.
const HOST_NAME: &str = "/proc/sys/kernel/hostname";

/// What the process brings along.
pub struct Surroundings {
    pub clock: Arc<dyn Clock>,
    pub chance: Chance,
}

/// A hub on a district of its own. Without keys it touches nothing.
pub async fn serve(settings: &Settings, around: Surroundings) -> anyhow::Result<Hub> {
    let unmet = settings.unmet();
    if !unmet.is_empty() {
        let said: Vec<String> = unmet.iter().map(|one| format!("\n  {one}")).collect();
        bail!("security.profile is dengbao3, and these settings are not:{}", said.concat());
    }
    let keys = keys::of_district(settings, around.clock.now())?;
    let ledger = open(settings)?;
    if is_demo(&ledger).await? {
        bail!("this is a demo ledger with invented people: `serve` does not open it; give `ledger.url` another file");
    }
    let demands = demands(settings, false)?;
    let files = files(settings, &around);
    hub(settings, ledger, around, HubSettings { demo: false, keys, demands, files }).await
}

/// A hub for an operator's command on the ledger that is there, a district's or a demo's.
pub(super) async fn for_a_command(settings: &Settings, around: Surroundings) -> anyhow::Result<Hub> {
    let ledger = open(settings)?;
    let demo = is_demo(&ledger).await?;
    let keys = match demo {
        true => keys::of_demo(&ledger, &around.chance).await?,
        false => keys::of_district(settings, around.clock.now())?,
    };
    let demands = demands(settings, demo)?;
    let files = files(settings, &around);
    hub(settings, ledger, around, HubSettings { demo, keys, demands, files }).await
}

/// A hub on the sample district, laid when it is not there yet; everybody signs in with `password`.
pub async fn demo(settings: &Settings, password: &str, around: Surroundings) -> anyhow::Result<Hub> {
    let ledger = open(settings)?;
    lay_sample(&ledger, &around).await?;
    let phc =
        passwords::hash(password, &around.chance.secret()[..16]).map_err(|_| anyhow!("the password is not taken"))?;
    let keys = keys::of_demo(&ledger, &around.chance).await?;
    let demands = demands(settings, true)?;
    let files = files(settings, &around);
    let hub = hub(settings, ledger, around, HubSettings { demo: true, keys, demands, files }).await?;
    sessions::set_shared_password(&hub, password, phc).await.context("the password")?;
    Ok(hub)
}

/// Gives the sample district its past, once; a district that has it goes on as it stands.
pub async fn live_in(hub: &Hub) -> anyhow::Result<()> {
    let (scope, now) = (Scope::everything("whether there are any is all that is asked"), hub.now());
    let read = hub.ledger.read(move |reading| {
        let any = WhistleQuery { limit: 1, ..WhistleQuery::default() };
        Ok((directory::meta(reading, LIVED_IN)?, whistles::list(reading, &scope, &any, now)?.is_empty()))
    });
    match read.await? {
        (Some(_), _) => return Ok(()),
        (None, false) => bail!(
            "this district has whistles of its own (or its past was cut off): --lived-in begins with an empty one; give \
             --dir another folder, or leave --lived-in out"
        ),
        (None, true) => {}
    }
    let sample = sample_whistles::read().map_err(|fault| anyhow!(fault))?;
    lived_in::live(hub, &sample).await.context("the sample district's past")?;
    hub.ledger.keep(Chore::MakeMeta { key: LIVED_IN.to_owned(), value: "1".to_owned() }).await?;
    Ok(())
}

fn files(settings: &Settings, around: &Surroundings) -> Files {
    Files::at(bounds_of_files(settings), around.chance.seed())
}

/// Where files of proof lie, by the settings.
pub(super) fn bounds_of_files(settings: &Settings) -> Bounds {
    let config::Files { dir, keep_free_mib, keep_free_percent } = settings.files.clone();
    Bounds { dir, keep_free: keep_free_mib.saturating_mul(1024 * 1024), keep_free_percent }
}

/// The bounds of the ledger, by the settings.
pub(super) fn options(settings: &Settings) -> store::Options {
    // One cryptography for every client with TLS. Who comes second finds the same one there.
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    store::Options {
        batch_max: settings.pen.batch_max,
        queue_max: settings.pen.queue_max,
        ca_file: settings.tls.ca_file.clone(),
        ..store::Options::default()
    }
}

/// Opens the ledger, makes it where there is none, and brings its schema forward.
pub(super) fn open(settings: &Settings) -> anyhow::Result<Ledger> {
    let ledger = store::open(settings.ledger.url.url().expose_secret(), options(settings));
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

/// Lays the sample district unless it is there. The mark comes first: whoever comes between mark and people, or after
/// somebody who was cut off there, lays the same people again.
async fn lay_sample(ledger: &Ledger, around: &Surroundings) -> anyhow::Result<()> {
    let (directory_now, _) = ledger.read(directory::load).await?;
    let sample = sample_district::read().map_err(|fault| anyhow!(fault))?;
    if !directory_now.people.is_empty() {
        if !is_demo(ledger).await? {
            bail!("this ledger holds a real district: `demo` does not touch it; give --dir another folder");
        }
        // A demo of an older release lacks the lists that this one adds.
        laying::complete(ledger, &sample, around.clock.now(), &around.chance).await?;
        return Ok(());
    }
    ledger.keep(Chore::MakeMeta { key: DEMO.to_owned(), value: "1".to_owned() }).await?;
    laying::lay(ledger, &sample, around.clock.now(), &around.chance).await?;
    Ok(())
}

async fn hub(settings: &Settings, ledger: Ledger, around: Surroundings, kind: HubSettings) -> anyhow::Result<Hub> {
    // Who sits where is read by the same door that reads it again when it has changed.
    let (calendar, directory) = (Calendar::new([]), Directory::default());
    let rules = Rules { calendar, limits: limits(settings)?, routing: routing(settings)?, directory };
    let hub = Hub::new(ledger, around.clock, rules, around.chance, kind);
    hub.refresh().await?;
    let count = informers::seal_older(&hub).await.context("contacts that lie unsealed")?;
    if count > 0 {
        tracing::warn!(contacts = count, "what an older release left unsealed of informers is sealed");
    }
    let count = visits::lay_older_sights(&hub).await.context("who sees which results of older visits")?;
    if count > 0 {
        tracing::info!(visits = count, "visits of an older release say whose results their readers see");
    }
    erasure::again(settings, &hub).await?;
    noticed::operators(&hub).await.context("what operators did")?;
    Ok(hub)
}

fn demands(settings: &Settings, demo: bool) -> anyhow::Result<Demands> {
    let second_factor: fn(Role) -> bool = match settings.security.second_factor(demo) {
        SecondFactor::Nobody => |_| false,
        SecondFactor::Posts => policy::must_have_a_factor,
        SecondFactor::Everybody => |_| true,
    };
    let (trail_days, password_days) = (i64::from(settings.security.trail_days), settings.security.password_days(demo));
    Ok(Demands { passwords: password_rules(settings)?, trail_days, second_factor, password_days })
}

/// What is refused as a new password, by the district's names and the operator's file.
pub(super) fn password_rules(settings: &Settings) -> anyhow::Result<PasswordRules> {
    let open = |path: &PathBuf| {
        let opened = Leaked::open(path).map_err(|why| anyhow!("security.leaked_passwords: {}: {why}", path.display()));
        opened.map(Arc::new)
    };
    let leaked = settings.security.leaked_passwords.as_ref().map(open).transpose()?;
    let district = vec![settings.district.name_zh.clone(), settings.district.name_en.clone()];
    Ok(PasswordRules { district, leaked, kinds: settings.security.password_kinds() })
}

pub(super) fn limits(settings: &Settings) -> anyhow::Result<DatedLimits> {
    let texts: Vec<String> = settings.limits_texts()?.into_iter().map(|(_, text)| text).collect();
    DatedLimits::read(&texts).map_err(|fault| anyhow!("limits: {fault}"))
}

pub(super) fn routing(settings: &Settings) -> anyhow::Result<Routing> {
    Routing::read(&settings.routing_text()?).map_err(|fault| anyhow!("routing.toml: {fault}"))
}

/// The doorbell, by the settings. Connects to nothing.
pub fn stream(settings: &Settings, ledger_id: &str) -> anyhow::Result<Stream> {
    let url = match &settings.stream.url {
        StreamPlace::Embedded => return Ok(Stream::embedded(GROUPS)),
        StreamPlace::Redis(url) => url.clone(),
    };
    Ok(Stream::redis(redis(settings, url)?, ledger_id, GROUPS)?)
}

/// What a stream on Redis is opened with, by the settings.
fn redis(settings: &Settings, url: SecretString) -> anyhow::Result<stream::Settings> {
    Ok(stream::Settings {
        url,
        ca_pem: ca_pem(settings)?,
        response: Duration::from_secs(settings.stream.response_seconds),
    })
}

/// The data centre's own authority.
pub(super) fn ca_pem(settings: &Settings) -> anyhow::Result<Option<Vec<u8>>> {
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

/// Whom we believe when they say for whom they ask, by the settings.
pub(super) fn proxies(settings: &Settings) -> anyhow::Result<Proxies> {
    let named = Proxies::parse(&settings.http.trusted_proxies);
    named.context("http.trusted_proxies: are addresses and networks, with commas between: 10.0.0.7, 10.1.0.0/16")
}

/// How letters leave, by the settings.
pub fn post(settings: &Settings, bound: SocketAddr) -> anyhow::Result<Post> {
    let mail = &settings.mail;
    let links = settings.http.links(bound);
    let ca_pem = ca_pem(settings)?;
    Ok(Post {
        transport: Transport::from_url(mail.url.expose_secret(), &bound.ip().to_string(), ca_pem.as_deref())?,
        sender: Sender::parse(&mail.from, mail.reply_to.as_deref(), None)?,
        deadline: Duration::from_secs(mail.deadline_seconds),
        links,
        district: settings.district.name_zh.clone(),
    })
}
