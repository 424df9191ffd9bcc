//! What makes the log provable (I5): the hash of each event and the salted digests of texts and request bodies.
//! The bytes that are hashed here are a contract with every checkpoint ever signed: version 1 never changes.

use crate::domain::decision::BodyDigest;
use crate::domain::event::Event;
use crate::domain::trail::SecurityEvent;
use crate::ids::hex;
use aws_lc_rs::{digest, hmac};
use serde_json::Value;
use std::collections::BTreeSet;

/// Names the encoding inside the hash, so that a second one cannot be mistaken for it.
const VERSION_1: &[u8] = b"whistle-hub event 1";
const TRAIL_VERSION_1: &[u8] = b"whistle-hub security event 1";

/// An event as it stands in the table, ready to be hashed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leaf<'a> {
    pub(crate) seq: i64,
    /// Microseconds UTC.
    pub(crate) at: i64,
    pub(crate) kind: &'a str,
    pub(crate) tree: &'a str,
    pub(crate) about: Option<&'a str>,
    pub(crate) person: Option<&'a str>,
    pub(crate) department: Option<&'a str>,
    /// The stored bytes, never re-serialised; texts are in it as id and digest.
    pub(crate) data: &'a str,
}

impl<'a> Leaf<'a> {
    /// The leaf of an event about to be written.
    pub(super) fn of(event: &'a Event, seq: i64, at: i64, data: &'a str) -> Leaf<'a> {
        Leaf {
            seq,
            at,
            kind: event.kind.as_str(),
            tree: event.tree.as_str(),
            about: event.about.as_ref().map(|about| about.as_str()),
            person: event.doer.as_ref().map(|doer| doer.person.as_str()),
            department: event.doer.as_ref().map(|doer| doer.department.as_str()),
            data,
        }
    }

    /// SHA-256 over 0x00 (RFC 6962: a leaf, not a node), the encoding's name, and each field with its length before it.
    pub(crate) fn hash(&self) -> [u8; 32] {
        let mut hash = digest::Context::new(&digest::SHA256);
        hash.update(&[0]);
        put(&mut hash, Some(VERSION_1));
        hash.update(&self.seq.to_be_bytes());
        hash.update(&self.at.to_be_bytes());
        put(&mut hash, Some(self.kind.as_bytes()));
        put(&mut hash, Some(self.tree.as_bytes()));
        for field in [self.about, self.person, self.department] {
            put(&mut hash, field.map(str::as_bytes));
        }
        put(&mut hash, Some(self.data.as_bytes()));
        of_32(hash.finish().as_ref())
    }
}

/// The same for a line of the trail.
pub(super) fn trail_hash(line: &SecurityEvent, at: i64, data: &str) -> [u8; 32] {
    let mut hash = digest::Context::new(&digest::SHA256);
    hash.update(&[0]);
    put(&mut hash, Some(TRAIL_VERSION_1));
    hash.update(&line.seq.to_be_bytes());
    hash.update(&at.to_be_bytes());
    put(&mut hash, Some(line.kind.as_str().as_bytes()));
    put(&mut hash, Some(line.outcome.as_str().as_bytes()));
    let person = line.doer.as_ref().map(|doer| doer.person.as_str());
    let department = line.doer.as_ref().map(|doer| doer.department.as_str());
    let about = line.about.as_ref().map(|about| about.as_str());
    for field in [person, department, about, line.address.as_deref()] {
        put(&mut hash, field.map(str::as_bytes));
    }
    put(&mut hash, Some(data.as_bytes()));
    of_32(hash.finish().as_ref())
}

/// One field: eight bytes of length, then the bytes; a missing one is the length that no field has.
fn put(hash: &mut digest::Context, field: Option<&[u8]>) {
    let length = field.map_or(u64::MAX, |bytes| bytes.len() as u64);
    hash.update(&length.to_be_bytes());
    hash.update(field.unwrap_or_default());
}

/// SHA-256 over salt and body: all that stays of a text when law has erased it.
pub(crate) fn salted(salt: &[u8; 16], body: &[u8]) -> [u8; 32] {
    let mut hash = digest::Context::new(&digest::SHA256);
    hash.update(salt);
    hash.update(body);
    of_32(hash.finish().as_ref())
}

