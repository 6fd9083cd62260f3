"""The audit chain by beat: sealing, verifying, mailing its end outside, and removing what was kept long enough."""

from email.utils import parseaddr

import structlog

from lms import audits
from lms.notifications.server import Dropped, MailServer, Refused, ServerDown
from lms.tasks.celery import LmsCelery

log = structlog.get_logger(__name__)


def register(celery: LmsCelery) -> None:
    """Make the tasks known to Celery."""

    @celery.task(name="lms.audits.seal", ignore_result=True)
    def seal() -> int:
        """Seal what is older than AUDIT_GRACE seconds; returns how many audits."""
        return audits.seal(celery.flask.config["AUDIT_GRACE"])

    @celery.task(name=audits.TASK, ignore_result=True, acks_late=True, reject_on_worker_lost=True)
    def verify() -> int:
        """Do the verifications that are asked for; beat asks, too, in case a call was lost."""
        return audits.run()

    @celery.task(name="lms.audits.daily", ignore_result=True)
    def ask_daily() -> int:
        """Have every chain verified once a day; returns how many."""
        return audits.ask_daily()

    @celery.task(name="lms.audits.retention", ignore_result=True)
    def remove_old() -> int:
        """Remove audits that were kept as long as their organization wants; returns how many."""
        return audits.remove_old()

    @celery.task(name="lms.audits.heads", ignore_result=True)
    def mail_heads() -> int:
        """Mail the ends of the chains that are due; returns how many. What could not be sent is due again next time."""
        sender, sent = celery.flask.config["MAIL_DEFAULT_SENDER"], 0
        with MailServer(celery.flask.config["MAIL_TIMEOUT"]) as server:
            for plan_id in audits.due_plans():
                try:
                    with audits.letter_of(plan_id, sender) as letter:
                        if letter is not None:
                            server.send(parseaddr(sender)[1], letter.address, letter.data)
                            sent += 1
                except (Refused, Dropped) as error:
                    log.error("the end of the audit chain cannot be mailed", plan=plan_id, error=str(error))
                except ServerDown as error:
                    log.warning("mail server is down", error=str(error))
                    break
        return sent
