//! The AWS SDK on our client: signed requests to the endpoint given, and to nowhere else.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::{BehaviorVersion, Credentials, Region};
use egress::{AwsHttp, Deadline, Direct, HttpError, Origin, Policy, Profile, Session, SystemResolver, Target, TlsOptions, Trace};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// Answers every request with `answer` and tells what it was asked.
async fn recorder(answer: &'static str) -> (u16, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listener");
    let port = listener.local_addr().expect("address").port();
    let (asked_to, asked) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let asked_to = asked_to.clone();
            tokio::spawn(async move {
                let mut buffer = vec![0; 16_384];
                let read = stream.read(&mut buffer).await.unwrap_or(0);
                let _ = asked_to.send(String::from_utf8_lossy(&buffer[..read]).into_owned());
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    (port, asked)
}

fn sdk(endpoint: u16, allowed: u16, profile: Profile) -> aws_sdk_sts::Client {
    let dialer = Arc::new(Direct::new(Arc::new(Policy { profile, ..Policy::default() }), Arc::new(SystemResolver)));
    let session = Session::new(dialer, Deadline::after(Duration::from_secs(5)), Trace::default());
    let origin = Origin { https: false, target: Target::new("127.0.0.1".parse().expect("host"), allowed) };
    let http = AwsHttp::new(session, TlsOptions::default(), vec![origin], 100_000);
    let config = aws_sdk_sts::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret-key", None, None, "static"))
        .retry_config(RetryConfig::disabled())
        .endpoint_url(format!("http://127.0.0.1:{endpoint}"))
        .http_client(http)
        .build();
    aws_sdk_sts::Client::from_conf(config)
}

const IDENTITY: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 276\r\n\r\n<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/x</Arn><UserId>U</UserId><Account>123456789012</Account></GetCallerIdentityResult><ResponseMetadata/></GetCallerIdentityResponse>\n\n\n\n\n\n\n\n\n\n\n";

/// Threats S12 and S13: the given keys sign, the given endpoint is asked, once, and the secret stays here.
#[tokio::test]
async fn s12_s13_signed_requests_to_the_given_endpoint_alone() {
    let (port, mut asked) = recorder(IDENTITY).await;
    let answer = sdk(port, port, Profile::Dev).get_caller_identity().send().await.expect("an answer");
    assert_eq!(answer.account(), Some("123456789012"));
    let request = asked.recv().await.expect("a request");
    assert!(request.to_lowercase().contains("authorization: aws4-hmac-sha256 credential=akidexample/"), "{request}");
    assert!(!request.contains("secret-key"));
    let (other, mut never) = recorder(IDENTITY).await;
    assert!(sdk(other, port, Profile::Dev).get_caller_identity().send().await.is_err(), "an endpoint that was not given");
    assert!(sdk(other, other, Profile::Private).get_caller_identity().send().await.is_err(), "the policy holds");
    assert!(never.try_recv().is_err());
}

/// Answers every request on a kept connection; tells of connections, and of what it was asked.
async fn keeping(answer: &'static str) -> (u16, Arc<AtomicUsize>, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listener");
    let port = listener.local_addr().expect("address").port();
    let (asked_to, asked) = mpsc::unbounded_channel();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let asked_to = asked_to.clone();
            tokio::spawn(async move {
                let mut buffer = vec![0; 16_384];
                while let Ok(read @ 1..) = stream.read(&mut buffer).await {
                    let _ = asked_to.send(String::from_utf8_lossy(&buffer[..read]).into_owned());
                    if stream.write_all(answer.as_bytes()).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    (port, count, asked)
}

fn http(port: u16) -> AwsHttp {
    let dialer = Arc::new(Direct::new(Arc::new(Policy { profile: Profile::Dev, ..Policy::default() }), Arc::new(SystemResolver)));
    let session = Session::new(dialer, Deadline::after(Duration::from_secs(5)), Trace::default());
    let origin = Origin { https: false, target: Target::new("127.0.0.1".parse().expect("host"), port) };
    AwsHttp::new(session, TlsOptions::default(), vec![origin], 100_000)
}

fn s3(port: u16, http: AwsHttp) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret-key", None, None, "static"))
        .retry_config(RetryConfig::disabled())
        .endpoint_url(format!("http://127.0.0.1:{port}"))
        .force_path_style(true)
        .http_client(http)
        .build();
    aws_sdk_s3::Client::from_conf(config)
}

/// One connection for all calls of a job one after the other, and the cap on requests counts them all.
#[tokio::test]
async fn connections_are_kept_and_requests_counted() {
    let (port, connections, mut asked) = keeping("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    let http = http(port).at_most(4);
    let (one, other) = (s3(port, http.clone()), s3(port, http));
    for client in [&one, &other, &one, &other] {
        assert!(client.get_object().bucket("b").key("k").send().await.is_ok());
        assert!(asked.recv().await.is_some());
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
    let error = one.get_object().bucket("b").key("k").send().await.expect_err("one too many");
    assert_eq!(AwsHttp::failure(&error), Some(HttpError::TooManyRequests));
    assert!(asked.try_recv().is_err(), "nothing was sent");
}

/// A path goes out as it was signed, whatever a URL would make of it.
#[tokio::test]
async fn l6_keys_go_out_as_they_are() {
    let (port, _, mut asked) = keeping("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let client = s3(port, http(port));
    for (key, path) in [
        ("a//b", "/b/a//b?"),
        ("/a", "/b//a?"),
        ("a/./b", "/b/a/./b?"),
        ("../../etc/x", "/b/../../etc/x?"),
        ("a b+c%2F\u{e9}", "/b/a%20b%2Bc%252F%C3%A9?"),
    ] {
        assert!(client.get_object().bucket("b").key(key).send().await.is_ok(), "{key}");
        let request = asked.recv().await.expect("a request");
        assert!(request.starts_with(&format!("GET {path}")), "{key}: {request}");
    }
}

/// What a redirect says is kept, though it is not followed.
#[tokio::test]
async fn s12_a_redirect_is_evidence() {
    let (port, _, mut asked) = keeping(
        "HTTP/1.1 301 Moved Permanently\r\nx-amz-bucket-region: eu-central-1\r\nLocation: http://169.254.169.254/\r\n\
        Content-Type: application/xml\r\nContent-Length: 87\r\n\r\n\
        <Error><Code>PermanentRedirect</Code><Endpoint>b.s3.amazonaws.com</Endpoint></Error>\n\n\n",
    )
    .await;
    let error = s3(port, http(port)).list_objects_v2().bucket("b").send().await.expect_err("a redirect");
    let answer = error.raw_response().expect("the answer");
    assert_eq!(answer.status().as_u16(), 301);
    assert_eq!(answer.headers().get("x-amz-bucket-region"), Some("eu-central-1"));
    assert_eq!(answer.headers().get("location"), None);
    assert_eq!(error.code(), Some("PermanentRedirect"));
    assert!(asked.recv().await.is_some());
    assert!(asked.try_recv().is_err(), "one request");
}

/// A failed request is not tried again behind our back, and a redirect is not followed.
#[tokio::test]
async fn s12_no_retries_and_no_redirects() {
    for answer in [
        "HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n",
    ] {
        let (port, mut asked) = recorder(answer).await;
        assert!(sdk(port, port, Profile::Dev).get_caller_identity().send().await.is_err());
        assert!(asked.recv().await.is_some());
        assert!(asked.try_recv().is_err(), "one request");
    }
}
