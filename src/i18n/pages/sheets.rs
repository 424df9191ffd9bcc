//! The words around an official sheet on the screen, and of the links to it. The sheet itself is Chinese whoever reads it, and its words stand in
//! its template: they are a form's.

page_words! {
    /// The words around a sheet in one language.
    SheetText;
    bar: "打印", "Printing";
    print: "打印", "Print";
    back: "返回", "Back";
    calendar: "日历文件", "Calendar file";
    hint: "打印时选A4纸、默认页边距，不打印页眉页脚。", "The official sheet is Chinese. Print it on A4 with default margins, without headers and footers.";
}
