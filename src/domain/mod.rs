//! Nouns and deeds of the field. Everything here is pure: a deed takes an order, an actor, what was loaded and the
//! time, and answers a [`decision::Change`] or a [`decision::Refusal`]. No I/O, no clock, no chance, no logs.

pub mod at;
pub mod attachment;
pub mod calendar;
pub mod credential;
pub mod decision;
pub mod deeds;
pub mod directory;
pub mod draft;
pub mod event;
pub mod feedback;
pub mod finding;
pub mod guessable;
pub mod imports;
pub mod invitation;
pub mod late;
pub mod limits;
pub mod machine;
pub mod network;
pub mod obligation;
pub mod order;
pub mod papers;
pub mod people;
pub mod person;
pub mod policy;
pub mod proposing;
pub mod reason;
pub mod reminders;
pub mod rota;
pub mod routing;
pub mod rules;
pub mod session;
pub mod summons;
pub mod terms;
pub mod trail;
pub mod view;
pub mod visit;
pub mod wanted;
pub mod whistle;

#[cfg(test)]
pub(crate) mod tests;
