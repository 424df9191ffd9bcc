//! The form in which the office plans a joint visit, without script: a firm, a time, a few rows of items, who goes. What cannot be is
//! told with every reason at once, each beside what was chosen, and nothing that was typed is lost. Only the domain judges.

use super::answers::{page, shown};
use super::flash::done;
use super::orders::{Pairs, filled_in, numbered, refused_at};
use super::reader::Reader;
use super::views::{Words, text};
use crate::app::Undone;
use crate::app::visits::{self, plan_spec};
use crate::app::whistles::{self, OpenWhistle};
use crate::domain::decision::{Reason, Refusal};
use crate::domain::order::{Node, NotAnObject};
use crate::domain::person::Person;
use crate::domain::policy;
use crate::domain::terms::{MemberRole, Notice, Period, Role};
use crate::http::gate;
use crate::http::pages::{Choice, Crew, Form, FormFault, Officer, Place, PlanPage, PlanRow};
use crate::http::problem::{Answer, Problem};
use crate::http::query::form_field;
use crate::i18n::pages as words;
use crate::i18n::problems::ProblemKind;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use std::collections::BTreeSet;

const HERE: &str = "/console/visits/new";
/// Rows of items that the form has.
const ROWS: usize = 8;
/// Inputs that a row has.
const OF_ROW: &[&str] = &["department", "subject", "whistle"];

/// `GET /console/visits/new`: empty, or with what a whistle says.
pub(super) async fn form(reader: Reader, request: HttpRequest) -> Answer {
    may_plan(&reader)?;
    let of = form_field(request.query_string().as_bytes(), "whistle");
    let whistle = match &of {
        Some(code) => Some(whistles::open(&reader.door.hub, &reader.present.scope, code).await?),
        None => None,
    };
    let fresh = reader.left(HERE, Form::fresh(reader.key(), String::new())).await?;
    shown(reader.lang, &filled(&reader, fresh, whistle.as_ref()).await?)
}

fn may_plan(reader: &Reader) -> Result<(), Problem> {
    match policy::is_office(&reader.present.actor) {
        true => Ok(()),
        false => Err(ProblemKind::RoleMayNot.into()),
    }
}

/// `POST /console/visits/new`
pub(super) async fn plan(request: HttpRequest, sent: gate::Form) -> Answer {
    let reader = Reader::of(&request, sent.present.clone())?.at(HERE.to_owned());
    may_plan(&reader)?;
    let rows = filled_rows(&sent.bytes);
    let comes_back =
        |faults: &[_]| refused_at(&reader, ("plan", &sent.bytes), faults, |pointer| field_of(pointer, &rows));
    if form_field(&sent.bytes, "look").is_some() {
        return shown(reader.lang, &filled(&reader, comes_back(&[]), None).await?);
    }
    let mut asked = sent.asked(plan_spec());
    asked.body = body(&sent.bytes);
    match visits::plan(&reader.door.hub, asked).await {
        Ok(did) => {
            reader.sent(HERE).await?;
            done(&reader.door, &format!("/console/visits/{}", did.code), "visit.plan", &did.code)
        }
        Err(Undone::Refusal(Refusal::Faults(faults))) => {
            let page_of = filled(&reader, comes_back(&faults), None).await?;
            page(StatusCode::UNPROCESSABLE_ENTITY, reader.lang, &page_of)
        }
        Err(Undone::Refusal(Refusal::Guarded { reasons, .. })) => {
            let mut form = comes_back(&[]);
            form.faults = reasons.iter().map(|reason| conflict(&reader, reason, &form)).collect();
            let page_of = PlanPage { conflicts: true, ..filled(&reader, form, None).await? };
            page(StatusCode::CONFLICT, reader.lang, &page_of)
        }
        Err(undone) => Err(undone.into()),
    }
}

/// A reason beside what it is about: the officer, the car, the department's first row, else the firm or the day.
fn conflict(reader: &Reader, reason: &Reason, form: &Form) -> FormFault {
    let (directory, subject) = (reader.directory(), reason.subject.as_str());
    let words_of = Words { lang: reader.lang, directory, now: reader.now };
    let row = form.typed.iter().find(|(name, value)| name.starts_with("department-") && value == subject);
    let field = if let Some(person) = directory.by_username(subject) {
        format!("officers-{}", person.id)
    } else if directory.vehicle(subject).is_some() {
        format!("vehicles-{subject}")
    } else if let Some((name, _)) = row {
        name.clone()
    } else if directory.enterprise(subject).is_some() {
        "enterprise".to_owned()
    } else {
        "date".to_owned()
    };
    FormFault { field, message: words_of.barred(reason) }
}

fn of_row(name: &str) -> Option<(&str, usize)> {
    numbered(name).filter(|(stem, _)| OF_ROW.contains(stem))
}

/// The rows with an item, in their order; a whistle alone is none.
fn rows_of(given: &Pairs) -> Vec<usize> {
    let rows = given.iter().filter_map(|(name, _)| of_row(name)).filter(|(stem, _)| *stem != "whistle");
    rows.map(|(_, row)| row).collect::<BTreeSet<usize>>().into_iter().collect()
}

