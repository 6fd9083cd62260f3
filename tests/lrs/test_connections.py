"""Who may connect what."""

import pytest

from lms import lrs
from lms.attrs import validated
from lms.db import db, snapshot
from lms.errors import Invalid, NotAllowed, NotFound
from lms.lrs import ActivityAttrs, ConnectionAttrs
from tests import factories
from tests.lrs.server import SECRET, USER


def attrs(**values):
    return {"endpoint": "https://93.184.215.14/xapi", "username": USER, "secret": SECRET, **values}


@pytest.mark.parametrize(
    ("endpoint", "says"),
    [("http://93.184.215.14/xapi", "begins with https"), ("https://127.0.0.1/xapi", "inside our own network"),
     ("https://localhost/xapi", "inside our own network"), ("https://10.0.0.5/x", "inside our own network"),
     ("https://[::1]/xapi", "inside our own network"), ("https://169.254.169.254/", "inside our own network"),
     ("ftp://x.example/", "not an address"), ("https://u:p@93.184.215.14/", "fields of their own"), ("no", "not an")],
)  # fmt: skip
def test_addresses_inside_and_without_tls_are_refused(app, endpoint, says):
    with pytest.raises(Invalid, match=says) as refused:
        validated(ConnectionAttrs, attrs(endpoint=endpoint))
    assert set(refused.value.errors) == {"endpoint"}


def test_the_secret_is_kept_encrypted_and_out_of_the_trail(app, admin):
    row = lrs.save_connection(validated(ConnectionAttrs, attrs()), admin)
    assert SECRET not in row.secret
    assert "secret" not in snapshot(row).values


def test_the_secret_stays_when_it_is_left_blank_unless_the_address_is_another_one(app, admin):
    row = lrs.save_connection(
        validated(ConnectionAttrs, attrs(endpoint="https://93.184.215.14/xapi/statements/")), admin
    )
    kept = row.secret
    assert row.endpoint == "https://93.184.215.14/xapi"
    lrs.save_connection(validated(ConnectionAttrs, attrs(secret="", sends=True)), admin)
    assert (row.secret, row.sends) == (kept, True)
    with pytest.raises(Invalid, match="belongs to this address"):
        lrs.save_connection(validated(ConnectionAttrs, attrs(endpoint="https://93.184.215.15/xapi", secret="")), admin)


def test_a_connection_is_tried(store, connection, admin):
    assert lrs.try_connection(admin) == ""
    store.says = 403
    assert "does not accept key and secret" in lrs.try_connection(admin)
    store.says = 302
    assert "302" in lrs.try_connection(admin)
    store.says = 200
    assert "Is this the address of its xAPI?" in lrs.try_connection(admin)


def test_a_secret_that_cannot_be_read_any_more_says_so(app, store, connection, admin):
    lrs.configure({**app.config, "LRS_ALLOW_LOCAL": True, "SECRET_KEY": "another one"})
    assert "Fill it in again" in lrs.try_connection(admin)


def test_only_administrators_connect(app, author):
    with pytest.raises(NotAllowed):
        lrs.save_connection(validated(ConnectionAttrs, attrs()), author)
    with pytest.raises(NotAllowed):
        lrs.refused_page(author)


def test_an_activity_is_one_subject_of_ours(admin, author, stranger):
    subject = factories.open_course(author).subjects[0]
    row = lrs.map_activity(ActivityAttrs(activity="https://vr.example/a", subject_id=subject.id), admin)
    with pytest.raises(Invalid, match="has a subject already"):
        lrs.map_activity(ActivityAttrs(activity="https://vr.example/a", subject_id=subject.id), admin)
    with pytest.raises(Invalid, match="Choose one from the list"):
        lrs.map_activity(ActivityAttrs(activity="https://vr.example/b", subject_id=subject.id), stranger)
    with pytest.raises(NotFound):
        lrs.unmap_activity(row.id, stranger)
    assert [one.subject.title for one in lrs.activities(admin).items] == ["Subject 1"]
    lrs.unmap_activity(row.id, admin)
    assert lrs.activities(admin).total == 0
    db.session.commit()
