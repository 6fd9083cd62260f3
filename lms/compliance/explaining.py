"""Each status in a sentence with its evidence, and each last day with the rule that gave it: keys and parameters.

The words stand in `SENTENCES` and `COUNTED`, in the reader's language when they are shown.
"""

from collections.abc import Collection, Sequence
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from lms.accounts import User, names
from lms.compliance.awards import COURSES, EVIDENCE, SIGN_OFF
from lms.compliance.models import Evidence, Exemption, Holding, Requirement, SignOff
from lms.compliance.timeline import COMPLIANT, EXEMPT, EXPIRING, IN_GRACE, MISSING, NOT_REQUIRED
from lms.courses import Course, Enrollment
from lms.db import db

Explanation = tuple[str, dict[str, Any]]

SENTENCES: dict[str, LazyString] = {
    "compliant": _(
        "Valid until %(valid_until)s by %(source)s of %(achieved_on)s; required by %(required_by)s, since %(since)s."
    ),
    "compliant_for_good": _(
        "Valid for good by %(source)s of %(achieved_on)s; required by %(required_by)s, since %(since)s."
    ),
    "expiring": _(
        "Runs out on %(valid_until)s (%(source)s of %(achieved_on)s); required by %(required_by)s, since %(since)s."
    ),
    "grace": _(
        "Ran out on %(valid_until)s; the grace ends on %(due_on)s. Required by %(required_by)s, since %(since)s."
    ),
    "time_to_comply": _("Not held yet; there is time until %(due_on)s. Required by %(required_by)s, since %(since)s."),
    "expired": _(
        "Ran out on %(valid_until)s (%(source)s of %(achieved_on)s). Required by %(required_by)s, since %(since)s."
    ),
    "missing": _("Never obtained; it was due on %(due_on)s. Required by %(required_by)s, since %(since)s."),
    "revoked": _("Revoked from %(on)s: %(reason)s. Required by %(required_by)s, since %(since)s."),
    "suspended": _("Suspended from %(on)s: %(reason)s. Required by %(required_by)s, since %(since)s."),
    "exempt": _(
        "Exempt until %(due_on)s: %(reason)s (approved by %(approver)s). Required by %(required_by)s, since %(since)s."
    ),
    "not_required": _("Valid until %(valid_until)s by %(source)s of %(achieved_on)s; not required."),
    "not_required_for_good": _("Valid for good by %(source)s of %(achieved_on)s; not required."),
}  # fmt: skip
"""Parameters that are days are dates; those that are texts are names as people gave them, or `source` and
`required_by` worded by `source_words` and `required_words`."""

COUNTED: dict[str, LazyString] = {
    "forever": _("It is valid for good."),
    "completion": _("Counted from the day it was obtained, %(achieved_on)s: %(period)s."),
    "due": _("Obtained for the first time: counted from the due date, %(due_on)s: %(period)s."),
    "previous": _("Renewed in time: counted from the last day before, so that none is lost: %(period)s."),
    "late": _("Renewed after it had run out: counted from the day it was obtained, %(achieved_on)s: %(period)s."),
    "early": _("Obtained before the renewal opened: counted from that day, %(achieved_on)s: %(period)s."),
    "fixed": _("Counted in steps of %(period)s from the fixed date %(base_on)s."),
    "season": _("To be done every year in the same month: valid up to the end of the next one."),
    "evidence": _("The last valid day that the certificate itself names."),
    "changed": _("Set by hand: %(reason)s"),
}  # fmt: skip

SOURCES: dict[str, LazyString] = {
    "courses": _("the course %(title)s"),
    "evidence": _("a certificate of %(title)s"),
    "evidence_unnamed": _("a certificate handed in"),
    "sign_off": _("sign-off by %(title)s"),
    "included": _("%(other)s through %(qualification)s"),
}

REQUIRED: dict[str, LazyString] = {
    "organization": _("the whole organization"),
    "department": _("department %(name)s"),
    "job_function": _("job function %(name)s"),
    "person": _("a personal requirement"),
}


def explain(status: Any) -> Explanation:
    """The key and the parameters of one status's sentence; see `explanations`."""
    return explanations([status])[_key(status)]


