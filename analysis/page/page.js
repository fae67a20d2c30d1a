// It computes and judges as the library does, with the constants above.

const VERDICTS = ["matches", "matches within rounding", "left open", "differs"];
const { abs, ceil, floor, log10, max, min, round, sign } = Math;
const SCALES = { "%": 0.01, percent: 0.01, thousand: 1e3, million: 1e6 };

const slack = (number) => max(1e-9 * abs(number), 1e-12);

function sourceOf(name, setting) {
  const { usual, sources, mayBeLower, allowed } = KNOWN[name];
  const shared = setting[LINKED[name]];
  const choice = setting[name] ?? (sources[shared] ? shared : usual);
  if (typeof choice === "string")
    return { ...sources[choice], run: RUNS[`${name}.${choice}`] };
  return { value: choice, words: mayBeLower ? [allowed[0], choice] : [] };
}

function needed(name, setting, above = []) {
  if (above.includes(name)) throw "readings in a circle";
  const source = sourceOf(name, setting);
  const plan = new Map();
  for (const need of source.needs ?? [])
    for (const pair of needed(need, setting, [...above, name])) plan.set(...pair);
  return plan.set(name, source);
}

function planOf(target, setting) {
  let plan = needed(target, setting);
  for (const name of [...plan.keys()]) {
    const most = LIMITS[name]?.[1];
    if (typeof most === "string") plan = new Map([...needed(most, setting), ...plan]);
  }
  return plan;
}

function endsOf(name, values) {
  const [low, high] = LIMITS[name] ?? [-Infinity, Infinity];
  return [low, values[high] ?? high];
}

function evaluate(plan, inputs = {}, isClipped = false) {
  const values = { ...inputs };
  for (const [name, { run, value }] of plan) {
    if (name in inputs) continue;
    values[name] = run ? run(values) : value;
    if (run && isClipped) {
      const [low, high] = endsOf(name, values);
      values[name] = min(max(values[name], low), high);
    }
  }
  return values;
}

const plain = (x) =>
  x === Infinity ? "inf" : x.toLocaleString("en", { maximumSignificantDigits: 10 });

function valueOf(target, plan, inputs = {}) {
  const values = evaluate(plan, inputs);
  for (const [name, value] of Object.entries(values)) {
    const [low, high] = endsOf(name, values);
    const room = 1e-9 * max(abs(value), 1);
    const most = LIMITS[name]?.[1];
    const limit = most in KNOWN ? `${most}, ` : "";
    const would = `${name} would be ${plain(value)}, `;
    if (value < low - room) throw `${would}below ${plain(low)}`;
    if (value > high + room) throw `${would}above ${limit}${plain(high)}`;
  }
  if (abs(values[target]) === Infinity) throw `${target} would divide by zero`;
  return values[target];
}

// With the least number that fits words.
function startValue(target, plan) {
  const start = {};
  for (const [name, { value, words }] of plan)
    if (Number.isNaN(value)) [start[name]] = words;
  return valueOf(target, plan, start);
}

function bounds(target, plan, kinds) {
  let corners = [{}];
  for (const [name, source] of plan) {
    const ends = kinds.flatMap((kind) => source[kind] ?? []);
    if (!ends.length) continue;
    const span = [min(...ends), max(...ends)];
    corners = corners.flatMap((corner) =>
      span.map((end) => ({ ...corner, [name]: end })),
    );
  }
  const values = corners.map((corner) => evaluate(plan, corner, true)[target]);
  const found = values.filter((value) => !isNaN(value));
  return [min(...found), max(...found)];
}

const reaches = ([low, high], [from, to]) => [
  high >= from - slack(from),
  low <= to + slack(to),
];

// A setting with the readings of a claim; a reader's numbers stay.
function settingOf({ readings }, setting) {
  const merged = { ...setting };
  for (const [name, choice] of Object.entries(readings)) {
    const isSame = ["set", "published", "in_words"].includes(choice);
    if (typeof merged[name] !== "number" || !isSame) merged[name] = choice;
  }
  return merged;
}

// Whether each set of inputs reaches the ends of a claim.
function reached({ quantity, beside, exact, rounded, readings }, setting) {
  const plan = planOf(quantity, settingOf({ readings }, setting));
  for (const { row } of plan.values())
    if (row && beside.includes(row)) throw `${row} would be compared with itself`;
  const value = valueOf(quantity, plan);
  const by = (...kinds) => reaches(bounds(quantity, plan, kinds), rounded);
  const met = reaches([value, value], exact);
  return [met, isNaN(value) ? met : by("rounding"), by("rounding", "words")];
}

function judge(claim, setting) {
  const met = reached(claim, setting).findIndex(([low, high]) => low && high);
  return VERDICTS.at(met);
}

function attempt(answer, otherwise = () => "no value") {
  try {
    return answer();
  } catch (refusal) {
    if (typeof refusal !== "string") throw refusal;
    return otherwise(refusal);
  }
}

