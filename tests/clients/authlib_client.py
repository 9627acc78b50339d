"""Authlib, which we did not write, gets an access token as its users would: private_key_jwt, client_credentials.

Reads from standard input {"issuer": URL, "client": id, "key": private key in PEM, "algorithm": name, "scope": scopes of
the client}. Ends at the first difference; writes one line of JSON on success.
"""

import json
import sys
import time

import authlib
import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT

given = json.load(sys.stdin)
metadata = requests.get(given["issuer"] + "/.well-known/oauth-authorization-server", timeout=60).json()
assert metadata["issuer"] == given["issuer"], metadata
endpoint = metadata["token_endpoint"]


def session(scope=None):
    # Authlib's own choice is an hour, which is longer than an assertion may live here.
    claims = {"exp": int(time.time()) + 120}
    session = OAuth2Session(given["client"], given["key"], "private_key_jwt", scope=scope)
    session.register_client_auth_method(PrivateKeyJWT(endpoint, claims=claims, alg=given["algorithm"]))
    return session


token = session().fetch_token(endpoint, grant_type="client_credentials")
assert token["token_type"] == "Bearer", token
assert token["scope"] == given["scope"], token
again = session().fetch_token(endpoint, grant_type="client_credentials")
assert again["access_token"] != token["access_token"], "each token is a new one"

# The token is a signed one of the published keys, as another library sees it.
from joserfc import jwk, jwt  # noqa: E402

keys = jwk.KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=60).json())
decoded = jwt.decode(token["access_token"], keys, algorithms=["ES256"])
assert decoded.header["typ"] == "at+jwt", decoded.header
assert decoded.claims["client_id"] == given["client"], decoded.claims

# More than the client has.
try:
    session("openid").fetch_token(endpoint, grant_type="client_credentials")
    raise SystemExit("a scope that the client does not have was given")
except authlib.integrations.base_client.OAuthError as error:
    assert error.error == "invalid_scope", error

print(json.dumps({"client": f"authlib {authlib.__version__}", "tokens": 2}))
