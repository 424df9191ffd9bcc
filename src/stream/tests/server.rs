//! A Redis server of the test's own: a free port, nothing on disk, gone with the test. It is Debian's; where there is
//! none, the test fails and says what to install.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

pub(super) struct Server {
    pub(super) port: u16,
    folder: PathBuf,
    options: Vec<String>,
    process: Option<Child>,
}

impl Server {
    pub(super) fn start() -> Server {
        Server::with(&[])
    }

    /// With more of the server's own options.
    pub(super) fn with(options: &[&str]) -> Server {
        let port = free_port();
        let mut server = Server {
            port,
            folder: new_folder(),
            options: ["--port", &port.to_string()].iter().chain(options).map(|one| (*one).to_owned()).collect(),
            process: None,
        };
        server.start_again();
        server
    }

    /// A sentinel that watches the server at `watched` under the name `hub`.
    pub(super) fn sentinel(watched: u16) -> Server {
        let (port, folder) = (free_port(), new_folder());
        let settings = folder.join("sentinel.conf");
        let text = format!(
            "port {port}\nbind 127.0.0.1\ndir {}\nsentinel monitor hub 127.0.0.1 {watched} 1\n\
             sentinel down-after-milliseconds hub 1000\nsentinel failover-timeout hub 4000\n",
            folder.display()
        );
        std::fs::write(&settings, text).unwrap();
        let options = vec![settings.display().to_string(), "--sentinel".to_owned()];
        let mut server = Server { port, folder, options, process: None };
        server.start_again();
        server
    }

    pub(super) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Empty, since nothing was kept.
    pub(super) fn start_again(&mut self) {
        let mut command = Command::new("redis-server");
        command.args(&self.options);
        if !self.options.iter().any(|one| one == "--sentinel") {
            command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"]).arg(&self.folder);
        }
        let spawned = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut process =
            spawned.unwrap_or_else(|fault| panic!("no redis-server ({fault}): apt-get install redis-server"));
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let ready =
            lines.map_while(Result::ok).find(|line| line.contains("Ready to accept") || line.contains("+monitor"));
        self.process = Some(process);
        assert!(ready.is_some(), "redis-server does not start with {:?}", self.options);
    }

    pub(super) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Alive and silent, until [`Server::thaw`].
    pub(super) fn freeze(&self) {
        self.signal("-STOP");
    }

    pub(super) fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let id = self.process.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    /// A line for the test itself.
    pub(super) async fn line(&self) -> ::redis::aio::MultiplexedConnection {
        ::redis::Client::open(self.url()).unwrap().get_multiplexed_async_connection().await.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

pub(super) fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

fn new_folder() -> PathBuf {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("whistle-redis-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
