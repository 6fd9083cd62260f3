"""The command line, as somebody types it."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from lms import courses
from lms.accounts import User
from lms.client.commands import main
from lms.db import db
from lms.results import Result
from tests import factories, services

ROOT = Path(__file__).parents[2]


@pytest.fixture
def typed(server, key_of, admin, monkeypatch, capsys):
    """Types a command; returns exit status and what it said."""
    monkeypatch.setenv("LMS_ADDRESS", server.address)
    monkeypatch.setenv("LMS_KEY", key_of(admin))

    def run(line: str, answer: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
        status = main(line.split())
        said = capsys.readouterr()
        db.session.expire_all()
        return status, said.out, said.err

    return run


@pytest.fixture
def results_file(author, learner, tmp_path) -> Path:
    """Two rows that can be carried out once somebody is enrolled, and one about nobody."""
    course = factories.open_course(author, 2, "Lifting")
    courses.enroll(course, [learner.id], author)
    path = tmp_path / "results.csv"
    rows = (f"{learner.email},Lifting,{subject},80,2026-03-01" for subject in ("Subject 1", "Subject 2"))
    path.write_text("\n".join(("email,course,subject,score,date", *rows, "x@y.example,Lifting,Subject 1,1,2026-03-01")))
    return path


def test_results_are_imported_with_a_report_progress_and_the_refused_rows_in_a_file(typed, results_file, tmp_path):
    status, out, err = typed(f"results import {results_file} --yes --errors {tmp_path / 'faulty.csv'}")
    assert status == 3
    assert "2 would be created, 0 would be changed, 0 would be left, 1 would be refused" in out
    assert "row 4: Nobody here has the address x@y.example." in out
    assert "2 created, 0 changed, 0 left, 1 refused" in out
    assert "importing: " in err
    assert db.session.query(Result).count() == 2
    faulty = (tmp_path / "faulty.csv").read_text("utf-8-sig").splitlines()
    assert faulty[0].endswith("date,problem")
    assert (len(faulty), faulty[1][:11]) == (2, "x@y.example")


def test_it_asks_before_it_carries_anything_out(typed, results_file):
    status, _out, err = typed(f"import results {results_file}", "n\n")
    assert (status, db.session.query(Result).count()) == (1, 0)
    assert "nothing is carried out" in err
    assert typed(f"import results {results_file}", "y\n")[0] == 3
    assert db.session.query(Result).count() == 2
    status, out, _err = typed(f"import results {results_file}")
    assert "There is nothing to carry out." in out


def test_columns_that_were_not_recognized_are_told(typed, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("wie,waar\nAnn,ann@harbour.example\n")
    status, _out, err = typed(f"people import {path} --yes")
    assert (status, "Say which column is" in err) == (1, True)
    assert typed(f"people import {path} --yes --column wie=name --column waar=email")[0] == 0
    assert db.session.query(User).filter_by(email="ann@harbour.example").one().name == "Ann"


def test_people_of_a_department_as_csv_and_json_lines(typed, admin, learner):
    learner.department_id = factories.department(admin).id
    learner.name = "=1+1"
    db.session.commit()
    status, out, _err = typed("people list --department Care --format csv --fields name,email,active")
    assert (status, out) == (0, f"name,email,active\n'=1+1,{learner.email},true\n")
    out = typed("list people --department=Care")[1]
    assert [json.loads(line)["id"] for line in out.splitlines()] == [learner.id]
    assert typed("people list --department Cellar")[0] == 1
    status, _out, err = typed("people list --colour red")
    assert (status, "colour: There is no argument of this name" in err) == (1, True)


def test_everything_is_exported_into_a_file(typed, tmp_path, learner):
    assert typed(f"export people -o {tmp_path / 'people.csv'}")[0] == 0
    assert learner.email in (tmp_path / "people.csv").read_text("utf-8-sig")
    typed(f"people export -o {tmp_path / 'people.jsonl'}")
    assert {json.loads(line)["email"] for line in (tmp_path / "people.jsonl").open()} >= {learner.email}
    assert list(tmp_path.glob("*.part")) == []


def test_one_object_after_the_other(typed):
    made = json.loads(typed("create departments name=Care")[1])
    assert json.loads(typed(f"update departments {made['id']}", '{"name": "Nursing"}')[1])["name"] == "Nursing"
    assert json.loads(typed(f"departments get {made['id']}")[1])["name"] == "Nursing"
    assert typed(f"delete departments {made['id']}")[0] == 0
    status, _out, err = typed(f"get departments {made['id']}")
    assert (status, "There is no such department" in err) == (1, True)


def test_usage_and_silence_have_exit_statuses_of_their_own(typed):
    for line in ("results", "import dragons x.csv", "get people one", "audits create"):
        with pytest.raises(SystemExit) as ended:
            typed(line)
        assert ended.value.code == 2
    assert typed(f"list people --retries 0 --address http://127.0.0.1:{services.free_port()}")[0] == 4


def test_it_runs_by_itself(tmp_path):
    """The folder alone is enough: nothing of the LMS is at hand where the copy lies."""
    (tmp_path / "lms_client").symlink_to(ROOT / "lms" / "client")
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from lms_client.commands import main; "
         "assert not [name for name in sys.modules if name == 'lms' or name.startswith(('lms.', 'flask'))]; main()",
         "--help"],
        cwd=tmp_path, env={"PATH": ""}, capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    assert "lms-client" in done.stdout
