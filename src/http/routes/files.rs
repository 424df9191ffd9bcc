//! The lines of proof in the table of contents: files that come in for a whistle, a visit or a finding, and one file. Who may is
//! said for people to read, and decided in `domain`.

use super::line::{Line, To, order, read};
use crate::domain::summons::BARE;
use crate::http::attachments;
use crate::http::openapi::Shape;
use actix_web::web;

/// Every route of attached files.
pub(super) static TABLE: &[Line] = &[
    Line {
        method: "POST",
        path: "/api/v1/whistles/{code}/attachments",
        summary: "Attach pictures and documents as proof; moves nothing",
        who: "whoever may comment",
        query: &[],
        answers: Shape::News("Attachment"),
        to: To::Upload(|| web::to(attachments::attach)),
    },
    read(
        "/api/v1/attachments/{id}",
        "One attached file: a picture's viewing copy, or the file as it came",
        attachments::FILE,
        Shape::File,
        || web::to(attachments::one),
    ),
    order(
        "/api/v1/attachments/{id}/release",
        "Let whoever sees a protected whistle see this picture",
        "office",
        &BARE,
        || web::to(attachments::release),
    ),
    Line {
        method: "POST",
        path: "/api/v1/visits/{code}/attachments",
        summary: "Attach photos and documents of the visit; moves nothing",
        who: "certified officers who go, liaisons and heads of departments that act",
        query: &[],
        answers: Shape::News("Attachment"),
        to: To::Upload(|| web::to(attachments::attach_to_visit)),
    },
    Line {
        method: "POST",
        path: "/api/v1/findings/{code}/attachments",
        summary: "Attach photos of the spot before or after, and documents; moves nothing",
        who: "the department, the town",
        query: &[],
        answers: Shape::News("Attachment"),
        to: To::Upload(|| web::to(attachments::attach_to_finding)),
    },
];
