//! What the black-box tests share: the built binary as a server, a client, the real servers, the vendors' clients.

pub(crate) mod bastion;
pub(crate) mod black_hole;
pub(crate) mod cache;
pub(crate) mod clickhouse;
pub(crate) mod client;
pub(crate) mod diagnose;
pub(crate) mod mariadb;
pub(crate) mod mute;
pub(crate) mod peers;
pub(crate) mod postgres;
pub(crate) mod process;
pub(crate) mod proxy;
pub(crate) mod python;

pub(crate) use client::{Answer, Client};
pub(crate) use postgres::Source;
pub(crate) use process::{Server, Setup, StoreKind, headwater};

/// A port that is taken and on which nobody listens: connections are refused for as long as the socket is kept.
pub(crate) fn closed_port() -> (tokio::net::TcpSocket, u16) {
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("a port");
    let port = socket.local_addr().expect("address").port();
    (socket, port)
}