fn filled_rows(bytes: &[u8]) -> Vec<usize> {
    filled_in(bytes).map(|given| rows_of(&given)).unwrap_or_default()
}

/// The body of `POST /visits`: rows become items; ticks and the one who leads become members.
fn body(bytes: &[u8]) -> Result<Node, NotAnObject> {
    let given = filled_in(bytes)?;
    let said =
        |wanted: &'static str| given.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| value.clone());
    let items = rows_of(&given).into_iter().map(|row| {
        let own = given.iter().filter_map(|(name, value)| Some((of_row(name)?, value)));
        let own = own.filter(|((_, of), _)| *of == row);
        Node::Object(own.map(|((stem, _), value)| (stem.to_owned(), Node::Text(value.clone()))).collect())
    });
    let leads: Vec<String> = said("lead").collect();
    let mut going: Vec<String> = said("officers").collect();
    // Whoever leads goes, ticked or not.
    going.extend(
        leads.iter().filter(|one| !given.iter().any(|(name, value)| name == "officers" && value == *one)).cloned(),
    );
    let member = |officer: String| {
        let role = if leads.contains(&officer) { MemberRole::Lead } else { MemberRole::Member };
        let entries = [("officer", officer.as_str()), ("role", role.as_str())];
        Node::Object(entries.map(|(name, value)| (name.to_owned(), Node::Text(value.to_owned()))).to_vec())
    };
    let lists = [
        ("items", items.collect::<Vec<Node>>()),
        ("members", going.into_iter().map(member).collect()),
        ("vehicles", said("vehicles").map(Node::Text).collect()),
    ];
    let own = |name: &str| of_row(name).is_some() || ["officers", "lead", "vehicles", "look"].contains(&name);
    let others = given.iter().filter(|(name, _)| !own(name));
    let others = others.map(|(name, value)| (name.clone(), Node::Text(value.clone())));
    let lists = lists.into_iter().map(|(name, list)| (name.to_owned(), Node::List(list)));
    Ok(Node::Object(lists.chain(others).collect()))
}

/// The input that a pointer leads to: `/items/0/subject` is `subject-2`, where row 2 was the first that was filled.
fn field_of(pointer: &str, rows: &[usize]) -> String {
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    match steps.as_slice() {
        ["items", row, inside @ ..] => {
            let stem = if inside.first() == Some(&"department") { "department" } else { "subject" };
            let row = row.parse().ok().and_then(|row: usize| rows.get(row));
            row.map_or_else(|| "items".to_owned(), |row| format!("{stem}-{row}"))
        }
        ["members", _, ..] => "officers".to_owned(),
        ["members"] => "lead".to_owned(),
        [first, ..] => (*first).to_owned(),
        [] => String::new(),
    }
}

async fn filled(reader: &Reader, mut form: Form, whistle: Option<&OpenWhistle>) -> Result<PlanPage, Problem> {
    let (lang, directory) = (reader.lang, reader.directory());
    let words_of = Words { lang, directory, now: reader.now };
    let find = form.typed("find").to_owned();
    let start = whistle.map(|open| words_of.start(open)).unwrap_or_default();
    let chosen = [form.typed("enterprise"), start.iter().find(|(name, _)| name == "enterprise").map_or("", |(_, v)| v)];
    let chosen = chosen.into_iter().find(|code| !code.is_empty()).unwrap_or_default().to_owned();
    let lists = words_of.blow_lists(&reader.present.actor, &find, &chosen);
    let listed: Vec<&Choice> = lists.firms.iter().flat_map(|town| &town.firms).collect();
    if let ([only], false, true) = (listed.as_slice(), find.is_empty(), chosen.is_empty()) {
        form.typed.push(("enterprise".to_owned(), only.value.clone()));
    }
    let rows = rows(&form, whistle.map(|open| words_of.proposed_rows(open)).unwrap_or_default());
    let able = |one: &&crate::domain::directory::Department| one.may_inspect;
    let unit = |code: &String| Choice::new(code.as_str(), words_of.unit(code));
    Ok(PlanPage {
        shell: reader.shell(Place::Visits).await?,
        conflicts: false,
        find,
        firms: lists.firms,
        more_firms: lists.more_firms,
        towns: lists.towns,
        periods: Period::ALL.iter().map(|of| Choice::new(of.as_str(), lang.period(*of))).collect(),
        notices: Notice::ALL.iter().map(|of| Choice::new(of.as_str(), lang.notice(*of))).collect(),
        departments: directory.departments.iter().filter(able).map(|one| unit(&one.code)).collect(),
        crews: words_of.crews(&form, &rows),
        vehicles: directory
            .vehicles
            .iter()
            .map(|car| Choice::new(car.code.as_str(), words::person_of(lang, &car.code, &words_of.unit(&car.unit))))
            .collect(),
        first: reader.now.civil().date().to_string(),
        overrides: policy::is_director(&reader.present.actor),
        rows,
        start,
        form,
    })
}

