"""For load balancers and the launcher: is this process up and does it reach its database."""

from flask import Blueprint
from sqlalchemy import text

from lms.db import db

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def check() -> dict[str, str]:
    """200 when a statement can be run."""
    db.session.execute(text("SELECT 1"))
    return {"status": "ok"}
