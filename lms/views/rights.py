"""What each page needs, as data; `lms.policy` says who has it, and `lms.views.gate` lets nobody else in.

A page whose view has `role_required` says it there; every other one is here once, and a page that is in neither place
is shown to nobody. `GET` or `POST` in front of a page means that method only.
"""

PERMISSIONS: dict[str, str] = {
    "view Course": "courses.index courses.show",
    "edit Course": (
        "courses.new courses.edit courses.activity courses.publish courses.archive courses.reopen courses.delete "
        "subjects.new subjects.new_event subjects.edit subjects.order subjects.delete"
    ),
    "enroll Course": "enrollments.index enrollments.enroll enrollments.unenroll rules.index team.enroll",
    "edit Rule": "rules.new rules.edit rules.delete",
    "edit Content": (
        "contents.index contents.new contents.show contents.edit contents.quiz contents.versions contents.preview "
        "contents.publish contents.statistics contents.duplicate contents.delete "
        "authoring.show authoring.add authoring.read authoring.save authoring.duplicate authoring.delete "
        "authoring.order authoring.try_question media.upload packages.upload packages.show packages.delete"
    ),
    "view PackageAttempt": "packages.attempts packages.attempt",
    "view MediaFile": "media.show",
    "edit Bank": (
        "banks.new banks.show banks.edit banks.delete banks.chosen bank_files.upload bank_files.check "
        "bank_files.take_over bank_files.export bank_files.export_file bank_questions.new"
    ),
    "edit Question": "bank_questions.edit bank_questions.duplicate bank_questions.delete",
    "view Event": "events.show agenda.open_events attachments.show",
    "edit Event": (
        "events.index events.new events.edit events.again events.cancel events.delete events.save_template "
        "sessions.new sessions.edit sessions.cancel attachments.add attachments.delete attendance.sheet "
        "attendance.printed attendance.mark attendance.code attendance.code_image attendance.present attendance.close "
        "enrollments.attended"
    ),
    "edit EventTemplate": "events.templates events.delete_template",
    "edit Room": "rooms.edit rooms.delete",
    "team Registration": "agenda.team",
    "view Registration or team Registration": "registrations.index",
    "edit Registration or team Registration": "registrations.add registrations.approve registrations.decline",
    "edit Registration": "registrations.let_in",
    "edit Registration or team Registration or own Registration": "registrations.cancel",
    "learn Enrollment": (
        "learning.subject learning.start learning.done packages.launch packages.contents packages.again packages.done"
    ),
    "learn Attempt": "learning.answer learning.place",
    "view User": "people.show",
    "edit User": "people.edit people.invite_again people.deactivate people.activate",
    "view Certificate": "GET certificates.show certificates.pdf certificates.badge",
    "revoke Certificate": "POST certificates.show",
    "view Requirement": "qualifications.show",
    "edit Qualification": "qualifications.archive qualifications.delete",
    "view Holding": "holdings.show",
    "edit Holding": "holdings.by_hand POST holdings.index",
    "view Evidence": "evidence.show evidence.file",
    "review Evidence": "evidence.review",
    "view Status": "team.show",
    "create ReminderLetter": "team.remind",
}
"""Pages by what one must be allowed to do (`lms.policy`); where it is about an object, it is looked at too."""

OWN: dict[str, str] = {
    "home.index": "what one has to do, and what happened in the organization",
    "search.index": "finds only what one may see",
    "agenda.index": "one's own agenda; a view that may edit events shows the others",
    "agenda.renew": "one's own address",
    "attendance.check_in": "one's own presence, with the code that was scanned",
    "attendance.checked_in": "one's own presence, with the code that was scanned",
    "learning.index": "one's own courses",
    "enrollments.enroll_self": "one's own enrollment, where the course allows it",
    "registrations.me_too": "one's own place",
    "my_qualifications.index": "one's own qualifications",
    "my_qualifications.show": "one's own qualifications",
    "my_qualifications.start": "one's own renewal",
    "evidence.index": "one's own evidence; what waits for a review is for reviewers",
    "evidence.new": "one's own evidence",
    "notifications.inbox": "one's own notes",
    "notifications.unread": "one's own notes",
    "notifications.open_note": "one's own notes",
    "notifications.read_all": "one's own notes",
    "notifications.preferences": "one's own wishes",
    "notifications.times": "one's own wishes",
    "profile.edit": "one's own profile",
    "security.change_password": "one's own password",
    "security.verify": "one's own password, once more",
}
"""Pages for everybody who is signed in, and what of their own they are about."""

PUBLIC: dict[str, str] = {
    "static": "style sheets and scripts",
    "security.static": "scripts of the sign-in",
    "security.login": "signing in",
    "security.logout": "signing out",
    "security.forgot_password": "asking for a new password; says nothing of who exists",
    "security.reset_password": "the token in the address, from a mail",
    "openid.address": "asking where somebody signs in; says nothing of who exists",
    "openid.organization": "the sign-in of one organization",
    "openid.start": "the way to the organization's provider",
    "openid.back": "the way back, with what the provider signed",
    "scim.serve": "a key with the scope scim, as Authorization",
    "agenda.feed": "the token in the address, which a calendar keeps",
    "attendance.scan": "the code in the address, of this half minute; checking in itself is for who is signed in",
    "unsubscribing.show": "the signed token in the address, from a mail",
    "unsubscribing.switch_off": "the signed token in the address, from a mail",
    "verification.index": "a form for a number",
    "verification.show": "the number of a certificate, which nobody guesses; no more than the certificate says",
    "issuers.profile": "what whoever verifies a badge must read",
    "issuers.did": "what whoever verifies a badge must read",
    "issuers.jwks": "public keys",
    "issuers.achievement": "what whoever verifies a badge must read",
    "issuers.status": "which badges are revoked, by number",
    "stage.player": "the launch token in the address",
    "stage.files": "the launch token in the address",
    "stage.commit": "the launch token in the address",
    "stage.fetch": "the launch token in the address; answers once",
    "stage.left": "the launch token in the address",
    "xapi.about": "versions, as xAPI wants them open",
    "xapi.activity": "the token of the launch, as Authorization",
    "xapi.agent": "the token of the launch, as Authorization",
    "xapi.document": "the token of the launch, as Authorization",
    "xapi.find": "the token of the launch, as Authorization",
    "xapi.take": "the token of the launch, as Authorization",
    "health.alive": "whether the process answers",
    "health.ready": "whether database and broker answer",
    "health.show_metrics": "figures without names, for Prometheus; the proxy keeps it inside",
    "mailcatcher.index": "for development, and from this machine only",
    "mailcatcher.show": "for development, and from this machine only",
    "mailcatcher.body": "for development, and from this machine only",
    "api.token": "trades a key for a token",
    "api.openapi": "the description of the API",
    "api.asyncapi": "the description of the webhooks",
    "api.docs": "the description of the API",
}
"""Pages without a sign-in, and why; the token or code that some want instead is checked by their views."""
