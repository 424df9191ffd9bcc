//! The rooms, in reading order; what each may use is in the picture below and enforced by `tests/tidy`.
//! Nothing is defined here.
#![doc = include_str!("README.md")]

pub mod app;
pub mod clock;
pub mod config;
pub mod crypto;
pub mod domain;
pub mod files;
pub mod http;
pub mod i18n;
pub mod ids;
pub mod mail;
pub mod run;
pub mod store;
pub mod stream;
pub mod telemetry;
pub mod workers;
