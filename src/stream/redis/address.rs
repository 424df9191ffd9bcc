//! Where the server is, read from `stream.url` before anything connects. Outside this machine nothing goes in clear
//! and nobody is let in without a password, unless the address says `?tls=none` in so many words (T24, T36).
//! No fault quotes the address: people write passwords into it.

use super::fault::said;
use crate::stream::StreamFault;
use redis::sentinel::{SentinelClientBuilder, SentinelServerType};
use redis::{Client, ConnectionAddr, ConnectionInfo, RedisResult, TlsCertificates, TlsMode};
use std::net::IpAddr;

/// A server, or a name that sentinels know the current server of.
pub(super) struct Address {
    place: Place,
    clear_is_spelled_out: bool,
}

enum Place {
    Server(Client),
    Sentinels(Sentinels),
}

struct Sentinels {
    /// What they call the server that we want.
    name: String,
    hosts: Vec<ConnectionAddr>,
    /// As the first sentinel's line would be set up: its user and password are the servers' too.
    like: ConnectionInfo,
    tls: Option<TlsCertificates>,
}

fn refused<T>(why: &str) -> Result<T, StreamFault> {
    Err(StreamFault::Refused(format!("stream.url: {why}")))
}

impl Address {
    /// `redis[s]://[user:password@]host[:port][/database][?tls=none]`, or
    /// `redis+sentinel://[user:password@]host[:port],host[:port]/service[?tls=required|none]`.
    pub(super) fn read(url: &str, ca_pem: Option<&[u8]>) -> Result<Address, StreamFault> {
        let Some((scheme, rest)) = url.split_once("://") else { return refused("is redis://<host> or embedded") };
        if rest.contains('#') {
            return refused("has no #part: a certificate that is not checked protects nothing; set tls.ca_file");
        }
        let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
        let tls = match (scheme, query) {
            ("rediss", None | Some("tls=required")) | ("redis+sentinel", Some("tls=required")) => true,
            ("redis" | "redis+sentinel", None | Some("tls=none")) => false,
            ("redis", Some("tls=required")) => return refused("with TLS begins with rediss://"),
            ("redis" | "rediss" | "redis+sentinel", Some(_)) => {
                return refused("takes only ?tls=none or ?tls=required");
            }
            _ => return refused("begins with redis://, rediss:// or redis+sentinel://"),
        };
        let clear_is_spelled_out = query == Some("tls=none");
        let ca = TlsCertificates { client_tls: None, root_cert: ca_pem.map(<[u8]>::to_vec) };
        let (place, local) = if scheme == "redis+sentinel" {
            let sentinels = sentinels(rest, tls.then_some(ca))?;
            let local = sentinels.hosts.iter().all(is_local);
            (Place::Sentinels(sentinels), local)
        } else {
            let client = client(rest, tls.then_some(ca))?;
            let local = is_local(client.get_connection_info().addr());
            (Place::Server(client), local)
        };
        let address = Address { place, clear_is_spelled_out };
        address.is_fit(tls, local)?;
        Ok(address)
    }

    fn is_fit(&self, tls: bool, local: bool) -> Result<(), StreamFault> {
        let info = match &self.place {
            Place::Server(client) => client.get_connection_info(),
            Place::Sentinels(sentinels) => &sentinels.like,
        };
        let (user, password) = (info.redis_settings().username(), info.redis_settings().password());
        if user.is_some() && password.is_none() {
            return refused("names a user without a password: redis://<user>:<password>@<host>");
        }
        if local {
            return Ok(());
        }
        if !tls && !self.clear_is_spelled_out {
            return refused(
                "to another machine is rediss://, or redis+sentinel:// with ?tls=required, unless ?tls=none is spelled out",
            );
        }
        if password.is_none() {
            return refused("to another machine names a user and a password: rediss://<user>:<password>@<host>");
        }
        Ok(())
    }

