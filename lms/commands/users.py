"""`flask --app lms users …`: the first people of an installation."""

import click
from flask.cli import AppGroup
from flask_security import hash_password
from sqlalchemy import select

from lms import accounts
from lms.accounts import Organization, OrganizationAttrs, UserAttrs
from lms.attrs import validated
from lms.db import db
from lms.errors import Invalid
from lms.policy import ROLES

group = AppGroup("users", help="People.")


@group.command("create")
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--organization", required=True, help="Name or slug; a new one is made when there is none.")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), default=["admin"], show_default=True)
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
def create(email: str, name: str, organization: str, roles: tuple[str, ...], password: str) -> None:
    """Make a person who can sign in at once."""
    found = db.session.scalar(
        select(Organization).where((Organization.slug == organization) | (Organization.name == organization))
    )
    try:
        attrs = validated(UserAttrs, {"email": email, "name": name, "roles": list(roles)})
        if len(password) < 10:
            raise Invalid("password", "Use at least 10 characters.")
        owner = found or accounts.create_organization(validated(OrganizationAttrs, {"name": organization}))
        accounts.create_user(attrs, owner.id, hash_password(password), None)
    except Invalid as error:
        raise click.ClickException("; ".join(f"{field}: {text}" for field, text in error.errors.items())) from None
    click.echo(f"{name} <{email}> can sign in to {owner.name} as {', '.join(roles)}.")
