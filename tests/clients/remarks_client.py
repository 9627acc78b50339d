#!/usr/bin/env python3
"""A foreign SOAP client, made by zeep, that registers what the registers object to, and sees the remark come and go.

    remarks_client.py INPUT.json        (or the JSON on standard input)

README.md describes the input. It is run twice: before the registers are mended, when it registers and answers the ids,
and after, when it is given these ids. The first difference ends the run with status 1.
"""

import json
import sys
import time

import requests
from contract import Service
from expect import Difference, check, expect
from zeep_client import REGISTERED

FAILED, VALIDATED = "FAILED", "VALIDATED"
# How long a check may take before the run is given up, in seconds: far more than it takes.
PATIENCE = 60


def remarks(validation):
    """The texts of a validation; the list is a sequence that repeats, which zeep keeps in parts."""
    parts = validation.RemarkList._value_1 if validation.RemarkList else []
    return [part["Remark"] for part in parts]


class Remarks:
    """Each case: items of which the last one gets exactly one remark, until a register changes."""

    def __init__(self, given):
        self.cases = given["cases"]
        self.rest = given["rest"]
        self.service = Service(given["wsdl"], given["address"])
        self.ids = given.get("ids")
        self.day = None

    def get(self, number):
        """The registration, as getPresenceRegistration answers it."""
        answer = self.service.call_loosely("getPresenceRegistration",
                                           GetPresenceRegistrationRequest={"PresenceRegistrationId": number})
        return answer.GetPresenceRegistrationType.PresenceRegistrationType

    def await_status(self, name, number, status):
        """Asks until the registration has the status: the check is made in the background."""
        end = time.monotonic() + PATIENCE
        while True:
            got = self.get(number)
            if got.LastValidation.Status == status:
                return got
            if time.monotonic() > end:
                last = got.LastValidation
                raise Difference(f"{name}: {status} never came, but {last.Status} {remarks(last)}")

    def register(self):
        """Registers every case in one call; the remark of its last item comes."""
        texts = self.service.enumeration("SearchRemarkType")
        expect("remarks of the contract without a case", set(), set(texts) - {case["remark"] for case in self.cases})
        items = [item for case in self.cases for item in case["items"]]
        answers = iter(self.service.call_loosely("registerPresences", PresenceRegistrationRequest=items))
        ids = {}
        for case in self.cases:
            for _ in case["items"]:
                answer = next(answers)
                expect(f"{case['name']}: error", None, answer.PresenceRegistrationError)
                got = answer.PresenceRegistration
                ids[case["name"]] = got.PresenceRegistrationId
                expect(f"{case['name']}: status", REGISTERED, got.LastValidation.Status)
                self.day = got.PresenceRegistrationSubmitted.RegistrationDate
        for case in self.cases:
            name, remark = case["name"], case["remark"]
            got = self.await_status(name, ids[name], FAILED)
            expect(f"{name}: remarks", [remark], remarks(got.LastValidation))
            check(f"{name}: its search finds it", ids[name] in self.search(case, remark))
        return {"ids": ids}

    def search(self, case, remark):
        """The ids that a search for the remark at the work finds."""
        item = case["items"][-1]
        criteria = {"WorkPlaceId": item["WorkPlaceId"], "RemarkList": {"Remark": [remark]},
                    "RegistrationPeriodList": {"RegistrationPeriod": [
                        {"RegistrationPeriodStartDate": self.day, "RegistrationPeriodEndDate": self.day}]}}
        answer = self.service.call_loosely("searchPresences",
                                           SearchPresenceRequest={"SearchPresenceRegistrationCriteria": criteria})
        return [entry.PresenceRegistrationId for entry in answer.PresenceRegistrationList.PresenceRegistration]

    def mended(self):
        """The remark is gone, and the history tells that it came and went, and why."""
        for case in self.cases:
            name, number = case["name"], self.ids[case["name"]]
            got = self.await_status(name, number, VALIDATED)
            expect(f"{name}: remarks", [], remarks(got.LastValidation))
            history = [(entry.Status, remarks(entry)) for entry in got.ValidationHistory.Validation]
            wanted = [(REGISTERED, []), (FAILED, [case["remark"]]), (VALIDATED, [])]
            expect(f"{name}: history", wanted, history)
            self.inner_history(case, number)
        return {"mended": len(self.cases)}

    def inner_history(self, case, number):
        """What REST tells of the same: the causes, too."""
        answer = requests.get(f"{self.rest}/presenceRegistrations/{number}/history", timeout=30)
        expect(f"{case['name']}: status of the history", 200, answer.status_code)
        steps = answer.json()["validations"]
        causes = [step["cause"] for step in steps]
        expect(f"{case['name']}: causes", ["registration", "check", "registerChange"], causes)
        expect(f"{case['name']}: register", case["register"], steps[-1]["changedRegister"])
        check(f"{case['name']}: it names the import", int(steps[-1]["registerImportId"]) > 0)
        expect(f"{case['name']}: what went", 1, len(steps[-1]["remarksRemoved"]))


def main():
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    if len(sys.argv) == 2:
        with open(sys.argv[1], encoding="utf-8") as file:
            given = json.load(file)
    else:
        given = json.load(sys.stdin)
    try:
        run = Remarks(given)
        print(json.dumps(run.mended() if run.ids else run.register()))
    except Difference as difference:
        print(difference, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
