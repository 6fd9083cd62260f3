"""What content keeps through the state, activity profile and agent profile resources of xAPI 1.0.3 (part 3, 2.3 ff)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from lms.db import db, transaction
from lms.errors import Conflict, Invalid, NotFound, Refusal
from lms.tracking.models import Document

LARGEST = 1024 * 1024
"""Bytes of one document."""
MOST = 200
"""Documents of one learner in one place."""


class Changed(Refusal):
    """The document is another by now than the content believes (`If-Match`, `If-None-Match`)."""

    status = 412


@dataclass(frozen=True, slots=True)
class Key:
    """Which document: whose, of which resource, about which activity, in which registration, under which id."""

    user_id: int
    resource: str
    activity: str
    registration: str
    document_id: str = ""

    @property
    def activity_hash(self) -> str:
        """What the database finds an activity by."""
        return hashlib.sha256(self.activity.encode()).hexdigest() if self.activity else ""


def _where(key: Key) -> tuple[Any, ...]:
    found: tuple[Any, ...] = (
        Document.user_id == key.user_id,
        Document.resource == key.resource,
        Document.activity_hash == key.activity_hash,
        Document.registration == key.registration,
    )
    return (*found, Document.document_id == key.document_id) if key.document_id else found


def find_document(key: Key) -> Document:
    """The document; raises NotFound."""
    row = db.session.scalar(select(Document).where(*_where(key)))
    if row is None:
        raise NotFound("There is no such document.")
    return row


def ids(key: Key, since: datetime | None) -> list[str]:
    """The ids of all documents in this place, changed after `since`; one statement."""
    statement = select(Document.document_id).where(*_where(key)).order_by(Document.id)
    if since is not None:
        statement = statement.where(Document.updated_at > since)
    return list(db.session.scalars(statement))


@dataclass(frozen=True, slots=True)
class Conditions:
    """`If-Match` and `If-None-Match`, as they were sent; `needed` where one of them has to be."""

    match: str = ""
    none_match: str = ""
    needed: bool = False

    def check(self, row: Document | None) -> None:
        """Raise Changed if they do not hold, Conflict if one is needed and missing."""
        tags = {tag.strip().removeprefix("W/").strip('"') for tag in (self.match or self.none_match).split(",")}
        if self.match and (row is None or not ({"*", row.etag} & tags)):
            raise Changed("The document has changed meanwhile. Get it again first.")
        if self.none_match and row is not None and {"*", row.etag} & tags:
            raise Changed("There is such a document already. Get it first.")
        if self.needed and row is not None and not (self.match or self.none_match):
            raise Conflict("There is such a document already. Send If-Match with its ETag to replace it.")


def keep(
    key: Key, body: bytes, content_type: str, organization_id: int, conditions: Conditions, *, merge: bool = False
) -> None:
    """Write a document whole, or with `merge` set the members that `body` has, where both are JSON objects.

    Raises Changed, Conflict, and Invalid for what is too large or cannot be merged.
    """
    if len(body) > LARGEST:
        raise Invalid("document", "A document has at most a megabyte.")
    with transaction() as session:
        row = session.scalar(select(Document).where(*_where(key)).with_for_update())
        conditions.check(row)
        if merge and row is not None:
            body = _merged(row, body, content_type)
            content_type = row.content_type
        if row is None:
            if len(ids(Key(key.user_id, key.resource, key.activity, key.registration), None)) >= MOST:
                raise Invalid("document", "There are too many documents here.")
            row = Document(
                organization_id=organization_id, user_id=key.user_id, resource=key.resource,
                activity_hash=key.activity_hash, registration=key.registration, document_id=key.document_id,
            )  # fmt: skip
            session.add(row)
        row.body, row.content_type = body, content_type[:200]
        row.etag = hashlib.sha1(body, usedforsecurity=False).hexdigest()


def _merged(row: Document, body: bytes, content_type: str) -> bytes:
    both = []
    for data, kind in ((row.body, row.content_type), (body, content_type)):
        try:
            value = json.loads(data) if kind.partition(";")[0].strip() == "application/json" else None
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise Invalid("document", "Only JSON objects can be merged. Use PUT to replace the document.")
        both.append(value)
    return json.dumps(both[0] | both[1]).encode()


def keep_json(key: Key, value: Mapping[str, Any], organization_id: int) -> None:
    """Write a document of the LMS's own."""
    keep(key, json.dumps(value).encode(), "application/json", organization_id, Conditions())


def forget(key: Key, conditions: Conditions) -> None:
    """Remove a document, or without an id all of this place; raises Changed."""
    with transaction() as session:
        if key.document_id:
            conditions.check(session.scalar(select(Document).where(*_where(key)).with_for_update()))
        session.execute(delete(Document).where(*_where(key)))
