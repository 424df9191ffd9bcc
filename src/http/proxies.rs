//! Whom we believe when they say for whom they ask: only the proxies that the settings name. Without them every address
//! is the peer's own; what a stranger writes into a header says nothing.

use crate::domain::network::network;
use actix_web::http::header::HeaderMap;
use ipnet::IpNet;
use std::net::IpAddr;

/// The proxies that may name an address.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Proxies(Vec<IpNet>);

impl Proxies {
    /// Reads `10.0.0.7, 10.1.0.0/16`; nothing when one of them is neither an address nor a network.
    pub fn parse(text: &str) -> Option<Proxies> {
        let named = text.split(',').map(str::trim).filter(|one| !one.is_empty());
        named.map(network).collect::<Option<Vec<_>>>().map(Proxies)
    }

    /// These, and our own host.
    pub(super) fn and_loopback(&self) -> Proxies {
        let loopback = ["127.0.0.0/8", "::1"].into_iter().filter_map(network);
        Proxies(self.0.iter().copied().chain(loopback).collect())
    }

    /// Whether this address is one of them.
    pub(super) fn holds(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// For whom this is asked: of the addresses that were written down on the way, nearest first, the first that is no
    /// proxy of ours.
    pub(super) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut nearest = peer;
        // As bytes: a line that holds anything odd still ends with what the nearest proxy wrote.
        let lines: Vec<&[u8]> = headers.get_all("x-forwarded-for").map(|line| line.as_bytes()).collect();
        for said in lines.iter().rev().flat_map(|line| line.rsplit(|byte| *byte == b',')) {
            if !self.holds(nearest) {
                break;
            }
            // What is no address ends the way: a proxy of ours writes addresses.
            let Some(before) = str::from_utf8(said).ok().and_then(|said| said.trim().parse().ok()) else { break };
            nearest = before;
        }
        nearest.to_canonical()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;
    use actix_web::test::TestRequest;

    #[test]
    fn t02_only_a_named_proxy_says_for_whom_it_asks() {
        let proxies = Proxies::parse("10.0.0.7, 10.1.0.0/16,fd00::/8").unwrap();
        for (peer, lines, client) in [
            ("203.0.113.5", &[][..], "203.0.113.5"),
            ("203.0.113.5", &["198.51.100.1"], "203.0.113.5"),
            ("10.0.0.7", &["198.51.100.1"], "198.51.100.1"),
            ("::ffff:10.0.0.7", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.8", &["198.51.100.1"], "10.0.0.8"),
            ("10.0.0.7", &["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.7", &["6.6.6.6", "198.51.100.1, 10.1.2.3"], "198.51.100.1"),
            ("10.0.0.7", &["x, 10.1.2.3"], "10.1.2.3"),
            ("10.0.0.7", &[""], "10.0.0.7"),
            ("10.0.0.7", &["吹, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.7", &["198.51.100.1", "吹"], "10.0.0.7"),
            ("fd00::1", &["2001:db8::9"], "2001:db8::9"),
            ("10.0.0.7", &["10.1.2.3"], "10.1.2.3"),
        ] {
            let mut request = TestRequest::default();
            for line in lines {
                let line = HeaderValue::from_bytes(line.as_bytes()).unwrap();
                request = request.append_header(("x-forwarded-for", line));
            }
            let found = proxies.client(peer.parse().unwrap(), request.to_http_request().headers());
            assert_eq!(found, client.parse::<IpAddr>().unwrap(), "{peer} {lines:?}");
        }
        assert_eq!(Proxies::parse(" "), Some(Proxies::default()));
        for wrong in ["10.0.0.0/33", "proxy", "10.0.0.0/x", "10.0.0.1;10.0.0.2", "10.0.0", "010.0.0.1"] {
            assert_eq!(Proxies::parse(wrong), None, "{wrong}");
        }
    }
}
