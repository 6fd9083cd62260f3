"""SCORM units through the addresses that the browser uses: launch, data model, suspend, resume, result."""

import pytest
from sqlalchemy import update

from lms.db import db, utcnow
from lms.events import EventCenter
from lms.tracking import Launch
from tests.packages import making
from tests.packages.making import PAGE, item, manifest, resource, zipped
from tests.tracking.playing import begin


@pytest.fixture
def play(client_for, author, learner):
    return lambda stream: begin(client_for, author, learner, stream)


def scos(number: int, version: str = "1.2", inside: str = "", kind: str = "sco"):
    items = "".join(item(one, inside) for one in range(number))
    resources = "".join(resource(one, kind=kind) for one in range(number))
    return zipped({"imsmanifest.xml": manifest(items, resources, version=version), "index.html": PAGE})


FULL_12 = {
    "core": {"lesson_status": "incomplete", "lesson_location": "page 7", "exit": "suspend", "session_time": "00:10:00",
             "score": {"raw": "40", "min": "0", "max": "50"}},
    "suspend_data": "a=1;b=2", "comments": "Good so far",
    "objectives": {"0": {"id": "o1", "status": "passed", "score": {"raw": "5", "min": "0", "max": "5"}}},
    "student_preference": {"audio": "1", "language": "nl", "speed": "2", "text": "0"},
    "interactions": {"0": {"id": "q1", "type": "choice", "student_response": "a", "result": "correct", "weighting": "1",
                           "latency": "00:00:05", "time": "10:00:00", "objectives": {"0": {"id": "o1"}},
                           "correct_responses": {"0": {"pattern": "a"}}}},
}  # fmt: skip
FULL_2004 = {
    "completion_status": "incomplete", "success_status": "unknown", "location": "7", "suspend_data": "state",
    "exit": "suspend", "session_time": "PT10M", "progress_measure": "0.5",
    "score": {"scaled": "0.8", "raw": "40", "min": "0", "max": "50"},
    "learner_preference": {"audio_level": "1", "language": "nl", "delivery_speed": "1", "audio_captioning": "0"},
    "comments_from_learner": {"0": {"comment": "Good", "location": "3", "timestamp": "2026-01-01T00:00:00"}},
    "objectives": {"0": {"id": "o1", "success_status": "passed", "completion_status": "completed",
                         "score": {"scaled": "1"}, "progress_measure": "1", "description": "All of it"}},
    "interactions": {"0": {"id": "q1", "type": "choice", "timestamp": "2026-01-01T00:00:00", "weighting": "1",
                           "learner_response": "a", "result": "correct", "latency": "PT5S", "description": "Which?",
                           "objectives": {"0": {"id": "o1"}}, "correct_responses": {"0": {"pattern": "a"}}}},
}  # fmt: skip


def test_every_element_of_12_is_found_again_after_suspending(play):
    playing = play(scos(1, inside="<adlcp:datafromlms>seed</adlcp:datafromlms>"))
    first = playing.open()
    begun = playing.settings(first)["data"]
    assert begun["core"] | {"student_id": ""} == {
        "student_id": "", "student_name": "Learner, Lea", "credit": "credit", "lesson_mode": "normal",
        "entry": "ab-initio", "total_time": "0000:00:00.00", "lesson_status": "not attempted",
    }  # fmt: skip
    assert begun["launch_data"] == "seed"
    assert playing.commit(first, FULL_12, final=True).json == {"result": True, "errorCode": 0}
    again = playing.settings(playing.open())["data"]
    assert again["core"]["entry"] == "resume"
    assert again["core"]["total_time"] == "0000:10:00.00"
    assert (again["core"]["lesson_location"], again["core"]["score"]) == ("page 7", FULL_12["core"]["score"])
    for name in ("suspend_data", "comments", "objectives", "student_preference", "interactions"):
        assert again[name] == FULL_12[name]
    assert "exit" not in again["core"]
    assert playing.result() is None


def test_every_element_of_2004_is_found_again_after_suspending(play):
    playing = play(scos(1, version="2004 3rd Edition"))
    first = playing.open()
    assert playing.settings(first)["data"]["entry"] == "ab-initio"
    playing.commit(first, FULL_2004, final=True)
    again = playing.settings(playing.open())["data"]
    assert (again["entry"], again["total_time"], again["learner_name"]) == ("resume", "PT0H10M0S", "Learner, Lea")
    for name in set(FULL_2004) - {"exit", "session_time"}:
        assert again[name] == FULL_2004[name]


