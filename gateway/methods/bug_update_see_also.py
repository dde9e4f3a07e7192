"""`Bug.update_see_also`: change the addresses of related bugs."""

from gateway import errors
from gateway.methods import access, bug_lists, bug_store
from gateway.methods.bug_draft import BugDraft
from gateway.methods.bug_get import BUG
from gateway.methods.declaration import STRING, Call, Field, Login, Param, array, mapping, struct, writes
from gateway.methods.flags import FlagEditor
from gateway.methods.list_changes import ListChange
from gateway.methods.params import truth
from gateway.model import Bug
from gateway.store.interface import Writer
from gateway.values import Value

SEE_ALSO = BUG["see_also"]


@writes(
    "Bug.update_see_also",
    login=Login.REQUIRED,
    params=(
        Param("ids", array(STRING), "Numbers or aliases of the bugs.", required=True, example="1"),
        Param("add", array(STRING), "Addresses to add; numbers and aliases stand for bugs of this site.", example="2"),
        Param("remove", array(STRING), "Addresses to remove."),
    ),
    result=struct(
        Field(
            "changes",
            mapping(
                struct(
                    Field(
                        "see_also",
                        struct(
                            Field("added", array(STRING), "Addresses that were added."),
                            Field("removed", array(STRING), "Addresses that were removed."),
                        ),
                        "The change of the list.",
                    )
                )
            ),
            "The changes, by the numbers of the bugs.",
        )
    ),
    errors=(
        errors.PARAM_REQUIRED,
        errors.PARAMS_REQUIRED,
        errors.PARAM_INVALID,
        *access.BUG_ERRORS,
        errors.PRODUCT_EDIT_DENIED,
        errors.URL_INVALID,
        errors.RELATED_TO_ITSELF,
        errors.CHANGE_DENIED,
    ),
)
def update_see_also(call: Call[Writer]) -> Value:
    """Add addresses of related bugs, and remove some. Either all of the bugs change or none does."""
    params = call.params
    if not truth(params.value("ids")):
        raise errors.PARAM_REQUIRED(param="ids")
    if not any(truth(params.value(name)) for name in ("add", "remove")):
        raise errors.PARAMS_REQUIRED(params="add, remove")
    for name in ("add", "remove"):
        if truth(params.value(name)) and not isinstance(params.value(name), list):
            raise errors.PARAM_INVALID(param=name, value="this", why="a list of addresses is wanted")
    bugs = [access.editable_bug(call, reference) for reference in params.scalars("ids")]
    change = ListChange(params.texts("add"), params.texts("remove"))
    drafts = [_changed(call, bug, change) for bug in {bug.id: bug for bug in bugs}.values()]
    return {"changes": {str(draft.bug.id): {"see_also": _saved(draft)} for draft in drafts}}


def _changed(call: Call[Writer], bug: Bug, change: ListChange) -> BugDraft:
    draft = BugDraft.of(call, bug)
    bug_lists.change_see_also(draft, SEE_ALSO, ListChange(remove=change.remove))
    bug_lists.change_see_also(draft, SEE_ALSO, ListChange(add=change.add))
    return draft


def _saved(draft: BugDraft) -> dict[str, Value]:
    old, new = draft.stored("see_also"), draft.detail("see_also")
    flags = draft.call.tx.flags_of_bug(draft.bug.id)
    bug_store.save(draft, FlagEditor(draft.call, draft.bug, None, flags))
    return {"added": [each for each in new if each not in old], "removed": [each for each in old if each not in new]}
