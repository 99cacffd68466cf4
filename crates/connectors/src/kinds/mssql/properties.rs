//! What holds of every first exchange of TDS, and of every packet around a TLS handshake.

use hostile::{changed, changes, config, measured, pieces};
use proptest::collection::vec;
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::prelogin::{HEAD, PACKET, PRELOGIN, RESPONSE, ask, head, message};
use super::shim::Shim;
use super::tunnel::Tunnel;
use crate::error::ConnectErrorKind as K;
use crate::script::{Script, block_on};

/// What is held whatever comes, in bytes: the stream, its buffers, the runtime.
const IDLE: usize = 200_000;

/// A message of these options in this order, each with a value; nobody says that values stand in the order of the options.
fn response(options: &[(u8, Vec<u8>)], backwards: bool) -> Vec<u8> {
    let (mut table, mut data) = (Vec::new(), Vec::new());
    let start = options.len() * 5 + 1;
    let mut places = vec![0; options.len()];
    let order: Vec<usize> = if backwards { (0..options.len()).rev().collect() } else { (0..options.len()).collect() };
    for n in order {
        places[n] = start + data.len();
        data.extend_from_slice(&options[n].1);
    }
    for ((token, value), place) in options.iter().zip(places) {
        let number = |n: usize| u16::try_from(n).expect("short").to_be_bytes();
        table.push(*token);
        table.extend(number(place));
        table.extend(number(value.len()));
    }
    table.push(0xff);
    [&head(RESPONSE, true, table.len() + data.len())[..], &table, &data].concat()
}

/// Options beside the one that counts.
fn others() -> impl Strategy<Value = Vec<(u8, Vec<u8>)>> {
    vec((prop_oneof![Just(0_u8), 2..8_u8], vec(any::<u8>(), 0..40)), 0..8)
}

fn asked(bytes: Vec<u8>, pieces: &[usize]) -> Result<(), K> {
    let (script, heard) = Script::monologue(bytes, pieces);
    let outcome = block_on(ask(&mut (Box::new(script) as egress::BoxStream))).map_err(|error| error.kind);
    assert_eq!(*heard.lock().expect("lock"), message(PRELOGIN, 1), "the question is the same for everybody");
    outcome
}

/// Records of TLS in packets.
fn wrapped(parts: &[(bool, Vec<u8>)]) -> Vec<u8> {
    let kind = |answer: bool| if answer { RESPONSE } else { PRELOGIN };
    parts.iter().flat_map(|(answer, part)| [&head(kind(*answer), true, part.len())[..], part].concat()).collect()
}

fn parts() -> impl Strategy<Value = Vec<(bool, Vec<u8>)>> {
    vec(
        (any::<bool>(), prop_oneof![4 => vec(any::<u8>(), 0..40), 1 => (any::<u8>(), 4_000..20_000_usize).prop_map(|(b, n)| vec![b; n])]),
        0..6,
    )
}

/// The records alone.
fn records(parts: &[(bool, Vec<u8>)]) -> Vec<u8> {
    parts.iter().flat_map(|(_, part)| part.clone()).collect()
}

/// Everything that comes out of a tunnel, by buffers of this size.
fn unwrapped(bytes: Vec<u8>, pieces: &[usize], size: usize) -> (Vec<u8>, Option<std::io::ErrorKind>) {
    let (script, _) = Script::monologue(bytes, pieces);
    let (mut tunnel, _finish) = Tunnel::new(Box::new(script));
    block_on(async {
        let (mut all, mut buffer) = (Vec::new(), vec![0; size]);
        loop {
            match tunnel.read(&mut buffer).await {
                Ok(0) => return (all, None),
                Ok(n) => all.extend_from_slice(&buffer[..n]),
                Err(error) => return (all, Some(error.kind())),
            }
        }
    })
}

