"""Small pieces that several layouts share; each is pure."""
