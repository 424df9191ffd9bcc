//! The checklist as rows. A file says no version: the ledger counts them, and what a file leaves out stays as it is, since
//! visits and findings name it; a hazard is retired by its last day.

use super::{NAME_MAX, Row, TEXT_MAX, Written};
use crate::domain::directory::Hazard;
use crate::domain::imports::List;
use crate::domain::imports::cells::{Cell, Line};
use crate::domain::imports::check::Check;
use crate::domain::imports::faults::What;
use crate::domain::imports::sheet::Column;
use crate::domain::terms::Category;

impl Row for Hazard {
    const LIST: List = List::Checklist;
    const COLUMNS: &'static [Column] = &[
        Column::of("part_no", "部位序号"),
        Column::of("part_zh", "部位"),
        Column::of("part_en", "英文部位"),
        Column::of("item_code", "隐患编号"),
        Column::of("hazard_zh", "隐患"),
        Column::of("hazard_en", "英文隐患"),
        Column::of("category", "隐患类别"),
        Column::of("competent_departments", "有权检查部门"),
        Column::of("evidence_zh", "取证方式"),
        Column::of("correctable_on_site", "可当场改正"),
        Column::of("legal_basis", "法律依据"),
        Column::maybe("valid_from", "启用日期"),
        Column::maybe("valid_to", "停用日期"),
    ];

    fn code(&self) -> String {
        self.code.clone()
    }

    fn read(line: &Line<'_>) -> Option<Hazard> {
        let (part_no, part) = (line.number("part_no"), line.text("part_zh", NAME_MAX));
        let (part_en, code) = (line.text("part_en", NAME_MAX), line.code("item_code"));
        let (text, text_en) = (line.text("hazard_zh", TEXT_MAX), line.text("hazard_en", TEXT_MAX));
        let category = line.word("category", Category::WORDS, Category::parse);
        let (departments, evidence) = (line.list("competent_departments"), line.text("evidence_zh", NAME_MAX));
        let (on_site, basis) = (line.flag("correctable_on_site"), line.text("legal_basis", NAME_MAX));
        let (valid_from, valid_to) = (line.maybe_date("valid_from"), line.maybe_date("valid_to"));
        Some(Hazard {
            part_no: part_no?,
            part: part?,
            part_en: part_en?,
            code: code?,
            text: text?,
            text_en: text_en?,
            category: category?,
            competent_departments: departments?,
            evidence: evidence?,
            correctable_on_site: on_site?,
            legal_basis: basis?,
            valid_from: valid_from?,
            valid_to: valid_to?,
            version: 1,
        })
    }

    fn check(check: &mut Check<'_, Hazard>) {
        check.once("item_code", |hazard| Some(&hazard.code));
        check.each(|hazard, check| {
            let known = |code: &String| check.directory.department(code).is_some();
            let all_known = hazard.competent_departments.iter().all(known);
            check.known("competent_departments", all_known);
            if hazard.competent_departments.is_empty() {
                check.fault("competent_departments", What::Empty);
            }
            check.in_order("valid_to", hazard.valid_from.as_ref(), hazard.valid_to.as_ref());
        });
    }
}

impl Written for Hazard {
    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::number(self.part_no),
            Cell::text(&self.part),
            Cell::text(&self.part_en),
            Cell::text(&self.code),
            Cell::text(&self.text),
            Cell::text(&self.text_en),
            Cell::text(self.category.as_str()),
            Cell::list(self.competent_departments.iter().map(String::as_str)),
            Cell::text(&self.evidence),
            Cell::flag(self.correctable_on_site),
            Cell::text(&self.legal_basis),
            Cell::Plain(self.valid_from.clone().unwrap_or_default()),
            Cell::Plain(self.valid_to.clone().unwrap_or_default()),
        ]
    }
}
