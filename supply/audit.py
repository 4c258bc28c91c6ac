"""What is known against the packages that are installed: pip-audit asks, and its answer is told without flattery."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ACCEPTED = Path(__file__).with_name("accepted.toml")
WITHIN = 300  # seconds


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of it: advisories that nobody has accepted, and how many packages could be asked about."""

    found: tuple[str, ...]
    accepted: tuple[str, ...]
    asked: int
    not_asked: int
    trouble: str = ""

    @property
    def is_whole(self) -> bool:
        """Was every package asked about?"""
        return not self.trouble and not self.not_asked

    def words(self) -> str:
        """For a terminal."""
        lines = [*self.found, *(f"accepted: {each}" for each in self.accepted)]
        if self.trouble:
            lines.append(f"NOT AUDITED: {self.trouble}")
        elif self.not_asked:
            total = self.asked + self.not_asked
            lines.append(
                f"NOT AUDITED: {self.not_asked} of {total} packages; the index of this machine tells no advisories of them. "
                "Run `make check` where the public one can be reached before you release."
            )
        if self.asked:
            number = "no advisory" if not self.found else f"{len(self.found)} advisories"
            lines.append(f"{self.asked} packages were asked about: {number} to mend.")
        return "\n".join(lines)


def audit() -> Verdict:
    """Ask of every package that is installed here, those of tests and checks included."""
    run = [sys.executable, "-m", "pip_audit", "--local", "--skip-editable", "--progress-spinner", "off", "-f", "json"]
    try:
        done = subprocess.run(run, capture_output=True, text=True, timeout=WITHIN, check=False)
    except subprocess.TimeoutExpired:
        return Verdict((), (), 0, 0, f"pip-audit took longer than {WITHIN} s")
    return judge(done.stdout, done.stderr, tomllib.loads(ACCEPTED.read_text(encoding="utf-8")))


def judge(answer: str, errors: str, accepted: Mapping[str, Any]) -> Verdict:
    """What an answer of pip-audit says. One that is none says that nothing is known, and never that there is nothing."""
    try:
        packages = json.loads(answer)["dependencies"]
        asked = [package for package in packages if "skip_reason" not in package]
        found = list(_advisories(asked))
    except (ValueError, KeyError, TypeError):
        last = errors.strip().splitlines()[-1:] or ["no answer"]
        return Verdict((), (), 0, 0, f"pip-audit could not ask: {last[0].partition(':')[0][:80]}")
    if not packages:
        return Verdict((), (), 0, 0, "pip-audit found nothing installed")
    borne = [(names, words) for names, words in found if not names.isdisjoint(accepted)]
    to_mend = tuple(words for names, words in found if names.isdisjoint(accepted))
    why = tuple(f"{words} ({next(accepted[name] for name in names if name in accepted)})" for names, words in borne)
    return Verdict(to_mend, why, len(asked), len(packages) - len(asked))


def _advisories(packages: Iterable[Mapping[str, Any]]) -> Iterable[tuple[set[str], str]]:
    for package in packages:
        for advisory in package["vulns"]:
            fixed = ", ".join(advisory["fix_versions"]) or "no version yet"
            words = f"{package['name']} {package['version']}: {advisory['id']}, mended in {fixed}"
            yield {advisory["id"], *advisory.get("aliases", ())}, words
