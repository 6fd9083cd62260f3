"""`flask --app lms rights`: who comes in where, as a table."""

import click
from flask import Flask
from flask.cli import ScriptInfo, pass_script_info

from lms.policy import ROLES, RULES, SELF, TEAM
from lms.views import gate
from lms.views.gate import Need


@click.command("rights")
@pass_script_info
def command(info: ScriptInfo) -> None:
    """Print every permission with the roles that have it and the pages it opens, as in docs/security.md."""
    click.echo(table(info.load_app()))


def table(app: Flask) -> str:
    """The table in Markdown: a row for each permission, scope or other condition."""
    found: dict[Need, dict[str, list[str]]] = {}
    number = 0
    for endpoint, _method, need in gate.needs(app):
        if need is not None:
            number += 1
            area, _dot, name = endpoint.partition(".")
            names = found.setdefault(_alike(need), {}).setdefault(area, [])
            names += [name or area] if (name or area) not in names else []
    lines = [f"| what | {' | '.join(ROLES)} | pages |", f"| --- |{' --- |' * len(ROLES)} --- |"]
    for need, pages in sorted(found.items(), key=lambda one: _order(one[0])):
        words = "; ".join(f"{area}: {' '.join(names)}" for area, names in pages.items())
        lines.append(f"| {_title(need)} | {' | '.join(_mark(need, role) for role in ROLES)} | {words} |")
    return "\n".join([*lines, "", f"{number} methods of pages and operations, {len(found)} rows."])


def _alike(need: Need) -> Need:
    """Pages about one's own, and public ones, each make one row; so do those where nothing is anybody's own."""
    if need.own:
        return Need(own="signed in")
    if need.public:
        return Need(public="nobody needs to sign in")
    has_own = any(SELF in RULES[kind][action] for action, kind in need.any_of)
    return need if has_own else Need(need.any_of, scope=need.scope)


def _order(need: Need) -> tuple[bool, bool, bool, str]:
    kind = need.any_of[0][1] if need.any_of else ""
    return bool(need.public), bool(need.own), bool(need.scope), f"{kind} {need}"


def _title(need: Need) -> str:
    if need.scope:
        return f"a key for `{need.scope}`"
    return need.own or need.public or str(need)


def _mark(need: Need, role: str) -> str:
    if need.public or need.own:
        return "own" if need.own else "yes"
    if any(role in RULES[kind][action] for action, kind in need.any_of):
        return "yes"
    if role == "manager" and any(TEAM in RULES[kind][action] for action, kind in need.any_of):
        return "team"
    is_own = not need.by_role and any(SELF in RULES[kind][action] for action, kind in need.any_of)
    return "own" if is_own else "–" if need.any_of else ""
