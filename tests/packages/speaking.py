"""Units that set every element of their data model in a first session and read all of it back in a second."""

import io

from tests.packages.making import item, manifest, resource, zipped

SPEAKER = """<!doctype html><title>Speaker</title><p id="said"></p><button onclick="end()">End</button><script>
const api = (function find(w) { return w.%(name)s || (w.parent !== w ? find(w.parent) : null) })(window)
const call = (name, ...given) => api["%(prefix)s" + name](...given)
const wrong = []
function set(element, value) {
  if (call("SetValue", element, value) !== "true") wrong.push(element + ": " + call("GetLastError"))
}
const get = (element) => call("GetValue", element)
call("Initialize", "")
const elements = %(elements)s
let said
if (get("%(entry)s") !== "resume") {
  for (const [element, value] of elements) set(element, value)
  said = { wrong }
} else {
  const lost = elements.filter(([name, value]) => !%(unread)s.test(name) && String(get(name)) !== value)
  said = { wrong, lost: lost.map(([element]) => element + "=" + get(element)), total: get("%(total)s"), %(counts)s }
}
document.getElementById("said").textContent = JSON.stringify(said)
function end() {
  if (get("%(entry)s") === "resume") { %(finish)s }
  call("Commit", "")
  call("%(terminate)s", "")
}
</script>"""

ELEMENTS_12 = [
    ("cmi.core.lesson_location", "page 7"), ("cmi.core.lesson_status", "incomplete"), ("cmi.core.score.raw", "40"),
    ("cmi.core.score.min", "0"), ("cmi.core.score.max", "50"), ("cmi.core.exit", "suspend"),
    ("cmi.core.session_time", "0000:10:00.50"), ("cmi.suspend_data", "a=1;b=2|" * 400), ("cmi.comments", "Good so far"),
    ("cmi.objectives.0.id", "o1"), ("cmi.objectives.0.score.raw", "5"), ("cmi.objectives.0.score.min", "0"),
    ("cmi.objectives.0.score.max", "5"), ("cmi.objectives.0.status", "passed"),
    ("cmi.student_preference.audio", "50"), ("cmi.student_preference.language", "nl"),
    ("cmi.student_preference.speed", "10"), ("cmi.student_preference.text", "1"),
    ("cmi.interactions.0.id", "q1"), ("cmi.interactions.0.objectives.0.id", "o1"),
    ("cmi.interactions.0.time", "10:00:00"), ("cmi.interactions.0.type", "choice"),
    ("cmi.interactions.0.correct_responses.0.pattern", "a"), ("cmi.interactions.0.weighting", "1"),
    ("cmi.interactions.0.student_response", "a"), ("cmi.interactions.0.result", "correct"),
    ("cmi.interactions.0.latency", "0000:00:05.00"),
]  # fmt: skip
ELEMENTS_2004 = [
    ("cmi.completion_status", "incomplete"), ("cmi.success_status", "unknown"), ("cmi.location", "7"),
    ("cmi.suspend_data", "state " * 2000), ("cmi.exit", "suspend"), ("cmi.session_time", "PT10M0.5S"),
    ("cmi.progress_measure", "0.5"), ("cmi.score.scaled", "0.8"), ("cmi.score.raw", "40"), ("cmi.score.min", "0"),
    ("cmi.score.max", "50"), ("cmi.learner_preference.audio_level", "1"), ("cmi.learner_preference.language", "nl"),
    ("cmi.learner_preference.delivery_speed", "1"), ("cmi.learner_preference.audio_captioning", "0"),
    ("cmi.comments_from_learner.0.comment", "Good"), ("cmi.comments_from_learner.0.location", "3"),
    ("cmi.comments_from_learner.0.timestamp", "2026-01-01T00:00:00"),
    ("cmi.objectives.0.id", "o1"), ("cmi.objectives.0.score.scaled", "1"), ("cmi.objectives.0.score.raw", "5"),
    ("cmi.objectives.0.score.min", "0"), ("cmi.objectives.0.score.max", "5"),
    ("cmi.objectives.0.success_status", "passed"), ("cmi.objectives.0.completion_status", "completed"),
    ("cmi.objectives.0.progress_measure", "1"), ("cmi.objectives.0.description", "All of it"),
    ("cmi.interactions.0.id", "q1"), ("cmi.interactions.0.type", "choice"),
    ("cmi.interactions.0.objectives.0.id", "o1"),
    ("cmi.interactions.0.timestamp", "2026-01-01T00:00:00"), ("cmi.interactions.0.correct_responses.0.pattern", "a"),
    ("cmi.interactions.0.weighting", "1"), ("cmi.interactions.0.learner_response", "a"),
    ("cmi.interactions.0.result", "correct"), ("cmi.interactions.0.latency", "PT5S"),
    ("cmi.interactions.0.description", "Which one?"),
]  # fmt: skip


def speaker(standard: str) -> io.BytesIO:
    """A package whose only unit speaks; `standard` is scorm12 or scorm2004."""
    is_12 = standard == "scorm12"
    elements = ELEMENTS_12 if is_12 else ELEMENTS_2004
    words = {
        "name": "API" if is_12 else "API_1484_11",
        "prefix": "LMS" if is_12 else "",
        "terminate": "Finish" if is_12 else "Terminate",
        "entry": "cmi.core.entry" if is_12 else "cmi.entry",
        "total": "cmi.core.total_time" if is_12 else "cmi.total_time",
        "elements": [list(pair) for pair in elements],
        # What content may write and not read, and what belongs to one session.
        "unread": r"/session_time|\.exit$|^cmi\.interactions/" if is_12 else r"/session_time|\.exit$/",
        "counts": 'objectives: get("cmi.objectives._count"), interactions: get("cmi.interactions._count")',
        "finish": (
            'set("cmi.core.lesson_status", "passed"); set("cmi.core.exit", ""); '
            'set("cmi.core.session_time", "00:05:00")'
            if is_12 else
            'set("cmi.completion_status", "completed"); set("cmi.success_status", "passed"); '
            'set("cmi.exit", "normal"); set("cmi.session_time", "PT5M")'
        ),
    }  # fmt: skip
    xml = manifest(item(), resource(), version="1.2" if is_12 else "2004 4th Edition")
    return zipped({"imsmanifest.xml": xml, "index.html": SPEAKER % words})
