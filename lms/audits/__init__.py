"""Audits: the trail of every change, for admins and auditors, and the chain that shows whether it was touched."""

from lms.audits.chain import (
    AuditChain,
    AuditHold,
    AuditPlan,
    AuditSeal,
    AuditStamp,
    AuditVerification,
)
from lms.audits.erasing import redact
from lms.audits.heads import Head, exported, parsed
from lms.audits.keeping import (
    HoldAttrs,
    PlanAttrs,
    holds,
    is_held,
    lift_hold,
    place_hold,
    plan_of,
    remove_old,
    set_plan,
)
from lms.audits.mailing import due_plans, letter_of
from lms.audits.models import Audit
from lms.audits.problems import WORDS, Problem
from lms.audits.sealing import chain_of, seal, sign_again
from lms.audits.signing import configure
from lms.audits.trail import audits_page, export, waiting_count
from lms.audits.verifications import TASK, ask, ask_daily, latest, run
from lms.audits.verifying import Report, verify

__all__ = [
    "TASK",
    "WORDS",
    "Audit",
    "AuditChain",
    "AuditHold",
    "AuditPlan",
    "AuditSeal",
    "AuditStamp",
    "AuditVerification",
    "Head",
    "HoldAttrs",
    "PlanAttrs",
    "Problem",
    "Report",
    "ask",
    "ask_daily",
    "audits_page",
    "chain_of",
    "configure",
    "due_plans",
    "export",
    "exported",
    "holds",
    "is_held",
    "latest",
    "letter_of",
    "lift_hold",
    "parsed",
    "place_hold",
    "plan_of",
    "redact",
    "remove_old",
    "run",
    "seal",
    "set_plan",
    "sign_again",
    "verify",
    "waiting_count",
]
