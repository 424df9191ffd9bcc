//! People and the duty rota as rows. An id is made once and kept, whatever else a file says of a person.
//! A role that wants two persons is not given here.

use super::{NAME_MAX, Row, Written};
use crate::domain::directory::{Basis, Person, Shift, Standing};
use crate::domain::imports::List;
use crate::domain::imports::cells::{Cell, Line};
use crate::domain::imports::check::Check;
use crate::domain::imports::faults::What;
use crate::domain::imports::sheet::Column;
use crate::domain::terms::Role;
use crate::domain::{policy, rota};
use crate::ids::PersonId;

impl Row for Person {
    const LIST: List = List::People;
    const COLUMNS: &'static [Column] = &[
        Column::of("username", "用户名"),
        Column::of("name", "姓名"),
        Column::of("department_code", "单位代码"),
        Column::of("role", "角色"),
        Column::of("title_zh", "职务"),
        Column::of("certificate_no", "执法证号"),
        Column::of("certificate_fields", "执法领域"),
        Column::of("certificate_valid_to", "证件有效期至"),
        Column::of("certificate_basis", "执法依据"),
        Column::of("skills", "专长"),
        Column::of("since", "任职日期"),
        Column::maybe("ties", "利害关系企业"),
    ];

    fn code(&self) -> String {
        self.id.as_str().to_owned()
    }

    fn read(line: &Line<'_>) -> Option<Person> {
        let (username, name, title) =
            (line.username("username"), line.text("name", 50), line.text("title_zh", NAME_MAX));
        let (department_code, role) = (line.code("department_code"), line.word("role", Role::WORDS, Role::parse));
        let (certificate_no, fields) = (line.maybe("certificate_no"), line.list("certificate_fields"));
        let (valid_to, basis) =
            (line.maybe_date("certificate_valid_to"), line.maybe_word("certificate_basis", Basis::WORDS, Basis::parse));
        let (skills, since, ties) = (line.list("skills"), line.date("since"), line.list("ties"));
        let username = username?;
        Some(Person {
            // Made from the name: the same file gives everybody the same id. Who is known already keeps theirs.
            id: PersonId::from_text(format!("pe_{username}")),
            username,
            name: name?,
            department_code: department_code?,
            role: role?,
            title: title?,
            certificate_no: certificate_no?,
            certificate_fields: fields?,
            certificate_valid_to: valid_to?,
            certificate_basis: basis?.map(|basis| basis.as_str().to_owned()),
            skills: skills?,
            since: since?,
            ties: ties?,
            standing: Standing::default(),
        })
    }

    fn check(check: &mut Check<'_, Person>) {
        check.once("username", |person| Some(&person.username));
        check.keep_ids();
        check.each(|person, check| {
            check.known("department_code", check.directory.is_unit(&person.department_code));
            let field = |code: &String| check.directory.department(code).is_some();
            check.known("certificate_fields", person.certificate_fields.iter().all(field));
            check.known("ties", person.ties.iter().all(|code| check.directory.enterprise(code).is_some()));
            let stands = check.directory.person(&person.id).map(|stands| stands.role);
            // A role that one administrator alone gives to nobody (T38).
            if policy::needs_two(person.role) && !check.directory.people.is_empty() && stands != Some(person.role) {
                check.fault("role", What::NeedsTwo);
            }
        });
    }
}

impl Written for Person {
    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::text(&self.username),
            Cell::text(&self.name),
            Cell::text(&self.department_code),
            Cell::text(self.role.as_str()),
            Cell::text(&self.title),
            Cell::maybe(self.certificate_no.as_ref()),
            Cell::list(self.certificate_fields.iter().map(String::as_str)),
            Cell::Plain(self.certificate_valid_to.clone().unwrap_or_default()),
            Cell::maybe(self.certificate_basis.as_ref()),
            Cell::list(self.skills.iter().map(String::as_str)),
            Cell::Plain(self.since.clone()),
            Cell::list(self.ties.iter().map(String::as_str)),
        ]
    }
}

impl Row for Shift {
    const LIST: List = List::Duty;
    const COLUMNS: &'static [Column] = &[
        Column::of("date", "日期"),
        Column::of("shift", "班次"),
        Column::of("main", "主班"),
        Column::of("deputy", "副班"),
        Column::of("office_duty", "值班员"),
    ];

    fn code(&self) -> String {
        rota::key(&self.date, self.night)
    }

    fn read(line: &Line<'_>) -> Option<Shift> {
        let night = line.word("shift", rota::SHIFTS, |word| rota::SHIFTS.iter().position(|known| *known == word));
        let night = night.map(|at| at == 1);
        let (date, main) = (line.date("date"), line.username("main"));
        let (deputy, office_duty) = (line.username("deputy"), line.username("office_duty"));
        Some(Shift { date: date?, night: night?, main: main?, deputy: deputy?, office_duty: office_duty? })
    }

    fn check(check: &mut Check<'_, Shift>) {
        check.codes_once("date");
        check.each(|shift, check| {
            check.known("main", check.directory.by_username(&shift.main).is_some());
            check.known("deputy", check.directory.by_username(&shift.deputy).is_some());
            match check.directory.by_username(&shift.office_duty) {
                None => check.fault("office_duty", What::Unknown),
                Some(person) if person.role != Role::OfficeDuty => check.fault("office_duty", What::WrongRole),
                Some(_) => {}
            }
        });
    }
}

impl Written for Shift {
    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::Plain(self.date.clone()),
            Cell::text(rota::SHIFTS[usize::from(self.night)]),
            Cell::text(&self.main),
            Cell::text(&self.deputy),
            Cell::text(&self.office_duty),
        ]
    }
}
