//! Departments and towns as rows. What is named by people and firms is told apart by its code across both lists.
//! It knows no firm and no person.

use super::{NAME_MAX, Row, TEXT_MAX, Written};
use crate::domain::directory::{Department, Town, UnitRole};
use crate::domain::imports::List;
use crate::domain::imports::cells::{Cell, Line};
use crate::domain::imports::check::Check;
use crate::domain::imports::sheet::Column;

impl Row for Department {
    const LIST: List = List::Departments;
    const COLUMNS: &'static [Column] = &[
        Column::of("code", "代码"),
        Column::of("name", "名称"),
        Column::of("short_name", "简称"),
        Column::of("name_en", "英文名称"),
        Column::of("kind", "性质"),
        Column::of("may_inspect", "有检查权"),
        Column::of("may_be_summoned", "可派单"),
        Column::of("role_in_hub", "平台角色"),
        Column::of("remit_zh", "职责"),
        Column::of("remit_en", "英文职责"),
        Column::maybe("aliases", "别名"),
    ];

    fn code(&self) -> String {
        self.code.clone()
    }

    fn read(line: &Line<'_>) -> Option<Department> {
        let (code, name) = (line.code("code"), line.text("name", NAME_MAX));
        let (short_name, name_en) = (line.text("short_name", NAME_MAX), line.text("name_en", NAME_MAX));
        let (kind, role_in_hub) = (line.code("kind"), line.word("role_in_hub", UnitRole::WORDS, UnitRole::parse));
        let (may_inspect, may_be_summoned) = (line.flag("may_inspect"), line.flag("may_be_summoned"));
        let (remit, remit_en) = (line.text("remit_zh", TEXT_MAX), line.text("remit_en", TEXT_MAX));
        Some(Department {
            code: code?,
            name: name?,
            short_name: short_name?,
            name_en: name_en?,
            kind: kind?,
            may_inspect: may_inspect?,
            may_be_summoned: may_be_summoned?,
            role_in_hub: role_in_hub?,
            remit: remit?,
            remit_en: remit_en?,
            aliases: line.list("aliases")?,
        })
    }

    fn check(check: &mut Check<'_, Department>) {
        check.once("code", |unit| Some(&unit.code));
        check.not_in("code", |unit| Some(&unit.code), |known, code| known.town_of(code).is_some());
    }
}

impl Written for Department {
    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::text(&self.code),
            Cell::text(&self.name),
            Cell::text(&self.short_name),
            Cell::text(&self.name_en),
            Cell::text(&self.kind),
            Cell::flag(self.may_inspect),
            Cell::flag(self.may_be_summoned),
            Cell::text(self.role_in_hub.as_str()),
            Cell::text(&self.remit),
            Cell::text(&self.remit_en),
            Cell::list(self.aliases.iter().map(String::as_str)),
        ]
    }
}

impl Row for Town {
    const LIST: List = List::Towns;
    const COLUMNS: &'static [Column] = &[
        Column::of("code", "代码"),
        Column::of("name", "名称"),
        Column::of("name_en", "英文名称"),
        Column::of("kind", "性质"),
        Column::of("x_km", "横坐标"),
        Column::of("y_km", "纵坐标"),
        Column::of("squad_code", "中队代码"),
        Column::of("squad_leader", "中队长人数"),
        Column::of("squad_district_officers", "区派人数"),
        Column::of("squad_town_officers", "镇派人数"),
        Column::of("squad_vehicles", "执法车辆"),
        Column::of("squad_office", "办公场所"),
        Column::of("branch_code", "分局代码"),
        Column::of("is_branch_host", "分局驻地"),
        Column::of("branch_headcount", "分局人数"),
        Column::of("new_certified_town_officers", "新增持证人数"),
        Column::of("industries_zh", "主要行业"),
    ];

    fn code(&self) -> String {
        self.code.clone()
    }

    fn read(line: &Line<'_>) -> Option<Town> {
        let (code, name, name_en) = (line.code("code"), line.text("name", NAME_MAX), line.text("name_en", NAME_MAX));
        let (kind, squad_code) = (line.code("kind"), line.code("squad_code"));
        let (x_km, y_km) = (line.number("x_km"), line.number("y_km"));
        let squad = ["squad_leader", "squad_district_officers", "squad_town_officers", "squad_vehicles"];
        let [leader, district, town, vehicles] = squad.map(|column| line.number(column));
        let (office, branch, host) = (line.code("squad_office"), line.code("branch_code"), line.flag("is_branch_host"));
        let (headcount, new) = (line.maybe_number("branch_headcount"), line.number("new_certified_town_officers"));
        let industries = line.text("industries_zh", TEXT_MAX);
        Some(Town {
            code: code?,
            name: name?,
            name_en: name_en?,
            kind: kind?,
            x_km: x_km?,
            y_km: y_km?,
            squad_code: squad_code?,
            squad_leader: leader?,
            squad_district_officers: district?,
            squad_town_officers: town?,
            squad_vehicles: vehicles?,
            squad_office: office?,
            branch_code: branch?,
            is_branch_host: host?,
            branch_headcount: headcount?,
            new_certified_town_officers: new?,
            industries: industries?,
        })
    }

    fn check(check: &mut Check<'_, Town>) {
        check.once("code", |town| Some(&town.code));
        check.once("squad_code", |town| Some(&town.squad_code));
        check.not_in("code", |town| Some(&town.code), |known, code| known.department(code).is_some());
    }
}

impl Written for Town {
    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::text(&self.code),
            Cell::text(&self.name),
            Cell::text(&self.name_en),
            Cell::text(&self.kind),
            Cell::number(self.x_km),
            Cell::number(self.y_km),
            Cell::text(&self.squad_code),
            Cell::number(self.squad_leader),
            Cell::number(self.squad_district_officers),
            Cell::number(self.squad_town_officers),
            Cell::number(self.squad_vehicles),
            Cell::text(&self.squad_office),
            Cell::text(&self.branch_code),
            Cell::flag(self.is_branch_host),
            self.branch_headcount.map_or_else(|| Cell::text(""), Cell::number),
            Cell::number(self.new_certified_town_officers),
            Cell::text(&self.industries),
        ]
    }
}
