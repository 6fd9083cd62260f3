"""Demo data: a question bank per organization, with a question of every kind."""

from collections.abc import Callable

from sqlalchemy import select

from lms import questions
from lms.accounts import Organization, User
from lms.db import db
from lms.questions import BankAttrs, QuestionAttrs

FIRE = "fire"

QUESTIONS: tuple[tuple[str, list[str], dict[str, object]], ...] = (
    (
        "First thing in a fire",
        [FIRE],
        {
            "kind": "single",
            "text": "<p>You see smoke under a door. What do you do <strong>first</strong>?</p>",
            "options": [
                {"text": "Raise the alarm", "correct": True, "feedback": "Yes: others can help while you act."},
                {"text": "Open the door to look", "feedback": "Air feeds a fire. Leave the door shut."},
                {"text": "Fetch an extinguisher", "feedback": "Only once somebody knows."},
            ],
        },
    ),
    (
        "What water puts out",
        [FIRE, "extinguishers"],
        {
            "kind": "multiple",
            "points": 2,
            "text": "<p>Which of these may be put out with water?</p>",
            "options": [
                {"text": "Paper", "correct": True},
                {"text": "Wood", "correct": True},
                {"text": "Frying fat", "feedback": "Never: it explodes."},
                {"text": "A fuse box", "feedback": "Never: you stand in the current."},
            ],
        },
    ),
    (
        "Lifts in a fire",
        [FIRE],
        {
            "kind": "truefalse",
            "text": "<p>In a fire you take the lift, because it is faster.</p>",
            "answer": False,
            "feedback": {"correct": "Right: take the stairs.", "incorrect": "A lift can stop at the burning floor."},
        },
    ),
    (
        "The number to call",
        ["emergency"],
        {
            "kind": "shorttext",
            "text": "<p>Which number do you call in an emergency in Europe?</p>",
            "variants": [{"text": "112"}, {"text": "1*1*2", "weight": 50, "feedback": "Without signs in between."}],
        },
    ),
    (
        "Compressions a minute",
        ["emergency", "life support"],
        {
            "kind": "numeric",
            "text": "<p>How many chest compressions do you give in a minute?</p>",
            "numbers": [{"low": 100, "high": 120}, {"low": 90, "high": 130, "weight": 50}],
            "feedback": {"general": "100 to 120 a minute; the rhythm of many a pop song."},
        },
    ),
    (
        "The chain of survival",
        ["emergency", "life support"],
        {
            "kind": "ordering",
            "points": 3,
            "text": "<p>Put the chain of survival in order.</p>",
            "items": [
                {"text": "Recognize it and call for help"},
                {"text": "Start compressions"},
                {"text": "Use the AED"},
                {"text": "Hand over to the ambulance"},
            ],
        },
    ),
    (
        "Colours of signs",
        ["signs"],
        {
            "kind": "matching",
            "points": 3,
            "text": "<p>What does the colour of a safety sign mean?</p>",
            "pairs": [
                {"left": "Red", "right": "Forbidden"},
                {"left": "Yellow", "right": "Look out"},
                {"left": "Blue", "right": "You must"},
                {"left": "Green", "right": "The way to safety"},
            ],
            "extra": ["Private"],
        },
    ),
    (
        "Reporting an accident",
        ["emergency"],
        {
            "kind": "gaps",
            "points": 3,
            "text": "<p>Say first [[1]] you are, then what happened. Stay on the line for at least [[2]] minute, "
            "and hang up [[3]].</p>",
            "gaps": [
                {"kind": "choice", "options": [{"text": "where", "correct": True}, {"text": "who"}, {"text": "how"}]},
                {"kind": "number", "numbers": [{"value": 1}]},
                {"kind": "text", "variants": [{"text": "last"}, {"text": "after them"}]},
            ],
        },
    ),
)


def add(say: Callable[[str], None]) -> None:
    """A bank for each organization, made by its first author."""
    for organization in db.session.scalars(select(Organization).order_by(Organization.id)).all():
        people = db.session.scalars(
            select(User).where(User.organization_id == organization.id).order_by(User.id).limit(20)
        )
        author = next((user for user in people if user.has_role("author")), None)
        if author is None:
            continue
        say(f"demo: questions of {organization.name}")
        bank = questions.create_bank(BankAttrs(title="Safety at work", description="Fire, first aid, signs."), author)
        rows = [QuestionAttrs(title=title, tags=tags, definition=data) for title, tags, data in QUESTIONS]
        questions.add_questions(bank, rows, author)
