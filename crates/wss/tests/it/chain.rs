//! Chains of certificates, right and wrong.

use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer,
    KeyUsagePurpose, NameConstraints, SanType,
};
use wss::{Certificate, Refusal, Trust};

use crate::pki::{AUTHORITY, CALLER, OTHER, SERVICE, Secret, Wish, authority};
use crate::scene::{caller, now, trust};

fn intermediate() -> Wish<'static> {
    Wish { subject: "Intermediate", serial: 2, ..authority() }
}

/// What a service that trusts `trust` says to a certificate with a path.
fn check(trust: &Trust, leaf: &Certificate, path: &[Certificate]) -> Option<String> {
    trust.check(leaf, path, now()).err().map(|refusal| format!("{refusal:?}"))
}

#[track_caller]
fn assert_refused(said: Option<&str>, expected: &str) {
    let said = said.expect("is refused");
    assert!(said.starts_with(expected), "{said} is not {expected}");
}

#[test]
fn chains_of_one_and_of_two_lead_to_the_authority() {
    let leaf = Wish {
        usages: &[KeyUsagePurpose::DigitalSignature],
        purposes: &[ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth],
        ..Wish::default()
    };
    assert_eq!(check(&trust(), &leaf.issued(&CALLER, &authority(), &AUTHORITY), &[]), None);

    let middle = intermediate().issued(&OTHER, &authority(), &AUTHORITY);
    let leaf = leaf.issued(&CALLER, &intermediate(), &OTHER);
    assert_refused(check(&trust(), &leaf, &[]).as_deref(), "UntrustedCertificate");
    assert_eq!(check(&trust(), &leaf, std::slice::from_ref(&middle)), None);
    let mut informed = trust();
    informed.add_intermediate(&middle);
    assert_eq!(check(&informed, &leaf, &[]), None);
}

#[test]
fn what_no_authority_has_issued_is_refused() {
    let own = Wish::default().self_signed(&CALLER);
    assert_refused(check(&trust(), &own, &[]).as_deref(), "UntrustedCertificate");
    // It calls itself like the authority, and has its own key.
    let impostor = Wish::default().issued(&CALLER, &authority(), &OTHER);
    assert_refused(check(&trust(), &impostor, &[]).as_deref(), "UntrustedCertificate");
    // Nor does it help to bring the false authority along.
    let false_authority = authority().self_signed(&OTHER);
    assert_refused(
        check(&trust(), &impostor, &[false_authority]).as_deref(),
        "UntrustedCertificate",
    );
    assert_refused(check(&Trust::new(), &caller(), &[]).as_deref(), "UntrustedCertificate");
}

#[test]
fn a_certificate_without_a_chain_can_be_left_to_the_caller() {
    let mut trust = trust();
    trust.leave_unchained();
    let own = Wish::default().self_signed(&CALLER);
    let unchained = trust.check(&own, &[], now()).expect("is left to the caller");
    assert!(matches!(unchained, Some(Refusal::UntrustedCertificate { .. })), "{unchained:?}");
    assert_eq!(trust.check(&caller(), &[], now()), Ok(None));
    let old = Wish { until: (2026, 2, 1), ..Wish::default() };
    let said = trust.check(&old.self_signed(&CALLER), &[], now());
    assert!(matches!(said, Err(Refusal::CertificateExpired { .. })), "{said:?}");
}

#[test]
fn who_is_no_authority_issues_nothing() {
    let middle = Wish { authority: false, ..intermediate() };
    let sent = middle.issued(&OTHER, &authority(), &AUTHORITY);
    let leaf = Wish::default().issued(&CALLER, &middle, &OTHER);
    assert_refused(check(&trust(), &leaf, &[sent]).as_deref(), "IssuerIsNoAuthority");
}

#[test]
fn an_authority_signs_no_messages() {
    let middle = Wish { usages: &[KeyUsagePurpose::DigitalSignature], ..intermediate() };
    let middle = middle.issued(&OTHER, &authority(), &AUTHORITY);
    assert_refused(check(&trust(), &middle, &[]).as_deref(), "AuthorityAsSigner");
}

#[test]
fn validity_counts_along_the_whole_chain() {
    let issued = |wish: Wish<'_>| wish.issued(&CALLER, &authority(), &AUTHORITY);
    let old = issued(Wish { until: (2026, 11, 25), ..Wish::default() });
    assert_refused(check(&trust(), &old, &[]).as_deref(), "CertificateExpired");
    let young = issued(Wish { from: (2026, 11, 26), ..Wish::default() });
    assert_refused(check(&trust(), &young, &[]).as_deref(), "CertificateNotYetValid");

    let middle = Wish { until: (2026, 11, 1), ..intermediate() };
    let sent = middle.issued(&OTHER, &authority(), &AUTHORITY);
    let leaf = Wish::default().issued(&CALLER, &middle, &OTHER);
    assert_refused(check(&trust(), &leaf, &[sent]).as_deref(), "CertificateExpired");

    let gone = Wish { until: (2026, 11, 1), ..authority() };
    let mut trust = Trust::new();
    trust.add_authority(gone.self_signed(&AUTHORITY)).expect("is an authority");
    assert_refused(check(&trust, &caller(), &[]).as_deref(), "CertificateExpired");
}

