"""Rules: who is enrolled in a course because of what they are, until when, and who is reminded."""

from lms.rules import applying
from lms.rules.applying import apply_some, mark_timed
from lms.rules.kinds import KINDS, Kind, people_of
from lms.rules.models import DuePlan, DueReminder, Rule, RuleEnrollment
from lms.rules.reminders import Managers, due_plan, remind, set_due_plan
from lms.rules.rules import (
    APPLY_TASK,
    Preview,
    Reason,
    RuleAttrs,
    covered_counts,
    create_rule,
    delete_rule,
    find_rule,
    preview,
    reasons,
    rules_of,
    update_rule,
    wake,
)

__all__ = [
    "APPLY_TASK",
    "KINDS",
    "DuePlan",
    "DueReminder",
    "Kind",
    "Managers",
    "Preview",
    "Reason",
    "Rule",
    "RuleAttrs",
    "RuleEnrollment",
    "apply_some",
    "applying",
    "covered_counts",
    "create_rule",
    "delete_rule",
    "due_plan",
    "find_rule",
    "mark_timed",
    "people_of",
    "preview",
    "reasons",
    "remind",
    "rules_of",
    "set_due_plan",
    "update_rule",
    "wake",
]
