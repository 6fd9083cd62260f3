"""Where files of schedules go: buckets and SFTP servers, real ones on this machine."""

import io
import logging
from datetime import timedelta

import boto3
import paramiko
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from moto.server import ThreadedMotoServer
from sqlalchemy import select, text

from lms import transfer
from lms.db import db, utcnow
from lms.deliveries import deliver
from lms.errors import Conflict, Invalid
from lms.events import Change, EventCenter
from lms.notifications import Mail
from lms.transfer import Export, ExportSchedule, ScheduleAttrs
from tests import services
from tests.transfer.conftest import work
from tests.transfer.sftp_server import PASSWORD, USER, Server


@pytest.fixture(autouse=True)
def quiet_clients():
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)


@pytest.fixture
def server(tmp_path, app, monkeypatch):
    monkeypatch.setitem(app.config, "EXPORT_SFTP_HOSTS", ("127.0.0.1",))
    folder = tmp_path / "far"
    (folder / "in").mkdir(parents=True)
    made = Server(folder)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def sftp(app, admin, server):
    """Makes a schedule to the server and lets its time come."""

    def do(**attrs) -> Export:
        values = {"host": "127.0.0.1", "port": server.port, "username": USER, "password": PASSWORD, "folder": "in",
                  "host_key": server.line, **attrs}  # fmt: skip
        return due(app, admin, destination="sftp", **values)

    return do


def due(app, admin, **attrs) -> Export:
    """The export of a new schedule whose time has come, after a worker's turn."""
    schedule = transfer.create_schedule(ScheduleAttrs(kind="people", **attrs), admin, app.config)
    schedule.next_at = utcnow() - timedelta(minutes=1)
    db.session.commit()
    work(app)
    return db.session.scalars(select(Export).order_by(Export.id.desc())).first()


def later(app, export: Export) -> None:
    """The moment of the next attempt, and a worker's turn."""
    export.try_at = utcnow()
    db.session.commit()
    work(app)


def names(server: Server) -> list[str]:
    return [path.name for path in (server.folder / "in").iterdir()]


def test_a_file_comes_on_an_sftp_server_under_its_name_alone(sftp, server):
    export = sftp()
    assert (export.delivery, export.delivery_problem, export.tries) == ("sent", "", 1)
    assert names(server) == [export.title]
    assert "Ada Admin" in (server.folder / "in" / export.title).read_text()


@pytest.mark.parametrize("has_posix_rename", [True, False])
def test_the_same_name_again_takes_the_place_of_the_old_file(sftp, server, has_posix_rename):
    server.has_posix_rename = has_posix_rename
    (server.folder / "in" / f"people-{utcnow():%Y-%m-%d}.csv").write_text("old")
    export = sftp()
    assert names(server) == [export.title]
    assert "old" not in (server.folder / "in" / export.title).read_text()


def test_a_private_key_lets_in_as_a_password_does(sftp, server):
    key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()
    server.client_key = paramiko.Ed25519Key.from_private_key(io.StringIO(key))
    assert sftp(password="", private_key=key).delivery == "sent"


def test_a_server_with_another_key_gets_nothing_not_even_the_password(sftp, server):
    server.line_before, server.host_key = server.line, paramiko.ECDSAKey.generate()
    export = sftp(host_key=server.line_before)
    assert (export.state, export.delivery, names(server)) == ("done", "unsent", [])
    assert "shows another key than the one it is known by" in export.delivery_problem
    assert not any(transport.is_authenticated() for transport in server.transports)


def test_a_refused_sign_in_is_not_tried_again(app, sftp, server):
    export = sftp(password="wrong")
    assert (export.delivery, export.try_at) == ("unsent", None)
    assert "does not let lms in" in export.delivery_problem
    work(app)
    assert export.tries == 1


def test_a_folder_that_is_not_there_is_said(sftp):
    assert sftp(folder="nowhere").delivery_problem == "There is no folder nowhere on 127.0.0.1."


def test_a_server_that_is_down_gets_the_file_when_it_is_up_again(app, sftp, server):
    server.stop()
    export = sftp()
    assert (export.state, export.delivery) == ("done", "waiting")
    assert "does not answer" in export.delivery_problem
    assert export.try_at > utcnow()
    work(app)
    assert export.tries == 1
    later(app, export)
    assert (export.delivery, export.tries) == ("waiting", 2)
    server.start()
    later(app, export)
    assert (export.delivery, export.delivery_problem, names(server)) == ("sent", "", [export.title])


def test_half_a_file_never_has_the_name_of_a_whole_one(app, sftp, server):
    server.bytes_left = 100
    export = sftp()
    assert (export.delivery, export.title in names(server)) == ("waiting", False)
    server.bytes_left = None
    server.start()
    later(app, export)
    assert names(server) == [export.title]


