"""Dump a store as a site file, one record a line, with content in pieces."""

from collections.abc import Callable, Iterable, Iterator
from typing import IO, TypeVar

import msgspec

from gateway import model
from gateway.base64_stream import Base64Encoder
from gateway.sitefile import schema
from gateway.sitefile.parts import M, Part, R
from gateway.store.interface import Reader, Store

T = TypeVar("T")

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
        self._list(schema.USERS, map(self._user, reader.users()))
        self._list(schema.PRODUCTS, map(schema.PRODUCTS.to_members, products))
        components = ((product.name, each) for product in products for each in product.components)
        self._list(schema.COMPONENTS, (schema.COMPONENTS.to_members(each, product=name) for name, each in components))
        controls = ((product.name, each) for product in products for each in product.controls)
        self._list(
            schema.GROUP_CONTROLS, (schema.GROUP_CONTROLS.to_members(each, product=name) for name, each in controls)
        )
        self._list(schema.FLAG_TYPES, map(_flag_type, sorted(reader.flag_types(), key=lambda each: each.id)))
        self._list(schema.BUGS, map(self._bug, self._bug_ids))
        self._attachments()
        self._list(schema.COMMENTS, map(schema.COMMENTS.to_members, self._of_each_bug(reader.comments)))
        self._list(schema.FLAGS, map(schema.FLAGS.to_members, self._of_each_bug(self._flags)))
        self._list(schema.CHANGES, map(self._change, self._of_each_bug(reader.changes)))
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

    # ---- records that take more than one question
    def _user(self, user: model.User) -> Members:
        keys = [
            schema.ApiKeyRecord(id=key.id, key_hash=key.key_hash, description=key.description, revoked=key.revoked)
            for key in self._reader.api_keys(user.id)
        ]
        return schema.USERS.to_members(user, password_hash=self._reader.password_hash(user.id), api_keys=keys)

    def _bug(self, bug_id: int) -> Members:
        bug = self._reader.bug(bug_id)
        if bug is None:
            raise LookupError(f"Bug {bug_id} is listed and not there: run gateway check.")
        return schema.BUGS.to_members(bug)

    def _flags(self, bug_id: int) -> Iterator[model.Flag]:
        yield from self._reader.flags_of_bug(bug_id)
        for attachment in self._reader.attachments_of_bug(bug_id):
            yield from sorted(attachment.flags, key=lambda flag: flag.id)

    def _change(self, change: model.Change) -> Members:
        return schema.CHANGES.to_members(change, user=self._logins[change.user_id])

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


def _flag_type(flag_type: model.FlagType) -> Members:
    return schema.FLAG_TYPES.to_members(
        flag_type,
        inclusions=[_scope(each) for each in flag_type.inclusions],
        exclusions=[_scope(each) for each in flag_type.exclusions],
    )


def _scope(scope: model.Scope) -> str:
    return f"{scope.product or schema.ANY}:{scope.component or schema.ANY}"
