"""Reads a letter from standard input as a mail program and a calendar would, and prints what they make of it as JSON."""

import email
import email.policy
import json
import sys

import icalendar

message = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
[part] = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
calendar = icalendar.Calendar.from_ical(part.get_payload(decode=True))
[event] = calendar.walk("VEVENT")
attendees = event["ATTENDEE"]

json.dump(
    {
        "to": [str(address.addr_spec) for address in message["To"].addresses],
        "parts": [part.get_content_type() for part in message.walk()],
        "said": part.get_param("method"),
        "method": str(calendar["METHOD"]),
        "uid": str(event["UID"]),
        "sequence": int(event["SEQUENCE"]),
        "starts_at": event["DTSTART"].dt.isoformat(),
        "ends_at": event["DTEND"].dt.isoformat(),
        "stamp": event["DTSTAMP"].dt.isoformat(),
        "organizer": str(event["ORGANIZER"]),
        "attendees": [str(one) for one in (attendees if isinstance(attendees, list) else [attendees])],
        "summary": str(event["SUMMARY"]),
        "location": str(event["LOCATION"]),
        "description": str(event["DESCRIPTION"]),
        "link": str(event["URL"]),
        "status": str(event["STATUS"]),
        "faults": [str(fault) for fault in calendar.errors + event.errors],
    },
    sys.stdout,
)
