"""Mails that came back (RFC 3464) and complaints (RFC 5965), as mail servers write them."""

import pytest
from sqlalchemy import select

from lms import notifications
from lms.db import db
from lms.errors import Invalid
from lms.notifications import Mail, StoppedAddress
from lms.notifications.signing import bounce_address
from tests.notifications.test_outbox import NEWS

BOUNCE = """\
From: MAILER-DAEMON@mx.example
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

This is the mail system.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Tue, 24 Nov 2026 10:00:00 +0000

Final-Recipient: rfc822; somebody@harbour.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} what the server said

--b1
Content-Type: text/rfc822-headers

Subject: You are enrolled
{header}

--b1--
"""
COMPLAINT = """\
From: feedback@provider.example
To: abuse@lms.example
Subject: Complaint
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b1"

--b1
Content-Type: text/plain

This is an email abuse report.

--b1
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Provider/1.0
Version: 1
Original-Mail-From: <{to}>

--b1
Content-Type: message/rfc822

Subject: You are enrolled

Hello
--b1--
"""


@pytest.fixture
def sent(app, post, learner) -> Mail:
    """A mail that was sent."""
    mail = notifications.post_mail(learner, "enrolled", NEWS)
    notifications.send_waiting(app.config)
    return mail


@pytest.fixture
def address(app, sent) -> str:
    return bounce_address(sent.id, "lms@localhost", app.config["SECRET_KEY"])


def bounce(app, to: str, status: str = "5.1.1", action: str = "failed", header: str = "X-Nothing: 1"):
    result = app.test_cli_runner().invoke(
        args=["mail", "bounce"], input=BOUNCE.format(to=to, status=status, action=action, header=header)
    )
    assert result.exit_code == 0, result.output
    return result.output


def stopped() -> list[tuple[str, str]]:
    db.session.rollback()
    return [(row.address, row.reason) for row in db.session.scalars(select(StoppedAddress))]


def test_each_mail_has_an_envelope_sender_of_its_own(post, sent, address):
    assert post.senders == [address]


def test_a_mail_that_came_back_for_good_stops_its_address_once(app, post, learner, sent, address):
    bounce(app, address.upper())
    bounce(app, address)
    db.session.refresh(sent)
    assert (sent.state, "5.1.1" in sent.error) == ("failed", True)
    assert stopped() == [(learner.email, "hard_bounce")]
    notifications.post_mail(learner, "enrolled", NEWS)
    assert notifications.send_waiting(app.config) == 0
    assert db.session.scalars(select(Mail.reason).order_by(Mail.id.desc())).first() == "hard_bounce"


@pytest.mark.parametrize(("status", "action"), [("5.2.2", "failed"), ("5.7.1", "failed"), ("4.4.1", "delayed")])
def test_a_full_mailbox_a_policy_and_a_delay_stop_nothing(app, sent, address, status, action):
    bounce(app, address, status, action)
    assert stopped() == []


def test_the_mail_is_found_by_the_header_of_what_was_returned(app, learner, post, sent, address):
    token = address.partition("+")[2].partition("@")[0]
    bounce(app, "postmaster@lms.example", header=f"X-LMS-Mail: {token}")
    assert stopped() == [(learner.email, "hard_bounce")]


@pytest.mark.parametrize("change", [("+b", "+b9"), ("-", "-0"), ("+", "x")])
def test_a_report_that_is_not_signed_by_us_changes_nothing(app, sent, address, change):
    assert "Ignored" in bounce(app, address.replace(*change))
    assert stopped() == []


def test_a_complaint_stops_everything_but_what_its_reader_asks_for(app, learner, sent, address):
    report = notifications.read_report(COMPLAINT.format(to=address).encode(), app.config["SECRET_KEY"])
    notifications.take_report(report)
    assert stopped() == [(learner.email, "complaint")]
    db.session.refresh(sent)
    assert sent.state == "sent"
    notifications.post_mail(learner, "enrolled", NEWS)
    notifications.post_mail(learner, "password_reset", {})
    assert notifications.send_waiting(app.config) == 1


def test_an_automatic_answer_is_no_report(app, address):
    with pytest.raises(Invalid, match="neither"):
        notifications.read_report(f"To: {address}\nSubject: Away\n\nBack on Monday".encode(), app.config["SECRET_KEY"])


def test_a_server_that_says_at_once_that_there_is_no_such_mailbox_stops_the_address(app, post, learner):
    post.answers[learner.email] = "550 5.1.1 No such user"
    notifications.post_mail(learner, "enrolled", NEWS)
    notifications.post_mail(learner, "enrolled", NEWS)
    assert notifications.send_waiting(app.config) == 0
    assert stopped() == [(learner.email, "hard_bounce")]


def test_an_administrator_sees_a_stopped_address_and_lifts_it(app, client_for, admin, stranger, learner, sent, address):
    bounce(app, address)
    client = client_for(admin)
    assert learner.email in client.get("/admin/mails/stopped").text
    row = db.session.scalars(select(StoppedAddress)).one()
    assert client_for(stranger).post(f"/admin/mails/stopped/{row.id}/lift").status_code == 404
    client.post(f"/admin/mails/stopped/{row.id}/lift")
    assert stopped() == []
    notifications.post_mail(learner, "enrolled", NEWS)
    assert notifications.send_waiting(app.config) == 1
