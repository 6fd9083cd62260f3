"""A learner at a package, as the browser speaks with the system."""

import html
import io
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient
from sqlalchemy import select

from lms import courses, packages
from lms.accounts import User
from lms.courses import Enrollment, Subject, SubjectAttrs
from lms.db import db
from lms.results import Result
from lms.tracking import PackageAttempt
from tests import factories

VERSION = {"X-Experience-API-Version": "1.0.3"}


@dataclass
class Playing:
    """One learner in a course whose only subject is a package."""

    client: FlaskClient
    visitor: FlaskClient
    """Somebody without a session: what the origin of packages sees."""
    enrollment: Enrollment
    subject: Subject

    @property
    def here(self) -> str:
        """The page around the package."""
        return f"/learn/{self.enrollment.id}/subjects/{self.subject.id}/package"

    def open(self, unit: str = "") -> str:
        """Open a unit; the address in the frame, without its origin."""
        page = self.client.get(self.here + (f"?unit={unit}" if unit else ""))
        assert page.status_code == 200, page.text
        found = re.search(r'(?:src|js-own-window" href)="http://localhost:5000(/play/[^"]*)"', page.text)
        return html.unescape(found[1]) if found else ""

    def settings(self, address: str) -> dict[str, Any]:
        """What the player page is given."""
        page = self.visitor.get(address)
        return json.loads(html.unescape(re.search(r'data-launch="([^"]*)"', page.text)[1]))

    def commit(self, address: str, cmi: Any, *, sequence: int = 1, final: bool = False) -> Any:
        """What scorm-again sends."""
        return self.visitor.post(
            f"{address}commit?sequence={sequence}&final={int(final)}",
            data=json.dumps({"cmi": cmi}), content_type="text/plain;charset=UTF-8",
        )  # fmt: skip

    def attempt(self) -> PackageAttempt:
        """The latest attempt, as it is in the database now."""
        db.session.expire_all()
        return db.session.scalars(select(PackageAttempt).order_by(PackageAttempt.id.desc())).first()

    def result(self) -> Result | None:
        """The result, if there is one."""
        db.session.expire_all()
        return db.session.scalar(select(Result).where(Result.subject_id == self.subject.id))


def begin(client_for: Any, author: User, learner: User, stream: io.BytesIO) -> Playing:
    """Import, publish and enroll."""
    package = packages.import_package(stream, author)
    course = factories.course(author)
    subject = courses.add_subject(course, SubjectAttrs(title="Package", content_id=package.content_id), author)
    courses.publish_course(course, author)
    enrollment = courses.enroll(course, [learner.id], author)[0]
    client = client_for(learner)
    return Playing(client, client.application.test_client(), enrollment, subject)


class Unit:
    """A cmi5 unit that was opened: it has fetched its token and speaks to the endpoint."""

    def __init__(self, playing: Playing, address: str) -> None:
        self.playing = playing
        query = parse_qs(urlsplit(address).query)
        self.parameters = {name: values[0] for name, values in query.items()}
        fetched = playing.visitor.post(urlsplit(self.parameters["fetch"]).path).json
        self.headers = {**VERSION, "Authorization": f"Basic {fetched['auth-token']}"}
        self.data = self.document("LMS.LaunchData").json

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, **how: Any) -> Any:
        """A request with the token."""
        return self.playing.visitor.open(
            f"/xapi/{path}", method=method, headers={**self.headers, **(headers or {})}, **how
        )

    def where(self, document: str = "", **more: str) -> dict[str, str]:
        """The arguments that name a state document."""
        arguments = {
            "activityId": self.parameters["activityId"], "agent": self.parameters["actor"],
            "registration": self.parameters["registration"], **more,
        }  # fmt: skip
        return {**arguments, "stateId": document} if document else arguments

    def document(self, name: str, **more: str) -> Any:
        """A state document."""
        return self.ask("GET", "activities/state", query_string=self.where(name, **more))

    def statement(self, verb: str, *, result: Any = None, category: bool = True, **changes: Any) -> dict[str, Any]:
        """A statement as cmi5 wants it."""
        context = json.loads(json.dumps(self.data["contextTemplate"]))
        context["registration"] = self.parameters["registration"]
        if category:
            context["contextActivities"]["category"] = [{"id": "https://w3id.org/xapi/cmi5/context/categories/cmi5"}]
        body = {
            "actor": json.loads(self.parameters["actor"]), "context": context,
            "verb": {"id": verb if ":" in verb else f"http://adlnet.gov/expapi/verbs/{verb}"},
            "object": {"id": self.parameters["activityId"]},
        }  # fmt: skip
        return {**body, **({"result": result} if result else {}), **changes}

    def say(self, verb: str, **how: Any) -> int:
        """Send one; the status of the answer."""
        return self.ask("POST", "statements", json=self.statement(verb, **how)).status_code
