// One setting moves all numbers. The first half computes and judges as the
// library does, with the constants above.

const VERDICTS = ["matches", "matches within rounding", "left open", "differs"];
const NOT_COMPUTED = "not computed";
const LEAST = "at least ";
const SCALES = { "%": 0.01, percent: 0.01, m: 1e6, million: 1e6, billion: 1e9 };
const { abs, ceil, floor, log10, max, min, round, sign } = Math;

for (const [key, run] of Object.entries(RUNS)) {
  const [name, reading] = key.split(".");
  KNOWN[name].sources[reading].run = run;
}

const slack = (number) => max(1e-9 * abs(number), 1e-12);

// The true number may be lower.
function exact(name, value) {
  const { allowed, mayBeLower } = KNOWN[name];
  return { value, words: mayBeLower ? [allowed[0], value] : [] };
}

// A number that equals the print is as printed.
function sourceOf(name, setting) {
  const { usual, sources, linked } = KNOWN[name];
  const shared = sources[setting[linked]] ? setting[linked] : usual;
  const choice = setting[name] ?? shared;
  const isSame = ({ value }) => value === choice;
  const printed = sources[choice] ?? Object.values(sources).find(isSame);
  return printed ?? exact(name, choice);
}

function needed(name, setting, plan = new Map(), above = []) {
  if (above.includes(name)) throw "These readings need each other";
  const source = sourceOf(name, setting);
  for (const need of source.needs ?? [])
    if (!plan.has(need)) needed(need, setting, plan, [...above, name]);
  return plan.set(name, source);
}

// The sources of all that a quantity and its limits need, in order.
function planOf(target, setting) {
  let plan = needed(target, setting);
  for (const name of plan.keys()) {
    const most = KNOWN[name].limits?.[1];
    if (KNOWN[most]) plan = new Map([...needed(most, setting), ...plan]);
  }
  return plan;
}

function endsOf(name, values) {
  const [low, high] = KNOWN[name].limits;
  return [low, KNOWN[high] ? (values[high] ?? Infinity) : high];
}

// No limit ends what is in words only.
function evaluate(plan, inputs = {}, isClipped = false) {
  const values = { ...inputs };
  for (const [name, { run, value }] of plan) {
    values[name] ??= run ? run(values) : value;
    if (isClipped && KNOWN[name].limits && !Number.isNaN(value)) {
      const [low, high] = endsOf(name, values);
      values[name] = min(max(values[name], low), high);
    }
  }
  return values;
}

function passed(values) {
  for (const [name, value] of Object.entries(values)) {
    if (!KNOWN[name].limits) continue;
    const [low, high] = endsOf(name, values);
    const room = 1e-9 * max(abs(value), 1);
    if (value < low - room) return { name, side: "below", end: low };
    if (value > high + room) return { name, side: "above", end: high };
  }
}

function valuesOf(target, plan, start) {
  const values = evaluate(plan, start);
  const { name, side, end } = passed(values) ?? {};
  if (name) {
    const [value, least] = [values[name], end].map((x) => spell(name, x));
    const most = KNOWN[KNOWN[name].limits[1]]?.label ?? "the limit";
    throw `${KNOWN[name].label} would be ${value}, ${side} ${most}, ${least}`;
  }
  if (abs(values[target]) === Infinity) throw "It would divide by zero";
  return values;
}

// Words start at the least number that fits.
function valueOf(name, setting) {
  const plan = planOf(name, setting);
  const start = {};
  for (const [need, { value, words }] of plan)
    if (Number.isNaN(value)) [start[need]] = words;
  return valuesOf(name, plan, start)[name];
}

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

// A setting with the readings of a claim; those of a reader stay.
const settingOf = ({ readings }, setting) => ({ ...readings, ...setting });

function planFor(claim, setting) {
  const under = settingOf(claim, setting);
  const plan = planOf(claim.quantity, under);
  if (claim.lowEnd) plan.set(claim.lowEnd, sourceOf(claim.lowEnd, under));
  for (const { row } of plan.values())
    if (claim.beside.includes(row))
      throw "The printed number would be compared with itself";
  return plan;
}

