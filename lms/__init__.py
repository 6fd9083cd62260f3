"""The LMS as a Flask application."""

from datetime import timedelta
from typing import Any

from flask import Flask

from lms import (
    analytics,
    audits,
    broker,
    commands,
    config,
    lrs,
    media,
    notifications,
    packages,
    subscribers,
    tracing,
    views,
    webhooks,
)
from lms.db import db
from lms.events import EventCenter
from lms.extensions import mail, migrate
from lms.logs import configure_logging


def create_app(**settings: Any) -> Flask:
    """The application with its settings from the environment; `settings` go before them."""
    app = Flask(__name__)
    app.config.update(config.load() | settings)
    configure_logging(as_json=app.config["LOG_JSON"])
    tracing.configure()
    db.init_app(app)
    migrate.init_app(app, db, render_as_batch=True, user_module_prefix="")
    mail.init_app(app)
    analytics.configure(app.config)
    lrs.configure(app.config)
    media.configure(app.config)
    packages.configure(app.config)
    notifications.configure(app.config)
    webhooks.configure(app.config)
    audits.configure(app.config)
    EventCenter.relay_after = timedelta(seconds=app.config["RELAY_AFTER"])
    EventCenter.publish = staticmethod(broker.publish)
    if app.config["BROKER_URL"]:
        broker.connect(app.config["BROKER_URL"], subscribers.names)
    views.register(app)
    commands.register(app)
    return app
