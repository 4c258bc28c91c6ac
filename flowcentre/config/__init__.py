"""Configuration: TOML files into the nouns of the model, or every mistake at once with file and line."""

from pathlib import Path

from flowcentre.config.channels import ChannelKind
from flowcentre.config.load import load
from flowcentre.config.mistakes import ConfigurationMistakes, Mistake
from flowcentre.config.rhythm import ConnectorKind
from flowcentre.config.watch import Reloader

DEFAULTS = Path(__file__).parent / "defaults"  # complete counties that run as they are

__all__ = ["DEFAULTS", "ChannelKind", "ConfigurationMistakes", "ConnectorKind", "Mistake", "Reloader", "load"]
