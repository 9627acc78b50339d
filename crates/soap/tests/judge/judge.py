"""The judge of the differential test: libxml2, through lxml.

Reads messages from standard input, each as a 4-byte big-endian length and that many bytes, and answers for each one
byte on standard output: "A" for accepted, or the letter of the reason why it is refused (see REASONS).
The argument is the directory of the contract, laid out as be/socialsecurity/presenceregistration/….
With the option --explain the reason follows the letter on standard error, one line a message.
"""

import pathlib
import struct
import sys

from lxml import etree

REASONS = {
    "X": "not well-formed, or not namespace-well-formed",
    "T": "has a document type declaration",
    "U": "has a header block that must be understood and is not",
    "S": "not valid against the schema",
}
PROTOCOL = "be/socialsecurity/presenceregistration/v1/PresenceRegistration_protocol_v1.xsd"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
NEXT_ACTOR = "http://schemas.xmlsoap.org/soap/actor/next"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
ADDRESSING = "http://www.w3.org/2005/08/addressing"
# Validity of xml:id is no part of being well-formed, and nobody asked for it.
NOT_ABOUT_FORM = {"DTD_XMLID_VALUE", "DTD_ID_REDEFINED", "DTD_XMLID_TYPE"}

# XML Schema collapses the blanks of dates (part 2, 4.3.6); libxml2 does not, and would refuse " 2026-11-24".
TYPES = "{http://socialsecurity.be/presenceregistration/schemas/v1}"
DATES = [
    TYPES + name
    for name in (
        "RegistrationDate",
        "RegistrationPeriodStartDate",
        "RegistrationPeriodEndDate",
        "CreationStartDate",
        "CreationEndDate",
    )
]


def load_schema(contract):
    """The envelope's schema, importing the contract found in the directory."""
    here = pathlib.Path(__file__).parent
    protocol = (pathlib.Path(contract).resolve() / PROTOCOL).as_uri()
    text = (here / "envelope.xsd").read_text(encoding="utf-8").replace("@PROTOCOL@", protocol)
    return etree.XMLSchema(etree.fromstring(text.encode("utf-8")))


def parser(recover):
    """A parser that touches no network and loads no DTD; undefined entities are errors, as without a DTD they must be."""
    return etree.XMLParser(
        no_network=True, load_dtd=False, resolve_entities=True, huge_tree=False, recover=recover, collect_ids=False
    )


def parse(message):
    """The document and None, or None and what is wrong with its form."""
    strict = parser(recover=False)
    try:
        root = etree.fromstring(message, strict)
    except (etree.XMLSyntaxError, ValueError, LookupError) as refusal:
        root, problem = None, str(refusal)
    errors = [e for e in strict.error_log.filter_from_errors() if e.type_name not in NOT_ABOUT_FORM]
    if errors:
        return None, f"{errors[0].type_name}: {errors[0].message} (line {errors[0].line})"
    if root is None:
        if not list(strict.error_log.filter_from_errors()):
            return None, problem
        root = etree.fromstring(message, parser(recover=True))
        if root is None:
            return None, problem
    return root, None


def collapse_dates(root):
    """Does what libxml2 leaves undone: takes the blanks around dates away."""
    body = root.find(f"{{{SOAP}}}Body")
    for element in body.iter(DATES) if body is not None else ():
        text = (element.text or "") + "".join(child.tail or "" for child in element)
        if text != text.strip(" \t\r\n") and not any(isinstance(child.tag, str) for child in element):
            for child in list(element):
                element.remove(child)
            element.text = text.strip(" \t\r\n")


def must_understand(root):
    """The first header block that we must understand and do not."""
    for block in root.iterfind(f"{{{SOAP}}}Header/*"):
        if not isinstance(block.tag, str):
            continue
        if block.get(f"{{{SOAP}}}mustUnderstand", "").strip(" \t\r\n") not in ("1", "true"):
            continue
        if block.get(f"{{{SOAP}}}actor", "").strip(" \t\r\n") not in ("", NEXT_ACTOR):
            continue
        name = etree.QName(block)
        if (name.namespace, name.localname) == (WSSE, "Security") or name.namespace == ADDRESSING:
            continue
        return block.tag
    return None


def judge(schema, message):
    """The letter and the reason."""
    root, problem = parse(message)
    if root is None:
        return "X", problem
    if root.getroottree().docinfo.internalDTD is not None:
        return "T", "document type declaration"
    if root.tag != f"{{{SOAP}}}Envelope":
        # The schema knows the requests as elements of their own; a message is an envelope.
        return "S", f"the root is {root.tag}"
    collapse_dates(root)
    if not schema.validate(root.getroottree()):
        return "S", f"{schema.error_log[0].message} (line {schema.error_log[0].line})"
    block = must_understand(root)
    if block is not None:
        return "U", block
    return "A", ""


def main():
    explain = "--explain" in sys.argv
    schema = load_schema([a for a in sys.argv[1:] if not a.startswith("--")][0])
    source, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        head = source.read(4)
        if len(head) < 4:
            return
        message = source.read(struct.unpack(">I", head)[0])
        letter, reason = judge(schema, message)
        if explain:
            print(letter, " ".join(reason.split()), file=sys.stderr, flush=True)
        answers.write(letter.encode("ascii"))
        answers.flush()


if __name__ == "__main__":
    main()
