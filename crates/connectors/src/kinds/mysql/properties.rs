//! What holds of every greeting, login and row, valid or not.

use hostile::{changed, changes, config, measured, pieces};
use mysql_common::auth::plugins::caching_sha2_password::scramble_sha256;
use mysql_common::auth::plugins::mysql_native_password::scramble_native;
use mysql_common::constants::{CapabilityFlags, StatusFlags};
use mysql_common::packets::HandshakePacket;
use mysql_common::proto::MySerialize;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::string::string_regex;

use super::login::{Greeting, Login};
use super::packet::Wire;
use super::query::query;
use crate::error::{ConnectError, ConnectErrorKind as K};
use crate::script::{Heard, Script, block_on};

/// Long enough not to come about by chance.
const PASSWORD: &str = "canary-password";

/// What a connection holds without having heard anything, in bytes: a buffer of 64 KiB, which is one more while it grows.
const IDLE: usize = 300_000;

/// A greeting as a server might mean it.
#[derive(Debug, Clone)]
struct Said {
    version: String,
    connection: u32,
    nonce: [u8; 20],
    capabilities: u32,
    plugin: &'static str,
}

const PLUGINS: [&str; 8] = [
    "mysql_native_password",
    "caching_sha2_password",
    "sha256_password",
    "mysql_clear_password",
    "mysql_old_password",
    "client_ed25519",
    "parsec",
    "auth_gssapi_client",
];

fn plugin() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&PLUGINS[..])
}

/// Servers make nonces of bytes from 1 to 127.
fn nonce() -> impl Strategy<Value = [u8; 20]> {
    prop::array::uniform20(1..0x80_u8)
}

fn said() -> impl Strategy<Value = Said> {
    let version = string_regex("[0-9]{1,2}\\.[0-9]{1,2}\\.[0-9]{1,2}(-[A-Za-z0-9.]{0,40})?").expect("a pattern");
    (version, any::<u32>(), nonce(), any::<u32>(), plugin()).prop_map(|(version, connection, nonce, capabilities, plugin)| Said {
        version,
        connection,
        nonce,
        // Without these there is no nonce and no name.
        capabilities: capabilities
            | (CapabilityFlags::CLIENT_PROTOCOL_41 | CapabilityFlags::CLIENT_SECURE_CONNECTION | CapabilityFlags::CLIENT_PLUGIN_AUTH)
                .bits(),
        plugin,
    })
}

impl Said {
    fn payload(&self) -> Vec<u8> {
        let (first, second) = self.nonce.split_at(8);
        // MySQL ends the nonce with a zero, and counts it.
        let second = [second, b"\0"].concat();
        let mut caps = CapabilityFlags::from_bits_truncate(self.capabilities);
        // MariaDB says that it is none of MySQL's by this one's absence, and has other flags then.
        caps |= CapabilityFlags::CLIENT_LONG_PASSWORD;
        let packet = HandshakePacket::new(
            10,
            self.version.as_bytes(),
            self.connection,
            first.try_into().expect("eight bytes"),
            Some(&second[..]),
            caps,
            45,
            StatusFlags::SERVER_STATUS_AUTOCOMMIT,
            Some(self.plugin.as_bytes()),
        );
        let mut out = Vec::new();
        packet.serialize(&mut out);
        out
    }
}

/// Payloads in packets that are counted on, beginning with this number.
fn packets(first: u8, payloads: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    for (n, payload) in payloads.iter().enumerate() {
        let length = u32::try_from(payload.len()).expect("short").to_le_bytes();
        out.extend([&length[..3], &[first.wrapping_add(u8::try_from(n % 256).expect("a byte"))], payload].concat());
    }
    out
}

fn wire(bytes: Vec<u8>, pieces: &[usize]) -> (Wire, Heard) {
    let (script, heard) = Script::monologue(bytes, pieces);
    (Wire::new(Box::new(script)), heard)
}

/// An error that tells what to do: none of those that mean a fault of ours.
fn assert_clear(error: &ConnectError) {
    assert!(
        matches!(error.kind, K::Protocol | K::Closed | K::AuthenticationUnsupported | K::PasswordExposed) || error.server_code.is_some(),
        "{error:?}"
    );
}

