"""The record of an import that the site itself keeps: from which Bugzilla it comes, and how far the import got.

It is a parameter of the site. By it the next import knows what has changed since, in the Bugzilla and in the gateway.
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from gateway.importing.import_errors import ImportRefused
from gateway.store.interface import Reader

PARAMETER = "gateway_import"
"""The name of the parameter with the record, as JSON. Clients do not see it (`Site.shown_parameters`)."""


class ImportState(msgspec.Struct, frozen=True):
    """The record of an import.

    - `first_bug` and `first_users` tell one Bugzilla from another: the creation of its first bug, its first users.
    - `is_complete` is false until the last step is done.
    - `latest_change` is the time of the last change of any bug in the Bugzilla.
    - `last_ids` are the largest ids of the Bugzilla, by table. The gateway gave those above them.
    """

    source: str
    release: str
    timezone: str
    fingerprint: str = ""
    is_complete: bool = False
    latest_change: datetime | None = None
    last_ids: dict[str, int] = msgspec.field(default_factory=dict)

    def to_parameter(self) -> dict[str, str]:
        """Return the parameter that holds the record."""
        return {PARAMETER: msgspec.json.encode(self).decode()}


def read_state(parameters: Mapping[str, str]) -> ImportState | None:
    """Return the record of the last import into a site; None if it was not imported."""
    text = parameters.get(PARAMETER)
    return msgspec.json.decode(text, type=ImportState) if text else None


def check_target(reader: Reader, name: str, fingerprint: str) -> ImportState | None:
    """Return the record of an earlier import of the same Bugzilla; None for a database without a site.

    Raises `ImportRefused` if the database has another site.
    """
    state = read_state(reader.site().parameters)
    if state is None and (reader.groups() or next(iter(reader.users()), None) is not None):
        raise ImportRefused(
            f"{name} has a site that was not imported, and it is not overwritten. Name another database; it may be new."
        )
    if state is not None and state.fingerprint != fingerprint and _is_same_site(state.fingerprint, fingerprint):
        raise ImportRefused(
            f"{name} was imported with another working copy of {state.source}, in which changes have other numbers. "
            "Name that one with --working-copy, or another database."
        )
    if state is not None and state.fingerprint != fingerprint:
        raise ImportRefused(
            f"{name} has the site of another Bugzilla, {state.source}. Name another database; it may be new."
        )
    return state


def _is_same_site(fingerprint: str, other: str) -> bool:
    """Tell whether two fingerprints are of one site and different working copies, which stand behind a hyphen."""
    (site, hyphen, _), (other_site, _, _) = fingerprint.partition("-"), other.partition("-")
    return bool(hyphen) and site == other_site
