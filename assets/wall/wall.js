/* Keeps a display true: hears of each new picture, shows it, ages what is shown, and says so when it cannot.
 *
 * Two ways in, told apart by the page. A wall board has <body data-body-url>: its <main id="board"> is replaced
 * by finished HTML. A Dash page has #live-page with data-page: the finished HTML goes into data-html of its only child, from
 * where pages.js puts it up. With data-asked too, what it shows depends on the query of its address; one that holds what
 * data-asked names is not live.
 *
 * With data-sleeps, a board stands in a tab that one works in, beside forms: it sleeps while the tab is hidden.
 *
 * What the page gives (all moments ISO 8601, UTC):
 *   <body data-fingerprint data-body-url data-server-now [data-not-live-after="13"] [data-sleeps]>
 *   <time class="age" data-observed-at>              an age in words, kept true here
 *   <any data-state data-late-at data-stale-at>      turns late and stale here when those moments pass
 *   <time id="clock">, <time id="date">              the time here, in the form that the page gave it, and the day
 *   <div id="not-live" hidden>                       the cover: "NOT LIVE since 08:14"
 *
 * Lengths are measured by the monotonic clock and moments by the server's: a display's own clock is often wrong.
 */
(() => {
  "use strict";
  if (window.flowcentre) return;

  const { body } = document;
  const NOT_LIVE_AFTER = Number(body.dataset.notLiveAfter || 13) * 1000; // ms of silence; looked at every second
  const SILENT_AFTER = NOT_LIVE_AFTER * 0.85; // then the connection is thought dead, however open it looks
  const FETCH_WITHIN = 8000;
  const SLOWEST_RETRY = 2000;
  const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

  const state = {
    swaps: 0, // how often something new was shown
    said: null, // the newest picture that the server told of
    owed: false, // it is not on the glass yet
  };
  window.flowcentre = state;

  // --- Time ---------------------------------------------------------------------------------------------

  const london = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/London", ...options });
  const hourMinute = london({ hour: "2-digit", minute: "2-digit" });
  const hourMinuteSecond = london({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const dayHourMinute = london({ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

  const longDate = london({ weekday: "long", day: "numeric", month: "long", year: "numeric" });

  let offset = (Date.parse(body.dataset.serverNow) || Date.now()) - performance.now();
  const serverNow = () => offset + performance.now();

  /** An age in words; the layouts say the same in layouts/parts/words.py. */
  function ageWords(age) {
    const minutes = Math.floor(age / MINUTE);
    if (minutes < 1) return "just now";
    if (minutes <= 90) return `${minutes} min ago`;
    if (age < 2 * DAY) return `${Math.floor(age / HOUR)} h ago`;
    const days = Math.floor(age / DAY);
    return days < 62 ? `${days} days ago` : `${Math.floor(days / 30)} months ago`;
  }
  state.ageWords = ageWords;
  /** For how long something stands. */
  const forWords = (age) => (age < MINUTE ? "for under a minute" : `for ${ageWords(age).replace(/ ago$/, "")}`);

  // --- Ageing: what is shown grows old by itself, whether or not the server speaks ------------------------

  const RANK = { fresh: 0, late: 1, stale: 2 };
  const marked = new WeakMap(); // element -> what its state was, and what we made of it

  function write(element, text) {
    const only = element.firstChild;
    // The text node is kept where there is one: React looks for the node that it made.
    if (only && only.nodeType === Node.TEXT_NODE && element.childNodes.length === 1) {
      if (only.nodeValue !== text) only.nodeValue = text;
    } else if (element.textContent !== text) {
      element.textContent = text;
    }
  }

  function markByTime(element, now) {
    const { state: shown, lateAt, staleAt } = element.dataset;
    const before = marked.get(element);
    // A state that is not the one we set came from the server since, and counts as its own word.
    const told = before && before.made === shown ? before.told : shown;
    if (!(told in RANK)) return;
    const byTime = now >= Date.parse(staleAt) ? "stale" : now >= Date.parse(lateAt) ? "late" : "fresh";
    const made = RANK[byTime] > RANK[told] ? byTime : told;
    if (made !== shown) element.dataset.state = made;
    if (made !== told) marked.set(element, { told, made });
    else if (before) marked.delete(element);
  }

  // --- Alerts: as many as fit are named, whole, and how many there are besides -------------------------------

  const fitted = new WeakMap(); // list -> of what it was fitted

  function fit(list) {
    const items = [...list.querySelectorAll(":scope > li:not(.alerts-more)")];
    const more = list.querySelector(":scope > .alerts-more");
    const mark = `${list.clientWidth} ${list.clientHeight} ${list.scrollWidth} ${list.textContent}`;
    if (!more || fitted.get(list) === mark) return;
    const all = Number(more.dataset.of);
    const show = (number) => {
      items.forEach((item, place) => (item.hidden = place >= number));
      more.hidden = number >= all;
      write(more, `and ${all - number} more`);
    };
    const hair = Math.max(1, innerWidth / 960); // letters may overhang their line by so much
    const over = () => list.scrollHeight > list.clientHeight + hair || list.scrollWidth > list.clientWidth + hair;
    list.classList.remove("brief", "briefer", "tall");
    show(items.length);
    for (const less of ["brief", "briefer"]) {
      if (!over()) break;
      list.classList.add(less);
    }
    if (over()) {
      let number = 1;
      show(number);
      if (over()) list.classList.add("tall"); // one alone may take both lines
      while (number < items.length) {
        show(number + 1);
        if (over()) break;
        number += 1;
      }
      show(number);
    }
    fitted.set(list, `${list.clientWidth} ${list.clientHeight} ${list.scrollWidth} ${list.textContent}`);
  }

  const fitAll = () => document.querySelectorAll(".alerts-band > .alerts-named").forEach(fit);

  let clockForm = null;

  function age() {
    const now = serverNow();
    for (const element of document.querySelectorAll("time.age[data-observed-at]")) {
      const observedAt = Date.parse(element.dataset.observedAt);
      if (!Number.isNaN(observedAt)) write(element, ("lasts" in element.dataset ? forWords : ageWords)(now - observedAt));
    }
    for (const element of document.querySelectorAll("[data-state][data-late-at], [data-state][data-stale-at]")) {
      markByTime(element, now);
    }
    fitAll();
    const clock = document.getElementById("clock");
    if (clock && state.said) {
      clockForm ||= /^\s*\d\d:\d\d\s*$/.test(clock.textContent) ? hourMinute : hourMinuteSecond;
      write(clock, clockForm.format(now));
      const date = document.getElementById("date");
      if (date) write(date, longDate.format(now).replace(",", ""));
    }
  }

  // --- Two kinds of page: where its content comes from, and how it is put on the glass --------------------

  const board = {
    url: () => body.dataset.bodyUrl,
    show(html) {
      const fresh = document.createElement("template");
      fresh.innerHTML = html;
      document.getElementById("board").replaceChildren(fresh.content);
    },
    shows: () => true, // nobody else draws on it
  };
  // Dash draws a page once, and may do so again at any time. What is live is put up past it: by its own way, set_props, a
  // drawing of Dash's that was still under way could win for good.
  const livePart = () => document.querySelector("#live-page > [data-html]");
  const dashPage = {
    url() {
      const { page, asked } = document.getElementById("live-page")?.dataset ?? {};
      if (!page || !livePart()) return null;
      if (asked && new URLSearchParams(location.search).has(asked)) return null; // a page that looks back is on its way
      return `/live/pages/${encodeURIComponent(page)}${asked === undefined ? "" : location.search}`;
    },
    show: (html) => (livePart().dataset.html = html),
    shows: (html) => livePart()?.dataset.html === html,
  };
  const glass = body.dataset.bodyUrl ? board : dashPage;

  let over = false, asking = false; // nobody is let in here any more; whether that is so is being asked

  // --- Fetching: one at a time, only the newest, again until it is shown -----------------------------------

  let held = { url: null, etag: null, html: null };
  const isHeld = (url) => held.url === url && glass.shows(held.html);
  let fetching = false, fetchTimer = 0, fetchFailures = 0;
  let owedSince = 0, newerSince = 0; // what the glass lacks was first told of then, and what came during a fetch

  const jittered = (failures) => Math.min(SLOWEST_RETRY, 250 * 2 ** failures) * (0.5 + Math.random());

  async function bring() {
    clearTimeout(fetchTimer);
    if (fetching || over) return;
    const url = glass.url();
    if (!url) return void (state.owed = false); // this page shows nothing live
    fetching = true;
    const wanted = state.said;
    newerSince = 0;
    try {
      const answer = await fetch(url, {
        headers: isHeld(url) && held.etag ? { "If-None-Match": held.etag } : {},
        cache: "no-store",
        redirect: "error",
        signal: AbortSignal.timeout(FETCH_WITHIN),
      });
      const version = answer.headers.get("X-Flow-Version");
      // Without our mark it is not ours, but some proxy's page.
      if (answer.status === 401) askWhetherOver();
      if ((answer.status !== 200 && answer.status !== 304) || version === null) throw new Error(String(answer.status));
      if (answer.status === 200) {
        const html = await answer.text();
        if (glass.url() === url) {
          glass.show(html);
          held = { url, etag: answer.headers.get("ETag"), html };
          state.swaps += 1;
        }
      }
      body.dataset.version = version;
      fetchFailures = 0;
      // What was wanted is on the glass, and only what came meanwhile is owed: news quicker than a fetch hides no wall.
      if (newerSince && Number(version) >= (wanted?.version ?? 0)) owedSince = newerSince;
      // One server of several may lag behind the one that told us: then what it gave is not yet enough.
      // Nor is it where the address has changed meanwhile.
      if (wanted === state.said && glass.url() === url && Number(version) >= (wanted?.version ?? 0)) {
        state.owed = false;
        if (wanted) note();
      }
      age();
    } catch {
      fetchFailures += 1;
    }
    fetching = false;
    if (state.owed) fetchTimer = setTimeout(bring, fetchFailures ? jittered(fetchFailures) : 50);
  }

  /** The address has changed, and with it what the page shows. */
  state.follow = () => {
    if (!state.owed) owedSince = performance.now();
    state.owed = true;
    bring();
  };

  // --- Hearing -------------------------------------------------------------------------------------------

  let stream = null, openedAt = 0, openFailures = 0, openTimer = 0;
  let heardAt = performance.now();
  let wellAt = serverNow(); // the last moment at which all was well, by the server's clock

  // A picture is news even where version and moment are the same: the configuration may have changed.
  const isNews = (event, said) =>
    event.type === "picture" || !state.said || said.version !== state.said.version || said.at !== state.said.at;

  function note() {
    if (state.said.live && !state.owed) wellAt = offset + heardAt;
    cover();
  }

  function hear(event) {
    const said = JSON.parse(event.data);
    heardAt = performance.now();
    offset = Date.parse(said.now) - heardAt;
    openFailures = 0;
    if (isNews(event, said)) {
      state.said = said;
      newerSince ||= heardAt;
      if (!state.owed) owedSince = heardAt;
      state.owed = true;
      bring();
    } else {
      state.said.live = said.live;
    }
    note();
    age();
    reloadAfterUpgrade(said.fingerprint);
  }

  function open() {
    clearTimeout(openTimer);
    if (over) return;
    stream?.close();
    openedAt = performance.now();
    stream = new EventSource("/live");
    stream.addEventListener("picture", hear);
    stream.addEventListener("beat", hear);
    // The browser gives up for good on a 503: opening again is ours.
    stream.onerror = () => {
      stream.close();
      clearTimeout(openTimer);
      askWhetherOver();
      openTimer = setTimeout(open, jittered(openFailures));
      openFailures += 1;
    };
  }

  // --- The session is over ---------------------------------------------------------------------------------

  /** Whoever is not let in any more must not take what stands here for the present, and is told why it stands still. */
  async function askWhetherOver() {
    if (over || asking) return;
    asking = true;
    try {
      // A stream says to a script that it failed, and never why.
      const answer = await fetch("/live", {
        method: "HEAD",
        cache: "no-store",
        redirect: "error",
        signal: AbortSignal.timeout(FETCH_WITHIN),
      });
      over = (answer.status === 401 || answer.status === 403) && answer.headers.has("X-Flow-Fingerprint");
    } catch { /* the server is away, which is not the same */ }
    asking = false;
    if (over) sayOver();
  }

  function sayOver() {
    clearTimeout(openTimer);
    clearTimeout(fetchTimer);
    body.classList.add("is-over");
    if (glass !== board || body.dataset.sleeps) return void window.flowOver?.(); // assets/over.js: somebody can sign in again
    if (document.getElementById("over")) return;
    const sign = Object.assign(document.createElement("div"), { id: "over" });
    sign.setAttribute("role", "alert");
    sign.append("This screen is no longer let in. An administrator can give it another address.");
    body.append(sign);
  }

  // Somebody has signed in beside a page with forms: what is live of it goes on.
  window.addEventListener("flow-in-again", () => {
    if (!over) return;
    over = false;
    heardAt = Math.max(heardAt, performance.now() - NOT_LIVE_AFTER + 2000);
    open();
  });

  function hurry() {
    if (over) return;

    if (!asleep && performance.now() - heardAt > SILENT_AFTER / 2) open();
    tick();
  }

  // A browser opens six connections to a server and no more: a forgotten tab must not hold one for ever.
  const SLEEP_AFTER = 60_000;
  let asleep = false, sleepTimer = 0;

  function hideOrShow() {
    clearTimeout(sleepTimer);
    if (document.visibilityState === "visible") {
      if (asleep) {
        asleep = false;
        // It was nobody's glass: it has two seconds to hear before it says that it is not live.
        heardAt = Math.max(heardAt, performance.now() - NOT_LIVE_AFTER + 2000);
        open();
      }
      hurry();
    } else if (glass !== board || body.dataset.sleeps) {
      sleepTimer = setTimeout(() => {
        asleep = true;
        clearTimeout(openTimer);
        stream?.close();
      }, SLEEP_AFTER);
    }
  }

  // --- After an upgrade the whole page is loaded again -----------------------------------------------------

  let drawnWith = body.dataset.fingerprint || "";
  // Whoever has asked for another page gets it: to load this one again meanwhile would take its place.
  const LEAVES_WITHIN = 30_000; // a download leaves nothing behind
  let leftAt = -Infinity;
  window.addEventListener("beforeunload", () => (leftAt = performance.now()));
  const isLeaving = () => performance.now() - leftAt < LEAVES_WITHIN;

  async function reloadAfterUpgrade(fingerprint) {
    drawnWith ||= fingerprint;
    if (!fingerprint || fingerprint === drawnWith || isLeaving()) return;
    // What somebody is typing would be lost: the next beat asks again.
    if ([...document.querySelectorAll("input[type=text]")].some((field) => field.value !== field.defaultValue)) return;
    // Two servers of different age behind one address must not send a display to and fro.
    const [last, when] = (sessionStorage.getItem("reloaded-for") || " 0").split(" ");
    if (last === fingerprint && Math.abs(Date.now() - Number(when)) < MINUTE) return;
    sessionStorage.setItem("reloaded-for", `${fingerprint} ${Date.now()}`);
    try {
      // A reload that fails, or that gives a sign-in page, would leave that on the wall for ever.
      const answer = await fetch(location.href, { cache: "reload", redirect: "error" });
      if (!answer.ok || answer.headers.get("X-Flow-Fingerprint") !== fingerprint) throw new Error("not the new page");
      if (isLeaving()) throw new Error("another page is on its way");
      location.reload();
    } catch { // the next beat tries again
      sessionStorage.removeItem("reloaded-for");
    }
  }

  // --- The cover -------------------------------------------------------------------------------------------

  function cover() {
    const now = performance.now();
    const live =
      now - heardAt <= NOT_LIVE_AFTER &&
      !(state.owed && now - owedSince > NOT_LIVE_AFTER) &&
      (state.said === null || state.said.live);
    body.classList.toggle("not-live", !live);
    let sign = document.getElementById("not-live");
    if (!sign) {
      if (live) return;
      sign = body.appendChild(Object.assign(document.createElement("div"), { id: "not-live" }));
      sign.setAttribute("role", "alert");
    }
    if (sign.hidden !== live) sign.hidden = live;
    if (!live) {
      const form = serverNow() - wellAt > 20 * HOUR ? dayHourMinute : hourMinute;
      write(sign, `NOT LIVE since ${form.format(wellAt)}`);
    }
  }

  // --- Each second -----------------------------------------------------------------------------------------

  let lastTick = { monotonic: performance.now(), wall: Date.now() };

  function tick() {
    if (over) return cover();
    const now = { monotonic: performance.now(), wall: Date.now() };
    const slept = Math.abs(now.wall - lastTick.wall - (now.monotonic - lastTick.monotonic)) > 3000;
    lastTick = now;
    if (slept && !asleep) {
      // The machine slept, or its clock was set: ask afresh, and do not claim to be live for long without answer.
      heardAt = Math.min(heardAt, now.monotonic - NOT_LIVE_AFTER + 2000);
      open();
    } else if (!asleep && now.monotonic - Math.max(heardAt, openedAt) > SILENT_AFTER) {
      open();
    }
    // What Dash has put up, now or again, was drawn a moment ago: what came since is fetched once.
    if (state.said && !state.owed && glass.url() && !isHeld(glass.url())) {
      state.owed = true;
      owedSince = now.monotonic;
      bring();
    }
    age();
    cover();
  }

  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", hideOrShow);
  window.addEventListener("pageshow", (event) => event.persisted && hurry());
  window.addEventListener("online", hurry);
  window.addEventListener("resize", fitAll);
  document.fonts.ready.then(fitAll);
  fitAll();
  open();
})();
