//! The lines of visits and findings in the table of contents. What is not in it cannot be asked; who may is said for
//! people to read, and decided in `domain`.

use super::line::{Line, To, finding, order, read, visit};
use crate::domain::deeds::{FindingDeed, VisitDeed};
use crate::domain::summons::BARE;
use crate::domain::visit::order::PLAN;
use crate::http::openapi::Shape;
use crate::http::{papers, visits, whistles};
use actix_web::web;

const OFFICE: &str = "office";
const HEADS: &str = "heads of departments that act";
const GOES: &str = "certified officers who go";
const LEADS: &str = "certified officers of the lead department who go";
const INSPECTS: &str = "inspectors of the department, certified officers who were there";
const HEAD: &str = "head of the department";
const ASKS: &str = "inspectors and head of the department";

/// Every route of visits and findings.
pub(super) static TABLE: &[Line] = &[
    Line {
        method: "POST",
        path: "/api/v1/visits",
        summary: "Plan a joint visit; people and cars are taken at once",
        who: OFFICE,
        query: &[],
        answers: Shape::Created("Visit"),
        to: To::Order(&PLAN, || web::to(visits::plan)),
    },
    read("/api/v1/visits", "Visits of your scope", visits::LIST, Shape::List("VisitItem"), || web::to(visits::list)),
    read("/api/v1/visits/{code}", "One visit", &[], Shape::Tagged("Visit"), || web::to(visits::one)),
    read(
        "/api/v1/visits/{code}/timeline",
        "What happened in a visit, oldest first",
        whistles::TIMELINE,
        Shape::List("TimelineEntry"),
        || web::to(visits::timeline),
    ),
    read(
        "/api/v1/visits/{code}/notice",
        "The notice to the firm, to be printed; none of an unannounced visit before it is entered",
        papers::NOTICE,
        Shape::Html,
        || web::to(visits::notice),
    ),
    Line {
        who: "whoever goes; if the firm is told, whoever sees the visit",
        ..read(
            "/api/v1/visits/{code}/invitation.ics",
            "The visit for your calendar, once it is approved",
            &[],
            Shape::Calendar,
            || web::to(visits::invitation),
        )
    },
    visit("/api/v1/visits/{code}/propose", "Put it before the heads", OFFICE, VisitDeed::Propose),
    visit("/api/v1/visits/{code}/approve_own_part", "Approve the own part", HEADS, VisitDeed::ApproveOwnPart),
    visit("/api/v1/visits/{code}/object", "Object: it is planned anew", HEADS, VisitDeed::Object),
    visit("/api/v1/visits/{code}/excuse_part", "Let a department off", "director", VisitDeed::ExcusePart),
    visit("/api/v1/visits/{code}/announce", "Tell the firm", "office, the lead department", VisitDeed::Announce),
    visit("/api/v1/visits/{code}/keep_secret", "Keep it secret", "office, the lead department", VisitDeed::KeepSecret),
    visit("/api/v1/visits/{code}/postpone", "Put it off", "office, heads of departments that act", VisitDeed::Postpone),
    visit("/api/v1/visits/{code}/cancel", "Call it off", "director", VisitDeed::Cancel),
    visit("/api/v1/visits/{code}/enter", "Come in", GOES, VisitDeed::Enter),
    visit("/api/v1/visits/{code}/record", "Answer for items of the own part", GOES, VisitDeed::Record),
    visit("/api/v1/visits/{code}/finish", "Nothing more is looked at", LEADS, VisitDeed::Finish),
    visit("/api/v1/visits/{code}/sign", "The firm has signed the record", LEADS, VisitDeed::Sign),
    visit("/api/v1/visits/{code}/refuse_sign", "It would not sign; who saw it", LEADS, VisitDeed::RefuseSign),
    visit("/api/v1/visits/{code}/abort", "Break it off", GOES, VisitDeed::Abort),
    visit(
        "/api/v1/visits/{code}/close_own_part",
        "Close the own part",
        "certified officers who go, liaison or head of the department",
        VisitDeed::CloseOwnPart,
    ),
    read(
        "/api/v1/enterprises/{code}/burden",
        "This year's visits to a firm by authority, against the cap, and what one door has saved",
        &[],
        Shape::One("Burden"),
        || web::to(visits::burden),
    ),
    read("/api/v1/findings", "Findings of your scope", visits::FINDINGS, Shape::List("FindingItem"), || {
        web::to(visits::findings)
    }),
    read("/api/v1/findings/{code}", "One finding", &[], Shape::Tagged("Finding"), || web::to(visits::finding)),
    finding("/api/v1/findings/{code}/order", "Order that it is put right", INSPECTS, FindingDeed::Order),
    finding(
        "/api/v1/findings/{code}/correct_on_site",
        "It was put right on site",
        INSPECTS,
        FindingDeed::CorrectOnSite,
    ),
    Line {
        answers: Shape::New("FirmLink"),
        ..order(
            "/api/v1/findings/{code}/give_link",
            "Give the firm its link; shown once, and the one before is void",
            "the department, certified officers who were there",
            &BARE,
            || web::to(visits::give_link),
        )
    },
    finding("/api/v1/findings/{code}/measures", "Evacuate, stop or seal", HEAD, FindingDeed::Measures),
    finding("/api/v1/findings/{code}/lift_measures", "Lift the measures", HEAD, FindingDeed::LiftMeasures),
    finding(
        "/api/v1/findings/{code}/report_fixed",
        "Somebody says that it is fixed",
        "inspectors of the department, the town",
        FindingDeed::ReportFixed,
    ),
    finding("/api/v1/findings/{code}/ask_extension", "Ask for more time", ASKS, FindingDeed::AskExtension),
    finding(
        "/api/v1/findings/{code}/grant_extension",
        "Grant more time",
        "head of the department; director if major",
        FindingDeed::GrantExtension,
    ),
    finding(
        "/api/v1/findings/{code}/refuse_extension",
        "Refuse more time",
        "head of the department; director if major",
        FindingDeed::RefuseExtension,
    ),
    finding("/api/v1/findings/{code}/recheck", "Look at it again", INSPECTS, FindingDeed::Recheck),
    finding("/api/v1/findings/{code}/transfer", "Hand it over to another power", HEAD, FindingDeed::Transfer),
    finding(
        "/api/v1/findings/{code}/take_back",
        "The other power does not take it",
        "head of the department, director",
        FindingDeed::TakeBack,
    ),
    finding(
        "/api/v1/findings/{code}/look",
        "The town looks at a place whose subject is gone",
        "the town",
        FindingDeed::Look,
    ),
    finding("/api/v1/findings/{code}/close", "Strike it off", HEAD, FindingDeed::Close),
    finding(
        "/api/v1/findings/{code}/reopen",
        "Take it up again",
        "office, head of the department",
        FindingDeed::Reopen,
    ),
];
