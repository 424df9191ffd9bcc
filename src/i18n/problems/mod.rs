//! What an answer says when it is no: every problem of the HTTP contract with its status and slug, and every fault of
//! a body with its cure. A text here says what to do next, and never holds anything that the sender wrote.

mod clashes;
mod reasons;

use super::Lang;
use crate::domain::order::{Expected, Fault, FaultCode, NotAnObject};
use clashes::{clash_words, unfit_words};

/// Declares the problems: name, status, slug, then title and detail in Chinese and in English.
/// The answers of 500 and above are mute: their title says all, and they have no detail.
macro_rules! problems {
    ($($name:ident = $status:literal, $slug:literal:
        $zh:literal, $zh_detail:expr;
        $en:literal, $en_detail:expr;)+) => {
        /// One kind of answer other than success.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ProblemKind { $($name,)+ }

        impl ProblemKind {
            /// Every kind, by status.
            pub const ALL: &'static [ProblemKind] = &[$(ProblemKind::$name,)+];

            /// The HTTP status.
            pub fn status(self) -> u16 {
                match self { $(ProblemKind::$name => $status,)+ }
            }

            /// The end of the problem's `type`: `urn:whistle-hub:problem:<slug>`.
            pub fn slug(self) -> &'static str {
                match self { $(ProblemKind::$name => $slug,)+ }
            }
        }

        impl Lang {
            /// What it is, in a few words.
            pub fn problem_title(self, kind: ProblemKind) -> &'static str {
                self.pick(match kind { $(ProblemKind::$name => ($zh, $en),)+ })
            }

            /// What to do about it; nothing for the mute answers of 500 and above.
            pub fn problem_detail(self, kind: ProblemKind) -> Option<&'static str> {
                self.pick(match kind { $(ProblemKind::$name => ($zh_detail, $en_detail),)+ })
            }
        }
    };
}

