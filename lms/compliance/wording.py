"""Rules of validity in the reader's words, with a worked example."""

from datetime import date
from typing import Any

from flask_babel import format_date, get_locale, ngettext
from flask_babel import gettext as _

from lms.compliance.explaining import COUNTED, counted_params
from lms.compliance.models import Holding
from lms.compliance.periods import Period
from lms.compliance.validity import FIXED, FOREVER, PREVIOUS, SEASON, Given, Rule, expiry


def day_words(day: date | None) -> str:
    """A day in the reader's language."""
    return str(format_date(day, "long")) if day else _("for good")


def period_words(period: Period) -> str:
    """A period in the reader's language, such as "12 months"."""
    match period.unit:
        case "days":
            return str(ngettext("%(num)s day", "%(num)s days", period.number))
        case "weeks":
            return str(ngettext("%(num)s week", "%(num)s weeks", period.number))
        case "months":
            return str(ngettext("%(num)s month", "%(num)s months", period.number))
    return str(ngettext("%(num)s year", "%(num)s years", period.number))


def month_words(month: int) -> str:
    """The name of a month."""
    locale = get_locale()
    return str(locale.months["format"]["wide"][month]) if locale else str(month)


def rule_sentences(rule: Rule, expiring_days: int) -> list[str]:
    """What the rule says, a sentence each."""
    period = period_words(rule.period)
    found = []
    match rule.counting:
        case "forever":
            found.append(_("Whoever obtains it holds it for good."))
        case "completion":
            found.append(
                _("Valid for %(period)s from the day it is obtained; renewed, from that day again.", period=period)
            )
        case "previous":
            found.append(_("Valid for %(period)s.", period=period))
            found.append(_("The first time from the due date if there is one, else from the day it is obtained."))
            found.append(_("Renewed in time, the new period begins at the old last day, so that no day is lost."))
            found.append(_("Renewed late, it begins on the day it is obtained."))
        case "fixed" if rule.base_on:
            found.append(_("Valid up to a fixed day: %(base)s plus steps of %(period)s.", base=day_words(rule.base_on),
                           period=period))  # fmt: skip
            if rule.minimum or rule.window:
                longest = max(rule.minimum, rule.window, key=lambda one: one.after(date(2000, 1, 1)))
                found.append(_("Always for %(minimum)s at least.", minimum=period_words(longest)))
        case "season":
            found.append(_("To be done every %(month)s, whenever it was last done.",
                           month=month_words(rule.season_month or 1)))  # fmt: skip
    if rule.counting == FOREVER:
        return found
    if rule.window:
        found.append(_("A renewal may begin %(window)s before the last valid day.", window=period_words(rule.window)))
    if rule.grace:
        found.append(_("After the last valid day there is grace of %(grace)s.", grace=period_words(rule.grace)))
    if expiring_days:
        found.append(
            ngettext("It shows as expiring from %(num)s day before.", "It shows as expiring from %(num)s days before.",
                     expiring_days)
        )  # fmt: skip
    return found


def example_sentences(rule: Rule, on: date) -> list[str]:
    """The rule at work: obtained on a day, and renewed a little before and after the last valid day."""
    given = expiry(rule, on)
    last = day_words(given.valid_until)
    found = [_("Obtained on %(day)s: the last valid day is %(last)s.", day=day_words(on), last=last)]
    if given.valid_until is None:
        return [_("Obtained on %(day)s: valid for good.", day=day_words(on))]
    opens_on = rule.opens_on(given.valid_until)
    if opens_on:
        found.append(_("The renewal opens on %(day)s.", day=day_words(opens_on)))
    if rule.counting in (PREVIOUS, FIXED, SEASON):
        in_time = max(opens_on or on, on)
        found.append(_renewed(rule, in_time, given))
    if rule.counting == PREVIOUS:
        found.append(_renewed(rule, Period(10, "days").after(given.valid_until), given))
    if rule.grace:
        found.append(_("The grace ends on %(day)s.", day=day_words(rule.grace.after(given.valid_until))))
    return found


def _renewed(rule: Rule, on: date, previous: Given) -> str:
    last = expiry(rule, on, previous).valid_until
    return str(_("Renewed on %(day)s: valid up to %(last)s.", day=day_words(on), last=day_words(last)))


def counted_words(holding: Holding) -> str:
    """Which part of the rule gave a holding's last valid day."""
    key, params = counted_params(holding)
    words: dict[str, Any] = {
        name: day_words(value) if isinstance(value, date) else value for name, value in params.items()
    }
    words["period"] = period_words(Period.parse(params["period"]))
    return str(COUNTED[key]) % words
