"""The pages: Flask blueprints, and everything that reads the request."""

import time
from uuid import uuid4

from flask import Flask, Response, g, request

from lms import metrics, tracing
from lms.content import FRAME_HOSTS, embed_address
from lms.extensions import babel, csrf
from lms.origin import Origin, working_for
from lms.views import (
    activities,
    agenda,
    api,
    attachments,
    attendance,
    audits,
    authoring,
    bank_files,
    bank_questions,
    banks,
    certificates,
    chain,
    contents,
    courses,
    deliveries,
    departments,
    enrollments,
    errors,
    events,
    evidence,
    exemptions,
    exports,
    frame,
    gate,
    health,
    holdings,
    home,
    identity,
    imports,
    issuers,
    keys,
    learning,
    lrs,
    mailcatcher,
    mailings,
    mails,
    mailtemplates,
    media,
    my_qualifications,
    notifications,
    oneroster,
    openid,
    organization,
    origins,
    packages,
    people,
    profile,
    qualifications,
    registrations,
    report,
    requirements,
    results,
    rooms,
    rules,
    scim,
    search,
    sessions,
    signin,
    stage,
    standing,
    subjects,
    team,
    unsubscribing,
    uploads,
    verification,
    webhooks,
    xapi,
)

PAGES = (
    home,
    learning,
    courses,
    subjects,
    enrollments,
    contents,
    authoring,
    banks,
    bank_questions,
    bank_files,
    events,
    results,
    people,
    departments,
    organization,
    profile,
    search,
    activities,
    audits,
    chain,
    notifications,
    deliveries,
    mails,
    mailings,
    mailtemplates,
    rules,
    unsubscribing,
    health,
    my_qualifications,
    team,
    standing,
    report,
    certificates,
    issuers,
    verification,
    agenda,
    sessions,
    attachments,
    registrations,
    attendance,
    rooms,
    media,
    qualifications,
    holdings,
    requirements,
    evidence,
    exemptions,
    packages,
    stage,
    xapi,
    imports,
    exports,
    keys,
    lrs,
    oneroster,
    webhooks,
    identity,
    openid,
)

CONTENT_SECURITY_POLICY = (
    f"default-src 'self'; img-src 'self' data:; frame-src 'self' {' '.join(FRAME_HOSTS)}; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)


def register(app: Flask) -> None:
    """Add every page, the frame around them, sign-in and the error pages."""
    origins.register(app)
    uploads.register(app)
    app.before_request(api.transfers.allow_large_files)
    csrf.init_app(app)
    babel.init_app(app, locale_selector=frame.locale, timezone_selector=frame.timezone)
    signin.register(app)
    frame.register(app)
    errors.register(app)
    for page in PAGES:
        app.register_blueprint(page.blueprint)
    verification.limit(app)
    openid.limit(app)
    if app.config["MAIL_CATCHER"]:
        app.register_blueprint(mailcatcher.blueprint)
    api.register(app)
    scim.register(app)
    app.jinja_env.globals["embed_address"] = embed_address
    app.before_request(remember_origin)
    gate.register(app)
    app.teardown_request(forget_origin)
    app.after_request(protect)


def remember_origin() -> None:
    """Everything broadcast during this request says where it came from."""
    given = request.headers.get("X-Request-ID", "")
    request_id = given if given.isalnum() and len(given) <= 64 else uuid4().hex
    g.origin = working_for(Origin(request_id, request.remote_addr, "web"))
    g.origin.__enter__()
    g.request_id = request_id
    g.began = time.perf_counter()


def forget_origin(error: BaseException | None) -> None:
    """End what `remember_origin` began."""
    if "origin" in g:
        g.pop("origin").__exit__(None, None, None)


def protect(response: Response) -> Response:
    """Headers that keep other sites' scripts and frames out; and the time it took is noted."""
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if "request_id" in g:
        response.headers["X-Request-ID"] = g.request_id
        page = request.endpoint or "none"
        seconds = time.perf_counter() - g.began
        metrics.answering.labels(page, response.status_code).observe(seconds)
        tracing.record(
            g.request_id, f"{request.method} {page}", seconds, is_page=True,
            attributes={"http.response.status_code": response.status_code},
        )  # fmt: skip
    return response