def test_after_a_normal_end_2004_begins_anew_and_what_was_achieved_stands(play):
    playing = play(scos(1, version="2004 4th Edition"))
    done = FULL_2004 | {"exit": "normal", "completion_status": "completed", "success_status": "passed"}
    playing.commit(playing.open(), done, final=True)
    again = playing.open()
    data = playing.settings(again)["data"]
    assert (data["entry"], data.get("suspend_data"), data["learner_preference"]["language"]) == ("ab-initio", None, "nl")
    playing.commit(again, {"completion_status": "incomplete", "session_time": "PT1M"})
    result = playing.result()
    assert (result.passed, result.score, result.source, result.version) == (True, 80, "package", 1)
    assert playing.attempt().seconds == 660


def test_time_of_sessions_adds_up_and_within_one_it_does_not(play):
    playing = play(scos(1))
    first = playing.open()
    for sequence, minutes in enumerate((1, 2, 3), start=1):
        cmi = {"core": {"lesson_status": "incomplete", "session_time": f"00:0{minutes}:00", "exit": "suspend"}}
        playing.commit(first, cmi, sequence=sequence)
    assert playing.attempt().seconds == 180
    playing.commit(playing.open(), cmi, sequence=1)
    assert playing.attempt().seconds == 360


def test_what_comes_late_or_twice_changes_nothing(play):
    playing = play(scos(1))
    first = playing.open()
    playing.commit(first, {"core": {"lesson_status": "passed", "score": {"raw": "90"}}}, sequence=5, final=True)
    assert playing.commit(first, {"core": {"lesson_status": "incomplete"}}, sequence=4).status_code == 200
    assert (playing.result().passed, playing.result().score) == (True, 90)


def test_a_unit_that_is_opened_elsewhere_is_told_so(play):
    playing = play(scos(1))
    first, second = playing.open(), playing.open()
    refused = playing.commit(first, {"core": {"lesson_status": "passed"}})
    assert (refused.status_code, refused.json["result"]) == (409, False)
    assert playing.commit(second, {"core": {"lesson_status": "passed"}}).status_code == 200


def test_the_mastery_score_decides(play):
    playing = play(scos(1, inside="<adlcp:masteryscore>80</adlcp:masteryscore>"))
    first = playing.open()
    assert playing.settings(first)["data"]["student_data"] == {"mastery_score": "80"}
    playing.commit(first, {"core": {"lesson_status": "completed", "score": {"raw": "79"}}}, final=True)
    assert (playing.result().passed, playing.result().score) == (False, 79)
    playing.commit(playing.open(), {"core": {"lesson_status": "completed", "score": {"raw": "80"}}}, final=True)
    assert (playing.result().passed, playing.result().score) == (True, 80)


def test_several_units_pass_together_with_the_average_of_their_scores(play):
    playing = play(scos(3))
    with EventCenter.listen() as heard:
        for raw in ("100", "50", ""):
            address = playing.open()
            assert playing.result() is None
            cmi = {"core": {"lesson_status": "completed", "score": {"raw": raw}, "session_time": "00:01:00"}}
            playing.commit(address, cmi, final=True)
    result = playing.result()
    assert (result.passed, result.score, result.seconds) == (True, 75, 180)
    told = [(one.action, one.object_type) for one in heard]
    assert [one for one in told if one[1] == "PackageAttempt"] == [
        ("created", "PackageAttempt"), ("updated", "PackageAttempt"),
    ]  # fmt: skip
    assert told.count(("created", "Result")) == 1


def test_one_failed_unit_fails_the_whole_until_it_is_passed_in_another_attempt(play):
    playing = play(scos(2))
    for status in ("passed", "failed"):
        playing.commit(playing.open(), {"core": {"lesson_status": status, "score": {"raw": "60"}}}, final=True)
    assert playing.result().passed is False
    playing.client.post(f"{playing.here}/again")
    assert (playing.attempt().number, playing.attempt().finished_at) == (2, None)
    for _ in range(2):
        playing.commit(playing.open(), {"core": {"lesson_status": "passed", "score": {"raw": "70"}}}, final=True)
    assert (playing.result().passed, playing.result().score) == (True, 70)


def test_an_asset_is_done_when_it_is_opened(play):
    playing = play(scos(2, kind="asset"))
    playing.open()
    assert playing.result() is None
    playing.open()
    assert playing.result().passed is True


