"""Flow Centre: one honest, live picture of a health and care system's flow."""
