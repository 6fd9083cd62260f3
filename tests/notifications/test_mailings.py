"""One change that concerns many people: rows in chunks, sending by several, stopped, gone on with, killed."""

from threading import Thread

import pytest
from sqlalchemy import func, select

from lms import courses, create_app, notifications
from lms.db import db
from lms.notifications import Mail, Mailing, Notification, mailings, telling
from tests import factories, services
from tests.notifications.test_telling import tell


@pytest.fixture
def small(monkeypatch):
    """More than 5 people are many, and rows are written 4 at a time."""
    monkeypatch.setattr(telling, "MANY", 5)
    monkeypatch.setattr(telling, "merge_within", telling.timedelta(0))
    monkeypatch.setattr(mailings, "CHUNK", 4)


def crowd(organization, author, number: int):
    """A course with so many people in it, who know of it."""
    course = factories.open_course(author)
    people = [factories.user(organization, f"Person {n}") for n in range(number)]
    courses.enroll(course, [person.id for person in people], author)
    tell()
    db.session.execute(Mail.__table__.delete())
    db.session.execute(Notification.__table__.delete())
    db.session.commit()
    return course, people


@pytest.fixture
def mailing(small, organization, author):
    """Of a subject that ten people are to hear of; nothing is written yet."""
    course, _people = crowd(organization, author, 10)
    factories.subject(course, author, "Hoses")
    tell()
    return db.session.scalars(select(Mailing)).one()


def counts() -> tuple[int, int]:
    db.session.rollback()
    return tuple(db.session.scalar(select(func.count()).select_from(model)) for model in (Notification, Mail))


def test_the_rows_follow_in_chunks_and_each_chunk_once(mailing):
    assert (mailing.total, counts()) == (10, (0, 0))
    seen = []
    while notifications.write_some():
        seen.append(counts())
    assert seen == [(4, 4), (8, 8), (10, 10)]
    assert counts() == (10, 10)
    db.session.refresh(mailing)
    assert mailing.written_at is not None


def test_who_came_later_is_not_told_and_choices_are_heard(organization, author, small):
    course, people = crowd(organization, author, 10)
    notifications.set_preferences(people[0], {"subject_added": "off"})
    notifications.set_preferences(people[1], {"subject_added": "in_app"})
    factories.subject(course, author, "Hoses")
    tell()
    courses.enroll(course, [factories.user(organization).id], author)
    while notifications.write_some():
        pass
    assert counts() == (9, 8)


def test_a_stopped_mailing_is_neither_written_nor_sent_until_somebody_goes_on(app, post, admin, client_for, mailing):
    notifications.write_some()
    client = client_for(admin)
    client.post(f"/admin/mailings/{mailing.id}/stop")
    assert not notifications.write_some()
    assert notifications.send_waiting(app.config) == 0
    page = client.get(f"/admin/mailings/{mailing.id}").text
    assert "Stopped" in page
    assert client.post(f"/admin/mailings/{mailing.id}/stop").status_code == 409
    client.post(f"/admin/mailings/{mailing.id}/go-on")
    while notifications.write_some():
        pass
    assert notifications.send_waiting(app.config) == 10
    assert "Done" in client.get(f"/admin/mailings/{mailing.id}").text


def test_its_progress_is_asked_for_as_long_as_there_is_something_to_do(app, post, admin, client_for, mailing):
    client = client_for(admin)
    path = f"/admin/mailings/{mailing.id}/progress"
    assert "every 2s" in client.get(path).text
    while notifications.write_some():
        pass
    notifications.send_waiting(app.config)
    assert "every 2s" not in client.get(path).text


def test_only_administrators_of_the_organization_see_or_stop_it(client_for, author, stranger, mailing):
    assert client_for(author).get("/admin/mailings/").status_code == 403
    foreign = client_for(stranger)
    assert foreign.get(f"/admin/mailings/{mailing.id}").status_code == 404
    assert foreign.post(f"/admin/mailings/{mailing.id}/stop").status_code == 404
    assert "Hoses" not in foreign.get("/admin/mailings/").text


def test_names_with_accents_and_quotes_arrive_as_they_are(app, post, small, organization, author):
    course, people = crowd(organization, author, 6)
    names = ["Zoë Ünal", 'Bob "the" O\'Neil', "Ann, <b>B</b>", "李 雷", "Plain Name", "a" * 120]
    for person, name in zip(people, names, strict=True):
        person.name = name
    db.session.commit()
    factories.subject(course, author, "Hoses & more")
    tell()
    while notifications.write_some():
        pass
    assert notifications.send_waiting(app.config) == 6
    for message, person, name in zip(post.received, people, names, strict=True):
        [to] = message["To"].addresses
        assert (to.display_name, to.addr_spec) == (name, person.email)
        assert message.get_body(("plain",)).get_content().startswith(f"Hello {name},")
        assert "Hoses &amp; more" in message.get_body(("html",)).get_content()
        assert "zqmark" not in message.as_string()
        assert not message.defects


@pytest.mark.services
def test_several_senders_and_writers_at_once_on_postgresql_send_each_mail_once(start_server, mail_port, monkeypatch):
    monkeypatch.setattr(telling, "MANY", 5)
    monkeypatch.setattr(telling, "merge_within", telling.timedelta(0))
    monkeypatch.setattr(mailings, "CHUNK", 7)
    post = start_server()
    with services.own_database() as url:
        uri = url.replace("postgresql://", "postgresql+psycopg://", 1)
        app = create_app(
            SQLALCHEMY_DATABASE_URI=uri, BROKER_URL=None, MAIL_PORT=mail_port, SECRET_KEY="s", MAIL_MERGE=0
        )  # fmt: skip

        def work() -> None:
            with app.app_context():
                while notifications.write_some():
                    notifications.send_waiting(app.config)
                notifications.send_waiting(app.config)
                db.session.remove()

        with app.app_context():
            db.create_all()
            author = factories.user(factories.organization(), "Arthur", "author")
            course, people = crowd(author.organization, author, 60)
            for title in ("First", "Second"):
                factories.subject(course, author, title)
            tell()
            threads = [Thread(target=work) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(30)
            assert set(db.session.scalars(select(Mail.state))) == {"sent"}
            addresses = [person.email for person in people]
            db.session.remove()
            db.engine.dispose()
    assert sorted(address for [address] in post.recipients) == sorted(addresses * 2)
    assert len({message["Message-ID"] for message in post.received}) == 120
