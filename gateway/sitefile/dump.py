"""Dump a store as a site file, one record a line, with content in pieces."""

from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any, TypeVar

import msgspec

from gateway import model
from gateway.base64_stream import Base64Encoder
from gateway.model import new_bugzilla
from gateway.sitefile import schema
from gateway.sitefile.parts import M, Part, R
from gateway.store.interface import Reader, Store

T = TypeVar("T")

_PAGE = 500

Members = dict[str, object]
"""The members of a record."""


async def dump(store: Store, out: IO[bytes], progress: Callable[[int, int], None]) -> None:
    """Write everything but login tokens to `out`, which can seek, as of one moment. `load` makes an equal store of it.

    `progress(done, total)` counts the bugs whose attachments are written, which takes most of the time.
    """

    def work(reader: Reader) -> None:
        out.seek(0)  # work may run again
        out.truncate()
        _Dump(reader, out, progress).run()

    await store.read(work, is_long=True)


class _Dump:
    """A dump in progress."""

    def __init__(self, reader: Reader, out: IO[bytes], progress: Callable[[int, int], None]) -> None:
        self._reader = reader
        self._write = out.write
        self._progress = progress
        self._logins = {user.id: user.login for user in reader.users()}
        self._bug_ids = list(reader.bug_ids())

    def run(self) -> None:
        reader = self._reader
        products = reader.products()
        self._write(msgspec.json.encode(_site(reader.site()))[:-1])
        self._list(schema.GROUPS, map(schema.GROUPS.to_members, reader.groups()))
        self._list(schema.GROUP_GRANTS, map(schema.GROUP_GRANTS.to_members, reader.group_grants()))
        self._list(schema.USERS, map(self._user, reader.users()))
        self._list(schema.CLASSIFICATIONS, map(schema.CLASSIFICATIONS.to_members, reader.classifications()))
        self._list(schema.PRODUCTS, map(_product, products))
        components = ((product.name, each) for product in products for each in product.components)
        self._list(schema.COMPONENTS, (schema.COMPONENTS.to_members(each, product=name) for name, each in components))
        controls = ((product.name, each) for product in products for each in product.controls)
        self._list(
            schema.GROUP_CONTROLS, (schema.GROUP_CONTROLS.to_members(each, product=name) for name, each in controls)
        )
        self._list(schema.FLAG_TYPES, map(_flag_type, sorted(reader.flag_types(), key=lambda each: each.id)))
        self._fields()
        self._list(schema.BUGS, self._in_pages(self._bugs))
        self._attachments()
        self._list(schema.COMMENTS, self._of_each_bug(self._comments))
        self._list(schema.FLAGS, map(schema.FLAGS.to_members, self._of_each_bug(self._flags)))
        self._list(schema.CHANGES, self._of_users(schema.CHANGES, self._of_each_bug(reader.changes)))
        searches = self._of_each_user(reader.saved_searches)
        self._list(schema.SAVED_SEARCHES, self._of_users(schema.SAVED_SEARCHES, searches))
        self._list(schema.BUG_TAGS, self._of_users(schema.BUG_TAGS, self._of_each_user(reader.bug_tags)))
        self._list(schema.BUG_VISITS, self._of_users(schema.BUG_VISITS, self._of_each_user(reader.bug_visits)))
        self._list(schema.AUDIT_LOG, self._of_users(schema.AUDIT_LOG, reader.audit_log()))
        self._write(b"\n}\n")

    def _list(self, part: Part[M, R], records: Iterable[Members]) -> None:
        self._write(b',\n"%s":[' % part.name.encode())
        for number, record in enumerate(records):
            self._write(b",\n" if number else b"\n")
            self._write(msgspec.json.encode(record))
        self._write(b"]")

    def _of_each_bug(self, question: Callable[[int], Iterable[T]]) -> Iterator[T]:
        for bug_id in self._bug_ids:
            yield from question(bug_id)

    def _of_each_user(self, question: Callable[[int], Iterable[T]]) -> Iterator[T]:
        for user_id in self._logins:
            yield from question(user_id)

    def _in_pages(self, question: Callable[[list[int]], Iterable[T]]) -> Iterator[T]:
        """Ask the same of all bugs, a page of them at a time."""
        for start in range(0, len(self._bug_ids), _PAGE):
            yield from question(self._bug_ids[start : start + _PAGE])

    def _of_users(self, part: Part[Any, R], objects: Iterable[Any]) -> Iterator[Members]:
        """Yield the records of objects that have the id of a user."""
        for each in objects:
            yield part.to_members(each, user=self._logins.get(each.user_id))

    def _fields(self) -> None:
        """Write the fields of bugs with their values, except for those of a new Bugzilla."""
        reader = self._reader
        fields = reader.bug_fields()
        own = [each for each in fields if each not in new_bugzilla.FIELDS] and fields
        lists = (reader.field_values(field.name) for field in fields)
        values = (each for values in lists for each in values if each not in new_bugzilla.VALUES.get(each.field, ()))
        transitions = reader.status_transitions()
        own_transitions = () if transitions == new_bugzilla.TRANSITIONS else transitions
        self._list(schema.BUG_FIELDS, map(schema.BUG_FIELDS.to_members, own))
        self._list(schema.FIELD_VALUES, map(schema.FIELD_VALUES.to_members, values))
        self._list(schema.STATUS_TRANSITIONS, map(schema.STATUS_TRANSITIONS.to_members, own_transitions))
        self._list(schema.KEYWORDS, map(schema.KEYWORDS.to_members, reader.keywords()))

    # ---- records that take more than one question
    def _user(self, user: model.User) -> Members:
        keys = [
            schema.ApiKeyRecord(
                id=key.id,
                key_hash=key.key_hash,
                description=key.description,
                revoked=key.revoked,
                last_used=key.last_used,
                expires=key.expires,
            )
            for key in self._reader.api_keys(user.id)
        ]
        own = {
            "password_hash": self._reader.password_hash(user.id),
            "groups": sorted(self._reader.direct_groups(user.id)),
            "groups_by_expression": sorted(self._reader.groups_by_expression(user.id)),
            "blesses": sorted(self._reader.blessed_groups(user.id)),
        }
        return schema.USERS.to_members(user, **own, api_keys=keys) | own

    def _bugs(self, ids: list[int]) -> Iterator[Members]:
        bugs = self._reader.bugs(ids)
        if len(bugs) != len(ids):
            missing = min(set(ids) - {bug.id for bug in bugs})
            raise LookupError(f"Bug {missing} is listed and not there: run gateway check.")
        keywords, depends_on = self._reader.bug_keywords(ids), self._reader.depends_on(ids)
        urls, custom = self._reader.bug_urls(ids), self._reader.custom_values(ids)
        for bug in bugs:
            yield schema.BUGS.to_members(
                bug,
                keywords=keywords.get(bug.id, ()),
                depends_on=depends_on.get(bug.id, ()),
                see_also=urls.get(bug.id, ()),
                custom=custom.get(bug.id, {}),
            )

    def _comments(self, bug_id: int) -> Iterator[Members]:
        comments = self._reader.comments(bug_id)
        tags = self._reader.comment_tags([each.id for each in comments])
        for each in comments:
            yield schema.COMMENTS.to_members(each, tags=tags.get(each.id, ()))

    def _flags(self, bug_id: int) -> Iterator[model.Flag]:
        yield from self._reader.flags_of_bug(bug_id)
        for attachment in self._reader.attachments_of_bug(bug_id):
            yield from sorted(attachment.flags, key=lambda flag: flag.id)

    # ---- attachments
    def _attachments(self) -> None:
        separator = b"\n"
        self._write(b',\n"attachments":[')
        for done, bug_id in enumerate(self._bug_ids, start=1):
            for attachment in self._reader.attachments_of_bug(bug_id):
                self._write(separator)
                self._attachment(attachment)
                separator = b",\n"
            self._progress(done, len(self._bug_ids))
        self._write(b"]")

    def _attachment(self, attachment: model.Attachment) -> None:
        members = schema.ATTACHMENTS.to_members(attachment, size=attachment.size)
        if attachment.size is None:
            self._write(msgspec.json.encode({**members, "data_b64": None}))
            return
        self._write(msgspec.json.encode(members)[:-1])
        self._write(b',"data_b64":"')
        encoder = Base64Encoder()
        for piece in self._reader.pieces(attachment.id):
            self._write(encoder.feed(piece))
        self._write(encoder.finish() + b'"}')


# ---- records made by hand
def _site(site: model.Site) -> schema.SiteRecord:
    return schema.SiteRecord(
        format=schema.FORMAT,
        version=site.version,
        extensions={name: schema.ExtensionRecord(version=version) for name, version in site.extensions.items()},
        params=dict(site.parameters),
    )


def _product(product: model.Product) -> Members:
    return schema.PRODUCTS.to_members(product, versions=product.versions, milestones=product.milestones)


def _flag_type(flag_type: model.FlagType) -> Members:
    return schema.FLAG_TYPES.to_members(
        flag_type,
        inclusions=[_scope(each) for each in flag_type.inclusions],
        exclusions=[_scope(each) for each in flag_type.exclusions],
    )


def _scope(scope: model.Scope) -> str:
    return f"{scope.product or schema.ANY}:{scope.component or schema.ANY}"
