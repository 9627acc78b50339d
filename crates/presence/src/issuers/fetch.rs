//! Fetches a small document: over https, or over http from this very machine.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, HOST, USER_AGENT};
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Collected, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::webhooks::Target;

/// How long one document may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The largest head and the largest document.
const HEAD: usize = 16 << 10;
const MOST: usize = 256 << 10;

/// Where a document is, if it may be fetched from there.
pub(super) fn target(url: &str) -> Result<Target, String> {
    let target = Target::parse(url, true).map_err(|error| error.to_string())?;
    let here = ["localhost", "127.0.0.1", "::1"].contains(&target.host.as_str());
    if target.https || here {
        Ok(target)
    } else {
        Err(format!("{url}: only https is taken, and http from this machine"))
    }
}

/// The document. Redirections are not followed.
pub(super) async fn fetch(tls: &TlsConnector, url: &str) -> Result<Bytes, String> {
    let fetched = tokio::time::timeout(PATIENCE, within(tls, url)).await;
    let late = || format!("no answer within {} s", PATIENCE.as_secs());
    fetched.unwrap_or_else(|_| Err(late())).map_err(|error| format!("{url}: {error}"))
}

async fn within(tls: &TlsConnector, url: &str) -> Result<Bytes, String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let target = target(url)?;
    let address = target.resolve(true).await.map_err(|error| text(&error))?;
    if !target.https && !address.ip().is_loopback() {
        return Err(format!("{address} is not this machine, and http is taken from no other"));
    }
    let request = Request::get(target.path.as_str())
        .header(HOST, &target.authority)
        .header(USER_AGENT, concat!("presence/", env!("CARGO_PKG_VERSION")))
        .header(ACCEPT, "application/json")
        .body(Empty::new())
        .map_err(|error| text(&error))?;
    let socket = TcpStream::connect(address).await.map_err(|error| text(&error))?;
    if !target.https {
        return exchange(socket, request).await;
    }
    let name = ServerName::try_from(target.host).map_err(|error| text(&error))?;
    let stream = tls.connect(name, socket).await.map_err(|error| format!("TLS: {error}"))?;
    exchange(stream, request).await
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Empty<Bytes>>,
) -> Result<Bytes, String> {
    let connected = http1::Builder::new().max_buf_size(HEAD).handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = connected.map_err(|error| error.to_string())?;
    let read = async {
        let answer = sender.send_request(request).await.map_err(|error| error.to_string())?;
        if answer.status() != StatusCode::OK {
            return Err(format!("it answered {}", answer.status()));
        }
        let body = Limited::new(answer.into_body(), MOST).collect().await;
        body.map(Collected::to_bytes).map_err(|error| error.to_string())
    };
    tokio::pin!(connection, read);
    tokio::select! {
        biased;
        read = &mut read => read,
        _ = &mut connection => read.await,
    }
}
