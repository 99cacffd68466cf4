//! SOCKS5 (RFC 1928) with user and password (RFC 1929).

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::asked::{Asked, Door, Protocol, bytes, refused};
use crate::target::{Host, Target};

pub(super) async fn socks(door: &Door, client: &mut TcpStream) -> io::Result<Asked> {
    let [_, methods] = [client.read_u8().await?, client.read_u8().await?];
    let methods = bytes(client, methods.into()).await?;
    if !methods.contains(&2) {
        client.write_all(&[5, 0xff]).await?;
        return Err(refused());
    }
    client.write_all(&[5, 2]).await?;
    let [_, length] = [client.read_u8().await?, client.read_u8().await?];
    let username = bytes(client, length.into()).await?;
    let length = client.read_u8().await?;
    let password = bytes(client, length.into()).await?;
    if !door.admits(&username, &password) {
        client.write_all(&[1, 1]).await?;
        return Err(refused());
    }
    client.write_all(&[1, 0]).await?;
    let head = bytes(client, 4).await?;
    let host = match head[3] {
        1 => Ipv4Addr::from_bits(client.read_u32().await?).to_string(),
        3 => {
            let length = client.read_u8().await?;
            String::from_utf8(bytes(client, length.into()).await?).map_err(|_| refused())?
        }
        4 => Ipv6Addr::from_bits(client.read_u128().await?).to_string(),
        _ => return Err(refused()),
    };
    let port = client.read_u16().await?;
    match host.parse::<Host>() {
        Ok(host) if head[1] == 1 => Ok(Asked { target: Target::new(host, port), protocol: Protocol::Socks, first: Vec::new() }),
        _ => {
            client.write_all(&[5, 7, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
            Err(refused())
        }
    }
}
