"""Contents: e-learning made of pages, written as a draft and published in versions."""

from lms.content.blocks import new_id
from lms.content.contents import (
    ContentAttrs,
    Quiz,
    contents_page,
    create_content,
    delete_content,
    duplicate_content,
    quiz_of,
    set_quiz,
    update_content,
)
from lms.content.embeds import FRAME_HOSTS, embed_address
from lms.content.files import files_of
from lms.content.models import PACKAGE, PAGES, Content, ContentPage, ContentVersion
from lms.content.pages import (
    PageAttrs,
    PageDraft,
    add_page,
    as_data,
    delete_page,
    duplicate_page,
    order_pages,
    save_page,
)
from lms.content.versions import (
    Problem,
    has_questions,
    is_question,
    latest_version,
    number_of_questions,
    problems,
    publish_content,
    versions,
)

__all__ = [
    "FRAME_HOSTS",
    "PACKAGE",
    "PAGES",
    "Content",
    "ContentAttrs",
    "ContentPage",
    "ContentVersion",
    "PageAttrs",
    "PageDraft",
    "Problem",
    "Quiz",
    "add_page",
    "as_data",
    "contents_page",
    "create_content",
    "delete_content",
    "delete_page",
    "duplicate_content",
    "duplicate_page",
    "embed_address",
    "files_of",
    "has_questions",
    "is_question",
    "latest_version",
    "new_id",
    "number_of_questions",
    "order_pages",
    "problems",
    "publish_content",
    "quiz_of",
    "save_page",
    "set_quiz",
    "update_content",
    "versions",
]
