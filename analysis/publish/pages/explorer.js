// The page: what a reader moves, and where each answer is shown. The answers are those of explorer-model.js.

/** The setting, its texts by name, sentences on refused texts, the quantity looked at, and the handle moved last. */
let under = ARTICLE, given = new Map(), problems = new Map(), looked = "at_risk_2021", moved = "", resting = 0;
const $ = (id) => document.getElementById(id), all = (selector) => [...document.querySelectorAll(selector)];
const usual = (name) => DATA.quantities[name].usual;
const readingOf = (name) => (under.values.has(name) ? "given" : under.readings.get(name) ?? usual(name));
const answer = (name) => attempt(() => estimate(planOf(name, under)));
const pick = (node, ...kinds) => kinds.map((kind) => node.querySelector(kind));
const HANDLES = new Map(all("[data-handle]").map((node) =>
  [node.dataset.handle, [node, ...pick(node, "[type=range]", "[type=text]", "select", ".problem", ".effect")]]));

/** A text in the page, which hides where it is empty. Texts are never read as markup. */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
  if (node.hidden !== !text) node.hidden = !text;
}

function list(node, lines) {
  if (node.textContent === lines.join("")) return;
  node.replaceChildren(...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
}

function drawn(tag, attributes, text = "") {
  const node = document.createElementNS($("waterfall").namespaceURI, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return Object.assign(node, { textContent: text });
}
/** A text, and a bar from one place to another, or a mark at one; places are in percent of the width. */
const text = (kind, x, y, words) => drawn("text", { class: kind, x: `${x}%`, y }, words);
const bar = (kind, y, height, from, to) => drawn("rect", { class: kind, y, height, x: `${min(from, to)}%`,
  width: from === to ? 2 : `${abs(to - from)}%` });

/** Set a quantity to a text, or back with an empty one; one that is refused changes nothing and leaves a sentence. */
function put(name, text) {
  const wanted = new Map(given).set(name, text);
  if (!text) wanted.delete(name);
  const [found, reason] = attempt(() => change(wanted));
  if (found) [given, under] = [wanted, found];
  problems.set(name, reason);
  moved = name;
}

/** Take a whole setting, from texts such as "overlap=0.5". */
function take(texts) {
  [given, under, problems, moved] = [new Map(), ARTICLE, new Map(), ""];
  for (const text of texts) {
    const [, name, value] = /^\s*(.+?)\s*=\s*(.+?)\s*$/s.exec(text) ?? [];
    if (!name) problems.set(text, say("no_assignment", { text }));
    else if (problems.has(name)) problems.set(name, say("given_twice", { name }));
    else put(name, value);
  }
}

/** Take the setting in the address, whose parts are decoded as keys, which refuses none. */
function fromAddress() {
  take(new URLSearchParams(location.hash.slice(1).replace(/[+=]/g, encodeURIComponent)).keys());
  render();
}

function start(name) {
  $("preset").value = name;
  const { dataset, title } = $("preset").selectedOptions[0];
  take(dataset.given?.split("&").filter(Boolean) ?? []);
  write($("preset-why"), title);
}

/** From persons at risk in 2019 to 2021 and to both groups; returns the sentences of those that have no value. */
function waterfall() {
  const isOpen = planOf(["at_risk_total"], under).words.length > 0, { least, most, words } = DATA.printed;
  const both = ["at_risk_total", isOpen ? [["former_detainees", "floor"]] : []];
  const answers = [["at_risk_2019"], ["at_risk_2021"], both].map(answer);
  const [base, now, total] = answers.map(([found]) => found ?? { value: NaN });
  const size = (number) => inWords(abs(number), "person", 1e3), added = now.value - base.value;
  const rows = [
    ["At risk in 2019", 0, base, base.plan?.rests.includes("at_risk_2019_up_to") ? "printed" : "ours", base.words],
    ["Added since 2019", base.value, { value: now.value }, "sum", `${added < 0 ? "−" : "+"} ${size(added)}`],
    ["At risk in 2021", 0, now, "sum", now.words],
    ["With former detainees", now.value, total, isOpen ? "words" : "ours",
      isOpen ? `at least ${size(total.value - now.value)} more` : total.words],
  ];
  const reach = max(3.3e6, ...rows.map(([, , { value }]) => 1.25 * value || 0)), x = (number) => (100 * number) / reach;
  const tick = 10 ** max(6, Math.floor(Math.log10(reach)));
  $("waterfall").replaceChildren(bar("band", 16, 178, x(least), x(most)),
    text("small middle", x((least + most) / 2), 12, `printed: ${words}`),
    ...Array.from({ length: Math.ceil(reach / tick) }, (_, i) =>
      text("small middle", x(i * tick), 212, inWords(i * tick, "person"))),
    ...rows.flatMap(([name, from, { value, low, high }, kind, said], i) => {
      const y = 34 + 42 * i, isKnown = finite(from) && finite(value);
      return [text("", 0, y, `${name}: ${isKnown ? said : "no value"}`),
        ...(isKnown ? [bar(kind, y + 5, 15, x(from), x(value))] : []),
        ...(isKnown && high > low ? [bar("range", y + 23, 2, x(low), x(high))] : [])];
    }));
  return [...new Set(answers.map(([, reason]) => reason).filter(Boolean))].join(" ");
}

/** The quantity that is looked at, with each assumption at either end of its varied range; returns a note. */
function drawTornado(now, reason) {
  const bars = now ? tornado(now.plan) : [];
  const ends = bars.flatMap(({ atLow, atHigh }) => [atLow, atHigh, now.value]).filter(finite);
  const least = min(...ends), x = (number) => (100 * (number - least)) / (max(...ends) - least || 1);
  const said = (at, value) => `at ${general(at, 10, true)}: ${valueWords(now.plan, value, [now.value])}`;
  $("tornado").replaceChildren(...bars.flatMap(({ name, low, high, atLow, atHigh }, i) => [
    text("", 0, 46 * i + 14, DATA.assumptions[name].label),
    text("small", 0, 46 * i + 29, `${said(low, atLow)}; ${said(high, atHigh)}`),
    ...[["ours", atLow], ["sum", atHigh]].filter(([, end]) => finite(end))
      .map(([kind, end]) => bar(kind, 46 * i + 34, 10, x(end), x(now.value))),
    bar("range", 46 * i + 31, 16, x(now.value), x(now.value))]));
  $("tornado").setAttribute("height", 46 * bars.length + 4);
  return reason || (bars.length ? "" : "No assumption moves it under these readings.");
}

function showStatement(statement, i) {
  const [found, reason] = attempt(() => breakEvens(statement, under));
  const beside = (one, other) => valueWords(found.plan, one, [other]);
  const lines = found?.found.map(({ name, spans, isOpen }) => {
    const { unit, label } = DATA.assumptions[name];
    const at = (x, open = "") => (isOpen(x) ? open : "") + inWords(x, unit, 1e3, { decimals: 4 });
    const span = ([low, high]) => (low === high ? `at ${at(low)}` : `from ${at(low, "above ")} to ${at(high, "below ")}`);
    return `${label}: holds ${spans.map(span).join(" and ") || "nowhere in its allowed range"}`;
  });
  const [badge, where] = pick($(`statement-${i}`), ".v", "ul");
  write(badge, !found ? "no value" : found.holds ? "holds" : "does not hold");
  badge.classList.toggle("holds", !!found?.holds);
  list(where, !found ? [reason] : [`${label(found.plan.target)}: ${beside(found.left, found.right)}, compared with ` +
    beside(found.right, found.left), ...lines]);
}

/** The quantity that is looked at under each other reading, one at a time. */
function showReadings() {
  const check = Object.values(DATA.checks).find((one) => one.judges && one.quantity === looked);
  const choices = ({ name }) => DATA.quantities[name].choices.map((reading) => [name, reading]);
  const others = planOf([looked], under).nodes.flatMap(choices).filter(([name, one]) => one !== readingOf(name));
  list($("other-readings"), others.map(([name, reading]) => {
    const [found, reason] = attempt(() => {
      const at = change(new Map([...given, [name, reading]])), { words } = estimate(planOf([looked], at));
      return check ? `${words}: ${judge(check, at).said}` : words;
    });
    return `${label(name)}, ${DATA.quantities[name].sources[reading].words}: ${found ?? reason}`;
  }));
}

function showHandles() {
  const plans = DATA.moved.map((name) => attempt(() => planOf(name, under))[0]).filter(Boolean);
  for (const [name, [node, slider, field, select, problem, effect]] of HANDLES) {
    const reading = readingOf(name), sentence = problems.get(name) ?? "";
    const isFree = ["set", "given", "in_words"].includes(reading);
    const number = under.values.get(name) ?? DATA.quantities[name].sources["set"]?.value;
    const isIdle = DATA.assumptions[name] && !(isFree && plans.some((plan) => plan.direction.get(name)));
    if (slider && slider !== document.activeElement) slider.value = number;
    if (field && field !== document.activeElement && !sentence) field.value = String(number);
    if (select) select.value = reading;
    field?.setAttribute("aria-invalid", String(!!sentence));
    write(problem, sentence);
    write(effect, isIdle ? say(isFree ? "without_effect" : "unused", { quantity: label(name), reading }) : "");
    node.classList.toggle("idle", isIdle);
    node.classList.toggle("changed", under.values.has(name) || under.readings.has(name));
  }
}

/** How a verdict is drawn: by what it says, whichever kind of check it is of. */
function styleOf(verdict) {
  const kinds = { match: /match|the two agree/, compatible: /compatible|allowed|left open/, not: /not/ };
  return Object.keys(kinds).find((kind) => kinds[kind].test(verdict)) ?? "two";
}

function showHeadline(one) {
  const { lines, verdict, sentence, said } = headline(one, under);
  const [badge, calc, why, more, remark] = pick($(one.id), ".v", ".calc", ".why", ".said", ".remark");
  badge.className = `v ${styleOf(verdict)}`;
  write(badge, verdict);
  write(calc, lines.map((line) => line.filter(Boolean).join("\n= ")).join("\n") || "no derivation in this article");
  write(why, sentence);
  write(more, said && said !== verdict ? `Verdict: ${said}` : "");
  write(remark, remarkWords(answer([one.quantity])[0]));
}
const remarkWords = (found) => (found?.remarks.length ? `Remark: ${found.remarks.join("; ")}.` : "");

function render() {
  const differs = differences(under), [now, reason] = answer([looked]);
  list($("notices"), [...problems].filter(([name, one]) => one && !HANDLES.has(name)).map(([, one]) => one));
  write($("differs"), differs ? `This ${differs}.` : "No settings changed.");
  // Where the handle that moved last does not move the quantity that is looked at, another one stands beside it.
  const moves = (found) => found?.plan.at.has(moved) && found.plan.direction.get(moved) !== 0;
  const other = moved && !moves(now) && DATA.moved.find((name) => moves(answer(name)[0]));
  const words = other ? `; ${other[2]}: ${answer(other)[0].words}` : "";
  write($("now"), `${label(looked)}: ${now?.words ?? reason}${words}`);
  write($("now-remarks"), remarkWords(now));
  DATA.headlines.forEach(showHeadline);
  write($("refusals"), waterfall());
  write($("tornado-note"), drawTornado(now, reason));
  DATA.statements.forEach(showStatement);
  showHandles();
  // When a slider rests, it is heard and written into the address once, and the other readings follow.
  clearTimeout(resting);
  resting = setTimeout(rest, 250);
}

function rest() {
  showReadings();
  const values = [...under.values], readings = [...given].filter(([name]) => under.readings.has(name));
  const written = values.map(([name, number]) => [name, writtenOf(name, number)]);
  const hash = [...readings, ...written].map(([name, one]) => `${name}=${encodeURIComponent(one)}`).join("&");
  if (location.hash.slice(1) !== hash) history.replaceState(null, "", `#${hash}`);
  const block = (title, lines) => (lines.length ? [`${title}:`, ...lines.map((line) => `  ${line}`)] : []);
  const quoted = (text) => (/\s/.test(text) ? `"${text}"` : text);
  const options = (option, pairs) => pairs.map((pair) => ` --${option} ${quoted(pair.join("="))}`).join("");
  $("link").value = location.href;
  const shows = [...given.keys()].every((name) => planOf([looked], under).at.has(name)) ? `explain ${looked}` : "verify";
  $("command").value = `analysis ${shows}${options("reading", readings)}${options("set", written)}`;
  $("file").value = ["name: my_scenario", `description: ${JSON.stringify(differences(under) || "nothing is changed")}`,
    "reason: made with the explorer", ...block("readings", readings.map((one) => one.join(": "))),
    ...block("values", values.map(([name, one]) => `${name}: ${one}${DATA.quantities[name].suffix}`)), ""].join("\n");
  write($("spoken"), $("now").textContent);
}

const listen = (node, type, act) => node?.addEventListener(type, () => {
  act(node.value);
  render();
});
for (const [name, [, slider, field, select]] of HANDLES) {
  listen(slider, "input", (value) => put(name, (field.value = value)));
  listen(field, "change", (value) => put(name, value.trim()));
  listen(select, "change", (value) => put(name, value === usual(name) ? "" : value));
}
listen($("preset"), "change", start);
listen($("reset"), "click", () => start(""));
listen($("shown"), "change", (value) => (looked = value));
for (const node of all("[data-copy]")) {
  node.addEventListener("click", () => {
    $(node.dataset.copy).select();
    navigator.clipboard.writeText($(node.dataset.copy).value).then(() => write($("spoken"), "Copied."));
  });
}
addEventListener("hashchange", fromAddress);
fromAddress();
