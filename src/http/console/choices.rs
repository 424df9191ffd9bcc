//! What the forms choose from and start with: closed lists in the reader's language, units and firms in official order,
//! and what the rules propose, with their reasons. A form proposes; the office decides.

use super::made::Deed;
use super::views::{Words, text};
use crate::app::cards::Texts;
use crate::app::whistles::order_spec;
use crate::domain::at::At;
use crate::domain::deeds::{self, WhistleDeed};
use crate::domain::directory::Enterprise;
use crate::domain::policy::{self, Actor};
use crate::domain::routing::Proposal;
use crate::domain::summons::Summons;
use crate::domain::terms::{Category, ClosureKind, DeclineGround, Mode, Role, Route, Severity, Source, Urgency};
use crate::domain::wanted::Wanted;
use crate::domain::whistle::{Tree, Whistle, blow};
use crate::http::pages::{BlowLists, Choice, DepartmentOption, MadeForm, Officer, TownFirms, Verdict};
use crate::i18n::{Lang, pages as words};

/// The deeds that bring a whistle on: without any, it rests for this reader.
const ONWARD: &[&str] =
    &["accept", "dispatch", "return", "complete", "decline", "close", "send_back", "resume", "dismiss_contest"];
/// The deeds whose forms have a template.
const DRAWN: &[WhistleDeed] = &[
    WhistleDeed::Accept,
    WhistleDeed::Dispatch,
    WhistleDeed::Return,
    WhistleDeed::Complete,
    WhistleDeed::Decline,
    WhistleDeed::Close,
    WhistleDeed::SendBack,
];

/// Most people, and most enterprises, that a form lists.
const OFFICERS_MAX: usize = 50;
const FIRMS_MAX: usize = 300;

/// A closed list as choices.
macro_rules! choices {
    ($list:ident, $lang:expr, $word:ident) => {
        $list::ALL.iter().map(|of| Choice::new(of.as_str(), $lang.$word(*of))).collect::<Vec<Choice>>()
    };
}

