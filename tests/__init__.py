"""The test suite and its helpers."""
