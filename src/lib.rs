//! whistle-hub
pub mod app;
pub mod clock;
pub mod config;
pub mod domain;
pub mod i18n;
pub mod ids;
pub mod mail;
pub mod store;
pub mod stream;
pub mod telemetry;
pub mod workers;
