"""The quiz and those who take it, signed in without the form: their sessions are made as the sign-in makes them."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import Context
from typing import Any

from flask import Flask, session
from flask_login import login_user
from flask_migrate import upgrade
from flask_wtf.csrf import generate_csrf
from sqlalchemy import text

from bench.quiz.taking import Learner
from lms import courses, create_app, questions
from lms.accounts import Organization, User
from lms.db import db, transaction
from lms.events import EventCenter
from lms.questions import BankAttrs, QuestionAttrs
from tests import factories

AGENT = "bench"
DRAWN = 5


@contextmanager
def application() -> Iterator[Flask]:
    """The application on the bench's database, with its tables; what is broadcast meanwhile is not told."""
    app = create_app()
    with app.app_context():
        upgrade()
        EventCenter.publish = staticmethod(lambda ids: None)
        yield app
        db.session.remove()
        db.engine.dispose()


def make(app: Flask, groups: Sequence[int], bank_size: int) -> list[list[Learner]]:
    """People for each group, all enrolled in one course whose quiz draws from a bank of `bank_size` questions."""
    organization = factories.organization()
    author = factories.user(organization, "Arthur Author", "author")
    bank = questions.create_bank(BankAttrs(title="Bank"), author)
    rows = [QuestionAttrs(title=f"Q{number}", definition=_question(number)) for number in range(bank_size)]
    questions.add_questions(bank, rows, author)
    draw = {"id": "drawn1", "kind": "draw", "bank_id": bank.id, "count": DRAWN}
    row = factories.quiz(author, blocks=[draw], feedback="answer", pass_mark=50)
    users = _people(organization, sum(groups))
    course = factories.course(author, "A course with a quiz")
    step = courses.add_subject(course, courses.SubjectAttrs(title="Quiz", content_id=row.id), author)
    courses.publish_course(course, author)
    enrollments = {row.user_id: row.id for row in courses.enroll(course, [user.id for user in users], author)}
    # Each in a context of its own: the token is kept for the context at hand.
    learners = [
        Context().run(_signed_in, app, user, f"/learn/{enrollments[user.id]}/subjects/{step.id}") for user in users
    ]
    db.session.execute(text("UPDATE changes SET settled_at = now()"))
    db.session.commit()
    rest = iter(learners)
    return [[next(rest) for _ in range(number)] for number in groups]


def _question(number: int) -> dict[str, Any]:
    options = [{"text": f"Option {n} of question {number}", "correct": n == 0} for n in range(4)]
    return {"kind": "single", "text": f"<p>Question {number}: {'which one is right? ' * 20}</p>", "options": options}


def _people(organization: Organization, number: int) -> list[User]:
    users = [
        User(
            organization_id=organization.id, name=f"Learner {n}", email=f"learner{n}@quiz.example", password="x",
            roles=["learner"],
        )
        for n in range(number)
    ]  # fmt: skip
    with transaction() as session:
        session.add_all(users)
    return users


def _signed_in(app: Flask, user: User, path: str) -> Learner:
    with app.test_request_context("/", headers={"User-Agent": AGENT}, environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        login_user(user)
        token = generate_csrf()
        serializer: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        cookie = serializer.dumps(dict(session))
    return Learner(path, f"{app.config['SESSION_COOKIE_NAME']}={cookie}", token)


def largest_process(port: int) -> int:
    """Megabytes that the largest process of the site on this port ever had in memory."""
    largest = 0
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline") as command, open(f"/proc/{pid}/status") as status:
                if f"127.0.0.1:{port}" in command.read():
                    peak = next((line for line in status if line.startswith("VmHWM:")), "VmHWM: 0 kB")
                    largest = max(largest, int(peak.split()[1]) // 1024)
        except FileNotFoundError:
            continue
    return largest
