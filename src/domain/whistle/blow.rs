//! Blowing a whistle and completing a returned one: the deeds of whoever has seen the hazard.
//! An order is read whole, and refused with all its faults; nothing in it may set a state, an actor or a time of ours.

use super::{Blower, Tree, Whistle, WhistleTexts};
use crate::domain::at::At;
use crate::domain::decision::{Change, Text};
use crate::domain::directory::Directory;
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::EventKind;
use crate::domain::obligation::Post;
use crate::domain::order::{
    Clash, Fault, FaultCode, Faults, Field, Kind, NAME_MAX, Node, PHONE_MAX, PLACE_MAX, Reader, Spec, TEXT_MAX,
    TITLE_MAX, WHAT_MAX, read,
};
use crate::domain::policy::{self, Actor};
use crate::domain::terms::{Category, Duty, LetterKind, Role, Severity, Source, Urgency, WhistleStatus};
use crate::ids::{Mint, TextId, WhistleId};
use serde_json::json;

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
    "category", "what", "place", "enterprise", "town", "title", "urgency", "severity_claimed", "clause",
    "needed_departments", "source", "occurred_at", "contact",
];

/// Longest title made from the start of `what`, characters.
const MADE_TITLE_MAX: usize = 30;

/// What the blower said, every field sound by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct BlowOrder {
    category: Option<Category>,
    what: Option<String>,
    place: Option<String>,
    enterprise: Option<String>,
    town: Option<String>,
    title: Option<String>,
    urgency: Option<Urgency>,
    severity_claimed: Option<Severity>,
    clause: Option<String>,
    needed_departments: Option<Vec<String>>,
    source: Option<Source>,
    occurred_at: Option<At>,
    contact: Option<String>,
    protected_source: Option<bool>,
    on_behalf_of: Option<String>,
}

impl BlowOrder {
    /// Reads a new whistle.
    pub fn parse(body: &Node, actor: &Actor, directory: &Directory, now: At) -> Result<BlowOrder, Vec<Fault>> {
        let (reader, mut faults) = read(&BLOW, body);
        let order = Self::fields(&reader);
        if !reader.given_any(&["place", "enterprise"]) {
            faults.add(reader.pointer("place"), FaultCode::OneOf(&["place", "enterprise"]));
        }
        order.check_behalf(actor, directory, &reader, &mut faults);
        order.check_references(directory, &reader, &mut faults, now);
        faults.judge(Some(order))
    }

    /// Reads what completes a returned whistle.
    pub fn parse_completion(body: &Node, whistle: &Whistle, rules: &Directory, now: At) -> Result<Self, Vec<Fault>> {
        let (reader, mut faults) = read(&COMPLETE, body);
        let mut order = Self::fields(&reader);
        if order.on_behalf_of.is_some() {
            faults.add(reader.pointer("on_behalf_of"), FaultCode::Clash(Clash::OfficeOnly));
        }
        if order.enterprise.is_none() && order.town.is_some() {
            // The enterprise stays, so another town than its own still is a fault.
            order.enterprise.clone_from(&whistle.enterprise);
        }
        order.check_references(rules, &reader, &mut faults, now);
        faults.judge(Some(order))
    }

