"""The readers of those fields of bugs that take the call, or a question to the store, for all bugs of a listing."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import islice

from gateway.methods import access
from gateway.methods.bug_draft import closed_statuses
from gateway.methods.declaration import INT, STRING
from gateway.methods.include_fields import EVERY_FIELD
from gateway.methods.model_fields import Listing, ModelField, ObjectType
from gateway.methods.shown_flags import FLAG
from gateway.model import NO_HOURS, Bug, Flag, Hours, Person, User
from gateway.store.interface import Reader
from gateway.values import Value

PERSON = ObjectType[Person](
    ModelField("id", INT, "Number of the user."),
    ModelField("name", STRING, "Login.", attribute="login"),
    ModelField("real_name", STRING, "Real name."),
    ModelField("email", STRING, "Login, which is an address.", attribute="login"),
)


def people(name: str, people_of: Callable[[Bug], Sequence[Person]]) -> Callable[[Listing[Bug]], Iterable[list[Value]]]:
    """Return the function that shows people of bugs, whose members can be chosen as those of the field `name`."""

    def read_all(listing: Listing[Bug]) -> Iterable[list[Value]]:
        of_bugs = [people_of(bug) for bug in listing.objects]
        shown = iter(PERSON.show(listing.call, listing.wanted, [each for found in of_bugs for each in found], name))
        return [list(islice(shown, len(found))) for found in of_bugs]

    return read_all


def one_person(name: str, person: Callable[[Bug], Person | None]) -> Callable[[Listing[Bug]], Iterable[Value]]:
    """Do as `people` for one person, or None."""
    detail = people(name, lambda bug: [found] if (found := person(bug)) else [])
    return lambda listing: (shown[0] if shown else None for shown in detail(listing))


def list_of(
    question: Callable[[Reader], Callable[[Sequence[int]], Mapping[int, Sequence[Value]]]],
) -> Callable[[Listing[Bug]], Iterable[list[Value]]]:
    """Return the function that shows lists which many bugs do not have, asked for with a question to the store."""

    def read_all(listing: Listing[Bug]) -> Iterable[list[Value]]:
        found = listing.ask(question(listing.call.tx))
        return [list(found.get(bug.id, ())) for bug in listing.objects]

    return read_all


def for_timetrackers(
    hours: Callable[[Listing[Bug]], Iterable[Hours]],
) -> Callable[[Listing[Bug]], Iterable[Hours] | None]:
    """Return the function that shows hours to those who may see them."""
    return lambda listing: hours(listing) if access.sees_hours(listing.call.user, listing.call.site) else None


def hours_worked(listing: Listing[Bug]) -> Iterable[Hours]:
    """Return the hours that comments say were worked."""
    worked = listing.ask(listing.call.tx.hours_worked)
    return [worked.get(bug.id, NO_HOURS) for bug in listing.objects]


def classifications(listing: Listing[Bug]) -> Iterable[str]:
    """Return the classifications of the products."""
    products = {name: listing.call.tx.product(name) for name in {bug.product for bug in listing.objects}}
    return [product.classification if (product := products[bug.product]) else "" for bug in listing.objects]


def are_open(listing: Listing[Bug]) -> Iterable[bool]:
    """Tell of each bug whether its status is an open one."""
    closed = closed_statuses(listing.call.tx)
    return [bug.status not in closed for bug in listing.objects]


def flags(listing: Listing[Bug]) -> Iterable[list[Value]]:
    """Return the flags of the bugs themselves."""
    tx = listing.call.tx
    found = listing.ask(tx.bug_flags)
    of_bugs = [_applicable(tx, bug, found[bug.id]) if bug.id in found else [] for bug in listing.objects]
    shown = iter(FLAG.show(listing.call, EVERY_FIELD, [flag for of_bug in of_bugs for flag in of_bug]))
    return [list(islice(shown, len(of_bug))) for of_bug in of_bugs]


def _applicable(tx: Reader, bug: Bug, stored: Iterable[Flag]) -> list[Flag]:
    """Return those of the flags of a bug whose type applies to it where it is now, in the order of the types."""
    places = {each.id: place for place, each in enumerate(tx.flag_types(bug.product, bug.component))}
    return sorted((flag for flag in stored if flag.type_id in places), key=lambda flag: places[flag.type_id])


def tags(listing: Listing[Bug]) -> Iterable[list[Value]]:
    """Return the tags that the caller gave the bugs."""
    user, of_bugs = listing.call.user, defaultdict(list)
    for tag in listing.call.tx.bug_tags(user.id) if user else ():
        of_bugs[tag.bug_id].append(tag.name)
    return [list(of_bugs.get(bug.id, ())) for bug in listing.objects]


def update_tokens(listing: Listing[Bug]) -> Iterable[str] | None:
    """Return the update tokens of the caller, who has none without a login."""
    user = listing.call.user
    return None if user is None else [_update_token(user, bug) for bug in listing.objects]


def _update_token(user: User, bug: Bug) -> str:
    """Return the name of the state of a bug that a user looks at: it is another one once the bug was changed."""
    state = f"{user.id} {bug.id} {bug.last_change_time.isoformat()}"
    return f"{int(bug.last_change_time.timestamp())}-{sha256(state.encode()).hexdigest()[:32]}"