problems! {
    BrokenRequest = 400, "broken_request":
        "请求不完整或格式有误", Some("请按HTTP规范重新发送请求。");
        "The request is broken", Some("Send it again as well-formed HTTP.");
    BothCredentials = 400, "both_credentials":
        "同时带了两种登录凭证", Some("令牌与登录Cookie只能用一种，请去掉其中一种后重试。");
        "Two kinds of credentials at once", Some("Send either the bearer token or the sign-in cookie, not both.");
    MissingKey = 400, "missing_key":
        "缺少Idempotency-Key", Some("请在请求头中加上Idempotency-Key；重试同一请求时使用同一个值。");
        "Idempotency-Key is missing", Some("Add an Idempotency-Key header, and repeat it when you retry this request.");
    BadKey = 400, "bad_key":
        "Idempotency-Key不合要求", Some("请使用8至128个可见的ASCII字符，且只发送一次该请求头。");
        "Idempotency-Key is not usable", Some("Use 8 to 128 visible ASCII characters, in one header.");
    BadCursor = 400, "bad_cursor":
        "cursor无效", Some("请原样使用上一页返回的next_cursor，筛选与排序保持不变；或去掉cursor从头读取。");
        "The cursor is not valid",
        Some("Use next_cursor of the previous page unchanged, with the same filters and sort, or start without one.");
    BadLimit = 400, "bad_limit":
        "limit无效", Some("请填写1至200之间的整数，或去掉limit使用默认值50。");
        "The limit is not valid", Some("Use a whole number from 1 to 200, or leave it out for 50.");
    BadLastEventId = 400, "bad_last_event_id":
        "Last-Event-ID无效", Some("请原样使用最后收到的事件id，且只发送一次该请求头；或去掉它，从现在开始接收。");
        "Last-Event-ID is not valid",
        Some("Send the id of the last event unchanged, in one header, or leave it out to hear from now on.");
    BadFilter = 400, "bad_filter":
        "筛选或排序条件无效", Some("请只使用接口文档列出的条件和取值，多个取值用逗号隔开。");
        "A filter or sort is not valid",
        Some("Use only the documented filters and values, several separated by commas.");
    NotUtf8 = 400, "not_utf8":
        "内容不是UTF-8编码", Some("请将内容转换为UTF-8编码后重新发送。");
        "The body is not UTF-8", Some("Encode the body as UTF-8 and send it again.");
    BadJson = 400, "bad_json":
        "内容不是JSON对象", Some("请发送一个完整的JSON对象，前后不带其他内容。");
        "The body is not a JSON object", Some("Send one whole JSON object and nothing else.");
    TooDeep = 400, "too_deep":
        "内容嵌套过深", Some("嵌套最多16层，请减少层数。");
        "The body is nested too deep", Some("Use at most 16 levels of nesting.");
    SignInNeeded = 401, "sign_in_needed":
        "请先登录", Some("没有有效的登录凭证，请登录后重试。");
        "Please sign in", Some("There is no valid credential with this request. Sign in and try again.");
    SignInFailed = 401, "sign_in_failed":
        "登录未成功", Some("用户名或密码不正确，请核对后重试。");
        "Sign-in failed", Some("The user name or the password is not right. Check both and try again.");
    RoleMayNot = 403, "role_may_not":
        "当前身份不能办理此事", Some("请由有此职责的人员办理；如您另有身份，请换用该身份登录。");
        "Your role may not do this", Some("Leave it to whoever holds this duty, or sign in with your other role.");
    PasswordFirst = 403, "password_first":
        "请先设置自己的口令", Some("初始口令只能登录一次，口令满期须更换；请先设置新口令再办理其他事项。");
        "Choose a password of your own first",
        Some("An initial password lets in once, and one that has had its time no longer. Choose a new one before anything else.");
    FactorFirst = 403, "factor_first":
        "请先启用动态码", Some("您的岗位须启用动态码，启用后才能办理其他事项。");
        "Enrol a second factor first", Some("Your post needs one. Enrol it at /api/v1/me/totp before anything else.");
    StepUpNeeded = 403, "step_up_needed":
        "请再次输入口令或者动态码", Some("此操作须在5分钟内验证过本人身份，请验证后重新提交。");
        "Give your password or a code again",
        Some("This needs a proof of who you are that is no older than 5 minutes. Give it, then send this again.");
    ProofFailed = 403, "proof_failed":
        "口令或者动态码不正确", Some("没有执行，请核对后重试。");
        "The password or the code is not right", Some("Nothing was done. Check it and try again.");
    Csrf = 403, "csrf":
        "页面已过期，没有提交", Some("请先复制已填写的内容，刷新页面后再提交。");
        "The page has expired, nothing was sent", Some("Copy what you typed, reload the page and send it again.");
    WrongOrigin = 403, "wrong_origin":
        "请求来自其他网站，没有执行", Some("请在本平台的页面上操作。");
        "The request came from another site, nothing was done", Some("Please act from a page of this hub.");
    NotFound = 404, "not_found":
        "没有找到", Some("不存在，或者不在您可查看的范围内。请核对编号或地址。");
        "Not found", Some("It does not exist, or you may not see it. Check the code or the address.");
    MethodNotAllowed = 405, "method_not_allowed":
        "此地址不支持这种请求方法", Some("请使用Allow响应头列出的方法。");
        "This address does not take that method", Some("Use a method that the Allow header names.");
    State = 409, "state":
        "当前状态下不能这样办理", Some("请看现在的状态，并从allowed_deeds列出的操作中选择。");
        "Not possible in the present state", Some("Look at the present status and choose among allowed_deeds.");
    Guards = 409, "guards":
        "条件尚未满足", Some("请先解决reasons中列出的各项原因，再重新办理。");
        "Conditions are not met", Some("Settle every point in reasons first, then try again.");
    TooManyTokens = 409, "too_many_tokens":
        "本单位的机器令牌已满", Some("每个单位最多20个，请先停用不再使用的令牌。");
        "The department has as many machine tokens as it may", Some("Twenty at most: end one that is no longer used.");
    Stale = 412, "stale":
        "内容已被他人更新，您的操作没有执行", Some("请查看最新内容，确认后用新的版本重新提交。");
        "It has changed meanwhile, nothing was done",
        Some("Read what is there now, then send your deed again with the new version.");
    TooLarge = 413, "too_large":
        "内容过大", Some("请求内容最多64 KiB，单个文件最多10 MiB，请缩减后重新发送。");
        "The body is too large", Some("At most 64 KiB for a request and 10 MiB for a file. Send less.");
    Encoding = 415, "encoding":
        "不接受压缩内容", Some("请去掉Content-Encoding，直接发送未压缩的内容。");
        "Compressed bodies are not taken", Some("Send the body as it is, without Content-Encoding.");
    ContentType = 415, "content_type":
        "内容类型不对", Some("请以Content-Type: application/json发送JSON。");
        "Wrong content type", Some("Send JSON with Content-Type: application/json.");
    TooManyRows = 422, "too_many_rows":
        "超过5,000行，没有导出", Some("请缩小筛选范围（例如按状态、属地）后分次导出。");
        "More than 5,000 rows; nothing was exported", Some("Narrow the filter, by state or town, and export in parts.");
    Rows = 422, "rows":
        "文件有误，什么都没有写入", Some("请按列出的行和列改正后重新导入；整个文件要么全部写入，要么都不写入。");
        "The file has faults; nothing was written", Some("Correct what is named by row and column and send it again: all of it is written, or nothing.");
    Fields = 422, "fields":
        "填写的内容有误", Some("请按errors中的逐项提示修改后重新提交，其余内容保持不变即可。");
        "Some fields need mending", Some("Mend every field listed in errors and send it again; the rest may stay.");
    KeyReused = 422, "key_reused":
        "Idempotency-Key已用于另一份内容", Some("新的请求请换用新的值；重试原请求请发送完全相同的内容。");
        "Idempotency-Key belongs to another body",
        Some("Take a new key for a new request, or repeat the first body exactly.");
    VersionMissing = 428, "version_missing":
        "缺少If-Match", Some("请先读取最新内容，再在If-Match中填写其ETag。");
        "If-Match is missing", Some("Read it first, then send its ETag in If-Match.");
    TooManyRequests = 429, "too_many_requests":
        "请求过于频繁", Some("请按Retry-After给出的秒数等待后再试。");
        "Too many requests", Some("Wait as many seconds as Retry-After says, then try again.");
    TooManyTries = 429, "too_many_tries":
        "登录失败次数过多", Some("请按Retry-After给出的秒数等待后再试；忘记密码请联系系统管理员。");
        "Too many failed sign-ins",
        Some("Wait as many seconds as Retry-After says; ask the administrator about a lost password.");
    Internal = 500, "internal":
        "系统出错，请稍后再试；仍不成功请将请求编号告知管理员", None;
        "Something failed here: try again later, or tell the administrator the request id", None;
    Busy = 503, "busy":
        "系统繁忙，没有执行，请稍后再试", None;
        "The hub is busy and nothing was done: try again shortly", None;
    NoRoom = 503, "no_room":
        "存放附件的空间不足，文件没有保存；其他业务照常办理，请告知管理员", None;
        "There is no room left for files and none was kept; all other work goes on. Please tell the administrator", None;
    UnknownOutcome = 503, "unknown_outcome":
        "结果未能确认，请用同一Idempotency-Key重试", None;
        "The outcome is not known: retry with the same Idempotency-Key", None;
    Away = 503, "away":
        "系统暂时不可用，没有执行，请稍后再试", None;
        "A part of the hub is away and nothing was done: try again later", None;
}

