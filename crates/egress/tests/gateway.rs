//! The loopback proxy: who gets in, where to, and for how long.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use egress::{
    Behind, Deadline, Direct, Fault, Forward, Gateway, Objection, Policy, Profile, Session, SystemResolver, Target, TlsError, TlsOptions,
    Trace, Watch,
};
use secrecy::ExposeSecret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn session(profile: Profile) -> Session {
    let policy = Arc::new(Policy { profile, ..Policy::default() });
    let dialer = Arc::new(Direct::new(policy, Arc::new(SystemResolver)));
    Session::new(dialer, Deadline::after(Duration::from_secs(5)), Trace::default())
}

/// A server that sends everything back.
async fn echo() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listener");
    let port = listener.local_addr().expect("address").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut read, mut write) = stream.split();
                tokio::io::copy(&mut read, &mut write).await
            });
        }
    });
    port
}

#[expect(clippy::disallowed_methods, reason = "a test is a client from outside")]
async fn dial(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.expect("the gateway listens")
}

fn at(host: &str, port: u16) -> Target {
    Target::new(host.parse().expect("host"), port)
}

/// A gateway to everything that these tests dial.
async fn open(port: u16) -> Gateway {
    let mut targets: Vec<_> = ["127.0.0.1", "localhost"].map(|host| at(host, port)).into();
    targets.extend([at("127.0.0.1", 1), at("169.254.169.254", 80), at("metadata.google.internal", 80)]);
    Gateway::open(session(Profile::Dev), targets, u64::MAX).await.expect("opens")
}

async fn echoes(stream: &mut TcpStream) -> bool {
    let mut back = [0; 4];
    stream.write_all(b"ping").await.is_ok() && stream.read_exact(&mut back).await.is_ok() && &back == b"ping"
}

/// SOCKS5 to the end of the handshake: the reply code, or none if the door stayed shut.
async fn socks(gateway: &Gateway, password: &str, host: &str, port: u16) -> (TcpStream, Option<u8>) {
    let mut stream = dial(gateway.address()).await;
    let user = gateway.username().as_bytes();
    let mut hello = vec![5, 2, 0, 2, 1, u8::try_from(user.len()).expect("short")];
    hello.extend(user);
    hello.push(u8::try_from(password.len()).expect("short"));
    hello.extend(password.as_bytes());
    hello.extend([5, 1, 0, 3, u8::try_from(host.len()).expect("short")]);
    hello.extend(host.as_bytes());
    hello.extend(port.to_be_bytes());
    stream.write_all(&hello).await.expect("sent");
    let mut answer = [0; 4];
    stream.read_exact(&mut answer).await.expect("method and verdict");
    if answer != [5, 2, 1, 0] {
        return (stream, None);
    }
    let mut reply = [0; 10];
    let code = stream.read_exact(&mut reply).await.ok().map(|_| reply[1]);
    (stream, code)
}

async fn connect(gateway: &Gateway, password: &str, authority: &str) -> (TcpStream, u16) {
    let mut stream = dial(gateway.address()).await;
    let basic = STANDARD.encode(format!("{}:{password}", gateway.username()));
    let request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\nProxy-Authorization: Basic {basic}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.expect("an answer"));
    }
    let status = String::from_utf8(head).expect("text").split(' ').nth(1).and_then(|s| s.parse().ok()).expect("status");
    (stream, status)
}

#[tokio::test]
async fn with_the_password_and_within_the_policy() {
    let port = echo().await;
    let gateway = open(port).await;
    assert!(gateway.address().ip().is_loopback());
    let password = gateway.password().expose_secret().to_owned();
    for host in ["127.0.0.1", "localhost"] {
        let (mut stream, code) = socks(&gateway, &password, host, port).await;
        assert_eq!(code, Some(0));
        assert!(echoes(&mut stream).await);
        let (mut stream, status) = connect(&gateway, &password, &format!("{host}:{port}")).await;
        assert_eq!(status, 200);
        assert!(echoes(&mut stream).await);
    }
    assert_eq!(socks(&gateway, &password, "127.0.0.1", 1).await.1, Some(5), "refused there");
    assert_eq!(socks(&gateway, &password, "169.254.169.254", 80).await.1, Some(2), "not allowed");
    assert_eq!(socks(&gateway, &password, "/etc/passwd", 80).await.1, Some(7), "no host");
    assert_eq!(connect(&gateway, &password, "127.0.0.1:1").await.1, 502);
    assert_eq!(connect(&gateway, &password, "metadata.google.internal:80").await.1, 403);
    assert_eq!(connect(&gateway, &password, "no-port").await.1, 400);
}

