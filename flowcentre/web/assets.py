"""The files that pages are made of: anybody may ask for them, as often as they like, so each is compressed once and kept."""

from __future__ import annotations

import asyncio
from os import PathLike
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from flowcentre.web.finished import Finished, finish, respond

Stamp = tuple[int, int]  # when a file was last written, and its size


class Assets(StaticFiles):
    """A folder's files as finished bytes. One that has changed is read anew."""

    def __init__(self, folder: PathLike[str]) -> None:
        super().__init__(directory=folder)
        self._kept: dict[str, tuple[Stamp, Finished]] = {}  # as many as there are files
        self._finishing = asyncio.Lock()  # a hundred who ask at once for a file wait for one compression of it

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file of a path; 304 where the asker has it. Raises HTTPException where there is none."""
        found = await super().get_response(path, scope)
        return respond(Request(scope), await self._finished(found)) if isinstance(found, FileResponse) else found

    async def _finished(self, found: FileResponse) -> Finished:
        assert found.stat_result is not None
        file, stamp = str(found.path), (found.stat_result.st_mtime_ns, found.stat_result.st_size)
        kept = self._kept.get(file)
        if kept is None or kept[0] != stamp:
            async with self._finishing:
                kept = self._kept.get(file)
                if kept is None or kept[0] != stamp:
                    content = await asyncio.to_thread(Path(file).read_bytes)
                    kept = stamp, await asyncio.to_thread(finish, content, found.media_type or "")
                    self._kept[file] = kept
        return kept[1]
