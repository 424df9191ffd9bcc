//! Whose move it is, what and until when, in words. The ledger's obligations say it; here they are only put in order
//! and given their names, and nothing is counted anew.

use super::views::{Words, limit};
use crate::domain::at::At;
use crate::domain::deeds::{self, WhistleDeed};
use crate::domain::obligation::{Obligation, Subject};
use crate::domain::terms::{Duty, Role, SummonsRole, WhistleStatus};
use crate::domain::whistle::{Tree, Whistle};
use crate::http::pages::{DeadlineView, Pace};
use crate::i18n::{deadlines, pages as words};

fn seconds(at: At) -> i64 {
    at.0.div_euclid(1_000_000)
}

impl Words<'_> {
    /// A limit in a list: only how it stands.
    pub(super) fn row_limit(&self, from: At, due_at: Option<At>) -> Option<DeadlineView> {
        due_at.map(|due_at| self.limit_view((String::new(), String::new()), from, due_at))
    }

    /// The same, and what is to be done before.
    pub(super) fn limit_of(&self, duty: Duty, from: At, due_at: At) -> DeadlineView {
        self.limit_view((self.lang.duty(duty).to_owned(), String::new()), from, due_at)
    }

    fn limit_view(&self, (what, owner): (String, String), from: At, due_at: At) -> DeadlineView {
        let (now, due) = (seconds(self.now), seconds(due_at));
        DeadlineView {
            what,
            owner,
            pace: Pace::of(now, seconds(from), due),
            words: words::time_left(self.lang, due - now),
            due_text: limit(due_at),
            due,
            provisional: false,
            explained: Vec::new(),
        }
    }

    /// Whose move, what, until when, and how that was counted.
    pub(super) fn deadline(&self, whistle: &Whistle, armed: &Obligation) -> DeadlineView {
        self.owed_by(self.owner(whistle, armed), armed)
    }

    /// The same of a visit or a finding.
    pub(super) fn visit_deadline(&self, armed: &Obligation) -> DeadlineView {
        let (role, unit) = (armed.owner.role, self.unit(&armed.owner.department));
        // There is one director.
        let unit = if role == Role::OfficeDirector { "" } else { unit.as_str() };
        let owner = words::post(self.lang, unit, self.lang.role(role));
        self.owed_by(owner, armed)
    }

    fn owed_by(&self, owner: String, armed: &Obligation) -> DeadlineView {
        let whose = (self.lang.duty(armed.duty).to_owned(), owner);
        let from = armed.explained.first().map_or(armed.due_at, |span| span.from);
        let mut view = self.limit_view(whose, from, armed.due_at);
        view.provisional = armed.provisional;
        view.explained = deadlines::lines(self.lang, &armed.explained);
        view
    }

    /// Every limit that somebody must move before, the soonest first. What only waits for its parts stays out.
    pub(super) fn deadlines(&self, tree: &Tree) -> Vec<DeadlineView> {
        self.moving(tree).into_iter().map(|armed| self.deadline(&tree.whistle, armed)).collect()
    }

    /// In a sentence: whom this waits for. `moving`: the limits that stand, the soonest first.
    pub(super) fn nothing_to_do(&self, whistle: &Whistle, moving: &[&Obligation]) -> String {
        let waits_for = moving.first().map(|armed| {
            let alike = moving.iter().filter(|other| other.duty == armed.duty).count();
            let owner = words::among(self.lang, &self.owner(whistle, armed), alike);
            (owner, self.lang.duty(armed.duty))
        });
        words::nothing_to_do(self.lang, waits_for.as_ref().map(|(owner, what)| (owner.as_str(), *what)))
    }

    /// The armed obligations that wait for somebody's move: the soonest first, then whoever leads, then the official order.
    pub(super) fn moving<'t>(&self, tree: &'t Tree) -> Vec<&'t Obligation> {
        let mut moving: Vec<&Obligation> =
            tree.obligations.iter().filter(|one| one.is_armed() && one.reminds).collect();
        moving.sort_by_key(|armed| (armed.due_at, role(tree, armed), self.rank(&armed.owner.department)));
        moving
    }

    /// A unit's place in the official order: departments, then towns.
    pub(super) fn rank(&self, code: &str) -> usize {
        let departments = self.directory.departments.iter().map(|one| &one.code);
        let mut all = departments.chain(self.directory.towns.iter().map(|town| &town.code));
        all.position(|one| one == code).unwrap_or(usize::MAX)
    }

    /// The unit that owes it; the director by post where no duty officer may.
    fn owner(&self, whistle: &Whistle, armed: &Obligation) -> String {
        match armed.duty == Duty::Closure && self.director_closes(whistle) {
            true => self.lang.role(Role::OfficeDirector).to_owned(),
            false => self.unit(&armed.owner.department),
        }
    }

    /// Whether it waits for a closure that only the director may do: the table of deeds is asked for a duty officer. What a
    /// visit or a finding bars is nobody's yet.
    pub(super) fn director_closes(&self, whistle: &Whistle) -> bool {
        let officer = self.directory.people.iter().find(|person| person.role == Role::OfficeDuty && person.is_active());
        let officer = officer.and_then(|person| self.directory.actor(&person.id));
        let may =
            |officer| deeds::allowed_on_whistle(&officer, whistle, self.now).contains(&WhistleDeed::Close.as_str());
        let waits = whistle.status == WhistleStatus::AwaitingClosure && whistle.bars_closing().is_empty();
        waits && officer.is_some_and(|officer| !may(officer))
    }
}

