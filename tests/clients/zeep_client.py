#!/usr/bin/env python3
"""A foreign SOAP client, made by zeep from a WSDL, that uses a running service and checks every answer.

    zeep_client.py INPUT.json        (or the JSON on standard input)

README.md describes the input. The last line printed is one JSON object of what was done; the first difference ends
the run with status 1 and says what was expected and what came.
"""

import copy
import json
import sys
from datetime import date, datetime, timedelta

import zeep.helpers
from contract import Service
from expect import Difference, check, expect

ALL_STATUSES = ["SUCCESSFULLY REGISTERED", "SUCCESSFULLY CANCELLED", "VALIDATED", "FAILED"]
REGISTERED, CANCELLED = ALL_STATUSES[:2]
SORT_KEYS = ["ID", "REGISTRATION DATE", "CREATION DATE", "STATUS", "PLACE OF WORK", "COMPANY ID", "CHANNEL",
             "SENDER ID"]
DIRECTIONS = ["ASCENDING", "DESCENDING"]
REMARKS = 17
NEVER_GIVEN_OUT = 999_999_999_999_999
PAGE = 37


def plain(value):
    """A zeep object as dictionaries and lists, without the members that are absent."""
    def prune(node):
        if isinstance(node, dict):
            return {key: prune(member) for key, member in node.items() if member is not None}
        return [prune(member) for member in node] if isinstance(node, list) else node
    return prune(zeep.helpers.serialize_object(value, dict))


def spoil_inss(inss):
    """The same nine digits with check digits that neither century gives."""
    nine = int(inss[:9])
    right = {97 - nine % 97, 97 - (2_000_000_000 + nine) % 97}
    return inss[:9] + next(f"{wrong:02}" for wrong in range(1, 98) if wrong not in right)


def spoil_company(number):
    """The same first eight digits with other check digits."""
    return number // 100 * 100 + (number % 100 % 97) + 1


def signer(given):
    """zeep's signature with a key and its certificate; None where the service takes unsigned calls."""
    if given is None:
        return None
    # Only who signs needs xmlsec.
    from signing import Signed
    return Signed(given["key"], given["certificate"])


