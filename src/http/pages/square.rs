//! A link as a square code, drawn as one path of the page itself: no picture is loaded, no script draws, and what is in it
//! goes nowhere else.

use fast_qr::{ECL, QRBuilder};
use std::fmt::Write;

/// Modules of quiet around it, as readers want it.
const QUIET: usize = 4;

/// A square, ready for a template.
pub struct Square {
    /// Modules a side, quiet ones too.
    pub side: usize,
    /// Every dark module as a step of one path.
    pub path: String,
}

impl Square {
    /// Nothing where the text is too long for one.
    pub fn of(text: &str) -> Option<Square> {
        let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
        let mut path = String::new();
        for (y, x) in (0..code.size).flat_map(|y| (0..code.size).map(move |x| (y, x))) {
            if code[y][x].value() {
                write!(path, "M{} {}h1v1h-1z", x + QUIET, y + QUIET).ok()?;
            }
        }
        Some(Square { side: code.size + 2 * QUIET, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_has_its_three_corners_and_nothing_in_the_quiet_around_it() {
        let square =
            Square::of("otpauth://totp/whistle-hub:office?secret=GEZDGNBVGY3TQOJQ&issuer=whistle-hub").unwrap();
        let dark = |x: usize, y: usize| square.path.contains(&format!("M{x} {y}h1"));
        let far = square.side - QUIET - 7;
        for (x, y) in [(QUIET, QUIET), (far, QUIET), (QUIET, far)] {
            for step in 0..7 {
                assert!(dark(x + step, y) && dark(x, y + step) && dark(x + 6, y + step), "a corner at {x} {y}");
            }
            assert!(!dark(x + 1, y + 1) && dark(x + 3, y + 3));
        }
        assert!((0..square.side).all(|at| !dark(at, QUIET - 1) && !dark(QUIET - 1, at)));
        assert!(Square::of(&"x".repeat(5_000)).is_none());
    }
}