impl Words<'_> {
    /// The forms of a whistle's deeds, for this reader. `next`: where to go after one; empty for the same page.
    pub(super) fn verdict(&self, tree: &Tree, texts: &Texts, actor: &Actor, next: String) -> Verdict {
        let (whistle, lang) = (&tree.whistle, self.lang);
        let allowed = deeds::allowed_on_whistle(actor, whistle, self.now);
        let nothing_to_do = self.nothing_to_do(whistle, &self.moving(tree));
        let (rests, made) = (!allowed.iter().any(|deed| ONWARD.contains(deed)), self.made_of_whistle(tree, actor));
        if rests {
            return Verdict { allowed, nothing_to_do, next, rests, made, ..Verdict::default() };
        }
        let directors = !allowed.contains(&WhistleDeed::Close.as_str()) && self.director_closes(whistle);
        Verdict {
            allowed,
            director_closes: directors,
            next,
            urgencies: choices!(Urgency, lang, urgency),
            severities: choices!(Severity, lang, severity),
            routes: choices!(Route, lang, route),
            grounds: choices!(DeclineGround, lang, decline_ground),
            kinds: choices!(ClosureKind, lang, closure_kind),
            fields: blow::FIELDS.iter().map(|name| self.field(name)).collect(),
            urgency: whistle.urgency.as_str(),
            severity: whistle.severity_claimed.unwrap_or(whistle.severity).as_str(),
            clause: text(whistle.texts.clause.as_ref(), texts).unwrap_or_default(),
            route: proposed_route(whistle).as_str(),
            departments: self.departments(whistle),
            being_routed: whistle.routed.is_none(),
            missing: whistle.missing.iter().map(|name| self.missing(name)).collect(),
            nothing_to_do,
            rests,
            made,
        }
    }

    /// The forms that need no template of their own, in the order of the deeds.
    fn made_of_whistle(&self, tree: &Tree, actor: &Actor) -> Vec<MadeForm> {
        let may = deeds::allowed_on_whistle(actor, &tree.whistle, self.now);
        let made = WhistleDeed::ALL.iter().filter(|deed| !DRAWN.contains(deed));
        let made = made.filter(|deed| match deed.moves() {
            true => may.contains(&deed.as_str()),
            false => policy::may_comment(actor),
        });
        made.map(|deed| self.made(Deed::Whistle(*deed, tree), order_spec(*deed))).collect()
    }

    fn field(&self, name: &str) -> Choice {
        Choice::new(name, words::field(self.lang, name))
    }

    /// A field that is missing; its value is the name of its first input.
    fn missing(&self, name: &str) -> Choice {
        let input = if name == "contact" { "contact.name" } else { name };
        Choice::new(input, words::field(self.lang, name))
    }

    /// Everybody who may be summoned, in official order; whom the rules or the office name, with the reason.
    fn departments(&self, whistle: &Whistle) -> Vec<DepartmentOption> {
        let departments = self.directory.departments.iter().filter(|one| one.may_be_summoned).map(|one| &one.code);
        let all = departments.chain(self.directory.towns.iter().map(|town| &town.code));
        let chosen = whistle.lead.is_some();
        let proposals = whistle.routed.as_ref().map(|routed| routed.proposals.as_slice()).unwrap_or_default();
        all.map(|code| {
            let proposal = proposals.iter().find(|proposal| proposal.department == *code);
            let first = proposals.first().is_some_and(|proposal| proposal.department == *code);
            let (lead, support) = match chosen {
                true => (whistle.lead.as_ref() == Some(code), whistle.supports.contains(code)),
                false => (first, proposal.is_some() && !first),
            };
            let why = proposal.map(|proposal| self.reason(proposal));
            let decided = (chosen && (lead || support)).then(|| words::of(self.lang).decided_at_acceptance.to_owned());
            DepartmentOption { code: code.clone(), name: self.unit(code), lead, support, reason: decided.or(why) }
        })
        .collect()
    }

    /// Why a rule proposes a department.
    pub(super) fn reason(&self, proposal: &Proposal) -> String {
        match self.lang {
            Lang::Zh => format!("{} {}", proposal.rule, proposal.why.zh),
            Lang::En => format!("{} {}", proposal.rule, proposal.why.en),
        }
    }

    /// The lists of the whistle form; of the enterprises those that are looked for by `find`, and the chosen one.
    pub(super) fn blow_lists(&self, actor: &Actor, find: &str, chosen: &str) -> BlowLists {
        let (lang, directory) = (self.lang, self.directory);
        let office = directory.office();
        let unit = |code: &String| Choice::new(code.as_str(), self.unit(code));
        let wanted = Wanted::of(find);
        let found = directory.enterprises.iter().filter(|firm| firm.code != chosen && wanted.is_among(firm.names()));
        let mut found: Vec<&Enterprise> = directory.enterprise(chosen).into_iter().chain(found).collect();
        let more_firms = found.len() > FIRMS_MAX;
        found.truncate(FIRMS_MAX);
        let firms = directory.towns.iter().map(|town| TownFirms {
            town: self.unit(&town.code),
            firms: found
                .iter()
                .filter(|firm| firm.town_code == town.code)
                .map(|firm| Choice::new(firm.code.as_str(), firm.name.as_str()))
                .collect(),
        });
        let mut lists = BlowLists {
            categories: choices!(Category, lang, category),
            urgencies: choices!(Urgency, lang, urgency),
            sources: choices!(Source, lang, source),
            towns: directory.towns.iter().map(|town| unit(&town.code)).collect(),
            firms: firms.filter(|town| !town.firms.is_empty()).collect(),
            departments: directory
                .departments
                .iter()
                .filter(|one| one.may_be_summoned)
                .map(|one| unit(&one.code))
                .collect(),
            on_behalf_of: Vec::new(),
            find: find.to_owned(),
            more_firms,
            start: start(&[("urgency", Urgency::Normal.as_str()), ("source", Source::OwnInspection.as_str())]),
        };
        if policy::blows_on_behalf(actor) {
            let others = directory.departments.iter().map(|one| &one.code).filter(|code| *code != office);
            let squads = directory.towns.iter().flat_map(|town| [&town.code, &town.squad_code]);
            let office = Choice::new(office, words::of(lang).on_behalf_none);
            lists.start.push(("on_behalf_of".to_owned(), office.value.clone()));
            lists.on_behalf_of = std::iter::once(office).chain(others.chain(squads).map(unit)).collect();
        }
        lists
    }

    /// The same for a whistle that came back: it starts with what was said.
    pub(super) fn completion_lists(&self, whistle: &Whistle, texts: &Texts, actor: &Actor) -> BlowLists {
        let said = |id: Option<&crate::ids::TextId>| text(id, texts).unwrap_or_default();
        let firm = whistle.enterprise.clone().unwrap_or_default();
        // An enterprise brings its town along: naming both would only let them differ.
        let town = whistle.town.clone().filter(|_| firm.is_empty()).unwrap_or_default();
        let severity = whistle.severity_claimed.map_or("", Severity::as_str);
        let guarded = if whistle.protected_source { "true" } else { "" };
        let fields = [
            ("enterprise", firm),
            ("place", said(whistle.texts.place.as_ref())),
            ("town", town),
            ("what", said(Some(&whistle.texts.what))),
            ("title", said(Some(&whistle.texts.title))),
            ("category", whistle.category.to_string()),
            ("severity_claimed", severity.to_owned()),
            ("urgency", whistle.urgency.to_string()),
            ("clause", said(whistle.texts.clause.as_ref())),
            ("occurred_at", whistle.occurred_at.map(local).unwrap_or_default()),
            ("source", whistle.source.to_string()),
            ("protected_source", guarded.to_owned()),
        ];
        let needed = whistle.needed_departments.iter().map(|code| ("needed_departments".to_owned(), code.clone()));
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value));
        let chosen = whistle.enterprise.as_deref().unwrap_or_default();
        let start = fields.chain(needed).filter(|(_, value)| !value.is_empty()).collect();
        BlowLists { start, on_behalf_of: Vec::new(), ..self.blow_lists(actor, "", chosen) }
    }

    /// Whom a summoned unit can send: its certified officers first; whoever fills in the form is ticked if they are one.
    pub(super) fn officers(&self, summons: &Summons, actor: &Actor) -> Vec<Officer> {
        let squad = self.directory.town(&summons.department).map(|town| town.squad_code.as_str());
        let of_unit = |unit: &str| unit == summons.department || squad == Some(unit);
        let may_go = |one: &&crate::domain::directory::Person| one.is_active() && of_unit(&one.department_code);
        let mut people: Vec<_> = self.directory.people.iter().filter(may_go).collect();
        people.sort_by_key(|person| match person.role {
            Role::Inspector | Role::TownOfficer => 0,
            Role::SquadLeader | Role::Liaison => 1,
            Role::DepartmentHead | Role::OfficeDuty | Role::OfficeDirector => 2,
            Role::Expert | Role::LegalReviewer | Role::Supervisor => 3,
            Role::Admin | Role::SecurityAdmin | Role::AuditAdmin => 3,
        });
        let officer = |person: &&crate::domain::directory::Person| Officer {
            id: person.id.as_str().to_owned(),
            name: person.name.clone(),
            title: person.title.clone(),
            chosen: person.id == actor.person && matches!(person.role, Role::Inspector | Role::TownOfficer),
        };
        people.iter().take(OFFICERS_MAX).map(officer).collect()
    }

    pub(super) fn modes(&self) -> Vec<Choice> {
        choices!(Mode, self.lang, mode)
    }
}

