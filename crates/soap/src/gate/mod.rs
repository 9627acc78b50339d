//! Who calls: the signature of a message is held against the policy of the address that it came to. What is read of a
//! signed message is only what was signed.

mod callers;
mod open;
mod policy;
mod refused;

use std::sync::Arc;

use domain::{Caller, Clock};
use wss::saml::Issuers;
use wss::{Context, Freshness, Refusal, Signer, Verified};

use crate::Endpoint;
use crate::fault::Fault;

pub use callers::{Callers, Denial, Proof, SENDER, SENDER_NAMESPACE, Said, Shown};
pub use policy::Sha1;

pub(crate) use refused::{
    address_is_off, denied, must_understand, nothing_shown, refused, tls_is_off,
};

/// What is longer takes milliseconds to verify, in bytes. A call of 200 has 65 to 150 KiB.
const LONG: usize = 256 << 10;

/// How callers are told apart.
pub struct Gate {
    /// Who calls the official address of an open service: nobody in particular.
    pub open: Option<Caller>,
    /// Are callers known by their certificates in TLS, at the address that is for that?
    pub tls: bool,
    /// How far SHA-1 is taken.
    pub sha1: Sha1,
    /// How old a message may be.
    pub freshness: Freshness,
    /// Who is known.
    pub callers: Arc<dyn Callers>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// A message whose sender is known.
pub(crate) struct Admitted {
    pub(crate) caller: Caller,
    /// What was signed; `None` of an open service, which asks for no signature.
    pub(crate) signed: Option<Verified>,
}

impl Gate {
    /// A gate that lets everybody in at the official address, as this caller, and nobody elsewhere.
    pub fn open(caller: Caller, clock: Arc<dyn Clock>) -> Self {
        Self {
            open: Some(caller),
            tls: false,
            sha1: Sha1::Off,
            freshness: Freshness::default(),
            callers: Arc::new(open::Nobody),
            clock,
        }
    }

    /// Is nothing asked of who calls this address?
    pub fn is_open(&self, endpoint: Endpoint) -> bool {
        self.open.is_some() && endpoint == Endpoint::HolderOfKey
    }

    /// Finds out who sent a message to an address of the registration service.
    pub(crate) async fn admit(
        &self,
        endpoint: Endpoint,
        text: &str,
        shown: Option<Shown<'_>>,
    ) -> Result<Admitted, Fault> {
        if endpoint == Endpoint::Tls {
            let caller = self.admit_shown(shown).await?;
            return Ok(Admitted { caller, signed: None });
        }
        if let Some(caller) = self.open.as_ref().filter(|_| self.is_open(endpoint)) {
            return Ok(Admitted { caller: caller.clone(), signed: None });
        }
        let verified = self.verify(endpoint, text).await?;
        let caller = self.prove(&verified).await?;
        self.refuse_replay(&verified).await?;
        Ok(Admitted { caller, signed: Some(verified) })
    }

    /// Finds out whose certificate was shown when the connection was made. That its key is the caller's, TLS has proved; all
    /// else is asked anew for each call, since connections may last.
    async fn admit_shown(&self, shown: Option<Shown<'_>>) -> Result<Caller, Fault> {
        if !self.tls {
            return Err(tls_is_off());
        }
        let Shown { certificate, path } = shown.ok_or_else(nothing_shown)?;
        let trust = self.callers.trust().await.map_err(|error| Fault::from(&error))?;
        let unchained = trust.check(certificate, path, self.clock.now());
        let unchained = unchained.map_err(|refusal| refused(&refusal))?;
        self.ask(Proof { certificate, unchained: unchained.as_ref(), said: Said::Nothing }).await
    }

