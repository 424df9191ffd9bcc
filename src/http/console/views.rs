//! What was read, as what a page shows: words and formatted times in the reader's language. Whoever calls has passed the
//! reader's Scope; the informer's contact is in none of these, and nothing here reads or decides.

use super::reader::Reader;
use crate::app::cards::Texts;
use crate::app::summonses::OpenSummons;
use crate::app::whistles::OpenWhistle;
use crate::domain::at::At;
use crate::domain::deeds::{self, Before};
use crate::domain::directory::{Directory, Enterprise};
use crate::domain::obligation::Subject;
use crate::domain::policy::Actor;
use crate::domain::summons::Summons;
use crate::domain::terms::{Mode, Severity, SummonsRole, Urgency, WhistleStatus};
use crate::domain::whistle::{LateEntry, Tree, Whistle};
use crate::http::pages::{Choice, Mark, PartView, QueueRow, SummonsFacts, SummonsRow, WhistleFacts};
use crate::i18n::{Lang, pages as words};
use crate::ids::TextId;
use crate::store::summonses::SummonsItem;
use crate::store::whistles::WhistleItem;

/// The reader's language and the names of the district: what words need.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words<'a> {
    pub(super) lang: Lang,
    pub(super) directory: &'a Directory,
    pub(super) now: At,
}

impl Reader {
    /// What this page's words need.
    pub(super) fn words(&self) -> Words<'_> {
        Words { lang: self.lang, directory: self.directory(), now: self.now }
    }
}

/// A unit's name; a squad says so, since it shares its town's.
pub(super) fn unit(lang: Lang, directory: &Directory, code: &str) -> String {
    let squad = directory.department(code).is_none() && directory.town(code).is_none();
    let squad = squad && directory.town_of(code).is_some();
    match (lang, squad) {
        (Lang::Zh, false) => directory.unit_name(code).to_owned(),
        (Lang::Zh, true) => format!("{}派驻中队", directory.unit_name(code)),
        (Lang::En, false) => directory.unit_name_en(code).to_owned(),
        (Lang::En, true) => format!("{} squad", directory.unit_name_en(code)),
    }
}

/// `2026-05-13 10:42`.
pub(super) fn moment(at: At) -> String {
    at.civil().strftime("%Y-%m-%d %H:%M").to_string()
}

/// A limit: `2026-05-13 24:00` at the end of that day.
pub(super) fn limit(at: At) -> String {
    let (day, time) = at.as_end();
    format!("{day} {time}")
}

/// The deeds that bring a summons on: what a reader is sent to its page for.
pub(super) const ONWARD: &[&str] =
    &["acknowledge", "report_in", "start", "submit", "accept", "uphold", "refer", "grant_extension"];

