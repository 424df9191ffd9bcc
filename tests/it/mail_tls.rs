//! Letters over TLS: a relay with a certificate of the data centre's own authority is taken by whoever trusts that
//! authority, and by nobody else (T24). The certificates are gone with the test; nothing needs a network.

use crate::mail_faults::{AMPLE, facts, letter};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use whistle_hub::domain::terms::LetterKind;
use whistle_hub::mail::{FaultKind, Transport};

/// An authority of the test's own, and what it has signed.
struct Authority {
    folder: PathBuf,
}

impl Authority {
    /// `ca.pem`, and `server.pem` with `server.key` for this host.
    fn new(name: &str, host: &str) -> Authority {
        let folder = std::env::temp_dir().join(format!("whistle-mail-ca-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let authority = Authority { folder };
        let key = "-newkey rsa:2048 -nodes";
        authority.openssl(&format!("req -x509 {key} -days 2 -keyout ca.key -out ca.pem -subj /CN=authority"));
        authority.openssl(&format!(
            "req {key} -keyout server.key -out server.csr -subj /CN=relay -addext subjectAltName={host}"
        ));
        let sign = "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2";
        authority.openssl(&format!("{sign} -copy_extensions copy -out server.pem"));
        authority
    }

    fn openssl(&self, words: &str) {
        let mut command = Command::new("openssl");
        command.current_dir(&self.folder).args(words.split(' ')).stdout(Stdio::null()).stderr(Stdio::null());
        let status = command.status().unwrap_or_else(|fault| panic!("no openssl ({fault}): apt-get install openssl"));
        assert!(status.success(), "openssl {words}");
    }

    fn pem(&self) -> Vec<u8> {
        std::fs::read(self.folder.join("ca.pem")).unwrap()
    }

    /// A relay that shows this authority's certificate: from the first byte, or after STARTTLS.
    fn relay(&self, from_the_first_byte: bool) -> SocketAddr {
        let certificate = CertificateDer::from_pem_file(self.folder.join("server.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_file(self.folder.join("server.key")).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let (config, listener) = (Arc::new(config), TcpListener::bind("127.0.0.1:0").unwrap());
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            // A caller who goes away in the middle is what some tests are about.
            while let Ok((socket, _)) = listener.accept() {
                serve(socket, Arc::clone(&config), from_the_first_byte).ok();
            }
        });
        address
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

fn serve(socket: TcpStream, config: Arc<ServerConfig>, from_the_first_byte: bool) -> std::io::Result<()> {
    socket.set_read_timeout(Some(AMPLE))?;
    let mut clear = BufReader::new(socket);
    if !from_the_first_byte {
        clear.get_mut().write_all(b"220 double ESMTP\r\n")?;
        if !talk(&mut clear, "250-double\r\n250 STARTTLS")? {
            return Ok(());
        }
    }
    let server = ServerConnection::new(config).map_err(std::io::Error::other)?;
    let mut sealed = BufReader::new(StreamOwned::new(server, clear.into_inner()));
    if from_the_first_byte {
        sealed.get_mut().write_all(b"220 double ESMTP\r\n")?;
    }
    talk(&mut sealed, "250 double").map(drop)
}

/// Takes letters until the caller leaves, or asks for TLS (true).
fn talk(line: &mut BufReader<impl Read + Write>, ehlo: &str) -> std::io::Result<bool> {
    let mut said = String::new();
    while line.read_line(&mut said)? > 0 {
        let verb = said.trim_end().split([' ', ':']).next().unwrap_or_default().to_owned();
        said.clear();
        let answer = match verb.as_str() {
            "EHLO" => ehlo,
            "STARTTLS" => "220 go on",
            "DATA" => {
                line.get_mut().write_all(b"354 go on\r\n")?;
                while line.read_line(&mut said)? > 0 && said != ".\r\n" {
                    said.clear();
                }
                said.clear();
                "250 taken"
            }
            _ => "250 fine",
        };
        line.get_mut().write_all(format!("{answer}\r\n").as_bytes())?;
        if verb == "STARTTLS" {
            return Ok(true);
        }
    }
    Ok(false)
}

#[tokio::test]
async fn t24_a_relay_of_the_own_authority_is_taken_by_whoever_trusts_it_and_by_nobody_else() {
    let (ours, others) = (Authority::new("ours", "IP:127.0.0.1"), Authority::new("others", "IP:127.0.0.1"));
    let elsewhere = Authority::new("elsewhere", "DNS:relay.yunhu.example");
    let letter = letter(&facts(LetterKind::SummonsNew));
    for from_the_first_byte in [true, false] {
        let url = |relay: &Authority| match (relay.relay(from_the_first_byte), from_the_first_byte) {
            (address, true) => format!("smtps://{address}"),
            (address, false) => format!("smtp://{address}?tls=required"),
        };
        let mut trusting = Transport::from_url(&url(&ours), "hub.yunhu.example", Some(&ours.pem())).unwrap();
        trusting.hand_over(&letter, AMPLE).await.unwrap();
        let bundle = [others.pem(), ours.pem()].concat();
        let mut trusting = Transport::from_url(&url(&ours), "hub.yunhu.example", Some(&bundle)).unwrap();
        trusting.hand_over(&letter, AMPLE).await.unwrap();
        for (relay, ca_pem) in [(&ours, None), (&ours, Some(others.pem())), (&elsewhere, Some(elsewhere.pem()))] {
            let mut wary = Transport::from_url(&url(relay), "hub.yunhu.example", ca_pem.as_deref()).unwrap();
            let fault = wary.hand_over(&letter, AMPLE).await.unwrap_err();
            assert_eq!(fault.kind, FaultKind::Temporary);
            assert!(fault.to_string().contains("invalid peer certificate"), "{fault}");
        }
    }
}
