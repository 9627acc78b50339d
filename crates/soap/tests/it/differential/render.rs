//! Trees written as clients write them: prefixes, blanks, comments, CDATA, references, charsets.

use std::fmt::Write as _;

use fastrand::Rng;

use super::tree::{Attribute, Element, Node, Ns, Value};

/// The habits of one client.
struct Style {
    /// How often, of 256, text gets a comment, a CDATA section or a reference.
    noise: u8,
    /// How often, of 256, an element gets new prefixes.
    restless: u8,
    indent: Option<&'static str>,
    declare_at_root: bool,
    reach: Reach,
}

/// The characters that the charset has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Ascii,
    /// ASCII and the letters that the Latin charsets have at the same bytes.
    Latin,
    All,
}

impl Reach {
    fn has(self, text: &str) -> bool {
        text.chars().all(|character| match self {
            Self::Ascii => character.is_ascii(),
            Self::Latin => character.is_ascii() || matches!(character, '\u{C0}'..='\u{FF}'),
            Self::All => true,
        })
    }
}

pub(crate) fn message(rng: &mut Rng, root: &Element) -> Vec<u8> {
    let charset = rng.u8(..16);
    let style = Style {
        noise: *rng.choice(&[0, 0, 10, 60]).expect("not empty"),
        restless: *rng.choice(&[0, 0, 20, 120]).expect("not empty"),
        indent: *rng
            .choice(&[None, None, Some("\n"), Some("\r\n  "), Some("\r\t")])
            .expect("not empty"),
        declare_at_root: rng.bool(),
        reach: match charset {
            2 => Reach::Ascii,
            0 | 1 | 3 => Reach::Latin,
            _ if rng.u8(..4) == 0 => Reach::Ascii,
            _ => Reach::All,
        },
    };
    let mut text = String::new();
    declaration(rng, charset, &mut text);
    let mut writer = Writer { rng, style, text, scope: Vec::new() };
    writer.misc();
    writer.element(root);
    writer.misc();
    encode(charset, &writer.text)
}

fn declaration(rng: &mut Rng, charset: u8, text: &mut String) {
    let name = match charset {
        0 => "ISO-8859-1",
        1 => "windows-1252",
        2 => "US-ASCII",
        3 => "iso-8859-15",
        4..=7 => *rng.choice(&["UTF-16", "utf-16"]).expect("not empty"),
        _ => *rng.choice(&["UTF-8", "utf-8", "Utf-8"]).expect("not empty"),
    };
    if charset >= 6 && rng.bool() {
        // Told by its mark, or UTF-8.
        return;
    }
    let quote = if rng.bool() { '"' } else { '\'' };
    let version = *rng.choice(&["1.0", "1.0", "1.0", "1.1", "1."]).expect("not empty");
    let _ = write!(text, "<?xml version={quote}{version}{quote}");
    if charset < 6 || rng.bool() {
        let blank = if rng.u8(..8) == 0 { "\t\n" } else { "" };
        let _ = write!(text, " encoding{blank}={blank}{quote}{name}{quote}{blank}");
    }
    if rng.u8(..8) == 0 {
        *text += " standalone='yes'";
    }
    *text += if rng.bool() { "?>\n" } else { " ?>" };
}

fn encode(charset: u8, text: &str) -> Vec<u8> {
    let sixteen =
        |to_bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to_bytes).collect::<Vec<u8>>();
    let marked = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
    match charset {
        0 | 1 | 3 => {
            text.chars().map(|character| u8::try_from(character).expect("is Latin")).collect()
        }
        4 => sixteen(u16::to_le_bytes),
        5 => sixteen(u16::to_be_bytes),
        6 => marked(&[0xFF, 0xFE], sixteen(u16::to_le_bytes)),
        7 => marked(&[0xFE, 0xFF], sixteen(u16::to_be_bytes)),
        8 => marked(&[0xEF, 0xBB, 0xBF], text.as_bytes().to_vec()),
        _ => text.as_bytes().to_vec(),
    }
}

struct Writer<'r> {
    rng: &'r mut Rng,
    style: Style,
    text: String,
    /// Prefix and URI of the declarations in force, innermost last.
    scope: Vec<(String, &'static str)>,
}

