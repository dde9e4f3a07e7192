"""`Bug.update_tags`: tags that users give bugs for themselves."""

from gateway import errors
from gateway.methods import access
from gateway.methods.declaration import STRING, Call, Field, Login, Param, array, mapping, struct, writes
from gateway.methods.params import text
from gateway.store.interface import Writer
from gateway.values import Value

LONGEST = 64
"""The most characters of a tag."""

TAGS = struct(
    Field("add", array(STRING), "Tags to add.", optional=True),
    Field("remove", array(STRING), "Tags to remove.", optional=True),
)
CHANGED = struct(Field("added", array(STRING), "New tags."), Field("removed", array(STRING), "Removed tags."))


@writes(
    "Bug.update_tags",
    login=Login.REQUIRED,
    params=(
        Param("ids", array(STRING), "Numbers or aliases of bugs.", required=True, example="1"),
        Param("tags", TAGS, "The changes.", required=True, example='{"add": ["todo"]}'),
    ),
    result=struct(Field("changes", mapping(struct(Field("tags", CHANGED, "The change."))), "The bugs, by number.")),
    errors=(errors.PARAM_REQUIRED, errors.PARAM_INVALID, errors.TAG_INVALID, *access.BUG_ERRORS),
)
def update_tags(call: Call[Writer]) -> Value:
    """Add tags to bugs, and remove others; only the caller sees them."""
    params = call.params
    for name in ("ids", "tags"):
        if params.value(name) is None:
            raise errors.PARAM_REQUIRED(param=name)
    tags = params.value("tags")
    if not isinstance(tags, dict):
        raise errors.PARAM_INVALID(param="tags", value="given so", why="it must be a struct of add and remove")
    remove, add = _names(tags, "remove"), _names(tags, "add")
    return {"changes": {str(number): changed for number, changed in _changed(call, add, remove).items()}}


def _names(tags: dict[str, Value], name: str) -> list[str]:
    given = tags.get(name)
    items = given if isinstance(given, list) else [] if given is None else [given]
    return [_checked((text(each, name) or "").strip()) for each in items]


def _checked(tag: str) -> str:
    if not tag or len(tag) > LONGEST:
        raise errors.TAG_INVALID(tag=tag, limit=LONGEST)
    return tag


def _changed(call: Call[Writer], add: list[str], remove: list[str]) -> dict[int, Value]:
    """Change the tags of each bug and return what changed, by its number."""
    changed: dict[int, Value] = {}
    for reference in call.params.scalars("ids"):
        bug = access.visible_bug(call, reference)
        before = [each.name for each in call.tx.bug_tags(call.caller.id) if each.bug_id == bug.id]
        removed = {each.lower() for each in remove}
        after = [each for each in before if each.lower() not in removed]
        for tag in add:
            if tag.lower() not in map(str.lower, after):
                after.append(tag)
        call.tx.set_bug_tags(call.caller.id, bug.id, after)
        changed[bug.id] = {
            "tags": {
                "removed": [each for each in before if each not in after],
                "added": [each for each in after if each not in before],
            }
        }
    return changed
