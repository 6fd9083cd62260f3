"""Certificates: proof of completions and qualifications, on paper, on a public page and as Open Badges."""

from importlib import import_module
from typing import Any

from lms.certificates.badges import (
    Issuer,
    find_issuer,
    published_achievement,
    signed_credential,
    signed_status_list,
)
from lms.certificates.facts import Facts, example, facts_of
from lms.certificates.finding import certificates_of, certificates_page, verified
from lms.certificates.issuing import find_certificate, revoke, today
from lms.certificates.logos import read_logo, store_logo
from lms.certificates.models import (
    COURSE,
    EXPIRED,
    QUALIFICATION,
    REVOKED,
    SUPERSEDED,
    SUSPENDED,
    VALID,
    Certificate,
    CertificateTemplate,
    SigningKey,
)
from lms.certificates.templates import (
    VARIABLES,
    Design,
    TemplateAttrs,
    current_template,
    design_of,
    save_template,
)

__all__ = [
    "COURSE",
    "EXPIRED",
    "QUALIFICATION",
    "REVOKED",
    "SUPERSEDED",
    "SUSPENDED",
    "VALID",
    "VARIABLES",
    "Certificate",
    "CertificateTemplate",
    "Design",
    "Facts",
    "Issuer",
    "SigningKey",
    "TemplateAttrs",
    "certificates_of",
    "certificates_page",
    "current_template",
    "design_of",
    "example",
    "facts_of",
    "find_certificate",
    "find_issuer",
    "published_achievement",
    "read_logo",
    "revoke",
    "save_template",
    "signed_credential",
    "signed_status_list",
    "store_logo",
    "today",
    "verified",
]


def __getattr__(name: str) -> Any:
    """`as_pdf` and `as_png`, whose libraries take 30 MB: they are loaded in the process that first draws something."""
    if name in ("as_pdf", "as_png"):
        return getattr(import_module("lms.certificates.pdf"), name)
    raise AttributeError(name)
