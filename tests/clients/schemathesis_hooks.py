"""What schemathesis has to know beyond openapi.yaml, and who calls. Loaded by it: SCHEMATHESIS_HOOKS.

All its checks stay as strict as they are. Only requests that are meant to be good are changed, and only where a rule
stands that no schema can tell: check digits, an end after its begin, a cursor that we gave out. Some items of
`registerInBulk` become such as can be stored, so that there is something to find.
"""

import hashlib
import json
import os
import time
from datetime import datetime, timedelta, timezone

import schemathesis
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT

GIVEN = json.loads(os.environ["PRESENCE_SCHEMATHESIS"])


@schemathesis.auth(refresh_interval=240)
class Token:
    """Gets an access token with private_key_jwt."""

    def get(self, case, context):
        endpoint = GIVEN["issuer"] + "/REST/oauth/v5/token"
        session = OAuth2Session(GIVEN["client"], GIVEN["key"], "private_key_jwt")
        claims = {"exp": int(time.time()) + 120}
        session.register_client_auth_method(PrivateKeyJWT(endpoint, claims=claims, alg="RS256"))
        return session.fetch_token(endpoint, grant_type="client_credentials")["access_token"]

    def set(self, case, data, context):
        case.headers["Authorization"] = "Bearer " + data


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Belgif's guide has unknown members refused and forbids to write so in the file: here it is written.

    So good requests have no unknown members, bad ones do, and answers may have none.
    """
    for schema in raw_schema["components"]["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if "Presence-On-Behalf-Of" in (case.headers or {}):
        # An employer calls for itself.
        case.headers["Presence-On-Behalf-Of"] = GIVEN["employer"]
    if not isinstance(case.body, dict):
        return
    if case.path.endswith("/registerInBulk"):
        for item in case.body["items"]:
            mend_numbers(item)
            mend_numbers(item.get("employer", {}))
            if "registrationDate" in item and choice(item, 2) == 0:
                make_storable(item)
    elif case.path.endswith("/query"):
        mend_query(case.body)


def mend_query(body):
    # What a cursor is, only the service knows.
    body.pop("cursor", None)
    mend_numbers(body)
    for period in body["registrationPeriods"]:
        order(period, "startDate", "endDate")
    order(body, "createdFrom", "createdUntil", moment)
    order(body, "momentFrom", "momentUntil", moment)


def order(body, first, last, key=str):
    if first in body and last in body and key(body[first]) > key(body[last]):
        body[first], body[last] = body[last], body[first]


def moment(text):
    """The moment that a text of RFC 3339 names; a leap second is the second before it."""
    text = text.upper().replace(":60", ":59")
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        # Years that Python does not know.
        return 0


def mend_numbers(body):
    if "ssin" in body:
        # Any digits before, and a day of birth that there is: whoever has it was not born.
        first = "%09d" % ((choice(body["ssin"], 90) + 10) * 10**7 + 101001)
        body["ssin"] = first + "%02d" % (97 - int(first) % 97)
    if "enterpriseNumber" in body:
        # None is below 0100000000.
        first = "%08d" % max(int(body["enterpriseNumber"][:8]), 1_000_001)
        body["enterpriseNumber"] = first + "%02d" % (97 - int(first) % 97)
    if body.get("foreignVatNumber", "").startswith("BE"):
        body["foreignVatNumber"] = "NL" + body["foreignVatNumber"][2:]


def make_storable(item):
    """Now, of the calling employer, at a work that is not known."""
    for key in ["limosaId", "offlineSince"]:
        item.pop(key, None)
    item["employer"] = {"enterpriseNumber": GIVEN["employer"]}
    item.setdefault("ssin", "0" * 11)
    mend_numbers(item)
    now = datetime.now(timezone.utc) - timedelta(seconds=30)
    if item["type"] == "DAY":
        item["registrationDate"] = now.date().isoformat()
        item.pop("placeOfWork", None)
    else:
        item["registrationDate"] = now.isoformat(timespec="seconds")
        item.setdefault("placeOfWork", {"coordinates": {"longitude": 4.35, "latitude": 50.84}})


def choice(value, count):
    """One of so many, always the same for the same value."""
    text = json.dumps(value, sort_keys=True).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(text).digest()[:4], "big") % count
