//! What the import of a file says: how it was read, what it would change, and each fault by row and column with its
//! repair. Nothing here quotes a file.

use super::Lang;
use crate::domain::imports::List;
use crate::domain::imports::difference::{Difference, LeftOut};
use crate::domain::imports::encoding::{Encoding, Known};
use crate::domain::imports::faults::{Fault, What};

impl Lang {
    /// A list's name.
    pub fn list(self, list: List) -> &'static str {
        self.pick(match list {
            List::Departments => ("部门", "Departments"),
            List::Towns => ("镇街", "Towns"),
            List::Enterprises => ("企业", "Enterprises"),
            List::People => ("人员", "People"),
            List::Duty => ("值班表", "Duty rota"),
            List::Calendar => ("工作日历", "Calendar"),
            List::Checklist => ("检查清单", "Checklist"),
            List::Vehicles => ("执法车辆", "Vehicles"),
            List::Leave => ("请休假", "Leave"),
            List::Whistles => ("哨件（补录）", "Whistles (entered later)"),
        })
    }

    /// An encoding's name.
    pub fn encoding(self, encoding: Encoding) -> &'static str {
        match encoding {
            Encoding::Utf8 => "UTF-8",
            Encoding::Gb18030 => "GB18030 (GBK)",
            Encoding::Utf16Le => "UTF-16 LE",
            Encoding::Utf16Be => "UTF-16 BE",
        }
    }

    /// How the file was read.
    pub fn read_as(self, (encoding, known): (Encoding, Known)) -> String {
        let name = self.encoding(encoding);
        match (self, known) {
            (Lang::Zh, Known::Marked) => format!("按文件头标记读作{name}"),
            (Lang::En, Known::Marked) => format!("Read as {name}, by the mark at its beginning"),
            (Lang::Zh, Known::Fits) => format!("识别为{name}，请核对下列文字"),
            (Lang::En, Known::Fits) => format!("Recognised as {name}: please look at the words below"),
            (Lang::Zh, Known::Told) => format!("按您的选择读作{name}"),
            (Lang::En, Known::Told) => format!("Read as {name}, as you said"),
            (Lang::Zh, Known::Or(other)) => {
                format!("读作{name}，但也可能是{}：若下列文字不对，请改选编码后重新预览", self.encoding(other))
            }
            (Lang::En, Known::Or(other)) => {
                let other = self.encoding(other);
                format!(
                    "Read as {name}, but it may be {other}: if the words below look wrong, choose it and look again"
                )
            }
        }
    }

    /// Where a fault is.
    pub fn place(self, fault: &Fault) -> String {
        match (self, fault.row, fault.column.as_str()) {
            (Lang::Zh, 0, _) => "整个文件".to_owned(),
            (Lang::En, 0, _) => "The whole file".to_owned(),
            (Lang::Zh, row, "") => format!("第{row}行"),
            (Lang::En, row, "") => format!("Row {row}"),
            (Lang::Zh, row, column) => format!("第{row}行，{column}列"),
            (Lang::En, row, column) => format!("Row {row}, column {column}"),
        }
    }

    /// A fault with its place.
    pub fn placed_fault(self, fault: &Fault) -> String {
        let (place, what) = (self.place(fault), self.import_fault(&fault.what));
        match self {
            Lang::Zh => format!("{place}：{what}"),
            Lang::En => format!("{place}: {what}"),
        }
    }

    /// What is wrong with a cell, a row or a file, and what to do.
    pub fn import_fault(self, what: &What) -> String {
        if let What::Order(code) = what {
            return self.field_fault(*code);
        }
        match counted(self, what) {
            Some(words) => self.pick(words),
            None => self.pick(plain(what)).to_owned(),
        }
    }

    /// How many of each.
    pub fn counts(self, difference: &Difference) -> String {
        let (added, changed) = (difference.added.len(), difference.changed.len());
        let (unchanged, missing) = (difference.unchanged, difference.left_out.len());
        let counts = self.pick((
            format!("新增{added}行，修改{changed}行，不变{unchanged}行"),
            format!("{added} new, {changed} changed, {unchanged} as they are"),
        ));
        let fate = match (self, difference.fate) {
            _ if missing == 0 => String::new(),
            (Lang::Zh, LeftOut::Stays) => format!("；另有{missing}行不在文件中，保持原样"),
            (Lang::En, LeftOut::Stays) => format!("; {missing} are not in the file and stay"),
            (Lang::Zh, LeftOut::Goes) => format!("；另有{missing}行不在文件中，将被删除"),
            (Lang::En, LeftOut::Goes) => format!("; {missing} are not in the file and go"),
        };
        let order = if difference.order.is_some() { self.pick(("；顺序有变", "; in another order")) } else { "" };
        format!("{counts}{fate}{order}")
    }

    /// How many faults there are, and how many were named.
    pub fn fault_count(self, count: usize, named: usize) -> String {
        match self {
            Lang::Zh if count > named => format!("共{count}处错误，以上是前{named}处；什么都没有写入"),
            Lang::Zh => format!("共{count}处错误；什么都没有写入"),
            Lang::En if count > named => {
                format!("{count} faults, the first {named} of them above; nothing was written")
            }
            Lang::En => format!("{count} faults; nothing was written"),
        }
    }

    /// What became of a file without a fault.
    pub fn written(self, dry_run: bool, nothing: bool) -> &'static str {
        self.pick(match (nothing, dry_run) {
            (true, _) => ("与现有内容一致，无需写入", "The same as it stands: nothing to write"),
            (false, true) => ("这是预览，什么都没有写入", "A preview: nothing was written"),
            (false, false) => ("已全部写入", "All of it was written"),
        })
    }

    /// Whoever works at the machine itself.
    pub fn operator(self) -> &'static str {
        self.pick(("运维人员", "operator"))
    }

    /// The list of whistles.
    pub fn whistles(self) -> &'static str {
        self.pick(("哨件", "Whistles"))
    }

    /// By which filter whistles went out.
    pub fn filter_note(self, filter: &str) -> String {
        let none = self.pick(("无", "none"));
        let filter = if filter.is_empty() { none } else { filter };
        match self {
            Lang::Zh => format!("筛选：{filter}；文字中的长号码已遮盖，举报人信息不导出"),
            Lang::En => format!("filter: {filter}; long numbers in texts are masked, informers are left out"),
        }
    }

    /// What stands above an export: what, who, when.
    pub fn export_note(self, what: &str, who: &str, when: &str) -> String {
        match self {
            Lang::Zh => format!("吹哨协同平台导出：{what}；导出人：{who}；截至：{when}"),
            Lang::En => format!("whistle-hub export: {what}; by {who}; as of {when}"),
        }
    }
}

