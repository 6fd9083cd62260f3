"""A small question of every kind."""

from typing import Any

SINGLE = {"kind": "single", "text": "<p>What is put out with water?</p>", "options": [
    {"text": "Paper", "correct": True, "feedback": "Right, water cools."}, {"text": "Fat"}, {"text": "Magnesium"},
]}  # fmt: skip
MULTIPLE = {"kind": "multiple", "text": "Which are metals?", "points": 4, "options": [
    {"text": "Iron", "correct": True}, {"text": "Zinc", "correct": True}, {"text": "Sulphur"}, {"text": "Coal"},
]}  # fmt: skip
TRUE_FALSE = {"kind": "truefalse", "text": "Ice floats.", "answer": True, "feedback": {"incorrect": "Look again."}}
SHORT_TEXT = {"kind": "shorttext", "text": "Capital of France?", "variants": [
    {"text": "Paris"}, {"text": "Par*s", "weight": 50, "feedback": "Mind the spelling."},
]}  # fmt: skip
NUMERIC = {"kind": "numeric", "text": "Boiling point of water in °C?", "numbers": [
    {"value": 100, "tolerance": 0.5}, {"low": 95, "high": 105, "weight": 50},
]}  # fmt: skip
ORDERING = {"kind": "ordering", "text": "Put these in order.", "points": 3, "items": [
    {"text": "Look"}, {"text": "Call"}, {"text": "Act"}, {"text": "Tell"},
]}  # fmt: skip
MATCHING = {"kind": "matching", "text": "Which belongs to which?", "points": 2, "extra": ["Green"], "pairs": [
    {"left": "Stop", "right": "Red"}, {"left": "Wait", "right": "Amber"},
]}  # fmt: skip
GAPS = {"kind": "gaps", "text": "<p>Call [[1]] and say [[2]] within [[3]] minutes.</p>", "points": 4, "gaps": [
    {"kind": "number", "weight": 2, "numbers": [{"value": 112}]},
    {"kind": "text", "variants": [{"text": "where you are"}]},
    {"kind": "choice", "options": [{"text": "two", "correct": True}, {"text": "ten"}]},
]}  # fmt: skip

ALL: list[dict[str, Any]] = [SINGLE, MULTIPLE, TRUE_FALSE, SHORT_TEXT, NUMERIC, ORDERING, MATCHING, GAPS]
