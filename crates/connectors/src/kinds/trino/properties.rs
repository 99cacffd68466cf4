//! What holds of every page, valid or not.

use hostile::{changed, changed_text, changes, config, measured, pieces};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::page::Page;
use super::statement::{Caller, Statement};
use super::types::normalize;
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::script::{block_on, http};

/// What a client of HTTP holds whatever comes, in bytes.
const IDLE: usize = 400_000;

type Values = Vec<Vec<Option<String>>>;

/// Rows of which no more than the first sixteen values are looked at.
fn rows() -> impl Strategy<Value = Values> {
    vec(vec(any::<Option<String>>(), 0..17), 0..6)
}

/// Anything that JSON has.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 20, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((any::<String>(), inner), 0..4).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The bodies of a statement's pages: each leads to the next one.
fn bodies(pages: &[Values]) -> Vec<Vec<u8>> {
    let body = |(n, rows): (usize, &Values)| {
        let mut page =
            json!({"id": "20261126_1", "infoUri": "http://elsewhere/ui", "stats": {"state": "RUNNING"}, "columns": [{"name": "a"}]});
        if !rows.is_empty() {
            page["data"] = json!(rows);
        }
        if n + 1 < pages.len() {
            page["nextUri"] = json!(format!("http://db.test/v1/statement/{n}?x=ä"));
        }
        page.to_string().into_bytes()
    };
    pages.iter().enumerate().map(body).collect()
}

/// Runs a statement to its end; what came, as text, and the requests that were made.
fn run(bodies: Vec<Vec<u8>>, pieces: &[usize], keep: bool) -> (Result<Values, ConnectError>, usize) {
    let answers: Vec<_> = bodies.into_iter().map(|body| (200, "", body)).collect();
    block_on(async {
        let (mut client, heard) = http(&answers, pieces);
        let caller = Caller::new("app", None, false).expect("a caller");
        let outcome = async {
            let mut rows = Statement::run(&mut client, &caller, "select").await?;
            let mut all = Vec::new();
            while let Some(row) = rows.next().await? {
                if keep {
                    all.push((0..17).map(|n| row.get(n).map(str::to_owned)).collect());
                }
            }
            Ok(all)
        };
        let outcome = outcome.await;
        let heard = heard.lock().expect("lock").clone();
        (outcome, heard.windows(9).filter(|w| w == b" HTTP/1.1").count())
    })
}

/// A row as it is handed on: sixteen values at most, and null where there is none.
fn padded(row: &[Option<String>]) -> Vec<Option<String>> {
    (0..17).map(|n| row.get(n).filter(|_| n < 16).cloned().flatten()).collect()
}

proptest! {
    #![proptest_config(config())]

    /// Pages are followed to the last one, and rows come as they were meant, in their order.
    #[test]
    fn pages_are_read_as_they_were_meant(pages in vec(rows(), 1..5), pieces in pieces()) {
        let (outcome, requests) = run(bodies(&pages), &pieces, true);
        let wanted: Values = pages.iter().flatten().map(|row| padded(row)).collect();
        prop_assert_eq!(outcome.expect("rows"), wanted);
        prop_assert_eq!(requests, pages.len());
    }

    /// What else may stand in a page or a row is passed over: only texts are kept.
    #[test]
    fn only_texts_are_kept(values in vec(anything(), 0..12), more in anything()) {
        let page = json!({"id": more.clone(), "stats": more.clone(), "warnings": more, "data": [values.clone()]}).to_string();
        let page: Page = serde_json::from_str(&page).expect("a page");
        let rows = page.data.expect("rows");
        for (n, value) in values.iter().enumerate() {
            prop_assert_eq!(rows[0].get(n), value.as_str());
        }
    }

    /// Threats R4, R5 and S10: broken pages end, with a code, after no more requests than there are answers to, and cost no more than
    /// they are long.
    #[test]
    fn r4_r5_pages(pages in vec(rows(), 1..4), changes in changes(), at in any::<prop::sample::Index>(), pieces in pieces()) {
        let mut bodies = bodies(&pages);
        let broken = at.get_mut(&mut bodies);
        *broken = changed(std::mem::take(broken), &changes);
        let (length, count) = (bodies.iter().map(Vec::len).sum::<usize>(), bodies.len());
        let ((outcome, requests), cost) = measured(|| run(bodies, &pieces, false));
        if let Err(error) = outcome {
            prop_assert!(matches!(error.kind, K::Protocol | K::Closed | K::Refused | K::Redirected) || error.server_code.is_some(), "{error:?}");
        }
        // One more that finds nobody, and one that cancels.
        prop_assert!(requests <= count + 2, "{requests} requests for {count} answers");
        prop_assert!(cost <= IDLE + 16 * length, "{cost} bytes for {length}");
    }

    /// A failure that comes with a page is the statement's, and no text of it comes out.
    #[test]
    fn a_failure_is_told_by_its_number(name in any::<String>(), code in any::<i32>(), text in anything()) {
        let page = json!({"error": {"message": "canary", "errorName": name, "errorCode": code, "failureInfo": text}, "nextUri": "http://db.test/x"});
        let (outcome, requests) = run(vec![page.to_string().into_bytes()], &[65_536], false);
        let error = outcome.expect_err("a failure");
        prop_assert_eq!(&error.server_code, &Some(code.unsigned_abs().to_string()));
        prop_assert!(!error.sentence().contains("canary") && !error.remedy().contains("canary"));
        prop_assert_eq!(requests, 1);
    }

    /// Threat S10: no page leads to another host.
    #[test]
    fn s10_no_page_leads_elsewhere(uri in prop_oneof![Just("http://elsewhere/x".to_owned()), Just("https://db.test/x".to_owned()), Just("http://db.test:81/x".to_owned()), Just("http://u@db.test/x".to_owned()), any::<String>()], pieces in pieces()) {
        let page = json!({"nextUri": uri}).to_string().into_bytes();
        let (outcome, requests) = run(vec![page], &pieces, false);
        prop_assert!(outcome.is_err());
        prop_assert!(requests <= 2);
    }

    /// Threat R4: no text breaks what reads types.
    #[test]
    fn r4_types(changes in changes(), noise in any::<String>()) {
        for text in [changed_text("row(a bigint, \"b) c\" array(timestamp(3) with time zone))", &changes), format!("map({noise})"), noise] {
            let (_, cost) = measured(|| normalize(&text));
            prop_assert!(cost <= 1_024 + 4 * text.len(), "{cost} bytes for {}", text.len());
        }
    }
}
