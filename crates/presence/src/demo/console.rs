use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use domain::{Clock, EnterpriseNumber, Inss, Work, belgian_day};
use soap::Endpoint;

use super::keys::PASSWORD;
use super::samples::{employers, workers};
use super::works::works;

const NAMESPACE: &str = "http://socialsecurity.be/presenceregistration/v1";
const TYPES: &str = "http://socialsecurity.be/presenceregistration/schemas/v1";

/// What the console of a demonstration shows.
pub(crate) fn console(
    service: &str,
    inner: Option<SocketAddr>,
    data: &Path,
    keys: &Path,
    clock: &dyn Clock,
) -> String {
    let url = format!("{service}{}", Endpoint::HolderOfKey.path());
    let (works, workers, employers) = (works(), workers(), employers());
    let mut text =
        format!("Presence, a demonstration. Everything below is synthetic.\n\n  service   {url}\n");
    add(&mut text, format_args!("  contract  {url}?wsdl"));
    if let Some(inner) = inner {
        add(&mut text, format_args!("  metrics   http://{inner}/metrics"));
    }
    add(&mut text, format_args!("  data      {}", data.display()));
    add(&mut text, format_args!("\nWorks (WorkPlaceId)"));
    for Work { reference, sector, .. } in &works {
        add(&mut text, format_args!("  {reference}  {sector}"));
    }
    add(&mut text, format_args!("\nEmployers (CompanyID), each with its workers (INSS)"));
    for (place, employer) in employers.iter().enumerate() {
        let own = workers.iter().skip(place).step_by(employers.len());
        let own: Vec<_> = own.map(|inss| inss.digits()).collect();
        add(&mut text, format_args!("  {}  {}", digits(*employer), own.join("  ")));
    }
    add(&mut text, format_args!("\nKeys of clients that sign, in {}", keys.display()));
    add(
        &mut text,
        format_args!(
            "  employer, secretariat, intermediary: .p12 (password {PASSWORD}), .pem, .key"
        ),
    );
    add(
        &mut text,
        format_args!("TLS, with a certificate of authority.pem: start with --data DIR and"),
    );
    add(
        &mut text,
        format_args!(
            "  --tls-certificate DIR/demo-keys/server.pem --tls-key DIR/demo-keys/server.key"
        ),
    );
    add(
        &mut text,
        format_args!("Addresses that ask for a signature, each with its policy at ?wsdl"),
    );
    let signed = |it: &Endpoint| !matches!(it, Endpoint::HolderOfKey | Endpoint::Tls);
    for endpoint in Endpoint::ALL.into_iter().filter(signed) {
        add(&mut text, format_args!("  {service}{}", endpoint.path()));
    }
    let today = belgian_day(clock.now());
    add(
        &mut text,
        format_args!("\nRegister the first worker at the first work for today ({today}):\n"),
    );
    add(&mut text, format_args!("{}\n", request(&url, workers[0], employers[0], &works[0])));
    text.push_str(EXPECTED);
    text
}

/// What comes back, as far as a reader needs it.
const EXPECTED: &str = "\
The answer repeats what was sent and adds the sector, the registration's number and its status:

  ... <t:Sector>1</t:Sector> ... <t:PresenceRegistrationId>1</t:PresenceRegistrationId> ...
  ... <t:LastValidation><t:Status>SUCCESSFULLY REGISTERED</t:Status></t:LastValidation> ...

With a wrong digit in a number there is an ErrorList instead. Stop with Ctrl-C.
";

/// A command for any shell that registers a worker for the present day.
fn request(url: &str, worker: Inss, employer: EnterpriseNumber, work: &Work) -> String {
    format!(
        "curl -sS '{url}' \\
  -H 'Content-Type: text/xml; charset=utf-8' \\
  -H 'SOAPAction: \"{NAMESPACE}/registerPresences\"' \\
  -d '<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>
<RegisterPresencesRequest xmlns=\"{NAMESPACE}\"
    xmlns:t=\"{TYPES}\"><PresenceRegistrationRequest>
  <t:INSS>{}</t:INSS>
  <t:CompanyID>{}</t:CompanyID>
  <t:WorkPlaceId>{}</t:WorkPlaceId>
</PresenceRegistrationRequest></RegisterPresencesRequest>
</s:Body></s:Envelope>'",
        worker.digits(),
        digits(employer),
        work.reference
    )
}

fn digits(number: EnterpriseNumber) -> String {
    format!("{:010}", number.number())
}

fn add(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("a String takes every text");
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    struct Noon;

    impl Clock for Noon {
        fn now(&self) -> Timestamp {
            "2026-11-24T11:00:00Z".parse().expect("a moment")
        }
    }

    #[test]
    fn the_console_names_every_sample_and_the_addresses() {
        let (service, inner) = ("http://127.0.0.1:81", ([127, 0, 0, 1], 82).into());
        let text = console(service, Some(inner), Path::new("there"), Path::new("keys"), &Noon);
        let samples = workers().into_iter().map(Inss::digits);
        let samples = samples.chain(employers().into_iter().map(digits));
        let samples = samples.chain(works().into_iter().map(|work| work.reference.to_string()));
        for sample in samples {
            assert!(text.contains(&sample), "{sample}\nnot in\n{text}");
        }
        assert!(text.contains("http://127.0.0.1:81/PresenceRegistration/v1?wsdl"));
        assert!(text.contains("http://127.0.0.1:82/metrics"));
        assert!(text.contains("2026-11-24"));
        assert!(text.contains("http://127.0.0.1:81/SecurityTokenService/v2"));
        for sector in domain::Sector::ALL {
            assert!(works().iter().any(|work| work.sector == sector));
        }
    }
}
