"""OneRoster through the pages."""

import io

import pytest

from lms import transfer
from lms.db import db
from lms.transfer import oneroster
from tests import factories
from tests.transfer.conftest import own_store as own_store
from tests.transfer.conftest import work


def test_the_pages_are_for_administrators(client_for, admin, author):
    assert client_for(admin).get("/exchange/oneroster/").status_code == 200
    assert client_for(author).get("/exchange/oneroster/").status_code == 403
    assert client_for(author).post("/exchange/oneroster/export").status_code == 403


def test_a_zip_goes_out_and_comes_in(app, client_for, admin, author, learner, stranger):
    factories.courses.enroll(factories.open_course(author, 1), [learner.id], author)
    client = client_for(admin)
    assert "The file is being made." in client.post("/exchange/oneroster/export", follow_redirects=True).text
    work(app)
    (export,) = transfer.exports_page(admin).items
    answer = client.get(f"/exchange/exports/{export.id}/file")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    for user in (admin, author, learner):
        user.email = f"was-{user.email}"
    db.session.commit()
    other = client_for(stranger)
    sent = {"file": (io.BytesIO(answer.data), "harbour.zip"), "pass_mark": "55"}
    page = other.post("/exchange/oneroster/", data=sent, follow_redirects=True)
    assert "harbour.zip" in page.text
    (row,) = oneroster.rosters_page(stranger).items
    assert "every 2s" in other.get(f"/exchange/oneroster/{row.id}/progress").text
    work(app)
    assert "HX-Refresh" in other.get(f"/exchange/oneroster/{row.id}/progress").headers
    assert "Carry it out" in other.get(f"/exchange/oneroster/{row.id}").text
    other.post(f"/exchange/oneroster/{row.id}/start")
    work(app)
    assert (row.state, row.pass_mark) == ("done", 55)
    assert other.get(f"/exchange/oneroster/{row.id}").status_code == 200
    assert client.get(f"/exchange/oneroster/{row.id}").status_code == 404


@pytest.mark.parametrize(("data", "says"), [(b"x", "not a zip file"), (None, "Choose a file.")])
def test_what_is_no_zip_is_refused_beside_the_field(client_for, admin, data, says):
    sent = {"pass_mark": "60"} if data is None else {"pass_mark": "60", "file": (io.BytesIO(data), "x.zip")}
    assert says in client_for(admin).post("/exchange/oneroster/", data=sent).text
