"""How it looks: pure functions of a picture that give Dash components."""