/// What a server may ask for once it has got the login.
#[derive(Debug, Clone)]
enum Verdict {
    Ok,
    Error(u16),
    Switch(&'static str, Vec<u8>),
    More(Vec<u8>),
    Raw(Vec<u8>),
}

fn verdict() -> impl Strategy<Value = Verdict> {
    const PEM: &[u8] = b"-----BEGIN PUBLIC KEY-----\n!!! no base64 !!!\n-----END PUBLIC KEY-----\n";
    let more = prop_oneof![Just(vec![3]), Just(vec![4]), Just(Vec::new()), Just(PEM.to_vec()), vec(any::<u8>(), 0..40)];
    let challenge = prop_oneof![nonce().prop_map(|n| [&n[..], b"\0"].concat()), Just(Vec::new()), vec(any::<u8>(), 0..40)];
    prop_oneof![
        1 => Just(Verdict::Ok),
        1 => any::<u16>().prop_map(Verdict::Error),
        4 => (plugin(), challenge).prop_map(|(plugin, challenge)| Verdict::Switch(plugin, challenge)),
        4 => more.prop_map(Verdict::More),
        1 => vec(any::<u8>(), 0..40).prop_map(Verdict::Raw),
    ]
}

impl Verdict {
    fn payload(&self) -> Vec<u8> {
        match self {
            Self::Ok => b"\0\0\0\x02\0\0\0".to_vec(),
            Self::Error(code) => [&[0xff], &code.to_le_bytes()[..], b"#28000canary"].concat(),
            Self::Switch(plugin, challenge) => [b"\xfe", plugin.as_bytes(), b"\0", challenge].concat(),
            Self::More(data) => [b"\x01", &data[..]].concat(),
            Self::Raw(bytes) => bytes.clone(),
        }
    }
}

/// What was sent, cut into payloads as we cut it.
fn sent(heard: &Heard) -> Vec<Vec<u8>> {
    let bytes = heard.lock().expect("lock").clone();
    let (mut rest, mut out) = (&bytes[..], Vec::new());
    while let [a, b, c, _, after @ ..] = rest {
        let length = usize::from(*a) | usize::from(*b) << 8 | usize::from(*c) << 16;
        let (payload, next) = after.split_at(length);
        out.push(payload.to_vec());
        rest = next;
    }
    out
}

/// A whole login over a connection that proves nothing: what came of it, and what was sent.
fn log_in(bytes: Vec<u8>, pieces: &[usize]) -> (Result<(), ConnectError>, Heard) {
    let (mut wire, heard) = wire(bytes, pieces);
    let password = PASSWORD.into();
    let login = Login { username: "app", password: &password, tls: false, verified: false };
    let outcome = block_on(async {
        let greeting = Greeting::read(&mut wire).await?;
        login.run(&mut wire, &greeting).await
    });
    (outcome, heard)
}

/// The numbers that a server's packets have in a login: ours lie between, but for what is answered with nothing.
fn numbered(payloads: &[Vec<u8>]) -> Vec<u8> {
    let mut number = 0;
    let mut out = Vec::new();
    for payload in payloads {
        out.extend(packets(number, std::slice::from_ref(payload)));
        number += if payload == b"\x01\x03" { 1 } else { 2 };
    }
    out
}

fn text(value: &[u8]) -> Vec<u8> {
    let length = u32::try_from(value.len()).expect("short");
    let head = match length {
        0..0xfb => vec![value.len().to_le_bytes()[0]],
        0xfb..0x1_0000 => [&[0xfc], &length.to_le_bytes()[..2]].concat(),
        _ => [&[0xfd], &length.to_le_bytes()[..3]].concat(),
    };
    [&head, value].concat()
}

type Values = Vec<Vec<Option<Vec<u8>>>>;

/// Rows of one width, of which some hold long values.
fn rows() -> impl Strategy<Value = (usize, Values)> {
    let value = prop_oneof![
        8 => vec(any::<u8>(), 0..20),
        1 => (0_u8..255, 240..70_000_usize).prop_map(|(byte, length)| vec![byte; length]),
    ];
    (1..7_usize).prop_flat_map(move |width| (Just(width), vec(vec(prop::option::of(value.clone()), width), 0..6)))
}

/// An answer to a statement.
fn answer(width: usize, rows: &Values) -> Vec<u8> {
    let end = b"\xfe\0\0\x02\0".to_vec();
    let mut payloads = vec![vec![u8::try_from(width).expect("few columns")]];
    payloads.extend((0..width).map(|n| [text(b"def"), text(format!("column {n}").as_bytes())].concat()));
    payloads.push(end.clone());
    payloads.extend(rows.iter().map(|row| row.iter().flat_map(|v| v.as_deref().map_or(vec![0xfb], text)).collect()));
    payloads.push(end);
    packets(1, &payloads)
}

/// Reads an answer to its end, a row at a time, as whoever reads a catalog does; the values of all rows, if they are wanted.
fn read(bytes: Vec<u8>, pieces: &[usize], width: usize, keep: bool) -> Result<Vec<Vec<Option<String>>>, ConnectError> {
    let (mut wire, _) = wire(bytes, pieces);
    block_on(async {
        let mut rows = query(&mut wire, "select").await?;
        let mut all = Vec::new();
        while let Some(row) = rows.next().await? {
            let values = (0..width).map(|n| row.get(n).map(std::borrow::Cow::into_owned));
            if keep { all.push(values.collect()) } else { drop(values.collect::<Vec<_>>()) }
        }
        Ok(all)
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_greeting_is_read_as_it_was_meant(said in said(), pieces in pieces()) {
        let (mut wire, _) = wire(packets(0, &[said.payload()]), &pieces);
        let greeting = block_on(Greeting::read(&mut wire)).expect("a greeting");
        let read = greeting.parsed().expect("a greeting");
        prop_assert_eq!(read.server_version_str(), said.version);
        prop_assert_eq!(read.connection_id(), said.connection);
        prop_assert_eq!(&read.nonce()[..20], &said.nonce[..]);
        prop_assert_eq!(read.auth_plugin().map(|plugin| plugin.as_bytes().to_vec()), Some(said.plugin.as_bytes().to_vec()));
    }

    /// Cut short before the nonce is whole, it is none.
    #[test]
    fn r4_a_greeting_that_is_cut_short(said in said(), at in any::<prop::sample::Index>(), pieces in pieces()) {
        let whole = said.payload();
        // Version, its end, connection, nonce, and what stands between and after.
        let needed = 1 + said.version.len() + 1 + 4 + 8 + 1 + 2 + 1 + 2 + 2 + 1 + 10 + 12;
        let part = whole[..at.index(needed)].to_vec();
        let (mut wire, _) = wire(packets(0, &[part]), &pieces);
        let error = block_on(Greeting::read(&mut wire)).err().expect("no greeting");
        prop_assert_eq!(error.kind, K::Protocol);
    }

    /// Who proves with a hash alone is let in, at once or after a switch, and answers as the plug-in says.
    #[test]
    fn a_login_that_is_let_in(said in said(), switch in prop::option::of((prop::sample::select(&PLUGINS[..2]), nonce())), pieces in pieces()) {
        let mut last = if said.plugin == PLUGINS[1] { PLUGINS[1] } else { PLUGINS[0] };
        let mut payloads = vec![said.payload()];
        let mut nonce = said.nonce;
        if let Some((plugin, other)) = switch {
            payloads.push(Verdict::Switch(plugin, [&other[..], b"\0"].concat()).payload());
            (last, nonce) = (plugin, other);
        }
        if last == PLUGINS[1] {
            payloads.push(Verdict::More(vec![3]).payload());
        }
        payloads.push(Verdict::Ok.payload());
        let (outcome, heard) = log_in(numbered(&payloads), &pieces);
        prop_assert!(outcome.is_ok(), "{:?}", outcome);
        let answer = if last == PLUGINS[1] {
            scramble_sha256(&nonce, PASSWORD.as_bytes()).expect("a hash").to_vec()
        } else {
            scramble_native(&nonce, PASSWORD.as_bytes()).expect("a hash").to_vec()
        };
        let heard = heard.lock().expect("lock").clone();
        prop_assert!(heard.windows(answer.len()).any(|w| w == answer), "not the answer of {last}");
    }

    /// Threats R2 and R4: whatever is asked for, the password is not told to somebody unproved, and no key is taken from them.
    #[test]
    fn r2_r4_logins(said in said(), verdicts in vec(verdict(), 0..12), changes in prop::option::of(changes()), pieces in pieces()) {
        let payloads: Vec<_> = std::iter::once(said.payload()).chain(verdicts.iter().map(Verdict::payload)).collect();
        let bytes = numbered(&payloads);
        let bytes = match &changes { Some(changes) => changed(bytes, changes), None => bytes };
        let length = bytes.len();
        let ((outcome, heard), cost) = measured(|| log_in(bytes, &pieces));
        if let Err(error) = outcome {
            assert_clear(&error);
        }
        let told = heard.lock().expect("lock").clone();
        prop_assert!(!told.windows(PASSWORD.len()).any(|w| w == PASSWORD.as_bytes()), "the password");
        let sent = sent(&heard);
        prop_assert!(!sent.iter().skip(1).any(|packet| packet == b"\x02"), "a key was asked for");
        prop_assert!(sent.len() <= 9, "{} answers", sent.len());
        prop_assert!(cost <= IDLE + 8 * length, "{cost} bytes for {length}");
    }

    #[test]
    fn rows_are_read_as_they_were_meant((width, rows) in rows(), pieces in pieces()) {
        let wanted: Vec<Vec<_>> = rows
            .iter()
            .map(|row| row.iter().map(|v| v.as_deref().map(|v| String::from_utf8_lossy(v).into_owned())).collect())
            .collect();
        prop_assert_eq!(read(answer(width, &rows), &pieces, width, true).expect("rows"), wanted);
    }

    /// Threats R4 and R5: broken answers end, and cost no more than they are long.
    #[test]
    fn r4_r5_rows((width, rows) in rows(), changes in changes(), pieces in pieces()) {
        let bytes = changed(answer(width, &rows), &changes);
        let length = bytes.len();
        let (outcome, cost) = measured(|| read(bytes, &pieces, width, false));
        if let Err(error) = outcome {
            assert_clear(&error);
        }
        prop_assert!(cost <= IDLE + 6 * length, "{cost} bytes for {length}");
    }

    /// An answer that breaks off is never taken for a whole one.
    #[test]
    fn r4_an_answer_that_breaks_off((width, rows) in rows(), at in any::<prop::sample::Index>(), pieces in pieces()) {
        let whole = answer(width, &rows);
        let part = whole[..at.index(whole.len())].to_vec();
        let error = read(part, &pieces, width, false).expect_err("broken off");
        prop_assert_eq!(error.kind, K::Closed);
    }
}
