"""A package as other tools make them, played once by the demo learner."""

import io
import zipfile
from collections.abc import Callable

from sqlalchemy import select

from lms import courses, packages, tracking
from lms.accounts import User
from lms.courses import CourseAttrs, SubjectAttrs
from lms.db import db

TITLE = "Hand hygiene in five moments"
UNITS = (
    ("moments", "The five moments", "Before touching a patient, before a clean procedure, after a risk of body fluids, "
     "after touching a patient, and after touching what surrounds a patient."),
    ("how", "How to do it", "Twenty to thirty seconds with alcohol, forty to sixty with water and soap."),
    ("check", "A last check", "Nails short, no rings, no watch, sleeves above the elbow."),
)  # fmt: skip
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>body {{ font: 18px/1.6 system-ui, sans-serif; max-width: 40em; margin: 3em auto; padding: 0 1em }}</style>
<h1>{title}</h1><p>{text}</p><p><button onclick="done()">I have read this</button></p><script>
var api = (function find(w) {{ return w.API || (w.parent !== w ? find(w.parent) : null) }})(window)
api.LMSInitialize("")
var status = "cmi.core.lesson_status"
if (api.LMSGetValue(status) === "not attempted") api.LMSSetValue(status, "incomplete")
function done() {{ api.LMSSetValue(status, "completed"); api.LMSFinish("") }}
</script></html>"""


def package() -> io.BytesIO:
    """The zip, as an authoring tool would export it."""
    items = "".join(
        f'<item identifier="{name}" identifierref="r-{name}"><title>{title}</title></item>' for name, title, _ in UNITS
    )
    resources = "".join(
        f'<resource identifier="r-{name}" type="webcontent" adlcp:scormtype="sco" href="{name}.html"/>'
        for name, _title, _text in UNITS
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest identifier="hand-hygiene" '
        'xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2">'
        "<metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion></metadata>"
        f'<organizations default="o"><organization identifier="o"><title>{TITLE}</title>{items}</organization>'
        f"</organizations><resources>{resources}</resources></manifest>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("imsmanifest.xml", manifest)
        for name, title, text in UNITS:
            archive.writestr(f"{name}.html", PAGE.format(title=title, text=text))
    return stream


def add(say: Callable[[str], None]) -> None:
    """A course of one package; the learner has played its first unit."""
    say("demo: a package")
    author, learner = (_person(f"{name}@harbour.example") for name in ("author", "learner"))
    made = packages.import_package(package(), author)
    course = courses.create_course(CourseAttrs(title="Hand hygiene refresher", summary="A package made elsewhere",
                                               self_enrollment=True), author)  # fmt: skip
    subject = courses.add_subject(course, SubjectAttrs(title=TITLE, content_id=made.content_id), author)
    courses.publish_course(course, author)
    [enrollment] = courses.enroll(course, [learner.id], author)
    attempt = tracking.current_attempt(enrollment, subject, learner)
    launch, _token = tracking.launch(attempt, packages.units_of(made)[0].id, learner, lambda token: "")
    cmi = {"core": {"lesson_status": "completed", "session_time": "00:03:20", "exit": ""}}
    tracking.report(launch, {"cmi": cmi}, sequence=1, final=True)


def _person(email: str) -> User:
    return db.session.scalars(select(User).where(User.email == email)).one()
