"""The service through zeep's own machinery, with each message held against the schemas of the WSDL as well."""

import re
import tempfile
from pathlib import Path
from urllib.parse import urljoin

import requests
import zeep
from expect import check, expect
from lxml import etree
from zeep.exceptions import Fault
from zeep.plugins import HistoryPlugin

MESSAGES = "http://socialsecurity.be/presenceregistration/v1"
TYPES = "http://socialsecurity.be/presenceregistration/schemas/v1"
BINDING = f"{{{MESSAGES}}}PresenceRegistrationSOAPBinding"
XSD = "http://www.w3.org/2001/XMLSchema"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}")


def read(location):
    """The bytes of a file or of an address."""
    if not location.startswith(("http://", "https://")):
        return Path(location).read_bytes()
    answer = requests.get(location, timeout=30)
    expect(f"{location}: status", 200, answer.status_code)
    check(f"{location}: is XML, not {answer.headers.get('Content-Type')}",
          "xml" in answer.headers.get("Content-Type", ""))
    return answer.content


def schemas_of(wsdl):
    """The schema of a WSDL with all that it imports, and every imported document by its namespace.

    lxml does not fetch from addresses, so it reads copies.
    """
    with tempfile.TemporaryDirectory() as folder:
        names, documents = {}, {}

        def store(schema, origin):
            for node in schema.iterfind(f"{{{XSD}}}import"):
                location = urljoin(origin, node.get("schemaLocation"))
                if location not in names:
                    names[location] = str(Path(folder) / f"{len(names)}.xsd")
                    imported = etree.fromstring(read(location))
                    expect(f"{location}: namespace", node.get("namespace"), imported.get("targetNamespace"))
                    store(imported, location)
                    documents[imported.get("targetNamespace")] = imported
                    Path(names[location]).write_bytes(etree.tostring(imported))
                node.set("schemaLocation", names[location])

        root = etree.fromstring(read(wsdl)).find(f".//{{{XSD}}}schema")
        store(root, wsdl)
        return etree.XMLSchema(etree.ElementTree(root)), documents


class Service:
    """Calls of the service at an address, by a client that zeep made from a WSDL."""

    def __init__(self, wsdl, address, signer=None):
        self.history = HistoryPlugin(maxlen=1)
        settings = zeep.Settings(strict=True, xml_huge_tree=False)
        self.client = zeep.Client(wsdl, settings=settings, plugins=[self.history], wsse=signer)
        self.address = address
        self.proxy = self.client.create_service(BINDING, address)
        self.schema, self.documents = schemas_of(wsdl)
        self.calls = 0

    def validate(self, what, envelope):
        """Holds the content of a SOAP body against the schemas."""
        for element in envelope.find(f"{{{ENVELOPE}}}Body"):
            if not self.schema.validate(element):
                fault = self.schema.error_log[0]
                check(f"{what} is valid: line {fault.line}: {fault.message}", False)

    def call_loosely(self, operation, **request):
        """The same as `call` for answers with LimosaId or the consult form, which zeep cannot read strictly.

        It reads a choice inside a sequence as if all alternatives had to come (its issue 1345). The schemas judge
        these answers all the same.
        """
        with self.client.settings(strict=False):
            return self.call(operation, **request)

    def call(self, operation, **request):
        """One call: the request and the answer are valid, and zeep reads the answer strictly."""
        self.calls += 1
        answer = getattr(self.proxy, operation)(**request)
        self.validate(f"request of {operation}", self.history.last_sent["envelope"])
        self.validate(f"answer of {operation}", self.history.last_received["envelope"])
        action = self.history.last_sent["http_headers"]["SOAPAction"]
        expect("SOAPAction of the WSDL", f'"{MESSAGES}/{operation}"', action)
        return answer

    def call_invalid(self, operation, spoil, **request):
        """Makes a valid message, lets `spoil` change its items, sends it, and answers the fault's detail."""
        self.calls += 1
        # What is spoiled is signed as it is: signed first, it would be refused for its signature.
        signer, self.client.wsse = self.client.wsse, None
        envelope = self.client.create_message(self.proxy, operation, **request)
        self.client.wsse = signer
        spoil(list(envelope.find(f"{{{ENVELOPE}}}Body")[0]))
        if signer:
            signer.apply(envelope, {})
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{MESSAGES}/{operation}"'}
        response = self.client.transport.post_xml(self.address, envelope, headers)
        expect("fault: status", 500, response.status_code)
        binding = self.client.wsdl.bindings[BINDING]
        try:
            binding.process_reply(self.client, binding.get(operation), response)
        except Fault as fault:
            expect("fault: faultcode", "Client", fault.code.rpartition(":")[2])
            expect("fault: elements in the detail", 1, len(fault.detail))
            detail = fault.detail[0]
            check("fault: " + str(self.schema.error_log), self.schema.validate(detail))
            return self.client.wsdl.types.deserialize(detail)
        check(f"a call that is not valid ({operation}) is answered by a fault", False)

    def enumeration(self, name):
        """The values of a simple type, out of the schemas."""
        simple = self.documents[TYPES].find(f"{{{XSD}}}simpleType[@name='{name}']")
        return [node.get("value") for node in simple.iter(f"{{{XSD}}}enumeration")]

    def last_answer(self, name):
        """The elements of a name in the last answer, as they came."""
        return self.history.last_received["envelope"].findall(f".//{{{TYPES}}}{name}")

    def check_times(self):
        """Every time of the last answer is Belgian local time: milliseconds, no offset."""
        for name in ("CreationDate", "ValidationDate"):
            for element in self.last_answer(name):
                check(f"{name} {element.text} has milliseconds and no offset", LOCAL_TIME.fullmatch(element.text))
