//! TLS against a server with certificates of an authority of the test's own.
//! The certificates are gone with the test.

use super::server::free_port;
use super::*;
use std::path::Path;
use std::process::{Command, Stdio};

struct Authority {
    folder: std::path::PathBuf,
}

impl Authority {
    /// `ca.pem`, and `server.pem` with `server.key` for this host.
    fn new(name: &str, host: &str) -> Authority {
        let folder = std::env::temp_dir().join(format!("whistle-ca-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let alternative = format!("subjectAltName={host}");
        let key = "-newkey rsa:2048 -nodes -days 2";
        openssl(&folder, &format!("req -x509 {key} -keyout ca.key -out ca.pem -subj /CN=authority"), &[]);
        openssl(
            &folder,
            &format!("req {key} -keyout server.key -out server.csr -subj /CN=server"),
            &["-addext", &alternative],
        );
        let sign = "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -copy_extensions copy -out server.pem";
        openssl(&folder, sign, &[]);
        Authority { folder }
    }

    fn file(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// A server that speaks TLS at `tls_port` and asks for a password.
    fn server(&self, tls_port: u16) -> Server {
        let (port, certificate, key) = (tls_port.to_string(), self.file("server.pem"), self.file("server.key"));
        let ca = self.file("ca.pem");
        let (tls, login) = (
            ["--tls-port", &port, "--tls-cert-file", &certificate, "--tls-key-file", &key],
            ["--requirepass", "hunter2"],
        );
        let more = ["--tls-ca-cert-file", &ca, "--tls-auth-clients", "no"];
        Server::with(&[&tls[..], &more[..], &login[..]].concat())
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

fn openssl(folder: &Path, words: &str, more: &[&str]) {
    let mut command = Command::new("openssl");
    command.current_dir(folder).args(words.split(' ')).args(more).stdout(Stdio::null()).stderr(Stdio::null());
    let status = command.status().unwrap_or_else(|fault| panic!("no openssl ({fault}): apt-get install openssl"));
    assert!(status.success(), "openssl {words}");
}

fn with_ca(url: &str, ca: Option<&Authority>) -> Stream {
    let ca_pem = ca.map(|ca| std::fs::read(ca.folder.join("ca.pem")).unwrap());
    Stream::redis(Settings { ca_pem, ..settings(url) }, "ledger-1", GROUPS).unwrap()
}

#[tokio::test]
async fn t36_tls_with_the_own_authority_works_and_every_other_certificate_is_refused() {
    let (ours, others) = (Authority::new("ours", "IP:127.0.0.1"), Authority::new("others", "IP:127.0.0.1"));
    let elsewhere = Authority::new("elsewhere", "DNS:redis.yunhu.example");
    let port = free_port();
    let server = ours.server(port);
    let url = format!("rediss://default:hunter2@127.0.0.1:{port}");

    let stream = with_ca(&url, Some(&ours));
    stream.check().await.unwrap();
    rung(&stream, &[1]).await;
    let mut ears = stream.listen("desk", "a");
    assert_eq!(heard(&mut ears, 10).await, [1]);
    ears.done(&[1]).await.unwrap();

    let other_port = free_port();
    let _named_otherwise = elsewhere.server(other_port);
    let to_other = format!("rediss://default:hunter2@127.0.0.1:{other_port}");
    for (url, ca) in [(&url, Some(&others)), (&url, None), (&to_other, Some(&elsewhere))] {
        match with_ca(url, ca).check().await {
            Err(StreamFault::Refused(why)) => assert!(why.contains("tls.ca_file"), "{why}"),
            other => panic!("{url} {}: {other:?}", ca.is_some()),
        }
    }

    // TLS to a port without, and none to a port with.
    let wrong = [
        with_ca(&format!("rediss://default:hunter2@127.0.0.1:{}", server.port), Some(&ours)),
        on(&url.replace("rediss", "redis")),
    ];
    for stream in &wrong {
        match stream.check().await {
            Err(StreamFault::Refused(why)) => assert!(!why.contains("hunter2"), "{why}"),
            Ok(warnings) => assert!(warnings[0].contains("not reachable"), "{warnings:?}"),
            Err(other) => panic!("{other}"),
        }
    }
}
