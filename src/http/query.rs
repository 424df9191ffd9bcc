//! Query strings and form fields, read by a table that also makes their part of the OpenAPI document. All faults of a
//! query are told at once, by name; an unknown parameter is a fault, so that a misspelt filter never shows everything.

use super::problem::{Problem, parameter};
use crate::domain::at::{At, is_date};
use crate::domain::order::{Fault, FaultCode, unescape};
use crate::i18n::problems::ProblemKind;
use std::collections::BTreeSet;

/// Rows of a page: what is given without asking, and at most.
const LIMIT: u16 = 50;
pub const LIMIT_MAX: u16 = 200;
/// Longest search, characters.
pub const SEARCH_MAX: usize = 64;

/// One parameter of a route.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    pub name: &'static str,
    pub takes: Takes,
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy)]
pub enum Takes {
    /// Words of a closed list, separated by commas.
    Words(&'static [&'static str]),
    /// Codes of ours, separated by commas.
    Codes,
    /// `true` or `false`.
    Flag,
    /// A civil day, `2026-12-01`.
    Day,
    /// Text to look for.
    Search,
    /// One word of a closed list.
    Sort(&'static [&'static str]),
    /// Rows of a page.
    Limit,
    /// `next_cursor` of the page before.
    Cursor,
}

/// `limit` and `cursor`: the parameters of every list.
pub const LIMIT_PARAMETER: Parameter = Parameter { name: "limit", takes: Takes::Limit };
pub const CURSOR_PARAMETER: Parameter = Parameter { name: "cursor", takes: Takes::Cursor };
pub const SEARCH_PARAMETER: Parameter = Parameter { name: "q", takes: Takes::Search };

/// A query whose words, flags and lengths are sound.
#[derive(Debug)]
pub struct Query {
    given: Vec<(String, String)>,
    pub limit: u16,
}

impl Query {
    /// Reads a raw query string against the parameters of its route.
    pub fn read(raw: &str, known: &[Parameter]) -> Result<Query, Problem> {
        let (query, faults, bad_limit) = collected(pairs(raw.as_bytes()), known)?;
        if !faults.is_empty() {
            return Err(Problem::parameters(faults));
        }
        if bad_limit {
            return Err(ProblemKind::BadLimit.into());
        }
        Ok(query)
    }

    /// What is sound of a query string, and what is not: for pages, which say it and go on. A field that was left empty
    /// asks nothing.
    pub fn sound(raw: &str, known: &[Parameter]) -> (Query, Vec<Fault>) {
        let filled = pairs(raw.as_bytes()).flatten().filter(|(_, value)| !value.is_empty());
        let collected = collected(filled.map(Some), known).map(|(query, faults, _)| (query, faults));
        collected.unwrap_or_else(|_| (Query { given: Vec::new(), limit: LIMIT }, Vec::new()))
    }

    /// The value of a parameter, if it was given.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.given.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// Leaves a parameter out.
    pub fn forget(&mut self, name: &str) {
        self.given.retain(|(given, _)| given != name);
    }

    /// A civil day.
    pub fn day(&self, name: &str) -> Option<At> {
        self.text(name).and_then(At::of_date)
    }

    /// The words of a list, none if the parameter was not given.
    pub fn words<T>(&self, name: &str, parse: fn(&str) -> Option<T>) -> Vec<T> {
        self.text(name).map(|value| value.split(',').filter_map(parse).collect()).unwrap_or_default()
    }

    /// The codes of a list, each of which must exist.
    pub fn codes(&self, name: &str, exists: impl Fn(&str) -> bool) -> Result<Vec<String>, Problem> {
        let codes: Vec<String> =
            self.text(name).map(|value| value.split(',').map(str::to_owned).collect()).unwrap_or_default();
        match codes.iter().all(|code| exists(code)) {
            true => Ok(codes),
            false => Err(Problem::parameters(vec![parameter(name, FaultCode::NoSuch)])),
        }
    }

