"""What can be done next with what an answer shows, as links of the OpenAPI document."""

from lms.resources import RESOURCES, Resource
from lms.views.api.schemas import Node

ID = {"id": "$response.body#/id"}
SEEN = {**ID, "header.If-Match": "$response.header.ETag"}

OF_IMPORT = (
    "show-import", "rows", "faulty", "check-import", "start-import", "stop-import", "resume-import", "undo-import",
)  # fmt: skip
OF_EXPORT = ("show-export", "export-file")


def components() -> dict[str, Node]:
    """Every link by its name, which is that of the operation it leads to."""
    found: dict[str, Node] = {}
    for resource in RESOURCES.values():
        name = resource.name
        found[f"show-{name}"] = _link(f"show-{name}", ID, "Show it")
        found[f"show-first-{name}"] = _link(f"show-{name}", {"id": "$response.body#/data/0/id"}, "Show the first")
        if resource.update is not None:
            found[f"change-{name}"] = _link(f"change-{name}", SEEN, "Change it, as it was seen")
        if resource.delete is not None:
            found[f"delete-{name}"] = _link(f"delete-{name}", SEEN, "Remove it, as it was seen")
        for action in resource.actions:
            found[f"{action}-{name}"] = _link(f"{action}-{name}", ID, f"{action.capitalize()} it")
    found |= {name: _link(name, ID, name.replace("-", " ").capitalize()) for name in (*OF_IMPORT, *OF_EXPORT)}
    return found


def of_one(resource: Resource) -> dict[str, Node]:
    """From an answer that shows one."""
    names = [f"show-{resource.name}", *(f"{action}-{resource.name}" for action in resource.actions)]
    names += [f"change-{resource.name}"] if resource.update is not None else []
    names += [f"delete-{resource.name}"] if resource.delete is not None else []
    return {name: _reference(name) for name in names}


def of_list(resource: Resource) -> dict[str, Node]:
    """From a page of a list."""
    return {f"show-first-{resource.name}": _reference(f"show-first-{resource.name}")}


def of_job(names: tuple[str, ...]) -> dict[str, Node]:
    """From an answer that shows an import or an export."""
    return {name: _reference(name) for name in names}


def _link(operation: str, parameters: dict[str, str], about: str) -> Node:
    return {"operationId": operation, "parameters": parameters, "description": about}


def _reference(name: str) -> Node:
    return {"$ref": f"#/components/links/{name}"}
