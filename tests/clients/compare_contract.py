#!/usr/bin/env python3
"""Compares two copies of the SOAP contract by meaning.

    compare_contract.py OURS PUBLISHED

Both are directories that hold be/socialsecurity/… . What a generated client depends on must be equal: names, order,
types, facets, cardinalities, actions, messages, parts, faults, styles; and the prefixes that the WSDL gives to the
contract's namespaces, since node-soap 1.13 looks prefixes of a schema up there. What it does not depend on is left
out: documentation, comments, security policies, blanks, other prefixes, file names of imports, the service address,
and what the contract does not use of the XML namespace. Prints every difference; exit 1 if there is one, 2 if a file
is missing.
"""

import sys
from pathlib import Path

from lxml import etree

XSD = "http://www.w3.org/2001/XMLSchema"
WSDL = "http://schemas.xmlsoap.org/wsdl/"
SOAP11 = "http://schemas.xmlsoap.org/wsdl/soap/"
XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"

ROOT = Path("be/socialsecurity")
MAIN_FILE = ROOT / "presenceregistration/v1/PresenceRegistration_v1.wsdl"

# Attributes whose value is a name with a prefix, or a list of such names.
NAME_ATTRIBUTES = {
    XSD: {"type", "base", "ref", "itemType", "memberTypes", "substitutionGroup"},
    WSDL: {"message", "element", "type", "binding"},
}
# Values that the schema language gives to an attribute that is left out.
DEFAULTS = {
    "minOccurs": "1",
    "maxOccurs": "1",
    "use": "optional",
    "nillable": "false",
    "abstract": "false",
    "elementFormDefault": "unqualified",
    "attributeFormDefault": "unqualified",
}
IGNORED_ELEMENTS = {f"{{{XSD}}}annotation", f"{{{WSDL}}}documentation", f"{{{XSD}}}import", f"{{{XSD}}}include"}
IGNORED_ATTRIBUTES = {"schemaLocation", "id"}
# Their order means nothing, so they are compared by name.
UNORDERED_PARENTS = {f"{{{XSD}}}schema", f"{{{WSDL}}}definitions", f"{{{WSDL}}}portType", f"{{{WSDL}}}binding",
                     f"{{{WSDL}}}service"}


def expand(node, name):
    """Turns `prefix:local` into `{namespace}local`, with the prefixes in force at the node."""
    prefix, _, local = name.rpartition(":")
    if prefix == "xml":
        return f"{{{XML_NAMESPACE}}}{local}"
    namespace = node.nsmap.get(prefix or None)
    if prefix and namespace is None:
        raise SystemExit(f"{node.base}:{node.sourceline}: prefix of {name!r} is not declared")
    return f"{{{namespace}}}{local}" if namespace else local


def attributes(node):
    """The attributes that matter, names expanded and defaults filled in."""
    namespace = etree.QName(node).namespace
    kept = {}
    for key, value in node.attrib.items():
        qualified = key.startswith("{")
        if qualified or key in IGNORED_ATTRIBUTES:
            continue
        if key in NAME_ATTRIBUTES.get(namespace, ()):
            value = " ".join(expand(node, word) for word in value.split())
        elif etree.QName(node).localname != "enumeration":
            value = value.strip()
        kept[key] = value
    if namespace == XSD:
        kept = {key: value for key, value in kept.items() if DEFAULTS.get(key) != value}
    if node.tag == f"{{{SOAP11}}}address":
        kept.pop("location", None)
    return kept


def children(node):
    """The child elements that matter: foreign ones (policies) and documentation left out."""
    return [child for child in node
            if isinstance(child.tag, str)
            and etree.QName(child).namespace in (XSD, WSDL, SOAP11)
            and child.tag not in IGNORED_ELEMENTS]


def model(node):
    """A node as (tag, attributes, children), children by name where order means nothing."""
    members = [model(child) for child in children(node)]
    if node.tag in UNORDERED_PARENTS:
        members.sort(key=lambda member: (member[0], member[1].get("name", "")))
    return node.tag, attributes(node), members


