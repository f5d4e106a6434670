// What the list of profiles can do beyond being read: it is searched, and the map is one stop on the way with the Tab key.
(() => {
  "use strict";

  // Search

  const LETTERS = { ä: "ae", ö: "oe", ü: "ue", ß: "ss", ł: "l", ø: "oe", æ: "ae", đ: "d" };

  // The key of a name, as the program folds it (names.fold): „St. Ingbert“ and „Sankt Ingbert“ give st-ingbert.
  const fold = (text) => text.normalize("NFC").toLowerCase().replace(/[äöüßłøæđ]/g, (c) => LETTERS[c])
    .normalize("NFD").replace(/\p{M}/gu, "").split(/[^a-z0-9]+/).filter(Boolean)
    .map((word) => (word === "sankt" ? "st" : word)).join("-");

  const form = document.querySelector("form");
  const field = form.querySelector("input");
  const [level, land] = ["ebene", "land"].map((id) => document.getElementById(id) || { value: "" });
  const count = document.querySelector(".count");
  const sections = [...document.querySelectorAll(".list > section")];
  const items = [...document.querySelectorAll(".place")].map((row) => {
    const [name, kind] = [...row.querySelector(".name").childNodes].map((node) => fold(node.textContent));
    return { row, name, joined: name.replace(/-/g, ""), kind: kind.split("-"), ags: row.dataset.key, level: row.dataset.level,
      above: row.parentElement.closest(".place") };
  });

  // Every word has to be in the name, or to be one of its type; digits begin the official key, however it is spaced.
  const matcher = (text) => {
    const digits = text.replace(/\s/g, "");
    if (/^\d+$/.test(digits)) return (item) => item.ags.startsWith(digits);
    const key = fold(text);
    const words = key.split("-");
    const joined = key.replace(/-/g, "");
    return (item) => words.every((word) => item.name.includes(word) || item.kind.includes(word)) || item.joined.startsWith(joined);
  };

  const filter = () => {
    const fits = matcher(field.value);
    const kept = new Set();
    let number = 0;
    for (const { row, above, ...item } of items) {
      const found = item.level && (!level.value || item.level === level.value)
        && item.ags.startsWith(land.value) && fits(item);
      row.classList.toggle("context", !found);
      if (!found) continue;
      number += 1;
      kept.add(row).add(above);
    }
    for (const { row } of items) if (row.hidden === kept.has(row)) row.hidden = !row.hidden;
    for (const section of sections) section.hidden = !section.querySelector(".place:not([hidden])");
    document.body.classList.toggle("searching", Boolean(field.value || level.value || land.value));
    const all = count.dataset.all;
    const some = number.toLocaleString("de-DE");
    count.textContent = number < items.filter((item) => item.level).length ? `${some} von ${all} ${all === "1" ? "Ort" : "Orten"}`
      : `${all} ${all === "1" ? "Ort" : "Orte"}`;
  };

  let waiting = 0;
  const now = () => {
    clearTimeout(waiting);
    waiting = 0;
    filter();
  };
  form.hidden = false;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(now, 120); // a fast typist waits once
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    now();
    document.querySelector(".place:not([hidden]):not(.context) > a")?.focus();
  });

  // An address inside the page leads there, whatever is searched for.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target?.closest(".list [hidden]")) return;
    form.reset();
    now();
    target.scrollIntoView();
  };
  window.addEventListener("hashchange", reveal);
  window.addEventListener("pageshow", filter); // the browser may have kept what was typed

  // Map

  const panel = document.querySelector(".map .panel"); // listens: a drawing that did would be a stop of its own
  const svg = panel?.querySelector("svg");
  const areas = svg ? [...svg.querySelectorAll("a")] : [];
  if (!areas.length) return;
  const pointed = document.querySelector(".pointed");
  const hint = document.getElementById("karte-hinweis");
  hint.hidden = false;
  svg.setAttribute("aria-describedby", hint.id);
  const name = (area) => area.querySelector("title").textContent;

  const rings = ["ring halo", "ring"].map((look) => {
    const ring = document.createElementNS(svg.namespaceURI, "path");
    ring.setAttribute("class", look);
    return ring;
  });

  let current = areas[0];
  for (const area of areas) area.setAttribute("tabindex", area === current ? "0" : "-1");
  const move = (area) => {
    current.setAttribute("tabindex", "-1");
    current = area;
    current.setAttribute("tabindex", "0");
  };

  const middle = (area) => {
    const { x, y, width, height } = area.getBBox();
    return [x + width / 2, y + height / 2];
  };

  // The nearest area that way: what lies aside counts double.
  const beside = (right, down) => {
    const [x, y] = middle(current);
    let best = null;
    let least = Infinity;
    for (const area of areas) {
      const [dx, dy] = [middle(area)[0] - x, middle(area)[1] - y];
      const along = dx * right + dy * down;
      const far = Math.hypot(along, 2 * (dx * down - dy * right));
      if (area !== current && along > 0 && far < least) [best, least] = [area, far];
    }
    return best;
  };

  const enter = (area) => {
    move(area);
    pointed.textContent = name(area);
    for (const ring of rings) ring.setAttribute("d", area.querySelector("path").getAttribute("d"));
    if (area.matches(":focus-visible")) svg.append(...rings);
  };

  const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  panel.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const way = WAYS[event.key];
    const to = way ? beside(...way) : { Home: areas[0], End: areas.at(-1) }[event.key];
    if (way || to) event.preventDefault(); // the page would scroll
    if (!to) return;
    to.focus();
    enter(to); // a window in the background tells nobody of the focus
  });
  panel.addEventListener("focusin", (event) => enter(event.target.closest("a")));
  panel.addEventListener("focusout", () => {
    pointed.textContent = "";
    for (const ring of rings) ring.remove();
  });
  panel.addEventListener("pointerover", (event) => {
    pointed.textContent = event.target.closest("a") ? name(event.target.closest("a")) : "";
  });
})();
