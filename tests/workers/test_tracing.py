"""One trace from the page to every subscriber, at a collector of OpenTelemetry's protocol."""

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from lms.events import eventually
from tests.workers.conftest import Installation

pytestmark = pytest.mark.services

HEAR_COURSES = ("audits", "activities", "notifications", "analytics")
"""Whom a course that is made and published concerns, among others."""

VISIT = """
from flask_migrate import upgrade
from lms import broker, create_app
from lms.origin import Origin, working_for
from tests import factories
app = create_app()
with app.app_context():
    upgrade()
    with working_for(Origin(REQUEST, "192.0.2.1", "web")):
        factories.open_course(factories.user(factories.organization(), "Arthur Author", "author"), subjects=1)
    broker.flush()
app.test_client().get("/healthz", headers={"X-Request-ID": REQUEST})
"""


class Collector(ThreadingHTTPServer):
    """Keeps the names of the spans it gets, by trace."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.names: dict[str, set[str]] = {}


class Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        body = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in resource.scope_spans:
                for span in scope.spans:
                    self.server.names.setdefault(span.trace_id.hex(), set()).add(span.name)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    server = Collector()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("installation", ["valkey"], indirect=True)
def test_a_page_and_the_work_of_every_subscriber_meet_in_one_trace(installation: Installation, collector: Collector):
    request = uuid4().hex
    installation.environment |= {
        "DATABASE_URL": f"sqlite:///{installation.folder / 'traced.sqlite3'}",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.server_port}",
        "OTEL_BSP_SCHEDULE_DELAY": "200",
    }
    visit = installation.run(VISIT.replace("REQUEST", repr(request)))
    assert visit.returncode == 0, visit.stderr
    installation.start_worker(application="worker")
    wanted = {"GET health.alive", *(f"deliver {name}" for name in HEAR_COURSES)}
    eventually(lambda: collector.names.get(request, set()) >= wanted, timeout=30)
