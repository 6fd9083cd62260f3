"""The calls of the API, one method each."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from .connection import Connection
from .imports import Import
from .operations import FORMATS, KINDS, RESOURCES, actions
from .problems import ClientError

Row = dict[str, Any]
PIECE = 64 * 1024
PAGE = 200


class Client(Connection):
    """The API of one organization's LMS. What is refused raises Problem, no answer Unreachable."""

    def __enter__(self) -> "Client":
        return self

    def list(
        self, resource: str, *, fields: Sequence[str] = (), updated_since: str = "", limit: int = PAGE, **filters: Any
    ) -> Iterator[Row]:
        """All of a resource, fetched in pages of `limit`; filters are the names of fields."""
        _check(resource, "list")
        params: dict[str, Any] = {"limit": limit, **{name: _plain(value) for name, value in filters.items()}}
        if fields:
            params["fields"] = ",".join(fields)
        if updated_since:
            params["updated_since"] = updated_since
        page = self.send("GET", f"/{resource}", params=params, repeatable=True).json()
        while True:
            yield from page["data"]
            if not page["next"]:
                return
            page = self.send("GET", page["next"], repeatable=True).json()

    def get(self, resource: str, id: int, *, fields: Sequence[str] = ()) -> Row:
        """One of them."""
        _check(resource, "show")
        params = {"fields": ",".join(fields)} if fields else None
        shown: Row = self.send("GET", f"/{resource}/{id}", params=params, repeatable=True).json()
        return shown

    def etag(self, resource: str, id: int) -> str:
        """The tag of what the object shows now, for `update` and `delete`."""
        _check(resource, "show")
        return str(self.send("GET", f"/{resource}/{id}", repeatable=True).headers["ETag"])

    def create(self, resource: str, values: Mapping[str, Any], *, idempotency_key: str = "") -> Row:
        """A new one. It is made once however often the request had to be sent: it carries an `Idempotency-Key`, one
        of its own unless `idempotency_key` is given."""
        _check(resource, "create")
        made: Row = self._once(f"/{resource}", dict(values), idempotency_key).json()
        return made

    def act(self, resource: str, id: int, action: str, *, idempotency_key: str = "") -> Row:
        """Something else to do with one, such as `publish` a course."""
        _check(resource, action)
        if action not in actions(resource):
            raise ClientError(f"{action} is a method of its own.")
        done: Row = self._once(f"/{resource}/{id}/{action}", None, idempotency_key).json()
        return done

    def _once(self, path: str, json: Any, key: str) -> Any:
        return self.send("POST", path, json=json, headers={"Idempotency-Key": key or uuid4().hex}, repeatable=True)

    def update(self, resource: str, id: int, values: Mapping[str, Any], *, etag: str = "") -> Row:
        """Change these fields. With `etag` only if nobody changed it since that was read (Stale otherwise)."""
        _check(resource, "change")
        headers = {"If-Match": etag or self.etag(resource, id)}
        changed: Row = self.send("PATCH", f"/{resource}/{id}", json=dict(values), headers=headers).json()
        return changed

    def delete(self, resource: str, id: int, *, etag: str = "") -> None:
        """Remove it; `etag` as in `update`."""
        _check(resource, "delete")
        self.send("DELETE", f"/{resource}/{id}", headers={"If-Match": etag or self.etag(resource, id)})

    def export(self, resource: str, path: Path, format: str = "csv") -> int:
        """All of a resource as a file, streamed; returns its size in bytes. A file that broke off is not kept."""
        _check(resource, "list")
        if format not in FORMATS:
            raise ClientError(f"Choose one of {', '.join(FORMATS)}.")
        part = path.with_name(f"{path.name}.part")
        try:
            with self.stream(f"/{resource}.{format}") as pieces, open(part, "wb") as file:
                for piece in pieces:
                    file.write(piece)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        return path.stat().st_size

    def upload(self, kind: str, path: Path) -> Import:
        """Send a file to import; nothing is done with it yet."""
        if kind not in KINDS:
            raise ClientError(f"There are imports of {', '.join(KINDS)}.")

        def pieces() -> Iterator[bytes]:
            with open(path, "rb") as file:
                while piece := file.read(PIECE):
                    yield piece

        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(path.stat().st_size)}
        params = {"kind": kind, "name": path.name}
        return Import.of(self.send("POST", "/imports", params=params, content=pieces, headers=headers).json())

    def show_import(self, id: int) -> Import:
        """How far it is."""
        return Import.of(self.send("GET", f"/imports/{id}", repeatable=True).json())

    def check(self, id: int, columns: Mapping[str, str] | None = None) -> Import:
        """Have it said of every row what would happen; `columns` is our column by heading, where it has to be told."""
        body = None if columns is None else {"columns": dict(columns)}
        return Import.of(self.send("POST", f"/imports/{id}/check", json=body).json())

    def start(self, id: int, *, tell: bool = False) -> Import:
        """Carry out what was checked; `tell` mails those concerned."""
        return Import.of(self.send("POST", f"/imports/{id}/start", json={"tell": tell}).json())

    def act_on_import(self, id: int, act: str) -> Import:
        """stop, resume or undo."""
        if act not in ("stop", "resume", "undo"):
            raise ClientError("An import can be stopped, resumed and undone.")
        return Import.of(self.send("POST", f"/imports/{id}/{act}").json())

    def wait(self, id: int, seen: Callable[[Import], None] | None = None, every: float = 1) -> Import:
        """Ask until no worker is at it, at first often, then every so many seconds; `seen` gets each answer."""
        pause = 0.05
        while True:
            job = self.show_import(id)
            if seen is not None:
                seen(job)
            if not job.is_at_work:
                return job
            time.sleep(min(pause, every))
            pause *= 1.5

    def rows(self, id: int, outcome: str = "") -> Iterator[Row]:
        """What became, or would become, of each row: number, outcome, object_id, message."""
        number = 0
        while True:
            number += 1
            params = {"page": number, **({"outcome": outcome} if outcome else {})}
            page = self.send("GET", f"/imports/{id}/rows", params=params, repeatable=True).json()
            yield from page["data"]
            if number >= page["pages"]:
                return

    def faulty(self, id: int) -> bytes:
        """The refused rows as CSV, each with its reason, to correct and import."""
        return self.send("GET", f"/imports/{id}/faulty", repeatable=True).content


def _plain(value: Any) -> Any:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else value


def _check(resource: str, operation: str) -> None:
    if resource not in RESOURCES:
        raise ClientError(f"There is no resource {resource}; there are {', '.join(RESOURCES)}.")
    if operation not in RESOURCES[resource]:
        raise ClientError(f"{resource} do not take {operation}, only {', '.join(RESOURCES[resource])}.")
