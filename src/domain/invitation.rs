//! A visit as calendars take it in (RFC 5545, RFC 5546): one UID for life, a sequence that only rises, one organiser, one
//! attendee, UTC, CRLF, lines of at most 75 octets (C27). It has no field for a firm, a person's name or a typed word, and
//! must never get one; whether and to whom it goes is decided elsewhere.

use super::at::At;
use super::visit::Visit;

/// What makes a calendar's id one in the world, whatever a hub is called.
const UID_HOST: &str = "whistle-hub";
/// The most octets of a line, without its end.
const OCTETS_MAX: usize = 75;

/// The visit's id in every calendar, whatever moves.
pub fn uid(visit: &Visit) -> String {
    format!("{}@{UID_HOST}", visit.id)
}

/// One visit in the calendar of one person.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// The same from the first letter to the last, whatever moves.
    pub uid: String,
    /// Raised by each change of the time or of who comes: a person never gets the same one twice.
    pub sequence: u32,
    pub starts_at: At,
    pub ends_at: At,
    /// When it was decided so, not when it is sent: a letter that is sent again stays the same.
    pub stamp: At,
    /// The hub's own address, the same in every letter.
    pub organizer: String,
    /// The address of whom this copy is for, and nobody else.
    pub attendee: String,
    /// What it is, in words of ours.
    pub heading: &'static str,
    /// The visit's code.
    pub code: String,
    /// The town's name.
    pub town: String,
    /// The visit's page, which asks who is there.
    pub link: String,
    /// The visit is off, or is so for this person.
    pub cancelled: bool,
}

impl Invitation {
    /// What the calendar does with it; the letter's own header says the same word.
    pub fn method(&self) -> &'static str {
        if self.cancelled { "CANCEL" } else { "REQUEST" }
    }

    /// The whole text.
    pub fn calendar(&self) -> String {
        let status = if self.cancelled { "CANCELLED" } else { "CONFIRMED" };
        let mailbox = |address: &str| format!("mailto:{address}");
        let all = [
            ("BEGIN", "VCALENDAR".to_owned()),
            ("VERSION", "2.0".to_owned()),
            ("PRODID", "-//whistle-hub//joint visits//ZH".to_owned()),
            ("METHOD", self.method().to_owned()),
            ("BEGIN", "VEVENT".to_owned()),
            ("UID", self.uid.clone()),
            ("SEQUENCE", self.sequence.to_string()),
            ("DTSTAMP", self.stamp.utc()),
            ("DTSTART", self.starts_at.utc()),
            ("DTEND", self.ends_at.utc()),
            ("ORGANIZER", mailbox(&self.organizer)),
            // Nobody answers a machine: coming is said on the visit's page.
            (
                "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE",
                mailbox(&self.attendee),
            ),
            ("SUMMARY", escaped(&format!("{} {}", self.heading, self.code))),
            ("LOCATION", escaped(&self.town)),
            ("DESCRIPTION", format!("{}\\n{}", escaped(&self.code), escaped(&self.link))),
            ("URL", self.link.clone()),
            ("STATUS", status.to_owned()),
            ("TRANSP", "OPAQUE".to_owned()),
            // Whoever shares a calendar shares the hours, not what they are for (T19).
            ("CLASS", "PRIVATE".to_owned()),
            ("END", "VEVENT".to_owned()),
            ("END", "VCALENDAR".to_owned()),
        ];
        let mut text = String::new();
        for (name, value) in all {
            add_line(&mut text, name, &value);
        }
        text
    }
}

/// Adds one line, folded between characters. Whatever ends or turns a line is left out (T22): readers differ in what they
/// take for an end.
fn add_line(text: &mut String, name: &str, value: &str) {
    let mut room = OCTETS_MAX;
    for c in name.chars().chain([':']).chain(value.chars()).filter(|c| !is_mark(*c)) {
        if c.len_utf8() > room {
            text.push_str("\r\n ");
            room = OCTETS_MAX - 1;
        }
        text.push(c);
        room -= c.len_utf8();
    }
    text.push_str("\r\n");
}

fn is_mark(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A value of type TEXT.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | ';' | ',') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn invitation() -> Invitation {
        Invitation {
            uid: "vs_1@whistle-hub".to_owned(),
            sequence: 2,
            starts_at: At::parse("2026-12-01T09:00:00+08:00").unwrap(),
            ends_at: At::parse("2026-12-01T11:30:00+08:00").unwrap(),
            stamp: At::parse("2026-11-26T15:00:30+08:00").unwrap(),
            organizer: "hub@yunhu.example".to_owned(),
            attendee: "inspector.xf@yunhu.example".to_owned(),
            heading: "联合检查",
            code: "LJ-2026-0042".to_owned(),
            town: "青溪镇".to_owned(),
            link: "https://hub.yunhu.example/v/LJ-2026-0042".to_owned(),
            cancelled: false,
        }
    }

    /// Lines as they were before they were folded.
    fn lines(text: &str) -> Vec<String> {
        let whole = text.replace("\r\n ", "");
        whole.strip_suffix("\r\n").unwrap().split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn c27_an_invitation_is_a_request_in_utc_and_its_end_a_cancel_of_the_same_uid() {
        let asked = lines(&invitation().calendar());
        for line in [
            "METHOD:REQUEST",
            "STATUS:CONFIRMED",
            "UID:vs_1@whistle-hub",
            "SEQUENCE:2",
            "DTSTAMP:20261126T070030Z",
            "DTSTART:20261201T010000Z",
            "DTEND:20261201T033000Z",
            "ORGANIZER:mailto:hub@yunhu.example",
            "SUMMARY:联合检查 LJ-2026-0042",
            "LOCATION:青溪镇",
        ] {
            assert!(asked.contains(&line.to_owned()), "{line} in {asked:#?}");
        }
        assert_eq!(asked.iter().filter(|line| line.starts_with("ATTENDEE")).count(), 1);
        let off = lines(&Invitation { cancelled: true, ..invitation() }.calendar());
        let differ: Vec<_> = asked.iter().zip(&off).filter(|(one, other)| one != other).map(|(_, off)| off).collect();
        assert_eq!(differ, ["METHOD:CANCEL", "STATUS:CANCELLED"]);
    }

    proptest! {
        #[test]
        fn t22_whatever_a_text_holds_no_line_is_longer_split_inside_a_character_or_added(
            town in ".{0,120}", code in "[\\PC\r\n\u{85}\u{2028}]{0,60}", link in ".{0,160}"
        ) {
            let invitation = Invitation { town: town.clone(), code, link, ..invitation() };
            let text = invitation.calendar();
            for line in text.split("\r\n") {
                prop_assert!(line.len() <= OCTETS_MAX && !line.contains(is_mark), "{line:?}");
            }
            let lines = lines(&text);
            prop_assert_eq!(lines.len(), 21);
            let town: String = town.chars().filter(|c| !is_mark(*c)).collect();
            let said = lines.iter().find_map(|line| line.strip_prefix("LOCATION:")).unwrap();
            let (mut told, mut rest) = (String::new(), said.chars());
            while let Some(c) = rest.next() {
                prop_assert!(!matches!(c, ';' | ','), "a list of two in {said}");
                told.push(if c == '\\' { rest.next().unwrap() } else { c });
            }
            prop_assert_eq!(told, town);
        }
    }
}
