"""Who and where: knowledge tables, names and places of an article, dates; see docs/entities.md."""
