// What the page can do beyond being read: tables sort, figures say their values. Without this script nothing is missing.
(() => {
  "use strict";

  const make = (tag, className, parent) => {
    const element = document.createElement(tag);
    element.className = className;
    parent.append(element);
    return element;
  };

  // One place for all that is said aloud: it has to be there before its text changes, or the first change is missed.
  const main = document.querySelector("main");
  const voice = make("div", "unseen", main);
  voice.setAttribute("aria-live", "polite");
  const say = (text) => { voice.textContent = text; };

  // Tables

  const NEXT = { none: "ascending", ascending: "descending", descending: "none" };
  const SAID = { ascending: "aufsteigend", descending: "absteigend" };
  const MONTHS = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
    "November", "Dezember"];
  const MISSING = /^(\.|\.\.\.|\/|x|—|)$/;
  const collator = new Intl.Collator("de", { numeric: true });

  const text = (cell) => cell.textContent.replace(/\s+/g, " ").trim();

  // A day as a number that keeps the order among days and plain years.
  const day = (year, month, date) => Number(year) + month / 13 + date / 500;

  // What a cell counts in its column; NaN for words. „1.234 von 10.781“ and „18–24“ count their first number, „unter 18“
  // comes right before 18, and „–“ is the official sign for exactly zero.
  const number = (cell) => {
    if (cell === "–") return 0;
    let found = /^(\d\d)\.(\d\d)\.(\d{4})/.exec(cell);
    if (found) return day(found[3], found[2], found[1]);
    found = /^(\d{1,2})\. (\p{L}+) (\d{4})/u.exec(cell);
    if (found && MONTHS.includes(found[2])) return day(found[3], MONTHS.indexOf(found[2]) + 1, found[1]);
    found = /^Ende (\d{4})/.exec(cell);
    if (found) return day(found[1], 12, 31);
    found = /^\(?(unter )?([+±−-]?)(\d{1,3}(?:\.\d{3})+|\d+)(,\d+)?(?![-.\d\p{L}])/u.exec(cell);
    if (!found) return NaN;
    const size = Number(found[3].replace(/\./g, "") + (found[4] || "").replace(",", "."));
    return (/[−-]/.test(found[2]) ? -size : size) - (found[1] ? 0.5 : 0);
  };

  // Rows by one column: gaps after all values and totals at the end whatever the direction, equal rows as they were.
  const sorted = (rows, column, direction) => {
    if (direction === "none") return rows;
    const sign = direction === "ascending" ? 1 : -1;
    const items = rows.map((row) => ({ row, cell: text(row.cells[column]), total: row.classList.contains("total") }));
    for (const item of items) {
      item.last = item.total ? 2 : Number(MISSING.test(item.cell));
      item.number = number(item.cell);
    }
    const words = items.some((item) => !item.last && Number.isNaN(item.number));
    const compare = words ? (a, b) => collator.compare(a.cell, b.cell) : (a, b) => a.number - b.number;
    items.sort((a, b) => a.last - b.last || (a.last ? 0 : sign * compare(a, b)));
    return items.map((item) => item.row);
  };

  for (const table of main.querySelectorAll("table")) {
    const rows = [...table.tBodies[0].rows];
    if (rows.length < 3) continue;
    const name = text(table.caption.querySelector(".number"));
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const label = text(head.firstChild);
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const direction = NEXT[head.getAttribute("aria-sort")];
        for (const one of heads) one.setAttribute("aria-sort", one === head ? direction : "none");
        table.tBodies[0].append(...sorted(rows, column, direction));
        say(direction === "none" ? `${name} wieder in der ursprünglichen Reihenfolge`
          : `${name} sortiert nach ${label}, ${SAID[direction]}`);
      });
    });
  }

  // Figures: the spots of a drawing say where its marks stand and what their values are.

  const REACH = 24; // CSS pixels from which a mark answers: a finger's width, and marks are small
  const GAP = 10; // between mark and note, bridged by the note's arrow so that the pointer can move over to it

  const hint = make("p", "unseen", main);
  hint.id = "werte-hinweis";
  hint.textContent = "Pfeiltasten links und rechts zeigen die Werte, Escape blendet sie aus.";

  const note = document.createElement("div");
  note.className = "spot-note";
  note.setAttribute("aria-hidden", "true"); // the live region says the same
  const [value, unit, label] = [make("strong", "", note), make("span", "", note), make("div", "", note)];
  const ring = document.createElement("div");
  ring.className = "spot-ring";
  let open = null; // the spot that is shown
  let held = false; // whether the keyboard opened it: then the pointer passing by does not close it

  const hide = () => {
    open = null;
    held = false;
    note.remove();
    ring.remove();
  };

  // Both ends of a spot in the window; the drawing may be scaled, shifted and scrolled.
  const ends = ({ x, y, x2, y2, group }) => {
    const m = group.getScreenCTM();
    const at = (px, py) => [m.a * px + m.c * py + m.e, m.b * px + m.d * py + m.f];
    return [at(x, y), at(x2, y2)];
  };

  const distance = (spot, px, py) => {
    const [[ax, ay], [bx, by]] = ends(spot);
    const [dx, dy] = [bx - ax, by - ay];
    const along = dx || dy ? Math.min(1, Math.max(0, ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy))) : 0;
    return Math.hypot(px - ax - along * dx, py - ay - along * dy);
  };

  const place = () => {
    if (!open) return;
    const [[ax, ay], [bx, by]] = ends(open);
    const [x, y] = [(ax + bx) / 2, (ay + by) / 2];
    const frame = open.figure.getBoundingClientRect();
    const left = Math.min(Math.max(0, x - frame.left - note.offsetWidth / 2), frame.width - note.offsetWidth);
    const below = y - note.offsetHeight - GAP < 0;
    note.classList.toggle("below", below);
    note.style.left = `${left}px`;
    note.style.top = `${y - frame.top + (below ? GAP : -note.offsetHeight - GAP)}px`;
    note.style.setProperty("--at", `${x - frame.left - left}px`);
    ring.style.left = `${x - frame.left}px`;
    ring.style.top = `${y - frame.top}px`;
  };

  const show = (spot) => {
    if (open === spot) return;
    open = spot;
    value.textContent = spot.value;
    unit.textContent = spot.unit;
    label.textContent = spot.label;
    spot.figure.append(ring, note);
    place();
    say(`${spot.label}: ${spot.value}${spot.unit}`);
  };

  const prepare = (figure) => {
    const panel = figure.querySelector(".panel");
    const spots = [...panel.querySelectorAll(".spots")].flatMap((group) => {
      const { name, unit = "", spots: rows } = group.dataset;
      return JSON.parse(rows).map((row) => {
        const [what, value] = row.slice(-2);
        const [x, y, x2 = x, y2 = y] = row.slice(0, -2);
        return { figure, group, x, y, x2, y2, label: name ? `${name}, ${what}` : what, value, unit };
      });
    });
    if (!spots.length) return;
    panel.setAttribute("aria-describedby", hint.id);
    let current = 0; // where the arrow keys go on from

    const point = (event) => {
      if (note.contains(event.target)) return; // moving over to the note keeps it
      const near = panel.contains(event.target)
        ? spots.map((spot, i) => [distance(spot, event.clientX, event.clientY), i]).sort((a, b) => a[0] - b[0])[0]
        : [Infinity];
      if (near[0] <= REACH) {
        current = near[1];
        if (open !== spots[current]) held = false;
        show(spots[current]);
      } else if (!held || event.type === "click") hide();
    };

    const step = (to) => {
      current = Math.min(spots.length - 1, Math.max(0, to));
      const [from, until] = ends(spots[current]);
      const { left, width } = panel.getBoundingClientRect();
      const x = (from[0] + until[0]) / 2 - left;
      if (x < REACH || x > width - REACH) panel.scrollLeft += x - width / 2;
      held = true;
      show(spots[current]);
    };

    figure.addEventListener("pointermove", (event) => { if (event.pointerType !== "touch") point(event); });
    figure.addEventListener("click", point); // a tap, which has no hover
    figure.addEventListener("pointerleave", (event) => { if (event.pointerType !== "touch" && !held) hide(); });
    panel.addEventListener("focus", () => { if (panel.matches(":focus-visible")) step(current); });
    panel.addEventListener("blur", hide);
    panel.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
      if (!by || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault(); // the panel would scroll
      step(current + by);
    });
  };

  main.querySelectorAll(".figure").forEach(prepare);

  // Only what scrolls or answers to keys is a stop on the way with the Tab key.
  const stops = () => main.querySelectorAll(".table, .panel").forEach((box) => {
    if (box.scrollWidth > box.clientWidth + 1 || box.hasAttribute("aria-describedby")) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  });
  stops();
  main.addEventListener("toggle", stops, true); // a table that opens may scroll
  window.addEventListener("resize", stops);
  window.addEventListener("resize", place);
  document.addEventListener("scroll", place, true); // panels scroll, too, and their events do not bubble
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  document.addEventListener("click", (event) => { if (open && !open.figure.contains(event.target)) hide(); });
})();
