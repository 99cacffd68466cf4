//! Errors that come after the first rows, and hostile servers.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::fakes::http::{Reply, Request, Running, serve};
use crate::support::diagnose::{diagnose, failed};
use crate::support::{Client, Setup};

fn body(port: u16) -> Value {
    json!({"datasourceType": "clickhouse", "credentials": {"name": "x", "host": "127.0.0.1", "port": port, "username": "app", "password": "canary-pw"}})
}

fn whole(text: &str) -> Reply {
    Reply::Whole(200, vec![], text.to_owned())
}

/// Answers everything up to the read of the columns as a server would.
fn sound(request: &Request) -> Option<Reply> {
    let sql = &request.body;
    Some(whole(match () {
        () if sql.contains("select version()") => "{\"version\":\"25.8.1\"}\n",
        () if sql.contains("database = 'system'") => {
            "{\"table\":\"tables\",\"name\":\"engine\"}\n{\"table\":\"columns\",\"name\":\"type\"}\n"
        }
        () if sql.contains("from system.databases") => "{\"name\":\"shop\"}\n",
        () if sql.contains("from system.tables") => {
            "{\"database\":\"shop\",\"name\":\"t\",\"engine\":\"Log\",\"comment\":\"\",\"primary_key\":\"\",\"total_rows\":null}\n"
        }
        () => return None,
    }))
}

const ROW: &str = "{\"database\":\"shop\",\"table\":\"t\",\"name\":\"a\",\"type\":\"Int8\",\"default_kind\":\"\",\"default_expression\":\"\",\"comment\":\"\"}\n";

fn chunk(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

async fn ending(tail: String) -> Running {
    serve(move |_, request| sound(request).unwrap_or_else(|| Reply::Raw(tail.clone().into_bytes()))).await
}

async fn read(client: &Client, port: u16) -> (Value, Value) {
    let data = diagnose(client, &body(port)).await;
    if data["success"] == true {
        return (json!("ok"), data["counts"]["columns"].clone());
    }
    (failed(&data)["step"].clone(), failed(&data)["code"].clone())
}

/// An exception in the tail of a 200, in the form of every age, fails the read; so does an end that is none.
#[tokio::test]
async fn errors_in_the_tail() {
    let setup = Setup::sqlite().await;
    let (server, client) = setup.client();
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let start = format!("{head}{}", chunk(ROW));
    let exhausted = ("read", "RESOURCES_EXHAUSTED");
    for (case, tail, wanted) in [
        (
            "2018",
            format!("{start}{}0\r\n\r\n", chunk("Code: 241, e.displayText() = DB::Exception: Memory, e.what() = DB::Exception\n")),
            exhausted,
        ),
        (
            "2021",
            format!("{start}{}0\r\n\r\n", chunk("Code: 241. DB::Exception: Memory. (MEMORY_LIMIT_EXCEEDED) (version 21.9)\n")),
            exhausted,
        ),
        ("2023, as JSON", format!("{start}{}0\r\n\r\n", chunk("{\"exception\": \"Code: 241. DB::Exception: Memory\"}\n")), exhausted),
        ("2024, broken off", format!("{start}{}", chunk("__exception__\r\nCode: 241. DB::Exception: Memory\n")), exhausted),
        (
            "2025, with a tag",
            format!(
                "{start}{}",
                chunk(
                    "\r\n__exception__\r\nabcdefghijklmnop\r\nCode: 241. DB::Exception: Memory\n34 abcdefghijklmnop\r\n__exception__\r\n"
                )
            ),
            exhausted,
        ),
        ("in the middle of a row", format!("{start}{}", chunk("{\"database\":\"shop\",\"taCode: 241. DB::Exception: Memory\n")), exhausted),
        ("a timeout", format!("{start}{}0\r\n\r\n", chunk("Code: 159. DB::Exception: Timeout\n")), exhausted),
        ("something else", format!("{start}{}0\r\n\r\n", chunk("<html>\n")), ("read", "PROTOCOL_ERROR")),
        ("no end", start.clone(), ("read", "PROTOCOL_ERROR")),
        ("half a row and no end", format!("{start}{}", chunk("{\"database\":")), ("read", "PROTOCOL_ERROR")),
        ("shorter than promised", format!("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{ROW}"), ("read", "PROTOCOL_ERROR")),
    ] {
        let running = ending(tail).await;
        assert_eq!(read(&client, running.port).await, (json!(wanted.0), json!(wanted.1)), "{case}");
        assert_eq!(client.create(&body(running.port)).await.code(), (500, "SCHEMA_CACHE_FAILED"), "{case}");
        assert_eq!(client.names().await, [""; 0], "{case}: nothing is stored");
    }
    let sound = ending(format!("{start}0\r\n\r\n")).await;
    assert_eq!(read(&client, sound.port).await, (json!("ok"), json!(1)));
    assert!(!server.log().contains("canary-pw"));
}

/// Old servers open every table to list its columns, and give up when one is dropped meanwhile: the read goes on, for a while.
#[tokio::test]
async fn a_table_that_goes_away() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (drops, wanted) in [(0, true), (1, true), (5, true), (6, false)] {
        let left = AtomicUsize::new(drops);
        let server = serve(move |_, request| {
            let gone = left.load(Ordering::SeqCst) > 0;
            if gone && request.body.contains("from system.tables") {
                let other = "{\"database\":\"shop\",\"name\":\"gone\",\"engine\":\"Log\",\"comment\":\"\",\"primary_key\":\"\",\"total_rows\":null}\n";
                let Some(Reply::Whole(status, headers, text)) = sound(request) else { panic!("a list of tables") };
                return Reply::Whole(status, headers, text + other);
            }
            if gone && sound(request).is_none() {
                left.fetch_sub(1, Ordering::SeqCst);
                return Reply::Whole(404, vec![], "Code: 60, e.displayText() = DB::Exception: Table shop.gone doesn't exist.\n".to_owned());
            }
            sound(request).unwrap_or_else(|| Reply::Raw(format!("{head}{}0\r\n\r\n", chunk(ROW)).into_bytes()))
        })
        .await;
        let data = diagnose(&client, &body(server.port)).await;
        if wanted {
            assert_eq!((&data["counts"]["tables"], &data["counts"]["columns"]), (&json!(1), &json!(1)), "{drops}: {data}");
        } else {
            assert_eq!(read(&client, server.port).await, (json!("ok"), json!(1)), "the drops are over");
            assert_eq!(failed(&data)["code"], "SERVER_ERROR", "{drops}: {data}");
        }
    }
}

