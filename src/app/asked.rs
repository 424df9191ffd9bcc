//! What a request asks, with everything that may be wrong with it still undecided: a fault is only told once the asker
//! may know that the thing exists (API.md, order of checks). Nothing here reads the ledger but for the remembered key.

use super::{Hub, Undone};
use crate::domain::at::At;
use crate::domain::decision::{BodyDigest, KeyFault, Receipt, Refusal};
use crate::domain::order::{LIST_MAX, Node, NotAnObject};
use crate::domain::policy::{Actor, Scope};

/// Shortest and longest idempotency key, visible ASCII characters.
const KEY_CHARACTERS: std::ops::RangeInclusive<usize> = 8..=128;

/// The version that a deed names in `If-Match` (or a form's hidden field).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionGiven {
    Missing,
    Named(i64),
    /// Weak, `*` or no version of ours: it matches nothing.
    Never,
}

/// One POST, raw where it may be wrong.
#[derive(Debug)]
pub struct Asked<'a> {
    pub actor: &'a Actor,
    /// What the post sees: nothing is done to what is only read for the length of a shift.
    pub scope: Scope,
    /// Method and path: the scope of the key.
    pub route: &'a str,
    pub key: Option<&'a str>,
    pub version: VersionGiven,
    pub bytes: &'a [u8],
    pub body: Result<Node, NotAnObject>,
}

/// An idempotency key that is sound, with its body's digest.
#[derive(Debug, Clone)]
pub(super) struct Key {
    text: String,
    digest: BodyDigest,
}

impl Key {
    /// The receipt that a Change leaves behind for this key.
    pub(super) fn receipt(&self, at: At, code: &str, version: i64) -> Receipt {
        let (key, body) = (self.text.clone(), self.digest.clone());
        Receipt { key, body, at, code: code.to_owned(), version, card: None }
    }

    /// The first answer for this key, if it was given; refused if it was given for another body.
    pub(super) async fn remembered(&self, hub: &Hub) -> Result<Option<Receipt>, Undone> {
        match hub.ledger.receipt(&self.text).await? {
            Some(receipt) if receipt.body == self.digest => Ok(Some(receipt)),
            Some(_) => Err(Refusal::KeyReused.into()),
            None => Ok(None),
        }
    }
}

impl Asked<'_> {
    /// The key, if one was given and is sound.
    pub(super) fn sound_key(&self, hub: &Hub) -> Result<Option<Key>, Refusal> {
        let Some(given) = self.key else { return Ok(None) };
        if !KEY_CHARACTERS.contains(&given.len()) || !given.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Refusal::Key(KeyFault::Malformed));
        }
        let text = format!("{} {} {given}", self.actor.person, self.route);
        // Under a key that no dump holds: whoever knows all but a phone must not find it by trying.
        let digest = hub.ledger.body_digest(&text, &hub.mac("body", self.bytes));
        Ok(Some(Key { text, digest }))
    }

    /// The key, and what was answered to it before.
    pub(super) async fn heard(&self, hub: &Hub) -> Result<(Option<Key>, Option<Receipt>), Undone> {
        let Some(key) = self.sound_key(hub)? else { return Ok((None, None)) };
        let before = key.remembered(hub).await?;
        Ok((Some(key), before))
    }

    /// The body as an object.
    pub(super) fn node(&self) -> Result<&Node, Refusal> {
        self.body.as_ref().map_err(|fault| Refusal::Body(*fault))
    }

    /// The text of a field, looked at before the order is read: what it names is loaded with the rest.
    pub(super) fn named(&self, field: &str) -> Option<String> {
        text_of(self.body.as_ref().ok()?, field)
    }

    /// The same of each entry of a list.
    pub(super) fn named_in(&self, list: &str, field: &str) -> Vec<String> {
        let Ok(Node::Object(entries)) = &self.body else { return Vec::new() };
        let listed = entries.iter().filter(|(name, _)| name == list).flat_map(|(_, node)| match node {
            Node::List(items) => items.as_slice(),
            Node::Text(_) | Node::Null | Node::Bool(_) | Node::Number | Node::Object(_) => &[],
        });
        listed.filter_map(|item| text_of(item, field)).take(LIST_MAX).collect()
    }
}

fn text_of(node: &Node, field: &str) -> Option<String> {
    let Node::Object(entries) = node else { return None };
    entries.iter().find_map(|(name, node)| match node {
        Node::Text(text) if name == field => Some(text.clone()),
        Node::Text(_) | Node::Null | Node::Bool(_) | Node::Number | Node::List(_) | Node::Object(_) => None,
    })
}
