#![doc = include_str!("README.md")]

pub mod domain;
pub mod store;
pub mod app;
pub mod stream;
pub mod mail;
pub mod workers;
pub mod http;
pub mod clock;
pub mod config;
pub mod i18n;
pub mod ids;
pub mod run;
pub mod telemetry;
