// The page: what a reader moves, and where each answer is shown. The answers are those of explorer-model.js.

/** The setting and its texts by name, sentences on texts that were refused, and the quantity that is looked at. */
let under = ARTICLE, given = new Map(), problems = new Map(), looked = "at_risk_2021", width = 600, resting = 0;
const $ = (id) => document.getElementById(id);
const all = (selector) => [...document.querySelectorAll(selector)];
const answer = (name, at = under) => attempt(() => estimate(planFor(name, at)));
const readingOf = (name) => (under.values.has(name) ? "given" : under.readings.get(name) ?? QUANTITIES.get(name).usual);
const parted = (text) => [text.split("=")[0].trim(), text.split("=").slice(1).join("=").trim(), text];
const pick = (node, ...kinds) => kinds.map((kind) => node.querySelector(kind));
/** By name, each handle's node and its parts. */
const HANDLES = new Map(all("[data-handle]").map((node) =>
  [node.dataset.handle, [node, ...pick(node, "[type=range]", "[type=text]", "select", ".problem", ".effect")]]));

/** A text in the page, which hides where it is empty. Texts are never read as markup. */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
  if (node.hidden !== !text) node.hidden = !text;
}

function element(tag, ...children) {
  const node = document.createElement(tag);
  node.append(...children);
  return node;
}

