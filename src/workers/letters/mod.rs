//! Sends the letters that the ledger owes: claim, look up who holds the post now, check their right again, render, hand
//! over, note the outcome. The stream only wakes it. A letter may repeat only after an ambiguous end, under the same
//! Message-ID; it never decides whether a letter is owed.

mod facts;

use super::lease::{BEAT_EVERY, Lease};
use super::listener::{Listener, Replica};
use super::{Chain, Step, Worker, WorkerFault};
use crate::app::{self, Hub, sample_district::mail_address};
use crate::domain::at::At;
use crate::domain::decision::LetterOwed;
use crate::domain::directory::Person;
use crate::domain::obligation::Subject;
use crate::domain::policy::{self, Scope};
use crate::domain::reminders::{self, Word};
use crate::domain::terms::LetterKind;
use crate::domain::visit::follow::turn_of;
use crate::domain::visit::{Visit, VisitTree};
use crate::domain::whistle::Tree;
use crate::ids::{PersonId, TreeId};
use crate::mail::{FaultKind, LetterFacts, Sender, Transport, render};
use crate::store::{self, Chore, ClaimedLetter, Kept, Note, Retry, due, visits, whistles};
use crate::stream::Stream;
use std::time::Duration;

pub(super) const GROUP: &str = "letters";
const LEASE: &str = "letters";
const HEAR_MAX: usize = 256;
/// Letters claimed at once: few, so that a claim that outlives its holder does not lie long.
const CLAIM_MAX: i64 = 4;
/// A letter is tried for about two days: one, two, four … minutes, then hourly.
const TRIES_MAX: i64 = 54;
const PAUSE_MINUTES_MAX: i64 = 60;
/// How often, and after which pause, the ledger is told again that a letter was taken.
const NOTES_MAX: u32 = 40;
const NOTE_PAUSE: Duration = Duration::from_millis(250);

/// Where letters go and what they carry.
pub struct Post {
    pub transport: Transport,
    pub sender: Sender,
    /// Hard end of one letter's handing over.
    pub deadline: Duration,
    /// What links start with, without a slash at the end.
    pub links: String,
    pub district: String,
}

/// Hands owed letters over, one replica at a time.
pub struct Letters {
    carrier: Carrier,
    listener: Listener,
    lease: Lease,
    /// The epoch in which the claims of whoever held the lease before were given back.
    begun: i64,
}

/// Carries one letter.
struct Carrier {
    hub: Hub,
    post: Post,
}

/// How one letter ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Sent,
    /// Nobody is to have it any longer: the whistle is gone from their sight, or nothing is owed.
    Needless,
    NotReached,
    TryLater,
    /// Somebody had a reminder a short while ago: not before then.
    Waits(At),
}

impl Letters {
    pub fn new(hub: Hub, stream: &Stream, replica: &Replica, post: Post) -> Letters {
        let lease = Lease::new(hub.clone(), LEASE, replica.name.clone());
        // Only the lease's holder listens: one name for all, and the next holder finds what the last one left.
        let one_name = Replica { name: LEASE.to_owned(), ..replica.clone() };
        let listener = Listener::new(stream, GROUP, &one_name);
        Letters { carrier: Carrier { hub, post }, listener, lease, begun: 0 }
    }

    /// Takes what is to leave now. In a new epoch nobody else holds a claim: whoever did was killed or stopped.
    async fn claim(&mut self, epoch: i64) -> Result<Vec<ClaimedLetter>, WorkerFault> {
        let Carrier { hub, post } = &self.carrier;
        if self.begun != epoch {
            hub.ledger.keep(Chore::ReleaseLetters { epoch }).await?;
            self.begun = epoch;
        }
        let now = hub.now();
        if !hub.ledger.read(move |reading| due::letter_waits(reading, now)).await? {
            return Ok(Vec::new());
        }
        // The claim outlives the whole batch.
        let batch = i64::try_from(post.deadline.as_micros()).unwrap_or(i64::MAX / 64) * CLAIM_MAX;
        let until = At(now.0.saturating_add(batch));
        match hub.ledger.keep(Chore::ClaimLetters { now, until, at_most: CLAIM_MAX, epoch }).await? {
            Kept::Letters(letters) => Ok(letters),
            Kept::Done(_) | Kept::Lease(_) => Ok(Vec::new()),
        }
    }

