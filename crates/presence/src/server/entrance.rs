use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;
use wss::Certificate;

use super::origin::Origin;
use super::shown::Shown;
use super::tls::Tls;

/// How many certificates are kept of what was sent along with the caller's own.
const LONGEST_PATH: usize = 8;

/// What a connection has to do before its first request.
#[derive(Clone, Default)]
pub(crate) struct Entrance {
    /// Whose word is taken on where it comes from.
    pub(crate) origin: Origin,
    /// With TLS, unless `None`.
    pub(crate) tls: Option<Arc<Tls>>,
}

/// A connection that may now send requests.
pub(super) struct Entered {
    pub(super) transport: Transport,
    /// Where it comes from.
    pub(super) origin: SocketAddr,
    /// The certificate that the caller showed in the handshake, which has verified it.
    pub(super) shown: Option<Arc<Shown>>,
}

/// The bytes of a connection.
pub(super) enum Transport {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Entrance {
    /// Lets a connection in, as soon as it has said what it must. Whoever calls limits the time.
    pub(super) async fn enter(
        &self,
        mut socket: TcpStream,
        peer: SocketAddr,
    ) -> io::Result<Entered> {
        let origin = self.origin.of_connection(&mut socket, peer).await?;
        let Some(tls) = &self.tls else {
            return Ok(Entered { transport: Transport::Plain(socket), origin, shown: None });
        };
        let stream = tls.accept(socket).await?;
        let shown = shown(&stream)?.map(Arc::new);
        Ok(Entered { transport: Transport::Tls(Box::new(stream)), origin, shown })
    }
}

/// Why a connection was not let in, and how to mend it.
pub(super) fn why(error: &io::Error) -> String {
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let mend = match tls {
        None => return error.to_string(),
        Some(rustls::Error::NoCertificatesPresented) => {
            "tls_client_required asks for a certificate of tls_client_authorities"
        }
        Some(rustls::Error::InvalidCertificate(_)) => {
            "the caller's certificate has to come from tls_client_authorities, be valid now, and be for clients"
        }
        Some(rustls::Error::AlertReceived(_)) => {
            "it is the caller who refuses: it has to trust the authority of tls_certificate, and call its name"
        }
        Some(rustls::Error::PeerIncompatible(_)) => {
            "the caller has to speak TLS 1.2 or 1.3 with one of their usual suites"
        }
        Some(rustls::Error::InvalidMessage(_)) => {
            "the caller has to speak TLS at this address: https, not http"
        }
        Some(_) => "the caller broke the protocol of TLS",
    };
    format!("{error}: {mend}")
}

/// The certificate of the caller, which the handshake has verified.
fn shown(stream: &TlsStream<TcpStream>) -> io::Result<Option<Shown>> {
    let chain = stream.get_ref().1.peer_certificates().unwrap_or_default();
    let Some((leaf, path)) = chain.split_first() else { return Ok(None) };
    let certificate = Certificate::from_der(leaf)
        .map_err(|refusal| io::Error::new(io::ErrorKind::InvalidData, refusal.to_string()))?;
    // One between it and its authority that we cannot read leads nowhere.
    let path = path.iter().take(LONGEST_PATH).filter_map(|der| Certificate::from_der(der).ok());
    Ok(Some(Shown { certificate, path: path.collect() }))
}
