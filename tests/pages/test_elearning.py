"""The pages and the JSON of authoring and playing: what they say, to whom, and what they refuse."""

import pytest
from sqlalchemy import func, select

from lms import learning
from lms.content import Content, ContentPage, ContentVersion
from lms.db import db
from lms.learning import Answer, Attempt
from tests import factories


@pytest.fixture
def quiz(author) -> Content:
    """A published quiz."""
    return factories.quiz(author)


@pytest.fixture
def attempt(author, learner, quiz) -> Attempt:
    """The learner's attempt at it."""
    return learning.start(*factories.enrolled(author, learner, quiz), learner)


def test_a_page_is_saved_and_says_what_is_missing(client_for, author, quiz):
    page, client = quiz.pages[0], client_for(author)
    blocks = [{"id": "abcdef1", "kind": "picture", "media_id": None}]
    answer = client.patch(f"/contents/{quiz.id}/pages/{page.id}", json={"title": "T", "blocks": blocks, "revision": 1})
    assert (answer.status_code, answer.json["revision"]) == (200, 2)
    assert answer.json["problems"] == [
        {"page": page.id, "block": "abcdef1", "message": "Choose a picture, or delete the block."}
    ]


def test_the_later_of_two_gets_the_others_text(client_for, author, admin, quiz):
    page = quiz.pages[0]
    here, blocks = f"/contents/{quiz.id}/pages/{page.id}", [factories.text_block("<p>Theirs.</p>")]
    client_for(admin).patch(here, json={"title": "Theirs", "blocks": blocks, "revision": 1, "writer": "a"})
    answer = client_for(author).patch(here, json={"title": "Mine", "blocks": [], "revision": 1, "writer": "b"})
    assert (answer.status_code, answer.json["by"]) == (409, "Ada Admin")
    assert (answer.json["page"]["title"], answer.json["page"]["blocks"]) == ("Theirs", blocks)
    assert answer.json["page"]["revision"] == 2


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b'{"title": 1}', b'{"title": "T", "blocks": "x"}'])
def test_what_cannot_be_read_is_refused_in_words(client_for, author, quiz, body):
    here = f"/contents/{quiz.id}/pages/{quiz.pages[0].id}"
    answer = client_for(author).patch(here, data=body, content_type="application/json")
    assert (answer.status_code, bool(answer.json["error"])) == (422, True)


def test_pages_are_added_copied_ordered_and_deleted(client_for, author, quiz):
    client, here = client_for(author), f"/contents/{quiz.id}/pages/"
    added = client.post(here, json={"title": "Second"}).json["page"]
    copy = client.post(f"{added['url']}/duplicate", json={}).json["page"]
    first = quiz.pages[0].id
    assert client.post(f"{here}order", json={"order": [copy["id"], added["id"], first]}).status_code == 200
    assert client.delete(f"{added['url']}").status_code == 200
    rows = db.session.scalars(select(ContentPage).order_by(ContentPage.position)).all()
    assert [(row.id, row.title) for row in rows] == [(copy["id"], "Copy of Second"), (first, "Questions")]


@pytest.mark.parametrize("what", ["", "/quiz", "/versions", "/statistics", "/preview", "/publish", "/edit", "/pages/"])
def test_a_learner_may_not_and_another_organization_finds_nothing(client_for, learner, stranger, quiz, what):
    assert client_for(learner).get(f"/contents/{quiz.id}{what}").status_code == 403
    assert client_for(stranger).get(f"/contents/{quiz.id}{what}").status_code == 404


def test_nor_can_they_write(client_for, learner, stranger, quiz):
    here = f"/contents/{quiz.id}/pages/{quiz.pages[0].id}"
    for user, status in ((learner, 403), (stranger, 404)):
        assert client_for(user).patch(here, json={"title": "X", "blocks": [], "revision": 1}).status_code == status
        assert client_for(user).post(f"/contents/{quiz.id}/publish").status_code == status


def test_publishing_through_the_page_names_the_version(client_for, author, quiz):
    client, page = client_for(author), quiz.pages[0]
    client.patch(f"/contents/{quiz.id}/pages/{page.id}", json={"title": "New", "blocks": page.blocks, "revision": 1})
    answer = client.post(f"/contents/{quiz.id}/publish", data={"move": "yes"}, follow_redirects=True)
    assert "Version 2 is published." in answer.text
    assert db.session.scalars(select(ContentVersion.moves).order_by(ContentVersion.number)).all() == [False, True]


def test_quiz_settings_are_checked_beside_their_fields(client_for, author, quiz):
    client, here = client_for(author), f"/contents/{quiz.id}/quiz"
    assert "Use a number from 0 to 100." in client.post(here, data={"pass_mark": "101", "feedback": "end"}).text
    client.post(here, data={"pass_mark": "80", "attempts": "", "waiting": "", "time_limit": "15", "feedback": "end"})
    db.session.refresh(quiz)
    assert quiz.quiz == {
        "pass_mark": 80, "attempts": None, "waiting": 0, "time_limit": 15, "shuffle": False, "feedback": "end",
    }  # fmt: skip


