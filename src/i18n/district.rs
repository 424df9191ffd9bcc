//! The words for what the directory says of firms: colours, states. Chinese as the district says it (`DOMAIN.md` §1),
//! English beside it. Nothing here knows a firm, only its kind.

use super::Lang;
use crate::domain::directory::{FirmState, RiskLevel};

impl Lang {
    /// The colour that sets the attention a firm gets.
    pub fn risk(self, of: RiskLevel) -> &'static str {
        self.pick(match of {
            RiskLevel::Red => ("红色", "Red"),
            RiskLevel::Orange => ("橙色", "Orange"),
            RiskLevel::Yellow => ("黄色", "Yellow"),
            RiskLevel::Blue => ("蓝色", "Blue"),
        })
    }

    /// Whether a firm works.
    pub fn firm_state(self, of: FirmState) -> &'static str {
        self.pick(match of {
            FirmState::Operating => ("正常经营", "Operating"),
            FirmState::Suspended => ("停产停业", "Suspended"),
            FirmState::Closed => ("已关闭", "Closed"),
        })
    }
}
