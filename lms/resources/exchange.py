"""Where what changes is told."""

from lms import webhooks
from lms.resources.resource import Field, Resource
from lms.webhooks import EndpointAttrs, EndpointChanges, WebhookEndpoint

WEBHOOK_ENDPOINTS = Resource(
    name="webhook-endpoints",
    one="webhook endpoint",
    scope="webhooks",
    model=WebhookEndpoint,
    view=("view", "WebhookEndpoint"),
    fields=(
        Field("id", WebhookEndpoint.id, "integer"),
        Field("title", WebhookEndpoint.title, filter=True),
        Field("description", WebhookEndpoint.description),
        Field("url", WebhookEndpoint.url),
        Field("types", WebhookEndpoint.types, "list", about="none means all"),
        Field("actions", WebhookEndpoint.actions, "list", about="none means all"),
        Field("enabled", WebhookEndpoint.enabled, "boolean", filter=True),
        Field("disabled_because", WebhookEndpoint.disabled_because, nullable=True, about="gone or failing"),
        Field("created_at", WebhookEndpoint.created_at, "date-time"),
        Field("updated_at", WebhookEndpoint.updated_at, "date-time"),
    ),
    attrs=EndpointAttrs,
    changes=EndpointChanges,
    create=webhooks.create_endpoint,
    update=webhooks.update_endpoint,
    delete=webhooks.delete_endpoint,
)
