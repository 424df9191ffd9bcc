//! When reminders come, written down by hand from the pages, and what one letter says to one person.

use super::*;
use crate::domain::calendar::Calendar;
use crate::domain::obligation::Subject;
use crate::domain::tests::sample::{at, rules};
use crate::ids::{ObligationId, WhistleId};

/// A limit that begins now, as the rules count it.
fn owed(duty: Duty, urgency: Urgency, from: At, rules: &Rules) -> Obligation {
    let deadline = rules.due(duty, urgency, from);
    let id = WhistleId::from_text("wh_1");
    Obligation {
        id: ObligationId::from_text("ob_1"),
        tree: (&id).into(),
        subject: Subject::Whistle(id),
        owner: Post { role: Role::Liaison, department: "XF".into() },
        duty,
        due_at: deadline.at,
        provisional: false,
        length: rules.length(duty, urgency, &deadline, from),
        explained: deadline.explained,
        next_at: None,
        reached_at: None,
        reminds: true,
        passed_at: None,
        acknowledged_at: None,
        held_back_at: None,
        ended_at: None,
    }
}

/// Every moment of the limit, its end among them, and the first two mornings after that.
fn moments(one: &mut Obligation, urgency: Urgency, from: At, rules: &Rules) -> Vec<String> {
    let (mut now, mut told) = (from, Vec::new());
    for _ in 0..5 {
        let Some(next) = next(one, urgency, rules, now) else { break };
        now = next;
        if now >= one.due_at {
            one.passed_at = one.passed_at.or(Some(now));
        }
        told.push(now.rfc3339()[5..16].replace('T', " "));
    }
    told
}

#[test]
fn c15_a_limit_is_told_at_half_of_it_at_four_fifths_when_it_passes_and_each_working_morning() {
    let (triage, report, result) = (Duty::Triage, Duty::ReportIn, Duty::FirstResult);
    let (urgent, normal, complex) = (Urgency::Urgent, Urgency::Normal, Urgency::Complex);
    for (duty, urgency, from, told) in [
        // A Sunday, six in the morning: what presses runs on, working hours begin on Monday.
        (triage, urgent, "11-29 06:00", ["11-29 06:15", "11-29 06:24", "11-29 06:30", "11-30 09:00", "12-01 09:00"]),
        (triage, normal, "11-29 06:00", ["11-30 11:00", "11-30 13:42", "11-30 14:30", "12-01 09:00", "12-02 09:00"]),
        // The limit lies in another working segment than its start: over lunch, over night, over a weekend.
        (triage, normal, "11-23 17:30", ["11-24 11:00", "11-24 13:42", "11-24 14:30", "11-25 09:00", "11-26 09:00"]),
        (triage, normal, "11-27 16:30", ["11-30 10:00", "11-30 11:12", "11-30 12:00", "12-01 09:00", "12-02 09:00"]),
        (triage, normal, "11-25 12:45", ["11-25 15:30", "11-25 16:42", "11-25 17:30", "11-26 09:00", "11-27 09:00"]),
        // Before Spring Festival, with a Saturday that is worked.
        (triage, normal, "02-13 16:00", ["02-14 09:30", "02-14 10:42", "02-14 11:30", "02-24 09:00", "02-25 09:00"]),
        // Working days: the day of the act is not counted here either.
        (report, normal, "11-25 10:42", ["11-26 14:00", "11-26 16:06", "11-26 17:30", "11-27 09:00", "11-30 09:00"]),
        (report, complex, "11-27 10:00", ["12-01 09:00", "12-01 14:42", "12-01 17:30", "12-02 09:00", "12-03 09:00"]),
        // Natural days end at midnight, and nobody is written to then, nor on a Sunday.
        (result, normal, "11-25 10:00", ["11-30 09:00", "12-01 14:24", "12-03 00:00", "12-03 09:00", "12-04 09:00"]),
        (result, complex, "11-25 10:00", ["12-03 12:00", "12-08 09:00", "12-11 00:00", "12-11 09:00", "12-14 09:00"]),
        (result, urgent, "11-28 22:00", ["11-29 10:00", "11-29 17:12", "11-29 22:00", "11-30 09:00", "12-01 09:00"]),
    ] {
        let from = at(from);
        assert_eq!(moments(&mut owed(duty, urgency, from, rules()), urgency, from, rules()), told, "{duty} {urgency}");
    }
}