/// Threat S18: a port on loopback is a door for every process of the machine; this one has a lock.
#[tokio::test]
async fn s18_without_the_password_nobody_gets_in() {
    let port = echo().await;
    let gateway = open(port).await;
    let other = open(port).await;
    for wrong in ["", "x", other.password().expose_secret()] {
        assert_eq!(socks(&gateway, wrong, "127.0.0.1", port).await.1, None, "{wrong}");
        assert_eq!(connect(&gateway, wrong, &format!("127.0.0.1:{port}")).await.1, 407, "{wrong}");
    }
    let mut anonymous = dial(gateway.address()).await;
    anonymous.write_all(&[5, 1, 0]).await.expect("sent");
    let mut answer = [0; 2];
    anonymous.read_exact(&mut answer).await.expect("answer");
    assert_eq!(answer, [5, 0xff]);
    let mut endless = dial(gateway.address()).await;
    let sent = endless.write_all("x".repeat(1 << 20).as_bytes()).await;
    assert!(sent.is_err() || endless.read_u8().await.is_err(), "a head without end is cut off");
}

#[tokio::test]
async fn it_is_gone_with_the_job() {
    let port = echo().await;
    let gateway = open(port).await;
    let (address, password) = (gateway.address(), gateway.password().expose_secret().to_owned());
    let (mut stream, _) = socks(&gateway, &password, "127.0.0.1", port).await;
    assert!(echoes(&mut stream).await);
    drop(gateway);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!echoes(&mut stream).await, "connections end");
    #[expect(clippy::disallowed_methods, reason = "a test is a client from outside")]
    let again = TcpStream::connect(address).await;
    assert!(again.is_err(), "nothing listens any more");
}

/// Only what the job named, and what its server announced, up to a cap; policy has the last word on both.
#[tokio::test]
async fn s16_only_hosts_of_the_job() {
    let (port, other) = (echo().await, echo().await);
    let gateway = open(port).await;
    let password = gateway.password().expose_secret().to_owned();
    assert_eq!(socks(&gateway, &password, "127.0.0.1", other).await.1, Some(2), "nobody named it");
    assert_eq!(connect(&gateway, &password, &format!("127.0.0.1:{other}")).await.1, 403);
    assert!(gateway.announce(at("127.0.0.1", other)));
    let (mut stream, code) = socks(&gateway, &password, "127.0.0.1", other).await;
    assert_eq!(code, Some(0));
    assert!(echoes(&mut stream).await);
    assert!(gateway.announce(at("169.254.169.254", 27_017)));
    assert_eq!(socks(&gateway, &password, "169.254.169.254", 27_017).await.1, Some(2), "announced is not allowed");
    let taken = (0..100).filter(|n| gateway.announce(at("127.0.0.1", 20_000 + n))).count();
    assert_eq!(taken, 48);
    assert!(gateway.announce(at("127.0.0.1", other)) && gateway.announce(at("127.0.0.1", port)), "known ones take no room");
}

/// Threats R5 and R6: what a job may read is one sum over all its connections.
#[tokio::test]
async fn r5_bytes_are_counted_over_all_connections() {
    let port = echo().await;
    let gateway = Gateway::open(session(Profile::Dev), vec![at("127.0.0.1", port)], 10).await.expect("opens");
    let password = gateway.password().expose_secret().to_owned();
    let (mut first, _) = socks(&gateway, &password, "127.0.0.1", port).await;
    let (mut second, _) = connect(&gateway, &password, &format!("127.0.0.1:{port}")).await;
    assert!(echoes(&mut first).await && echoes(&mut second).await);
    assert!(!gateway.is_spent());
    assert!(!echoes(&mut first).await, "the eleventh byte is not passed on");
    assert!(gateway.is_spent());
}

