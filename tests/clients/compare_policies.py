#!/usr/bin/env python3
"""Compares the security policies of two WSDL by meaning.

    compare_policies.py OURS PUBLISHED

A policy is compared element by element, in order, with its attributes; then where each one is attached: to which
message of which operation of the binding. Comments, blanks and prefixes mean nothing. Prints every difference; exit 1 if
there is one.
"""

import sys

from lxml import etree

WSP = "http://schemas.xmlsoap.org/ws/2004/09/policy"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
WSDL = "http://schemas.xmlsoap.org/wsdl/"


def model(node):
    """An element as (name, attributes, children)."""
    children = [model(child) for child in node if isinstance(child.tag, str)]
    return node.tag, sorted(node.attrib.items()), children


def policies(root):
    """The policies by their id."""
    return {policy.get(f"{{{WSU}}}Id"): model(policy) for policy in root.findall(f"{{{WSP}}}Policy")}


def attachments(root):
    """Where policies are attached in the binding: (operation, message, policy)."""
    return sorted((operation.get("name"), etree.QName(message).localname, reference.get("URI"))
                  for operation in root.findall(f"{{{WSDL}}}binding/{{{WSDL}}}operation")
                  for message in operation.iterchildren(f"{{{WSDL}}}*")
                  for reference in message.iter(f"{{{WSP}}}PolicyReference"))


def differences(path, ours, published):
    """One line for each difference of two elements."""
    if ours[:2] != published[:2]:
        yield f"{path}: ours is {ours[:2]}, published is {published[:2]}"
        return
    names = [[child[0] for child in side[2]] for side in (ours, published)]
    if names[0] != names[1]:
        yield f"{path}: ours has {names[0]}, published has {names[1]}"
        return
    for mine, theirs in zip(ours[2], published[2]):
        yield from differences(f"{path}/{etree.QName(mine[0]).localname}", mine, theirs)


def compare(ours, published):
    mine, theirs = policies(ours), policies(published)
    if not theirs or mine.keys() != theirs.keys():
        yield f"policies: ours {list(mine)}, published {list(theirs)}"
        return
    for name, policy in mine.items():
        yield from differences(name, policy, theirs[name])
    if not attachments(published) or attachments(ours) != attachments(published):
        yield f"attached: ours {attachments(ours)}, published {attachments(published)}"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    found = list(compare(*(etree.parse(path, parser).getroot() for path in sys.argv[1:])))
    print("\n".join(found) or "no difference")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
