"""Webhooks: endpoints of an organization, told by signed HTTP requests what changes."""

from lms.webhooks.addresses import Reach, Refused, check, parse, resolve
from lms.webhooks.asyncapi import document
from lms.webhooks.endpoints import (
    EndpointAttrs,
    EndpointChanges,
    RotationAttrs,
    create_endpoint,
    delete_endpoint,
    endpoints_page,
    find_endpoint,
    rotate_secret,
    update_endpoint,
)
from lms.webhooks.kinds import TYPES
from lms.webhooks.messages import (
    attempts_of,
    find_message,
    forget_old,
    messages_page,
    replay,
    replay_failed,
    send_test,
    state_counts,
)
from lms.webhooks.models import WebhookAttempt, WebhookEndpoint, WebhookMessage
from lms.webhooks.sending import SEND_TASK, send_waiting
from lms.webhooks.settings import configure
from lms.webhooks.signing import new_secret, signed

__all__ = [
    "SEND_TASK",
    "TYPES",
    "EndpointAttrs",
    "EndpointChanges",
    "Reach",
    "Refused",
    "RotationAttrs",
    "WebhookAttempt",
    "WebhookEndpoint",
    "WebhookMessage",
    "attempts_of",
    "check",
    "configure",
    "create_endpoint",
    "delete_endpoint",
    "document",
    "endpoints_page",
    "find_endpoint",
    "find_message",
    "forget_old",
    "messages_page",
    "new_secret",
    "parse",
    "replay",
    "replay_failed",
    "resolve",
    "rotate_secret",
    "send_test",
    "send_waiting",
    "signed",
    "state_counts",
    "update_endpoint",
]
