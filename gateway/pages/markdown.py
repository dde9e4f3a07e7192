"""Shows Markdown as HTML that holds nothing but text, its structure and links to other sites. No I/O."""

from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup

from gateway.pages import visible

LONGEST = 32 * 1024
"""The characters of the longest text that is shown so."""

_SCHEMES = ("https://", "http://", "mailto:")
_DEEPER = 2
"""The levels by which headings move down: those above are the page's own."""


class _Renderer(RendererHTML):
    """Escapes what the library does, and shows misleading characters by their codes."""

    def text(self, tokens: Sequence[Token], index: int, *_: Any) -> str:
        """Show text."""
        return visible.prose(tokens[index].content)

    def code_inline(self, tokens: Sequence[Token], index: int, *_: Any) -> str:
        """Show code within a line."""
        return f"<code>{visible.prose(tokens[index].content)}</code>"

    def code_block(self, tokens: Sequence[Token], index: int, *_: Any) -> str:
        """Show lines of code."""
        return f"<pre>{visible.prose(tokens[index].content)}</pre>\n"

    def fence(self, tokens: Sequence[Token], index: int, *_: Any) -> str:
        """Show lines of code between fences."""
        return self.code_block(tokens, index)

    def heading_open(self, tokens: Sequence[Token], index: int, *_: Any) -> str:
        """Begin a heading below those of the page."""
        return f"<{_level(tokens[index])}>"

    def heading_close(self, tokens: Sequence[Token], index: int, *_: Any) -> str:
        """End a heading."""
        return f"</{_level(tokens[index])}>\n"

    def link_open(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        """Begin a link to another site; any other is text."""
        token = tokens[index]
        if not str(token.attrGet("href") or "").lower().startswith(_SCHEMES):
            return "<span>"
        token.attrs = {"href": token.attrGet("href") or "", "rel": "nofollow noopener noreferrer ugc"}
        return self.renderToken(tokens, index, options, env)

    def link_close(self, tokens: Sequence[Token], index: int, *_: Any) -> str:
        """Close a link, or a text that turned out not to be one."""
        depth = 0
        for token in reversed(tokens[: index + 1]):
            depth += (token.type == "link_close") - (token.type == "link_open")
            if depth == 0:
                return "</a>" if token.attrGet("rel") else "</span>"
        return ""


def _level(token: Token) -> str:
    return f"h{min(int(token.tag[1:]) + _DEEPER, 6)}"


_MARKDOWN = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer)
_MARKDOWN.enable(["table", "strikethrough"]).disable(["image", "html_block", "html_inline"])


def rendered(text: str) -> Markup:
    """Return Markdown as HTML."""
    return Markup(_MARKDOWN.render(text))  # noqa: S704 (it is escaped, part by part)
