//! What the form of a plan shows: the firm's whistles and the checklist's hazards as items to tick, free rows, who may go and in
//! which cars, each with what is known against it. It proposes; whoever plans ticks, and the domain judges.

use super::super::reader::Reader;
use super::super::views::{Words, text};
use super::Said;
use super::given::{Ask, BY, Given, of_row};
use crate::app::planner::{self, Offered};
use crate::app::visits::OpenVisit;
use crate::domain::decision::Reason;
use crate::domain::directory::{Directory, Hazard, Vehicle};
use crate::domain::order::LIST_MAX;
use crate::domain::person::Person;
use crate::domain::policy;
use crate::domain::proposing::{Occasion, Why, propose_items};
use crate::domain::terms::{Category, MemberRole, Notice, Period, Role};
use crate::domain::whistle::blow::fold;
use crate::http::pages::{
    Anew, Choice, Crew, Form, Goer, Place, PlanAsk, PlanCar, PlanHazard, PlanPage, PlanRow, PlanWhistle,
};
use crate::http::problem::Problem;
use crate::i18n::problems::ProblemKind;
use crate::i18n::{Lang, pages as words};

/// Free rows that the form has.
const ROWS: usize = 3;

type Typed = Vec<(String, String)>;

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// What a fresh form holds: the whistles that the address names with all that they ask, or a firm.
pub(super) async fn start(reader: &Reader, asked: &Typed) -> Result<Typed, Problem> {
    let given = Given::typed(asked);
    let named: Vec<String> = given.all("whistle").map(str::to_owned).collect();
    let offered = planner::offered(&reader.door.hub, &reader.present.scope, "", &named).await?;
    if named.iter().any(|code| offered.whistles.iter().all(|tree| tree.whistle.code != *code)) {
        return Err(ProblemKind::NotFound.into());
    }
    let mut typed = vec![pair("period", Period::Am.as_str()), pair("notice", Notice::Announced.as_str())];
    let first = offered.whistles.first().map(|tree| &tree.whistle);
    let firm = first.and_then(|whistle| whistle.enterprise.as_deref()).unwrap_or(given.one("enterprise"));
    typed.push(pair("enterprise", firm));
    if let Some(whistle) = first {
        let place = text(whistle.texts.place.as_ref(), &offered.texts).unwrap_or_default();
        let town = whistle.town.as_deref().filter(|_| firm.is_empty()).unwrap_or_default();
        typed.extend([pair("place", &place), pair("town", town)]);
    }
    typed.extend(reader.words().asks(&offered).iter().map(|ask| pair("asks", &ask.value())));
    Ok(typed)
}

/// A planned visit as the form says it: its items as rows, who goes, the cars, the day.
pub(super) fn as_planned(open: &OpenVisit) -> Typed {
    let visit = &open.tree.visit;
    let mut typed = vec![
        pair("date", &visit.slot.date),
        pair("period", visit.slot.period.as_str()),
        pair("notice", visit.notice.as_str()),
    ];
    let mut row = 0;
    for item in &visit.items {
        for unit in item.departments() {
            row += 1;
            let subject = open.texts.get(&item.subject).cloned().unwrap_or_default();
            let whistle = item.whistle.as_ref().map_or("", |of| of.code.as_str());
            let hazard = item.hazard.as_ref().map_or("", |hazard| hazard.code.as_str());
            let of_row =
                [("department", unit.as_str()), ("subject", &subject), ("whistle", whistle), ("hazard", hazard)];
            typed.extend(of_row.map(|(stem, value)| pair(&format!("{stem}-{row}"), value)));
        }
    }
    for member in &visit.members {
        let list = match member.role {
            MemberRole::Lead | MemberRole::Member => "officers",
            MemberRole::Expert => "experts",
            MemberRole::Locality => "locality",
        };
        typed.push(pair(list, member.person.as_str()));
        typed.extend((member.role == MemberRole::Lead).then(|| pair("lead", member.person.as_str())));
    }
    typed.extend(visit.vehicles.iter().map(|car| pair("vehicles", car)));
    typed
}

/// The checklist's own words for a hazard, whoever reads: they go into the visit.
pub(super) fn words_of_hazard(directory: &Directory, code: &str) -> String {
    directory.hazard(code).map_or_else(|| code.to_owned(), |hazard| hazard.text.clone())
}

async fn offered(reader: &Reader, given: &Given, open: Option<&OpenVisit>) -> Result<Offered, Problem> {
    let firm = firm_of(given, open);
    Ok(planner::offered(&reader.door.hub, &reader.present.scope, &firm, &given.whistles()).await?)
}

fn firm_of(given: &Given, open: Option<&OpenVisit>) -> String {
    match open {
        Some(open) => open.tree.visit.enterprise.clone().unwrap_or_default(),
        None => given.one("enterprise").to_owned(),
    }
}

