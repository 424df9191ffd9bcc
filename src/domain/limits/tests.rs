//! The shipped limits against the figures of the domain page, and what a faulty file is told. Nothing here is a rule.

use super::*;
use crate::domain::calendar::Unit;

const SHIPPED: &str = include_str!("../../../config/limits-2026-02.toml");

#[test]
fn the_shipped_file_gives_the_figures_of_the_domain_page() {
    let limits = Limits::read(SHIPPED).unwrap();
    let (min, h, wh, d, wd) = (Unit::Minutes, Unit::Hours, Unit::WorkingHours, Unit::NaturalDays, Unit::WorkingDays);
    let expected = [
        (Duty::Triage, [(10, min), (30, min), (4, wh), (1, wd)]),
        (Duty::Complete, [(10, min), (30, min), (3, wd), (3, wd)]),
        (Duty::Dispatch, [(10, min), (30, min), (4, wh), (1, wd)]),
        (Duty::ReportIn, [(30, min), (2, h), (1, wd), (2, wd)]),
        (Duty::FirstResult, [(2, h), (24, h), (7, d), (15, d)]),
        (Duty::Review, [(2, wd); 4]),
        (Duty::Closure, [(3, wd); 4]),
        (Duty::Ruling, [(1, h), (4, wh), (1, wd), (2, wd)]),
        (Duty::Referral, [(5, wd); 4]),
        (Duty::Resume, [(30, d); 4]),
        (Duty::ContestAnswer, [(5, wd); 4]),
        (Duty::Planning, [(2, h), (1, d), (5, wd), (10, wd)]),
        (Duty::Approval, [(24, h), (24, h), (1, wd), (1, wd)]),
        (Duty::Visit, [(2, h), (1, d), (5, wd), (10, wd)]),
        (Duty::Finish, [(4, h); 4]),
        (Duty::Signing, [(1, wd); 4]),
        (Duty::Part, [(1, wd); 4]),
        (Duty::Filing, [(2, wd); 4]),
        (Duty::Choice, [(1, wd); 4]),
        (Duty::Order, [(3, wd); 4]),
        (Duty::Rectification, [(15, d); 4]),
        (Duty::Recheck, [(10, d); 4]),
        (Duty::Reorder, [(1, wd); 4]),
        (Duty::StrikeOff, [(2, wd); 4]),
        (Duty::Measures, [(30, d); 4]),
        (Duty::Receipt, [(3, wd); 4]),
        (Duty::Look, [(45, d); 4]),
    ];
    assert_eq!(expected.len(), Duty::ALL.len());
    for (duty, row) in expected {
        for (urgency, (amount, unit)) in Urgency::ALL.iter().zip(row) {
            assert_eq!(limits.limit(duty, *urgency), Limit { amount, unit }, "{duty} {urgency}");
        }
        assert!(!limits.source(duty).is_empty());
    }
    let windows = [
        (Window::Dispute, [(2, h), (1, h), (4, wh), (1, wd)]),
        (Window::Overruled, [(4, wh); 4]),
        (Window::Appeal, [(3, wd); 4]),
        (Window::Contest, [(10, wd); 4]),
        (Window::Suspension, [(30, d); 4]),
        (Window::General, [(30, d); 4]),
        (Window::Major, [(90, d); 4]),
        (Window::Repeat, [(30, d); 4]),
        (Window::Notice, [(3, wd); 4]),
        (Window::Relapse, [(180, d); 4]),
        (Window::Watch, [(90, d); 4]),
    ];
    assert_eq!(windows.len(), Window::ALL.len());
    for (window, row) in windows {
        for (urgency, (amount, unit)) in Urgency::ALL.iter().zip(row) {
            assert_eq!(limits.window(window, *urgency), Limit { amount, unit }, "{window} {urgency}");
        }
    }
}

#[test]
fn only_an_emergency_has_longer_by_night() {
    let limits = Limits::read(SHIPPED).unwrap();
    assert_eq!(limits.report_in(Urgency::Emergency, true), Limit { amount: 60, unit: Unit::Minutes });
    for urgency in [Urgency::Urgent, Urgency::Normal, Urgency::Complex] {
        assert_eq!(limits.report_in(urgency, true), limits.report_in(urgency, false));
    }
    let never: Vec<bool> = Urgency::ALL.iter().map(|urgency| Moves::from(*urgency) == Moves::Never).collect();
    assert_eq!(never, [true, true, false, false]);
}

#[test]
fn the_date_of_the_act_chooses_the_file() {
    let dated = |date: &str| SHIPPED.replace("2026-02-01", date);
    let files = DatedLimits::read(&[dated("2026-07-01"), dated("2026-02-01")]).unwrap();
    let chosen = |at: &str| files.at(At::parse(at).unwrap()).valid_from.to_string();
    assert_eq!(chosen("2026-06-30T23:59:59+08:00"), "2026-02-01");
    assert_eq!(chosen("2026-06-30T16:00:00Z"), "2026-07-01", "midnight is the district's");
    assert_eq!(chosen("2025-01-01T00:00:00Z"), "2026-02-01", "an act before the first file");
    assert!(DatedLimits::read(&[]).is_err());
}

#[test]
fn a_faulty_file_is_refused_and_the_key_is_named() {
    for (from, to, named) in [
        ("[limits.review]", "[limits.reveiw]", "reveiw"),
        ("emergency_at_night = { amount = 60, unit = \"minutes\" }\n", "", "emergency_at_night"),
        ("emergency_at_night = { amount = 60", "emergency_at_night = { amount = 0", "emergency_at_night"),
        ("amount = 24", "amount = 10001", "limits.first_result (urgent)"),
        ("amount = 24, unit = \"hours\"", "amount = 24", "unit"),
        ("\"hours\"", "\"days\"", "days"),
        ("2026-02-01", "2026-02-31", "valid_from"),
        ("source = \"ours\"", "source = \" \"", "source"),
    ] {
        let text = SHIPPED.replace(from, to);
        assert_ne!(text, SHIPPED, "{from}");
        let error = Limits::read(&text).unwrap_err();
        assert!(error.contains(named), "{named} in {error}");
    }
}
