//! Answers without measure: huge, slow, without end, or such as unfold to many times their size.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::json;

use super::elastic;
use super::rogue::{cluster, listed, mappings};
use crate::fakes::http::{self, Reply, serve};
use crate::fakes::search::{elasticsearch, exception};
use crate::support::Setup;
use crate::support::cache::{cached, columns, named, summary};
use crate::support::diagnose::outcome;

/// The most memory of the server and a child (MiB) that an answer may cost.
const MEMORY: u64 = 300;

/// An answer of 200 MB, byte by byte as it is asked for.
fn huge(start: &str) -> Reply {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{start}", 200 << 20);
    Reply::Endless([head.as_bytes(), &vec![b'x'; 1 << 20]].concat())
}

/// Threat R6: mappings of 200 MB, and answers that are none.
#[tokio::test]
async fn r6_hostile_answers() {
    let setup = Setup::sqlite().await;
    let (server, client) = setup.client();
    let names = ["a", "b"];
    let running = serve(cluster(&names, |names| if names.contains(&"a") { huge("{\"a\":\"") } else { mappings(&names) })).await;
    client.create(&elastic(running.port, &json!({}))).await.ok();
    let summary = summary(&setup, "x").await;
    assert_eq!((&summary["tables"], &summary["notes"][0]["object"]), (&json!(1), &json!("a")));
    for (case, listing) in [("list", "{\"indices\":[{\"name\":\""), ("other list", "[")] {
        let running = serve(move |_, request| match request.path.as_str() {
            "/" => http::json(200, &json!({"version": elasticsearch()})),
            _ => huge(listing),
        })
        .await;
        assert_eq!(outcome(&client, &elastic(running.port, &json!({}))).await, (json!("list"), json!("ANSWER_TOO_LARGE")), "{case}");
    }
    let root = serve(|_, _| huge("{\"version\":\"")).await;
    assert_eq!(outcome(&client, &elastic(root.port, &json!({}))).await, (json!("authenticate"), json!("ANSWER_TOO_LARGE")));
    for text in ["<html>canary</html>", "{\"a\":{}} canary", "[]", "{\"a\":"] {
        let running = serve(cluster(&names, move |_| Reply::Whole(200, vec![], text.to_owned()))).await;
        assert_eq!(outcome(&client, &elastic(running.port, &json!({}))).await, (json!("read"), json!("PROTOCOL_ERROR")), "{text}");
    }
    assert!(!server.log().contains("canary") && !server.log().contains("panicked"));
    assert!(server.peak() < MEMORY, "{} MiB", server.peak());
}

/// Threat R6: a slow answer, and one that never ends, cost the time of their step and no more.
#[tokio::test]
async fn r6_slow_answers() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_TEST_TIMEOUT", "2s"), ("HEADWATER_READ_TIMEOUT", "3s")]);
    let client = server.client(&setup.token("acme"));
    let drip: fn() -> Reply = || Reply::Drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n{".to_vec(), Duration::from_millis(50));
    let late: fn() -> Reply = || Reply::Late(Duration::from_mins(1), Box::new(mappings(&["a"])));
    let heads: fn() -> Reply = || Reply::Endless(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec());
    for (case, at, reply) in [
        ("drip", "authenticate", drip),
        ("drip", "list", drip),
        ("drip", "read", drip),
        ("late", "read", late),
        ("heads without end", "authenticate", heads),
        ("heads without end", "read", heads),
    ] {
        let sound = cluster(&["a"], |names| mappings(&names));
        let running = serve(move |port, request| {
            let here = match at {
                "authenticate" => request.path == "/",
                "list" => request.path.starts_with("/_resolve"),
                _ => request.path.contains("/_mapping"),
            };
            if here { reply() } else { sound(port, request) }
        })
        .await;
        let began = Instant::now();
        let (step, code) = outcome(&client, &elastic(running.port, &json!({}))).await;
        assert!(
            step == at && (code == "TIMED_OUT" || code == "PROTOCOL_ERROR" && case.starts_with("heads")),
            "{case}, {at}: {step} {code}"
        );
        assert!(began.elapsed() < Duration::from_secs(15), "{case}, {at}: {:?}", began.elapsed());
    }
    assert!(server.peak() < MEMORY, "{} MiB", server.peak());
}

