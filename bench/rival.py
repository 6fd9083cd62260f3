"""What a user would write instead: four tasks with the payload, after the commit; and the four effects in the request.

No trail, no ledger: a crash between commit and `delay` loses the effects, and a redelivery doubles them.
"""

import json
import os
import smtplib
from email.message import EmailMessage
from urllib.parse import urlencode
from urllib.request import urlopen

from celery import Celery
from sqlalchemy import create_engine, text

app = Celery("rival", broker=os.environ["BROKER_URL"])
app.conf.update(task_ignore_result=True, task_default_queue="rival", worker_prefetch_multiplier=1, task_acks_late=True)
engine = create_engine(os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://", 1))

TABLES = (
    "CREATE TABLE IF NOT EXISTS rival_audits (id bigserial PRIMARY KEY, payload jsonb)",
    "CREATE TABLE IF NOT EXISTS rival_activities (id bigserial PRIMARY KEY, payload jsonb)",
    "CREATE TABLE IF NOT EXISTS rival_mails (id bigserial PRIMARY KEY, payload jsonb)",
    "CREATE TABLE IF NOT EXISTS rival_events (id bigserial PRIMARY KEY, payload jsonb)",
)


def insert(table: str, payload: dict) -> None:
    """One row, one commit."""
    with engine.begin() as connection:
        connection.execute(text(f"INSERT INTO {table} (payload) VALUES (:p)"), {"p": json.dumps(payload)})  # noqa: S608


@app.task
def audit(payload: dict) -> None:
    """The trail."""
    insert("rival_audits", payload)


@app.task
def activity(payload: dict) -> None:
    """The sentence."""
    insert("rival_activities", payload)


@app.task
def mail(payload: dict) -> None:
    """A mail to the one person enrolled."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "lms@localhost", payload["to"], "New subject"
    message.set_content(f"{payload['title']} was added.")
    with smtplib.SMTP("127.0.0.1", int(os.environ["MAIL_PORT"]), timeout=10) as server:
        server.send_message(message)
    insert("rival_mails", payload)


@app.task
def track(payload: dict) -> None:
    """One event to Mixpanel."""
    data = urlencode({"data": json.dumps([{"event": "Subject added", "properties": payload}])}).encode()
    with urlopen(f"{os.environ['MIXPANEL_URL']}/track", data, timeout=10) as response:  # noqa: S310
        response.read()
    insert("rival_events", payload)


EFFECTS = (audit, activity, mail, track)


def happen(payload: dict) -> None:
    """(a) All four, here and now."""
    for effect in EFFECTS:
        effect(payload)


def delay(payload: dict) -> None:
    """(b) All four, by a worker."""
    for effect in EFFECTS:
        effect.delay(payload)
