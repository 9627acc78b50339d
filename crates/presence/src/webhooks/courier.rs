use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use app::{Courier, Delivered};
use async_trait::async_trait;
use bytes::Bytes;
use domain::{Step, Webhook};
use http::header::{CONTENT_TYPE, HOST, USER_AGENT};
use http::{Request, StatusCode};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use rest::events;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::address::Target;
use crate::pem;

/// How long one delivery may take, from the name to the answer.
const PATIENCE: Duration = Duration::from_secs(15);
/// How much of the head of an answer is read. Of its body, nothing is.
const HEAD: usize = 16 << 10;

/// Brings events over HTTPS.
pub(crate) struct HttpCourier {
    tls: TlsConnector,
    /// May it go to addresses that are not public, and without TLS?
    private: bool,
    /// The address of the REST service.
    source: String,
}

impl HttpCourier {
    /// A courier that trusts the public authorities, or those of a file.
    pub(crate) fn new(
        authorities: Option<&Path>,
        private: bool,
        source: String,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self { tls: tls(authorities)?, private, source })
    }

    async fn send(
        &self,
        webhook: &Webhook,
        step: &Step,
        at: Timestamp,
    ) -> Result<StatusCode, String> {
        let text = |error: &dyn std::fmt::Display| error.to_string();
        let target = Target::parse(&webhook.url, self.private).map_err(|error| text(&error))?;
        let address = target.resolve(self.private).await.map_err(|error| text(&error))?;
        let request = self.request(webhook, &target, step, at).map_err(|error| text(&error))?;
        let socket = TcpStream::connect(address).await;
        let socket = socket.map_err(|error| format!("{address}: {error}"))?;
        if !target.https {
            return exchange(socket, request).await;
        }
        let name = ServerName::try_from(target.host).map_err(|error| text(&error))?;
        let stream = self.tls.connect(name, socket).await;
        exchange(stream.map_err(|error| format!("TLS: {error}"))?, request).await
    }

    fn request(
        &self,
        webhook: &Webhook,
        target: &Target,
        step: &Step,
        at: Timestamp,
    ) -> http::Result<Request<Full<Bytes>>> {
        let body = events::cloud_event(step, &self.source).to_string();
        let id = step.name();
        let signature = events::signature(&webhook.secret, &id, at, body.as_bytes());
        Request::post(target.path.as_str())
            .header(HOST, &target.authority)
            .header(USER_AGENT, concat!("presence/", env!("CARGO_PKG_VERSION")))
            .header(CONTENT_TYPE, events::MEDIA_TYPE)
            .header("webhook-id", id)
            .header("webhook-timestamp", at.as_second())
            .header("webhook-signature", signature)
            .body(Full::from(body))
    }
}

/// TLS that trusts the public authorities, or those of a file.
pub(crate) fn tls(
    authorities: Option<&Path>,
) -> Result<TlsConnector, Box<dyn std::error::Error + Send + Sync>> {
    let roots: RootCertStore = match authorities {
        None => webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect(),
        Some(path) => pem::authorities([path])?,
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// One request and the status of its answer.
async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
) -> Result<StatusCode, String> {
    let connected = http1::Builder::new().max_buf_size(HEAD).handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = connected.map_err(|error| error.to_string())?;
    let answer = sender.send_request(request);
    tokio::pin!(connection, answer);
    let answer = tokio::select! {
        biased;
        answer = &mut answer => answer,
        _ = &mut connection => answer.await,
    };
    Ok(answer.map_err(|error| error.to_string())?.status())
}

#[async_trait]
impl Courier for HttpCourier {
    async fn deliver(&self, webhook: &Webhook, step: &Step, at: Timestamp) -> Delivered {
        let sent = tokio::time::timeout(PATIENCE, self.send(webhook, step, at)).await;
        let outcome = match sent {
            Err(_) => Delivered::Failed(format!("no answer within {} s", PATIENCE.as_secs())),
            Ok(Err(text)) => Delivered::Failed(text),
            Ok(Ok(status)) if status.is_success() => Delivered::Arrived,
            Ok(Ok(StatusCode::GONE)) => Delivered::Gone,
            Ok(Ok(status)) if status.is_redirection() => {
                Delivered::Failed(format!("{status}: redirections are not followed"))
            }
            Ok(Ok(status)) => Delivered::Failed(format!("the receiver answered {status}")),
        };
        if outcome != Delivered::Arrived {
            tracing::warn!(webhook = %webhook.id, event = step.name(), ?outcome, "not delivered");
        }
        outcome
    }
}

#[cfg(test)]
#[path = "courier_tests.rs"]
mod tests;
