"""SCIM's filters and order as SQL (RFC 7644, 3.4.2.2 and 3.4.2.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scim2_models import InvalidFilterException, InvalidValueException, SearchRequest
from scim2_models.path import (
    AttrPath,
    CompareOperator,
    Comparison,
    FilterVisitor,
    LogicalExpr,
    LogicalOperator,
    Not,
    Present,
    ValuePath,
)
from sqlalchemy import ColumnElement, and_, false, func, not_, null, or_, true

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user"
EXTENSION = "enterprise:"
"""What the names of the extension's attributes begin with in a table of attributes."""


@dataclass(frozen=True)
class Attribute:
    """Where an attribute is kept; of one with several values, `each` selects the ids of those who have one."""

    column: Any
    kind: str = "text"
    """text, exact (a text whose case counts), number (an id, which SCIM writes as a text), boolean or moment."""
    each: Any = None


Attributes = Mapping[str, Attribute]


def condition(
    request: SearchRequest[Any], attributes: Attributes, id: Any, *, is_alone: bool = True
) -> ColumnElement[bool]:
    """What the request's filter wants; raises InvalidFilterException for what cannot be searched.

    Where several types are searched (not `is_alone`), an attribute that this one lacks matches none of it.
    """
    if request.filter is None:
        return true()
    try:
        return _Conditions(attributes, id).visit(request.filter.ast)
    except Unknown:
        if is_alone:
            raise
        return false()


def order(request: SearchRequest[Any], attributes: Attributes, id: Any) -> list[ColumnElement[Any]]:
    """What to order by, in the end by id, so that pages do not overlap."""
    if request.sort_by is None:
        return [id]
    attribute = attributes.get(_key(request.sort_by.ast)) if isinstance(request.sort_by.ast, AttrPath) else None
    if attribute is None or attribute.each is not None:
        raise InvalidValueException(detail=f"There is no order by {request.sort_by}.")
    column = func.lower(attribute.column) if attribute.kind == "text" else attribute.column
    descending = request.sort_order == SearchRequest.SortOrder.descending
    return [attribute.column.is_(None), column.desc() if descending else column, id]


def _key(path: AttrPath, within: str = "") -> str:
    uri = EXTENSION if path.uri and path.uri.lower() == ENTERPRISE else ""
    name = f"{within}.{path.attr}" if within else path.attr
    return f"{uri}{name}{f'.{path.sub_attr}' if path.sub_attr else ''}".lower()


class Unknown(InvalidFilterException):
    """There is no such attribute to search by."""


class _Conditions(FilterVisitor[ColumnElement[bool]]):
    """`within` is the attribute whose values the filter in brackets is about."""

    def __init__(self, attributes: Attributes, id: Any, within: str = "") -> None:
        self.attributes, self.id, self.within = attributes, id, within

    def _attribute(self, path: AttrPath) -> Attribute:
        key = _key(path, self.within)
        attribute = self.attributes.get(key) or self.attributes.get(f"{key}.value")
        if attribute is None:
            raise Unknown(detail=f"It is not possible to search by {path}.")
        return attribute

    def visit_comparison(self, node: Comparison) -> ColumnElement[bool]:
        """One attribute and a value."""
        attribute = self._attribute(node.attr_path)
        if attribute.each is None:
            return _compare(attribute, node.op, node.value)
        if node.op == CompareOperator.ne:
            return not_(self._some(attribute, _compare(attribute, CompareOperator.eq, node.value)))
        return self._some(attribute, _compare(attribute, node.op, node.value))

    def visit_present(self, node: Present) -> ColumnElement[bool]:
        """Whether there is a value."""
        attribute = self._attribute(node.attr_path)
        return attribute.column.is_not(None) if attribute.each is None else self._some(attribute, true())

    def visit_not(self, node: Not) -> ColumnElement[bool]:
        """The opposite; what is unknown of an empty attribute is no match, so it is one here."""
        return not_(func.coalesce(self.visit(node.expr), false()))

    def visit_logical_expr(self, node: LogicalExpr) -> ColumnElement[bool]:
        """All of them, or one of them."""
        terms = [self.visit(term) for term in node.terms]
        return and_(*terms) if node.op == LogicalOperator.and_ else or_(*terms)

    def visit_value_path(self, node: ValuePath) -> ColumnElement[bool]:
        """One value for which all in the brackets holds; no attribute with several values here has several parts."""
        return _Conditions(self.attributes, self.id, _key(node.attr_path, self.within)).visit(node.val_filter)

    def _some(self, attribute: Attribute, wanted: ColumnElement[bool]) -> ColumnElement[bool]:
        return self.id.in_(attribute.each.where(wanted))


def _compare(attribute: Attribute, op: CompareOperator, value: Any) -> ColumnElement[bool]:
    column, operand = attribute.column, _operand(attribute, value, op)
    if attribute.kind == "text" and isinstance(operand, str):
        column, operand = func.lower(column), operand.lower()
    if op == CompareOperator.eq:
        return column.is_(null()) if operand is None else column == operand
    if op == CompareOperator.ne:
        return column.is_not(None) if operand is None else or_(column != operand, column.is_(None))
    if attribute.kind == "boolean" or operand is None:
        raise InvalidFilterException(detail=f"{op.value} does not fit this attribute.")
    if op in (CompareOperator.co, CompareOperator.sw, CompareOperator.ew):
        if attribute.kind not in ("text", "exact"):
            raise InvalidFilterException(detail=f"{op.value} does not fit this attribute.")
        pattern = {"co": column.contains, "sw": column.startswith, "ew": column.endswith}[op.value]
        return pattern(operand, autoescape=True)
    return {
        "gt": column.__gt__, "ge": column.__ge__, "lt": column.__lt__, "le": column.__le__,
    }[op.value](operand)  # fmt: skip


def _operand(attribute: Attribute, value: Any, op: CompareOperator) -> Any:
    if value is None:
        return None
    if attribute.kind == "boolean":
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if not isinstance(value, bool):
            raise InvalidFilterException(detail="Compare this attribute with true or false.")
        return value
    if not isinstance(value, str) or "\0" in value:
        raise InvalidFilterException(detail="Compare this attribute with a text.")
    if attribute.kind == "number":
        return int(value) if value.isascii() and value.isdecimal() and len(value) < 19 else -1
    if attribute.kind == "moment":
        try:
            moment = datetime.fromisoformat(value)
            moment.astimezone()
        except (ValueError, OverflowError):
            raise InvalidFilterException(detail="Compare this attribute with a moment, with its zone.") from None
        if moment.tzinfo is None:
            raise InvalidFilterException(detail="Compare this attribute with a moment, with its zone.")
        return moment
    return value