/// The digest of a request body under its idempotency key: one key always has one salt, so that digests compare.
pub(super) fn body_digest(secret: &hmac::Key, key: &str, body: &[u8]) -> BodyDigest {
    let mut salt = [0; 16];
    let tag = hmac::sign(secret, key.as_bytes());
    for (byte, drawn) in salt.iter_mut().zip(tag.as_ref()) {
        *byte = *drawn;
    }
    BodyDigest { digest: salted(&salt, body), salt }
}

/// Puts `"digest"` beside every `"$text"` for which `known` has one.
pub(super) fn mark_texts(data: &mut Value, known: &impl Fn(&str) -> Option<[u8; 32]>) {
    match data {
        Value::Object(fields) => {
            if let Some(digest) = fields.get("$text").and_then(Value::as_str).and_then(known) {
                fields.insert("digest".into(), Value::String(hex(&digest)));
            }
            fields.values_mut().for_each(|field| mark_texts(field, known));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| mark_texts(item, known)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The ids of all texts that a value points at.
pub(crate) fn text_ids<'d>(data: &'d Value, ids: &mut BTreeSet<&'d str>) {
    match data {
        Value::Object(fields) => {
            ids.extend(fields.get("$text").and_then(Value::as_str));
            fields.values().for_each(|field| text_ids(field, ids));
        }
        Value::Array(items) => items.iter().for_each(|item| text_ids(item, ids)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A SHA-256 value as the array that it is.
fn of_32(value: &[u8]) -> [u8; 32] {
    let mut all = [0; 32];
    for (byte, hashed) in all.iter_mut().zip(value) {
        *byte = *hashed;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const LEAF: Leaf<'static> = Leaf {
        seq: 7,
        at: 1_700_000_000_000_000,
        kind: "whistle.blown",
        tree: "wh_1",
        about: None,
        person: Some("pe_1"),
        department: Some("YJ"),
        data: "{}",
    };

    #[test]
    fn the_first_encoding_stands_as_released() {
        assert_eq!(hex(&LEAF.hash()), "6b72f055c24592c70cd82c8dbc2041aceb25efe5d9d744b069d9189c459b5abf");
    }

    #[test]
    fn every_field_moves_the_hash_and_a_missing_field_is_not_an_empty_one() {
        let others = [
            Leaf { seq: 8, ..LEAF },
            Leaf { at: 1, ..LEAF },
            Leaf { kind: "whistle.routed", ..LEAF },
            Leaf { tree: "wh_2", ..LEAF },
            Leaf { about: Some(""), ..LEAF },
            Leaf { about: Some("pe_1"), person: None, ..LEAF },
            Leaf { person: None, ..LEAF },
            Leaf { department: Some("XF"), ..LEAF },
            Leaf { data: "{ }", ..LEAF },
        ];
        for other in others {
            assert_ne!(other.hash(), LEAF.hash(), "{other:?}");
        }
    }

    #[test]
    fn a_text_that_is_referred_to_leaves_its_digest_wherever_it_hangs() {
        let mut data = json!({ "title": { "$text": "tx_1" }, "more": [{ "note": { "$text": "tx_gone" } }] });
        mark_texts(&mut data, &|id| (id == "tx_1").then(|| salted(&[1; 16], b"a")));
        let mut ids = BTreeSet::new();
        text_ids(&data, &mut ids);
        assert_eq!(ids.into_iter().collect::<Vec<_>>(), ["tx_1", "tx_gone"]);
        assert_eq!(data["title"]["digest"].as_str().map(str::len), Some(64));
        assert_eq!(data["more"][0]["note"], json!({ "$text": "tx_gone" }));
    }

    #[test]
    fn one_key_always_has_one_salt_and_another_key_another() {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, b"secret");
        assert_eq!(body_digest(&secret, "k", b"a"), body_digest(&secret, "k", b"a"));
        assert_ne!(body_digest(&secret, "k", b"a").digest, body_digest(&secret, "k", b"b").digest);
        assert_ne!(body_digest(&secret, "k", b"a").salt, body_digest(&secret, "l", b"a").salt);
    }
}
