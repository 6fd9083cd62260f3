"""SCIM 2.0 (RFC 7643, 7644): a directory keeps the people and groups of an organization up to date."""

from lms.scim.service import SERVICE, answer

__all__ = ["SERVICE", "answer"]
