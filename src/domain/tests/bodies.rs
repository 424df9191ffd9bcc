//! A sound order for every deed, as whistle or visit stands: what walks and the table of rights act with. `None`: no order could
//! be sound, such as a higher urgency than the highest. Texts hold the canary, so that secrecy is watched on the way.

use super::sample::PEOPLE;
use super::story::{CANARY, Story};
use super::visit_story::VisitStory;
use crate::domain::deeds::{self, FindingDeed, SummonsDeed, VisitDeed, WhistleDeed};
use crate::domain::policy::Actor;
use crate::domain::terms::{FindingStatus, Route, Urgency};
use crate::domain::visit::Part;
use crate::domain::whistle::Contest;

/// Whoever may be summoned in the small district.
const UNITS: [&str; 5] = ["SH", "T02", "XF", "T01", "YJ"];

pub(crate) fn pick<T: Copy>(of: &[T], chance: usize) -> T {
    of[chance % of.len()]
}

fn is_counting(story: &Story, unit: &str) -> bool {
    story.tree.counting().any(|one| one.department == unit)
}

/// A unit that is not summoned now.
fn another(story: &Story, but: &str) -> Option<&'static str> {
    UNITS.into_iter().find(|unit| *unit != but && !is_counting(story, unit))
}

/// The body of a deed on the whistle.
pub(crate) fn whistle_body(story: &Story, deed: WhistleDeed, chance: usize) -> Option<String> {
    let whistle = &story.tree.whistle;
    Some(match deed {
        WhistleDeed::Accept => accept(chance),
        WhistleDeed::Dispatch => dispatch(story),
        WhistleDeed::Return => format!(r#"{{"missing":["place"],"note":"{CANARY}"}}"#),
        WhistleDeed::Complete => {
            format!(r#"{{"place":"{CANARY}","urgency":"{}"}}"#, pick(Urgency::ALL, chance / 2))
        }
        WhistleDeed::Decline => format!(r#"{{"ground":"not_safety","note":"{CANARY}"}}"#),
        WhistleDeed::Merge => format!(r#"{{"into":"{}"}}"#, story.beside.first()?.whistle.code),
        WhistleDeed::Unmerge | WhistleDeed::Resume => "{}".to_owned(),
        WhistleDeed::Appeal | WhistleDeed::Withdraw | WhistleDeed::Contest | WhistleDeed::DismissContest => reason(),
        WhistleDeed::AddSummons => {
            let unit = another(story, "")?;
            format!(r#"{{"department":"{unit}","role":"support","task":"{CANARY}"}}"#)
        }
        WhistleDeed::ChangeLead => {
            let lead = UNITS.into_iter().find(|unit| whistle.lead.as_deref() != Some(unit))?;
            format!(r#"{{"lead":"{lead}","reason":"{CANARY}"}}"#)
        }
        WhistleDeed::RaiseUrgency => {
            let up = Urgency::ALL.iter().rev().find(|one| **one < whistle.urgency)?;
            format!(r#"{{"urgency":"{up}"}}"#)
        }
        WhistleDeed::LowerUrgency => {
            let down = Urgency::ALL.iter().find(|one| **one > whistle.urgency)?;
            format!(r#"{{"urgency":"{down}","reason":"{CANARY}"}}"#)
        }
        WhistleDeed::SendBack => format!(r#"{{"lacks":"{CANARY}"{}}}"#, named(story, chance)),
        WhistleDeed::Close => format!(r#"{{"kind":"fixed","conclusion":"{CANARY}"}}"#),
        WhistleDeed::Suspend => {
            let day = story.now.plus_minutes(5 * 24 * 60).civil().date();
            format!(r#"{{"ground":"court_pending","review_on":"{day}"}}"#)
        }
        WhistleDeed::Reopen => {
            let contested = whistle.contest == Some(Contest::Pending);
            let ground = if contested { "contest_upheld" } else { "relapse" };
            format!(r#"{{"ground":"{ground}"{}}}"#, named(story, chance))
        }
        WhistleDeed::Comments => {
            format!(r#"{{"text":"{CANARY}","visibility":"{}"}}"#, pick(&["all", "office"], chance))
        }
    })
}

fn accept(chance: usize) -> String {
    let dispatch = chance.is_multiple_of(2);
    let (urgency, route) = (pick(Urgency::ALL, chance / 2), pick(Route::ALL, chance / 8));
    let supports = if route == Route::Single { "" } else { r#""XF","T01""# };
    let severity = if (chance / 32).is_multiple_of(2) { "general" } else { "major" };
    let needs = if (chance / 64).is_multiple_of(2) { "each" } else { "any" };
    format!(
        r#"{{"severity":"{severity}","clause":"{CANARY}","urgency":"{urgency}","lead":"YJ","supports":[{supports}],"route":"{route}","dispatch":{dispatch},"needs":"{needs}"}}"#,
    )
}

fn dispatch(story: &Story) -> String {
    let lead = story.tree.whistle.lead.as_deref().unwrap_or("YJ");
    let lead = format!(r#"{{"department":"{lead}","role":"lead"}}"#);
    if story.tree.whistle.route == Some(Route::Single) {
        return format!(r#"{{"summonses":[{lead}]}}"#);
    }
    let due_at = story.now.plus_minutes(5).rfc3339();
    let support = format!(r#"{{"department":"SH","role":"support","task":"{CANARY}","due_at":"{due_at}"}}"#);
    format!(r#"{{"summonses":[{support},{lead}]}}"#)
}

fn reason() -> String {
    format!(r#"{{"reason":"{CANARY}"}}"#)
}

/// One of the summonses that count, named, or none.
fn named(story: &Story, chance: usize) -> String {
    let codes: Vec<&str> = story.tree.counting().map(|one| one.code.as_str()).collect();
    if chance.is_multiple_of(2) || codes.is_empty() {
        return String::new();
    }
    format!(r#","summonses":["{}"]"#, pick(&codes, chance / 2))
}

/// The body of a deed on a unit's last summons.
pub(crate) fn summons_body(story: &Story, unit: &str, deed: SummonsDeed, chance: usize) -> Option<String> {
    let officer = PEOPLE.iter().find(|(_, home, _)| *home == unit).unwrap().0;
    let summons = story.summons(unit);
    Some(match deed {
        SummonsDeed::Acknowledge | SummonsDeed::Start | SummonsDeed::Accept => "{}".to_owned(),
        SummonsDeed::Refer | SummonsDeed::GrantExtension => "{}".to_owned(),
        SummonsDeed::ReportIn => format!(r#"{{"officers":["pe_{officer}"],"mode":"site","note":"{CANARY}"}}"#),
        SummonsDeed::Submit => format!(r#"{{"result":"{CANARY}"}}"#),
        SummonsDeed::SendBack => format!(r#"{{"lacks":"{CANARY}"}}"#),
        SummonsDeed::Dispute => {
            let instead = if unit == "SH" { "XF" } else { "SH" };
            format!(r#"{{"ground":"not_our_duty","law":"{CANARY}","instead":"{instead}"}}"#)
        }
        SummonsDeed::Uphold => {
            let to = another(story, unit).filter(|_| chance.is_multiple_of(2));
            let to = to.map_or(String::new(), |to| format!(r#""to":"{to}","#));
            format!(r#"{{{to}"reason":"{CANARY}"}}"#)
        }
        SummonsDeed::Overrule | SummonsDeed::Excuse | SummonsDeed::RefuseExtension => reason(),
        SummonsDeed::Delegate => {
            format!(r#"{{"to":"{}","basis":"{CANARY}"}}"#, pick(&["SQ01", "SQ02"], chance))
        }
        SummonsDeed::AskExtension => {
            let due_at = story.tree.armed_summons(&summons.id).map_or(story.now, |armed| armed.due_at);
            let until = due_at.max(story.now).plus_minutes(24 * 60).rfc3339();
            format!(r#"{{"until":"{until}","reason":"{CANARY}"}}"#)
        }
    })
}

/// A sound order; whoever has no part in the visit speaks of its first item. None where the part that it is about is over: that is
/// a fault of a field and told before the state is asked.
pub(crate) fn visit_body(story: &VisitStory, who: &Actor, deed: VisitDeed) -> Option<String> {
    let visit = &story.tree.visit;
    Some(match deed {
        VisitDeed::Propose | VisitDeed::ApproveOwnPart | VisitDeed::Announce | VisitDeed::KeepSecret => "{}".into(),
        VisitDeed::Finish | VisitDeed::CloseOwnPart | VisitDeed::Enter => "{}".into(),
        VisitDeed::Object => format!(r#"{{"ground":"date","reason":"{CANARY}"}}"#),
        VisitDeed::ExcusePart => {
            visit.part("XF").filter(|part| !part.is_over())?;
            format!(r#"{{"department":"XF","reason":"{CANARY}"}}"#)
        }
        VisitDeed::Postpone => r#"{"date":"2026-12-08","period":"AM"}"#.into(),
        VisitDeed::Cancel => format!(r#"{{"reason":"{CANARY}"}}"#),
        VisitDeed::Record => {
            let own = deeds::own_part(who, visit);
            if own.as_ref().and_then(|own| visit.part(own)).is_some_and(Part::is_over) {
                return None;
            }
            let item = visit.items.iter().find(|item| Some(&item.department) == own.as_ref());
            let item = item.unwrap_or(&visit.items[0]);
            format!(r#"{{"results":[{{"item":"{}","outcome":"not_checked","note":"{CANARY}"}}]}}"#, item.no)
        }
        VisitDeed::Sign | VisitDeed::RefuseSign => format!(r#"{{"note":"{CANARY}"}}"#),
        VisitDeed::Abort => format!(r#"{{"ground":"danger","note":"{CANARY}"}}"#),
    })
}

/// The same for the finding of that number.
pub(crate) fn finding_body(story: &VisitStory, no: usize, deed: FindingDeed) -> String {
    let passed = story.finding(no).status == FindingStatus::Passed;
    match deed {
        FindingDeed::Order => format!(r#"{{"case":"{CANARY}","demand":"{CANARY}"}}"#),
        FindingDeed::CorrectOnSite | FindingDeed::ReportFixed => format!(r#"{{"note":"{CANARY}"}}"#),
        FindingDeed::Measures => r#"{"measure":"stop"}"#.into(),
        FindingDeed::LiftMeasures | FindingDeed::RefuseExtension | FindingDeed::TakeBack => {
            format!(r#"{{"reason":"{CANARY}"}}"#)
        }
        FindingDeed::Transfer => format!(r#"{{"to":"{CANARY}","note":"{CANARY}"}}"#),
        FindingDeed::Look => format!(r#"{{"clear":true,"note":"{CANARY}"}}"#),
        FindingDeed::AskExtension => format!(r#"{{"until":"2027-02-24T10:00:00+08:00","reason":"{CANARY}"}}"#),
        FindingDeed::GrantExtension => "{}".into(),
        // Whoever passed it before confirms nothing.
        FindingDeed::Recheck if story.finding(no).status == FindingStatus::Closed => {
            format!(r#"{{"passed":true,"note":"{CANARY}"}}"#)
        }
        FindingDeed::Recheck => {
            format!(r#"{{"passed":true,"note":"{CANARY}","officers":["pe_inspector.xf.3","pe_inspector.xf.2"]}}"#)
        }
        FindingDeed::Close if passed => "{}".into(),
        FindingDeed::Close => format!(r#"{{"kind":"unfounded","conclusion":"{CANARY}"}}"#),
        FindingDeed::Reopen => format!(r#"{{"ground":"relapse","note":"{CANARY}"}}"#),
    }
}
