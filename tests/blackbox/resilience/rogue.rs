//! Hostile servers that speak PostgreSQL's protocol.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Setup, Source};

fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    [&[tag], u32::try_from(body.len() + 4).expect("short").to_be_bytes().as_slice(), body].concat()
}

/// Reads the startup message and everything the client says after it, answering from a script.
async fn session(mut stream: TcpStream, script: Vec<Vec<u8>>) -> Vec<u8> {
    let mut heard = Vec::new();
    let mut buffer = [0; 4096];
    for answer in script {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return heard,
            Ok(n) => heard.extend(&buffer[..n]),
        }
        if stream.write_all(&answer).await.is_err() {
            return heard;
        }
    }
    while let Ok(n @ 1..) = stream.read(&mut buffer).await {
        heard.extend(&buffer[..n]);
    }
    heard
}

/// A server that plays `script` to every client; what it heard comes back through the channel.
async fn rogue(script: Vec<Vec<u8>>) -> (u16, tokio::sync::mpsc::UnboundedReceiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listener");
    let port = listener.local_addr().expect("address").port();
    let (heard_to, heard) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (script, heard_to) = (script.clone(), heard_to.clone());
            tokio::spawn(async move { heard_to.send(session(stream, script).await) });
        }
    });
    (port, heard)
}

/// Authentication passed, ready for a query.
fn welcome() -> Vec<u8> {
    [message(b'R', &[0, 0, 0, 0]), message(b'K', &[0; 8]), message(b'Z', b"I")].concat()
}

#[tokio::test]
async fn r2_r3_r4_r5_hostile_postgres() {
    let setup = Setup::sqlite().await;
    let server = setup.start_with(&[("HEADWATER_TEST_TIMEOUT", "2s")]);
    let client = server.client(&setup.token("acme"));
    let source = Source::new().await;
    let exposed = "the server asked for the password in a form that this connection does not protect; turn on sslMode with verification, or SCRAM authentication at the server";
    let protocol = "what answers there does not speak the expected protocol; check port and datasourceType";
    let unsupported =
        "the server asked for a way of authentication that is not supported; allow password authentication (SCRAM) for this user";
    let sasl = message(b'R', b"\0\0\0\x0aSCRAM-SHA-256\0\0");
    let bomb = |rounds: &str| message(b'R', format!("\0\0\0\x0br=CLIENTNONCE,s=c2FsdA==,i={rounds}").as_bytes());
    let mut row = message(b'T', b"\0\x01version\0\0\0\0\0\0\0\0\0\0\x19\xff\xff\xff\xff\xff\xff\0\0");
    row = [message(b'1', b""), message(b'2', b""), message(b't', b"\0\x01\0\0\0\x19"), row].concat();
    for (case, script, wanted) in [
        ("R2 clear text", vec![message(b'R', &[0, 0, 0, 3])], exposed),
        ("R2 MD5", vec![message(b'R', &[0, 0, 0, 5, 1, 2, 3, 4])], exposed),
        ("R3 SCRAM with another nonce", vec![sasl.clone(), bomb("4096")], protocol),
        ("R3 SCRAM with 20 million rounds", vec![sasl.clone(), bomb("20000000")], protocol),
        ("R3 SCRAM with 2³² rounds", vec![sasl, bomb("4294967295")], protocol),
        ("R5 a frame of 4 GB", vec![[b"E".as_slice(), &0xffff_fff0_u32.to_be_bytes()].concat()], protocol),
        ("R5 a frame of 2 GB", vec![[b"S".as_slice(), &0x7fff_fff0_u32.to_be_bytes()].concat()], protocol),
        ("R5 a frame of 2 GB after login", vec![welcome(), [b"D".as_slice(), &0x7fff_fff0_u32.to_be_bytes()].concat()], protocol),
        (
            "R4 a row without its columns",
            vec![welcome(), [row.clone(), message(b'D', &[0, 0]), message(b'C', b"SELECT 1\0"), message(b'Z', b"I")].concat()],
            protocol,
        ),
        (
            "R4 a column longer than its row",
            vec![welcome(), [row, message(b'D', &[0, 2, 0x7f, 0xff, 0xff, 0xff]), message(b'Z', b"I")].concat()],
            protocol,
        ),
        (
            "R4 a type of types of types",
            vec![welcome(), message(b'T', b"\0\x01version\0\0\0\0\0\0\0\0\x01\x86\x9f\xff\xff\xff\xff\xff\xff\0\0")],
            protocol,
        ),
        ("R5 notices without end", vec![message(b'N', &[b'x'; 60_000]).repeat(8)], protocol),
        ("R4 an empty error", vec![message(b'E', b"\0")], protocol),
        ("Kerberos", vec![message(b'R', &[0, 0, 0, 7])], unsupported),
        ("an authentication request of another product", vec![message(b'R', &[0, 0, 0, 13, 1, 2])], unsupported),
        ("another protocol", vec![b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()], protocol),
        (
            "L4 an error with markup",
            vec![message(b'E', b"SFATAL\0C28P01\0M<script>\x1b[31mcanary-pw\0\0")],
            "authentication failed: the server rejected the username or the password; check username and password",
        ),
        (
            "L4 a code that is none",
            vec![message(b'E', b"SFATAL\0C<b>\0Mx\0\0")],
            "the server answered with an error; look into the server's log",
        ),
    ] {
        let (port, mut heard) = rogue(script).await;
        let answer = client.create(&source.body_with("x", &json!({"host": "127.0.0.1", "port": port, "password": "canary-pw"}))).await;
        assert_eq!(answer.code(), (400, "CREDENTIAL_TEST_FAILED"), "{case}: {}", answer.text);
        assert_eq!(answer.message(), wanted, "{case}");
        let said = heard.recv().await.expect("a session");
        assert!(!String::from_utf8_lossy(&said).contains("canary-pw"), "{case}: the password went out");
        assert_eq!(client.names().await, [""; 0], "{case}: the server lives");
    }
    let (port, _) = rogue(vec![b"N".to_vec()]).await;
    let answer = client.create(&source.body_with("x", &json!({"host": "127.0.0.1", "port": port, "sslMode": true}))).await;
    assert_eq!(answer.message(), "the server does not support TLS; turn TLS on at the server, or sslMode off");
    assert!(!server.log().contains("panicked"), "{}", server.log());
}
