//! The document against the routes and tables that it is made from: nothing is documented that is not there, and nothing
//! is there that is not documented.

use super::*;
use std::collections::BTreeSet;

#[test]
fn every_route_is_documented_and_every_document_routed() {
    let document = whole();
    let documented: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let routed = lines().map(|line| (line.method.to_owned(), line.path.to_owned())).collect();
    assert_eq!(documented, routed);
}

#[test]
fn every_reference_leads_somewhere_and_every_operation_has_its_own_name() {
    let document = whole();
    let text = document.to_string();
    for part in text.split("\"#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(document["components"]["schemas"].get(name).is_some(), "{name}");
    }
    let names: BTreeSet<String> = lines().map(operation_id).collect();
    assert_eq!(names.len(), lines().count());
}

#[test]
fn orders_stand_in_the_document_as_their_tables_say() {
    let document = whole();
    let blow = &document["components"]["schemas"]["BlowOrder"];
    assert_eq!(blow["required"], json!(["category", "what"]));
    let post = &document["paths"]["/api/v1/whistles"]["post"];
    assert_eq!(post["requestBody"]["content"]["application/json"]["schema"], reference("BlowOrder"));
    assert_eq!(post["security"], json!([{ "bearer": [] }]));
    let acknowledge = &document["paths"]["/api/v1/summonses/{code}/acknowledge"]["post"];
    assert_eq!(acknowledge["requestBody"]["required"], json!(false));
}
