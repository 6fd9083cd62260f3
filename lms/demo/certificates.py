"""The demo's own designs of certificates; the certificates themselves follow from what people complete and hold."""

from collections.abc import Callable

from sqlalchemy import select

from lms import certificates
from lms.accounts import Organization, User
from lms.certificates import TemplateAttrs
from lms.db import db

DESIGNS = {
    "Harbour Hospital": TemplateAttrs(
        heading="Certificate of competence", text="has shown to master", colour="#0f6b5c",
        signatory="Dr. M. Vermeer", signatory_role="Head of the academy",
    ),
    "Northway Logistics": TemplateAttrs(
        heading="Certificate", text="has met every requirement of", colour="#a3480b", signatory="S. de Wit",
        signatory_role="Safety manager",
    ),
}  # fmt: skip


def add(say: Callable[[str], None]) -> None:
    """A design for each organization, by its administrator."""
    say("demo: what certificates look like")
    for organization in db.session.scalars(select(Organization).order_by(Organization.id)).all():
        if organization.name in DESIGNS:
            people = db.session.scalars(
                select(User).where(User.organization_id == organization.id).order_by(User.id)
            )
            admin = next(user for user in people.all() if user.has_role("admin"))
            certificates.save_template(DESIGNS[organization.name], admin)
