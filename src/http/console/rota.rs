//! The duty rota as a page: who stands when in the weeks ahead, which shifts are empty and what to do about it, and a plain
//! form that sets one shift. Rights, dates and names are judged by `app` and `domain`.

use super::answers::page;
use super::flash::{done, shown_once};
use super::orders;
use super::reader::{Reader, watch};
use super::views::{moment, unit};
use crate::app::{Undone, rota as shifts};
use crate::domain::decision::Refusal;
use crate::domain::directory::{Directory, Person, Shift, shift_at, shift_ends};
use crate::domain::imports::List;
use crate::domain::policy;
use crate::domain::rota::{self, WEEKS_AHEAD, days, plus};
use crate::domain::terms::Role;
use crate::http::gate;
use crate::http::pages::{Choice, ChosenShift, Form, GapView, Place, RotaDay, RotaPage, RotaPost, RotaShift};
use crate::http::problem::{Answer, Problem};
use crate::http::query;
use crate::i18n::pages::{self as words, RotaText};
use crate::i18n::problems::ProblemKind;
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use jiff::civil::Date;

const HERE: &str = "/admin/rota";
/// Days that a page shows, and days ahead in which empty shifts are looked for.
const SHOWN: i64 = 14;
const LOOKED: i64 = 28;
/// Empty shifts that are named; all are counted.
const NAMED: usize = 6;

/// `GET /admin/rota`
pub(super) async fn show(reader: Reader, request: HttpRequest) -> Answer {
    let given = |name: &str| query::form_field(request.query_string().as_bytes(), name);
    let chosen = given("shift").and_then(|shift| rota::parse_key(&shift));
    let from = given("from").and_then(|from| from.parse().ok()).or(chosen.map(|(date, _)| date));
    let filled = filled(&reader, from, chosen, reader.form(0)).await?;
    shown_once(&reader, &filled)
}

/// `POST /admin/rota`
pub(super) async fn set(request: HttpRequest, sent: gate::Form) -> Answer {
    let reader = Reader::of(&request, sent.present.clone())?.at(HERE.to_owned());
    match shifts::set(&reader.door.hub, sent.asked(&rota::SET)).await {
        Ok(shift) => {
            let key = rota::key(&shift.date, shift.night);
            let next = format!("{HERE}?from={}#d{}", shift.date, shift.date);
            done(&reader.door, &next, "rota.set", &key.replace('/', "-"))
        }
        Err(Undone::Refusal(Refusal::Faults(faults))) => {
            let form = orders::refused(&reader, "set", &sent.bytes, &faults);
            let key = format!("{}/{}", form.typed("date"), form.typed("shift"));
            let chosen = rota::parse_key(&key);
            let filled = filled(&reader, chosen.map(|(date, _)| date), chosen, form).await?;
            page(StatusCode::UNPROCESSABLE_ENTITY, reader.lang, &filled)
        }
        Err(undone) => Err(undone.into()),
    }
}

async fn filled(
    reader: &Reader,
    from: Option<Date>,
    chosen: Option<(Date, bool)>,
    form: Form,
) -> Result<RotaPage, Problem> {
    let (actor, directory) = (&reader.present.actor, reader.directory());
    if !policy::reads_rota(actor, directory) {
        return Err(ProblemKind::RoleMayNot.into());
    }
    let r = Rota { reader, directory, r: words::of(reader.lang).rota, may_set: policy::may_import(actor, List::Duty) };
    let today = reader.now.civil().date();
    let first = from.unwrap_or(today).clamp(bound(today, -1), bound(today, 1));
    let last = plus(first, SHOWN - 1).unwrap_or(first);
    let gaps = r.gaps(today);
    let chosen = chosen.or_else(|| gaps.first().copied()).unwrap_or_else(|| shift_at(reader.now));
    let mut shell = reader.shell(Place::Rota).await?;
    shell.notice = reader.told();
    Ok(RotaPage {
        shell,
        form: Form { version: String::new(), ..form },
        may_set: r.may_set,
        cycle: r.cycle(),
        counted: words::gaps(reader.lang, gaps.len()),
        gaps: gaps.iter().take(NAMED).map(|(date, night)| r.gap(*date, *night)).collect(),
        days: (0..SHOWN).filter_map(|day| plus(first, day)).map(|day| r.day(day, today)).collect(),
        now: directory.shift(reader.now).map(|shift| watch(directory, shift)),
        until: moment(shift_ends(reader.now)),
        span: format!("{first}～{last}"),
        before: format!("{HERE}?from={}", plus(first, -SHOWN).unwrap_or(first)),
        after: format!("{HERE}?from={}", plus(first, SHOWN).unwrap_or(first)),
        to_today: (first != today).then(|| HERE.to_owned()),
        first: shift_at(reader.now).0.to_string(),
        chosen: r.chosen(chosen),
        shifts: [false, true].map(|night| Choice::new(rota::SHIFTS[usize::from(night)], r.word(night))).to_vec(),
        officers: r.people(Role::OfficeDuty),
        leaders: r.people(Role::DepartmentHead),
    })
}