/// The rows that the form shows: as many as it has, and every one that was typed.
fn rows(form: &Form, proposed: Vec<PlanRow>) -> Vec<PlanRow> {
    let typed = form.typed.iter().filter_map(|(name, _)| of_row(name)).map(|(_, row)| row).max().unwrap_or_default();
    let count = ROWS.max(typed.min(crate::domain::order::LIST_MAX)).max(proposed.len());
    let mut proposed = proposed.into_iter();
    (1..=count).map(|no| PlanRow { no, ..proposed.next().unwrap_or_default() }).collect()
}

impl Words<'_> {
    /// Where a whistle is, as the form begins.
    fn start(&self, open: &OpenWhistle) -> Vec<(String, String)> {
        let whistle = &open.tree.whistle;
        let firm = whistle.enterprise.clone().unwrap_or_default();
        let place = text(whistle.texts.place.as_ref(), &open.texts).unwrap_or_default();
        let town = whistle.town.clone().filter(|_| firm.is_empty()).unwrap_or_default();
        let fields = [("enterprise", firm), ("place", place), ("town", town)];
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// One item for each summoned department that may inspect: its task, else what the whistle is about, told apart by the unit.
    fn proposed_rows(&self, open: &OpenWhistle) -> Vec<PlanRow> {
        let (tree, texts) = (&open.tree, &open.texts);
        let title = self.title(texts.get(&tree.whistle.texts.title));
        let acts = |code: &str| self.directory.department(code).is_some_and(|one| one.may_inspect);
        let summoned = tree.counting().filter(|one| acts(&one.department));
        let row = |one: &crate::domain::summons::Summons| PlanRow {
            no: 0,
            department: one.department.clone(),
            subject: text(one.task.as_ref(), texts)
                .unwrap_or_else(|| words::person_of(self.lang, &title, &self.unit(&one.department))),
            whistle: tree.whistle.code.clone(),
        };
        summoned.map(row).collect()
    }

    /// Certified officers by unit, in official order; those of a unit with an item, or with somebody chosen, are unfolded.
    fn crews(&self, form: &Form, rows: &[PlanRow]) -> Vec<Crew> {
        let units = self.directory.departments.iter().filter(|one| one.may_inspect).map(|one| &one.code);
        let towns = self.directory.towns.iter().flat_map(|town| [&town.code, &town.squad_code]);
        let crew = |unit: &String| {
            let going = self.directory.people.iter().filter(|one| one.department_code == *unit && goes(one));
            let officers: Vec<Officer> = going.map(officer).collect();
            let picked = |one: &Officer| {
                form.has("plan", "officers", &one.id, false) || form.has("plan", "lead", &one.id, false)
            };
            let asked =
                rows.iter().any(|row| form.value("plan", &format!("department-{}", row.no), &row.department) == unit);
            let open = asked || officers.iter().any(picked);
            Crew { unit: self.unit(unit), officers, open }
        };
        units.chain(towns).map(crew).filter(|crew| !crew.officers.is_empty()).collect()
    }
}

/// Somebody who may inspect with a certificate of their own.
fn goes(person: &Person) -> bool {
    let inspects = matches!(person.role, Role::Inspector | Role::SquadLeader | Role::TownOfficer);
    inspects && person.is_active() && person.certificate().is_some()
}

fn officer(person: &Person) -> Officer {
    Officer { id: person.id.as_str().to_owned(), name: person.name.clone(), title: person.title.clone(), chosen: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order::from_json;

    #[test]
    fn rows_and_ticks_become_items_and_members() {
        let form = "csrf=x&find=a&enterprise=E01&place=&date=2026-12-03&period=PM&notice=announced&department-2=YJ\
                    &subject-2=a&whistle-2=WH-2026-0001&department-3=&subject-3=b&whistle-5=WH-2026-0001&officers=p1\
                    &officers=p2&lead=p3&vehicles=V1";
        let json = r#"{"items":[{"department":"YJ","subject":"a","whistle":"WH-2026-0001"},{"subject":"b"}],
            "members":[{"officer":"p1","role":"member"},{"officer":"p2","role":"member"},{"officer":"p3","role":"lead"}],
            "vehicles":["V1"],"enterprise":"E01","date":"2026-12-03","period":"PM","notice":"announced"}"#;
        assert_eq!(body(form.as_bytes()).unwrap(), from_json(json.as_bytes()).unwrap());
        assert!(body(b"subject-1=%ff").is_err());
    }

    #[test]
    fn a_fault_is_told_at_the_row_that_was_filled() {
        for (pointer, field) in [
            ("/items/1/subject", "subject-3"),
            ("/items/0/department", "department-2"),
            ("/items/0/whistle", "subject-2"),
            ("/items", "items"),
            ("/members", "lead"),
            ("/members/0/officer", "officers"),
            ("/date", "date"),
        ] {
            assert_eq!(field_of(pointer, &[2, 3]), field, "{pointer}");
        }
    }
}
