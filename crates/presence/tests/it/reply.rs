use std::io::{self, BufRead, BufReader, Read};

use flate2::read::GzDecoder;

/// What came back for a request.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The status.
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    /// The body as it came.
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// Reads one answer, whose length is told.
    pub(crate) fn read(stream: &mut impl Read) -> Self {
        Self::try_read(stream).expect("a whole answer")
    }

    /// The same, where the other side may end in the middle of it.
    pub(crate) fn try_read(stream: &mut impl Read) -> io::Result<Self> {
        let mut stream = BufReader::new(stream);
        let mut line = || {
            let mut line = String::new();
            stream.read_line(&mut line)?;
            // What ends without its end of line was cut off.
            let whole = line.strip_suffix('\n').ok_or(io::ErrorKind::UnexpectedEof)?;
            Ok::<_, io::Error>(whole.trim_end().to_owned())
        };
        let first = line()?;
        let status = first.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.unwrap_or_else(|| panic!("\"{first}\" begins no answer"));
        let mut headers = Vec::new();
        loop {
            let line = line()?;
            let Some((name, value)) = line.split_once(": ") else { break };
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let mut reply = Self { status, headers, body: Vec::new() };
        let length = reply.header("content-length").map_or(0, |text| text.parse().expect("number"));
        reply.body.resize(length, 0);
        stream.read_exact(&mut reply.body)?;
        Ok(reply)
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// The body as text, unpacked if need be.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        match self.header("content-encoding") {
            None => (&self.body[..]).read_to_string(&mut text).expect("UTF-8"),
            Some("gzip") => {
                GzDecoder::new(&self.body[..]).read_to_string(&mut text).expect("gzip of UTF-8")
            }
            Some(other) => panic!("packed with {other}"),
        };
        text
    }

    /// The text between the first `<name>` and its end, whatever its prefix; the name may be in any namespace.
    pub(crate) fn element(&self, name: &str) -> Option<String> {
        let text = self.text();
        let (at, _) = text.match_indices(name).find(|(at, _)| {
            let before =
                text[..*at].trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == ':');
            let after = text[at + name.len()..].chars().next();
            before.ends_with('<') && matches!(after, Some('>' | ' '))
        })?;
        let inside = text[at..].split_once('>')?.1;
        Some(inside.split('<').next()?.to_owned())
    }

    /// The ticket of a refusal: of a fault, or of an answer over REST or from the token endpoint.
    pub(crate) fn ticket(&self) -> String {
        let header = self.header("belgov-trace-id").map(str::to_owned);
        let of_fault = || {
            let text = self.text();
            let (_, ticket) = text.split_once(" Id=\"")?;
            ticket.split('"').next().map(str::to_owned)
        };
        let ticket = header.or_else(of_fault);
        ticket.unwrap_or_else(|| panic!("there is no ticket in {}", self.text()))
    }

    /// The code of the fault that it is, if it is one.
    pub(crate) fn fault(&self) -> Option<String> {
        let text = self.text();
        let at = text.find("SOA-")?;
        text.get(at..at + 9).map(str::to_owned)
    }
}
