//! The workers of a story, stepped by hand: a step that finds nothing does not wait. The stream may be lost at any
//! time, and must be empty when the story is over.

use std::sync::{Arc, Mutex};
use std::time::Duration;
use whistle_hub::app::Hub;
use whistle_hub::mail::{Rendered, Sender, Transport};
use whistle_hub::stream::Stream;
use whistle_hub::workers::{Desk, Due, GROUPS, Letters, Post, Relay, Replica, Step, Worker};

/// More rounds than any story needs: past it two workers feed each other for ever.
const ROUNDS_MAX: usize = 10_000;

pub(super) struct Workers {
    hub: Hub,
    stream: Stream,
    relay: Relay,
    desk: Desk,
    letters: Letters,
    due: Due,
    sent: Arc<Mutex<Vec<Rendered>>>,
    links: String,
}

impl Workers {
    /// Letters end in `sent`; `links`: what their links start with.
    pub(super) fn start(hub: &Hub, sent: Arc<Mutex<Vec<Rendered>>>, links: String) -> Workers {
        let stream = Stream::embedded(GROUPS);
        let replica = Replica { name: "town".to_owned(), claim_idle: Duration::from_secs(90) };
        Workers {
            hub: hub.clone(),
            relay: Relay::new(hub.clone(), stream.clone()),
            desk: Desk::new(hub.clone(), &stream, &replica),
            letters: Letters::new(hub.clone(), &stream, &replica, post(&sent, &links)),
            due: Due::new(hub.clone()),
            stream,
            sent,
            links,
        }
    }

    pub(super) async fn settle(&mut self) {
        for _ in 0..ROUNDS_MAX {
            let steps = [
                self.relay.step(Duration::ZERO).await.unwrap(),
                self.desk.step(Duration::ZERO).await.unwrap(),
                self.due.step(Duration::ZERO).await.unwrap(),
                self.letters.step(Duration::ZERO).await.unwrap(),
            ];
            if steps == [Step::Idle; 4] {
                return;
            }
        }
        panic!("the workers never come to rest");
    }

    /// A new, empty stream: what was rung and not heard is gone; the relay's cursor stands where it stood.
    pub(super) fn forget_stream(&mut self) {
        *self = Workers::start(&self.hub, Arc::clone(&self.sent), self.links.clone());
    }

    /// Rings without anybody listening.
    pub(super) async fn ring_only(&mut self) {
        while self.relay.step(Duration::ZERO).await.unwrap() == Step::Worked {}
    }

    pub(super) async fn check_empty(&self) {
        for group in GROUPS {
            let lag = self.stream.lag(group).await.unwrap();
            assert_eq!((lag.undelivered, lag.pending), (0, 0), "{group} is behind");
        }
    }
}

fn post(sent: &Arc<Mutex<Vec<Rendered>>>, links: &str) -> Post {
    Post {
        transport: Transport::Memory(Arc::clone(sent)),
        sender: Sender::parse("云湖区安委办 <hub@yunhu.example>", None, None).unwrap(),
        deadline: Duration::from_secs(10),
        links: links.to_owned(),
        district: "云湖区".to_owned(),
    }
}
