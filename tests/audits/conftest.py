"""A real mail server, as the notifications have it."""

from tests.notifications.conftest import mail_port, post, start_server

__all__ = ["mail_port", "post", "start_server"]
