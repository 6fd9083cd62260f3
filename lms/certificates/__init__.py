"""Certificates: proof of completions and qualifications, on paper, on a public page and as Open Badges."""

from lms.certificates.badges import (
    Issuer,
    find_issuer,
    published_achievement,
    signed_credential,
    signed_status_list,
)
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
from lms.certificates.pdf import Facts, as_pdf, as_png, example, facts_of
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
    "as_pdf",
    "as_png",
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