function turns(code, from, to, depth = 34) {
  if (code(from) === code(to)) return [];
  const middle = (from + to) / 2;
  if (!depth) return [middle];
  const first = turns(code, from, middle, depth - 1);
  return [...first, ...turns(code, middle, to, depth - 1)];
}

// The parts of a range, each with its verdict.
function spansOf(claim, name, setting, low, high, steps = 20) {
  const at = (x) => ({ ...setting, [name]: x });
  const code = (x) => attempt(() => reached(claim, at(x)).join());
  const edges = [low];
  for (let step = 0; step < steps; step += 1) {
    const from = low + (step / steps) * (high - low);
    edges.push(...turns(code, from, from + (high - low) / steps));
  }
  const spans = [];
  for (const [index, from] of edges.entries()) {
    const to = edges[index + 1] ?? high;
    const verdict = attempt(() => judge(claim, at((from + to) / 2)));
    if (spans.at(-1)?.verdict === verdict) spans.at(-1).to = to;
    else spans.push({ verdict, from, to });
  }
  return spans;
}

const isCount = (unit) => !/percent|dimensionless|year|USD|\//.test(unit);

function digitsOf(value, unit) {
  const isSmall = isCount(unit) && abs(value) < 1e4;
  return abs(value) >= 1e6 || isSmall ? 4 : 3;
}

function text(number, unit, minimumSignificantDigits = 1) {
  const digits = { maximumSignificantDigits: 10 };
  if (unit === "percent") {
    Object.assign(digits, { minimumSignificantDigits });
    return `${(100 * number).toLocaleString("en", digits)} percent`;
  }
  const isLarge = abs(number) >= 1e6;
  const shown = (isLarge ? number / 1e6 : number).toLocaleString("en", digits);
  return shown + (isLarge ? " million" : "");
}

function spell(name, value) {
  const { unit, levels } = KNOWN[name];
  if (!Number.isFinite(value)) return "no value";
  let near = value;
  for (let digits = digitsOf(value, unit); digits < 13; digits += 1) {
    // Ties up.
    near = Number((value * (1 + 1e-13)).toPrecision(digits));
    if (isCount(unit)) near = round(near);
    if (levels.every((end) => sign(near - end) === sign(value - end))) break;
  }
  return text(near, unit, value ? 3 : 1);
}

function spellSpan(name, { from, to }, low, high) {
  const { unit } = KNOWN[name];
  const edge = (x, way, more) => {
    const place = floor(log10(x)) + 1 - digitsOf(x, unit) - more;
    const near = way((x / 10 ** place).toFixed(6)) * 10 ** place;
    return x && Number(near.toPrecision(12));
  };
  let ends = [];
  for (let more = 0; more < 9 && !(ends[0] < ends[1]); more += 1)
    ends = [edge(from, ceil, more), edge(to, floor, more)];
  const [first, last] = ends.map((end) => text(end, unit));
  if (from <= low) return to >= high ? "throughout" : `up to ${last}`;
  return to >= high ? `from ${first}` : `${first} to ${last}`;
}

function spellSide(name, setting) {
  const plan = planOf(name, setting);
  const value = startValue(name, plan);
  const [low, high] = bounds(name, plan, ["words"]);
  const isMost = low < value - slack(value);
  const isLeast = high > value + slack(value);
  const number = spell(name, value);
  if (isMost && isLeast) return `${number} (may be lower or higher)`;
  return `${isMost ? "at most " : isLeast ? "at least " : ""}${number}`;
}

// Read 0.6, 60%, 500,000 and 1.6 million.
function read(name, words) {
  const { allowed, far, unit } = KNOWN[name];
  const base = unit === "percent" ? "dimensionless" : unit;
  const tidy = words.trim().replace(/(\d),(?=\d{3}\b)/g, "$1");
  const form = /^(-?\d*\.?\d+(?:e-?\d+)?) *(%|[a-z]+)?$/;
  const [, digits, scale] = form.exec(tidy) ?? [];
  const number = Number((digits * (scale ? SCALES[scale] : 1)).toPrecision(12));
  if (isNaN(number)) throw `${name}: '${words}' is not a number in ${base}`;
  const [low, high] = allowed;
  if (number < low || number > high)
    throw `${name} must be ${plain(low)} to ${plain(high)}, not ${plain(number)}`;
  const ratio = abs(number / far);
  if (!scale && far && number && (ratio >= 50 || ratio <= 1 / 50))
    throw `${name} is ${plain(far)} here, and ${plain(number)} is far off`;
  return number;
}

// A setting with another choice.
function changed(setting, name, choice) {
  const { usual, sources, isFree, hint } = KNOWN[name];
  const { [name]: _, ...others } = setting;
  if (choice === usual || choice === sources[usual].value) return others;
  const made = { ...others, [name]: choice };
  needed(name, made);
  const uses = (other) => sourceOf(other, made).needs?.includes(name);
  const isIdle = typeof choice === "number" && !isFree && !sources[usual].needs;
  if (isIdle && !Object.keys(KNOWN).some(uses))
    throw `${name} has no effect under these readings${hint}`;
  return made;
}

