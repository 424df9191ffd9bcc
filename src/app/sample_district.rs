//! The sample district, compiled in: what `demo` lays and what a figure is reproduced on. All of it is invented. Reading
//! names file, row and column of what it does not understand; it never guesses and never leaves a row out.

use crate::domain::at::is_date;
use crate::domain::calendar::{DayKind, SpecialDay};
use crate::domain::directory::{Department, Directory, Enterprise, Person, Shift, Standing, Town, UnitRole};
use crate::domain::terms::{Category, Role};
use crate::ids::PersonId;
use crate::store::directory::AnnouncedDay;
use csv::StringRecord;
use std::fmt::Display;
use std::str::FromStr;

/// Units, firms, people and rota, and the announced days of their calendar; every list in official order.
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

/// Reads the files.
///
/// # Errors
/// The file, row and column that cannot be read, and why.
pub fn read() -> Result<SampleDistrict, String> {
    Ok(SampleDistrict {
        directory: Directory::new(
            read_lines(file!("departments.csv"), department)?,
            read_lines(file!("towns.csv"), town)?,
            read_lines(file!("enterprises.csv"), enterprise)?,
            read_lines(file!("people.csv"), person)?,
            read_lines(file!("duty.csv"), shift)?,
        ),
        days: read_lines(file!("calendar-2026.csv"), day)?,
    })
}

/// Where letters to a person of the sample district go.
pub fn mail_address(username: &str) -> String {
    format!("{username}@yunhu.example")
}

fn read_lines<T>((file, text): (&str, &str), of: fn(&Line<'_>) -> Result<T, String>) -> Result<Vec<T>, String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns = reader.headers().map_err(|error| format!("{file}: {error}"))?.clone();
    // Row 1 is the line of the columns' names.
    let read = |(row, record): (u64, Result<StringRecord, csv::Error>)| {
        let record = record.map_err(|error| format!("{file}: {error}"))?;
        of(&Line { file, row, columns: &columns, record: &record })
    };
    (2..).zip(reader.records()).map(read).collect()
}

/// One row of a file.
struct Line<'a> {
    file: &'a str,
    row: u64,
    columns: &'a StringRecord,
    record: &'a StringRecord,
}

impl Line<'_> {
    fn field(&self, column: &str) -> Result<&str, String> {
        let at = self.columns.iter().position(|name| name == column);
        at.and_then(|at| self.record.get(at)).ok_or_else(|| format!("{}: no column {column}", self.file))
    }

    fn fault(&self, column: &str, why: impl Display) -> String {
        format!("{} row {}, {column}: {why}", self.file, self.row)
    }

    fn text(&self, column: &str) -> Result<String, String> {
        self.maybe(column)?.ok_or_else(|| self.fault(column, "empty"))
    }

    fn maybe(&self, column: &str) -> Result<Option<String>, String> {
        let field = self.field(column)?;
        Ok((!field.is_empty()).then(|| field.to_owned()))
    }

    fn list(&self, column: &str) -> Result<Vec<String>, String> {
        Ok(self.field(column)?.split(';').filter(|item| !item.is_empty()).map(str::to_owned).collect())
    }

    fn number<T: FromStr<Err: Display>>(&self, column: &str) -> Result<T, String> {
        self.field(column)?.parse().map_err(|error| self.fault(column, error))
    }

    fn flag(&self, column: &str) -> Result<bool, String> {
        match self.field(column)? {
            "1" => Ok(true),
            "0" => Ok(false),
            other => Err(self.fault(column, format_args!("`{other}` is neither 1 nor 0"))),
        }
    }

    fn word<T>(&self, column: &str, parse: fn(&str) -> Option<T>) -> Result<T, String> {
        let word = self.field(column)?;
        parse(word).ok_or_else(|| self.fault(column, format_args!("`{word}` is no word of its list")))
    }

    /// A civil date, kept as it is written.
    fn date(&self, column: &str) -> Result<String, String> {
        let date = self.field(column)?;
        if is_date(date) { Ok(date.to_owned()) } else { Err(self.fault(column, format_args!("`{date}` is no date"))) }
    }
}

fn department(line: &Line<'_>) -> Result<Department, String> {
    Ok(Department {
        code: line.text("code")?,
        name: line.text("name")?,
        short_name: line.text("short_name")?,
        name_en: line.text("name_en")?,
        kind: line.text("kind")?,
        may_inspect: line.flag("may_inspect")?,
        may_be_summoned: line.flag("may_be_summoned")?,
        role_in_hub: line.word("role_in_hub", UnitRole::parse)?,
        remit: line.text("remit_zh")?,
        remit_en: line.text("remit_en")?,
    })
}