/// Threat R5: an index of 100,000 fields is read as far as fields are read of one, and says so.
#[tokio::test]
async fn r5_many_fields() {
    let setup = Setup::sqlite().await;
    let (server, client) = setup.client();
    let mut many = String::from(r#"{"many":{"mappings":{"properties":{"#);
    for n in 0..100_000 {
        let _ = write!(many, r#""f{n:06}":{{"type":"long"}},"#);
    }
    many.push_str(r#""last":{"type":"long"}}}}}"#);
    let running = serve(cluster(&["few", "many"], move |names| match names[..] {
        ["many"] => Reply::Whole(200, vec![], many.clone()),
        [_, ..] if names.len() > 1 => exception(403, "security_exception"),
        _ => mappings(&names),
    }))
    .await;
    client.create(&elastic(running.port, &json!({}))).await.ok();
    let (summary, tables) = (summary(&setup, "x").await, cached(&setup, "x").await);
    assert_eq!(summary["partial"], json!(["columns_per_table"]));
    let told = (&summary["notes"][0]["code"], &summary["notes"][0]["object"], &summary["notes"][0]["text"]);
    assert_eq!(told, (&json!("CUT_OFF"), &json!("many"), &json!("it has more than the 20000 fields that are read of one index")));
    let read = columns(named(&tables, "many"));
    assert!((1_000..=20_000).contains(&read.len()), "{}", read.len());
    assert_eq!(read[0], "f000000: long → integer");
    assert_eq!(columns(named(&tables, "few")), ["id: long → integer"]);
    assert!(server.peak() < MEMORY, "{} MiB", server.peak());
}

/// Threat R5: lists and mappings that unfold to many times their size cost no more memory or time than any.
#[tokio::test]
async fn r5_dense_answers() {
    let setup = Setup::sqlite().await;
    let (server, client) = setup.client();
    let sound = |names: Vec<&str>| mappings(&names);
    let words = |word: &str| word.repeat((15 << 20) / word.len());
    let stream: Vec<_> = (0..20_000).map(|n| format!(".b{n}")).collect();
    let aliases: Vec<_> = (0..20_000).map(|n| json!({"name": format!("a{n}"), "indices": ["s"]})).collect();
    let product = json!({"data_streams": [{"name": "s", "backing_indices": stream}], "aliases": aliases}).to_string();
    for (case, listing) in [
        ("attributes", format!(r#"{{"indices":[{{"name":"a","attributes":[{}""]}}]}}"#, words(r#""","#))),
        ("members", format!(r#"{{"indices":[{{"name":"a"}}],"aliases":[{{"name":"b","indices":[{}"a"]}}]}}"#, words(r#""","#))),
        ("indices", format!(r#"{{"indices":[{}{{"name":"a"}}]}}"#, words(r#"{"name":""},"#))),
        ("streams of aliases", product),
    ] {
        let running = serve(listed(listing, sound)).await;
        let began = Instant::now();
        let (step, code) = outcome(&client, &elastic(running.port, &json!({}))).await;
        assert!(step == "ok" || code == "ANSWER_TOO_LARGE" || code == "TIMED_OUT", "{case}: {step} {code}");
        assert!(began.elapsed() < Duration::from_mins(1), "{case}: {:?}", began.elapsed());
        assert!(server.peak() < MEMORY, "{case}: {} MiB", server.peak());
    }
    // As many indices as fit, each time that others are listed beside them.
    let many: Vec<_> = (0..1_050_000).map(|n| format!("\"{n:x}\":{{}}")).collect();
    let rows: Vec<_> = (0..600_000).map(|n| format!("{{\"index\":\"{n:x}\"}}")).collect();
    for (case, start, listing) in
        [("aliases", "/_alias", format!("{{{}}}", many.join(","))), ("rows", "/_cat/indices", format!("[{}]", rows.join(",")))]
    {
        let running = serve(move |_, request| match request.path.as_str() {
            "/" => http::json(200, &json!({"version": elasticsearch()})),
            path if path.starts_with(start) => Reply::Whole(200, vec![], listing.clone()),
            path if path.contains("/_mapping") => mappings(&[]),
            _ => exception(403, "security_exception"),
        })
        .await;
        let (step, code) = outcome(&client, &elastic(running.port, &json!({}))).await;
        assert!(step == "ok" || code == "ANSWER_TOO_LARGE" || code == "TIMED_OUT", "{case}: {step} {code}");
        assert!(server.peak() < MEMORY, "{case}: {} MiB", server.peak());
    }
    for (case, answer) in [
        ("others", format!(r#"{{{}"a":{{}}}}"#, words(r#""":1,"#))),
        ("deep", format!(r#"{{"a":{{"mappings":{}"#, words(r#"{"properties":{"a":"#))),
        ("lists", format!(r#"{{"a":{}"#, "[".repeat(15 << 20))),
        ("types", format!(r#"{{"a":{{"mappings":{{"properties":{{"x":{{"type":"{}"}}}}}}}}}}"#, "t".repeat(15 << 20))),
        (
            "numbers",
            r#"{"a":{"mappings":{"properties":{"x":{"type":7,"path":{},"enabled":[],"fields":{}},"y":{"type":null}}}}}"#.to_owned(),
        ),
    ] {
        let running = serve(cluster(&["a"], move |_| Reply::Whole(200, vec![], answer.clone()))).await;
        let (step, code) = outcome(&client, &elastic(running.port, &json!({}))).await;
        assert!(step == "ok" || step == "read" && code == "PROTOCOL_ERROR", "{case}: {step} {code}");
        assert!(server.peak() < MEMORY, "{case}: {} MiB", server.peak());
    }
    assert!(!server.log().contains("panicked"), "{}", server.log());
}
