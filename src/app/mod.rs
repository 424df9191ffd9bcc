//! One public function per deed: load → decide → commit, decided anew when the tree moved meanwhile. Use cases know the
//! ledger, the clock and the domain; never HTTP, SQL, pages, mail or a transaction.

mod addressed;
pub mod asked;
pub mod attachments;
pub mod cards;
mod deeds;
pub mod devices;
pub mod due;
pub mod elsewhere;
pub mod erasure;
pub mod exports;
pub mod factors;
pub mod feedback;
pub mod firm_links;
mod form_tokens;
pub mod hints;
pub mod imports;
pub mod informers;
pub mod laying;
pub mod leaked;
pub mod lived_in;
pub mod machine_tokens;
pub mod noticed;
pub mod obligations;
mod own_sessions;
pub mod papers;
pub mod passwords;
pub mod people;
pub mod planner;
mod present;
pub mod proof;
pub mod proposals;
mod recount;
mod refresh;
pub mod rota;
pub mod sample_district;
pub mod sample_whistles;
pub mod sessions;
pub mod spot_checks;
pub mod summonses;
mod tally;
mod throttle;
mod tokens;
pub mod trail;
pub mod unsent;
pub mod views;
pub mod visit_cards;
pub mod visits;
pub mod whistles;

pub use throttle::customer;

use crate::clock::Clock;
use crate::domain::at::At;
use crate::domain::calendar::Calendar;
use crate::domain::decision::{Change, Refusal};
use crate::domain::draft::Deciding;
use crate::domain::policy::Actor;
use crate::domain::rules::Rules;
use crate::domain::terms::Role;
use crate::files::Files;
use crate::ids::{Chance, Mint};
use crate::store::{self, CommitRefusal, Ledger, Outcome, directory};
use aws_lc_rs::hmac;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::watch;

/// How often it is decided anew when others were faster: for whoever waits for the answer and can come back, and for work of the hub's
/// and its operator's that nobody would do again.
const ATTEMPTS_MAX: usize = 3;
const PATIENT_ATTEMPTS_MAX: usize = 8;

/// Everything that a use case may reach.
#[derive(Clone)]
pub struct Hub {
    pub ledger: Ledger,
    pub clock: Arc<dyn Clock>,
    standing: Arc<RwLock<Standing>>,
    pub chance: Arc<Chance>,
    /// A ledger with invented people: every page and letter says so.
    pub demo: bool,
    pub demands: Demands,
    /// Where proof lies.
    pub files: Files,
    /// Counts commits: whoever listens hears each ring, and nobody takes it from another.
    pub bell: Arc<watch::Sender<u64>>,
    pub(crate) doorkeeper: Arc<sessions::Doorkeeper>,
}

impl Hub {
    /// Puts the hub together; `keys` come from the ledger or from files. `rules` are those of a ledger on which nothing
    /// is laid: what is laid there comes with [`Hub::refresh`].
    pub fn new(ledger: Ledger, clock: Arc<dyn Clock>, rules: Rules, chance: Chance, settings: HubSettings) -> Hub {
        let doorkeeper = Arc::new(sessions::Doorkeeper::new(settings.keys));
        let (chance, bell) = (Arc::new(chance), Arc::new(watch::Sender::new(0)));
        let standing = Arc::new(RwLock::new(Standing { version: 0, rules: Arc::new(rules) }));
        let HubSettings { demo, demands, files, .. } = settings;
        Hub { ledger, clock, standing, chance, demo, demands, files, bell, doorkeeper }
    }

    /// The rules as they were last read. Whoever decides takes them once.
    pub fn rules(&self) -> Arc<Rules> {
        Arc::clone(&self.standing.read().unwrap_or_else(PoisonError::into_inner).rules)
    }

