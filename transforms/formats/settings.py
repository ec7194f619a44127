"""The limits of readers and parsers, and what they take for an article."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ParseSettings:
    """Limits that a real article never meets and hostile input does.

    ``min_words`` applies to files that are one document each; a record of a container is an article however short.
    ``max_bytes`` bounds one document after unpacking, ``max_line_bytes`` one line of a line format,
    ``max_container_bytes`` a container that has to be read as a whole (a JSON array that cannot be streamed, an XML
    package), ``max_unpacked_bytes`` all that one compressed file or archive may give, and ``max_unpack_ratio`` how
    many times its packed size; text packs to a twentieth, templates to a hundredth at most. ``max_depth`` bounds the
    nesting of markup and JSON, ``max_elements`` and ``max_attributes`` the markup of one page (attributes: of one
    element), ``max_members`` an archive, ``max_archive_depth`` archives inside archives.
    """

    min_words: int = 20
    timeout_seconds: float = 30.0
    max_bytes: int = 20_000_000
    max_line_bytes: int = 20_000_000
    max_container_bytes: int = 200_000_000
    max_unpacked_bytes: int = 50_000_000_000
    max_unpack_ratio: float = 400.0
    max_depth: int = 250
    max_elements: int = 200_000
    max_attributes: int = 500
    max_members: int = 2_000_000
    max_archive_depth: int = 3
    max_memory_bytes: int = 4_000_000_000
    fields: tuple[tuple[str, str], ...] = ()
    """Extra field names of records: pairs of ours and theirs, ``("title", "headline")``; they come before the known."""

    def __post_init__(self) -> None:
        """Refuse limits that would reject everything."""
        for name in (
            "timeout_seconds",
            "max_bytes",
            "max_line_bytes",
            "max_depth",
            "max_elements",
            "max_archive_depth",
        ):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be more than 0")
        if self.min_words < 0:
            raise ValueError(f"min_words is {self.min_words}; it must be 0 or more")
