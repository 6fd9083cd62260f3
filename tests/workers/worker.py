"""`celery -A tests.workers.worker worker`: the worker of these tests."""

from tests.workers.probe import probe_worker

app = probe_worker()
