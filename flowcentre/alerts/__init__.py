"""Alerts: rules judged on each picture, who is told, and how."""
