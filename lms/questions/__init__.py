"""Questions: their kinds, how they are graded, the banks they are kept in, and files from and for elsewhere."""

from lms.questions.answers import read_answer
from lms.questions.banks import (
    BankAttrs,
    bank_choices,
    banks_page,
    create_bank,
    delete_bank,
    find_bank,
    question_counts,
    update_bank,
)
from lms.questions.definitions import KINDS, validated_question
from lms.questions.grading import Grade, grade, right_answer
from lms.questions.html import plain
from lms.questions.learners import for_learner
from lms.questions.models import Bank, Question, QuestionImport, QuestionVersion
from lms.questions.questions import (
    QuestionAttrs,
    add_question,
    add_questions,
    all_of,
    delete_questions,
    duplicate_question,
    find_question,
    move_questions,
    questions_page,
    tags_of,
    update_question,
)
from lms.questions.versions import draw, freeze, freeze_all

__all__ = [
    "KINDS",
    "Bank",
    "BankAttrs",
    "Grade",
    "Question",
    "QuestionAttrs",
    "QuestionImport",
    "QuestionVersion",
    "add_question",
    "add_questions",
    "all_of",
    "bank_choices",
    "banks_page",
    "create_bank",
    "delete_bank",
    "delete_questions",
    "draw",
    "duplicate_question",
    "find_bank",
    "find_question",
    "for_learner",
    "freeze",
    "freeze_all",
    "grade",
    "move_questions",
    "plain",
    "question_counts",
    "questions_page",
    "read_answer",
    "right_answer",
    "tags_of",
    "update_bank",
    "update_question",
    "validated_question",
]
