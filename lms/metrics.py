"""Figures for Prometheus: what was published and delivered, how long it took, how long a page took.

Every process counts for itself. Where `PROMETHEUS_MULTIPROC_DIR` names a folder, the processes of a machine count
into files there, and whoever is asked adds them up.
"""

import os

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

published = Counter("lms_changes_published", "Changes sent to the broker")
not_published = Counter("lms_changes_not_published", "Changes left to the relay because the broker did not answer")
relayed = Counter("lms_deliveries_relayed", "Deliveries that the relay sent again", ["subscriber"])
delivered = Counter("lms_deliveries_done", "Changes dealt with", ["subscriber"])
retried = Counter("lms_deliveries_retried", "Attempts that failed and will be repeated", ["subscriber"])
died = Counter("lms_deliveries_dead", "Deliveries given up after their last attempt", ["subscriber"])
handling = Histogram("lms_handler_seconds", "Seconds for one message", ["subscriber"], buckets=SECONDS)
answering = Histogram("lms_request_seconds", "Seconds for one request", ["page", "status"], buckets=SECONDS)


def registry() -> CollectorRegistry:
    """The figures of all processes on this machine, or of this one where no folder is named."""
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)
    return together


def serve(port: int) -> None:
    """Answer Prometheus at this port of 127.0.0.1, for a machine that has workers but no web server."""
    start_http_server(port, addr="127.0.0.1", registry=registry())
