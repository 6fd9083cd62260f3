"""`flask --app lms changes …`: how delivery is going, and what to do about what failed."""

from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from lms import deliveries
from lms.deliveries import Dead
from lms.errors import Invalid

group = AppGroup("changes", help="Changes and their delivery to subscribers.")


@group.command("status")
def status() -> None:
    """Per subscriber: deliveries waiting and dead, those of the last minute, and since when the oldest is owed."""
    click.echo(f"{'subscriber':<16}{'waiting':>9}{'dead':>9}{'a minute':>10}  oldest owed")
    for row in deliveries.status():
        oldest = row.oldest_owed.isoformat(timespec="seconds") if row.oldest_owed else "-"
        click.echo(f"{row.name:<16}{row.waiting:>9}{row.dead:>9}{row.per_minute:>10}  {oldest}")


@group.command("replay")
@click.option("--subscriber", default="", help="Only this subscriber's; all without it.")
@click.option("--error", default="", help="Only those whose error has these words.")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Feed the subscriber every change since then (UTC) that it never had, instead of its dead ones.",
)  # fmt: skip
def replay(subscriber: str, error: str, since: datetime | None) -> None:
    """Try dead deliveries again, or feed a new subscriber from history; the relay sends them within seconds."""
    if since is None:
        number = deliveries.replay(Dead(subscriber=subscriber, error=error))
        click.echo(f"{number} dead deliveries are tried again.")
        return
    if not subscriber or error:
        raise click.UsageError("--since goes with --subscriber, and with nothing else.")
    try:
        number = deliveries.feed(subscriber, since.replace(tzinfo=UTC))
    except ValueError as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(f"{number} changes are owed to {subscriber} now.")


@group.command("discard")
@click.option("--subscriber", required=True)
@click.option("--error", default="", help="Only those whose error has these words.")
@click.option("--change", type=int, help="Only this change.")
@click.option("--reason", required=True, help="For the trail.")
@click.confirmation_option(prompt="They will not be delivered any more. Go on?")
def discard(subscriber: str, error: str, change: int | None, reason: str) -> None:
    """Give up dead deliveries; the trail keeps the reason."""
    try:
        number = deliveries.discard(Dead(subscriber=subscriber, error=error, change_id=change), reason)
    except Invalid as problem:
        raise click.ClickException(problem.errors["reason"]) from problem
    click.echo(f"{number} dead deliveries are discarded.")
