"""A signature as the X.509 policy with SHA-256 asks for it, made by zeep's own means."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import xmlsec
from zeep.wsse.signature import _sign_node
from zeep.wsse.utils import WSSE, WSU, ensure_id, get_security_header, get_timestamp

LIFETIME = timedelta(minutes=5)
PROFILE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"
BASE64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
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
