//! Whole stories of a whistle, told deed by deed and checked after each: what no single file can see by itself.
//! `sample` and `story` also serve the tests that stand beside the deeds.

mod beside;
mod bodies;
mod findings;
mod findings_rechecked;
mod main_path;
pub(crate) mod sample;
mod secrecy;
pub(crate) mod story;
mod table;
mod together;
mod together_stories;
mod together_walk;
pub(crate) mod visit_story;
mod visits;
mod visits_at_once;
mod visits_at_the_gate;
mod visits_planned;
mod visits_shown;
mod walk;
