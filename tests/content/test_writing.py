"""Writing contents: blocks, saving while somebody else writes, publishing, copying."""

import pytest
from sqlalchemy import select

from lms import content, courses
from lms.content import ContentAttrs, ContentPage, ContentVersion, PageAttrs, PageDraft, embed_address
from lms.courses import SubjectAttrs
from lms.db import db
from lms.errors import Conflict, Invalid
from lms.events import Change, EventCenter, assert_received
from tests import factories


@pytest.fixture
def draft(author) -> ContentPage:
    """A page of a draft that was never published."""
    row = content.create_content(ContentAttrs(title="Draft"), author)
    return content.add_page(row, PageAttrs(title="First", blocks=[factories.text_block()]), author)


def save(draft, actor, title="Mine", *, revision=None, writer="tab1", blocks=None):
    sent = PageDraft(
        title=title, revision=draft.revision if revision is None else revision, writer=writer,
        blocks=draft.blocks if blocks is None else blocks,
    )  # fmt: skip
    return content.save_page(draft, sent, actor)


def test_what_could_act_is_taken_out_of_texts(draft, author):
    save(draft, author, blocks=[factories.text_block('<p onclick="x()">Read<script>alert(1)</script></p>')])
    assert draft.blocks[0]["html"] == "<p>Read</p>"


@pytest.mark.parametrize(
    "block",
    [
        {"kind": "text"}, {"id": "abcdef1", "kind": "script"}, {"id": "A B", "kind": "text"},
        {"id": "abcdef1", "kind": "text", "more": 1}, {"id": "abcdef1", "kind": "draw", "bank_id": 1, "count": 0},
    ],
)  # fmt: skip
def test_what_is_no_block_is_refused(draft, author, block):
    with pytest.raises(Invalid):
        save(draft, author, blocks=[block])


def test_an_incomplete_question_is_kept_and_stands_in_the_way_of_publishing(draft, author):
    half = {"kind": "single", "text": "<p>Which?</p>", "options": [{"text": "One", "correct": True}]}
    save(draft, author, blocks=[factories.question_block(half)])
    assert draft.blocks[0]["definition"] == half
    assert [problem.message for problem in content.problems(draft.content)] == ["Give at least two options."]
    with pytest.raises(Conflict, match="Something is missing"):
        content.publish_content(draft.content, author)


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"kind": "text", "html": ""}, "There is no text yet"),
        ({"kind": "picture"}, "Choose a picture"),
        ({"kind": "picture", "media_id": 999}, "Say in words what the picture shows"),
        ({"kind": "picture", "media_id": 999, "alt": "A ladder"}, "no longer there"),
        ({"kind": "video", "embed": "https://example.org/v"}, "Only videos at YouTube and Vimeo"),
        ({"kind": "draw"}, "Choose the bank"),
    ],
)
def test_what_is_missing_is_said_before_publishing(draft, author, block, message):
    save(draft, author, blocks=[{"id": "abcdef1", **block}])
    assert message in content.problems(draft.content)[0].message


