"""Signatures as in Standard Webhooks: the published examples, and verifying with the standard's own library."""

import base64
import hashlib
import hmac
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from lms import webhooks
from lms.config import ROOT
from lms.db import db
from lms.errors import Invalid
from lms.webhooks import EndpointAttrs, RotationAttrs, new_secret, signed
from tests import factories
from tests.webhooks.conftest import hear

DOCS: Path = ROOT / "docs" / "webhooks.md"


@pytest.mark.parametrize(
    ("secret", "id", "timestamp", "body", "signature"),
    [
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
         '{"test": 2432232314}', "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ("whsec_plJ3nmyCDGBKInavdOK15jsl", "msg_loFOjxBNrRLzqYUf", 1731705121,
         '{"event_type":"ping","data":{"success":true}}', "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="),
    ],
)  # fmt: skip
def test_the_published_examples(secret, id, timestamp, body, signature):
    headers = signed(id, datetime.fromtimestamp(timestamp, UTC), body, [secret])
    assert headers["webhook-signature"] == signature
    assert headers["webhook-timestamp"] == str(timestamp)


def test_a_receiver_verifies_what_arrives(endpoint, receiver, author, send):
    factories.course(author)
    hear()
    assert send() == 1
    [(headers, body)] = receiver.received
    assert headers["content-type"] == "application/cloudevents+json"
    assert Webhook(endpoint.secret).verify(body, headers)["type"] == "lms.course.created"
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint.secret).verify(body.replace(b"created", b"deleted"), headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(body, headers)


def test_the_lines_of_the_docs_verify_it_without_any_library(endpoint, receiver, author, send):
    factories.course(author)
    hear()
    send()
    [(headers, body)] = receiver.received
    [code] = re.findall(r"```python\n(.*?)```", DOCS.read_text(), re.DOTALL)
    names = {"base64": base64, "hashlib": hashlib, "hmac": hmac, "secret": endpoint.secret, "headers": headers}
    exec(code, names | {"body": body})
    with pytest.raises(AssertionError):
        exec(code, names | {"body": body + b" "})


def test_both_secrets_sign_until_the_old_one_ends(endpoint, receiver, author, admin, send):
    old = endpoint.secret
    new = webhooks.rotate_secret(endpoint, RotationAttrs(hours=2), admin)
    assert new != old
    factories.course(author)
    hear()
    send()
    [(headers, body)] = receiver.received
    for secret in (old, new):
        assert Webhook(secret).verify(body, headers)
    later = datetime.now(UTC) + timedelta(hours=2, minutes=1)
    assert endpoint.secrets_at(later) == [new]


def test_an_old_secret_that_leaked_ends_at_once(endpoint, admin):
    new = webhooks.rotate_secret(endpoint, RotationAttrs(hours=0), admin)
    assert endpoint.secrets_at(datetime.now(UTC)) == [new]
    assert endpoint.old_secret is None


@pytest.mark.parametrize("secret", ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_!"])
def test_a_secret_of_ones_own_has_to_be_one(config, admin, secret):
    with pytest.raises(Invalid) as error:
        webhooks.create_endpoint(EndpointAttrs(title="A", url="https://hooks.example/", secret=secret), admin)
    assert "secret" in error.value.errors


def test_a_body_keeps_its_bytes_whatever_is_in_it(endpoint, receiver, author, send):
    factories.course(author, "Zoë – “naïveté” 🚒")
    hear()
    send()
    [(headers, body)] = receiver.received
    assert json.loads(body)["data"]["after"]["title"] == "Zoë – “naïveté” 🚒"
    assert Webhook(endpoint.secret).verify(body, headers)
    assert db.session.get_one(webhooks.WebhookEndpoint, endpoint.id).failures == 0
