// What the pages need beside Dash: finished content put in place, links that do not load everything anew, addresses
// that name a part of a page, and each page's title.
(() => {
  "use strict";
  const pages = new Set(document.querySelector("meta[name=pages]")?.content.split(" ")); // the server says which

  // Finished HTML comes in an attribute of an element that React leaves empty. Whoever had come to a link by
  // keyboard stays on it, though the link is a new one.
  let focused = null;
  document.addEventListener("focusin", ({ target }) => {
    const href = target.closest(".finished") && target.getAttribute("href");
    focused = href && (target.id ? `#${CSS.escape(target.id)}` : `a[href="${CSS.escape(href)}"]`);
  });
  document.addEventListener("pointerdown", () => (focused = null));

  const open = new Set(); // what somebody has opened stays so when it is renewed
  document.addEventListener("toggle", ({ target }) => open[target.open ? "add" : "delete"](target.id), true);

  // What stands above the page is drawn once: the way to alerts would go on saying how many there were.
  function countAlerts(number) {
    const count = document.getElementById("alerts-count");
    // React keeps the text node that it made.
    if (number === undefined || !count || count.textContent === number) return;
    if (count.firstChild?.nodeType === Node.TEXT_NODE) count.firstChild.nodeValue = number;
    else count.textContent = number;
  }

  function fill(element) {
    const staysOn = focused;
    element.innerHTML = element.dataset.html;
    countAlerts(element.querySelector("[data-alerts]")?.dataset.alerts);
    for (const details of element.querySelectorAll("details[id]")) details.open = open.has(details.id);
    if (staysOn && document.activeElement === document.body) {
      element.querySelector(staysOn)?.focus({ preventScroll: true });
    }
    element.dispatchEvent(new CustomEvent("filled", { bubbles: true }));
  }

  // A page comes after its address: go to the part that the address names once it is there.
  let gone = location.hash ? null : location.href;
  function go() {
    if (gone === location.href) return;
    const part = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (location.hash && !part) return;
    const isSamePage = gone?.split(/[?#]/)[0] === location.href.split(/[?#]/)[0];
    gone = location.href;
    // Where only what is chosen has changed, the eye stays where it is.
    if (!part && isSamePage && document.querySelector("#live-page[data-asked]")) return;
    if (part) part.scrollIntoView();
    else window.scrollTo(0, 0);
  }

  function title() {
    const heading = document.querySelector("#content h1");
    const words = heading ? `${heading.textContent} - Flow Centre` : "Flow Centre";
    if (document.title !== words) document.title = words;
  }

  const filled = new WeakMap(); // element -> what was put into it
  new MutationObserver(() => {
    for (const element of document.querySelectorAll(".finished[data-html]")) {
      if (filled.get(element) === element.dataset.html) continue;
      filled.set(element, element.dataset.html);
      fill(element);
    }
    go();
    title();
  }).observe(document.body, { childList: true, subtree: true, characterData: true, attributeFilter: ["data-html"] });

  // Past what stands above the page, without an address of its own: that would be gone to again later.
  document.addEventListener("click", (event) => {
    const content = event.target.closest?.(".skip") && document.getElementById("content");
    if (!content) return;
    event.preventDefault();
    content.focus({ preventScroll: true });
    content.scrollIntoView();
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || link.target || link.origin !== location.origin || !pages.has(link.pathname)) return;
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (link.pathname === location.pathname && link.search === location.search) return; // the browser's own affair
    event.preventDefault();
    history.pushState({}, "", link.href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate")); // dcc.Location listens for it, as from dcc.Link
  });
})();