impl Words<'_> {
    pub(super) fn unit(&self, code: &str) -> String {
        unit(self.lang, self.directory, code)
    }

    fn units(&self, codes: &[String]) -> Vec<String> {
        codes.iter().map(|code| self.unit(code)).collect()
    }

    pub(super) fn mark(&self, whistle: &Whistle) -> Mark {
        self.urgency_mark(whistle.urgency)
    }

    pub(super) fn urgency_mark(&self, urgency: Urgency) -> Mark {
        Mark { urgency, word: self.lang.urgency(urgency).to_owned() }
    }

    /// What the office decided, or, until it has, what the blower suspects, in the word for it.
    pub(super) fn major(&self, whistle: &Whistle, suspected: &str) -> Option<String> {
        let undecided = matches!(whistle.status, WhistleStatus::Submitted | WhistleStatus::Returned);
        match (whistle.severity, whistle.severity_claimed) {
            (Severity::Major, _) => Some(self.lang.severity(Severity::Major).to_owned()),
            (Severity::General, Some(Severity::Major)) if undecided => Some(suspected.to_owned()),
            (Severity::General, Some(Severity::Major | Severity::General) | None) => None,
        }
    }

    fn town(&self, whistle: &Whistle) -> String {
        whistle.town.as_deref().map_or_else(|| "--".to_owned(), |town| self.unit(town))
    }

    fn firm(&self, whistle: &Whistle) -> Option<&Enterprise> {
        self.directory.enterprise(whistle.enterprise.as_deref()?)
    }

    /// The enterprise, else the place, else the town.
    fn site(&self, whistle: &Whistle, texts: &Texts) -> String {
        let place = || text(whistle.texts.place.as_ref(), texts);
        let firm = self.firm(whistle).map(|firm| firm.name.clone());
        firm.or_else(place).unwrap_or_else(|| self.town(whistle))
    }

    pub(super) fn title(&self, title: Option<&String>) -> String {
        title.cloned().unwrap_or_else(|| words::of(self.lang).erased.to_owned())
    }

    /// `texts`: the places of those that name no enterprise.
    pub(super) fn row(&self, item: &WhistleItem, texts: &Texts, href: String, selected: bool) -> QueueRow {
        let whistle = &item.whistle;
        QueueRow {
            code: whistle.code.clone(),
            href,
            title: self.title(item.title.as_ref()),
            mark: self.mark(whistle),
            major: self.major(whistle, words::of(self.lang).claim_major_row),
            category: self.lang.category(whistle.category).to_owned(),
            town: self.town(whistle),
            site: self.site(whistle, texts),
            blown_at: moment(whistle.blown_at),
            status: self.lang.whistle_status(whistle.status).to_owned(),
            deadline: self.row_limit(whistle.received_at(), item.due_at),
            selected,
        }
    }

    pub(super) fn summons_row(&self, item: &SummonsItem, texts: &Texts) -> SummonsRow {
        let (summons, whistle) = (&item.summons, &item.whistle);
        SummonsRow {
            code: summons.code.clone(),
            title: self.title(item.title.as_ref()),
            mark: self.mark(whistle),
            major: self.major(whistle, words::of(self.lang).claim_major_row),
            department: self.unit(&summons.department),
            role: self.lang.summons_role(summons.role).to_owned(),
            site: self.site(whistle, texts),
            status: self.lang.summons_status(summons.status).to_owned(),
            issued_at: moment(summons.issued_at),
            deadline: self.row_limit(summons.issued_at, item.due_at),
        }
    }

    pub(super) fn facts(&self, whistle: &Whistle, texts: &Texts) -> WhistleFacts {
        WhistleFacts {
            code: whistle.code.clone(),
            title: self.title(texts.get(&whistle.texts.title)),
            what: self.title(texts.get(&whistle.texts.what)),
            mark: self.mark(whistle),
            major: self.major(whistle, words::of(self.lang).claim_major),
            clause: text(whistle.texts.clause.as_ref(), texts),
            status: whistle.status,
            status_word: self.lang.whistle_status(whistle.status).to_owned(),
            category: self.lang.category(whistle.category).to_owned(),
            town: self.town(whistle),
            enterprise: self
                .firm(whistle)
                .map(|firm| Choice::new(super::firms::address(&firm.code), firm.name.as_str())),
            place: text(whistle.texts.place.as_ref(), texts),
            source: self.lang.source(whistle.source).to_owned(),
            blower: self.unit(&whistle.blower.department),
            blown_at: moment(whistle.blown_at),
            occurred_at: whistle.occurred_at.map(moment),
            late_entry: whistle.late_entry.as_ref().map(|entry| self.late_entry(entry, whistle)),
            needed: self.units(&whistle.needed_departments),
            route: whistle.route.map(|route| self.lang.route(route).to_owned()),
            protected_source: whistle.protected_source,
        }
    }

    /// That it came in later, when and by whom.
    fn late_entry(&self, entry: &LateEntry, whistle: &Whistle) -> String {
        let unit = entry.department.as_deref().map(|code| self.unit(code));
        let unit = unit.unwrap_or_else(|| self.lang.operator().to_owned());
        let name = whistle.entered_by(self.directory).unwrap_or_default();
        let who = format!("{unit} {name}");
        words::entered(self.lang, &moment(entry.received_at), who.trim_end(), &entry.external_no)
    }

    /// Whom a whistle summoned, but for the one that the page itself is about.
    pub(super) fn parts(&self, tree: &Tree, texts: &Texts, but: Option<&Summons>) -> Vec<PartView> {
        let mut others: Vec<&Summons> =
            tree.summonses.iter().filter(|one| but.is_none_or(|but| but.id != one.id)).collect();
        // Whoever leads, then the official order.
        others.sort_by_key(|summons| (summons.role, self.rank(&summons.department)));
        let part = |summons: &Summons| PartView {
            href: format!("/console/summonses/{}", summons.code),
            department: self.unit(&summons.department),
            role: self.lang.summons_role(summons.role).to_owned(),
            status: self.lang.summons_status(summons.status).to_owned(),
            result: text(summons.result.as_ref(), texts),
            deadline: tree
                .armed(&Subject::Summons(summons.id.clone()))
                .map(|armed| self.deadline(&tree.whistle, armed)),
        };
        others.into_iter().map(part).collect()
    }

    /// The reader's own tasks in a whistle: their page, and what to do there.
    pub(super) fn tasks(&self, open: &OpenWhistle, actor: &Actor) -> Vec<Choice> {
        let may = |summons: &Summons| deeds::allowed_on_summons(actor, Before::of(&open.tree, summons, self.now));
        let mine = open.tree.summonses.iter().filter(|summons| may(summons).iter().any(|deed| ONWARD.contains(deed)));
        let task = |summons: &Summons| {
            let armed = open.tree.armed(&Subject::Summons(summons.id.clone()));
            let what = armed.map_or("", |armed| self.lang.duty(armed.duty));
            let word = words::task(self.lang, &self.unit(&summons.department), what);
            Choice::new(format!("/console/summonses/{}", summons.code), word)
        };
        mine.map(task).collect()
    }

    pub(super) fn summons_facts(&self, open: &OpenSummons, summons: &Summons) -> SummonsFacts {
        let (tree, texts) = (&open.tree, &open.texts);
        let lead = tree.summonses.iter().find(|one| one.role == SummonsRole::Lead);
        let name = |id| self.directory.person(id).map(|person| person.name.clone());
        SummonsFacts {
            code: summons.code.clone(),
            whistle: self.facts(&tree.whistle, texts),
            department: self.unit(&summons.department),
            role: self.lang.summons_role(summons.role).to_owned(),
            lead: lead.map_or_else(|| "--".to_owned(), |lead| self.unit(&lead.department)),
            task: text(summons.task.as_ref(), texts),
            status_word: self.lang.summons_status(summons.status).to_owned(),
            issued_at: moment(summons.issued_at),
            officers: summons.officers.iter().filter_map(name).collect(),
            mode: summons.mode.map(|mode: Mode| self.lang.mode(mode).to_owned()),
            eta: summons.eta.map(moment),
            note: text(summons.note.as_ref(), texts),
            result: text(summons.result.as_ref(), texts),
            lacks: text(summons.lacks.as_ref(), texts),
            said: self.said(summons, texts),
        }
    }

    /// Dispute, delegation and extension of a summons, as far as there are any.
    fn said(&self, summons: &Summons, texts: &Texts) -> Vec<Choice> {
        let t = words::of(self.lang);
        let fact = |value: Option<String>, word: &str| value.map(|value| Choice::new(value, word));
        let dispute = summons.dispute.as_ref();
        let asked = summons.extension.as_ref();
        let facts = [
            fact(dispute.map(|one| self.lang.dispute_ground(one.ground).to_owned()), t.disputed_for),
            fact(dispute.and_then(|one| text(one.law.as_ref(), texts)), t.law),
            fact(dispute.and_then(|one| one.instead.as_deref()).map(|unit| self.unit(unit)), t.instead),
            fact(summons.delegated_to.as_deref().map(|unit| self.unit(unit)), t.acts_instead),
            fact(asked.map(|asked| moment(asked.until)), t.asked_until),
            fact(asked.and_then(|asked| text(Some(&asked.reason), texts)), t.reason),
            fact(summons.original_due_at.map(moment), t.original_limit),
        ];
        facts.into_iter().flatten().collect()
    }
}

