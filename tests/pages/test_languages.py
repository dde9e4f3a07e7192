"""The texts of pages in the languages of their readers: every text is in every catalogue."""

import ast
import re
from collections.abc import Iterator

import pytest
from calling import Caller
from running import ROOT, Gateway, account
from visiting import Visitor

from gateway import errors
from gateway import methods as method_modules
from gateway.errors import ErrorKind
from gateway.methods.attachments import ATTACHMENT
from gateway.methods.bug_get import BUG
from gateway.methods.catalogue import PAGES as PAGE_METHODS
from gateway.methods.changes import FLAGS
from gateway.model import new_bugzilla
from gateway.pages import (
    attachment_list,
    list_pages,
    page_handlers,
    rendering,
    text_catalogue,
    texts,
    unknown_addresses,
)

PAGES = ROOT / "gateway/pages"
CATALOGUES = sorted((PAGES / "locale").glob("*.po"))
SAYING = {"plain", "_", "say", "counted", "count"}
LOGGED = {
    *(field.inner_name for kind in (ATTACHMENT, BUG) for field in kind.model_fields),
    *(FLAGS, "longdescs.isprivate", "work_time"),
}
"""The fields that a history can have."""

DATA = {
    *(each[0] for each in attachment_list.KINDS.values()),
    *(each[0] for each in attachment_list.ORDERS.values()),
    *page_handlers._LABELS.values(),
    *(title for title, _ in list_pages.COLUMNS.values()),
    *unknown_addresses._INSTEAD.values(),
    *rendering._SCRIPT_TEXTS,
    *texts._MISSING.values(),
    *(each.description for each in new_bugzilla.FIELDS if each.name in LOGGED),
    *("its memory for requests is in use", "too many uploads are in progress", "{name}: {message}"),
    *("That did not work", "Not logged in", "Not found", ".", "{value} KiB", "{value} MiB", "{value} GiB"),
    *("? ask", "+ grant", "− deny", "summary", "file name", "content type", "patch mark", "obsolete mark"),
    *(
        "private mark",
        "flags",
        "comment",
        page_handlers._NOT_THERE_TEXT,
        page_handlers._ENDED,
        unknown_addresses._OTHER,
    ),
    *("new", "deleted", "renamed", "copied", "binary", "merge", "properties", "changed", "submodule"),
    *("There is no such page here.", "Bugs are shown as pages only. As data this bug is at rest/bug/{bug}, in JSON."),
    "Name two patches to compare: attachment.cgi?action=interdiff&oldid=NUMBER&newid=NUMBER.",
}
"""Texts that are said by a name."""


def of_templates() -> Iterator[str]:
    """The texts in `_('...')` and `_.count('...', '...')`."""
    for file in sorted((PAGES / "templates").glob("*.html")):
        for match in re.finditer(r"\b_(?:\.plain|\.count)?\(('(?:[^'\\]|\\.)*')", file.read_text()):
            yield ast.literal_eval(match[1])


