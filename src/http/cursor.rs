//! Where the next page of a list begins, sealed: a cursor works only in the list, order and Scope that it was made
//! for, and nobody outside can make one. It holds a place in a list, never a right.

use super::problem::Problem;
use crate::app::Hub;
use crate::i18n::problems::ProblemKind;
use crate::store::whistles::Position;
use aws_lc_rs::constant_time::verify_slices_are_equal;

/// Bytes of the seal, and of the sort key before the id.
const SEAL: usize = 16;
const KEY: usize = 8;
/// Longest cursor that is looked at, characters.
const LENGTH_MAX: usize = 512;

/// The list that a cursor belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// Which list, in which order: `whistles -blown_at`.
    pub list: &'a str,
    /// Under whose eyes: the Scope's viewer, or the reader.
    pub viewer: &'a str,
}

/// The cursor for what comes after `position`: URL-safe text.
pub(super) fn seal(hub: &Hub, place: Place<'_>, position: &Position) -> String {
    let mut plain = position.key.to_be_bytes().to_vec();
    plain.extend_from_slice(position.id.as_bytes());
    let mac = hub.mac("cursor", &sealed_text(place, &plain));
    let mut text = String::with_capacity((plain.len() + SEAL) * 2);
    for byte in plain.iter().chain(&mac[..SEAL]) {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
    text
}

/// The position in a cursor of this list; 400 for any other text.
pub(super) fn open(hub: &Hub, place: Place<'_>, cursor: &str) -> Result<Position, Problem> {
    let opened = bytes_of(cursor).and_then(|bytes| {
        let (plain, mac) = bytes.split_at_checked(bytes.len().checked_sub(SEAL)?)?;
        let ours = hub.mac("cursor", &sealed_text(place, plain));
        verify_slices_are_equal(&ours[..SEAL], mac).ok()?;
        let (key, id) = plain.split_first_chunk::<KEY>()?;
        Some(Position { key: i64::from_be_bytes(*key), id: String::from_utf8(id.to_vec()).ok()? })
    });
    opened.ok_or_else(|| ProblemKind::BadCursor.into())
}

/// Lengths are told, so that no list, viewer and position can be cut in another place and mean another thing.
fn sealed_text(place: Place<'_>, plain: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(16 + place.list.len() + place.viewer.len() + plain.len());
    for part in [place.list, place.viewer] {
        text.extend_from_slice(&part.len().to_be_bytes());
        text.extend_from_slice(part.as_bytes());
    }
    text.extend_from_slice(plain);
    text
}

fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    if hex.len() > LENGTH_MAX || !hex.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).filter(|_| !byte.is_ascii_uppercase());
    let pair = |pair: &[u8]| u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok();
    hex.as_bytes().chunks_exact(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::tests::hub;

    const HERE: Place<'static> = Place { list: "whistles -blown_at", viewer: "XF" };

    fn position() -> Position {
        Position { key: -7, id: "wh_0192".into() }
    }

    #[test]
    fn a_cursor_opens_where_it_was_made_and_is_url_safe() {
        let hub = hub();
        let cursor = seal(&hub, HERE, &position());
        assert_eq!(open(&hub, HERE, &cursor).ok(), Some(position()));
        assert!(cursor.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{cursor}");
    }

    #[test]
    fn t18_a_cursor_opens_in_no_other_list_order_or_scope() {
        let hub = hub();
        let cursor = seal(&hub, HERE, &position());
        for (list, viewer) in [("whistles blown_at", "XF"), ("whistles -blown_at", "YJ"), ("whistles -blown_atX", "F")]
        {
            assert!(open(&hub, Place { list, viewer }, &cursor).is_err(), "{list} {viewer}");
        }
    }

    #[test]
    fn a_cursor_that_was_touched_opens_nowhere() {
        let hub = hub();
        let cursor = seal(&hub, HERE, &position());
        for at in 0..cursor.len() {
            let mut forged = cursor.clone().into_bytes();
            forged[at] = if forged[at] == b'0' { b'1' } else { b'0' };
            assert!(open(&hub, HERE, &String::from_utf8(forged).unwrap()).is_err(), "digit {at}");
        }
        for bad in ["", "0", "zz", "\0zz", &cursor[2..], &cursor.to_uppercase(), &"00".repeat(300), &"ab".repeat(16)] {
            assert_eq!(open(&hub, HERE, bad).unwrap_err().kind(), ProblemKind::BadCursor, "{bad}");
        }
    }
}