impl From<NotAnObject> for ProblemKind {
    fn from(why: NotAnObject) -> ProblemKind {
        match why {
            NotAnObject::NotUtf8 => ProblemKind::NotUtf8,
            NotAnObject::NotJson | NotAnObject::NotObject => ProblemKind::BadJson,
            NotAnObject::TooDeep => ProblemKind::TooDeep,
        }
    }
}

impl Lang {
    /// Said to who blew a protected whistle that seems to hold a number of somebody's.
    pub fn tells_who_spoke(self) -> &'static str {
        self.pick((
            "内容里好像有电话或身份证号。来源受保护，请不要写能认出举报人的内容；可请安委办退回后改写。",
            "This seems to hold a phone or identity number. The source is protected: leave out what tells who spoke, \
             and ask the office to return it so that you can reword it.",
        ))
    }

    /// The cure of one fault. Its pointer names the field; the text that was sent is never repeated.
    pub fn fault(self, fault: &Fault) -> String {
        self.field_fault(fault.code)
    }

    /// The same where the field is named otherwise.
    pub fn field_fault(self, code: FaultCode) -> String {
        let (zh, en) = match code {
            FaultCode::Unknown => fixed("没有这个字段，请删去。", "There is no such field; leave it out."),
            FaultCode::Duplicate => {
                fixed("这个字段出现了多次，请只保留一个。", "This field is there more than once; keep one.")
            }
            FaultCode::Missing => fixed("必填，请补上。", "This is required; please fill it in."),
            FaultCode::Null => {
                fixed("不能为null；不填请删去这个字段。", "null is not taken; leave the field out instead.")
            }
            FaultCode::Type(expected) => return self.pick(expected_words(expected)).to_owned(),
            FaultCode::TooLong(max) => {
                (format!("最多{max}个字符，请缩短。"), format!("At most {max} characters; please shorten it."))
            }
            FaultCode::Blank => fixed("不能为空白，请填写内容。", "This must not be blank; please write something."),
            FaultCode::ControlCharacter => fixed(
                "含有看不见的控制字符，请删去（换行和制表符可以保留）。",
                "Remove the control characters; line feeds and tabs may stay.",
            ),
            FaultCode::NotInList(words) => {
                (format!("请从下列值中选一个：{}。", words.join("、")), format!("Choose one of: {}.", words.join(", ")))
            }
            FaultCode::TooFew(min) => {
                (format!("至少{min}项，请补充。"), format!("At least {min} items; please add some."))
            }
            FaultCode::TooMany(max) => {
                (format!("最多{max}项，请减少。"), format!("At most {max} items; please take some out."))
            }
            FaultCode::BadTime => fixed(
                "请按RFC 3339写明时间和时区，例如2026-11-25T17:30:00+08:00。",
                "Write the time as RFC 3339 with its offset, such as 2026-11-25T17:30:00+08:00.",
            ),
            FaultCode::BadDate => {
                fixed("请按年-月-日填写日期，例如2026-12-01。", "Write the date as year-month-day, such as 2026-12-01.")
            }
            FaultCode::NoSuch => fixed("没有这个编号，请核对。", "Nothing goes by this code; please check it."),
            FaultCode::OneOf(fields) => (
                format!("下列各项至少填写一项：{}。", fields.join("、")),
                format!("Fill in at least one of: {}.", fields.join(", ")),
            ),
            FaultCode::Clash(clash) => return self.pick(clash_words(clash)).to_owned(),
            FaultCode::Unfit(why) => return self.pick(unfit_words(why)).to_owned(),
        };
        self.pick((zh, en))
    }
}

