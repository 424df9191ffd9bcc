//! Cars and leave as rows. Leave is told apart by who is away from when; whether two rows of somebody overlap is nobody's
//! fault, and why somebody is away is one word, never a diagnosis.

use super::{Row, Written};
use crate::domain::directory::{Leave, LeaveReason, Vehicle};
use crate::domain::imports::List;
use crate::domain::imports::cells::{Cell, Line};
use crate::domain::imports::check::Check;
use crate::domain::imports::sheet::Column;

impl Row for Vehicle {
    const LIST: List = List::Vehicles;
    const COLUMNS: &'static [Column] = &[
        Column::of("code", "编号"),
        Column::of("department_or_squad", "所属单位"),
        Column::of("base_town", "驻地"),
        Column::of("seats", "座位数"),
        Column::of("kit", "执法箱"),
    ];

    fn code(&self) -> String {
        self.code.clone()
    }

    fn read(line: &Line<'_>) -> Option<Vehicle> {
        let (code, unit) = (line.code("code"), line.code("department_or_squad"));
        let (base_town, seats, kit) = (line.code("base_town"), line.number("seats"), line.flag("kit"));
        Some(Vehicle { code: code?, unit: unit?, base_town: base_town?, seats: seats?, kit: kit? })
    }

    fn check(check: &mut Check<'_, Vehicle>) {
        check.once("code", |vehicle| Some(&vehicle.code));
        check.each(|vehicle, check| {
            check.known("department_or_squad", check.directory.is_unit(&vehicle.unit));
            check.known("base_town", check.directory.town(&vehicle.base_town).is_some());
        });
    }
}

impl Written for Vehicle {
    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::text(&self.code),
            Cell::text(&self.unit),
            Cell::text(&self.base_town),
            Cell::number(self.seats),
            Cell::flag(self.kit),
        ]
    }
}

impl Row for Leave {
    const LIST: List = List::Leave;
    const COLUMNS: &'static [Column] = &[
        Column::of("username", "用户名"),
        Column::of("from", "开始日期"),
        Column::of("to", "结束日期"),
        Column::of("reason", "事由"),
    ];

    fn code(&self) -> String {
        format!("{}/{}", self.username, self.from)
    }

    fn read(line: &Line<'_>) -> Option<Leave> {
        let (username, from, to) = (line.username("username"), line.date("from"), line.date("to"));
        let reason = line.word("reason", LeaveReason::WORDS, LeaveReason::parse);
        Some(Leave { username: username?, from: from?, to: to?, reason: reason? })
    }

    fn check(check: &mut Check<'_, Leave>) {
        check.codes_once("from");
        check.each(|leave, check| {
            check.known("username", check.directory.by_username(&leave.username).is_some());
            check.in_order("to", Some(&leave.from), Some(&leave.to));
        });
    }
}

impl Written for Leave {
    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::text(&self.username),
            Cell::Plain(self.from.clone()),
            Cell::Plain(self.to.clone()),
            Cell::text(self.reason.as_str()),
        ]
    }
}
