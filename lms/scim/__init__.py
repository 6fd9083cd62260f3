"""SCIM 2.0 (RFC 7643, 7644): a directory keeps the people and groups of an organization up to date."""

from scim2_server.requests import ScimRequest

from lms.scim.service import answer

__all__ = ["ScimRequest", "answer"]
