//! A process that cannot outlive ours. The kernel is asked to end it together with the thread that started it
//! (`setpriv --pdeathsig`), and that thread lives as long as this process, whatever becomes of the tests. What it prints
//! goes to a file; nothing is waited for without an end.

use std::fs::File;
use std::io::{self, BufRead, BufReader, PipeReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

/// How long a server may take until it says that it is ready.
const START_DEADLINE: Duration = Duration::from_secs(60);

/// How a server is started.
pub(super) struct Start<'a> {
    pub(super) program: &'a Path,
    pub(super) args: Vec<String>,
    /// Whose rights it runs with; none: ours.
    pub(super) user: Option<&'a str>,
    /// The signal that ends it, and everything it started, at once.
    pub(super) end: &'static str,
    /// A line with these words says that it is ready.
    pub(super) ready: &'static str,
    /// Its folder; `log` in it receives all it prints.
    pub(super) dir: &'a Path,
}

/// A server under way.
pub(super) struct Kept {
    child: Child,
    end: &'static str,
}

impl Kept {
    /// Starts it and waits until it is ready.
    ///
    /// # Errors
    /// What it printed last, when it ends or stays silent.
    pub(super) fn start(start: &Start<'_>) -> Result<Kept, String> {
        let log = start.dir.join("log");
        let began = || -> io::Result<_> {
            let file = File::options().create(true).append(true).open(&log)?;
            let (read, write) = io::pipe()?;
            let mut command = as_user(start.user, start.end);
            command.arg(start.program).args(&start.args).current_dir(start.dir);
            command.stdin(Stdio::null()).stdout(write.try_clone()?).stderr(write);
            Ok((read, file, spawn(command)?))
        };
        let (read, file, child) = began().map_err(|fault| format!("{}: {fault}", start.program.display()))?;
        let mut kept = Kept { child, end: start.end };
        let (tell, told) = channel();
        let ready = start.ready;
        std::thread::spawn(move || copy(read, file, ready, &tell));
        if told.recv_timeout(START_DEADLINE).is_err() {
            kept.end();
            return Err(format!("{} does not start: {}", start.program.display(), last_lines(&log)));
        }
        Ok(kept)
    }

    /// Sends it a signal by name.
    pub(super) fn signal(&self, name: &str) {
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())]).status();
        assert!(sent.is_ok_and(|status| status.success()), "signal {name} reaches no process");
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once and waits until it is gone.
    pub(super) fn end(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.signal(self.end);
            drop(self.child.wait());
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.end();
    }
}

/// The beginning of a command line that changes the user and ends with this process. The order matters: changing the
/// user makes the kernel forget the wish, and `setpriv` expresses it last.
pub(super) fn as_user(user: Option<&str>, end: &str) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", end]);
    if let Some(user) = user {
        command.args(["--reuid", user, "--regid", user, "--init-groups"]);
    }
    // Nobody's PGOPTIONS, and messages in one language.
    command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin").env("LC_ALL", "C").arg("--");
    command
}

/// Starts it from the one thread that never ends.
fn spawn(command: Command) -> io::Result<Child> {
    type Order = (Command, Sender<io::Result<Child>>);
    static KEEPER: OnceLock<Sender<Order>> = OnceLock::new();
    let keeper = KEEPER.get_or_init(|| {
        let (order, orders) = channel::<Order>();
        std::thread::spawn(move || {
            for (mut command, answer) in orders {
                answer.send(command.spawn()).ok();
            }
        });
        order
    });
    let (answer, answered) = channel();
    let gone = |_| io::Error::other("the thread that starts servers is gone");
    keeper.send((command, answer)).map_err(|_| gone(()))?;
    answered.recv().map_err(|_| gone(()))?
}

/// Copies to the end, which comes with the last of its processes: a full pipe would stop them.
fn copy(read: PipeReader, mut file: File, ready: &str, tell: &Sender<()>) {
    let (mut read, mut line) = (BufReader::new(read), Vec::new());
    while read.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        // A log that cannot be written is no reason to stop the server.
        drop(file.write_all(&line));
        if String::from_utf8_lossy(&line).contains(ready) {
            tell.send(()).ok();
        }
        line.clear();
    }
}

fn last_lines(log: &PathBuf) -> String {
    let text = std::fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(8)..].join(" | ")
}
