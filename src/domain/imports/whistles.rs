//! Whistles as a file, for whoever may see them: what their page says, without the informer, and with phone and identity
//! numbers in texts masked. What stands only goes out: a whistle is changed by deeds.

use super::cells::Cell;
use super::sheet::{self, Column};
use crate::domain::at::At;
use crate::domain::directory::Directory;
use crate::domain::whistle::Whistle;
use crate::ids::TextId;
use std::collections::HashMap;

/// Of the file, in order. What comes in (`entries`) says what happened; the others say how the hub has it.
pub(super) const COLUMNS: &[Column] = &[
    Column::maybe("code", "编号"),
    Column::maybe("external_no", "外部编号"),
    Column::of("blown_at", "吹哨时间"),
    Column::maybe("entered_at", "补录时间"),
    Column::maybe("occurred_at", "发现时间"),
    Column::maybe("status", "状态"),
    Column::maybe("title", "标题"),
    Column::of("what", "隐患情况"),
    Column::of("category", "类别"),
    Column::maybe("severity", "隐患等级"),
    Column::maybe("urgency", "紧急程度"),
    Column::maybe("source", "哨源"),
    Column::of("blower", "吹哨单位"),
    Column::maybe("enterprise", "企业编号"),
    Column::maybe("enterprise_name", "企业名称"),
    Column::maybe("town", "属地"),
    Column::maybe("place", "地点"),
    Column::maybe("needed_departments", "需要单位"),
    Column::maybe("lead", "牵头"),
    Column::maybe("supports", "配合"),
    Column::maybe("due_at", "到期"),
    Column::maybe("overdue", "超时"),
];
/// Rows of one file; more want a narrower filter, or a second file.
pub const ROWS_MAX: usize = 5000;
/// A run of so many digits in a text is somebody's number.
const NUMBER: usize = 7;

/// A whistle and what stands beside it.
#[derive(Debug)]
pub struct Told {
    pub whistle: Whistle,
    pub due_at: Option<At>,
    pub overdue: bool,
}

/// The file: UTF-8 with its mark, `notes` above the head. Erased texts are empty.
pub fn written(rows: &[Told], texts: &HashMap<TextId, String>, directory: &Directory, notes: &[String]) -> Vec<u8> {
    sheet::written(COLUMNS, rows.iter().map(|row| cells(row, texts, directory)), notes)
}

/// The texts that a file holds: never the informer's.
pub fn texts_of(whistle: &Whistle) -> Vec<TextId> {
    let texts = &whistle.texts;
    [Some(&texts.title), Some(&texts.what), texts.place.as_ref()].into_iter().flatten().cloned().collect()
}

fn cells(row: &Told, texts: &HashMap<TextId, String>, directory: &Directory) -> Vec<Cell> {
    let whistle = &row.whistle;
    let text =
        |id: Option<&TextId>| Cell::Text(id.and_then(|id| texts.get(id)).map(|text| masked(text)).unwrap_or_default());
    let time = |at: Option<At>| Cell::Plain(at.map(At::rfc3339).unwrap_or_default());
    let firm = whistle.enterprise.as_deref().and_then(|code| directory.enterprise(code));
    vec![
        Cell::text(&whistle.code),
        Cell::maybe(whistle.late_entry.as_ref().map(|entry| &entry.external_no)),
        time(Some(whistle.blown_at)),
        time(whistle.late_entry.as_ref().map(|entry| entry.received_at)),
        time(whistle.occurred_at),
        Cell::text(whistle.status.as_str()),
        text(Some(&whistle.texts.title)),
        text(Some(&whistle.texts.what)),
        Cell::text(whistle.category.as_str()),
        Cell::text(whistle.severity.as_str()),
        Cell::text(whistle.urgency.as_str()),
        Cell::text(whistle.source.as_str()),
        Cell::text(&whistle.blower.department),
        Cell::maybe(whistle.enterprise.as_ref()),
        Cell::text(firm.map_or("", |firm| &firm.name)),
        Cell::maybe(whistle.town.as_ref()),
        text(whistle.texts.place.as_ref()),
        Cell::list(whistle.needed_departments.iter().map(String::as_str)),
        Cell::maybe(whistle.lead.as_ref()),
        Cell::list(whistle.supports.iter().map(String::as_str)),
        time(row.due_at),
        Cell::flag(row.overdue),
    ]
}

/// Long numbers keep their first three and last two digits: enough to tell two of them apart, too little to ring.
fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run: Vec<char> = Vec::new();
    for c in text.chars().chain(['\0']) {
        if c.is_ascii_digit() || ('０'..='９').contains(&c) {
            run.push(c);
            continue;
        }
        let hidden = |at: usize| run.len() >= NUMBER && (3..run.len() - 2).contains(&at);
        out.extend(run.iter().enumerate().map(|(at, digit)| if hidden(at) { '*' } else { *digit }));
        run.clear();
        out.push(c);
    }
    out.pop();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t21_numbers_of_people_are_masked_wherever_they_stand() {
        for (text, shown) in [
            ("请联系13812345678。", "请联系138******78。"),
            ("１３８１２３４５６７８", "１３８******７８"),
            ("身份证320411199001011234", "身份证320*************34"),
            ("0519-8812345转3", "0519-881**45转3"),
            ("宽3米，2026年12月1日", "宽3米，2026年12月1日"),
            ("", ""),
        ] {
            assert_eq!(masked(text), shown);
        }
    }
}
