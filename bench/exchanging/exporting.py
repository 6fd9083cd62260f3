"""An export of a million results over HTTP, against `COPY TO` of the same rows."""

import http.client
import time
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import text

from bench.exchanging import EXPORTED
from bench.one_broker import started
from lms import config
from lms.accounts import User
from lms.courses import Course
from lms.db import db
from lms.keys import KeyAttrs, create_key
from lms.resources import RESOURCES
from tests.services import free_port

FILL = """
INSERT INTO results (organization_id, enrollment_id, subject_id, course_id, user_id, score, passed, finished_at, source,
                     created_at, updated_at)
SELECT e.organization_id, e.id, s.id, e.course_id, e.user_id, 50 + (e.id + s.id) % 50, true, now(),
       'bench', now(), now()
FROM subjects s CROSS JOIN enrollments e WHERE s.course_id = :course AND e.course_id = :course
ORDER BY s.id, e.id LIMIT :number ON CONFLICT DO NOTHING
"""
MORE = """
INSERT INTO subjects (organization_id, course_id, position, title, content_id, created_at, updated_at)
SELECT organization_id, course_id, position + n * 1000, title || ' (' || n || ')', content_id, now(), now()
FROM subjects CROSS JOIN generate_series(1, :times) n WHERE course_id = :course
"""


def fill(course: Course) -> int:
    """Make up results until there are enough; returns how many there are."""
    id = course.id
    have = db.session.scalar(text("SELECT count(*) FROM results")) or 0
    db.session.execute(text(MORE), {"times": -(-EXPORTED // max(have, 1)), "course": id})
    db.session.execute(text(FILL), {"course": id, "number": EXPORTED + have})
    db.session.execute(
        text("DELETE FROM results WHERE id IN (SELECT id FROM results ORDER BY id DESC OFFSET :n)"), {"n": EXPORTED}
    )
    db.session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE results, users, subjects, courses"))
    return int(db.session.scalar(text("SELECT count(*) FROM results")) or 0)


def measure(course: Course, admin: User, folder: Path) -> dict[str, Any]:
    """Rows per second over HTTP, seconds to the first byte, memory of the site's process, and COPY's share."""
    number = fill(course)
    _key, secret = create_key(KeyAttrs(name="Bench", scopes=["exchange:write", "learning:read"]), admin)
    bearer = {"Authorization": f"Bearer {_key.client_id}.{secret}"}
    port = free_port()
    site = ["gunicorn", "-c", "gunicorn.conf.py", "-b", f"127.0.0.1:{port}", "-w", "1", "lms:create_app()"]
    with started("export-site", site, "Booting worker", folder):
        process = int((folder / "export-site.log").read_text().split("with pid: ")[1].split()[0])
        _get(port, "/api/v1/results?limit=1", bearer)
        base = _peak(process)
        first, seconds, lines = _get(port, "/api/v1/results.csv", bearer)
        peak = _peak(process)
    if lines != number + 1:
        raise RuntimeError(f"{lines} lines of {number}")
    copied = _copy(admin, number)
    rate = number / seconds
    print(
        f"exchange: first byte after {first:.3f} s, memory {base:.1f} to {peak:.1f} MB, COPY {copied:,.0f} rows/s",
        flush=True,
    )
    return {"export_per_s": round(rate), "copy_share": round(rate / copied, 3), "export_peak_mb": round(peak, 1)}


def _get(port: int, path: str, headers: dict[str, str]) -> tuple[float, float, int]:
    """Seconds to the first byte and to the last, and lines."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    start = time.perf_counter()
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    if response.status != 200:
        raise RuntimeError(f"{path}: {response.status} {response.read(500)!r}")
    piece = response.read(1)
    first = time.perf_counter() - start
    lines = 0
    while piece:
        lines += piece.count(b"\n")
        piece = response.read(262_144)
    return first, time.perf_counter() - start, lines


def _peak(pid: int) -> float:
    return int(Path(f"/proc/{pid}/status").read_text().split("VmHWM:")[1].split()[0]) / 1024


def _copy(admin: User, number: int) -> float:
    """Rows per second of `COPY TO` of the same query, taken by a client that throws them away."""
    query = RESOURCES["results"].select(admin).compile(db.engine, compile_kwargs={"literal_binds": True})
    url = config.database_url().replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        start = time.perf_counter()
        with cursor.copy(f"COPY ({query}) TO STDOUT WITH (FORMAT csv, HEADER)".encode()) as copy:
            for _piece in copy:
                pass
        return number / (time.perf_counter() - start)
