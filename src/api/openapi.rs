//! What OpenAPI operations are made of. Each endpoint file describes its own operation with them.
//!
//! Client generators make a class of every component and of every inline object, so what several answers share is a component,
//! and every object says which of its members are always there.

use serde_json::{Map, Value, json};

/// An operation: what a success looks like, and which errors there are (status, codes).
pub(crate) fn operation(id: &str, summary: &str, success: &Value, errors: &[(u16, &str)]) -> Value {
    let success = json!({"description": "Success", "headers": request_id(), "content": {"application/json": {"schema": success}}});
    let mut responses = Map::from_iter([("200".to_owned(), success)]);
    for (status, codes) in errors {
        responses.insert(status.to_string(), error(codes));
    }
    for (status, response) in
        [(401, "Unauthorized"), (404, "NotFound"), (405, "MethodNotAllowed"), (429, "RateLimited"), (503, "Unavailable")]
    {
        // An operation's own meaning of a status comes first.
        responses.entry(status.to_string()).or_insert_with(|| reference("responses", response));
    }
    json!({"operationId": id, "summary": summary, "tags": ["datasource"], "responses": responses})
}

/// The same operation with a JSON body of this schema.
pub(crate) fn with_body(mut operation: Value, schema: &Value) -> Value {
    operation["requestBody"] = json!({"required": true, "content": {"application/json": {"schema": schema}}});
    operation["responses"]["408"] = reference("responses", "Late");
    operation["responses"]["413"] = reference("responses", "TooLarge");
    operation
}

/// The same operation with a form of this schema.
pub(crate) fn with_form(operation: Value, schema: &Value) -> Value {
    let mut operation = with_body(operation, schema);
    operation["requestBody"] = json!({"required": true, "content": {"multipart/form-data": {"schema": schema}}});
    operation
}

/// The same operation, whose answers name what they did not use of the body.
pub(crate) fn with_ignored_fields(mut operation: Value) -> Value {
    for (_, response) in operation["responses"].as_object_mut().into_iter().flatten() {
        if response["headers"].is_object() {
            response["headers"]["Headwater-Ignored-Fields"] = reference("headers", "IgnoredFields");
        }
    }
    operation
}

/// The same operation, whose answer has a tag by which a client asks whether there is a new one.
pub(crate) fn with_tag(mut operation: Value) -> Value {
    operation["responses"]["200"]["headers"]["ETag"] = reference("headers", "ETag");
    let headers = json!({"ETag": reference("headers", "ETag"), "X-Request-Id": reference("headers", "RequestId")});
    operation["responses"]["304"] = json!({"description": "Unchanged since the ETag in If-None-Match", "headers": headers});
    let parameter = json!({"name": "If-None-Match", "in": "header", "required": false, "schema": {"type": "string"}, "description": "The ETag of an earlier answer."});
    match operation["parameters"].as_array_mut() {
        Some(parameters) => parameters.push(parameter),
        None => operation["parameters"] = json!([parameter]),
    }
    operation
}

/// A query parameter.
pub(crate) fn query(name: &str, required: bool, schema: &Value, description: &str) -> Value {
    json!({"name": name, "in": "query", "required": required, "schema": schema, "description": description})
}

/// An object of these members, all of which are always there but for the `optional` ones.
pub(crate) fn object(members: &Value, optional: &[&str]) -> Value {
    let names = members.as_object().into_iter().flat_map(Map::keys).map(String::as_str);
    let required: Vec<_> = names.filter(|name| !optional.contains(name)).collect();
    json!({"type": "object", "required": required, "properties": members})
}

/// A schema, or null.
pub(crate) fn or_null(schema: &Value) -> Value {
    json!({"anyOf": [schema, {"type": "null"}]})
}

/// A component's schema.
pub(crate) fn schema(component: &str) -> Value {
    reference("schemas", component)
}

/// What every operation's answers refer to beside schemas: the responses and headers that they share.
pub(crate) fn shared() -> Value {
    let text = |description: &str| json!({"description": description, "schema": {"type": "string"}});
    let with = |codes: &str, name: &str, header: &Value| {
        let mut response = error(codes);
        response["headers"][name] = header.clone();
        response
    };
    json!({
        "responses": {
            "Unauthorized": with("AUTHENTICATION_ERROR", "WWW-Authenticate", &text("`Bearer`")),
            "NotFound": error("NOT_FOUND: there is no such path"),
            "MethodNotAllowed": with("METHOD_NOT_ALLOWED: the path has other methods", "Allow", &text("The methods of the path.")),
            "Unavailable": with("SERVICE_UNAVAILABLE: the server cannot reach its metadata store", "Retry-After", &text("Seconds.")),
            "RateLimited": with("RATE_LIMITED: too many requests with a bad token from one address", "Retry-After", &text("Seconds.")),
            "Late": error("INVALID_REQUEST_BODY: the body did not arrive in time"),
            "TooLarge": error("INVALID_REQUEST_BODY: the body is too large"),
        },
        "headers": {
            "RequestId": text("The request's own X-Request-Id, or one made for it. It stands in the server's log."),
            "IgnoredFields": text("Keys of the body that mean nothing here, separated by commas; absent if there are none."),
            "ETag": text("Changes when the content does."),
        },
    })
}

fn error(codes: &str) -> Value {
    let content = json!({"application/json": {"schema": schema("Error")}});
    json!({"description": codes, "headers": request_id(), "content": content})
}

fn request_id() -> Value {
    json!({"X-Request-Id": reference("headers", "RequestId")})
}

fn reference(section: &str, component: &str) -> Value {
    json!({"$ref": format!("#/components/{section}/{component}")})
}
