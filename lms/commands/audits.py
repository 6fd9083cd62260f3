"""`flask --app lms audits …`: whether the trail was touched, and the line that shows it later."""

import time
from typing import TextIO

import click
from flask.cli import AppGroup, ScriptInfo, pass_script_info
from sqlalchemy import select

from lms import audits
from lms.accounts import Organization
from lms.audits import Report
from lms.db import db
from lms.errors import Conflict, Invalid

group = AppGroup("audits", help="The audit trail and its chain.")

chosen = click.option("--organization", default="", help="Only this one, by name, short name or id; all without it.")


def organizations(wanted: str) -> list[Organization]:
    """Those that are meant; raises an error where there is no such."""
    rows = db.session.scalars(select(Organization).order_by(Organization.id)).all()
    found = [row for row in rows if not wanted or wanted in (row.name, row.slug, str(row.id))]
    if wanted and not found:
        raise click.ClickException(f"There is no organization {wanted!r}.")
    return found


@group.command("seal")
@pass_script_info
def seal(info: ScriptInfo) -> None:
    """Seal what waits; beat does it by itself."""
    click.echo(f"{audits.seal(info.load_app().config['AUDIT_GRACE'])} audits sealed")


@group.command("head")
@chosen
def head(organization: str) -> None:
    """The end of each chain as a line, to be kept where the database's administrator cannot write."""
    for row in organizations(organization):
        chain = audits.chain_of(row.id)
        if chain is None:
            click.echo(f"{row.name}: nothing is sealed yet", err=True)
            continue
        try:
            click.echo(audits.exported(chain))
        except Invalid as problem:
            raise click.ClickException(f"{row.name}: {problem.message}") from None


@group.command("verify")
@chosen
@click.option("--head", "lines", multiple=True, help="A line that was exported earlier; may be given several times.")
@click.option("--head-file", type=click.File(), help="A file with such lines.")
def verify(organization: str, lines: tuple[str, ...], head_file: TextIO | None) -> None:
    """Find whatever was altered, removed, inserted or swapped. Ends with 1 where something was."""
    try:
        heads = [audits.parsed(line) for line in (*lines, *(head_file or ())) if line.strip()]
    except Invalid as refusal:
        raise click.ClickException(refusal.message) from None
    chosen_ones = organizations(organization)
    if strange := {one.organization_id for one in heads} - {row.id for row in chosen_ones}:
        raise click.ClickException(f"This head is of organization {min(strange)}, which is not verified.")
    found = 0
    for row in chosen_ones:
        report = audits.verify(row.id, [one for one in heads if one.organization_id == row.id], _Teller(row.name))
        for problem in report.problems:
            click.echo(f"{row.name}: {problem}")
        if more := report.problem_count - len(report.problems):
            click.echo(f"{row.name}: and {more} more")
        click.echo(
            f"{row.name}: {report.checked} entries up to {report.number}, {audits.waiting_count(row.id)} audits wait "
            f"to be sealed, {report.problem_count} problems, {report.per_second} entries a second"
        )
        found += report.problem_count
    if found:
        raise SystemExit(1)


@group.command("sign")
@click.option("--organization", required=True, help="Name, short name or id.")
@click.option("--reason", required=True, help="For the trail.")
@click.confirmation_option(prompt="The chain goes on from its last entry, whatever happened to it. Go on?")
def sign(organization: str, reason: str) -> None:
    """Sign the end of a chain again, after its key was lost or what was wrong with it was looked into."""
    for row in organizations(organization):
        try:
            chain = audits.sign_again(row.id, reason)
        except Conflict as problem:
            raise click.ClickException(problem.message) from None
        click.echo(f"{row.name}: the chain goes on from entry {chain.number}.")


class _Teller:
    """Says every few seconds how far it is, to whoever waits at a terminal."""

    def __init__(self, name: str) -> None:
        self._name, self._told = name, time.monotonic()

    def __call__(self, report: Report) -> None:
        if time.monotonic() - self._told > 5:
            self._told = time.monotonic()
            click.echo(f"{self._name}: {report.checked} of {report.total}, {report.per_second} a second", err=True)
