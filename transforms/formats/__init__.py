"""TODO docstring that maps the package."""
