//! Hostile servers that speak TDS.

use serde_json::json;

use super::{PROBE, body, catalog, fake};
use crate::fakes::tds::{Answer, Fake, Kind, Verdict, info, metadata};
use crate::support::Setup;
use crate::support::diagnose::outcome;

/// Threats R5 and R4: lengths and values beyond all measure, and tokens that are none. Each is bounded, and the server lives.
#[tokio::test]
async fn r5_r4_tokens() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_TEST_TIMEOUT", "6s"), ("HEADWATER_READ_TIMEOUT", "4s")]);
    let client = server.client(&setup.token("acme"));
    let long = [metadata(&[("v", Kind::Max)]), vec![0xd1]].concat();
    let text = metadata(&[("v", Kind::Text)]);
    let number = metadata(&[("n", Kind::Int)]);
    let raw = |tail: &[u8]| Answer::Raw([&long[..], tail].concat());
    for (case, answer, code) in [
        // 2⁴⁴ bytes announced, one sent, and the message is over.
        ("a length of 2⁴⁴", raw(&[&(1_u64 << 44).to_le_bytes()[..], &[1, 0, 0, 0, b'x']].concat()), "TIMED_OUT"),
        ("a chunk of 4 GB", raw(&[&0xffff_ffff_ffff_fffe_u64.to_le_bytes()[..], &[0xff; 4]].concat()), "PROTOCOL_ERROR"),
        (
            "a value without end",
            Answer::Endless(
                [&long[..], &0xffff_ffff_ffff_fffe_u64.to_le_bytes()].concat(),
                [&4_084_u32.to_le_bytes()[..], &[b'x'; 4_084]].concat(),
            ),
            "ANSWER_TOO_LARGE",
        ),
        ("messages without end", Answer::Endless(Vec::new(), info()), "ANSWER_TOO_LARGE"),
        ("65535 columns", Answer::Raw(vec![0x81, 0xfe, 0xff]), "TIMED_OUT"),
        ("a row before its columns", Answer::Raw(vec![0xd1, 1, 2, 3]), "PROTOCOL_ERROR"),
        ("half a row", Answer::Raw([&text[..], &[0xd1, 0xff, 0x1f, b'x']].concat()), "TIMED_OUT"),
        ("a number of nine bytes", Answer::Raw([&number[..], &[0xd1, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9]].concat()), "PROTOCOL_ERROR"),
        ("an unknown token", Answer::Raw(vec![0x42; 64]), "PROTOCOL_ERROR"),
        ("an unknown type", Answer::Raw(vec![0x81, 1, 0, 0, 0, 0, 0, 0, 0, 0xee, 0]), "PROTOCOL_ERROR"),
        ("nothing at all", Answer::Raw(Vec::new()), "TIMED_OUT"),
    ] {
        let running = Fake { answers: [vec![(PROBE.to_owned(), answer)], catalog()].concat(), ..fake() }.start().await;
        let before = server.peak();
        assert_eq!(outcome(&client, &body(running.port, &json!({}))).await, (json!("database"), json!(code)), "{case}");
        assert!(server.peak() < before + 64, "{case}: {} MiB before, {} MiB after", before, server.peak());
        assert_eq!(client.names().await, [""; 0], "{case}: the server lives");
    }
    // The same in the middle of a read.
    let running =
        Fake { answers: [vec![("from sys.columns".to_owned(), raw(&(1_u64 << 44).to_le_bytes()))], catalog()].concat(), ..fake() }
            .start()
            .await;
    assert_eq!(outcome(&client, &body(running.port, &json!({}))).await, (json!("read"), json!("TIMED_OUT")));
    assert!(!server.log().contains("panicked"), "{}", server.log());
}

/// Threat S17: routes that go round, and routes to places that policy forbids. A route is not followed twice, and never without policy.
#[tokio::test]
async fn s17_routes() {
    let setup = Setup::sqlite().await;
    let (server, client) = setup.client();
    let own = Fake { verdict: Verdict::Route("localhost", 0), ..fake() }.start().await;
    let answer = client.create(&body(own.port, &json!({}))).await;
    assert_eq!(
        answer.message(),
        "the server sent us to another address, which is not followed; check the availability group's read-only routing: a replica sends us on once more"
    );
    assert_eq!(own.logins().len(), 2, "followed once");
    for (host, port, code) in [
        ("169.254.169.254", 80, "TARGET_DENIED"),
        ("metadata.google.internal", 80, "TARGET_DENIED"),
        ("0x7f000001/../x", 1433, "REDIRECTED"),
        ("a,b", 1433, "REDIRECTED"),
        ("\\INST", 1433, "REDIRECTED"),
        ("nowhere.invalid", 1433, "HOST_NOT_FOUND"),
    ] {
        let running = Fake { verdict: Verdict::Route(host, port), ..fake() }.start().await;
        assert_eq!(outcome(&client, &body(running.port, &json!({}))).await.1, json!(code), "{host}");
        assert_eq!(running.logins().len(), 1);
    }
    // Whoever is there must prove the name that was given: a login is not sent to a stranger.
    let stranger = Fake { verdict: Verdict::Route("127.0.0.1", own.port), ..fake() }.start().await;
    let before = own.logins().len();
    assert_eq!(outcome(&client, &body(stranger.port, &json!({}))).await, (json!("tls"), json!("CERTIFICATE_NAME")));
    assert_eq!(own.logins().len(), before);
    assert!(!server.log().contains("canary"));
}
