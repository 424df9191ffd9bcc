//! The forms of deeds on visits and on what they found: the same use cases as the JSON door. A refused form comes back with all that
//! was typed, a lost race and a bar say why, each reason with what it is about.

use super::super::answers::{Race, Refused, not_now, page, race};
use super::super::flash::done;
use super::super::next::escaped;
use super::super::reader::{Reader, wanted_next};
use super::super::{findings, orders};
use super::{record, story};
use crate::app::Undone;
use crate::app::visits::{self, Done};
use crate::domain::decision::{Passed, Reason, Refusal};
use crate::domain::deeds::{FindingDeed, VisitDeed, allowed_on_finding, allowed_on_visit};
use crate::domain::order::{Fault, Spec};
use crate::domain::terms::{FindingStatus, VisitStatus};
use crate::http::gate;
use crate::http::problem::{Answer, Problem};
use crate::i18n::Lang;
use crate::i18n::problems::ProblemKind;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Path;

/// What is done, and to which kind of thing.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Visit(VisitDeed),
    Finding(FindingDeed),
}

impl Deed {
    fn noun(self) -> &'static str {
        match self {
            Deed::Visit(_) => "visit",
            Deed::Finding(_) => "finding",
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Deed::Visit(deed) => deed.as_str(),
            Deed::Finding(deed) => deed.as_str(),
        }
    }

    fn word(self, lang: Lang) -> &'static str {
        match self {
            Deed::Visit(deed) => lang.visit_deed(deed),
            Deed::Finding(deed) => lang.finding_deed(deed),
        }
    }

    fn spec(self) -> &'static Spec {
        match self {
            Deed::Visit(deed) => visits::order_spec(deed),
            Deed::Finding(deed) => visits::finding_order_spec(deed),
        }
    }

    /// A state, and the deeds that it allows, in words.
    fn state(self, lang: Lang, status: &str, allowed: &[&str]) -> (&'static str, Vec<&'static str>) {
        match self {
            Deed::Visit(_) => {
                let could = allowed.iter().filter_map(|verb| VisitDeed::parse(verb)).map(|deed| lang.visit_deed(deed));
                (VisitStatus::parse(status).map_or("", |of| lang.visit_status(of)), could.collect())
            }
            Deed::Finding(_) => {
                let could = allowed.iter().filter_map(|verb| FindingDeed::parse(verb));
                let could = could.map(|deed| lang.finding_deed(deed)).collect();
                (FindingStatus::parse(status).map_or("", |of| lang.finding_status(of)), could)
            }
        }
    }

    async fn does(self, reader: &Reader, sent: &gate::Form, code: &str) -> Result<Done, Undone> {
        let (hub, mut asked) = (&reader.door.hub, sent.asked(self.spec()));
        match self {
            Deed::Visit(deed) => {
                if deed == VisitDeed::Record {
                    asked.body = record::body(&sent.bytes);
                }
                visits::deed(hub, asked, code, deed).await
            }
            Deed::Finding(deed) => visits::finding_deed(hub, asked, code, deed).await,
        }
    }

    fn page_of(self, code: &str) -> String {
        format!("/console/{}s/{}", self.noun(), escaped(code))
    }
}

/// `POST /console/visits/{code}/{verb}`
pub(in crate::http::console) async fn visit_deed(
    request: HttpRequest,
    path: Path<(String, String)>,
    sent: gate::Form,
) -> Answer {
    let reader = Reader::of(&request, sent.present.clone())?;
    let deed = VisitDeed::parse(&path.1).ok_or(ProblemKind::NotFound)?;
    go(reader, &path.0, Deed::Visit(deed), &sent).await
}

/// `POST /console/findings/{code}/{verb}`
pub(in crate::http::console) async fn finding_deed(
    request: HttpRequest,
    path: Path<(String, String)>,
    sent: gate::Form,
) -> Answer {
    let reader = Reader::of(&request, sent.present.clone())?;
    let deed = FindingDeed::parse(&path.1).ok_or(ProblemKind::NotFound)?;
    go(reader, &path.0, Deed::Finding(deed), &sent).await
}

