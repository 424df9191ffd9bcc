//! What a body is told whose single parts are sound and do not go together, or do not fit what stands. A text here
//! says what to do next, and never holds anything that the sender wrote.

use crate::domain::attachment::Unfit;
use crate::domain::order::{Clash, OfItem, OnSite, Weak};

/// Chinese and English.
pub(super) fn clash_words(clash: Clash) -> (&'static str, &'static str) {
    match clash {
        Clash::TownOfEnterprise => {
            ("与企业所在属地不一致，请改正或不填。", "This is not the enterprise's town; correct it or leave it out.")
        }
        Clash::OneLead => ("须有且只有一个牵头单位。", "There must be exactly one lead department."),
        Clash::LeadAccepted => (
            "牵头单位须与受理时确定的一致。",
            "The lead must be the department that was named when the whistle was accepted.",
        ),
        Clash::Twice => ("重复填写，请只保留一个。", "This is named twice; keep one."),
        Clash::SingleRoute => (
            "单部门转办只能有一个单位，请减少单位或改选其他方式。",
            "One department only on this route; take others out or choose another route.",
        ),
        Clash::ClauseNeeded => {
            ("重大隐患须写明所依据的判定标准条款。", "A major hazard needs the clause of the criterion it rests on.")
        }
        Clash::OfficeOnly => {
            ("只有安委办可以填写，请删去。", "Only the committee office may fill this in; leave it out.")
        }
        Clash::DirectorOnly => {
            ("只有安委办主任可以填写，请删去。", "Only the director may fill this in; leave it out.")
        }
        Clash::AfterLimit => {
            ("时限只能提前，不能延后，请改早。", "A limit may be shortened, not lengthened; choose an earlier time.")
        }
        Clash::PastAYear => ("有效期最长365天，请改早。", "A year at most; choose an earlier time."),
        Clash::InThePast => ("不能早于现在，请改晚。", "This must not be in the past; choose a later time."),
        Clash::NoChange => {
            ("与现在的情况相同，或者方向不对，请改选。", "This changes nothing, or goes the wrong way; choose another.")
        }
        Clash::TooFarOff => ("超过最长期限，请改早。", "This is longer than may be; choose an earlier time."),
        Clash::NotLonger => ("须晚于现在的时限，请改晚。", "Choose a time later than the present limit."),
        Clash::NoContest => (
            "吹哨单位没有提出异议，请改选其他理由。",
            "The blower has not contested the closing; choose another ground.",
        ),
        Clash::Itself => ("不能是本单位自己，请改选其他单位。", "This is the department itself; name another unit."),
        Clash::InTheFuture => ("不能晚于现在，请改正。", "This must not be in the future; please correct it."),
        Clash::NoNetwork => ("填网段或地址，例如10.3.0.0/16。", "Give a network or an address: 10.3.0.0/16."),
        Clash::NoUsername => (
            "用户名为2至40个字符：小写字母开头，可用小写字母、数字和._-。",
            "A user name has 2 to 40 characters: a small letter first, then small letters, digits and ._-",
        ),
        Clash::Taken => ("已有人使用，请换一个用户名。", "Somebody has this user name; choose another."),
        Clash::RoleOfUnit => {
            ("该单位没有这个岗位，请改单位或者角色。", "This unit has no such post; change the unit or the role.")
        }
        Clash::OneOfThree => (
            "系统、安全、审计三类管理员不得由一人兼任，请换人。",
            "One person holds one of the three administrators; name another person.",
        ),
        Clash::BeyondRota => ("最多排到26周以后，请改早。", "26 weeks ahead at most; choose an earlier date."),
        Clash::Overtaken => (
            "这一班刚被别人改过。下面是现在的安排，请核对后再保存。",
            "Somebody has changed this shift meanwhile. What stands now is shown: check it and save again.",
        ),
        Clash::TooManyViews => {
            ("最多存20个视图，请先删除不用的。", "Twenty views at most; remove one that you no longer need.")
        }
        Clash::WrongCode => (
            "动态码不对或者已经用过，请输入设备上现在显示的6位数字。",
            "This code is not right or was used; type the 6 digits that the device shows now.",
        ),
        Clash::Weak(why) => weak_words(why),
        Clash::OnSite(why) => on_site_words(why),
    }
}

