//! Every word that a person reads, in Chinese first and English second. Each area is one struct (or one `match`) with
//! two constants, so a missing word does not compile. Nothing here decides anything or formats HTML.

pub mod deadlines;
mod district;
mod events;
pub mod imports;
pub mod letters;
pub mod pages;
pub mod problems;
pub mod terms;
pub mod trail;
mod visits;

/// The reader's language. zh-CN unless asked otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    #[default]
    Zh,
    En,
}

impl Lang {
    /// The tag for `lang` attributes and `Content-Language`.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }

    /// What an `Accept-Language` header (or a cookie's value) asks for: of ours the one with the highest weight, the
    /// first of equals; a weight of zero means "not this one".
    pub fn from_header(value: &str) -> Lang {
        let asked = value.split(',').filter_map(|range| {
            let (tag, weight) = range.split_once(';').unwrap_or((range, ""));
            let weight = weight.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.parse::<f32>().ok())?;
            let lang = match tag.trim().split('-').next()?.to_ascii_lowercase().as_str() {
                "zh" => Lang::Zh,
                "en" => Lang::En,
                _ => return None,
            };
            (weight > 0.0).then_some((lang, weight))
        });
        let best = asked.fold(None, |best: Option<(Lang, f32)>, one| match best {
            Some((_, weight)) if weight >= one.1 => best,
            Some(_) | None => Some(one),
        });
        best.map_or(Lang::Zh, |(lang, _)| lang)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The typesetting makes the gap between Chinese and Latin; a typed one would come on top. Read from the sources, so
    /// that no word can be forgotten.
    #[test]
    fn no_chinese_word_holds_a_typed_gap_or_half_width_comma() {
        let files = [
            include_str!("deadlines.rs"),
            include_str!("district.rs"),
            include_str!("events.rs"),
            include_str!("imports.rs"),
            include_str!("letters.rs"),
            include_str!("problems/clashes.rs"),
            include_str!("problems/mod.rs"),
            include_str!("problems/reasons.rs"),
            include_str!("terms/mod.rs"),
            include_str!("trail.rs"),
            include_str!("visits.rs"),
            include_str!("pages/by_link.rs"),
            include_str!("pages/desk.rs"),
            include_str!("pages/files.rs"),
            include_str!("pages/firms.rs"),
            include_str!("pages/imports.rs"),
            include_str!("pages/mod.rs"),
            include_str!("pages/own.rs"),
            include_str!("pages/phrases.rs"),
            include_str!("pages/rota.rs"),
            include_str!("pages/sheets.rs"),
            include_str!("pages/visits.rs"),
        ];
        let han = |of: char| ('\u{4e00}'..='\u{9fff}').contains(&of);
        for line in files.iter().flat_map(|file| file.lines()).filter(|line| !line.trim_start().starts_with("//")) {
            let chars: Vec<char> = line.chars().collect();
            let bad = |two: &[char]| (han(two[0]) && matches!(two[1], ' ' | ',')) || (two[0] == ' ' && han(two[1]));
            assert!(!chars.windows(2).any(bad), "{line}");
            assert!(!line.contains("...\"") && !line.contains("。。"), "{line}");
        }
    }

    #[test]
    fn the_heaviest_of_our_languages_is_spoken() {
        for (header, lang) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Lang::Zh),
            ("en;q=0.1,zh;q=0.9", Lang::Zh),
            ("de, zh;q=0.3, en-GB;q=0.8", Lang::En),
            ("zh;q=0,en", Lang::En),
            ("en;q=0", Lang::Zh),
            ("fr,*", Lang::Zh),
            ("EN", Lang::En),
            ("", Lang::Zh),
            ("en;q=x", Lang::Zh),
        ] {
            assert_eq!(Lang::from_header(header), lang, "{header}");
        }
    }
}
