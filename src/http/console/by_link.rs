//! The public pages of a firm (SECURITY T28): no sign-in, a link from its paper. A GET tells nothing and changes nothing, so that who
//! previews links learns nothing; the button opens the order for half an hour. What is no link is told in one way.

use super::answers::{ended_as, page, see_other, shown, with_cookie};
use super::attachments;
use super::reader::stranger_shell;
use super::views::{limit, moment};
use crate::app::Undone;
use crate::app::firm_links::{self, Firm, OpenOrder};
use crate::domain::at::At;
use crate::domain::decision::Refusal;
use crate::domain::directory::Directory;
use crate::domain::finding::link::{PHOTOS_MAX, RATE, RatingOrder};
use crate::domain::finding::recheck::REPORT_FIXED;
use crate::domain::order::{Fault, FaultCode, Node, from_form};
use crate::domain::visit::enter::parse_note;
use crate::http::attachments::given_out;
use crate::http::gate::{self, Came, Incoming, NotTaken};
use crate::http::pages::{Choice, FirmOrderPage, Form, FormFault, GonePage, StartPage};
use crate::http::problem::{Answer, Problem};
use crate::http::turns::Turn;
use crate::http::{Door, query};
use crate::i18n::Lang;
use crate::i18n::pages::{self as words, LinkText};
use crate::i18n::problems::ProblemKind;
use crate::ids::PersonId;
use actix_web::cookie::time::Duration;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY};
use actix_web::web::{Bytes, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};

/// Where all of it stands: a proxy may pass this and the assets alone.
const ROOM: &str = "/f/";
const ORDER: &str = "/f/order";
/// The cookie of an opened link, before its prefix, and how long the browser keeps it.
const FIRM: &str = "firm";
const STAY: Duration = Duration::minutes(30);
/// What its form says beside its order.
const FORM_FIELDS: &[&str] = &["csrf"];

/// No script at all; and the address, which holds the token, goes nowhere, while our own forms still say whence they come.
const HEADERS: [(HeaderName, &str); 2] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'",
    ),
    (REFERRER_POLICY, "strict-origin"),
];

/// What every answer here wears in place of the console's.
pub(in crate::http) fn headers(path: &str) -> &'static [(HeaderName, &'static str)] {
    if path.starts_with(ROOM) { &HEADERS } else { &[] }
}

/// `GET /f/{token}`
pub(super) async fn start(door: Data<Door>, request: HttpRequest) -> Answer {
    charged(&door, &request)?;
    let (lang, w) = language(&request);
    shown(lang, &StartPage { shell: stranger_shell(&door, lang), w, other: other(lang, "") })
}

/// `POST /f/{token}`
pub(super) async fn enter(door: Data<Door>, request: HttpRequest, payload: Payload) -> Answer {
    charged(&door, &request)?;
    gate::strangers(&door, &request, payload).await?;
    let token = request.match_info().get("token").unwrap_or_default();
    let address = gate::address(&request, &door)?;
    let cookie = firm_links::enter(&door.hub, token, address).await?.ok_or(ProblemKind::NotFound)?;
    let mut answer = see_other(&format!("{ORDER}{}", tail(language(&request).0)));
    let mut cookie = gate::cookie_to_set(&door, FIRM, cookie);
    cookie.set_max_age(STAY);
    with_cookie(&mut answer, &cookie)?;
    Ok(answer)
}

/// `GET /f/order`
pub(super) async fn order(door: Data<Door>, request: HttpRequest) -> Answer {
    charged(&door, &request)?;
    let firm = firm_of(&door, &request)?;
    told(&door, &request, &firm, Form::default(), StatusCode::OK).await
}

/// `GET /f/photos/{id}`
pub(super) async fn photo(door: Data<Door>, request: HttpRequest) -> Answer {
    charged(&door, &request)?;
    let firm = firm_of(&door, &request)?;
    let id = request.match_info().get("id").unwrap_or_default();
    let handed = firm_links::photo(&door.hub, &firm, id).await?.ok_or(ProblemKind::NotFound)?;
    Ok(given_out(handed))
}

/// `POST /f/report_fixed`: what is not let in is not read.
pub(super) async fn report_fixed(door: Data<Door>, request: HttpRequest, payload: Payload) -> Answer {
    let (firm, _turn) = match let_in(&door, &request).await {
        Ok(let_in) => let_in,
        Err(refused) => {
            gate::drop_strangers(payload).await;
            return Err(refused);
        }
    };
    match claimed(&door, &firm, Incoming::new(&request, payload.into_inner())).await {
        Ok(()) => Ok(back(&request)),
        Err(NotTaken { why, said }) => {
            let faults = in_words(language(&request).0, &why, &said.names);
            if faults.is_empty() {
                return Err(why);
            }
            Ok(ended_as(&why, again(&door, &request, &firm, ("fixed", said.typed()), faults).await?))
        }
    }
}

