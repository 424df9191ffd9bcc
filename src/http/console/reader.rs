//! Who reads a page, in which language, from where: the frame that every page gets. The counts in the menu are the
//! reader's own and bounded; nothing here judges a right.

use super::{assets, flash, looks, next, views};
use crate::app::cards::Texts;
use crate::app::sessions::{self, Present};
use crate::domain::at::At;
use crate::domain::deeds::{self, WhistleDeed};
use crate::domain::directory::{Directory, Shift};
use crate::domain::policy::{self, Actor, Scope};
use crate::domain::rules::Rules;
use crate::domain::terms::{Role, SummonsStatus, WhistleStatus};
use crate::domain::whistle::Whistle;
use crate::domain::whistle::hints::Likeness;
use crate::http::pages::{Form, Looks, NavItem, Notice, Place, Shell, SimilarView, Watch, Who};
use crate::http::problem::Problem;
use crate::http::{Door, gate, query};
use crate::i18n::problems::ProblemKind;
use crate::i18n::{Lang, pages as words};
use crate::ids::{TextId, hex};
use crate::store::summonses::SummonsQuery;
use crate::store::whistles::{WhistleItem, WhistleQuery};
use crate::store::{self, Reading, summonses, whistles};
use actix_web::cookie::Cookie;
use actix_web::cookie::time::Duration;
use actix_web::dev::Payload;
use actix_web::web::{Bytes, Data, Query};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// The cookie of the language, and the one that binds the sign-in form.
const LANGUAGE: &str = "lang";
const NONCE: &str = "wh_pre";
/// How long a browser keeps its language and its looks, days.
const KEPT_DAYS: i64 = 365;
/// Counts in the menu go this far.
pub(super) const COUNT_MAX: u16 = 100;

/// What a department still has to do about a summons.
pub(super) const TO_DO: [SummonsStatus; 4] =
    [SummonsStatus::Issued, SummonsStatus::Acknowledged, SummonsStatus::ReportedIn, SummonsStatus::Working];

/// A page that somebody signed in asks for.
pub(super) struct Reader {
    pub(super) door: Data<Door>,
    pub(super) present: Present,
    pub(super) lang: Lang,
    pub(super) now: At,
    /// Of this page: what is shown stands beside what is judged.
    rules: Arc<Rules>,
    path: String,
    pub(super) looks: Looks,
    /// What the deed before this page left to tell.
    pub(super) done: Option<String>,
}

impl FromRequest for Reader {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Reader, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let present = gate::by_cookie(&request, gate::door_of(&request)?).await?;
            Reader::of(&request, present.ok_or(ProblemKind::SignInNeeded)?)
        })
    }
}

impl Reader {
    /// The reader whom the gate has let in; from now on a fault of this request is told within their frame.
    pub(super) fn of(request: &HttpRequest, present: Present) -> Result<Reader, Problem> {
        let door = request.app_data::<Data<Door>>().cloned().ok_or(ProblemKind::Internal)?;
        request.extensions_mut().insert(present.clone());
        let (lang, now) = (language(request, &door), door.hub.now());
        let done = gate::cookie(request, &door, flash::DONE);
        let (looks, rules) = (looks::of(request, &door), door.hub.rules());
        Ok(Reader { lang, now, path: path_of(request), looks, done, present, rules, door })
    }

    /// What this page is judged and shown by.
    pub(super) fn rules(&self) -> &Rules {
        &self.rules
    }

    pub(super) fn directory(&self) -> &Directory {
        &self.rules.directory
    }

    /// The address of the page that a form stands on: where its language switch leads.
    pub(super) fn at(mut self, path: String) -> Reader {
        self.path = path;
        self
    }

    /// Fresh forms for a thing of this version.
    pub(super) fn form(&self, version: i64) -> Form {
        Form::fresh(self.key(), version.to_string())
    }

    /// An idempotency key for one form.
    pub(super) fn key(&self) -> String {
        hex(&self.door.hub.chance.secret()[..16])
    }

    /// The line on top of the page that a deed led to.
    pub(super) fn told(&self) -> Option<Notice> {
        flash::told(self.lang, self.done.as_deref()?)
    }

