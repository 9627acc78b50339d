//! Prints how fast a call of 200 registrations is read: `cargo run --release -p soap --example decode_speed`.

use std::hint::black_box;
use std::time::Instant;

use soap::decode::decode;
use soap::xml::{Event, Limits, Reader, to_text};

const ROUNDS: usize = 2_000;

#[expect(clippy::print_stdout, reason = "what it is for")]
fn main() {
    let limits = Limits::default();
    for (style, message) in [("as zeep writes", compact()), ("indented, long prefixes", indented())]
    {
        let bytes = message.into_bytes();
        let text = std::str::from_utf8(&bytes).expect("made of ASCII");
        let tokens = speed(bytes.len(), || {
            let mut reader = Reader::new(text, &limits).expect("is XML");
            while reader.read().expect("is XML") != Event::Eof {}
        });
        let decoding = speed(bytes.len(), || {
            black_box(decode(text, &limits).expect("is valid"));
        });
        let both = speed(bytes.len(), || {
            let text = to_text(black_box(&bytes), Some("utf-8")).expect("is UTF-8");
            black_box(decode(&text, &limits).expect("is valid"));
        });
        println!("{style}, {} bytes:", bytes.len());
        println!(
            "  tokens {tokens:.0} MB/s, decode {decoding:.0} MB/s, bytes to request {both:.0} MB/s"
        );
    }
}

/// The best of several runs, in megabytes a second.
fn speed(bytes: usize, mut run: impl FnMut()) -> f64 {
    let seconds = (0..5).map(|_| {
        let start = Instant::now();
        for _ in 0..ROUNDS {
            run();
        }
        start.elapsed().as_secs_f64()
    });
    #[expect(clippy::cast_precision_loss, reason = "a few hundred megabytes")]
    let megabytes = (bytes * ROUNDS) as f64 / 1e6;
    megabytes / seconds.fold(f64::INFINITY, f64::min)
}

fn compact() -> String {
    let items: Vec<String> = (0..200)
        .map(|index| {
            format!(
                "<ns0:PresenceRegistrationRequest><ns1:RegistrationDate>2026-11-24</ns1:RegistrationDate>\
                 <ns1:INSS>85010{index:06}</ns1:INSS><ns1:CompanyID>403199702</ns1:CompanyID>\
                 <ns1:WorkPlaceId>1A2B3C4D5E6F7</ns1:WorkPlaceId>\
                 <ns1:ClientPresenceRegistrationReference>REF-{index:08}</ns1:ClientPresenceRegistrationReference>\
                 </ns0:PresenceRegistrationRequest>"
            )
        })
        .collect();
    let items = items.concat();
    format!(
        "<?xml version='1.0' encoding='utf-8'?>\n\
         <soap-env:Envelope xmlns:soap-env=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap-env:Body>\
         <ns0:RegisterPresencesRequest xmlns:ns0=\"http://socialsecurity.be/presenceregistration/v1\" \
         xmlns:ns1=\"http://socialsecurity.be/presenceregistration/schemas/v1\">{items}\
         </ns0:RegisterPresencesRequest></soap-env:Body></soap-env:Envelope>"
    )
}

fn indented() -> String {
    compact()
        .replace("ns0:", "presence:")
        .replace("xmlns:ns0", "xmlns:presence")
        .replace("ns1:", "types:")
        .replace("xmlns:ns1", "xmlns:types")
        .replace("><", ">\r\n        <")
}
