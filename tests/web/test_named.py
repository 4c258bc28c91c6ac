"""Pages of counts without the rows of others: what was taken out is said once, where it stood."""

from __future__ import annotations

import httpx
from structlog.testing import capture_logs

from flowcentre.model import Picture
from flowcentre.web import create_server
from flowcentre.web.named import NOT_NARROWED, names_in, without_others
from tests.web.cast import Drawings, Publisher, QuietStore, running


def row(ref: str) -> str:
    return f'<tr><th><button data-life="{ref}">{ref}</button></th></tr>'


def table(*refs: str) -> str:
    return f"<table><tbody>{''.join(map(row, refs))}</tbody></table>"


def test_a_table_that_lost_some_rows_says_how_many_once() -> None:
    said = without_others(table("A", "B", "C", "D"), {"B", "D"}, "None.")
    assert said == table("B", "D").replace(
        "</tbody>", '<tr><td colspan="9" class="what">2 more rows here are not yours to see.</td></tr></tbody>'
    )
    assert "1 more row here is not yours" in without_others(table("A", "B"), {"B"}, "None.")


def test_a_table_that_lost_all_or_none_says_no_number() -> None:
    both = without_others(table("A", "B") + table("C"), {"C"}, "None.")
    assert both == '<table><tbody><tr><td colspan="9" class="what">None.</td></tr></tbody></table>' + table("C")
    assert without_others(table("A"), {"A"}, "None.") == table("A")


def test_a_list_says_it_too_and_each_table_its_own_number() -> None:
    listed = "<ul>" + "".join(f'<li data-of="{ref}">x</li>' for ref in "AB") + "</ul>"
    said = without_others(listed + table("A", "C", "B"), {"B"}, "None.")
    assert '<li class="what">1 more row here is not yours to see.</li></ul>' in said
    assert "2 more rows here are not yours to see.</td></tr></tbody>" in said


def test_a_fold_of_rows_goes_with_the_last_of_them_and_stays_with_one() -> None:
    def fold(rows: str) -> str:
        head = "<thead><tr><th>Could start</th></tr></thead>"
        return f'<details id="more"><summary>2 more</summary>{rows.replace("<tbody>", f"{head}<tbody>")}</details>'

    page = f"<h2>Start</h2>{fold(table('A', 'B'))}"
    assert without_others(page, set(), "None.") == "<h2>Start</h2>"
    assert "<details" in without_others(page, {"B"}, "None.")
    assert "<details" in without_others(f"{fold('<p>The rule.</p>')}{table('A')}", set(), "None.")


def test_words_that_look_like_a_name_name_nobody_wherever_they_stand() -> None:
    words = '<p title="data-life=&quot;A&quot;">the bed data-life="B" and data-of="C"</p>'
    assert names_in(words) == frozenset()
    assert without_others(words + table("D"), {"D"}, "None.") == words + table("D")
    assert names_in(words + table("D")) == {"D"}


def test_a_page_that_cannot_be_narrowed_says_so_and_is_in_the_log() -> None:
    class Naming(Drawings):
        def page(self, _picture: Picture) -> str:
            return '<p data-of="A">7</p>'

    live = Publisher()
    app = create_server(live, QuietStore(), Naming().glass(), now=live.now)  # type: ignore[arg-type]
    with capture_logs() as logged, running(app) as url, httpx.Client(base_url=url, timeout=10) as asks:
        answer = asks.get("/live/pages/demand")
    assert (answer.status_code, answer.text) == (500, NOT_NARROWED)
    assert [(each["log_level"], each["page"]) for each in logged if "page" in each] == [("error", "demand")] * 2
