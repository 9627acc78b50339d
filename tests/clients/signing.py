"""A signature as the X.509 policy with SHA-256 asks for it, made by zeep's own means."""

import base64
import hashlib
from datetime import datetime, timedelta, timezone
from pathlib import Path

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree
from lxml.builder import ElementMaker
from zeep.wsse.signature import _sign_node
from zeep.wsse.utils import WSSE, WSU, ensure_id, get_security_header, get_timestamp

LIFETIME = timedelta(minutes=5)
PROFILE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"
BASE64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
SUBJECT_KEY_IDENTIFIER = PROFILE.replace("X509v3", "X509SubjectKeyIdentifier")
THUMBPRINT = "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#ThumbprintSHA1"
STR_TRANSFORM = BASE64.replace("Base64Binary", "STR-Transform")
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
DS = ElementMaker(namespace="http://www.w3.org/2000/09/xmldsig#", nsmap={"ds": "http://www.w3.org/2000/09/xmldsig#"})
BODY = "{http://schemas.xmlsoap.org/soap/envelope/}Body"


class Signed:
    """Signs the Body, a Timestamp and the certificate. zeep's BinarySignature leaves the certificate out."""

    def __init__(self, key, certificate):
        self.key = xmlsec.Key.from_file(key, xmlsec.KeyFormat.PEM)
        self.certificate = Path(certificate).read_text(encoding="ascii")

    def apply(self, envelope, headers):
        security = get_security_header(envelope)
        now = datetime.now(timezone.utc)
        timestamp = WSU.Timestamp(WSU.Created(get_timestamp(now)), WSU.Expires(get_timestamp(now + LIFETIME)))
        token = WSSE.BinarySecurityToken(self.der(), ValueType=PROFILE, EncodingType=BASE64)
        reference = WSSE.Reference(URI="#" + ensure_id(token), ValueType=PROFILE)
        signature = xmlsec.template.create(envelope, xmlsec.Transform.EXCL_C14N, xmlsec.Transform.RSA_SHA256)
        xmlsec.template.ensure_key_info(signature).append(WSSE.SecurityTokenReference(reference))
        security.extend([token, timestamp, signature])
        context = xmlsec.SignatureContext()
        context.key = self.key
        for node in (envelope.find(BODY), timestamp, token):
            _sign_node(context, signature, node, xmlsec.Transform.SHA256)
        context.sign(signature)
        return envelope, headers

    def der(self):
        """The certificate in base64, without the lines around it."""
        lines = self.certificate.strip().splitlines()
        return "".join(lines[1:-1])

    def verify(self, envelope):
        """Answers are not signed: the policy is one of requests."""
        return envelope


class Referring(Signed):
    """Signs likewise, but refers to the certificate instead of sending it along.

    The certificate is signed in the place of the reference to it, through the STR-Transform. xmlsec does not know that,
    so that lxml brings what is signed into canonical form, and cryptography signs.
    """

    def __init__(self, key, certificate, form):
        self.private = serialization.load_pem_private_key(Path(key).read_bytes(), None)
        self.certificate = Path(certificate).read_text(encoding="ascii")
        self.form = form

    def apply(self, envelope, headers):
        security = get_security_header(envelope)
        now = datetime.now(timezone.utc)
        timestamp = WSU.Timestamp(WSU.Created(get_timestamp(now)), WSU.Expires(get_timestamp(now + LIFETIME)))
        reference = WSSE.SecurityTokenReference(self.reference())
        signature = DS.Signature(DS.KeyInfo(reference))
        security.extend([timestamp, signature])
        body = envelope.find(BODY)
        info = DS.SignedInfo(
            DS.CanonicalizationMethod(Algorithm=EXCLUSIVE),
            DS.SignatureMethod(Algorithm=RSA_SHA256),
            *[signed(ensure_id(node), DS.Transform(Algorithm=EXCLUSIVE), canonical(node)) for node in (body, timestamp)],
            signed(ensure_id(reference), self.transform(), self.token().encode()),
        )
        signature.insert(0, info)
        value = self.private.sign(canonical(info), padding.PKCS1v15(), hashes.SHA256())
        signature.insert(1, DS.SignatureValue(base64.b64encode(value).decode()))
        return envelope, headers

    def reference(self):
        """What stands in the place of the certificate."""
        certificate = x509.load_pem_x509_certificate(self.certificate.encode())
        if self.form == "issuer and serial":
            pair = DS.X509IssuerSerial(
                DS.X509IssuerName(certificate.issuer.rfc4514_string()),
                DS.X509SerialNumber(str(certificate.serial_number)),
            )
            return DS.X509Data(pair)
        if self.form == "subject key identifier":
            digest = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
            kind = SUBJECT_KEY_IDENTIFIER
        else:
            digest, kind = hashlib.sha1(base64.b64decode(self.der())).digest(), THUMBPRINT
        return WSSE.KeyIdentifier(base64.b64encode(digest).decode(), ValueType=kind, EncodingType=BASE64)

    def token(self):
        """The certificate as it is signed (WS-Security 1.0, 8.3)."""
        namespace = WSSE.BinarySecurityToken().nsmap["wsse"]
        return (f'<wsse:BinarySecurityToken xmlns="" xmlns:wsse="{namespace}" ValueType="{PROFILE}">'
                f"{self.der()}</wsse:BinarySecurityToken>")

    @staticmethod
    def transform():
        method = DS.CanonicalizationMethod(Algorithm=EXCLUSIVE)
        return DS.Transform(WSSE.TransformationParameters(method), Algorithm=STR_TRANSFORM)


def canonical(node):
    """Exclusive canonical form without comments."""
    return etree.tostring(node, method="c14n", exclusive=True, with_comments=False)


def signed(identifier, transform, content):
    """A reference to what has this id, with the digest of its canonical form."""
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    return DS.Reference(DS.Transforms(transform), DS.DigestMethod(Algorithm=SHA256), DS.DigestValue(digest),
                        URI="#" + identifier)
