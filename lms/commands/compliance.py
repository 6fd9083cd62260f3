"""`flask --app lms compliance …`: checking and catching up."""

import click
from flask.cli import AppGroup
from sqlalchemy import select

from lms import compliance
from lms.accounts import Organization
from lms.compliance import daily, sweeps
from lms.db import db

group = AppGroup("compliance", help="Qualifications and who holds them.")


@group.command("check")
def check() -> None:
    """Work everything out anew and say what stands differently; changes nothing. Ends with 1 where something does."""
    found = 0
    for id in list(db.session.scalars(select(Organization.id).order_by(Organization.id))):
        for line in compliance.check(id):
            found += 1
            click.echo(f"organization {id}: {line}")
    click.echo(f"{found} differences")
    if found:
        raise SystemExit(1)


@group.command("catch-up")
def catch_up() -> None:
    """Go on with what is left of large changes, and move what time has changed; beat does it by itself."""
    click.echo(f"{sweeps.run()} chunks of people, {daily.run()} statuses moved")
