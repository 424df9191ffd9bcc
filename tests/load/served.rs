//! A server in a process of its own: started, waited for, killed. It goes with its owner, whatever happens; its log
//! stays in the folder that it was given.

use super::{Connection, request};
use anyhow::{Context, bail, ensure};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use tokio::time::Instant;

/// How long a start may take before it counts as failed.
const START_DEADLINE: Duration = Duration::from_secs(30);
/// How long a stop by SIGTERM may take, with connections kept open.
const STOP_DEADLINE: Duration = Duration::from_secs(5);

/// A running server that told its address.
pub(crate) struct Served {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
}

/// The hub itself, on the sample district in `dir`.
pub(crate) fn demo(dir: &Path) -> Command {
    let mut command = hub(0);
    command.arg("--dir").arg(dir);
    command
}

/// The hub itself, on the sample district wherever the environment says. `port`: 0 takes a free one.
pub(crate) fn hub(port: u16) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_whistle-hub"));
    command.args(["demo", "--port", &port.to_string()]);
    command
}

impl Served {
    /// Starts a server that prints `http://<address>/` and waits until it is ready. Its log goes to `dir/log`.
    pub(crate) async fn start(mut command: Command, dir: &Path) -> anyhow::Result<Served> {
        std::fs::create_dir_all(dir)?;
        let log = File::options().create(true).append(true).open(dir.join("log"))?;
        let mut child = command.stdout(Stdio::piped()).stderr(log).stdin(Stdio::null()).spawn()?;
        let out = child.stdout.take().context("a server without output")?;
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            let lines = BufReader::new(out).lines().map_while(Result::ok);
            // Read to the end: a full pipe would stop the server.
            for address in lines.filter_map(|line| address_in(&line)) {
                tell.send(address).ok();
            }
        });
        let Ok(address) = told.recv_timeout(START_DEADLINE) else {
            drop(child.kill());
            let (status, log) = (child.wait()?, dir.join("log"));
            let said = std::fs::read_to_string(&log)?;
            let last = said.lines().last().unwrap_or_default();
            bail!("the server did not tell its address ({status}); its log, {}, ends with: {last}", log.display());
        };
        let served = Served { child, address };
        served.wait_until_ready().await?;
        Ok(served)
    }

    async fn wait_until_ready(&self) -> anyhow::Result<()> {
        let ready = request("GET", "/readyz", &[], "");
        let began = Instant::now();
        while began.elapsed() < START_DEADLINE {
            if let Ok(mut connection) = Connection::open(self.address).await
                && let Ok(answer) = connection.ask(&ready).await
                && answer.status == 200
            {
                return Ok(());
            }
            pause(2).await;
        }
        bail!("the server is not ready after {START_DEADLINE:?}")
    }

    /// Connections that were used once and are kept open: they must not hold up a stop.
    pub(crate) async fn idle_connections(&self, count: usize) -> anyhow::Result<Vec<Connection>> {
        let mut idle = Vec::new();
        for _ in 0..count {
            let mut connection = Connection::open(self.address).await?;
            connection.ask(&request("GET", "/healthz", &[], "")).await?;
            idle.push(connection);
        }
        Ok(idle)
    }

    /// `kill -9`, and waits until it is gone.
    pub(crate) fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) -> anyhow::Result<()> {
        let kill = format!("kill -{name} {}", self.child.id());
        ensure!(Command::new("sh").args(["-c", &kill]).status()?.success(), "`{kill}` failed");
        Ok(())
    }

    /// SIGTERM, and the wait for a clean end in time.
    pub(crate) async fn terminate(&mut self) -> anyhow::Result<()> {
        let began = Instant::now();
        self.signal("TERM")?;
        loop {
            if let Some(status) = self.child.try_wait()? {
                ensure!(status.success(), "told to stop, the hub ended with {status}");
                ensure!(began.elapsed() < STOP_DEADLINE, "the stop took {:?}", began.elapsed());
                return Ok(());
            }
            ensure!(began.elapsed() < STOP_DEADLINE * 4, "told to stop, the hub goes on");
            pause(5).await;
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Already gone is as good.
        drop(self.kill());
    }
}

fn address_in(line: &str) -> Option<SocketAddr> {
    let from = line.find("http://")? + "http://".len();
    line[from..].split('/').next()?.trim().parse().ok()
}

/// Lets time pass: another process rings no bell of ours. Milliseconds.
#[allow(clippy::disallowed_methods, reason = "another process rings no bell of ours")]
pub(crate) async fn pause(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}

/// Waits until then.
pub(crate) async fn until(then: Instant) {
    tokio::time::sleep_until(then).await;
}
