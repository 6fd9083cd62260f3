"""`celery -A tests.delivery.worker worker`: the worker of the delivery tests."""

from tests.delivery.probe import probe_worker

app = probe_worker()
