"""The learning record store through the pages."""

import pytest

from lms import lrs
from lms.db import db
from lms.lrs import ConnectionAttrs
from lms.lrs.taking import take
from lms.views.frame import LANGUAGES
from tests import factories
from tests.lrs.conftest import store as store
from tests.lrs.server import SECRET, USER


@pytest.mark.parametrize("path", ["/exchange/xapi/", "/exchange/xapi/incoming"])
def test_the_pages_are_for_administrators(client_for, admin, author, path):
    for language in LANGUAGES:
        admin.locale = language
        assert client_for(admin).get(path).status_code == 200
    assert client_for(author).get(path).status_code == 403


def test_a_store_is_connected_and_tried(store, client_for, admin):
    client = client_for(admin)
    sent = {"endpoint": store.endpoint, "username": USER, "secret": SECRET, "sends": "y", "actor": "mbox"}
    page = client.post("/exchange/xapi/", data=sent, follow_redirects=True)
    assert "Saved." in page.text
    assert SECRET not in page.text
    connection = lrs.connection_of(admin)
    assert (connection.sends, connection.reads, connection.actor) == (True, False, "mbox")
    assert "accepts key and secret" in client.post("/exchange/xapi/test", follow_redirects=True).text
    store.says = 500
    assert "It answers 500" in client.post("/exchange/xapi/test", follow_redirects=True).text


def test_an_address_inside_is_refused_beside_the_field(client_for, admin):
    sent = {"endpoint": "https://127.0.0.1/xapi", "username": USER, "secret": SECRET, "actor": "account"}
    assert "inside our own network" in client_for(admin).post("/exchange/xapi/", data=sent).text


def test_what_came_in_is_given_a_subject_and_tried_again(store, client_for, admin, author, learner):
    connection = lrs.save_connection(ConnectionAttrs(endpoint=store.endpoint, username=USER, secret=SECRET), admin)
    statement = {
        "id": "5b1d2c1e-0000-4000-8000-000000000001", "actor": {"mbox": f"mailto:{learner.email}"},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/passed"}, "object": {"id": "https://vr.example/drill"},
    }  # fmt: skip
    take(admin.organization_id, connection.endpoint, [statement])
    db.session.commit()
    course = factories.open_course(author, 1)
    factories.courses.enroll(course, [learner.id], author)
    client = client_for(admin)
    page = client.get("/exchange/xapi/incoming").text
    assert "This activity is none of our subjects." in page
    assert "https://vr.example/drill" in page
    sent = {"activity": "https://vr.example/drill", "subject_id": course.subjects[0].id}
    assert "can be tried again" in client.post("/exchange/xapi/incoming", data=sent, follow_redirects=True).text
    assert "1 statement was taken over." in client.post("/exchange/xapi/incoming/again", follow_redirects=True).text
    (row,) = lrs.activities(admin).items
    client.post(f"/exchange/xapi/incoming/{row.id}/remove")
    assert lrs.activities(admin).total == 0
