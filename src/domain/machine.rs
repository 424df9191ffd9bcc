//! Machine tokens: what a unit's own systems show instead of a password. A token does less than the unit may, never
//! more: its scopes within the unit's present rights. Nothing here knows a secret or asks the time.

use super::at::{At, MINUTE};
use super::deeds;
use super::directory::{Directory, UnitRole};
use super::network::network;
use super::order::{Clash, FaultCode, Faults, Field, Kind, NAME_MAX, Node, Spec, each_once, read};
use super::policy::Actor;
use super::terms::Role;
use crate::ids::PersonId;
use ipnet::IpNet;

/// Living tokens of one department.
pub const PER_DEPARTMENT_MAX: i64 = 20;
/// Longest life, days.
pub const DAYS_MAX: i64 = 365;
/// Longest network, characters: eight groups of four, and a prefix.
const NETWORK_MAX: usize = 43;
/// The scope that opens what the unit sees: lists, things, the live feed.
pub const READ: &str = "read";
/// What a machine may do something about: who goes on site and what is found there is a person's to say.
const THINGS: &[&str] = &["whistle", "summons"];
/// Never a machine's, whatever the unit may: a person answers for these.
const NEVER: &[&str] = &["unseal", "export"];

/// One token as the ledger keeps it: a hash of its secret, never the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineToken {
    pub id: String,
    pub secret_hash: [u8; 32],
    pub name: String,
    pub department: String,
    pub scopes: Vec<String>,
    pub maker: PersonId,
    pub made_at: At,
    pub ends_at: At,
    pub used_at: Option<At>,
    pub revoked_at: Option<At>,
    /// From where it works; none: from everywhere.
    pub networks: Vec<IpNet>,
}

impl MachineToken {
    /// Its networks as they are written, `10.3.0.0/16`.
    pub fn network_names(&self) -> Vec<String> {
        self.networks.iter().map(IpNet::to_string).collect()
    }

    /// Whether it works from this address.
    pub fn works_from(&self, address: &IpNet) -> bool {
        self.networks.is_empty() || self.networks.iter().any(|network| network.contains(address))
    }
}

/// What becomes of a token, with the decision that made it so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenDeed {
    /// Refused as a whole when the department has as many as it may.
    Made(Box<MachineToken>),
    Revoked {
        id: String,
        department: String,
        at: At,
    },
}

/// The body of `POST /tokens`.
pub static MAKE_TOKEN: Spec = Spec {
    name: "TokenOrder",
    fields: &[
        Field::required("name", Kind::Text { max: NAME_MAX }),
        Field::required("scopes", Kind::List { of: &Kind::Code, min: 1 }),
        Field::required("expires_at", Kind::Time),
        Field::optional("networks", Kind::List { of: &Kind::Text { max: NETWORK_MAX }, min: 1 }),
    ],
};

/// What a head asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenOrder {
    pub name: String,
    pub scopes: Vec<String>,
    pub ends_at: At,
    pub networks: Vec<IpNet>,
}

impl TokenOrder {
    /// Reads the order; `machine`: what a token of this unit acts as.
    ///
    /// # Errors
    /// Every fault of the body.
    pub fn parse(body: &Node, machine: &Actor, now: At) -> Result<TokenOrder, Vec<super::order::Fault>> {
        let (reader, mut faults) = read(&MAKE_TOKEN, body);
        let grantable = scopes_of(machine);
        each_once(&reader, "scopes", &[], |scope| grantable.iter().any(|one| one == scope), &mut faults);
        let ends_at = reader.time("expires_at");
        if let Some(clash) = ends_at.and_then(|ends_at| life_fault(ends_at, now)) {
            faults.add(reader.pointer("expires_at"), FaultCode::Clash(clash));
        }
        let mut networks = Vec::new();
        for (at, text) in reader.placed("networks") {
            match network(&text) {
                Some(network) => networks.push(network),
                None => faults.add(reader.item("networks", at), FaultCode::Clash(Clash::NoNetwork)),
            }
        }
        let (order, scopes) = (reader.text("name").zip(ends_at), reader.texts("scopes"));
        Faults::judge(faults, order.map(|(name, ends_at)| TokenOrder { name, scopes, ends_at, networks }))
    }
}

fn life_fault(ends_at: At, now: At) -> Option<Clash> {
    if ends_at <= now {
        return Some(Clash::InThePast);
    }
    (ends_at.0 - now.0 > DAYS_MAX * 24 * 60 * MINUTE).then_some(Clash::PastAYear)
}

/// Whom a token of this unit acts as, by the directory as it is now: a liaison of a member department, the duty officer
/// in the office. Nobody else has machines, supervisors least of all.
pub fn acting_for(department: &str, id: &str, name: &str, directory: &Directory) -> Option<Actor> {
    let role = match directory.department(department)?.role_in_hub {
        UnitRole::Member => Role::Liaison,
        UnitRole::CommitteeOffice => Role::OfficeDuty,
        UnitRole::Supervisor => return None,
    };
    Some(Actor {
        person: PersonId::from_text(id),
        username: id.to_owned(),
        name: name.to_owned(),
        role,
        unit: department.to_owned(),
        town: None,
        also_of: Vec::new(),
        also: Vec::new(),
    })
}

