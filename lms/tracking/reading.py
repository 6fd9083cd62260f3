"""What a SCORM data model says, read from the JSON that scorm-again sends: one form for 1.2 and 2004."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lms.packages import SCORM12

TIMESPAN = re.compile(r"^(\d{1,6}):(\d{1,2}):(\d{1,2}(?:\.\d{1,6})?)$")
"""CMITimespan of SCORM 1.2 (RTE 1.2, 3.4.1)."""
DURATION = re.compile(
    r"^P(?:(\d+(?:\.\d+)?)Y)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$"
)
"""timeinterval of SCORM 2004 and the duration of ISO 8601, which xAPI uses."""
UNITS = (365 * 86400, 30 * 86400, 86400, 3600, 60, 1)


@dataclass(frozen=True, slots=True)
class Report:
    """What one unit says of itself. `passed` is None while it says nothing about that; `score` is a percentage."""

    done: bool
    passed: bool | None
    score: float | None
    progress: int | None
    seconds: float
    suspended: bool

    def is_better_than(self, passed: bool | None, score: float | None) -> bool:
        """Whether it counts instead: passed before not passed, then the higher score."""
        return (self.passed is not False, self.score or 0) > (passed is not False, score or 0)


def read(standard: str, cmi: Mapping[str, Any], details: Mapping[str, Any], final: bool) -> Report:
    """The data model `cmi` of a unit whose manifest says `details`; `final` when the content has ended its session."""
    return (of_12 if standard == SCORM12 else of_2004)(cmi, details, final)


def of_12(cmi: Mapping[str, Any], details: Mapping[str, Any], final: bool) -> Report:
    """SCORM 1.2 (RTE 3.4.4): completed and passed are done and passed, failed is done and not passed.

    With a mastery score the raw score decides, once the content has a status of its own ("cmi.core.lesson_status":
    the LMS changes it). Content that ends without having set a status is completed, as the same paragraph wants.
    """
    core = part(cmi, "core")
    status = str(core.get("lesson_status") or "")
    raw = decimal(part(core, "score").get("raw"))
    suspended = core.get("exit") in ("suspend", "logout")
    if final and status in ("", "not attempted") and not suspended:
        status = "completed"
    mastery = details.get("mastery_score")
    if status in ("passed", "completed", "failed") and mastery is not None and raw is not None:
        status = "passed" if raw >= mastery else "failed"
    passed = {"passed": True, "completed": True, "failed": False}.get(status)
    return Report(
        done=status in ("passed", "completed", "failed"),
        passed=passed,
        score=percentage(part(core, "score")),
        progress=None,
        seconds=timespan(core.get("session_time")),
        suspended=suspended,
    )


def of_2004(cmi: Mapping[str, Any], details: Mapping[str, Any], final: bool) -> Report:
    """SCORM 2004 (RTE 1.3, 4.2.4 and 4.2.22): thresholds of the manifest go before what the content says.

    At a normal end what is unknown becomes completed and satisfied, unless the manifest leaves that to the content
    (SN 1.3, 3.13.5 and 3.13.6: completionSetByContent, objectiveSetByContent).
    """
    completion, success = str(cmi.get("completion_status") or "unknown"), str(cmi.get("success_status") or "unknown")
    scaled, measure = decimal(part(cmi, "score").get("scaled")), decimal(cmi.get("progress_measure"))
    threshold, passing = details.get("completion_threshold"), details.get("passing_score")
    suspended = cmi.get("exit") in ("suspend", "logout")
    if threshold is not None and measure is not None:
        completion = "completed" if measure >= threshold else "incomplete"
    if passing is not None and scaled is not None:
        success = "passed" if scaled >= passing else "failed"
    if final and not suspended and completion == "unknown" and not details.get("completion_by_content"):
        completion = "completed"
    passed = {"passed": True, "failed": False}.get(success, True if completion == "completed" else None)
    return Report(
        done=completion == "completed" or success == "passed" or (success == "failed" and completion == "unknown"),
        passed=passed,
        score=percentage(part(cmi, "score")),
        progress=round(measure * 100) if measure is not None and 0 <= measure <= 1 else None,
        seconds=duration(cmi.get("session_time")),
        suspended=suspended,
    )


def part(cmi: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A part of the data model; empty if it is missing or no object."""
    value = cmi.get(name)
    return value if isinstance(value, Mapping) else {}


def decimal(value: Any) -> float | None:
    """A number as content writes it, None where there is none."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if abs(number) < 1e9 else None


def percentage(score: Mapping[str, Any]) -> float | None:
    """`scaled` times hundred; else `raw` between `min` and `max`, which are 0 and 100 where they are not told."""
    scaled = decimal(score.get("scaled"))
    if scaled is not None:
        return min(100.0, max(0.0, scaled * 100))
    raw, least, most = (decimal(score.get(name)) for name in ("raw", "min", "max"))
    if raw is None:
        return None
    least, most = least or 0.0, 100.0 if most is None else most
    return min(100.0, max(0.0, (raw - least) / (most - least) * 100)) if most > least else None


def timespan(value: Any) -> float:
    """Seconds of HHHH:MM:SS.SS; 0 for anything else."""
    found = TIMESPAN.match(str(value or ""))
    return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3]) if found else 0.0


def duration(value: Any) -> float:
    """Seconds of an ISO 8601 duration such as PT1H30M5.5S; 0 for anything else. A month has 30 days here."""
    found = DURATION.match(str(value or ""))
    if not found:
        return 0.0
    return sum(float(number) * unit for number, unit in zip(found.groups(), UNITS, strict=True) if number)


def as_timespan(seconds: float) -> str:
    """`seconds` as SCORM 1.2 writes them."""
    whole = int(seconds)
    return f"{whole // 3600:04}:{whole // 60 % 60:02}:{whole % 60:02}.{int(seconds * 100) % 100:02}"


def as_duration(seconds: float) -> str:
    """`seconds` as SCORM 2004 and xAPI write them."""
    whole = int(seconds)
    return f"PT{whole // 3600}H{whole // 60 % 60}M{round(seconds - whole // 60 * 60, 2):g}S"
