//! What is still to be done, for whoever begins the day: the open limits that a reader may see; and what is said of one that
//! has passed. Limits are armed and ended by deeds on what owes them, never here.

use super::asked::Asked;
use super::deeds::Way;
use super::{Hub, Undone};
use crate::domain::deeds::ObligationDeed;
use crate::domain::policy::Scope;
use crate::store::obligations::{self, OpenItem, OpenQuery};

pub use super::deeds::Done;
pub use crate::domain::late::order_spec;

/// Says something of what is owed under that code: a whistle's, a summons', a visit's, a department's part of one, a finding's.
pub async fn deed(hub: &Hub, asked: Asked<'_>, code: &str, deed: ObligationDeed) -> Result<Done, Undone> {
    Way { hub, asked, code, deed }.go().await
}

/// The soonest first.
pub async fn open(hub: &Hub, scope: &Scope, query: OpenQuery) -> Result<Vec<OpenItem>, Undone> {
    let scope = scope.clone();
    Ok(hub.ledger.read(move |reading| obligations::open(reading, &scope, &query)).await?)
}