async fn go(reader: Reader, code: &str, deed: Deed, sent: &gate::Form) -> Answer {
    let own = deed.page_of(code);
    let reader = reader.at(own.clone());
    match deed.does(&reader, sent, code).await {
        Ok(did) => {
            reader.sent(&format!("{own}/{}", deed.verb())).await?;
            let next = wanted_next(&sent.bytes);
            done(&reader.door, next.as_deref().unwrap_or(&own), &format!("{}.{}", deed.noun(), deed.verb()), &did.code)
        }
        Err(Undone::Refusal(Refusal::Faults(faults))) => again(&reader, code, deed, sent, &faults).await,
        Err(undone) => {
            let goes_to = format!("{own}/{}", deed.verb());
            not_done(&reader, (code, deed, goes_to), sent, undone).await
        }
    }
}

/// What is told of a visit's deed that was not done, whichever form it came from. `goes_to`: where that form goes.
pub(in crate::http::console) async fn deed_not_done(
    reader: &Reader,
    code: &str,
    (deed, goes_to): (VisitDeed, String),
    sent: &gate::Form,
    undone: Undone,
) -> Answer {
    not_done(reader, (code, Deed::Visit(deed), goes_to), sent, undone).await
}

async fn not_done(
    reader: &Reader,
    (code, deed, goes_to): (&str, Deed, String),
    sent: &gate::Form,
    undone: Undone,
) -> Answer {
    if let Undone::Refusal(Refusal::Moved { changes, .. }) = &undone {
        return lost(reader, (code, deed, goes_to), sent, changes).await;
    }
    if let Undone::Refusal(Refusal::NotNow { status, allowed }) = &undone {
        return refuse(reader, (code, deed, sent), (status, allowed), &[]).await;
    }
    if let Undone::Refusal(Refusal::Guarded { status, reasons, .. }) = &undone {
        return refuse(reader, (code, deed, sent), (status, &[]), reasons).await;
    }
    Err(undone.into())
}

/// Why not, every reason in words with what it is about.
async fn refuse(
    reader: &Reader,
    (code, deed, sent): (&str, Deed, &gate::Form),
    (status, allowed): (&str, &[&'static str]),
    reasons: &[Reason],
) -> Answer {
    let words_of = reader.words();
    let (status, could) = deed.state(reader.lang, status, allowed);
    let bars = reasons.iter().map(|reason| words_of.barred(reason)).collect();
    let (did, back) = (deed.word(reader.lang), deed.page_of(code));
    not_now(reader, sent, Refused { code, status, did, could, bars, back }).await
}

/// The form again, on the thing's own page.
async fn again(reader: &Reader, code: &str, deed: Deed, sent: &gate::Form, faults: &[Fault]) -> Answer {
    let (hub, scope) = (&reader.door.hub, &reader.present.scope);
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    match deed {
        Deed::Visit(of) => {
            let form = match of == VisitDeed::Record {
                true => record::refused(reader, &sent.bytes, faults),
                false => orders::refused(reader, of.as_str(), &sent.bytes, faults),
            };
            let open = visits::open(hub, scope, code).await?;
            page(status, reader.lang, &story(reader, &open, form, 0).await?)
        }
        Deed::Finding(of) => {
            let form = orders::refused(reader, of.as_str(), &sent.bytes, faults);
            let (open, id) = visits::open_finding(hub, scope, code).await?;
            page(status, reader.lang, &findings::filled(reader, &open, &id, form).await?)
        }
    }
}

/// Somebody was faster.
async fn lost(
    reader: &Reader,
    (code, deed, goes_to): (&str, Deed, String),
    sent: &gate::Form,
    changes: &[Passed],
) -> Answer {
    let (version, allowed) = standing(reader, code, deed).await?;
    let back = deed.page_of(code);
    let race_of = Race {
        protected: false,
        code,
        changes,
        version,
        fields: Vec::new(),
        again: allowed.contains(&deed.verb()).then_some(goes_to),
        back,
    };
    race(reader, sent, race_of).await
}

/// The version that stands now, and what this reader may do to it.
async fn standing(reader: &Reader, code: &str, deed: Deed) -> Result<(i64, Vec<&'static str>), Problem> {
    let (hub, scope, actor) = (&reader.door.hub, &reader.present.scope, &reader.present.actor);
    match deed {
        Deed::Visit(_) => {
            let open = visits::open(hub, scope, code).await?;
            Ok((open.tree.visit.version, allowed_on_visit(actor, &open.tree.visit, reader.now)))
        }
        Deed::Finding(_) => {
            let (open, id) = visits::open_finding(hub, scope, code).await?;
            let finding = open.tree.finding(&id).ok_or(ProblemKind::NotFound)?;
            Ok((finding.version, allowed_on_finding(actor, finding)))
        }
    }
}
