"""The gate before every page: who may come in is declared (`lms.views.rights`), and nobody else does."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Flask, current_app, request
from werkzeug.routing import Rule

from lms.errors import NotAllowed
from lms.policy import RULES, Person, is_possible
from lms.views.access import login_required, me
from lms.views.api.auth import SCOPE_OF
from lms.views.rights import OWN, PERMISSIONS, PUBLIC

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
Permission = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Need:
    """What one method of a page asks for: a permission, a scope of a key, a sign-in (`own`), or nothing (`public`)."""

    any_of: tuple[Permission, ...] = ()
    """One of these, action and kind."""
    by_role: bool = False
    """The object's own person does not count: it is a page about everybody."""
    scope: str = ""
    own: str = ""
    public: str = ""

    def is_met_by(self, actor: Person) -> bool:
        """Whether this person comes in; what the page shows is looked at once more, by its context."""
        return bool(self.own) or any(
            is_possible(actor, action, kind, own=not self.by_role) for action, kind in self.any_of
        )

    def __str__(self) -> str:
        """As in a table."""
        if self.public or self.own:
            return f"public: {self.public}" if self.public else f"signed in: {self.own}"
        return f"key: {self.scope}" if self.scope else " or ".join(" ".join(one) for one in self.any_of)


def register(app: Flask) -> None:
    """Stand before every page."""
    app.before_request(check)


def check() -> Any:
    """Before each request: send away who may not come in; raises NotAllowed, or asks for a sign-in.

    A page that declares nothing is shown to nobody. Keys are looked at by the API (`lms.views.api.auth`).
    """
    rule = request.url_rule
    if rule is None or (request.method == "OPTIONS" and _is_answered_by_flask(rule)):
        return None
    method = "GET" if request.method == "HEAD" else request.method
    found = declared(current_app._get_current_object()).get((rule.endpoint, method))  # type: ignore[attr-defined]
    if found is None:
        raise NotAllowed("This page does not say who may see it, so nobody may.")
    if found.public or found.scope:
        return None
    answer = login_required(lambda: None)()
    if answer is None and not found.is_met_by(me()):
        raise NotAllowed("Your roles do not allow this. Ask an administrator of your organization.")
    return answer


@cache
def declared(app: Flask) -> dict[tuple[str, str], Need]:
    """What is needed, by endpoint and method; looked up before each request."""
    return {(endpoint, method): need for endpoint, method, need in needs(app) if need is not None}


def needs(app: Flask) -> Iterator[tuple[str, str, Need | None]]:
    """Every endpoint and method with what it needs; None where nothing is declared, which is a mistake."""
    listed = _listed()
    for endpoint, methods in sorted(_methods(app).items()):
        marked: Permission | None = getattr(app.view_functions[endpoint], "needs", None)
        for method in methods:
            need = listed.get(f"{method} {endpoint}")
            if need is None and marked is not None:
                need = Need((marked,), by_role=True)
            if need is None and endpoint in SCOPE_OF:
                need = Need(scope=SCOPE_OF[endpoint])
            yield endpoint, method, need or listed.get(endpoint)


def _is_answered_by_flask(rule: Rule) -> bool:
    """Whether OPTIONS never comes to the view; Flask notes that on its rules, which Werkzeug's type does not know."""
    return bool(getattr(rule, "provide_automatic_options", False))


def _methods(app: Flask) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        asked = set(rule.methods or ()) - {"HEAD"} - ({"OPTIONS"} if _is_answered_by_flask(rule) else set())
        found.setdefault(rule.endpoint, set()).update(asked)
    return {
        endpoint: [name for name in (*METHODS, "OPTIONS") if name in methods] for endpoint, methods in found.items()
    }


@cache
def _listed() -> dict[str, Need]:
    """The tables of `lms.views.rights`, by endpoint or `METHOD endpoint`."""
    listed = {endpoint: Need(own=about) for endpoint, about in OWN.items()}
    listed |= {endpoint: Need(public=about) for endpoint, about in PUBLIC.items()}
    for words, pages in PERMISSIONS.items():
        need = Need(tuple(_permission(one) for one in words.split(" or ")))
        method = ""
        for word in pages.split():
            if word in METHODS:
                method = f"{word} "
                continue
            listed[method + word], method = need, ""
    return listed


def listed_names() -> set[str]:
    """Endpoints that are in the tables, as they are written there."""
    return set(_listed())


def _permission(words: str) -> Permission:
    action, _space, kind = words.partition(" ")
    assert action in RULES[kind], words
    return action, kind
