use super::cancel::cancel;
use super::content::Decoder;
use super::fault::{DecodeFault, cut};
use super::get::get;
use super::names::{ADDRESSING, NEXT_ACTOR, SERVICE, SOAP, WSSE};
use super::register::register;
use super::search::search;
use crate::message::Request;
use crate::xml::{Event, Limits, Reader};

/// What stands next in an element of the envelope.
enum Next {
    Child,
    Text,
    End,
}

/// SOAP 1.1, section 4: `Envelope { Header?, Body }`, with one request in the body (WS-I Basic Profile 1.1, R2201).
pub(super) fn message<'a>(text: &'a str, limits: &Limits) -> Result<Request<'a>, DecodeFault> {
    let mut decoder = Decoder::new(text, limits)?;
    decoder.reader().read()?;
    root(decoder.reader())?;
    decoder.check_envelope_attributes()?;
    let mut child = next(decoder.reader())?;
    if is_soap(&child, decoder.reader(), "Header") {
        decoder.check_envelope_attributes()?;
        header(decoder.reader())?;
        child = next(decoder.reader())?;
    }
    match child {
        Next::End => return Err(DecodeFault::NoBody),
        Next::Child if is_soap(&child, decoder.reader(), "Body") => {}
        Next::Child | Next::Text => return Err(not_soap(decoder.reader())),
    }
    decoder.check_envelope_attributes()?;
    let request = body(&mut decoder)?;
    for _ in 0..2 {
        // The end of the body, then that of the envelope. WS-I Basic Profile 1.1, R1011 and R2201.
        if !matches!(next(decoder.reader())?, Next::End) {
            return Err(DecodeFault::NotWsi { line: decoder.reader().line() });
        }
    }
    decoder.reader().read()?;
    Ok(request)
}

fn root(reader: &Reader<'_>) -> Result<(), DecodeFault> {
    match (reader.namespace(), reader.local()) {
        (Some(SOAP), "Envelope") => Ok(()),
        (Some(_), "Envelope") => Err(DecodeFault::OtherSoapVersion),
        _ => Err(not_soap(reader)),
    }
}

fn body<'a>(decoder: &mut Decoder<'a>) -> Result<Request<'a>, DecodeFault> {
    match next(decoder.reader())? {
        Next::End => return Err(DecodeFault::NoBody),
        Next::Text => return Err(DecodeFault::NotWsi { line: decoder.reader().line() }),
        Next::Child => {}
    }
    let reader = decoder.reader();
    match (reader.namespace(), reader.local()) {
        (Some(SERVICE), "RegisterPresencesRequest") => {
            decoder.operation("RegisterPresencesRequest", register).map(Request::Register)
        }
        (Some(SERVICE), "CancelPresencesRequest") => {
            decoder.operation("CancelPresencesRequest", cancel).map(Request::Cancel)
        }
        (Some(SERVICE), "SearchPresencesRequest") => {
            decoder.operation("SearchPresencesRequest", search).map(Request::Search)
        }
        (Some(SERVICE), "GetPresenceRegistrationRequest") => {
            decoder.operation("GetPresenceRegistrationRequest", get).map(Request::Get)
        }
        (Some(_), name) => Err(DecodeFault::UnknownOperation { name: cut(name) }),
        (None, _) => Err(DecodeFault::NotWsi { line: reader.line() }),
    }
}

/// Passes over the header. Its blocks are any well-formed XML.
fn header(reader: &mut Reader<'_>) -> Result<(), DecodeFault> {
    loop {
        match next(reader)? {
            Next::End => return Ok(()),
            Next::Text => return Err(not_soap(reader)),
            Next::Child => {}
        }
        if must_understand(reader) {
            return Err(DecodeFault::MustUnderstand { header: cut(reader.local()) });
        }
        let depth = reader.depth();
        while reader.depth() >= depth {
            reader.read()?;
        }
    }
}

/// SOAP 1.1, 4.2.2 and 4.2.3: is the block for us, must it be understood, and is it not?
fn must_understand(reader: &Reader<'_>) -> bool {
    let value = |name: &str| {
        let is_it = |id| reader.uri(id) == SOAP;
        let mut attributes = reader.attributes().iter();
        let found = attributes.find(|it| it.local == name && it.namespace.is_some_and(is_it))?;
        Some(found.value.trim_matches([' ', '\t', '\r', '\n']))
    };
    let must = matches!(value("mustUnderstand"), Some("1" | "true"));
    let for_us = matches!(value("actor"), None | Some("" | NEXT_ACTOR));
    let understood = match reader.namespace() {
        Some(WSSE) => reader.local() == "Security",
        namespace => namespace == Some(ADDRESSING),
    };
    must && for_us && !understood
}

fn next(reader: &mut Reader<'_>) -> Result<Next, DecodeFault> {
    loop {
        return Ok(match reader.read()? {
            Event::Start => Next::Child,
            Event::Text(text) if text.is_blank() => continue,
            Event::Text(_) => Next::Text,
            Event::End | Event::Eof => Next::End,
        });
    }
}

fn is_soap(next: &Next, reader: &Reader<'_>, name: &str) -> bool {
    matches!(next, Next::Child) && reader.namespace() == Some(SOAP) && reader.local() == name
}

fn not_soap(reader: &Reader<'_>) -> DecodeFault {
    DecodeFault::NotSoap { line: reader.line(), found: cut(reader.local()) }
}