def test_a_learner_says_that_a_silent_unit_is_done_but_not_one_that_reports(play):
    playing = play(scos(1))
    address = playing.open()
    unit_id = playing.attempt().package.units[0].id
    playing.commit(address, {"core": {"lesson_status": "incomplete"}})
    assert playing.client.post(f"{playing.here}/units/{unit_id}/done").status_code == 409
    playing.client.post(f"{playing.here}/again")
    playing.open()
    page = playing.client.post(f"{playing.here}/units/{unit_id}/done", follow_redirects=True)
    assert "You have worked through everything" in page.text
    assert playing.result().passed is True


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"cmi": 1}', b'{"cmi": {"x": NaN}}', b"[" * 100_000])
def test_what_is_no_data_model_is_refused(play, body):
    playing = play(scos(1))
    refused = playing.visitor.post(f"{playing.open()}commit", data=body, content_type="text/plain")
    assert (refused.status_code in (400, 422), refused.json["result"]) == (True, False)


def test_nul_in_what_a_unit_says_is_left_out(play):
    playing = play(scos(1))
    address = playing.open()
    assert playing.commit(address, {"suspend_data": "a\0b", "core": {"lesson_status": "incomplete"}}).status_code == 200
    assert playing.settings(playing.open())["data"]["suspend_data"] == "ab"


def test_a_token_opens_nothing_after_its_time_nor_for_somebody_inactive(play, learner):
    playing = play(scos(1))
    address = playing.open()
    assert playing.visitor.get(f"{address}files/index.html").status_code == 200
    learner.active = False
    db.session.commit()
    assert playing.visitor.get(address).status_code == 403
    learner.active = True
    db.session.execute(update(Launch).values(expires_at=utcnow()))
    db.session.commit()
    assert playing.visitor.get(f"{address}files/index.html").status_code == 403
    assert playing.commit(address, {"core": {}}).status_code == 403
    assert playing.visitor.get("/play/guessed/").status_code == 403


def test_files_come_with_their_type_their_policy_and_in_ranges(play):
    playing = play(making.scorm12(**{"a/film.mp4": b"0123456789", "b.js": "1", "odd.xyz": "?"}))
    files = playing.open() + "files/"
    part = playing.visitor.get(files + "a/film.mp4", headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.data, part.content_type) == (206, b"234", "video/mp4")
    page = playing.visitor.get(files + "index.html")
    assert page.content_type == "text/html"
    assert "sandbox allow-scripts" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self' http://127.0.0.1:5000" in page.headers["Content-Security-Policy"]
    assert "allow-top-navigation" not in page.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in page.headers
    assert playing.visitor.get(files + "b.js").content_type == "text/javascript"
    assert playing.visitor.head(files + "odd.xyz").headers["Content-Length"] == "1"
    assert playing.visitor.get(files + "a/%2e%2e/%2e%2e/secret").status_code == 404


def test_nobody_plays_for_another_person(client_for, play, author, stranger):
    playing = play(scos(1))
    assert client_for(author).get(playing.here).status_code == 403
    assert client_for(stranger).get(playing.here).status_code == 404


def test_the_two_origins_are_kept_apart(app, play):
    playing = play(scos(1))
    address = playing.open()
    there, here = {"Host": "localhost:5000"}, {"Host": "127.0.0.1:5000"}
    assert playing.visitor.get(address, headers=there).status_code == 200
    assert playing.visitor.get(address, headers=here).status_code == 404
    away = playing.visitor.get("/login?next=/x", headers=there)
    assert (away.status_code, away.location) == (302, "http://127.0.0.1:5000/login?next=/x")
    assert playing.visitor.post("/login", headers=there).status_code == 404
    assert playing.visitor.get("/static/js/packages/play.js", headers=there).status_code == 200


def test_without_a_second_origin_nothing_is_played_and_the_reason_is_told(app, play, monkeypatch):
    playing = play(scos(1))
    monkeypatch.setitem(app.config, "PACKAGES_URL", "")
    page = playing.client.get(playing.here)
    assert "An administrator sets PACKAGES_URL" in page.text
    assert "<iframe" not in page.text
    monkeypatch.setitem(app.config, "PACKAGES_URL", "http://localhost:5000")
    assert "<iframe" not in playing.client.get(playing.here, headers={"Host": "lms.example.org"}).text


def test_support_reads_what_was_reported(client_for, play, author, stranger):
    playing = play(scos(1))
    playing.commit(playing.open(), FULL_12, final=True)
    content_id = playing.subject.content_id
    client = client_for(author)
    assert "Lea Learner" in client.get(f"/contents/{content_id}/package/attempts").text
    page = client.get(f"/contents/{content_id}/package/attempts/{playing.attempt().id}")
    for words in ("cmi.interactions.0.student_response", "page 7", "a=1;b=2", "10 min"):
        assert words in page.text
    assert playing.client.get(f"/contents/{content_id}/package/attempts").status_code == 403
    assert client_for(stranger).get(f"/contents/{content_id}/package/attempts").status_code == 404
