"""Ways by which messages go: one module for each kind."""
