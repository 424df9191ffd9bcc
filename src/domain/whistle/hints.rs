//! What whoever is about to blow, and later the office, had better know: open whistles that may be about the same
//! thing, each by the rule that says so. One rule for the form, the API and the desk. It judges only what it is handed,
//! under the asker's Scope, decides nothing, and never looks at an informer's contact.

use super::Whistle;
use super::search::{SearchText, fold};
use crate::domain::at::{At, MINUTE};
use crate::domain::directory::Directory;
use crate::domain::order::{Fault, FaultCode, Field, Kind, Node, PLACE_MAX, Spec, WHAT_MAX, read};
use crate::domain::terms::{Category, WhistleStatus, words};
use std::collections::BTreeSet;

/// The body of `POST /whistles/hints`.
pub static HINTS: Spec = Spec {
    name: "HintsOrder",
    fields: &[
        Field::required("category", Kind::Word(Category::WORDS)),
        Field::required("what", Kind::Text { max: WHAT_MAX }),
        Field::optional("enterprise", Kind::Code),
        Field::optional("place", Kind::Text { max: PLACE_MAX }),
    ],
};

words!(
    /// Why an open whistle may be about the same thing, the strongest reason first.
    Likeness { SameFirm = "same_firm", SimilarText = "similar_text", SamePlace = "same_place", }
);

/// The states in which a whistle is still being dealt with.
pub const OPEN: &[WhistleStatus] = &[
    WhistleStatus::Submitted,
    WhistleStatus::Returned,
    WhistleStatus::Accepted,
    WhistleStatus::Dispatched,
    WhistleStatus::Handling,
    WhistleStatus::Rectifying,
    WhistleStatus::AwaitingClosure,
    WhistleStatus::Suspended,
];

/// The duplicate window of DOMAIN §4: thirty days.
const WINDOW: i64 = 30 * 24 * 60 * MINUTE;
/// Pairs of neighbouring characters that two texts must share, of a hundred of the shorter one's; and how many pairs a
/// text needs to say anything.
const SHARED_IN_TEXTS: usize = 60;
const SHARED_IN_PLACES: usize = 70;
const PAIRS_OF_TEXT: usize = 6;
const PAIRS_OF_PLACE: usize = 2;

/// What was seen, as far as it is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub category: Category,
    pub enterprise: Option<String>,
    what: BTreeSet<(char, char)>,
    place: BTreeSet<(char, char)>,
}

impl Seen {
    /// Reads what is asked about.
    pub fn parse(body: &Node, directory: &Directory) -> Result<Seen, Vec<Fault>> {
        let (reader, mut faults) = read(&HINTS, body);
        let enterprise = reader.text("enterprise");
        if enterprise.as_deref().is_some_and(|code| directory.enterprise(code).is_none()) {
            faults.add(reader.pointer("enterprise"), FaultCode::NoSuch);
        }
        let said = reader.word("category", Category::parse).zip(reader.text("what"));
        let place = reader.text("place").unwrap_or_default();
        faults.judge(said.map(|(category, what)| Seen {
            category,
            enterprise,
            what: pairs(&fold(&what)),
            place: pairs(&fold(&place)),
        }))
    }

    /// What a whistle that stands says.
    pub fn by(whistle: &Whistle) -> Seen {
        let said = SearchText::read(&whistle.search);
        let (what, place) = (pairs(&said.what), pairs(&said.place));
        Seen { category: whistle.category, enterprise: whistle.enterprise.clone(), what, place }
    }

    /// Whether this whistle may be about the same thing, and why.
    pub fn is_like(&self, other: &Whistle, now: At) -> Option<Likeness> {
        if !OPEN.contains(&other.status) || now.0 - other.blown_at.0 > WINDOW {
            return None;
        }
        let alike = self.category == other.category;
        match (&self.enterprise, &other.enterprise) {
            (Some(one), Some(two)) if one == two && alike => return Some(Likeness::SameFirm),
            // The same words about two firms are two hazards.
            (Some(one), Some(two)) if one != two => return None,
            (None | Some(_), _) => {}
        }
        let theirs = Seen::by(other);
        if share(&self.what, &theirs.what, PAIRS_OF_TEXT) >= SHARED_IN_TEXTS {
            return Some(Likeness::SimilarText);
        }
        let same_place = || share(&self.place, &theirs.place, PAIRS_OF_PLACE) >= SHARED_IN_PLACES;
        (alike && same_place()).then_some(Likeness::SamePlace)
    }
}

