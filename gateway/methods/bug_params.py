"""The parameters that set fields of bugs, by the names of the fields or by Bugzilla's inner names."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from gateway import errors
from gateway.methods import access
from gateway.methods.bug_draft import BugDraft
from gateway.methods.bug_get import BUG
from gateway.methods.custom_fields import active_custom_fields, custom_field
from gateway.methods.declaration import Param
from gateway.methods.flags import FLAG_ERRORS
from gateway.methods.model_fields import ModelField, Setting, Stage
from gateway.methods.params import CUSTOM_PREFIX, Params
from gateway.model import Bug
from gateway.values import Value

Step = Callable[[BugDraft], None]

VALUE_ERRORS = (
    errors.PARAM_REQUIRED,
    *access.BUG_ERRORS,
    errors.ENTRY_DENIED,
    errors.COMPONENT_REQUIRED,
    errors.NOT_NUMERIC,
    errors.TOO_LARGE,
    errors.OUT_OF_RANGE,
    errors.ILLEGAL_DATE,
    errors.FIELD_INVALID,
    errors.SUMMARY_REQUIRED,
    errors.ALIAS_INVALID,
    errors.URL_INVALID,
    errors.NOT_INSIDER,
    errors.COMMENT_TOO_LONG,
    errors.DEPENDENCY_LOOP,
    errors.GROUP_INVALID,
    errors.RESOLUTION_NOT_ALLOWED,
    errors.TRANSITION_DENIED,
    errors.VALUE_INACTIVE,
    errors.COMMENT_REQUIRED,
    errors.NOT_INTEGER,
    errors.RELATION_LOOP,
    errors.FIELD_REQUIRED,
    *FLAG_ERRORS,
)
"""The errors that values of fields can meet, when a bug is created or changed."""


def field_params(*, on_create: bool, **members: Mapping[str, Any]) -> Iterator[Param]:
    """Yield the parameters that set fields of bugs; `members` are those of the parameters of some fields."""
    for field in BUG.model_fields:
        setting = field.setting
        kind = setting.kind(on_create=on_create) if setting else None
        if setting is not None and kind is not None:
            also = tuple(_other_names(field, setting, on_create=on_create))
            yield replace(field.param_of(kind), also=also, **members.get(field.name, {}))


def _other_names(field: ModelField[Bug], setting: Setting, *, on_create: bool) -> Iterator[str]:
    if field.inner_name not in ("", field.name) and (on_create or setting.inner_on_update):
        yield field.inner_name


def given(params: Params, name: str, *others: str) -> str | None:
    """Return the first of these names under which a parameter was sent; None if it was not."""
    return next((each for each in (name, *others) if params.has(each)), None)


def value_of(draft: BugDraft, field: ModelField[Bug]) -> tuple[bool, Value]:
    """Tell whether a call sets a field, and to what."""
    setting, params = field.setting, draft.call.params
    if setting is None or setting.kind(on_create=draft.is_new) is None:
        return False, None
    name = given(params, field.name, *_other_names(field, setting, on_create=draft.is_new))
    return (name is not None), (params.value(name) if name else None)


def set_fields(draft: BugDraft, after: Mapping[Stage, Step]) -> None:
    """Set the fields that a call names, stage by stage; `after` has what else is done at the end of a stage."""
    fields = [*BUG.model_fields, *map(custom_field, active_custom_fields(draft.call.tx))]
    for stage in Stage:
        for field in fields:
            if field.setting is not None and field.setting.stage is stage:
                is_given, value = value_of(draft, field)
                if is_given:
                    field.setting.apply(draft, field, value)
        after.get(stage, _nothing)(draft)


def _nothing(_: BugDraft) -> None:
    pass


def check_custom_names(draft: BugDraft) -> None:
    """Refuse custom fields that the site never had. Raises PARAM_INVALID."""
    known = {each.name for each in draft.call.tx.bug_fields()}
    for name in draft.call.params:
        if name.startswith(CUSTOM_PREFIX) and name not in known:
            raise errors.PARAM_INVALID(param=name, value="given", why="the site has no such field")