def test_the_preview_grades_and_keeps_nothing(client_for, author, quiz):
    client = client_for(author)
    assert "What do you use?" in client.get(f"/contents/{quiz.id}/preview").text
    key = quiz.pages[0].blocks[1]["id"]
    answer = client.post(f"/contents/{quiz.id}/pages/try", json={"key": key, "answer": "2222"})
    assert answer.json["grade"] == {"points": 1, "of": 1, "correct": True}
    assert db.session.scalar(select(func.count()).select_from(Answer)) == 0


def test_a_learner_starts_answers_and_finishes(client_for, author, learner, quiz):
    enrollment, subject = factories.enrolled(author, learner, quiz)
    client, here = client_for(learner), f"/learn/{enrollment.id}/subjects/{subject.id}"
    assert "Before you begin" in client.get(here).text
    assert "Questions" in client.post(f"{here}/start", follow_redirects=True).text
    attempt = db.session.scalars(select(Attempt)).one()
    sent = {"key": attempt.questions[1]["key"], "answer": "2222", "client_id": "c1"}
    first = client.post(f"/learn/attempts/{attempt.id}/answers", json=sent)
    assert (first.json["grade"]["correct"], "Right" in first.json["html"]) == (True, True)
    assert client.post(f"/learn/attempts/{attempt.id}/answers", json=sent).json == first.json
    assert client.post(f"/learn/attempts/{attempt.id}/place", json={"page": 0, "seconds": 1}).json == {"saved": True}
    page = client.post(f"{here}/done", follow_redirects=True)
    assert ("Passed" in page.text, "33%" in page.text, "Not answered" in page.text) == (True, True, True)


def test_where_nothing_is_asked_reading_begins_at_once_and_stays_possible(client_for, author, learner):
    enrollment, subject = factories.enrolled(author, learner, factories.some_content(author))
    client, here = client_for(learner), f"/learn/{enrollment.id}/subjects/{subject.id}"
    assert "Read this." in client.get(here).text
    client.post(f"{here}/done")
    again = client.get(here).text
    assert ("Read this." in again, "js-finish" in again) == (True, False)
    assert db.session.scalar(select(func.count()).select_from(Attempt)) == 1


@pytest.mark.parametrize("what", ["answers", "place"])
def test_another_persons_attempt_is_not_ones_own(client_for, author, stranger, attempt, what):
    body = {"key": "x", "answer": "1", "client_id": "c", "page": 0, "seconds": 0}
    assert client_for(author).post(f"/learn/attempts/{attempt.id}/{what}", json=body).status_code == 403
    assert client_for(stranger).post(f"/learn/attempts/{attempt.id}/{what}", json=body).status_code == 404


@pytest.mark.parametrize("body", [{}, {"key": 1, "client_id": "c"}, {"key": "x", "client_id": ""}, {"key": "x"}])
def test_an_answer_without_its_names_is_refused(client_for, learner, attempt, body):
    assert client_for(learner).post(f"/learn/attempts/{attempt.id}/answers", json=body).status_code == 422


def test_after_the_end_an_answer_is_refused_and_says_so(client_for, learner, attempt):
    learning.finish(attempt, learner)
    sent = {"key": attempt.questions[0]["key"], "answer": "x", "client_id": "c"}
    answer = client_for(learner).post(f"/learn/attempts/{attempt.id}/answers", json=sent)
    assert (answer.status_code, "finished" in answer.json["error"]) == (409, True)


def test_frames_come_from_allowed_hosts_only(client_for, learner):
    policy = client_for(learner).get("/").headers["Content-Security-Policy"]
    assert "frame-src 'self' https://www.youtube-nocookie.com https://player.vimeo.com;" in policy


def test_an_answer_costs_the_same_however_many_questions_there_are(client_for, author, learner, statements):
    def cost(number: int) -> int:
        blocks = [factories.question_block(factories.NUMERIC | {"text": f"<p>{n}</p>"}) for n in range(number)]
        row = factories.quiz(author, f"Quiz of {number}", blocks, feedback="end")
        attempt = learning.start(*factories.enrolled(author, learner, row), learner)
        client, here = client_for(learner), f"/learn/attempts/{attempt.id}/answers"
        sent = {"key": attempt.questions[0]["key"], "answer": "1"}
        client.post(here, json={**sent, "client_id": "first"})
        statements.clear()
        assert client.post(here, json={**sent, "client_id": "second"}).status_code == 200
        return len(statements)

    assert cost(2) == cost(40)
