"""Where scim2-server reads and writes: our tables, by the context functions, in one transaction a request."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from scim2_models import (
    ConflictException,
    ForbiddenException,
    InvalidValueException,
    NotFoundException,
    PreconditionFailedException,
    Resource,
    ResourceType,
    ResponseParameters,
    SearchRequest,
    UniquenessException,
)
from scim2_server.storage import ScimStorage, SearchPage
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from lms.db import db, transaction
from lms.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.identity import Taken
from lms.scim.filters import condition, order
from lms.scim.groups import Groups
from lms.scim.people import People, as_id

Kind = People | Groups


class Storage(ScimStorage):
    """The people and groups of the actor's organization."""

    def __init__(self, actor: Any, *, writes: bool) -> None:
        self.writes = writes
        self.kinds: dict[str, Kind] = {"User": People(actor), "Group": Groups(actor)}

    @contextmanager
    def operation(self) -> Iterator[None]:
        """All of a request or nothing; what the contexts refuse becomes an error of SCIM."""
        try:
            with transaction() if self.writes else nullcontext():
                yield
        except IntegrityError as error:
            raise UniquenessException(detail="Somebody has created the same at the same time.") from error
        except Taken as error:
            raise UniquenessException(detail=error.message, attribute=error.field) from error
        except Invalid as error:
            words = [error.message] if len(error.errors) == 1 else list(error.errors.values())
            fields = ", ".join(error.errors)
            raise InvalidValueException(detail=f"{fields}: {' '.join(words)}") from error
        except Conflict as error:
            raise ConflictException(detail=error.message) from error
        except NotFound as error:
            raise NotFoundException(detail=error.message) from error
        except NotAllowed as error:
            raise ForbiddenException(detail=error.message) from error

    def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Resource[Any]:
        """The resource; of a group without its members where they are not wanted."""
        kind = self._kind(resource_type)
        row = self._row(kind, as_id(resource_id))
        return kind.shown([row], lean=_is_lean(response_parameters))[0]

    def search(
        self, resource_types: list[ResourceType], search_request: SearchRequest[Any], *, position: Any = None
    ) -> SearchPage:
        """One page; several types come after each other."""
        total = 0
        found: list[Resource[Any]] = []
        start = search_request.start_index_0 or 0
        wanted = search_request.count or 0
        for resource_type in resource_types:
            kind = self._kind(resource_type)
            where = condition(search_request, kind.attributes, kind.id_column, is_alone=len(resource_types) == 1)
            statement = kind.select().where(where)
            number = db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0
            skip, room = max(0, start - total), wanted - len(found)
            total += number
            if room > 0 and skip < number:
                ordering = order(search_request, kind.attributes, kind.id_column)
                rows = db.session.execute(statement.order_by(*ordering).offset(skip).limit(room)).all()
                found += kind.shown(rows, lean=_is_lean(search_request))
        return SearchPage(total, found)

    def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        """A new one."""
        kind = self._kind(resource_type)
        return self._now(kind, kind.create(resource))

    def update(
        self, resource_type: ResourceType, resource: Resource[Any], *, expected_version: str | None = None
    ) -> Resource[Any]:
        """As it is to be; raises PreconditionFailedException when somebody else was first."""
        kind = self._kind(resource_type)
        row = self._locked(kind, as_id(str(resource.id)), expected_version)
        kind.update(row, resource)
        return self._now(kind, row.id)

    def delete(self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None) -> None:
        """Gone for the directory; a person stays here, deactivated."""
        kind = self._kind(resource_type)
        kind.delete(self._locked(kind, as_id(resource_id), expected_version))

    def _kind(self, resource_type: ResourceType) -> Any:
        return self.kinds[str(resource_type.name)]

    def _row(self, kind: Any, id: int) -> Any:
        row = db.session.execute(kind.select().where(kind.id_column == id)).one_or_none()
        if row is None:
            raise NotFoundException(detail="There is nothing with this id.")
        return row

    def _locked(self, kind: Any, id: int, expected_version: str | None) -> Any:
        db.session.execute(select(kind.id_column).where(kind.id_column == id).with_for_update())
        db.session.expire_all()
        row = self._row(kind, id)
        if expected_version is not None and kind.shown([row])[0].meta.version != expected_version:
            raise PreconditionFailedException
        return row[0]

    def _now(self, kind: Any, id: int) -> Resource[Any]:
        db.session.flush()
        resource: Resource[Any] = kind.shown([self._row(kind, id)])[0]
        return resource


def _is_lean(parameters: ResponseParameters[Any] | None) -> bool:
    """Whether the answer has no members, so that thousands need not be read."""
    if parameters is None:
        return False
    if parameters.attributes:
        return not any(str(path).lower().rpartition(":")[2].startswith("members") for path in parameters.attributes)
    return any(str(path).lower().rpartition(":")[2] == "members" for path in parameters.excluded_attributes or ())
