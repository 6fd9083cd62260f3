"""Files to import."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from lms import transfer
from lms.accounts import User
from lms.db import db
from lms.transfer import Import
from lms.transfer.running import Pace

LIMIT = 50_000_000


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of the tests lie in a folder of their own."""
    monkeypatch.setenv("LMS_TRANSFER", str(tmp_path / "transfer"))


@pytest.fixture
def upload(admin: User) -> Callable[..., Import]:
    """Uploads a file, as bytes or as lines."""

    def send(kind: str, content: bytes | str | Sequence[str], name: str = "file.csv") -> Import:
        if not isinstance(content, (bytes, str)):
            content = "\n".join(content)
        data = content if isinstance(content, bytes) else content.encode()
        return transfer.upload(kind, name, [data], admin, LIMIT)

    return send


def work(app: Any, pace: Pace = Pace()) -> None:
    """What a worker does until nothing is left."""
    while transfer.work(app.config, pace):
        pass
    db.session.expire_all()


@pytest.fixture
def carried_out(app: Any, admin: User, upload: Callable[..., Import]) -> Callable[..., Import]:
    """Uploads, checks and carries out a file, as the pages and a worker do."""

    def do(kind: str, content: Any, *, tell: bool = False) -> Import:
        job = upload(kind, content)
        transfer.check(job, None, admin)
        work(app)
        assert job.state == "checked", job.problem
        transfer.start(job, admin, tell=tell)
        work(app)
        assert job.state == "done", job.problem
        return job

    return do


def said(job: Import) -> dict[int, tuple[str, str]]:
    """What became of each row."""
    return {row.number: (row.outcome, row.message) for row in transfer.rows_page(job, 1, 100).items}


def counts(job: Import) -> tuple[int, int, int, int]:
    """created, changed, left, refused."""
    return job.created, job.changed, job.left, job.refused
