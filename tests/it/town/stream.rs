//! The workers of a story, stepped by hand: a step that finds nothing does not wait. Two relays ring, as two replicas'
//! would. The stream may be lost at any time, and must be empty when the story is over.

use std::sync::{Arc, Mutex};
use std::time::Duration;
use whistle_hub::app::Hub;
use whistle_hub::config::Settings;
use whistle_hub::mail::{Rendered, Sender, Transport};
use whistle_hub::run::setup;
use whistle_hub::stream::{Entry, Stream};
use whistle_hub::workers::{Desk, Due, Follow, GROUPS, Letters, Post, Relay, Replica, Step, Worker};

/// More rounds than any story needs: past it two workers feed each other for ever.
const ROUNDS_MAX: usize = 10_000;

pub(super) struct Workers {
    hub: Hub,
    stream: Stream,
    relays: [Relay; 2],
    desk: Desk,
    letters: Letters,
    due: Due,
    follow: Follow,
    settings: Settings,
    name: String,
    outbox: Outbox,
}

/// Where letters end, and what their links start with.
#[derive(Clone)]
pub(super) struct Outbox {
    pub(super) sent: Arc<Mutex<Vec<Rendered>>>,
    pub(super) links: String,
    /// A relay to hand letters to instead.
    pub(super) relay: Option<String>,
}

impl Workers {
    /// `name`: this replica's.
    pub(super) fn start(hub: &Hub, settings: Settings, name: &str, letters: Outbox) -> Workers {
        let stream = setup::stream(&settings, &hub.ledger.id()).unwrap();
        let replica = Replica { name: name.to_owned(), claim_idle: Duration::from_secs(90) };
        Workers {
            hub: hub.clone(),
            relays: [Relay::new(hub.clone(), stream.clone()), Relay::new(hub.clone(), stream.clone())],
            desk: Desk::new(hub.clone(), &stream, &replica),
            letters: Letters::new(hub.clone(), &stream, &replica, letters.post()),
            due: Due::new(hub.clone()),
            follow: Follow::new(hub.clone()),
            stream,
            settings,
            name: name.to_owned(),
            outbox: letters,
        }
    }

    pub(super) async fn settle(&mut self) {
        for _ in 0..ROUNDS_MAX {
            let [first, second] = &mut self.relays;
            let steps = [
                first.step(Duration::ZERO).await.unwrap(),
                second.step(Duration::ZERO).await.unwrap(),
                self.desk.step(Duration::ZERO).await.unwrap(),
                self.due.step(Duration::ZERO).await.unwrap(),
                self.letters.step(Duration::ZERO).await.unwrap(),
                self.follow.step(Duration::ZERO).await.unwrap(),
            ];
            if steps == [Step::Idle; 6] {
                return;
            }
        }
        panic!("the workers never come to rest");
    }

    /// A new, empty stream: what was rung and not heard is gone; the relay's cursor stands where it stood.
    pub(super) async fn forget_stream(&mut self) {
        self.stream.forget().await.unwrap();
        *self = Workers::start(&self.hub, self.settings.clone(), &self.name, self.outbox.clone());
    }

    /// Everything is rung, by every relay, and lost before anybody hears; the workers go on.
    pub(super) async fn lose_stream(&mut self) {
        for relay in &mut self.relays {
            while relay.step(Duration::ZERO).await.unwrap() == Step::Worked {}
        }
        self.stream.forget().await.unwrap();
    }

    /// From now on letters go to this relay.
    pub(super) fn mail_through(&mut self, url: String) {
        let outbox = Outbox { relay: Some(url), ..self.outbox.clone() };
        *self = Workers::start(&self.hub, self.settings.clone(), &self.name, outbox);
    }

    pub(super) async fn try_desk(&mut self, times: usize) -> usize {
        self.ring_only().await;
        let mut failed = 0;
        for _ in 0..times {
            failed += usize::from(self.desk.step(Duration::ZERO).await.is_err());
        }
        failed
    }

    /// Rings without anybody listening.
    pub(super) async fn ring_only(&mut self) {
        while self.relays[0].step(Duration::ZERO).await.unwrap() == Step::Worked {}
    }

    /// Somebody else rings what the ledger never wrote.
    pub(super) async fn poison(&self, seq: i64) {
        let forged = Entry { seq, kind: "whistle.blown".to_owned(), id: "wh_forged".to_owned() };
        self.stream.ring(&[forged]).await.unwrap();
    }

    pub(super) async fn check_empty(&self) {
        for group in GROUPS {
            let lag = self.stream.lag(group).await.unwrap();
            assert_eq!((lag.undelivered, lag.pending), (0, 0), "{group} is behind");
        }
    }
}

impl Outbox {
    fn post(&self) -> Post {
        Post {
            transport: match &self.relay {
                Some(url) => Transport::from_url(url, "town.example", None).unwrap(),
                None => Transport::Memory(Arc::clone(&self.sent)),
            },
            sender: Sender::parse("云湖区安委办 <hub@yunhu.example>", None, None).unwrap(),
            deadline: Duration::from_secs(10),
            links: self.links.clone(),
            district: "云湖区".to_owned(),
        }
    }
}
