"""Contents: e-learning made of rich-text pages."""

from lms.content.contents import (
    ContentAttrs,
    PageAttrs,
    add_page,
    contents_page,
    create_content,
    delete_content,
    delete_page,
    order_pages,
    update_content,
    update_page,
)
from lms.content.models import Content, ContentPage

__all__ = [
    "Content",
    "ContentAttrs",
    "ContentPage",
    "PageAttrs",
    "add_page",
    "contents_page",
    "create_content",
    "delete_content",
    "delete_page",
    "order_pages",
    "update_content",
    "update_page",
]
