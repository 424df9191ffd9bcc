//! Every word that the page of imports and exports says of itself. What a file's fault is told comes from elsewhere;
//! nothing here decides anything or formats HTML.

page_words! {
    /// The words of the page of imports in one language.
    ImportText;
    lead: "选择名单和CSV文件，先看会改动什么，再确认写入；整个文件要么全部写入，要么都不写入。", "Choose a list and a CSV file, see what it would change, then confirm. All of it is written, or nothing.";
    title: "导入", "Import";
    list: "名单", "List";
    file: "CSV文件", "CSV file";
    file_hint: "最大8 MiB、50,000行。可先导出一份作为模板。", "8 MiB and 50,000 rows at most. Export the list first to have a pattern.";
    encoding: "文字编码", "Encoding";
    auto: "自动识别", "Find out";
    removes: "文件中没有的行一并删除（只对工作日历、值班表、车辆和请休假有效）", "Remove what the file leaves out (calendar, rota, vehicles and leave only)";
    look: "预览", "Look";
    preview: "预览：", "Preview: ";
    sample: "文件开头的内容", "How the file begins";
    faults: "需要改正的地方", "To be corrected";
    row: "行", "Row";
    column: "列", "Column";
    fault: "问题和改法", "What is wrong, and the cure";
    whole: "整个文件", "The whole file";
    changes: "将修改", "Will be changed";
    old: "现在", "Now";
    new: "改为", "Then";
    added: "将新增", "Will be added";
    missing_stay: "不在文件中，保持原样", "Not in the file, stay as they are";
    missing_go: "不在文件中，将被删除", "Not in the file, will be removed";
    more: "其余略去", "More are left out here";
    go: "确认写入", "Write all of it";
    again: "改用别的编码或文件", "Another encoding or file";
    gone: "刚才预览的文件已不在，什么都没有写入。请重新选择文件。", "The file that you looked at is gone and nothing was written. Choose it again.";
    proposed: "提交复核，等另一位人员确认后生效", "Proposed; it takes effect when a second person confirms it";
    refused: "不予采用，没有写入", "Refused, nothing was written";
    second_title: "等待第二人复核：", "Waits for a second person: ";
    second_lead: "时限按工作日历计算，信件按值班表送达，检查按检查清单进行，都须由两人先后确认。提出人：", "Limits are counted by the calendar and letters go by the rota, visits look by the checklist, so two persons decide. Proposed by: ";
    second_own: "您已提出，请管理员或安委办主任中的另一位复核；七天内无人确认即作废。", "You proposed it. Another administrator or the office's director confirms it; after seven days it lapses.";
    second_go: "复核无误，写入", "Confirm and write";
    second_no: "不予采用", "Refuse";
    none: "请选择文件", "Choose a file";
    export_title: "导出", "Export";
    export_csv: "导出为CSV", "Export as CSV";
    export_lead: "带BOM的UTF-8，可直接用Excel、WPS打开；每次导出都有记录。", "UTF-8 with its mark, for Excel and WPS. Each export is recorded.";
}
