//! Invitations as others read them: the mails about one visit go to Python's `email` and `icalendar` and to the crate
//! `icalendar`, and both must find what was meant (C27). A missing reader is a failure that says how to get it.

use super::tool;
use icalendar::parser::{Component, Property, read_calendar, unfold};
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};
use whistle_hub::domain::at::At;
use whistle_hub::domain::terms::{Category, LetterKind, Urgency};
use whistle_hub::mail::{LetterFacts, Rendered, Sender, VisitTime, render};

const READER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contract/invitation.py");
const UID: &str = "vs_0193f2a7c1de7c4e9d30@whistle-hub";
/// A town whose name must be folded inside 汉字, with the marks that mean something to a calendar.
const TOWN: &str = "青溪镇（原名青溪口人民公社，辖青溪、上坝、下坝、龙荡四村；含\\工业集中区,东片）以及明川市云湖区青溪镇工业集中区管理办公室";
const LINK: &str = "https://hub.yunhu.example/w/LJ-2026-0042";

fn at(text: &str) -> At {
    At::parse(text).unwrap()
}

/// The letter of the `sequence`th decision about the visit, to this person.
fn letter(kind: LetterKind, to: &str, sequence: u32, (day, from, until): (&str, &str, &str)) -> Rendered {
    let facts = LetterFacts {
        kind,
        key: format!("{kind}:LJ-2026-0042:{sequence}:{to}"),
        to: to.to_owned(),
        code: "LJ-2026-0042".to_owned(),
        summons: None,
        category: Category::DustExplosion,
        urgency: Urgency::Urgent,
        severity: None,
        town: Some(TOWN.to_owned()),
        due_at: None,
        missing: Vec::new(),
        ground: None,
        closure: None,
        ruled: None,
        owed: Vec::new(),
        visit: Some(VisitTime {
            uid: UID.to_owned(),
            sequence,
            starts_at: at(&format!("{day}T{from}:00+08:00")),
            ends_at: at(&format!("{day}T{until}:00+08:00")),
            decided_at: at("2026-11-26T15:00:30+08:00").plus_minutes(i64::from(sequence) * 60),
        }),
        link: LINK.to_owned(),
        district: "云湖区".to_owned(),
        demo: true,
    };
    let sender = Sender::parse("云湖区安委办 <hub@yunhu.example>", None, None).unwrap();
    render(&facts, &sender, at("2026-11-27T09:00:00+08:00")).unwrap()
}

/// What Python makes of the mail.
fn read_by_python(letter: &Rendered) -> Value {
    let python = tool().with_file_name("python");
    let mut reading = Command::new(&python)
        .arg(READER)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|fault| panic!("{}: {fault}: run tests/run, which lays it there", python.display()));
    reading.stdin.take().unwrap().write_all(letter.eml()).unwrap();
    let read = reading.wait_with_output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    serde_json::from_slice(&read.stdout).unwrap()
}

/// The values of this name, as the crate finds them.
fn values(properties: &[Property<'_>], name: &str) -> Vec<String> {
    let named = properties.iter().filter(|property| property.name.as_str() == name);
    named.map(|property| property.val.as_str().to_owned()).collect()
}

/// What the crate makes of the calendar part, by the same names.
fn read_by_crate(letter: &Rendered) -> Value {
    let text = unfold(letter.calendar.as_deref().unwrap());
    let calendar = read_calendar(&text).unwrap();
    let [Component { name, properties, components }] = &calendar.components[..] else { panic!("{calendar:?}") };
    assert!(name.as_str() == "VEVENT" && components.is_empty());
    let one = |name: &str| {
        let [value] = &values(properties, name)[..] else { panic!("{name} in {properties:?}") };
        value.clone()
    };
    let moment =
        |name: &str| one(name).parse::<jiff::Timestamp>().unwrap().strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string();
    json!({
        "method": values(&calendar.properties, "METHOD")[0], "uid": one("UID"),
        "sequence": one("SEQUENCE").parse::<u32>().unwrap(),
        "starts_at": moment("DTSTART"), "ends_at": moment("DTEND"), "stamp": moment("DTSTAMP"),
        "organizer": one("ORGANIZER"), "attendees": values(properties, "ATTENDEE"),
        "summary": one("SUMMARY"), "location": one("LOCATION"), "description": one("DESCRIPTION"),
        "link": one("URL"), "status": one("STATUS"),
    })
}

/// What both make of it; what only the mail program sees is checked on the way.
fn read(letter: &Rendered) -> Value {
    let (mut python, of_crate) = (read_by_python(letter), read_by_crate(letter));
    let mut only = |name: &str| python.as_object_mut().unwrap().remove(name).unwrap();
    assert_eq!(only("faults"), json!([]));
    assert_eq!(only("to"), json!([letter.to]));
    assert_eq!(only("parts"), json!(["multipart/alternative", "text/plain", "text/html", "text/calendar"]));
    assert_eq!(only("said"), of_crate["method"], "the header of the part and the calendar in it name one method");
    assert_eq!(python, of_crate, "two readers find two things");
    for line in letter.calendar.as_deref().unwrap().split("\r\n") {
        assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{line:?}");
    }
    of_crate
}

#[test]
fn c27_two_readers_find_in_each_letter_of_a_visit_what_was_meant() {
    use LetterKind::{VisitCancelled, VisitInvitation};
    let (fire, gas) = ("inspector.xf@yunhu.example", "inspector.sc@yunhu.example");
    let planned = ("2026-12-01", "09:00", "11:30");
    let moved = ("2026-12-02", "14:00", "16:30");
    let again = ("2026-12-03", "20:00", "22:00");
    // Who stays gets the plan, both moves and the end; who is dropped the end only once, and before.
    let stays = [
        (VisitInvitation, 0, planned),
        (VisitInvitation, 1, moved),
        (VisitInvitation, 2, again),
        (VisitCancelled, 4, again),
    ];
    let dropped = [
        (VisitInvitation, 0, planned),
        (VisitInvitation, 1, moved),
        (VisitInvitation, 2, again),
        (VisitCancelled, 3, again),
    ];
    for (to, story) in [(fire, stays), (gas, dropped)] {
        let read: Vec<Value> =
            story.into_iter().map(|(kind, sequence, hours)| read(&letter(kind, to, sequence, hours))).collect();
        for name in ["uid", "organizer", "attendees", "summary", "location", "link"] {
            assert!(read.iter().all(|one| one[name] == read[0][name]), "{name} changes: {read:#?}");
        }
        assert_eq!(read[0]["uid"], UID);
        assert_eq!(read[0]["organizer"], "mailto:hub@yunhu.example");
        assert_eq!(read[0]["attendees"], json!([format!("mailto:{to}")]), "nobody else stands in it");
        assert_eq!(read[0]["location"], TOWN);
        assert_eq!(read[0]["description"], format!("LJ-2026-0042\n{LINK}"));
        let told = |name: &str| read.iter().map(|one| one[name].clone()).collect::<Vec<Value>>();
        let rises = |two: &[Value]| two[0].as_u64() < two[1].as_u64();
        assert!(told("sequence").windows(2).all(rises), "{:?}", told("sequence"));
        assert_eq!(told("method"), ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]);
        assert_eq!(told("status"), ["CONFIRMED", "CONFIRMED", "CONFIRMED", "CANCELLED"]);
        let starts = [
            "2026-12-01T01:00:00+00:00",
            "2026-12-02T06:00:00+00:00",
            "2026-12-03T12:00:00+00:00",
            "2026-12-03T12:00:00+00:00",
        ];
        assert_eq!(told("starts_at"), starts);
    }
}
