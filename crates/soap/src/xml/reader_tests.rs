use std::fmt::Write as _;

use super::*;

/// The events of a document as text, one line each.
fn events(text: &str) -> Result<Vec<String>, XmlError> {
    let mut reader = Reader::new(text, &Limits::default())?;
    let mut events = Vec::new();
    loop {
        events.push(match reader.read()? {
            Event::Start => {
                let mut line = format!("<{}", named(reader.namespace(), reader.local()));
                for attribute in reader.attributes() {
                    let uri = attribute.namespace.map(|id| reader.uri(id));
                    let _ = write!(line, " {}={:?}", named(uri, attribute.local), attribute.value);
                }
                line
            }
            Event::End => ">".to_owned(),
            Event::Text(text) if text.cdata => format!("[{}]", text.content),
            Event::Text(text) => format!("{:?}", text.content),
            Event::Eof => return Ok(events),
        });
    }
}

fn named(namespace: Option<&str>, local: &str) -> String {
    namespace.map_or_else(|| local.to_owned(), |uri| format!("{{{uri}}}{local}"))
}

fn refusal(text: &str) -> Option<XmlErrorKind> {
    events(text).err().map(|error| error.kind)
}

#[test]
fn names_are_resolved_where_they_stand() {
    let text = "<p:a xmlns:p='u' p:x='1' x='2'><b xmlns='v' p:x=''><c xmlns=''/></b><p:b xmlns:p='w'/></p:a>";
    let expected =
        ["<{u}a {u}x=\"1\" x=\"2\"", "<{v}b {u}x=\"\"", "<c", ">", ">", "<{w}b", ">", ">"];
    assert_eq!(events(text).unwrap(), expected);
}

#[test]
fn the_prefix_xml_needs_no_declaration() {
    let text = format!("<a xml:lang='nl' xmlns:xml='{}'><xml:b/></a>", super::super::XML_NAMESPACE);
    assert_eq!(events(&text).unwrap()[1], format!("<{{{}}}b", super::super::XML_NAMESPACE));
}

#[test]
fn text_comes_in_pieces_between_markup() {
    let text = "<?xml version='1.0'?><!--x--><a>1&amp;<!-- - -->\r\n<?p?>2<![CDATA[<&]]\r]]></a \n> <?q x?>";
    assert_eq!(events(text).unwrap(), ["<a", "\"1&\"", "\"\\n\"", "\"2\"", "[<&]]\n]", ">"]);
}

