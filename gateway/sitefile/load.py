"""Filling an empty store from a site file, all or nothing."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from msgspec import UNSET, UnsetType

from gateway import model
from gateway.content import MemoryContent
from gateway.passwords import hash_password, hash_secret
from gateway.sitefile import schema
from gateway.sitefile.reading import Progress, SiteFile, SiteFileError, WrongMemberError
from gateway.store.interface import Reader, Store, Writer


async def load(store: Store, text: bytes | memoryview, progress: Progress) -> None:
    """Fill `store`, which must be empty, with the site that the JSON `text` describes.

    Raises `SiteFileError`, which names the place in the file, and then leaves the store as it was.
    """
    file = SiteFile(text, progress)
    hashes = _hash_passwords(file, progress)
    await store.write(lambda writer: _Load(writer, file, hashes).run())


def _hash_passwords(file: SiteFile, progress: Progress) -> dict[str, str]:
    """The hashes of the passwords that the file has in the clear, by login; on all processors at once."""
    passwords: dict[str, str] = {}

    def note(record: schema.UserRecord) -> None:
        if record.password:
            passwords[record.login] = record.password

    file.for_each("users", schema.UserRecord, note)
    hashes: dict[str, str] = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for login, hashed in zip(passwords, pool.map(hash_password, passwords.values()), strict=True):
            hashes[login] = hashed
            progress("passwords", len(hashes), len(passwords))
    return hashes


class _Load:
    """One load under way: what was loaded so far is what later records may refer to."""

    def __init__(self, writer: Writer, file: SiteFile, hashes: dict[str, str]) -> None:
        self._writer = writer
        self._file = file
        self._hashes = hashes
        self._people: dict[str, model.Person] = {}
        self._products: set[str] = set()
        self._bugs: set[int] = set()
        self._bug_of_attachment: dict[int, int] = {}

    def run(self) -> None:
        if not _is_empty(self._writer):
            raise SiteFileError("The database is not empty. A site is loaded into a new one: name another file.")
        file = self._file
        self._writer.set_site(_site(file.site()))
        file.for_each("groups", schema.GroupRecord, self._group)
        file.for_each("users", schema.UserRecord, self._user)
        file.for_each("products", schema.ProductRecord, self._product)
        file.for_each("components", schema.ComponentRecord, self._component)
        file.for_each("group_controls", schema.GroupControlRecord, self._group_control)
        file.for_each("flag_types", schema.FlagTypeRecord, self._flag_type)
        file.for_each("bugs", schema.BugRecord, self._bug)
        file.for_each("attachments", schema.AttachmentRecord, self._attachment)
        file.for_each("comments", schema.CommentRecord, self._comment)
        file.for_each("flags", schema.FlagRecord, self._flag)
        file.for_each("changes", schema.ChangeRecord, self._change)

    # ---- people
    def _group(self, record: schema.GroupRecord) -> None:
        self._writer.add_group(
            model.Group(record.id, record.name, record.description, record.isbuggroup, record.userregexp)
        )

    def _user(self, record: schema.UserRecord) -> None:
        user = model.User(
            record.id,
            record.login,
            record.real_name,
            record.disabled_text,
            frozenset(record.groups),
            record.email_enabled,
        )
        user_id = self._writer.add_user(user, self._hashes.get(record.login) or record.password_hash or None)
        self._people[record.login.lower()] = model.Person(user_id, record.login, record.real_name)
        for index, key in enumerate(record.api_keys):
            key_hash = hash_secret(key.api_key) if key.api_key else key.key_hash
            if not key_hash:
                raise WrongMemberError(f"api_keys[{index}]", "there is neither an api_key nor a key_hash")
            self._writer.add_api_key(model.ApiKey(key.id, user_id, key_hash, key.description, key.revoked))

    # ---- products
    def _product(self, record: schema.ProductRecord) -> None:
        product = model.Product(
            record.id,
            record.name,
            record.description,
            record.isactive,
            versions=tuple(record.versions),
            milestones=tuple(record.milestones),
        )
        self._writer.add_product(product)
        self._products.add(record.name)

    def _component(self, record: schema.ComponentRecord) -> None:
        self._check_product(record.product)
        if record.default_assignee:
            self._person("default_assignee", record.default_assignee)
        component = model.Component(record.id, record.name, record.description, record.default_assignee)
        self._writer.add_component(record.product, component)

    def _group_control(self, record: schema.GroupControlRecord) -> None:
        self._check_product(record.product)
        control = model.GroupControl(
            record.group_name, record.entry, record.canedit, record.membercontrol, record.othercontrol
        )
        self._writer.set_group_control(record.product, control)

    def _flag_type(self, record: schema.FlagTypeRecord) -> None:
        flag_type = model.FlagType(
            record.id,
            record.name,
            record.description,
            record.target_type,
            record.sortkey,
            record.is_active,
            record.is_requestable,
            record.is_requesteeble,
            record.is_multiplicable,
            record.grant_group,
            record.request_group,
            tuple(self._scope("inclusions", text) for text in record.inclusions),
            tuple(self._scope("exclusions", text) for text in record.exclusions),
        )
        self._writer.add_flag_type(flag_type)

    def _scope(self, member: str, text: str) -> model.Scope:
        """The scope that "Product:Component" means. Both names may have colons of their own."""
        for position in (i for i, character in enumerate(text) if character == ":"):
            product, component = text[:position], text[position + 1 :]
            if product == schema.ANY or product in self._products:
                return model.Scope(*(None if name == schema.ANY else name for name in (product, component)))
        raise WrongMemberError(member, f"{text} is no Product:Component of a product that there is")

    # ---- bugs
    def _bug(self, record: schema.BugRecord) -> None:
        bug = model.Bug(
            id=record.id,
            product=record.product,
            component=record.component,
            summary=record.summary,
            reporter=self._person("reporter", record.reporter),
            assigned_to=self._person("assigned_to", record.assigned_to),
            creation_time=_utc(record.creation_time),
            last_change_time=_utc(record.last_change_time),
            status=record.status,
            resolution=record.resolution,
            severity=record.severity,
            priority=record.priority,
            platform=record.platform,
            op_sys=record.op_sys,
            version=record.version,
            target_milestone=record.target_milestone,
            url=record.url,
            whiteboard=record.whiteboard,
            qa_contact=self._person("qa_contact", record.qa_contact) if record.qa_contact else None,
            cc=tuple(self._person("cc", login) for login in record.cc),
            aliases=tuple(record.aliases),
            groups=tuple(record.groups),
            reporter_accessible=record.reporter_accessible,
            cclist_accessible=record.cclist_accessible,
        )
        self._writer.add_bug(bug)
        self._bugs.add(record.id)

    def _attachment(self, record: schema.AttachmentRecord) -> None:
        self._check_bug(record.bug_id)
        content = _content(record.data_b64)
        if content and record.size not in (None, content.size):
            raise WrongMemberError("data_b64", f"these are {content.size} bytes, not {record.size} as its size says")
        attachment = model.Attachment(
            id=record.id,
            bug_id=record.bug_id,
            file_name=record.file_name,
            summary=record.summary,
            content_type=record.content_type,
            creator=self._person("creator", record.creator),
            size=content.size if content else None,
            sha256=content.sha256 if content else None,
            is_patch=record.is_patch,
            is_private=record.is_private,
            is_obsolete=record.is_obsolete,
            creation_time=_utc(record.creation_time),
            last_change_time=_utc(record.last_change_time),
        )
        self._writer.add_attachment(attachment, content)
        self._bug_of_attachment[record.id] = record.bug_id

    def _comment(self, record: schema.CommentRecord) -> None:
        self._check_bug(record.bug_id)
        self._check_attachment("attachment_id", record.attachment_id, record.bug_id)
        comment = model.Comment(
            id=record.id,
            bug_id=record.bug_id,
            count=0,
            creator=self._person("creator", record.creator),
            text=record.text,
            type=record.type,
            attachment_id=record.attachment_id,
            is_private=record.is_private,
            creation_time=_utc(record.creation_time),
        )
        self._writer.add_comment(comment)

    def _flag(self, record: schema.FlagRecord) -> None:
        self._check_bug(record.bug_id)
        self._check_attachment("attach_id", record.attach_id, record.bug_id)
        flag = model.Flag(
            id=record.id,
            type_id=record.type_id,
            name=record.name,
            status=record.status,
            bug_id=record.bug_id,
            attachment_id=record.attach_id,
            setter=self._person("setter", record.setter),
            requestee=self._person("requestee", record.requestee) if record.requestee else None,
            creation_date=_utc(record.creation_date),
            modification_date=_utc(record.modification_date),
        )
        self._writer.add_flag(flag)

    def _change(self, record: schema.ChangeRecord) -> None:
        self._check_bug(record.bug_id)
        self._check_attachment("attachment_id", record.attachment_id, record.bug_id)
        change = model.Change(
            id=record.id,
            user_id=self._person("user", record.user).id,
            bug_id=record.bug_id,
            attachment_id=record.attachment_id,
            field=record.field,
            removed=record.removed,
            added=record.added,
            when=_utc(record.when),
        )
        self._writer.add_change(change)

    # ---- references
    def _person(self, member: str, login: str) -> model.Person:
        if login.lower() not in self._people:
            raise WrongMemberError(member, f"there is no user {login}")
        return self._people[login.lower()]

    def _check_product(self, name: str) -> None:
        if name not in self._products:
            raise WrongMemberError("product", f"there is no product {name}")

    def _check_bug(self, bug_id: int) -> None:
        if bug_id not in self._bugs:
            raise WrongMemberError("bug_id", f"there is no bug {bug_id}")

    def _check_attachment(self, member: str, attachment_id: int | None, bug_id: int) -> None:
        if attachment_id is not None and self._bug_of_attachment.get(attachment_id) != bug_id:
            raise WrongMemberError(member, f"there is no attachment {attachment_id} of bug {bug_id}")


def _is_empty(reader: Reader) -> bool:
    return not (reader.groups() or reader.products() or any(reader.users()) or any(reader.bug_ids()))


def _site(record: schema.SiteRecord) -> model.Site:
    return model.Site(
        version=record.version,
        extensions={name: extension.version or "" for name, extension in record.extensions.items()},
        parameters={name: _parameter(value) for name, value in record.params.items() if value is not None},
    )


def _parameter(value: str | int | bool) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _content(data: bytes | UnsetType | None) -> MemoryContent | None:
    return None if data is None or data is UNSET else MemoryContent(data)


def _utc(time: datetime) -> datetime:
    """The same time in UTC, to the second; without a zone it is in UTC already."""
    return (time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)).replace(microsecond=0)
