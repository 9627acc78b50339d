#!/usr/bin/env python3
"""A call by zeep for each way to refer to a certificate that is not sent along.

    zeep_reference.py    (the input of zeep_client.py, with a signer, on standard input)

The last line printed says how each was answered.
"""

import json
import sys

import zeep
from expect import expect
from signing import Referring

FORMS = ["issuer and serial", "subject key identifier", "thumbprint"]


def main():
    given = json.load(sys.stdin)
    signer = given["signer"]
    item = {"INSS": given["inss"][0], "CompanyID": int(given["companies"][0]), "WorkPlaceId": given["works"][0]["reference"]}
    for form in FORMS:
        client = zeep.Client(given["wsdl"], wsse=Referring(signer["key"], signer["certificate"], form))
        binding = next(iter(client.wsdl.bindings))
        answer = client.create_service(binding, given["address"]).registerPresences(PresenceRegistrationRequest=[item])
        stored = answer[0].PresenceRegistration
        expect(f"{form}: the sender", "secretariat", stored.Sender.SenderId)
    print(json.dumps({"answered": FORMS}))


if __name__ == "__main__":
    main()
