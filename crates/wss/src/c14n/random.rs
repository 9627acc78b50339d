//! Documents at random, rich in what canonicalisation changes.

use fastrand::Rng;

const NAMES: [&str; 5] = ["n", "m", "n1", "N", "\u{e9}t\u{e9}"];
const PREFIXES: [&str; 5] = ["", "a", "b", "c", "d"];
/// None has an ampersand: libxml2 (2.14) writes it without an escape, so that its result is no XML.
const NAMESPACES: [&str; 5] = ["urn:1", "urn:2", "urn:3", "urn:4?x=1", "http://example.org/%C3%A9"];
const TEXTS: [&str; 16] = [
    "x",
    " ",
    "\n",
    "\t",
    "\r\n",
    "\r",
    "&amp;",
    "&lt;",
    "&gt;",
    "&#13;",
    "&#x20AC;",
    "]]",
    "\"",
    "'",
    "\u{e9}",
    "\u{1F600}",
];
const VALUES: [&str; 14] = [
    "x", " ", "\n", "\t", "\r\n", "&amp;", "&lt;", ">", "&quot;", "&apos;", "&#13;", "&#10;",
    "&#9;", "\u{e9}",
];

struct Generator<'r> {
    rng: &'r mut Rng,
    text: String,
    elements: usize,
    /// Prefix and namespace of all declarations in force, innermost last.
    declared: Vec<(&'static str, &'static str)>,
}

/// A document, and how many elements it has.
pub(super) fn document(rng: &mut Rng) -> (String, usize) {
    let mut generator = Generator { rng, text: String::new(), elements: 0, declared: Vec::new() };
    generator.element(0);
    (generator.text, generator.elements)
}

impl Generator<'_> {
    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.rng.usize(..from.len())]
    }

    fn element(&mut self, depth: usize) {
        self.elements += 1;
        let mark = self.declared.len();
        let declarations = self.declarations();
        let prefix = self.prefix();
        let local = self.pick(&NAMES);
        let name = if prefix.is_empty() { local.to_owned() } else { format!("{prefix}:{local}") };
        let attributes = self.attributes();
        self.text.push('<');
        self.text.push_str(&name);
        // Declarations and attributes stand in any order.
        let mut parts = [declarations, attributes].concat();
        self.rng.shuffle(&mut parts);
        for part in parts {
            let blank = self.pick(&[" ", "\n", "  "]);
            self.text.push_str(blank);
            self.text.push_str(&part);
        }
        if self.rng.u8(..6) == 0 {
            self.text.push_str("/>");
        } else {
            self.text.push('>');
            for _ in 0..self.rng.usize(..5) {
                self.content(depth);
            }
            self.text.extend(["</", &name, ">"]);
        }
        self.declared.truncate(mark);
    }

    fn declarations(&mut self) -> Vec<String> {
        let mut written = Vec::new();
        let mut used = Vec::new();
        for _ in 0..self.rng.usize(..3) {
            let prefix = self.pick(&PREFIXES);
            if used.contains(&prefix) {
                continue;
            }
            used.push(prefix);
            let takes_back = prefix.is_empty() && self.rng.u8(..3) == 0;
            let namespace = if takes_back { "" } else { self.pick(&NAMESPACES) };
            self.declared.push((prefix, namespace));
            let colon = if prefix.is_empty() { "" } else { ":" };
            written.push(format!("xmlns{colon}{prefix}='{namespace}'"));
        }
        written
    }

    /// A prefix that is declared, or none.
    fn prefix(&mut self) -> &'static str {
        let prefix = self.pick(&PREFIXES);
        if self.declared.iter().any(|(other, _)| *other == prefix) { prefix } else { "" }
    }

    fn attributes(&mut self) -> Vec<String> {
        let mut written = Vec::new();
        let mut used = Vec::new();
        for _ in 0..self.rng.usize(..4) {
            let prefix = if self.rng.u8(..8) == 0 { "xml" } else { self.prefix() };
            let local =
                if prefix == "xml" { self.pick(&["lang", "base"]) } else { self.pick(&NAMES) };
            let declared = self.declared.iter().rev().find(|(other, _)| *other == prefix);
            let namespace = match prefix {
                "" => "",
                "xml" => "xml",
                _ => declared.map_or("", |(_, namespace)| *namespace),
            };
            if used.contains(&(namespace, local)) {
                continue;
            }
            used.push((namespace, local));
            let colon = if prefix.is_empty() { "" } else { ":" };
            let value: String = (0..self.rng.usize(..4)).map(|_| self.pick(&VALUES)).collect();
            written.push(format!("{prefix}{colon}{local}=\"{value}\""));
        }
        written
    }

    fn content(&mut self, depth: usize) {
        let piece = match self.rng.u8(..10) {
            0 => "<!-- c -->",
            1 => "<?p q  r?>",
            2 => "<?p?>",
            3 => "<?p \r\n q\r\nr ?>",
            4 => "<![CDATA[<&>\r\n]]]>",
            5 | 6 => self.pick(&TEXTS),
            _ if depth < 6 => return self.element(depth + 1),
            _ => "x",
        };
        self.text.push_str(piece);
    }
}