/// What the owing department is in this whistle; nothing where the whole is owed.
fn role(tree: &Tree, armed: &Obligation) -> Option<SummonsRole> {
    let Subject::Summons(id) = &armed.subject else { return None };
    tree.summonses.iter().find(|one| one.id == *id).map(|one| one.role)
}

#[cfg(test)]
mod tests {
    use super::super::views::tests::whistle;
    use super::*;
    use crate::app::sample_district;
    use crate::domain::obligation::Post;
    use crate::domain::terms::{Route, Severity};
    use crate::i18n::Lang;
    use crate::ids::{ObligationId, TreeId, WhistleId};

    fn owed(duty: Duty, unit: &str, due: &str) -> Obligation {
        Obligation {
            id: ObligationId::from_text(due),
            tree: TreeId::from_text("wh_1"),
            subject: Subject::Whistle(WhistleId::from_text("wh_1")),
            owner: Post { role: Role::OfficeDuty, department: unit.to_owned() },
            duty,
            due_at: At::parse(due).unwrap(),
            provisional: false,
            explained: Vec::new(),
            length: 0,
            next_at: None,
            reached_at: None,
            reminds: true,
            passed_at: None,
            acknowledged_at: None,
            held_back_at: None,
            ended_at: None,
        }
    }

    #[test]
    fn a_limit_names_its_owner_and_how_it_stands() {
        let directory = sample_district::read().unwrap().directory;
        let now = At::parse("2026-11-25T10:00:00+08:00").unwrap();
        let words = |lang| Words { lang, directory: &directory, now };
        let late = owed(Duty::Triage, "AWB", "2026-11-25T09:51:00+08:00");
        let view = words(Lang::Zh).deadline(&whistle(&directory), &late);
        assert_eq!((view.owner.as_str(), view.what.as_str(), view.words.as_str()), ("区安委办", "受理", "超时9分"));
        assert_eq!((view.pace, view.due_text.as_str()), (Pace::Late, "2026-11-25 09:51"));
        let view =
            words(Lang::En).deadline(&whistle(&directory), &owed(Duty::ReportIn, "XF", "2026-11-26T00:00:00+08:00"));
        assert_eq!((view.owner.as_str(), view.due_text.as_str()), ("Fire and Rescue Brigade", "2026-11-25 24:00"));
        assert_eq!(view.words, "14 h left");
    }

    #[test]
    fn what_only_waits_for_its_parts_is_nobodys_move() {
        let directory = sample_district::read().unwrap().directory;
        let now = At::parse("2026-11-25T10:00:00+08:00").unwrap();
        let words = Words { lang: Lang::Zh, directory: &directory, now };
        let quiet = Obligation { reminds: false, ..owed(Duty::FirstResult, "AWB", "2026-11-25T11:00:00+08:00") };
        let loud = owed(Duty::ReportIn, "XF", "2026-11-25T12:00:00+08:00");
        let tree = Tree { whistle: whistle(&directory), summonses: Vec::new(), obligations: vec![quiet, loud] };
        let moving = words.moving(&tree);
        assert_eq!(moving.len(), 1);
        assert!(words.nothing_to_do(&tree.whistle, &moving).contains("区消防救援大队：报到"));
        assert!(words.nothing_to_do(&tree.whistle, &[]).contains("没有下一步"));
    }

    #[test]
    fn of_limits_at_one_moment_the_official_order_decides() {
        let directory = sample_district::read().unwrap().directory;
        let words = Words { lang: Lang::Zh, directory: &directory, now: At(0) };
        let owing = |unit: &str| owed(Duty::ReportIn, unit, "2026-11-25T12:00:00+08:00");
        let obligations = ["T02", "XF", "T01", "YJ"].map(owing).to_vec();
        let tree = Tree { whistle: whistle(&directory), summonses: Vec::new(), obligations };
        let order: Vec<&str> = words.moving(&tree).iter().map(|one| one.owner.department.as_str()).collect();
        let mut official = vec!["T02", "XF", "T01", "YJ"];
        official.sort_by_key(|code| words.rank(code));
        assert_eq!(order, official);
        assert!(order[2..] == ["T01", "T02"], "towns come last: {order:?}");
    }

    #[test]
    fn a_major_hazard_or_an_emergency_waits_for_the_director() {
        let directory = sample_district::read().unwrap().directory;
        let words = Words { lang: Lang::Zh, directory: &directory, now: At(0) };
        let closure = owed(Duty::Closure, "AWB", "2026-11-25T12:00:00+08:00");
        let plain = Whistle { status: WhistleStatus::AwaitingClosure, ..whistle(&directory) };
        assert_eq!(words.deadline(&plain, &closure).owner, "区安委办");
        let major = Whistle { severity: Severity::Major, ..plain.clone() };
        let emergency = Whistle { route: Some(Route::Emergency), ..plain };
        for guarded in [major, emergency] {
            assert_eq!(words.deadline(&guarded, &closure).owner, "安委办主任");
        }
    }
}