    /// Whom to call now; sentinels are asked anew each time.
    pub(super) async fn server(&self) -> Result<Client, StreamFault> {
        let sentinels = match &self.place {
            Place::Server(client) => return Ok(client.clone()),
            Place::Sentinels(sentinels) => sentinels,
        };
        let has_password = sentinels.like.redis_settings().password().is_some();
        let client = match sentinels.primary(false).await {
            Err(fault) if has_password && fault.code() == Some("NOAUTH") => sentinels.primary(true).await,
            found => found,
        };
        let client = client.map_err(|fault| said(&fault))?;
        let elsewhere = !is_local(client.get_connection_info().addr());
        if elsewhere && sentinels.tls.is_none() && !self.clear_is_spelled_out {
            return refused(
                "leads to a server on another machine: say ?tls=required, or ?tls=none if it must be in clear",
            );
        }
        Ok(client)
    }

    /// Host and port, where a line without TLS can be looked at byte by byte.
    pub(super) fn in_clear(&self) -> Option<(&str, u16)> {
        if let Place::Server(client) = &self.place
            && let ConnectionAddr::Tcp(host, port) = client.get_connection_info().addr()
        {
            return Some((host, *port));
        }
        None
    }
}

impl Sentinels {
    async fn primary(&self, sentinels_ask_for_password: bool) -> RedisResult<Client> {
        let settings = self.like.redis_settings();
        let mut asked = SentinelClientBuilder::new(self.hosts.clone(), &self.name, SentinelServerType::Master)?;
        if let Some(tls) = &self.tls {
            asked = asked.set_client_to_redis_tls_mode(TlsMode::Secure).set_client_to_redis_certificates(tls.clone());
            asked = asked.set_client_to_sentinel_certificates(tls.clone());
        }
        if let Some(user) = settings.username() {
            asked = asked.set_client_to_redis_username(user);
        }
        if let Some(password) = settings.password() {
            asked = asked.set_client_to_redis_password(password);
        }
        if sentinels_ask_for_password {
            asked = asked.set_client_to_sentinel_username(settings.username().unwrap_or("default"));
            asked = asked.set_client_to_sentinel_password(settings.password().unwrap_or_default());
        }
        asked.build()?.async_get_client().await
    }
}

fn sentinels(rest: &str, tls: Option<TlsCertificates>) -> Result<Sentinels, StreamFault> {
    let (login, place) = rest.rsplit_once('@').map_or(("", rest), |(login, place)| (login, place));
    let Some((hosts, name)) = place.split_once('/').filter(|(_, name)| !name.is_empty() && !name.contains('/')) else {
        return refused("of sentinels ends with the service's name: redis+sentinel://<host>,<host>/<service>");
    };
    let login = if login.is_empty() { String::new() } else { format!("{login}@") };
    let mut lines = Vec::new();
    for host in hosts.split(',') {
        // Sentinels listen on a port of their own.
        let port = if host.trim_end_matches(|c: char| c.is_ascii_digit()).ends_with(':') { "" } else { ":26379" };
        lines.push(client(&format!("{login}{host}{port}"), tls.clone())?.get_connection_info().clone());
    }
    let hosts = lines.iter().map(|line| line.addr().clone()).collect();
    match lines.into_iter().next() {
        Some(like) => Ok(Sentinels { name: name.to_owned(), hosts, like, tls }),
        None => refused("names no sentinel"),
    }
}

fn client(place: &str, tls: Option<TlsCertificates>) -> Result<Client, StreamFault> {
    let made = match tls {
        Some(tls) => Client::build_with_tls(format!("rediss://{place}"), tls),
        None => Client::open(format!("redis://{place}")),
    };
    // The library's fault may quote the address.
    let Ok(client) = made else {
        return refused(
            "is redis://<user>:<password>@<host>:<port>/<database>, with %40 for @ and %2F for / inside a password, and a \
             readable tls.ca_file with TLS",
        );
    };
    // Telling the library's name is one more command that a narrow user would need.
    let info = client.get_connection_info().clone();
    let settings = info.redis_settings().clone().set_skip_set_lib_name();
    Client::open(info.set_redis_settings(settings)).or_else(|_| refused("is not usable"))
}

fn is_local(address: &ConnectionAddr) -> bool {
    let (ConnectionAddr::Tcp(host, _) | ConnectionAddr::TcpTls { host, .. }) = address else { return true };
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
