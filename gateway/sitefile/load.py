"""Load a site file into an empty store, as a whole or not at all."""

import os
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from msgspec import UNSET, UnsetType
from msgspec.structs import astuple

from gateway import model
from gateway.content import MemoryContent
from gateway.passwords import hash_password, hash_secret
from gateway.sitefile import schema
from gateway.sitefile.parts import utc
from gateway.sitefile.record_reading import SiteFile, SiteFileError, WrongMemberError
from gateway.store.interface import Progress, Reader, Store, Writer


async def load(store: Store, text: bytes | memoryview, progress: Progress) -> None:
    """Fill `store`, which must be empty, with the site that the JSON `text` describes.

    Raises `SiteFileError`, which names the place in the file, and then leaves the store as it was.
    """
    file = SiteFile(text, progress)
    hashes = _hash_passwords(file, progress)
    await store.write(lambda writer: _Load(writer, file, hashes).run())


def _hash_passwords(file: SiteFile, progress: Progress) -> dict[str, str]:
    """Hash the clear passwords of the file, on all processors. Returns the hashes by login."""
    passwords: dict[str, str] = {}

    def note(record: schema.UserRecord) -> None:
        if record.password:
            passwords[record.login] = record.password

    file.for_each(schema.USERS, note)
    hashes: dict[str, str] = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for login, hashed in zip(passwords, pool.map(hash_password, passwords.values()), strict=True):
            hashes[login] = hashed
            progress("passwords", len(hashes), len(passwords))
    return hashes


