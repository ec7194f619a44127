"""Tests without Beam and without a model."""