/// Everything that a token acting as this may be given: reading, and the deeds that the unit may do, less those that
/// are a person's.
pub fn scopes_of(machine: &Actor) -> Vec<String> {
    let own = deeds::permissions(machine).into_iter().filter(|scope| !is_a_persons(scope));
    std::iter::once(READ.to_owned()).chain(own).collect()
}

fn is_a_persons(scope: &str) -> bool {
    scope.split_once('.').is_none_or(|(thing, verb)| !THINGS.contains(&thing) || NEVER.contains(&verb))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order::from_json;
    use crate::domain::tests::sample::{at, rules};

    fn machine(department: &str) -> Option<Actor> {
        acting_for(department, "mt_1", "gas alarms", &rules().directory)
    }

    #[test]
    fn t12_a_token_may_be_given_what_its_unit_may_and_nothing_of_a_persons() {
        let fire = scopes_of(&machine("XF").unwrap());
        assert!(fire.contains(&READ.to_owned()) && fire.contains(&"whistle.blow".to_owned()));
        assert!(!fire.contains(&"whistle.accept".to_owned()) && fire.iter().all(|scope| !scope.contains("unseal")));
        assert!(scopes_of(&machine("AWB").unwrap()).contains(&"whistle.accept".to_owned()));
        for none in ["JW", "T01", "SQ01", "xf", ""] {
            assert_eq!(machine(none), None, "{none}");
        }
        assert!(is_a_persons("visit.plan") && is_a_persons("finding.reopen") && is_a_persons("whistle.unseal"));
        assert!(is_a_persons("whistles") && !is_a_persons("whistle.blow"));
    }

    #[test]
    fn t12_an_order_names_what_it_may_not_have() {
        let now = at("11-25 10:00");
        let faults = |body: &str| {
            let order = TokenOrder::parse(&from_json(body.as_bytes()).unwrap(), &machine("XF").unwrap(), now);
            let faults = order.err().unwrap_or_default();
            faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.code.as_str())).collect::<Vec<_>>()
        };
        let with = |scopes: &str, ends: &str| format!(r#"{{"name":"a","scopes":[{scopes}],"expires_at":"{ends}"}}"#);
        let (soon, read) = ("2026-12-25T10:00:00+08:00", r#""read""#);
        let from = |networks: &str| {
            format!(r#"{{"name":"a","scopes":["read"],"expires_at":"{soon}","networks":[{networks}]}}"#)
        };
        for (body, told) in [
            (with(read, soon), vec![]),
            (with(read, "2027-11-25T10:00:00+08:00"), vec![]),
            (with(read, "2027-11-25T10:00:01+08:00"), vec!["/expires_at too_late"]),
            (with(read, "2026-11-25T10:00:00+08:00"), vec!["/expires_at in_past"]),
            (with(r#""whistle.accept""#, soon), vec!["/scopes/0 no_such"]),
            (with(r#""read","read","whistle.unseal","*""#, soon), vec!["/scopes/1 twice", "/scopes/2 no_such"]),
            (with("", soon), vec!["/scopes too_few"]),
            (r#"{"name":"a","scopes":["read"]}"#.to_owned(), vec!["/expires_at missing"]),
            (from(r#""10.3.0.0/16","10.3.0.7","fd00::/8","2001:db8::9""#), vec![]),
            // An empty list opens nothing by mistake: whoever means everywhere leaves it out.
            (from(""), vec!["/networks too_few"]),
            (from(r#""10.3.0.7","10.3.0.0/33""#), vec!["/networks/1 bad_network"]),
            (from(r#""::ffff:10.3.0.0/112","010.3.0.7""#), vec!["/networks/0 bad_network", "/networks/1 bad_network"]),
            (from(r#""10.3","all""#), vec!["/networks/0 bad_network", "/networks/1 bad_network"]),
        ] {
            let all = faults(&body);
            assert!(told.iter().all(|one| all.contains(&(*one).to_owned())), "{body}: {all:?}");
            assert_eq!(told.is_empty(), all.is_empty(), "{body}: {all:?}");
        }
    }

    #[test]
    fn t12_a_token_works_from_its_networks_and_without_any_from_everywhere() {
        let works = |networks: &[&str], address: &str| {
            let networks = networks.iter().map(|text| network(text).unwrap()).collect();
            let token = MachineToken {
                id: "mt_1".to_owned(),
                secret_hash: [0; 32],
                name: String::new(),
                department: "XF".to_owned(),
                scopes: Vec::new(),
                maker: PersonId::from_text("pe_head.xf"),
                made_at: at("11-25 10:00"),
                ends_at: at("12-25 10:00"),
                used_at: None,
                revoked_at: None,
                networks,
            };
            token.works_from(&network(address).unwrap())
        };
        assert!(works(&[], "203.0.113.9"));
        // What is written behind the prefix says nothing.
        for network in ["10.3.0.0/16", "10.3.200.7/16", "10.3.4.5", "fd00::/8"] {
            assert!(works(&["192.0.2.0/24", network], if network == "fd00::/8" { "fd12::1" } else { "10.3.4.5" }));
            assert!(!works(&[network], "10.4.0.1") && !works(&[network], "2001:db8::1"), "{network}");
        }
    }
}
