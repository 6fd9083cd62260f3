"""Reasons of compliance in the reader's words: dates as they write them, names as people gave them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _

from lms.compliance import (
    COMPLIANT,
    EXEMPT,
    EXPIRED,
    EXPIRING,
    IN_GRACE,
    MISSING,
    NOT_REQUIRED,
    REQUIRED,
    SENTENCES,
    SOURCES,
)

WORST_FIRST = (EXPIRED, MISSING, IN_GRACE, EXPIRING, COMPLIANT, EXEMPT, NOT_REQUIRED)


def state_words() -> dict[str, str]:
    """What each state is called."""
    return {
        COMPLIANT: _("Compliant"),
        EXPIRING: _("Expiring"),
        IN_GRACE: _("In grace"),
        EXPIRED: _("Expired"),
        MISSING: _("Missing"),
        EXEMPT: _("Exempt"),
        NOT_REQUIRED: _("Not required"),
    }


def sentence(explanation: tuple[str, Mapping[str, Any]]) -> str:
    """Why a status is what it is, with its evidence."""
    key, params = explanation
    return str(SENTENCES[key]) % _worded(params)


def source(explanation: tuple[str, Mapping[str, Any]]) -> str:
    """What a holding comes from."""
    key, params = explanation
    values = {name: source(value) if isinstance(value, tuple) else value for name, value in params.items()}
    return str(SOURCES[key]) % values


def required_by(explanation: tuple[str, Mapping[str, Any]] | None) -> str:
    """Who must hold it."""
    if explanation is None:
        return ""
    key, params = explanation
    return str(REQUIRED[key]) % params


def _worded(params: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for name, value in params.items():
        if name == "source":
            found[name] = source(value)
        elif name == "required_by":
            found[name] = required_by(value)
        elif isinstance(value, date):
            found[name] = format_date(value, "medium")
        elif name == "on" and isinstance(value, str):
            found[name] = format_date(date.fromisoformat(value), "medium")
        else:
            found[name] = str(value) if value is not None else "–"
    return found
