//! What blowing and completing take: the tables of their bodies and the order that is read from them. An order is read
//! whole, and refused with all its faults; nothing in it may set a state, an actor or a time of ours.

use crate::domain::at::At;
use crate::domain::directory::Directory;
use crate::domain::order::{
    Clash, Fault, FaultCode, Faults, Field, Kind, NAME_MAX, Node, PHONE_MAX, PLACE_MAX, Reader, Spec, TEXT_MAX,
    TITLE_MAX, WHAT_MAX, each_once, read,
};
use crate::domain::policy::{self, Actor};
use crate::domain::terms::{Category, Severity, Source, Urgency};
use crate::domain::whistle::Whistle;
use crate::domain::whistle::informer::{Contact, names_somebody};

static CONTACT: Spec = Spec {
    name: "Contact",
    fields: &[
        Field::required("name", Kind::Text { max: NAME_MAX }),
        Field::required("phone", Kind::Text { max: PHONE_MAX }),
    ],
};

macro_rules! blow_fields {
    ($($head:expr),+) => {
        &[
            $($head,)+
            Field::optional("place", Kind::Text { max: PLACE_MAX }),
            Field::optional("enterprise", Kind::Code),
            Field::optional("town", Kind::Code),
            Field::optional("title", Kind::Text { max: TITLE_MAX }),
            Field::optional("urgency", Kind::Word(Urgency::WORDS)),
            Field::optional("severity_claimed", Kind::Word(Severity::WORDS)),
            Field::optional("clause", Kind::Text { max: TEXT_MAX }),
            Field::optional("needed_departments", Kind::List { of: &Kind::Code, min: 0 }),
            Field::optional("source", Kind::Word(Source::WORDS)),
            Field::optional("occurred_at", Kind::Time),
            Field::optional("contact", Kind::Object(&CONTACT)),
            Field::optional("protected_source", Kind::Bool),
            Field::optional("on_behalf_of", Kind::Code),
        ]
    };
}

/// The body of `POST /whistles`.
pub static BLOW: Spec = Spec {
    name: "BlowOrder",
    fields: blow_fields!(
        Field::required("category", Kind::Word(Category::WORDS)),
        Field::required("what", Kind::Text { max: WHAT_MAX })
    ),
};

/// The body of `…/complete`: any field of the blow order.
pub static COMPLETE: Spec = Spec {
    name: "CompleteOrder",
    fields: blow_fields!(
        Field::optional("category", Kind::Word(Category::WORDS)),
        Field::optional("what", Kind::Text { max: WHAT_MAX })
    ),
};

/// The fields that an office may call missing when it returns a whistle.
pub static FIELDS: &[&str] = &[
    "category",
    "what",
    "place",
    "enterprise",
    "town",
    "title",
    "urgency",
    "severity_claimed",
    "clause",
    "needed_departments",
    "source",
    "occurred_at",
    "contact",
];

/// What the blower said, every field sound by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct BlowOrder {
    pub(super) category: Option<Category>,
    pub(super) what: Option<String>,
    pub(super) place: Option<String>,
    pub(super) enterprise: Option<String>,
    pub(super) town: Option<String>,
    pub(super) title: Option<String>,
    pub(super) urgency: Option<Urgency>,
    pub(super) severity_claimed: Option<Severity>,
    pub(super) clause: Option<String>,
    pub(super) needed_departments: Option<Vec<String>>,
    pub(super) source: Option<Source>,
    pub(super) occurred_at: Option<At>,
    pub(super) contact: Option<String>,
    pub(super) protected_source: Option<bool>,
    pub(super) on_behalf_of: Option<String>,
}

impl BlowOrder {
    /// Reads a new whistle.
    pub fn parse(body: &Node, actor: &Actor, directory: &Directory, now: At) -> Result<BlowOrder, Vec<Fault>> {
        BlowOrder::parse_new(body, policy::blows_on_behalf(actor), directory, now)
    }

    /// Reads a whistle that was blown on paper: the office enters it for a unit.
    pub fn parse_entry(body: &Node, directory: &Directory, now: At) -> Result<BlowOrder, Vec<Fault>> {
        BlowOrder::parse_new(body, true, directory, now)
    }

