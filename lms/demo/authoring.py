"""A content with every kind of question, and attempts at it, so that its statistics show something."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from lms import content, learning, questions
from lms.accounts import User
from lms.content import Content, PageAttrs, PageDraft, Quiz, new_id
from lms.courses import Enrollment, Subject
from lms.db import db, transaction
from lms.demo.quiz import BANK, PAGES
from lms.learning import Attempt
from lms.questions import BankAttrs, QuestionAttrs, QuestionVersion

TITLE = "Fire safety: Extinguishers"
PEOPLE = 16
"""How many of those enrolled have tried it."""


def add(say: Callable[[str], None]) -> None:
    """Turn one content of the hospital into a quiz, publish it again, and let people try it."""
    say("demo: a quiz and attempts")
    random = Random(4)
    row = db.session.scalars(select(Content).where(Content.title == TITLE)).one()
    subject = db.session.scalars(select(Subject).where(Subject.content_id == row.id)).one()
    author = db.session.scalars(select(User).where(User.email == "author@harbour.example")).one()
    _write(row, author)
    enrollments = db.session.scalars(
        select(Enrollment)
        .join(Enrollment.user)
        .where(Enrollment.course_id == subject.course_id, User.email != "learner@harbour.example", User.active)
        .order_by(Enrollment.id)
        .limit(PEOPLE)
    ).all()
    with transaction():
        for enrollment in enrollments:
            ability = random.gauss(0.72, 0.18)
            for _attempt in range(1 if random.random() < 0.8 else 2):
                _try(enrollment, subject, ability, random)


def _write(row: Content, author: User) -> None:
    bank = questions.create_bank(BankAttrs(title=BANK["title"], description=BANK["description"]), author)
    attrs = [QuestionAttrs(title=title, definition=definition) for title, definition in BANK["questions"].items()]
    questions.add_questions(bank, attrs, author)
    draw = {"id": new_id(), "kind": "draw", "bank_id": bank.id, "count": 2}
    first = row.pages[0]
    callout = {"id": new_id(), "kind": "callout", "tone": "warn", "html": PAGES["callout"]}
    blocks = [*first.blocks, callout]
    content.save_page(first, PageDraft(title=first.title, blocks=blocks, revision=first.revision), author)
    asked = [{"id": new_id(), "kind": "question", "definition": definition} for definition in PAGES["questions"]]
    half = len(asked) // 2
    for title, some in (("Check yourself", asked[:half]), ("And in practice", [*asked[half:], draw])):
        content.add_page(row, PageAttrs(title=title, blocks=some), author)
    content.set_quiz(row, Quiz(pass_mark=60, attempts=3, waiting=0, feedback="answer"), author)
    content.publish_content(row, author)


def _try(enrollment: Enrollment, subject: Subject, ability: float, random: Random) -> None:
    user = enrollment.user
    attempt = learning.start(enrollment, subject, user)
    known = {
        id: definition
        for id, definition in db.session.execute(
            select(QuestionVersion.id, QuestionVersion.definition).where(
                QuestionVersion.id.in_([question["id"] for question in attempt.questions])
            )
        )
    }
    for number, question in enumerate(attempt.questions):
        definition = known[question["id"]]
        is_right = random.random() < ability - 0.04 * number
        given = questions.right_answer(definition) if is_right else _wrong(definition, random)
        if given is not None:
            learning.answer(attempt, question["key"], given, f"demo-{attempt.id}-{number}", user)
    seconds = random.randint(180, 900)
    _took(attempt, seconds)
    learning.keep_place(attempt, len(attempt.version.pages) - 1, seconds, user)
    learning.finish(attempt, user)


def _took(attempt: Attempt, seconds: int) -> None:
    with transaction():
        attempt.started_at -= timedelta(seconds=seconds + 20)


def _wrong(definition: Mapping[str, Any], random: Random) -> Any:
    match definition["kind"]:
        case "single":
            return random.choice([option["id"] for option in definition["options"] if not option["correct"]])
        case "multiple":
            return [random.choice([option["id"] for option in definition["options"]])]
        case "truefalse":
            return not definition["answer"]
        case "shorttext":
            return "water"
        case "numeric":
            return random.randint(50, 90)
        case "ordering":
            return [item["id"] for item in reversed(definition["items"])]
        case "matching":
            right = questions.right_answer(definition)
            return dict(zip(right, reversed(list(right.values())), strict=True))
    return None