// Which ends of a claim each set of inputs reaches, or which limit is passed.
function codeOf({ quantity, exact, rounded, lowEnd }, plan) {
  const values = evaluate(plan);
  const value = values[quantity];
  const { name, side } = passed(values) ?? {};
  if (name || abs(value) === Infinity) return `${name} ${side}`;
  function meets([low, high], [from, to]) {
    const least = values[lowEnd] ?? from;
    return `${+(high >= least - slack(least))}${+(low <= to + slack(to))}`;
  }
  let code = meets([value, value], exact);
  for (const kinds of [["rounding"], ["rounding", "words"]]) {
    if (code.endsWith("11")) return code;
    // A number in words only has no value that could match.
    const isNone = Number.isNaN(value) && kinds.length < 2;
    const ends = isNone ? [value, value] : bounds(quantity, plan, kinds);
    code += ` ${meets(ends, rounded)}`;
  }
  return code;
}

function verdictOf(code) {
  if (!/^[01]/.test(code)) return NOT_COMPUTED;
  return VERDICTS.at(code.split(" ").indexOf("11"));
}

function judge(claim, setting) {
  const plan = planFor(claim, setting);
  valuesOf(claim.quantity, plan);
  return verdictOf(codeOf(claim, plan));
}

function attempt(answer, otherwise = () => undefined) {
  try {
    return answer();
  } catch (words) {
    if (typeof words !== "string") throw words;
    return otherwise(words);
  }
}

// The parts of a range, each with its verdict. A formula only rises or only falls,
// so it crosses each end of a claim once at most.
function spansOf(claim, name, setting, [low, high] = KNOWN[name].allowed) {
  const plan = attempt(() => planFor(claim, { ...setting, [name]: low }));
  if (!plan?.has(name)) return [];
  function at(x) {
    plan.set(name, exact(name, x));
    return codeOf(claim, plan);
  }
  const [start, stop] = [low, high].map(at);
  const spans = [{ verdict: verdictOf(start), from: low, to: high }];
  function part(left, right, first, last, depth) {
    const verdict = verdictOf(last);
    const isSame = depth > 12 && verdictOf(first) === verdict;
    if (isSame || first === last) return;
    const middle = (left + right) / 2;
    if (depth < 28) {
      const code = at(middle);
      part(left, middle, first, code, depth + 1);
      part(middle, right, code, last, depth + 1);
    } else if (spans.at(-1).verdict !== verdict) {
      spans.at(-1).to = middle;
      spans.push({ verdict, from: middle, to: high });
    }
  }
  part(low, high, start, stop, 0);
  return spans.filter(({ verdict }) => verdict !== NOT_COMPUTED);
}

// Numbers in words

const isCount = (unit) => !/percent|dimensionless|year|USD|\//.test(unit);

function digitsOf(value, unit) {
  return abs(value) >= 1e6 || (isCount(unit) && abs(value) < 1e4) ? 4 : 3;
}

const [PLAIN, PADDED] = [1, 3].map((minimumSignificantDigits) => {
  const digits = { maximumSignificantDigits: 10, minimumSignificantDigits };
  return new Intl.NumberFormat("en", digits).format;
});

function text(number, unit) {
  let [format, size, word] = [PLAIN, 1, ""];
  if (unit === "percent") [format, size, word] = [PADDED, 0.01, " percent"];
  else if (abs(number) >= 1e9) [size, word] = [1e9, " billion"];
  else if (abs(number) >= 1e6) [size, word] = [1e6, " million"];
  return format(number / size).replace("-", "−") + word;
}

// A number never seems to reach an end that it misses.
function spell(name, value) {
  const { unit, levels = [] } = KNOWN[name];
  if (!Number.isFinite(value)) return "no value";
  let near = value;
  for (let digits = digitsOf(value, unit); digits < 13; digits += 1) {
    // Ties go away from zero, as by hand.
    near = Number((value * (1 + 1e-13)).toPrecision(digits));
    if (isCount(unit)) near = round(near);
    if (levels.every((end) => sign(near - end) === sign(value - end))) break;
  }
  return text(near, unit);
}

