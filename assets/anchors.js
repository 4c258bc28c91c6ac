// A page comes after its address: go to the part that the address names once it is there.
(() => {
  "use strict";
  let gone = null;
  const go = () => {
    const address = location.href;
    const part = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (part && gone !== address) {
      gone = address;
      part.scrollIntoView();
    } else if (!location.hash && gone !== address) {
      gone = address;
      window.scrollTo(0, 0);
    }
  };
  new MutationObserver(go).observe(document.body, { childList: true, subtree: true });
})();
