/// Writes XML. Names come from the code, texts are escaped.
pub(crate) struct Xml {
    bytes: Vec<u8>,
    /// Is an element of the types' namespace open? Only the outermost declares the namespace, as in canonical XML.
    inside_types: bool,
}

impl Xml {
    /// Begins an envelope; `capacity` bytes are set aside.
    pub(crate) fn envelope(capacity: usize) -> Self {
        let mut xml = Self { bytes: Vec::with_capacity(capacity), inside_types: false };
        xml.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<S:Envelope xmlns:S=\"");
        xml.raw(super::SOAP_NAMESPACE);
        xml.raw("\"><S:Body>");
        xml
    }

    /// Begins the envelope of an answer, whose element is `name`.
    pub(super) fn answer(name: &str, capacity: usize) -> Self {
        let mut xml = Self::envelope(capacity);
        xml.raw("<p:");
        xml.raw(name);
        xml.raw(" xmlns:p=\"http://socialsecurity.be/presenceregistration/v1\">");
        xml
    }

    /// Ends what [`Xml::answer`] began.
    pub(super) fn end_answer(mut self, name: &str) -> Vec<u8> {
        self.close("p:", name);
        self.end()
    }

    /// Ends what [`Xml::envelope`] began.
    pub(crate) fn end(mut self) -> Vec<u8> {
        self.raw("</S:Body></S:Envelope>");
        self.bytes
    }

    /// Markup as it is.
    pub(crate) fn raw(&mut self, markup: &str) {
        self.bytes.extend_from_slice(markup.as_bytes());
    }

    fn tag(&mut self, before: &str, prefix: &str, name: &str) {
        self.raw(before);
        self.raw(prefix);
        self.raw(name);
        self.bytes.push(b'>');
    }

    fn close(&mut self, prefix: &str, name: &str) {
        self.tag("</", prefix, name);
    }

    /// An element of the messages' namespace around what `content` writes.
    pub(super) fn protocol(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.tag("<", "p:", name);
        content(self);
        self.close("p:", name);
    }

    /// An element of the types' namespace around what `content` writes.
    pub(super) fn element(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        if self.inside_types {
            self.tag("<", "t:", name);
            content(self);
        } else {
            self.raw("<t:");
            self.raw(name);
            self.raw(" xmlns:t=\"http://socialsecurity.be/presenceregistration/schemas/v1\">");
            self.inside_types = true;
            content(self);
            self.inside_types = false;
        }
        self.close("t:", name);
    }

    /// An element with a text.
    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.element(name, |xml| xml.escaped(text));
    }

    /// An element with a whole number.
    pub(super) fn number(&mut self, name: &str, number: impl itoa::Integer) {
        self.element(name, |xml| xml.raw(itoa::Buffer::new().format(number)));
    }

    /// Text with what XML would read otherwise written as references. Characters that XML cannot carry at all become
    /// U+FFFD; what was decoded from XML holds none.
    pub(crate) fn escaped(&mut self, text: &str) {
        let mut rest = text;
        while let Some(place) = rest.find(needs_care) {
            let (before, after) = rest.split_at(place);
            self.raw(before);
            let mut characters = after.chars();
            match characters.next() {
                Some('&') => self.raw("&amp;"),
                Some('<') => self.raw("&lt;"),
                Some('>') => self.raw("&gt;"),
                Some('\r') => self.raw("&#xD;"),
                _ => self.raw("\u{FFFD}"),
            }
            rest = characters.as_str();
        }
        self.raw(rest);
    }

    /// An attribute's value, without its quotes.
    pub(crate) fn attribute(&mut self, value: &str) {
        for (place, part) in value.split('"').enumerate() {
            if place > 0 {
                self.raw("&quot;");
            }
            self.escaped(part);
        }
    }

    /// Digits and signs of a date or time.
    pub(super) fn ascii(&mut self, bytes: &[u8]) {
        debug_assert!(bytes.is_ascii(), "only digits and signs come this way");
        self.bytes.extend_from_slice(bytes);
    }
}

fn needs_care(character: char) -> bool {
    matches!(
        character,
        '&' | '<' | '>' | '\r' | '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str) -> String {
        let mut xml = Xml { bytes: Vec::new(), inside_types: false };
        xml.escaped(text);
        String::from_utf8(xml.bytes).expect("UTF-8")
    }

    #[test]
    fn texts_are_written_so_that_xml_reads_them_back() {
        assert_eq!(escaped("a & b < c > d\r\n\té\"'"), "a &amp; b &lt; c &gt; d&#xD;\n\té\"'");
        assert_eq!(escaped(""), "");
    }

    #[test]
    fn characters_that_xml_cannot_carry_never_get_in() {
        assert_eq!(escaped("a\0b\u{B}c\u{FFFF}"), "a\u{FFFD}b\u{FFFD}c\u{FFFD}");
    }
}
