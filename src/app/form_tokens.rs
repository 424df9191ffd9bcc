//! What a form carries to show that it is ours: a token of its session, or of the sign-in form before one. It opens no
//! session and lets nobody in; two tokens are compared in constant time only.

use super::Hub;
use super::present::Present;
use crate::ids::hex;
use aws_lc_rs::constant_time;

/// The token that this session's forms carry.
pub fn csrf_token(hub: &Hub, present: &Present) -> String {
    hex(&hub.mac("csrf", present.form_of()))
}

/// Whether a form of this session carries its token; compared in constant time.
pub fn csrf_matches(hub: &Hub, present: &Present, given: &str) -> bool {
    same(&csrf_token(hub, present), given)
}

/// The token of the sign-in form, bound to a nonce in a cookie: nobody signs a victim in as somebody else.
pub fn presession_csrf(hub: &Hub, nonce: &str) -> String {
    hex(&hub.mac("presession", nonce.as_bytes()))
}

/// Whether the sign-in form carries its token.
pub fn presession_csrf_matches(hub: &Hub, nonce: &str, given: &str) -> bool {
    same(&presession_csrf(hub, nonce), given)
}

fn same(ours: &str, given: &str) -> bool {
    constant_time::verify_slices_are_equal(ours.as_bytes(), given.as_bytes()).is_ok()
}