/// What the whistles ask that this form could serve.
pub(super) async fn asks(reader: &Reader, given: &Given, open: Option<&OpenVisit>) -> Result<Vec<Ask>, Problem> {
    Ok(reader.words().asks(&offered(reader, given, open).await?))
}

/// Ticks everything of a kind that is offered.
pub(super) async fn tick_all(
    reader: &Reader,
    form: &mut Form,
    open: Option<&OpenVisit>,
    kind: &str,
) -> Result<(), Problem> {
    let given = Given::typed(&form.typed);
    let offered = offered(reader, &given, open).await?;
    let words = reader.words();
    let all: Vec<String> = match kind {
        "asks" => {
            words.asks(&offered).iter().map(Ask::value).filter(|one| !given.asks_in_rows().contains(one)).collect()
        }
        _ => words
            .hazards(&given, &offered, open)
            .into_iter()
            .filter(|one| one.why.is_some())
            .map(|one| one.code)
            .collect(),
    };
    let new: Vec<String> = all.into_iter().filter(|value| given.all(kind).all(|one| one != value)).collect();
    form.typed.extend(new.iter().map(|value| pair(kind, value)));
    Ok(())
}

/// The form with everything that it chooses from.
pub(super) async fn filled(
    reader: &Reader,
    mut form: Form,
    open: Option<&OpenVisit>,
    said: Said,
) -> Result<PlanPage, Problem> {
    let (lang, directory, words_of) = (reader.lang, reader.directory(), reader.words());
    let find = form.typed("find").to_owned();
    let lists = words_of.blow_lists(&reader.present.actor, &find, form.typed("enterprise"));
    let listed: Vec<&Choice> = lists.firms.iter().flat_map(|town| &town.firms).collect();
    if let ([only], false, true) = (listed.as_slice(), find.is_empty(), form.typed("enterprise").is_empty()) {
        form.typed.retain(|(name, _)| name != "enterprise");
        form.typed.push(pair("enterprise", &only.value));
    }
    let given = Given::typed(&form.typed);
    let offered = offered(reader, &given, open).await?;
    let whom =
        Whom { given: &given, not_free: &said.not_free, words: words_of, town: town_of(&given, open, directory) };
    let unit = |code: &String| Choice::new(code.as_str(), words_of.unit(code));
    Ok(PlanPage {
        shell: reader.shell(Place::Visits).await?,
        anew: open.map(|open| words_of.anew(open)),
        barred: said.barred,
        looked: said.looked,
        warnings: said.against.warnings.iter().map(|one| words_of.barred(one)).collect(),
        find,
        firms: lists.firms,
        more_firms: lists.more_firms,
        towns: lists.towns,
        periods: Period::ALL.iter().map(|of| Choice::new(of.as_str(), lang.period(*of))).collect(),
        notices: Notice::ALL.iter().map(|of| Choice::new(of.as_str(), lang.notice(*of))).collect(),
        departments: directory.departments.iter().filter(|one| one.may_inspect).map(|one| unit(&one.code)).collect(),
        whistles: words_of.plan_whistles(&given, &offered),
        hazards: words_of.hazards(&given, &offered, open),
        rows: rows(&form, open.is_some()),
        crews: whom.crews(),
        experts: whom.goers("experts", |one| one.role == Role::Expert),
        locality: whom.goers("locality", |one| whom.is_local(one)),
        cars: whom.cars(),
        first: reader.now.civil().date().to_string(),
        overrides: policy::is_director(&reader.present.actor),
        form,
    })
}

fn town_of(given: &Given, open: Option<&OpenVisit>, directory: &Directory) -> Option<String> {
    let firm = directory.enterprise(&firm_of(given, open)).map(|firm| firm.town_code.clone());
    let visit = || open.and_then(|open| open.tree.visit.town.clone());
    let typed = || Some(given.one("town").to_owned()).filter(|town| !town.is_empty());
    firm.or_else(visit).or_else(typed)
}

/// The rows that the form shows: every one that was typed, and some that are free.
fn rows(form: &Form, anew: bool) -> Vec<PlanRow> {
    let last = form.typed.iter().filter(|(_, value)| !value.is_empty()).filter_map(|(name, _)| of_row(name));
    let last = last.map(|(_, row)| row).max().unwrap_or_default();
    let count = if last == 0 { ROWS } else { last + if anew { ROWS } else { 1 } };
    let of = |no: usize, stem: &str| form.typed(&format!("{stem}-{no}")).to_owned();
    let row = |no| PlanRow { no, whistle: of(no, "whistle"), hazard: of(no, "hazard") };
    (1..=count.clamp(ROWS, LIST_MAX)).map(row).collect()
}

