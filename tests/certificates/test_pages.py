"""Certificates through the pages: the public one, the PDF, the design, and who may open what."""

import re
from datetime import datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
from PIL import Image
from sqlalchemy import select

from lms import certificates, create_app
from lms.certificates import Certificate, CertificateTemplate
from lms.db import db
from tests import factories
from tests.certificates.conftest import certify, change, complete, of

TODAY = datetime.now(ZoneInfo("Europe/Amsterdam")).date()  # the organization's


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return text


def png(width: int = 40) -> bytes:
    kept = BytesIO()
    Image.new("RGB", (width, 20), "red").save(kept, "PNG")
    return kept.getvalue()


DESIGN = {"heading": "Diploma", "text": "has passed, {name}", "colour": "#13703c", "signatory": "Dr. Who"}


def test_anybody_checks_a_number_and_reads_no_more_than_needed(app, certificate, learner):
    visitor = app.test_client()
    page = visitor.get(f"/verify/?number={certificate.number.lower()}", follow_redirects=True)
    assert page.status_code == 200
    for words in ("Lea Learner", "Fire safety", "Harbour Hospital", "Valid", certificate.number):
        assert words in page.text
    for words in (learner.email, f"/people/{learner.id}", "Sign out"):
        assert words not in page.text


def test_the_public_page_says_when_a_certificate_no_longer_counts(app, admin, hold):
    first = hold(TODAY - timedelta(days=300), TODAY - timedelta(days=1))
    certify()
    visitor = app.test_client()
    address = f"/verify/{of(first).number}"
    assert "no longer valid" in visitor.get(address).text
    second = hold(TODAY, None)
    certify()
    assert "A later one took its place" in visitor.get(address).text
    change(second, revoked_on=TODAY, revoke_reason="Secret reason")
    page = visitor.get(f"/verify/{of(second).number}").text
    assert "has been taken back" in page
    assert "Secret reason" not in page


@pytest.mark.parametrize("number", ["AAAA-AAAA-AAAA-AAAA", "1", "%00", "x" * 500])
def test_an_unknown_number_is_a_404_that_says_what_to_do(app, number):
    page = app.test_client().get(f"/verify/{number}")
    assert page.status_code == 404
    assert "There is no certificate with this number" in page.text


def test_trying_numbers_is_limited(tmp_path):
    app = create_app(
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path / 'l.sqlite3'}", BROKER_URL=None, INSTANCE=tmp_path,
        RATELIMIT_STORAGE_URI="memory://", SECRET_KEY="not a secret",
    )  # fmt: skip
    client = app.test_client()
    statuses = [client.get("/verify/AAAA").status_code for _ in range(31)]
    assert (statuses[0], statuses[-1]) == (404, 429)


def test_the_pdf_says_what_was_certified_and_leads_to_the_public_page(client_for, learner, certificate):
    response = client_for(learner).get(f"/certificates/{certificate.id}/pdf")
    assert response.headers["Content-Type"] == "application/pdf"
    text = text_of(response.data)
    for words in ("CERTIFICATE", "Lea Learner", "Fire safety", certificate.number, "/verify/"):
        assert words in text


def test_names_in_any_script_of_europe_are_printed(client_for, organization, author, admin):
    person = factories.user(organization, "Łucja Ångström-Пётр Ωmega")
    from_course = complete(author, person)
    text = text_of(client_for(admin).get(f"/certificates/{from_course.id}/pdf").data)
    assert "Łucja Ångström-Пётр Ωmega" in text


def test_the_badge_is_a_file(client_for, learner, certificate):
    response = client_for(learner).get(f"/certificates/{certificate.id}/badge")
    assert response.headers["Content-Type"] == "application/vc+jwt"
    assert response.data.count(b".") == 2


def test_others_certificates_are_for_those_who_may_see_people(client_for, certificate, author, admin, stranger):
    for person, status in ((author, 403), (stranger, 404), (admin, 200)):
        client = client_for(person)
        for path in ("", "/pdf", "/badge"):
            assert client.get(f"/certificates/{certificate.id}{path}").status_code == status
        if person is author:
            assert client.get("/certificates/").status_code == 403
            assert client.get("/certificates/template").status_code == 403


def test_an_administrator_revokes_with_a_reason(client_for, admin, certificate):
    client = client_for(admin)
    page = client.post(f"/certificates/{certificate.id}", data={"reason": ""})
    assert re.search(r'class="field-error"[^>]*>.*?Say why', page.text, re.DOTALL)
    page = client.post(f"/certificates/{certificate.id}", data={"reason": "Mistake"}, follow_redirects=True)
    assert "Whoever checks it sees that" in page.text
    assert "has been taken back" in client.get(f"/verify/{certificate.number}").text


def test_the_list_is_searched_filtered_and_runs_the_same_statements_whatever_its_length(
    client_for, admin, author, organization, statements
):
    client = client_for(admin)
    counts = []
    for _ in range(2):
        complete(author, factories.user(organization, "Some Body"))
        complete(author, factories.user(organization, "Any Body"))
        statements.clear()
        page = client.get("/certificates/?state=valid&kind=course&q=Any")
        counts.append(len(statements))
        assert "Any Body" in page.text
        assert "Some Body" not in page.text
    assert counts[0] == counts[1]
    assert "No certificate matches" in client.get("/certificates/?state=revoked").text
    number = db.session.scalars(select(Certificate.number)).first()
    assert number in client.get(f"/certificates/?q={number}").text


def test_the_design_is_saved_as_a_version_and_used(client_for, admin, author, learner):
    client = client_for(admin)
    page = client.post(
        "/certificates/template", data={**DESIGN, "logo": (BytesIO(png()), "logo.png")}, follow_redirects=True
    )
    assert "Saved. Certificates issued from now on" in page.text
    template = db.session.scalars(select(CertificateTemplate)).one()
    assert template.logo_id is not None
    certificate = complete(author, learner)
    text = text_of(client.get(f"/certificates/{certificate.id}/pdf").data)
    assert "DIPLOMA" in text
    assert "has passed, Lea Learner" in text
    client.post("/certificates/template", data={**DESIGN, "without_logo": "y"})
    assert certificates.current_template(admin.organization_id).logo_id is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"heading": ""}, "Fill this in."),
        ({"text": "{password}"}, "There is no variable {password}"),
        ({"text": "x" * 700}, "Use at most 600 characters."),
        ({"colour": "red"}, "Choose a colour."),
        ({"logo": (BytesIO(b"<svg onload=alert(1)>"), "logo.png")}, "Choose a PNG or JPEG picture"),
        ({"logo": (BytesIO(png()[:40]), "logo.png")}, "Choose a PNG or JPEG picture"),
    ],
)
def test_a_design_that_cannot_be_gets_a_message_beside_the_field(client_for, admin, data, message):
    page = client_for(admin).post("/certificates/template", data={**DESIGN, **data})
    assert re.search(rf'class="field-error"[^>]*>.*?{re.escape(message)}', page.text, re.DOTALL)
    assert certificates.current_template(admin.organization_id) is None


def test_the_preview_is_a_picture_of_what_is_typed_and_bears_anything(client_for, admin):
    client = client_for(admin)
    for query in ("", "?heading=Diploma&colour=%23b3261e", "?colour=nonsense", "?text={evil}", "?heading=" + "W" * 200):
        response = client.get(f"/certificates/template/preview.png{query}")
        picture = Image.open(BytesIO(response.data))
        assert (picture.format, picture.width) == ("PNG", 1100)
