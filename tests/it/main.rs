//! The hub from outside: a real ledger, a real HTTP door and the real workers in one process, spoken to over a socket
//! as clients do. Only what is named `db_…` looks behind the door. Nothing here sleeps or needs a network.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod mail_faults;
mod town;
