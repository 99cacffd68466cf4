//! A name server that knows a few records, over UDP, and over TCP where they are too many for that.

use std::net::SocketAddr;
use std::sync::Arc;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::{A, SRV, TXT};
use hickory_proto::rr::{Name, RData, Record};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

/// What it knows.
#[derive(Default, Clone)]
pub(crate) struct Dns(Vec<Record>);

impl Dns {
    /// One more host of MongoDB's service of a name.
    pub(crate) fn srv(self, name: &str, host: &str, port: u16) -> Self {
        self.and(&format!("_mongodb._tcp.{name}"), RData::SRV(SRV::new(0, 0, port, absolute(host))))
    }

    /// One more text of a name.
    pub(crate) fn txt(self, name: &str, text: &str) -> Self {
        self.and(name, RData::TXT(TXT::new(vec![text.to_owned()])))
    }

    /// One more address of a name.
    pub(crate) fn a(self, name: &str, address: [u8; 4]) -> Self {
        self.and(name, RData::A(A(address.into())))
    }

    fn and(mut self, name: &str, data: RData) -> Self {
        self.0.push(Record::from_rdata(absolute(name), 60, data));
        self
    }

    /// Starts it; it runs until the end of the test.
    #[expect(clippy::disallowed_methods, reason = "a server of the test's own")]
    pub(crate) async fn start(self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("listener");
        let address = listener.local_addr().expect("address");
        let socket = UdpSocket::bind(address).await.expect("the same port");
        let known = Arc::new(self);
        let shared = known.clone();
        tokio::spawn(async move {
            let mut question = [0; 4096];
            while let Ok((length, from)) = socket.recv_from(&mut question).await {
                let Some(answer) = shared.answer(&question[..length]) else { continue };
                let bytes = answer.to_vec().expect("encodes");
                let bytes = if bytes.len() > 512 { answer.truncate().to_vec().expect("encodes") } else { bytes };
                let _ = socket.send_to(&bytes, from).await;
            }
        });
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(known.clone(), stream));
            }
        });
        address
    }

    fn answer(&self, question: &[u8]) -> Option<Message> {
        let question = Message::from_vec(question).ok()?;
        let query = question.queries.first()?.clone();
        let mut answer = Message::response(question.metadata.id, question.metadata.op_code);
        let of_name = |record: &&Record| record.name.to_lowercase() == query.name().to_lowercase();
        let found = self.0.iter().filter(of_name).filter(|record| record.record_type() == query.query_type());
        answer.answers = found.cloned().collect();
        if !self.0.iter().any(|record| of_name(&record)) {
            answer.metadata.response_code = ResponseCode::NXDomain;
        }
        answer.metadata.recursion_desired = true;
        answer.metadata.recursion_available = true;
        answer.queries.push(query);
        Some(answer)
    }
}

async fn serve(known: Arc<Dns>, mut stream: TcpStream) -> Option<()> {
    loop {
        let mut question = vec![0; usize::from(stream.read_u16().await.ok()?)];
        stream.read_exact(&mut question).await.ok()?;
        let bytes = known.answer(&question)?.to_vec().ok()?;
        stream.write_u16(u16::try_from(bytes.len()).ok()?).await.ok()?;
        stream.write_all(&bytes).await.ok()?;
    }
}

fn absolute(name: &str) -> Name {
    let mut name = Name::from_ascii(name).expect("a name");
    name.set_fqdn(true);
    name
}
