//! Others do it: the director excuses a department that is not needed, a department lets a town or squad act in its name
//! and stays responsible. Neither moves a limit of anybody else.

use crate::domain::decision::Change;
use crate::domain::directory::Directory;
use crate::domain::draft::{Deciding, Draft};
use crate::domain::event::{EventKind, text_ref};
use crate::domain::obligation::Subject;
use crate::domain::order::{Clash, Fault, FaultCode, Field, Kind, Node, Spec, TEXT_MAX, read};
use crate::domain::policy;
use crate::domain::terms::SummonsStatus;
use crate::domain::whistle::{Tree, follow, issue};
use crate::ids::SummonsId;
use serde_json::json;

/// The body of `…/delegate`.
pub static DELEGATE: Spec = Spec {
    name: "DelegateOrder",
    fields: &[Field::required("to", Kind::Code), Field::required("basis", Kind::Text { max: TEXT_MAX })],
};

/// Lets the department off: it is not needed.
pub fn excuse(reason: &str, id: &SummonsId, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let reason = draft.write_down(reason);
    draft.move_summons(id, SummonsStatus::Excused);
    draft.record_summons(EventKind::SummonsExcused, id, json!({ "reason": text_ref(&reason) }));
    draft.disarm(&Subject::Summons(id.clone()));
    issue::tell_let_off(&mut draft, id);
    let was = issue::without(&mut draft, id);
    draft.record_lead(was.as_deref());
    follow::follow(&mut draft);
    draft.finish()
}

/// Who acts in the department's name, and by which mandate.
#[derive(Debug, Clone, PartialEq)]
pub struct DelegateOrder {
    to: String,
    basis: String,
}

impl DelegateOrder {
    /// A town or a squad, and not the summoned unit itself.
    pub fn parse(body: &Node, unit: &str, directory: &Directory) -> Result<DelegateOrder, Vec<Fault>> {
        let (reader, mut faults) = read(&DELEGATE, body);
        let to = reader.text("to");
        if let Some(code) = &to {
            if directory.town_of(code).is_none() {
                faults.add(reader.pointer("to"), FaultCode::NoSuch);
            } else if code == unit {
                faults.add(reader.pointer("to"), FaultCode::Clash(Clash::Itself));
            }
        }
        let made = to.zip(reader.text("basis"));
        faults.judge(made.map(|(to, basis)| DelegateOrder { to, basis }))
    }
}

/// Lets a town or squad act; the department stays responsible, so limit and state stay.
pub fn delegate(order: &DelegateOrder, id: &SummonsId, tree: Tree, by: Deciding<'_>) -> Change {
    let mut draft = Draft::on(by, tree);
    let basis = draft.write_down(&order.basis);
    draft.change_summons(id, |summons| summons.delegated_to = Some(order.to.clone()));
    let data = json!({ "to": order.to, "basis": text_ref(&basis) });
    draft.record_summons(EventKind::SummonsDelegated, id, data);
    let town = draft.by.rules.directory.town_of(&order.to).map(|town| town.code.as_str());
    let viewer = policy::blower_viewer(&order.to, town);
    draft.show_to(viewer);
    draft.finish()
}
