"""The measurement, on the database and broker that the environment names: `python -m bench.notify.measure`."""

import json
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select, text

from bench.notify import PEOPLE, SAMPLE, WORKERS
from bench.one_broker import started
from chaos.servers import Process, _descendants
from lms import broker, courses, create_app, notifications
from lms.accounts import User
from lms.courses import Course, SubjectAttrs
from lms.db import db
from lms.extensions import mail as flask_mail
from lms.notifications import Mail, Mailing
from lms.notifications.letters import Letter, compose
from tests import factories

FOLDER = Path(os.environ.get("BENCH_FOLDER", "."))
PATIENCE = 900
"""Seconds for any one thing."""
BEAT_EVERY = 5
"""Seconds between beat's calls for a sender."""
KILL_AT = 0.4
"""Part of the mails that are sent when the workers are killed."""

PEOPLE_SQL = text(
    """
    INSERT INTO users (name, email, locale, timezone, roles, active, fs_uniquifier, analytics_id, organization_id,
                       created_at, updated_at)
    SELECT 'Person ' || n || CASE WHEN n % 10 = 0 THEN ' Zoë' ELSE '' END, 'person' || n || '@many.example',
           CASE WHEN n % 5 = 0 THEN 'nl' ELSE 'en' END, 'Europe/Amsterdam', '["learner"]', true, 'many' || n,
           'many' || n, :organization, now(), now()
    FROM generate_series(1, :number) AS n
    """
)
ENROLL_SQL = text(
    """
    INSERT INTO enrollments (organization_id, course_id, user_id, round, created_at, updated_at)
    SELECT :organization, :course, id, 1, now(), now() FROM users WHERE email LIKE '%@many.example'
    """
)


def wait(until: Callable[[], Any], every: float = 0.1, meanwhile: Callable[[], Any] = lambda: None) -> Any:
    """Ask until the answer is true, each time in a new transaction."""
    end = time.monotonic() + PATIENCE
    while not (answer := until()):
        db.session.rollback()
        if time.monotonic() > end:
            raise RuntimeError("it takes too long")
        meanwhile()
        time.sleep(every)
    db.session.rollback()
    return answer


class Workers(Process):
    """Real workers that can be killed, and how much memory the largest of them had."""

    def __init__(self) -> None:
        command = ["celery", "-A", "worker", "worker", "-c", str(WORKERS), "-l", "warning"]
        super().__init__("worker", [sys.executable, "-m", *command], FOLDER)
        self.peak_mb = 0.0

    def look(self) -> None:
        """Note the memory of each process so far (its high-water mark)."""
        for pid in [self.process.pid, *_descendants(self.process.pid)] if self.process else []:
            try:
                status = Path(f"/proc/{pid}/status").read_text()
            except OSError:
                continue
            kilobytes = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
            self.peak_mb = max(self.peak_mb, *(int(number) / 1024 for number in kilobytes), 0.0)


def one_by_one(app: Flask, people: list[User], params: dict[str, Any]) -> float:
    """Mails per second with Flask-Mail's ordinary `mail.send`: the same words, rendered and sent for each by itself."""
    begin = time.perf_counter()
    for person in people:
        letter = Letter(
            id=f"single{person.id}", organization_id=person.organization_id, user_id=person.id, kind="subject_added",
            params=params, name=person.name, email=person.email, locale=person.locale,
        )  # fmt: skip
        flask_mail.send(compose(letter, app.config, {}))
    return len(people) / (time.perf_counter() - begin)


def tell_everybody(course: Course, author: User, content_id: int, title: str) -> int:
    """Add a subject to the course in which all are; returns the mailing's id, once it is there."""
    last = db.session.scalar(select(func.max(Mailing.id))) or 0
    courses.add_subject(course, SubjectAttrs(title=title, content_id=content_id), author)
    return int(wait(lambda: db.session.scalar(select(Mailing.id).where(Mailing.id > last)), 0.02))


class Received:
    """How many mails the server has written down since the last time that `restart` was called; the database is not
    asked, because counting is work too."""

    def __init__(self) -> None:
        self.file = open(FOLDER / "mails.txt")  # noqa: SIM115 - for as long as the measurement takes
        self.number = 0

    def restart(self) -> None:
        """Count from here on."""
        self.count()
        self.number = 0

    def count(self) -> int:
        """Mails so far."""
        self.number += self.file.read().count("\n")
        return self.number


