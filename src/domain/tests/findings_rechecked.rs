//! Who may find that something is fixed (DOMAIN §3.4): others than who found it, said it or strikes it off, and one human is
//! one, under however many sign-ins.

use super::findings::{found, ordered};
use super::sample::rules_where;
use super::visit_story::VisitStory;
use crate::domain::deeds;
use crate::domain::rules::Rules;
use serde_json::json;

#[test]
fn whoever_said_that_it_is_fixed_does_not_find_so_alone() {
    let mut story = ordered("general");
    let code = story.finding(1).code.clone();
    story.acts_on(1, "inspector.xf.3", "report_fixed", "{}");
    let alone = r#"{"passed":true,"note":"a"}"#;
    let barred = VisitStory::barred(story.act_on(1, "inspector.xf.3", "recheck", alone));
    assert_eq!(barred, [format!("reporter_rechecks {code}")]);
    let together = r#"{"passed":true,"note":"a","officers":["pe_inspector.xf.2"]}"#;
    story.clone().acts_on(1, "inspector.xf.3", "recheck", together);
    // What the firm or its town said, and what nobody said, is anybody's to look at.
    story = ordered("general");
    story.acts_on(1, "town.t01", "report_fixed", "{}");
    story.acts_on(1, "inspector.xf.3", "recheck", alone);
    story = ordered("general");
    story.until("12-19 00:01");
    story.acts_on(1, "inspector.xf.3", "recheck", alone);
}

/// Who comes into the bureau, another sign-in of somebody there.
const SECOND: &str = "inspector.yj.3";

/// The same human signs in under both names, and the second sign-in is the bureau's.
fn one_human(one: &'static str, other: &'static str) -> &'static Rules {
    rules_where(move |directory| {
        let same = directory.by_username(one).map(|one| (one.name.clone(), one.since.clone())).unwrap();
        for person in directory.people.iter_mut() {
            if person.username == other {
                (person.name, person.since) = same.clone();
            }
            if person.username == SECOND {
                (person.department_code, person.certificate_fields) = ("XF".into(), vec!["XF".into()]);
            }
        }
    })
}

#[test]
fn one_human_under_two_sign_ins_is_no_other_and_no_crew() {
    let (alone, with) = (r#"{"passed":true,"note":"a"}"#, |who: &str| {
        json!({ "passed": true, "note": "a", "officers": [format!("pe_{who}")] }).to_string()
    });
    let reported = |by: &str| {
        let mut story = ordered("general");
        story.acts_on(1, by, "report_fixed", "{}");
        story
    };
    // Found by inspector.xf and inspector.xf.2.
    let mut story = reported("town.t01");
    let code = story.finding(1).code.clone();
    story.rules = one_human("inspector.xf", SECOND);
    let told = VisitStory::barred(story.act_on(1, SECOND, "recheck", alone));
    assert_eq!(told, [format!("same_officers {code}")]);
    let told = VisitStory::barred(story.act_on(1, SECOND, "recheck", &with("inspector.xf")));
    assert_eq!(told, ["too_few_certified XF".to_owned(), format!("same_officers {code}")]);
    story.acts_on(1, SECOND, "recheck", &with("inspector.xf.3"));
    let mut story = reported("inspector.xf.3");
    story.rules = one_human("inspector.xf.3", SECOND);
    let told = VisitStory::barred(story.act_on(1, SECOND, "recheck", alone));
    assert_eq!(told, [format!("reporter_rechecks {code}")]);
    story.acts_on(1, SECOND, "recheck", &with("inspector.xf.2"));
    story.rules = one_human("inspector.xf.2", "head.xf");
    let told = VisitStory::barred(story.act_on(1, "head.xf", "close", "{}"));
    assert_eq!(told, [format!("closer_rechecked {code}")]);
    let offered = deeds::allowed_on_finding(&story.actor("head.xf"), story.finding(1));
    assert!(!offered.contains(&"close"), "offered, and then refused");
    let mut story = reported("inspector.xf");
    story.acts_on(1, "inspector.xf.3", "recheck", alone);
    story.rules = one_human("inspector.xf", "head.xf");
    let told = VisitStory::barred(story.act_on(1, "head.xf", "close", "{}"));
    assert_eq!(told, [format!("closer_rechecked {code}")], "said to be fixed under the other sign-in");
    // Nobody else is left to look: the other certificate has lapsed, and the second sign-in is no other human.
    let mut story = reported("town.t01");
    story.rules = one_human("inspector.xf", SECOND);
    let mut directory = story.rules.directory.clone();
    directory.people.iter_mut().filter(|one| one.username == "inspector.xf.3").for_each(|one| {
        one.certificate_valid_to = Some("2026-12-02".to_owned());
    });
    story.rules = rules_where(|all| *all = directory);
    story.acts_on(1, "inspector.xf", "recheck", alone);
    // Whoever passed it looks at no spot check of it, under either name.
    let mut story = reported("town.t01");
    story.acts_on(1, "inspector.xf.3", "recheck", alone);
    story.acts_on(1, "head.xf", "close", "{}");
    story.is_drawn(1);
    story.rules = one_human("inspector.xf.3", SECOND);
    let told = VisitStory::barred(story.act_on(1, SECOND, "recheck", alone));
    assert_eq!(told, [format!("passed_before {SECOND}")]);
    let mut found = found("general");
    found.rules = one_human("inspector.xf", "inspector.xf.2");
    let told = VisitStory::barred(found.act_on(1, "inspector.xf", "order", "{}"));
    assert_eq!(told, ["too_few_certified XF"]);
}