pub(super) fn text(id: Option<&TextId>, texts: &Texts) -> Option<String> {
    texts.get(id?).cloned()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::app::sample_district;
    use crate::domain::terms::{Category, Role};
    use crate::domain::whistle::Blower;
    use crate::ids::WhistleId;

    /// A whistle of the fire brigade's, just blown.
    pub(in crate::http::console) fn whistle(directory: &Directory) -> Whistle {
        let blower = Blower {
            person: directory.by_username("liaison.xf").unwrap().id.clone(),
            on_behalf: false,
            department: "XF".into(),
            role: Role::Liaison,
            viewer: "XF".into(),
        };
        let unsaid = Whistle::unsaid(WhistleId::from_text("wh_1"), blower, At(0));
        Whistle { code: "WH-2026-0001".into(), category: Category::Fire, ..unsaid }
    }

    #[test]
    fn a_squad_is_told_from_its_town_in_both_languages() {
        let directory = sample_district::read().unwrap().directory;
        let town = &directory.towns[0];
        let names: Vec<String> = [Lang::Zh, Lang::En]
            .iter()
            .flat_map(|lang| [&town.code, &town.squad_code].map(|code| unit(*lang, &directory, code)))
            .collect();
        assert_eq!(names, ["青溪镇", "青溪镇派驻中队", "Qingxi Town", "Qingxi Town squad"]);
    }
}