function spellSpan(name, { from, to }, low, high) {
  const { unit } = KNOWN[name];
  function edge(x, way, more) {
    const digits = digitsOf(x, unit) + more + (abs(x) >= 1 && !isCount(unit));
    const place = floor(log10(abs(x))) + 1 - digits;
    const size = 10 ** (isCount(unit) ? max(place, 0) : place);
    const near = way((x.toPrecision(9) / size).toFixed(5)) * size;
    return x && Number(near.toPrecision(12));
  }
  let ends = [];
  for (let more = 0; more < 4 && !(ends[0] < ends[1]); more += 1)
    ends = [edge(from, ceil, more), edge(to, floor, more)];
  const [first, last] = ends.map((end) => text(end, unit));
  const [word = ""] = / \w+$/.exec(last) ?? [];
  if (!(ends[0] < ends[1])) return `only ${first}`;
  if (from > low && to < high) return `${first.replace(word, "")} to ${last}`;
  if (from > low) return LEAST + first;
  return to < high ? `at most ${last}` : "throughout";
}

function spellSide(name, setting) {
  const plan = planOf(name, setting);
  const value = valuesOf(name, plan)[name];
  if (Number.isNaN(value)) return "no single sum";
  const isOther = (end) => abs(end - value) > slack(value);
  const [isMost, isLeast] = bounds(name, plan, ["words"]).map(isOther);
  const side = isMost ? "at most " : LEAST;
  return (isMost === isLeast ? "" : side) + spell(name, value);
}

// Read 0.6, 0,6, 60%, 500,000, 1.5m, and 1.5 in a field with 1.6 million.
function read(name, words, shown = "") {
  const { label, allowed, far, unit, usual } = KNOWN[name];
  if (words === shown && words.startsWith(LEAST)) return usual;
  const tidy = words
    .trim()
    .toLowerCase()
    .replace("−", "-")
    .replace(/^(-?(?:0|\d+(?=,\d\d?(?!\d)))),/, "$1.")
    .replace(/(\d),(?=\d{3}(?!\d))/g, "$1");
  const form = /^([-+]?\d*\.?\d+(?:e[-+]?\d{1,2})?) *(%|[a-z]+)?$/;
  const [, digits, written] = form.exec(tidy) ?? [];
  const [word] = (abs(digits) < 1e3 && /[a-z]+$/.exec(shown)) || [];
  const scale = SCALES[written ?? word] ?? (written ? NaN : 1);
  const number = Number((digits * scale).toPrecision(15));
  if (Number.isNaN(number)) throw `“${words}” is no number we can read`;
  const inUnit = (end) => text(end, unit);
  const [said, least, most, now] = [number, ...allowed, far].map(inUnit);
  const span = most.includes("∞") ? `${least} or more` : `${least} to ${most}`;
  if (number < allowed[0] || number > allowed[1])
    throw `${label}: ${span}, not ${said}`;
  const ratio = abs(number / far);
  const isFar = far && number && (ratio >= 20 || ratio <= 1 / 20);
  if (isFar && SCALES[written] !== 0.01)
    throw `${label} is ${now} here; ${said} is far off`;
  return number;
}

// What is as in the article needs no mention; what has no effect is refused.
function changed(setting, values) {
  const made = { ...setting, ...values };
  for (const name of Object.keys(made)) {
    planOf(name, made);
    const uses = (claim) =>
      claim.lowEnd === name ||
      attempt(() => needed(claim.quantity, settingOf(claim, made)).has(name));
    const [now, usual] = [made, {}].map((choices) => sourceOf(name, choices));
    const isUsual = now === usual || (now.row && now.row === usual.row);
    if (isUsual && !KNOWN[name].linked) delete made[name];
    else if (name in values && !isUsual && !Object.values(CLAIMS).some(uses))
      throw `${KNOWN[name].label} has no effect here under these readings`;
  }
  return made;
}

// The page

let setting = {};
let [tracks, address] = [0, 0];
const find = (selector, within = document) => within.querySelector(selector);

function each(key, act) {
  for (const node of document.querySelectorAll(`[data-${key}]`))
    act(node, node.dataset[key] || node.id);
}

// What is pictured must have a number.
function possible(made) {
  each("brief", (node, id) => judge(CLAIMS[id], made));
  return made;
}

function complain(name, words) {
  find("#problem").textContent = "";
  each("field", (field, of) => {
    find(`#${of}-error`).textContent = of === name ? words : "";
    field.setAttribute("aria-invalid", of === name);
  });
}

