//! One line of the table of routes: what it says of itself and where it leads. It knows no other line and no path but its
//! own.

use super::{ANYONE, KEEPERS, SIGNED_IN};
use crate::app;
use crate::domain::deeds::{FindingDeed, SummonsDeed, VisitDeed, WhistleDeed};
use crate::domain::order::Spec;
use crate::domain::people::{self as people_orders, PersonDeed};
use crate::http::openapi::Shape;
use crate::http::query::Parameter;
use crate::http::{people, summonses, visits, whistles};
use actix_web::Route;
use actix_web::web;

/// One route.
pub struct Line {
    pub method: &'static str,
    pub path: &'static str,
    pub summary: &'static str,
    /// Who may; the rest is 401, 403 or 404.
    pub who: &'static str,
    /// What its query may say.
    pub(in crate::http) query: &'static [Parameter],
    /// What it answers when all is well.
    pub(in crate::http) answers: Shape,
    pub(super) to: To,
}

/// What a line leads to.
pub(super) enum To {
    /// A handler without a body.
    Read(fn() -> Route),
    /// A handler with an order of this table.
    Order(&'static Spec, fn() -> Route),
    /// A handler with a list as a file.
    File(fn() -> Route),
    /// A handler with files of proof as a form.
    Upload(fn() -> Route),
    Whistle(WhistleDeed),
    Summons(SummonsDeed),
    Person(PersonDeed),
    Visit(VisitDeed),
    Finding(FindingDeed),
}

pub(super) const fn read(
    path: &'static str,
    summary: &'static str,
    query: &'static [Parameter],
    answers: Shape,
    to: fn() -> Route,
) -> Line {
    Line { method: "GET", path, summary, who: SIGNED_IN, query, answers, to: To::Read(to) }
}

pub(super) const fn open(path: &'static str, summary: &'static str, answers: Shape, to: fn() -> Route) -> Line {
    Line { method: "GET", path, summary, who: ANYONE, query: &[], answers, to: To::Read(to) }
}

pub(super) const fn order(
    path: &'static str,
    summary: &'static str,
    who: &'static str,
    spec: &'static Spec,
    to: fn() -> Route,
) -> Line {
    Line { method: "POST", path, summary, who, query: &[], answers: Shape::Nothing, to: To::Order(spec, to) }
}

pub(super) const fn person(path: &'static str, summary: &'static str, deed: PersonDeed) -> Line {
    let answers = Shape::Tagged("PersonCard");
    Line { method: "POST", path, summary, who: KEEPERS, query: &[], answers, to: To::Person(deed) }
}

pub(super) const fn whistle(path: &'static str, summary: &'static str, who: &'static str, deed: WhistleDeed) -> Line {
    Line { method: "POST", path, summary, who, query: &[], answers: Shape::Tagged("Whistle"), to: To::Whistle(deed) }
}

pub(super) const fn summons(path: &'static str, summary: &'static str, who: &'static str, deed: SummonsDeed) -> Line {
    Line { method: "POST", path, summary, who, query: &[], answers: Shape::Tagged("Summons"), to: To::Summons(deed) }
}

pub(super) const fn visit(path: &'static str, summary: &'static str, who: &'static str, deed: VisitDeed) -> Line {
    Line { method: "POST", path, summary, who, query: &[], answers: Shape::Tagged("Visit"), to: To::Visit(deed) }
}

pub(super) const fn finding(path: &'static str, summary: &'static str, who: &'static str, deed: FindingDeed) -> Line {
    Line { method: "POST", path, summary, who, query: &[], answers: Shape::Tagged("Finding"), to: To::Finding(deed) }
}

impl Line {
    /// The table that the body follows.
    pub fn order(&self) -> Option<&'static Spec> {
        match self.to {
            To::Read(_) | To::File(_) | To::Upload(_) => None,
            To::Order(spec, _) => Some(spec),
            To::Whistle(deed) => Some(app::whistles::order_spec(deed)),
            To::Summons(deed) => Some(app::summonses::order_spec(deed)),
            To::Person(deed) => Some(people_orders::order_spec(deed)),
            To::Visit(deed) => Some(app::visits::order_spec(deed)),
            To::Finding(deed) => Some(app::visits::finding_order_spec(deed)),
        }
    }

    /// Whether it is a deed on something that stands.
    pub fn is_deed(&self) -> bool {
        matches!(self.to, To::Whistle(_) | To::Summons(_) | To::Person(_) | To::Visit(_) | To::Finding(_))
    }

    /// Whether it must name the version that it saw.
    pub fn names_version(&self) -> bool {
        match self.to {
            To::Whistle(deed) => deed.moves(),
            To::Summons(_) | To::Person(_) | To::Visit(_) | To::Finding(_) => true,
            To::Read(_) | To::Order(..) | To::File(_) | To::Upload(_) => false,
        }
    }

    /// Whether it takes a body.
    pub fn takes_body(&self) -> bool {
        self.takes_file() || self.takes_upload() || self.order().is_some()
    }

    /// Whether no body at all is a fault: a deed without fields takes `{}` or none.
    pub fn needs_body(&self) -> bool {
        self.order().is_some_and(|spec| spec.fields.iter().any(|field| field.required))
    }

    /// Whether a state may bar it.
    pub fn may_clash(&self) -> bool {
        match self.to {
            To::Whistle(_) | To::Summons(_) | To::Person(_) | To::Visit(_) | To::Finding(_) | To::Upload(_) => true,
            // Machine tokens are counted, second factors are there or not.
            To::Order(..) => self.needs_token(),
            // A sheet is not there in every state.
            To::Read(_) => matches!(self.answers, Shape::Html | Shape::Calendar),
            To::File(_) => false,
        }
    }

    /// Whether its body is a list as a file.
    pub fn takes_file(&self) -> bool {
        matches!(self.to, To::File(_))
    }

    /// Whether its body is a form with files.
    pub fn takes_upload(&self) -> bool {
        matches!(self.to, To::Upload(_))
    }

    /// Whether it asks for a token.
    pub fn needs_token(&self) -> bool {
        self.who != ANYONE
    }

    pub(super) fn route(&self) -> Route {
        match self.to {
            To::Read(to) | To::Order(_, to) | To::File(to) | To::Upload(to) => to(),
            To::Whistle(deed) => web::to(move |door, posted| whistles::deed(door, posted, deed)),
            To::Summons(deed) => web::to(move |door, posted| summonses::deed(door, posted, deed)),
            To::Person(deed) => web::to(move |door, posted| people::deed(door, posted, deed)),
            To::Visit(deed) => web::to(move |door, posted| visits::deed(door, posted, deed)),
            To::Finding(deed) => web::to(move |door, posted| visits::finding_deed(door, posted, deed)),
        }
    }
}
