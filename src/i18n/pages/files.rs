//! The words of attached pictures and documents, Chinese first, English beside it. What a sender called a file comes from
//! elsewhere; nothing here decides anything.

use super::super::Lang;

page_words! {
    /// The words of attached files in one language.
    FileText;
    title: "附件", "Files";
    none: "还没有附件。", "There is none yet.";
    original: "原件", "As it came";
    erased: "名称已依法删除", "Its name was erased by law";
    guarded: "来源受保护：照片只有安委办和上传人可以看到。", "The source is protected: pictures are seen by the committee office and by whoever brought them.";
    choose: "照片和文档", "Pictures and documents";
    hint: "一次最多12个，每个不超过10 MiB。照片JPEG、PNG、WebP、HEIC，文档PDF、OFD、DOCX、XLSX；供查看的照片会去掉拍摄位置。", "Twelve at a time, 10 MiB each. Pictures JPEG, PNG, WebP, HEIC; documents PDF, OFD, DOCX, XLSX. What others see of a picture does not tell where it was taken.";
    go: "添加附件", "Attach";
    proof: "整改前后", "Before and after";
    proof_lead: "同一位置，整改前和整改后各拍一张。", "The same spot, once before and once after.";
    before: "整改前", "Before";
    after: "整改后", "After";
    no_photo: "还没有照片。", "No photo yet.";
    shows: "拍的是", "It shows";
    add_photo: "添加照片", "Add a photo";
    held: "只有安委办和上传人可以看到", "Seen by the committee office and by whoever brought it";
    release: "解除限制", "Release";
}

/// A size as people say it.
pub fn size(lang: Lang, bytes: i64) -> String {
    const KIB: i64 = 1024;
    match bytes {
        ..KIB => lang.pick((format!("{bytes}字节"), format!("{bytes} bytes"))),
        _ if bytes < KIB * KIB => format!("{} KiB", bytes / KIB),
        _ => format!("{}.{} MiB", bytes / KIB / KIB, bytes / KIB % KIB * 10 / KIB),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_said_in_the_unit_that_fits_it() {
        let said = [0, 1023, 1024, 1024 * 1024, 10 * 1024 * 1024 + 512 * 1024].map(|bytes| size(Lang::En, bytes));
        assert_eq!(said, ["0 bytes", "1023 bytes", "1 KiB", "1.0 MiB", "10.5 MiB"]);
        assert_eq!(size(Lang::Zh, 7), "7字节");
    }
}
