//! The console in a real browser: Debian's Chromium, driven through chromedriver, on a district of its own with real
//! workers. What people see and press is tried here; what the wire says is `tests/it`. Nothing here needs a network,
//! and a missing part is a failure that says what to install.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod by_link;
mod chrome;
mod district;
mod flows;
mod live;
mod page;
mod paper;
mod papers;
mod samples;
#[path = "../servers/mod.rs"]
mod servers;
mod sheets;
mod squares;
#[path = "../it/town/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the stories of tests/it use the rest")]
mod town;
mod w01;
mod walk;