    fn parse_new(body: &Node, on_behalf: bool, directory: &Directory, now: At) -> Result<BlowOrder, Vec<Fault>> {
        let (reader, mut faults) = read(&BLOW, body);
        let order = Self::fields(&reader);
        if !reader.given_any(&["place", "enterprise"]) {
            faults.add(reader.pointer("place"), FaultCode::OneOf(&["place", "enterprise"]));
        }
        order.check_behalf(on_behalf, directory, &reader, &mut faults);
        order.check_references(directory, &reader, &mut faults, now);
        faults.judge(Some(order))
    }

    /// Reads what completes a returned whistle.
    pub fn parse_completion(
        body: &Node,
        whistle: &Whistle,
        directory: &Directory,
        now: At,
    ) -> Result<Self, Vec<Fault>> {
        let (reader, mut faults) = read(&COMPLETE, body);
        let mut order = Self::fields(&reader);
        if order.on_behalf_of.is_some() {
            faults.add(reader.pointer("on_behalf_of"), FaultCode::Clash(Clash::OfficeOnly));
        }
        if order.enterprise.is_none() && order.town.is_some() {
            // The enterprise stays, so another town than its own still is a fault.
            order.enterprise.clone_from(&whistle.enterprise);
        }
        order.check_references(directory, &reader, &mut faults, now);
        faults.judge(Some(order))
    }

    fn fields(reader: &Reader<'_>) -> BlowOrder {
        let contact = reader.object("contact").and_then(|contact| {
            let contact = Contact { name: contact.text("name")?, phone: contact.text("phone")? };
            serde_json::to_string(&contact).ok()
        });
        BlowOrder {
            category: reader.word("category", Category::parse),
            what: reader.text("what"),
            place: reader.text("place"),
            enterprise: reader.text("enterprise"),
            town: reader.text("town"),
            title: reader.text("title"),
            urgency: reader.word("urgency", Urgency::parse),
            severity_claimed: reader.word("severity_claimed", Severity::parse),
            clause: reader.text("clause"),
            needed_departments: reader.has("needed_departments").then(|| reader.texts("needed_departments")),
            source: reader.word("source", Source::parse),
            occurred_at: reader.time("occurred_at"),
            contact,
            protected_source: reader.flag("protected_source"),
            on_behalf_of: reader.text("on_behalf_of"),
        }
    }

    /// Whether a protected whistle seems to tell by itself who spoke: its sender is warned, not refused.
    pub fn tells_who_spoke(&self) -> bool {
        let said = [&self.what, &self.title, &self.place].into_iter().flatten();
        self.protected_source == Some(true) && said.into_iter().any(|text| names_somebody(text))
    }

    /// The office blows only for somebody else; nobody else does.
    fn check_behalf(&self, on_behalf: bool, directory: &Directory, reader: &Reader<'_>, faults: &mut Faults) {
        let pointer = reader.pointer("on_behalf_of");
        match (&self.on_behalf_of, on_behalf) {
            (None, true) if !reader.given_any(&["on_behalf_of"]) => faults.add(pointer, FaultCode::Missing),
            (Some(_), false) => faults.add(pointer, FaultCode::Clash(Clash::OfficeOnly)),
            (Some(unit), true) if !directory.may_have_blown(unit) => faults.add(pointer, FaultCode::NoSuch),
            (None | Some(_), _) => {}
        }
    }

    /// Everything that is named must exist and fit together.
    fn check_references(&self, directory: &Directory, reader: &Reader<'_>, faults: &mut Faults, now: At) {
        let town = self.town.as_deref();
        if town.is_some_and(|code| directory.town(code).is_none()) {
            faults.add(reader.pointer("town"), FaultCode::NoSuch);
        }
        if let Some(code) = &self.enterprise {
            match directory.enterprise(code) {
                None => faults.add(reader.pointer("enterprise"), FaultCode::NoSuch),
                Some(firm) if town.is_some_and(|town| town != firm.town_code) => {
                    faults.add(reader.pointer("town"), FaultCode::Clash(Clash::TownOfEnterprise));
                }
                Some(_) => {}
            }
        }
        each_once(reader, "needed_departments", &[], |code| directory.may_be_summoned(code), faults);
        if self.occurred_at.is_some_and(|at| at > now) {
            faults.add(reader.pointer("occurred_at"), FaultCode::Clash(Clash::InTheFuture));
        }
    }
}
