//! What a password is worth that is made of things anybody knows: names of the district, of the product and of its owner,
//! years, rows of keys (SECURITY T1). It keeps no password and answers yes or no.

use super::wanted::reading;
use std::collections::BTreeSet;

/// Names of the product, as people write them.
const PRODUCT: [&str; 4] = ["whistle", "whistlehub", "吹哨", "吹哨协同平台"];
/// Keys and characters in their order; each is walked in both directions.
const WALKS: [&str; 6] = [
    "12345678901234567890",
    "qwertyuiop[]asdfghjkl;zxcvbnm,./",
    "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "!qaz@wsx#edc$rfv%tgb^yhn&ujm*ik",
    "!@#$%^&*()",
];
/// Fewer keys in a row are no walk.
const WALK_MIN: usize = 4;
/// So many characters must be left of a password when all that is known is taken out; marks and blanks do not count.
const LEFT_MIN: usize = 4;

/// Words that are known of a district and of one of its people, folded.
#[derive(Debug)]
pub struct Known {
    words: Vec<Vec<char>>,
    walks: Vec<Vec<char>>,
}

impl Known {
    /// By names of the district, of its units and of whoever the password is to be; those of the product are known anyhow.
    pub fn of<'n>(names: impl IntoIterator<Item = &'n str>) -> Known {
        let mut words = BTreeSet::new();
        for name in PRODUCT.into_iter().chain(names) {
            let name = name.to_lowercase();
            let parts = name.split(|c: char| !c.is_alphanumeric()).map(str::to_owned);
            let readings = [reading(&name), given(&name), reading(&given(&name))];
            words.extend(parts.chain(readings).map(|word| word.chars().collect()));
        }
        let mut words: Vec<Vec<char>> = words.into_iter().filter(|word: &Vec<char>| is_telling(word)).collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        let walks = WALKS.into_iter().flat_map(|walk| [walk.chars().collect(), walk.chars().rev().collect()]).collect();
        Known { words, walks }
    }

    /// Whether next to nothing is left of this password without them.
    pub fn make_up(&self, password: &str) -> bool {
        let password: Vec<char> = password.chars().flat_map(char::to_lowercase).collect();
        let (mut rest, mut left) = (&password[..], 0);
        while let Some(first) = rest.first() {
            let known = self.known_at(rest);
            if known == 0 && first.is_alphanumeric() {
                left += 1;
            }
            rest = &rest[known.max(1)..];
        }
        left < LEFT_MIN
    }

    /// How many characters of what is known stand at the beginning of this.
    fn known_at(&self, rest: &[char]) -> usize {
        let word = self.words.iter().find(|word| rest.starts_with(word)).map_or(0, Vec::len);
        let walk = self.walks.iter().map(|walk| walked(walk, rest)).max().filter(|length| *length >= WALK_MIN);
        let year = match rest {
            ['1', '9', tens, ones, ..] | ['2', '0', tens, ones, ..]
                if [tens, ones].iter().all(|c| c.is_ascii_digit()) =>
            {
                4
            }
            _ => 0,
        };
        word.max(walk.unwrap_or(0)).max(year)
    }
}

/// Of a person's name of three or four characters the last two, which are said without the family's.
fn given(name: &str) -> String {
    let count = name.chars().count();
    if (3..=4).contains(&count) { name.chars().skip(count - 2).collect() } else { String::new() }
}

/// One Latin letter or two say nothing, one Chinese character hardly more.
fn is_telling(word: &[char]) -> bool {
    word.len() >= if word.iter().all(char::is_ascii) { 3 } else { 2 }
}

/// The longest beginning of `rest` that stands in the walk.
fn walked(walk: &[char], rest: &[char]) -> usize {
    let from = |at: usize| walk[at..].iter().zip(rest).take_while(|(key, typed)| key == typed).count();
    (0..walk.len()).map(from).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t01_what_anybody_knows_is_no_password() {
        let known = Known::of(["云湖区", "Yunhu District", "消防局", "消防", "欧阳小明", "liaison.xf"]);
        for guessed in [
            "yunhu-xiaofang-2026",
            "ouyangxiaoming",
            "xiaoming@1998!!",
            "小明小明2024消防局",
            "whistle-hub-2026",
            "qwertyuiop[]",
            "1qaz2wsx3edc",
            "0987654321!@#$",
            "liaison.xf.2025",
            "YunHu!!!12345",
        ] {
            assert!(known.make_up(guessed), "{guessed}");
        }
        for good in [
            "粉尘涉爆有限空间涉氨制冷",
            "kein-Anfang-4711",
            "yunhu-8k3v-night",
            "correct horse battery",
            "whistle-demo",
        ] {
            assert!(!known.make_up(good), "{good}");
        }
    }
}
