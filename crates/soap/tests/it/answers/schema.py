"""Holds answers against the schema and against exclusive C14N, with libxml2 through lxml.

Arguments: the directory of the contract, laid out as be/socialsecurity/…, then the files of the answers. Prints a line
for each thing that is wrong, and at the end how many answers are right.
"""

import pathlib
import sys

from lxml import etree

SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
PROTOCOL = "be/socialsecurity/presenceregistration/v1/PresenceRegistration_protocol_v1.xsd"
ERRORS = "be/socialsecurity/errors/v1/socsec-errors-schema-v1.xsd"
FAULT_CODES = {"Client", "Server", "VersionMismatch", "MustUnderstand"}
DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def schema(contract, path):
    return etree.XMLSchema(etree.parse(str(pathlib.Path(contract) / path)))


def fault(body, errors):
    """What is wrong with a fault."""
    names = [child.tag for child in body]
    if names != ["faultcode", "faultstring", "detail"]:
        yield f"a fault holds {names}"
        return
    prefix, _, code = body[0].text.partition(":")
    if body[0].nsmap.get(prefix) != SOAP[1:-1] or code not in FAULT_CODES:
        yield f"the faultcode is {body[0].text}"
    if len(body[2]) != 1 or not errors.validate(body[2][0]):
        yield f"the detail: {errors.error_log.last_error}"


def problems(answer, protocol, errors):
    """What is wrong with an answer."""
    root = etree.fromstring(answer)
    canonical = etree.tostring(root.getroottree(), method="c14n", exclusive=True, with_comments=False)
    if answer != DECLARATION + canonical:
        yield "it is not in canonical form"
    if root.tag != SOAP + "Envelope" or [child.tag for child in root] != [SOAP + "Body"] or len(root[0]) != 1:
        yield "it is no envelope with one element in its body"
        return
    content = root[0][0]
    if content.tag == SOAP + "Fault":
        yield from fault(content, errors)
    elif not protocol.validate(content):
        yield f"{protocol.error_log.last_error}"


def main():
    contract, *files = sys.argv[1:]
    protocol, errors = schema(contract, PROTOCOL), schema(contract, ERRORS)
    right = 0
    for name in files:
        wrong = list(problems(pathlib.Path(name).read_bytes(), protocol, errors))
        right += not wrong
        for problem in wrong:
            print(f"{name}: {problem}")
    print(f"{right} right")


if __name__ == "__main__":
    main()