#[test]
fn malformed_documents_are_refused() {
    use Malformation as M;
    for (text, problem) in [
        ("", M::NoRoot),
        (" <!--x-->", M::NoRoot),
        ("x<a/>", M::OutsideRoot),
        ("\u{FEFF}<a/>", M::OutsideRoot),
        ("<a/><b/>", M::OutsideRoot),
        ("<a/>x", M::OutsideRoot),
        ("<a/><![CDATA[]]>", M::OutsideRoot),
        ("<a>", M::UnexpectedEnd),
        ("<a", M::UnexpectedEnd),
        ("<a x='", M::UnexpectedEnd),
        ("<a><!--", M::UnexpectedEnd),
        ("<a><![CDATA[", M::UnexpectedEnd),
        ("<a><?p ", M::UnexpectedEnd),
        ("<a></b>", M::MismatchedTag),
        ("<a></ab>", M::MismatchedTag),
        ("<a></a x>", M::MismatchedTag),
        ("<a xmlns:p='u' xmlns:q='u'><p:b></q:b></a>", M::MismatchedTag),
        ("<a></ a>", M::MismatchedTag),
        ("< a/>", M::Name),
        ("<1a/>", M::Name),
        ("<-a/>", M::Name),
        ("<\u{d7}/>", M::Name),
        ("<a:/>", M::Name),
        ("<:a/>", M::Colon),
        ("<a:b:c/>", M::Colon),
        ("<a b='1'c='2'/>", M::MissingBlank),
        ("<a/ >", M::MissingBlank),
        ("<a / >", M::Name),
        ("<a b/>", M::Tag),
        ("<a b=1/>", M::Tag),
        ("<a b='<'/>", M::LessThanInAttribute),
        ("<a b='1' b='2'/>", M::DuplicateAttribute),
        ("<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>", M::DuplicateAttribute),
        ("<a xmlns='u' xmlns='v'/>", M::DuplicateAttribute),
        ("<a xmlns:p='u' xmlns:p='u'/>", M::DuplicateAttribute),
        ("<p:a/>", M::UndeclaredPrefix),
        ("<a p:x=''/>", M::UndeclaredPrefix),
        ("<xmlns:a/>", M::UndeclaredPrefix),
        ("<a><b xmlns:p='u'/><p:c/></a>", M::UndeclaredPrefix),
        ("<a xmlns:p=''/>", M::NamespaceDeclaration),
        ("<a xmlns:xml='u'/>", M::NamespaceDeclaration),
        ("<a xmlns:xmlns='http://www.w3.org/2000/xmlns/'/>", M::NamespaceDeclaration),
        ("<a xmlns='http://www.w3.org/2000/xmlns/'/>", M::NamespaceDeclaration),
        ("<a xmlns='http://www.w3.org/XML/1998/namespace'/>", M::NamespaceDeclaration),
        ("<a xmlns:p='no uri'/>", M::NamespaceDeclaration),
        ("<a>&b;</a>", M::UndefinedEntity),
        ("<a b='&b;'/>", M::UndefinedEntity),
        ("<a>&</a>", M::Reference),
        ("<a>&amp</a>", M::Reference),
        ("<a>&#xFFFE;</a>", M::IllegalCharacter),
        ("<a>\u{1}</a>", M::IllegalCharacter),
        ("<a/>\u{0}", M::IllegalCharacter),
        ("<a>]]></a>", M::SectionEndInText),
        ("<a>&lt;]]></a>", M::SectionEndInText),
        ("<a><!-- -- --></a>", M::Comment),
        ("<a><!-- ---></a>", M::Comment),
        ("<a><!x></a>", M::Markup),
        ("<a><!DOCTYPE a></a>", M::Markup),
        ("<a><?xml version='1.0'?></a>", M::ProcessingInstruction),
        (" <?xml version='1.0'?><a/>", M::ProcessingInstruction),
        ("<a><?XmL?></a>", M::ProcessingInstruction),
        ("<a><?p?x?></a>", M::ProcessingInstruction),
        ("<a><?p:q?></a>", M::Colon),
        ("<a><? p?></a>", M::Name),
        ("<?xml version='1.0' encoding='?'?><a/>", M::Declaration),
    ] {
        assert_eq!(refusal(text), Some(XmlErrorKind::Malformed(problem)), "{text}");
    }
}

#[test]
fn a_document_type_declaration_is_refused_as_such() {
    assert_eq!(
        refusal("<?xml version='1.0'?>\n<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"),
        Some(XmlErrorKind::Doctype)
    );
    let error = events("<!---->\n\n<!DOCTYPE a><a/>").unwrap_err();
    assert_eq!(error.line, 3);
}

#[test]
fn depth_is_limited() {
    let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    assert_eq!(refusal(&nested(64)), None);
    assert_eq!(refusal(&nested(65)), Some(XmlErrorKind::TooDeep(64)));
    assert_eq!(refusal(&format!("<b>{}</b>", "<a/>".repeat(1000))), None);
}

#[test]
fn attributes_and_declarations_are_limited() {
    let many = |count: usize, form: fn(usize) -> String| {
        format!("<a{}/>", (0..count).map(form).collect::<String>())
    };
    assert_eq!(refusal(&many(64, |i| format!(" a{i}='{i}'"))), None);
    let refused = Some(XmlErrorKind::TooManyAttributes(64));
    assert_eq!(refusal(&many(65, |i| format!(" a{i}='{i}'"))), refused);
    assert_eq!(refusal(&many(65, |i| format!(" xmlns:a{i}='u{i}'"))), refused);
    let declarations = many(60, |i| format!(" xmlns:a{i}='u{i}'")).replace("/>", ">");
    let nested = format!("{}{}", declarations.repeat(5), "</a>".repeat(5));
    assert_eq!(refusal(&nested), Some(XmlErrorKind::TooManyAttributes(256)));
}

#[test]
fn lines_end_in_three_ways() {
    for text in ["<a>\n\n&b;</a>", "<a>\r\n\r\n&b;</a>", "<a>\r\r&b;</a>", "<a>\n\r&b;</a>"] {
        assert_eq!(events(text).unwrap_err().line, 3, "{text:?}");
    }
}

#[test]
fn names_of_the_fifth_edition_are_read() {
    for name in ["\u{e9}t\u{e9}", "_", "a-b.c\u{b7}1", "\u{2c00}\u{10000}", "\u{37f}"] {
        assert_eq!(events(&format!("<{name}></{name}>")).unwrap()[0], format!("<{name}"));
    }
}