/// What an input of a local time starts with.
fn local(at: At) -> String {
    at.civil().strftime("%Y-%m-%dT%H:%M").to_string()
}

/// How the office would let it be handled, by what the rules propose.
fn proposed_route(whistle: &Whistle) -> Route {
    let proposed = whistle.routed.as_ref().map_or(0, |routed| routed.proposals.len());
    match whistle.urgency {
        Urgency::Emergency => Route::Emergency,
        Urgency::Urgent | Urgency::Normal | Urgency::Complex if proposed == 1 => Route::Single,
        Urgency::Urgent | Urgency::Normal | Urgency::Complex => Route::Coordinated,
    }
}

fn start(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::views::tests::whistle;
    use super::*;
    use crate::app::sample_district;
    use crate::domain::routing::Why;
    use crate::domain::whistle::Routed;

    fn proposal(department: &str) -> Proposal {
        let why = Why { zh: "消防监管".into(), en: "fire".into() };
        Proposal { department: department.into(), rule: "R15".into(), why }
    }

    #[test]
    fn proposals_come_with_their_reason_and_the_first_leads() {
        let directory = sample_district::read().unwrap().directory;
        let words = Words { lang: Lang::Zh, directory: &directory, now: At(0) };
        let mut asked = whistle(&directory);
        let routed = Routed { at: At(0), duty_officer: None, proposals: vec![proposal("XF"), proposal("ZJ")] };
        asked.routed = Some(routed);
        let options = words.departments(&asked);
        let of = |code: &str| options.iter().find(|option| option.code == code).unwrap();
        assert_eq!((of("XF").lead, of("XF").support, of("XF").reason.as_deref()), (true, false, Some("R15 消防监管")));
        assert_eq!((of("ZJ").lead, of("ZJ").support), (false, true));
        assert_eq!((of("GA").lead, of("GA").support, &of("GA").reason), (false, false, &None));
        assert!(!options.iter().any(|option| option.code == "AWB") && of("T01").name == "青溪镇");
        asked.lead = Some("GA".into());
        let options = words.departments(&asked);
        assert!(options.iter().find(|option| option.code == "GA").unwrap().lead, "what the office chose stands");
        assert!(options.iter().filter(|option| option.lead || option.support).count() == 1);
    }

    #[test]
    fn the_office_blows_for_somebody_and_nobody_else_does() {
        let directory = sample_district::read().unwrap().directory;
        let words = Words { lang: Lang::Zh, directory: &directory, now: At(0) };
        let actor = |username: &str| directory.actor(&directory.by_username(username).unwrap().id).unwrap();
        assert_eq!(words.blow_lists(&actor("office"), "", "").on_behalf_of[0].value, "AWB");
        assert!(words.blow_lists(&actor("liaison.xf"), "", "").on_behalf_of.is_empty());
        let firms = words.blow_lists(&actor("office"), "", "").firms.iter().map(|town| town.firms.len()).sum::<usize>();
        assert_eq!(firms, directory.enterprises.len());
        let found = |find: &str, chosen: &str| {
            let lists = words.blow_lists(&actor("office"), find, chosen);
            let firms = lists.firms.iter().flat_map(|town| town.firms.iter().map(|firm| firm.value.clone()));
            firms.collect::<Vec<_>>().join(" ")
        };
        assert_eq!((found("hclzp", ""), found("鹤澄 e01", "")), ("E01".into(), "E01".into()));
        assert_eq!((found("hclzp", "E03"), found("zzzzzz", "")), ("E03 E01".into(), String::new()));
    }
}
