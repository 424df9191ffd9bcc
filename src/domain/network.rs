//! A network of addresses as people write it: for the proxies that are believed and the places that a machine's token works
//! from. Whose address is asked about is the caller's matter; nothing here looks one up.

use ipnet::IpNet;

/// Reads `10.3.0.0/16`, or one address alone; what an address has behind its prefix is left out.
pub fn network(text: &str) -> Option<IpNet> {
    let whole = if text.contains(':') { 128 } else { 32 };
    let network: Option<IpNet> = if text.contains('/') { text.parse() } else { format!("{text}/{whole}").parse() }.ok();
    network.map(|network| network.trunc())
}
