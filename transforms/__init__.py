"""How one thing becomes the next: one step a file; what the steps do stands in the folders, without Beam."""

from transforms.imports.compiled import choose

choose()
