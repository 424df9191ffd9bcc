//! A network of addresses as people write it: for the proxies that are believed and the places that a machine's token works
//! from. Whose address is asked about is the caller's matter; nothing here looks one up.

use ipnet::IpNet;

/// Reads `10.3.0.0/16`, or one address alone; what an address has behind its prefix is left out.
pub fn network(text: &str) -> Option<IpNet> {
    let (address, whole) = (text.split('/').next().unwrap_or(text), if text.contains(':') { 128 } else { 32 });
    let network: Option<IpNet> = if text.contains('/') { text.parse() } else { format!("{text}/{whole}").parse() }.ok();
    let is_plain = |network: &IpNet| match network {
        // With a zero before it some read another number.
        IpNet::V4(network) => network.addr().to_string() == address,
        // Nobody asks for an IPv4 address in the clothes of the other kind.
        IpNet::V6(network) => network.addr().to_ipv4_mapped().is_none(),
    };
    network.filter(is_plain).map(|network| network.trunc())
}
