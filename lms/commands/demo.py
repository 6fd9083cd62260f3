"""`flask --app lms demo load`: data worth looking at."""

import click
from flask.cli import AppGroup

from lms import demo

group = AppGroup("demo", help="Demo data.")


@group.command("load")
def load() -> None:
    """Load two organizations with a year behind them, once."""
    if demo.is_loaded():
        click.echo("demo: is there already")
        return
    demo.load(click.echo)
