"""XML bytes to elements, safely: no entities of the document's own, no network, no depth without end.

Specification: XML 1.0, https://www.w3.org/TR/xml/. The formats above it are mapped by local names, because archives
mix versions and namespaces of one vocabulary.
"""

from __future__ import annotations

import html.entities
import re
from collections.abc import Iterator
from typing import Any

from schemas.outcomes import DocumentError
from transforms.formats.settings import ParseSettings
from transforms.text.characters import clean_line
from transforms.text.decoding import declared_charset, decode

_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]{1,31});")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_DOCTYPE = re.compile(r"<!DOCTYPE\s+[^\[>]*(?:\[(?P<subset>.*?)\]\s*)?>", re.DOTALL)
_TAG = re.compile(r"<(/?)[A-Za-z_][^\s<>/]*([^<>]*)>")
BLOCKS = frozenset(
    "p h1 h2 h3 h4 h5 h6 li div blockquote pre tr hl2 br bq block dd dt td table ul ol section para subhead".split()
)


def parse(payload: bytes, settings: ParseSettings) -> Any:
    """Return the root element of an XML document; what is not well-formed is read as far as it can be.

    Raises:
      DocumentError: ``unsafe`` when it declares entities, ``too_deep``, ``too_complex``, ``bad_format``.
    """
    import lxml.etree

    text = decode(payload, declared_charset(payload)).text
    doctype = _DOCTYPE.search(text[:200_000])
    if "<!ENTITY" in text[:200_000]:
        raise DocumentError(
            "unsafe",
            "the document declares entities of its own, which may read files or grow without end",
        )
    if doctype:
        text = text[: doctype.start()] + text[doctype.end() :]
    text = _ENTITY.sub(_known_entity, _DECLARATION.sub("", text.lstrip("\ufeff \r\n\t"), count=1))
    text = re.sub(
        "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]|&#(?:[0-8]|1[124-9]|2\\d|3[01]|x0?[0-8bcefBCEF]|x1[0-9a-fA-F]);",
        "",
        text,
    )
    _check(text, settings)
    parser = lxml.etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True,
        encoding="utf-8",
    )  # fmt: skip
    try:
        root = lxml.etree.fromstring(text.encode("utf-8"), parser)
    except (lxml.etree.LxmlError, ValueError) as error:
        raise DocumentError("bad_format", f"no XML that can be parsed: {error}") from error
    if root is None:
        raise DocumentError("bad_format", "no XML that can be parsed: there is no element")
    return root


def _known_entity(found: re.Match[str]) -> str:
    """Return the character of an HTML entity, which feeds use without declaring it."""
    character = html.entities.html5.get(found.group(1) + ";", "")
    return character if character and character not in "<&" else ""


def _check(text: str, settings: ParseSettings) -> None:
    depth = elements = 0
    for found in _TAG.finditer(text):
        if found.group(1):
            depth -= 1
            continue
        elements += 1
        rest = found.group(2)
        if len(rest) > 2 * settings.max_attributes and rest.count("=") > settings.max_attributes:
            raise DocumentError(
                "too_complex",
                f"an element with more than {settings.max_attributes} attributes (max_attributes)",
            )
        if not rest.endswith("/"):
            depth += 1
            if depth > settings.max_depth:
                raise DocumentError(
                    "too_deep", f"XML nested deeper than {settings.max_depth} (max_depth)"
                )
    if elements > 50 * settings.max_elements:
        raise DocumentError(
            "too_complex",
            f"{elements} elements; the limit is {50 * settings.max_elements} (max_elements)",
        )


def local(element: Any) -> str:
    """Return the lower-case name of an element without its namespace; empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def find(element: Any, *names: str) -> Any:
    """Return the first descendant with one of ``names``, trying them in order; ``None`` if there is none."""
    for name in names:
        for child in element.iter():
            if child is not element and local(child) == name:
                return child
    return None


def find_all(element: Any, *names: str) -> Iterator[Any]:
    """Yield all descendants with one of ``names``, in document order."""
    for child in element.iter():
        if child is not element and local(child) in names:
            yield child


def child(element: Any, *names: str) -> Any:
    """Return the first child with one of ``names``, trying them in order."""
    for name in names:
        for inner in element:
            if local(inner) == name:
                return inner
    return None


def text_of(element: Any) -> str | None:
    """Return the text of an element on one line, ``None`` for nothing."""
    if element is None:
        return None
    text = clean_line("".join(element.itertext()))
    return text or None


def markup_of(element: Any) -> str:
    """Return what is inside an element as markup."""
    import lxml.etree

    parts = [_escape(element.text or "")]
    parts += [lxml.etree.tostring(inner, encoding="unicode", with_tail=True) for inner in element]
    return "".join(parts)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def paragraphs_of(element: Any, skip: frozenset[str] = frozenset()) -> list[str]:
    """Return the text of an element, one string for each block element in it or run of text between blocks."""
    lines: list[str] = []
    current: list[str] = []

    def end() -> None:
        text = clean_line("".join(current))
        if text:
            lines.append(text)
        current.clear()

    def walk(node: Any, depth: int) -> None:
        name = local(node)
        if name and name not in skip and depth < 300:
            is_block = name in BLOCKS
            if is_block:
                end()
            current.append(node.text or "")
            for inner in node:
                walk(inner, depth + 1)
                current.append(inner.tail or "")
            if is_block:
                end()

    current.append(element.text or "")
    for inner in element:
        walk(inner, 0)
        current.append(inner.tail or "")
    end()
    return lines