@pytest.mark.parametrize(
    ("address", "frame"),
    [
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=5", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
        ("https://youtu.be/dQw4w9WgXcQ", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
        ("https://vimeo.com/76979871", "https://player.vimeo.com/video/76979871"),
        ("https://vimeo.com/76979871/abc123", "https://player.vimeo.com/video/76979871?h=abc123"),
        ("https://player.vimeo.com/video/76979871?h=abc123", "https://player.vimeo.com/video/76979871?h=abc123"),
        ("http://youtu.be/dQw4w9WgXcQ", None), ("https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ", None),
        ("https://youtube.com@evil.example/watch?v=dQw4w9WgXcQ", None), ("javascript:alert(1)", None),
        ("https://[bad", None), ("https://youtu.be/<script>", None), ("", None),
    ],
)  # fmt: skip
def test_videos_of_allowed_hosts_only(address, frame):
    assert embed_address(address) == frame


def test_saving_is_heard_but_neither_text_nor_right_answers_leave_with_it(draft, author):
    with EventCenter.listen() as heard:
        save(draft, author, blocks=[factories.question_block(factories.NUMERIC)])
        content.publish_content(draft.content, author)
    assert_received(heard, "updated", draft, author)
    assert "2222" not in repr(heard)
    assert draft.content.has_changes is False


def test_the_later_of_two_is_told(draft, author, admin):
    save(draft, author, "Earlier", writer="tab1")
    with pytest.raises(Conflict, match="Somebody else"):
        save(draft, admin, "Second", revision=1, writer="tab2")
    assert draft.title == "Earlier"


def test_what_is_sent_again_by_the_same_tab_is_no_conflict(draft, author):
    save(draft, author, "Half", writer="tab1")
    save(draft, author, "Half and more", revision=1, writer="tab1")
    assert (draft.title, draft.revision) == ("Half and more", 3)


def test_saving_the_same_again_is_no_change(draft, author):
    save(draft, author, "Mine")
    with EventCenter.listen() as heard:
        save(draft, author, "Mine")
    assert (heard, draft.revision) == ([], 2)


def test_a_version_never_changes(draft, author):
    first = content.publish_content(draft.content, author)
    save(draft, author, "Second", blocks=[factories.text_block("<p>New.</p>")])
    second = content.publish_content(draft.content, author)
    db.session.expire_all()
    assert [first.number, first.pages[0]["title"]] == [1, "First"]
    assert first.pages[0]["blocks"][0]["html"] == "<p>Read this.</p>"
    assert [second.number, second.pages[0]["title"]] == [2, "Second"]
    assert content.latest_version(draft.content) is second


def test_publishing_what_did_not_change_or_holds_nothing_is_refused(draft, author):
    content.publish_content(draft.content, author)
    with pytest.raises(Conflict, match="Nothing has changed"):
        content.publish_content(draft.content, author)
    with pytest.raises(Conflict, match="add a page first"):
        content.publish_content(content.create_content(ContentAttrs(title="Empty"), author), author)


def test_a_version_refers_to_frozen_questions_and_holds_no_answers(author):
    row = factories.quiz(author)
    version = db.session.scalars(select(ContentVersion)).one()
    assert [sorted(block) for block in version.pages[0]["blocks"]] == [["id", "kind", "points", "version_id"]] * 2
    assert content.number_of_questions(version) == 2
    assert row.version == 1


def test_a_course_with_an_unpublished_content_is_not_published(draft, author, course):
    courses.add_subject(course, SubjectAttrs(title="Read it", content_id=draft.content_id), author)
    with pytest.raises(Conflict, match="Publish the content of “Read it” first"):
        courses.publish_course(course, author)
    content.publish_content(draft.content, author)
    assert courses.publish_course(course, author).status == "published"


def test_nor_is_one_added_to_a_course_that_is_published(draft, author):
    with pytest.raises(Invalid, match="Publish this content first"):
        courses.add_subject(
            factories.open_course(author), SubjectAttrs(title="Read it", content_id=draft.content_id), author
        )


def test_a_copy_is_a_draft_with_blocks_of_its_own(author):
    row = factories.quiz(author)
    copy = content.duplicate_content(row, "Copy", author)
    assert (copy.version, copy.quiz, len(copy.pages)) == (None, row.quiz, 1)
    assert [b["definition"] for b in copy.pages[0].blocks] == [b["definition"] for b in row.pages[0].blocks]
    assert not {block["id"] for block in copy.pages[0].blocks} & {block["id"] for block in row.pages[0].blocks}


def test_a_copied_page_stands_behind_its_original(draft, author):
    last = content.add_page(draft.content, PageAttrs(title="Last"), author)
    copy = content.duplicate_page(draft, "Copy", author)
    assert [row.title for row in draft.content.pages] == ["First", "Copy", "Last"]
    row = draft.content
    content.delete_page(draft, author)
    assert [(page.id, page.position) for page in row.pages] == [(copy.id, 1), (last.id, 2)]


def test_every_change_of_a_page_is_kept_in_the_trail_without_its_text(draft, author):
    save(draft, author, "Other", blocks=[factories.text_block("<p>Secret words</p>")])
    change = db.session.scalars(select(Change).where(Change.object_type == "ContentPage").order_by(Change.id)).all()[-1]
    assert set(change.difference) == {"title", "revision"}
