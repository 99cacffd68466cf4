//! Asking for a diagnosis, and reading the step that failed.

use serde_json::Value;

use super::Client;

/// The answer of `POST /api/v2/datasource/test`.
pub(crate) async fn diagnose(client: &Client, body: &Value) -> Value {
    let request = client.request(reqwest::Method::POST, "/api/v2/datasource/test").json(body);
    client.send(request).await.ok()["data"].clone()
}

/// The step that failed.
#[track_caller]
pub(crate) fn failed(data: &Value) -> &Value {
    data["steps"].as_array().expect("steps").iter().find(|s| s["status"] == "failed").unwrap_or_else(|| panic!("nothing failed: {data}"))
}

/// `("ok", null)`, or the step that failed and its code.
pub(crate) async fn outcome(client: &Client, body: &Value) -> (Value, Value) {
    let data = diagnose(client, body).await;
    if data["success"] == true { ("ok".into(), Value::Null) } else { (failed(&data)["step"].clone(), failed(&data)["code"].clone()) }
}

/// A broken set-up: a name, what is changed of the credentials, and the step, code, field and remedy that must come of it.
pub(crate) struct Broken {
    pub(crate) case: &'static str,
    pub(crate) changes: Value,
    pub(crate) step: &'static str,
    pub(crate) code: &'static str,
    pub(crate) field: Option<&'static str>,
    pub(crate) remedy: &'static str,
}

impl Broken {
    /// Diagnoses `body` with the changes, and compares. Create must fail with the same words.
    pub(crate) async fn check(&self, client: &Client, body: &Value) {
        let body = with(body, &self.changes);
        let data = diagnose(client, &body).await;
        let step = failed(&data);
        let field = self.field.map(|field| format!("/credentials/{field}"));
        assert_eq!(
            (step["step"].as_str(), step["code"].as_str(), step["field"].as_str(), step["remedy"].as_str()),
            (Some(self.step), Some(self.code), field.as_deref(), Some(self.remedy)),
            "{}: {data}",
            self.case
        );
        let created = client.create(&body).await;
        // What fails after the test has passed is another code of the contract's, with the same words.
        let (code, before) = match self.step {
            "read" => ((500, "SCHEMA_CACHE_FAILED"), "Schema caching failed: "),
            _ => ((400, "CREDENTIAL_TEST_FAILED"), ""),
        };
        assert_eq!(created.code(), code, "{}", self.case);
        let (sentence, remedy) = (step["message"].as_str().expect("a sentence"), step["remedy"].as_str().expect("a remedy"));
        assert_eq!(created.message(), format!("{before}{sentence}; {remedy}"), "{}", self.case);
    }
}

/// A body with some credentials replaced; null takes one out.
pub(crate) fn with(body: &Value, changes: &Value) -> Value {
    let mut body = body.clone();
    for (key, value) in changes.as_object().expect("an object") {
        match value {
            Value::Null => drop(body["credentials"].as_object_mut().expect("credentials").remove(key)),
            value => body["credentials"][key] = value.clone(),
        }
    }
    body
}
