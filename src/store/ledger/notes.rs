//! What the pen keeps for single persons: forms that they filled and have not sent (bounded, and gone after
//! a while), views that they keep, what they leave for the director (kept), and when they were last reminded. Nothing of
//! it is a fact of a whistle.

use super::super::sql::{Call, Value};
use crate::domain::at::At;
use crate::ids::PersonId;

const KEEP_FORM: &str = "INSERT INTO unsent_forms (person, subject, body, at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (person, subject) DO UPDATE SET body = excluded.body, at = excluded.at";
const ONLY_NEWEST: &str = "DELETE FROM unsent_forms WHERE person = $1 AND subject NOT IN (
    SELECT subject FROM unsent_forms WHERE person = $1 ORDER BY at DESC, subject LIMIT 20)";
const DROP_FORM: &str = "DELETE FROM unsent_forms WHERE person = $1 AND subject = $2";
const DROP_FORMS: &str = "DELETE FROM unsent_forms WHERE person = $1";
const PURGE_FORMS: &str = "DELETE FROM unsent_forms WHERE at < $1";
/// Sent twice it is there once.
const LEAVE_FEEDBACK: &str =
    "INSERT INTO feedback (id, at, person, body) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING";
/// A letter of what is coming leaves the day's word about what is late as it was.
const REMINDED: &str = "INSERT INTO reminded (person, coming_at, late_at) VALUES ($1, $2, $3)
    ON CONFLICT (person) DO UPDATE SET coming_at = excluded.coming_at,
      late_at = CASE WHEN excluded.late_at > reminded.late_at THEN excluded.late_at ELSE reminded.late_at END";
const KEEP_VIEW: &str = "INSERT INTO saved_views (id, person, body, at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (id) DO UPDATE SET body = excluded.body";
const DROP_VIEW: &str = "DELETE FROM saved_views WHERE id = $1 AND person = $2";
const ANSWER_FEEDBACK: &str = "UPDATE feedback SET answer = $2, answered_at = $3 WHERE id = $1";

/// Every statement of these.
#[cfg(test)]
pub(super) const STATEMENTS: &[&str] = &[
    KEEP_FORM,
    ONLY_NEWEST,
    DROP_FORM,
    DROP_FORMS,
    PURGE_FORMS,
    KEEP_VIEW,
    DROP_VIEW,
    LEAVE_FEEDBACK,
    ANSWER_FEEDBACK,
    REMINDED,
];

/// One thing to be kept. `Debug` is missing on purpose: forms hold what people typed.
pub enum Note {
    /// The newest of a form; twenty a person stay.
    KeepForm { person: PersonId, subject: String, body: String, at: At },
    /// It was sent, or thrown away.
    DropForm { person: PersonId, subject: String },
    /// All of a person's: they have signed out.
    DropForms(PersonId),
    /// Those that were kept before.
    PurgeForms { before: At },
    /// A filter that somebody named for themselves; sealed.
    KeepView { id: String, person: PersonId, body: String, at: At },
    /// Touches nothing that is another's.
    DropView { id: String, person: PersonId },
    /// A complaint or an advice; sealed, and without a person where somebody wants it so.
    LeaveFeedback { id: String, person: Option<PersonId>, body: String, at: At },
    /// Touches nothing if there is none of that id.
    AnswerFeedback { id: String, answer: String, at: At },
    /// Somebody had a reminder; `is_late`: also of what is late.
    Reminded { person: PersonId, at: At, is_late: bool },
}

impl Note {
    /// The statements that do it.
    pub(super) fn calls(&self) -> Vec<Call<'_>> {
        let one = |text: &'static str, params: Vec<Value<'static>>| vec![Call::of(text, params)];
        match self {
            Note::KeepForm { person, subject, body, at } => vec![
                Call::of(KEEP_FORM, vec![person.into(), subject.into(), body.into(), (*at).into()]),
                Call::of(ONLY_NEWEST, vec![person.into()]),
            ],
            Note::DropForm { person, subject } => vec![Call::of(DROP_FORM, vec![person.into(), subject.into()])],
            Note::DropForms(person) => vec![Call::of(DROP_FORMS, vec![person.into()])],
            Note::LeaveFeedback { id, person, body, at } => {
                let person = person.as_ref().map(PersonId::as_str);
                vec![Call::of(LEAVE_FEEDBACK, vec![id.into(), (*at).into(), person.into(), body.into()])]
            }
            Note::AnswerFeedback { id, answer, at } => {
                vec![Call::of(ANSWER_FEEDBACK, vec![id.into(), answer.into(), (*at).into()])]
            }
            Note::Reminded { person, at, is_late } => {
                let late_at = if *is_late { *at } else { At(0) };
                vec![Call::of(REMINDED, vec![person.into(), (*at).into(), late_at.into()])]
            }
            Note::KeepView { id, person, body, at } => {
                vec![Call::of(KEEP_VIEW, vec![id.into(), person.into(), body.into(), (*at).into()])]
            }
            Note::DropView { id, person } => vec![Call::of(DROP_VIEW, vec![id.into(), person.into()])],
            Note::PurgeForms { before } => one(PURGE_FORMS, vec![(*before).into()]),
        }
    }
}
