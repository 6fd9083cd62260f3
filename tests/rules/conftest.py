"""The mail server of the notifications' tests."""

from tests.notifications.conftest import mail_port, post, start_server

__all__ = ["mail_port", "post", "start_server"]
