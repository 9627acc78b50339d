"""The judge of canonicalisation: libxml2, through lxml.

Reads questions from standard input and answers each on standard output, both as a 4-byte big-endian length and that many
bytes. A question is the index of an element in document order, the PrefixList, and the document, with NUL between them;
the answer is the element's exclusive canonical form without comments.
"""

import struct
import sys

from lxml import etree


def canonical(question):
    """What libxml2 makes of a question."""
    index, prefixes, document = question.split(b"\0", 2)
    root = etree.fromstring(document, etree.XMLParser(resolve_entities=False, strip_cdata=False, collect_ids=False))
    element = list(root.iter(etree.Element))[int(index)]
    listed = [{"#default": ""}.get(prefix, prefix) for prefix in prefixes.decode("utf-8").split()]
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=listed)


def main():
    # lxml passes over listed prefixes that no document had before, the empty one among them.
    etree.fromstring(b'<a xmlns=""/>')
    source, answers = sys.stdin.buffer, sys.stdout.buffer
    while True:
        head = source.read(4)
        if len(head) < 4:
            return
        answer = canonical(source.read(struct.unpack(">I", head)[0]))
        answers.write(struct.pack(">I", len(answer)) + answer)
        answers.flush()


if __name__ == "__main__":
    main()