def of_code() -> Iterator[str]:
    for file in sorted(PAGES.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SAYING:
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value


def of_errors() -> Iterator[str]:
    """The errors that the methods of pages and those that pages call declare, and those that any page can meet."""
    called = (getattr(getattr(method_modules, module), name) for module, name in called_by_pages())
    for kind in (*OF_ANY_PAGE, *(kind for method in (*PAGE_METHODS, *called) for kind in method.errors)):
        yield kind.text


def called_by_pages() -> Iterator[tuple[str, str]]:
    """The module and name of each method that a page calls."""
    for file in sorted(PAGES.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "call":
                method = node.args[1]
                if isinstance(method, ast.Attribute) and isinstance(method.value, ast.Name):
                    yield method.value.id, method.attr


def of_phrases() -> Iterator[str]:
    """The parts of errors that the program words: numbers and names in them are numbered placeholders."""
    for file in PHRASED:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "why":
                yield from phrase(node.value)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                kind = getattr(errors, node.func.attr, None)
                describes = kind in (errors.PARAM_INVALID, errors.OUT_OF_RANGE)
                worded = texts._WORDED | (texts._VALUES if describes else set())
                for keyword in node.keywords if isinstance(kind, ErrorKind) else ():
                    found = list(phrase(keyword.value)) if keyword.arg in worded else []
                    yield from (each for each in found if keyword.arg != "param" or " " in each)


def phrase(node: ast.expr) -> Iterator[str]:
    """A text as catalogues have it; nothing for one that is no words."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    if isinstance(node, ast.JoinedStr):
        parts = [each.value if isinstance(each, ast.Constant) else None for each in node.values]
        names = iter(range(1, len(parts) + 1))
        yield "".join(f"{{{next(names)}}}" if each is None else str(each) for each in parts)


SHARED = (
    *("access", "account", "api_keys", "attachment_add", "attachment_fields", "attachment_form", "attachment_update"),
    *("attachments", "content_deletion", "flags", "history", "identity", "params", "service", "sessions"),
    *("store_answerer", "uploads", "views"),
)
PHRASED = [
    *PAGES.glob("*.py"),
    *(ROOT / "gateway" / f"{each}.py" for each in ("budget", "passwords")),
    *(ROOT / "gateway/methods" / f"{each}.py" for each in SHARED),
    *(ROOT / "gateway/methods").glob("bug_search*.py"),
    *(
        ROOT / "gateway/protocols" / f"{each}.py"
        for each in ("content_decoder", "form", "multipart_parts", "multipart_values", "request_body")
    ),
]
"""The modules in which errors that pages show are worded."""


OF_ANY_PAGE = (
    errors.FORM_EXPIRED,
    errors.CHANGED_MEANWHILE,
    errors.LOGIN_REQUIRED,
    errors.BUSY,
    errors.INTERNAL,
    errors.UNREADABLE,
    errors.BODY_TOO_LARGE,
    errors.TIMED_OUT,
    errors.TOO_SLOW,
    errors.STORES_TOO_MUCH,
    errors.ANSWERS_TOO_LARGE,
    errors.MULTIPART_REQUIRED,
    errors.PASSWORD_UNFIT,
    errors.CRITERIA_REQUIRED,
    errors.QUICKSEARCH_INVALID,
    errors.QUICKSEARCH_FIELD_UNKNOWN,
    errors.BODY_UNREADABLE,
    errors.EXPECTATION_FAILED,
    errors.TOO_MANY_FILES,
    errors.PARAM_REQUIRED,
    errors.PARAM_INVALID,
)


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.stem)
def test_a_catalogue_has_every_text_with_its_placeholders(file) -> None:  # type: ignore[no-untyped-def]
    found = text_catalogue.read(file.read_text(encoding="utf-8"))
    wanted = {*of_templates(), *of_code(), *of_errors(), *of_phrases(), *DATA}
    assert not sorted(wanted - set(found))
    for text, forms in found.items():
        for form in forms:
            assert form, text
            assert set(re.findall(r"\{(\w+)\}", form)) == set(re.findall(r"\{(\w+)\}", text)), text
            assert sorted(re.findall(r"</?\w+", form)) == sorted(re.findall(r"</?\w+", text)), text


UNSPACED = re.compile(r"(?<=[^\xa0])[:;!?»](?=\s|$)|«(?!\xa0)")
"""What French puts a no-break space before or after, and has none."""


def test_french_has_no_break_spaces_at_its_punctuation(editor: Visitor) -> None:
    said = [
        form for forms in text_catalogue.read((PAGES / "locale/fr.po").read_text("utf-8")).values() for form in forms
    ]
    french, numbers = {"Accept-Language": "fr"}, []
    for name in ("a.patch", "b.patch"):
        seen = editor.attach(editor.get("show_bug.cgi?id=2"), (name, "text/x-patch", b"--- a\n+++ b\n"))
        numbers += [re.findall(r"attachment\.cgi\?id=(\d+)", seen.text)[-1]]
    for path in (
        *("./", "show_bug.cgi?id=2", "show_activity.cgi?id=2", f"attachment.cgi?id={numbers[1]}&action=edit"),
        f"attachment.cgi?id={numbers[1]}&action=diff",
        "attachment.cgi?action=interdiff&oldid={}&newid={}".format(*numbers),
    ):
        page = editor.get(path, french).page
        shown = page.xpath("//title | //h1 | //*[@class='eyebrow'] | //option | //ul[@class='work']//*[@class='help']")
        said += [each.text_content() for each in shown]
    assert "Bogue 2\xa0: a bug to write on" in said
    assert not [each for each in said if UNSPACED.search(each)]


def test_no_text_of_a_template_is_out_of_catalogues() -> None:
    parts = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|<(?:[^<>{}]|\{\{.*?\}\}|\{%.*?%\})*>", re.S)
    same = {
        "POST",
        "GET",
        "xmlrpc.cgi",
        "jsonrpc.cgi",
        "rest/…",
        "Ketura/API/Issues/N/Attachments",
        "attachment.cgi?id=N",
    }
    for file in sorted((PAGES / "templates").glob("*.html")):
        texts_of_it = {each.strip() for each in parts.sub("\0", file.read_text()).split("\0")}
        assert not {each for each in texts_of_it - same if re.search(r"[A-Za-z]{2}", each)}, file.name


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("fr-CA,en;q=0.8", "fr"),
        ("en;q=0.5, fr;q=0.9", "fr"),
        ("de,fr;q=0.1", "fr"),
        ("de", "en"),
        ("fr;q=0,en", "en"),
        ("*", "en"),
        ("FR", "fr"),
        ("nonsense;;;", "en"),
    ],
)
def test_a_page_is_in_the_language_that_the_browser_prefers(anybody: Visitor, accepted: str, language: str) -> None:
    seen = anybody.get("login", {"Accept-Language": accepted} if accepted else {})
    assert seen.page.get("lang") == language
    assert seen.page.xpath("string(//h1)") == {"en": "Log in", "fr": "Se connecter"}[language]
    assert seen.headers["Content-Language"] == language
    assert "Accept-Language" in seen.headers["Vary"]


def test_a_language_is_chosen(anybody: Visitor) -> None:
    page = anybody.get("show_bug.cgi?id=1")
    seen = anybody.submit(page, "language", language="fr")
    assert seen.url == page.url
    assert seen.page.get("lang") == "fr"
    assert anybody.get("./", {"Accept-Language": "en"}).page.get("lang") == "fr"
    assert anybody.submit(seen, "language", language="en").page.get("lang") == "en"
    assert anybody.submit(seen, "language", language="xx", to="https://example.com/").url == anybody.url


def test_notes_and_errors_are_in_that_language(editor: Visitor, module_gateway: Gateway) -> None:
    number, french = Caller(module_gateway.url).attach("editor", bug=2), {"Accept-Language": "fr"}
    page = editor.get(f"attachment.cgi?id={number}&action=edit", french)
    wrong = editor.submit(page, "change", french, content_type="nonsense")
    assert "«\xa0nonsense\xa0» n’est pas un type de contenu valable pour une pièce jointe." in wrong.said
    saved = editor.submit(page, "change", french, summary="nouveau", comment="voilà")
    assert "Enregistré" in saved.said
    empty = editor.attach(editor.get("show_bug.cgi?id=2", french), ("vide.txt", "text/plain", b""), headers=french)
    assert "vide.txt\xa0: La pièce jointe est vide." in empty.said
    missing = editor.get("attachment.cgi?id=9999&action=edit", french)
    assert "Cette page n’existe pas, ou vous n’avez pas le droit de la voir." in missing.said


def test_counts_have_the_forms_of_their_language() -> None:
    french, english = texts.in_language("fr"), texts.in_language("en")
    one, many = "{count} byte", "{count} bytes"
    assert [french.counted(one, many, count) for count in (0, 1, 2)] == ["0 octet", "1 octet", "2 octets"]
    assert [english.counted(one, many, count) for count in (0, 1, 2)] == ["0 bytes", "1 byte", "2 bytes"]
    assert french("<b>", x="<i>") == "<b>"
    assert "&lt;i&gt;" in french("Only {group}", group="<i>")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (errors.PARAM_REQUIRED(param="files"), "Choisissez d’abord un fichier."),
        (errors.PASSWORD_UNFIT(why="it needs 8 to 1000 characters"), "il lui faut de 8 à 1000 caractères."),
        (errors.TEXT_TOO_LONG(what="summary", limit=255), "Texte trop long (résumé)\xa0: 255 caractères au plus"),
        (errors.OBJECT_NOT_FOUND(what="user", name="user"), "Introuvable\xa0: utilisateur user."),
        (errors.ACCOUNT_DISABLED(text="summary"), "Ce compte est désactivé\xa0: summary"),
        (errors.FLAG_DENIED(flag="comment", old="?", new="+"), "le drapeau comment de «\xa0?\xa0»"),
        (errors.QUICKSEARCH_INVALID(why="AND cannot follow OR"), "AND ne peut pas suivre OR."),
        (errors.UNREADABLE(why="\n{0}{1} is said elsewhere" * 99), "elsewhere"),
        (
            errors.PARAM_INVALID(param="quicksearch", value="99999 characters", why="at most 9 characters are read"),
            "9 ",
        ),
    ],
    ids=lambda each: getattr(each, "message", each)[:20],
)
def test_what_an_error_says_is_translated_and_what_it_quotes_is_not(error: errors.GatewayError, said: str) -> None:
    assert said in texts.in_language("fr").error(error)
    assert texts.in_language("en").error(error) == error.message or "files" in error.message


def test_other_people_are_named_in_every_language(anybody: Visitor) -> None:
    """The names of people and bugs are not translated."""
    seen = anybody.get("show_bug.cgi?id=1", {"Accept-Language": "fr"})
    assert "a public bug" in seen.said
    assert account("editor").login not in seen.said
