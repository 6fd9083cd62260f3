"""Files in S3: against a server that speaks its language, on this machine."""

import io
import logging
import os

import boto3
import pytest
from moto.server import ThreadedMotoServer

from lms import media
from lms.errors import Invalid, NotFound
from lms.media.places import Place
from lms.media.s3 import PART, S3Store
from tests import services


@pytest.fixture(scope="module")
def endpoint():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", services.free_port(), verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def store(endpoint, monkeypatch) -> S3Store:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret")
    boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1").create_bucket(Bucket="lms")
    return S3Store("lms", prefix="files/", endpoint=endpoint, region="us-east-1")


def keys(store: S3Store) -> list[str]:
    return [row["Key"] for row in store.client.list_objects_v2(Bucket="lms").get("Contents", [])]


def test_a_large_file_goes_in_parts_and_comes_back_in_ranges(store):
    data = os.urandom(2 * PART + 1000)
    store.write("1/large", io.BytesIO(data))
    assert store.size("1/large") == len(data)
    assert store.client.head_object(Bucket="lms", Key="files/1/large")["ETag"].endswith('-3"')
    with store.open("1/large") as stream:
        stream.seek(PART + 5)
        assert stream.read(10) == data[PART + 5 : PART + 15]
        stream.seek(0)
        assert stream.read() == data
    store.delete("1/large")
    store.delete("1/large")
    with pytest.raises(NotFound):
        store.open("1/large")


def test_what_is_given_up_half_way_leaves_nothing(store):
    class Failing(io.RawIOBase):
        given = 0

        def read(self, size=-1):
            self.given += size
            if self.given > 2 * PART:
                raise Invalid("file", "Too large.")
            return b"x" * size

    with pytest.raises(Invalid):
        store.write("1/half", Failing())
    assert keys(store) == []
    assert "Uploads" not in store.client.list_multipart_uploads(Bucket="lms")


def test_all_of_a_prefix_goes_at_once(store):
    for name in ("a/1", "a/b/2", "c/3"):
        store.write(name, io.BytesIO(b"x"))
    store.delete_all("a/")
    assert keys(store) == ["files/c/3"]
    store.delete_all("c/")


def test_the_pages_do_not_know_the_difference(app, client_for, author, store, monkeypatch):
    monkeypatch.setattr(Place, "store", store)
    client = client_for(author)
    data = b"\x89PNG\r\n\x1a\n" + os.urandom(300_000)
    told = client.post("/media/", data={"file": (io.BytesIO(data), "Ladder.png")}).json
    assert keys(store) == [f"files/{media.find_file(told['id'], author).key}"]
    part = client.get(told["url"], headers={"Range": "bytes=100000-100009"})
    assert (part.status_code, part.data) == (206, data[100000:100010])
    assert client.get(told["url"]).data == data
    media.delete_file(media.find_file(told["id"], author), author)
    assert keys(store) == []
    assert client.get(told["url"]).status_code == 404


def test_a_setting_chooses_the_bucket(app, monkeypatch):
    before = Place.store
    try:
        media.configure({**app.config, "MEDIA_S3_BUCKET": "lms", "MEDIA_S3_REGION": "eu-west-1"})
        assert (media.blobs().bucket, media.blobs().client.meta.region_name) == ("lms", "eu-west-1")
    finally:
        Place.store = before
