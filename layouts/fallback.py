"""A board as a page that needs no server: what it shows, at which moment, in words that nobody overlooks.

One file, with its styles inside. Its few lines of script only say how old it is by now; without them it is still no
page that one could take for a live one.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape

from flowcentre.model import Board, Picture
from layouts import wall
from layouts.parts.words import clock_words, date_words, iso

# Says how old the page is, and goes on saying it. A clock that is behind the page's own moment is not believed.
_SCRIPT = """
const shown = Date.parse(document.body.dataset.shownAt), said = document.getElementById("old");
function tell() {
  const minutes = Math.floor((Date.now() - shown) / 60000);
  const hours = Math.floor(minutes / 60), days = Math.floor(hours / 24);
  const [many, unit] = days > 1 ? [days, "day"] : hours > 1 ? [hours, "hour"] : [minutes, "minute"];
  said.textContent = minutes < 0 ? "This computer's clock is wrong." : `${many} ${unit}${many === 1 ? "" : "s"} old`;
}
tell();
setInterval(tell, 5000);
"""
_STYLES = """
:root { font-size: min(calc(100vw / 120), calc(100vh / 74.5)); }
body.wall.fallback { grid-template-rows: 7rem 3.625rem minmax(0, 1fr); height: 74.5rem; padding-top: 0; }
#picture-of { display: flex; align-items: center; gap: 2rem; margin: 0 -2rem; padding: 0 2rem; background: #ffc84a; color: #000; }
#picture-of strong { font-size: 3.5rem; letter-spacing: -0.02em; white-space: nowrap; }
#picture-of span { font-size: 1.5rem; font-weight: 600; }
#picture-of #old { margin-left: auto; font-size: 2.5rem; font-weight: 750; white-space: nowrap; }
.fallback-list { padding: 2rem; font-size: 2rem; color: var(--ink); }
.fallback-list a { color: inherit; }
@media (max-width: 700px), (max-aspect-ratio: 1/1) {
  :root { font-size: 16px; }
  body.wall.fallback { height: auto; padding-top: 0; }
  #picture-of { position: sticky; top: 0; z-index: 5; display: block; margin: 0 -0.75rem 0.5rem; padding: 0.5rem 0.75rem; }
  #picture-of strong, #picture-of #old { display: block; font-size: 1.5rem; }
  #picture-of span { display: block; font-size: 1rem; }
}
"""


def file_name(board: Board) -> str:
    """What the file of a board is called."""
    return f"board-{board.id}.html"


def document(picture: Picture, board: Board, *, styles: str) -> str:
    """The whole page of a board, with small numbers hidden as on every display. ``styles`` refer to no file."""
    heading = f"{escape(board.title)} <span>{escape(picture.county.name)}</span>"
    banner = '<p id="demonstration">Demonstration: invented figures</p>' if picture.county.demonstration else ""
    body = f'<header id="top">\n<h1>{heading}</h1>\n{banner}\n</header>\n<main id="board">{wall.body(picture, board)}</main>'
    return _page(picture, board.title, body, styles)


def contents(picture: Picture, *, styles: str) -> str:
    """The page that lists the boards."""
    boards = "".join(
        f'<li><a href="{escape(file_name(board))}">{escape(board.title)}</a></li>' for board in picture.county.boards
    )
    demonstration = "<p>Demonstration: invented figures</p>" if picture.county.demonstration else ""
    said = boards or "<li>No board is configured.</li>"
    body = f'<header id="top"><h1>{escape(picture.county.name)}</h1></header>\n<main class="fallback-list">{demonstration}<ul>{said}</ul></main>'
    return _page(picture, picture.county.name, body, styles)


def _page(picture: Picture, title: str, body: str, styles: str) -> str:
    clock, day = clock_words(picture.at), date_words(picture.at)
    allowed = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
    # Nothing is fetched from anywhere, and no other script runs, whoever opens it and from where.
    policy = f"default-src 'none'; style-src 'unsafe-inline'; font-src data:; script-src 'sha256-{allowed}'"
    return f"""<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Picture of {clock}, not live - {escape(title)}</title>
<style>{styles}{_STYLES}</style>
</head>
<body class="wall fallback" data-shown-at="{iso(picture.at)}">
<div id="picture-of" role="note"><strong>Picture of {clock}, not live</strong>
<span>{day}. Every age on this page counts to {clock} of that day.</span> <span id="old"></span></div>
{body}
<script>{_SCRIPT}</script>
</body>
</html>
"""
