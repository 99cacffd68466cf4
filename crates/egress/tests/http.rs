//! The HTTP client against servers that mean no good.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use egress::{
    Deadline, DialError, Direct, HttpClient, HttpError, Origin, Policy, Profile, Session, SystemResolver, Target, TlsOptions, Trace,
};
use hyper::Method;
use hyper::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn client(port: u16, profile: Profile, limit: Duration) -> HttpClient {
    let policy = Arc::new(Policy { profile, ..Policy::default() });
    let dialer = Arc::new(Direct::new(policy, Arc::new(SystemResolver)));
    let session = Session::new(dialer, Deadline::after(limit), Trace::default());
    let target = Target::new("127.0.0.1".parse().expect("host"), port);
    HttpClient::new(session, Origin { https: false, target }, TlsOptions::default())
}

/// Serves each connection with `answer`; counts connections.
async fn server<F, W>(answer: F) -> (u16, Arc<AtomicUsize>)
where
    F: Fn(TcpStream) -> W + Send + 'static,
    W: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listener");
    let port = listener.local_addr().expect("address").port();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(answer(stream));
        }
    });
    (port, count)
}

/// One fixed answer to every request.
async fn fixed(answer: &'static str) -> (u16, Arc<AtomicUsize>) {
    server(move |mut stream| async move {
        let mut buffer = [0; 4096];
        while let Ok(1..) = stream.read(&mut buffer).await {
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    })
    .await
}

async fn get(client: &mut HttpClient, limit: usize) -> Result<(u16, Bytes), HttpError> {
    let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static("Basic secret"))]);
    client.send(Method::GET, "/x?y=1", headers, Bytes::new(), limit).await.map(|r| (r.status.as_u16(), r.body))
}

const SECONDS: Duration = Duration::from_secs(5);

#[tokio::test]
async fn answers_come_over_one_connection() {
    let (port, count) = fixed("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno").await;
    let mut client = client(port, Profile::Dev, SECONDS);
    for _ in 0..3 {
        assert_eq!(get(&mut client, 10).await, Ok((404, Bytes::from_static(b"no"))));
    }
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

/// Threats S4 and S10: no redirect is followed, and no URL of the server's leads elsewhere.
#[tokio::test]
async fn s4_s10_nothing_leads_elsewhere() {
    let (elsewhere, visits) = fixed("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let location = format!("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{elsewhere}/\r\nContent-Length: 0\r\n\r\n");
    let (port, _) = fixed(Box::leak(location.into_boxed_str())).await;
    let mut client = client(port, Profile::Dev, SECONDS);
    assert_eq!(get(&mut client, 10).await, Err(HttpError::Redirect));
    for same in [
        format!("http://127.0.0.1:{port}/next?token=1"),
        "/next?token=1".to_owned(),
        "next?token=1".to_owned(),
        format!("HTTP://127.1:{port}/next?token=1#x"),
    ] {
        assert_eq!(client.follow(&same).as_deref(), Ok("/next?token=1"), "{same}");
    }
    for other in [
        format!("http://127.0.0.1:{elsewhere}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://u:p@127.0.0.1:{port}/"),
        format!("//169.254.169.254:{port}/"),
        "file:///etc/passwd".to_owned(),
        "\\\\evil.example\\x".to_owned(),
    ] {
        assert_eq!(client.follow(&other), Err(HttpError::OtherOrigin), "{other}");
    }
    for path in ["http://evil.example/", "//evil.example/x", "x"] {
        let sent = client.send(Method::GET, path, HeaderMap::new(), Bytes::new(), 10).await;
        assert!(sent.is_err(), "{path}");
    }
    assert_eq!(visits.load(Ordering::SeqCst), 0);
}

/// Threats R5, R6 and L5: bodies, heads and compression without bounds.
#[tokio::test]
async fn r5_r6_l5_everything_is_bounded() {
    for (answer, error) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world", HttpError::TooLarge),
        ("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n", HttpError::Encoded),
        ("SSH-2.0-OpenSSH_9.2\r\n", HttpError::Protocol),
        ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", HttpError::Protocol),
    ] {
        let (port, _) = fixed(answer).await;
        assert_eq!(get(&mut client(port, Profile::Dev, SECONDS), 10).await, Err(error), "{answer}");
    }
    let (port, _) = server(|mut stream| async move {
        let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let mut sent = stream.write_all(head).await;
        while sent.is_ok() {
            sent = stream.write_all(b"4\r\nbomb\r\n").await;
        }
    })
    .await;
    assert_eq!(get(&mut client(port, Profile::Dev, SECONDS), 100_000).await, Err(HttpError::TooLarge));
    let (port, _) = server(|mut stream| async move {
        let mut sent = stream.write_all(b"HTTP/1.1 200 OK\r\n").await;
        while sent.is_ok() {
            sent = stream.write_all(b"X-Header: without end\r\n").await;
        }
    })
    .await;
    assert_eq!(get(&mut client(port, Profile::Dev, SECONDS), 10).await, Err(HttpError::Protocol));
    let (port, _) = server(|mut stream| async move {
        for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n".iter().chain(std::iter::repeat(&b'x')) {
            if stream.write_all(&[*byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    let began = Instant::now();
    assert_eq!(get(&mut client(port, Profile::Dev, Duration::from_millis(300)), 1_000).await, Err(HttpError::TimedOut));
    assert!(began.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn policy_and_closed_ports() {
    let (port, count) = fixed("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    assert_eq!(get(&mut client(port, Profile::Private, SECONDS), 10).await, Err(HttpError::Dial(DialError::Denied)));
    assert_eq!(count.load(Ordering::SeqCst), 0);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listener");
    let closed = listener.local_addr().expect("address").port();
    drop(listener);
    assert_eq!(get(&mut client(closed, Profile::Dev, SECONDS), 10).await, Err(HttpError::Dial(DialError::Refused)));
}

/// Threat S10: a million pages end at the cap.
#[tokio::test]
async fn s10_pages_without_end() {
    let (port, _) = fixed("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext").await;
    let mut client = client(port, Profile::Dev, Duration::from_mins(1));
    let mut pages = 0;
    let ended = loop {
        match get(&mut client, 10).await {
            Ok(_) => pages += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((pages, ended), (10_000, HttpError::TooManyRequests));
}

/// A server that speaks TLS hears plain text: it answers by an alert of TLS, in one piece or by bytes, and closes.
#[tokio::test]
async fn tls_is_told_from_nonsense() {
    for (said, wanted) in [
        (&b"\x15\x03\x03\x00\x02\x02\x50"[..], "TlsSpoken"),
        (b"\x15\x03\x01", "TlsSpoken"),
        (b"\x16\x03\x03\x00\x02\x02\x50", "Protocol"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "Protocol"),
    ] {
        let (port, _) = server(move |mut stream| async move {
            let _ = stream.read(&mut [0; 4096]).await;
            for byte in said {
                let _ = stream.write_all(&[*byte]).await;
            }
        })
        .await;
        let mut client = client(port, Profile::Dev, Duration::from_secs(5));
        let error = get(&mut client, 1_000).await.expect_err("no HTTP");
        assert_eq!(format!("{error:?}"), wanted, "{said:02x?}");
    }
}
