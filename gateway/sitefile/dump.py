"""Writing a store as a site file, one record a line, with content in pieces."""

from collections.abc import Callable, Iterable, Iterator
from typing import IO, TypeVar

import msgspec
from msgspec import UNSET

from gateway import model
from gateway.base64_stream import Base64Encoder
from gateway.sitefile import schema
from gateway.store.interface import Reader, Store

T = TypeVar("T")


async def dump(store: Store, out: IO[bytes], progress: Callable[[int, int], None]) -> None:
    """Write everything but login tokens to `out`, which can seek, as of one moment; `load` makes an equal store of it.

    `progress(done, total)` counts the bugs whose attachments are written, which is what takes the time.
    """

    def work(reader: Reader) -> None:
        out.seek(0)  # work may run again
        out.truncate()
        _Dump(reader, out, progress).run()

    await store.read(work)


class _Dump:
    """One dump under way."""

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
        self._list("groups", map(_group, reader.groups()))
        self._list("users", map(self._user, reader.users()))
        self._list("products", map(_product, products))
        self._list("components", (_component(product, each) for product in products for each in product.components))
        self._list("group_controls", (_control(product, each) for product in products for each in product.controls))
        self._list("flag_types", map(_flag_type, sorted(reader.flag_types(), key=lambda each: each.id)))
        self._list("bugs", map(self._bug, self._bug_ids))
        self._attachments()
        self._list("comments", map(_comment, self._of_each_bug(reader.comments)))
        self._list("flags", map(_flag, self._of_each_bug(self._flags)))
        self._list("changes", map(self._change, self._of_each_bug(reader.changes)))
        self._write(b"\n}\n")

    def _list(self, part: str, records: Iterable[schema.Record]) -> None:
        self._write(b',\n"%s":[' % part.encode())
        for number, record in enumerate(records):
            self._write(b",\n" if number else b"\n")
            self._write(msgspec.json.encode(record))
        self._write(b"]")

    def _of_each_bug(self, question: Callable[[int], Iterable[T]]) -> Iterator[T]:
        for bug_id in self._bug_ids:
            yield from question(bug_id)

    # ---- what needs more than one question
    def _user(self, user: model.User) -> schema.UserRecord:
        return schema.UserRecord(
            id=user.id,
            login=user.login,
            real_name=user.real_name,
            password_hash=self._reader.password_hash(user.id),
            disabled_text=user.disabled_text,
            email_enabled=user.email_enabled,
            groups=sorted(user.groups),
            api_keys=[
                schema.ApiKeyRecord(id=key.id, key_hash=key.key_hash, description=key.description, revoked=key.revoked)
                for key in self._reader.api_keys(user.id)
            ],
        )

    def _bug(self, bug_id: int) -> schema.BugRecord:
        bug = self._reader.bug(bug_id)
        if bug is None:
            raise LookupError(f"Bug {bug_id} is listed and not there: run gateway check.")
        return schema.BugRecord(
            id=bug.id,
            product=bug.product,
            component=bug.component,
            summary=bug.summary,
            reporter=bug.reporter.login,
            assigned_to=bug.assigned_to.login,
            creation_time=bug.creation_time,
            last_change_time=bug.last_change_time,
            status=bug.status,
            resolution=bug.resolution,
            severity=bug.severity,
            priority=bug.priority,
            platform=bug.platform,
            op_sys=bug.op_sys,
            version=bug.version,
            target_milestone=bug.target_milestone,
            url=bug.url,
            whiteboard=bug.whiteboard,
            qa_contact=bug.qa_contact.login if bug.qa_contact else "",
            cc=[person.login for person in bug.cc],
            aliases=list(bug.aliases),
            groups=list(bug.groups),
            reporter_accessible=bug.reporter_accessible,
            cclist_accessible=bug.cclist_accessible,
        )

    def _flags(self, bug_id: int) -> Iterator[model.Flag]:
        yield from self._reader.flags_of_bug(bug_id)
        for attachment in self._reader.attachments_of_bug(bug_id):
            yield from sorted(attachment.flags, key=lambda flag: flag.id)

    def _change(self, change: model.Change) -> schema.ChangeRecord:
        return schema.ChangeRecord(
            id=change.id,
            user=self._logins[change.user_id],
            bug_id=change.bug_id,
            attachment_id=change.attachment_id,
            field=change.field,
            removed=change.removed,
            added=change.added,
            when=change.when,
        )

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
        if attachment.size is None:
            self._write(msgspec.json.encode(_attachment(attachment, data_b64=None)))
            return
        self._write(msgspec.json.encode(_attachment(attachment, data_b64=UNSET))[:-1])
        self._write(b',"data_b64":"')
        encoder = Base64Encoder()
        for piece in self._reader.pieces(attachment.id):
            self._write(encoder.feed(piece))
        self._write(encoder.finish() + b'"}')


