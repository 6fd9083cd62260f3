"""The player: what it is given to show, for learners and for authors who look at their draft."""

from typing import Any

from flask import get_template_attribute, render_template, request

from lms import content, learning, questions
from lms.content import Content, Quiz
from lms.courses import Enrollment, Subject
from lms.db import utcnow
from lms.errors import Invalid
from lms.learning import Answered, Attempt


def player(enrollment: Enrollment, subject: Subject, attempt: Attempt) -> str:
    """The pages of an attempt, with what was answered; one that is finished can be read again."""
    version, left = attempt.version, None
    if attempt.deadline and attempt.finished_at is None:
        left = max(0, int((attempt.deadline - utcnow()).total_seconds()))
    return render_template(
        "player/play.html",
        title=subject.title,
        pages=version.pages,
        files=content.files_of(version.pages, version.organization_id),
        asked=learning.views(attempt),
        answered=learning.answered(attempt),
        quiz=Quiz.model_validate(version.quiz),
        attempt=attempt,
        enrollment=enrollment,
        subject=subject,
        first_page=_first_page(attempt.page if attempt.finished_at is None else 0, len(version.pages)),
        seconds_left=left,
    )


def _first_page(kept: int, pages: int) -> int:
    """Where to begin, from 0: what the address says, counted from 1, or where the learner left."""
    asked = request.args.get("page", "")
    wanted = int(asked) - 1 if asked.isdecimal() and len(asked) < 6 else kept
    return min(max(0, wanted), max(0, pages - 1))


def preview(row: Content) -> str:
    """The draft as a learner would get it; nothing is kept. What is incomplete is left out."""
    titles = {id: title for id, title, _number in questions.bank_choices(row.organization_id)}
    return render_template(
        "player/play.html",
        title=row.title,
        pages=[{"title": page.title, "blocks": page.blocks} for page in row.pages],
        files=content.files_of(row.pages, row.organization_id),
        asked={
            block["id"]: [{"key": block["id"], "page": number, "view": questions.for_learner(definition, row.id)}]
            for number, page in enumerate(row.pages)
            for block in page.blocks
            if block["kind"] == "question" and (definition := _complete(block["definition"]))
        },
        answered={},
        quiz=content.quiz_of(row),
        attempt=None,
        content=row,
        banks=titles,
        first_page=_first_page(0, len(row.pages)),
        seconds_left=None,
    )


def try_question(row: Content, key: str, raw: Any) -> dict[str, Any]:
    """What a learner would be told about an answer, for the author; nothing is kept. Raises Invalid."""
    for page in row.pages:
        for block in page.blocks:
            if block["id"] == key and (definition := _complete(block["definition"])):
                answer = questions.read_answer(definition, raw)
                grade = questions.grade(definition, answer)
                view = questions.for_learner(definition, row.id)
                tells = content.quiz_of(row).feedback == "answer"
                return {"key": key, "saved": True, **as_data(key, view, answer, grade if tells else None)}
    raise Invalid("key", "This question is not complete yet.")


def _complete(definition: dict[str, Any]) -> dict[str, Any] | None:
    try:
        return questions.validated_question(definition)
    except Invalid:
        return None


def question_as_data(attempt: Attempt, answered: Answered) -> dict[str, Any]:
    """An answer's grade as data, and the question as it looks with it; without a grade there is nothing new to show."""
    if answered.grade is None:
        return {"grade": None}
    return as_data(answered.key, learning.view_of(attempt, answered.key), answered.answer, answered.grade)


def as_data(key: str, view: dict[str, Any], answer: Any, grade: questions.Grade | None) -> dict[str, Any]:
    """The grade, and the question's HTML with answer and grade."""
    if grade is None:
        return {"grade": None}
    show = get_template_attribute("player/question.html", "answered")
    return {
        "grade": {"points": grade.points, "of": grade.of, "correct": grade.correct},
        "html": show(view, key, answer, grade),
    }


def review(attempt: Attempt) -> list[dict[str, Any]]:
    """What was asked in a finished attempt, answered, and what it was worth; empty where the author never tells."""
    if Quiz.model_validate(attempt.version.quiz).feedback == "never":
        return []
    answered = learning.answered(attempt)
    return [
        {**row, "answered": answered.get(row["key"])}
        for rows in learning.views(attempt).values()
        for row in rows
    ]
