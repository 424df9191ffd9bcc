//! Sign-ins decided: who may, what is refused, what the trail keeps.
