//! Pages that are printed: the official sheets of a visit and of what it found, and the visit for a calendar; and the links to them.
//! They carry nothing of the console but a bar on the screen. Which sheet is there is `domain::papers`' to say.

use super::reader::Reader;
use super::views::Words;
use crate::app::firm_links::given_just_now;
use crate::app::papers::{self, Printed};
use crate::app::visits::OpenVisit;
use crate::domain::finding::Finding;
use crate::domain::papers::{self as rule, FindingPaper, VisitPaper};
use crate::domain::policy::Actor;
use crate::http::gate;
use crate::http::pages::sheets::SheetLink;
use crate::http::pages::{Choice, Square};
use crate::http::papers::{Press, whose};
use crate::http::problem::{Answer, Problem};
use crate::i18n::pages as words;
use crate::i18n::problems::ProblemKind;
use actix_web::HttpRequest;

/// The cookie of a link that was given just now, one for each finding, before its prefix.
pub(super) fn given(code: &str) -> String {
    format!("given-{code}")
}

async fn printed(reader: &Reader, paper: VisitPaper, request: &HttpRequest) -> Result<Printed, Problem> {
    let by = (&reader.present.actor, &reader.present.scope);
    Ok(papers::of_visit(&reader.door.hub, by, paper, gate::code(request)).await?)
}

/// `GET /console/visits/{code}/papers/notice`
pub(super) async fn notice(reader: Reader, request: HttpRequest) -> Answer {
    let printed = printed(&reader, VisitPaper::Notice, &request).await?;
    let press = Press::of(&reader.door, reader.lang);
    press.notice(&printed.open, &whose(&reader.present.actor, &printed.open.tree.visit, &request)?)
}

/// `GET /console/visits/{code}/papers/dispatch`
pub(super) async fn dispatch(reader: Reader, request: HttpRequest) -> Answer {
    let printed = printed(&reader, VisitPaper::Dispatch, &request).await?;
    Press::of(&reader.door, reader.lang).dispatch(&printed.open)
}

/// `GET /console/visits/{code}/papers/record`
pub(super) async fn record(reader: Reader, request: HttpRequest) -> Answer {
    let printed = printed(&reader, VisitPaper::Record, &request).await?;
    Press::of(&reader.door, reader.lang).record(&printed)
}

/// `GET /console/visits/{code}/papers/invitation.ics`
pub(super) async fn invitation(reader: Reader, request: HttpRequest) -> Answer {
    let by = (&reader.present.actor, &reader.present.scope);
    let invited = papers::invitation(&reader.door.hub, by, gate::code(&request)).await?;
    Ok(Press::of(&reader.door, reader.lang).calendar(&invited))
}

/// `GET /console/findings/{code}/papers/order`; with the firm's link for whoever gave it just now.
pub(super) async fn order(reader: Reader, request: HttpRequest) -> Answer {
    let by = (&reader.present.actor, &reader.present.scope);
    let (open, id) = papers::of_finding(&reader.door.hub, by, FindingPaper::Order, gate::code(&request)).await?;
    let finding = open.tree.finding(&id).ok_or(ProblemKind::NotFound)?;
    let kept = gate::cookie(&request, &reader.door, &given(&finding.code));
    let token = kept.and_then(|kept| given_just_now(&reader.door.hub, &reader.present.actor.person, finding, &kept));
    let link = token.and_then(|token| {
        let url = reader.door.firm_link(&token);
        Some(SheetLink { square: Square::of(&url)?, url, code: finding.code.clone() })
    });
    Press::of(&reader.door, reader.lang).order(&open, &id, link)
}

/// `GET /console/findings/{code}/papers/opinion`
pub(super) async fn opinion(reader: Reader, request: HttpRequest) -> Answer {
    let by = (&reader.present.actor, &reader.present.scope);
    let (open, id) = papers::of_finding(&reader.door.hub, by, FindingPaper::Opinion, gate::code(&request)).await?;
    Press::of(&reader.door, reader.lang).opinion(&open, &id)
}

impl Words<'_> {
    /// What this reader may print of a visit now, each by its address.
    pub(super) fn visit_papers(&self, open: &OpenVisit, actor: &Actor) -> Vec<Choice> {
        let (visit, code) = (&open.tree.visit, &open.tree.visit.code);
        let there = |paper: &&VisitPaper| rule::of_visit(**paper, visit) && rule::is_for(**paper, &open.withheld);
        let all = VisitPaper::ALL.iter().filter(there);
        let mut links = Vec::new();
        for paper in all {
            let (href, word) = (format!("/console/visits/{code}/papers/{paper}"), self.lang.visit_paper(*paper));
            match paper {
                VisitPaper::Notice => links.extend(rule::notices(actor, visit).iter().map(|department| {
                    let word = words::told(self.lang, word, &self.unit(department));
                    Choice::new(format!("{href}?department={department}"), word)
                })),
                VisitPaper::Dispatch | VisitPaper::Record => links.push(Choice::new(href, word)),
            }
        }
        if rule::invitation(actor, visit, self.now) == Ok(false) {
            let word = words::of(self.lang).sheets.calendar;
            links.push(Choice::new(format!("/console/visits/{code}/papers/invitation.ics"), word));
        }
        links
    }

    /// What may be printed of a finding now, each by its address.
    pub(super) fn finding_papers(&self, finding: &Finding) -> Vec<Choice> {
        let all = FindingPaper::ALL.iter().filter(|paper| rule::of_finding(**paper, finding));
        let link = |paper: &FindingPaper| {
            let href = format!("/console/findings/{}/papers/{paper}", finding.code);
            Choice::new(href, self.lang.finding_paper(*paper))
        };
        all.map(link).collect()
    }
}
