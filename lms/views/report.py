"""The report as of a day: on the page, as CSV, XLSX and PDF."""

from datetime import date
from itertools import islice
from typing import Any

from flask import Blueprint, render_template, request, stream_with_context
from werkzeug import Response

from lms import accounts, certificates, compliance, proof
from lms.attrs import validated
from lms.errors import Invalid
from lms.proof import Criteria, CriteriaAttrs
from lms.views.access import me, role_required

blueprint = Blueprint("report", __name__, url_prefix="/compliance/report")

SHOWN = 50
"""Lines on the page itself; a file has them all."""


def _asked() -> Criteria:
    """What the address asks for; raises Invalid."""
    given: dict[str, Any] = {
        name: request.args[name]
        for name in ("on", "known", "department_id", "job_function_id", "qualification_id")
        if request.args.get(name)
    }
    given.setdefault("on", certificates.today(me().organization).isoformat())
    return proof.criteria(validated(CriteriaAttrs, {**given, "states": request.args.getlist("states")}), me())


@blueprint.get("/")
@role_required("view", "ComplianceReport")
def index() -> str:
    """The criteria, the figures, and the first lines."""
    asked, errors = None, dict[str, str]()
    try:
        asked = _asked()
    except Invalid as error:
        errors = error.errors
    total, each = proof.figures(asked) if asked else (None, [])
    return render_template(
        "report/index.html",
        asked=asked,
        errors=errors,
        on=request.args.get("on") or (asked.on.isoformat() if asked else ""),
        total=total,
        each=each,
        number=sum(total.counts.values()) if total else 0,
        lines=list(islice(proof.lines(asked, SHOWN), SHOWN)) if asked else [],
        states=compliance.STATES,
        today=certificates.today(me().organization),
        departments=proof.tree_of(me().organization_id),
        job_functions=accounts.job_functions(me().organization_id),
        qualifications=compliance.qualifications(me().organization_id),
        most_on_paper=proof.MOST_ON_PAPER,
    )


@blueprint.get("/compliance.csv")
@role_required("view", "ComplianceReport")
def as_csv() -> Response:
    """All lines for a spreadsheet, sent as they are read."""
    asked = _asked()
    return _file(stream_with_context(proof.as_csv(asked)), "text/csv; charset=utf-8", asked.on, "csv")


@blueprint.get("/compliance.xlsx")
@role_required("view", "ComplianceReport")
def as_xlsx() -> Response:
    """All lines as a workbook."""
    asked = _asked()
    proof.check_size(asked, proof.MOST_IN_XLSX)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _file(proof.as_xlsx(asked), kind, asked.on, "xlsx")


@blueprint.get("/compliance.pdf")
@role_required("view", "ComplianceReport")
def as_pdf() -> Response:
    """The report on paper."""
    asked = _asked()
    proof.check_size(asked, proof.MOST_ON_PAPER)
    return _file(proof.as_pdf(asked), "application/pdf", asked.on, "pdf")


def _file(data: Any, kind: str, on: date, ending: str) -> Response:
    response = Response(data, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="compliance-{on.isoformat()}.{ending}"'
    response.cache_control.no_store = True
    return response
