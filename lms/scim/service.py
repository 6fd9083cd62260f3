"""The protocol, which is scim2-server's, for one who calls; and what directories leave out that we ask for."""

from typing import Any

from pydantic_core import to_json
from scim2_models import Resource, ResourceType, SCIMException
from scim2_server.handler import ScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.service import ScimService

from lms.db import db
from lms.scim.resources import PROVIDER
from lms.scim.storage import Storage


class Service(ScimService):
    """Bears a person without an address or a name where the rest says both."""

    def read_creation(self, resource_type: ResourceType, body: bytes, content_type: str | None) -> Resource[Any]:
        """A new resource, with what the body implies filled in."""
        return super().read_creation(resource_type, self._completed(resource_type, body, content_type), content_type)

    def read_replacement(self, resource_type: ResourceType, body: bytes, content_type: str | None) -> Resource[Any]:
        """A replacement, likewise."""
        body = self._completed(resource_type, body, content_type)
        return super().read_replacement(resource_type, body, content_type)

    def _completed(self, resource_type: ResourceType, body: bytes, content_type: str | None) -> bytes:
        """A person is active, goes by the parts of the name and has the userName as address, if nothing else is said.

        Of several addresses the primary one counts.
        """
        sent = self.decode_body(body, content_type)
        if resource_type.name != "User" or not isinstance(sent, dict):
            return body
        spelled = {key.lower(): key for key in sent}

        def told(name: str) -> Any:
            return sent.get(spelled.get(name.lower(), name))

        implied: dict[str, Any] = {"active": True}
        user_name, name, emails = told("userName"), told("name"), told("emails")
        if isinstance(user_name, str) and "@" in user_name:
            implied["emails"] = [{"value": user_name, "type": "work"}]
        if isinstance(name, dict):
            parts = [name.get("givenName"), name.get("familyName")]
            whole = " ".join(part for part in parts if isinstance(part, str) and part)
            implied["displayName"] = name.get("formatted") or whole
        for key, value in implied.items():
            if told(key) in (None, "", []) and value:
                sent[spelled.get(key.lower(), key)] = value
        if isinstance(emails, list):
            primary = [one for one in emails if isinstance(one, dict) and one.get("primary") in (True, "true", "True")]
            if primary:
                sent[spelled["emails"]] = [{**primary[0], "type": "work"}]
        return to_json(sent)


SERVICE = Service(PROVIDER)


def answer(request: ScimRequest, actor: Any) -> ScimResponse:
    """What is answered to somebody who was let in, refusals of the protocol included."""
    writes = request.method != "GET" and not request.path.endswith("/.search")
    try:
        return ScimHandler(SERVICE, Storage(actor, writes=writes)).handle(request)
    except SCIMException as error:
        db.session.rollback()
        return SERVICE.error_response(error)
