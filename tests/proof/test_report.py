"""The dashboard, and the report as of a day: figures, lines, files."""

import csv
import io
import re
from datetime import date, timedelta

import openpyxl
import pypdfium2
import pytest

from lms import accounts, compliance, proof
from lms.accounts import DepartmentAttrs
from lms.compliance import daily
from lms.errors import Conflict
from lms.proof import CriteriaAttrs, check_size, criteria, lines
from lms.proof.sheets import safe
from tests import factories
from tests.compliance import world

REPORT = "/compliance/report/"


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return re.sub(r"\s+", " ", text)


def today(user) -> date:
    """Where the organization is."""
    return compliance.today_of(user.organization_id)


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


@pytest.fixture
def stands(nurse, obtains) -> None:
    """The nurse obtained it ten days ago; nobody else has."""
    obtains(nurse, -10)


def test_the_dashboard_counts_and_puts_what_is_worst_first(client_for, admin, organization, nurse, stands):
    kitchen = accounts.create_department(DepartmentAttrs(name="Kitchen"), admin)
    world.move(factories.user(organization, "Koos Cook"), admin, department_id=kitchen.id)
    world.settle()
    page = client_for(admin).get("/compliance/")
    departments = page.text.split('id="departments"')[1].split("</table>")[0]
    assert departments.index("Kitchen") < departments.index("Ward 3")
    heat = page.text.split('class="matrix heat"')[1]
    assert re.search(r'heat-0[^>]*>0%', heat)
    assert re.search(r'heat-4[^>]*>100%', heat)
    assert 'data-chart="trend"' in page.text


def test_of_very_many_departments_the_worst_are_listed_and_the_statements_stay_as_many(
    client_for, admin, organization, nurse, stands, statements
):
    client = client_for(admin)
    client.get("/compliance/")
    counts = []
    for name in ("Kitchen", "Laundry"):
        department = accounts.create_department(DepartmentAttrs(name=name), admin)
        world.move(factories.user(organization, f"{name} Colleague"), admin, department_id=department.id)
        world.settle()
        statements.clear()
        client.get("/compliance/")
        counts.append(len(statements))
    assert counts[0] == counts[1]
    found = proof.overview(admin, listed=2)  # the first are those without a department
    assert ([row.name for row in found.departments], found.unlisted_departments) == (["", "Kitchen"], 2)


def test_the_trend_shows_the_days_that_were_counted(client_for, admin, organization, stands):
    client = client_for(admin)
    assert "The line begins tomorrow" in client.get("/compliance/").text
    for days in (3, 2, 1):
        daily.count_the_day(organization.id, world.day(-days))
    page = client.get("/compliance/?days=30")
    assert len(re.findall(r'data-value="\d{4}-', page.text)) == 4
    assert "The line begins tomorrow" not in page.text
    assert client.get("/compliance/?days=1000000").status_code == 200


def test_without_anything_asked_the_dashboard_teaches(client_for, admin):
    assert "Nothing is asked of anybody yet" in client_for(admin).get("/compliance/").text


def test_the_dashboard_runs_the_same_statements_whatever_its_size(
    client_for, admin, author, organization, stands, bls_course, statements
):
    client = client_for(admin)
    counts = []
    for number in range(2):
        for index in range(3):
            place = accounts.create_department(DepartmentAttrs(name=f"Place {number} {index}"), admin)
            world.move(factories.user(organization), admin, department_id=place.id)
            world.requirement(admin, world.qualification(admin, f"Other {number} {index}", bls_course))
        world.settle()
        statements.clear()
        assert client.get("/compliance/").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_who_may_open_what(client_for, author, head, auditor, learner, bls):
    for person, overview, report, plan in (
        (author, 403, 403, 403), (learner, 403, 403, 403), (head, 200, 403, 403), (auditor, 200, 200, 403)
    ):  # fmt: skip
        client = client_for(person)
        assert client.get("/compliance/").status_code == overview
        assert client.get("/compliance/reminders").status_code == plan
        for file in ("", "compliance.csv", "compliance.xlsx", "compliance.pdf"):
            assert client.get(REPORT + file).status_code == report


def test_the_report_says_who_why_and_with_what_evidence(client_for, auditor, nurse, stands):
    page = client_for(auditor).get(REPORT)
    assert "Nina Nurse" in page.text
    assert "by the course BLS course of" in page.text
    assert "Never obtained" in page.text


def test_a_past_day_as_known_then_does_not_know_what_came_later(client_for, auditor, admin, nurse, stands):
    client, on = client_for(auditor), world.day(-5)
    now = client.get(f"{REPORT}?on={on}")
    then = client.get(f"{REPORT}?on={on}&known=then")
    assert "Nina Nurse" in now.text
    assert "Nobody matches" in then.text


def test_a_day_to_come_shows_how_it_will_be(client_for, auditor, nurse, stands):
    page = client_for(auditor).get(f"{REPORT}?on={world.day(500)}&states=expired")
    assert "This day is to come" in page.text
    assert "Nina Nurse" in page.text


