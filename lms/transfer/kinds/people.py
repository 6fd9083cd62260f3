"""People: who works here, where, and as what."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import Select, or_, select

from lms import accounts
from lms.accounts import JobFunction, User
from lms.db import db, snapshot, utcnow
from lms.transfer import values
from lms.transfer.kinds.finding import WHO, departments_by_path
from lms.transfer.kinds.kind import Column, Kind, Line, Run

PLAIN = ("name", "email", "external_id", "personnel_number", "roles", "active", "department_id", "job_function_id")
IDENTIFIERS = ("external_id", "personnel_number", "email")


def _deal(lines: Sequence[Line], run: Run) -> None:
    _find_places(lines, run)
    known = _known(run.open_lines(lines), run)
    new: list[Line] = []
    changed: list[tuple[Line, User, dict[str, Any]]] = []
    for line in run.open_lines(lines):
        is_first = run.is_first(line, *_tokens(line.values))
        if line.outcome:
            continue
        match _matching(line, known):
            case []:
                _new(line, new)
            case [user]:
                other = {name: value for name, value in _columns(line).items() if getattr(user, name) != value}
                _existing(line, user, other, run, is_first=is_first)
                if line.before is not None:
                    changed.append((line, user, other))
            case _several:
                line.refuse("Its id, number and address belong to different people.")
    if run.is_trial:
        ids: Sequence[int | None] = [None] * len(new)
    else:
        invited = {"invited_at": utcnow()} if run.memory.get("tell") else {}
        ids = accounts.create_users([{**_columns(line), **invited} for line in new], run.actor)
        accounts.change_users([(user, other) for _line, user, other in changed], run.actor)
    for line, id in zip(new, ids, strict=True):
        line.create(id)


def _tokens(row: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, row[name]) for name in IDENTIFIERS if name in row]


def _known(lines: Sequence[Line], run: Run) -> dict[tuple[str, str], User]:
    """People of the installation who have one of the identifiers; addresses are unique in all of it."""
    wanted = {name: {line.values[name] for line in lines if name in line.values} for name in IDENTIFIERS}
    known: dict[tuple[str, str], User] = {}
    for user in db.session.scalars(
        select(User).where(
            or_(
                User.email.in_(wanted["email"]),
                (User.organization_id == run.organization_id)
                & (User.external_id.in_(wanted["external_id"]) | User.personnel_number.in_(wanted["personnel_number"])),
            )
        )
    ):
        for name in IDENTIFIERS:
            value = getattr(user, name)
            if value is not None and (name == "email" or user.organization_id == run.organization_id):
                known[name, value] = user
    return known


def _matching(line: Line, known: dict[tuple[str, str], User]) -> list[User]:
    """Who is meant: by id, else by number, else by address. A known id or number with a new address is a change."""
    found = {known[token].id: known[token] for token in _tokens(line.values) if token in known}
    return list(found.values())


def _find_places(lines: Sequence[Line], run: Run) -> None:
    if "departments" not in run.memory:
        run.memory["departments"] = departments_by_path(run.organization_id)
        run.memory["jobs"] = {
            name.casefold(): id
            for id, name in db.session.execute(
                select(JobFunction.id, JobFunction.name).where(JobFunction.organization_id == run.organization_id)
            )
        }
    for line in lines:
        department, job = line.values.get("department"), line.values.get("job_function")
        places = run.memory["departments"].get(department.casefold(), []) if department else [None]
        if len(places) != 1:
            line.refuse(
                f"Several departments are called “{department}”; write the whole path, such as Care > Ward 3."
                if places else f"There is no department “{department}”: import the departments first."
            )  # fmt: skip
        elif job and job.casefold() not in run.memory["jobs"]:
            line.refuse(f"There is no job function “{job}”.")
        else:
            if department:
                line.values["department_id"] = places[0]
            if job:
                line.values["job_function_id"] = run.memory["jobs"][job.casefold()]


def _columns(line: Line) -> dict[str, Any]:
    return {name: line.values[name] for name in PLAIN if name in line.values}


def _new(line: Line, new: list[Line]) -> None:
    missing = [name for name in ("name", "email") if name not in line.values]
    if missing:
        line.refuse(f"Nobody here has this id or number, and for somebody new there is no {' and no '.join(missing)}.")
    else:
        new.append(line)


def _existing(line: Line, user: User, other: dict[str, Any], run: Run, *, is_first: bool) -> None:
    if user.organization_id != run.organization_id:
        line.refuse("Somebody uses this address already.")
    elif not other:
        line.leave(user.id, line.message)
    elif not is_first:
        line.refuse(line.message)
    elif user.has_role("admin") and ("admin" not in other.get("roles", ["admin"]) or other.get("active") is False):
        line.refuse("This is an administrator. Change that on the person's page.")
    else:
        previous = snapshot(user)
        line.change(user.id, {name: previous[name] for name in other})


def _recall(rows: Select[Any]) -> Iterable[tuple[Hashable, int]]:
    touched = rows.subquery()
    columns = (User.external_id, User.personnel_number, User.email, touched.c.number)
    for *found, number in db.session.execute(select(*columns).join(touched, touched.c.object_id == User.id)):
        for token in zip(IDENTIFIERS, found, strict=True):
            if token[1] is not None:
                yield token, number


PEOPLE = Kind(
    name="people",
    label=_("People"),
    about=_("Who works here, in which department, as what. Nobody is invited unless you ask for it."),
    scope="people",
    model=User,
    columns=(
        *WHO,
        Column("name", _("Name"), values.text, ("naam", "full name", "volledige naam", "employee", "medewerker")),
        Column("department", _("Department"), values.text, ("afdeling", "team", "unit")),
        Column("job_function", _("Job function"), values.text, ("functie", "job", "job title", "function", "position")),
        Column("roles", _("Roles"), values.roles, ("rollen", "role", "rol")),
        Column("active", _("Active"), values.yes_or_no, ("actief", "in dienst", "enabled")),
    ),
    one_of=("external_id", "personnel_number", "email"),
    deal=_deal,
    recall=_recall,
)
