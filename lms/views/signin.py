"""Signing in and out, and choosing a new password: Flask-Security, with our outbox for its mails."""

from datetime import timedelta
from typing import Any

from flask import Flask, redirect, request, url_for
from flask_babel import gettext as _
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user
from flask_security import Security, SQLAlchemyUserDatastore, logout_user, password_changed, password_reset
from flask_security.forms import LoginForm
from flask_security.mail_util import MailUtil
from sqlalchemy import select
from werkzeug import Response

from lms import accounts, identity, notifications
from lms.accounts import User
from lms.db import db, transaction


class OutboxMailUtil(MailUtil):
    """Puts the reset mail in the outbox, where it waits, is retried and seen; sends nothing in the request."""

    def send_mail(self, template: str, *letter: Any, **context: Any) -> None:
        """Only the reset instructions become a mail; the notice that a password has changed is the audit's."""
        if template.endswith("reset_instructions"):
            notifications.post_mail(context["user"], "password_reset", {})


class Datastore(SQLAlchemyUserDatastore):
    """Users without a table of roles: what somebody may do is `lms.policy`'s."""

    def find_user(self, case_insensitive: bool = False, **attributes: Any) -> User | None:
        """The user with this attribute; addresses are kept in lower case."""
        if "email" in attributes:
            attributes["email"] = attributes["email"].lower()
        return db.session.scalar(select(User).filter_by(**attributes))


class PasswordForm(LoginForm):
    """A password is not for those whose organization has them sign in elsewhere."""

    def validate(self, **options: Any) -> bool:
        """Whether address and password are right and may be used."""
        if not super().validate(**options):
            return False
        if isinstance(self.user, User) and not identity.may_use_password(self.user):
            self.form_errors.append(_("Your organization has you sign in at its own provider. Use the link below."))
            return False
        return True


def register(app: Flask) -> None:
    """Bind Flask-Security to the application."""
    app.config.update(
        SECURITY_PASSWORD_SALT=app.config["SECRET_KEY"],
        SECURITY_PASSWORD_LENGTH_MIN=10,
        SECURITY_RECOVERABLE=True,
        SECURITY_CHANGEABLE=True,
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_RESET_PASSWORD_WITHIN=timedelta(days=3),
        SECURITY_SEND_PASSWORD_CHANGE_EMAIL=False,
        SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL=False,
        SECURITY_AUTO_LOGIN_AFTER_RESET=False,
        SECURITY_POST_LOGIN_VIEW="/",
        SECURITY_POST_LOGOUT_VIEW="/login",
        SECURITY_POST_RESET_VIEW="/login",
        SECURITY_POST_CHANGE_VIEW="/profile",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS=False,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        SECURITY_I18N_DIRNAME=["builtin"],
    )
    Security(app, Datastore(db, User, User), mail_util_cls=OutboxMailUtil, login_form=PasswordForm)
    password_reset.connect(_password_was_set, app)
    password_changed.connect(_password_was_set, app)
    app.before_request(_send_inactive_away)
    if app.config["RATELIMIT_ENABLED"]:
        _limit_attempts(app)


def _limit_attempts(app: Flask) -> None:
    """How often one address may try. The limiter keeps state of its application, so each has its own."""
    limiter = Limiter(get_remote_address, app=app)
    for endpoint in ("security.login", "security.forgot_password"):
        limited: Any = limiter.limit("10/minute", methods=["POST"])(app.view_functions[endpoint])
        app.view_functions[endpoint] = limited


def _password_was_set(app: Flask, user: User, **_rest: Any) -> None:
    with transaction():
        accounts.password_changed(user)


def _send_inactive_away() -> Response | None:
    """Somebody who was deactivated is signed out at their next request."""
    # A program has no session; to ask for one would read its body.
    if request.blueprint in ("api", "scim") or request.endpoint == "static":
        return None
    if current_user.is_authenticated and not current_user.active:
        logout_user()
        return redirect(url_for("security.login"))
    return None
