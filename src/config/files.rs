//! Where files of proof lie, and how much of the disk is not theirs.
//! Nothing here looks at a disk.

use serde::Deserialize;
use std::path::PathBuf;

/// What was attached to cases.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Files {
    /// The folder; every replica has the same one.
    pub dir: PathBuf,
    /// Uploads stop when less than this is free there, MiB: the rest is the ledger's.
    pub keep_free_mib: u64,
    /// And when less than this part of the disk is, percent.
    pub keep_free_percent: u64,
}

impl Default for Files {
    fn default() -> Files {
        Files { dir: PathBuf::from("data/files"), keep_free_mib: 2048, keep_free_percent: 10 }
    }
}
