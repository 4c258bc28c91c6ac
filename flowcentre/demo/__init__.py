"""The demonstration: a simulated county that publishes real-shaped feeds for the real connectors to poll."""
