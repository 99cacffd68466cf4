//! Hostile clusters, and cloud ids that lead where nobody may go.

use serde_json::{Value, json};

use super::{body, cloud_id, elastic};
use crate::fakes::http::{self, Reply, Request, serve};
use crate::fakes::search::{elasticsearch, exception};
use crate::support::Setup;
use crate::support::cache::{cached, summary};
use crate::support::diagnose::outcome;

/// A cluster of these indices; what is asked of mappings is answered by `mapping`.
pub(super) fn cluster<N: AsRef<str>, M: Fn(Vec<&str>) -> Reply + Send + Sync>(
    names: &[N],
    mapping: M,
) -> impl Fn(u16, &Request) -> Reply + Send + Sync + use<N, M> {
    let indices: Vec<_> = names.iter().map(|name| json!({"name": name.as_ref(), "attributes": ["open"]})).collect();
    listed(json!({"indices": indices, "aliases": [], "data_streams": []}).to_string(), mapping)
}

/// A cluster that lists so.
pub(super) fn listed<M: Fn(Vec<&str>) -> Reply + Send + Sync>(
    listing: String,
    mapping: M,
) -> impl Fn(u16, &Request) -> Reply + Send + Sync {
    move |_, request| match request.path.as_str() {
        "/" => http::json(200, &json!({"version": elasticsearch()})),
        path if path.starts_with("/_resolve") => Reply::Whole(200, vec![], listing.clone()),
        path => {
            assert!(path.len() < 4_000, "{path}");
            mapping(path.trim_start_matches('/').split('/').next().expect("names").split(',').collect())
        }
    }
}

/// Sound mappings.
pub(super) fn mappings(names: &[&str]) -> Reply {
    let all = names.iter().map(|name| ((*name).to_owned(), json!({"mappings": {"properties": {"id": {"type": "long"}}}})));
    http::json(200, &Value::Object(all.collect()))
}

/// Threat S15: what a Cloud ID says is judged as any host.
#[tokio::test]
async fn s15_cloud_ids_that_lead_inside() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    for decoded in ["254.169.254:80$169$", "16689662:80$169$", "254.169.254$169$kibana", "254.169.254$0xa9$", "google.internal$metadata$"] {
        let cloud = body("elasticsearch", "unused", &json!({"server_type": "elastic-cloud", "cloudId": cloud_id(decoded)}));
        let (step, code) = outcome(&client, &cloud).await;
        assert!(
            step == "policy" && code == "TARGET_DENIED" || decoded.contains("google") && code != Value::Null,
            "{decoded}: {step} {code}"
        );
    }
}

/// Threat S15: what nodes publish of themselves is never asked for, and leads nowhere if it is told.
#[tokio::test]
async fn s15_nobody_is_asked_for_nodes() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let inside = serve(|_, _| Reply::Silence).await;
    let publish = format!("127.0.0.1:{}", inside.port);
    let address = publish.clone();
    let running = serve(move |_, request| {
        let nodes = json!({"n": {"http": {"publish_address": address, "bound_address": [address]}, "transport_address": address}});
        let mut body = match request.path.as_str() {
            "/" => json!({"version": elasticsearch()}),
            path if path.starts_with("/_resolve") => json!({"indices": [{"name": "a"}]}),
            path if path.contains("/_mapping") => json!({"a": {"mappings": {"properties": {"id": {"type": "long"}}}}}),
            _ => json!({}),
        };
        body["nodes"] = nodes;
        let headers = ["Location", "Alt-Svc", "X-Found-Handling-Server"].map(|name| (name, format!("http://{address}/"))).to_vec();
        Reply::Whole(200, headers, body.to_string())
    })
    .await;
    client.create(&elastic(running.port, &json!({}))).await.ok();
    assert_eq!(cached(&setup, "x").await.len(), 1);
    assert!(running.requests().iter().all(|r| r.path == "/" || r.path.starts_with("/_resolve/index/") || r.path.ends_with("/_mapping")));
    assert!(inside.requests().is_empty());
    for request in running.requests() {
        assert!(request.method == "GET" && request.body.is_empty() && !request.path.contains("_nodes"), "{}", request.path);
    }
}

/// Two thousand indices take few requests; one that is refused, however, costs itself and no more than the halves that lead to it.
#[tokio::test]
async fn requests_are_bounded_and_a_bad_index_stands_alone() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let names: Vec<_> = (0..2_000).map(|n| format!("logs-2026.01.{n:04}")).collect();
    let bad = "logs-2026.01.0777";
    for (name, refused, most) in [
        ("sound", None, 13),
        ("forbidden", Some((403, "security_exception")), 30),
        ("blocked", Some((403, "cluster_block_exception")), 30),
        ("blocked cluster", Some((503, "cluster_block_exception")), 30),
        ("gone", Some((404, "index_not_found_exception")), 30),
    ] {
        let running = serve(cluster(&names, move |names| match refused {
            Some((status, kind)) if names.contains(&bad) => exception(status, kind),
            _ => mappings(&names),
        }))
        .await;
        client.create(&elastic(running.port, &json!({"name": name}))).await.ok();
        let summary = summary(&setup, name).await;
        if refused.is_none() {
            assert_eq!((&summary["tables"], &summary["partial"]), (&json!(2_000), &json!([])));
        } else {
            let told = (&summary["tables"], &summary["partial"], &summary["notes"][0]["object"], &summary["notesTotal"]);
            assert_eq!(told, (&json!(1_999), &json!(["tables"]), &json!(bad), &json!(1)), "{name}");
        }
        // Two lists, the root answer, and chunks of some two hundred.
        assert!(running.requests().len() <= most, "{name}: {}", running.requests().len());
    }
}

/// Threat L4: whatever a cluster says while it is read comes out nowhere.
#[tokio::test]
async fn l4_no_text_of_the_cluster() {
    let setup = Setup::sqlite().await;
    let (server, client) = setup.client();
    for (case, status, kind) in [("mapping", 403, "security_exception"), ("text for a code", 400, "<script>canary</script>")] {
        let running = serve(cluster(&["a", "b"], move |_| exception(status, kind))).await;
        let answer = client.create(&elastic(running.port, &json!({"name": case}))).await;
        assert!(!answer.text.contains("canary"), "{case}");
        let details = client.get(&format!("/api/v2/datasource/details?datasourceName={}", case.replace(' ', "%20"))).await;
        assert!(!details.text.contains("canary"), "{case}");
    }
    assert!(!server.log().contains("canary"));
}
