//! What a line of `strace` says.

/// A line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'t> {
    /// A call that begins, and its end where that is on the same line.
    Begun { thread: u32, call: Call<'t>, result: Option<Outcome> },
    /// The end of the call that the thread had begun.
    Ended { thread: u32, result: Outcome },
    /// Signals and ends of threads.
    Other,
}

/// A call of the system.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Call<'t> {
    pub(super) name: &'t str,
    arguments: &'t str,
}

/// What a call came to: its number, or nothing where it failed.
pub(super) type Outcome = Option<i64>;

/// The result of a call in which the program was killed: it may have been done, and never came back.
const UNKNOWN: char = '?';
/// Others come in between, or the program ends.
const UNFINISHED: [&str; 2] = [" <unfinished ...>", " <detached ...>"];

impl<'t> Line<'t> {
    /// Reads a line; `None` when it has another form.
    pub(super) fn read(line: &'t str) -> Option<Self> {
        let (thread, rest) = line.split_once(' ')?;
        let (thread, rest) = (thread.parse().ok()?, rest.trim_start());
        if rest.starts_with("+++") || rest.starts_with("---") {
            return Some(Self::Other);
        }
        if rest.starts_with("<... ") {
            let result = rest.rsplit_once(") = ")?.1;
            return Some(if result.starts_with(UNKNOWN) {
                Self::Other
            } else {
                Self::Ended { thread, result: outcome(result) }
            });
        }
        let (name, rest) = rest.split_once('(')?;
        let (arguments, result) = match UNFINISHED.iter().find_map(|end| rest.strip_suffix(end)) {
            Some(arguments) => (arguments, None),
            None => rest.rsplit_once(") = ").map(|(arguments, result)| {
                (arguments, (!result.starts_with(UNKNOWN)).then(|| outcome(result)))
            })?,
        };
        Some(Self::Begun { thread, call: Call { name, arguments }, result })
    }
}

fn outcome(text: &str) -> Outcome {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}

/// The arguments of a call: the bytes of its texts, and all else without them.
pub(super) struct Arguments {
    pub(super) texts: Vec<Vec<u8>>,
    fields: Vec<String>,
}

impl Call<'_> {
    pub(super) fn arguments(&self) -> Arguments {
        let (mut texts, mut bare) = (Vec::new(), String::new());
        let mut rest = self.arguments;
        while let Some((before, text)) = rest.split_once('"') {
            bare.push_str(before);
            let (bytes, behind) = unescape(text);
            assert!(!behind.starts_with("..."), "a text of {} was cut", self.name);
            texts.push(bytes);
            rest = behind;
        }
        bare.push_str(rest);
        Arguments { texts, fields: bare.split(", ").map(str::to_owned).collect() }
    }
}

impl Arguments {
    /// The argument at this place, or from the end where that is negative, without its texts.
    pub(super) fn field(&self, place: isize) -> &str {
        let place = if place < 0 {
            self.fields.len().saturating_sub(place.unsigned_abs())
        } else {
            place.unsigned_abs()
        };
        self.fields.get(place).map_or("", String::as_str)
    }

    pub(super) fn number(&self, place: isize) -> u64 {
        let field = self.field(place);
        field.parse().unwrap_or_else(|_| panic!("\"{field}\" is no number"))
    }

    /// A file descriptor, and what it leads to.
    pub(super) fn descriptor(&self, place: isize) -> (i64, &str) {
        let (number, rest) = self.field(place).split_once('<').unwrap_or((self.field(place), ""));
        (number.parse().unwrap_or(-1), rest.rsplit_once('>').map_or(rest, |(path, _)| path))
    }

    /// The path that a text says, below the folder of the argument at this place.
    pub(super) fn path(&self, text: usize, folder: Option<isize>) -> std::path::PathBuf {
        let path = String::from_utf8_lossy(&self.texts[text]).into_owned();
        let folder = folder.map_or("", |place| self.descriptor(place).1);
        std::path::Path::new(folder).join(path)
    }
}

/// The bytes of a text up to its closing quote, and what stands behind that.
fn unescape(text: &str) -> (Vec<u8>, &str) {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\\']) {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let marked = &rest[at..];
        if let Some(behind) = marked.strip_prefix('"') {
            return (bytes, behind);
        }
        let (byte, behind) = escaped(&marked[1..]);
        bytes.push(byte);
        rest = behind;
    }
    panic!("a text has no end")
}

/// The byte that stands behind a backslash.
fn escaped(text: &str) -> (u8, &str) {
    let digits = text.bytes().take(3).take_while(|byte| (b'0'..b'8').contains(byte)).count();
    if digits > 0 {
        let byte = text
            .bytes()
            .take(digits)
            .fold(0_u8, |byte, digit| byte.wrapping_mul(8).wrapping_add(digit - b'0'));
        return (byte, &text[digits..]);
    }
    let byte = match text.as_bytes().first() {
        Some(b'n') => b'\n',
        Some(b't') => b'\t',
        Some(b'r') => b'\r',
        Some(b'v') => 11,
        Some(b'f') => 12,
        Some(other) => *other,
        None => panic!("a text has no end"),
    };
    (byte, &text[1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_on_one_line_has_its_arguments_and_its_result() {
        let line = r#"71 pwrite64(3</data/x>, "\0\1a\"\\\n, ) = 1\3777", 16, 4096) = 16"#;
        let Some(Line::Begun { thread: 71, call, result: Some(Some(16)) }) = Line::read(line)
        else {
            panic!("{:?}", Line::read(line))
        };
        assert_eq!(call.name, "pwrite64");
        let arguments = call.arguments();
        assert_eq!(arguments.texts, [b"\0\x01a\"\\\n, ) = 1\xff7".to_vec()]);
        assert_eq!(arguments.descriptor(0), (3, "/data/x"));
        assert_eq!((arguments.number(2), arguments.number(-1)), (16, 4096));
    }

    #[test]
    fn a_call_on_two_lines_begins_and_ends() {
        let begun = Line::read("71 fdatasync(3</data/x> <unfinished ...>");
        assert!(matches!(begun, Some(Line::Begun { result: None, .. })), "{begun:?}");
        let ended = Line::read("71 <... fdatasync resumed>) = 0");
        assert_eq!(ended, Some(Line::Ended { thread: 71, result: Some(0) }));
        let failed = Line::read("71 <... fdatasync resumed>) = -1 EIO (Input/output error)");
        assert_eq!(failed, Some(Line::Ended { thread: 71, result: None }));
        let cut = Line::read("71 <... fdatasync resumed>) = ?");
        assert_eq!(cut, Some(Line::Other), "nobody knows whether it was done");
        let cut = Line::read("71 fdatasync(3</data/x>) = ?");
        assert!(matches!(cut, Some(Line::Begun { result: None, .. })), "{cut:?}");
    }

    #[test]
    fn several_buffers_are_several_texts() {
        let line = r#"9 writev(5<socket:[7]>, [{iov_base="ab", iov_len=2}, {iov_base="c", iov_len=1}], 2) = 3"#;
        let Some(Line::Begun { call, .. }) = Line::read(line) else { panic!("no call") };
        let arguments = call.arguments();
        assert_eq!(arguments.texts, [b"ab".to_vec(), b"c".to_vec()]);
        assert_eq!(arguments.descriptor(0), (5, "socket:[7]"));
    }
}