#[test]
fn c15_the_same_moments_count_back_from_the_limit_on_a_split_day() {
    let sample = rules();
    let split = Calendar::new([]).with_hours(&[("08:30", "12:00"), ("14:00", "18:00")]).unwrap();
    let rules = Rules {
        calendar: split,
        limits: sample.limits.clone(),
        routing: sample.routing.clone(),
        directory: sample.directory.clone(),
    };
    // Monday, half past five, four working hours: half an hour today, the rest tomorrow.
    for (from, told) in [
        ("11-23 17:30", ["11-24 10:00", "11-24 11:12", "11-24 12:00"]),
        ("11-28 10:00", ["11-30 10:30", "11-30 11:42", "11-30 14:30"]),
        ("11-23 12:00", ["11-23 16:00", "11-23 17:12", "11-23 18:00"]),
        ("11-23 18:00", ["11-24 10:30", "11-24 11:42", "11-24 14:30"]),
        ("11-23 13:00", ["11-23 16:00", "11-23 17:12", "11-23 18:00"]),
    ] {
        let from = at(from);
        let mut one = owed(Duty::Triage, Urgency::Normal, from, &rules);
        let half = rules.calendar.working_time(from, point(&one, one.length / 2, Urgency::Normal, &rules, from));
        assert_eq!((one.length, half), (4 * 3_600_000_000, 2 * 3_600_000_000), "counted forward");
        assert_eq!(moments(&mut one, Urgency::Normal, from, &rules)[..3], told, "counted back");
    }
}

#[test]
fn what_stays_quiet_is_noticed_when_it_passes_and_never_told() {
    let from = at("11-25 10:00");
    let mut quiet = Obligation { reminds: false, ..owed(Duty::ReportIn, Urgency::Normal, from, rules()) };
    assert_eq!(moments(&mut quiet, Urgency::Normal, from, rules()), ["11-26 17:30"]);
    let mut unknown = Obligation { length: 0, ..owed(Duty::ReportIn, Urgency::Normal, from, rules()) };
    assert_eq!(moments(&mut unknown, Urgency::Normal, from, rules())[..2], ["11-26 17:30", "11-27 09:00"]);
    let pause = owed(Duty::Resume, Urgency::Normal, from, rules());
    assert_eq!(next(&pause, Urgency::Normal, rules(), from), Some(pause.due_at), "it goes on by itself");
}

#[test]
fn a_letter_of_a_morning_waits_for_one() {
    for (now, leaves) in [("11-27 08:59", false), ("11-27 09:00", true), ("11-27 16:20", true), ("11-28 10:00", false)]
    {
        assert_eq!(is_morning(at(now), rules()), leaves, "{now}");
    }
}

fn line(code: &str, due: &str, reached: Option<&str>) -> Owed {
    let owner = Post { role: Role::Liaison, department: "XF".into() };
    let (due_at, reached_at) = (at(due), reached.map(at));
    Owed { code: code.into(), duty: Duty::ReportIn, owner, due_at, reached_at, is_acknowledged: false }
}

fn last(coming: &str, late: &str) -> Reminded {
    Reminded { coming_at: at(coming), late_at: at(late) }
}

