use super::*;

/// Every reference has its definition, and every definition is referred to.
#[test]
fn references_meet_definitions() {
    fn references(value: &Value, found: &mut std::collections::BTreeSet<String>) {
        match value {
            Value::Object(map) => {
                for (key, inner) in map {
                    if let ("$ref", Value::String(target)) = (key.as_str(), inner) {
                        found.insert(target.trim_start_matches("#/$defs/").to_owned());
                    }
                    references(inner, found);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let schema = schema();
    let mut found = std::collections::BTreeSet::new();
    references(&schema, &mut found);
    let defined: std::collections::BTreeSet<String> = schema["$defs"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(found, defined);
}

#[test]
fn what_must_be_there_is_required() {
    let schema = schema();
    assert!(schema["properties"].get("capacity").is_some());
    assert_eq!(schema["required"], json!(["name"]));
    assert_eq!(schema["additionalProperties"], json!(false));
    assert_eq!(schema["$defs"]["phase"]["required"], json!(["name", "for"]));
}

/// `check` reads the text of a scalar, so quotes around a number or a flag change nothing.
#[test]
fn quoted_numbers_and_flags_are_taken() {
    crate::read(
        "quoted.yaml",
        "name: x\nseed: \"7\"\nphases: [{name: a, for: 1s, refuse: \"true\"}]\n",
    )
    .unwrap();
    let schema = schema();
    assert_eq!(schema["properties"]["seed"]["type"], json!(["integer", "string"]));
    assert_eq!(
        schema["$defs"]["phase"]["properties"]["refuse"]["enum"],
        json!([true, false, "true", "false"])
    );
}