    /// Verifies the signature of a message by the policy of the address.
    pub(crate) async fn verify(&self, endpoint: Endpoint, text: &str) -> Result<Verified, Fault> {
        if self.sha1 != Sha1::On && endpoint.uses_sha1() {
            return Err(address_is_off(endpoint));
        }
        let policy = policy::of(endpoint, self.sha1).ok_or_else(tls_is_off)?;
        let trust = self.callers.trust().await.map_err(|error| Fault::from(&error))?;
        let issuers = self.callers.issuers().await.map_err(|error| Fault::from(&error))?;
        let audiences = vec![audience(endpoint)];
        let issuers = Issuers { audiences, ..(*issuers).clone() };
        let context = Context {
            policy,
            trust: &trust,
            issuers: &issuers,
            kept: &[],
            freshness: self.freshness,
            actor: None,
            now: self.clock.now(),
        };
        let verified = match aside(text.len(), || wss::verify(text, &context)) {
            Err(Refusal::TokenUnavailable { handle: Some(handle), reference }) => {
                let unavailable = Refusal::TokenUnavailable { handle: Some(handle), reference };
                match self.verify_with_kept(&handle, text, &context).await? {
                    None => Err(refused(&unavailable)),
                    // Whoever does not have the key must not learn whether the certificate is kept here.
                    Some(Err(why @ Refusal::SignatureMismatch)) => {
                        Err(Fault { private: Some(why.to_string()), ..refused(&unavailable) })
                    }
                    Some(verified) => verified.map_err(|refusal| refused(&refusal)),
                }
            }
            verified => verified.map_err(|refusal| refused(&refusal)),
        };
        let verified = verified?;
        match verified.headers.iter().find(|block| block.must_understand && !is_known(block)) {
            Some(block) => Err(must_understand(&block.name)),
            None => Ok(verified),
        }
    }

    /// Verifies a message that refers to its certificate and does not carry it. Of several that it may mean, such as one
    /// and its renewal for the same key, the one that it was signed with decides; `None` without any.
    async fn verify_with_kept(
        &self,
        handle: &[u8; 32],
        text: &str,
        context: &Context<'_>,
    ) -> Result<Option<Result<Verified, Refusal>>, Fault> {
        let kept = self.callers.kept(handle).await.map_err(|error| Fault::from(&error))?;
        let mut first = None;
        for certificate in kept {
            let kept = std::slice::from_ref(&certificate);
            let context = Context { kept, ..*context };
            match aside(text.len(), || wss::verify(text, &context)) {
                Ok(verified) => return Ok(Some(Ok(verified))),
                Err(refusal) => {
                    first.get_or_insert(Err(refusal));
                }
            }
        }
        Ok(first)
    }

    async fn prove(&self, verified: &Verified) -> Result<Caller, Fault> {
        let unchained = verified.unchained.as_ref();
        match &verified.signer {
            Signer::Certificate(certificate) => {
                self.ask(Proof { certificate, unchained, said: Said::Nothing }).await
            }
            Signer::HolderOfKey { assertion, certificate: Some(certificate), .. } => {
                // The token service has looked at its chain.
                let said = Said::Issued(assertion);
                self.ask(Proof { certificate, unchained: None, said }).await
            }
            // Our token service writes the certificate into every assertion.
            Signer::HolderOfKey { certificate: None, .. } => {
                let what = "its KeyInfo holds no certificate";
                Err(refused(&Refusal::MalformedAssertion { what }))
            }
            Signer::SenderVouches(vouched) => {
                // Whether they may vouch is known where they are known: that is asked next.
                let vouched = vouched.clone().accept(|_| true);
                let (certificate, assertion) = vouched.map_err(|refusal| refused(&refusal))?;
                let (certificate, said) = (&certificate, Said::Vouched(&assertion));
                self.ask(Proof { certificate, unchained, said }).await
            }
        }
    }

    /// The caller who has proved this.
    pub(crate) async fn ask(&self, proof: Proof<'_>) -> Result<Caller, Fault> {
        let answer = self.callers.caller(proof).await.map_err(|error| Fault::from(&error))?;
        answer.map_err(denied)
    }

    /// Refuses what came before. To be asked last: who is not let in must not fill the memory.
    pub(crate) async fn refuse_replay(&self, verified: &Verified) -> Result<(), Fault> {
        let replay = &verified.replay;
        match self.callers.is_first(&replay.key, replay.until).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(refused(&Refusal::Replayed)),
            Err(error) => Err(Fault::from(&error)),
        }
    }
}

/// The name of an address in assertions. It is no URL that is called: callers reach the same service by many.
pub(crate) fn audience(endpoint: Endpoint) -> String {
    format!("urn:presence:audience:{}", endpoint.name())
}

/// Does work that grows with the length of a message. Of a long one, other tasks of the thread are given to another thread
/// first, so that it holds nobody up; for a usual one that would cost more than it saves.
fn aside<T>(length: usize, work: impl FnOnce() -> T) -> T {
    let many = tokio::runtime::Handle::try_current()
        .is_ok_and(|handle| handle.runtime_flavor() == tokio::runtime::RuntimeFlavor::MultiThread);
    if many && length > LONG { tokio::task::block_in_place(work) } else { work() }
}

/// WS-Addressing is taken note of: an answer goes back on its connection anyway.
fn is_known(block: &wss::HeaderBlock) -> bool {
    block.namespace == crate::decode::ADDRESSING
}