    /// The places of those that name no enterprise: a list shows where.
    pub(super) async fn places(&self, of: impl Iterator<Item = &Whistle>) -> Result<Texts, Problem> {
        let unlisted = of.filter(|whistle| whistle.enterprise.is_none());
        let ids: Vec<TextId> = unlisted.filter_map(|whistle| whistle.texts.place.clone()).collect();
        Ok(self.door.hub.ledger.read(move |reading| whistles::texts(reading, &ids)).await?)
    }

    /// Similar whistles as rows, each with its reason.
    pub(super) async fn similar(&self, found: &[(WhistleItem, Likeness)]) -> Result<Vec<SimilarView>, Problem> {
        let places = self.places(found.iter().map(|(item, _)| &item.whistle)).await?;
        let words_of = self.words();
        let row =
            |item: &WhistleItem| words_of.row(item, &places, format!("/console/whistles/{}", item.whistle.code), false);
        let view = |(item, why): &(_, _)| SimilarView { row: row(item), why: self.lang.likeness(*why).to_owned() };
        Ok(found.iter().map(view).collect())
    }

    /// The frame without counts: enough for a fault.
    pub(super) fn plain_shell(&self, place: Place) -> Shell {
        let (actor, directory) = (&self.present.actor, self.directory());
        let mut shell = bare(&self.door, self.lang, self.now, self.path.clone());
        shell.csrf = sessions::csrf_token(&self.door.hub, &self.present);
        shell.place = place;
        shell.looks = self.looks;
        shell.who = Some(Who {
            name: actor.name.clone(),
            role: self.lang.role(actor.role).to_owned(),
            department: views::unit(self.lang, directory, &actor.unit),
        });
        shell.nav = places(actor.role).iter().map(|place| NavItem { place: *place, count: None }).collect();
        shell.watch = directory.shift(self.now).map(|shift| watch(directory, shift));
        shell
    }

    /// The whole frame.
    pub(super) async fn shell(&self, place: Place) -> Result<Shell, Problem> {
        let mut shell = self.plain_shell(place);
        let counts = self.counts().await?;
        for item in &mut shell.nav {
            item.count = match item.place {
                Place::Triage => counts.triage,
                Place::Whistles => counts.whistles,
                Place::Summonses => counts.summonses,
                Place::Disputes => counts.disputes,
                Place::Desk | Place::Deadlines | Place::Feedback | Place::People | Place::Trail => 0,
                Place::Visits | Place::Findings => 0,
                Place::Blow | Place::Rota | Place::Import | Place::Elsewhere => 0,
            }
            .try_into()
            .ok()
            .filter(|count| *count > 0);
        }
        Ok(shell)
    }

    /// What needs this reader.
    async fn counts(&self) -> Result<Counts, Problem> {
        let (scope, actor, now) = (self.present.scope.clone(), self.present.actor.clone(), self.now);
        let tasks = match actor.role {
            Role::OfficeDuty | Role::OfficeDirector => Some((Vec::new(), vec![SummonsStatus::Submitted])),
            Role::Liaison | Role::DepartmentHead | Role::TownOfficer => {
                Some((vec![actor.unit.clone()], TO_DO.to_vec()))
            }
            Role::Inspector => Some((vec![actor.unit.clone()], TO_DO[..3].to_vec())),
            Role::SquadLeader | Role::Expert | Role::LegalReviewer | Role::Supervisor => None,
            Role::Admin | Role::SecurityAdmin | Role::AuditAdmin => None,
        };
        let counted = self.door.hub.ledger.read(move |reading| {
            let of = |reading: &mut Reading<'_>, status| {
                whistles::count_by_status(reading, &scope, (status, None), i64::from(COUNT_MAX))
            };
            let mut counts = Counts::default();
            if policy::is_office(&actor) {
                counts.triage = of(reading, WhistleStatus::Submitted)?;
                counts.whistles = of(reading, WhistleStatus::Accepted)? + closable(reading, &scope, &actor, now)?;
            } else if policy::speaks_for(&actor, &actor.unit) {
                counts.whistles = returned_to(reading, &scope, &actor, now)?;
            }
            if actor.role == Role::OfficeDirector {
                let status = vec![SummonsStatus::Disputed, SummonsStatus::Referred];
                let asked = SummonsQuery { status, limit: COUNT_MAX, ..SummonsQuery::default() };
                let disputes = summonses::list(reading, &scope, &asked, now)?.len();
                counts.disputes = i64::try_from(disputes).unwrap_or(i64::MAX);
            }
            if let Some((department, status)) = tasks {
                let asked = SummonsQuery { department, status, limit: COUNT_MAX, ..SummonsQuery::default() };
                let tasks = summonses::list(reading, &scope, &asked, now)?.len();
                counts.summonses = i64::try_from(tasks).unwrap_or(i64::MAX);
            }
            Ok::<_, store::Fault>(counts)
        });
        Ok(counted.await?)
    }
}

