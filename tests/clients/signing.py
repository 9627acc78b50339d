"""zeep's own signature, as the X.509 policy with SHA-256 asks for it."""

from datetime import datetime, timedelta, timezone

import xmlsec
from zeep.wsse.signature import BinarySignature
from zeep.wsse.utils import WSU, get_security_header, get_timestamp

LIFETIME = timedelta(minutes=5)


class Signed(BinarySignature):
    """Signs the Body and a Timestamp, which zeep signs but does not make."""

    def __init__(self, key, certificate):
        super().__init__(key, certificate, signature_method=xmlsec.constants.TransformRsaSha256,
                         digest_method=xmlsec.constants.TransformSha256)

    def apply(self, envelope, headers):
        now = datetime.now(timezone.utc)
        timestamp = WSU.Timestamp(WSU.Created(get_timestamp(now)), WSU.Expires(get_timestamp(now + LIFETIME)))
        get_security_header(envelope).append(timestamp)
        return super().apply(envelope, headers)

    def verify(self, envelope):
        """Answers are not signed: the policy is one of requests. zeep's own method would refuse them."""
        return envelope
