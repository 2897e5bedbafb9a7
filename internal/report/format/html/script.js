
"use strict";
(() => {
  // What is wider than the screen says so.
  const widths = new ResizeObserver((all) => {
    for (const { target } of all) target.classList.toggle("wide", target.scrollWidth > target.clientWidth);
  });
  document.querySelectorAll(".scroll").forEach((part) => widths.observe(part));

  const form = document.getElementById("filters");
  if (!form) return;
  const findings = [...document.querySelectorAll("#findings .finding")].map((element) => ({
    element,
    severity: element.dataset.severity,
    rule: element.dataset.rule,
    operations: element.dataset.operation.split("\n"),
    resources: element.dataset.resource,
  }));
  const blocks = [...document.querySelectorAll("#findings > .block")];
  const lives = [...document.querySelectorAll(".life")];
  const count = document.getElementById("count");
  const none = document.getElementById("none");

  const apply = () => {
    const choice = Object.fromEntries(new FormData(form));
    let shown = 0;
    for (const f of findings) {
      const fits = (!choice.severity || f.severity === choice.severity) &&
        (!choice.rule || f.rule === choice.rule) &&
        (!choice.operation || f.operations.includes(choice.operation)) &&
        (!choice.resource || f.resources.includes(choice.resource));
      f.element.hidden = !fits;
      if (fits) shown++;
    }
    for (const block of blocks) block.hidden = !block.querySelector(".finding:not([hidden])");
    for (const life of lives) {
      life.hidden = Boolean(choice.resource) && !life.dataset.resource.includes(choice.resource);
    }
    none.hidden = shown > 0;
    const total = findings.length + (findings.length === 1 ? " finding" : " findings");
    count.textContent = shown === findings.length ? total : shown + " of " + total;
  };

  // A link to a finding leads there, also when the filters hide it.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (!target) return;
    if (target.hidden) {
      form.reset();
      apply();
      target.scrollIntoView();
    }
    if (target.classList.contains("finding")) {
      target.open = true; // where it is one of several
      target.focus({ preventScroll: true });
    }
  };

  // On a narrow screen the filters would cover much of what they filter.
  document.getElementById("filter-bar").open = matchMedia("(min-width: 48rem)").matches;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  window.addEventListener("hashchange", reveal);
  apply(); // a browser that comes back keeps the choice
  reveal();
})();