fn item_words(why: OfItem) -> (&'static str, &'static str) {
    match why {
        OfItem::WhistleEnded => (
            "该哨件已经结束，不能再随它核查；请改填其他哨件，或者去掉编号。",
            "This whistle has come to its end and nothing follows it; name another, or leave its code out.",
        ),
        OfItem::WhistleElsewhere => (
            "该哨件说的是另一家企业，请改填本企业的哨件，或者去掉编号。",
            "This whistle is about another firm; name one about this firm, or leave its code out.",
        ),
        OfItem::HazardOfOthers => (
            "按检查清单，这一隐患不归该单位检查；请改由清单所列单位检查。",
            "The checklist gives this hazard to other departments; let one of those look at it.",
        ),
        OfItem::HazardNotInForce => (
            "检查当天，检查清单已不再列这一隐患，或者尚未开始列；请改填清单上现有的。",
            "The checklist does not look for this on the day of the visit; name what it lists then.",
        ),
    }
}

fn on_site_words(why: OnSite) -> (&'static str, &'static str) {
    match why {
        OnSite::NoSuchItem => ("这次检查没有这一项，请核对编号。", "The visit has no such item; check its number."),
        OnSite::NotOwnItem => (
            "不是本单位的检查项，或者本单位部分已经结束，请只填本单位的。",
            "This is not your department's item, or its part is closed; record your own items only.",
        ),
        OnSite::HasFinding => (
            "这一项已记录隐患，不能改填；请在该隐患中办理。",
            "A finding was recorded here; it is handled there and cannot be unsaid.",
        ),
        OnSite::NoteNeeded => ("请写明未检查的原因。", "Say why it was not checked."),
        OnSite::OfItem(why) => item_words(why),
        OnSite::NotPassed => (
            "复查通过后才能以“已整改”销号，请改选其他方式或先复查。",
            "It is struck off as fixed only after a recheck that passed; choose another end or recheck first.",
        ),
    }
}

/// Why a file is not taken.
pub(super) fn unfit_words(why: Unfit) -> (&'static str, &'static str) {
    match why {
        Unfit::Empty => ("文件是空的，请重新选择。", "The file is empty; choose another."),
        Unfit::TooLarge => {
            ("超过10 MiB，请缩小以后再选。", "It is larger than 10 MiB; make it smaller and choose it again.")
        }
        Unfit::Active => (
            "内容是程序、脚本或者网页，不是照片或文档，不能上传。",
            "This is a program, a script or a page, and no picture or document; it is not taken.",
        ),
        Unfit::OtherKind => (
            "只接受JPEG、PNG、WebP、HEIC照片和PDF、OFD、DOCX、XLSX文档。",
            "Pictures (JPEG, PNG, WebP, HEIC) and documents (PDF, OFD, DOCX, XLSX) are taken, nothing else.",
        ),
        Unfit::NoPhoto => ("只接受JPEG、PNG、WebP照片。", "Only pictures are taken here: JPEG, PNG or WebP."),
        Unfit::OtherName => (
            "内容与文件名的后缀不一致，请改正后缀或者重新导出。",
            "The end of its name says another kind than its content; name it rightly or export it again.",
        ),
        Unfit::Macros => (
            "文档里带有宏或者程序，请另存为不带宏的文档后再上传。",
            "The document brings macros or programs along; save it without them and send that.",
        ),
        Unfit::Damaged => ("文件已损坏或者不完整，请重新导出。", "The file is damaged or not whole; export it again."),
    }
}

fn weak_words(why: Weak) -> (&'static str, &'static str) {
    match why {
        Weak::TooShort => ("太短，口令至少12个字符。", "Too short; a password has at least 12 characters."),
        Weak::TooLong => ("太长，口令最多128个字符。", "Too long; a password has at most 128 characters."),
        Weak::Common => ("太常见，请换一个别人想不到的。", "Too common; choose one that nobody would guess."),
        Weak::Repeats => {
            ("重复或者连续的字符太多，请换一个。", "Too many repeated or successive characters; choose another.")
        }
        Weak::Guessable => (
            "太好猜：除去姓名、单位、年份和键盘上连着的字符，所剩无几。请换一个。",
            "Too easily guessed: without names, units, years and keys in a row nothing much is left. Choose another.",
        ),
        Weak::Leaked => (
            "这个口令已在别处泄露，请换一个，别处也不要再用。",
            "This password has leaked elsewhere; choose another, and use this one nowhere.",
        ),
        Weak::Kinds => (
            "字符种类太少：大写字母、小写字母、数字、其他字符，至少用三种。",
            "Too few kinds of characters: use three of capitals, small letters, digits and others.",
        ),
        Weak::Same => ("与现在的口令相同，请换一个。", "This is the present password; choose another."),
    }
}