def load(directory):
    """Every document that the WSDL reaches: schemas by target namespace, the WSDL itself, imports by namespace."""
    main = directory / MAIN_FILE
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    wsdl = etree.parse(str(main), parser).getroot()
    schemas, imports, seen = {}, {}, set()
    todo = [(schema, main) for schema in wsdl.iter(f"{{{XSD}}}schema")]
    while todo:
        schema, origin = todo.pop()
        target = schema.get("targetNamespace", "")
        if schema.getroottree().getroot() is not wsdl:
            schemas[target] = schema
        imports.setdefault(target, set()).update(
            node.get("namespace", "") for node in schema.iterfind(f"{{{XSD}}}import"))
        for node in schema.iterfind(f"{{{XSD}}}import"):
            file = (origin.parent / node.get("schemaLocation")).resolve()
            if file not in seen:
                seen.add(file)
                todo.append((etree.parse(str(file), parser).getroot(), file))
    return wsdl, schemas, imports


def reduce_xml_namespace(schemas):
    """Keeps of the XML namespace's schema only what the other schemas refer to."""
    schema = schemas.get(XML_NAMESPACE)
    if schema is None:
        return
    used = {expand(node, node.get("ref")) for other in schemas.values() if other is not schema
            for node in other.iter(f"{{{XSD}}}attribute", f"{{{XSD}}}attributeGroup") if node.get("ref")}
    for child in children(schema):
        if f"{{{XML_NAMESPACE}}}{child.get('name')}" not in used:
            schema.remove(child)


def short(tag):
    return etree.QName(tag).localname


def label(node):
    tag, attrs, _ = node
    name = attrs.get("name") or attrs.get("ref") or attrs.get("value")
    return f"{short(tag)}[{name}]" if name else short(tag)


def compare(path, ours, published, differences):
    """Adds one line per difference between two models."""
    if ours[0] != published[0]:
        differences.append(f"{path}: ours is <{short(ours[0])}>, published is <{short(published[0])}>")
        return
    for key in sorted(ours[1].keys() | published[1].keys()):
        mine, theirs = ours[1].get(key), published[1].get(key)
        if mine != theirs:
            differences.append(f"{path}/@{key}: ours {mine!r}, published {theirs!r}")
    mine, theirs = [label(child) for child in ours[2]], [label(child) for child in published[2]]
    if mine != theirs:
        missing = [name for name in theirs if name not in mine]
        extra = [name for name in mine if name not in theirs]
        if missing or extra or len(mine) != len(theirs):
            differences.append(f"{path}: missing {missing}, too much {extra} ({len(mine)} against {len(theirs)} in all)")
        else:
            differences.append(f"{path}: order is {mine}, published {theirs}")
    by_label = dict(zip(theirs, published[2]))
    for position, child in enumerate(ours[2]):
        name = label(child)
        if mine == theirs:
            compare(f"{path}/{name}", child, published[2][position], differences)
        elif name in by_label:
            compare(f"{path}/{name}", child, by_label[name], differences)


def compare_prefixes(ours, published, differences):
    """Adds one line per prefix of a namespace of the contract that is not the same in both WSDL."""
    for prefix in sorted(ours.keys() | published.keys(), key=str):
        mine, theirs = ours.get(prefix), published.get(prefix)
        if mine != theirs and any(name and name.startswith("http://socialsecurity.be/") for name in (mine, theirs)):
            differences.append(f"wsdl: prefix {prefix!r} is {mine} in ours, {theirs} in the published one")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        ours, published = (load(Path(argument)) for argument in sys.argv[1:])
    except OSError as error:
        print(error, file=sys.stderr)
        return 2
    differences, compared = [], 0
    for side in (ours, published):
        reduce_xml_namespace(side[1])
    compare("wsdl", model(ours[0]), model(published[0]), differences)
    compare_prefixes(ours[0].nsmap, published[0].nsmap, differences)
    for namespace in sorted(ours[1].keys() | published[1].keys()):
        if namespace not in ours[1] or namespace not in published[1]:
            where = "published" if namespace in published[1] else "ours"
            differences.append(f"schema of {namespace} is only in {where}")
            continue
        compare(namespace, model(ours[1][namespace]), model(published[1][namespace]), differences)
        compared += sum(1 for _ in ours[1][namespace].iter(f"{{{XSD}}}*"))
    if ours[2] != published[2]:
        differences.append(f"imports: ours {ours[2]}, published {published[2]}")
    for line in differences:
        print(line)
    if compared == 0:
        print("nothing was compared")
        return 1
    print(f"{len(differences)} differences in {len(ours[1])} schemas and the WSDL")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
