//! Open limits as rows, for the desk and for the deadlines: whose move, what, by when, whom to call. Under the reader's
//! scope; a unit looks at what it owes itself, the office and the supervisors at all.

use super::answers::shown;
use super::reader::Reader;
use super::views::Words;
use crate::app::obligations;
use crate::domain::at::At;
use crate::domain::policy;
use crate::domain::terms::Role;
use crate::http::pages::{DeadlinesPage, DueRow, Lane, Place};
use crate::http::problem::{Answer, Problem};
use crate::i18n::pages as words;
use crate::store::obligations::{OpenItem, OpenQuery};

/// Most that the page of deadlines shows.
const ROWS: u16 = 200;
/// What counts as soon, minutes.
const SOON_MINUTES: i64 = 120;

/// The units whose limits are this reader's to mind: the own one, or, with `all` in view, everybody's.
pub(super) fn owed_by(reader: &Reader) -> Option<String> {
    let actor = &reader.present.actor;
    let all = actor.role == Role::Supervisor;
    (!all).then(|| actor.unit.clone())
}

/// What is owed, the soonest first.
pub(super) async fn rows(reader: &Reader, query: OpenQuery) -> Result<Vec<DueRow>, Problem> {
    let items = obligations::open(&reader.door.hub, &reader.present.scope, query).await?;
    let words_of = Words { lang: reader.lang, directory: reader.directory(), now: reader.now };
    Ok(items.iter().map(|item| words_of.due(item)).collect())
}

impl Words<'_> {
    fn due(&self, item: &OpenItem) -> DueRow {
        let noun = if item.summons.is_some() { "summonses" } else { "whistles" };
        let code = item.summons.as_ref().unwrap_or(&item.whistle.code);
        let holders = self.directory.holders(&item.obligation.owner, self.now);
        DueRow {
            code: code.clone(),
            href: format!("/console/{noun}/{code}"),
            title: self.title(item.title.as_ref()),
            mark: self.mark(&item.whistle),
            major: self.major(&item.whistle, words::of(self.lang).claim_major_row),
            deadline: self.deadline(&item.whistle, &item.obligation),
            holders: holders.iter().take(2).map(|person| person.name.clone()).collect(),
        }
    }
}

/// `GET /console/deadlines`
pub(super) async fn deadlines(reader: Reader) -> Answer {
    let all = policy::is_office(&reader.present.actor);
    let department = if all { None } else { owed_by(&reader) };
    let (now, week) = (reader.now, reader.now.week_end());
    let mut rows = rows(&reader, OpenQuery { department, until: week, limit: ROWS + 1 }).await?;
    let cut = rows.len() > usize::from(ROWS);
    rows.truncate(ROWS.into());
    let d = words::desk(reader.lang);
    let mut lanes = Vec::new();
    let ends = [now, now.plus_minutes(SOON_MINUTES), now.day_end(), week];
    let names = ["late", "soon", "today", "week"];
    let words_of = [d.lane_late, d.lane_soon, d.lane_today, d.lane_week];
    for ((end, name), word) in ends.into_iter().zip(names).zip(words_of) {
        let within = rows.iter().take_while(|row| At(row.deadline.due * 1_000_000) <= end).count();
        lanes.push(Lane { name, word, rows: rows.drain(..within).collect() });
    }
    let page_of = DeadlinesPage { shell: reader.shell(Place::Deadlines).await?, lanes, cut };
    shown(reader.lang, &page_of)
}
