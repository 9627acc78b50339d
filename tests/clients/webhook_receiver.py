"""A receiver of webhooks by libraries that we did not write: the signature by that of Standard Webhooks, the event by the
SDK of CloudEvents.

Reads {"secret": "whsec_…", "deliveries": [{"headers": {…}, "body": "…"}, …]} from standard input, ends with an error at the
first delivery that is not as both have it, and writes one line of JSON on success.
"""

import json
import sys

from cloudevents.http import from_http
from standardwebhooks import Webhook, WebhookVerificationError


def refuses(webhook, body, headers):
    try:
        webhook.verify(body, headers)
    except WebhookVerificationError:
        return True
    return False


given = json.load(sys.stdin)
webhook = Webhook(given["secret"])
types = []
for delivery in given["deliveries"]:
    headers, body = delivery["headers"], delivery["body"]
    webhook.verify(body, headers)
    # The library looks: what was changed on the way is refused, body, id and time.
    assert refuses(webhook, body.replace('"pending"', '"valid"') + " ", headers)
    for name in ("webhook-id", "webhook-timestamp"):
        assert refuses(webhook, body, headers | {name: headers[name] + "1"}), name
    event = from_http(headers, body)
    assert event["specversion"] == "1.0", event
    assert event["id"] == headers["webhook-id"], event
    assert event["datacontenttype"] == "application/json", event
    assert event["subject"] == f"presenceRegistrations/{event.data['id']}", event
    types.append(event["type"].rsplit(".", 1)[1])
print(json.dumps({"types": types}))