/// Threats L5, R5, R6, S4: bombs, endless answers, redirects. Each is bounded, and the server lives.
#[tokio::test]
async fn l5_r5_r6_hostile_answers() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_TEST_TIMEOUT", "2s"), ("HEADWATER_READ_TIMEOUT", "3s")]);
    let client = server.client(&setup.token("acme"));
    let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    // A sound row, and then a gigabyte of blanks, in some kilobytes. Nothing was asked for but identity, so nothing is unfolded.
    let packed = bomb(b"{\"version\":\"1\"}\n");
    let answer =
        [format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", packed.len()).into_bytes(), packed].concat();
    let bomb = serve(move |_, _| Reply::Raw(answer.clone())).await;
    let before = server.peak();
    assert_eq!(read(&client, bomb.port).await, (json!("authenticate"), json!("PROTOCOL_ERROR")));
    assert!(server.peak() < before + 32, "{} MiB before, {} MiB after", before, server.peak());
    assert!(bomb.requests().iter().all(|r| r.header("accept-encoding") == Some("identity")));
    let line = [&head[..], b"100000\r\n", &vec![b'x'; 0x10_0000], b"\r\n"].concat();
    let endless =
        serve(move |_, request| sound(request).unwrap_or_else(|| Reply::Endless([line.clone(), line[head.len()..].repeat(7)].concat())))
            .await;
    assert_eq!(read(&client, endless.port).await, (json!("read"), json!("ANSWER_TOO_LARGE")));
    let silent = serve(|_, _| Reply::Silence).await;
    assert_eq!(read(&client, silent.port).await, (json!("authenticate"), json!("TIMED_OUT")));
    let stalled = serve(|_, request| sound(request).unwrap_or(Reply::Silence)).await;
    assert_eq!(read(&client, stalled.port).await, (json!("read"), json!("TIMED_OUT")));
    let deep = format!("{{\"version\":{}", "[".repeat(100_000));
    let nested = serve(move |_, _| whole(&deep)).await;
    assert_eq!(read(&client, nested.port).await, (json!("authenticate"), json!("PROTOCOL_ERROR")));
    let away = serve(|port, _| Reply::Whole(307, vec![("Location", format!("http://localhost:{port}/elsewhere"))], String::new())).await;
    assert_eq!(read(&client, away.port).await, (json!("authenticate"), json!("REDIRECTED")));
    assert_eq!(away.requests().len(), 1, "not followed");
    assert_eq!(client.names().await, [""; 0]);
    assert!(!server.log().contains("panicked"));
}

/// Gzip of `start` and a gigabyte of blanks.
pub(crate) fn bomb(start: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(start).expect("written");
    let blanks = vec![b' '; 1 << 20];
    for _ in 0..1_024 {
        out.write_all(&blanks).expect("written");
    }
    out.finish().expect("finished")
}

/// Servers that close a kept connection without a word: the next request goes out once more, on a new one.
#[tokio::test]
async fn connections_that_are_not_kept() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let closing = serve(|_, request| {
        let Reply::Whole(_, _, text) = sound(request).unwrap_or_else(|| whole(ROW)) else { return Reply::Silence };
        Reply::Raw(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{text}", text.len()).into_bytes())
    })
    .await;
    for _ in 0..20 {
        assert_eq!(read(&client, closing.port).await, (json!("ok"), json!(1)));
    }
}

/// A read may take longer than a test.
#[tokio::test]
async fn slow_reads() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_TEST_TIMEOUT", "3s"), ("HEADWATER_READ_TIMEOUT", "30s")]);
    let client = server.client(&setup.token("acme"));
    let late = |reply| Reply::Late(std::time::Duration::from_millis(3_500), Box::new(reply));
    let slow = serve(move |_, request| sound(request).unwrap_or_else(|| late(whole(ROW)))).await;
    assert_eq!(read(&client, slow.port).await, (json!("ok"), json!(1)));
}

/// Threat L1: the password is in no URL; settings are in none either.
#[tokio::test]
async fn l1_nothing_in_urls() {
    let setup = Setup::sqlite().await;
    let (_server, client) = setup.client();
    let running = ending(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{ROW}", ROW.len())).await;
    assert_eq!(read(&client, running.port).await, (json!("ok"), json!(1)));
    for request in running.requests() {
        assert_eq!(request.path, "/", "no database was given");
        assert_eq!(request.header("authorization"), Some("Basic YXBwOmNhbmFyeS1wdw=="));
    }
    // A name that Basic authentication cannot carry.
    let mut body = body(running.port);
    body["credentials"]["username"] = json!("a:b");
    diagnose(&client, &body).await;
    let last = running.requests().pop().expect("requests");
    assert_eq!((last.header("x-clickhouse-user"), last.header("authorization")), (Some("a:b"), None));
}
