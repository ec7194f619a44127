"""Rebuilds the tables of ``transforms/knowledge/data`` from packages and open facts."""
