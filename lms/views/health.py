"""For load balancers, the launcher and Prometheus: is this process up, can it work, and how is delivery going."""

import hmac
from collections.abc import Iterable

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, abort, current_app, request
from flask_migrate import Migrate
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy.exc import DBAPIError

from lms import deliveries, metrics
from lms.db import db, utcnow

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> dict[str, str]:
    """200 as long as this process answers; whoever restarts processes asks here."""
    return {"status": "ok"}


@blueprint.get("/readyz")
def ready() -> tuple[dict[str, str], int]:
    """200 when the database answers and has every migration, else 503; whoever spreads requests asks here.

    The broker is not asked: without it pages work, and the relay sends later what was broadcast meanwhile.
    """
    migrate: Migrate = current_app.extensions["migrate"].migrate
    wanted = ScriptDirectory.from_config(migrate.get_config()).get_current_head()
    try:
        with db.engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    except DBAPIError:
        return {"status": "the database does not answer"}, 503
    if found != wanted:
        return {"status": f"the database is at migration {found}, this version needs {wanted}"}, 503
    return {"status": "ok"}, 200


@blueprint.get("/metrics")
def show_metrics() -> Response:
    """All figures in Prometheus' words; for this machine itself, or for who brings METRICS_TOKEN where one is set."""
    token = current_app.config["METRICS_TOKEN"]
    given = (request.authorization.token if request.authorization else None) or ""
    is_near = request.remote_addr in ("127.0.0.1", "::1") and "X-Forwarded-For" not in request.headers
    if not (hmac.compare_digest(given, token) if token else is_near):
        abort(404)
    ledger = CollectorRegistry()
    ledger.register(Ledger())
    text = generate_latest(metrics.registry()) + generate_latest(ledger)
    return Response(text, content_type=CONTENT_TYPE_LATEST)


class Ledger:
    """What the ledger says of each subscriber at this moment, the same whichever process is asked."""

    def collect(self) -> Iterable[Metric]:
        """Lag, waiting and dead."""
        lag = GaugeMetricFamily("lms_lag_seconds", "Age of the oldest change that is owed", labels=["subscriber"])
        waiting = GaugeMetricFamily("lms_deliveries_waiting", "Deliveries to be tried again", labels=["subscriber"])
        dead = GaugeMetricFamily("lms_deliveries_dead_now", "Dead deliveries to be decided on", labels=["subscriber"])
        now = utcnow()
        for one in deliveries.status():
            oldest = (now - one.oldest_owed).total_seconds() if one.oldest_owed else 0
            lag.add_metric([one.name], max(0, oldest))
            waiting.add_metric([one.name], one.waiting)
            dead.add_metric([one.name], one.dead)
        return (lag, waiting, dead)
