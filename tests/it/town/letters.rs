//! Letters that left during a story: read them, and check after every story what none may say (DOMAIN §6.4). Letters
//! end in memory; what leaves over SMTP is tried elsewhere.

use super::Town;
use std::sync::PoisonError;
use whistle_hub::domain::terms::LetterKind;
use whistle_hub::mail::Rendered;

impl Town {
    /// Every letter so far, in the order in which they left.
    pub(crate) fn letters(&self) -> Vec<Rendered> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// `kind → recipient` of every letter so far, sorted.
    pub(crate) fn letters_told(&self) -> Vec<String> {
        let mut told: Vec<String> = self.letters().iter().map(|one| format!("{} → {}", one.kind, one.to)).collect();
        told.sort();
        told
    }

    /// How many letters of a kind went to a sign-in.
    pub(crate) fn letters_of(&self, kind: LetterKind, username: &str) -> usize {
        let to = format!("{username}@yunhu.example");
        self.letters().iter().filter(|one| one.kind == kind && one.to == to).count()
    }

    /// No letter holds what was said, a firm, a person, a phone or a token.
    pub(super) fn check_letters(&self) {
        let rules = self.hub.rules();
        let directory = &rules.directory;
        let mut forbidden = self.said.borrow().clone();
        forbidden.extend(directory.enterprises.iter().flat_map(|firm| [firm.name.clone(), firm.credit_code.clone()]));
        forbidden.extend(directory.people.iter().map(|person| person.name.clone()));
        // Not every firm of the sample has a credit code.
        forbidden.retain(|text| !text.is_empty());
        for letter in self.letters() {
            let calendar = letter.calendar.as_deref().unwrap_or_default().replace("\r\n ", "");
            for part in [&letter.subject, &letter.text, &letter.html, &calendar] {
                for text in &forbidden {
                    assert!(!part.contains(text), "{} to {} holds {text}", letter.kind, letter.to);
                }
            }
        }
    }
}
