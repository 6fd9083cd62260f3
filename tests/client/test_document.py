"""What the client names and sends is what the OpenAPI document says there is."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from lms.client import KINDS, RESOURCES, Client, Problem
from lms.client.operations import FORMATS, actions
from lms.views.api.docs import document

HEADERS = {"if-match", "idempotency-key"}
"""Those that the document lists; others belong to HTTP."""
ADDRESSES = {
    "list": ("get", "/{}"), "show": ("get", "/{}/{{id}}"), "create": ("post", "/{}"),
    "change": ("patch", "/{}/{{id}}"), "delete": ("delete", "/{}/{{id}}"),
}  # fmt: skip


def operations() -> dict[str, tuple[str, str, dict]]:
    """By id: method, path, operation."""
    return {
        operation["operationId"]: (method, path, operation)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    }


@pytest.mark.parametrize("resource", RESOURCES)
def test_the_client_names_just_the_operations_there_are(resource):
    there = {
        name.removesuffix(f"-{resource}")
        for name, (_method, path, _operation) in operations().items()
        if re.fullmatch(rf"/{resource}(/.*)?", path)
    }
    assert set(RESOURCES[resource]) == there
    for verb in RESOURCES[resource]:
        method, path = ADDRESSES.get(verb, ("post", f"/{{}}/{{{{id}}}}/{verb}"))
        assert operations()[f"{verb}-{resource}"][:2] == (method, path.format(resource))


def test_the_client_knows_every_resource_and_every_kind_of_import(app):
    tags = {tag["name"] for tag in document()["tags"]}
    assert set(RESOURCES) == tags
    (kind,) = [one for one in operations()["upload"][2]["parameters"] if one["name"] == "kind"]
    assert list(KINDS) == kind["schema"]["enum"]
    assert {f"/{name}.{format}" for name in RESOURCES for format in FORMATS} <= set(document()["paths"])


def everything(lms: Client, tmp_path) -> None:
    """Each method of the client, on each resource that has it; of what is not there it does not matter here."""

    def call(method, *arguments, **options):
        try:
            found = method(*arguments, **options)
            return list(found) if hasattr(found, "__next__") else found
        except Problem as problem:
            return problem

    for resource, can in RESOURCES.items():
        since = {} if resource in ("audits", "activities", "changes") else {"updated_since": "2026-03-01T12:00:00Z"}
        call(lms.list, resource, fields=["id"], limit=1, **since)
        call(lms.get, resource, 1, fields=["id"])
        call(lms.export, resource, tmp_path / "file.csv")
        for method, verb, *rest in (
            (lms.create, "create", {}),
            (lms.update, "change", 1, {}),
            (lms.delete, "delete", 1),
        ):
            if verb in can:
                call(method, resource, *rest, **({} if verb == "create" else {"etag": f'"{"0" * 32}"'}))
        for action in actions(resource):
            call(lms.act, resource, 1, action)
    (tmp_path / "people.csv").write_text("email,name\na@harbour.example,A\nnobody,B\n")
    job = lms.upload("people", tmp_path / "people.csv")
    call(lms.check, job.id, job.columns)
    lms.wait(job.id)
    call(lms.rows, job.id, "refused")
    call(lms.faulty, job.id)
    call(lms.start, job.id, tell=False)
    for act in ("stop", "resume", "undo"):
        call(lms.act_on_import, job.id, act)


def test_every_request_is_one_of_the_documents_with_the_parameters_it_lists(lms, server, tmp_path):
    everything(lms, tmp_path)
    used, unknown = set(), []
    for method, address, headers in server.asked:
        url = urlsplit(address)
        path = re.sub(r"/\d+(?=/|$)", "/{id}", url.path.removeprefix("/api/v1"))
        operation = document()["paths"].get(path, {}).get(method.lower())
        if operation is None:
            unknown.append(f"{method} {path}")
            continue
        used.add(operation["operationId"])
        listed = {(one["in"], one["name"].lower()) for one in operation["parameters"]}
        sent = {("query", name) for name, _value in parse_qsl(url.query)}
        sent |= {("header", name) for name in HEADERS & set(headers)}
        unknown += [f"{method} {path}: {place} {name}" for place, name in sent - listed]
    assert unknown == []
    not_called = {f"{name}-as-jsonl" for name in RESOURCES} | {"token", "export", "show-export", "export-file"}
    assert set(operations()) - used == not_called


def test_what_a_resource_does_not_take_is_not_even_sent(lms, server):
    with pytest.raises(Exception, match="audits do not take create"):
        lms.create("audits", {})
    with pytest.raises(Exception, match="There is no resource dragons"):
        next(lms.list("dragons"))
    assert server.asked == []
