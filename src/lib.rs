//! whistle-hub
pub mod clock;
pub mod domain;
pub mod i18n;
pub mod ids;
pub mod mail;
