"""How much one key may ask: so many requests a minute, told in the standard headers.

Source: draft-ietf-httpapi-ratelimit-headers (RateLimit, RateLimit-Policy) and RFC 9110 (Retry-After).
"""

import time

from flask import Flask, Response, current_app, g
from limits import RateLimitItemPerMinute
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

from lms.views.api.problems import Problem

ATTEMPTS = 30
"""Requests a minute from one address that let nobody in."""


def register(app: Flask) -> None:
    """Count where sign-in attempts are counted."""
    storage = storage_from_string(app.config["RATELIMIT_STORAGE_URI"])
    app.extensions["api_limiter"] = FixedWindowRateLimiter(storage)


def spend(who: str, number: int, area: str = "api") -> None:
    """Count one request of `who`; raises Problem 429 when that is more than `number` in this minute."""
    if not current_app.config["RATELIMIT_ENABLED"]:
        return
    limiter: FixedWindowRateLimiter = current_app.extensions["api_limiter"]
    item = RateLimitItemPerMinute(number)
    try:
        allowed = limiter.hit(item, area, who)
        window = limiter.get_window_stats(item, area, who)
    except RedisError:  # what cannot be counted is let through
        return
    seconds = max(1, round(window.reset_time - time.time()))
    g.rate = {
        "RateLimit-Policy": f'"{area}";q={number};w=60',
        "RateLimit": f'"{area}";r={window.remaining};t={seconds}',
    }
    if not allowed:
        raise Problem(
            429, "That was too much in one minute. Wait as long as Retry-After says.", Retry_After=str(seconds)
        )


def tell(response: Response) -> Response:
    """Add the headers to an answer."""
    for name, value in g.get("rate", {}).items():
        response.headers[name] = value
    return response
