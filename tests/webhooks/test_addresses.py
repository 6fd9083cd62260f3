"""Where nothing is sent: our own network, however it is spelled, resolved or redirected to."""

import datetime
import ssl
import threading
from collections.abc import Iterator
from http.server import HTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import select

from lms import webhooks
from lms.db import db
from lms.errors import Invalid
from lms.webhooks import EndpointAttrs, Reach, Refused, WebhookAttempt, check, parse
from lms.webhooks.addresses import addresses_of
from lms.webhooks.calling import post
from tests import factories
from tests.webhooks.conftest import Quiet, Receiver, handler_of, hear, messages

PUBLIC = Reach()
HERE = Reach(http=True, internal=True)

BAD = [
    "http://hooks.example/", "ftp://hooks.example/", "file:///etc/passwd", "hooks.example", "https://", "//x", "https:///a",
    "https://user@hooks.example/", "https://user:pass@hooks.example/", "https://@hooks.example/",
    "https://hooks.example@127.0.0.1/", "https://hooks.example:0/", "https://hooks.example:99999/",
    "https://hooks.example:x/", "https://hooks.example/a b", "https://hooks.example\\@127.0.0.1/",
    "https://hooks.example/\r\nX: y", "https://hooks.example/é",
    "https://localhost/", "https://LOCALHOST./", "https://api.localhost/", "https://printer.local/",
    "https://db.internal/", "https://metadata.google.internal/",
    "https://127.0.0.1/", "https://127.0.0.1./", "https://127.1/", "https://2130706433/", "https://0x7f000001/",
    "https://0177.0.0.1/", "https://0x7f.0.0.1/", "https://127.0.0.0x1/", "https://0/", "https://1.2.3.4.5/",
    "https://１２７.0.0.1/", "https://①②⑦.0.0.1/", "https://127。0。0。1/",
    "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/",
    "https://[64:ff9b::7f00:1]/", "https://[fe80::1%25eth0]/", "https://[fd00:ec2::254]/", "https://[::127.0.0.1]/",
    "https://[2002:7f00:1::]/", "https://[x]/", "https://169.254.169.254/latest/meta-data/",
]  # fmt: skip


@pytest.mark.parametrize("url", BAD)
def test_an_address_that_is_not_out_there_cannot_be_saved(app, admin, url):
    with pytest.raises(Invalid) as error:
        webhooks.create_endpoint(EndpointAttrs(title="A", url=url), admin)
    assert set(error.value.errors) == {"url"}


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://hooks.example/a?b=c#d", "hooks.example", 443, "/a?b=c"),
        ("https://Hooks.Example:8443", "hooks.example", 8443, "/"),
        ("https://zoë.example/", "xn--zo-ija.example", 443, "/"),
        ("https://8.8.8.8/", "8.8.8.8", 443, "/"),
        ("https://[2606:4700::1111]/", "2606:4700::1111", 443, "/"),
    ],
)
def test_an_address_that_is(url, host, port, path):
    place = parse(url, PUBLIC)
    assert (place.is_tls, place.host, place.port, place.path) == (True, host, port, path)


INTERNAL = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "168.63.129.16", "169.254.169.254",
    "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1", "203.0.113.1", "224.0.0.1",
    "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::10.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::10.0.0.1", "64:ff9b:1::1", "2001:0:a00:1::f5ff:fffe", "2001:db8::1", "2002:a00:1::1", "fc00::1",
    "fd00::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1", "not an address", "",
]  # fmt: skip


@pytest.mark.parametrize("address", INTERNAL)
def test_what_a_name_may_not_resolve_to(address):
    with pytest.raises(Refused):
        check(address, PUBLIC)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_what_it_may(address):
    check(address, PUBLIC)


def test_a_name_that_resolves_to_this_machine_is_not_called(app, endpoint, receiver, author, config):
    """The endpoint was saved when it was allowed, or its name meant something else then."""
    factories.course(author)
    hear()
    endpoint.url = endpoint.url.replace("http://127.0.0.1", "https://hooks.example")
    db.session.commit()
    asked = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["8.8.8.8", "127.0.0.1"]

    strict = {**config, "WEBHOOKS_ALLOW_HTTP": False, "WEBHOOKS_ALLOW_INTERNAL": False}
    assert webhooks.send_waiting(strict, resolver=resolver) == 0
    assert (asked, receiver.received) == (["hooks.example"], [])
    attempt = db.session.scalars(select(WebhookAttempt)).one()
    assert attempt.error == "127.0.0.1 is an address of an internal network. Nothing is sent there."