class _Load:
    """A load in progress: later records may refer to those already loaded."""

    def __init__(self, writer: Writer, file: SiteFile, hashes: dict[str, str]) -> None:
        self._writer = writer
        self._file = file
        self._hashes = hashes
        self._people: dict[str, model.Person] = {}
        self._products: set[str] = set()
        self._bugs: set[int] = set()
        self._bug_of_attachment: dict[int, int] = {}
        self._tags: dict[tuple[int, int], list[str]] = defaultdict(list)

    def run(self) -> None:
        if not _is_empty(self._writer):
            raise SiteFileError("The database is not empty. Load the site into a new one: name another file.")
        file = self._file
        self._writer.set_site(_site(file.site()))
        file.for_each(schema.GROUPS, self._group)
        file.for_each(schema.GROUP_GRANTS, self._group_grant)
        file.for_each(schema.USERS, self._user)
        file.for_each(schema.CLASSIFICATIONS, self._classification)
        file.for_each(schema.PRODUCTS, self._product)
        file.for_each(schema.COMPONENTS, self._component)
        file.for_each(schema.GROUP_CONTROLS, self._group_control)
        file.for_each(schema.FLAG_TYPES, self._flag_type)
        self._fields()
        file.for_each(schema.BUGS, self._bug)
        file.for_each(schema.BUGS, self._bug_references)
        file.for_each(schema.ATTACHMENTS, self._attachment)
        file.for_each(schema.COMMENTS, self._comment)
        file.for_each(schema.FLAGS, self._flag)
        file.for_each(schema.CHANGES, self._change)
        file.for_each(schema.SAVED_SEARCHES, self._saved_search)
        file.for_each(schema.BUG_TAGS, self._bug_tag)
        file.for_each(schema.BUG_VISITS, self._bug_visit)
        file.for_each(schema.AUDIT_LOG, self._audit_entry)

    # ---- people
    def _group(self, record: schema.GroupRecord) -> None:
        self._writer.add_group(schema.GROUPS.to_object(record, self._person))

    def _group_grant(self, record: schema.GroupGrantRecord) -> None:
        self._writer.add_group_grant(schema.GROUP_GRANTS.to_object(record, self._person))

    def _user(self, record: schema.UserRecord) -> None:
        user = schema.USERS.to_object(record, self._person)
        user_id = self._writer.add_user(user, self._hashes.get(record.login) or record.password_hash or None)
        self._people[record.login.lower()] = model.Person(user_id, record.login, record.real_name)
        for index, key in enumerate(record.api_keys):
            key_hash = hash_secret(key.api_key) if key.api_key else key.key_hash
            if not key_hash:
                raise WrongMemberError(f"api_keys[{index}]", "there is neither an api_key nor a key_hash")
            used, expires = (each and utc(each) for each in (key.last_used, key.expires))
            self._writer.add_api_key(
                model.ApiKey(key.id, user_id, key_hash, key.description, key.revoked, used, expires)
            )
        if record.groups_by_expression is not UNSET:
            self._writer.set_groups_by_expression(user_id, record.groups_by_expression)
        if record.blesses:
            self._writer.set_blessed_groups(user_id, record.blesses)

    def _saved_search(self, record: schema.SavedSearchRecord) -> None:
        user_id = self._person("user", record.user).id
        self._writer.add_saved_search(schema.SAVED_SEARCHES.to_object(record, self._person, user_id=user_id))

    def _audit_entry(self, record: schema.AuditRecord) -> None:
        user_id = self._person("user", record.user).id if record.user else None
        self._writer.add_audit_entry(schema.AUDIT_LOG.to_object(record, self._person, user_id=user_id))

    # ---- products
    def _classification(self, record: schema.NamedRecord) -> None:
        self._writer.set_classification(schema.CLASSIFICATIONS.to_object(record, self._person))

    def _product(self, record: schema.ProductRecord) -> None:
        product = schema.PRODUCTS.to_object(
            record,
            self._person,
            versions=tuple(_version(each) for each in record.versions),
            milestones=tuple(_milestone(each) for each in record.milestones),
        )
        self._writer.add_product(product)
        self._products.add(record.name)

    def _component(self, record: schema.ComponentRecord) -> None:
        self._check_product(record.product)
        component = schema.COMPONENTS.to_object(record, self._person)
        if component.default_assignee:
            self._person("default_assignee", component.default_assignee)
        if component.default_qa_contact:
            self._person("default_qa_contact", component.default_qa_contact)
        for login in component.default_cc:
            self._person("default_cc", login)
        self._writer.add_component(record.product, component)

    def _group_control(self, record: schema.GroupControlRecord) -> None:
        self._check_product(record.product)
        self._writer.set_group_control(record.product, schema.GROUP_CONTROLS.to_object(record, self._person))

    def _flag_type(self, record: schema.FlagTypeRecord) -> None:
        flag_type = schema.FLAG_TYPES.to_object(
            record,
            self._person,
            inclusions=tuple(self._scope("inclusions", text) for text in record.inclusions),
            exclusions=tuple(self._scope("exclusions", text) for text in record.exclusions),
        )
        self._writer.add_flag_type(flag_type)

    def _scope(self, member: str, text: str) -> model.Scope:
        """Return the scope that "Product:Component" means. Both names may contain colons."""
        for position in (i for i, character in enumerate(text) if character == ":"):
            product, component = text[:position], text[position + 1 :]
            if product == schema.ANY or product in self._products:
                return model.Scope(*(None if name == schema.ANY else name for name in (product, component)))
        raise WrongMemberError(member, f"{text} is no Product:Component of a product that there is")

    # ---- fields
    def _fields(self) -> None:
        """Add the fields of bugs with their values; the store adds to each list as a whole."""
        fields: list[model.BugField] = []
        values: dict[str, list[model.FieldValue]] = defaultdict(list)
        transitions: list[model.StatusTransition] = []
        person = self._person

        def value(record: schema.FieldValueRecord) -> None:
            legal = schema.FIELD_VALUES.to_object(record, person)
            values[legal.field].append(legal)

        file = self._file
        file.for_each(schema.BUG_FIELDS, lambda each: fields.append(schema.BUG_FIELDS.to_object(each, person)))
        file.for_each(schema.FIELD_VALUES, value)
        file.for_each(
            schema.STATUS_TRANSITIONS,
            lambda each: transitions.append(schema.STATUS_TRANSITIONS.to_object(each, person)),
        )
        self._writer.set_bug_fields(fields)
        for field, legal in values.items():
            self._writer.set_field_values(field, legal)
        self._writer.set_status_transitions(transitions)
        file.for_each(schema.KEYWORDS, lambda each: self._writer.set_keyword(schema.KEYWORDS.to_object(each, person)))

    # ---- bugs
    def _bug(self, record: schema.BugRecord) -> None:
        self._writer.add_bug(schema.BUGS.to_object(record, self._person, duplicate_of=None))
        if record.keywords:
            self._writer.set_bug_keywords(record.id, record.keywords)
        for url in record.see_also:
            self._writer.add_bug_url(record.id, url)
        for field, values in record.custom.items():
            self._writer.set_custom_values(record.id, field, values)
        self._bugs.add(record.id)

    def _bug_references(self, record: schema.BugRecord) -> None:
        """Add the references to bugs that may stand later in the file."""
        for number in record.depends_on:
            self._check_bug(number, "depends_on")
            self._writer.add_dependency(record.id, number)
        if record.duplicate_of is not None:
            self._check_bug(record.duplicate_of, "duplicate_of")
            self._writer.set_bug(schema.BUGS.to_object(record, self._person))

    def _attachment(self, record: schema.AttachmentRecord) -> None:
        self._check_bug(record.bug_id)
        content = _content(record.data_b64)
        if content and record.size not in (None, content.size):
            raise WrongMemberError("data_b64", f"these are {content.size} bytes, not {record.size} as its size says")
        size, sha256 = (content.size, content.sha256) if content else (None, None)
        attachment = schema.ATTACHMENTS.to_object(record, self._person, size=size, sha256=sha256)
        self._writer.add_attachment(attachment, content)
        self._bug_of_attachment[record.id] = record.bug_id

    def _comment(self, record: schema.CommentRecord) -> None:
        self._check_bug(record.bug_id)
        self._check_attachment("attachment_id", record.attachment_id, record.bug_id)
        if record.related_bug is not None:
            self._check_bug(record.related_bug, "related_bug")
        comment_id = self._writer.add_comment(schema.COMMENTS.to_object(record, self._person, count=0))
        if record.tags:
            self._writer.set_comment_tags(comment_id, record.tags)

    def _flag(self, record: schema.FlagRecord) -> None:
        self._check_bug(record.bug_id)
        self._check_attachment("attach_id", record.attach_id, record.bug_id)
        self._writer.add_flag(schema.FLAGS.to_object(record, self._person))

    def _change(self, record: schema.ChangeRecord) -> None:
        self._check_bug(record.bug_id)
        self._check_attachment("attachment_id", record.attachment_id, record.bug_id)
        user_id = self._person("user", record.user).id
        self._writer.add_change(schema.CHANGES.to_object(record, self._person, user_id=user_id))

    def _bug_tag(self, record: schema.OfBugRecord) -> None:
        tag = schema.BUG_TAGS.to_object(record, self._person, user_id=self._person("user", record.user).id)
        self._check_bug(tag.bug_id)
        self._tags[tag.user_id, tag.bug_id].append(tag.name)
        self._writer.set_bug_tags(tag.user_id, tag.bug_id, self._tags[tag.user_id, tag.bug_id])

    def _bug_visit(self, record: schema.OfBugRecord) -> None:
        visit = schema.BUG_VISITS.to_object(record, self._person, user_id=self._person("user", record.user).id)
        self._check_bug(visit.bug_id)
        self._writer.set_bug_visit(visit)

    # ---- references
    def _person(self, member: str, login: str) -> model.Person:
        if login.lower() not in self._people:
            raise WrongMemberError(member, f"there is no user {login}")
        return self._people[login.lower()]

    def _check_product(self, name: str) -> None:
        if name not in self._products:
            raise WrongMemberError("product", f"there is no product {name}")

    def _check_bug(self, bug_id: int, member: str = "bug_id") -> None:
        if bug_id not in self._bugs:
            raise WrongMemberError(member, f"there is no bug {bug_id}")

    def _check_attachment(self, member: str, attachment_id: int | None, bug_id: int) -> None:
        if attachment_id is not None and self._bug_of_attachment.get(attachment_id) != bug_id:
            raise WrongMemberError(member, f"there is no attachment {attachment_id} of bug {bug_id}")


def _is_empty(reader: Reader) -> bool:
    return not (reader.groups() or reader.products() or any(reader.users()) or any(reader.bug_ids()))


def _version(record: str | schema.NamedVersion) -> model.Version:
    return model.Version(0, record) if isinstance(record, str) else model.Version(*astuple(record))


def _milestone(record: str | schema.NamedMilestone) -> model.Milestone:
    return model.Milestone(0, record) if isinstance(record, str) else model.Milestone(*astuple(record))


def _site(record: schema.SiteRecord) -> model.Site:
    return model.Site(
        version=record.version,
        extensions={name: extension.version or "" for name, extension in record.extensions.items()},
        parameters={name: _parameter(value) for name, value in record.params.items() if value is not None},
        uid=uuid4().hex,
    )


def _parameter(value: str | int | bool) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _content(data: bytes | UnsetType | None) -> MemoryContent | None:
    return None if data is None or data is UNSET else MemoryContent(data)
