//! Where a PostgreSQL ledger is and what it must be: address and encryption, the server's version, the database's
//! encoding and order of texts, what each session is told. A server on which something could be lost or read by others
//! on the way is refused here, in one sentence that says what to do; nothing is changed before these checks.

use super::super::super::ledger::Parts;
use super::super::super::{Fault, Options, Retry, epoch, migrate, receipt_secret};
use super::super::Sql;
use super::wire::fault;
use super::{Postgres, Stage};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres::{Config, Connection, Error, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

/// The oldest server: triggers that are made anew in place.
const OLDEST_SERVER: i64 = 140_000;

/// How long a connection may take to stand, and to be given up when the other side is silent.
const CONNECT_DEADLINE: Duration = Duration::from_secs(5);
const SILENCE: Duration = Duration::from_secs(10);

/// Longest flight of the pen: above the server's own limits below, so that the server speaks first.
const PEN_DEADLINE: Duration = Duration::from_secs(15);

/// A pen waits for another process's pen; a transaction whose holder has died or stands still is ended by the server.
const PEN_SETTINGS: &str = "
    SET statement_timeout = '12s'; SET lock_timeout = '12s'; SET idle_in_transaction_session_timeout = '8s';
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')";

/// Plans are made for the values at hand: a general plan would read a whole list for one page of it. Nothing is compiled:
/// a page is read in less time than its plan takes to become machine code.
const READER_SETTINGS: &str = "
    SET default_transaction_read_only = on; SET idle_in_transaction_session_timeout = '8s';
    SET plan_cache_mode = force_custom_plan; SET max_parallel_workers_per_gather = 0; SET jit = off";

/// The log of facts and the trail refuse what would unmake them (I5), whoever asks. The trail lets lines go that are older
/// than its newest by 183 days: law wants half a year.
pub(in crate::store::sql) const LOGS_STAND: &str = "
CREATE OR REPLACE FUNCTION events_stand() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'events are neither changed nor deleted'; END $$;
CREATE OR REPLACE TRIGGER events_stand BEFORE UPDATE OR DELETE ON events
FOR EACH ROW EXECUTE FUNCTION events_stand();
CREATE OR REPLACE TRIGGER events_stay BEFORE TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION events_stand();
CREATE OR REPLACE FUNCTION trail_stands() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
IF TG_OP = 'DELETE' AND OLD.at < (SELECT at FROM security_events ORDER BY seq DESC LIMIT 1) - 15811200000000 THEN
RETURN OLD; END IF;
RAISE EXCEPTION 'events are neither changed nor deleted'; END $$;
CREATE OR REPLACE TRIGGER security_events_stand BEFORE UPDATE OR DELETE ON security_events
FOR EACH ROW EXECUTE FUNCTION trail_stands();
CREATE OR REPLACE TRIGGER security_events_stay BEFORE TRUNCATE ON security_events
FOR EACH STATEMENT EXECUTE FUNCTION events_stand();
";

/// Names of the tables that are there.
pub(in crate::store::sql) const TABLES: &str =
    "SELECT CAST(tablename AS TEXT) FROM pg_catalog.pg_tables WHERE schemaname = current_schema()";

/// The server's own time, microseconds UTC.
pub(in crate::store::sql) const NOW: &str = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)";

/// Version, encoding, order of texts and what that order really does, standby, and the two switches of durability.
const SERVER: &str = "
    SELECT CAST(current_setting('server_version_num') AS BIGINT), CAST(pg_encoding_to_char(encoding) AS TEXT),
           CAST(datcollate AS TEXT), CASE WHEN 'Z' < 'a' AND 'a' < '中' THEN 1 ELSE 0 END,
           CASE WHEN pg_is_in_recovery() THEN 1 ELSE 0 END, current_setting('fsync'), current_setting('full_page_writes')
    FROM pg_database WHERE datname = current_database()";

/// Where the server is and how it is spoken to.
pub(super) struct Address {
    config: Config,
    tls: MakeRustlsConnect,
}

impl Address {
    fn read(url: &str, ca_file: Option<&Path>) -> Result<Address, Fault> {
        // The parser's own words quote the address, and with it the password.
        let mut config: Config = url.parse().map_err(|_| {
            Fault::never("ledger.url is no address of PostgreSQL: postgres://user:password@host:5432/database")
        })?;
        let near = |host: &Host| match host {
            Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback()),
            Host::Unix(_) => true,
        };
        let far = !config.get_hosts().iter().all(near) || !config.get_hostaddrs().iter().all(IpAddr::is_loopback);
        // To another machine only encrypted, unless `sslmode=disable` is spelled out; on this one only if it is wanted.
        if config.get_ssl_mode() == SslMode::Prefer {
            config.ssl_mode(if far { SslMode::Require } else { SslMode::Disable });
        }
        if config.get_hosts().len() > 1 {
            // The one of them that takes writes.
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        config.connect_timeout(CONNECT_DEADLINE).tcp_user_timeout(SILENCE).application_name("whistle-hub");
        config
            .keepalives(true)
            .keepalives_idle(SILENCE)
            .keepalives_interval(Duration::from_secs(3))
            .keepalives_retries(3);
        Ok(Address { config, tls: MakeRustlsConnect::new(encryption(ca_file)?) })
    }

    pub(super) async fn connect(
        &self,
    ) -> Result<
        (tokio_postgres::Client, Connection<Socket, impl tokio_postgres::tls::TlsStream + Unpin + Send + use<>>),
        Error,
    > {
        self.config.connect(self.tls.clone()).await
    }
}

