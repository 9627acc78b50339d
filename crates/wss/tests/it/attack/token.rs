//! The certificates of `chain`, at the end of a message.

use rcgen::KeyUsagePurpose;
use wss::{Certificate, Policy};

use super::{assert_refused, case};
use crate::pki::{AUTHORITY, CALLER, OTHER, Wish, authority, signing};
use crate::scene::{CONTENT, Service, outgoing};

fn message(certificate: Certificate) -> String {
    outgoing(CONTENT).sign(&signing(&CALLER, certificate)).expect("signs").0
}

#[test]
fn a_signature_is_worth_what_its_certificate_is() {
    let issued = |wish: Wish<'_>| wish.issued(&CALLER, &authority(), &AUTHORITY);
    let mut service = Service::new(Policy::VAR_C);
    let list = authority().revokes(&AUTHORITY, &[666], (2026, 12, 31));
    service.trust.add_revocation_list(&list).expect("reads");
    assert_refused(
        &service,
        vec![
            case(
                "one's own",
                message(Wish::default().self_signed(&CALLER)),
                "UntrustedCertificate",
            ),
            case(
                "a false authority's",
                message(Wish::default().issued(&CALLER, &authority(), &OTHER)),
                "UntrustedCertificate",
            ),
            case(
                "an expired one",
                message(issued(Wish { until: (2026, 11, 1), ..Wish::default() })),
                "CertificateExpired",
            ),
            case(
                "one of tomorrow",
                message(issued(Wish { from: (2026, 11, 26), ..Wish::default() })),
                "CertificateNotYetValid",
            ),
            case(
                "a revoked one",
                message(issued(Wish { serial: 666, ..Wish::default() })),
                "CertificateRevoked",
            ),
            case(
                "one for encryption",
                message(issued(Wish {
                    usages: &[KeyUsagePurpose::KeyEncipherment],
                    ..Wish::default()
                })),
                "WrongKeyUsage",
            ),
            case(
                "an authority's",
                message(issued(Wish { authority: true, ..Wish::default() })),
                "AuthorityAsSigner",
            ),
        ],
    );
}
