"""What certificates look like: versions of the organization's own design, and the one to begin with."""

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from sqlalchemy import func, select

from lms.accounts import Organization, User
from lms.attrs import Attrs, Name, OptionalId
from lms.certificates.models import CertificateTemplate
from lms.db import db, transaction
from lms.events import EventCenter
from lms.policy import authorize

VARIABLES = ("name", "title", "organization", "issued_on", "valid_until", "number")
IN_BRACES = re.compile(r"\{([^{}]*)\}")


def _known_variables(text: str) -> str:
    unknown = [name for name in IN_BRACES.findall(text) if name not in VARIABLES]
    if unknown:
        raise ValueError(f"There is no variable {{{unknown[0]}}}. Use one of those below.")
    return text


def _colour(text: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        raise ValueError("Choose a colour.")
    return text


class TemplateAttrs(Attrs):
    """What an administrator fills in about certificates."""

    heading: Name
    text: Annotated[str, StringConstraints(min_length=1, max_length=600), AfterValidator(_known_variables)]
    colour: Annotated[str, AfterValidator(_colour)]
    signatory: Annotated[str, StringConstraints(max_length=200)] = ""
    signatory_role: Annotated[str, StringConstraints(max_length=200)] = ""
    logo_id: OptionalId = None


@dataclass(frozen=True, slots=True)
class Design:
    """What a certificate looks like, whether it is kept or only tried out."""

    heading: str
    text: str
    colour: str
    signatory: str
    signatory_role: str
    logo_id: int | None


FIRST = Design("Certificate", "has met every requirement of", "#3350d0", "", "", None)
"""The design every organization begins with."""
FIRST_DUTCH = Design("Certificaat", "heeft voldaan aan alle eisen van", "#3350d0", "", "", None)


def current_template(organization_id: int) -> CertificateTemplate | None:
    """The latest version of the organization's own design, if it has one; one statement."""
    return db.session.scalar(
        select(CertificateTemplate)
        .where(CertificateTemplate.organization_id == organization_id)
        .order_by(CertificateTemplate.version.desc())
        .limit(1)
    )


def design_of(template: CertificateTemplate | None, organization: Organization) -> Design:
    """The design of a version, or the one to begin with in the organization's language."""
    if template is None:
        return FIRST_DUTCH if organization.locale == "nl" else FIRST
    return Design(
        template.heading, template.text, template.colour, template.signatory, template.signatory_role, template.logo_id
    )


def save_template(attrs: TemplateAttrs, actor: User) -> CertificateTemplate:
    """Make the next version; certificates that were issued before keep theirs."""
    authorize(actor, "edit", "CertificateTemplate")
    with transaction() as session:
        session.execute(
            select(Organization.id).where(Organization.id == actor.organization_id).with_for_update()
        )
        last = session.scalar(
            select(func.max(CertificateTemplate.version)).where(
                CertificateTemplate.organization_id == actor.organization_id
            )
        )
        template = CertificateTemplate(
            organization_id=actor.organization_id, version=(last or 0) + 1, **attrs.model_dump()
        )
        session.add(template)
        EventCenter.broadcast("created", template, actor)
    return template


def filled_in(text: str, values: dict[str, str]) -> str:
    """The text with its variables replaced: names and values only, nothing is evaluated."""
    return IN_BRACES.sub(lambda found: values.get(found[1], ""), text)