/// The pairs of neighbouring letters, digits and characters; signs and blanks say nothing.
fn pairs(folded: &str) -> BTreeSet<(char, char)> {
    let letters: Vec<char> = folded.chars().filter(|c| c.is_alphanumeric()).collect();
    letters.iter().copied().zip(letters.iter().copied().skip(1)).collect()
}

/// How much of the shorter one is in the other, of a hundred; nothing if either has fewer than `least` pairs.
fn share(one: &BTreeSet<(char, char)>, other: &BTreeSet<(char, char)>, least: usize) -> usize {
    let shorter = one.len().min(other.len());
    if shorter < least { 0 } else { one.intersection(other).count() * 100 / shorter }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order::from_json;
    use crate::domain::terms::Role;
    use crate::domain::tests::sample::{at, rules};
    use crate::domain::whistle::Blower;
    use crate::ids::{PersonId, WhistleId};
    use serde_json::json;

    fn seen(order: serde_json::Value) -> Seen {
        Seen::parse(&from_json(order.to_string().as_bytes()).unwrap(), &rules().directory).unwrap()
    }

    fn whistle(category: Category, firm: Option<&str>, what: &str, place: &str) -> Whistle {
        let blower = Blower {
            person: PersonId::from_text("pe_1"),
            on_behalf: false,
            department: "XF".into(),
            role: Role::Liaison,
            viewer: "XF".into(),
        };
        let mut one = Whistle::unsaid(WhistleId::from_text("wh_1"), blower, at("11-20 10:00"));
        let texts = SearchText { title: String::new(), what: fold(what), place: fold(place), firm: String::new() };
        (one.category, one.enterprise, one.search) = (category, firm.map(str::to_owned), texts.kept());
        one.status = WhistleStatus::Handling;
        one
    }

    #[test]
    fn likeness_has_a_reason_a_window_and_an_end() {
        let now = at("11-25 10:00");
        let asked =
            seen(json!({ "category": "fire", "what": "三号楼配电房堆放易燃物，通道被占", "enterprise": "E01" }));
        let at_site = seen(json!({ "category": "fire", "what": "堆放纸箱", "place": "东门外停车场" }));
        let same = whistle(Category::Fire, Some("E01"), "别的话", "");
        for (asked, other, why) in [
            (&asked, same.clone(), Some(Likeness::SameFirm)),
            (&asked, whistle(Category::Gas, Some("E01"), "别的话", ""), None),
            (&asked, whistle(Category::Gas, None, "３号楼的三号楼配电房堆放易燃物", ""), Some(Likeness::SimilarText)),
            (&asked, whistle(Category::Fire, Some("E02"), "三号楼配电房堆放易燃物，通道被占", ""), None),
            (&asked, whistle(Category::Fire, None, "三号楼", ""), None),
            (&at_site, whistle(Category::Fire, None, "充电", "东门外 停车场（北）"), Some(Likeness::SamePlace)),
            (&at_site, whistle(Category::Gas, None, "充电", "东门外停车场"), None),
            (&at_site, whistle(Category::Fire, None, "充电", ""), None),
            (&asked, Whistle { blown_at: at("10-26 10:00"), ..same.clone() }, Some(Likeness::SameFirm)),
            (&asked, Whistle { blown_at: at("10-26 09:59"), ..same.clone() }, None),
        ] {
            assert_eq!(asked.is_like(&other, now), why, "{other:?}");
        }
        for status in WhistleStatus::ALL {
            let is_open = asked.is_like(&Whistle { status: *status, ..same.clone() }, now).is_some();
            let over = ["closed", "declined", "merged", "withdrawn"].contains(&status.as_str());
            assert_eq!(is_open, !over, "{status}");
        }
        assert_eq!(Seen::by(&same).is_like(&same, now), Some(Likeness::SameFirm));
    }

    #[test]
    fn what_is_asked_about_must_exist_and_say_something() {
        let refused = |order: serde_json::Value| {
            let faults =
                Seen::parse(&from_json(order.to_string().as_bytes()).unwrap(), &rules().directory).unwrap_err();
            faults.iter().map(|fault| fault.pointer.clone()).collect::<Vec<_>>()
        };
        assert_eq!(
            refused(json!({ "enterprise": "E99", "contact": {} })),
            ["/category", "/what", "/contact", "/enterprise"]
        );
    }
}