def test_it_is_given_up_after_a_day_and_can_be_sent_again(app, admin, sftp, server):
    server.stop()
    export = sftp()
    export.finished_at = utcnow() - timedelta(days=1, minutes=1)
    later(app, export)
    assert export.delivery == "unsent"
    deliver(EventCenter.subscribers["notifications"], list(db.session.scalars(select(Change.id))))
    assert "export_unsent" in db.session.scalars(select(Mail.kind).where(Mail.user_id == admin.id)).all()
    server.start()
    transfer.send_again(export, admin)
    work(app)
    assert export.delivery == "sent"
    with pytest.raises(Conflict):
        transfer.send_again(export, admin)


def test_a_server_inside_our_network_is_reached_only_if_that_is_allowed(app, sftp, monkeypatch):
    monkeypatch.setitem(app.config, "EXPORT_SFTP_HOSTS", ())
    assert "inside the network of the installation" in sftp().delivery_problem


def test_the_password_is_kept_encrypted_and_is_in_no_page(app, admin, sftp, client_for):
    sftp(password="wrong but secret")
    kept = db.session.execute(text("SELECT secret FROM export_schedules")).scalar_one()
    told = str(db.session.execute(text("SELECT after FROM changes WHERE object_type = 'ExportSchedule'")).all())
    page = client_for(admin).get("/exchange/exports/").text
    assert "secret" not in kept + told + page
    assert "does not let lms in" in page
    assert "sftp://lms@127.0.0.1" in page


@pytest.mark.parametrize(
    ("attrs", "field"),
    [({"host_key": "ssh-rsa nonsense"}, "host_key"), ({"host_key": ""}, "host_key"), ({"host": ""}, "host"),
     ({"password": ""}, "password"), ({"private_key": "-----BEGIN OPENSSH PRIVATE KEY-----\nx"}, "private_key")],
)  # fmt: skip
def test_what_is_missing_or_unreadable_is_said_at_once(sftp, attrs, field):
    with pytest.raises(Invalid) as refused:
        sftp(**attrs)
    assert set(refused.value.errors) == {field}


def test_a_form_that_is_refused_does_not_show_the_key_again(app, admin, client_for):
    answer = client_for(admin).post("/exchange/exports/schedules/new", data={
        "kind": "people", "format": "csv", "every": "daily", "hour": "5", "destination": "sftp", "host": "h",
        "username": "u", "host_key": "x", "private_key": "-----BEGIN MINE-----", "password": "mine too",
    })  # fmt: skip
    assert "Paste one line as ssh-keyscan gives it" in answer.text
    assert "BEGIN MINE" not in answer.text
    assert "mine too" not in answer.text


@pytest.fixture(scope="module")
def s3():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", services.free_port(), verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def bucket(app, s3, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret")
    for name, value in (("ENDPOINT", s3), ("REGION", "us-east-1"), ("BUCKETS", ("exports", "gone"))):
        monkeypatch.setitem(app.config, f"EXPORT_S3_{name}", value)
    client = boto3.client("s3", endpoint_url=s3, region_name="us-east-1")
    client.create_bucket(Bucket="exports")
    return client


def test_a_file_comes_into_a_bucket_under_prefix_and_organization(app, admin, bucket):
    export = due(app, admin, destination="s3", bucket="exports", folder="/hr/")
    assert (export.delivery, export.delivery_problem) == ("sent", "")
    body = bucket.get_object(Bucket="exports", Key=f"hr/harbour-hospital/{export.title}")["Body"].read()
    assert b"Ada Admin" in body


def test_a_bucket_that_is_not_there_and_one_that_is_not_offered(app, admin, bucket):
    export = due(app, admin, destination="s3", bucket="gone")
    assert (export.delivery, export.delivery_problem) == ("unsent", "The bucket gone answers: NoSuchBucket.")
    with pytest.raises(Invalid):
        transfer.create_schedule(ScheduleAttrs(kind="people", destination="s3", bucket="media"), admin, app.config)


def test_a_bucket_whose_server_is_down_waits(app, admin, bucket, monkeypatch):
    monkeypatch.setitem(app.config, "EXPORT_S3_ENDPOINT", f"http://127.0.0.1:{services.free_port()}")
    export = due(app, admin, destination="s3", bucket="exports")
    assert (export.delivery, export.tries) == ("waiting", 1)
    assert "does not answer" in export.delivery_problem


def test_a_schedule_that_is_gone_sends_nothing(app, admin, sftp, server):
    server.stop()
    export = sftp()
    transfer.delete_schedule(db.session.scalars(select(ExportSchedule.id)).one(), admin)
    later(app, export)
    assert (export.delivery, export.delivery_problem) == ("unsent", "The schedule was removed.")
