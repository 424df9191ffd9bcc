//! One company, one file: what the directory says of a firm, whistles about it and what was found there that the reader may see; and the
//! checklist that everybody reads. Nothing here is filled in, and nothing tells of what the reader may not see.

use super::answers::shown;
use super::next::escaped;
use super::reader::Reader;
use super::views::Words;
use crate::app::{visits, whistles};
use crate::domain::directory::{Enterprise, FirmState, Hazard};
use crate::domain::policy;
use crate::domain::terms::{Category, FindingStatus, WhistleStatus};
use crate::domain::visit::burden::{Burden, OfAuthority};
use crate::http::gate;
use crate::http::pages::{
    BurdenView, ChecklistPage, ChecklistPart, Choice, FindingRow, FirmPage, HazardRow, Place, QueueRow,
};
use crate::http::problem::{Answer, Problem};
use crate::i18n::problems::ProblemKind;
use crate::i18n::{Lang, pages as words};
use crate::store::visits::FindingQuery;
use crate::store::whistles::{WhistleItem, WhistleQuery};
use actix_web::HttpRequest;
use std::collections::BTreeMap;

/// Whistles of each kind that the page shows, and looks through for what comes up again.
const ROWS: u16 = 50;

/// The address of a firm's page.
pub(super) fn address(code: &str) -> String {
    format!("/console/enterprises/{}", escaped(code))
}

/// `GET /console/enterprises/{code}`
pub(super) async fn one(reader: Reader, request: HttpRequest) -> Answer {
    let firm = reader.directory().enterprise(gate::code(&request)).ok_or(ProblemKind::NotFound)?;
    let open = about(&reader, firm, false).await?;
    let past = about(&reader, firm, true).await?;
    let recurring = recurring(reader.lang, open.iter().chain(&past));
    let (open, past) = (rows(&reader, &open).await?, rows(&reader, &past).await?);
    let (found, ratings) = (found(&reader, firm).await?, ratings(&reader, firm).await?);
    let burden = visits::burden(&reader.door.hub, &firm.code).await?;
    let had = visits::toward_cap(&reader.door.hub, &reader.present.scope, firm).await?;
    let shell = reader.shell(Place::Elsewhere).await?;
    let (lang, directory) = (reader.lang, reader.directory());
    let words_of = reader.words();
    let named = |firm: &Enterprise| Choice::new(address(&firm.code), firm.name.as_str());
    let code = escaped(&firm.code);
    let page_of = FirmPage {
        shell,
        code: firm.code.clone(),
        name: firm.name.clone(),
        risk: firm.risk().map(|risk| Choice::new(risk.as_str(), lang.risk(risk))),
        state: firm.state().map_or_else(|| firm.status.clone(), |state| lang.firm_state(state).to_owned()),
        operates: firm.state() == Some(FirmState::Operating),
        key: firm.is_key,
        credit_code: firm.credit_code.clone(),
        town: words_of.unit(&firm.town_code),
        industry: firm.industry.clone(),
        categories: firm.categories.iter().map(|of| lang.category(*of).to_owned()).collect(),
        employees: firm.employees,
        lead: words_of.unit(&firm.lead_department),
        landlord: firm.landlord_code.as_deref().and_then(|code| directory.enterprise(code)).map(named),
        tenants: directory.tenants_of(&firm.code).map(named).collect(),
        aliases: firm.aliases.clone(),
        visits: words::visits_of_cap(lang, had, firm.visit_cap),
        cap_reached: had >= firm.visit_cap,
        burden: words_of.burden(&burden),
        recurring,
        ratings,
        open,
        past,
        found,
        findings: format!("/console/findings?view=all&enterprise={code}"),
        visits_list: format!("/console/visits?view=all&enterprise={code}"),
        list: format!("/console/whistles?enterprise={code}"),
        blow: policy::may_blow(&reader.present.actor).then(|| format!("/console/whistles/new?enterprise={code}")),
    };
    shown(lang, &page_of)
}

/// The whistles about a firm that the reader sees: those that go on, or those that have come to an end.
async fn about(reader: &Reader, firm: &Enterprise, past: bool) -> Result<Vec<WhistleItem>, Problem> {
    let status = WhistleStatus::ALL.iter().copied().filter(|status| status.is_open() != past).collect();
    let enterprise = vec![firm.code.clone()];
    let query = WhistleQuery { enterprise, status, limit: ROWS, ..WhistleQuery::default() };
    Ok(whistles::list(&reader.door.hub, &reader.present.scope, query).await?)
}

