use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{
    CertRevocationList, EndEntityCert, Error, ExpirationPolicy, ExtendedKeyUsageValidator,
    KeyPurposeIdIter, KeyUsage, OwnedCertRevocationList, RequiredEkuNotFoundContext,
    RevocationCheckDepth, RevocationOptions, RevocationOptionsBuilder, UnknownStatusPolicy,
};

use crate::{Certificate, Refusal};

/// What a certificate may be for besides, when it says what it is for: client authentication, protection of e-mail (how
/// many authorities mark certificates for signing), signing of documents.
const PURPOSES: [&[usize]; 3] =
    [&[1, 3, 6, 1, 5, 5, 7, 3, 2], &[1, 3, 6, 1, 5, 5, 7, 3, 4], &[1, 3, 6, 1, 5, 5, 7, 3, 36]];

/// Which certificates are trusted: those of known callers, and those that authorities have issued.
///
/// Build it anew when a file or the register of callers changes, and put it in the place of the old one.
#[derive(Default)]
pub struct Trust {
    anchors: Vec<TrustAnchor<'static>>,
    authorities: Vec<Certificate>,
    intermediates: Vec<CertificateDer<'static>>,
    lists: Vec<CertRevocationList<'static>>,
    /// By SHA-256 digest.
    known: HashMap<[u8; 32], Certificate>,
    takes_expired_lists: bool,
    leaves_unchained: bool,
}

impl Trust {
    /// Trusts nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts what an authority issues.
    pub fn add_authority(&mut self, certificate: Certificate) -> Result<(), Refusal> {
        let anchor = webpki::anchor_from_trusted_cert(certificate.certificate_der())
            .map_err(|error| Refusal::ChainRefused { detail: error.to_string() })?;
        self.anchors.push(anchor.to_owned());
        self.authorities.push(certificate);
        Ok(())
    }

    /// Knows a certificate between an authority and the callers, which callers then need not send.
    pub fn add_intermediate(&mut self, certificate: &Certificate) {
        self.intermediates.push(certificate.certificate_der().clone());
    }

    /// Trusts one certificate, whoever issued it, and finds it where a message only refers to it.
    pub fn add_known(&mut self, certificate: Certificate) {
        self.known.insert(*certificate.sha256(), certificate);
    }

    /// Refuses what an authority has revoked. Reads one list, in DER.
    pub fn add_revocation_list(&mut self, der: &[u8]) -> Result<(), Refusal> {
        let list = OwnedCertRevocationList::from_der(der).map_err(|error| {
            Refusal::ChainRefused { detail: format!("the revocation list: {error}") }
        })?;
        self.lists.push(list.into());
        Ok(())
    }

    /// Takes revocation lists that are out of date too, rather than to refuse all callers of their authority.
    pub fn take_expired_lists(&mut self) {
        self.takes_expired_lists = true;
    }

    /// Leaves it to the caller whether to take a certificate that no chain of trust leads to: see
    /// [`Verified::unchained`](crate::Verified::unchained). For who keeps known certificates elsewhere.
    pub fn leave_unchained(&mut self) {
        self.leaves_unchained = true;
    }

    /// The known certificate that `matches`; of several, such as one and its renewal, the one that is valid longest.
    pub(crate) fn find(&self, matches: impl Fn(&Certificate) -> bool) -> Option<&Certificate> {
        let found = self.known.values().filter(|known| matches(known));
        found.max_by_key(|known| (known.not_after(), *known.sha256()))
    }

    /// May the holder of `leaf` sign messages at `now`? `path` holds certificates that were sent along.
    ///
    /// Answers what is wrong with its chain where that is left to the caller.
    pub fn check(
        &self,
        leaf: &Certificate,
        path: &[Certificate],
        now: Timestamp,
    ) -> Result<Option<Refusal>, Refusal> {
        leaf.check_validity(now, "signer's")?;
        if !leaf.may_sign() {
            return Err(Refusal::WrongKeyUsage);
        }
        if self.known.contains_key(leaf.sha256()) {
            return self.check_lists(leaf).map(|()| None);
        }
        match self.check_chain(leaf, path, now) {
            Ok(()) => Ok(None),
            // What an authority has taken back is not for the caller to take.
            Err(
                refusal @ (Refusal::CertificateRevoked { .. } | Refusal::RevocationListExpired),
            ) => Err(refusal),
            Err(refusal) if self.leaves_unchained => self.check_lists(leaf).map(|()| Some(refusal)),
            Err(refusal) => Err(refusal),
        }
    }

