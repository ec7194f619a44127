"""From an annotated article to its entities: loading what is needed and resolving one article."""

from __future__ import annotations

from transforms.knowledge.knowledge import Knowledge, knowledge_digest, load_knowledge

__all__ = ["Knowledge", "knowledge_digest", "load_knowledge"]
