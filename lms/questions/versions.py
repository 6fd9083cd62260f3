"""Frozen definitions: what a learner was asked stays what it was, whatever becomes of the bank."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from sqlalchemy import select

from lms.db import db, find, transaction, upsert, utcnow
from lms.questions.models import Bank, Question, QuestionVersion

AT_ONCE = 100
"""Definitions that are read and written together; a few hundred kilobytes."""


def freeze(definition: Mapping[str, Any], organization_id: int) -> QuestionVersion:
    """The version that holds this canonical definition; the same definition gives the same row. Two statements."""
    return freeze_all([definition], organization_id)[0]


def freeze_all(definitions: Sequence[Mapping[str, Any]], organization_id: int) -> list[QuestionVersion]:
    """A version for each definition, in their order; two statements per hundred."""
    digests = [content_digest(definition) for definition in definitions]
    with transaction() as session:
        for start in range(0, len(definitions), AT_ONCE):
            rows = {
                digest: {
                    "organization_id": organization_id,
                    "digest": digest,
                    "kind": definition["kind"],
                    "definition": dict(definition),
                    "created_at": utcnow(),
                }
                for digest, definition in zip(digests[start:], definitions[start : start + AT_ONCE], strict=False)
            }
            session.execute(upsert(QuestionVersion).values(list(rows.values())).on_conflict_do_nothing())
    # After the commit, which would make every row be read again, one by one.
    found: dict[str, QuestionVersion] = {}
    for start in range(0, len(digests), AT_ONCE):
        statement = select(QuestionVersion).where(
            QuestionVersion.organization_id == organization_id,
            QuestionVersion.digest.in_(digests[start : start + AT_ONCE]),
        )
        found |= {version.digest: version for version in db.session.scalars(statement)}
    return [found[digest] for digest in digests]


def content_digest(definition: Mapping[str, Any]) -> str:
    """SHA-256 of the definition as JSON with sorted keys, in hexadecimal."""
    text = json.dumps(definition, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def draw(bank_id: int, count: int, seed: int, organization_id: int) -> list[QuestionVersion]:
    """`count` different questions of a bank, frozen, in an order that `seed` decides; fewer if the bank has fewer.

    Five statements; only the ids of the bank are read, and the definitions of those drawn.
    Raises NotFound for another organization's bank.
    """
    bank = find(Bank, bank_id, organization_id)
    ids = list(db.session.scalars(select(Question.id).where(Question.bank_id == bank.id).order_by(Question.id)))
    chosen = Random(seed).sample(ids, min(max(0, count), len(ids)))
    definitions: dict[int, Any] = {}
    for start in range(0, len(chosen), AT_ONCE):
        some = chosen[start : start + AT_ONCE]
        rows = db.session.execute(select(Question.id, Question.definition).where(Question.id.in_(some)))
        definitions |= {id: definition for id, definition in rows}
    return freeze_all([definitions[id] for id in chosen], organization_id) if chosen else []