fn town(line: &Line<'_>) -> Result<Town, String> {
    let headcount = line.maybe("branch_headcount")?.map(|_| line.number("branch_headcount"));
    Ok(Town {
        code: line.text("code")?,
        name: line.text("name")?,
        name_en: line.text("name_en")?,
        kind: line.text("kind")?,
        x_km: line.number("x_km")?,
        y_km: line.number("y_km")?,
        squad_code: line.text("squad_code")?,
        squad_leader: line.number("squad_leader")?,
        squad_district_officers: line.number("squad_district_officers")?,
        squad_town_officers: line.number("squad_town_officers")?,
        squad_vehicles: line.number("squad_vehicles")?,
        squad_office: line.text("squad_office")?,
        branch_code: line.text("branch_code")?,
        is_branch_host: line.flag("is_branch_host")?,
        branch_headcount: headcount.transpose()?,
        new_certified_town_officers: line.number("new_certified_town_officers")?,
        industries: line.text("industries_zh")?,
    })
}

fn enterprise(line: &Line<'_>) -> Result<Enterprise, String> {
    let category = |word: &String| {
        let unknown = || line.fault("categories", format_args!("`{word}` is no word of its list"));
        Category::parse(word).ok_or_else(unknown)
    };
    Ok(Enterprise {
        code: line.text("code")?,
        name: line.text("name")?,
        // An unlicensed workshop has none.
        credit_code: line.field("credit_code")?.to_owned(),
        town_code: line.text("town_code")?,
        industry: line.text("industry_zh")?,
        categories: line.list("categories")?.iter().map(category).collect::<Result<_, _>>()?,
        employees: line.number("employees")?,
        risk_level: line.text("risk_level")?,
        lead_department: line.text("lead_department")?,
        landlord_code: line.maybe("landlord_code")?,
        status: line.text("status")?,
        is_key: line.flag("is_key")?,
        visit_cap: line.number("visit_cap")?,
        visits_this_year: line.number("visits_this_year")?,
        x_km: line.number("x_km")?,
        y_km: line.number("y_km")?,
    })
}

fn person(line: &Line<'_>) -> Result<Person, String> {
    let username = line.text("username")?;
    Ok(Person {
        // Made from the name: every laying of the sample gives everybody the same id.
        id: PersonId::from_text(format!("pe_{username}")),
        username,
        name: line.text("name")?,
        department_code: line.text("department_code")?,
        role: line.word("role", Role::parse)?,
        title: line.text("title_zh")?,
        certificate_no: line.maybe("certificate_no")?,
        certificate_fields: line.list("certificate_fields")?,
        certificate_valid_to: line.maybe("certificate_valid_to")?,
        certificate_basis: line.maybe("certificate_basis")?,
        skills: line.list("skills")?,
        since: line.date("since")?,
        standing: Standing::default(),
    })
}

fn shift(line: &Line<'_>) -> Result<Shift, String> {
    let night = |word: &str| match word {
        "day" => Some(false),
        "night" => Some(true),
        _ => None,
    };
    Ok(Shift {
        date: line.date("date")?,
        night: line.word("shift", night)?,
        main: line.text("main")?,
        deputy: line.text("deputy")?,
        office_duty: line.text("office_duty")?,
    })
}

fn day(line: &Line<'_>) -> Result<AnnouncedDay, String> {
    let day = AnnouncedDay {
        date: line.text("date")?,
        kind: line.word("kind", DayKind::parse)?,
        holiday: line.text("holiday_zh")?,
    };
    SpecialDay::read(&day.date, day.kind.as_str(), &day.holiday).map_err(|why| line.fault("date", why))?;
    Ok(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_row_of_the_sample_is_read_in_its_order() {
        let SampleDistrict { directory, days } = read().unwrap();
        let members = |role| directory.departments.iter().filter(|unit| unit.role_in_hub == role).count();
        assert_eq!(members(UnitRole::Member), 22);
        assert_eq!((members(UnitRole::CommitteeOffice), members(UnitRole::Supervisor)), (1, 1));
        let counts = [directory.towns.len(), directory.enterprises.len(), directory.people.len(), directory.rota.len()];
        assert_eq!((counts, days.len()), ([14, 60, 145, 28], 39));
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
        let head = "date,shift,main,deputy,office_duty\n";
        let faulty = |row: &str| read_lines(("duty.csv", &format!("{head}{row}")), shift).unwrap_err();
        assert_eq!(faulty("2026-12-01,noon,a,b,c"), "duty.csv row 2, shift: `noon` is no word of its list");
        assert_eq!(
            faulty("2026-12-01,day,a,b,c\n2026-13-01,day,a,b,c"),
            "duty.csv row 3, date: `2026-13-01` is no date"
        );
        assert_eq!(faulty("2026-12-01,day,a,,c"), "duty.csv row 2, deputy: empty");
        assert!(faulty("2026-12-01,day,a,b").starts_with("duty.csv: CSV error: record 1 (line: 2"));
        let other = read_lines(("duty.csv", "date,main\n2026-12-01,a"), shift).unwrap_err();
        assert_eq!(other, "duty.csv: no column shift");
    }
}
