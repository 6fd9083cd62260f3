"""Who is told what, by note and by mail, through a real SMTP server."""

from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from lms import classroom, courses, notifications
from lms.db import db
from lms.deliveries import deliver
from lms.events import Change, EventCenter
from lms.notifications import Mail, Notification
from tests import factories, services


class Postbox:
    """A real SMTP server that keeps what it gets, and refuses or hangs up when told to."""

    def __init__(self) -> None:
        self.messages = []
        self.sessions = 0
        self.refuse: dict[str, str] = {}

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.messages.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture
def postbox(app):
    """The server, with the application's mail going to it."""
    box = Postbox()
    controller = Controller(box, hostname="127.0.0.1", port=services.free_port())
    controller.start()
    before = app.extensions["mail"].port
    app.extensions["mail"].port = controller.port
    yield box
    app.extensions["mail"].port = before
    controller.stop()


def deliver_all() -> None:
    ids = list(db.session.scalars(select(Change.id)))
    deliver(EventCenter.subscribers["notifications"], ids)


@pytest.fixture
def open_course(author, learner):
    """A published course with the learner and its author in it; nobody has been told yet."""
    course = factories.open_course(author)
    courses.enroll(course, [learner.id, author.id], author)
    return course


def kinds_of(user) -> list[str]:
    return list(
        db.session.scalars(select(Notification.kind).where(Notification.user_id == user.id).order_by(Notification.id))
    )


def test_enrolled_people_hear_of_a_new_subject_but_not_who_added_it(open_course, author, learner):
    factories.subject(open_course, author, "Part 2")
    deliver_all()
    assert kinds_of(learner)[-1] == "subject_added"
    assert kinds_of(author) == []


def test_a_mail_goes_to_each_in_html_and_text_over_one_connection(app, open_course, author, organization, postbox):
    people = [factories.user(organization, f"Person {number}") for number in range(5)]
    courses.enroll(open_course, [user.id for user in people], author)
    deliver_all()
    sent = notifications.send_waiting(app.config)
    assert sent == len(postbox.messages) == 6
    assert postbox.sessions == 1
    message = postbox.messages[-1]
    assert message["To"].addresses[0].addr_spec == people[-1].email
    assert "enrolled you in the course Fire safety" in message.get_body(("plain",)).get_content()
    assert f"/courses/{open_course.id}" in message.get_body(("html",)).get_content()
    letter = db.session.scalars(select(Mail).where(Mail.user_id == people[-1].id)).one()
    assert message["Message-ID"] == f"<mail-{letter.id}@127.0.0.1>"


def test_sending_twice_sends_once(app, open_course, postbox):
    deliver_all()
    assert notifications.send_waiting(app.config) == 1
    assert notifications.send_waiting(app.config) == 0


def test_one_refused_address_does_not_hold_up_the_others(app, open_course, author, learner, organization, postbox):
    other = factories.user(organization, "Other")
    courses.enroll(open_course, [other.id], author)
    postbox.refuse[learner.email] = "550 no such mailbox"
    deliver_all()
    assert notifications.send_waiting(app.config) == 1
    states = dict(db.session.execute(select(Mail.user_id, Mail.state)).all())
    assert states == {learner.id: "failed", other.id: "sent"}


def test_a_full_mailbox_is_tried_again_later(app, open_course, learner, postbox):
    postbox.refuse[learner.email] = "452 mailbox full"
    deliver_all()
    notifications.send_waiting(app.config)
    letter = db.session.scalars(select(Mail)).one()
    assert (letter.state, letter.attempts, letter.due_at is not None) == ("waiting", 1, True)


def test_a_server_that_is_down_loses_nothing(app, open_course, postbox):
    deliver_all()
    app.extensions["mail"].port = services.free_port()
    assert notifications.send_waiting(app.config) == 0
    assert db.session.scalars(select(Mail.state)).all() == ["waiting"]


@pytest.mark.parametrize(("wish", "notes", "mails"), [("mail", 1, 1), ("in_app", 1, 0), ("off", 0, 0)])
def test_people_hear_what_they_want_to_hear(author, learner, wish, notes, mails):
    notifications.set_preferences(learner, {"enrolled": wish})
    courses.enroll(factories.open_course(author), [learner.id], author)
    deliver_all()
    assert (len(kinds_of(learner)), len(db.session.scalars(select(Mail)).all())) == (notes, mails)


def test_a_changed_event_is_told_to_those_who_will_come(open_course, author, learner):
    event, _subject = courses.create_event_as_subject(open_course, factories.event_attrs(), author)
    classroom.update_event(event, factories.event_attrs().model_copy(update={"location": "Hall"}), author)
    deliver_all()
    assert kinds_of(learner)[-1] == "event_changed"


def test_an_invitation_carries_a_link_that_works(app, client_for, admin, postbox):
    client_for(admin).post("/people/invite", data={
        "name": "New Nurse", "email": "new@harbour.example", "roles": ["learner"], "locale": "en",
        "timezone": "Europe/Amsterdam",
    })  # fmt: skip
    deliver_all()
    notifications.send_waiting(app.config)
    text = postbox.messages[0].get_body(("plain",)).get_content()
    link = next(word for word in text.split() if "/reset/" in word)
    visitor = app.test_client()
    path = link.removeprefix(app.config["PUBLIC_URL"])
    visitor.post(path, data={"password": "a-new-long-phrase", "password_confirm": "a-new-long-phrase"})
    signed_in = visitor.post("/login", data={"email": "new@harbour.example", "password": "a-new-long-phrase"})
    assert signed_in.location == "/"