// The page

let setting = {};
let timer = 0;
const problem = document.getElementById("problem");
const claimOf = (node) => CLAIMS[node.closest("section").id];

function each(key, act) {
  for (const node of document.querySelectorAll(`[data-${key}]`))
    act(node, node.dataset[key]);
}

function take(name, choice) {
  setting = changed(setting, name, choice);
  draw();
}

function shown(spec) {
  const [name, reading] = spec.split(".");
  const under = reading ? { ...setting, [name]: reading } : setting;
  const { value } = sourceOf(name, under);
  if (Number.isFinite(value)) return text(value, KNOWN[name].unit);
  return attempt(() => spell(name, startValue(name, planOf(name, under))));
}

function said(claim, under) {
  if (claim.isOurs) return "our comparison";
  const { quantity, exact } = claim;
  const found = () => {
    const verdict = judge(claim, under);
    const value = valueOf(quantity, planOf(quantity, settingOf(claim, under)));
    if (verdict !== "differs" || isNaN(value)) return verdict;
    const apart = max(exact[0] - value, value - exact[1]);
    return `differs by ${spell(quantity, apart)}`;
  };
  return attempt(found, (refusal) => `not computed: ${refusal}`);
}

const sum = (claim, under) =>
  attempt(() => spellSide(claim.quantity, settingOf(claim, under)));

function draw() {
  problem.textContent = "";
  each("value", (node, name) => (node.textContent = shown(name)));
  each("sum", (node, id) => (node.textContent = sum(CLAIMS[id], setting)));
  each("verdict", (node, id) => {
    node.textContent = said(CLAIMS[id], setting);
    node.dataset.kind = node.textContent.split(/ by|:/)[0];
  });
  each("field", (node, name) => {
    const isInWords = Number.isNaN(sourceOf(name, setting).value);
    node.value = shown(name) + (isInWords ? " or more" : "");
  });
  each("slide", (node, name) =>
    attempt(() => (node.value = startValue(name, planOf(name, setting)))),
  );
  each("choice", (node, name) => {
    const choice = setting[name] ?? KNOWN[name].usual;
    for (const input of node.querySelectorAll("input"))
      input.checked = input.value === choice;
  });
  clearTimeout(timer);
  timer = setTimeout(drawRest, 150);
}

function drawRest() {
  each("lever", drawLever);
  const pairs = Object.entries(setting).map((pair) => pair.join("="));
  history.replaceState(null, "", `#${pairs.join("&")}`);
}

function drawLever(node, name) {
  const claim = claimOf(node);
  const { tried, unit } = KNOWN[name];
  const [low, high] = tried;
  const [, slider, texts] = node.children;
  const [turned, far] = texts.querySelectorAll("b, em");
  if (!claim.isOurs) {
    const spans = spansOf(claim, name, setting, low, high);
    const percent = (x) => `${(100 * (x - low)) / (high - low)}%`;
    const colours = spans.map(
      ({ verdict, from, to }) =>
        `var(--${verdict.replaceAll(" ", "-")}) ${percent(from)} ${percent(to)}`,
    );
    slider.style.setProperty("--track", `linear-gradient(to right, ${colours})`);
    const parts = VERDICTS.map((kind) => {
      const own = spans.filter(({ verdict }) => verdict === kind);
      return own.map((span) => `${kind} ${spellSpan(name, span, low, high)}`);
    });
    turned.textContent = parts.flat().join("; ");
  }
  const now = attempt(
    () => startValue(name, planOf(name, setting)),
    () => high,
  );
  const end = now - low > high - now ? low : high;
  const there = { ...setting, [name]: end };
  const under = settingOf(claim, there);
  far.textContent = attempt(
    () =>
      `${text(end, unit)} gives ${spellSide(claim.quantity, under)}: ${said(claim, there)}`,
    (refusal) => `${text(end, unit)} is not possible: ${refusal}`,
  );
}

function open() {
  const refusals = [];
  setting = {};
  for (const [name, words] of new URLSearchParams(location.hash.slice(1))) {
    const choice = () => (words in KNOWN[name].sources ? words : read(name, words));
    const add = () => (setting = changed(setting, name, choice()));
    if (name in KNOWN) attempt(add, (refusal) => refusals.push(refusal));
  }
  refuse(...refusals);
}

function refuse(...refusals) {
  draw();
  problem.textContent = refusals.join(". ");
}

addEventListener("input", ({ target }) => {
  const { type, name, value, dataset } = target;
  if (type === "range") attempt(() => take(dataset.slide, Number(value)), refuse);
  if (type === "radio") attempt(() => take(name, value), refuse);
});
addEventListener("change", ({ target }) => {
  const { field } = target.dataset;
  if (field) attempt(() => take(field, read(field, target.value)), refuse);
});
addEventListener("hashchange", open);
open();
