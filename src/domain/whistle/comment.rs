//! Words beside the work: whoever sees a whistle may leave some, for all who see it or for the office alone. A comment
//! moves nothing and raises no version, so that nobody's page grows stale by it and no tag tells of what is hidden.

use super::Tree;
use crate::domain::decision::Change;
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::{EventKind, text_ref};
use crate::domain::order::{Fault, Field, Kind, Node, Spec, TEXT_MAX, read};
use crate::domain::terms::Visibility;
use serde_json::json;

/// The body of `…/comments`.
pub static COMMENT: Spec = Spec {
    name: "CommentOrder",
    fields: &[
        Field::required("text", Kind::Text { max: TEXT_MAX }),
        Field::required("visibility", Kind::Word(Visibility::WORDS)),
    ],
};

/// What is said, and to whom.
#[derive(Debug, Clone, PartialEq)]
pub struct CommentOrder {
    text: String,
    visibility: Visibility,
}

impl CommentOrder {
    pub fn parse(body: &Node) -> Result<CommentOrder, Vec<Fault>> {
        let (reader, faults) = read(&COMMENT, body);
        let made = reader.text("text").zip(reader.word("visibility", Visibility::parse));
        faults.judge(made.map(|(text, visibility)| CommentOrder { text, visibility }))
    }
}

/// Leaves a comment.
pub fn comment(order: &CommentOrder, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let text = draft.write_down(&order.text);
    draft.record(EventKind::WhistleCommented, json!({ "text": text_ref(&text), "visibility": order.visibility }));
    if order.visibility == Visibility::Office {
        draft.hush();
    }
    draft.finish()
}
