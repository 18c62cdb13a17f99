"use strict";
{
  const wide = matchMedia("(min-width: 64rem)");
  const search = document.getElementById("search");
  const form = search.form;
  const told = form.querySelector("output");
  const groups = [...document.querySelectorAll("[data-group]")];
  const parts = [...document.querySelectorAll("nav details")];
  const entries = [...document.querySelectorAll("[data-entry]")].map((element) => ({
    element,
    name: element.dataset.entry.toLowerCase(),
    rows: [...element.querySelectorAll("[data-column]")],
    text: element.textContent.toLowerCase(),
  }));
  const links = new Map(
    [...document.querySelectorAll("nav li a")].map((link) => [link.hash.slice(1), link]),
  );

  const openAll = (isOpen) => {
    for (const each of document.querySelectorAll("details[data-wide-open]")) {
      each.open = isOpen;
    }
  };
  const show = (element, isShown) => element.toggleAttribute("data-hidden", !isShown);

  const openTarget = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    target?.closest("details")?.setAttribute("open", "");
    target?.scrollIntoView({ behavior: "instant" });
  };

  const find = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const entry of entries) {
      const matches = words.every((word) => entry.text.includes(word));
      const isNamed = words.every((word) => entry.name.includes(word));
      found += matches;
      show(entry.element, matches);
      const inRow = (row) =>
        words.some((word) => row.textContent.toLowerCase().includes(word));
      const isAboutRows = !isNamed && entry.rows.some(inRow);
      for (const row of entry.rows) show(row, !isAboutRows || inRow(row));
      if (words.length && "open" in entry.element) entry.element.open = true;
      const link = links.get(entry.element.id);
      if (link) show(link.parentElement, matches);
    }
    for (const part of parts) {
      show(part, part.querySelector("li:not([data-hidden])") !== null);
    }
    for (const group of groups) {
      show(group, group.querySelector("[data-entry]:not([data-hidden])") !== null);
    }
    if (!words.length) openAll(wide.matches);
    told.value = words.length ? (found ? `${found} found` : "Nothing is called so.") : "";
  };

  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  search.addEventListener("input", find);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== search) {
      event.preventDefault();
      search.focus();
    }
  });
  wide.addEventListener("change", () => openAll(wide.matches));
  addEventListener("hashchange", openTarget);
  addEventListener("beforeprint", () => openAll(true));
  openAll(wide.matches);
  if (location.hash) openTarget();

  // Where the reader is, marked in the list.
  const seen = new IntersectionObserver(
    (changes) => {
      for (const { target, isIntersecting } of changes) {
        const link = links.get(target.id);
        if (isIntersecting) link?.setAttribute("aria-current", "true");
        else link?.removeAttribute("aria-current");
      }
    },
    { rootMargin: "0px 0px -75% 0px" },
  );
  for (const { element } of entries) seen.observe(element);
}
