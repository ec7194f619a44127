"""Whole tables, kept."""
