//! The documents against what is served.

use std::collections::BTreeSet;

use protocol::{Operation, dialect::kdpay};
use serde_json::Value;

use super::{
    admin_document,
    merchant::{kdpay::CALLS, okpay::OPERATIONS},
    merchant_document,
};
use crate::admin::{openapi::statuses, table::ROUTES};

#[test]
fn paths_methods_and_statuses_are_the_tables() {
    let table: BTreeSet<String> = ROUTES
        .iter()
        .flat_map(|route| {
            let line = |status: u16| format!("{} {} {status}", route.method, route.path);
            statuses(route).into_iter().map(line)
        })
        .collect();
    assert_eq!(lines(&admin_document()), table);
}

#[test]
fn every_operation_of_the_wire_is_in_the_document() {
    let served: Vec<(&str, &str)> = Operation::ALL
        .iter()
        .map(|operation| ("POST", operation.path()))
        .collect();
    let written: Vec<(&str, &str)> = OPERATIONS.iter().map(|operation| ("POST", operation.path)).collect();
    assert_eq!(served, written);

    let served: Vec<(&str, &str)> = kdpay::Operation::ALL
        .iter()
        .map(|operation| (operation.method(), operation.path()))
        .collect();
    let written: Vec<(&str, &str)> = CALLS.iter().map(|call| (call.method, call.path)).collect();
    assert_eq!(served, written);
}

#[test]
fn every_reference_is_there_and_every_schema_is_used() {
    for document in [admin_document(), merchant_document()] {
        let mut seen = BTreeSet::new();
        references(&document, &mut seen);
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let names: BTreeSet<String> = schemas
            .keys()
            .map(|name| format!("#/components/schemas/{name}"))
            .collect();
        assert_eq!(seen, names);
    }
}

#[test]
fn operations_have_names_of_their_own() {
    for document in [admin_document(), merchant_document()] {
        let paths = document["paths"].as_object().unwrap();
        let ids: Vec<&Value> = paths
            .values()
            .flat_map(|path| {
                path.as_object()
                    .unwrap()
                    .values()
                    .map(|operation| &operation["operationId"])
            })
            .collect();
        let different: BTreeSet<&str> = ids.iter().filter_map(|id| id.as_str()).collect();
        assert_eq!(different.len(), ids.len());
    }
}

/// `METHOD path status` of everything in a document.
fn lines(document: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            for status in operation["responses"].as_object().unwrap().keys() {
                found.insert(format!("{} {path} {status}", method.to_uppercase()));
            }
        }
    }
    found
}

fn references(value: &Value, seen: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(reference)) = map.get("$ref") {
                seen.insert(reference.clone());
            }
            map.values().for_each(|value| references(value, seen));
        }
        Value::Array(list) => list.iter().for_each(|value| references(value, seen)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
