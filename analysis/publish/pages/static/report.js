/* Names for the cells of a narrow table, folded parts that open when a link leads to them, and the register's filter. */
addEventListener("DOMContentLoaded", () => {
  for (const table of document.querySelectorAll("table")) {
    const heads = [...table.querySelectorAll("th")];
    for (const head of heads) head.scope = "col";
    for (const row of table.querySelectorAll("tbody tr"))
      [...row.cells].forEach((cell, number) => { cell.dataset.label = heads[number] ? heads[number].textContent : ""; });
  }

  const open = () => {
    const place = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (const part of place ? place.closest("section").querySelectorAll(":scope > details") : []) part.open = true;
  };
  addEventListener("hashchange", open);
  open();

  const filter = document.querySelector(".filter");
  if (!filter) return;
  const [text, verdict, count] = filter.querySelectorAll("input, select, output");
  const groups = [...document.querySelectorAll("article > section > section")];
  const entries = groups.flatMap((group) => [...group.querySelectorAll(":scope > section")]);
  const words = new Map(entries.map((one) => [one, one.textContent.toLowerCase().replace(/\s+/g, " ")]));
  const show = () => {
    const wanted = text.value.toLowerCase().trim();
    for (const one of entries)
      one.hidden = !words.get(one).includes(wanted) || (verdict.value && !one.querySelector(verdict.value));
    for (const group of groups) group.hidden = !group.querySelector(":scope > section:not([hidden])");
    const shown = entries.filter((one) => !one.hidden).length;
    count.textContent = `${shown} of ${entries.length}`;
  };
  text.addEventListener("input", show);
  verdict.addEventListener("input", show);
});