function take(name, choose) {
  const set = () => apply(possible(changed(setting, { [name]: choose() })));
  attempt(set, (refusal) => complain(name, refusal));
}

function apply(made) {
  setting = made;
  complain();
  draw();
  clearTimeout(address);
  address = setTimeout(() => history.replaceState(null, "", link()), 200);
}

function shown(spec) {
  const [name, reading] = spec.split(".");
  const under = reading ? { ...setting, [name]: reading } : setting;
  const { value } = sourceOf(name, under);
  if (Number.isFinite(value)) return text(value, KNOWN[name].unit);
  const words = attempt(() => spell(name, valueOf(name, under))) ?? "no value";
  return (Number.isNaN(value) ? LEAST : "") + words;
}

function verdict(id) {
  const { kind } = CLAIMS[id];
  const refused = (refusal) => `${NOT_COMPUTED}: ${refusal}`;
  const words = attempt(() => judge(CLAIMS[id], setting), refused);
  return words + (kind && ` (${kind})`);
}

const WRITTEN = {
  value: shown,
  factor: (name) => (shown(name) === "1" ? "" : ` × ${shown(name)}`),
  side: (name) => spellSide(name, setting),
  sum: (id) => spellSide(CLAIMS[id].quantity, settingOf(CLAIMS[id], setting)),
  verdict,
};

