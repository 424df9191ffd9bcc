//! The words of the security trail: what was done to the hub's own security. Chinese first, English beside it; nothing here
//! knows who reads it.

use super::Lang;
use crate::domain::trail::SecurityKind;

impl Lang {
    /// A line of the security trail.
    pub fn security_kind(self, of: SecurityKind) -> &'static str {
        self.pick(match of {
            SecurityKind::SessionOpened => ("登录", "Signed in"),
            SecurityKind::SessionRefused => ("登录失败", "Sign-in failed"),
            SecurityKind::SessionProven => ("再次验证身份", "Proved again who it is"),
            SecurityKind::SessionsEnded => ("全部退出登录", "Signed out everywhere"),
            SecurityKind::DeedRefused => ("无权操作", "Asked for what is not theirs"),
            SecurityKind::PersonAdded => ("新增账号", "Sign-in added"),
            SecurityKind::PersonChanged => ("变更账号", "Sign-in changed"),
            SecurityKind::PersonSuspended => ("停用账号", "Sign-in suspended"),
            SecurityKind::PersonReinstated => ("恢复账号", "Sign-in reinstated"),
            SecurityKind::PersonProposed => ("提出账号变更，待确认", "Change proposed to a second person"),
            SecurityKind::PersonDeclined => ("第二人不同意", "Second person refused"),
            SecurityKind::PersonErased => ("依法删除个人信息", "Erased by law"),
            SecurityKind::PasswordChosen => ("本人修改口令", "Password chosen by its owner"),
            SecurityKind::PasswordReset => ("重置口令", "Password reset"),
            SecurityKind::TotpEnrolled => ("启用动态码", "Second factor enrolled"),
            SecurityKind::TotpRemoved => ("停用动态码", "Second factor given up"),
            SecurityKind::TotpReset => ("解除动态码", "Second factor taken away"),
            SecurityKind::RecoveryUsed => ("使用恢复码", "Recovery code used"),
            SecurityKind::CodesBarred => {
                ("动态码试错过多，待解除", "Too many wrong codes: none is taken until a reset")
            }
            SecurityKind::WhistleUnsealed => ("查阅举报人信息", "Informer's identity opened"),
            SecurityKind::WhistleErased => ("依法删除哨件内容", "Texts of a whistle erased by law"),
            SecurityKind::VisitErased => ("依法删除检查内容", "Texts of a visit erased by law"),
            SecurityKind::ListExported => ("导出", "List taken away"),
            SecurityKind::ListImported => ("导入", "List brought in"),
            SecurityKind::TokenMade => ("新建机器令牌", "Machine token made"),
            SecurityKind::TokenRevoked => ("停用机器令牌", "Machine token ended"),
            SecurityKind::TokenElsewhere => {
                ("网段外出示机器令牌，未予受理", "Machine token refused outside its networks")
            }
            SecurityKind::KeysChanged => ("更换密钥", "Keys changed"),
            SecurityKind::BackupMade => ("备份", "Backup made"),
            SecurityKind::LedgerRestored => ("从备份恢复", "Restored from a backup"),
            SecurityKind::LedgerMigrated => ("升级账本结构", "Schema brought forward"),
            SecurityKind::WorkRedriven => ("搁置事项重新处理", "Laid-aside work tried again"),
        })
    }

    /// What a fact of a line is called.
    pub fn security_fact(self, name: &str) -> &'static str {
        self.pick(match name {
            "door" => ("入口", "door"),
            "name" => ("姓名", "name"),
            "tried" => ("所试账号的摘要", "digest of the name tried"),
            "tries" => ("次数", "tries"),
            "failed" => ("此前失败次数", "failed before"),
            "others" => ("其他登录", "all but the own"),
            "too_many" => ("失败过多，未核对", "too many, not looked at"),
            "username" => ("账号", "sign-in"),
            "role" => ("角色", "role"),
            "department" => ("单位", "unit"),
            "title" => ("职务", "title"),
            "since" => ("任职日期", "in service since"),
            "was" => ("原为", "was"),
            "is" => ("现为", "is"),
            "ground" => ("理由", "ground"),
            "proposed" => ("拟改为", "proposed"),
            "proposed_by" => ("提出人", "proposed by"),
            "route" => ("地址", "address"),
            "problem" => ("答复", "answer"),
            "list" => ("清单", "list"),
            "rows" => ("行数", "rows"),
            "whistle" => ("哨件", "whistle"),
            "token" => ("令牌", "token"),
            "scopes" => ("可做", "may do"),
            "until" => ("有效至", "valid until"),
            "networks" => ("使用网段", "works from"),
            "at" => ("时间", "time"),
            "keys" => ("密钥", "keys"),
            "texts" => ("内容", "texts"),
            "feedback" => ("投诉建议", "complaints and advice"),
            "tokens" => ("令牌名称", "names of tokens"),
            "views" => ("我的视图", "saved views"),
            "from_version" => ("原版本", "from version"),
            "to_version" => ("现版本", "to version"),
            "laid_aside" => ("搁置的事项", "laid aside"),
            "sent" => ("发出的信件", "letters sent"),
            "given_up" => ("不再发的信件", "letters given up"),
            _ => ("其他", "other"),
        })
    }
}
