//! Broken set-ups: each with the step, code, field and remedy that are said about it.

use std::sync::atomic::AtomicUsize;

use serde_json::json;

use super::{body, fake, server};
use crate::fakes::bigquery::{Fake, forged_key_file, key_file};
use crate::support::Setup;
use crate::support::diagnose::Broken;

#[tokio::test]
async fn failures() {
    let setup = Setup::sqlite().await;
    let running = fake().start().await;
    let (_server, client) = server(&setup, running.port, running.port, &[]);
    let pem = "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n";
    let anew = "make a new key for the service account: this one was deleted, its account is gone, or the clock of this server is wrong";
    let whole = "give the whole private key in PEM (PKCS#8), BEGIN and END lines included";
    let viewer = "grant the service account roles/bigquery.metadataViewer on the project, or on each dataset";
    let us = "the data is in US, and datasetLocation says eu: set it to where the data is";
    let both = "the data is in EU, US, and datasetLocation says asia-east1: set it to where the data is";
    for (case, changes, step, code, field, remedy) in [
        (
            "no key",
            json!({"credentialsJson": key_file(&json!({"private_key": pem}))}),
            "validate",
            "PRIVATE_KEY_INVALID",
            "credentialsJson",
            whole,
        ),
        (
            "deleted key",
            json!({"credentialsJson": key_file(&json!({"private_key_id": "gone"}))}),
            "authenticate",
            "AUTHENTICATION_FAILED",
            "credentialsJson",
            anew,
        ),
        ("forged key", json!({"credentialsJson": forged_key_file()}), "authenticate", "AUTHENTICATION_FAILED", "credentialsJson", anew),
        (
            "other account",
            json!({"credentialsJson": key_file(&json!({"client_email": "a@b.example"}))}),
            "authenticate",
            "AUTHENTICATION_FAILED",
            "credentialsJson",
            anew,
        ),
        ("project", json!({"projectId": "p-2"}), "database", "DATABASE_NOT_FOUND", "projectId", "check projectId"),
        ("dataset", json!({"datasetId": "nope"}), "database", "SCHEMA_NOT_FOUND", "datasetId", "check projectId and datasetId"),
        ("dataset elsewhere", json!({"datasetId": "american"}), "database", "WRONG_LOCATION", "datasetLocation", us),
        ("location", json!({"datasetLocation": "asia-east1"}), "database", "WRONG_LOCATION", "datasetLocation", both),
        ("closed dataset", json!({"datasetId": "closed"}), "list", "NO_PRIVILEGE", "credentialsJson", viewer),
    ] {
        Broken { case, changes, step, code, field: Some(field), remedy }.check(&client, &body(&json!({}))).await;
    }
}

/// A quota that stays exhausted is named; so is an API that is not enabled.
#[tokio::test]
async fn what_does_not_pass() {
    let setup = Setup::sqlite().await;
    for (status, reason, code, field, remedy) in [
        (403, "quotaExceeded", "RESOURCES_EXHAUSTED", None, "raise the project's quota for BigQuery API requests, or try again later"),
        (403, "accessNotConfigured", "NO_PRIVILEGE", Some("projectId"), "enable the BigQuery API in the project"),
        (403, "billingNotEnabled", "NO_PRIVILEGE", Some("projectId"), "enable billing in the project"),
        (400, "invalid", "DATABASE_NOT_FOUND", Some("projectId"), "check projectId"),
        (401, "authError", "AUTHENTICATION_FAILED", Some("credentialsJson"), "check that the service account is enabled"),
    ] {
        let running = Fake { failing: (AtomicUsize::new(1_000), status, reason), ..fake() }.start().await;
        let (_server, client) = server(&setup, running.port, running.port, &[]);
        Broken { case: reason, changes: json!({}), step: "database", code, field, remedy }.check(&client, &body(&json!({}))).await;
    }
}
