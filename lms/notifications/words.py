"""The words of a notification in the reader's language: ours, or what an administrator wrote instead."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import force_locale, format_date

from lms.notifications.kinds import KINDS

VARIABLE = re.compile(r"\{([^{}]*)\}")
OURS = re.compile(r"%\((\w+)\)s")
ALWAYS = ("name",)
"""What every mail knows: the reader's name."""


def title_of(kind: str, params: Mapping[str, Any]) -> str:
    """Its title, in the language at hand."""
    return str(KINDS[kind].title) % spoken(params)


def text_of(kind: str, params: Mapping[str, Any]) -> str:
    """Its sentences, in the language at hand."""
    return str(KINDS[kind].text) % spoken(params)


def spoken(params: Mapping[str, Any]) -> dict[str, Any]:
    """The params as one says them: a date in the language at hand."""
    due = params.get("due")
    return dict(params) | ({"due": format_date(date.fromisoformat(due), "long")} if due else {})


def variables(kind: str) -> list[str]:
    """What a template of this kind may name."""
    words = KINDS[kind]
    with force_locale("en"):
        named = OURS.findall(f"{words.title} {words.text}")
    return list(dict.fromkeys([*named, *ALWAYS]))


def default_template(kind: str, locale: str) -> tuple[str, str]:
    """Our own title and text, as somebody would write them in a template."""
    words = KINDS[kind]
    with force_locale(locale):
        return OURS.sub(r"{\1}", str(words.title)), OURS.sub(r"{\1}", str(words.text))


def unknown_variables(template: str, kind: str) -> list[str]:
    """What the template names that is not known here, in its order."""
    known = set(variables(kind))
    return [name for name in dict.fromkeys(VARIABLE.findall(template)) if name not in known]


def filled(template: str, params: Mapping[str, Any], name: str) -> str:
    """The template with its variables replaced, once: what stands in a value is text and nothing else."""
    values = spoken(params) | {"name": name}
    return VARIABLE.sub(lambda found: str(values.get(found[1], found[0])), template)
