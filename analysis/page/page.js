// Computes, judges and draws as the library does.

const VERDICTS = ["matches", "matches within rounding", "left open", "differs"];
const NOT_COMPUTED = "not computed";
const LEAST = "at least ";
const SCALES = { m: 1e6, thousand: 1e3, million: 1e6 };
const { abs, ceil, floor, log10, max, min, round, sign } = Math;

for (const [key, run] of Object.entries(RUNS)) {
  const [name, reading] = key.split(".");
  KNOWN[name].sources[reading].run = run;
}

const slack = (number) => max(1e-9 * abs(number), 1e-12);

// A number like the print is as printed.
function sourceOf(name, setting) {
  const { usual, sources } = KNOWN[name];
  const choice = setting[name] ?? usual;
  const isSame = ({ value }) => abs(value - choice) <= 1e-13 * abs(value);
  const printed = sources[choice] ?? Object.values(sources).find(isSame);
  return printed ?? { value: choice };
}

function needed(name, setting, plan = new Map(), above = []) {
  if (above.includes(name)) throw "The readings need each other";
  const source = sourceOf(name, setting);
  for (const need of source.needs ?? [])
    if (!plan.has(need)) needed(need, setting, plan, [...above, name]);
  return plan.set(name, source);
}

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
    const { label, unit, limits } = KNOWN[name];
    const near = (x, way) => text(edge(x, unit, way, 3));
    const whole = (side === "above" && KNOWN[limits[1]]?.label) || "";
    const value = near(values[name], round);
    throw `${label} would be ${value}, ${side} ${whole} ${near(end, floor)}`;
  }
  if (abs(values[target]) === Infinity) throw "It divides by zero";
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

// What is set stands for the printed number.
function planFor({ quantity, readings, beside, lowEnd }, setting) {
  const under = { ...setting, ...readings };
  const plan = planOf(quantity, under);
  if (lowEnd) plan.set(lowEnd, sourceOf(lowEnd, under));
  if (quantity in readings && quantity in setting)
    plan.said = Array(2).fill(valueOf(quantity, setting));
  for (const { row } of plan.values())
    if (beside.includes(row)) throw "It would be compared with itself";
  return plan;
}

