//! The posts that owe the next move of a whistle or are written to about it: offices, never persons. Who holds a post is
//! looked up when a letter leaves; nothing here looks anybody up.

use super::Whistle;
use crate::domain::directory::Directory;
use crate::domain::draft::Draft;
use crate::domain::obligation::Post;
use crate::domain::terms::{Role, Urgency};

/// Emergency and urgent: whoever is slow, the office phones.
pub fn is_pressing(urgency: Urgency) -> bool {
    matches!(urgency, Urgency::Emergency | Urgency::Urgent)
}

/// The office's duty post.
pub fn office(draft: &Draft<'_>) -> Post {
    Post { role: Role::OfficeDuty, department: draft.by.rules.directory.office().to_owned() }
}

/// The office's director.
pub fn director(draft: &Draft<'_>) -> Post {
    Post { role: Role::OfficeDirector, ..office(draft) }
}

/// Whoever decides on a submitted whistle: after an appeal only the director.
pub fn triage(draft: &Draft<'_>) -> Post {
    if draft.tree.whistle.appealed { director(draft) } else { office(draft) }
}

/// Whoever blew.
pub fn blower(whistle: &Whistle) -> Post {
    Post { role: whistle.blower.role, department: whistle.blower.department.clone() }
}

/// Who speaks for a summoned unit: its liaison, or the town officer of a town.
pub fn speaker(unit: &str, directory: &Directory) -> Post {
    let role = if directory.town(unit).is_some() { Role::TownOfficer } else { Role::Liaison };
    Post { role, department: unit.to_owned() }
}

/// Who decides for a summoned unit: its head, or the town officer of a town.
pub fn head(unit: &str, directory: &Directory) -> Post {
    let role = if directory.town(unit).is_some() { Role::TownOfficer } else { Role::DepartmentHead };
    Post { role, department: unit.to_owned() }
}
