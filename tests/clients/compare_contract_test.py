#!/usr/bin/env python3
"""Checks the checker: each change of our contract below must be found, or must not matter.

    compare_contract_test.py OURS
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SERVICE = "be/socialsecurity/presenceregistration"
TYPES = f"{SERVICE}/schemas/v1/PresenceRegistration_types_v1.xsd"
PROTOCOL = f"{SERVICE}/v1/PresenceRegistration_protocol_v1.xsd"
WSDL = f"{SERVICE}/v1/PresenceRegistration_v1.wsdl"
ERRORS = "be/socialsecurity/errors/v1/socsec-errors-schema-v1.xsd"

# file, what is replaced, by what, whether that is a difference
CHANGES = [
    (TYPES, 'value="24"', 'value="25"', True),
    (TYPES, r"\d{11}", r"\d{10}", True),
    (TYPES, 'name="Sector" type="WorkSectorType" minOccurs="0"', 'name="Sector" type="WorkSectorType"', True),
    (TYPES, 'maxOccurs="31"', 'maxOccurs="32"', True),
    (TYPES, 'type="LimosaIdType"', 'type="VatNumberType"', True),
    (TYPES, "KNOWN  AS BUILDER", "KNOWN AS BUILDER", True),
    (TYPES, 'value="ASCENDING"', 'value="ascending"', True),
    (TYPES, 'elementFormDefault="qualified"', 'elementFormDefault="unqualified"', True),
    (TYPES, '<xs:sequence maxOccurs="10">', "<xs:sequence>", True),
    (TYPES, 'base="xs:dateTime"', 'base="xs:date"', True),
    (PROTOCOL, 'maxOccurs="200"', 'maxOccurs="201"', True),
    (PROTOCOL, "type:SearchPresencesRequestType", "type:GetPresenceRegistrationRequestType", True),
    (WSDL, "v1/cancelPresences", "v1/cancelPresence", True),
    (WSDL, 'name="fault"', 'name="parameters"', True),
    (WSDL, 'use="literal"', 'use="encoded"', True),
    (WSDL, 'style="document"', 'style="rpc"', True),
    (WSDL, '<wsdl:fault name="BusinessError" message="type:BusinessError"/>', "", True),
    (WSDL, 'port name="PresenceRegistrationSOAP11"', 'port name="PresenceRegistrationSOAP"', True),
    (WSDL, "http://localhost:8080/", "https://example.test/", False),
    (WSDL, "type:", "msg:", True),
    (ERRORS, "xs:", "xsd:", False),
    (ERRORS, 'name="Id"', 'name="id"', True),
    (ERRORS, 'use="optional"', 'use="required"', True),
    (ERRORS, 'ref="xml:lang"', 'ref="xml:lang" ', False),
    (ERRORS, 'xs:documentation xml:lang="en">', 'xs:documentation xml:lang="en">Other words. ', False),
]


def differs(ours, changed):
    program = Path(__file__).with_name("compare_contract.py")
    run = subprocess.run([sys.executable, program, changed, ours], capture_output=True, text=True, check=False)
    if run.returncode not in (0, 1):
        raise SystemExit(run.stdout + run.stderr)
    return run.returncode == 1


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    ours, wrong = Path(sys.argv[1]), 0
    for file, old, new, expected in CHANGES:
        with tempfile.TemporaryDirectory() as folder:
            changed = Path(folder) / "contract"
            shutil.copytree(ours, changed)
            text = (changed / file).read_text(encoding="utf-8")
            if old not in text:
                raise SystemExit(f"{file} no longer holds {old!r}")
            text = text.replace(old, new)
            if old.endswith(":"):  # a prefix, whose declaration changes with it
                text = text.replace(f"xmlns:{old[:-1]}=", f"xmlns:{new[:-1]}=")
            (changed / file).write_text(text, encoding="utf-8")
            if differs(ours, changed) != expected:
                print(f"{file}: {old!r} -> {new!r} should {'' if expected else 'not '}be a difference")
                wrong += 1
    print(f"{len(CHANGES)} changes, {wrong} judged wrongly")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