# ---- records from the model
def _site(site: model.Site) -> schema.SiteRecord:
    return schema.SiteRecord(
        version=site.version,
        extensions={name: schema.ExtensionRecord(version=version) for name, version in site.extensions.items()},
        params=dict(site.parameters),
    )


def _group(group: model.Group) -> schema.GroupRecord:
    return schema.GroupRecord(
        id=group.id,
        name=group.name,
        description=group.description,
        isbuggroup=group.is_bug_group,
        userregexp=group.user_regexp,
    )


def _product(product: model.Product) -> schema.ProductRecord:
    return schema.ProductRecord(
        id=product.id,
        name=product.name,
        description=product.description,
        isactive=product.is_active,
        versions=list(product.versions),
        milestones=list(product.milestones),
    )


def _component(product: model.Product, component: model.Component) -> schema.ComponentRecord:
    return schema.ComponentRecord(
        id=component.id,
        product=product.name,
        name=component.name,
        description=component.description,
        default_assignee=component.default_assignee,
    )


def _control(product: model.Product, control: model.GroupControl) -> schema.GroupControlRecord:
    return schema.GroupControlRecord(
        product=product.name,
        group_name=control.group,
        entry=control.entry,
        canedit=control.can_edit,
        membercontrol=control.member_control,
        othercontrol=control.other_control,
    )


def _flag_type(flag_type: model.FlagType) -> schema.FlagTypeRecord:
    return schema.FlagTypeRecord(
        id=flag_type.id,
        name=flag_type.name,
        description=flag_type.description,
        target_type=flag_type.target_type,
        sortkey=flag_type.sortkey,
        is_active=flag_type.is_active,
        is_requestable=flag_type.is_requestable,
        is_requesteeble=flag_type.is_requesteeble,
        is_multiplicable=flag_type.is_multiplicable,
        grant_group=flag_type.grant_group,
        request_group=flag_type.request_group,
        inclusions=[_scope(each) for each in flag_type.inclusions],
        exclusions=[_scope(each) for each in flag_type.exclusions],
    )


def _scope(scope: model.Scope) -> str:
    return f"{scope.product or schema.ANY}:{scope.component or schema.ANY}"


def _attachment(attachment: model.Attachment, data_b64: msgspec.UnsetType | None) -> schema.AttachmentRecord:
    return schema.AttachmentRecord(
        id=attachment.id,
        bug_id=attachment.bug_id,
        file_name=attachment.file_name,
        summary=attachment.summary,
        content_type=attachment.content_type,
        creator=attachment.creator.login,
        is_patch=attachment.is_patch,
        is_private=attachment.is_private,
        is_obsolete=attachment.is_obsolete,
        creation_time=attachment.creation_time,
        last_change_time=attachment.last_change_time,
        size=attachment.size,
        data_b64=data_b64,
    )


def _comment(comment: model.Comment) -> schema.CommentRecord:
    return schema.CommentRecord(
        id=comment.id,
        bug_id=comment.bug_id,
        creator=comment.creator.login,
        creation_time=comment.creation_time,
        text=comment.text,
        type=comment.type,
        attachment_id=comment.attachment_id,
        is_private=comment.is_private,
    )


def _flag(flag: model.Flag) -> schema.FlagRecord:
    return schema.FlagRecord(
        id=flag.id,
        type_id=flag.type_id,
        name=flag.name,
        status=flag.status,
        bug_id=flag.bug_id,
        attach_id=flag.attachment_id,
        setter=flag.setter.login,
        requestee=flag.requestee.login if flag.requestee else None,
        creation_date=flag.creation_date,
        modification_date=flag.modification_date,
    )
