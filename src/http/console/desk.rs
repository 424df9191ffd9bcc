//! What needs this reader now: counted tiles, what is due next, who holds the watch. A tile counts what the page it leads
//! to lists, under the same scope and bounded alike; an empty desk says why and where to go.

use super::dues::{self, listed_of, owed_by};
use super::flash::shown_once;
use super::reader::{self, COUNT_MAX, Reader, TO_DO, closable, returned_to};
use super::views::moment;
use crate::domain::at::At;
use crate::domain::directory::shift_ends;
use crate::domain::policy::{self, Actor, Scope};
use crate::domain::terms::{Role, SummonsStatus, WhistleStatus};
use crate::http::pages::{Choice, DeskPage, Place, TileView};
use crate::http::problem::{Answer, Problem};
use crate::i18n::pages::{DeskText, PageText};
use crate::store::obligations::{self, OpenQuery};
use crate::store::summonses::{self, SummonsQuery};
use crate::store::visits::{self, FindingQuery, VisitQuery};
use crate::store::{Fault, Reading, whistles};

/// What the desk lists of what is due.
const ROWS: u16 = 8;

/// A counted thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tile {
    Triage,
    Late,
    Review,
    Close,
    Rule,
    Report,
    Result,
    Complete,
    Open,
    Visits,
    Findings,
}

/// What each role counts.
fn tiles(role: Role) -> &'static [Tile] {
    match role {
        Role::OfficeDuty => &[Tile::Triage, Tile::Late, Tile::Review, Tile::Close, Tile::Visits],
        Role::OfficeDirector => &[Tile::Rule, Tile::Late, Tile::Triage, Tile::Close, Tile::Visits],
        Role::Liaison | Role::DepartmentHead => {
            &[Tile::Report, Tile::Result, Tile::Late, Tile::Complete, Tile::Visits, Tile::Findings]
        }
        Role::TownOfficer => &[Tile::Report, Tile::Result, Tile::Late, Tile::Complete, Tile::Visits, Tile::Findings],
        Role::Inspector => &[Tile::Visits, Tile::Findings, Tile::Late, Tile::Report, Tile::Result, Tile::Open],
        Role::SquadLeader => &[Tile::Complete, Tile::Late, Tile::Triage, Tile::Open, Tile::Visits, Tile::Findings],
        Role::Supervisor => &[Tile::Late, Tile::Triage, Tile::Open, Tile::Close],
        Role::Expert | Role::LegalReviewer => &[],
        Role::Admin | Role::SecurityAdmin | Role::AuditAdmin => &[],
    }
}

impl Tile {
    fn word(self, d: &'static DeskText) -> &'static str {
        match self {
            Tile::Triage => d.tile_triage,
            Tile::Late => d.tile_late,
            Tile::Review => d.tile_review,
            Tile::Close => d.tile_close,
            Tile::Rule => d.tile_rule,
            Tile::Report => d.tile_report,
            Tile::Result => d.tile_result,
            Tile::Complete => d.tile_complete,
            Tile::Open => d.tile_open,
            Tile::Visits => d.tile_visits,
            Tile::Findings => d.tile_findings,
        }
    }

    fn href(self, office: bool) -> &'static str {
        match self {
            Tile::Triage if office => "/console/triage",
            Tile::Triage => "/console/whistles?status=submitted",
            Tile::Late => "/console/deadlines#late",
            Tile::Review | Tile::Report | Tile::Result => "/console/summonses",
            Tile::Close => "/console/whistles?status=awaiting_closure",
            Tile::Rule => "/console/disputes",
            Tile::Complete => "/console/whistles?status=returned",
            Tile::Open => "/console/whistles?status=dispatched%2Chandling%2Crectifying",
            Tile::Visits => "/console/visits?view=owed",
            Tile::Findings => "/console/findings?view=owed",
        }
    }

    fn count(self, reading: &mut Reading<'_>, by: &Counting) -> Result<i64, Fault> {
        match self {
            Tile::Triage => by.whistles(reading, &[WhistleStatus::Submitted]),
            Tile::Open => {
                by.whistles(reading, &[WhistleStatus::Dispatched, WhistleStatus::Handling, WhistleStatus::Rectifying])
            }
            Tile::Close if policy::is_office(&by.actor) => closable(reading, &by.scope, &by.actor, by.now),
            Tile::Close => by.whistles(reading, &[WhistleStatus::AwaitingClosure]),
            Tile::Complete => returned_to(reading, &by.scope, &by.actor, by.now),
            Tile::Review => by.summonses(reading, &[SummonsStatus::Submitted]),
            Tile::Rule => by.summonses(reading, &[SummonsStatus::Disputed, SummonsStatus::Referred]),
            Tile::Report => by.summonses(reading, &TO_DO[..2]),
            Tile::Result => by.summonses(reading, &TO_DO[2..]),
            Tile::Visits => {
                let asked = VisitQuery { owes: by.own(), limit: COUNT_MAX, ..VisitQuery::default() };
                Ok(counted_of(&visits::list(reading, &by.scope, &asked)?))
            }
            Tile::Findings => {
                let asked = FindingQuery { owes: by.own(), limit: COUNT_MAX, ..FindingQuery::default() };
                Ok(counted_of(&visits::findings(reading, &by.scope, &asked, by.now)?))
            }
            Tile::Late => {
                let late = OpenQuery { department: by.department.clone(), until: by.now, limit: COUNT_MAX };
                Ok(counted_of(&obligations::open(reading, &by.scope, &late)?))
            }
        }
    }
}

