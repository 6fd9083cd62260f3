"""Qualifications that people hold: shown elsewhere, or kept in another system until now."""

from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import Select, or_, select

from lms import compliance
from lms.compliance import Evidence, Holding, Qualification
from lms.compliance.models.holdings import ACCEPTED
from lms.db import db, snapshot
from lms.transfer import values
from lms.transfer.kinds.finding import WHO, find_people
from lms.transfer.kinds.kind import Column, Kind, Line, Run

Key = tuple[int, int, date]
"""Ids of person and qualification, and the day it was obtained: what one row is about."""
TEXTS = ("expires_on", "issuer", "note")


def _deal(lines: Sequence[Line], run: Run) -> None:
    people = find_people(lines, run)
    qualifications = _find_qualifications(run.open_lines(lines), run)
    today = run.memory.setdefault("today", compliance.today_of(run.organization_id))
    keys: dict[int, Key] = {}
    for line in run.open_lines(lines):
        wrong = compliance.what_is_wrong(line.values["obtained_on"], line.values.get("expires_on"), today)
        if wrong:
            line.refuse(wrong)
        else:
            keys[line.number] = people[line.number], qualifications[line.number], line.values["obtained_on"]
    recorded, held = _recorded(keys.values(), run), _held(keys.values(), run)
    new: list[Line] = []
    corrections: list[tuple[Evidence, dict[str, Any]]] = []
    for line in run.open_lines(lines):
        key = keys[line.number]
        is_first = run.is_first(line, key)
        if line.outcome:
            continue
        given = {name: line.values[name] for name in TEXTS if name in line.values}
        if key in recorded:
            _compare(recorded[key], given, line, corrections, is_first=is_first)
        elif key in held and given.get("expires_on") in (None, held[key]):
            line.leave(None, "Held already, by what was done here.")
        elif is_first:
            new.append(line)
        else:
            line.refuse(line.message)
    rows = [dict(zip(("user_id", "qualification_id", "obtained_on"), keys[line.number], strict=True))
            | {name: line.values[name] for name in TEXTS if name in line.values} for line in new]  # fmt: skip
    ids: Sequence[int | None] = [None] * len(new)
    if not run.is_trial:
        ids = compliance.record_many(rows, run.actor)
        compliance.correct_many(corrections, run.actor)
    for line, id in zip(new, ids, strict=True):
        line.create(id)


def _compare(
    evidence: Evidence, given: dict[str, Any], line: Line, corrections: list[tuple[Evidence, dict[str, Any]]], *,
    is_first: bool,
) -> None:  # fmt: skip
    other = {name: value for name, value in given.items() if getattr(evidence, name) != value}
    if not other:
        line.leave(evidence.id, line.message)
    elif not is_first:
        line.refuse(line.message)
    elif evidence.media_id is not None:
        line.refuse("Who holds it handed in a certificate of that day, which says something else.")
    else:
        previous = snapshot(evidence)
        line.change(evidence.id, {name: previous[name] for name in other})
        corrections.append((evidence, other))


def _find_qualifications(lines: Sequence[Line], run: Run) -> dict[int, int]:
    """Ids by line number, by title or by what the other system calls it; refuses a line that names none."""
    known: dict[str, int] = run.memory.setdefault("qualifications", {})
    if not known:
        rows = db.session.execute(
            select(Qualification.id, Qualification.title, Qualification.external_id).where(
                Qualification.organization_id == run.organization_id
            )
        ).all()
        known.update({row.title.casefold(): row.id for row in rows})
        known.update({row.external_id.casefold(): row.id for row in rows if row.external_id})
    found: dict[int, int] = {}
    for line in lines:
        name = line.values["qualification"]
        if name.casefold() in known:
            found[line.number] = known[name.casefold()]
        else:
            line.refuse(f"There is no qualification “{name}”.")
    return found


def _recorded(keys: Iterable[Key], run: Run) -> dict[Key, Evidence]:
    """Accepted evidence of these people for these qualifications, the latest of a day."""
    rows = db.session.scalars(
        select(Evidence)
        .where(Evidence.organization_id == run.organization_id, Evidence.state == ACCEPTED)
        .where(Evidence.user_id.in_({key[0] for key in keys}))
        .where(Evidence.qualification_id.in_({key[1] for key in keys}))
        .order_by(Evidence.id)
    )
    return {(row.user_id, row.qualification_id, row.obtained_on): row for row in rows}


def _held(keys: Iterable[Key], run: Run) -> dict[Key, date | None]:
    """The last valid days of what these people hold by courses and sign-offs."""
    rows = db.session.execute(
        select(Holding.user_id, Holding.qualification_id, Holding.achieved_on, Holding.valid_until)
        .where(Holding.organization_id == run.organization_id, ~Holding.withdrawn, Holding.source != "evidence")
        .where(Holding.user_id.in_({key[0] for key in keys}))
        .where(Holding.qualification_id.in_({key[1] for key in keys}))
    )
    return {(user_id, id, day): until for user_id, id, day, until in rows}


def _recall(rows: Select[Any]) -> Iterable[tuple[Hashable, int]]:
    touched = rows.subquery()
    for *key, number in db.session.execute(
        select(Evidence.user_id, Evidence.qualification_id, Evidence.obtained_on, touched.c.number).join(
            touched, touched.c.object_id == Evidence.id
        )
    ):
        yield tuple(key), number


def _built_on(evidence: Sequence[Evidence]) -> set[int]:
    """Those of which what is held by them was revoked, suspended or given another last day by hand."""
    return set(
        db.session.scalars(
            select(Holding.source_id)
            .where(Holding.source == "evidence", Holding.source_id.in_([one.id for one in evidence]))
            .where(or_(Holding.revoked_on.is_not(None), Holding.changed_to.is_not(None), Holding.suspensions != []))
        )
    )


QUALIFICATIONS = Kind(
    name="qualifications",
    label=_("Qualifications people hold"),
    about=_("Who obtained which qualification when. Without a last valid day, the qualification's rule gives it."),
    scope="compliance",
    model=Evidence,
    columns=(
        *WHO,
        Column("qualification", _("Qualification"), values.text,
               ("kwalificatie", "bevoegdheid", "certificate", "certificaat", "diploma"), required=True),
        Column("obtained_on", _("Obtained on"), values.day,
               ("obtained", "achieved on", "behaald op", "behaald", "date", "datum", "issued on"), required=True,
               zoned=True),
        Column("expires_on", _("Last valid day"), values.day,
               ("valid until", "expires", "geldig tot", "geldig tot en met", "verloopt op", "vervaldatum"), zoned=True),
        Column("issuer", _("Issued by"), values.text, ("uitgegeven door", "instituut", "reference", "referentie")),
        Column("note", _("Note"), values.paragraph, ("opmerking", "notitie", "remark")),
    ),
    one_of=("external_id", "personnel_number", "email"),
    deal=_deal,
    recall=_recall,
    built_on=_built_on,
)  # fmt: skip