impl Words<'_> {
    fn anew(&self, open: &OpenVisit) -> Anew {
        let visit = &open.tree.visit;
        let objected = visit.objected.as_ref().map(|one| self.objected(one, &open.texts));
        let site = self.visit_site(visit, text(visit.place.as_ref(), &open.texts));
        Anew { code: visit.code.clone(), site, objected }
    }

    /// What each whistle asks of each summoned department that may inspect: its task, else what the whistle is about, told apart
    /// by the unit. What it asks of several alike is one thing.
    fn asks(&self, offered: &Offered) -> Vec<Ask> {
        let mut all: Vec<Ask> = Vec::new();
        // They go into the visit, so they are in the district's language whoever reads.
        let zh = Words { lang: Lang::Zh, ..*self };
        let acts = |code: &str| self.directory.department(code).is_some_and(|one| one.may_inspect);
        for tree in &offered.whistles {
            let title = zh.title(offered.texts.get(&tree.whistle.texts.title));
            let mut summoned: Vec<_> = tree.counting().filter(|one| acts(&one.department)).collect();
            summoned.sort_by_key(|one| (one.role, self.rank(&one.department)));
            for one in summoned {
                let task = text(one.task.as_ref(), &offered.texts);
                let alike = |ask: &&mut Ask| {
                    let same = |task: &String| fold(&ask.subject) == fold(task);
                    ask.whistle == tree.whistle.code && task.as_ref().is_some_and(same)
                };
                if let Some(same) = all.iter_mut().find(alike) {
                    same.also.push(one.department.clone());
                    continue;
                }
                let subject = task.unwrap_or_else(|| words::person_of(zh.lang, &title, &zh.unit(&one.department)));
                // Two whistles in the same words stay two things.
                let taken = all.iter().any(|ask| fold(&ask.subject) == fold(&subject));
                let subject = if taken { words::person_of(zh.lang, &subject, &tree.whistle.code) } else { subject };
                let (whistle, department) = (tree.whistle.code.clone(), one.department.clone());
                all.push(Ask { whistle, department, subject, also: Vec::new() });
            }
        }
        all
    }

    fn plan_whistles(&self, given: &Given, offered: &Offered) -> Vec<PlanWhistle> {
        let (asks, in_rows) = (self.asks(offered), given.asks_in_rows());
        let view = |ask: &Ask| PlanAsk {
            value: ask.value(),
            department: self.unit(&ask.department),
            subject: ask.subject.clone(),
            also: ask.also.iter().map(|unit| self.unit(unit)).collect(),
        };
        let whistles = offered.whistles.iter().map(|tree| PlanWhistle {
            code: tree.whistle.code.clone(),
            title: self.title(offered.texts.get(&tree.whistle.texts.title)),
            mark: self.mark(&tree.whistle),
            asks: asks
                .iter()
                .filter(|ask| ask.whistle == tree.whistle.code && !in_rows.contains(&ask.value()))
                .map(view)
                .collect(),
        });
        whistles.filter(|one| !one.asks.is_empty()).collect()
    }

    /// What the checklist proposes first, then everything else that it knows.
    fn hazards(&self, given: &Given, offered: &Offered, open: Option<&OpenVisit>) -> Vec<PlanHazard> {
        let directory = self.directory;
        let (lead, firm) = (given.one("lead"), firm_of(given, open));
        let enterprise = directory.enterprise(&firm);
        let leads = directory.people.iter().find(|one| one.id.as_str() == lead).map(|one| one.department_code.as_str());
        let mut acting = given.acting(leads.or(enterprise.map(|firm| firm.lead_department.as_str())));
        if acting.is_empty() {
            acting = enterprise.map(|firm| firm.lead_department.clone()).into_iter().collect();
            acting.extend(directory.departments.iter().map(|one| one.code.clone()));
        }
        let named = given.whistles();
        let chosen = offered.whistles.iter().filter(|tree| named.contains(&tree.whistle.code));
        let categories: Vec<Category> = chosen.map(|tree| tree.whistle.category).collect();
        let day = given.one("date").parse().unwrap_or_else(|_| self.now.civil().date());
        let (acting, past) = (acting.as_slice(), offered.past.as_slice());
        let proposed = propose_items(Occasion { categories: &categories, enterprise, acting, past, day }, directory);
        let in_rows = given.hazards_in_rows();
        let nothing = enterprise.is_none() && categories.is_empty();
        let mut all: Vec<PlanHazard> = directory
            .checklist_on(day)
            .filter(|hazard| !in_rows.contains(&hazard.code.as_str()) && !nothing)
            .map(|hazard| {
                let item = proposed.iter().find(|item| item.hazard.code == hazard.code);
                self.plan_hazard(hazard, item.map(|item| (item.why, item.department)), given.one_by(&hazard.code))
            })
            .collect();
        all.sort_by_key(|one| one.why.is_none());
        all
    }

    fn plan_hazard(&self, hazard: &Hazard, proposed: Option<(Why, &str)>, chosen: &str) -> PlanHazard {
        let v = words::of(self.lang).visits;
        let able = |code: &&String| self.directory.department(code).is_some_and(|one| one.may_inspect);
        let competent = hazard.competent_departments.iter().filter(able);
        let why = proposed.map(|(why, _)| match why {
            Why::FoundBefore => v.why_before,
            Why::Category => v.why_category,
            Why::Firm => v.why_firm,
        });
        PlanHazard {
            code: hazard.code.clone(),
            by: format!("{BY}{}", hazard.code),
            text: self.lang.pick((&hazard.text, &hazard.text_en)).clone(),
            why,
            department: if chosen.is_empty() { proposed.map_or("", |(_, unit)| unit) } else { chosen }.to_owned(),
            competent: competent.map(|code| Choice::new(code.as_str(), self.unit(code))).collect(),
        }
    }
}

