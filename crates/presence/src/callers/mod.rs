//! Who may call: authorities from files, clients from the store's register, keys of the token service.

mod cached;
mod issuer;
mod trust;

use std::sync::Arc;

use app::App;
use async_trait::async_trait;
use domain::{
    Caller, CallerError, CertificateHandle, CertificateRule, Client, Clock, EnterpriseNumber,
    Error, ErrorKind, Fingerprint, KeptCertificate, Role,
};
use jiff::Timestamp;
use soap::{Callers, Denial, Proof, SENDER, SENDER_NAMESPACE, Said};
use store::{Presented, ReplayKey, Store};
use wss::saml::{Assertion, Issuers};
use wss::sign::SigningKey;
use wss::{Certificate, Refusal, Trust};

pub(crate) use issuer::{Issuer, IssuerError};
pub(crate) use trust::{TrustError, TrustFiles};

/// How many certificates are tried of those that a message may mean.
const MOST_KEPT: u32 = 4;

/// The callers that this service knows.
pub(crate) struct Register {
    /// Where certificates are kept, and what was received.
    pub(crate) store: Arc<dyn Store>,
    /// Knows the clients, and asks the store whether the register has changed.
    pub(crate) app: Arc<App>,
    /// The authorities.
    pub(crate) trust: TrustFiles,
    /// The token service's keys.
    pub(crate) issuer: Issuer,
    /// The clock.
    pub(crate) clock: Arc<dyn Clock>,
}

#[async_trait]
impl Callers for Register {
    async fn trust(&self) -> Result<Arc<Trust>, Error> {
        self.trust.current(self.clock.now())
    }

    async fn issuers(&self) -> Result<Arc<Issuers>, Error> {
        Ok(Arc::clone(&self.issuer.current(self.clock.now())?.issuers))
    }

    async fn signing_key(&self) -> Result<Arc<SigningKey>, Error> {
        Ok(Arc::clone(&self.issuer.current(self.clock.now())?.key))
    }

    async fn kept(&self, handle: &[u8; 32]) -> Result<Vec<Certificate>, Error> {
        let handle = CertificateHandle(*handle);
        let found = self.store.clients().kept_certificates(handle, MOST_KEPT).await?;
        let mut kept: Vec<_> =
            found.iter().filter_map(|der| Certificate::from_der(der).ok()).collect();
        kept.sort_by_key(|certificate| std::cmp::Reverse(certificate.not_after()));
        kept.dedup();
        Ok(kept)
    }

    async fn caller(&self, proof: Proof<'_>) -> Result<Result<Caller, Denial>, Error> {
        let client = self.app.clients().by_certificate(&presented(proof.certificate)).await?;
        Ok(admit(client, proof))
    }

    async fn is_first(&self, key: &[u8; 32], until: Timestamp) -> Result<bool, Error> {
        let key = ReplayKey::of("wss", &[key]);
        self.store.replays().first_time(key, until, self.clock.now()).await
    }
}

/// A certificate, as the register of clients keeps it for messages that do not carry it.
pub(crate) fn kept(certificate: &Certificate) -> KeptCertificate {
    let handles = certificate.handles().into_iter().map(CertificateHandle).collect();
    KeptCertificate::new(certificate.der().into(), handles)
}

/// A certificate, as the register of clients looks for it.
pub(crate) fn presented(certificate: &Certificate) -> Presented {
    Presented {
        fingerprint: Fingerprint(*certificate.sha256()),
        issuer: certificate.issuer().to_string().into(),
        subject: certificate.subject().to_string().into(),
    }
}

fn admit(client: Option<Arc<Client>>, proof: Proof<'_>) -> Result<Caller, Denial> {
    let fingerprint = Fingerprint(*proof.certificate.sha256());
    let unchained = |refusal: &Refusal| Denial::Unchained(refusal.clone());
    let Some(client) = client else {
        return Err(proof.unchained.map_or_else(|| unknown(fingerprint), unchained));
    };
    let itself = client.certificates.contains(&CertificateRule::Fingerprint(fingerprint));
    if let Some(refusal) = proof.unchained.filter(|_| !itself) {
        return Err(unchained(refusal));
    }
    let acting_for = acting_for(&client, proof.said)?;
    let id = client.id.clone();
    Caller::client(client, acting_for).map_err(|error| {
        let text = format!("client {id}: {error}");
        match error {
            CallerError::Revoked => Denial::Unknown(text),
            _ => Denial::NotAllowed(text),
        }
    })
}

fn unknown(fingerprint: Fingerprint) -> Denial {
    Denial::Unknown(format!(
        "no client has the certificate (SHA-256 {fingerprint}); add one with `presence client add`, or the certificate to \
         one with `presence client change`"
    ))
}

/// The enterprise that the caller names, by a claim or in an assertion.
fn acting_for(client: &Client, said: Said<'_>) -> Result<Option<EnterpriseNumber>, Denial> {
    if matches!(said, Said::Vouched(_)) && client.role != Role::Intermediary {
        let id = &client.id;
        return Err(Denial::NotAllowed(format!(
            "client {id} vouches for another and is no intermediary; intermediaries have the role `intermediary`"
        )));
    }
    let named = match said {
        Said::Nothing => None,
        Said::Claimed(number) => Some(number),
        Said::Issued(assertion) | Said::Vouched(assertion) => sender(assertion),
    };
    named.map(number).transpose()
}

fn sender(assertion: &Assertion) -> Option<&str> {
    assertion.values(SENDER_NAMESPACE, SENDER).next()
}

fn number(text: &str) -> Result<EnterpriseNumber, Denial> {
    EnterpriseNumber::parse(text.trim()).map_err(|_| {
        Denial::NotAllowed(format!(
            "{SENDER} is no enterprise number of 10 digits with valid check digits"
        ))
    })
}

/// Something of ours that is missing or broken; the call may be repeated once it is mended.
fn broken(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::caused_by(ErrorKind::Internal, error)
}
