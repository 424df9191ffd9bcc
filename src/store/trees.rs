//! A whistle's tree or a visit's, for whoever knows a root and not of which kind it is: files, texts and limits belong to either.
//! Never writes.

use super::{Fault, Reading, visits, whistles};
use crate::domain::policy::Scope;
use crate::domain::visit::VisitTree;
use crate::domain::whistle::Tree;
use crate::ids::TreeId;

/// Either of the two.
#[derive(Debug)]
pub enum AnyTree {
    Whistle(Box<Tree>),
    Visit(Box<VisitTree>),
}

impl AnyTree {
    /// The code that people know it by.
    pub fn code(&self) -> &str {
        match self {
            AnyTree::Whistle(tree) => &tree.whistle.code,
            AnyTree::Visit(tree) => &tree.visit.code,
        }
    }
}

/// The tree with this root; nothing if there is none that the scope sees.
///
/// # Errors
/// [`Fault`], as every read of this room.
pub fn by_root(reading: &mut Reading<'_>, scope: &Scope, root: &TreeId) -> Result<Option<AnyTree>, Fault> {
    Ok(match (root.whistle(), root.visit()) {
        (Some(id), _) => whistles::tree_by_id(reading, scope, &id)?.map(|tree| AnyTree::Whistle(Box::new(tree))),
        (None, Some(id)) => visits::tree_by_id(reading, scope, &id)?.map(|tree| AnyTree::Visit(Box::new(tree))),
        (None, None) => None,
    })
}
