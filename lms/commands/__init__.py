"""The commands of `flask --app lms …`, one file per group."""

from flask import Flask

from lms.commands import audits, changes, compliance, demo, mail, oneroster, rights, shell, users


def register(app: Flask) -> None:
    """Add every group, and what `flask shell` has at hand."""
    app.cli.add_command(changes.group)
    app.cli.add_command(audits.group)
    app.cli.add_command(users.group)
    app.cli.add_command(demo.group)
    app.cli.add_command(compliance.group)
    app.cli.add_command(mail.group)
    app.cli.add_command(oneroster.group)
    app.cli.add_command(rights.command)
    app.shell_context_processor(shell.at_hand)
