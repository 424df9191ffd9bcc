//! Erasing what law no longer lets us keep of a visit and its findings (个人信息保护法 47): rows and log only point at texts, so
//! those go and nothing else changes; the log keeps that it was done and on which ground.

use super::VisitTree;
use crate::domain::decision::{Change, Erasure};
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::EventKind;
use crate::domain::terms::ErasureGround;
use crate::ids::TextId;
use serde_json::json;

/// Erases these texts of a visit.
pub fn erase(texts: Vec<TextId>, ground: ErasureGround, tree: VisitTree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let codes = draft.tree.findings.iter().map(|finding| finding.code.clone());
    let codes = codes.chain([draft.tree.visit.code.clone()]).collect();
    let ids: Vec<&str> = texts.iter().map(TextId::as_str).collect();
    draft.record(EventKind::VisitErased, json!({ "ground": ground, "texts": ids }));
    draft.erase(Erasure { texts, codes, ..Erasure::default() });
    draft.finish()
}
