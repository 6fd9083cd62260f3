"""Calendars: one's own, what one teaches, everything planned, a room's, an instructor's; as month, week or list."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import force_locale, format_date, format_datetime, format_time
from flask_babel import gettext as _
from werkzeug import Response

from lms import classroom, registrations
from lms.classroom import Room, Session
from lms.db import find
from lms.policy import authorize
from lms.views.access import chosen_id, list_arguments, login_required, me

blueprint = Blueprint("agenda", __name__)

VIEWS = ("month", "week", "list")
LIST_DAYS = 60


@blueprint.app_template_filter("clock")
def clock(moment: datetime, start: datetime | None = None) -> str:
    """The time of the day in the reader's zone, with the date if it is not that of `start`."""
    zone = ZoneInfo(me().timezone)
    words = str(format_time(moment, "short"))
    if start is None or start.astimezone(zone).date() == moment.astimezone(zone).date():
        return words
    return f"{format_datetime(moment, 'd MMM')}, {words}"


@blueprint.app_template_filter("clock_in")
def clock_in(moment: datetime, zone: str) -> str:
    """The time of the day in another zone."""
    return f"{moment.astimezone(ZoneInfo(zone)):%H:%M}"


@blueprint.app_template_filter("date_words")
def date_words(day: date, pattern: str) -> str:
    """A date in the reader's language."""
    return str(format_date(day, pattern))


@blueprint.get("/agenda/")
@login_required
def index() -> str:
    """The calendar; with `scope=all`, a room or an instructor it is for planners."""
    day = _day()
    view = request.args.get("view", "")
    view = view if view in VIEWS else "month"
    first, last, before, after = _range(view, day)
    scope = "all" if request.args.get("scope") == "all" or _is_narrowed() else "mine"
    sessions = _sessions(scope, first, last)
    days: dict[date, list[Session]] = defaultdict(list)
    zone = ZoneInfo(me().timezone)
    for session in sessions:
        day_of = session.starts_at.astimezone(zone).date()
        until = (session.ends_at - timedelta(microseconds=1)).astimezone(zone).date()
        while day_of <= until:
            if first <= day_of < last:
                days[day_of].append(session)
            day_of += timedelta(days=1)
    return render_template(
        "agenda/index.html", view=view, day=day, first=first, last=last, before=before, after=after, scope=scope,
        days=days, dates=[first + timedelta(days=number) for number in range((last - first).days)],
        today=datetime.now(zone).date(), mine=registrations.my_registrations(me()) if scope == "mine" else [],
        rooms=[(row.id, row.label) for row in classroom.rooms(me().organization_id)] if scope == "all" else [],
        people=classroom.possible_instructors(me().organization_id) if scope == "all" else [],
        feed=registrations.feed_of(me()), base=current_app.config["PUBLIC_URL"],
    )  # fmt: skip


@blueprint.get("/agenda/open")
@login_required
def open_events() -> str:
    """Events one may register for now."""
    q, _sort, number, size = list_arguments("")
    page = classroom.open_events(me().organization_id, q, number, size)
    ids = [row.id for row in page.items]
    return render_template(
        "agenda/open.html", list=page, counts=registrations.counts(ids), states=registrations.states_of(me(), ids)
    )


@blueprint.get("/agenda/team")
@login_required
def team() -> str:
    """What a manager's people ask for."""
    authorize(me(), "team", "Registration")
    return render_template("agenda/team.html", rows=registrations.to_decide(me()))


@blueprint.post("/agenda/feed")
@login_required
def renew() -> Response:
    """A new private address."""
    registrations.renew_feed(me())
    flash(_("Your private address is new. An older one shows nothing any more."))
    return redirect(url_for("agenda.index") + "#follow")


@blueprint.get("/calendar/<token>.ics")
def feed(token: str) -> Response:
    """What somebody's own calendar reads; the address is the key."""
    user, sessions = registrations.followed(token)
    organizer = parseaddr(current_app.config["MAIL_DEFAULT_SENDER"])[1]
    with force_locale(user.locale):
        name = _("LMS agenda of %(name)s", name=user.name)
    data = registrations.feed(sessions, organizer, current_app.config["PUBLIC_URL"], name)
    answer = Response(data, content_type="text/calendar; method=PUBLISH; charset=utf-8")
    answer.headers["Cache-Control"] = "private, max-age=300"
    return answer


def _is_narrowed() -> bool:
    return chosen_id("room") is not None or chosen_id("instructor") is not None


def _sessions(scope: str, first: date, last: date) -> Sequence[Session]:
    zone = ZoneInfo(me().timezone)
    since, until = (datetime.combine(day, time(), zone) for day in (first, last))
    if scope == "mine":
        return registrations.agenda(me(), since, until)
    authorize(me(), "edit", "Event")
    room_id = chosen_id("room")
    if room_id is not None:
        find(Room, room_id, me().organization_id)
    return classroom.sessions_between(
        me().organization_id, since, until, room_id=room_id, instructor_id=chosen_id("instructor")
    )


def _day() -> date:
    try:
        day = date.fromisoformat(request.args.get("date", ""))
    except ValueError:
        day = datetime.now(ZoneInfo(me().timezone)).date()
    return min(max(day, date(1990, 1, 1)), date(2200, 1, 1))


def _range(view: str, day: date) -> tuple[date, date, date, date]:
    """First day, the day after the last, and a day in the period before and in the one after."""
    if view == "list":
        return day, day + timedelta(days=LIST_DAYS), day - timedelta(days=LIST_DAYS), day + timedelta(days=LIST_DAYS)
    if view == "week":
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=7), first - timedelta(days=7), first + timedelta(days=7)
    month = day.replace(day=1)
    following = (month + timedelta(days=32)).replace(day=1)
    first = month - timedelta(days=month.weekday())
    weeks = -(-(following - first).days // 7)
    return first, first + timedelta(weeks=weeks), month - timedelta(days=1), following

