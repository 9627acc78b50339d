"""A peer of WS-Security: libxmlsec1 and zeep.

Reads one question as JSON from standard input, and answers on standard output: to "sign" with a signed message, to
"verify" with "valid", or with why not.
"""

import json
import pathlib
import sys
import tempfile

import xmlsec
from lxml import etree
from zeep import ns
from zeep.wsse import signature as zeep_signature

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
PROFILE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSU_ID = etree.QName(ns.WSU, "Id")


def envelope(question):
    """A message with a Timestamp, not signed yet, as zeep's serialiser writes it: pretty or not, with its own prefixes."""
    text = f"""<?xml version='1.0' encoding='utf-8'?>
<soap-env:Envelope xmlns:soap-env="{SOAP}">
  <soap-env:Header>
    <wsse:Security xmlns:wsse="{ns.WSSE}" xmlns:wsu="{ns.WSU}">
      <wsu:Timestamp wsu:Id="TS-1"><wsu:Created>{question["created"]}</wsu:Created><wsu:Expires>{question["expires"]}</wsu:Expires></wsu:Timestamp>
    </wsse:Security>
  </soap-env:Header>
  <soap-env:Body>
    <ns0:Hello xmlns:ns0="urn:example" b="2" a="1">a &lt; b &#8364;<ns0:empty/><!-- gone --></ns0:Hello>
  </soap-env:Body>
</soap-env:Envelope>"""
    return etree.fromstring(text.encode("utf-8"))


def algorithms(question):
    if question["sha1"]:
        return xmlsec.Transform.RSA_SHA1, xmlsec.Transform.SHA1
    return xmlsec.Transform.RSA_SHA256, xmlsec.Transform.SHA256


def sign_with_zeep(question):
    """As `zeep.wsse.signature.BinarySignature` signs: the Body and the Timestamp, but not the token."""
    message = envelope(question)
    method, digest = algorithms(question)
    with tempfile.TemporaryDirectory() as folder:
        paths = {}
        for name in ("key", "certificate"):
            paths[name] = str(pathlib.Path(folder) / name)
            pathlib.Path(paths[name]).write_text(question[name], encoding="ascii")
        signer = zeep_signature.BinarySignature(
            paths["key"], paths["certificate"], signature_method=method, digest_method=digest
        )
        message, _ = signer.apply(message, {})
    return message


def sign_with_xmlsec(question):
    """As the policy asks, with the token signed."""
    message = envelope(question)
    method, digest = algorithms(question)
    security = message.find(f".//{{{ns.WSSE}}}Security")
    body = message.find(f"{{{SOAP}}}Body")
    body.set(WSU_ID, "id-body")
    token = etree.SubElement(
        security,
        etree.QName(ns.WSSE, "BinarySecurityToken"),
        EncodingType=PROFILE + "soap-message-security-1.0#Base64Binary",
        ValueType=PROFILE + "x509-token-profile-1.0#X509v3",
    )
    token.set(WSU_ID, "X509-1")
    # In lines, as many write it.
    token.text = "\n" + "\n".join(question["certificate"].strip().splitlines()[1:-1]) + "\n"
    signature = xmlsec.template.create(message, xmlsec.Transform.EXCL_C14N, method, ns="ds")
    security.append(signature)
    for identifier in ("id-body", "TS-1", "X509-1"):
        reference = xmlsec.template.add_reference(signature, digest, uri="#" + identifier)
        if question.get("enveloped"):
            xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
        xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
    info = xmlsec.template.ensure_key_info(signature)
    reference = etree.SubElement(info, etree.QName(ns.WSSE, "SecurityTokenReference"))
    etree.SubElement(
        reference,
        etree.QName(ns.WSSE, "Reference"),
        URI="#X509-1",
        ValueType=PROFILE + "x509-token-profile-1.0#X509v3",
    )
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(question["key"].encode("ascii"), xmlsec.KeyFormat.PEM)
    for element in (body, security.find(f"{{{ns.WSU}}}Timestamp"), token):
        context.register_id(element, "Id", ns.WSU)
    context.sign(signature)
    return message


def verify(question):
    """Holds every signature of a message against the certificate of its signer."""
    message = etree.fromstring(question["message"].encode("utf-8"))
    signatures = list(message.iter(etree.QName(ns.DS, "Signature")))
    for signature in signatures:
        context = xmlsec.SignatureContext()
        for element in message.iter(etree.Element):
            if element.get(WSU_ID) is not None:
                context.register_id(element, "Id", ns.WSU)
            if element.get("AssertionID") is not None:
                context.register_id(element, "AssertionID")
        own = signature.getparent().tag.endswith("}Assertion")
        certificate = question["issuer" if own else "certificate"]
        context.key = xmlsec.Key.from_memory(certificate.encode("ascii"), xmlsec.KeyFormat.CERT_PEM)
        context.verify(signature)
    return f"valid: {len(signatures)}"


def main():
    question = json.load(sys.stdin)
    if question["do"] == "verify":
        try:
            print(verify(question))
        except xmlsec.Error as refusal:
            print(f"not valid: {refusal}")
        return
    sign = sign_with_zeep if question["do"] == "zeep" else sign_with_xmlsec
    sys.stdout.buffer.write(etree.tostring(sign(question), xml_declaration=True, encoding="utf-8"))


if __name__ == "__main__":
    main()
