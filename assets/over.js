// The session is over: said across the foot, and in front of a form that would be lost. What is typed stays in its fields and is
// kept nowhere else; once somebody has signed in beside it, the form is theirs and can be sent. Without this script the server
// gives the words of a form that it refuses back.
(() => {
  "use strict";
  const WITHIN = 8000, SELDOM = 15_000; // ms
  const posts = () => [...document.querySelectorAll("form[method=post]")];
  // It differs from session to session, and where there is no sign-in there is none.
  const mark = () => document.cookie.split("; ").find((each) => each.startsWith("__Host-flow-mark="));
  const ask = (address, more) =>
    fetch(address, {
      cache: "no-store",
      redirect: "error",
      headers: { "X-Flow-By-Itself": "yes" },
      signal: AbortSignal.timeout(WITHIN),
      ...more,
    });

  let drawnFor = mark(), askedAt = -Infinity, before = null;
  const sign = () => document.getElementById("over");

  /** "in": whoever asks is let in; "over": they are not any more; "busy": nobody can tell, for nothing answers, or something else. */
  async function look() {
    askedAt = performance.now();
    try {
      const answer = await ask("/live", { method: "HEAD" });
      if (answer.ok) return "in";
      return (answer.status === 401 || answer.status === 403) && answer.headers.has("X-Flow-Fingerprint") ? "over" : "busy";
    } catch {
      return "busy";
    }
  }
  const isOver = async () => (await look()) === "over";

  const isTyped = () =>
    posts()
      .flatMap((form) => [...form.elements])
      .some((field) =>
        field.type === "radio" || field.type === "checkbox"
          ? field.checked !== field.defaultChecked
          : "defaultValue" in field && field.type !== "hidden" && field.value !== field.defaultValue,
      );

  /** Say it, and have the keyboard there: the next key Tab comes to the link, and leads on from it. */
  function say(words, link) {
    document.body.classList.add("is-over");
    sign()?.remove();
    before = document.activeElement;
    const said = Object.assign(document.createElement("div"), { id: "over", tabIndex: -1 });
    said.setAttribute("role", "alertdialog");
    said.setAttribute("aria-label", words);
    said.append(`${words} `, ...(link ? [link] : []));
    document.body.append(said);
    said.focus({ preventScroll: true });
  }

  function sayOver() {
    if (sign()) return sign().focus({ preventScroll: true });
    const here = location.pathname + location.search;
    const link = Object.assign(document.createElement("a"), { textContent: "Sign in again" });
    const lead = () => {
      const beside = isTyped(); // then this page stays, with what stands in it
      link.href = `/sign-in?next=${encodeURIComponent(beside ? "/signed-in" : here)}`;
      link.target = beside ? "_blank" : "";
      link.rel = beside ? "noopener" : "";
    };
    lead();
    link.addEventListener("click", lead);
    const stays = "Your session is over, and nothing was sent. What you typed stays here: sign in beside this page, come back, and send it.";
    const old = "Your session is over, and this page is no longer the present.";
    say(isTyped() ? stays : old, link);
  }
  window.flowOver = sayOver;

  const kindOf = (form) => [form.getAttribute("action"), form.elements.do?.value, form.elements.which?.value].join("\n");

  /** Have each form as it is drawn for whoever is signed in now; false where one is not for them. */
  async function renew() {
    const answer = await ask(location.href);
    if (!answer.ok) return false;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const drawn = new Map([...fresh.forms].map((form) => [kindOf(form), form]));
    const pairs = posts().map((form) => [form, drawn.get(kindOf(form))]);
    if (pairs.some(([, again]) => !again?.elements.form)) return false;
    for (const [form, again] of pairs) {
      form.elements.form.value = again.elements.form.value;
      const by = again.querySelector(".signed-in");
      if (by) form.querySelector(".signed-in")?.replaceWith(by);
    }
    drawnFor = mark();
    return true;
  }

  /** Somebody is let in again: with forms the page goes on, and without it is theirs only when it is loaded. */
  async function goOn() {
    if (posts().length === 0) return location.reload();
    if (!(await renew())) {
      say("You are signed in, and may not send what stands here. Copy what you typed, and load this page again.");
      return;
    }
    sign()?.remove();
    document.body.classList.remove("is-over");
    before?.focus?.({ preventScroll: true });
    window.dispatchEvent(new Event("flow-in-again"));
  }

  /** Sent now, what stands in the form would be lost: an answer that is no page takes its place. */
  function sayBusy() {
    document.getElementById("busy")?.remove();
    const said = Object.assign(document.createElement("div"), { id: "busy", tabIndex: -1 });
    said.setAttribute("role", "alert");
    said.append("The server does not answer, or is busy: nothing was sent. What you typed stays here. Send it again in a moment.");
    document.body.append(said);
  }

  /** May a form be sent? Looked at just before, for the session may have ended since the page was drawn. */
  async function mayBeSent() {
    const found = await look();
    document.getElementById("busy")?.remove();
    if (found === "over") sayOver();
    if (found === "busy") sayBusy();
    if (found !== "in") return false;
    try {
      if (mark() !== drawnFor || sign()) await goOn();
    } catch { /* the server says what is wrong */ }
    return !sign();
  }

  let asking = false, passes = null;
  document.addEventListener("submit", async (event) => {
    const form = event.target, by = event.submitter;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (passes === form) return void (passes = null);
    event.preventDefault();
    if (asking) return;
    asking = true;
    const may = await mayBeSent();
    asking = false;
    if (!may) return;
    passes = form;
    form.requestSubmit(by);
  });

  document.addEventListener("focusin", async ({ target }) => {
    if (sign() || !target.closest?.("form[method=post]") || performance.now() - askedAt < SELDOM) return;
    if (await isOver()) sayOver();
  });

  async function lookAgain() {
    if (!sign() || asking || document.visibilityState !== "visible") return;
    asking = true;
    if (!(await isOver())) await goOn().catch(() => {});
    asking = false;
  }
  document.addEventListener("visibilitychange", lookAgain);
  window.addEventListener("focus", lookAgain);
})();