    /// A list that names a certificate counts, though no chain is asked for.
    pub(crate) fn check_lists(&self, leaf: &Certificate) -> Result<(), Refusal> {
        // The list has the issuer's name without the outermost tag and length, which take 4 bytes at most.
        let issued_by = |list: &&CertRevocationList<'_>| {
            let name = leaf.issuer().der();
            name.ends_with(list.issuer()) && name.len() <= list.issuer().len() + 4
        };
        for list in self.lists.iter().filter(issued_by) {
            if !matches!(list.find_serial(leaf.serial()), Ok(None)) {
                return Err(Refusal::CertificateRevoked { fingerprint: leaf.fingerprint() });
            }
        }
        Ok(())
    }

    fn check_chain(
        &self,
        leaf: &Certificate,
        path: &[Certificate],
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let refused = |error| refusal(error, leaf);
        let end = EndEntityCert::try_from(leaf.certificate_der()).map_err(refused)?;
        let sent = path.iter().map(Certificate::certificate_der);
        let intermediates: Vec<_> = self.intermediates.iter().chain(sent).cloned().collect();
        let lists: Vec<_> = self.lists.iter().collect();
        let path = end
            .verify_for_usage(
                webpki::ALL_VERIFICATION_ALGS,
                &self.anchors,
                &intermediates,
                unix_time(now),
                Purposes,
                self.revocation(&lists),
                None,
            )
            .map_err(refused)?;
        let anchor = path.anchor();
        let place = self.anchors.iter().position(|other| other == anchor);
        match place.and_then(|place| self.authorities.get(place)) {
            Some(authority) => authority.check_validity(now, "authority's"),
            None => Err(Refusal::UntrustedCertificate { fingerprint: leaf.fingerprint() }),
        }
    }

    fn revocation<'a>(
        &self,
        lists: &'a [&'a CertRevocationList<'a>],
    ) -> Option<RevocationOptions<'a>> {
        let builder = RevocationOptionsBuilder::new(lists).ok()?;
        let expiration = if self.takes_expired_lists {
            ExpirationPolicy::Ignore
        } else {
            ExpirationPolicy::Enforce
        };
        // An authority whose list nobody brought revokes nothing.
        Some(
            builder
                .with_depth(RevocationCheckDepth::Chain)
                .with_status_policy(UnknownStatusPolicy::Allow)
                .with_expiration_policy(expiration)
                .build(),
        )
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trust")
            .field("authorities", &self.authorities)
            .field("intermediates", &self.intermediates.len())
            .field("lists", &self.lists.len())
            .field("known", &self.known.len())
            .finish_non_exhaustive()
    }
}

/// One of [`PURPOSES`], or none said.
struct Purposes;

impl ExtendedKeyUsageValidator for Purposes {
    fn validate(&self, said: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        let mut present = Vec::new();
        for purpose in said {
            let purpose = purpose?.to_decoded_oid();
            if PURPOSES.contains(&&*purpose) {
                return Ok(());
            }
            present.push(purpose);
        }
        if present.is_empty() {
            return Ok(());
        }
        let required = KeyUsage::client_auth();
        Err(Error::RequiredEkuNotFoundContext(RequiredEkuNotFoundContext { required, present }))
    }
}

fn unix_time(now: Timestamp) -> UnixTime {
    let seconds = u64::try_from(now.as_second()).unwrap_or_default();
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}

fn timestamp(time: UnixTime) -> Timestamp {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

fn refusal(error: Error, leaf: &Certificate) -> Refusal {
    let whose = "authority's";
    match error {
        Error::UnknownIssuer
        | Error::InvalidSignatureForPublicKey
        | Error::SignatureAlgorithmMismatch => {
            Refusal::UntrustedCertificate { fingerprint: leaf.fingerprint() }
        }
        Error::EndEntityUsedAsCa => Refusal::IssuerIsNoAuthority,
        Error::CaUsedAsEndEntity => Refusal::AuthorityAsSigner,
        Error::CertRevoked => Refusal::CertificateRevoked { fingerprint: leaf.fingerprint() },
        Error::CrlExpired { .. } => Refusal::RevocationListExpired,
        Error::RequiredEkuNotFoundContext(_) => Refusal::WrongPurpose,
        Error::CertExpired { not_after, .. } => {
            Refusal::CertificateExpired { not_after: timestamp(not_after), whose }
        }
        Error::CertNotValidYet { not_before, .. } => {
            Refusal::CertificateNotYetValid { not_before: timestamp(not_before), whose }
        }
        other => Refusal::ChainRefused { detail: other.to_string() },
    }
}