fn fixed(zh: &str, en: &str) -> (String, String) {
    (zh.to_owned(), en.to_owned())
}

fn expected_words(expected: Expected) -> (&'static str, &'static str) {
    match expected {
        Expected::Text => ("应为文字，请加上引号。", "This must be text; put it in quotation marks."),
        Expected::Bool => ("应为true或false，不加引号。", "This must be true or false, without quotation marks."),
        Expected::List => ("应为列表，请用[ ]括起。", "This must be a list; put it in [ ]."),
        Expected::Object => ("应为对象，请用{ }括起。", "This must be an object; put it in { }."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order::Clash;
    use std::collections::BTreeSet;

    #[test]
    fn every_problem_has_its_own_slug_and_says_what_to_do_unless_mute() {
        let slugs: BTreeSet<_> = ProblemKind::ALL.iter().map(|kind| kind.slug()).collect();
        assert_eq!(slugs.len(), ProblemKind::ALL.len());
        for kind in ProblemKind::ALL {
            for lang in [Lang::Zh, Lang::En] {
                assert_eq!(lang.problem_detail(*kind).is_none(), kind.status() >= 500, "{}", kind.slug());
            }
            let said = [Lang::Zh.problem_detail(*kind), Some(Lang::Zh.problem_title(*kind))];
            assert!(said.iter().flatten().all(|text| !text.is_ascii()), "{}", kind.slug());
            assert!(Lang::Zh.problem_detail(*kind).is_none_or(|text| text.ends_with('。')), "{}", kind.slug());
            assert!(Lang::En.problem_detail(*kind).is_none_or(|text| text.is_ascii() && text.ends_with('.')));
        }
    }

    #[test]
    fn a_fault_is_told_with_its_cure_and_without_its_pointer() {
        let codes = [
            FaultCode::Unknown,
            FaultCode::Duplicate,
            FaultCode::Missing,
            FaultCode::Null,
            FaultCode::Blank,
            FaultCode::Type(Expected::List),
            FaultCode::TooLong(2000),
            FaultCode::ControlCharacter,
            FaultCode::NotInList(&["lead", "support"]),
            FaultCode::TooFew(1),
            FaultCode::TooMany(50),
            FaultCode::BadTime,
            FaultCode::BadDate,
            FaultCode::NoSuch,
            FaultCode::OneOf(&["place", "enterprise"]),
            FaultCode::Clash(Clash::OneLead),
        ];
        let mut told = BTreeSet::new();
        for code in codes {
            let fault = Fault { pointer: "/secret".into(), code };
            let (zh, en) = (Lang::Zh.fault(&fault), Lang::En.fault(&fault));
            assert!(zh.ends_with('。') && en.is_ascii() && en.ends_with('.'), "{zh} {en}");
            assert!(!zh.contains("secret") && !en.contains("secret"), "{en}");
            assert!(told.insert(zh) && told.insert(en), "{code:?} says what another says");
        }
        assert!(told.contains("最多2000个字符，请缩短。") && told.contains("请从下列值中选一个：lead、support。"));
    }
}
