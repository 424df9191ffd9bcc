//! What the form of a plan shows: items to tick, rows to fill, who may go and in which cars, each with what is known against it.
//! Finished words; what is ticked is the form's to say.

use super::{Choice, Form, Mark, Shell, TownFirms};
use askama::Template;

/// `/console/visits/new` and `/console/replan/{code}`. The form's deed is `plan`; it says what the inputs hold from the start.
#[derive(Debug, Template)]
#[template(path = "http/pages/plan.html", config = "src/askama.toml")]
pub struct PlanPage {
    pub shell: Shell,
    pub form: Form,
    /// The visit that is planned anew; none for a new one.
    pub anew: Option<Anew>,
    /// It was sent and cannot be.
    pub barred: bool,
    /// What is chosen was looked at.
    pub looked: bool,
    /// What is to be said of it and bars nothing.
    pub warnings: Vec<String>,
    pub find: String,
    pub firms: Vec<TownFirms>,
    pub more_firms: bool,
    pub towns: Vec<Choice>,
    pub periods: Vec<Choice>,
    pub notices: Vec<Choice>,
    pub departments: Vec<Choice>,
    pub whistles: Vec<PlanWhistle>,
    /// Those that are proposed first.
    pub hazards: Vec<PlanHazard>,
    pub rows: Vec<PlanRow>,
    pub crews: Vec<Crew>,
    pub experts: Vec<Goer>,
    pub locality: Vec<Goer>,
    pub cars: Vec<PlanCar>,
    /// The first day that may be chosen.
    pub first: String,
    /// The reader may let it pass the yearly cap.
    pub overrides: bool,
}

/// The visit that is planned anew.
#[derive(Debug, Clone)]
pub struct Anew {
    pub code: String,
    pub site: String,
    /// What a head has against it.
    pub objected: Option<String>,
}

/// A whistle with what it asks.
#[derive(Debug, Clone)]
pub struct PlanWhistle {
    pub code: String,
    pub title: String,
    pub mark: Mark,
    pub asks: Vec<PlanAsk>,
}

/// What a whistle asks of a department, to be ticked.
#[derive(Debug, Clone)]
pub struct PlanAsk {
    pub value: String,
    pub department: String,
    pub subject: String,
    pub also: Vec<String>,
}

/// A hazard of the checklist, to be ticked.
#[derive(Debug, Clone)]
pub struct PlanHazard {
    pub code: String,
    /// The name of the choice of who looks.
    pub by: String,
    pub text: String,
    /// Why it is proposed.
    pub why: Option<&'static str>,
    /// Who looks: chosen, else proposed.
    pub department: String,
    pub competent: Vec<Choice>,
}

/// One free row of items, and where it comes from if it does.
#[derive(Debug, Clone, Default)]
pub struct PlanRow {
    pub no: usize,
    pub whistle: String,
    pub hazard: String,
}

/// Those of one unit who may go.
#[derive(Debug, Clone)]
pub struct Crew {
    pub code: String,
    pub unit: String,
    pub officers: Vec<Goer>,
    /// It has an item, or one of them is chosen.
    pub open: bool,
}

/// Somebody who may go.
#[derive(Debug, Clone)]
pub struct Goer {
    pub id: String,
    pub name: String,
    pub title: String,
    /// Why not on that day.
    pub note: Option<String>,
}

/// A car.
#[derive(Debug, Clone)]
pub struct PlanCar {
    pub code: String,
    pub word: String,
    /// Of those who act, of where it is, or chosen.
    pub near: bool,
    /// Why not on that day.
    pub note: Option<String>,
}

impl PlanRow {
    /// The name of one of its inputs: `subject-3`.
    fn name(&self, stem: &str) -> String {
        format!("{stem}-{}", self.no)
    }
}

impl PlanPage {
    /// Where the form goes.
    fn action(&self) -> String {
        self.anew
            .as_ref()
            .map_or_else(|| "/console/visits/new".to_owned(), |anew| format!("/console/replan/{}", anew.code))
    }

    fn proposed(&self) -> Vec<&PlanHazard> {
        self.hazards.iter().filter(|one| one.why.is_some()).collect()
    }

    fn others(&self) -> Vec<&PlanHazard> {
        self.hazards.iter().filter(|one| one.why.is_none()).collect()
    }

    /// Whether one of the others is ticked.
    fn other_ticked(&self) -> bool {
        self.others().iter().any(|one| self.form.has("plan", "hazards", &one.code, false))
    }

    fn acting(&self) -> Vec<&Crew> {
        self.crews.iter().filter(|crew| crew.open).collect()
    }

    fn idle(&self) -> Vec<&Crew> {
        self.crews.iter().filter(|crew| !crew.open).collect()
    }

    fn near(&self) -> Vec<&PlanCar> {
        self.cars.iter().filter(|car| car.near).collect()
    }

    fn far(&self) -> Vec<&PlanCar> {
        self.cars.iter().filter(|car| !car.near).collect()
    }
}