function drawn(tag, attributes, text = "") {
  const node = document.createElementNS($("waterfall").namespaceURI, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.textContent = text;
  return node;
}

/** Set a quantity to a text, or back with an empty one; one that is refused changes nothing and leaves a sentence. */
function put(name, text) {
  const wanted = new Map(given).set(name, text);
  if (!text) wanted.delete(name);
  const [found, reason] = attempt(() => change(wanted));
  if (found) [given, under] = [wanted, found];
  problems.set(name, reason);
}

/** Take a whole setting, text by text. */
function take(pairs) {
  [given, under, problems] = [new Map(), ARTICLE, new Map()];
  for (const [name, ...rest] of pairs) {
    if (problems.has(name)) problems.set(name, say("given_twice", { name }));
    else assign([name, ...rest]);
  }
}

function assign([name, text, whole]) {
  if (name && text) put(name, text);
  else problems.set(whole, say("no_assignment", { text: whole }));
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function fromAddress() {
  const pairs = location.hash.slice(1).split("&").filter(Boolean).map((part) => parted(decoded(part)));
  looked = pairs.find(([name, one]) => name === "show" && DATA.shown.includes(one))?.[1] ?? looked;
  take(pairs.filter(([name]) => name !== "show"));
  render();
}

/** From persons at risk in 2019 to 2021 and to both groups; returns the sentences of those that have no value. */
function waterfall(figure) {
  const isOpen = planOf("at_risk_total", under).words.length > 0, none = { value: NaN, side: "" }, { printed } = DATA;
  const floor = isOpen ? { former_detainees: "floor" } : {};
  const answers = [["at_risk_2019", {}], ["at_risk_2021", {}], ["at_risk_total", floor]].map((name) => answer(name));
  const [base, now, total] = answers.map(([found]) => found ?? none), added = now.value - base.value;
  const beside = [printed.near, printed.low, printed.high];
  const words = ({ value, side }) => sided(side, abs(value) < 1e6 ? `${general(abs(value) / 1e6, 3)} million`
    : inWords(value, "person", 1e3, { beside }));
  const last = isOpen ? { ...total, side: "at least" } : total, step = { side: added < 0 ? "−" : "+", value: added };
  const rows = [
    ["At risk in 2019", 0, base, base.plan?.rests.includes("at_risk_2019_up_to") ? "printed" : "ours", words(base)],
    ["Added since 2019", base.value, { ...none, value: now.value }, "sum", words(step)],
    ["At risk in 2021", 0, now, "sum", words(now)],
    ["With former detainees", now.value, last, isOpen ? "words" : "ours",
      words(isOpen ? { side: "at least", value: total.value - now.value } : total)],
  ];
  const most = max(3.3e6, ...rows.map(([, , { value }]) => 1.25 * value || 0));
  const x = (one) => 8 + (one / most) * (width - 16);
  const put = (tag, kind, attributes, text) => figure.append(drawn(tag, { class: kind, ...attributes }, text));
  const bar = (kind, y, from, to, height = 15) =>
    put("rect", kind, { x: min(x(from), x(to)), y, width: abs(x(to) - x(from)), height });
  figure.replaceChildren();
  bar("band", 16, printed.low, printed.high, 178);
  put("text", "small middle", { x: x((printed.low + printed.high) / 2), y: 12 }, `printed: ${printed.words}`);
  rows.forEach(([name, from, { value, side, low, high }, kind, said], i) => {
    const y = 34 + 42 * i, turn = { "at most": -1, "at least": 1 }[side], isKnown = finite(from) && finite(value);
    put("text", "", { x: 8, y }, `${name}: ${isKnown ? said : "no value"}`);
    if (!isKnown) return;
    if (i === 3) bar("pale", y + 5, 0, from);
    bar(kind, y + 5, from, value);
    const tip = `l${-5 * turn} -4m${5 * turn} 4l${-5 * turn} 4`;
    if (turn) put("path", turn < 0 ? "arrow inside" : "arrow", { d: `M${x(value)} ${y + 12.5}h${14 * turn}${tip}` });
    if (high > low) put("path", "range", { d: `M${x(low)} ${y + 21}v6m0 -3H${x(high)}m0 -3v6` });
    if (i === 2) put("path", "goal", { d: `M${x(printed.near)} ${y + 1}v23` });
  });
  for (let i = 0; i * 1e6 < most; i++) put("text", "small middle", { x: x(i * 1e6), y: 212 }, i ? `${i} million` : "0");
  figure.setAttribute("viewBox", `0 0 ${width} 218`);
  figure.setAttribute("aria-label", rows.map(([name, , , , said]) => `${name}: ${said}`).join("; "));
  return [...new Set(answers.map(([, reason]) => reason).filter(Boolean))].join(" ");
}

/** The quantity that is looked at, with each assumption at either end of its varied range; returns a note. */
function drawTornado(figure, now, reason) {
  const bars = now ? tornado(now.plan) : [];
  const ends = bars.flatMap((bar) => [bar.atLow, bar.atHigh, now.value]).filter(finite);
  const least = min(...ends), x = (number) => 8 + ((number - least) / (max(...ends) - least || 1)) * (width - 16);
  const said = (at, value) => `at ${general(at, 10, true)}: ${valueWords(now.plan, value, [now.value])}`;
  figure.replaceChildren(...bars.flatMap(({ name, low, high, atLow, atHigh }, i) => {
    const here = x(now.value), sides = [["ours", atLow], ["sum", atHigh]].filter(([, end]) => finite(end));
    const rects = sides.map(([kind, end]) => drawn("rect", { class: kind, y: 46 * i + 34, height: 10,
      x: min(x(end), here), width: abs(x(end) - here) }));
    return [drawn("text", { x: 8, y: 46 * i + 14 }, ASSUMPTIONS.get(name).label),
      drawn("text", { x: 8, y: 46 * i + 29, class: "small" }, `${said(low, atLow)}; ${said(high, atHigh)}`),
      ...rects, drawn("path", { class: "range", d: `M${here} ${46 * i + 31}v16` })];
  }));
  figure.setAttribute("viewBox", `0 0 ${width} ${46 * bars.length + 4}`);
  return reason || (bars.length ? "" : "No assumption moves it under these readings.");
}

/** A statement: whether it holds, and along each assumption where. */
function showStatement(node, plans, comparison) {
  const [found, reason] = attempt(() => breakEvens(plans(), comparison));
  const where = ({ name, everywhere, spans }) => {
    const { unit } = ASSUMPTIONS.get(name), isCount = DATA.baseUnits.includes(unit);
    const at = (number) => (isCount ? inWords(number, unit, 1e3) : general(number, 4));
    const parts = spans.map(([low, high]) => (low === high ? `at ${at(low)}` : `from ${at(low)} to ${at(high)}`));
    return everywhere ? "over its whole allowed range" : parts.join(" and ") || "nowhere in its allowed range";
  };
  const lines = found?.found.map((one) => `${ASSUMPTIONS.get(one.name).label}: holds ${where(one)}`) ?? [reason];
  const [badge, list] = pick(node, ".v", "ul");
  write(badge, !found ? "no value" : found.holds ? "holds" : "does not hold");
  node.classList.toggle("holds", !!found?.holds);
  if (list.textContent !== lines.join("")) list.replaceChildren(...lines.map((line) => element("li", line)));
}

/** A statement of the reader's own, about a quantity and a number. */
function showOwn() {
  const quantity = $("own-quantity").value, [value, reason] = attempt(() => numberOf(quantity, $("own").value));
  write($("own-problem"), $("own").value && reason);
  if (value === null) return;
  const number = new Plan("number", [{ name: "number", reading: "given", source: { value, needs: [] } }]);
  showStatement($("own-statement"), () => [planOf(quantity, under), number], $("own-comparison").value);
}

/** The quantity that is looked at under each other reading, one at a time. */
function showReadings() {
  const check = [...CHECKS.values()].find((one) => one.judges && one.quantity === looked);
  const choices = ({ name }) => QUANTITIES.get(name).choices.map((reading) => [name, reading]);
  const others = planOf(looked, under).nodes.flatMap(choices).filter(([name, one]) => one !== readingOf(name));
  $("readings-rows").replaceChildren(...others.map(([name, reading]) => {
    const [at, refusal] = attempt(() => change(new Map([...given, [name, reading]])));
    const [found, reason] = at ? answer([looked, {}], at) : [null, refusal];
    const verdict = found && check ? verdictWords(judge(check, at)) : "", words = found?.words ?? reason;
    const cells = [`${label(name)}: ${QUANTITIES.get(name).sources.get(reading).words}`, words, verdict];
    return element("tr", ...cells.map((cell) => element("td", cell)));
  }));
}

/** Each handle: its value, its reading, its problem, and whether it has an effect under the chosen readings. */
function showHandles() {
  const names = [...DATA.estimates.map((name) => [name, {}]), ...DATA.headlines.flatMap((one) => one.working)];
  const plans = names.map((name) => attempt(() => planFor(name, under))[0]).filter(Boolean);
  for (const [name, [node, slider, field, select, problem, effect]] of HANDLES) {
    const reading = readingOf(name);
    const isFree = ["set", "given", "in_words"].includes(reading), sentence = problems.get(name) ?? "";
    const number = under.values.get(name) ?? QUANTITIES.get(name).sources.get("set")?.value;
    const isIdle = ASSUMPTIONS.has(name) && !(isFree && plans.some((plan) => plan.direction.get(name)));
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

function showHeadline(one) {
  const { working, verdict, sentence, said, outcome } = headline(one, under);
  const [badge, calc, why, more, remark] = pick($(one.id), ".v", ".calc", ".why", ".said", ".remark");
  const styles = { ok: /match/, part: /^compatible/, no: /^(cannot|not)/, two: /./ };
  badge.className = `v ${Object.keys(styles).find((style) => styles[style].test(verdict))}`;
  write(badge, verdict);
  write(calc, working.join("\n") || "no derivation in this article");
  write(why, sentence);
  write(more, said && said !== verdict ? `Verdict: ${said}` : "");
  write(remark, outcome?.plan ? remarkWords(remarksOf(outcome.plan, outcome.value)) : "");
}
const remarkWords = (remarks) => (remarks.length ? `Remark: ${remarks.join("; ")}.` : "");

function render() {
  const differs = differences(under), [now, reason] = answer([looked, {}]);
  const others = [...problems].filter(([name]) => !HANDLES.has(name));
  $("notices").replaceChildren(...others.filter(([, one]) => one).map(([, one]) => element("li", one)));
  write($("differs"), differs ? `This ${differs}.` : "No settings changed.");
  write($("now"), `${label(looked)}: ${now?.words ?? reason}`);
  write($("now-remarks"), remarkWords(now?.remarks ?? []));
  $("shown").value = looked;
  DATA.headlines.forEach(showHeadline);
  write($("refusals"), waterfall($("waterfall")));
  write($("tornado-note"), drawTornado($("tornado"), now, reason));
  DATA.statements.forEach(({ sides, comparison }, i) =>
    showStatement($(`statement-${i}`), () => sides.map((side) => planFor(side, under)), comparison));
  showHandles();
  if ($("own").value) showOwn();
  if ($("readings").open) showReadings();
  // A slider is heard once, and written into the address once, when it rests.
  clearTimeout(resting);
  resting = setTimeout(share, 250);
}

/** The setting in the address, as a command and as a file; and the quantity for those who hear the page. */
function share() {
  const values = [...under.values], readings = [...given].filter(([name]) => under.readings.has(name));
  const show = looked === "at_risk_2021" ? [] : [["show", looked]];
  const hash = [...readings, ...values, ...show].map((pair) => pair.join("=")).join("&");
  if (location.hash.slice(1) !== hash) history.replaceState(null, "", `#${hash}`);
  const unit = (name) => ` ${QUANTITIES.get(name).unit}`.replace(" dimensionless", "");
  const block = (title, lines) => (lines.length ? [`${title}:`, ...lines.map((line) => `  ${line}`)] : []);
  const options = (option, pairs) => pairs.map((pair) => ` --${option} ${pair.join("=")}`).join("");
  $("link").value = location.href;
  $("command").value = `analysis explain ${looked}${options("reading", readings)}${options("set", values)}`;
  $("file").value = ["name: my_scenario", `description: ${JSON.stringify(differences(under) || "nothing is changed")}`,
    "reason: made with the explorer", ...block("readings", readings.map((one) => one.join(": "))),
    ...block("values", values.map(([name, number]) => `${name}: ${number}${unit(name)}`)), ""].join("\n");
  write($("spoken"), $("now").textContent);
}

function listen(node, type, act) {
  node?.addEventListener(type, (event) => {
    act(node.value, event);
    render();
  });
}
for (const [name, [, slider, field, select]] of HANDLES) {
  listen(slider, "input", (value) => put(name, (field.value = value)));
  listen(field, "change", (value) => put(name, value.trim()));
  listen(select, "change", (value) => put(name, value === QUANTITIES.get(name).usual ? "" : value));
}
listen($("preset"), "change", (value) => {
  const one = DATA.presets.find(({ name }) => name === value);
  take(Object.entries(one?.given ?? {}));
  write($("preset-why"), one?.words ?? "");
});
listen($("reset"), "click", () => {
  take([]);
  write($("preset-why"), ($("preset").value = ""));
});
listen($("other"), "submit", (_, event) => {
  event.preventDefault();
  problems = new Map();
  assign(parted($("other-text").value));
});
listen($("shown"), "change", (value) => (looked = value));
listen($("readings"), "toggle", () => {});
for (const id of ["own", "own-quantity", "own-comparison"]) listen($(id), "input", showOwn);
for (const node of all("[data-show]")) {
  listen(node, "click", () => {
    looked = node.dataset.show;
    $("moves").scrollIntoView();
  });
}
for (const node of all("[data-copy]")) {
  node.addEventListener("click", () => {
    $(node.dataset.copy).select();
    navigator.clipboard.writeText($(node.dataset.copy).value).then(() => write($("spoken"), "Copied."));
  });
}
addEventListener("hashchange", fromAddress);
width = $("waterfall").clientWidth || width;
fromAddress();
addEventListener("resize", () => {
  width = $("waterfall").clientWidth || width;
  render();
});
