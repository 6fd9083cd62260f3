"""Reminders of qualifications that expire, and managers' weekly summaries: each written once."""

from lms.reminders.asking import ask_to_renew, asked_lately
from lms.reminders.expiring import remind, remind_all
from lms.reminders.managers import Managers
from lms.reminders.models import ExpiryReminder, ReminderLetter, ReminderPlan, ReminderRun
from lms.reminders.plans import PlanAttrs, plan_of, save_plan
from lms.reminders.weekly import summarize, summarize_all

__all__ = [
    "ExpiryReminder",
    "Managers",
    "PlanAttrs",
    "ReminderLetter",
    "ReminderPlan",
    "ReminderRun",
    "ask_to_renew",
    "asked_lately",
    "plan_of",
    "remind",
    "remind_all",
    "save_plan",
    "summarize",
    "summarize_all",
]
