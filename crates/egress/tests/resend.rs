//! What is sent twice when a kept connection turns out to be closed, and what is not; and what counts as a request of the job.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use egress::{
    Deadline, DialError, Direct, HttpClient, HttpError, Origin, Policy, Profile, Session, SystemResolver, Target, TlsOptions, Trace,
};
use hyper::Method;
use hyper::header::HeaderMap;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// What a server does when it is asked the second time over one connection.
#[derive(Clone, Copy)]
enum Then {
    /// Reads the request, may have done what it asks for, and closes.
    Closes,
    /// Had closed before.
    Closed,
}

/// A server that answers the first request of each connection; counts requests.
async fn server(then: Then) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listener");
    let port = listener.local_addr().expect("address").port();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let counted = counted.clone();
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                for answered in [false, true] {
                    let Ok(1..) = stream.read(&mut buffer).await else { return };
                    counted.fetch_add(1, Ordering::SeqCst);
                    if answered || stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.is_err() {
                        return;
                    }
                    if matches!(then, Then::Closed) {
                        return;
                    }
                }
            });
        }
    });
    (port, count)
}

fn session() -> Session {
    let policy = Arc::new(Policy { profile: Profile::Dev, ..Policy::default() });
    Session::new(Arc::new(Direct::new(policy, Arc::new(SystemResolver))), Deadline::after(Duration::from_secs(10)), Trace::default())
}

fn client(session: &Session, port: u16) -> HttpClient {
    let target = Target::new("127.0.0.1".parse().expect("host"), port);
    HttpClient::new(session.clone(), Origin { https: false, target }, TlsOptions::default())
}

async fn send(client: &mut HttpClient, method: Method) -> Result<u16, HttpError> {
    client.send(method, "/", HeaderMap::new(), Bytes::new(), 10).await.map(|answer| answer.status.as_u16())
}

#[tokio::test]
async fn what_the_server_may_have_done_is_sent_again_only_if_it_may_be_done_twice() {
    for (method, says, requests) in [
        (Method::GET, false, 3),
        (Method::HEAD, false, 3),
        (Method::PUT, false, 3),
        (Method::DELETE, false, 3),
        (Method::POST, true, 3),
        (Method::POST, false, 2),
        (Method::PATCH, false, 2),
    ] {
        let (port, count) = server(Then::Closes).await;
        let client = client(&session(), port);
        let mut client = if says { client.repeatable() } else { client };
        assert_eq!(send(&mut client, method.clone()).await, Ok(200));
        let second = send(&mut client, method.clone()).await;
        let expected = if requests == 3 { Ok(200) } else { Err(HttpError::Dial(DialError::Closed)) };
        assert_eq!((second, count.load(Ordering::SeqCst)), (expected, requests), "{method} {says}");
    }
}

#[tokio::test]
async fn what_was_never_sent_is_sent() {
    let (port, count) = server(Then::Closed).await;
    let mut client = client(&session(), port);
    for _ in 0..3 {
        assert_eq!(send(&mut client, Method::POST).await, Ok(200));
        // Until the end of the connection has come here.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(count.load(Ordering::SeqCst), 3);
}

/// Threat S10: as many clients as a job may make, they share one count; what cleans up behind it has one of its own.
#[tokio::test]
async fn s10_requests_count_for_the_whole_job() {
    let (port, count) = server(Then::Closes).await;
    let session = session();
    for n in 1..=6 {
        let sent = send(&mut client(&session, port).at_most(5), Method::POST).await;
        assert_eq!(sent, if n == 6 { Err(HttpError::TooManyRequests) } else { Ok(200) }, "{n}");
    }
    assert_eq!(count.load(Ordering::SeqCst), 5);
    let mut cleaning = client(&session, port).at_most(5).again(Duration::from_secs(5));
    assert_eq!(send(&mut cleaning, Method::DELETE).await, Ok(200));
}