def test_a_number_that_was_saved_when_it_was_allowed_is_not_called_either(endpoint, receiver, author, config):
    factories.course(author)
    hear()
    assert webhooks.send_waiting({**config, "WEBHOOKS_ALLOW_INTERNAL": False}) == 0
    assert receiver.received == []


def changing(*answers: str):
    """A resolver that says something else every time (DNS rebinding), and how often it was asked."""
    left = list(answers)

    def resolver(host: str, port: int) -> list[str]:
        return [left.pop(0)]

    return resolver, left


def test_a_name_is_resolved_once_and_exactly_that_address_is_used():
    resolver, left = changing("8.8.8.8", "127.0.0.1")
    assert addresses_of(parse("https://hooks.example/", PUBLIC), PUBLIC, resolver) == ["8.8.8.8"]
    assert left == ["127.0.0.1"]


def test_the_connection_goes_to_the_address_that_was_looked_at_and_names_the_host(receiver):
    resolver, left = changing("127.0.0.1", "127.0.0.9")
    url = receiver.url.replace("127.0.0.1", "hooks.example")
    answer = post(url, b"{}", {}, HERE, 1, resolver)
    assert (answer.status, left) == (200, ["127.0.0.9"])
    [(headers, _body)] = receiver.received
    assert headers["host"] == url.split("/")[2]


def test_the_second_address_of_a_name_is_tried_when_the_first_does_not_answer(receiver):
    url = receiver.url.replace("127.0.0.1", "hooks.example")
    answer = post(url, b"{}", {}, HERE, 1, lambda host, port: ["127.0.0.77", "127.0.0.1"])
    assert answer.status == 200


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_is_not_followed(start_receiver, status):
    inside = start_receiver()
    outside = start_receiver(answers=[(status, {"Location": inside.url})])
    answer = post(outside.url, b"{}", {}, HERE, 1, webhooks.resolve)
    assert not answer.is_good
    assert answer.error.endswith("Redirects are not followed.")
    assert (len(outside.received), inside.received) == (1, [])


@pytest.fixture(scope="module")
def tls(tmp_path_factory) -> Iterator[tuple[int, str, Receiver]]:
    """An HTTPS server whose certificate is for hooks.example, signed by nobody: port, certificate, what it got."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    receiver = Receiver()
    server: HTTPServer = Quiet(("127.0.0.1", 0), handler_of(receiver))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server.server_port, str(folder / "cert.pem"), receiver
    server.shutdown()
    server.server_close()


def here(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


def test_over_tls_the_host_that_was_named_is_verified(tls, monkeypatch):
    port, certificate, receiver = tls
    monkeypatch.setenv("SSL_CERT_FILE", certificate)
    assert post(f"https://hooks.example:{port}/", b"{}", {}, HERE, 2, here).status == 200
    answer = post(f"https://other.example:{port}/", b"{}", {}, HERE, 2, here)
    assert answer.status is None
    assert answer.error.startswith("TLS: Hostname mismatch")
    assert len(receiver.received) == 1


def test_a_certificate_of_nobody_known_is_refused(tls):
    port, _certificate, receiver = tls
    before = len(receiver.received)
    assert "self-signed" in post(f"https://hooks.example:{port}/", b"{}", {}, HERE, 2, here).error
    assert len(receiver.received) == before


def test_messages_wait_while_a_name_cannot_be_resolved(endpoint, author, config):
    factories.course(author)
    hear()
    endpoint.url = "https://hooks.example/"
    db.session.commit()

    def nowhere(host: str, port: int) -> list[str]:
        raise OSError("no such host")

    assert webhooks.send_waiting(config, resolver=nowhere) == 0
    assert [(one.state, one.attempts) for one in messages()] == [("waiting", 1)]
