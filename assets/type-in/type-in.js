// A tap on a figure marks it whole, so that the next key replaces it. The form works without.
(() => {
  "use strict";
  document.addEventListener("focusin", ({ target }) => {
    if (target.matches(".slip .field input")) target.select();
  });
})();
