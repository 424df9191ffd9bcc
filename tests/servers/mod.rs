//! Real PostgreSQL, Redis, nginx and Chromium for tests, from Debian's packages: each test process starts its own on free ports of this
//! host and takes them along when it ends, however it ends. Knows nothing of the hub, needs the standard library only,
//! and never passes over a missing server: that is a failure which says what to install.
#![allow(dead_code, unused_imports, reason = "each program that includes these files uses a part of them")]

mod chromedriver;
mod kept;
mod nginx;
mod place;
mod postgres;
mod redis;

pub(crate) use chromedriver::ChromeDriver;
pub(crate) use nginx::Nginx;
pub(crate) use place::free_port;
pub(crate) use postgres::Postgres;
pub(crate) use redis::Redis;

/// Which pair of parts the tests run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    /// SQLite and the stream inside the process.
    Embedded,
    /// PostgreSQL and Redis.
    Servers,
}

/// What `HUB_BACKEND` says: `embedded` (also when it is not set) or `servers`.
#[allow(clippy::disallowed_methods, reason = "a test program is told by whoever starts it")]
pub(crate) fn backend() -> Backend {
    match std::env::var("HUB_BACKEND").as_deref() {
        Ok("embedded") | Err(std::env::VarError::NotPresent) => Backend::Embedded,
        Ok("servers") => Backend::Servers,
        other => panic!("HUB_BACKEND is `embedded` or `servers`, not {other:?}"),
    }
}
