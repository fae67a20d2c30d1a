// One setting moves all numbers of the page. The first half computes and judges as the
// library does, with the constants above.

const VERDICTS = ["matches", "matches within rounding", "left open", "differs"];
const NOT_COMPUTED = "not computed";
const SCALES = {
  "%": 0.01,
  percent: 0.01,
  k: 1e3,
  thousand: 1e3,
  m: 1e6,
  million: 1e6,
  bn: 1e9,
  billion: 1e9,
};
const [STEPS, HALVINGS] = [4, 40];
const { abs, ceil, floor, log10, max, min, round, sign } = Math;

for (const [key, run] of Object.entries(RUNS)) {
  const [name, reading] = key.split(".");
  KNOWN[name].sources[reading].run = run;
}

const slack = (number) => max(1e-9 * abs(number), 1e-12);

// A number that equals the print is as printed; of some, the true one may be lower.
function sourceOf(name, setting) {
  const { usual, sources, allowed, mayBeLower } = KNOWN[name];
  const choice = setting[name] ?? usual;
  if (typeof choice === "string") return sources[choice];
  const isSame = (key) => sources[key]?.value === choice;
  const printed = [usual, "published", "set"].find(isSame);
  if (printed) return sources[printed];
  return { value: choice, words: mayBeLower ? [allowed[0], choice] : [] };
}

function needed(name, setting, plan, above = []) {
  if (above.includes(name)) throw "These readings need each other";
  const source = sourceOf(name, setting);
  for (const need of source.needs ?? [])
    if (!plan.has(need)) needed(need, setting, plan, [...above, name]);
  return plan.set(name, source);
}

// The sources of all that a quantity and its limits need, in order.
function planOf(target, setting) {
  let plan = needed(target, setting, new Map());
  for (const name of plan.keys()) {
    const most = KNOWN[name].limits?.[1];
    if (typeof most === "string")
      plan = new Map([...needed(most, setting, new Map()), ...plan]);
  }
  return plan;
}

function endsOf(name, values) {
  const [low, high] = KNOWN[name].limits ?? [-Infinity, Infinity];
  return [low, typeof high === "string" ? (values[high] ?? Infinity) : high];
}

function evaluate(plan, inputs = {}, isClipped = false) {
  const values = { ...inputs };
  for (const [name, { run, value }] of plan) {
    if (name in values) continue;
    values[name] = run ? run(values) : value;
    if (isClipped && run && KNOWN[name].limits) {
      const [low, high] = endsOf(name, values);
      values[name] = min(max(values[name], low), high);
    }
  }
  return values;
}

// The first limit that is passed, if any.
function passed(values) {
  for (const [name, value] of Object.entries(values)) {
    const [low, high] = endsOf(name, values);
    const room = 1e-9 * max(abs(value), 1);
    if (value < low - room) return { name, value, side: "below", end: low };
    if (value > high + room) return { name, value, side: "above", end: high };
  }
  return undefined;
}

// Each value of a plan, or a refusal.
function valuesOf(target, plan, start = {}) {
  const values = evaluate(plan, start);
  const limit = passed(values);
  if (limit) throw refusal(limit);
  if (abs(values[target]) === Infinity) throw `${label(target)} would divide by zero`;
  return values;
}

function refusal({ name, value, side, end }) {
  const { unit, limits } = KNOWN[name];
  const most = KNOWN[limits[1]] && side === "above" ? `${KNOWN[limits[1]].label}, ` : "";
  const number = spell(name, value);
  return `${label(name)} would be ${number}, ${side} ${most}${spell(name, end)}`;
}

// Each value that a quantity needs; words start at the least number that fits.
function startOf(name, setting) {
  const plan = planOf(name, setting);
  const start = {};
  for (const [need, { value, words }] of plan)
    if (Number.isNaN(value)) [start[need]] = words;
  return valuesOf(name, plan, start);
}

const valueOf = (name, setting) => startOf(name, setting)[name];