/// Who could go: what is chosen, what is known against it, where it is.
struct Whom<'a> {
    given: &'a Given,
    not_free: &'a [Reason],
    words: Words<'a>,
    town: Option<String>,
}

impl Whom<'_> {
    fn note(&self, subject: &str) -> Option<String> {
        let own = self.not_free.iter().filter(|reason| reason.subject == subject);
        let told: Vec<&str> = own.map(|reason| self.words.lang.reason(reason.code)).collect();
        (!told.is_empty()).then(|| told.join("\n"))
    }

    fn goer(&self, person: &Person) -> Goer {
        let (id, note) = (person.id.as_str().to_owned(), self.note(&person.username));
        Goer { id, name: person.name.clone(), title: person.title.clone(), note }
    }

    fn ticked(&self, list: &str, id: &str) -> bool {
        self.given.all(list).any(|one| one == id)
    }

    /// Certified officers by unit, in official order; those of a unit with an item, or with somebody chosen, are unfolded. Of towns
    /// only the one where it is.
    fn crews(&self) -> Vec<Crew> {
        let directory = self.words.directory;
        let acting = self.given.acting(None);
        let units = directory.departments.iter().filter(|one| one.may_inspect).map(|one| &one.code);
        let here = |code: &&String| self.town.as_ref().is_none_or(|town| town == *code);
        let towns = directory.towns.iter().filter(|town| here(&&town.code));
        let towns = towns.flat_map(|town| [&town.code, &town.squad_code]);
        let crew = |unit: &String| {
            let going = directory.people.iter().filter(|one| one.department_code == *unit && inspects(one));
            let officers: Vec<Goer> = going.map(|one| self.goer(one)).collect();
            let chosen = |one: &Goer| self.ticked("officers", &one.id) || self.ticked("lead", &one.id);
            let open = acting.contains(unit) || officers.iter().any(chosen);
            Crew { code: unit.clone(), unit: self.words.unit(unit), officers, open }
        };
        let all = units.chain(towns).map(crew);
        all.filter(|crew| !crew.officers.is_empty() || acting.contains(&crew.code)).collect()
    }

    /// Others who go along: those that fit, and whoever is ticked already.
    fn goers(&self, list: &str, fits: impl Fn(&Person) -> bool) -> Vec<Goer> {
        let people = self.words.directory.people.iter().filter(|one| one.is_active());
        let going = people.filter(|one| fits(one) || self.ticked(list, one.id.as_str()));
        going.map(|one| self.goer(one)).collect()
    }

    /// Of the town's own people whoever knows the place.
    fn is_local(&self, person: &Person) -> bool {
        let town = self.words.directory.town_of(&person.department_code).map(|town| &town.code);
        let knows = matches!(person.role, Role::TownOfficer | Role::SquadLeader | Role::Inspector | Role::Liaison);
        knows && town.is_some() && town == self.town.as_ref()
    }

    /// Cars of those who act and of where it is first.
    fn cars(&self) -> Vec<PlanCar> {
        let acting = self.given.acting(None);
        let near = |car: &Vehicle| acting.contains(&car.unit) || Some(&car.base_town) == self.town.as_ref();
        let view = |car: &Vehicle| PlanCar {
            code: car.code.clone(),
            word: words::car(self.words.lang, &car.code, &self.words.unit(&car.unit), car.seats),
            near: near(car) || self.ticked("vehicles", &car.code),
            note: self.note(&car.code),
        };
        self.words.directory.vehicles.iter().map(view).collect()
    }
}

/// Somebody who may inspect with a certificate of their own.
fn inspects(person: &Person) -> bool {
    let able = matches!(person.role, Role::Inspector | Role::SquadLeader | Role::TownOfficer);
    able && person.is_active() && person.certificate().is_some()
}
