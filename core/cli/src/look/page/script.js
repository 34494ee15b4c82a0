"use strict";
// Links each field to its bytes: look with the pointer or the keyboard, keep with a click or Enter.
for (const section of document.querySelectorAll("section[data-message]")) {
  const rows = [...section.querySelectorAll(".row")];
  const runs = [...section.querySelectorAll(".hex i")];
  const here = section.querySelector(".here");
  const byRun = new Map(rows.map((row) => [Number(row.dataset.a), row]));
  const rowOf = (element) => {
    const row = element.closest(".row");
    if (row) return row;
    const run = element.closest(".hex i");
    return run ? byRun.get(Number(run.dataset.s)) : undefined;
  };
  let pinned;
  const paint = (row, style) => {
    for (const old of section.querySelectorAll("." + style)) old.classList.remove(style);
    if (!row) return;
    const from = Number(row.dataset.a), to = Number(row.dataset.b);
    row.classList.add(style);
    for (const run of runs) {
      const at = Number(run.dataset.s);
      if (at >= from && at <= to) run.classList.add(style);
    }
  };
  const tell = (row) => {
    const it = row || pinned;
    if (here) here.textContent = it ? it.dataset.path + ": " + it.dataset.says : here.dataset.hint;
  };
  const look = (event) => {
    const row = rowOf(event.target);
    paint(row, "on");
    tell(row);
  };
  const pin = (row, fromTree) => {
    pinned = row === pinned ? undefined : row;
    paint(pinned, "pin");
    tell(pinned);
    if (!pinned) return;
    const other = fromTree ? runs.find((run) => run.classList.contains("pin")) : row;
    if (other) other.scrollIntoView({ block: "nearest" });
  };
  const keep = (event) => {
    const row = rowOf(event.target);
    if (row) pin(row, event.target.closest(".row") !== null);
  };
  section.addEventListener("mouseover", look);
  section.addEventListener("focusin", look);
  section.addEventListener("mouseleave", () => { paint(undefined, "on"); tell(); });
  section.addEventListener("click", keep);
  section.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    keep(event);
  });
  // page.html#205 keeps the field that byte 205 of the first message belongs to.
  const at = /^#\d+$/.test(location.hash) ? Number(location.hash.slice(1)) : NaN;
  const named = rows.filter((row) => Number(row.dataset.from) <= at).pop();
  if (named && section.dataset.message === "0") pin(named, false);
}
document.documentElement.dataset.ready = "yes";
