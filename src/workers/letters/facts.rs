//! What a letter says: facts of its whistle or visit as they stand when it leaves. No text that a person wrote is among
//! them, and no name of a firm.

use super::Carrier;
use crate::domain::decision::LetterOwed;
use crate::domain::invitation;
use crate::domain::obligation::Subject;
use crate::domain::reminders::Owed;
use crate::domain::terms::LetterKind;
use crate::domain::visit::Visit;
use crate::domain::whistle::Tree;
use crate::mail::{LetterFacts, OwedItem, VisitTime};

impl Carrier {
    pub(super) fn item(&self, one: Owed) -> OwedItem {
        let (rules, unit) = (self.hub.rules(), &one.owner.department);
        let unit = [rules.directory.unit_name(unit).to_owned(), rules.directory.unit_name_en(unit).to_owned()];
        OwedItem { code: one.code, duty: one.duty, role: one.owner.role, unit, due_at: one.due_at }
    }

    pub(super) fn about_whistle(&self, letter: &LetterOwed, tree: &Tree, to: String) -> LetterFacts {
        let whistle = &tree.whistle;
        let summons = letter.about.as_ref().and_then(Subject::summons).and_then(|id| tree.summons(id));
        let subject = letter.about.clone().unwrap_or(Subject::Whistle(whistle.id.clone()));
        let rules = self.hub.rules();
        let town = whistle.town.as_deref().and_then(|code| rules.directory.town(code));
        LetterFacts {
            code: whistle.code.clone(),
            summons: summons.map(|summons| summons.code.clone()),
            category: whistle.category,
            urgency: whistle.urgency,
            // Before the office has decided there is no grade that a letter could name.
            severity: whistle.route.map(|_| whistle.severity),
            town: town.map(|town| town.name.clone()),
            due_at: tree.armed(&subject).map(|armed| armed.due_at),
            missing: whistle.missing.clone(),
            ground: whistle.declined,
            closure: whistle.closed,
            ruled: summons.filter(|_| letter.kind == LetterKind::SummonsRuled).map(|summons| summons.status),
            link: format!("{}/w/{}", self.post.links, whistle.code),
            ..self.blank(letter, to)
        }
    }

    /// An invitation names code, town and time, never the firm.
    pub(super) fn about_visit(&self, letter: &LetterOwed, visit: &Visit, to: String) -> LetterFacts {
        let rules = self.hub.rules();
        let town = visit.town.as_deref().and_then(|code| rules.directory.town(code));
        LetterFacts {
            code: visit.code.clone(),
            town: town.map(|town| town.name.clone()),
            visit: Some(VisitTime {
                uid: invitation::uid(visit),
                sequence: visit.sequence,
                starts_at: visit.slot.starts_at(),
                ends_at: visit.slot.ends_at(),
                decided_at: visit.decided_at,
            }),
            link: format!("{}/w/{}", self.post.links, visit.code),
            ..self.blank(letter, to)
        }
    }

    pub(super) fn blank(&self, letter: &LetterOwed, to: String) -> LetterFacts {
        LetterFacts {
            kind: letter.kind,
            // One recipient a message, and each message its own stable id.
            key: format!("{}:{to}", letter.key),
            to,
            code: String::new(),
            summons: None,
            category: crate::domain::terms::Category::Other,
            urgency: crate::domain::terms::Urgency::Normal,
            severity: None,
            town: None,
            due_at: None,
            missing: Vec::new(),
            ground: None,
            closure: None,
            ruled: None,
            owed: Vec::new(),
            visit: None,
            link: String::new(),
            district: self.post.district.clone(),
            demo: self.hub.demo,
        }
    }
}
