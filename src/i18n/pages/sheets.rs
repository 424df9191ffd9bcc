//! The words around an official sheet on the screen, and of the links to it. The sheet itself is Chinese whoever reads it, and its words stand in
//! its template: they are a form's.

page_words! {
    /// The words around a sheet in one language.
    SheetText;
    bar: "打印", "Printing";
    print: "打印", "Print";
    back: "返回", "Back";
    calendar: "日历文件", "Calendar file";
    link_once: "二维码只在生成后10分钟内出现在这一页，请现在打印；以后再打印须重新生成，这个二维码随即作废。", "The code stays on this page for ten minutes: print it now. To print it later, make another, which voids this one.";
    hint: "打印时选A4纸、默认页边距，不打印页眉页脚。", "The official sheet is Chinese. Print it on A4 with default margins, without headers and footers.";
}