/// A request with a whole URL: the host in it is judged, the path goes on as it was written, the password of the gateway does not.
#[tokio::test]
async fn absolute_form() {
    let port = echo().await;
    let gateway = open(port).await;
    let basic = STANDARD.encode(format!("{}:{}", gateway.username(), gateway.password().expose_secret()));
    let ask = async |url: &str, basic: &str| {
        let mut stream = dial(gateway.address()).await;
        let request = format!(
            "POST {url} HTTP/1.1\r\nHost: x\r\nProxy-Connection: keep-alive\r\nproxy-authorization: Basic {basic}\r\nContent-Length: 4\r\n\r\nping"
        );
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut text = Vec::new();
        while !text.ends_with(b"ping") && !text.ends_with(b"Content-Length: 0\r\n\r\n") {
            text.push(stream.read_u8().await.expect("an answer"));
        }
        String::from_utf8(text).expect("text")
    };
    let went = ask(&format!("http://127.0.0.1:{port}/a/./b%2F//c?q=/"), &basic).await;
    assert_eq!(went, "POST /a/./b%2F//c?q=/ HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nConnection: close\r\n\r\nping");
    assert!(ask(&format!("http://127.0.0.1:{port}?q"), &basic).await.starts_with("POST /?q HTTP/1.1\r\n"));
    for (url, status) in [
        ("http://169.254.169.254/latest".to_owned(), "403"),
        ("http://10.0.0.1/".to_owned(), "403"),
        ("http://127.0.0.1:1/".to_owned(), "502"),
        (format!("https://127.0.0.1:{port}/"), "400"),
        (format!("http://u:p@127.0.0.1:{port}/"), "400"),
        ("/path".to_owned(), "400"),
    ] {
        assert_eq!(ask(&url, &basic).await.split(' ').nth(1), Some(status), "{url}");
    }
    assert_eq!(ask(&format!("http://127.0.0.1:{port}/"), "x").await.split(' ').nth(1), Some("407"));
}

#[tokio::test]
async fn a_forward_serves_once() {
    let port = echo().await;
    let target = Target::new("127.0.0.1".parse().expect("host"), port);
    let forward = Forward::open(session(Profile::Dev), target.clone()).await.expect("opens");
    let mut first = dial(forward.address()).await;
    assert!(echoes(&mut first).await);
    #[expect(clippy::disallowed_methods, reason = "a test is a client from outside")]
    let second = TcpStream::connect(forward.address()).await;
    assert!(second.is_err());
    let denied = Forward::open(session(Profile::Private), target).await.expect("opens");
    assert!(!echoes(&mut dial(denied.address()).await).await);
}

/// Objects to the fifth byte.
struct Short(usize);

impl Watch for Short {
    fn see(&mut self, bytes: &[u8]) -> Result<(), Objection> {
        self.0 += bytes.len();
        if self.0 > 4 { Err(Objection::TooLarge) } else { Ok(()) }
    }
}

async fn before(port: u16, behind: Behind) -> Gateway {
    Gateway::open_before(session(Profile::Dev), vec![at("127.0.0.1", port)], u64::MAX, behind).await.expect("opens")
}

/// Threat R4: what somebody objects to does not reach the driver, and is told afterwards.
#[tokio::test]
async fn r4_what_a_server_sends_is_looked_at() {
    let port = echo().await;
    let gateway = before(port, Behind { tls: None, watch: Some(|| Box::new(Short(0))) }).await;
    let (mut stream, code) = socks(&gateway, gateway.password().expose_secret(), "127.0.0.1", port).await;
    assert_eq!(code, Some(0));
    assert!(echoes(&mut stream).await);
    assert_eq!(gateway.fault(), None);
    assert!(!echoes(&mut stream).await);
    assert_eq!(gateway.fault(), Some(Fault::Objection(Objection::TooLarge)));
}

/// TLS is made behind the gateway, and what fails of it is told as what it is.
#[tokio::test]
async fn tls_lies_behind_it() {
    let port = echo().await;
    let gateway = before(port, Behind { tls: Some(TlsOptions::default()), watch: None }).await;
    let (_stream, code) = socks(&gateway, gateway.password().expose_secret(), "127.0.0.1", port).await;
    assert_ne!(code, Some(0));
    assert_eq!(gateway.fault(), Some(Fault::Tls(TlsError::Handshake)));
    // What is dialed later has another deadline.
    gateway.until(Deadline::after(Duration::ZERO));
    let (_stream, code) = socks(&gateway, gateway.password().expose_secret(), "127.0.0.1", port).await;
    assert_ne!(code, Some(0));
    assert_ne!(gateway.fault(), Some(Fault::Tls(TlsError::Handshake)));
}