/// What waits for a closure that this actor may do: a major hazard is no duty officer's.
pub(super) fn closable(reading: &mut Reading<'_>, scope: &Scope, actor: &Actor, now: At) -> Result<i64, store::Fault> {
    waiting_for(reading, (scope, actor), (WhistleStatus::AwaitingClosure, WhistleDeed::Close), now)
}

/// What came back to this actor to be completed.
pub(super) fn returned_to(
    reading: &mut Reading<'_>,
    scope: &Scope,
    actor: &Actor,
    now: At,
) -> Result<i64, store::Fault> {
    waiting_for(reading, (scope, actor), (WhistleStatus::Returned, WhistleDeed::Complete), now)
}

/// How many whistles in a state wait for this actor's own deed.
fn waiting_for(
    reading: &mut Reading<'_>,
    (scope, actor): (&Scope, &Actor),
    (status, deed): (WhistleStatus, WhistleDeed),
    now: At,
) -> Result<i64, store::Fault> {
    let asked = WhistleQuery { status: vec![status], limit: COUNT_MAX, ..WhistleQuery::default() };
    let items = whistles::list(reading, scope, &asked, now)?;
    let own = items.iter().filter(|item| deeds::allowed_on_whistle(actor, &item.whistle, now).contains(&deed.as_str()));
    Ok(i64::try_from(own.count()).unwrap_or(i64::MAX))
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    triage: i64,
    whistles: i64,
    summonses: i64,
    disputes: i64,
}

/// Where a role may go, its own work first.
fn places(role: Role) -> &'static [Place] {
    use Place::{
        Blow, Deadlines, Desk, Disputes, Feedback, Findings, Import, People, Rota, Summonses, Trail, Triage, Visits,
        Whistles,
    };
    match role {
        Role::OfficeDuty => &[Desk, Triage, Whistles, Summonses, Visits, Findings, Deadlines, Blow, Rota, Import],
        Role::OfficeDirector => {
            &[Desk, Triage, Whistles, Summonses, Visits, Findings, Disputes, Deadlines, Feedback, Blow, Rota, Import]
        }
        Role::Liaison | Role::DepartmentHead | Role::TownOfficer => {
            &[Desk, Summonses, Whistles, Visits, Findings, Deadlines, Blow]
        }
        Role::SquadLeader => &[Desk, Whistles, Visits, Findings, Deadlines, Blow],
        Role::Inspector => &[Desk, Visits, Findings, Summonses, Whistles, Deadlines],
        Role::Supervisor => &[Desk, Whistles, Summonses, Visits, Findings, Deadlines, Rota],
        Role::Admin => &[Desk, People, Rota, Trail, Import],
        Role::SecurityAdmin => &[Desk, People],
        Role::AuditAdmin => &[Desk, Trail],
        Role::Expert | Role::LegalReviewer => &[Desk, Whistles],
    }
}

/// Somebody who is not signed in: the sign-in page, and faults before it.
pub(super) struct Stranger {
    pub(super) door: Data<Door>,
    pub(super) lang: Lang,
    now: At,
    path: String,
    nonce: String,
    /// Whether the browser has to be given the nonce first.
    fresh: bool,
}

impl Stranger {
    pub(super) fn of(request: &HttpRequest) -> Result<Stranger, Problem> {
        let door = request.app_data::<Data<Door>>().cloned().ok_or(ProblemKind::Internal)?;
        let known = gate::cookie(request, &door, NONCE);
        let (fresh, lang, now) = (known.is_none(), language(request, &door), door.hub.now());
        let nonce = known.unwrap_or_else(|| hex(&door.hub.chance.secret()[..16]));
        Ok(Stranger { lang, now, path: path_of(request), nonce, fresh, door })
    }

