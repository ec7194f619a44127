"""Coverage-guided fuzzing of the readers and parsers; see ``parsers.py``."""
