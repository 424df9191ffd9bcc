//! Lists as files: a good file with bytes changed, cut or added, and bytes that never were a file. A dry run answers by
//! row and column whatever comes, writes nothing, and so does an import of what has faults.

use super::{Verdict, no_panic, sound, tried};
use crate::town::{Reply, town};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use whistle_hub::domain::imports::List;

const EACH: u32 = 25;

#[derive(Debug, Clone)]
enum Change {
    /// These bytes instead of so many others.
    Bytes(Index, usize, Vec<u8>),
    Cut(Index),
    /// A row or a part of one once more, somewhere.
    Again(Index, usize, Index),
    Whole(Vec<u8>),
}

fn change() -> impl Strategy<Value = Change> {
    let bits = select(vec![
        &b"\""[..],
        b"\"\"",
        b"\r\n",
        b"\n",
        b",",
        b",,,,",
        b"\0",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"=1+1",
        b"\t",
        b";",
        b"1e999",
        b"2026-13-45",
        "\u{202e}".as_bytes(),
        b"\x81\x30\x81\x30",
        b"T99",
        b"-1",
        b"true",
        b" ",
    ]);
    let bytes = prop_oneof![
        bits.prop_map(<[u8]>::to_vec),
        prop::collection::vec(any::<u8>(), 0..12),
        (100_usize..20_000).prop_map(|length| vec![b'x'; length]),
    ];
    prop_oneof![
        5 => (any::<Index>(), 0_usize..12, bytes).prop_map(|(at, gone, bytes)| Change::Bytes(at, gone, bytes)),
        1 => any::<Index>().prop_map(Change::Cut),
        2 => (any::<Index>(), 1_usize..300, any::<Index>()).prop_map(|(at, length, to)| Change::Again(at, length, to)),
        1 => prop::collection::vec(any::<u8>(), 0..400).prop_map(Change::Whole),
    ]
}

impl Change {
    fn on(&self, file: &[u8]) -> Vec<u8> {
        let mut changed = file.to_vec();
        match self {
            Change::Bytes(at, gone, bytes) => {
                let at = at.index(file.len());
                changed.splice(at..(at + gone).min(file.len()), bytes.iter().copied());
            }
            Change::Cut(at) => changed.truncate(at.index(file.len())),
            Change::Again(at, length, to) => {
                let (at, to) = (at.index(file.len()), to.index(file.len()));
                let part = file[at..(at + length).min(file.len())].to_vec();
                changed.splice(to..to, part);
            }
            Change::Whole(bytes) => changed.clone_from(bytes),
        }
        changed
    }
}

/// What a dry run answers: the file as it was read, or a refusal; with faults there is nothing to write.
fn judged(reply: &Reply) -> Verdict {
    sound(reply)?;
    match reply.status {
        200 => {
            let told = reply.json();
            let faults = told["faults"].as_array().map_or(0, Vec::len);
            let count = told["fault_count"].as_u64().unwrap_or(0);
            let agree =
                (faults == 0) == (count == 0) && told["written"] == false && (faults == 0 || told["added"].is_null());
            if agree { Ok(()) } else { Err(told.to_string()) }
        }
        400 | 413 | 415 | 422 => Ok(()),
        status => Err(format!("{status}: {}", reply.text())),
    }
}

#[actix_web::test]
async fn whatever_a_file_holds_a_dry_run_answers_and_writes_nothing() {
    town(async |t| {
        for (number, list) in List::WORDS.iter().enumerate() {
            // Whistles are the office's to enter, the other lists the administrator's.
            let admin = t.person(if *list == "whistles" { "office" } else { "admin" });
            let file = admin.ask("POST", &format!("/exports/{list}")).await.send().await;
            let file = if file.status == 200 { file.body } else { b"code,name\r\nT01,x\r\n".to_vec() };
            let before = t.db_events().await;
            let seed = 60 + u8::try_from(number).unwrap();
            tried(seed, EACH, change(), async |change| {
                let ask = admin.ask("POST", &format!("/imports/{list}?dry_run=true")).await;
                let reply = ask.raw("text/csv", change.on(&file)).send().await;
                judged(&reply).map_err(|fault| format!("{list}: {fault}"))
            })
            .await;
            assert_eq!(t.db_events().await, before, "a dry run of {list} wrote something");
        }
        no_panic(t);
    })
    .await;
}
