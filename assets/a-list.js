// The page of a list of people: filters that change the address and nothing else, the grid's rows, and one person's line
// of time. The page itself says which list it is of. What is asked goes to the server as a Dash callback would, but by hand: Dash keeps what a callback's inputs
// were for ever, and a page that is left open for a year would hold every list of the year.
(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);
  /** The id of the list whose page this is; null on other pages. */
  const shownList = () => document.querySelector(".list-page[data-list]")?.dataset.list ?? null;
  const keptName = () => `${shownList()}-columns`;

  /** What proves that a question comes from a page that was drawn for whoever is signed in; nothing where nobody need be. */
  const ownMark = () => document.cookie.match(/(?:^|; )__Host-flow-mark=([^;]*)/)?.[1];

  async function ask(question, byItself = false) {
    const list = shownList(), mark = ownMark();
    const answer = await fetch("/_dash-update-component", {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        ...(mark ? { "X-Flow-Mark": mark } : {}),
        ...(byItself ? { "X-Flow-By-Itself": "yes" } : {}), // nobody did anything: it keeps no session alive
      },
      body: JSON.stringify({
        output: `${list}-answer.data`,
        outputs: { id: `${list}-answer`, property: "data" },
        inputs: [{ id: `${list}-question`, property: "data", value: { query: location.search, ...question } }],
        changedPropIds: [`${list}-question.data`],
      }),
      signal: AbortSignal.timeout(15_000),
    });
    if (!answer.ok) {
      const said = [401, 403, 503].includes(answer.status) ? (await answer.text()).slice(0, 300) : "";
      throw Object.assign(new Error(String(answer.status)), { said }); // why no row leaves, in plain words
    }
    return (await answer.json()).response[`${list}-answer`].data;
  }

  // --- Filters: the address says what is chosen -------------------------------------------------------------

  let followed = location.search;
  const looksBack = (to) => Boolean(new URLSearchParams(to.search).get("at"));
  const isLive = () => document.querySelector("#live-page[data-asked]") !== null;

  /** Does an address differ from what is shown only in what is chosen? Then Dash need not draw the page anew. */
  const stays = (to) => to.pathname === `/${shownList()}` && isLive() && !looksBack(to);

  function follow() {
    if (location.search === followed) return;
    followed = location.search;
    window.flowcentre?.follow();
    hideNews();
    grid?.purgeInfiniteCache();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || link.target || link.hash || link.origin !== location.origin) return;
    if (location.pathname !== link.pathname || !stays(link)) return;
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (link.search !== location.search) history.pushState({}, "", link.href);
    follow();
  });

  // Dash listens for the same, later than this: it is not told of what it need not do.
  for (const moved of ["popstate", "_dashprivate_pushstate"]) {
    window.addEventListener(moved, (event) => {
      if (!stays(location)) return;
      event.stopImmediatePropagation();
      follow();
    });
  }

  document.addEventListener("submit", (event) => {
    if (event.target.id !== "as-it-was") return;
    event.preventDefault();
    const asked = new URLSearchParams(location.search);
    asked.set("at", event.target.elements.at.value);
    history.pushState({}, "", `/${shownList()}?${asked}`);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  });

  // --- The grid ---------------------------------------------------------------------------------------------

  let grid = null, gridElement = null;
  let shown = {}; // what the rows in the grid were read from: { lists, at, query }

  window.dashAgGridFunctions = Object.assign(window.dashAgGridFunctions || {}, {
    listIsGroup: (params) => params.rowNode.data?.group !== undefined,
    listTab: () => false, // Tab leaves the grid: there are arrows within it
  });
  window.dashAgGridComponentFunctions = Object.assign(window.dashAgGridComponentFunctions || {}, {
    ListGroup: (props) => window.React.createElement("div", { className: "list-group" }, props.data.group),
  });

  const request = () => ({ sortModel: sorts(), filterModel: grid.getFilterModel() });
  const sorts = () =>
    grid
      .getColumnState()
      .filter((column) => column.sort)
      .sort((a, b) => a.sortIndex - b.sortIndex)
      .map(({ colId, sort }) => ({ colId, sort }));

  let refreshing = false; // the next rows are asked for because the list has changed, and by nobody
  const source = {
    async getRows({ startRow, endRow, sortModel, filterModel, successCallback, failCallback }) {
      const query = location.search, api = grid;
      if (!api || !shownList()) return failCallback(); // its page has been left
      try {
        const byItself = refreshing;
        refreshing = false;
        const answer = await ask({ kind: "rows", request: { startRow, endRow, sortModel, filterModel } }, byItself);
        if (api !== grid) return;
        if (!answer.rowData) throw new Error("no answer");
        shown = { lists: answer.lists, at: answer.at, query };
        if (!keptColumns()) showColumns(answer.columns);
        successCallback(answer.rowData, answer.rowCount);
        byId("list-left-out").textContent = answer.said;
        byId("list-left-out").hidden = !answer.said;
        if (answer.rowCount) api.hideOverlay();
        else api.showNoRowsOverlay();
      } catch (error) {
        failCallback();
        if (api === grid && bar()) sayNews(error.said || "The list could not be read.", false);
      }
    },
  };

  /** Dash's component sets a source of its own once the grid is ready, and says nothing: ours comes after it. */
  function takeOver(api) {
    if (api !== grid) return;
    if (api.getGridOption("datasource")) api.setGridOption("datasource", source);
    else setTimeout(takeOver, 20, api);
  }

  // What a row is known by stays in sight: on a telephone it must leave room for the rest.
  const telephone = matchMedia("(max-width: 700px)");

  function fit(api) {
    const wide = api.getColumnDef("ref").width;
    api.setColumnWidths([{ key: "ref", newWidth: telephone.matches ? 128 : wide }]);
  }

  telephone.addEventListener("change", () => grid && fit(grid));

  function attach(element) {
    gridElement = element;
    window.dash_ag_grid.getApiAsync(element.id).then((api) => {
      grid = api;
      openWhatWasAskedFor();
      fit(api);
      followed = location.search;
      showColumns(keptColumns());
      takeOver(api);
      api.addEventListener("rowClicked", ({ data, event }) => {
        if (!event?.defaultPrevented && getSelection().isCollapsed) openLife(data);
      });
      api.addEventListener("cellKeyDown", ({ event, data }) => {
        if (event.key === "Enter") openLife(data);
      });
    });
  }

  new MutationObserver(() => {
    const element = byId(`${shownList()}-grid`);
    if (element === gridElement) return;
    grid = gridElement = null;
    shown = {};
    if (element) attach(element);
  }).observe(document.body, { childList: true, subtree: true });

  // --- Columns ----------------------------------------------------------------------------------------------

  const boxes = () => [...document.querySelectorAll("#list-columns input")];

  function keptColumns() {
    try {
      const kept = JSON.parse(localStorage.getItem(keptName()));
      return Array.isArray(kept) ? kept : null;
    } catch {
      return null; // a browser that keeps nothing, or something else's words
    }
  }

  function showColumns(chosen) {
    if (!chosen) return;
    const others = boxes().filter((box) => box.checked !== chosen.includes(box.value));
    for (const box of others) box.checked = !box.checked;
    for (const isVisible of [true, false]) {
      const columns = others.filter((box) => box.checked === isVisible).map((box) => box.value);
      if (columns.length) grid.setColumnsVisible(columns, isVisible);
    }
  }

  document.addEventListener("change", ({ target }) => {
    if (!grid || !target.closest("#list-columns")) return;
    grid.setColumnsVisible([target.value], target.checked);
    try {
      localStorage.setItem(keptName(), JSON.stringify(boxes().filter((box) => box.checked).map((box) => box.value)));
    } catch { /* then it lasts as long as the page */ }
  });

  // --- News: a refresh never takes the row from under a hand ------------------------------------------------

  const isWorkedIn = () => {
    const { activeElement } = document;
    return Boolean(gridElement?.contains(activeElement) || byId("list-drawer")?.contains(activeElement));
  };
  const bar = () => document.querySelector(".list-news");

  function sayNews(words, isList = true) {
    byId("list-news").textContent = words;
    bar().dataset.waits = isList ? "list" : "";
    bar().hidden = false;
  }

  function hideNews() {
    if (bar()) bar().hidden = true;
  }

  /** The person in whose row the focus is, and where that row stands on the glass. */
  function focusedRow() {
    const cell = grid.getFocusedCell();
    const row = cell && grid.getDisplayedRowAtIndex(cell.rowIndex);
    if (!row?.data) return null;
    return { ref: row.data.ref, column: cell.column, top: row.rowTop - grid.getVerticalPixelRange().top };
  }

  document.addEventListener("filled", async () => {
    const { lists } = document.querySelector(".listed")?.dataset ?? {};
    if (!grid || !lists || !shown.lists || shown.query !== location.search || lists === shown.lists) return;
    if (!isWorkedIn()) {
      refreshing = true;
      return void grid.refreshInfiniteCache();
    }
    try {
      const told = await ask({ kind: "news", since: shown.at, request: request() }, true);
      if (told.words) sayNews(told.words);
    } catch {
      sayNews("The list has changed.");
    }
  });

  async function showNews(keepFocus) {
    hideNews();
    const before = keepFocus ? focusedRow() : null;
    const told = before && (await ask({ kind: "news", ref: before.ref, request: request() }).catch(() => null));
    grid.refreshInfiniteCache();
    if (!before) return;
    const index = told?.index ?? null;
    if (index === null) return void sayNews(`${before.ref} is no longer on the list.`, false);
    for (let waited = 0; waited < 5000; waited += 50) {
      if (grid.getDisplayedRowAtIndex(index)?.data?.ref === before.ref) break;
      grid.ensureIndexVisible(index); // its rows may have to be read first
      await new Promise((wake) => setTimeout(wake, 50));
    }
    const row = grid.getDisplayedRowAtIndex(index);
    if (row?.data?.ref !== before.ref) return;
    gridElement.querySelector(".ag-body-viewport, .ag-grid-scrolling-viewport")?.scrollTo({ top: row.rowTop - before.top });
    grid.ensureIndexVisible(index);
    grid.setFocusedCell(index, before.column);
  }

  document.addEventListener("click", ({ target }) => {
    if (target.id === "show-news" && grid) showNews(true);
    if (target.id === "close-drawer") closeLife();
  });

  document.addEventListener("focusout", () => {
    setTimeout(() => {
      const waits = grid && bar() && !bar().hidden && bar().dataset.waits === "list";
      if (waits && !isWorkedIn() && !bar().contains(document.activeElement)) showNews(false);
    });
  });

  // --- One person -------------------------------------------------------------------------------------------

  let opened = null; // the ref whose timeline is open
  let openedFrom = null; // and what it was opened from, where that was no row of the grid
  let askedFor = null; // a ref that was asked for on another page: kept here, for no ref may stand in an address

  // Whoever is named on these pages has a package, and so a line of time on the page of packages.
  document.addEventListener("click", ({ target }) => {
    const named = target.closest?.("[data-life]");
    if (!named) return;
    if (shownList() === "packages") return void openLife({ ref: named.dataset.life }, named);
    askedFor = named.dataset.life;
    history.pushState({}, "", "/packages");
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  });

  function openWhatWasAskedFor() {
    const ref = askedFor;
    askedFor = null;
    if (ref && shownList() === "packages") openLife({ ref });
  }

  async function openLife(row, from = null) {
    if (!row?.ref || row.group !== undefined) return;
    opened = row.ref;
    openedFrom = from;
    const drawer = byId("list-drawer"), content = byId("drawer-content");
    try {
      const told = await ask({ kind: "life", ref: row.ref });
      if (opened !== row.ref) return; // somebody else was opened since
      if (!told.html) throw new Error("no answer");
      content.innerHTML = told.html; // finished and escaped by the server
    } catch {
      content.textContent = "This person's line of time could not be read.";
    }
    drawer.hidden = false;
    (byId("life-of") || byId("close-drawer")).focus({ preventScroll: true });
  }

  function closeLife() {
    const row = grid?.getRowNode(opened);
    byId("list-drawer").hidden = true;
    const column = grid?.getFocusedCell()?.column ?? "ref";
    opened = null;
    if (openedFrom?.isConnected) openedFrom.focus({ preventScroll: true });
    else if (row?.data) grid.setFocusedCell(row.rowIndex, column);
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && byId("list-drawer") && !byId("list-drawer").hidden) closeLife();
  });
})();