/// Takes in what a firm says of its order.
async fn claimed(door: &Door, firm: &Firm, incoming: Incoming) -> Result<(), NotTaken> {
    let Came { files, said } =
        incoming.take_in(&door.hub.files, PHOTOS_MAX, &|csrf| firm.sent(&door.hub, csrf)).await?;
    let note = said.field("note").map(|note| Node::Text(note.replace("\r\n", "\n")));
    let body = Node::Object(note.into_iter().map(|note| ("note".to_owned(), note)).collect());
    let unticked = said.field("fixed").is_none().then(|| Fault { pointer: "/fixed".into(), code: FaultCode::Missing });
    let note = match parse_note(&body, &REPORT_FIXED) {
        Ok(note) if unticked.is_none() => note,
        read => {
            let faults = unticked.into_iter().chain(read.err().into_iter().flatten()).collect();
            return Err(NotTaken { why: Refusal::Faults(faults).into(), said });
        }
    };
    match firm_links::report_fixed(&door.hub, firm, note.as_deref(), files).await {
        // Said already, perhaps by the first of two presses: the page tells how it stands.
        Ok(true) | Err(Undone::Refusal(Refusal::NotNow { .. })) => Ok(()),
        Ok(false) => Err(Problem::from(ProblemKind::NotFound).into()),
        Err(undone) => Err(NotTaken { why: undone.into(), said }),
    }
}

/// Whoever may send a form with photos now, and its turn; asked before anything of it is read.
async fn let_in<'d>(door: &'d Door, request: &HttpRequest) -> Result<(Firm, Turn<'d>), Problem> {
    charged(door, request)?;
    if !gate::is_same_origin(request.headers(), door) {
        return Err(ProblemKind::WrongOrigin.into());
    }
    let firm = firm_of(door, request)?;
    firm_links::look(&door.hub, &firm).await?.ok_or(ProblemKind::NotFound)?;
    // Its link stands for it.
    let turn = door.uploads_of_firms.turn(&PersonId::from_text(firm.name())).await?;
    firm.spend(&door.hub)?;
    Ok((firm, turn))
}

/// Faults in a firm's words, each at its input and a photo's by its name; nothing where the page would not help if it came back.
fn in_words(lang: Lang, why: &Problem, names: &[String]) -> Vec<FormFault> {
    let (w, mut faults) = (words::by_link(lang), attachments::faults_of(lang, why, names));
    for fault in &mut faults {
        match fault.field.as_str() {
            "fixed" => w.tick_needed.clone_into(&mut fault.message),
            "stars" => w.choose_stars.clone_into(&mut fault.message),
            _ => {}
        }
    }
    faults
}

/// `POST /f/rate`
pub(super) async fn rate(door: Data<Door>, request: HttpRequest, payload: Payload) -> Answer {
    let (firm, bytes) = sent(&door, &request, payload).await?;
    let body = from_form(&RATE, &bytes, FORM_FIELDS).map_err(|why| Problem::from(Refusal::Body(why)))?;
    let order = match RatingOrder::parse(&body) {
        Ok(order) => order,
        Err(faults) => {
            let faults = in_words(language(&request).0, &Refusal::Faults(faults).into(), &[]);
            return again(&door, &request, &firm, ("rate", query::typed(&bytes)), faults).await;
        }
    };
    match firm_links::rate(&door.hub, &firm, &order).await? {
        true => Ok(back(&request)),
        false => Err(ProblemKind::NotFound.into()),
    }
}

/// A form of ours: from this very page of this firm, and not more of them than may be in a day.
async fn sent(door: &Door, request: &HttpRequest, payload: Payload) -> Result<(Firm, Bytes), Problem> {
    charged(door, request)?;
    let bytes = gate::strangers(door, request, payload).await?;
    let firm = firm_of(door, request)?;
    if !firm.sent(&door.hub, &query::form_field(&bytes, "csrf").unwrap_or_default()) {
        return Err(ProblemKind::Csrf.into());
    }
    firm.spend(&door.hub)?;
    Ok((firm, bytes))
}

fn charged(door: &Door, request: &HttpRequest) -> Result<(), Problem> {
    door.rates.stranger(gate::address(request, door)?, door.hub.clock.elapsed())
}

fn firm_of(door: &Door, request: &HttpRequest) -> Result<Firm, Problem> {
    let cookie = gate::cookie(request, door, FIRM).ok_or(ProblemKind::NotFound)?;
    firm_links::by_cookie(&door.hub, &cookie).ok_or_else(|| ProblemKind::NotFound.into())
}