    /// Listens; what rang is no more than a reason to look.
    async fn hear(&mut self, wait: Duration) -> Result<Step, WorkerFault> {
        let heard = self.listener.hear(self.carrier.hub.clock.as_ref(), HEAR_MAX, wait).await?;
        let seqs: Vec<i64> = heard.iter().map(|heard| heard.entry.seq).collect();
        self.listener.ears.done(&seqs).await?;
        Ok(if heard.is_empty() { Step::Idle } else { Step::Worked })
    }

    /// Carries a letter, the lease's beat going on meanwhile.
    async fn carry(&mut self, claimed: &ClaimedLetter) -> Result<End, WorkerFault> {
        let mut carrying = std::pin::pin!(self.carrier.carry(claimed));
        loop {
            match tokio::time::timeout(BEAT_EVERY, carrying.as_mut()).await {
                Ok(carried) => return carried,
                // Lost meanwhile or not, this letter is on its way.
                Err(_) => drop(self.lease.hold().await),
            }
        }
    }
}

impl Carrier {
    /// Hands a letter over and notes how it ended. A fault of ours counts as a try, so that it ends some day.
    async fn carry(&mut self, claimed: &ClaimedLetter) -> Result<End, WorkerFault> {
        let now = self.hub.now();
        let ended = self.hand_over(claimed, now).await;
        let end = match &ended {
            Ok(end) => *end,
            Err(_) => End::TryLater,
        };
        self.say(claimed, end, now).await?;
        ended
    }

    /// That a letter was taken is said until the ledger has heard it: unsaid, the letter would leave again.
    async fn insist(&self, taken: impl Fn() -> Chore) -> Result<(), WorkerFault> {
        let mut said = self.hub.ledger.keep(taken()).await;
        for _ in 0..NOTES_MAX {
            if !matches!(&said, Err(fault) if fault.retry != Retry::Never) {
                break;
            }
            super::rest(NOTE_PAUSE).await;
            said = self.hub.ledger.keep(taken()).await;
        }
        Ok(said.map(drop)?)
    }

    async fn say(&self, claimed: &ClaimedLetter, end: End, now: At) -> Result<(), WorkerFault> {
        let letter = &claimed.letter;
        let id = letter.id.clone();
        let chore = match end {
            End::Sent => return self.insist(|| Chore::LetterSent { id: id.clone(), at: now }).await,
            End::Needless => Chore::LetterGivenUp { id, at: now },
            End::Waits(not_before) => Chore::LetterLater { id, not_before, tries: claimed.tries },
            End::TryLater if claimed.tries + 1 < TRIES_MAX => {
                let pause = 1_i64 << claimed.tries.clamp(0, 6);
                let not_before = now.plus_minutes(pause.min(PAUSE_MINUTES_MAX));
                Chore::LetterLater { id, not_before, tries: claimed.tries + 1 }
            }
            End::TryLater | End::NotReached => {
                app::due::not_reached(&self.hub, letter).await?;
                Chore::LetterGivenUp { id, at: now }
            }
        };
        self.hub.ledger.keep(chore).await?;
        Ok(())
    }

