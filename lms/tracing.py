"""OpenTelemetry traces across the hop, where `OTEL_EXPORTER_OTLP_ENDPOINT` names a collector; without it, nothing.

A message holds ids only and may speak for many requests, so it carries no trace. The request id does, which each
change keeps: a request's page and what every subscriber did for it meet in the trace of that id.
"""

import os
import time
from collections.abc import Mapping
from hashlib import sha256

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, TraceFlags

_tracer = trace.get_tracer("lms")


def configure() -> None:
    """Send spans to the collector that the environment names (`OTEL_…`, as the OpenTelemetry specification has it)."""
    if os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") and not isinstance(trace.get_tracer_provider(), TracerProvider):
        provider = TracerProvider()
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        trace.set_tracer_provider(provider)


def record(
    request_id: str, name: str, seconds: float, *, is_page: bool, attributes: Mapping[str, str | int] | None = None
) -> None:
    """A span of what has just ended and took `seconds`, in the trace of the request."""
    end = time.time_ns()
    span = _tracer.start_span(
        name,
        context=trace.set_span_in_context(NonRecordingSpan(_origin(request_id))),
        kind=SpanKind.SERVER if is_page else SpanKind.CONSUMER,
        start_time=end - int(seconds * 1e9),
        attributes=attributes,
    )
    span.end(end)


def _origin(request_id: str) -> SpanContext:
    """What all spans of a request hang under: its id where that is a trace id (32 hexadecimal digits), else a hash."""
    digest = sha256(request_id.encode()).hexdigest()
    is_hexadecimal = len(request_id) == 32 and not set(request_id) - set("0123456789abcdef")
    trace_id = int(request_id, 16) if is_hexadecimal else int(digest[:32], 16)
    return SpanContext(trace_id, int(digest[-16:], 16), is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
