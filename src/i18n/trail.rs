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
        })
    }
}