/// The order as it stands now, with a form that comes back.
async fn told(door: &Door, request: &HttpRequest, firm: &Firm, form: Form, status: StatusCode) -> Answer {
    let order = firm_links::look(&door.hub, firm).await?.ok_or(ProblemKind::NotFound)?;
    let (lang, w) = language(request);
    let (rules, mut shell) = (door.hub.rules(), stranger_shell(door, lang));
    shell.csrf = firm.csrf(&door.hub);
    let claimed = order.claimed.as_ref().map(|(at, note)| Choice::new(note.clone().unwrap_or_default(), moment(*at)));
    let filled = FirmOrderPage {
        shell,
        w,
        other: other(lang, ORDER),
        form,
        tail: tail(lang),
        what: order.what.clone().unwrap_or_else(|| words::of(lang).erased.to_owned()),
        status: lang.finding_status(order.status).to_owned(),
        facts: facts(&order, lang, &rules.directory),
        takes_claim: order.takes_claim,
        claimed,
        photos: order.photos.clone(),
        stars: (1..=5_u8).map(|n| Choice::new(n.to_string(), words::stars(lang, n.into()))).collect(),
        given: order.stars.map(|stars| stars.to_string()).unwrap_or_default(),
        rating: order.rating.clone().unwrap_or_default(),
        until: limit(order.until),
    };
    page(status, lang, &filled)
}

/// What is ordered, as the paper says it.
fn facts(order: &OpenOrder, lang: Lang, directory: &Directory) -> Vec<Choice> {
    let w = words::by_link(lang);
    let firm = order.addressee.as_deref().and_then(|code| directory.enterprise(code));
    let when = |at: Option<At>| at.map(moment);
    let fact = |value: Option<String>, word: &str| value.map(|value| Choice::new(value, word));
    let all = [
        fact(order.due_at.map(limit), w.due_at),
        fact(directory.department(&order.department).map(|of| lang.pick((&of.name, &of.name_en)).clone()), w.issuer),
        fact(firm.map(|firm| firm.name.clone()), w.addressee),
        fact(order.spot.clone(), w.spot),
        fact(order.demand.clone(), w.demand),
        fact(Some(order.basis.join("\n")).filter(|basis| !basis.is_empty()), w.basis),
        fact(order.order_no.clone(), w.order_no),
        fact(when(order.ordered_at), w.ordered_at),
        fact(Some(order.code.clone()), w.code),
    ];
    all.into_iter().flatten().collect()
}

/// The page with the form as it was typed, and what is wrong with it.
async fn again(
    door: &Door,
    request: &HttpRequest,
    firm: &Firm,
    (deed, typed): (&str, Vec<(String, String)>),
    faults: Vec<FormFault>,
) -> Answer {
    let form = Form { deed: deed.to_owned(), typed, faults, ..Form::default() };
    told(door, request, firm, form, StatusCode::UNPROCESSABLE_ENTITY).await
}

/// A problem as a firm is told it.
pub(in crate::http) fn fault_page(door: &Door, request: &HttpRequest, problem: &Problem) -> Option<Answer> {
    if !request.path().starts_with(ROOM) {
        return None;
    }
    let (lang, w) = language(request);
    let often = matches!(problem.kind(), ProblemKind::TooManyTries | ProblemKind::TooManyRequests);
    let (title, said) = if problem.kind() == ProblemKind::NotFound {
        (w.gone_title, w.gone)
    } else if often {
        (w.often_title, w.often)
    } else if problem.status().is_server_error() {
        (w.failed_title, w.often)
    } else {
        (w.failed_title, w.failed)
    };
    let page_of = GonePage { shell: stranger_shell(door, lang), w, other: String::new(), title, words: said };
    Some(page(problem.status(), lang, &page_of))
}

fn back(request: &HttpRequest) -> HttpResponse {
    see_other(&format!("{ORDER}{}", tail(language(request).0)))
}

/// The page's language stands in its address: no cookie more, and Chinese where nothing is said.
fn language(request: &HttpRequest) -> (Lang, &'static LinkText) {
    let asked = query::form_field(request.query_string().as_bytes(), "lang");
    let lang = asked.map_or(Lang::Zh, |tag| Lang::from_header(&tag));
    (lang, words::by_link(lang))
}

fn tail(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "",
        Lang::En => "?lang=en",
    }
}

/// The same page in the other language; an empty path is the page that is shown.
fn other(lang: Lang, path: &str) -> String {
    let tag = match lang {
        Lang::Zh => Lang::En.tag(),
        Lang::En => Lang::Zh.tag(),
    };
    format!("{path}?lang={tag}")
}
