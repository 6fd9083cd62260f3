"""What stands on a certificate besides its design."""

from dataclasses import dataclass
from datetime import date

from flask_babel import force_locale, gettext

from lms.accounts import Organization
from lms.certificates.models import Certificate


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands on a certificate besides its design."""

    person: str
    title: str
    number: str
    issued_on: date
    valid_until: date | None


def facts_of(certificate: Certificate) -> Facts:
    """The facts of a certificate that was issued."""
    return Facts(
        certificate.person, certificate.title, certificate.number, certificate.issued_on, certificate.valid_until
    )


def example(organization: Organization, person: str, day: date) -> Facts:
    """Made-up facts to try a design out on; the number is nobody's."""
    with force_locale(organization.locale):
        title = gettext("Working at heights")
    return Facts(person, title, "XXXX-XXXX-XXXX-XXXX", day, day.replace(year=day.year + 2, day=min(day.day, 28)))
