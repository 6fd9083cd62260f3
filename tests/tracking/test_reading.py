"""What a data model says, by the words of SCORM."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.tracking import reading


def core(status: str = "", **more):
    return {"core": {"lesson_status": status, **more}}


@pytest.mark.parametrize(("cmi", "details", "final", "done", "passed"), [
    (core("incomplete"), {}, False, False, None),
    (core("completed"), {}, False, True, True),
    (core("passed"), {}, False, True, True),
    (core("failed"), {}, False, True, False),
    (core("browsed"), {}, True, False, None),
    (core("not attempted"), {}, False, False, None),
    (core("not attempted"), {}, True, True, True),
    (core("not attempted", exit="suspend"), {}, True, False, None),
    (core("completed", score={"raw": "79"}), {"mastery_score": 80}, False, True, False),
    (core("completed", score={"raw": "80"}), {"mastery_score": 80}, False, True, True),
    (core("failed", score={"raw": "80"}), {"mastery_score": 80}, False, True, True),
    (core("incomplete", score={"raw": "90"}), {"mastery_score": 80}, False, False, None),
    (core("completed", score={"raw": ""}), {"mastery_score": 80}, False, True, True),
    ({}, {}, False, False, None),
    ({"core": "nonsense"}, {}, False, False, None),
])  # fmt: skip
def test_status_of_scorm_12(cmi, details, final, done, passed):
    found = reading.of_12(cmi, details, final)
    assert (found.done, found.passed) == (done, passed)


@pytest.mark.parametrize(("cmi", "details", "final", "done", "passed"), [
    ({"completion_status": "incomplete"}, {}, False, False, None),
    ({"completion_status": "completed"}, {}, False, True, True),
    ({"completion_status": "completed", "success_status": "failed"}, {}, False, True, False),
    ({"completion_status": "incomplete", "success_status": "failed"}, {}, True, False, False),
    ({"completion_status": "unknown", "success_status": "passed"}, {}, False, True, True),
    ({}, {}, True, True, True),
    ({"exit": "suspend"}, {}, True, False, None),
    ({}, {"completion_by_content": True}, True, False, None),
    ({"progress_measure": "0.8"}, {"completion_threshold": 0.8}, False, True, True),
    ({"progress_measure": "0.7", "completion_status": "completed"}, {"completion_threshold": 0.8}, False, False, None),
    ({"score": {"scaled": "0.5"}, "completion_status": "completed", "success_status": "passed"},
     {"passing_score": 0.6}, False, True, False),
    ({"score": {"scaled": "0.6"}, "completion_status": "completed"}, {"passing_score": 0.6}, False, True, True),
])  # fmt: skip
def test_status_of_scorm_2004(cmi, details, final, done, passed):
    found = reading.of_2004(cmi, details, final)
    assert (found.done, found.passed) == (done, passed)


@pytest.mark.parametrize(("score", "percentage"), [
    ({"scaled": "0.756"}, 75.6), ({"scaled": -0.5}, 0), ({"raw": "30", "min": "20", "max": "40"}, 50),
    ({"raw": "70"}, 70), ({"raw": "7", "max": "10"}, 70), ({"raw": "5", "min": "9", "max": "9"}, None), ({}, None),
    ({"raw": "much"}, None), ({"raw": "1e400"}, None), ({"raw": "150"}, 100),
])  # fmt: skip
def test_a_score_is_a_percentage(score, percentage):
    assert reading.percentage(score) == pytest.approx(percentage)


@pytest.mark.parametrize(("text", "seconds"), [
    ("PT1H30M5.5S", 5405.5), ("P1DT1S", 86401), ("PT0S", 0), ("P", 0), ("1:00", 0), (None, 0), ("PT1.5H", 5400),
])  # fmt: skip
def test_durations(text, seconds):
    assert reading.duration(text) == seconds


@pytest.mark.parametrize(("text", "seconds"), [("0001:30:05.50", 5405.5), ("00:00:11", 11), ("1:2", 0), ("", 0)])
def test_timespans(text, seconds):
    assert reading.timespan(text) == seconds


@given(st.floats(0, 9_000_000).map(lambda value: round(value, 2)))
def test_time_that_is_written_is_read_again(seconds):
    assert reading.duration(reading.as_duration(seconds)) == pytest.approx(seconds, abs=0.011)
    assert reading.timespan(reading.as_timespan(seconds)) == pytest.approx(seconds, abs=0.011)


@given(st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8) | st.sampled_from(["completed", "passed", "PT1S"]),
    lambda inner: st.dictionaries(st.sampled_from(["core", "score", "raw", "scaled", "exit", "lesson_status",
                                                   "completion_status", "session_time", "progress_measure"]), inner),
    max_leaves=12,
).filter(lambda value: isinstance(value, dict)))  # fmt: skip
def test_no_data_model_is_too_odd_to_be_read(cmi):
    for read in (reading.of_12, reading.of_2004):
        found = read(cmi, {"mastery_score": 50, "passing_score": 0.5, "completion_threshold": 0.5}, True)
        assert found.score is None or 0 <= found.score <= 100
        assert found.seconds >= 0