/// As far as the rota may be looked at, back and ahead.
fn bound(today: Date, side: i64) -> Date {
    plus(today, side * WEEKS_AHEAD * 7).unwrap_or(today)
}

/// The rota beside its reader.
struct Rota<'a> {
    reader: &'a Reader,
    directory: &'a Directory,
    r: &'static RotaText,
    may_set: bool,
}

impl Rota<'_> {
    fn word(&self, night: bool) -> &'static str {
        if night { self.r.night } else { self.r.day }
    }

    fn weekday(&self, day: Date) -> &'static str {
        let at = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or_default();
        words::weekday(self.reader.lang, at)
    }

    fn cycle(&self) -> String {
        let told =
            |(first, last): (Date, Date)| words::cycle(self.reader.lang, &last.to_string(), days(first, last) + 1);
        self.directory.rota_days().map(told).unwrap_or_default()
    }

    fn href(date: Date, night: bool) -> String {
        format!("{HERE}?shift={}#set", rota::key(&date.to_string(), night))
    }

    /// Who stands in a shift; nobody's when the rota has a gap.
    fn posts(&self, shift: &Shift) -> Vec<RotaPost> {
        let t = words::of(self.reader.lang);
        let posts = [(t.duty_office, &shift.office_duty), (t.duty_main, &shift.main), (t.duty_deputy, &shift.deputy)];
        let post = |(word, username): (&'static str, &String)| {
            let known = self.directory.by_username(username);
            let name = known.map_or_else(|| username.clone(), |person| person.name.clone());
            RotaPost { word, name, gone: known.is_none_or(|person| !person.is_active()) }
        };
        posts.map(post).into()
    }

    fn is_empty(&self, date: Date, night: bool) -> bool {
        let shift = self.directory.shift_of(date, night);
        shift.is_none_or(|shift| self.posts(shift).iter().any(|post| post.gone))
    }

    fn is_over(&self, date: Date, night: bool) -> bool {
        Shift::ends(date, night).is_none_or(|ends| ends <= self.reader.now)
    }

    /// Shifts of the weeks ahead in which nobody stands, or somebody who is gone; none where there is no rota at all.
    fn gaps(&self, today: Date) -> Vec<(Date, bool)> {
        if self.directory.rota.is_empty() {
            return Vec::new();
        }
        let ahead = (0..LOOKED).filter_map(|day| plus(today, day)).flat_map(|day| [(day, false), (day, true)]);
        ahead.filter(|(date, night)| !self.is_over(*date, *night) && self.is_empty(*date, *night)).collect()
    }

    fn gap(&self, date: Date, night: bool) -> GapView {
        let (weekday, word) = (self.weekday(date), self.word(night));
        GapView { date: date.to_string(), weekday, word, href: Rota::href(date, night) }
    }

    fn day(&self, date: Date, today: Date) -> RotaDay {
        let off = !self.reader.rules().calendar.is_working_day(date);
        let over = self.is_over(date, true);
        let shifts = [false, true].map(|night| self.shift(date, night)).into();
        let written = self.directory.rota_days().is_some_and(|(first, last)| (first..=last).contains(&date));
        let (date, weekday, today) = (date.to_string(), self.weekday(date), date == today);
        RotaDay { date, weekday, today, over, off, repeats: !written, shifts }
    }

    fn shift(&self, date: Date, night: bool) -> RotaShift {
        let (r, settable) = (self.r, self.may_set && !self.is_over(date, night));
        RotaShift {
            word: self.word(night),
            hours: if night { r.hours_night } else { r.hours_day },
            now: shift_at(self.reader.now) == (date, night),
            gap: self.is_empty(date, night),
            href: settable.then(|| Rota::href(date, night)),
            posts: self.directory.shift_of(date, night).map(|shift| self.posts(shift)).unwrap_or_default(),
        }
    }

    fn chosen(&self, (date, night): (Date, bool)) -> ChosenShift {
        let shift = self.directory.shift_of(date, night);
        let named = |of: fn(&Shift) -> &String| shift.map(of).cloned().unwrap_or_default();
        ChosenShift {
            date: date.to_string(),
            shift: rota::SHIFTS[usize::from(night)],
            office_duty: named(|shift| &shift.office_duty),
            main: named(|shift| &shift.main),
            deputy: named(|shift| &shift.deputy),
            seen: rota::stands(self.directory, date, night),
        }
    }

    /// Who may stand there; leaders of the bureau that the rota names come first.
    fn people(&self, role: Role) -> Vec<Choice> {
        let mut all: Vec<&Person> =
            self.directory.people.iter().filter(|one| one.role == role && one.is_active()).collect();
        let leads = |one: &Person| self.directory.rota.iter().any(|shift| shift.main == one.username);
        let units: Vec<String> = all.iter().filter(|one| leads(one)).map(|one| one.department_code.clone()).collect();
        all.sort_by_key(|one| !units.contains(&one.department_code));
        let named = |one: &&Person| {
            let of = unit(self.reader.lang, self.directory, &one.department_code);
            Choice::new(one.username.as_str(), words::person_of(self.reader.lang, &one.name, &of))
        };
        all.iter().map(named).collect()
    }
}