    fn fields(reader: &Reader<'_>) -> BlowOrder {
        let contact = reader.object("contact").and_then(|contact| {
            let (name, phone) = (contact.text("name")?, contact.text("phone")?);
            Some(json!({ "name": name, "phone": phone }).to_string())
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

    /// The office blows only for somebody else; nobody else does.
    fn check_behalf(&self, actor: &Actor, directory: &Directory, reader: &Reader<'_>, faults: &mut Faults) {
        let pointer = reader.pointer("on_behalf_of");
        match (&self.on_behalf_of, policy::blows_on_behalf(actor)) {
            (None, true) if !reader.given_any(&["on_behalf_of"]) => faults.add(pointer, FaultCode::Missing),
            (Some(_), false) => faults.add(pointer, FaultCode::Clash(Clash::OfficeOnly)),
            (Some(unit), true) if !directory.is_unit(unit) => faults.add(pointer, FaultCode::NoSuch),
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
        let needed = self.needed_departments.as_deref().unwrap_or_default();
        for (at, code) in needed.iter().enumerate() {
            if !directory.may_be_summoned(code) {
                faults.add(reader.item("needed_departments", at), FaultCode::NoSuch);
            } else if needed[..at].contains(code) {
                faults.add(reader.item("needed_departments", at), FaultCode::Clash(Clash::Twice));
            }
        }
        if self.occurred_at.is_some_and(|at| at > now) {
            faults.add(reader.pointer("occurred_at"), FaultCode::Clash(Clash::InTheFuture));
        }
    }

    /// Title as given, or the start of what was said: its first line, cut at a whole character.
    fn title(&self) -> String {
        self.title.clone().unwrap_or_else(|| {
            let what = self.what.as_deref().unwrap_or_default().trim_start();
            let line = what.lines().next().unwrap_or_default().trim_end();
            let cut: String = line.chars().take(MADE_TITLE_MAX).collect();
            if cut.len() < line.len() { format!("{cut}…") } else { cut }
        })
    }
}

/// Blows: the whistle stands, the office owes its triage, the duty officer is written to.
pub fn blow(order: &BlowOrder, actor: &Actor, by: Deciding<'_>) -> Change {
    let directory = &by.rules.directory;
    let office = directory.office().to_owned();
    let urgency = order.urgency.unwrap_or(Urgency::Normal);
    let (texts, refs) = write_texts(order, by.mint);
    let firm = order.enterprise.as_deref().and_then(|code| directory.enterprise(code));
    let town = order.town.clone().or_else(|| firm.map(|firm| firm.town_code.clone()));
    let blower = blower(order, actor, directory);
    let whistle = Whistle {
        id: WhistleId::new(by.mint),
        code: String::new(),
        status: WhistleStatus::Submitted,
        category: order.category.unwrap_or(Category::Other),
        severity: Severity::General,
        severity_claimed: order.severity_claimed,
        urgency,
        search: search_text(order, firm.map(|firm| firm.name.as_str())),
        enterprise: order.enterprise.clone(),
        source: order.source.unwrap_or(Source::OwnInspection),
        protected_source: order.protected_source.unwrap_or(false),
        blown_at: by.now,
        occurred_at: order.occurred_at,
        needed_departments: order.needed_departments.clone().unwrap_or_default(),
        texts: refs,
        lead: None,
        supports: Vec::new(),
        route: None,
        needs: None,
        missing: Vec::new(),
        declined: None,
        closed: None,
        routed: None,
        version: 1,
        tree_version: 1,
        town,
        blower,
    };
    let mut draft = Draft::new(by, whistle, texts);
    let whistle = &draft.tree.whistle;
    let (viewer, town) = (whistle.blower.viewer.clone(), whistle.town.clone());
    let data = json!({ "category": whistle.category, "urgency": urgency, "department": whistle.blower.department });
    draft.show_to(viewer);
    town.into_iter().for_each(|town| draft.show_to(town));
    draft.record(EventKind::WhistleBlown, data);
    let duty = Post { role: Role::OfficeDuty, department: office };
    draft.arm(draft.whistle_subject(), duty.clone(), Duty::Triage);
    draft.owe(LetterKind::WhistleNew, duty, None, "blown");
    draft.finish()
}

/// Completes what the office missed; the triage clock starts anew.
pub fn complete(order: &BlowOrder, tree: Tree, by: Deciding<'_>) -> Change {
    let directory = &by.rules.directory;
    let office = directory.office().to_owned();
    let firm_code = order.enterprise.clone().or_else(|| tree.whistle.enterprise.clone());
    let firm = firm_code.as_deref().and_then(|code| directory.enterprise(code));
    let added = search_text(order, firm.map(|firm| firm.name.as_str()));
    let firm_town = firm.map(|firm| firm.town_code.clone());
    let mut draft = Draft::on(by, tree);
    complete_texts(&mut draft, order);
    let whistle = &mut draft.tree.whistle;
    whistle.category = order.category.unwrap_or(whistle.category);
    whistle.urgency = order.urgency.unwrap_or(whistle.urgency);
    whistle.severity_claimed = order.severity_claimed.or(whistle.severity_claimed);
    whistle.source = order.source.unwrap_or(whistle.source);
    whistle.occurred_at = order.occurred_at.or(whistle.occurred_at);
    whistle.protected_source = order.protected_source.unwrap_or(whistle.protected_source);
    whistle.enterprise = firm_code;
    whistle.town = order.town.clone().or(firm_town).or_else(|| whistle.town.take());
    if let Some(needed) = &order.needed_departments {
        whistle.needed_departments.clone_from(needed);
    }
    whistle.search = format!("{} {added}", whistle.search);
    whistle.missing.clear();
    let town = whistle.town.clone();
    town.into_iter().for_each(|town| draft.show_to(town));
    draft.move_whistle(WhistleStatus::Submitted);
    draft.record(EventKind::WhistleCompleted, json!({}));
    let duty = Post { role: Role::OfficeDuty, department: office };
    draft.arm(draft.whistle_subject(), duty.clone(), Duty::Triage);
    let again = format!("completed:{}", draft.tree.whistle.version);
    draft.owe(LetterKind::WhistleNew, duty, None, &again);
    draft.finish()
}

fn blower(order: &BlowOrder, actor: &Actor, directory: &Directory) -> Blower {
    let department = order.on_behalf_of.clone().unwrap_or_else(|| actor.unit.clone());
    let town = directory.town_of(&department);
    let role = match (order.on_behalf_of.is_some(), town) {
        (false, _) => actor.role,
        (true, _) if department == directory.office() => Role::OfficeDuty,
        (true, Some(town)) if town.squad_code == department => Role::SquadLeader,
        (true, Some(_)) => Role::TownOfficer,
        (true, None) => Role::Liaison,
    };
    let viewer = policy::blower_viewer(&department, town.map(|town| town.code.as_str()));
    Blower { person: actor.person.clone(), department, role, viewer }
}

fn write_texts(order: &BlowOrder, mint: &mut Mint) -> (Vec<Text>, WhistleTexts) {
    let mut texts = Vec::new();
    let mut keep = |body: &str| {
        let text = Text { id: TextId::new(mint), salt: mint.salt(), body: body.to_owned() };
        texts.push(text);
        texts[texts.len() - 1].id.clone()
    };
    let refs = WhistleTexts {
        title: keep(&order.title()),
        what: keep(order.what.as_deref().unwrap_or_default()),
        place: order.place.as_deref().map(&mut keep),
        clause: order.clause.as_deref().map(&mut keep),
        contact: order.contact.as_deref().map(&mut keep),
    };
    (texts, refs)
}

fn complete_texts(draft: &mut Draft<'_>, order: &BlowOrder) {
    let mut texts = draft.tree.whistle.texts.clone();
    if let Some(what) = &order.what {
        texts.what = draft.write_down(what);
    }
    if order.title.is_some() || order.what.is_some() {
        texts.title = draft.write_down(&order.title());
    }
    if let Some(place) = &order.place {
        texts.place = Some(draft.write_down(place));
    }
    if let Some(clause) = &order.clause {
        texts.clause = Some(draft.write_down(clause));
    }
    if let Some(contact) = &order.contact {
        texts.contact = Some(draft.write_down(contact));
    }
    draft.tree.whistle.texts = texts;
}

/// What a search for this whistle looks through.
fn search_text(order: &BlowOrder, firm: Option<&str>) -> String {
    let parts = [order.title.as_deref(), order.what.as_deref(), order.place.as_deref(), firm];
    fold(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// Folds case and width, so that ３号 finds 3号 and abc finds ＡＢＣ. Query and search text fold alike.
pub fn fold(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{3000}' => ' ',
        '！'..='～' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    };
    text.chars().map(narrow).flat_map(char::to_lowercase).collect()
}
