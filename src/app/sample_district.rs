//! The sample district, compiled in: what `demo` lays and what a figure is reproduced on. All of it is invented. Its files
//! come in by the door of every import, which names row and column of what it does not understand and never guesses.

use crate::domain::calendar::AnnouncedDay;
use crate::domain::directory::Directory;
use crate::domain::imports::lists::Row;
use crate::domain::imports::read_rows;

/// Units, firms, people, rota and what visits are made with, and the announced days of their calendar; every list in
/// official order.
#[derive(Debug, Clone)]
pub struct SampleDistrict {
    pub directory: Directory,
    pub days: Vec<AnnouncedDay>,
}

/// A file's name in messages, and what it holds.
macro_rules! file {
    ($name:literal) => {
        ($name, include_str!(concat!("../../config/sample-district/", $name)))
    };
}

/// Reads the files, each beside those that it names.
///
/// # Errors
/// The file, row and column that cannot be read, and why.
pub fn read() -> Result<SampleDistrict, String> {
    let mut directory = Directory::default();
    directory.departments = rows(file!("departments.csv"), &directory)?;
    directory.towns = rows(file!("towns.csv"), &directory)?;
    directory.enterprises = rows(file!("enterprises.csv"), &directory)?;
    directory.people = rows(file!("people.csv"), &directory)?;
    let Directory { departments, towns, enterprises, people, .. } = directory;
    let mut directory = Directory::new(departments, towns, enterprises, people, Vec::new());
    directory.rota = rows(file!("duty.csv"), &directory)?;
    directory.checklist = rows(file!("checklist.csv"), &directory)?;
    directory.vehicles = rows(file!("vehicles.csv"), &directory)?;
    directory.leave = rows(file!("leave.csv"), &directory)?;
    let days = rows(file!("calendar-2026.csv"), &directory)?;
    Ok(SampleDistrict { directory, days })
}

/// Where letters to a person of the sample district go.
pub fn mail_address(username: &str) -> String {
    format!("{username}@yunhu.example")
}