function draw() {
  for (const [key, words] of Object.entries(WRITTEN))
    each(key, (node, spec) => {
      node.textContent = attempt(() => words(spec)) ?? "no value";
      [node.dataset.kind] = node.textContent.split(/:| \(/);
    });
  each("field", (node, name) => (node.value = shown(name)));
  each("slide", (node, name) => {
    attempt(() => (node.value = valueOf(name, setting)));
    node.setAttribute("aria-valuetext", shown(name));
  });
  drawPicture();
  tracks ||= setTimeout(drawTracks, 20);
}

function drawPicture() {
  const number = (spec) =>
    attempt(() => (KNOWN[spec] ? valueOf(spec, setting) : Number(spec))) || 0;
  let whole = WIDTH;
  each("to", (node, to) => (whole = max(whole, number(to))));
  const place = (spec) => (100 * number(spec)) / whole;
  each("from", (node, from) => {
    const { to = from } = node.dataset;
    const [start, stop] = [from, to].map(place);
    node.setAttribute("x", `${min(start, stop)}%`);
    if (to !== from) node.setAttribute("width", `${abs(stop - start)}%`);
  });
}

function drawTracks() {
  tracks = 0;
  for (const id of Object.keys(CLAIMS)) {
    const phrases = [...turnsOf(CLAIMS[id], id)];
    const words = phrases.join("; ") || "wherever the levers stand";
    each("holds", (node, of) => of === id && (node.textContent = words));
  }
  each("map", drawMap);
  each("setting", (node, line) => (node.textContent = cited(line)));
}

// What can turn a verdict, in words.
function* turnsOf(claim, id) {
  const verdict = attempt(() => judge(claim, setting));
  const plan = attempt(() => planFor(claim, setting)) ?? [];
  for (const [name, source] of plan) {
    const { room = KNOWN[name].allowed, phrase = KNOWN[name].phrase } = source;
    const lever = find(`[data-lever="${name}"]`);
    if (!phrase || (source.run && !lever)) continue;
    const spans = spansOf(claim, name, setting, room);
    const now = attempt(() => valuesOf(name, plan)[name]);
    const isHere = ({ from, to }) => from <= now && now <= to;
    const span = spans.find((part) => isHere(part) && part.verdict === verdict);
    if (lever?.dataset.of === id) drawLever(lever, name, spans);
    if (source.run || !span || spans.length < 2) continue;
    const words = spellSpan(name, span, spans[0].from, spans.at(-1).to);
    yield phrase.replace("{}", words);
  }
}

function drawLever(node, name, spans) {
  const slider = find("[type=range]", node);
  const [low, high] = [Number(slider.min), Number(slider.max)];
  const percent = (x) => `${(100 * x) / (high - low)}%`;
  let [bands, words] = ["", ""];
  for (const { verdict: kind, ...span } of spans) {
    const [from, to] = [max(span.from, low), min(span.to, high)];
    if (from >= to) continue;
    const code = VERDICTS.indexOf(kind);
    const place = `x="${percent(from - low)}" width="${percent(to - from)}"`;
    bands += `<rect class="band${code}" ${place} />`;
    words += `; ${kind}: ${spellSpan(name, { from, to }, low, high)}`;
  }
  find("svg", node).innerHTML = bands;
  words = words.slice(2).replaceAll("matches w", "w");
  find(".parts", node).textContent = words;
}

function drawMap(node, spec) {
  const [id, x, y] = spec.split(" ");
  const { quantity } = CLAIMS[id];
  const plan = planOf(quantity, { ...setting, [x]: 1, [y]: 1 });
  const at = (a, b) => evaluate(plan, { [x]: a, [y]: b })[quantity];
  const [left, right] = [at(ORIGIN, 0), at(1, 0)];
  const [low, high] = [at(ORIGIN, 1), at(1, 1)];
  each("level", (line, of) => {
    const level = Number(of) || valueOf(of, setting);
    const start = (level - low) / (high - low);
    const begin = max(start, 0);
    let points = "";
    for (let point = 0; point <= POINTS && begin < 1; point += 1) {
      const share = begin + (point / POINTS) * (1 - begin);
      const top = low + share * (high - low);
      const bottom = left + share * (right - left);
      const down = (top - level) / (top - bottom) / (1 - ORIGIN);
      points += `${100 * share},${100 * down} `;
    }
    if (line.tagName === "polygon") points += `100,0 ${100 * begin},0`;
    line.setAttribute("points", points);
    line.setAttribute("x", `${100 * start}%`);
    if (line.tagName === "text")
      line.textContent = start === begin && points ? text(level / 1e6) : "";
  });
  const percent = (a) => `${100 * min((a - ORIGIN) / (1 - ORIGIN), 1)}%`;
  const [span] = spansOf(CLAIMS[id], x, setting);
  find("#beyond").setAttribute("width", percent(span?.from ?? 1));
  find("#point").setAttribute("x", percent(valueOf(x, setting)));
  find("#point").setAttribute("y", percent(1 + ORIGIN - valueOf(y, setting)));
}

const link = () => `#${new URLSearchParams(setting)}`;

function cited(line) {
  const parts = Object.entries(setting).map(([name, choice]) => {
    const { label, sources } = KNOWN[name];
    return `${label}: ${sources[choice]?.label ?? shown(name)}`;
  });
  const words = parts.join("; ") || "the article’s own numbers";
  const here = `${find("#brief").textContent}; index.html${link()}`;
  return `with ${words}. ${here}`.replaceAll("_", line);
}

// An address is one setting, which is used as a whole or refused.
function open(words) {
  const values = {};
  for (const [name, choice] of new URLSearchParams(words)) {
    if (!Object.hasOwn(KNOWN, name))
      throw `“${name}” is no number of this page`;
    const isReading = Object.hasOwn(KNOWN[name].sources, choice);
    values[name] = isReading ? choice : read(name, choice);
  }
  return possible(changed({}, values));
}

// Or it is a place on the page.
function start() {
  const words = location.hash.slice(1);
  if (document.getElementById(words)) return apply(setting);
  clearTimeout(address);
  complain();
  const refused = (refusal) =>
    (find("#problem").textContent = `${refusal}. The address is not used.`);
  setting = {};
  attempt(() => (setting = open(words)), refused);
  draw();
}

async function copy(id) {
  const here = location.href.split("#")[0] + link();
  const words = find(`#${id}`)?.textContent ?? here;
  find("#copied").textContent = `Copy: ${words}`;
  await navigator.clipboard.writeText(words);
  find("#copied").textContent = "Copied.";
}

addEventListener("input", ({ target }) => {
  const { slide } = target.dataset;
  if (!slide) return;
  take(slide, () => Number(target.value));
  attempt(() => (target.value = valueOf(slide, setting)));
});
addEventListener("change", ({ target: { dataset, id, value } }) => {
  if ("field" in dataset) take(id, () => read(id, value, shown(id)));
});
addEventListener("click", ({ target }) => {
  if (target.dataset.copy) copy(target.dataset.copy);
  if (target.id === "undo") apply({});
});
addEventListener("hashchange", start);
for (const node of document.querySelectorAll("[disabled]"))
  node.disabled = false;
each("live", (node) => (node.hidden = false));
start();
