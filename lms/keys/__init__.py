"""Keys: how programs of an organization are let in, and what they may do."""

from lms.keys.answers import answer_for, forget_old_answers
from lms.keys.keys import KeyAttrs, actor_by_id, actor_of, create_key, find_key, key_names, keys_page, revoke_key
from lms.keys.models import ApiKey
from lms.keys.scopes import SCOPES, KeyActor, may_use

__all__ = [
    "SCOPES",
    "ApiKey",
    "KeyActor",
    "KeyAttrs",
    "actor_by_id",
    "actor_of",
    "answer_for",
    "create_key",
    "find_key",
    "forget_old_answers",
    "key_names",
    "keys_page",
    "may_use",
    "revoke_key",
]
