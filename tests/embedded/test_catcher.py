"""Caught mail: what is sent by SMTP can be read on the page, by this machine alone, and cannot act there."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from flask.testing import FlaskClient

from lms import create_app
from lms.embedded import mailbox
from lms.embedded.catcher import catch
from lms.errors import NotFound

LINK = "http://127.0.0.1:5000/reset/token?a=1&b=2"


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[Controller]:
    """A running catcher that keeps its mails in `tmp_path`."""
    catcher = catch(tmp_path / "mail")
    yield catcher
    catcher.stop()


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A signed-out visitor of an installation whose mail is caught."""
    monkeypatch.setenv("LMS_INSTANCE", str(tmp_path))
    app = create_app(MAIL_CATCHER=str(tmp_path / "mail"), BROKER_URL="", SQLALCHEMY_DATABASE_URI="sqlite://")
    return app.test_client()


def mail(subject: str = "Ünïcode") -> EmailMessage:
    """A mail as the LMS sends them, with a script that an attacker would like."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "LMS <lms@localhost>", "Ann <ann@harbour.example>", subject
    mail.set_content(f"Hello Ann,\n\nchoose a new password: {LINK}.\n")
    mail.add_alternative(f'<p>Hello <a href="{LINK}">Ann</a></p><script>alert(1)</script>', subtype="html")
    return mail


def send(catcher: Controller, *mails: EmailMessage, to: tuple[str, ...] = ("ann@harbour.example",)) -> None:
    """Send by SMTP, one connection for all."""
    with smtplib.SMTP("127.0.0.1", catcher.port) as connection:
        for one in mails:
            connection.send_message(one, to_addrs=to)


def test_a_sent_mail_is_kept_with_its_recipients_text_html_and_links(catcher: Controller, tmp_path: Path):
    send(catcher, mail(), to=("ann@harbour.example", "bcc@harbour.example"))
    [name] = mailbox.names(tmp_path / "mail")
    caught = mailbox.read(tmp_path / "mail", name)
    assert caught.subject == "Ünïcode"
    assert caught.recipients == "ann@harbour.example, bcc@harbour.example"
    assert caught.text.startswith("Hello Ann,")
    assert "<p>Hello" in caught.html
    assert list(caught.links) == [LINK]


def test_the_newest_mail_comes_first(catcher: Controller, tmp_path: Path):
    send(catcher, mail("first"), mail("second"))
    subjects = [mailbox.read(tmp_path / "mail", name).subject for name in mailbox.names(tmp_path / "mail")]
    assert subjects == ["second", "first"]


@pytest.mark.parametrize("name", ["../secret_key", "20261124T000000000000-00000000", "", "%2e%2e/lms.sqlite3"])
def test_a_name_that_is_no_caught_mail_is_not_found(tmp_path: Path, name: str):
    (tmp_path / "mail").mkdir()
    (tmp_path / "secret_key.eml").write_text("secret")
    with pytest.raises(NotFound):
        mailbox.read(tmp_path / "mail", name)


def test_the_list_and_the_mail_are_shown_to_a_signed_out_visitor(
    catcher: Controller, client: FlaskClient, tmp_path: Path
):
    send(catcher, mail())
    assert "Ünïcode" in client.get("/dev/mail").text
    [name] = mailbox.names(tmp_path / "mail")
    page = client.get(f"/dev/mail/{name}").text
    assert 'href="http://127.0.0.1:5000/reset/token?a=1&amp;b=2"' in page
    assert "<script>alert(1)</script>" not in page


def test_the_mails_own_html_may_neither_run_scripts_nor_fetch(catcher: Controller, client: FlaskClient, tmp_path: Path):
    send(catcher, mail())
    [name] = mailbox.names(tmp_path / "mail")
    policy = client.get(f"/dev/mail/{name}/body").headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script" not in policy


def test_an_empty_list_says_so(client: FlaskClient):
    assert "No mail yet" in client.get("/dev/mail").text


def test_nobody_on_another_machine_reads_caught_mail(client: FlaskClient):
    assert client.get("/dev/mail", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 403


def test_without_a_catcher_there_is_no_such_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LMS_INSTANCE", str(tmp_path))
    app = create_app(MAIL_CATCHER=None, BROKER_URL="", SQLALCHEMY_DATABASE_URI="sqlite://")
    assert app.test_client().get("/dev/mail").status_code == 404