    /// The yes or no of a flag.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.text(name).map(|value| value == "true")
    }

    /// What to look for: nothing when it is blank.
    pub fn search(&self) -> Option<&str> {
        self.text("q").map(str::trim).filter(|text| !text.is_empty())
    }
}

/// What was given of what is known, with every fault, and whether the number of rows is none.
fn collected(
    given: impl Iterator<Item = Option<(String, String)>>,
    known: &[Parameter],
) -> Result<(Query, Vec<Fault>, bool), Problem> {
    let (mut query, mut faults, mut seen) = (Query { given: Vec::new(), limit: LIMIT }, Vec::new(), BTreeSet::new());
    let mut bad_limit = false;
    for pair in given {
        let Some((name, value)) = pair else { return Err(ProblemKind::BadFilter.into()) };
        let Some(found) = known.iter().find(|known| known.name == name) else {
            faults.push(parameter(&name, FaultCode::Unknown));
            continue;
        };
        if !seen.insert(found.name) {
            faults.push(parameter(&name, FaultCode::Duplicate));
            continue;
        }
        match fault_of(found.takes, &value) {
            Some(code) => faults.push(parameter(&name, code)),
            None if matches!(found.takes, Takes::Limit) => match limit_of(&value) {
                Some(rows) => query.limit = rows,
                None => bad_limit = true,
            },
            None => query.given.push((name, value)),
        }
    }
    Ok((query, faults, bad_limit))
}

fn fault_of(takes: Takes, value: &str) -> Option<FaultCode> {
    const FLAG: &[&str] = &["true", "false"];
    let among = |words: &'static [&'static str], mut given: std::str::Split<'_, char>| {
        (!given.all(|word| words.contains(&word))).then_some(FaultCode::NotInList(words))
    };
    match takes {
        Takes::Words(words) => among(words, value.split(',')),
        Takes::Sort(words) => (!words.contains(&value)).then_some(FaultCode::NotInList(words)),
        Takes::Flag => (!FLAG.contains(&value)).then_some(FaultCode::NotInList(FLAG)),
        Takes::Day => (!is_date(value)).then_some(FaultCode::BadDate),
        Takes::Search => (value.chars().count() > SEARCH_MAX).then_some(FaultCode::TooLong(SEARCH_MAX)),
        Takes::Codes => value.split(',').any(str::is_empty).then_some(FaultCode::NoSuch),
        Takes::Limit | Takes::Cursor => None,
    }
}

fn limit_of(value: &str) -> Option<u16> {
    let plain = value.bytes().all(|byte| byte.is_ascii_digit());
    value.parse().ok().filter(|rows| plain && (1..=LIMIT_MAX).contains(rows))
}

/// Names and values of a query string or a form; `None` for a pair that is no UTF-8.
fn pairs(raw: &[u8]) -> impl Iterator<Item = Option<(String, String)>> + '_ {
    raw.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        let mut sides = pair.splitn(2, |byte| *byte == b'=').map(unescape);
        Some((sides.next()??, sides.next().unwrap_or(Some(String::new()))?))
    })
}

/// What a person typed into a form, without what the page adds.
pub fn typed(form: &[u8]) -> Vec<(String, String)> {
    let own = |name: &str| !super::gate::FORM_FIELDS.contains(&name);
    pairs(form).flatten().filter(|(name, _)| own(name)).collect()
}

/// The first value of a form's field, such as `csrf` or `version`.
pub fn form_field(form: &[u8], name: &str) -> Option<String> {
    pairs(form).flatten().find(|(given, _)| given == name).map(|(_, value)| value)
}

/// One page out of the rows that were read: one more than the page holds tells that there is another.
pub fn page<T>(mut rows: Vec<T>, limit: u16) -> (Vec<T>, bool) {
    let more = rows.len() > usize::from(limit);
    rows.truncate(usize::from(limit));
    (rows, more)
}

