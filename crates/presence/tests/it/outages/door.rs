//! Calls over either door, and what their answers say.

use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use domain::sample;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::kill::message;
use crate::reply::Reply;
use crate::server::post_head;
use crate::soap::XML;

/// Far longer than any answer may take.
const PATIENCE: Duration = Duration::from_mins(10);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    Soap,
    Rest,
}

/// What is asked for.
pub(super) enum Ask<'a> {
    /// Registrations with these references of the client.
    Register(&'a [String]),
    /// Cancellations of these numbers.
    Cancel(&'a [u64]),
}

/// What is answered.
pub(super) enum Told {
    /// The numbers of what was done, in the order of the call.
    Done(Vec<u64>),
    /// Not now, after so long.
    Later(Duration),
}

impl Door {
    /// A call; what is refused over REST may be asked again with the same `key`.
    pub(super) fn request(self, ask: &Ask<'_>, (work, day): (u32, Date), key: &str) -> Vec<u8> {
        match (self, ask) {
            (Self::Soap, Ask::Register(references)) => soap(&message::register(work, references)),
            (Self::Soap, Ask::Cancel(ids)) => soap(&message::cancel(ids)),
            (Self::Rest, Ask::Register(references)) => {
                let item = |(reference, place): (&String, u32)| {
                    json!({
                        "registrationDate": day.to_string(),
                        "ssin": sample::inss(message::person(work, place)).digits(),
                        "type": "DAY",
                        "employer": { "enterpriseNumber": sample::enterprise_number(1).to_string() },
                        "contractualRelationshipReference": sample::works_reference(work).as_str(),
                        "clientReference": reference,
                    })
                };
                let items: Vec<_> = references.iter().zip(0..).map(item).collect();
                rest("registerInBulk", key, &items)
            }
            (Self::Rest, Ask::Cancel(ids)) => {
                let item = |id: &u64| json!({ "id": id, "cancellationReason": "OTHER" });
                rest("cancelInBulk", key, &ids.iter().map(item).collect::<Vec<_>>())
            }
        }
    }

    /// Reads an answer: done as it was asked for, or refused for the moment. Anything else is a failure.
    pub(super) fn read(self, reply: &Reply, ask: &Ask<'_>, took: Duration) -> Told {
        if reply.status != 200 {
            self.is_refused_for_the_moment(reply);
            return Told::Later(took);
        }
        let ids = match self {
            Self::Soap => soap_ids(&reply.text(), ask),
            Self::Rest => rest_ids(&reply.text(), ask),
        };
        Told::Done(ids)
    }

    /// The caller is told that a retry will help, and when.
    pub(super) fn is_refused_for_the_moment(self, reply: &Reply) {
        let text = reply.text();
        let after: u32 = reply.header("retry-after").and_then(|it| it.parse().ok()).unwrap_or(0);
        let (status, told) = match self {
            Self::Soap => (500, "<e:Code>SOA-02002</e:Code>"),
            Self::Rest => (503, "\"urn:problem-type:belgif:serviceUnavailable\""),
        };
        assert!(text.contains(told), "{self:?}, {}: {text}", reply.status);
        assert_eq!(reply.status, status, "{text}");
        assert!(after > 0, "it says when to come again: {text}");
    }
}

fn soap(message: &[u8]) -> Vec<u8> {
    let mut request = post_head(&[XML, &format!("Content-Length: {}", message.len())]);
    request.extend_from_slice(message);
    request
}

fn rest(operation: &str, key: &str, items: &[Value]) -> Vec<u8> {
    let body = json!({ "items": items }).to_string();
    format!(
        "POST /REST/presenceRegistration/v1/presenceRegistrations/{operation} HTTP/1.1\r\n\
         Host: presence.example\r\nContent-Type: application/json\r\nIdempotency-Key: {key}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn soap_ids(answer: &str, ask: &Ask<'_>) -> Vec<u64> {
    let shown = message::registrations(answer);
    match ask {
        Ask::Register(references) => {
            assert!(shown.iter().map(|one| &one.reference).eq(*references), "{answer}");
            assert!(shown.iter().all(|one| one.statuses == [message::REGISTERED]), "{answer}");
        }
        Ask::Cancel(ids) => {
            assert!(shown.iter().map(|one| &one.id).eq(*ids), "{answer}");
            assert!(shown.iter().all(message::Shown::is_cancelled), "{answer}");
        }
    }
    shown.iter().map(|one| one.id).collect()
}

fn rest_ids(answer: &str, ask: &Ask<'_>) -> Vec<u64> {
    let told: Value = serde_json::from_str(answer).expect("JSON");
    let items = told["items"].as_array().expect("a list");
    let name = match ask {
        Ask::Register(_) => "createdPresenceRegistration",
        Ask::Cancel(_) => "cancelledPresenceRegistration",
    };
    let id = |item: &Value| {
        item[name]["id"].as_u64().unwrap_or_else(|| panic!("an item was refused: {item}"))
    };
    let found: Vec<_> = items.iter().map(id).collect();
    match ask {
        Ask::Register(references) => {
            let told = items.iter().map(|item| item[name]["clientReference"].as_str());
            assert!(told.eq(references.iter().map(|one| Some(one.as_str()))), "{answer}");
        }
        Ask::Cancel(ids) => assert_eq!(&found, ids, "{answer}"),
    }
    found
}

/// A connection that is used for one call after another.
pub(super) struct Line(TcpStream);

impl Line {
    pub(super) fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self(stream))
    }

    /// The answer, and how long it took. An answer that does not come in time is a failure, and an end of the other side is
    /// an error.
    pub(super) fn call(&mut self, request: &[u8]) -> io::Result<(Reply, Duration)> {
        let began = Instant::now();
        self.0.write_all(request)?;
        let reply = Reply::try_read(&mut self.0);
        if let Err(error) = &reply {
            assert_ne!(
                error.kind(),
                io::ErrorKind::WouldBlock,
                "a caller heard nothing for ten minutes"
            );
        }
        Ok((reply?, began.elapsed()))
    }
}
