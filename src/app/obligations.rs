//! What is still to be done, for whoever begins the day: the open limits that a reader may see. Only reads; limits are
//! armed and ended by deeds.

use super::{Hub, Undone};
use crate::domain::policy::Scope;
use crate::store::obligations::{self, OpenItem, OpenQuery};

/// The soonest first.
pub async fn open(hub: &Hub, scope: &Scope, query: OpenQuery) -> Result<Vec<OpenItem>, Undone> {
    let scope = scope.clone();
    Ok(hub.ledger.read(move |reading| obligations::open(reading, &scope, &query)).await?)
}
