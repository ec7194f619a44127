"""Three queries worth looking at, shown after a run and kept as a start for one's own."""

from __future__ import annotations

from typing import Final, NamedTuple


class Example(NamedTuple):
    """A question in words and its query over the lake's views."""

    question: str
    sql: str


BY_TYPE: Final = "SELECT event_type, count(*) AS n FROM events GROUP BY 1 ORDER BY n DESC, 1"

EXAMPLES: Final = (
    Example(
        "Who did what to whom most often?",
        """
        SELECT a.code AS actor, event_type AS event, r.code AS recipient, count(*) AS events,
               count(DISTINCT article_id) AS articles
        FROM events, unnest(actor) AS t(a), unnest(recipient) AS u(r)
        WHERE auxiliary_mode IS DISTINCT FROM 'negation' AND a.code IS NOT NULL AND r.code <> a.code
        GROUP BY ALL ORDER BY events DESC, actor, event, recipient LIMIT 8
        """,
    ),
    Example(
        "What happened, by whose report, with the words that say so?",
        """
        SELECT coalesce(event_date, published_at::DATE) AS day, event_type AS event, mode,
               list_aggregate([x.text FOR x IN actor], 'string_agg', ', ') AS actor,
               list_aggregate([x.text FOR x IN recipient], 'string_agg', ', ') AS recipient,
               place.name AS place, trigger
        FROM events JOIN articles USING (article_id)
        WHERE is_root_event AND quad_code = 4 AND auxiliary_mode IS NULL
        ORDER BY confidence DESC, day, event_id LIMIT 8
        """,
    ),
    Example(
        "Who is in the news, and where from?",
        """
        SELECT any_value(name ORDER BY length(name) DESC, name) AS person, country, any_value(role ORDER BY role) AS role,
               any_value(identifier) AS wikidata, count(DISTINCT article_id) AS articles,
               sum(mention_count)::INT AS mentions
        FROM entities WHERE type = 'PERSON'
        GROUP BY entity_id, country ORDER BY articles DESC, mentions DESC, person LIMIT 8
        """,
    ),
)