impl Writer<'_> {
    fn chance(&mut self, of_256: u8) -> bool {
        of_256 > 0 && self.rng.u8(..) < of_256
    }

    /// Comments, instructions and blanks around the root.
    fn misc(&mut self) {
        while self.chance(self.style.noise) {
            let piece = self
                .rng
                .choice(&["<!-- x -->", "\n", "<?p x?>", " ", "<!---->"])
                .expect("not empty");
            self.text.push_str(piece);
        }
    }

    fn element(&mut self, element: &Element) {
        let in_force = self.scope.len();
        let mut declarations = Vec::new();
        if in_force == 0 && self.style.declare_at_root {
            for ns in [Ns::Service, Ns::Types, Ns::Xsi] {
                if self.rng.bool() {
                    self.declare(ns, ns != Ns::Xsi, &mut declarations);
                }
            }
        }
        let name = self.qualified(element.ns, &element.name, true, &mut declarations);
        let mut attributes: Vec<(String, String)> = Vec::new();
        for Attribute { ns, name, value } in &element.attributes {
            let name = self.qualified(*ns, name, false, &mut declarations);
            let value = match value {
                Value::Text(text) => text.clone(),
                Value::Name(ns, local) => self.qualified(*ns, local, true, &mut declarations),
            };
            attributes.push((name, value));
        }
        let declared = declarations.into_iter().map(|(prefix, uri): (String, &str)| {
            let name =
                if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
            (name, uri.to_owned())
        });
        attributes.extend(declared.collect::<Vec<_>>());
        self.rng.shuffle(&mut attributes);
        let _ = write!(self.text, "<{name}");
        for (name, value) in attributes {
            let value = self.escaped(&value, true);
            let blank = if self.chance(self.style.noise) { "\n" } else { "" };
            let quote = if self.rng.bool() { '"' } else { '\'' };
            let _ = write!(self.text, " {name}{blank}={blank}{quote}{value}{quote}{blank}");
        }
        let empty = element
            .children
            .iter()
            .all(|child| matches!(child, Node::Text(text) if text.is_empty()));
        if empty && self.rng.bool() {
            self.text += "/>";
        } else {
            self.text.push('>');
            self.children(element);
            let blank = if self.chance(self.style.noise) { " " } else { "" };
            let _ = write!(self.text, "</{name}{blank}>");
        }
        self.scope.truncate(in_force);
    }

    fn children(&mut self, element: &Element) {
        let indent = self
            .style
            .indent
            .filter(|_| element.children.iter().any(|c| matches!(c, Node::Element(_))));
        for child in &element.children {
            if let Some(indent) = indent {
                self.text += indent;
            }
            if self.chance(self.style.noise) {
                self.text += if self.rng.bool() { "<!-- - -->" } else { "<?pi x ?>" };
            }
            match child {
                Node::Element(element) => self.element(element),
                Node::Text(text) => self.text_node(text),
            }
        }
        if let Some(indent) = indent {
            self.text += indent;
            if self.chance(self.style.noise) {
                self.text += "<![CDATA[ \n]]>";
            }
        }
    }

    fn text_node(&mut self, text: &str) {
        if self.chance(self.style.noise) && !text.contains("]]>") && self.style.reach.has(text) {
            let _ = write!(self.text, "<![CDATA[{text}]]>");
            return;
        }
        let at = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect::<Vec<_>>();
        let cut = if self.chance(self.style.noise) {
            self.rng.choice(at).expect("0 is one")
        } else {
            text.len()
        };
        let before = self.escaped(&text[..cut], false);
        self.text += &before;
        if cut < text.len() {
            self.text += self.rng.choice(&["<!---->", "<?p?>", "<![CDATA[]]>"]).expect("not empty");
            let after = self.escaped(&text[cut..], false);
            self.text += &after;
        }
    }

    /// Escapes what must be, and now and then what need not be.
    fn escaped(&mut self, text: &str, attribute: bool) -> String {
        let mut escaped = String::new();
        for character in text.chars() {
            let needed = match character {
                '<' | '&' | '\r' | '>' => true,
                '"' | '\'' | '\t' | '\n' => attribute,
                _ => !self.style.reach.has(character.encode_utf8(&mut [0; 4])),
            };
            if !needed && !self.chance(self.style.noise / 4) {
                escaped.push(character);
                continue;
            }
            let code = u32::from(character);
            let named = match (character, self.rng.u8(..3)) {
                ('<', 0) => "&lt;",
                ('>', 0) => "&gt;",
                ('&', 0) => "&amp;",
                ('"', 0) => "&quot;",
                ('\'', 0) => "&apos;",
                (_, 1) => {
                    let _ = write!(escaped, "&#{code};");
                    continue;
                }
                _ => {
                    let _ = write!(escaped, "&#x{code:x};");
                    continue;
                }
            };
            escaped.push_str(named);
        }
        escaped
    }

    /// The name with a prefix that is in force, or that is declared here.
    fn qualified(
        &mut self,
        ns: Ns,
        local: &str,
        default_allowed: bool,
        declarations: &mut Vec<(String, &'static str)>,
    ) -> String {
        if ns == Ns::Xml {
            return format!("xml:{local}");
        }
        if ns == Ns::None {
            if default_allowed && self.bound("").is_some_and(|uri| !uri.is_empty()) {
                if declarations.iter().any(|(prefix, _)| prefix.is_empty()) {
                    return local.to_owned();
                }
                self.scope.push((String::new(), ""));
                declarations.push((String::new(), ""));
            }
            return local.to_owned();
        }
        let uri = ns.uri();
        let usable = |(prefix, bound): &(String, &str)| {
            *bound == uri && (default_allowed || !prefix.is_empty())
        };
        let known = self
            .scope
            .iter()
            .rev()
            .find(|entry| usable(entry) && self.bound(&entry.0) == Some(uri))
            .cloned();
        let prefix = match known {
            Some((prefix, _)) if !self.chance(self.style.restless) => prefix,
            _ => self.declare(ns, default_allowed, declarations),
        };
        if prefix.is_empty() { local.to_owned() } else { format!("{prefix}:{local}") }
    }

    fn bound(&self, prefix: &str) -> Option<&'static str> {
        self.scope.iter().rev().find(|(bound, _)| bound == prefix).map(|(_, uri)| *uri)
    }

    fn declare(
        &mut self,
        ns: Ns,
        default_allowed: bool,
        declarations: &mut Vec<(String, &'static str)>,
    ) -> String {
        loop {
            let prefix = match self.rng.u8(..6) {
                0 if default_allowed => String::new(),
                1 => (*self
                    .rng
                    .choice(&["soapenv", "S", "v1", "sch", "xsi", "_", "é"])
                    .expect("not empty"))
                .to_owned(),
                _ => format!("ns{}", self.rng.u8(..12)),
            };
            let taken = declarations.iter().any(|(declared, _)| *declared == prefix);
            if !taken && self.style.reach.has(&prefix) {
                // A prefix that the element itself uses must not be bound anew: only prefixes not in force are safe.
                if self.bound(&prefix).is_some() && !declarations.is_empty() {
                    continue;
                }
                self.scope.push((prefix.clone(), ns.uri()));
                declarations.push((prefix.clone(), ns.uri()));
                return prefix;
            }
        }
    }
}
