//! Who is there on a request, and by what they were let in: a session of a person, or a machine's token. It is made where
//! the ledger was asked and holds for one request only; nothing here asks it again.

use super::Demands;
use crate::domain::at::At;
use crate::domain::policy::{Actor, Scope};
use crate::domain::session::Door;
use crate::domain::terms::Role;
use crate::store::sessions::Found;

/// Who is there.
#[derive(Debug, Clone)]
pub struct Present {
    pub actor: Actor,
    pub scope: Scope,
    pub door: Door,
    /// From then on nobody is let in by what was shown: the token ends, or the session at the latest.
    pub(super) until: At,
    pub(super) shown: Shown,
}

/// What let somebody in, by the hash of its secret.
#[derive(Debug, Clone)]
pub(super) enum Shown {
    Session(Held),
    Machine { hash: [u8; 32], scopes: Vec<String> },
}

/// What is known of a session beside whose it is.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) hash: [u8; 32],
    /// Its forms carry a token that is bound to it, whatever its secret.
    pub(super) id: String,
    /// When the person last gave a password or a code.
    pub(super) proven_at: At,
    /// Came in with a password that the hub drew.
    pub(super) drawn: bool,
    /// Came in with one that was older than the district lets it be.
    pub(super) is_old: bool,
    /// Holds a post that needs a second factor, and has none.
    pub(super) must_enrol: bool,
}

impl Held {
    /// Nobody is stopped in the middle of a watch: a password counts as old from the next sign-in on.
    pub(super) fn of(found: Found, role: Role, demands: &Demands) -> Held {
        let Found { session, drawn, chosen_at, has_factor, .. } = found;
        let ends = |days: i64| chosen_at.map(|at| at.plus_minutes(days * 24 * 60));
        let is_over = |days: i64| ends(days).is_none_or(|ends| ends <= session.made_at);
        let is_old = demands.password_days.is_some_and(is_over);
        let must_enrol = (demands.second_factor)(role) && !has_factor;
        Held { hash: session.secret_hash, id: session.id, proven_at: session.proven_at, drawn, is_old, must_enrol }
    }
}

impl Present {
    /// Nothing goes before a password of the own is chosen, or another one in place of an old one.
    pub fn must_choose(&self) -> bool {
        match &self.shown {
            Shown::Session(held) => held.drawn || held.is_old,
            Shown::Machine { .. } => false,
        }
    }

    /// Came in with a password that the hub drew, which nobody is asked for again: it let in once.
    pub fn has_drawn_password(&self) -> bool {
        match &self.shown {
            Shown::Session(held) => held.drawn,
            Shown::Machine { .. } => false,
        }
    }

    /// Nothing goes before a second factor is enrolled.
    pub fn must_enrol(&self) -> bool {
        match &self.shown {
            Shown::Session(held) => held.must_enrol,
            Shown::Machine { .. } => false,
        }
    }

    /// Until when the last proof of who it is holds; a machine never gives one.
    pub(super) fn proven_at(&self) -> Option<At> {
        match &self.shown {
            Shown::Session(held) => Some(held.proven_at),
            Shown::Machine { .. } => None,
        }
    }

    /// The same session by another secret, from a moment at which its owner has proven to be there.
    pub(super) fn proven(&self, hash: [u8; 32], proven_at: At) -> Present {
        let shown = match &self.shown {
            Shown::Session(held) => Shown::Session(Held { hash, proven_at, ..held.clone() }),
            Shown::Machine { .. } => self.shown.clone(),
        };
        Present { shown, ..self.clone() }
    }

    /// What its forms are bound to.
    pub(super) fn form_of(&self) -> &[u8] {
        match &self.shown {
            Shown::Session(held) => held.id.as_bytes(),
            Shown::Machine { hash, .. } => hash,
        }
    }

    /// What a machine's token opens; nothing for a person, who has the whole of their rights.
    pub fn scopes(&self) -> Option<&[String]> {
        match &self.shown {
            Shown::Session(_) => None,
            Shown::Machine { scopes, .. } => Some(scopes),
        }
    }

    pub(super) fn hash(&self) -> &[u8; 32] {
        match &self.shown {
            Shown::Session(held) => &held.hash,
            Shown::Machine { hash, .. } => hash,
        }
    }
}