    async fn hand_over(&mut self, claimed: &ClaimedLetter, now: At) -> Result<End, WorkerFault> {
        let letter = &claimed.letter;
        // Who holds the post now, whoever was told of it.
        self.hub.refresh().await?;
        let rules = self.hub.rules();
        let directory = &rules.directory;
        // Meant for one of them, or for whoever holds it.
        let vacant = letter.person.is_none() && directory.holders(&letter.to, now).is_empty();
        let holders: Vec<Person> = match &letter.person {
            Some(id) => directory.person(id).filter(|person| person.is_active()).cloned().into_iter().collect(),
            None => directory.addressees(&letter.to, now).into_iter().cloned().collect(),
        };
        // The post's head is written to instead, and the timeline says so: once, however often it is tried.
        if vacant && !holders.is_empty() && claimed.tries == 0 {
            app::due::not_reached(&self.hub, letter).await?;
        }
        let id = letter.id.clone();
        let mut copied = self.hub.ledger.read(move |reading| due::copies(reading, &id)).await?;
        let several = holders.len() > 1;
        let mut ends = if holders.is_empty() { vec![End::NotReached] } else { Vec::new() };
        for person in holders {
            if copied.contains(&person.id) {
                continue;
            }
            // On the heap: what a letter says is large.
            let end = Box::pin(self.hand_to(letter, &person, now)).await?;
            if end == End::Sent && several {
                // So that another try leaves this one alone.
                let copy = || Chore::CopySent { id: letter.id.clone(), person: person.id.clone() };
                self.insist(copy).await?;
                copied.push(person.id);
            }
            ends.push(end);
        }
        // Tried again while one may still be reached; else whoever has it decides.
        let waits = ends.iter().copied().find(|end| matches!(end, End::Waits(_)));
        let worst = [End::TryLater].into_iter().chain(waits).chain([End::Sent, End::NotReached]);
        Ok(match worst.into_iter().find(|end| ends.contains(end)) {
            Some(later @ (End::TryLater | End::Waits(_))) => later,
            _ if !copied.is_empty() => End::Sent,
            other => other.unwrap_or(End::Needless),
        })
    }

    /// Hands a letter to one holder of its post.
    async fn hand_to(&mut self, letter: &LetterOwed, person: &Person, now: At) -> Result<End, WorkerFault> {
        let facts = match self.facts(letter, person, now).await? {
            Ok(facts) => facts,
            Err(end) => return Ok(end),
        };
        let outcome = match render(&facts, &self.post.sender, now) {
            Ok(rendered) => self.post.transport.hand_over(&rendered, self.post.deadline).await,
            Err(fault) => Err(fault),
        };
        let Err(fault) = outcome else {
            metrics::counter!("hub_letters_total", "outcome" => "sent").increment(1);
            if letter.kind == LetterKind::Reminder {
                let is_late = facts.owed.iter().any(|item| item.due_at <= now);
                let note = || Chore::Note(Note::Reminded { person: person.id.clone(), at: now, is_late });
                self.insist(note).await?;
            }
            return Ok(End::Sent);
        };
        tracing::warn!(letter = %letter.id, kind = %letter.kind, cause = %Chain(&fault), "a letter was not handed over");
        metrics::counter!("hub_letters_total", "outcome" => "failed").increment(1);
        Ok(match fault.kind {
            FaultKind::Permanent => End::NotReached,
            FaultKind::Temporary | FaultKind::Ambiguous => End::TryLater,
        })
    }

    /// What the letter may say to this person, or why it is not sent: they may not see it (any more), or need not now.
    async fn facts(
        &self,
        letter: &LetterOwed,
        person: &Person,
        now: At,
    ) -> Result<Result<LetterFacts, End>, WorkerFault> {
        let Some(actor) = self.hub.rules().directory.actor(&person.id) else { return Ok(Err(End::Needless)) };
        let (scope, to) = (policy::scope(&actor), mail_address(&person.username));
        let page = if letter.kind == LetterKind::ShiftSet { "/admin/rota" } else { "/console" };
        let link = || format!("{}{page}", self.post.links);
        if letter.kind == LetterKind::Reminder {
            return Ok(match self.word(person, scope, now).await? {
                Word::Says(owed) => {
                    let owed = owed.into_iter().map(|one| self.item(one)).collect();
                    Ok(LetterFacts { owed, link: link(), ..self.blank(letter, to) })
                }
                Word::Waits(until) => Err(End::Waits(until)),
                Word::Needless => Err(End::Needless),
            });
        }
        if let Some(id) = letter.tree.as_ref().and_then(TreeId::visit) {
            // Whoever was invited may be told that it is off, even if the visit is no longer theirs to see.
            let off = letter.kind == LetterKind::VisitCancelled;
            let scope = if off { Scope::everything("they were invited") } else { scope };
            let tree = self.hub.ledger.read(move |reading| visits::tree_by_id(reading, &scope, &id)).await?;
            if letter.kind == LetterKind::FindingRelapsed {
                let finding = |tree: &VisitTree| {
                    let about = letter.about.as_ref()?;
                    tree.findings.iter().find(|one| one.id.as_str() == about.as_str()).map(|one| one.code.clone())
                };
                let code = tree.as_ref().and_then(finding);
                let page = |code| format!("{}/console/findings/{code}", self.post.links);
                let facts = code.map(|code| LetterFacts { link: page(code), ..self.blank(letter, to) });
                return Ok(facts.ok_or(End::Needless));
            }
            let tree = tree.filter(|tree| stands(letter, &tree.visit, &person.id));
            return Ok(tree.map(|tree| self.about_visit(letter, &tree.visit, to)).ok_or(End::Needless));
        }
        let Some(id) = letter.tree.as_ref().and_then(TreeId::whistle) else {
            return Ok(Ok(LetterFacts { link: link(), ..self.blank(letter, to) }));
        };
        let tree = self.hub.ledger.read(move |reading| whistles::tree_by_id(reading, &scope, &id)).await?;
        let tree = tree.filter(|tree| !is_undone(letter, tree));
        Ok(tree.map(|tree| self.about_whistle(letter, &tree, to)).ok_or(End::Needless))
    }