def explanations(statuses: Sequence[Any]) -> dict[tuple[int, int], Explanation]:
    """Key and parameters per (user, qualification) of statuses or rows with their columns; at most ten statements."""
    holdings = _by_id(Holding, {row.holding_id for row in statuses}, Holding.qualification)
    requirements = _by_id(
        Requirement, {row.requirement_id for row in statuses}, Requirement.department, Requirement.job_function
    )
    exemptions = _by_id(Exemption, {row.exemption_id for row in statuses})
    people = names({row.approved_by_id for row in exemptions.values()})
    sources = source_params(holdings.values())
    found = {}
    for row in statuses:
        holding, requirement = holdings.get(row.holding_id), requirements.get(row.requirement_id)
        exemption = exemptions.get(row.exemption_id)
        params: dict[str, Any] = {
            "valid_until": row.valid_until, "due_on": row.due_on, "since": row.required_since,
            "required_by": (requirement.target, {"name": requirement.target_name}) if requirement else None,
        }  # fmt: skip
        if holding is not None:
            source = sources[holding.id]
            if holding.qualification_id != row.qualification_id:
                source = ("included", {"other": source, "qualification": holding.qualification.title})
            params |= {"source": source, "achieved_on": holding.achieved_on}
        if exemption is not None:
            params |= {"reason": exemption.reason, "approver": people.get(exemption.approved_by_id, "")}
        found[_key(row)] = (_sentence(row, holding, params), params)
    return found


def _key(row: Any) -> tuple[int, int]:
    return row.user_id, row.qualification_id


def _by_id(model: Any, ids: Collection[int | None], *also: Any) -> dict[int | None, Any]:
    wanted = {id for id in ids if id is not None}
    if not wanted:
        return {}
    rows = db.session.scalars(select(model).where(model.id.in_(wanted)).options(*map(selectinload, also)))
    return {row.id: row for row in rows}


def _sentence(row: Any, holding: Holding | None, params: dict[str, Any]) -> str:
    """Which sentence it is; adds what only that one needs."""
    if row.state in (COMPLIANT, EXPIRING, NOT_REQUIRED):
        return str(row.state) if row.valid_until else f"{row.state}_for_good"
    if row.state == IN_GRACE:
        return "time_to_comply" if row.valid_until is None else "grace"
    if row.state == MISSING and holding is not None:
        if holding.revoked_on is not None:
            params |= {"on": holding.revoked_on, "reason": holding.revoke_reason}
            return "revoked"
        last = holding.suspensions[-1] if holding.suspensions else {"from": None, "reason": ""}
        params |= {"on": last["from"], "reason": last["reason"]}
        return "suspended"
    return "exempt" if row.state == EXEMPT else str(row.state)


def source_params(holdings: Collection[Holding]) -> dict[int, Explanation]:
    """Per holding, what it comes from; at most five statements."""
    ids = {kind: {row.source_id for row in holdings if row.source == kind} for kind in (COURSES, EVIDENCE, SIGN_OFF)}
    titles: dict[tuple[str, int], str] = {}
    if ids[COURSES]:
        rows = db.session.execute(
            select(Enrollment.id, Course.title).join(Enrollment.course).where(Enrollment.id.in_(ids[COURSES]))
        )
        titles |= {(COURSES, id): title for id, title in rows}
    if ids[EVIDENCE]:
        rows = db.session.execute(select(Evidence.id, Evidence.issuer).where(Evidence.id.in_(ids[EVIDENCE])))
        titles |= {(EVIDENCE, id): issuer for id, issuer in rows}
    if ids[SIGN_OFF]:
        rows = db.session.execute(
            select(SignOff.id, User.name)
            .join(User, User.id == SignOff.signed_by_id)
            .where(SignOff.id.in_(ids[SIGN_OFF]))
        )
        titles |= {(SIGN_OFF, id): name for id, name in rows}
    found = {row.id: (row.source, {"title": titles.get((row.source, row.source_id), "")}) for row in holdings}
    return {
        id: ("evidence_unnamed", {}) if kind == EVIDENCE and not params["title"] else (kind, params)
        for id, (kind, params) in found.items()
    }


def counted_params(holding: Holding) -> Explanation:
    """Which part of the rule gave the last valid day, with its parameters."""
    return holding.counted, {
        "achieved_on": holding.achieved_on, "due_on": holding.due_on, "base_on": holding.base_on,
        "period": holding.rule["period"], "reason": holding.change_reason,
    }  # fmt: skip

