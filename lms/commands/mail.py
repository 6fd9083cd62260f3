"""`flask --app lms mail …`: what comes back from mail servers."""

import sys
from email import message_from_bytes

import click
from flask.cli import AppGroup, ScriptInfo, pass_script_info

from lms import notifications
from lms.errors import Invalid

group = AppGroup("mail", help="Mail that came back.")


@group.command("bounce")
@click.option("--recipient", default="", help="The address it came to, where the mail server tells it.")
@pass_script_info
def bounce(info: ScriptInfo, recipient: str) -> None:
    """Read one report from standard input: a delivery report (RFC 3464) or a complaint (RFC 5965).

    A mail server pipes each mail for the bounce address into this. What is no report, an automatic answer for
    instance, is said and otherwise ignored: exit status 0, so that the server does not return it.
    """
    data = sys.stdin.buffer.read()
    try:
        report = notifications.read_report(data, info.load_app().config["SECRET_KEY"], recipient)
        mail = notifications.take_report(report)
    except Invalid as error:
        subject = message_from_bytes(data).get("Subject", "no subject")
        click.echo(f"Ignored ({subject}): {error}")
        return
    what = "complaint" if report.is_complaint else "bounce"
    effect = "its address gets no more mail" if report.is_final else "noted"
    click.echo(f"Mail {mail.id}: {what}, {report.detail}; {effect}.")