    /// Reads directory and calendar again if they have moved, here or by another process.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub async fn refresh(&self) -> Result<(), store::Fault> {
        let version = self.ledger.read(directory::version).await?;
        self.refresh_to(version).await
    }

    /// The same for whoever has just seen the directory's version.
    async fn refresh_to(&self, version: i64) -> Result<(), store::Fault> {
        if self.version() == version {
            return Ok(());
        }
        let read = self.ledger.read(|reading| Ok((directory::load(reading)?, directory::version(reading)?)));
        let ((directory, days), version) = read.await?;
        let mut standing = self.standing.write().unwrap_or_else(PoisonError::into_inner);
        // Another may have read on meanwhile.
        if version > standing.version {
            let (limits, routing) = (standing.rules.limits.clone(), standing.rules.routing.clone());
            let rules = Rules { calendar: Calendar::new(days), limits, routing, directory };
            *standing = Standing { version, rules: Arc::new(rules) };
        }
        Ok(())
    }

    /// The version of the directory that [`Hub::rules`] hold.
    pub(crate) fn version(&self) -> i64 {
        self.standing.read().unwrap_or_else(PoisonError::into_inner).version
    }

    /// Now, by the hub's clock.
    pub fn now(&self) -> At {
        self.clock.now()
    }

    /// A keyed digest for one purpose: nobody outside can make or change what carries it.
    pub fn mac(&self, purpose: &str, data: &[u8]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(self.doorkeeper.keys().mac());
        context.update(purpose.as_bytes());
        context.update(&[0]);
        context.update(data);
        let mut mac = [0; 32];
        mac.copy_from_slice(context.sign().as_ref());
        mac
    }

    /// Takes other keys from now on, without a pause; whether they are others than before.
    pub fn take_keys(&self, keys: sessions::Keys) -> bool {
        self.doorkeeper.take_keys(keys)
    }

    /// Seals what a dump of the ledger must not tell; it opens for the same `bound_to` only: its purpose and its owner.
    pub fn seal(&self, bound_to: &str, plain: &[u8]) -> Result<String, store::Fault> {
        self.doorkeeper
            .keys()
            .sealer()
            .seal(bound_to, plain)
            .map_err(|_| store::Fault::never("a secret could not be sealed"))
    }

    /// What was sealed so; nothing if it was altered, is bound to something else, or its key is gone.
    pub fn unseal(&self, bound_to: &str, sealed: &str) -> Option<Vec<u8>> {
        self.doorkeeper.keys().sealer().open(bound_to, sealed)
    }

    /// Commits a decision and rings the bell.
    async fn commit(&self, mut change: Change, now: At) -> Result<Outcome, CommitRefusal> {
        informers::seal(self, &mut change.texts)?;
        let outcome = self.ledger.commit(change, now).await?;
        self.ring();
        Ok(outcome)
    }

    /// Something was committed.
    fn ring(&self) {
        self.bell.send_modify(|commits| *commits = commits.wrapping_add(1));
    }

    /// A mint for one decision.
    fn mint(&self, now: At) -> Mint {
        Mint::new(now.0, self.chance.seed())
    }

    /// What a decision brings along.
    fn deciding<'a>(&self, actor: Option<&'a Actor>, rules: &'a Rules, now: At, mint: &'a mut Mint) -> Deciding<'a> {
        Deciding { actor, rules, now, mint }
    }
}

/// The rules and the version of the directory that they were read at.
#[derive(Debug)]
struct Standing {
    version: i64,
    rules: Arc<Rules>,
}

/// What the edges decide about a hub.
#[derive(Debug)]
pub struct HubSettings {
    pub demo: bool,
    pub keys: sessions::Keys,
    pub demands: Demands,
    pub files: Files,
}

/// What a district demands of its own security.
#[derive(Debug, Clone)]
pub struct Demands {
    pub passwords: passwords::PasswordRules,
    /// How long lines of the trail are kept, days.
    pub trail_days: i64,
    /// Who goes nowhere without a second factor.
    pub second_factor: fn(Role) -> bool,
    /// How old a password may be, days; none: as old as it likes.
    pub password_days: Option<i64>,
}

impl Default for Demands {
    fn default() -> Demands {
        Demands { passwords: Default::default(), trail_days: 400, second_factor: |_| false, password_days: None }
    }
}

/// Why a use case did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Undone {
    #[error("refused")]
    Refusal(Refusal),
    #[error(transparent)]
    Fault(#[from] store::Fault),
    #[error("wrong name or password")]
    WrongPassword,
    #[error("a password or a code is asked again")]
    StepUpNeeded,
    #[error("the password or the code given again is wrong")]
    ProofFailed,
    #[error("too many failed tries")]
    TooManyTries { retry_after_seconds: u32 },
}

impl From<Refusal> for Undone {
    fn from(refusal: Refusal) -> Undone {
        Undone::Refusal(refusal)
    }
}

impl From<CommitRefusal> for Undone {
    fn from(refusal: CommitRefusal) -> Undone {
        match refusal {
            CommitRefusal::Stale => Undone::Refusal(Refusal::Contended),
            CommitRefusal::KeyReused => Undone::Refusal(Refusal::KeyReused),
            CommitRefusal::Busy => Undone::Refusal(Refusal::Busy),
            CommitRefusal::Fault(fault) => Undone::Fault(fault),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::tests::hub;

    #[tokio::test]
    async fn every_listener_hears_every_commit() {
        let hub = hub();
        let listeners = [hub.bell.subscribe(), hub.bell.subscribe()];
        hub.commit(Change::default(), hub.now()).await.unwrap();
        assert!(listeners.iter().all(|listener| listener.has_changed().unwrap()), "one rang for another");
    }
}
