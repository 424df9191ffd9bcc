//! Every route of both doors × every role × (own, another's, none), compared with a table that is written from DOMAIN §5
//! and API.md, never from the code. A route without a line here fails the test, and so does a line without a route.
//!
//! **A new route:** add its line to [`ROWS`]: `"METHOD /path"` as `whistle-hub routes` prints it, who may of those who see
//! the thing ([`May`]), and the status that whoever may is answered when the request brings nothing along: no version
//! (428), an empty body (400, 422), or 200 for a reading. A deed on whistle or summonses has its page's form tried with it.

/// The two administrators that the sample district has not (SECURITY T38), beside everybody of its own.
pub(super) const MORE: [(&str, &str, &str); 2] =
    [("security", "security_admin", "安全管理员"), ("auditor", "audit_admin", "审计管理员")];

/// Whose own thing it is, and who sees everything; to the others it does not exist.
pub(super) const SEE: &str =
    "office director supervisor liaison.xf head.xf liaison.yj head.yj inspector.yj town.t06 squad.sq06";

/// Who may, of those who see the thing; the others are answered 403.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum May {
    /// Also who has not signed in.
    Anyone,
    SignedIn,
    /// Whoever sees the thing.
    Seer,
    These(&'static str),
}
use May::{Anyone, Seer, SignedIn, These};

/// The same of a visit of YJ at a firm in T06 that was entered, and of what it found.
pub(super) const SEE_VISITS: &str = "office director supervisor liaison.yj head.yj inspector.yj town.t06 squad.sq06";

const OFFICE: May = These("office director");
const DIRECTOR: May = These("director");
const COMMENTS: May = These("office director liaison.xf head.xf liaison.yj head.yj inspector.yj town.t06 squad.sq06");
const BLOWER: May = These("liaison.xf head.xf");
const SPEAKS: May = These("liaison.yj head.yj");
const ACTS: May = These("liaison.yj head.yj inspector.yj");
const LEADS: May = These("office director liaison.yj head.yj inspector.yj");
const GOES: May = These("inspector.yj");
const HEAD: May = These("head.yj");
const REPORTS: May = These("liaison.yj head.yj inspector.yj town.t06 squad.sq06");
const UNSEALS: May = These("office director supervisor liaison.xf");
/// Lists of the district that the office works with daily; the others are the administrator's alone.
const LISTS: May = These("office director admin");
const THE_DISTRICTS: May = These("office director supervisor admin");
/// Who reads the duty rota; YJ's, for it is about them.
const ROTA: May = These(
    "office director supervisor admin inspector.xf inspector.yj inspector.sc town.t06 town.t01 squad.sq06 squad.sq01 \
     liaison.yj head.yj",
);
/// Who has a list of whistles to take away at all.
const SEERS: May = These(
    "office director supervisor liaison.xf head.xf inspector.xf liaison.yj head.yj inspector.yj town.t06 squad.sq06 \
     liaison.sc head.sc inspector.sc town.t01 squad.sq01",
);
const HEADS: May = These("director head.xf head.yj head.sc");
/// Who makes, changes and suspends sign-ins; and whose second word counts (SECURITY T38).
const KEEPS: May = These("admin security");
const CONFIRMS: May = These("director admin security");
const TRAIL: May = These("admin auditor");
const BLOWS: May = These(
    "office director liaison.xf head.xf liaison.yj head.yj liaison.sc head.sc town.t06 town.t01 squad.sq06 squad.sq01",
);