fn rows<R: Row>((file, text): (&str, &str), directory: &Directory) -> Result<Vec<R>, String> {
    let read = read_rows::<R>(text.as_bytes(), None, directory);
    match read.faults.named.first() {
        None => Ok(read.rows.into_iter().map(|(_, row)| row).collect()),
        Some(fault) => Err(format!("{file} row {}, {}: {:?}", fault.row, fault.column, fault.what)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::DayKind;
    use crate::domain::directory::{FirmState, RiskLevel, Shift, UnitRole};
    use crate::domain::terms::{Category, Role};
    use std::collections::HashSet;

    #[test]
    fn every_row_of_the_sample_is_read_in_its_order() {
        let SampleDistrict { directory, days } = read().unwrap();
        let members = |role| directory.departments.iter().filter(|unit| unit.role_in_hub == role).count();
        assert_eq!(members(UnitRole::Member), 22);
        assert_eq!((members(UnitRole::CommitteeOffice), members(UnitRole::Supervisor)), (1, 1));
        let counts = [directory.towns.len(), directory.enterprises.len(), directory.people.len(), directory.rota.len()];
        assert_eq!((counts, days.len()), ([14, 60, 145, 28], 39));
        let parts: HashSet<_> = directory.checklist.iter().map(|hazard| hazard.part_no).collect();
        assert_eq!((directory.checklist.len(), parts.len()), (32, 16));
        assert_eq!((directory.vehicles.len(), directory.leave.len()), (30, 3));
        assert!(directory.checklist.is_sorted_by_key(|hazard| (hazard.part_no, hazard.code.clone())));
        let towns: Vec<_> = directory.towns.iter().map(|town| town.code.as_str()).collect();
        assert!(towns.is_sorted() && towns[13] == "T14");
        assert!(directory.enterprises.is_sorted_by_key(|firm| &firm.code));
        assert!(directory.rota.is_sorted_by_key(|shift| (shift.date.clone(), shift.night)));
        assert!(days.is_sorted_by_key(|day| &day.date));
        let first = ["YJ", "XF", "SH", "SC", "ZJ"];
        assert!(directory.departments.iter().map(|unit| unit.code.as_str()).take(5).eq(first));
        assert!(
            directory
                .people
                .iter()
                .map(|person| person.username.as_str())
                .take(3)
                .eq(["office", "office.2", "director"])
        );
    }

    #[test]
    fn fields_are_read_as_they_are_written() {
        let SampleDistrict { directory, days } = read().unwrap();
        let inspector = directory.by_username("inspector.cg.2").unwrap();
        assert_eq!((inspector.id.as_str(), inspector.role), ("pe_inspector.cg.2", Role::Inspector));
        assert_eq!((inspector.certificate_fields.join(" "), inspector.skills.len()), ("CG ZJ".to_owned(), 1));
        let office = directory.by_username("office").unwrap();
        assert_eq!((office.certificate_no.clone(), office.certificate_fields.len()), (None, 0));
        let (host, other) = (directory.town("T01").unwrap(), directory.town("T02").unwrap());
        assert_eq!((host.branch_headcount, other.branch_headcount, host.x_km), (Some(9), None, -8.5));
        assert!(host.is_branch_host && !other.is_branch_host);
        let firm = directory.enterprise("E02").unwrap();
        assert_eq!(firm.categories, [Category::DustExplosion, Category::Machinery]);
        assert_eq!((firm.risk(), firm.state()), (Some(RiskLevel::Red), Some(FirmState::Operating)));
        let states = |state| directory.enterprises.iter().filter(|firm| firm.state() == Some(state)).count();
        assert_eq!((states(FirmState::Suspended), states(FirmState::Closed)), (1, 1));
        assert!(directory.tenants_of("E54").map(|firm| firm.code.as_str()).eq(["E55", "E56"]));
        assert!(!directory.department("AWB").unwrap().may_inspect);
        let made_up = days.iter().find(|day| day.date == "2026-02-14").unwrap();
        assert_eq!((made_up.kind, made_up.holiday.as_str()), (DayKind::Work, "春节"));
        assert_eq!(mail_address("liaison.xf"), "liaison.xf@yunhu.example");
    }

    #[test]
    fn every_code_is_there_once_and_nothing_points_at_nothing() {
        let SampleDistrict { directory, .. } = read().unwrap();
        let once = |codes: Vec<&str>| codes.len() == codes.iter().collect::<HashSet<_>>().len();
        assert!(once(directory.departments.iter().map(|unit| unit.code.as_str()).collect()));
        assert!(once(directory.towns.iter().flat_map(|town| [town.code.as_str(), &town.squad_code]).collect()));
        assert!(once(directory.enterprises.iter().map(|firm| firm.code.as_str()).collect()));
        assert!(once(directory.people.iter().map(|person| person.username.as_str()).collect()));
        for firm in &directory.enterprises {
            assert!(directory.town(&firm.town_code).is_some(), "{}", firm.code);
            assert!(directory.department(&firm.lead_department).is_some(), "{}", firm.code);
            let landlord = firm.landlord_code.as_deref();
            assert!(landlord.is_none_or(|code| directory.enterprise(code).is_some()), "{}", firm.code);
        }
        for person in &directory.people {
            assert!(directory.is_unit(&person.department_code), "{}", person.username);
        }
        for shift in &directory.rota {
            for username in [&shift.main, &shift.deputy, &shift.office_duty] {
                assert!(directory.by_username(username).is_some(), "{} {username}", shift.date);
            }
            assert_eq!(directory.by_username(&shift.office_duty).unwrap().role, Role::OfficeDuty, "{}", shift.date);
        }
    }

    #[test]
    fn a_fault_names_file_row_and_column() {
        let faulty = |row: &str| {
            let text = format!("date,shift,main,deputy,office_duty\n{row}");
            rows::<Shift>(("duty.csv", &text), &read().unwrap().directory).unwrap_err()
        };
        assert!(faulty("2026-12-01,noon,head.yj,head.yj,office").starts_with("duty.csv row 2, shift: NotAWord"));
        let second = "2026-12-01,day,head.yj,head.yj,office\n2026-12-02,day,head.yj,nobody,office";
        assert_eq!(faulty(second), "duty.csv row 3, deputy: Unknown");
    }
}