/// What is to be put right at the firm and this reader sees, the newest first.
async fn found(reader: &Reader, firm: &Enterprise) -> Result<Vec<FindingRow>, Problem> {
    let status = FindingStatus::ALL.iter().copied().filter(|status| *status != FindingStatus::Closed).collect();
    let asked = FindingQuery { enterprise: vec![firm.code.clone()], status, limit: ROWS, ..FindingQuery::default() };
    let (items, texts) = visits::findings(&reader.door.hub, &reader.present.scope, asked).await?;
    Ok(items.iter().map(|item| reader.words().finding_item(item, &texts)).collect())
}

/// How the firm rated its visits, every time, the newest finding first; nothing for whoever does not read that.
async fn ratings(reader: &Reader, firm: &Enterprise) -> Result<Vec<Choice>, Problem> {
    if !policy::reads_ratings(&reader.present.actor) {
        return Ok(Vec::new());
    }
    let words_of = reader.words();
    let (mut ratings, mut after) = (Vec::new(), None);
    loop {
        let enterprise = vec![firm.code.clone()];
        let asked = FindingQuery { enterprise, linked: true, limit: ROWS, after, ..FindingQuery::default() };
        let (items, texts) = visits::findings(&reader.door.hub, &reader.present.scope, asked).await?;
        ratings.extend(items.iter().filter_map(|item| words_of.rating(&item.finding, &texts)));
        after = items.last().map(|item| item.position());
        if items.len() < usize::from(ROWS) {
            return Ok(ratings);
        }
    }
}

async fn rows(reader: &Reader, items: &[WhistleItem]) -> Result<Vec<QueueRow>, Problem> {
    let places = reader.places(items.iter().map(|item| &item.whistle)).await?;
    let words_of = reader.words();
    let row = |item| words_of.row(item, &places, format!("/console/whistles/{}", item.whistle.code), false);
    Ok(items.iter().map(row).collect())
}

/// Kinds of hazards that came up more than once, the most frequent first.
fn recurring<'a>(lang: Lang, items: impl Iterator<Item = &'a WhistleItem>) -> Vec<String> {
    let mut counts: BTreeMap<Category, usize> = BTreeMap::new();
    for item in items {
        *counts.entry(item.whistle.category).or_default() += 1;
    }
    let mut again: Vec<_> = counts.into_iter().filter(|(_, count)| *count > 1).collect();
    again.sort_by_key(|(category, count)| (std::cmp::Reverse(*count), *category));
    again.into_iter().map(|(category, count)| words::times(lang, lang.category(category), count)).collect()
}

/// `GET /console/checklist`
pub(super) async fn checklist(reader: Reader) -> Answer {
    let shell = reader.shell(Place::Elsewhere).await?;
    let words_of = reader.words();
    let today = reader.now.civil().date();
    let mut parts: Vec<ChecklistPart> = Vec::new();
    for hazard in &reader.directory().checklist {
        let row = words_of.hazard(hazard, hazard.is_in_force(today));
        match parts.iter_mut().find(|part| part.no == hazard.part_no) {
            Some(part) => part.hazards.push(row),
            None => {
                let name = reader.lang.pick((&hazard.part, &hazard.part_en)).clone();
                parts.push(ChecklistPart { no: hazard.part_no, name, hazards: vec![row] });
            }
        }
    }
    shown(reader.lang, &ChecklistPage { shell, parts })
}

impl Words<'_> {
    fn burden(&self, burden: &Burden) -> BurdenView {
        let authority = |(code, of): (&String, &OfAuthority)| {
            let had = burden.before.saturating_add(of.counted);
            let visits = words::visits_of_authority(self.lang, (had, burden.cap), of.exempt);
            Choice::new(visits, self.unit(code))
        };
        let authorities = burden.by_authority.iter().map(authority).collect();
        let relapsed = (burden.struck_off > 0).then(|| words::came_back(self.lang, burden.relapsed, burden.struck_off));
        BurdenView { visits: burden.visits, saved: burden.saved, authorities, relapsed }
    }

    fn hazard(&self, hazard: &Hazard, in_force: bool) -> HazardRow {
        HazardRow {
            code: hazard.code.clone(),
            text: self.lang.pick((&hazard.text, &hazard.text_en)).clone(),
            category: self.lang.category(hazard.category).to_owned(),
            departments: hazard.competent_departments.iter().map(|code| self.unit(code)).collect(),
            evidence: hazard.evidence.clone(),
            on_site: hazard.correctable_on_site,
            basis: hazard.legal_basis.clone(),
            version: hazard.version,
            in_force,
        }
    }
}