#[rustfmt::skip]
pub(super) const ROWS: &[(&str, May, u16)] = &[
    ("POST /api/v1/whistles", BLOWS, 400),
    ("POST /api/v1/whistles/hints", BLOWS, 422),
    ("GET /api/v1/whistles", SignedIn, 200),
    ("GET /api/v1/whistles/{code}", Seer, 200),
    ("GET /api/v1/whistles/{code}/timeline", Seer, 200),
    ("POST /api/v1/whistles/{code}/accept", OFFICE, 428),
    ("POST /api/v1/whistles/{code}/dispatch", OFFICE, 428),
    ("POST /api/v1/whistles/{code}/return", OFFICE, 428),
    ("POST /api/v1/whistles/{code}/complete", BLOWER, 428),
    ("POST /api/v1/whistles/{code}/decline", OFFICE, 428),
    ("POST /api/v1/whistles/{code}/close", OFFICE, 428),
    ("POST /api/v1/whistles/{code}/send_back", OFFICE, 428),
    ("POST /api/v1/whistles/{code}/appeal", BLOWER, 428),
    ("POST /api/v1/whistles/{code}/merge", OFFICE, 428),
    ("POST /api/v1/whistles/{code}/unmerge", DIRECTOR, 428),
    ("POST /api/v1/whistles/{code}/withdraw", These("director liaison.xf head.xf"), 428),
    ("POST /api/v1/whistles/{code}/add_summons", OFFICE, 428),
    ("POST /api/v1/whistles/{code}/change_lead", DIRECTOR, 428),
    ("POST /api/v1/whistles/{code}/raise_urgency", These("office director liaison.yj head.yj"), 428),
    ("POST /api/v1/whistles/{code}/lower_urgency", DIRECTOR, 428),
    ("POST /api/v1/whistles/{code}/suspend", DIRECTOR, 428),
    ("POST /api/v1/whistles/{code}/resume", OFFICE, 428),
    ("POST /api/v1/whistles/{code}/reopen", OFFICE, 428),
    ("POST /api/v1/whistles/{code}/contest", BLOWER, 428),
    ("POST /api/v1/whistles/{code}/dismiss_contest", DIRECTOR, 428),
    // A comment moves nothing, so it names no version.
    ("POST /api/v1/whistles/{code}/comments", COMMENTS, 422),
    // A form with no file in it.
    ("POST /api/v1/whistles/{code}/attachments", COMMENTS, 422),
    ("GET /api/v1/attachments/{id}", SignedIn, 404),
    ("POST /api/v1/attachments/{id}/release", SignedIn, 404),
    ("POST /api/v1/visits/{code}/attachments", ACTS, 422),
    ("POST /api/v1/findings/{code}/attachments", REPORTS, 422),
    ("POST /console/visits/{code}/attachments", ACTS, 422),
    ("POST /console/findings/{code}/attachments", REPORTS, 422),
    ("POST /console/attachments/{id}/release", SignedIn, 404),
    ("POST /api/v1/whistles/{code}/unseal", UNSEALS, 422),
    ("GET /api/v1/summonses", SignedIn, 200),
    ("GET /api/v1/summonses/{code}", Seer, 200),
    ("POST /api/v1/summonses/{code}/acknowledge", SPEAKS, 428),
    ("POST /api/v1/summonses/{code}/report_in", ACTS, 428),
    ("POST /api/v1/summonses/{code}/start", ACTS, 428),
    ("POST /api/v1/summonses/{code}/submit", SPEAKS, 428),
    ("POST /api/v1/summonses/{code}/accept", OFFICE, 428),
    ("POST /api/v1/summonses/{code}/send_back", OFFICE, 428),
    ("POST /api/v1/summonses/{code}/dispute", These("head.yj"), 428),
    // The director is YJ's head: of a case of the own bureau only the referring is left (T33).
    ("POST /api/v1/summonses/{code}/uphold", These(""), 428),
    ("POST /api/v1/summonses/{code}/overrule", These(""), 428),
    ("POST /api/v1/summonses/{code}/refer", DIRECTOR, 428),
    ("POST /api/v1/summonses/{code}/excuse", These(""), 428),
    ("POST /api/v1/summonses/{code}/delegate", These("head.yj"), 428),
    ("POST /api/v1/summonses/{code}/ask_extension", SPEAKS, 428),
    ("POST /api/v1/summonses/{code}/grant_extension", These("office"), 428),
    ("POST /api/v1/summonses/{code}/refuse_extension", These("office"), 428),
    ("POST /api/v1/visits", OFFICE, 422),
    ("GET /api/v1/visits", SignedIn, 200),
    ("GET /api/v1/visits/{code}", Seer, 200),
    ("GET /api/v1/visits/{code}/timeline", Seer, 200),
    ("GET /api/v1/visits/{code}/notice", Seer, 200),
    // The firm is told of it; one that is kept secret is in `papers`.
    ("GET /api/v1/visits/{code}/invitation.ics", Seer, 200),
    ("POST /api/v1/visits/{code}/propose", OFFICE, 428),
    ("POST /api/v1/visits/{code}/approve_own_part", HEAD, 428),
    ("POST /api/v1/visits/{code}/object", HEAD, 428),
    ("POST /api/v1/visits/{code}/excuse_part", DIRECTOR, 428),
    ("POST /api/v1/visits/{code}/announce", LEADS, 428),
    ("POST /api/v1/visits/{code}/keep_secret", LEADS, 428),
    ("POST /api/v1/visits/{code}/postpone", These("office director head.yj"), 428),
    ("POST /api/v1/visits/{code}/cancel", DIRECTOR, 428),
    ("POST /api/v1/visits/{code}/enter", GOES, 428),
    ("POST /api/v1/visits/{code}/record", GOES, 428),
    ("POST /api/v1/visits/{code}/finish", GOES, 428),
    ("POST /api/v1/visits/{code}/sign", GOES, 428),
    ("POST /api/v1/visits/{code}/refuse_sign", GOES, 428),
    ("POST /api/v1/visits/{code}/abort", GOES, 428),
    ("POST /api/v1/visits/{code}/close_own_part", ACTS, 428),
    ("GET /api/v1/enterprises/{code}/burden", SignedIn, 200),
    ("GET /api/v1/findings", SignedIn, 200),
    ("GET /api/v1/findings/{code}", Seer, 200),
    ("POST /api/v1/findings/{code}/order", GOES, 428),
    ("POST /api/v1/findings/{code}/correct_on_site", GOES, 428),
    ("POST /api/v1/findings/{code}/give_link", ACTS, 409),
    ("POST /console/findings/{code}/give_link", ACTS, 422),
    ("POST /api/v1/findings/{code}/measures", HEAD, 428),
    ("POST /api/v1/findings/{code}/lift_measures", HEAD, 428),
    ("POST /api/v1/findings/{code}/report_fixed", These("inspector.yj town.t06 squad.sq06"), 428),
    ("POST /api/v1/findings/{code}/ask_extension", These("head.yj inspector.yj"), 428),
    ("POST /api/v1/findings/{code}/grant_extension", HEAD, 428),
    ("POST /api/v1/findings/{code}/refuse_extension", HEAD, 428),
    ("POST /api/v1/findings/{code}/recheck", GOES, 428),
    ("POST /api/v1/findings/{code}/transfer", HEAD, 428),
    // The director's too, but for the own bureau (T33).
    ("POST /api/v1/findings/{code}/take_back", HEAD, 428),
    ("POST /api/v1/findings/{code}/look", These("town.t06 squad.sq06"), 428),
    ("POST /api/v1/findings/{code}/close", HEAD, 428),
    ("POST /api/v1/findings/{code}/reopen", These("office director head.yj"), 428),
    // Nothing is late. The office holds nothing of its own back, and the director nothing of the own bureau.
    ("POST /api/v1/obligations/{code}/acknowledge", SPEAKS, 409),
    ("POST /api/v1/obligations/{code}/hold_back", These("office"), 422),
    ("POST /api/v1/sessions", Anyone, 422),
    ("DELETE /api/v1/sessions/current", SignedIn, 204),
    ("POST /api/v1/sessions/refresh", Anyone, 422),
    ("POST /api/v1/tokens", HEADS, 422),
    ("GET /api/v1/tokens", HEADS, 200),
    ("DELETE /api/v1/tokens/{id}", HEADS, 404),
    ("GET /api/v1/sessions", SignedIn, 200),
    ("DELETE /api/v1/sessions", SignedIn, 204),
    ("GET /api/v1/me", SignedIn, 200),
    ("POST /api/v1/sessions/step_up", SignedIn, 403),
    ("POST /api/v1/me/password", SignedIn, 422),
    ("POST /api/v1/me/totp", SignedIn, 200),
    ("POST /api/v1/me/totp/confirm", SignedIn, 422),
    ("DELETE /api/v1/me/totp", SignedIn, 204),
    ("GET /api/v1/me/trail", SignedIn, 200),
    ("GET /api/v1/trail", TRAIL, 200),
    ("GET /api/v1/events", SignedIn, 200),
    ("GET /api/v1/departments", SignedIn, 200),
    ("GET /api/v1/towns", SignedIn, 200),
    ("GET /api/v1/enterprises", SignedIn, 200),
    ("GET /api/v1/enterprises/{code}", SignedIn, 200),
    ("GET /api/v1/checklist", SignedIn, 200),
    ("GET /api/v1/vehicles", SignedIn, 200),
    ("GET /api/v1/people", SignedIn, 200),
    ("GET /api/v1/people/{code}", CONFIRMS, 200),
    ("POST /api/v1/people", KEEPS, 422),
    ("POST /api/v1/people/{code}/change", KEEPS, 428),
    ("POST /api/v1/people/{code}/suspend", KEEPS, 428),
    ("POST /api/v1/people/{code}/reinstate", KEEPS, 428),
    ("POST /api/v1/people/{code}/confirm", CONFIRMS, 428),
    ("POST /api/v1/people/{code}/refuse", CONFIRMS, 428),
    // The sample district has no security administrator, so the system's resets.
    ("POST /api/v1/people/{code}/reset_password", These("security"), 428),
    ("POST /api/v1/people/{code}/reset_totp", These("security"), 428),
    ("GET /api/v1/categories", SignedIn, 200),
    ("POST /api/v1/imports/{code}", LISTS, 400),
    ("POST /api/v1/imports/{code}/confirm", CONFIRMS, 422),
    ("POST /api/v1/imports/{code}/refuse", CONFIRMS, 422),
    ("POST /admin/import/{code}/confirm", CONFIRMS, 404),
    ("POST /admin/import/{code}/refuse", CONFIRMS, 404),
    ("POST /api/v1/exports/whistles", SEERS, 200),
    ("POST /api/v1/exports/{code}", THE_DISTRICTS, 400),
    ("GET /api/v1/openapi.json", Anyone, 200),
    ("GET /healthz", Anyone, 200),
    ("GET /readyz", Anyone, 200),
    ("GET /metrics", Anyone, 200),
    ("POST /csp", Anyone, 204),
    ("GET /", Anyone, 303),
    ("GET /login", Anyone, 303),
    ("POST /login", Anyone, 403),
    ("POST /logout", SignedIn, 303),
    ("POST /language", Anyone, 303),
    ("GET /assets/{file}", Anyone, 200),
    // A firm's link: any word is answered with the same button, and nobody here has one.
    ("GET /f/{token}", Anyone, 200),
    ("POST /f/{token}", Anyone, 404),
    ("GET /f/order", Anyone, 404),
    ("GET /f/photos/{id}", Anyone, 404),
    ("POST /f/report_fixed", Anyone, 404),
    ("POST /f/rate", Anyone, 404),
    ("GET /w/{code}", Anyone, 303),
    ("GET /search", SignedIn, 200),
    ("GET /me", SignedIn, 200),
    ("GET /me/password", SignedIn, 200),
    ("POST /me/password", SignedIn, 422),
    ("POST /me/totp", SignedIn, 200),
    ("POST /me/totp/confirm", SignedIn, 422),
    ("POST /me/totp/remove", SignedIn, 200),
    ("POST /me/sessions/end_others", SignedIn, 303),
    ("GET /admin/people", CONFIRMS, 200),
    ("POST /admin/people", KEEPS, 422),
    ("GET /admin/people/{code}", CONFIRMS, 200),
    ("GET /admin/trail", TRAIL, 200),
    ("GET /console/access", SignedIn, 200),
    ("POST /console/access/sign_out_everywhere", SignedIn, 303),
    ("POST /console/access/tokens", HEADS, 422),
    ("POST /console/access/tokens/{id}/end", HEADS, 404),
    ("POST /console/whistles/hints", BLOWS, 422),
    ("GET /console", SignedIn, 200),
    ("GET /console/live", SignedIn, 200),
    ("POST /console/unsent", SignedIn, 303),
    ("GET /console/deadlines", SignedIn, 200),
    ("GET /console/disputes", OFFICE, 200),
    ("GET /feedback", SignedIn, 200),
    ("POST /feedback", SignedIn, 422),
    ("POST /feedback/{id}", DIRECTOR, 422),
    ("POST /looks", SignedIn, 303),
    ("GET /console/triage", OFFICE, 200),
    ("GET /admin/rota", ROTA, 200),
    ("POST /admin/rota", LISTS, 422),
    ("GET /admin/import", LISTS, 200),
    ("POST /admin/import", LISTS, 415),
    ("POST /admin/import/confirm", LISTS, 409),
    ("POST /admin/export/{code}", THE_DISTRICTS, 200),
    ("POST /console/whistles/export", SEERS, 200),
    ("GET /console/checklist", SignedIn, 200),
    ("GET /console/enterprises/{code}", SignedIn, 200),
    ("GET /console/whistles/new", BLOWS, 200),
    ("POST /console/whistles/new", BLOWS, 400),
    ("GET /field/new", BLOWS, 200),
    ("POST /field/new", BLOWS, 400),
    ("GET /console/whistles", SignedIn, 200),
    ("GET /console/whistles/{code}", Seer, 200),
    ("POST /console/whistles/{code}/attachments", COMMENTS, 422),
    ("GET /console/attachments/{id}", SignedIn, 404),
    ("POST /console/whistles/{code}/unseal", UNSEALS, 422),
    // A person's own views show nothing by themselves.
    ("POST /console/views", SignedIn, 422),
    ("POST /console/views/{id}/remove", SignedIn, 303),
    ("GET /console/summonses", SignedIn, 200),
    ("GET /console/summonses/{code}", Seer, 200),
    ("GET /console/visits", SignedIn, 200),
    ("GET /console/visits/new", OFFICE, 200),
    ("POST /console/visits/new", OFFICE, 422),
    ("GET /console/visits/{code}", Seer, 200),
    ("GET /console/visits/{code}/papers/notice", Seer, 200),
    ("GET /console/visits/{code}/papers/dispatch", Seer, 200),
    ("GET /console/visits/{code}/papers/record", Seer, 200),
    ("GET /console/visits/{code}/papers/invitation.ics", Seer, 200),
    // Entered long ago: its own page.
    ("GET /console/replan/{code}", OFFICE, 303),
    ("POST /console/replan/{code}", OFFICE, 428),
    ("GET /console/findings", SignedIn, 200),
    ("GET /console/findings/{code}", Seer, 200),
    // It is found and neither ordered nor rechecked.
    ("GET /console/findings/{code}/papers/order", Seer, 409),
    ("GET /console/findings/{code}/papers/opinion", Seer, 409),
];
