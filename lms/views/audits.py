"""The audit trail, for admins and auditors."""

import csv
import io
import json
from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request, stream_with_context

from lms import audits
from lms.events import ACTIONS
from lms.transfer import safe
from lms.views.access import list_arguments, me, role_required

blueprint = Blueprint("audits", __name__, url_prefix="/audits")

TYPES = (
    "Course", "Subject", "Enrollment", "Result", "Content", "ContentPage", "ContentVersion", "Attempt", "Event",
    "User", "Department", "JobFunction", "Organization", "Delivery", "Session", "SessionInstructor", "Room",
    "EventTemplate", "EventFile", "Registration", "Attendance", "CalendarFeed", "ApiKey", "Import", "Export",
    "LrsConnection", "LrsActivity", "RosterImport", "WebhookEndpoint",
    "IdentityProvider", "Identity", "Group", "GroupMember", "DirectoryPerson",
    "AuditChain", "AuditPlan", "AuditHold", "AuditVerification",
)  # fmt: skip
FILTERS = ("q", "action", "type", "since", "until", "request")
"""Arguments of the address that choose what is listed, and what is exported."""


def _filters() -> dict[str, Any]:
    zone = ZoneInfo(me().timezone)
    return {
        "action": _chosen("action", ACTIONS),
        "object_type": _chosen("type", TYPES),
        "since": _day("since", zone),
        "until": _day("until", zone, days=1),
        "request": request.args.get("request", "").replace("\0", "")[:64],
    }


def _chosen(name: str, choices: Collection[str]) -> str:
    value = request.args.get(name, "")
    return value if value in choices else ""


def _day(name: str, zone: ZoneInfo, days: int = 0) -> datetime | None:
    """When a day begins in the reader's zone, or the one `days` later; None where there is no such day."""
    try:
        day = date.fromisoformat(request.args.get(name, "")) + timedelta(days=days)
        return datetime.combine(day, datetime.min.time(), zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


@blueprint.get("/")
@role_required("view", "Audit")
def index() -> str:
    """Who did what, when, to what."""
    page = audits.audits_page(me(), *list_arguments("-when"), **_filters())
    filters = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    return render_template("audits/index.html", list=page, types=TYPES, filters=filters)


@blueprint.get("/export.csv")
@role_required("view", "Audit")
def export() -> Response:
    """The same, all of it, as CSV; times in UTC."""
    q, _sort, _number, _size = list_arguments("")
    rows = audits.export(me(), q, **_filters())
    headers = {"Content-Disposition": "attachment; filename=audits.csv"}
    return Response(stream_with_context(lines(rows)), mimetype="text/csv", headers=headers)


def lines(rows: Iterator[audits.Audit]) -> Iterator[str]:
    """The rows as CSV, in pieces of 16 KB or so."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["when", "who", "action", "type", "id", "title", "difference", "request", "address", "via"])
    for row in rows:
        values = [
            row.occurred_at.isoformat(), row.actor_name, row.action, row.object_type, row.object_id, row.title,
            json.dumps(row.difference, ensure_ascii=False), row.request_id, row.address or "", row.via,
        ]  # fmt: skip
        writer.writerow([safe(value) for value in values])
        if buffer.tell() > 16_000:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
