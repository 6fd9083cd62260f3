"""The words of the demo's quiz: one question of every kind, and a bank to draw from."""

from typing import Any


def _option(text: str, correct: bool = False, feedback: str = "") -> dict[str, Any]:
    return {"text": text, "correct": correct, "feedback": feedback}


PAGES: dict[str, Any] = {
    "callout": "<p><strong>Never fight a fire alone.</strong> Warn others first, and keep the exit behind you.</p>",
    "questions": [
        {
            "kind": "single", "text": "<p>A pan of oil is on fire. What do you use?</p>", "points": 2,
            "options": [
                _option("A fire blanket", True, "<p>It takes the air away, and nothing splashes.</p>"),
                _option("Water", False, "<p>Water turns to steam at once and throws the burning oil about.</p>"),
                _option("The carbon dioxide extinguisher", False, "<p>Its jet blows the oil out of the pan.</p>"),
            ],
        },
        {
            "kind": "multiple", "text": "<p>Which of these do you check before you begin?</p>", "points": 2,
            "options": [
                _option("That the exit is behind me", True), _option("That somebody has warned the others", True),
                _option("That the pin is still sealed and the needle is in the green", True),
                _option("That the door to the corridor stands open"),
            ],
        },
        {
            "kind": "truefalse", "text": "<p>A used extinguisher may go back on the wall when it is half full.</p>",
            "answer": False, "feedback": {"general": "<p>Once used, it loses pressure: it has to be refilled.</p>"},
        },
        {
            "kind": "shorttext", "text": "<p>Which gas puts out an electrical fire and leaves nothing behind?</p>",
            "variants": [{"text": "carbon dioxide"}, {"text": "CO2"}],
        },
        {
            "kind": "numeric", "text": "<p>About how many seconds does a 6 kg powder extinguisher last?</p>",
            "numbers": [{"value": 15, "tolerance": 5}],
        },
        {
            "kind": "ordering", "text": "<p>Put the steps in order.</p>", "points": 2,
            "items": [{"text": "Pull the pin"}, {"text": "Aim at the base"}, {"text": "Squeeze"}, {"text": "Sweep"}],
        },
        {
            "kind": "matching", "text": "<p>What burns in each class of fire?</p>", "points": 2,
            "pairs": [
                {"left": "Class A", "right": "Wood and paper"}, {"left": "Class B", "right": "Liquids"},
                {"left": "Class F", "right": "Cooking oil"},
            ],
            "extra": ["Metal"],
        },
        {
            "kind": "gaps", "text": "<p>Keep at least [[1]] metres away and aim at the [[2]] of the fire.</p>",
            "gaps": [
                {"kind": "number", "numbers": [{"value": 2, "tolerance": 1}]},
                {"kind": "choice", "options": [_option("base", True), _option("top"), _option("smoke")]},
            ],
        },
    ],
}  # fmt: skip

BANK: dict[str, Any] = {
    "title": "Fire safety basics",
    "description": "Short questions for every course about fire.",
    "questions": {
        "Emergency number": {
            "kind": "shorttext", "text": "<p>Which number do you call from a phone in the hospital?</p>",
            "variants": [{"text": "2222"}],
        },
        "Lifts": {"kind": "truefalse", "text": "<p>During a fire you may take the lift.</p>", "answer": False},
        "Doors": {"kind": "truefalse", "text": "<p>You close doors behind you, unlocked.</p>", "answer": True},
        "Smoke": {
            "kind": "single", "text": "<p>There is smoke in the corridor. How do you move?</p>",
            "options": [_option("Low, near the floor", True), _option("Upright and fast"), _option("On tiptoe")],
        },
        "First": {
            "kind": "single", "text": "<p>You discover a fire. What comes first?</p>",
            "options": [_option("Warn those in danger", True), _option("Look for the cause"), _option("Open a window")],
        },
    },
}  # fmt: skip
