//! Summonses whose departments say "not ours", each with all that a ruling rests on: who says what, by which clause, which
//! rule named them, whom they propose. The director rules here; to roles outside the office it is not allowed.

use super::answers::page;
use super::flash::shown_once;
use super::made::{Deed, behind};
use super::reader::Reader;
use super::views::text;
use crate::app::summonses::{self, OpenSummons};
use crate::domain::deeds::{self, Before, SummonsDeed};
use crate::domain::obligation::{Post, Subject};
use crate::domain::policy;
use crate::domain::terms::{Role, SummonsStatus};
use crate::http::cursor::{self, Place as CursorPlace};
use crate::http::pages::{DisputeView, DisputesPage, Form, MadeForm, Place};
use crate::http::problem::{Answer, Problem};
use crate::http::query;
use crate::i18n::pages as words;
use crate::i18n::problems::ProblemKind;
use crate::store::summonses::SummonsQuery;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;

/// Disputes at a time.
const ROWS: u16 = 20;
pub(super) const HERE: &str = "/console/disputes";

/// What may be said to a dispute, in the order in which it is thought of.
const RULINGS: &[SummonsDeed] = &[SummonsDeed::Uphold, SummonsDeed::Overrule, SummonsDeed::Refer, SummonsDeed::Excuse];

/// `GET /console/disputes`
pub(super) async fn list(reader: Reader, request: HttpRequest) -> Answer {
    let cursor = query::form_field(request.query_string().as_bytes(), "cursor");
    let form = Form::fresh(reader.key(), String::new());
    let mut filled = filled(&reader, cursor, form).await?;
    filled.shell.notice = reader.told();
    shown_once(&reader, &filled)
}

/// The page with a ruling that comes back; what it shows is as things stand now, and so are the versions.
pub(super) async fn refused(reader: &Reader, code: &str, form: Form) -> Answer {
    let form = Form { deed: behind(&form.deed, code), version: String::new(), ..form };
    page(StatusCode::UNPROCESSABLE_ENTITY, reader.lang, &filled(reader, None, form).await?)
}

async fn filled(reader: &Reader, cursor: Option<String>, form: Form) -> Result<DisputesPage, Problem> {
    if !policy::is_office(&reader.present.actor) {
        return Err(ProblemKind::RoleMayNot.into());
    }
    let (hub, scope) = (&reader.door.hub, &reader.present.scope);
    let place = CursorPlace { list: "page disputes", viewer: scope.viewer() };
    let asked = SummonsQuery {
        status: vec![SummonsStatus::Disputed, SummonsStatus::Referred],
        limit: ROWS + 1,
        after: cursor.and_then(|cursor| cursor::open(hub, place, &cursor).ok()),
        ..SummonsQuery::default()
    };
    let (items, more) = query::page(summonses::list(hub, scope, asked).await?, ROWS);
    let last = items.last().filter(|_| more).map(|item| cursor::seal(hub, place, &item.position()));
    let mut disputes: Vec<DisputeView> = Vec::new();
    for item in &items {
        // Ruled upon between the list and now: it is not in the list any more.
        let open = summonses::open(hub, scope, &item.summons.code).await?;
        disputes.extend(dispute(reader, &open));
    }
    // Whoever rules begins with what is due first.
    disputes.sort_by_key(|one| one.deadline.as_ref().map_or(i64::MAX, |deadline| deadline.due));
    let shell = reader.shell(Place::Disputes).await?;
    Ok(DisputesPage { shell, form, disputes, more: last.map(|cursor| super::next::with(HERE, "cursor", &cursor)) })
}

fn dispute(reader: &Reader, open: &OpenSummons) -> Option<DisputeView> {
    let summons = open.summons()?;
    let said = summons.dispute.as_ref()?;
    let (lang, directory, actor) = (reader.lang, reader.directory(), &reader.present.actor);
    let words_of = reader.words();
    let armed = open.tree.armed(&Subject::Summons(summons.id.clone()));
    let allowed = deeds::allowed_on_summons(actor, Before::of(&open.tree, summons, reader.now));
    let made = |deed: &SummonsDeed| {
        let form = words_of.made(Deed::Summons(*deed, summons, &open.tree), summonses::order_spec(*deed));
        MadeForm { deed: behind(form.verb, &summons.code), version: Some(summons.version), ..form }
    };
    let proposals = open.tree.whistle.routed.as_ref().map(|routed| routed.proposals.as_slice()).unwrap_or_default();
    let proposal = proposals.iter().find(|proposal| proposal.department == summons.department);
    let head = Post { role: Role::DepartmentHead, department: summons.department.clone() };
    Some(DisputeView {
        deadline: armed.map(|armed| words_of.deadline(&open.tree.whistle, armed)),
        ground: lang.dispute_ground(said.ground).to_owned(),
        law: text(said.law.as_ref(), &open.texts),
        instead: said.instead.as_deref().map(|unit| words_of.unit(unit)),
        head: directory.holders(&head, reader.now).first().map(|head| head.name.clone()),
        named_by: proposal
            .map_or_else(|| words::desk(lang).named_by_office.to_owned(), |proposal| words_of.reason(proposal)),
        made: RULINGS.iter().filter(|deed| allowed.contains(&deed.as_str())).map(made).collect(),
        nothing_to_do: words_of.nothing_to_do(&open.tree.whistle, armed.as_slice()),
        summons: words_of.summons_facts(open, summons),
    })
}