function bounds(target, plan, kinds) {
  const spans = [];
  for (const [name, source] of plan) {
    const ends = kinds.flatMap((kind) => source[kind] ?? []);
    if (ends.length) spans.push([name, min(...ends), max(...ends)]);
  }
  let [low, high] = [Infinity, -Infinity];
  for (let corner = 0; corner < 2 ** spans.length; corner += 1) {
    const inputs = {};
    for (const [bit, [name, ...ends]] of spans.entries())
      inputs[name] = ends[(corner >> bit) & 1];
    const value = evaluate(plan, inputs, true)[target];
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

// A setting with the readings of a claim; a reader's numbers stay.
function settingOf({ readings }, setting) {
  const merged = { ...setting };
  for (const [name, choice] of Object.entries(readings)) {
    const isSame = ["set", "published", "in_words"].includes(choice);
    if (typeof merged[name] !== "number" || !isSame) merged[name] = choice;
  }
  return merged;
}

function planFor(claim, setting) {
  const under = settingOf(claim, setting);
  const plan = planOf(claim.quantity, under);
  if (claim.lowEnd) plan.set(claim.lowEnd, sourceOf(claim.lowEnd, under));
  for (const { row } of plan.values())
    if (row && claim.beside.includes(row))
      throw "The printed number would be compared with itself";
  return plan;
}

// Which ends of a claim each set of inputs reaches, or which limit is passed.
function codeOf(claim, plan) {
  const { quantity, exact, rounded, lowEnd } = claim;
  const values = evaluate(plan);
  const value = values[quantity];
  const limit = passed(values);
  if (limit) return `${limit.name} ${limit.side}`;
  if (abs(value) === Infinity) return "infinite";
  function meets([low, high], [from, to]) {
    const least = values[lowEnd] ?? from;
    return [high >= least - slack(least), low <= to + slack(to)];
  }
  const by = (...kinds) => meets(bounds(quantity, plan, kinds), rounded);
  // A number in words only has no value that could match.
  const byRounding = Number.isNaN(value) ? [false, false] : by("rounding");
  const sets = [meets([value, value], exact), byRounding, by("rounding", "words")];
  return sets.flat().map(Number).join("");
}

function verdictOf(code) {
  const sets = code.match(/^[01]{6}$/) ? code.match(/../g) : [];
  return sets.length ? VERDICTS.at(sets.indexOf("11")) : NOT_COMPUTED;
}

function judge(claim, setting) {
  return verdictOf(codeOf(claim, planFor(claim, setting)));
}

function attempt(answer, otherwise = () => undefined) {
  try {
    return answer();
  } catch (words) {
    if (typeof words !== "string") throw words;
    return otherwise(words);
  }
}

// The parts of a range, each with its verdict. As a formula only rises or only falls,
// each end of a claim is crossed once at most, and its place is found by halving.
function spansOf(claim, name, setting, [low, high] = KNOWN[name].limits) {
  const plan = attempt(() => planFor(claim, { ...setting, [name]: low }));
  if (!plan?.has(name)) return [];
  function at(x) {
    plan.set(name, sourceOf(name, { [name]: x }));
    return codeOf(claim, plan);
  }
  const first = at(low);
  const spans = [{ verdict: verdictOf(first), from: low, to: high }];
  function part(from, to, start, stop, depth) {
    if (start === stop) return;
    const middle = (from + to) / 2;
    if (depth) {
      const code = at(middle);
      part(from, middle, start, code, depth - 1);
      part(middle, to, code, stop, depth - 1);
    } else if (spans.at(-1).verdict !== verdictOf(stop)) {
      spans.at(-1).to = middle;
      spans.push({ verdict: verdictOf(stop), from: middle, to: high });
    }
  }
  let [from, start] = [low, first];
  for (let step = 1; step <= STEPS; step += 1) {
    const to = low + (step / STEPS) * (high - low);
    const stop = at(to);
    part(from, to, start, stop, HALVINGS);
    [from, start] = [to, stop];
  }
  return spans.filter(({ verdict }) => verdict !== NOT_COMPUTED);
}

// Numbers in words

function label(name) {
  const words = KNOWN[name].label;
  return words[0].toUpperCase() + words.slice(1);
}

const isCount = (unit) => !/percent|dimensionless|year|USD|\//.test(unit);

function digitsOf(value, unit) {
  const isSmall = isCount(unit) && abs(value) < 1e4;
  return abs(value) >= 1e6 || isSmall ? 4 : 3;
}

const [PLAIN, PADDED] = [1, 3].map((minimumSignificantDigits) => {
  const digits = { maximumSignificantDigits: 10, minimumSignificantDigits };
  return new Intl.NumberFormat("en", digits);
});

function text(number, unit, percents = PLAIN) {
  const scaled = (by, { format }, word) => format(number / by).replace("-", "−") + word;
  if (unit === "percent") return scaled(0.01, percents, " percent");
  if (abs(number) >= 1e9) return scaled(1e9, PLAIN, " billion");
  return abs(number) < 1e6 ? scaled(1, PLAIN, "") : scaled(1e6, PLAIN, " million");
}

// A number never seems to reach an end that it misses.
function spell(name, value) {
  const { unit, levels } = KNOWN[name];
  if (!Number.isFinite(value)) return "no value";
  let near = value;
  for (let digits = digitsOf(value, unit); digits < 13; digits += 1) {
    // Ties go away from zero, as by hand.
    near = Number((value * (1 + 1e-13)).toPrecision(digits));
    if (isCount(unit)) near = round(near);
    if (levels.every((end) => sign(near - end) === sign(value - end))) break;
  }
  return text(near, unit, value ? PADDED : PLAIN);
}

// The end of a span, rounded into it.
function edge(name, x, way, more = 0) {
  const { unit } = KNOWN[name];
  const place = floor(log10(abs(x))) + 1 - digitsOf(x, unit) - more;
  const size = 10 ** (isCount(unit) ? max(place, 0) : place);
  return x && Number((way((x / size).toFixed(5)) * size).toPrecision(12));
}

function spellSpan(name, { from, to }, low, high) {
  const { unit } = KNOWN[name];
  let ends = [];
  for (let more = 0; more < 9 && !(ends[0] < ends[1]); more += 1)
    ends = [edge(name, from, ceil, more), edge(name, to, floor, more)];
  const [first, last] = ends.map((end) => text(end, unit));
  const [word = ""] = / \w+$/.exec(last) ?? [];
  if (from <= low) return to >= high ? "throughout" : `up to ${last}`;
  return to >= high ? `from ${first}` : `${first.replace(word, "")} to ${last}`;
}

function spellSide(name, setting) {
  const plan = planOf(name, setting);
  const value = valuesOf(name, plan)[name];
  if (Number.isNaN(value)) return "no single sum";
  const [low, high] = bounds(name, plan, ["words"]);
  const isMost = low < value - slack(value);
  const isLeast = high > value + slack(value);
  const number = spell(name, value);
  if (isMost && isLeast) return `${number} (may be lower or higher)`;
  return `${isMost ? "at most " : isLeast ? "at least " : ""}${number}`;
}

// Read 0.6, 0,6, 60%, 500,000, 1.5m, and 1.5 in a field that shows 1.6 million.
function read(name, words, shown = "") {
  const { allowed, far, unit, usual } = KNOWN[name];
  if (words === shown && words.startsWith(LEAST)) return usual;
  const tidy = words
    .trim()
    .toLowerCase()
    .replace("−", "-")
    .replace(/^(-?(?:0|\d+(?=,\d\d?(?!\d)))),/, "$1.")
    .replace(/(\d),(?=\d{3}(?!\d))/g, "$1");
  const [, digits, written] =
    /^([-+]?\d*\.?\d+(?:e[-+]?\d{1,2})?) *(%|[a-z]+)?$/.exec(tidy) ?? [];
  const word = written ?? (/[a-z]+$/.exec(shown) ?? [])[0];
  const isLike = written || (word === "percent" || abs(digits) < 1e3);
  const scale = word && isLike ? SCALES[word] : 1;
  const number = Number((digits * scale).toPrecision(12));
  if (Number.isNaN(number)) throw `“${words}” is not a number we can read`;
  const said = text(number, unit);
  const isPercent = scale === 0.01;
  if (isPercent && !written && number && abs(number) < 0.01)
    throw `Write ${said}, or ${text(100 * number, unit)}`;
  const [least, most] = allowed.map((end) => text(end, unit));
  const span = most.includes("∞") ? `${least} or more` : `${least} to ${most}`;
  if (!(allowed[0] <= number && number <= allowed[1]))
    throw `${label(name)}: ${span}, not ${said}`;
  const ratio = abs(number / far);
  if (!isPercent && far && number && (ratio >= 50 || ratio <= 1 / 50))
    throw `${label(name)} is ${text(far, unit)} here; ${said} is far off`;
  return number;
}

// A setting with other choices. A reading goes to the quantity that follows it, too;
// what is as in the article needs no mention, and what has no effect is refused.
function changed(setting, values) {
  const made = { ...setting, ...values };
  for (const [name, choice] of Object.entries(values)) {
    const { linked } = KNOWN[name];
    const isFree = linked && !(linked in values) && typeof setting[linked] !== "number";
    if (isFree && typeof choice === "string") made[linked] = choice;
  }
  for (const name of Object.keys(made)) {
    const source = sourceOf(name, made);
    if (source === sourceOf(name, {})) delete made[name];
  }
  for (const name of Object.keys(values)) {
    planOf(name, made);
    const uses = (claim) => attempt(() => planFor(claim, made).has(name));
    if (name in made && !Object.values(CLAIMS).some(uses))
      throw `${label(name)} has no effect here under the readings in use`;
  }
  return made;
}

// The page

const LEAST = "at least ";
let setting = {};
let [tracks, address] = [0, 0];
const find = (selector, within = document) => within.querySelector(selector);
const fieldOf = (name) => find(`[data-field="${name}"]`);

function each(key, act) {
  for (const node of document.querySelectorAll(`[data-${key}]`))
    act(node, node.dataset[key]);
}

// Refuse a setting under which what is pictured can't be computed.
function accepted(made) {
  for (const { dataset } of document.querySelectorAll("#brief [data-sum]")) {
    const claim = CLAIMS[dataset.sum];
    valuesOf(claim.quantity, planFor(claim, made));
  }
  return made;
}

function complain(name, words = "") {
  each("error", (node, of) => {
    node.textContent = of === name ? words : "";
    fieldOf(of).setAttribute("aria-invalid", node.textContent !== "");
  });
}

function take(name, choose) {
  attempt(
    () => apply(accepted(changed(setting, { [name]: choose() }))),
    (words) => complain(name, words),
  );
}

function apply(made) {
  setting = made;
  complain();
  find("#problem").textContent = "";
  draw();
  clearTimeout(address);
  address = setTimeout(() => history.replaceState(null, "", `#${link()}`), 200);
}

// A lever stops where a limit is.
function within(name, x) {
  const { of } = find(`[data-lever="${name}"]`).dataset;
  const spans = spansOf(CLAIMS[of], name, setting);
  const [low, high] = [spans[0]?.from, spans.at(-1)?.to];
  if (x < low) return edge(name, low, ceil);
  return x > high ? edge(name, high, floor) : x;
}

function shown(spec) {
  const [name, reading] = spec.split(".");
  const under = reading ? { ...setting, [name]: reading } : setting;
  const { value } = sourceOf(name, under);
  if (Number.isFinite(value)) return text(value, KNOWN[name].unit);
  const words = () => spell(name, valueOf(name, under));
  return attempt(words, () => "no value");
}

function inField(name) {
  const isInWords = Number.isNaN(sourceOf(name, setting).value);
  return (isInWords ? LEAST : "") + shown(name);
}

function said(claim) {
  const verdict = attempt(
    () => valuesOf(claim.quantity, planFor(claim, setting)) && judge(claim, setting),
    (words) => `${NOT_COMPUTED}: ${words}`,
  );
  return claim.kind ? `${verdict} (${claim.kind})` : verdict;
}

function sum(claim) {
  const words = () => spellSide(claim.quantity, settingOf(claim, setting));
  return attempt(words, () => "no value");
}

const write = (words) => (node, spec) => (node.textContent = words(spec));

// Sums and the picture move at once, what turns them a moment later.
function draw() {
  each("value", write(shown));
  each("sum", write((id) => sum(CLAIMS[id])));
  each("plus", write(inField));
  each(
    "factor",
    write((name) => (shown(name) === "1" ? "" : ` × ${shown(name)}`)),
  );
  each(
    "side",
    write((name) => attempt(() => spellSide(name, setting))),
  );
  each("verdict", (node, id) => {
    node.textContent = said(CLAIMS[id]);
    node.dataset.kind = node.textContent.split(/:| \(/)[0];
  });
  each("when", (node, name) => node.toggleAttribute("hidden", !(name in setting)));
  each("field", (node, name) => (node.value = inField(name)));
  each("slide", (node, name) => {
    attempt(() => (node.value = valueOf(name, setting)));
    node.setAttribute("aria-valuetext", inField(name));
  });
  find("#undo").disabled = !link();
  drawPicture();
  tracks ||= setTimeout(drawTracks, 20);
}

function drawPicture() {
  const number = (spec) => attempt(() => (KNOWN[spec] ? valueOf(spec, setting) : +spec));
  let whole = WIDTH;
  each("to", (node, to) => (whole = max(whole, number(to) || 0)));
  const place = (spec) => (100 * number(spec)) / whole || 0;
  each("from", (node, from) => {
    const [start, stop] = [from, node.dataset.to].map(place).sort((a, b) => a - b);
    node.setAttribute("x", `${start}%`);
    node.setAttribute("width", `${stop - start}%`);
  });
  each("at", (node, spec) => node.setAttribute("x", `${place(spec)}%`));
  for (const node of document.querySelectorAll(".open"))
    node.classList.toggle("counted", "former_detainees" in setting);
}

// What each lever does to each claim; its bands are those of its own claim.
function drawTracks() {
  tracks = 0;
  const conditions = {};
  each("cell", (node, spec) => {
    const [name, id] = spec.split(" ");
    const spans = CLAIMS[id] ? spansOf(CLAIMS[id], name, setting) : [];
    const span = heldBy(name, spans);
    node.textContent = effectOf(name, CLAIMS[id], spans, span);
    node.className = node.textContent.split(" ")[0];
    if (span) (conditions[id] ??= []).push(`${KNOWN[name].label} ${span}`);
    const lever = find(`[data-lever="${name}"]`);
    if (lever.dataset.of === id) drawLever(lever, name, spans);
  });
  each("holds", (node, id) => {
    const words = conditions[id]?.join("; ");
    node.textContent = words ? `for ${words}` : "wherever the levers stand";
  });
  each("map", drawMap);
  each("setting", write(cited));
}

// In words, the part of a range around the number in use, if there are others.
function heldBy(name, spans) {
  const now = spans.length > 1 && attempt(() => valuesOf(name, planOf(name, setting)));
  const span = spans.find(({ from, to }) => from <= now[name] && now[name] <= to);
  return span && spellSpan(name, span, spans[0].from, spans.at(-1).to);
}

function effectOf(name, claim, spans, span) {
  if (span) return `turns at ${span.replace(/from |up to /, "").replace(" to ", " and ")}`;
  if (!spans.length) return "no effect";
  if (Number.isNaN(sourceOf(name, setting).value)) return "a number turns it";
  const [low, high] = [spans[0].from, spans.at(-1).to].map((x) => {
    const plan = planFor(claim, { ...setting, [name]: x });
    return evaluate(plan)[claim.quantity];
  });
  const isSame = abs(high - low) <= slack(high) && claim.lowEnd !== name;
  return isSame ? "no effect" : "moves it";
}

function drawLever(node, name, spans) {
  const slider = find("[type=range]", node);
  const [low, high] = [Number(slider.min), Number(slider.max)];
  const percent = (x) => (100 * (x - low)) / (high - low);
  let bands = "";
  const words = VERDICTS.map(() => []);
  for (const span of spans) {
    const [from, to] = [max(span.from, low), min(span.to, high)];
    if (from >= to) continue;
    const code = VERDICTS.indexOf(span.verdict);
    const size = `x="${percent(from)}%" width="${percent(to) - percent(from)}%"`;
    bands += `<rect class="band${code}" ${size} />`;
    words[code].push(`${span.verdict} ${spellSpan(name, { from, to }, low, high)}`);
  }
  find("svg", node).innerHTML = bands;
  find(".turns", node).textContent = words
    .flat()
    .join("; ")
    .replaceAll("matches w", "w");
}

// The target of the map is linear in either input, so a line is known by its ends.
function drawMap(node, spec) {
  const [id, x, y, main] = spec.split(" ");
  const { quantity } = CLAIMS[id];
  const plan = planOf(quantity, { ...setting, [x]: 1, [y]: 1 });
  const at = (a, b) => evaluate(plan, { [x]: a, [y]: b })[quantity];
  const [low, high] = [at(ORIGIN, 1), at(1, 1)];
  const step = 5e4 * max(1, ceil((high - low) / 4e5));
  const least = valueOf(main, setting);
  const levels = new Set([least]);
  for (let level = ceil(low / step) * step; level < high; level += step)
    levels.add(level);
  let [lines, words] = ["", ""];
  for (const level of levels) {
    const start = (level - low) / (high - low);
    if (!(start < 1)) continue;
    const begin = max(start, 0);
    let points = "";
    for (let point = 0; point < POINTS; point += 1) {
      const share = begin + (point / (POINTS - 1)) * (1 - begin);
      const ratio = ORIGIN + share * (1 - ORIGIN);
      const [bottom, top] = [at(ratio, 0), at(ratio, 1)];
      const down = (top - level) / (top - bottom) / (1 - ORIGIN);
      points += `${100 * share},${100 * min(down, 9)} `;
    }
    const kind = level === least ? " main" : "";
    if (kind)
      lines = `<polygon class="reached" points="${points} 100,0 ${100 * begin},0" />${lines}`;
    lines += `<polyline class="line${kind}" points="${points}" />`;
    const number = text(level).split(" ")[0];
    if (start >= 0) words += `<text x="${100 * start}%" y="-0.5em">${number}</text>`;
  }
  node.innerHTML = lines;
  find("#levels").innerHTML = words;
  const percent = (a) => `${100 * min(max((a - ORIGIN) / (1 - ORIGIN), 0), 1)}%`;
  const [possible] = spansOf(CLAIMS[id], x, setting);
  find("#beyond").setAttribute("width", percent(possible?.from ?? 1));
  find("#point").setAttribute("x", percent(valueOf(x, setting)));
  find("#point").setAttribute("y", percent(1 + ORIGIN - valueOf(y, setting)));
}

const link = () => String(new URLSearchParams(setting));

function cited() {
  const parts = Object.entries(setting).map(([name, choice]) => {
    const { label: words } = KNOWN[name].sources[choice] ?? {};
    return `${label(name)}: ${words ?? text(choice, KNOWN[name].unit)}`;
  });
  const sums = [...document.querySelectorAll(".pair")].map((node) => node.textContent);
  const words = parts.join("; ") || "the article’s own numbers";
  return `${sums.join(". ")}. Set: ${words}. index.html#${link()}`;
}

// An address is one setting, which is used as a whole or refused.
function open(words) {
  const values = {};
  for (const [name, choice] of new URLSearchParams(words)) {
    if (!Object.hasOwn(KNOWN, name)) throw `“${name}” is no number of this page`;
    const isReading = Object.hasOwn(KNOWN[name].sources, choice);
    values[name] = isReading ? choice : read(name, choice);
  }
  return accepted(changed({}, values));
}

function start() {
  const words = location.hash.slice(1);
  // An address may also be a place on the page.
  if (document.getElementById(words)) {
    apply(setting);
    return;
  }
  clearTimeout(address);
  complain();
  find("#problem").textContent = "";
  setting = attempt(
    () => open(words),
    (refused) => {
      find("#problem").textContent = `${refused}: the address is not used`;
      return {};
    },
  );
  draw();
}

async function copy(id) {
  const here = `${location.href.split("#")[0]}#${link()}`;
  const words = id === "link" ? here : find(`#${id}`).textContent;
  find("#copied").textContent = `Copy this: ${words}`;
  await navigator.clipboard.writeText(words);
  find("#copied").textContent = "Copied.";
}

addEventListener("input", ({ target }) => {
  const { slide } = target.dataset;
  const x = Number(Number(target.value).toPrecision(9));
  if (slide) take(slide, () => within(slide, x));
});
addEventListener("change", ({ target }) => {
  const { field } = target.dataset;
  if (field) take(field, () => read(field, target.value, inField(field)));
});
addEventListener("click", ({ target }) => {
  if (target.dataset.copy) copy(target.dataset.copy);
  if (target.id === "undo") apply({});
});
addEventListener("hashchange", start);
for (const node of document.querySelectorAll("[disabled]")) node.disabled = false;
start();