// Which ends of a claim each set of inputs reaches.
function codeOf({ quantity, exact, rounded, lowEnd }, plan) {
  const values = evaluate(plan);
  const value = values[quantity];
  const { name, side } = passed(values) ?? {};
  if (name || abs(value) === Infinity) return `${name} ${side}`;
  function meets([low, high], ends) {
    const [from, to] = plan.said ?? ends;
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
    plan.set(name, { value: x });
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
  const isPart = ({ verdict, from, to }) =>
    verdict !== NOT_COMPUTED && to - from > 1e-7 * (high - low);
  return spans.filter(isPart);
}

const isCount = (unit) => !/percent|dimensionless|year|USD|\//.test(unit);

function digitsOf(value, unit) {
  const size = abs(value);
  if (isCount(unit)) return size >= 1e4 && size < 1e6 ? 3 : 4;
  const isAboveOne = unit !== "percent" && size >= 1 && size < 10;
  return isAboveOne || size >= 1e6 ? 4 : 3;
}

const [PLAIN, PADDED] = [1, 3].map((minimumSignificantDigits) => {
  const digits = { maximumSignificantDigits: 10, minimumSignificantDigits };
  return new Intl.NumberFormat("en", digits).format;
});

function text(number, unit) {
  let [size, word] = [1, ""];
  if (unit === "percent") [size, word] = [0.01, " percent"];
  else if (abs(number) >= 1e9) [size, word] = [1e9, " billion"];
  else if (abs(number) >= 1e6) [size, word] = [1e6, " million"];
  const format = number && size < 1 ? PADDED : PLAIN;
  return format(number / size + 0).replace("-", "−") + word;
}

// A number never seems to reach an end that it misses.
function spell(name, value) {
  const { unit, levels = [] } = KNOWN[name];
  if (!Number.isFinite(value)) return "no value";
  let near = value;
  for (let digits = digitsOf(value, unit); digits < 13; digits += 1) {
    near = Number((value * (1 + 1e-13)).toPrecision(digits));
    if (isCount(unit) && abs(value) < 10 ** digits) near = round(value);
    if (levels.every((end) => sign(near - end) === sign(value - end))) break;
  }
  return text(near, unit);
}

function edge(x, unit, way, more) {
  const place = floor(log10(abs(x))) + 1 - digitsOf(x, unit) - more;
  const size = 10 ** (isCount(unit) ? max(place, 0) : place);
  const near = way((x.toPrecision(9) / size).toFixed(5)) * size;
  return x && Number(near.toPrecision(12));
}

function spellSpan(name, { from, to }, low, high) {
  const { unit } = KNOWN[name];
  let ends = [];
  for (let more = 0; more < 4 && !(ends[0] < ends[1]); more += 1)
    ends = [edge(from, unit, ceil, more), edge(to, unit, floor, more)];
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

// Read 0.6, 0,6, 60%, 500,000, 1.5m; 1.5 beside million.
function read(name, words, shown = "") {
  const { label, allowed = [0, Infinity], far, unit } = KNOWN[name];
  const tidy = words
    .trim()
    .toLowerCase()
    .replace("−", "-")
    .replace(/^(-?(?:0|\d+(?=,\d\d?(?!\d)))),/, "$1.")
    .replace(/(\d),(?=\d{3}(?!\d))/g, "$1");
  const form = /^([-+]?\d*\.?\d+(?:e[-+]?\d{1,2})?) *(%|[a-z]+)?$/;
  const [, digits, written] = form.exec(tidy) ?? [];
  const [word] = (abs(digits) < 1e3 && /[a-z]+$/.exec(shown)) || [];
  const share = /percent|dimensionless/.test(unit) ? 0.01 : NaN;
  const scales = { ...SCALES, "%": share, percent: share };
  const scale = scales[written ?? word] ?? (written ? NaN : 1);
  const number = Number((digits * scale).toPrecision(15));
  if (isNaN(number)) throw `“${words}” is no number here`;
  const inUnit = (end) => text(end, unit);
  const [said, least, most, now] = [number, ...allowed, far].map(inUnit);
  if (number < allowed[0] || number > allowed[1])
    throw `${label}: ${least} to ${most}, not ${said}`;
  const ratio = abs(number / far);
  const isFar = far && number && (ratio >= 20 || ratio <= 1 / 20);
  if (isFar && scales[written] !== 0.01)
    throw `${label} is ${now} by default; ${said} is far off`;
  return number;
}

function changed(setting, values) {
  const made = { ...setting, ...values };
  for (const name of Object.keys(made)) {
    planOf(name, made);
    const uses = ({ quantity, readings, lowEnd }) =>
      lowEnd === name ||
      attempt(() => needed(quantity, { ...made, ...readings }).has(name));
    const [now, usual] = [made, {}].map((choices) => sourceOf(name, choices));
    const isUsual = now === usual || (now.row && now.row === usual.row);
    if (isUsual) delete made[name];
    else if (!Object.values(CLAIMS).some(uses))
      throw `${KNOWN[name].label} has no effect here`;
  }
  return made;
}

// The page

let setting = {};
const isOurs = {};
let tracks;
const find = (selector, within = document) => within.querySelector(selector);

function each(key, act) {
  for (const node of document.querySelectorAll(`[data-${key}]`))
    act(node, node.dataset[key] || node.id);
}

// What is pictured needs a number.
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
}

function shown(name) {
  const { value } = sourceOf(name, setting);
  if (Number.isFinite(value)) return text(value, KNOWN[name].unit);
  const words =
    attempt(() => spell(name, valueOf(name, setting))) ?? "no value";
  return (Number.isNaN(value) ? LEAST : "") + words;
}

function verdict(id) {
  const { kind } = CLAIMS[id];
  const refused = (refusal) => `${NOT_COMPUTED}: ${refusal}`;
  const words = attempt(() => judge(CLAIMS[id], setting), refused);
  const rest = isOurs[id] ? ", on assumptions" : "";
  return words + (kind && ` (${kind})`) + rest;
}

const WRITTEN = {
  value: shown,
  factor: (name) => (shown(name) === "1" ? "" : ` × ${shown(name)}`),
  rest: (name) => (shown(name) === "0" ? "" : ` × (1 − ${shown(name)})`),
  sum(spec) {
    const { quantity = spec, readings } = CLAIMS[spec] ?? {};
    const [name, reading] = quantity.split(".");
    const own = reading && { [name]: reading };
    return spellSide(name, { ...own, ...setting, ...readings });
  },
  verdict,
  whose,
  setting: (line) =>
    `with ${whose()}. index.html${link()}`
      .replace(/. index.html#$/, "")
      .replaceAll("_", line),
};

function write(key) {
  each(key, (node, spec) => {
    node.textContent = attempt(() => WRITTEN[key](spec)) ?? "no value";
    [node.dataset.kind] = node.textContent.split(/[:,]| \(/);
  });
}

function draw() {
  for (const key of Object.keys(WRITTEN)) write(key);
  each("field", (node, name) => (node.value = shown(name)));
  document.body.classList.toggle("changed", link() !== "#");
  drawThumbs();
  drawPicture();
  tracks ||= setTimeout(drawTracks, 20);
}

function drawThumbs() {
  each("slide", (node, name) => {
    const value = attempt(() => valueOf(name, setting));
    const isBeyond = value < node.min || value > node.max;
    const words = shown(name) + (isBeyond ? ", beyond the lever" : "");
    node.value = value;
    node.setAttribute("aria-valuetext", words);
  });
}

function drawPicture() {
  function number(spec) {
    const [name, end] = spec.split(".");
    if (!KNOWN[name]) return Number(name);
    if (!end) return attempt(() => valueOf(name, setting)) || 0;
    const ends = attempt(() =>
      bounds(name, planOf(name, setting), ["rounding"]),
    );
    return ends?.[+(end === "high")] || 0;
  }
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
  const turns = {};
  for (const id of Object.keys(CLAIMS)) {
    isOurs[id] = false;
    turns[id] = [...turnsOf(id)].join(";\n");
  }
  each("holds", (node, id) => {
    node.textContent = turns[id];
    node.parentNode.hidden = !turns[id];
  });
  write("verdict");
  drawThumbs();
  each("map", drawMap);
}

function* turnsOf(id) {
  const claim = CLAIMS[id];
  const verdict = attempt(() => judge(claim, setting));
  const plan = attempt(() => planFor(claim, setting)) ?? [];
  for (const [name, source] of plan) {
    const { room = KNOWN[name].allowed, phrase = KNOWN[name].phrase } = source;
    const lever = find(`[data-lever="${name}"]`);
    if (!phrase || (source.run && !lever)) continue;
    const spans = spansOf(claim, name, setting, room);
    const now = attempt(() => valuesOf(name, plan)[name]);
    const span = spans.find(
      (part) => part.verdict === verdict && part.from <= now && now <= part.to,
    );
    if (lever?.dataset.of === id && spans[0])
      drawLever(lever, name, spans, span);
    if (source.run || !span || spans.length < 2) continue;
    const words = spellSpan(name, span, spans[0].from, spans.at(-1).to);
    isOurs[id] ||= !source.room;
    yield phrase.replace("{}", words);
  }
}

function drawLever(node, name, spans, now) {
  const slider = find("[type=range]", node);
  const [least, most] = [spans[0].from, spans.at(-1).to];
  const inSteps = (x, way) =>
    Number((way((x / slider.step).toFixed(5)) * slider.step).toFixed(9));
  const low = inSteps(max(slider.dataset.low, least), ceil);
  const high = inSteps(min(slider.dataset.high, most), floor);
  [slider.min, slider.max] = [low, high];
  const ends = find(".ends", node).children;
  ends[0].textContent = text(low, KNOWN[name].unit);
  ends[2].textContent = text(high, KNOWN[name].unit);
  let bands = "";
  for (const { verdict: kind, ...span } of spans) {
    const [from, to] = [max(span.from, low), min(span.to, high)];
    const code = VERDICTS.indexOf(kind);
    const width = (100 * (to - from)) / (high - low);
    const place = `x="${(100 * (from - low)) / (high - low)}%"`;
    if (from < to)
      bands += `<rect class="band${code}" ${place} width="${width}%" />`;
  }
  find("svg", node).innerHTML = bands;
  const words = now && `${now.verdict}: ${spellSpan(name, now, least, most)}`;
  find(".parts", node).textContent = words?.replace("matches w", "w") ?? "";
}

function drawMap(node, spec) {
  const [id, x, y] = spec.split(" ");
  const { quantity } = CLAIMS[id];
  const plan = planOf(quantity, { ...setting, [x]: 1, [y]: 1 });
  const at = (a, b) => evaluate(plan, { [x]: a, [y]: b })[quantity];
  const percent = (a) => (100 * (a - ORIGIN)) / (1 - ORIGIN);
  const columns = [];
  for (let a = ORIGIN; a < 1 + 1e-9; a += (1 - ORIGIN) / POINTS)
    columns.push([percent(a), at(a, 0), at(a, 1)]);
  const [low, high] = [at(ORIGIN, 1), at(1, 1)];
  each("level", (line, of) => {
    const level = Number(of) || valueOf(of, setting);
    const place = (level - low) / (high - low);
    const points = columns.map(([left, bottom, top]) => {
      const b = (level - bottom) / (top - bottom);
      return `${left},${100 - percent(b)}`;
    });
    line.setAttribute("points", [...points, line.dataset.end].join(" "));
    line.setAttribute("x", `${100 * place}%`);
    if (line.tagName === "text")
      line.textContent = abs(place - 0.5) <= 0.5 ? text(level / 1e6) : "";
  });
  const [span] = spansOf(CLAIMS[id], x, setting);
  find("#beyond").setAttribute("width", `${percent(span?.from ?? 1)}%`);
  const [right, up] = [x, y].map((name) => percent(valueOf(name, setting)));
  find("#point").setAttribute("x", `${right}%`);
  find("#point").setAttribute("y", `${100 - up}%`);
}

const link = () => `#${new URLSearchParams(setting)}`;
const remember = () => history.replaceState(null, "", link());

function whose() {
  const parts = Object.entries(setting).map(([name, choice]) => {
    const { label, sources } = KNOWN[name];
    return `${label} = ${sources[choice]?.label ?? shown(name)}`;
  });
  return parts.join("; ") || "the article’s numbers and our assumptions";
}

// An address is one setting, which is used as a whole or refused.
function open(words) {
  const values = {};
  for (const [name, choice] of new URLSearchParams(words)) {
    if (!Object.hasOwn(KNOWN, name) || name in values)
      throw `“${name}” is no number here`;
    const isReading = Object.hasOwn(KNOWN[name].sources, choice);
    values[name] = isReading ? choice : read(name, choice);
  }
  return possible(changed({}, values));
}

function start() {
  const words = location.hash.slice(1);
  if (document.getElementById(words)) {
    if (link() !== "#") setTimeout(remember, 200);
    return apply(setting);
  }
  complain();
  const refused = (refusal) =>
    (find("#problem").textContent = `${refusal}. The address is not used.`);
  setting = {};
  attempt(() => (setting = open(words)), refused);
  draw();
  drawTracks();
}

async function copy(id) {
  const words = find(`#${id}`)?.textContent ?? new URL(link(), location);
  const say = (text) => (find("#copied").textContent = text);
  say(`Copy: ${words}`);
  await navigator.clipboard.writeText(words);
  say("Copied.");
  setTimeout(say, 3000, "");
}

addEventListener("input", ({ target }) => {
  const { slide } = target.dataset;
  if (!slide) return;
  take(slide, () => Number(target.value));
  drawThumbs();
});
addEventListener("change", ({ target: { dataset, id, value } }) => {
  if ("field" in dataset) take(id, () => read(id, value, shown(id)));
  remember();
});
addEventListener("click", ({ target }) => {
  if (target.dataset.copy) copy(target.dataset.copy);
  if (target.id !== "undo") return;
  apply({});
  remember();
});
addEventListener("hashchange", start);
for (const node of document.querySelectorAll("[disabled], [hidden]"))
  node.disabled = node.hidden = false;
start();