def is_sent(mailing_id: int) -> bool:
    """Whether nothing of the mailing is open."""
    mailing = db.session.get_one(Mailing, mailing_id, populate_existing=True)
    sent = db.session.scalar(select(func.count()).where(Mail.mailing_id == mailing_id, Mail.state == "sent"))
    return mailing.total == sent


def measure(app: Flask) -> dict[str, Any]:
    """All figures."""
    author = factories.user(factories.organization(), "Arthur Author", "author")
    course = factories.open_course(author, subjects=1)
    content_id = factories.some_content(author, "Everybody").id
    where = {"organization": author.organization_id, "course": course.id}
    db.session.execute(PEOPLE_SQL, {"organization": author.organization_id, "number": PEOPLE})
    db.session.execute(ENROLL_SQL, where)
    db.session.execute(text("UPDATE changes SET settled_at = now()"))
    db.session.commit()
    db.session.execute(text("ANALYZE"))
    db.session.commit()
    people = list(db.session.scalars(select(User).where(User.email.like("%@many.example")).limit(SAMPLE)))
    params = {"actor": author.name, "title": "Hoses", "course": course.title, "course_id": course.id, "object_id": 1}
    singly = [one_by_one(app, people[: SAMPLE // 2], params)]

    workers, received = Workers(), Received()
    workers.start()
    try:
        time.sleep(5)
        received.restart()
        begin = time.perf_counter()
        first = tell_everybody(course, author, content_id, "First")
        wait(lambda: db.session.get_one(Mailing, first, populate_existing=True).written_at, 0.05, workers.look)
        rows_s = time.perf_counter() - begin
        wait(lambda: received.count() >= PEOPLE and is_sent(first), 0.5, as_beat_does)
        workers.look()
        began, ended = db.session.execute(
            select(func.min(Mail.sent_at), func.max(Mail.sent_at)).where(Mail.mailing_id == first)
        ).one()
        received.restart()
        second = tell_everybody(course, author, content_id, "Second")
        wait(lambda: received.count() > PEOPLE * KILL_AT, 0.05)
        workers.kill()
        workers.start()
        wait(lambda: received.count() >= PEOPLE and is_sent(second), 1, as_beat_does)
        workers.look()
    finally:
        workers.kill()
    singly.append(one_by_one(app, people[SAMPLE // 2 :], params))
    assert began is not None
    assert ended is not None
    rate = PEOPLE / max((ended - began).total_seconds(), 0.001)
    slow = sum(singly) / 2
    return {
        "rows_s": round(rows_s, 2),
        "mails_per_s": round(rate, 1),
        "one_by_one_per_s": round(slow, 1),
        "ratio": round(rate / slow, 2),
        "peak_mb": round(workers.peak_mb, 1),
        **counted([first, second]),
    }


_asked_at = 0.0


def as_beat_does() -> None:
    """Ask for a sender and a writer; workers that were killed left their claims, which run out."""
    global _asked_at
    if time.monotonic() > _asked_at + BEAT_EVERY:
        _asked_at = time.monotonic()
        broker.wake(notifications.SEND_TASK)
        broker.wake(notifications.WRITE_TASK)


def counted(mailings: list[int]) -> dict[str, int]:
    """What people got, by Message-ID, as the mail server wrote it down."""
    time.sleep(0.5)
    got: Counter[tuple[str, str]] = Counter()
    for line in (FOLDER / "mails.txt").read_text().splitlines():
        message_id, _space, address = line.partition(" ")
        got[message_id.partition("@")[0], address] += 1
    mailing_of = {
        f"mail-{id}": mailing_id
        for id, mailing_id in db.session.execute(select(Mail.id, Mail.mailing_id).where(Mail.mailing_id.in_(mailings)))
    }
    by_person: dict[tuple[int, str], list[int]] = defaultdict(list)
    for (message_id, address), number in got.items():
        if message_id in mailing_of:
            by_person[mailing_of[message_id] or 0, address].append(number)
    return {
        "missed": len(mailings) * PEOPLE - len(by_person),
        "twice": sum(len(ids) > 1 for ids in by_person.values()),
        "repeated": sum(sum(ids) - len(ids) for ids in by_person.values()),
    }


@contextmanager
def world() -> Iterator[Flask]:
    """The mail server in a process of its own, and the application with its tables."""
    postbox = ["bench.notify.postbox", os.environ["MAIL_PORT"], str(FOLDER / "mails.txt")]
    with started("postbox", postbox, "listening", FOLDER):
        app = create_app()
        with app.app_context():
            upgrade()
            yield app
            db.session.remove()
            db.engine.dispose()


if __name__ == "__main__":
    with world() as application:
        print(json.dumps(measure(application)))
