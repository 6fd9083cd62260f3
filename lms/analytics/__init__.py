"""Analytics: Mixpanel, when a token is configured."""

from lms.analytics.tracking import configure

__all__ = ["configure"]