#[test]
fn c16_one_letter_a_day_of_what_is_late_and_one_an_hour_of_what_is_coming() {
    let late = || line("late", "11-24 10:00", None);
    let coming = || line("coming", "11-26 17:30", Some("11-25 10:00"));
    let now = at("11-25 10:30");
    let codes = |owed: Vec<Owed>, last| match word(owed, last, now) {
        Word::Says(said) => said.into_iter().map(|one| one.code).collect::<Vec<_>>().join(" "),
        Word::Waits(until) => until.rfc3339()[11..16].to_owned(),
        Word::Needless => "needless".to_owned(),
    };
    let never = last("11-01 00:00", "11-01 00:00");
    assert_eq!(codes(vec![coming(), late()], never), "late coming", "everything that is owed");
    assert_eq!(codes(vec![late()], last("11-25 09:00", "11-25 09:00")), "needless", "told today");
    assert_eq!(codes(vec![late()], last("11-24 23:59", "11-24 23:59")), "late", "told yesterday");
    assert_eq!(codes(vec![coming(), late()], last("11-25 09:30", "11-25 09:00")), "coming");
    let known = || Owed { is_acknowledged: true, ..late() };
    assert_eq!(codes(vec![known()], last("11-01 00:00", "11-24 09:00")), "late", "never told of it yet");
    assert_eq!(codes(vec![known()], last("11-01 00:00", "11-24 10:00")), "needless", "told once");
    assert_eq!(codes(vec![known(), line("other", "11-25 10:00", None)], last("11-01 00:00", "11-24 10:00")), "other");
    assert_eq!(codes(vec![coming()], last("11-25 09:31", "11-01 00:00")), "10:31", "an hour apart");
    assert_eq!(codes(vec![coming()], last("11-25 10:00", "11-01 00:00")), "needless", "it was in that letter");
    assert_eq!(
        codes(vec![coming(), late()], last("11-25 10:29", "11-24 09:00")),
        "late coming",
        "lateness waits for nothing"
    );
    assert_eq!(codes(vec![line("young", "11-26 17:30", None)], never), "needless", "not yet");
    assert_eq!(codes(Vec::new(), never), "needless");
    let many = (0..80).map(|n| line(&format!("{n:02}"), "11-24 10:00", None)).collect();
    assert_eq!(codes(many, never).split(' ').count(), LINES_MAX);
}

#[test]
fn the_head_is_written_to_about_what_the_department_is_late_with_and_about_all_when_nobody_else_is_there() {
    let now = at("11-25 10:00");
    let told = |directory: &Directory, who: &str| {
        let all = concerns(directory.by_username(who).unwrap(), directory, now);
        let text = |one: &Concern| {
            format!("{}@{}{}", one.post.role, one.post.department, if one.late_only { " late" } else { "" })
        };
        all.iter().map(text).collect::<Vec<_>>().join(", ")
    };
    let full = rules().directory.clone();
    assert_eq!(told(&full, "liaison.xf"), "liaison@XF");
    assert!(told(&full, "head.xf").ends_with(", liaison@XF late"), "{}", told(&full, "head.xf"));
    assert_eq!(told(&full, "head.xf.2"), "", "a deputy");
    assert_eq!(told(&full, "town.t01"), "town_officer@T01");
    assert_eq!(told(&full, "office.2"), "office_duty@AWB");
    assert_eq!(told(&full, "office"), "", "another's shift");
    let people = full.people.iter().filter(|one| one.username != "liaison.xf").cloned().collect();
    let bare = Directory::new(full.departments.clone(), full.towns.clone(), Vec::new(), people, full.rota.clone());
    assert!(told(&bare, "head.xf").starts_with("liaison@XF, department_head@XF"), "{}", told(&bare, "head.xf"));
    let (liaison, office) = (Post { role: Role::Liaison, department: "XF".into() }, Role::OfficeDuty);
    assert_eq!(written_to(&liaison, false).len(), 1, "before the limit only its owner");
    assert_eq!(written_to(&liaison, true)[1].role, Role::DepartmentHead);
    assert_eq!(written_to(&Post { role: office, department: "AWB".into() }, true).len(), 1);
}
