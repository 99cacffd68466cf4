//! A server of MongoDB's wire protocol that answers by a table: for members that lie, logins that cost too much, messages without end.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, Bson, Document, doc};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What it says.
#[derive(Clone, Default)]
pub(crate) struct Fake {
    /// What it says of itself beside the usual.
    pub(crate) hello: Document,
    /// Rounds of hashing that its login asks for.
    pub(crate) rounds: Option<u64>,
    /// Answers to commands by their name, in place of the usual ones.
    pub(crate) answers: Vec<(&'static str, Document)>,
    /// The command whose answer claims to be this long, and never ends.
    pub(crate) endless: Option<(&'static str, u32)>,
    /// The command that takes so long.
    pub(crate) pause: Option<(&'static str, Duration)>,
    /// Documents of each collection, one more than that.
    pub(crate) documents: i64,
    /// Names of the collections in any database.
    pub(crate) collections: Vec<String>,
}

/// It runs until the end of the test.
pub(crate) struct Running {
    pub(crate) port: u16,
    noted: Arc<Noted>,
}

/// What it has seen.
#[derive(Default)]
struct Noted {
    seen: Mutex<Vec<Document>>,
    /// Commands that it is at now, and the most of them that it was at.
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Running {
    /// The commands that came, in order, greetings left aside.
    pub(crate) fn commands(&self) -> Vec<Document> {
        let seen = self.noted.seen.lock().expect("no panic under this lock");
        seen.iter().filter(|command| !is_greeting(command)).cloned().collect()
    }

    /// The most commands that it was asked at once.
    pub(crate) fn most(&self) -> usize {
        self.noted.most.load(Ordering::Relaxed)
    }
}

fn is_greeting(command: &Document) -> bool {
    ["hello", "isMaster", "ismaster"].contains(&command.keys().next().map_or("", String::as_str))
}

impl Fake {
    /// Starts it.
    pub(crate) async fn start(self) -> Running {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("listener");
        let port = listener.local_addr().expect("address").port();
        let noted = Arc::<Noted>::default();
        let shared = noted.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).expect("a socket");
                tokio::spawn(serve(self.clone(), stream, shared.clone()));
            }
        });
        Running { port, noted }
    }

    fn answer(&self, command: &Document) -> Document {
        let name = command.keys().next().map_or("", String::as_str);
        if let Some((_, answer)) = self.answers.iter().find(|(known, _)| *known == name) {
            return answer.clone();
        }
        let batch = |of: &str, documents: Vec<Document>| doc! {"ok": 1, "cursor": {"id": 0_i64, "ns": of, "firstBatch": documents}};
        match name {
            // As clients like it.
            "buildInfo" | "buildinfo" => doc! {"version": "7.0.1", "ok": 1},
            _ if is_greeting(command) => {
                let mut hello = doc! {"ismaster": true, "isWritablePrimary": true, "minWireVersion": 0, "maxWireVersion": 21,
                "maxBsonObjectSize": 16_777_216, "maxMessageSizeBytes": 48_000_000, "maxWriteBatchSize": 100_000, "ok": 1};
                hello.extend(self.hello.clone());
                hello
            }
            "saslStart" => self.challenge(command),
            "listDatabases" => doc! {"databases": [{"name": "shop"}], "ok": 1},
            "listCollections" => {
                let all = self.collections.iter().map(|name| doc! {"name": name, "type": "collection", "options": {}});
                batch("shop.$cmd.listCollections", all.collect())
            }
            "listIndexes" => batch("shop.c", vec![doc! {"v": 2, "key": {"_id": 1}, "name": "_id_"}]),
            "count" => doc! {"n": self.documents + 1, "ok": 1},
            "find" => batch("shop.c", self.found(command)),
            _ => doc! {"ok": 1},
        }
    }

    /// The documents from either end, numbered from 1.
    fn found(&self, command: &Document) -> Vec<Document> {
        let limit = command.get_i64("limit").unwrap_or(1).min(self.documents + 1);
        let backwards = command.get_document("sort").is_ok_and(|sort| sort.get_i32("_id").ok() == Some(-1));
        let id = |n: i64| if backwards { self.documents + 2 - n } else { n };
        // Larger collections have larger documents, which look like the price of a login.
        let x = if self.documents > 0 { format!("r=a,s=b,i=999999999{}", " ".repeat(2_000)) } else { "y".to_owned() };
        (1..=limit).map(|n| doc! {"_id": id(n), "x": &x}).collect()
    }

    fn challenge(&self, command: &Document) -> Document {
        let Ok(payload) = command.get_binary_generic("payload") else { return doc! {"ok": 0, "code": 2} };
        let text = String::from_utf8_lossy(payload);
        let nonce = text.split_once(",r=").map_or("", |(_, nonce)| nonce);
        let Some(rounds) = self.rounds else { return doc! {"ok": 0, "code": 18, "codeName": "AuthenticationFailed", "errmsg": "canary"} };
        let bytes = format!("r={nonce}server,s=c2FsdHNhbHRzYWx0c2FsdA==,i={rounds}").into_bytes();
        doc! {"conversationId": 1, "done": false, "ok": 1, "payload": Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes })}
    }
}

async fn serve(fake: Fake, mut stream: TcpStream, noted: Arc<Noted>) -> Option<()> {
    loop {
        let mut head = [0; 16];
        stream.read_exact(&mut head).await.ok()?;
        let number = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        // What answers nothing says 0 or -1 there. Anything else is a greeting of TLS: a server without closes.
        if ![0, u32::MAX].contains(&number(8)) {
            return None;
        }
        let mut body = vec![0; (number(0) as usize).checked_sub(16).filter(|length| *length < 48 << 20)?];
        stream.read_exact(&mut body).await.ok()?;
        // OP_QUERY (the greeting of older clients): flags, a name, two numbers, a document. OP_MSG: flags, a byte, a document.
        let is_query = number(12) == 2004;
        let from = if is_query { 4 + body[4..].iter().position(|b| *b == 0)? + 1 + 8 } else { 5 };
        let command = Document::from_reader(&mut &body[from..]).ok()?;
        noted.seen.lock().expect("no panic under this lock").push(command.clone());
        let counts = usize::from(!is_greeting(&command));
        let now = noted.now.fetch_add(counts, Ordering::Relaxed) + counts;
        noted.most.fetch_max(now, Ordering::Relaxed);
        if let Some((_, pause)) = fake.pause.filter(|(name, _)| command.contains_key(*name)) {
            tokio::time::sleep(pause).await;
        }
        noted.now.fetch_sub(counts, Ordering::Relaxed);
        let answer = fake.answer(&command);
        let mut bytes = Vec::new();
        answer.to_writer(&mut bytes).ok()?;
        let before: Vec<u8> = if is_query { [[0; 16].as_slice(), &1_u32.to_le_bytes()].concat() } else { vec![0; 5] };
        let endless = fake.endless.filter(|(name, _)| command.contains_key(*name)).map(|(_, length)| length);
        let length = endless.unwrap_or(u32::try_from(16 + before.len() + bytes.len()).ok()?);
        for part in [length, 7, number(4), if is_query { 1 } else { 2013 }] {
            stream.write_all(&part.to_le_bytes()).await.ok()?;
        }
        stream.write_all(&[before, bytes].concat()).await.ok()?;
        while endless.is_some() {
            stream.write_all(&[0; 16_384]).await.ok()?;
        }
    }
}
