"""Audits: the trail of every change, for admins and auditors."""

from lms.audits.models import Audit
from lms.audits.trail import audits_page, export

__all__ = ["Audit", "audits_page", "export"]
