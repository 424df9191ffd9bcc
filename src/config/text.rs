//! Texts of settings: what a file says, what an address looks like, what a secret's own file holds.
//! No fault of it quotes a value.

use super::ConfigFault;
use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// Longest text of one secret file, bytes.
const SECRET_BYTES_MAX: usize = 64 * 1024;

/// The parser's own fault quotes the line, with whatever secret stands there; ours says where and why.
pub(super) fn is_toml(path: &Path, text: &str) -> Result<(), ConfigFault> {
    let Err(fault) = text.parse::<toml::Table>() else { return Ok(()) };
    let before = fault.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    Err(ConfigFault::Wrong(format!("{}, line {line}: {}", path.display(), fault.message())))
}

/// `http://host`, `https://host:8443`: nothing that a link could not be put behind.
pub(super) fn is_origin(url: &str) -> bool {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    host.is_some_and(|host| {
        !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".:-[]".contains(&b))
    })
}

pub(super) fn is_mail_url(url: &str) -> bool {
    ["file://", "smtp://", "smtps://"]
        .iter()
        .any(|scheme| url.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
}

/// The environment with every `WHISTLE__…__FILE` replaced by what its file holds, one line end at the end cut off.
pub(super) fn with_secret_files(
    env: impl Iterator<Item = (String, String)>,
) -> Result<HashMap<String, String>, ConfigFault> {
    let ours = env.filter(|(key, _)| key.starts_with("WHISTLE__"));
    let mut read = HashMap::new();
    for (key, value) in ours {
        let (key, value) = match key.strip_suffix("__FILE") {
            Some(named) => (named.to_owned(), secret_file(Path::new(&value))?),
            None => (key, value),
        };
        if read.contains_key(&key) {
            return Err(ConfigFault::Wrong(format!("{key} is given twice, once with __FILE")));
        }
        read.insert(key, value);
    }
    Ok(read)
}

fn secret_file(path: &Path) -> Result<String, ConfigFault> {
    let text = fs::read_to_string(path).map_err(|source| ConfigFault::Unreadable { path: path.to_owned(), source })?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() || text.len() > SECRET_BYTES_MAX {
        return Err(ConfigFault::Wrong(format!("{} is empty or too long for a setting", path.display())));
    }
    Ok(text.to_owned())
}