    pub(super) fn at(mut self, path: String) -> Stranger {
        self.path = path;
        self
    }

    pub(super) fn shell(&self) -> Shell {
        let mut shell = bare(&self.door, self.lang, self.now, self.path.clone());
        shell.csrf = sessions::presession_csrf(&self.door.hub, &self.nonce);
        shell
    }

    /// The cookie that the sign-in form is bound to, if the browser has none yet.
    pub(super) fn cookie(&self) -> Option<Cookie<'static>> {
        self.fresh.then(|| gate::cookie_to_set(&self.door, NONCE, self.nonce.clone()))
    }

    /// Whether a form without a session comes from a page that we gave this browser.
    pub(super) fn gave(&self, csrf: &str) -> bool {
        !self.fresh && sessions::presession_csrf_matches(&self.door.hub, &self.nonce, csrf)
    }
}

/// The language that the browser was told to keep; Chinese until then, whatever it would accept.
fn language(request: &HttpRequest, door: &Door) -> Lang {
    gate::cookie(request, door, LANGUAGE).map_or(Lang::Zh, |tag| Lang::from_header(&tag))
}

/// The cookie that keeps a language.
pub(super) fn language_cookie(door: &Door, lang: Lang) -> Cookie<'static> {
    kept_cookie(door, LANGUAGE, lang.tag().to_owned())
}

/// A cookie that the browser keeps, whoever signs in.
pub(super) fn kept_cookie(door: &Door, name: &str, value: String) -> Cookie<'static> {
    let mut cookie = gate::cookie_to_set(door, name, value);
    cookie.set_max_age(Duration::days(KEPT_DAYS));
    cookie
}

/// Path and query as they were asked for, if they are a page of ours.
fn path_of(request: &HttpRequest) -> String {
    let asked = request.uri().path_and_query().map_or("", |asked| asked.as_str());
    next::own_path(asked).unwrap_or("/console").to_owned()
}

/// The frame of a page that nobody signs in to see.
pub(super) fn stranger_shell(door: &Door, lang: Lang) -> Shell {
    bare(door, lang, door.hub.now(), String::new())
}

fn bare(door: &Door, lang: Lang, now: At, path: String) -> Shell {
    let rules = door.hub.rules();
    let directory = &rules.directory;
    let office = directory.department(directory.office()).map(|office| office.name.clone());
    Shell {
        t: words::of(lang),
        d: words::desk(lang),
        lang,
        who: None,
        csrf: String::new(),
        path,
        office: office.unwrap_or_default(),
        demo: door.hub.demo,
        clock: views::moment(now),
        now: now.0 / 1_000_000,
        place: Place::Elsewhere,
        nav: Vec::new(),
        watch: None,
        notice: None,
        looks: Looks::default(),
        assets: assets::addresses(),
    }
}

pub(super) fn watch(directory: &Directory, shift: &Shift) -> Watch {
    let name = |username: &str| directory.by_username(username).map(|person| person.name.clone());
    Watch { main: name(&shift.main), deputy: name(&shift.deputy), office: name(&shift.office_duty), phone: None }
}

/// Names and values of a form or a query; broken escapes are read as browsers read them.
pub(super) fn pairs(bytes: &[u8]) -> Vec<(String, String)> {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    Query::<Vec<(String, String)>>::from_query(text).map(Query::into_inner).unwrap_or_default()
}

/// What a person typed, without what the page adds.
pub(super) fn typed(bytes: &Bytes) -> Vec<(String, String)> {
    let own = |name: &str| !["csrf", "key", "version", "next"].contains(&name);
    pairs(bytes).into_iter().filter(|(name, _)| own(name)).collect()
}

/// Where the form wants to go afterwards, if that is a page of ours.
pub(super) fn wanted_next(bytes: &Bytes) -> Option<String> {
    query::form_field(bytes, "next").filter(|next| next::own_path(next).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_begins_at_its_desk_and_has_its_own_work_next() {
        assert_eq!(places(Role::OfficeDuty)[..2], [Place::Desk, Place::Triage]);
        assert_eq!(places(Role::Liaison)[..2], [Place::Desk, Place::Summonses]);
        assert!(!places(Role::Supervisor).contains(&Place::Blow));
    }
}
