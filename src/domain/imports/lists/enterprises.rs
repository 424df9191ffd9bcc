//! Enterprises as rows, with the check digit of their credit code: a slip of the hand is seen before it is written. It
//! never looks a code up anywhere.

use super::{NAME_MAX, Row, Written};
use crate::domain::directory::{Enterprise, FirmState, RiskLevel};
use crate::domain::imports::List;
use crate::domain::imports::cells::{Cell, Line};
use crate::domain::imports::check::Check;
use crate::domain::imports::faults::What;
use crate::domain::imports::sheet::Column;
use crate::domain::terms::Category;

impl Row for Enterprise {
    const LIST: List = List::Enterprises;
    const COLUMNS: &'static [Column] = &[
        Column::of("code", "编号"),
        Column::of("name", "企业名称"),
        Column::of("credit_code", "统一社会信用代码"),
        Column::of("town_code", "属地代码"),
        Column::of("industry_zh", "行业"),
        Column::of("categories", "隐患类别"),
        Column::of("employees", "从业人数"),
        Column::of("risk_level", "风险等级"),
        Column::of("lead_department", "主管部门"),
        Column::of("landlord_code", "出租方编号"),
        Column::of("status", "状态"),
        Column::of("is_key", "重点企业"),
        Column::of("visit_cap", "年度检查上限"),
        Column::of("visits_this_year", "本年检查次数"),
        Column::of("x_km", "横坐标"),
        Column::of("y_km", "纵坐标"),
        Column::maybe("aliases", "别名"),
    ];

    fn code(&self) -> String {
        self.code.clone()
    }

    fn read(line: &Line<'_>) -> Option<Enterprise> {
        let (code, name, credit_code) = (line.code("code"), line.text("name", NAME_MAX), line.maybe("credit_code"));
        let (town_code, industry) = (line.code("town_code"), line.text("industry_zh", NAME_MAX));
        let categories = line.words("categories", Category::WORDS, Category::parse);
        let (employees, risk_level) =
            (line.number("employees"), line.word("risk_level", RiskLevel::WORDS, RiskLevel::parse));
        let (lead_department, landlord_code) = (line.code("lead_department"), line.maybe("landlord_code"));
        let (status, is_key) = (line.word("status", FirmState::WORDS, FirmState::parse), line.flag("is_key"));
        let (visit_cap, visits) = (line.number("visit_cap"), line.number("visits_this_year"));
        let (x_km, y_km) = (line.number("x_km"), line.number("y_km"));
        Some(Enterprise {
            code: code?,
            name: name?,
            // An unlicensed workshop has none.
            credit_code: credit_code?.unwrap_or_default(),
            town_code: town_code?,
            industry: industry?,
            categories: categories?,
            employees: employees?,
            risk_level: risk_level?.as_str().to_owned(),
            lead_department: lead_department?,
            landlord_code: landlord_code?,
            status: status?.as_str().to_owned(),
            is_key: is_key?,
            visit_cap: visit_cap?,
            visits_this_year: visits?,
            x_km: x_km?,
            y_km: y_km?,
            aliases: line.list("aliases")?,
        })
    }

    fn check(check: &mut Check<'_, Enterprise>) {
        check.once("code", |firm| Some(&firm.code));
        check.once("credit_code", |firm| Some(&firm.credit_code).filter(|code| !code.is_empty()));
        check.each(|firm, check| {
            if !firm.credit_code.is_empty() && !is_credit_code(&firm.credit_code) {
                check.fault("credit_code", What::CheckDigit);
            }
            check.known("town_code", check.directory.town(&firm.town_code).is_some());
            check.known("lead_department", check.directory.department(&firm.lead_department).is_some());
            let landlord = firm.landlord_code.as_deref();
            check.known("landlord_code", landlord.is_none_or(|code| check.is_named(code)));
        });
    }
}

impl Written for Enterprise {
    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::text(&self.code),
            Cell::text(&self.name),
            Cell::text(&self.credit_code),
            Cell::text(&self.town_code),
            Cell::text(&self.industry),
            Cell::list(self.categories.iter().map(|category| category.as_str())),
            Cell::number(self.employees),
            Cell::text(&self.risk_level),
            Cell::text(&self.lead_department),
            Cell::maybe(self.landlord_code.as_ref()),
            Cell::text(&self.status),
            Cell::flag(self.is_key),
            Cell::number(self.visit_cap),
            Cell::number(self.visits_this_year),
            Cell::number(self.x_km),
            Cell::number(self.y_km),
            Cell::list(self.aliases.iter().map(String::as_str)),
        ]
    }
}

/// The characters of a unified social credit code, in the order of their values (GB 32100).
const CREDIT: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Whether the last of 18 characters fits the others.
fn is_credit_code(code: &str) -> bool {
    let values: Option<Vec<usize>> = code.chars().map(|c| CREDIT.find(c)).collect();
    let Some((last, others)) = values.as_ref().and_then(|values| values.split_last()) else { return false };
    let weighed = others.iter().fold((0, 1), |(sum, weight), value| (sum + value * weight, weight * 3 % 31));
    others.len() == 17 && *last == (31 - weighed.0 % 31) % 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credit_code_with_one_other_character_is_not_one() {
        let sound = "91990106310135779X";
        assert!(is_credit_code(sound));
        for at in 0..18 {
            let mut other: Vec<char> = sound.chars().collect();
            other[at] = if other[at] == '7' { '8' } else { '7' };
            assert!(!is_credit_code(&other.iter().collect::<String>()), "character {at}");
        }
        for code in [
            "",
            "91990106310135779",
            "919901063101357000",
            "91990106310135779x",
            "９１９９０１０６３１０１３５７７９Ｘ",
        ] {
            assert!(!is_credit_code(code), "{code}");
        }
    }
}
