"""The way in that is left on the day on which the identity provider does not answer."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from flowcentre.access.accounts import hashed
from flowcentre.model import Oidc
from flowcentre.store import open_store
from flowcentre.web.asker import SESSION
from tests.web.access_cast import ACCESS, Door, account, asking_at
from tests.web.cast import Westshire, running
from tests.web.test_sessions import PASSWORD, cookies_in, sent


def test_while_the_provider_does_not_answer_a_local_account_signs_in(migrated_sqlite: Path, tmp_path: Path) -> None:
    shutil.copyfile(migrated_sqlite, tmp_path / "flow.db")
    store = open_store(f"sqlite:///{tmp_path / 'flow.db'}")
    nobody_there = Oidc("https://127.0.0.1:9", "flow", title="your Westshire account")
    door = Door(store, access=replace(ACCESS, oidc=nobody_there))  # and the start asks nothing of the provider
    store.add_account(account("lead", hashed(PASSWORD)))
    with running(Westshire(front=door.front).app()) as url, asking_at(url) as client:
        failed = client.get("/sign-in/provider")
        assert failed.status_code == 403
        assert SESSION not in cookies_in(failed)
        answer = sent(client, "/sign-in", name="lead", password=PASSWORD)
        assert answer.status_code == 303
        assert SESSION in cookies_in(answer)
    store.close()
