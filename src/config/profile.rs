//! What `security.profile = "dengbao3"` demands of the other settings: encryption everywhere but on this machine, keys in
//! files, sealed backups (SECURITY T24, T31, T35). It names all that is missing at once, by its key, and quotes no value.

use super::{ConfigFault, LedgerPlace, Profile, Settings, StreamPlace};
use secrecy::{ExposeSecret, SecretString};

impl Settings {
    /// What the profile demands and these settings are not; nothing where it demands nothing.
    pub fn unmet(&self) -> Vec<ConfigFault> {
        if self.security.profile != Profile::Dengbao3 {
            return Vec::new();
        }
        let near = self.http.public_url.is_none() && self.http.listen.ip().is_loopback();
        let clear_ledger = match &self.ledger.url {
            LedgerPlace::Sqlite(_) => false,
            LedgerPlace::Postgres(url) => says(url, "sslmode=disable"),
        };
        let clear_stream = match &self.stream.url {
            StreamPlace::Embedded => false,
            StreamPlace::Redis(url) => says(url, "tls=none"),
        };
        let demands = [
            (!near && !self.http.is_https(), "http.public_url", "begins with https://"),
            (clear_ledger, "ledger.url", "leaves ?sslmode=disable out: between machines it is encrypted"),
            (clear_stream, "stream.url", "leaves ?tls=none out: between machines it is encrypted"),
            (says(&self.mail.url, "tls=none"), "mail.url", "leaves ?tls=none out: between machines it is encrypted"),
            (self.keys.dir.is_none(), "keys.dir", "names the folder that `whistle-hub new-keys` made"),
            (self.backup.key_file.is_none(), "backup.key_file", "names a key: backups are sealed"),
        ];
        let unmet = demands.into_iter().filter(|(is_unmet, ..)| *is_unmet);
        unmet.map(|(_, key, why)| ConfigFault::Impossible { key, why }).collect()
    }
}

/// Whether the part of an address behind its question mark says this.
fn says(url: &SecretString, word: &str) -> bool {
    url.expose_secret().split_once('?').is_some_and(|(_, query)| query.split('&').any(|one| one == word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Security;

    #[test]
    fn every_setting_that_the_profile_demands_is_named_and_none_is_quoted() {
        let mut settings = Settings {
            security: Security { profile: Profile::Dengbao3, ..Security::default() },
            ..Settings::default()
        };
        let named = |settings: &Settings| {
            let unmet = settings.unmet();
            assert!(unmet.iter().all(|one| !one.to_string().contains("hunter2")));
            unmet.iter().map(|one| one.to_string().split(':').next().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(named(&settings), ["keys.dir", "backup.key_file"]);
        settings.keys.dir = Some("keys".into());
        settings.backup.key_file = Some("keys/backup.key".into());
        assert_eq!(named(&settings), Vec::<String>::new());
        settings.http.listen = "0.0.0.0:80".parse().unwrap();
        settings.http.public_url = Some("http://hub.example".to_owned());
        settings.ledger.url = LedgerPlace::Postgres("postgres://u:hunter2@db.example/x?sslmode=disable".into());
        settings.stream.url = StreamPlace::Redis("redis://u:hunter2@cache.example?tls=none".into());
        settings.mail.url = "smtp://mail.example?tls=none".into();
        assert_eq!(named(&settings), ["http.public_url", "ledger.url", "stream.url", "mail.url"]);
        settings.security.profile = Profile::Standard;
        assert_eq!(named(&settings), Vec::<String>::new());
    }
}
