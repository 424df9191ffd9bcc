//! The words around an official sheet on the screen. The sheet itself is Chinese whoever reads it, and its words stand in
//! its template: they are a form's.

use super::super::Lang;

page_words! {
    /// The words of the bar above a sheet in one language.
    SheetText;
    bar: "打印", "Printing";
    print: "打印", "Print";
    back: "返回", "Back";
    hint: "打印时选A4纸、默认页边距，不打印页眉页脚。", "The official sheet is Chinese. Print it on A4 with default margins, without headers and footers.";
}

/// The words of the bar in one language.
pub fn sheet(lang: Lang) -> &'static SheetText {
    match lang {
        Lang::Zh => &ZH,
        Lang::En => &EN,
    }
}