proptest! {
    #![proptest_config(config())]

    /// The option is found wherever it stands, and says what it says.
    #[test]
    fn an_answer_is_read_as_it_was_meant(others in others(), at in any::<prop::sample::Index>(), says in any::<u8>(), backwards: bool, pieces in pieces()) {
        let mut options = others;
        options.insert(at.index(options.len() + 1), (1, vec![says]));
        let wanted = match says {
            1 | 3 => Ok(()),
            0 | 2 => Err(K::TlsUnsupported),
            _ => Err(K::Protocol),
        };
        prop_assert_eq!(asked(response(&options, backwards), &pieces), wanted);
    }

    /// Threats R4 and R5: what is broken is refused, and costs no more than a packet.
    #[test]
    fn r4_r5_answers(others in others(), says in 0..4_u8, changes in changes(), pieces in pieces()) {
        let options = [others, vec![(1, vec![says])]].concat();
        let bytes = changed(response(&options, false), &changes);
        let (outcome, cost) = measured(|| asked(bytes, &pieces));
        prop_assert!(matches!(outcome, Ok(()) | Err(K::Protocol | K::Closed | K::TlsUnsupported)), "{outcome:?}");
        prop_assert!(cost <= IDLE, "{cost} bytes");
    }

    /// An answer that breaks off is none.
    #[test]
    fn r4_an_answer_that_breaks_off(others in others(), at in any::<prop::sample::Index>(), pieces in pieces()) {
        let whole = response(&[others, vec![(1, vec![1])]].concat(), false);
        prop_assert_eq!(asked(whole[..at.index(whole.len())].to_vec(), &pieces), Err(K::Closed));
    }

    /// Records come out of their packets as they were put in, however they were cut.
    #[test]
    fn records_come_out_whole(parts in parts(), pieces in pieces(), size in prop_oneof![Just(1_usize), 2..100_usize, Just(20_000)]) {
        let (out, end) = unwrapped(wrapped(&parts), &pieces, size);
        prop_assert_eq!(out, records(&parts));
        // The handshake was not over.
        prop_assert_eq!(end, Some(std::io::ErrorKind::UnexpectedEof));
    }

    /// Threat R4: of broken packets no more comes out than came in, and the end is an error.
    #[test]
    fn r4_r5_packets(parts in parts(), changes in changes(), pieces in pieces()) {
        let bytes = changed(wrapped(&parts), &changes);
        let length = bytes.len();
        let ((out, end), cost) = measured(|| unwrapped(bytes, &pieces, 1_000));
        prop_assert!(out.len() <= length);
        prop_assert!(matches!(end, Some(std::io::ErrorKind::UnexpectedEof | std::io::ErrorKind::InvalidData)), "{end:?}");
        prop_assert!(cost <= IDLE + 4 * length, "{cost} bytes for {length}");
    }

    /// What is written goes out in packets that can be read back, and after the handshake as it is.
    #[test]
    fn records_go_out_whole(flights in vec(vec(vec(any::<u8>(), 1..6_000), 1..3), 1..3), after in vec(any::<u8>(), 1..100), pieces in pieces()) {
        let (script, heard) = Script::monologue(after.clone(), &pieces);
        let (mut tunnel, finish) = Tunnel::new(Box::new(script));
        let back = block_on(async {
            for flight in &flights {
                for record in flight {
                    tunnel.write_all(record).await.expect("written");
                }
                tunnel.flush().await.expect("sent");
            }
            finish.now();
            tunnel.write_all(&after).await.expect("written");
            tunnel.flush().await.expect("sent");
            let mut back = Vec::new();
            tunnel.read_to_end(&mut back).await.expect("read");
            back
        });
        prop_assert_eq!(&back, &after, "bytes pass as they are");
        let heard = heard.lock().expect("lock").clone();
        let mut rest = &heard[..];
        for flight in &flights {
            let (mut said, mut last) = (Vec::new(), false);
            while !last {
                let length = usize::from(u16::from_be_bytes([rest[2], rest[3]]));
                prop_assert!(rest[0] == PRELOGIN && (HEAD + 1..=PACKET).contains(&length));
                last = rest[1] == 1;
                said.extend_from_slice(&rest[HEAD..length]);
                rest = &rest[length..];
            }
            prop_assert_eq!(said, flight.concat());
        }
        prop_assert_eq!(rest, &after[..]);
    }

    /// The driver's own question is answered by us, however it is cut; everything else passes.
    #[test]
    fn the_drivers_question_is_kept(cuts in vec(1..20_usize, 1..6), said in vec(any::<u8>(), 1..200), heard_back in vec(any::<u8>(), 0..200), pieces in pieces()) {
        let (script, heard) = Script::monologue(heard_back.clone(), &pieces);
        let (mut shim, _) = Shim::new(script);
        let question = message(PRELOGIN, 0);
        let answer = message(RESPONSE, 2);
        let (mut first, mut rest) = (vec![0; answer.len()], Vec::new());
        block_on(async {
            let (mut at, mut cuts) = (0, cuts.iter().cycle());
            while at < question.len() {
                let end = (at + cuts.next().expect("a cut")).min(question.len());
                shim.write_all(&question[at..end]).await.expect("written");
                at = end;
            }
            shim.read_exact(&mut first).await.expect("an answer");
            shim.write_all(&said).await.expect("written");
            shim.read_to_end(&mut rest).await.expect("read");
        });
        prop_assert_eq!((first, rest), (answer, heard_back));
        prop_assert_eq!(&*heard.lock().expect("lock"), &said);
    }
}