/// In both languages, for faults that have a figure; nothing for the others.
fn counted(lang: Lang, what: &What) -> Option<(String, String)> {
    Some(match what {
        What::Unreadable { told: Some(told) } => {
            let told = lang.encoding(*told);
            (
                format!("不是{told}编码：请改选编码，或另存为“CSV UTF-8”后重试"),
                format!("It is not {told}: choose another encoding, or save it as \"CSV UTF-8\""),
            )
        }
        What::TooLarge { max_mib } => (
            format!("文件超过{max_mib} MiB：请拆分后分次导入"),
            format!("Larger than {max_mib} MiB: import it in parts"),
        ),
        What::TooManyRows { max } => {
            (format!("超过{max}行：请拆分后分次导入"), format!("More than {max} rows: import it in parts"))
        }
        What::TooManyColumns { max } => {
            (format!("超过{max}列：请删去多余的列"), format!("More than {max} columns: remove the others"))
        }
        What::Cells { has, wants } => (
            format!("有{has}格，应为{wants}格：单元格中的逗号和换行须用双引号括起"),
            format!("{has} cells instead of {wants}: a comma or a new line in a cell needs quotation marks around it"),
        ),
        What::TooLong { max } => {
            (format!("超过{max}个字符：请缩短"), format!("Longer than {max} characters: shorten it"))
        }
        What::NotAWord { words } => {
            (format!("不在可选值中：{}", words.join("、")), format!("None of these words: {}", words.join(", ")))
        }
        What::Twice { row } => (
            format!("与第{row}行重复：每个值只能出现一次"),
            format!("The same as in row {row}: it may stand once only"),
        ),
        What::Unreadable { told: None } | What::NoRows | What::OpenQuote | What::Empty | What::Damaged => return None,
        What::UnknownColumn | What::MissingColumn | What::TwiceColumn | What::Formula | What::Rounded => return None,
        What::NotANumber | What::NotAFlag | What::NotADate | What::DoubtfulDate | What::NotATime => return None,
        What::NotACode | What::NotAUsername | What::CheckDigit | What::Weekday | What::Taken => return None,
        What::Unknown | What::Backwards | What::Past | What::NeedsTwo | What::OwnPost => return None,
        What::WrongRole | What::Order(_) => return None,
    })
}

