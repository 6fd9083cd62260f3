"""The rules of the house that no linter knows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOT_KEPT = {".venv", "instance", "node_modules", "test-results", "__pycache__"}
"""Folders that are made here, as .gitignore says; so are those of git and of caches."""


def kept(folder: Path) -> Iterator[Path]:
    """Every file that belongs to the project."""
    for path in sorted(folder.iterdir()):
        if path.is_file():
            if path.suffix not in {".pyc", ".mo"} and path.name not in {".git", ".coverage"}:
                yield path
        elif path.name not in NOT_KEPT and not re.fullmatch(r"\.(git|hypothesis|.*_cache)", path.name):
            yield from kept(path)


FILES = list(kept(ROOT))
SOURCES = [path for path in FILES if path.suffix == ".py"]
LMS = [path for path in SOURCES if path.is_relative_to(ROOT / "lms")]
TEMPLATES = ROOT / "lms" / "templates"

LARGEST = 15 * 1024
"""Bytes; a file that is larger has a second reason to change."""
MAY_BE_LARGER = (
    "lms/static/vendor/",
    "tests/browser/vendor/",
    "lms/static/icons.svg",
    "lms/translations/",
    "migrations/versions/",
    "package-lock.json",
    "docs/course.png",
)
"""What others wrote or a tool makes."""

REQUEST_BOUND = {"request", "session", "current_app", "g"}
EDGES = ("lms/views/", "lms/__init__.py")

FOLDERS_NAMED_FOR_PATTERNS = {"services", "helpers", "utils", "managers", "common", "misc"}

REGISTRIES = re.compile(r"https?://[^/\s\"']*(?:pypi|pythonhosted|npmjs|yarnpkg|jsdelivr|unpkg|cdnjs)", re.IGNORECASE)


def short(path: Path) -> str:
    """The path as one says it."""
    return path.relative_to(ROOT).as_posix()


def text_files() -> Iterator[tuple[Path, str]]:
    """Every file of ours that is text."""
    for path in FILES:
        if short(path).startswith(MAY_BE_LARGER):
            continue
        try:
            yield path, path.read_text()
        except UnicodeDecodeError:
            continue


def trees(paths: list[Path]) -> Iterator[tuple[Path, ast.Module]]:
    """Every Python file as a syntax tree."""
    for path in paths:
        yield path, ast.parse(path.read_text(), str(path))


def test_a_file_has_one_reason_to_change():
    large = {short(path): path.stat().st_size for path, _ in text_files() if path.stat().st_size > LARGEST}
    assert large == {}


def test_nothing_is_left_to_do_later():
    later = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")
    assert [short(path) for path, text in text_files() if later.search(text)] == []


def test_imports_stand_at_the_top():
    hidden = [
        f"{short(path)}:{node.lineno}"
        for path, tree in trees(SOURCES)
        if short(path) != "lms/__init__.py"
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def names_caught(handler: ast.ExceptHandler) -> set[str]:
    """The names of the exceptions a handler catches; empty for a bare `except:`."""
    return {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)} if handler.type else set()


FAIL_IN_ANY_WAY = {
    "lms/deliveries/delivering.py",  # a subscriber's handler: the error becomes the delivery's, which is tried again
    "lms/notifications/outbox.py",  # a mail that cannot be made: the error becomes the mail's, the next one is sent
    "lms/broker/publisher.py",  # the broker's client libraries: logged, and the relay sends what was not sent
}
"""Where any exception at all is an outcome to be kept; nowhere else."""


def test_no_handler_swallows_what_it_does_not_know():
    swallowing = [
        f"{short(path)}:{node.lineno}"
        for path, tree in trees([path for path in SOURCES if short(path) not in FAIL_IN_ANY_WAY])
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or names_caught(node) & {"Exception", "BaseException"})
        and not any(isinstance(inner, ast.Raise) and inner.exc is None for inner in ast.walk(node))
    ]
    assert swallowing == []


def test_only_the_edges_know_the_request():
    knowing = [
        f"{short(path)}:{node.lineno} {alias.name}"
        for path, tree in trees(LMS)
        if not short(path).startswith(EDGES)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "flask"
        for alias in node.names
        if alias.name in REQUEST_BOUND
    ]
    knowing += [
        f"{short(path)}:{node.lineno} flask.{node.attr}"
        for path, tree in trees(LMS)
        if not short(path).startswith(EDGES)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in REQUEST_BOUND
        and isinstance(node.value, ast.Name)
        and node.value.id == "flask"
    ]
    assert knowing == []


def test_folders_are_named_for_the_domain():
    assert {short(path) for path in LMS if set(path.relative_to(ROOT).parts[:-1]) & FOLDERS_NAMED_FOR_PATTERNS} == set()


def test_every_template_is_used():
    spoken = "\n".join(text for path, text in text_files() if path.suffix in {".py", ".html", ".txt"})
    templates = [path.relative_to(TEMPLATES).as_posix() for path in FILES if path.is_relative_to(TEMPLATES)]
    unused = [
        name
        for name in templates
        # Flask-Security finds security/ by name, and the error pages and mails are chosen by status and kind.
        if f'"{name}"' not in spoken
        and f"'{name}'" not in spoken
        and not name.startswith(("security/", "errors/", "mail/"))
    ]
    assert unused == []


def test_no_test_runs_tasks_in_its_own_process_or_replaces_what_is_ours():
    shortcut = re.compile("task_always" + "_eager|(?:patch|setattr)\\([\"']" + "lms\\.|patch\\.object\\(" + "lms")
    tests = [(path, text) for path, text in text_files() if short(path).startswith("tests/")]
    assert [short(path) for path, text in tests if shortcut.search(text)] == []


def test_no_file_names_a_package_registry_or_a_cdn():
    assert [short(path) for path, text in text_files() if REGISTRIES.search(text)] == []


@pytest.mark.parametrize("template", [path for path in FILES if path.suffix == ".html"], ids=short)
def test_a_template_has_no_inline_script_or_style(template: Path):
    text = re.sub(r"\{#.*?#\}", "", template.read_text(), flags=re.DOTALL)
    inline = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|<style\b|\sstyle=[\"']|\son[a-z]+=[\"']", text)
    # A mail is read outside the site, where a style sheet of ours is not at hand.
    assert inline == [] or short(template).startswith("lms/templates/mail/")