class Scenario:
    """What was sent to the service so far, and the checks of what it answers."""

    def __init__(self, given):
        self.today = date.fromisoformat(given["today"])
        self.tomorrow = self.today + timedelta(days=1)
        self.works = {work["reference"]: int(work["sector"]) for work in given["works"]}
        self.companies = [int(number) for number in given["companies"]]
        self.people = list(dict.fromkeys(given["inss"]))
        self.limosa = given["limosaId"]
        check("at least 2 works", len(self.works) >= 2)
        check("at least 2 companies", len(set(self.companies)) >= 2)
        check("at least 210 different INSS", len(self.people) >= 210)
        self.service = Service(given["wsdl"], given["address"], signer(given.get("signer")))
        self.stored = {}
        self.cancelled = set()
        self.created = {}
        self.done = {"registered": 0, "refused": 0, "cancelled": 0, "faults": 0}

    # (a) and (b): register

    def item(self, position):
        """The item that is registered at a position, varied in everything that may vary."""
        references = list(self.works)
        item = {"INSS": self.people[position],
                "CompanyID": self.companies[position // 3 % 2],
                "WorkPlaceId": references[position % 2]}
        if position % 3:
            item["RegistrationDate"] = self.today if position % 3 == 1 else self.tomorrow
        if position % 2 == 0:
            item["ClientPresenceRegistrationReference"] = f"réf & <{position}>"
        return item

    def accepted(self, step, sent, answer):
        """Checks one accepted answer and remembers what it says."""
        expect(f"{step}: error", None, answer.PresenceRegistrationError)
        got = answer.PresenceRegistration
        taken = {"RegistrationDate": self.today} | sent
        expect(f"{step}: submitted", taken, plain(got.PresenceRegistrationSubmitted))
        expect(f"{step}: consult form", None, got.PresenceRegistrationConsultSubmitted)
        expect(f"{step}: INSS", sent.get("INSS"), got.INSS)
        expect(f"{step}: channel", "WS", got.Channel)
        expect(f"{step}: status", REGISTERED, got.LastValidation.Status)
        expect(f"{step}: remarks", None, got.LastValidation.RemarkList)
        expect(f"{step}: sector", self.works[sent["WorkPlaceId"]], got.Sector)
        expect(f"{step}: day of creation", self.today, got.CreationDate.date())
        expect(f"{step}: offset of creation", None, got.CreationDate.tzinfo)
        number = got.PresenceRegistrationId
        check(f"{step}: id {number} has 1 to 15 digits", 1 <= number <= NEVER_GIVEN_OUT)
        check(f"{step}: id {number} is new", number not in self.stored)
        self.stored[number] = taken
        self.created[number] = got.CreationDate
        self.done["registered"] += 1

    def refused(self, step, sent, answer, codes, echo="PresenceRegistrationSubmitted"):
        """Checks one refused answer: every code, nothing else, and the item exactly as it was sent."""
        expect(f"{step}: registration", None, answer.PresenceRegistration)
        expect(f"{step}: echo", sent, plain(getattr(answer.PresenceRegistrationError, echo)))
        self.errors(step, answer.PresenceRegistrationError, codes)
        self.done["refused"] += 1

    @staticmethod
    def errors(step, error, codes):
        listed = error.ErrorList.Error
        expect(f"{step}: codes", sorted(codes), sorted(int(entry.ErrorCode) for entry in listed))
        check(f"{step}: every code has a description", all(entry.ErrorDescription.strip() for entry in listed))

    def register_200(self):
        sent = [self.item(position) for position in range(200)]
        self.register_call("200", self.service.call, [(item, None) for item in sent])
        self.service.check_times()

    def register_good_and_bad(self):
        good = [self.item(200 + extra) for extra in range(4)]
        work, company = next(iter(self.works)), self.companies[0]
        bad_inss, bad_company = spoil_inss(self.people[204]), spoil_company(company)
        base = {"INSS": self.people[205], "CompanyID": company, "WorkPlaceId": work}
        calls = [
            (good[0], None),
            (base | {"INSS": bad_inss}, [5]),
            (base | {"CompanyID": 12_345_678}, [2]),
            (base | {"CompanyID": 2_000_000_000 + company % 1_000_000_000}, [2]),
            (base | {"CompanyID": bad_company}, [3]),
            (good[1], None),
            (base | {"WorkPlaceId": work[:12]}, [4]),
            (base | {"WorkPlaceId": work[:12] + "O"}, [4]),
            (base | {"RegistrationDate": self.today - timedelta(days=1)}, [6]),
            (base | {"RegistrationDate": self.today + timedelta(days=2)}, [6]),
            (good[2], None),
            ({"INSS": bad_inss, "CompanyID": bad_company, "WorkPlaceId": "NOWHERE",
              "RegistrationDate": self.today - timedelta(days=1),
              "ClientPresenceRegistrationReference": "all of it"}, [3, 4, 5, 6]),
            ({"INSS": bad_inss, "CompanyID": 1, "WorkPlaceId": work}, [2, 5]),
            (good[3], None),
        ]
        posted = {"WorkPlaceId": work, "ClientPresenceRegistrationReference": "posted"}
        self.register_call("mixed", self.service.call, calls)
        self.register_call("Limosa", self.service.call_loosely, [
            (posted | {"LimosaId": self.limosa}, None),
            (posted | {"LimosaId": "not a number"}, [101]),
            (posted | {"LimosaId": self.limosa, "RegistrationDate": self.tomorrow}, None),
        ])

    def register_call(self, step, call, calls):
        """One call of items, each with the codes of its refusal or None."""
        answers = call("registerPresences", PresenceRegistrationRequest=[item for item, _ in calls])
        expect(f"{step}: answers", len(calls), len(answers))
        for position, ((item, codes), answer) in enumerate(zip(calls, answers)):
            here = f"{step}, item {position}"
            if codes is None:
                self.accepted(here, item, answer)
            else:
                self.refused(here, item, answer, codes)

    # (c): cancel

    def cancel(self):
        first = list(self.stored)[:7]
        reasons = ["holiday", "DISEASE", "Planning", "c32a", "OTHER"]
        calls = [(first[n], reason, None) for n, reason in enumerate(reasons)]
        calls[2:2] = [(NEVER_GIVEN_OUT, "HOLIDAY", [7])]
        calls += [(first[5], "BORED", [11]), (first[6], "", [11])]
        self.cancel_call("cancel", calls)
        again = [(first[0], "Planning", [8]), (first[3], "none", [8, 11]), (NEVER_GIVEN_OUT, "none", [7, 11])]
        self.cancel_call("cancel again", again)

    def cancel_call(self, step, calls):
        sent = [{"PresenceRegistrationId": number, "CancellationReason": reason} for number, reason, _ in calls]
        answers = self.service.call("cancelPresences", CancelPresenceRequest=sent)
        expect(f"{step}: answers", len(calls), len(answers))
        for position, (item, (number, _, codes), answer) in enumerate(zip(sent, calls, answers)):
            here = f"{step}, item {position}"
            if codes is not None:
                # An empty text is read as no text, and means the same.
                echo = answer.PresenceRegistrationError.CancelPresenceRequest
                echo.CancellationReason = echo.CancellationReason or ""
                self.refused(here, item, answer, codes, "CancelPresenceRequest")
                continue
            expect(f"{here}: error", None, answer.PresenceRegistrationError)
            got = answer.PresenceRegistration
            expect(f"{here}: id", number, got.PresenceRegistrationId)
            expect(f"{here}: status", CANCELLED, got.LastValidation.Status)
            expect(f"{here}: submitted", self.stored[number], plain(got.PresenceRegistrationSubmitted))
            expect(f"{here}: creation", self.created[number], got.CreationDate)
            self.cancelled.add(number)
            self.done["cancelled"] += 1

    # (d): search

    def search(self, criteria, page=None, sort=None):
        """One search: checks the echo, answers the count and the registrations, or the error."""
        whole = {"RegistrationPeriodList": self.days(self.today, self.tomorrow)} | criteria
        request = {"SearchPresenceRegistrationCriteria": whole}
        if page:
            request["PaginationProperties"] = {"FirstRow": page[0], "FetchSize": page[1]}
        if sort:
            request["SortingProperties"] = {"SortDirection": sort[1], "SortCriteria": sort[0]}
        answer = self.service.call_loosely("searchPresences", SearchPresenceRequest=request)
        expect("search: echo", request, plain(answer.SearchPresencesRequest))
        if answer.PresenceRegistrationError is not None:
            expect("search: list beside an error", None, answer.PresenceRegistrationList)
            return answer.PresenceRegistrationError
        found = answer.PresenceRegistrationList
        return found.PresenceRegistrationResultCount, found.PresenceRegistration

    @staticmethod
    def days(*ends):
        pairs = zip(ends[::2], ends[1::2])
        return {"RegistrationPeriod": [{"RegistrationPeriodStartDate": start, "RegistrationPeriodEndDate": end}
                                       for start, end in pairs]}

    def want(self, test):
        return {number for number, item in self.stored.items() if test(number, item)}

    def found(self, step, criteria, wanted):
        """A search of one page must find exactly these."""
        count, page = self.search(criteria, page=(0, 500))
        numbers = [entry.PresenceRegistrationId for entry in page]
        expect(f"{step}: numbers", sorted(wanted), sorted(numbers))
        expect(f"{step}: count", len(wanted), count)
        for entry in page:
            self.check_found(step, entry)
        return page

    def check_found(self, step, entry):
        number = entry.PresenceRegistrationId
        item = self.stored[number]
        expect(f"{step}, {number}: registered", item, plain(entry.PresenceRegistrationConsultSubmitted))
        expect(f"{step}, {number}: submit form", None, entry.PresenceRegistrationSubmitted)
        expect(f"{step}, {number}: INSS", item.get("INSS"), entry.INSS)
        expect(f"{step}, {number}: creation", self.created[number], entry.CreationDate)
        expect(f"{step}, {number}: sector", self.works[item["WorkPlaceId"]], entry.Sector)
        expect(f"{step}, {number}: channel", "WS", entry.Channel)
        status = entry.LastValidation.Status
        expect(f"{step}, {number}: cancelled", number in self.cancelled, status == CANCELLED)

    def search_by_criteria(self):
        work, other = list(self.works)[:2]
        in_work = self.want(lambda _, item: item["WorkPlaceId"] == work)
        here = {"WorkPlaceId": work}
        for position in (0, 1, 2, 199):
            self.found("by INSS", {"INSS": self.people[position]},
                       self.want(lambda _, item, inss=self.people[position]: item.get("INSS") == inss))
        self.found("by an INSS that is not registered", {"INSS": self.people[205]}, set())
        for company in self.companies[:2]:
            self.found("by CompanyID", {"CompanyID": company},
                       self.want(lambda _, item, company=company: item.get("CompanyID") == company))
        self.found("by WorkPlaceId", here, in_work)
        self.found("by the other WorkPlaceId", {"WorkPlaceId": other}, self.stored.keys() - in_work)
        self.by_status_and_remark(here, in_work)
        self.by_day(here, in_work)
        self.by_creation(here, in_work)
        sector = self.works[work]
        for number in (1, 2, 3, 4):
            self.found(f"by Sector {number}", here | {"Sector": number}, in_work if number == sector else set())
        self.errors("by Sector 9", self.search(here | {"Sector": 9}), [104])
        impossible = {"INSS": spoil_inss(self.people[0]), "CompanyID": spoil_company(self.companies[0]),
                      "WorkPlaceId": "NOWHERE"}
        self.errors("by identifiers that cannot exist", self.search(impossible), [3, 4, 5])
        number = min(in_work & self.cancelled)
        item = self.stored[number]
        self.found("by everything", {
            "INSS": item["INSS"], "CompanyID": item["CompanyID"], "WorkPlaceId": work,
            "StatusList": {"Status": [CANCELLED]},
            "RegistrationPeriodList": self.days(item["RegistrationDate"], item["RegistrationDate"]),
            "CreationStartDate": self.created[number], "CreationEndDate": self.created[number],
            "Sector": sector}, {number})

    def by_status_and_remark(self, here, in_work):
        self.found("cancelled", here | {"StatusList": {"Status": [CANCELLED]}}, in_work & self.cancelled)
        others = [status for status in ALL_STATUSES if status != CANCELLED]
        self.found("not cancelled", here | {"StatusList": {"Status": others}}, in_work - self.cancelled)
        self.found("any status", here | {"StatusList": {"Status": ALL_STATUSES}}, in_work)
        # A check may come between two searches, so that one answer is judged by itself.
        for status in others:
            for entry in self.search(here | {"StatusList": {"Status": [status]}}, page=(0, 500))[1]:
                expect(f"by status {status}", status, entry.LastValidation.Status)
        remarks = self.service.enumeration("SearchRemarkType")
        expect("remarks of the contract", REMARKS, len(remarks))
        for wanted in [*([remark] for remark in remarks), remarks]:
            for entry in self.search(here | {"RemarkList": {"Remark": wanted}}, page=(0, 500))[1]:
                # The list is a sequence that repeats, which zeep keeps in parts.
                parts = entry.LastValidation.RemarkList._value_1 if entry.LastValidation.RemarkList else []
                held = [part["Remark"] for part in parts]
                check(f"by remark {wanted}: {entry.PresenceRegistrationId} has one of them", set(held) & set(wanted))

    def by_day(self, here, in_work):
        today = in_work & self.want(lambda _, item: item["RegistrationDate"] == self.today)
        yesterday = self.today - timedelta(days=1)
        for step, days, wanted in [
            ("today", (self.today, self.today), today),
            ("tomorrow", (self.tomorrow, self.tomorrow), in_work - today),
            ("yesterday", (yesterday, yesterday), set()),
            ("yesterday to tomorrow", (yesterday, self.tomorrow), in_work),
            ("periods that overlap", (yesterday, self.today, self.today, self.tomorrow), in_work),
            ("31 periods", (self.today, self.today) * 31, today),
        ]:
            self.found(f"by day, {step}", here | {"RegistrationPeriodList": self.days(*days)}, wanted)

    def by_creation(self, here, in_work):
        moments = [self.created[number] for number in in_work]
        first, last, little = min(moments), max(moments), timedelta(milliseconds=1)
        for step, bounds, wanted in [
            ("from the first on", (first, None), in_work),
            ("until the last", (None, last), in_work),
            ("from first to last", (first, last), in_work),
            ("after the last", (last + little, None), set()),
            ("before the first", (None, first - little), set()),
            ("at the first", (first, first), {n for n in in_work if self.created[n] == first}),
        ]:
            limits = {key: value for key, value in zip(("CreationStartDate", "CreationEndDate"), bounds) if value}
            self.found(f"by creation, {step}", here | limits, wanted)

    def search_in_order(self):
        scopes = {"PLACE OF WORK": {"CompanyID": self.companies[0]}}
        work = next(iter(self.works))
        for key in SORT_KEYS:
            scope = scopes.get(key, {"WorkPlaceId": work})
            if key == "STATUS":
                # Other statuses may change while pages are read. A cancelled registration stays so.
                self.check_order(key, self.search(scope, (0, 500), (key, "ASCENDING"))[1], "ASCENDING")
                scope = scope | {"StatusList": {"Status": [CANCELLED]}}
            wanted = self.want(lambda number, item, scope=scope: all(
                item.get(name) == value for name, value in scope.items() if name != "StatusList")
                and ("StatusList" not in scope or number in self.cancelled))
            for direction in DIRECTIONS:
                self.check_order(key, self.pages(scope, (key, direction), wanted), direction)
        company = {"CompanyID": self.companies[0]}
        count, page = self.search(company)
        wanted = sorted(self.want(lambda _, item: item.get("CompanyID") == self.companies[0]))
        expect("no page asked for: count", len(wanted), count)
        expect("no page asked for: numbers", wanted[:50], [entry.PresenceRegistrationId for entry in page])
        expect("only the count", (len(wanted), []), self.search(company, (0, 0)))
        for page in [(0, 501), (-1, 50), (0, -1)]:
            self.errors(f"page {page}", self.search(company, page), [103])

    def pages(self, scope, sort, wanted):
        """Reads every page and checks that they neither overlap nor miss anything."""
        size = PAGE if len(wanted) > PAGE else 2
        entries, step = [], f"pages by {sort}"
        for first in range(0, len(wanted) + size, size):
            count, page = self.search(scope, (first, size), sort)
            expect(f"{step} from {first}: count", len(wanted), count)
            expect(f"{step} from {first}: size", max(0, min(size, len(wanted) - first)), len(page))
            entries += page
        numbers = [entry.PresenceRegistrationId for entry in entries]
        expect(f"{step}: numbers that come twice", len(set(numbers)), len(numbers))
        expect(f"{step}: numbers", sorted(wanted), sorted(numbers))
        return entries

    def check_order(self, key, entries, direction):
        """Checks the order of all pages by the key, and within equal keys by id."""
        read = {
            "ID": lambda entry: entry.PresenceRegistrationId,
            "REGISTRATION DATE": lambda entry: entry.PresenceRegistrationConsultSubmitted.RegistrationDate,
            "CREATION DATE": lambda entry: entry.CreationDate,
            "STATUS": lambda entry: entry.LastValidation.Status,
            "PLACE OF WORK": lambda entry: entry.PresenceRegistrationConsultSubmitted.WorkPlaceId,
            "COMPANY ID": lambda entry: entry.PresenceRegistrationConsultSubmitted.CompanyID,
            "CHANNEL": lambda entry: entry.Channel,
            "SENDER ID": lambda entry: entry.Sender.SenderId if entry.Sender else None,
        }[key]
        step, groups = f"order by {key} {direction}", []
        for entry in entries:
            value = read(entry)
            if not groups or groups[-1][0] != value:
                groups.append((value, []))
            groups[-1][1].append(entry.PresenceRegistrationId)
        values = [value for value, _ in groups]
        expect(f"{step}: a value that comes back later", len(set(values)), len(values))
        present = [value for value in values if value is not None]
        smallest_first = [None] * (len(values) - len(present)) + sorted(present)
        expect(f"{step}: values", smallest_first if direction == "ASCENDING" else smallest_first[::-1], values)
        for value, numbers in groups:
            expect(f"{step}: ids of {value!r}", sorted(numbers, reverse=key == "ID" and direction != "ASCENDING"), numbers)

    # (e): get

    def get(self):
        for number in [min(self.cancelled), max(self.cancelled)]:
            answer = self.service.call_loosely("getPresenceRegistration",
                                               GetPresenceRegistrationRequest={"PresenceRegistrationId": number})
            expect("get: echo", {"PresenceRegistrationId": number}, plain(answer.GetPresenceRegistrationRequest))
            got = answer.GetPresenceRegistrationType.PresenceRegistrationType
            self.check_found("get", got)
            history = [entry.Status for entry in got.ValidationHistory.Validation]
            expect("get: first entry of the history", REGISTERED, history[0])
            expect("get: last entry of the history", CANCELLED, history[-1])
            check(f"get: only checks lie between, not {history}", set(history[1:-1]) <= {"VALIDATED", "FAILED"})
            moments = [entry.ValidationDate for entry in got.ValidationHistory.Validation if entry.ValidationDate]
            expect("get: history is oldest first", sorted(moments), moments)
        answer = self.service.call_loosely("getPresenceRegistration",
                                           GetPresenceRegistrationRequest={"PresenceRegistrationId": NEVER_GIVEN_OUT})
        got = answer.GetPresenceRegistrationType
        expect("get unknown: nothing in it", None, got and got.PresenceRegistrationType)
        expect("get unknown: the empty element", 1, len(self.service.last_answer("GetPresenceRegistrationType")))

    # (f): faults

    def faults(self):
        before = self.search({"WorkPlaceId": next(iter(self.works))})[0]
        valid = [self.item(position) for position in range(200)]
        def add_one(items):
            items[-1].addnext(copy.deepcopy(items[0]))
        def shorten_inss(items):
            inss = items[7].find("{*}INSS")
            inss.text = inss.text[:10]
        for step, spoil in [("201 items", add_one), ("an INSS of 10 digits", shorten_inss)]:
            error = self.service.call_invalid("registerPresences", spoil, PresenceRegistrationRequest=valid)
            expect(f"{step}: code", "SOA-03006", error.Code)
            expect(f"{step}: origin", "Consumer", error.Origin)
            check(f"{step}: it has a ticket", error.Id)
            check(f"{step}: it has a message", error.Message and all(text["_value_1"] for text in error.Message))
            after = self.search({"WorkPlaceId": next(iter(self.works))})[0]
            expect(f"{step}: stored in spite of it", 0, after - before)
            self.done["faults"] += 1

    def run(self):
        for step in (self.register_200, self.register_good_and_bad, self.cancel, self.search_by_criteria,
                     self.search_in_order, self.get, self.faults):
            step()
        return self.done | {"client": f"zeep {zeep.__version__}", "calls": self.service.calls}


def main():
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    if len(sys.argv) == 2:
        with open(sys.argv[1], encoding="utf-8") as file:
            given = json.load(file)
    else:
        given = json.load(sys.stdin)
    try:
        print(json.dumps(Scenario(given).run()))
    except Difference as difference:
        print(difference, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