fn plain(what: &What) -> (&'static str, &'static str) {
    match what {
        What::Unreadable { .. } => (
            "无法识别编码：请在Excel或WPS中另存为“CSV UTF-8”后重试",
            "The encoding is not known: save it as \"CSV UTF-8\" and send it again",
        ),
        What::NoRows => {
            ("没有数据行：第一行应为列名，其下为数据", "No rows: the first line names the columns, rows follow")
        }
        What::OpenQuote => ("双引号没有成对：请检查该行的引号", "A quotation mark is never closed: look at this row"),
        What::UnknownColumn => {
            ("没有这一列：请改正列名或删去此列", "There is no such column: correct its name or remove it")
        }
        What::MissingColumn => {
            ("缺少此列：可先导出一份作为模板", "This column is missing: export the list to have a pattern")
        }
        What::TwiceColumn => ("此列出现两次：请删去一列", "This column stands twice: remove one"),
        What::Empty => ("不能为空：请填写", "Empty: fill it in"),
        What::Damaged => (
            "含有乱码或控制字符：请重新输入，或改选编码",
            "A damaged or control character: type it again, or choose another encoding",
        ),
        What::Formula => (
            "以公式符号开头：若确为文字，请在前面加英文单引号'",
            "It begins like a formula: if it is text, put an apostrophe ' in front",
        ),
        What::Rounded => (
            "长数字已被表格软件改成科学计数：请把此列设为文本格式，重新填写后保存",
            "A spreadsheet has rounded this number: format the column as text, type it again and save",
        ),
        What::NotANumber => ("不是数字：请只写数字", "Not a number: write figures only"),
        What::NotAFlag => ("请填1（是）或0（否）", "Write 1 for yes or 0 for no"),
        What::NotADate => ("不是日期：请写成2026-12-01", "Not a date: write 2026-12-01"),
        What::DoubtfulDate => (
            "日期有歧义：请按年-月-日写成2026-12-01",
            "This date can be read in two ways: write year-month-day, as in 2026-12-01",
        ),
        What::NotATime => ("不是日期时间：请写成2026-12-01 09:30", "Not a date and time: write 2026-12-01 09:30"),
        What::NotACode => ("代码中不能有空格", "A code has no blanks"),
        What::NotAUsername => {
            ("用户名只能用小写字母、数字和. - _", "A user name has lower-case letters, figures and . - _ only")
        }
        What::CheckDigit => (
            "统一社会信用代码校验不通过：请核对18位",
            "The check digit of the credit code does not fit: compare all 18 characters",
        ),
        What::Weekday => ("日期与星期不符：请核对", "The date is another day of the week: look again"),
        What::Taken => ("此代码已被另一名单使用：请换一个", "Another list uses this code: choose another one"),
        What::Unknown => {
            ("所指的对象不存在：请先导入它，或改正代码", "Nothing has this name: import it first, or correct it")
        }
        What::Backwards => ("止日早于起日：请核对", "The last day is before the first: look again"),
        What::Past => ("不能改动已经过去的日子", "Days that are over are not changed"),
        What::NeedsTwo => (
            "此角色须由两人在人员页面授予，不能导入",
            "This role is given by two persons on the page of people, not by a file",
        ),
        What::OwnPost => (
            "不能变更本人的角色和单位：请由另一名管理员办理",
            "Nobody changes the own role or unit: another administrator does",
        ),
        What::WrongRole => ("此人不是安委办值班员", "This person is no duty officer of the office"),
        What::TooLarge { .. } | What::TooManyRows { .. } | What::TooManyColumns { .. } | What::Cells { .. } => ("", ""),
        What::TooLong { .. } | What::NotAWord { .. } | What::Twice { .. } | What::Order(_) => ("", ""),
    }
}