#[cfg(test)]
mod tests {
    use super::super::problem::More;
    use super::*;

    const KNOWN: &[Parameter] = &[
        Parameter { name: "status", takes: Takes::Words(&["submitted", "closed"]) },
        Parameter { name: "town", takes: Takes::Codes },
        Parameter { name: "overdue", takes: Takes::Flag },
        Parameter { name: "sort", takes: Takes::Sort(&["-blown_at", "due_at"]) },
        SEARCH_PARAMETER,
        LIMIT_PARAMETER,
        CURSOR_PARAMETER,
    ];

    fn refused(raw: &str) -> Vec<(String, &'static str)> {
        let problem = Query::read(raw, KNOWN).unwrap_err();
        assert_eq!(problem.kind(), ProblemKind::BadFilter);
        let More::Parameters(faults) = problem.more() else { panic!("{problem:?}") };
        faults.iter().map(|fault| (fault.pointer.clone(), fault.code.as_str())).collect()
    }

    #[test]
    fn a_query_is_read_by_its_table() {
        let query =
            Query::read("status=closed,submitted&town=T01&overdue=true&q=%E9%85%8D+%E7%94%B5&limit=7", KNOWN).unwrap();
        assert_eq!(query.words("status", |word| Some(word.to_owned())), ["closed", "submitted"]);
        assert_eq!(query.codes("town", |code| code == "T01").unwrap(), ["T01"]);
        assert_eq!((query.flag("overdue"), query.search(), query.limit), (Some(true), Some("配 电"), 7));
        let none = Query::read("", KNOWN).unwrap();
        assert_eq!((none.flag("overdue"), none.search(), none.limit), (None, None, 50));
    }

    #[test]
    fn every_fault_of_a_query_is_named_at_once() {
        let faults = refused("status=closed,nope&zz=1&overdue=yes&sort=title&overdue=true&town=");
        let want = [
            ("status", "not_in_list"),
            ("zz", "unknown"),
            ("overdue", "not_in_list"),
            ("sort", "not_in_list"),
            ("overdue", "duplicate"),
            ("town", "no_such"),
        ];
        assert_eq!(faults, want.map(|(name, code)| (name.to_owned(), code)));
        assert_eq!(refused(&format!("q={}", "x".repeat(65))), [("q".to_owned(), "too_long")]);
        assert_eq!(refused(&"n".repeat(500))[0].0.len(), 64, "a name comes back whole");
    }

    #[test]
    fn a_limit_is_a_plain_number_from_1_to_200() {
        for bad in ["0", "201", "-1", "+5", "5.0", "", "x", "99999999999999999999"] {
            let problem = Query::read(&format!("limit={bad}"), KNOWN).unwrap_err();
            assert_eq!(problem.kind(), ProblemKind::BadLimit, "{bad}");
        }
        assert_eq!(Query::read("limit=200", KNOWN).unwrap().limit, 200);
    }

    #[test]
    fn a_code_that_does_not_exist_is_a_fault() {
        let query = Query::read("town=T01,T99", KNOWN).unwrap();
        assert!(query.codes("town", |code| code == "T01").is_err());
    }

    #[test]
    fn escapes_that_are_no_utf8_are_refused_and_stray_signs_stand() {
        assert!(Query::read("q=%ff", KNOWN).is_err());
        assert_eq!(unescape(b"50%+%zz%4").as_deref(), Some("50% %zz%4"));
        assert_eq!(form_field(b"a=1&csrf=x%2By&csrf=z", "csrf").as_deref(), Some("x+y"));
        assert_eq!(form_field(b"a=1", "csrf"), None);
    }

    #[test]
    fn a_page_holds_its_limit_and_knows_of_more() {
        assert_eq!(page(vec![1, 2, 3], 2), (vec![1, 2], true));
        assert_eq!(page(vec![1, 2], 2), (vec![1, 2], false));
    }
}
