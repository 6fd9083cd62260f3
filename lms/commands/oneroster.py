"""`flask --app lms oneroster …`: an organization as a zip, from the command line."""

from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from lms.accounts import User
from lms.db import db
from lms.errors import Refusal
from lms.transfer import oneroster

group = AppGroup("oneroster", help="People, courses and results as OneRoster 1.2.")


@group.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--as", "email", required=True, help="Address of the administrator for whose organization it is.")
def export(file: Path, email: str) -> None:
    """Write a zip, at once."""
    actor = db.session.scalar(select(User).where(User.email == email.lower(), User.active))
    if actor is None:
        raise click.ClickException(f"Nobody has the address {email}.")
    try:
        rows = oneroster.write_zip(actor, file)
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from None
    click.echo(f"{file}: {rows} rows of {actor.organization.name}")
