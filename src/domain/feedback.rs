//! Complaints and advice: what somebody leaves for the director, with their name or without, and what is answered. No
//! part of any whistle; nothing here knows who reads it.

use super::at::At;
use super::order::{Fault, Field, Kind, Node, Spec, TEXT_MAX, read};
use crate::ids::PersonId;

/// What is left.
pub static FEEDBACK: Spec = Spec {
    name: "Feedback",
    fields: &[Field::required("message", Kind::Text { max: TEXT_MAX }), Field::optional("anonymous", Kind::Bool)],
};

/// What is answered.
pub static ANSWER: Spec =
    Spec { name: "FeedbackAnswer", fields: &[Field::required("answer", Kind::Text { max: TEXT_MAX })] };

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    pub id: String,
    pub at: At,
    /// Nobody where somebody wants it so.
    pub person: Option<PersonId>,
    pub text: String,
    pub answer: Option<String>,
    pub answered_at: Option<At>,
}

/// The text, and whether it is left without a name.
pub fn parse(body: &Node) -> Result<(String, bool), Vec<Fault>> {
    let (reader, faults) = read(&FEEDBACK, body);
    let anonymous = reader.flag("anonymous").unwrap_or_default();
    faults.judge(reader.text("message").map(|text| (text, anonymous)))
}

/// The answer.
pub fn parse_answer(body: &Node) -> Result<String, Vec<Fault>> {
    let (reader, faults) = read(&ANSWER, body);
    faults.judge(reader.text("answer"))
}
