"""Files that come in and go out, as jobs."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.db import BigId, Json, Owned, Stamped, Title, db, intpk

UPLOADED, CHECKING, CHECKED, RUNNING, STOPPED, DONE, FAILED, UNDOING, UNDONE = (
    "uploaded", "checking", "checked", "running", "stopped", "done", "failed", "undoing", "undone",
)  # fmt: skip
AT_WORK = (CHECKING, RUNNING, UNDOING)
"""States in which a worker has something to do."""

WAITING, SENT, UNSENT = "waiting", "sent", "unsent"
"""What becomes of a file that is to be put somewhere."""

CREATED, CHANGED, LEFT, REFUSED = "created", "changed", "left", "refused"
"""What becomes of a row."""
OUTCOMES = (CREATED, CHANGED, LEFT, REFUSED)


class Import(Owned, Stamped, db.Model):
    """A file on its way in: uploaded, checked row by row, then carried out in chunks that commit with `position`."""

    __tablename__ = "imports"

    id: Mapped[intpk]
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[Title]
    """The file's name."""
    path: Mapped[str] = mapped_column(String(100), info={"secret": True})
    """Where the store keeps it."""
    format: Mapped[str] = mapped_column(String(10))
    encoding: Mapped[str] = mapped_column(String(20), default="")
    delimiter: Mapped[str] = mapped_column(String(1), default="")
    sheet: Mapped[str] = mapped_column(String(100), default="")
    sheets: Mapped[list[str]] = mapped_column(Json, default=list)
    headings: Mapped[list[str]] = mapped_column(Json, default=list)
    """What stands in the first row."""
    columns: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    """Our name of each column by the heading it was matched with."""
    tell: Mapped[bool] = mapped_column(default=False)
    """Whether those concerned get their mails."""
    state: Mapped[str] = mapped_column(String(10), default=UPLOADED)
    total: Mapped[int] = mapped_column(default=0)
    """Rows in the file, known once it has been read to its end."""
    position: Mapped[int] = mapped_column(default=0)
    """Rows dealt with in this state."""
    created: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    left: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(Text, default="")
    """Why it failed, for people."""
    request_id: Mapped[str] = mapped_column(String(64))
    """Carried by every change it makes, and so by every entry of the trail."""
    actor_id: Mapped[int | None] = mapped_column(BigId)
    scopes: Mapped[list[str] | None] = mapped_column(Json)
    """What the key may do that started it; None when a person did."""
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    @property
    def is_at_work(self) -> bool:
        """Whether a worker has something to do for it."""
        return self.state in AT_WORK


class ImportRow(db.Model):
    """What became of one row of a file, or would become of it."""

    __tablename__ = "import_rows"

    import_id: Mapped[int] = mapped_column(BigId, ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    """As the file counts, the heading being row 1."""
    outcome: Mapped[str] = mapped_column(String(10))
    object_id: Mapped[int | None] = mapped_column(BigId)
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """Of what was changed: the values it had."""
    message: Mapped[str] = mapped_column(Text, default="")


Index("ix_import_rows_import_id_outcome", ImportRow.import_id, ImportRow.outcome, ImportRow.number)


class ColumnMatch(Owned, db.Model):
    """How the organization's files of one kind name a column: remembered from the last import."""

    __tablename__ = "import_columns"
    __table_args__ = (UniqueConstraint("organization_id", "kind", "heading"),)

    id: Mapped[intpk]
    kind: Mapped[str] = mapped_column(String(20))
    heading: Mapped[str] = mapped_column(String(200))
    column: Mapped[str] = mapped_column(String(40))


class Export(Owned, Stamped, db.Model):
    """A file on its way out, made by a worker, kept for a week."""

    __tablename__ = "exports"

    id: Mapped[intpk]
    kind: Mapped[str] = mapped_column(String(20))
    format: Mapped[str] = mapped_column(String(10))
    title: Mapped[Title]
    path: Mapped[str] = mapped_column(String(100), default="", info={"secret": True})
    state: Mapped[str] = mapped_column(String(10), default=RUNNING)
    rows: Mapped[int] = mapped_column(default=0)
    size: Mapped[int] = mapped_column(BigId, default=0)
    problem: Mapped[str] = mapped_column(Text, default="")
    actor_id: Mapped[int | None] = mapped_column(BigId)
    schedule_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("export_schedules.id", ondelete="SET NULL"), index=True
    )
    claimed_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    delivery: Mapped[str] = mapped_column(String(10), default="")
    """Of a scheduled one: waiting, sent or unsent (given up); empty while it is being made."""
    delivery_problem: Mapped[str] = mapped_column(Text, default="")
    """What went wrong the last time it was sent, for people."""
    tries: Mapped[int] = mapped_column(default=0)
    try_at: Mapped[datetime | None]
    """When to send it, or to try again."""


class ExportSchedule(Owned, Stamped, db.Model):
    """An export that is made again every day or week, and where it is put then."""

    __tablename__ = "export_schedules"

    id: Mapped[intpk]
    kind: Mapped[str] = mapped_column(String(20))
    format: Mapped[str] = mapped_column(String(10))
    every: Mapped[str] = mapped_column(String(10))
    """daily or weekly."""
    hour: Mapped[int]
    """In the organization's time zone."""
    next_at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(BigId)
    destination: Mapped[str] = mapped_column(String(10), default="folder")
    """folder, s3 or sftp."""
    bucket: Mapped[str] = mapped_column(String(63), default="")
    folder: Mapped[str] = mapped_column(String(500), default="")
    """What keys begin with in a bucket; the folder on an SFTP server, empty for the one where one is after signing
    in."""
    host: Mapped[str] = mapped_column(String(253), default="")
    port: Mapped[int] = mapped_column(default=22)
    username: Mapped[str] = mapped_column(String(100), default="")
    host_key: Mapped[str] = mapped_column(Text, default="")
    """By which the server is known: type and key, as in known_hosts."""
    secret: Mapped[str] = mapped_column(Text, default="", info={"secret": True})
    """Password or private key, encrypted with a key that is derived from SECRET_KEY."""

    @property
    def where(self) -> str:
        """Where it goes, for people."""
        match self.destination:
            case "s3":
                return f"s3://{self.bucket}/{self.folder.strip('/')}".rstrip("/")
            case "sftp":
                port = "" if self.port == 22 else f":{self.port}"
                return f"sftp://{self.username}@{self.host}{port}/{self.folder}".rstrip("/")
        return ""