/// By whom and when it is counted.
struct Counting {
    scope: Scope,
    actor: Actor,
    /// Whose late limits; everybody's, if there is none.
    department: Option<String>,
    now: At,
}

impl Counting {
    fn whistles(&self, reading: &mut Reading<'_>, states: &[WhistleStatus]) -> Result<i64, Fault> {
        let mut all = 0;
        for state in states {
            all += whistles::count_by_status(reading, &self.scope, (*state, None), i64::from(COUNT_MAX))?;
        }
        Ok(all)
    }

    /// Of the own unit; for the office, of all.
    fn summonses(&self, reading: &mut Reading<'_>, status: &[SummonsStatus]) -> Result<i64, Fault> {
        let department = if policy::is_office(&self.actor) { Vec::new() } else { vec![self.actor.unit.clone()] };
        let asked = SummonsQuery { department, status: status.to_vec(), limit: COUNT_MAX, ..SummonsQuery::default() };
        Ok(counted_of(&summonses::list(reading, &self.scope, &asked, self.now)?))
    }

    fn own(&self) -> Option<String> {
        Some(self.actor.unit.clone())
    }
}

fn counted_of<T>(found: &[T]) -> i64 {
    i64::try_from(found.len()).unwrap_or(i64::MAX)
}

/// `GET /console`
pub(super) async fn desk(reader: Reader) -> Answer {
    let department = owed_by(&reader);
    let role = reader.present.actor.role;
    // Who oversees has nothing to do, and wants to know what is late.
    let until = if role == Role::Supervisor { reader.now } else { At(i64::MAX) };
    let rows = dues::rows(&reader, OpenQuery { department, until, limit: ROWS }).await?;
    let (d, directory) = (crate::i18n::pages::desk(reader.lang), reader.directory());
    let shift = directory.shift(reader.now);
    let end = shift_ends(reader.now);
    let mut shell = reader.shell(Place::Desk).await?;
    shell.notice = reader.told();
    let page_of = DeskPage {
        shell,
        tiles: counted(&reader, d).await?,
        rows,
        nothing: if role == Role::Supervisor { d.none_oversight } else { d.none },
        useful: useful(role, d, crate::i18n::pages::of(reader.lang)),
        watch: shift.map(|shift| reader::watch(directory, shift)),
        until: moment(end),
        rota: policy::reads_rota(&reader.present.actor, directory),
        then: directory.shift(end).map(|shift| reader::watch(directory, shift)),
    };
    shown_once(&reader, &page_of)
}

fn useful(role: Role, d: &'static DeskText, t: &'static PageText) -> Choice {
    match role {
        Role::Liaison | Role::DepartmentHead | Role::TownOfficer | Role::SquadLeader => {
            Choice::new("/console/whistles/new", d.to_blow)
        }
        Role::Inspector => Choice::new("/console/summonses", d.to_tasks),
        Role::OfficeDuty | Role::OfficeDirector | Role::Supervisor => Choice::new("/console/whistles", d.to_whistles),
        Role::Expert | Role::LegalReviewer => Choice::new("/console/whistles", d.to_whistles),
        Role::Admin | Role::SecurityAdmin => Choice::new("/admin/people", t.nav_people),
        Role::AuditAdmin => Choice::new("/admin/trail", t.nav_trail),
    }
}

async fn counted(reader: &Reader, d: &'static DeskText) -> Result<Vec<TileView>, Problem> {
    let actor = reader.present.actor.clone();
    let (list, office) = (tiles(actor.role), policy::is_office(&actor));
    let department = listed_of(reader);
    let by = Counting { scope: reader.present.scope.clone(), actor, department, now: reader.now };
    let counted = reader
        .door
        .hub
        .ledger
        .read(move |reading| list.iter().map(|tile| tile.count(reading, &by)).collect::<Result<Vec<i64>, Fault>>());
    let views = list.iter().zip(counted.await?).map(|(tile, count)| TileView {
        word: tile.word(d),
        count: count.try_into().unwrap_or_default(),
        href: tile.href(office),
        late: *tile == Tile::Late,
    });
    Ok(views.collect())
}
