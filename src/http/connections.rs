//! How many connections one address may hold (SECURITY T14): a slow or greedy client leaves room for everybody else.
//! One too many is hung up on before it is read. Our own host and the named proxies, behind which many sit, have no bound
//! of their own. It knows no request.

use super::proxies::Proxies;
use crate::app::customer;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use std::any::Any;
use std::collections::HashMap;
use std::net::{IpAddr, Shutdown};
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, PoisonError};

/// Connections of one address.
const PER_ADDRESS: usize = 200;

type Counts = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// The connections of this replica, by address.
pub(super) struct Connections {
    counts: Counts,
    most: usize,
    exempt: Proxies,
}

impl Connections {
    pub(super) fn bounded(proxies: &Proxies) -> Connections {
        let exempt = proxies.and_loopback();
        Connections { counts: Counts::default(), most: PER_ADDRESS, exempt }
    }

    /// Takes a connection that has just come: it has its place for as long as `kept` is kept, or is hung up on.
    pub(super) fn take(&self, connection: &dyn Any, kept: &mut Extensions) {
        let Some(connection) = connection.downcast_ref::<TcpStream>() else { return };
        // Who has gone again needs no place.
        let Ok(peer) = connection.peer_addr() else { return };
        if self.exempt.holds(peer.ip()) {
            return;
        }
        match self.place(customer(peer.ip())) {
            Some(place) => drop(kept.insert(place)),
            None => {
                metrics::counter!("http_connections_refused").increment(1);
                hang_up(connection);
            }
        }
    }

    fn place(&self, address: IpAddr) -> Option<Place> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let own = counts.entry(address).or_insert(0);
        if *own >= self.most {
            return None;
        }
        *own += 1;
        Some(Place { counts: Arc::clone(&self.counts), address })
    }
}

/// Ends both ways of a connection; whoever serves it reads the end and lets go.
fn hang_up(connection: &TcpStream) {
    let same = connection.as_fd().try_clone_to_owned().map(std::net::TcpStream::from);
    // A connection that cannot be ended has ended already.
    drop(same.and_then(|same| same.shutdown(Shutdown::Both)));
}

/// One connection's place.
struct Place {
    counts: Counts,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = counts.get_mut(&self.address) {
            *own -= 1;
            if *own == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{ErrorKind, Read};
    use std::net::TcpListener;
    use std::time::Duration;

    /// A client, and the connection as the door has it.
    async fn connected() -> (std::net::TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (server, _) = listener.accept().unwrap();
        server.set_nonblocking(true).unwrap();
        client.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        (client, TcpStream::from_std(server).unwrap())
    }

    #[tokio::test]
    async fn t14_one_connection_too_many_is_hung_up_on_and_a_place_comes_back() {
        let connections = Connections { counts: Counts::default(), most: 2, exempt: Proxies::default() };
        let is_open = |client: &mut std::net::TcpStream| match client.read(&mut [0; 1]) {
            Ok(_) => false,
            Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        };
        let mut held = Vec::new();
        for open in [true, true, false] {
            let ((mut client, server), mut kept) = (connected().await, Extensions::new());
            connections.take(&server, &mut kept);
            assert_eq!(is_open(&mut client), open);
            held.push((client, server, kept));
        }
        held.remove(0);
        let ((mut client, server), mut kept) = (connected().await, Extensions::new());
        connections.take(&server, &mut kept);
        assert!(is_open(&mut client), "a place that was left is gone for good");
        held.clear();
        drop(kept);
        assert!(connections.counts.lock().unwrap().is_empty());
        let exempt = Connections { most: 0, ..Connections::bounded(&Proxies::default()) };
        let ((mut client, server), mut kept) = (connected().await, Extensions::new());
        exempt.take(&server, &mut kept);
        assert!(is_open(&mut client), "our own host is bounded");
    }
}