/// Certificates are always judged: by the operator's own authority, or by those that the system trusts.
fn encryption(ca_file: Option<&Path>) -> Result<ClientConfig, Fault> {
    let mut roots = RootCertStore::empty();
    match ca_file {
        Some(path) => {
            let unreadable = || Fault::never("tls.ca_file cannot be read as certificates in PEM form");
            for certificate in CertificateDer::pem_file_iter(path).map_err(|_| unreadable())? {
                roots.add(certificate.map_err(|_| unreadable())?).map_err(|_| unreadable())?;
            }
            if roots.is_empty() {
                return Err(unreadable());
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|_| Fault::never("no version of TLS is left to speak"))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// Opens the ledger: checks the server, brings the schema forward, connects pen and readers.
pub(in crate::store) fn open(url: &str, options: Options) -> Result<Parts, Fault> {
    let address = Arc::new(Address::read(url, options.ca_file.as_deref())?);
    let (pen, warnings) = met(&address)?;
    migrate(&pen)?;
    let secret = receipt_secret(&pen)?;
    let epoch = epoch(&pen)?;
    let reader_deadline = options.read_deadline + Duration::from_secs(1);
    let settings = format!("SET statement_timeout = {}; {READER_SETTINGS}", options.read_deadline.as_millis());
    let reader = || Ok(Sql::Postgres(Postgres::over(Arc::clone(&address), settings.clone(), reader_deadline)?));
    let readers = (0..options.readers.max(1)).map(|_| reader()).collect::<Result<Vec<_>, Fault>>()?;
    Ok(Parts { pen, readers, secret, epoch, warnings, lock: None, options })
}

/// A connection to look by; changes nothing.
pub(in crate::store) fn visit(url: &str, options: &Options) -> Result<(Sql, Vec<&'static str>), Fault> {
    met(&Arc::new(Address::read(url, options.ca_file.as_deref())?))
}

/// The pen's connection to a server that was looked at, and what had better be changed about it.
fn met(address: &Arc<Address>) -> Result<(Sql, Vec<&'static str>), Fault> {
    let pen = Postgres::over(Arc::clone(address), PEN_SETTINGS.to_owned(), PEN_DEADLINE)?;
    pen.meet()?;
    let pen = Sql::Postgres(pen);
    let warnings = judge(&pen)?;
    Ok((pen, warnings))
}

impl Postgres {
    /// The first connection: its faults name what is wrong with the address.
    fn meet(&self) -> Result<(), Fault> {
        let met = self.runtime.block_on(async { tokio::time::timeout(self.deadline, self.connect()).await });
        let line = match met {
            Ok(Ok(line)) => line,
            Ok(Err(error)) => return Err(unmet(&error)),
            Err(_) => {
                return Err(Fault::later("PostgreSQL at ledger.url does not answer: is it the right host and port?"));
            }
        };
        self.line.set(Some(line));
        self.stage.set(Stage::None);
        Ok(())
    }
}

fn unmet(error: &Error) -> Fault {
    let code = error.code().map(|code| code.code().to_owned()).unwrap_or_default();
    let what = match code.as_str() {
        "28P01" | "28000" => "PostgreSQL does not take the user or the password of ledger.url",
        "3D000" => "PostgreSQL has no such database: create the one that ledger.url names (UTF8, collation C)",
        "53300" => "PostgreSQL has no connection left: raise its max_connections or start fewer replicas",
        "57P03" => "PostgreSQL is starting or stopping: try again in a moment",
        _ if error.code().is_some() => "PostgreSQL refuses the connection",
        _ => "PostgreSQL at ledger.url cannot be reached, or something else answers there: check host, port and TLS",
    };
    Fault { retry: Retry::Later, ..fault(what, error) }
}

/// What the server and the database must be; what they had better be comes back as warnings.
fn judge(sql: &Sql) -> Result<Vec<&'static str>, Fault> {
    let seen = sql.row(SERVER, &[], |row| {
        let texts = [row.text(1)?, row.text(2)?, row.text(5)?, row.text(6)?].map(str::to_owned);
        Ok((row.int(0)?, texts, row.flag(3)?, row.flag(4)?))
    });
    let (version, [encoding, collation, fsync, pages], in_order, standby) =
        seen?.ok_or(Fault::never("PostgreSQL does not say what it is"))?;
    let plain = ["C", "POSIX", "C.UTF-8", "C.utf8"].contains(&collation.as_str());
    let refusals = [
        (version < OLDEST_SERVER, "PostgreSQL is older than 14: install a newer one"),
        (encoding != "UTF8", "the database is not UTF8: create it with ENCODING 'UTF8'"),
        (
            !plain || !in_order,
            "the database sorts by a language: create it with LC_COLLATE 'C' (and TEMPLATE template0)",
        ),
        (standby, "PostgreSQL is a standby and takes no writes: ledger.url must name the primary"),
    ];
    if let Some((_, what)) = refusals.into_iter().find(|(wrong, _)| *wrong) {
        return Err(Fault::never(what));
    }
    let warnings = [
        (fsync != "on", "PostgreSQL runs with fsync off: a power cut can lose what was answered; switch it on"),
        (pages != "on", "PostgreSQL runs with full_page_writes off: a power cut can break the database; switch it on"),
    ];
    Ok(warnings.into_iter().filter(|(wrong, _)| *wrong).map(|(_, what)| what).collect())
}
