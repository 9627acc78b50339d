//! Requests, built once; for each call only digits are written over.

use crate::population::Call;

const SERVICE: &str = "http://socialsecurity.be/presenceregistration/v1";
const TYPES: &str = "http://socialsecurity.be/presenceregistration/schemas/v1";
const PATH: &str = "/PresenceRegistration/v1";

const INSS: &str = "00000000000";
const EMPLOYER: &str = "999999999";
const WORKS: &str = "WWWWWWWWWWWWW";
const REFERENCE: &str = "RRRRRRRR";

/// `POST` of one call, as zeep writes it.
pub(crate) fn post(operation: &str, element: &str, content: &str) -> Vec<u8> {
    let body = envelope(element, content);
    let mut request = format!(
        "POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml; charset=utf-8\r\n\
         SOAPAction: \"{SERVICE}/{operation}\"\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    request.push_str(&body);
    request.into_bytes()
}

/// `POST` of a whole message to an address.
pub(crate) fn post_to(path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml; charset=utf-8\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

fn envelope(element: &str, content: &str) -> String {
    format!(
        "<?xml version='1.0' encoding='utf-8'?>\n\
         <soap-env:Envelope xmlns:soap-env=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap-env:Body>\
         <ns0:{element} xmlns:ns0=\"{SERVICE}\" xmlns:ns1=\"{TYPES}\">{content}</ns0:{element}>\
         </soap-env:Body></soap-env:Envelope>"
    )
}

/// A `registerPresences` of some workers, to be sent again and again with other numbers in it.
pub(crate) struct Register {
    bytes: Vec<u8>,
    /// Where the first worker's element begins.
    first: usize,
    item: Item,
}

/// The length of a worker's element, and where in it the numbers stand.
struct Item {
    length: usize,
    inss: usize,
    employer: usize,
    works: usize,
    reference: usize,
}

impl Register {
    /// A request for `size` workers on `day` (`yyyy-mm-dd`).
    pub(crate) fn new(size: usize, day: &str) -> Self {
        let text = item(day);
        let find = |what| text.find(what).expect("the item has it");
        let item = Item {
            length: text.len(),
            inss: find(INSS),
            employer: find(EMPLOYER),
            works: find(WORKS),
            reference: find(REFERENCE),
        };
        let bytes = post("registerPresences", "RegisterPresencesRequest", &text.repeat(size));
        let first = memchr::memmem::find(&bytes, text.as_bytes()).expect("at least one worker");
        Self { bytes, first, item }
    }

    /// The whole request without its head.
    pub(crate) fn body(&self) -> &[u8] {
        let head = memchr::memmem::find(&self.bytes, b"\r\n\r\n").expect("a request has a head");
        &self.bytes[head + 4..]
    }

    /// Writes the numbers of `call` over those of the call before; `number` is told in the client's references.
    pub(crate) fn bytes(&mut self, call: &Call<'_>, number: u32) -> &[u8] {
        let mut reference = digits(number);
        let items = self.bytes[self.first..].chunks_exact_mut(self.item.length);
        for (worker, bytes) in call.workers.iter().zip(items) {
            let mut put = |place: usize, what: &[u8]| {
                bytes[place..place + what.len()].copy_from_slice(what);
            };
            put(self.item.inss, &worker.digits);
            put(self.item.employer, &call.employer.digits);
            put(self.item.works, call.works.as_str().as_bytes());
            put(self.item.reference, &reference);
            reference.rotate_left(1);
        }
        &self.bytes
    }
}

fn item(day: &str) -> String {
    format!(
        "<ns0:PresenceRegistrationRequest><ns1:RegistrationDate>{day}</ns1:RegistrationDate>\
         <ns1:INSS>{INSS}</ns1:INSS><ns1:CompanyID>{EMPLOYER}</ns1:CompanyID>\
         <ns1:WorkPlaceId>{WORKS}</ns1:WorkPlaceId>\
         <ns1:ClientPresenceRegistrationReference>REF-{REFERENCE}</ns1:ClientPresenceRegistrationReference>\
         </ns0:PresenceRegistrationRequest>"
    )
}

/// The last eight digits of a number.
fn digits(number: u32) -> [u8; 8] {
    let mut digits = [b'0'; 8];
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        *digit += u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
    digits
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::*;
    use crate::population::{CALL, Population};

    #[test]
    fn every_number_is_written_over() {
        let population = Population::new();
        let mut register = Register::new(CALL, "2026-11-24");
        let call = population.call(CALL, &mut Rng::with_seed(1));
        let text = String::from_utf8(register.bytes(&call, 7).to_vec()).expect("ASCII");
        for placeholder in [INSS, EMPLOYER, WORKS, REFERENCE] {
            assert!(!text.contains(placeholder), "{placeholder}");
        }
        assert_eq!(text.matches(call.works.as_str()).count(), CALL);
        assert!((60_000..70_000).contains(&register.body().len()));
    }
}