#[test]
fn a_certificate_must_be_for_signing() {
    let issued = |wish: Wish<'_>| wish.issued(&CALLER, &authority(), &AUTHORITY);
    let wrong = Wish { usages: &[KeyUsagePurpose::KeyEncipherment], ..Wish::default() };
    assert_refused(check(&trust(), &issued(wrong), &[]).as_deref(), "WrongKeyUsage");
    let wrong = Wish { purposes: &[ExtendedKeyUsagePurpose::ServerAuth], ..Wish::default() };
    assert_refused(check(&trust(), &issued(wrong), &[]).as_deref(), "WrongPurpose");
    let right = Wish {
        usages: &[KeyUsagePurpose::ContentCommitment],
        purposes: &[ExtendedKeyUsagePurpose::EmailProtection],
        ..Wish::default()
    };
    assert_eq!(check(&trust(), &issued(right), &[]), None);
}

#[test]
fn what_a_list_names_is_revoked() {
    let with_list = |serials: &[u64], until| {
        let mut trust = trust();
        trust.add_revocation_list(&authority().revokes(&AUTHORITY, serials, until)).expect("reads");
        trust
    };
    let later = (2026, 12, 31);
    assert_eq!(check(&with_list(&[77], later), &caller(), &[]), None);
    assert_refused(
        check(&with_list(&[77, 1001], later), &caller(), &[]).as_deref(),
        "CertificateRevoked",
    );
    // A list that is out of date says nothing about today, unless who runs the service takes that risk.
    let mut stale = with_list(&[77], (2026, 11, 1));
    assert_refused(check(&stale, &caller(), &[]).as_deref(), "RevocationListExpired");
    stale.take_expired_lists();
    assert_eq!(check(&stale, &caller(), &[]), None);

    // A known certificate needs no chain, and can be revoked all the same.
    let mut known = Trust::new();
    known.add_known(caller());
    assert_eq!(check(&known, &caller(), &[]), None);
    known.add_revocation_list(&authority().revokes(&AUTHORITY, &[1001], later)).expect("reads");
    assert_refused(check(&known, &caller(), &[]).as_deref(), "CertificateRevoked");

    // A number whose first bit is set has a zero before it.
    let high = Wish { serial: 0xFFEE, ..Wish::default() };
    let high = high.issued(&CALLER, &authority(), &AUTHORITY);
    let mut known = Trust::new();
    known.add_known(high.clone());
    known.add_revocation_list(&authority().revokes(&AUTHORITY, &[0xFFEE], later)).expect("reads");
    assert_refused(check(&known, &high, &[]).as_deref(), "CertificateRevoked");

    // An intermediate authority that is revoked takes all with it.
    let middle = intermediate().issued(&OTHER, &authority(), &AUTHORITY);
    let leaf = Wish::default().issued(&CALLER, &intermediate(), &OTHER);
    assert_refused(
        check(&with_list(&[2], later), &leaf, &[middle]).as_deref(),
        "CertificateRevoked",
    );
}

#[test]
fn a_list_that_another_key_has_signed_stops_its_authority() {
    let mut trust = trust();
    trust.add_revocation_list(&authority().revokes(&SERVICE, &[], (2026, 12, 31))).expect("reads");
    assert_refused(check(&trust, &caller(), &[]).as_deref(), "ChainRefused");
}

fn made(
    params: &CertificateParams,
    key: &Secret,
    by: (&CertificateParams, &Secret),
) -> Certificate {
    let issuer = Issuer::from_params(by.0, &by.1.pair);
    let made = params.clone().signed_by(&key.pair, &issuer).expect("can be made");
    Certificate::from_der(made.der()).expect("is a certificate")
}

#[test]
fn what_an_authority_may_issue_is_bounded_as_its_certificate_says() {
    let (root, leaf) = (authority().params(), Wish::default().params());
    let below = |subject, serial| Wish { subject, serial, ..authority() }.params();
    let mut short = below("Intermediate", 2);
    short.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let middle = made(&short, &OTHER, (&root, &AUTHORITY));
    let direct = made(&leaf, &CALLER, (&short, &OTHER));
    assert_eq!(check(&trust(), &direct, std::slice::from_ref(&middle)), None);
    let lower = below("Lower", 3);
    let path = [middle, made(&lower, &SERVICE, (&short, &OTHER))];
    let leaf_of_lower = made(&leaf, &CALLER, (&lower, &SERVICE));
    assert_refused(check(&trust(), &leaf_of_lower, &path).as_deref(), "ChainRefused");

    let mut narrow = below("Intermediate", 4);
    narrow.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName("example.org".to_owned())],
        excluded_subtrees: Vec::new(),
    });
    let middle = made(&narrow, &OTHER, (&root, &AUTHORITY));
    for (name, fits) in [("a.example.org", true), ("example.com", false)] {
        let mut named = leaf.clone();
        named.subject_alt_names = vec![SanType::DnsName(name.try_into().expect("a name"))];
        let named = made(&named, &CALLER, (&narrow, &OTHER));
        let said = check(&trust(), &named, std::slice::from_ref(&middle));
        if fits {
            assert_eq!(said, None);
        } else {
            assert_refused(said.as_deref(), "ChainRefused");
        }
    }
}