    /// What a reminder says to this person: over all that they are written to about, as it stands now.
    async fn word(&self, person: &Person, scope: Scope, now: At) -> Result<Word, WorkerFault> {
        let rules = self.hub.rules();
        let (concerns, person) = (reminders::concerns(person, &rules.directory, now), person.id.clone());
        let read = self.hub.ledger.read(move |reading| {
            let mut owed = Vec::new();
            for concern in &concerns {
                owed.extend(store::reminders::late(reading, &scope, &concern.post, now)?);
                if !concern.late_only {
                    owed.extend(store::reminders::coming(reading, &scope, &concern.post, now)?);
                }
            }
            Ok((owed, store::reminders::reminded(reading, &person)?))
        });
        let (owed, last) = read.await?;
        Ok(reminders::word(owed, last, now))
    }
}

/// Whether an invitation is still the last word to this person, or a cancellation still true.
fn stands(letter: &LetterOwed, visit: &Visit, person: &PersonId) -> bool {
    let invited = visit.invited.contains(person);
    match letter.kind == LetterKind::VisitCancelled {
        true => !invited,
        false => invited && letter.key.contains(&format!(":{}:", turn_of(visit.sequence))),
    }
}

/// A summons that was undone before its letter left is not written about.
fn is_undone(letter: &LetterOwed, tree: &Tree) -> bool {
    let summons = letter.about.as_ref().and_then(Subject::summons).and_then(|id| tree.summons(id));
    letter.kind == LetterKind::SummonsNew && summons.is_some_and(|summons| !summons.counts())
}

impl Worker for Letters {
    const NAME: &'static str = "letters";
    /// A letter that is cut in the middle would leave twice.
    const GRACE: Duration = Duration::from_millis(1000);

    async fn step(&mut self, wait: Duration) -> Result<Step, WorkerFault> {
        let Some(epoch) = self.lease.hold().await? else {
            // Whoever holds it hears the stream, too: a second listener would only take its wake-ups away.
            super::rest(wait).await;
            return Ok(Step::Idle);
        };
        let claimed = self.claim(epoch).await?;
        let pause = wait;
        // What rang is known now, however many letters keep us busy: nobody waits for a group that does not listen.
        let wait = if claimed.is_empty() { wait } else { Duration::ZERO };
        let (mut sent, mut arrived) = (Ok(Step::Worked), claimed.is_empty());
        for letter in &claimed {
            // Stopped for so long that another has taken over, we wake up with letters that are no longer ours.
            if self.lease.hold().await? != Some(epoch) {
                return Ok(Step::Worked);
            }
            // One that fails must not hold up its neighbours.
            let carried = self.carry(letter).await;
            arrived |= matches!(carried, Ok(End::Sent | End::Needless));
            sent = carried.map(|_| Step::Worked).and(sent);
        }
        if !arrived {
            // A relay that takes nothing is not asked in a storm.
            super::rest(pause).await;
        }
        let heard = self.hear(wait).await;
        // Letters go on without the stream: the ledger says what is owed.
        if claimed.is_empty() { heard } else { sent }
    }

    async fn leave(&mut self) -> Result<(), WorkerFault> {
        self.lease.leave().await
    }
}
