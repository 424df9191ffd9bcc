//! The hub from outside: a real ledger, a real HTTP door and the real workers in one process, spoken to over a socket
//! as clients do. Only what is named `db_…` looks behind the door. Nothing here sleeps or needs a network.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod attachments;
mod backups;
mod bodies;
mod canaries;
mod console;
mod dead_ends;
mod deadlines;
mod desk;
mod doctor;
mod doors;
mod erased_everywhere;
mod erasure;
mod factors;
mod feedback;
mod forty;
mod imports;
mod informers;
mod keys;
mod late_entries;
mod letters;
mod lists;
mod live;
mod lived_in;
mod machine_tokens;
mod mail_faults;
mod mail_holders;
mod mail_tls;
mod moved;
mod operation;
mod order_of_checks;
mod own_keys;
mod people;
mod proposals;
mod rates;
mod real_parts;
mod refresh;
mod reminders;
mod replicas;
mod rights;
mod rota;
mod searching;
mod second_factor;
#[path = "../servers/mod.rs"]
mod servers;
mod signing_in;
mod tokens;
mod town;
mod trail;
mod two_worlds;
mod unsent;
mod versions;
mod views;
mod whistles;
mod wild;