def test_the_csv_has_every_line_and_no_formula(client_for, auditor, admin, organization, stands):
    factories.user(organization, '=HYPERLINK("http://evil.example","x")')
    factories.user(organization, "@SUM(1)")
    world.settle()
    response = client_for(auditor).get(f"{REPORT}compliance.csv?states=missing")
    names = [row[0] for row in rows_of(response.data)[1:]]
    assert "'=HYPERLINK(\"http://evil.example\",\"x\")" in names
    assert "'@SUM(1)" in names
    assert "Nina Nurse" not in names
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows_of(response.data) for cell in row)


def test_the_workbook_has_criteria_figures_and_days_that_are_days(client_for, auditor, organization, nurse, stands):
    factories.user(organization, "=1+1")
    world.settle()
    response = client_for(auditor).get(f"{REPORT}compliance.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(response.data))
    summary, people = book.worksheets
    assert ("Organization", "Harbour Hospital") in [row[:2] for row in summary.iter_rows(values_only=True)]
    rows = {row[0]: row for row in people.iter_rows(values_only=True)}
    assert rows["Nina Nurse"][6].date() > world.day(300)
    assert "'=1+1" in rows
    assert all(cell.data_type != "f" for row in people.iter_rows() for cell in row)


def test_the_pdf_has_scope_day_criteria_figures_and_evidence(client_for, auditor, nurse, ward, stands):
    url = f"{REPORT}compliance.pdf?department_id={ward.id}"
    response = client_for(auditor).get(url)
    assert response.headers["Content-Type"] == "application/pdf"
    text = text_of(response.data)
    for words in (
        "Harbour Hospital", today(auditor).isoformat(), "Ward 3", "as is known now", "Audrey Auditor", "Nina Nurse",
        "by the course BLS course of", "Page 1 of", "100%",
    ):  # fmt: skip
        assert words in text


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("on=nonsense", "date"),
        ("on=0001-01-01", "between 1950 and 2200"),
        ("department_id=999999", "Choose one from the list."),
        ("qualification_id=x", "Choose one from the list."),
        ("states=nonsense", "Choose one from the list."),
        ("known=maybe", "Choose one from the list."),
    ],
)
def test_criteria_that_cannot_be_get_a_message_and_no_file(client_for, auditor, bls, query, message):
    client = client_for(auditor)
    page = client.get(f"{REPORT}?{query}")
    assert re.search(rf'class="field-error".*?{message}', page.text, re.DOTALL)
    assert client.get(f"{REPORT}compliance.csv?{query}").status_code == 422


def test_another_organizations_people_are_in_no_report(client_for, stranger, nurse, stands):
    client = client_for(stranger)
    assert "Nina" not in client.get(REPORT).text
    assert len(rows_of(client.get(f"{REPORT}compliance.csv").data)) == 1


def test_a_file_that_would_be_too_large_is_refused_with_what_to_do(auditor, stands):
    asked = criteria(CriteriaAttrs(on=today(auditor)), auditor)
    number = len(list(lines(asked)))
    check_size(asked, number)
    with pytest.raises(Conflict, match="Choose a department"):
        check_size(asked, number - 1)


def test_the_report_reads_a_chunk_with_the_same_statements_whatever_its_length(
    auditor, organization, stands, statements
):
    counts = []
    for _ in range(2):
        for _number in range(5):
            factories.user(organization)
        world.settle()
        asked = criteria(CriteriaAttrs(on=today(auditor)), auditor)
        statements.clear()
        assert len(list(lines(asked))) > 5
        counts.append(len(statements))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", " =1", "=cmd|' /C calc'!A0"])
def test_what_could_become_a_formula_is_text(text):
    assert safe(text).startswith("'")


@pytest.mark.parametrize("text", ["Anna", "5 days", "a=b", "", "O'Neil", "Ångström"])
def test_other_text_stays_as_it_is(text):
    assert safe(text) == text


def test_the_days_of_reminders_are_set_on_a_page(client_for, admin, bls):
    client = client_for(admin)
    wishes = {"days": "45, 10", "weekly": "y", "weekday": "2"}
    page = client.post("/compliance/reminders", data=wishes, follow_redirects=True)
    assert "Saved." in page.text
    assert 'value="45, 10"' in page.text
    page = client.post("/compliance/reminders", data={"days": "soon"})
    assert re.search(r'class="field-error".*?Write numbers of days', page.text, re.DOTALL)


def test_days_and_known_then_are_in_the_organizations_zone(auditor, stands):
    asked = criteria(CriteriaAttrs(on=world.day(-5), known="then"), auditor)
    assert asked.known_at.utcoffset() is not None
    assert asked.known_at.date() == world.day(-5) + timedelta(days=1)
    assert criteria(CriteriaAttrs(on=today(auditor), known="then"), auditor).known_at is None
