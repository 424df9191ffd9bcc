//! What a client's or a server's fault means to us: it may pass, or it stays until somebody changes something. A
//! server's own words are never passed on, only its code, and only when that looks like one.

use crate::stream::StreamFault;
use redis::{ErrorKind, RedisError, ServerError};
use std::error::Error;
use std::io;
use std::sync::Arc;

const LOGIN: &str =
    "the stream's server does not take this user and password: check stream.url against the server's ACL";
const NOT_REDIS: &str = "what answers at stream.url is not a Redis server: check host and port";
const OTHER_TYPE: &str = "the stream's key holds something else on this server: give the hub a database of its own";
const RIGHTS: &str = "the stream's user lacks rights: grant it the key whistle-hub:* and +@stream +@transaction +@connection +unlink +info";
const CERTIFICATE: &str = "the stream's server shows a certificate that is not trusted or not for this host: set tls.ca_file, or the host's name";
const NO_TLS: &str =
    "the stream's server does not speak TLS at this port: name its TLS port, or say redis://…?tls=none";

fn refused(why: &str) -> StreamFault {
    StreamFault::Refused(why.to_owned())
}

fn unreachable(why: &str) -> StreamFault {
    StreamFault::Unreachable(why.to_owned())
}

pub(super) fn not_redis() -> StreamFault {
    refused(NOT_REDIS)
}

/// Of the client, or of the server by way of it.
pub(super) fn said(fault: &RedisError) -> StreamFault {
    let kind = fault.kind();
    if let Some(code) = fault.code() {
        coded(code, fault.detail().unwrap_or_default())
    } else if kind == ErrorKind::AuthenticationFailed {
        refused(LOGIN)
    } else if matches!(kind, ErrorKind::Parse | ErrorKind::UnexpectedReturnType) {
        not_redis()
    } else if kind == ErrorKind::Io {
        line(fault)
    } else if kind == ErrorKind::MasterNameNotFoundBySentinel {
        unreachable("the sentinels know no working server by the name in stream.url")
    } else {
        unreachable("the client gave up")
    }
}

/// Of the server, in place of an answer.
pub(super) fn answered(fault: &ServerError) -> StreamFault {
    coded(fault.code(), fault.details().unwrap_or_default())
}

fn coded(code: &str, detail: &str) -> StreamFault {
    // A transaction that is refused as a whole has its reason inside.
    let inner = if code == "EXECABORT" { detail.split_once("because of: ") } else { None };
    match inner.map_or(code, |(_, why)| why.split_whitespace().next().unwrap_or_default()) {
        "NOAUTH" | "WRONGPASS" => refused(LOGIN),
        "NOPERM" => refused(RIGHTS),
        "WRONGTYPE" => refused(OTHER_TYPE),
        "DENIED" => refused("the stream's server is in protected mode: give it a password, and put it into stream.url"),
        "ERR" if detail.contains("max number of clients") => unreachable("it has no connection left to give"),
        "ERR" if detail.contains("unknown command") => refused(NOT_REDIS),
        code if code.len() <= 16 && code.bytes().all(|byte| byte.is_ascii_uppercase()) => {
            unreachable(&format!("it answers {code}"))
        }
        _ => unreachable("it answers with an error"),
    }
}

fn line(fault: &RedisError) -> StreamFault {
    let Some(source) = fault.source() else { return unreachable("the connection was closed") };
    // The client keeps its causes in an `Arc`, which is a cause of its own kind.
    let source = source.downcast_ref::<Arc<dyn Error + Send + Sync>>().map_or(source, |shared| &**shared);
    // What is no fault of input or output is one of the authorities that we trust, or of the name to be trusted.
    let Some(io) = source.downcast_ref::<io::Error>() else { return refused(CERTIFICATE) };
    match io.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(_)) => refused(CERTIFICATE),
        Some(_) => refused(NO_TLS),
        None => unreachable(&io.kind().to_string()),
    }
}
