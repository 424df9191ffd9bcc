//! The live feed: server-sent events of what its reader may see, from the place that the reader names. It subscribes
//! first, then reads what it missed, then listens: no gap, nothing twice. A reader too slow for the channel is ended
//! and never buffered, and nothing is told on a right that was not looked at within a second.

mod seats;

pub(super) use seats::Feeds;

use super::Door;
use super::gate::Caller;
use super::problem::{Answer, Problem};
use crate::app::sessions::{self, Present};
use crate::domain::at::{At, MINUTE};
use crate::i18n::problems::ProblemKind;
use crate::store::events::{self, Heard, Told};
use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, HeaderMap};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::{StreamExt, stream};
use seats::Seat;
use serde_json::json;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use tokio::time::{Instant, timeout_at};

/// The longest silence on the wire. Proxies and readers take thirty seconds for dead.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// The longest life of a feed, whatever let its reader in; a token ends earlier. The reader comes back.
const LIFE_MINUTES: i64 = 60;
/// A right that was looked at is good for so long.
const RIGHT_MICROS: i64 = 1_000_000;
/// Events looked at in one read of what was missed.
const MISSED_MAX: i64 = 256;
const BEAT: Bytes = Bytes::from_static(b":\n\n");

/// `GET /events`
pub(super) async fn feed(door: Data<Door>, caller: Caller, request: HttpRequest) -> Answer {
    answer(door, caller.present, &request).await
}

/// A feed for who is there.
pub(super) async fn answer(door: Data<Door>, present: Present, request: &HttpRequest) -> Answer {
    let named = last_event_id(request.headers())?;
    let mut answer = HttpResponse::Ok();
    answer.content_type("text/event-stream");
    answer.insert_header((CACHE_CONTROL, "no-store, no-transform"));
    answer.insert_header(("X-Accel-Buffering", "no"));
    if request.method() == Method::HEAD {
        return Ok(answer.finish());
    }
    let feed = Feed::open(door, present, named).await?;
    let opening = Bytes::from(format!(":\nid: {}\n\n", feed.at));
    let first = stream::iter([Ok::<_, Infallible>(opening)]);
    let rest = stream::unfold(feed, |mut feed| async {
        let piece = feed.next().await?;
        Some((Ok(piece), feed))
    });
    Ok(answer.streaming(first.chain(rest)))
}

/// The place after which the reader wants to hear; a place in the log is a plain number.
fn last_event_id(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let mut given = headers.get_all("last-event-id");
    let Some(first) = given.next() else { return Ok(None) };
    let digits =
        first.to_str().ok().filter(|id| given.next().is_none() && id.bytes().all(|byte| byte.is_ascii_digit()));
    let place = digits.and_then(|digits| digits.parse().ok());
    place.map(Some).ok_or_else(|| ProblemKind::BadLastEventId.into())
}

/// One open feed.
struct Feed {
    door: Data<Door>,
    present: Present,
    heard: broadcast::Receiver<Arc<Heard>>,
    stop: watch::Receiver<bool>,
    /// Everything up to here was told, or is not this reader's.
    at: i64,
    /// Nothing is left in the ledger that will not come by the channel.
    caught_up: bool,
    opened: At,
    looked: At,
    beat: Instant,
    seat: Seat,
}

impl Feed {
    async fn open(door: Data<Door>, present: Present, named: Option<i64>) -> Result<Feed, Problem> {
        let seat = door.feeds.seat(&present.actor.person)?;
        // Before the place is looked up: what is committed after that comes by the channel.
        let heard = door.feeds.live.subscribe();
        let last = door.hub.ledger.read(events::last_seq).await?;
        // A place that this ledger has not reached was given by another one: from now on.
        let at = named.filter(|named| *named <= last).unwrap_or(last);
        let now = door.hub.now();
        let beat = Instant::now() + door.feeds.heartbeat;
        let stop = door.feeds.stop.subscribe();
        Ok(Feed { present, heard, stop, at, caught_up: at == last, opened: now, looked: now, beat, seat, door })
    }

    /// What goes on the wire next; nothing when the feed is over.
    async fn next(&mut self) -> Option<Bytes> {
        let (mut stop, newer) = (self.stop.clone(), self.seat.bell());
        tokio::select! {
            biased;
            _ = stop.wait_for(|told| *told) => None,
            () = newer.notified() => None,
            piece = self.piece() => {
                self.beat = Instant::now() + self.door.feeds.heartbeat;
                piece
            }
        }
    }

    async fn piece(&mut self) -> Option<Bytes> {
        while !self.caught_up {
            let missed = self.missed().await?;
            if !missed.is_empty() {
                return Some(missed.into());
            }
            if Instant::now() >= self.beat {
                return self.look_again().await.then_some(BEAT);
            }
        }
        loop {
            match timeout_at(self.beat, self.heard.recv()).await {
                Err(_) => return self.look_again().await.then_some(BEAT),
                Ok(Ok(heard)) if heard.told.seq <= self.at => {}
                Ok(Ok(heard)) => {
                    self.at = heard.told.seq;
                    if !self.present.scope.is_among(&heard.viewers, heard.is_open) {
                        continue;
                    }
                    if !self.is_still_right().await {
                        return None;
                    }
                    // By the right as it is now.
                    if self.present.scope.is_among(&heard.viewers, heard.is_open) {
                        return Some(on_the_wire(&heard.told).into());
                    }
                }
                Ok(Err(RecvError::Lagged(_))) => {
                    metrics::counter!("hub_feeds_dropped_total").increment(1);
                    return None;
                }
                Ok(Err(RecvError::Closed)) => return None,
            }
        }
    }

    /// One page of what this reader missed, under the right as it is now; often empty. `None`: the feed is over.
    async fn missed(&mut self) -> Option<String> {
        if !self.is_still_right().await {
            return None;
        }
        // Anew for each page: the channel has to hold only what comes after this read.
        self.heard = self.door.feeds.live.subscribe();
        let _turn = self.door.feeds.reads.acquire().await.ok()?;
        let (scope, at) = (self.present.scope.clone(), self.at);
        let read = self.door.hub.ledger.read(move |reading| events::seen_after(reading, &scope, at, MISSED_MAX));
        // Without the ledger nobody knows what may be told. The reader comes back.
        let stretch = read.await.ok()?;
        self.at = stretch.up_to;
        self.caught_up = stretch.up_to >= stretch.last;
        Some(stretch.events.iter().map(on_the_wire).collect())
    }

    /// Whether the right still stands, or did a moment ago.
    async fn is_still_right(&mut self) -> bool {
        let age = self.door.hub.now().0 - self.looked.0;
        (0..RIGHT_MICROS).contains(&age) || self.look_again().await
    }

    /// Looks at the session, and the token's end, again. It is no use of the session: a feed keeps nobody signed in.
    async fn look_again(&mut self) -> bool {
        let now = self.door.hub.now();
        if now.0 - self.opened.0 >= LIFE_MINUTES * MINUTE {
            return false;
        }
        let Ok(_turn) = self.door.feeds.reads.acquire().await else { return false };
        let Ok(Some(present)) = sessions::still_present(&self.door.hub, &self.present).await else { return false };
        (self.present, self.looked) = (present, now);
        true
    }
}

/// One event as the stream writes it. Its parts are numbers and words of ours: none holds a line end.
fn on_the_wire(told: &Told) -> String {
    let Told { seq, kind, code } = told;
    format!("id: {seq}\nevent: {kind}\ndata: {}\n\n", json!({ "seq": seq, "kind": kind, "code": code }))
}

#[cfg(test)]
mod tests;
