"""What an address may ask for: a word that is not known is refused, for its answer would be to another question."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from fastapi import HTTPException, Request


def unknown_word(asked: Iterable[str], known: Collection[str], why: str = "") -> str | None:
    """That there is no such word, and what there is instead, or ``why`` there is nothing; None where each is known."""
    unknown = min(set(asked) - set(known), default=None)
    if unknown is None:
        return None
    return f"there is no {ascii(unknown[:40])} here: {why or 'there are ' + ', '.join(known)}"


def refuse_unknown(request: Request, known: Collection[str], why: str = "") -> None:
    """Raises 422 for a word after the ``?`` that is not known: a past moment must not be given the present."""
    if (words := unknown_word(request.query_params, known, why)) is not None:
        raise HTTPException(422, words)
