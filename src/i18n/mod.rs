//! Every word that a person reads, in Chinese first and English second. Each area is one struct (or one `match`) with
//! two constants, so a missing word does not compile. Nothing here decides anything or formats HTML.

pub mod deadlines;
pub mod letters;
pub mod pages;
pub mod problems;
pub mod terms;

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

    /// What an `Accept-Language` header (or a cookie's value) asks for: the first of ours that it names.
    pub fn from_header(value: &str) -> Lang {
        for tag in value.split(',') {
            let tag = tag.trim();
            if tag.len() >= 2 && tag.is_char_boundary(2) {
                match &tag[..2].to_ascii_lowercase()[..] {
                    "zh" => return Lang::Zh,
                    "en" => return Lang::En,
                    _ => {}
                }
            }
        }
        Lang::Zh
    }
}
