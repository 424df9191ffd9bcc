//! The lines of the document itself and of operation in the table of contents: none of them asks who somebody is, and
//! none answers anything of a whistle.

use super::ANYONE;
use super::line::{Line, To, open};
use crate::http::openapi::{self, Shape};
use crate::http::ops;
use actix_web::web;

/// Every route of operation.
pub(super) static TABLE: &[Line] = &[
    open("/api/v1/openapi.json", "This document", Shape::Json, || web::to(openapi::document)),
    open("/healthz", "Is the process alive", Shape::Json, || web::to(ops::alive)),
    open("/readyz", "Is each dependency there", Shape::Ready, || web::to(ops::ready)),
    open("/metrics", "Figures, to this host only", Shape::Text, || web::to(ops::figures)),
    Line {
        method: "POST",
        path: "/csp",
        summary: "A browser reports broken policy; counted, not kept",
        who: ANYONE,
        query: &[],
        answers: Shape::Nothing,
        to: To::Read(|| web::to(ops::policy_broken)),
    },
];
