// Every sum is a formula in FORMULAS; every number, word and sentence is in DATA. The rest follows analysis/core function
// by function, and tests compare the two.
"use strict";
const SAME = 1e-9, STEP = 1e-4, EMPTY = new Map();
const mapped = (object) => new Map(Object.entries(object));
const finite = Number.isFinite, { abs, max, min, sign, sqrt } = Math;

// Texts ---------------------------------------------------------------------------------------------------------------

/** A number with so many decimals; a tie goes to the even digit, as in Python. */
function fixed(number, decimals) {
  const size = abs(number), more = size.toFixed(decimals + 40), down = more.slice(0, -40).replace(/\.$/, "");
  const isTie = /^50*$/.test(more.slice(-40)), isEven = "02468".includes(down.at(-1));
  return (number < 0 || Object.is(number, -0) ? "-" : "") + (isTie && isEven ? down : size.toFixed(decimals));
}

const grouped = (text) => text.replace(/^-?\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ","));
const trimmed = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

/** A number with so many significant digits, as Python's "g" writes it. */
function general(number, digits = 6, commas = false) {
  if (!finite(number)) return Number.isNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
  const [mantissa, power] = number.toExponential(digits - 1).split("e"), exponent = Number(power);
  if (number === 0 || (exponent >= -4 && exponent < digits)) {
    const text = trimmed(fixed(number, max(0, digits - 1 - exponent)));
    return commas ? grouped(text) : text;
  }
  return `${trimmed(mantissa)}e${exponent < 0 ? "-" : "+"}${String(abs(exponent)).padStart(2, "0")}`;
}

/** A sentence of the library with its fields filled. */
function say(sentence, values) {
  return DATA.sentences[sentence].replace(/\{(\w+)(!r)?(?::(,?)(?:\.(\d+))?g)?\}/g, (field, name, plain, commas, digits) =>
    plain ? general(values[name], 17)
      : field.includes(":") ? general(values[name], Number(digits ?? 6), commas === ",") : values[name]);
}

/** A refusal, in one sentence. */
class Refusal extends Error {
  constructor(sentence, values) {
    super(say(sentence, values).trim().split(/\s+/).join(" "));
    this.sentence = sentence;
  }
}

const same = (one, two, tolerance = SAME) =>
  one === two || abs(one - two) <= max(tolerance * max(abs(one), abs(two)), 1e-12);

const halfEven = (number) => Number(fixed(number, 0));

function roundedTo(number, place, outward) {
  const steps = number / place;
  let nearest = halfEven(steps);
  if (outward && abs(steps - nearest) > 1e-6) nearest = outward < 0 ? Math.floor(steps) : Math.ceil(steps);
  return nearest * place;
}

const decimalsOf = (place) => max(0, -Number(place.toExponential(0).split("e")[1]));

/** A number as a screen shows it; the options are those of the library's in_words. */
function inWords(number, unit, place = 1e4, { percent = null, decimals = 3, outward = 0, beside = [] } = {}) {
  if (!finite(number)) return "no finite value";
  const isSpan = ["year", "month", "hour"].includes(unit), counted = DATA.baseUnits.includes(unit);
  if (abs(number) >= 1e18 || (isSpan && number !== Math.trunc(number))) return general(number, 2);
  if (!counted) {
    decimals = abs(number) >= 10 ? min(decimals, 1) : decimals;
    place = percent === null ? 10 ** -decimals : 10 ** -percent / 100;
  }
  const crosses = (other) => !same(number, other) && (roundedTo(number, place, outward) - other) * (number - other) <= 0;
  while (place > 1e-9 && beside.some(crosses)) place /= 10;
  const rounded = roundedTo(number, place, outward);
  if (!counted) {
    const size = percent === null ? 1 : 0.01;
    return fixed(rounded / size, decimalsOf(place / size)) + (percent === null ? "" : " percent");
  }
  for (const [size, word] of [[1e9, "billion"], [1e6, "million"]]) {
    if (abs(rounded) >= size && (word === "million" || unit === "USD")) {
      return `${fixed(rounded / size, decimalsOf(place / size))} ${word}`;
    }
  }
  return grouped(fixed(rounded, decimalsOf(place)));
}

/** How alike two texts are: twice the letters in common runs, the longest first, over all letters. */
function likeness(one, two) {
  const common = (a, b) => {
    let best = [0, 0, 0];
    for (let i = 0; i < a.length; i++) {
      for (let j = 0; j < b.length; j++) {
        let run = 0;
        while (i + run < a.length && a[i + run] === b[j + run]) run++;
        if (run > best[2]) best = [i, j, run];
      }
    }
    const [i, j, run] = best;
    return run && run + common(a.slice(0, i), b.slice(0, j)) + common(a.slice(i + run), b.slice(j + run));
  };
  return (2 * common(one, two)) / (one.length + two.length);
}

/** The hint that ends a sentence about an unknown name. */
function nearest(name, known) {
  const names = [...known].sort(), written = name.toLowerCase();
  const close = names.map((one) => [likeness(one.toLowerCase(), written), one]).filter(([ratio]) => ratio >= 0.55);
  if (close.length) return say("did_you_mean", { name: close.reduce((best, one) => (one[0] >= best[0] ? one : best))[1] });
  return names.length ? say("known", { names: names.slice(0, 12).join(", ") + (names.length > 12 ? ", …" : "") }) : "";
}

// The model -----------------------------------------------------------------------------------------------------------

const [QUANTITIES, ASSUMPTIONS, CLAIMS, CHECKS] =
  [DATA.quantities, DATA.assumptions, DATA.claims, DATA.checks].map(mapped);
for (const [name, one] of QUANTITIES) {
  one.sources = mapped(one.sources);
  for (const [reading, source] of one.sources) source.formula = FORMULAS[`${name}.${reading}`];
}
const UNITS = [...new Set([...DATA.knownUnits, ...[...QUANTITIES.values()].map((one) => one.unit)])];

const isSettable = (reading) => DATA.settable.includes(reading);
const isLeaf = (source) => !source.needs.length;
const settingOf = (readings = EMPTY, values = EMPTY) => ({ readings, values, plans: new Map() });
const ARTICLE = settingOf();

/** A quantity of the page, by its name; the library has others, on which nothing here depends. */
function known(name) {
  if (!DATA.names.includes(name)) throw new Refusal("no_quantity", { name, hint: nearest(name, DATA.names) });
  if (!QUANTITIES.has(name)) throw new Refusal("without_effect", { quantity: name });
  return QUANTITIES.get(name);
}

function knownReading(quantity, reading) {
  const { sources } = known(quantity);
  if (!sources.has(reading)) throw new Refusal("no_reading", { reading, quantity, hint: nearest(reading, sources.keys()) });
}

const NUMBER = /^([-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:[eE][-+]?\d+)?)[ \t\n\r\f\v]*(.*)$/s;

/** A number in a base unit from a text: digits, then perhaps a scale, then perhaps a unit; else a sentence. */
function readNumber(text, unit) {
  const [, digits, rest] = NUMBER.exec(text.trim()), plain = digits.replaceAll(",", "");
  const [mantissa, exponent = "0"] = plain.toLowerCase().split("e"), words = rest.replaceAll("%", " percent").split(/\s+/);
  if (!/\d/.test(mantissa) || !finite(Number(plain))) return say("no_number", { text, unit });
  let shift = Number(exponent), name = words.filter(Boolean);
  while (Object.hasOwn(DATA.scales, name[0])) shift += DATA.scales[name.shift()];
  name = name.join(" ");
  const given = UNITS.find((one) => [one, `${one}s`].includes(name.replace(/ *\/ */g, "/")));
  if (name && !given) return say("unknown_unit", { text: name, hint: nearest(name, DATA.knownUnits) });
  if (given === "percent" && unit === "dimensionless") shift -= 2;
  else if (name && given !== unit) return say("other_unit", { text, given: given.replace("percent", "%"), unit });
  return Number(`${mantissa}e${shift}`);
}

function numberOf(quantity, text) {
  const { unit, sources } = known(quantity), number = readNumber(text, unit);
  if (typeof number === "string") {
    const names = [...sources.keys()].filter((one) => !DATA.reserved.includes(one)).join(", ");
    const hint = names && /^\p{L}/u.test(text) ? say("named_readings", { names }) : "";
    throw new Refusal("value", { quantity, error: number, hint });
  }
  checkValue(quantity, number);
  return number;
}

function checkValue(quantity, number) {
  const { unit } = known(quantity), one = ASSUMPTIONS.get(quantity);
  if (!finite(number)) throw new Refusal("not_finite", { quantity, number });
  const low = one ? one.minimum : unit === "dimensionless" ? -1 : 0, high = one ? one.maximum : Infinity;
  if (!(low <= number && number <= high)) throw new Refusal(one ? "outside" : "below", { quantity, number, low, high, unit });
}

/** Readings, with those that are one choice with them. */
function linked(readings) {
  const named = new Map(readings);
  for (const group of DATA.linked) {
    const chosen = [...new Set(group.filter((one) => named.has(one)).map((one) => named.get(one)))].sort();
    if (chosen.length > 1) throw new Refusal("one_choice", { group: group.join(" and "), chosen: chosen.join(", ") });
    for (const one of chosen.length ? group : []) named.set(one, chosen[0]);
  }
  return named;
}

/** A setting with readings and values changed, from texts by name. */
function change(given, base = ARTICLE) {
  const texts = [...given].map(([name, text]) => [name, text.trim()]);
  const named = linked(texts.filter(([name, text]) => known(name).sources.has(text)));
  const numbers = texts.filter(([name]) => !named.has(name)).map(([name]) => [name, numberOf(name, given.get(name))]);
  const earlier = [...base.readings].filter(([name, one]) => !given.has(name) || isSettable(one));
  const left = [...new Map([...base.values, ...numbers])].filter(([name]) => isSettable(named.get(name) ?? "set"));
  return made(new Map([...earlier, ...named]), new Map(left));
}

function made(readings, values) {
  const named = linked(readings);
  for (const [quantity, reading] of named) knownReading(quantity, reading);
  for (const [quantity, number] of [...values]) {
    checkValue(quantity, number);
    const { sources, usual } = QUANTITIES.get(quantity), reading = named.get(quantity) ?? "set";
    if (isLeaf(sources.get(usual)) && sources.get(usual).value === number) values.delete(quantity);
    else if (!isSettable(reading)) throw new Refusal("unread", { quantity, number, reading });
  }
  const found = settingOf(new Map([...named].filter(([name, one]) => one !== QUANTITIES.get(name).usual)), values);
  for (const quantity of found.readings.keys()) planOf(quantity, found);
  return found;
}

/** The differences from the article, in one line. */
function differences({ readings, values }) {
  const parts = [...readings].map(([quantity, reading]) => {
    const { label, row } = QUANTITIES.get(quantity).sources.get(reading);
    return say(row?.reconstruction ? "our_reading" : "other_reading", { quantity, label, reading });
  });
  for (const [quantity, number] of values) {
    const { sources, usual, unit } = QUANTITIES.get(quantity), was = sources.get(readings.get(quantity) ?? usual).value;
    const told = { quantity, number, unit: unit === "dimensionless" ? "" : ` ${unit}`, was };
    parts.push(say(Number.isNaN(was) ? "other_value" : "in_place", told));
  }
  return parts.length ? say("differs", { parts: parts.join("; ") }) : "";
}

// Plans ---------------------------------------------------------------------------------------------------------------

/** Names in an order in which each comes after its needs: those whose needs are all done, again and again. */
function ordered(nodes) {
  const left = new Map(), next = new Map(), found = [];
  for (const { name, source } of nodes) {
    for (const one of [name, ...source.needs].filter((one) => !left.has(one))) left.set(one, 0), next.set(one, []);
    left.set(name, source.needs.length);
    for (const need of source.needs) next.get(need).push(name);
  }
  let ready = [...left.keys()].filter((name) => !left.get(name));
  while (ready.length) {
    found.push(...ready);
    ready = ready.flatMap((name) => next.get(name).filter((one) => !left.set(one, left.get(one) - 1).get(one)));
  }
  return found;
}

/** The nodes that a quantity rests on, in order, and the limits on them. Values stand in arrays, in that order. */
class Plan {
  constructor(target, nodes, limits, beyond) {
    Object.assign(this, { target, nodes, limits, beyond });
    this.at = new Map(nodes.map((node, i) => [node.name, i]));
    this.goal = this.at.get(target);
    const places = (names) => names.map((name) => this.at.get(name));
    this.steps = nodes.flatMap(({ source, run = source.formula?.run ?? ((one) => one) }, i) =>
      isLeaf(source) ? [] : [{ i, run, needs: places(source.needs) }]);
    this.start = Float64Array.from(nodes, (node) => node.source.value);
    this.leaves = nodes.filter((node) => isLeaf(node.source));
    this.own = this.leaves.filter((node) => !DATA.constants.includes(node.name) && !beyond.has(node.name));
    this.words = this.own.filter((node) => node.source.part === "in_words").map((node) => node.name);
    this.rests = this.own.map((node) => node.source.claim || node.name);
    this.tests = limits.map(({ quantity, low, high, other }) => {
      const [here, there] = places([quantity, other]);
      if (other) return [(values) => (values[there] - values[here]) / 1e6];
      const ends = [[1, low], [-1, high]].filter(([, end]) => finite(end));
      const size = max(...ends.map(([, end]) => abs(end))) || 1;
      return ends.map(([sign, end]) => (values) => (sign * (values[here] - end)) / size);
    });
  }

  /** Every node's value, with numbers in place of some leaves' own. Nothing is checked. */
  evaluate(places = [], numbers = []) {
    const values = this.start.slice();
    for (let j = 0; j < places.length; j++) values[places[j]] = numbers[j];
    for (const { i, run, needs } of this.steps) values[i] = call(run, needs, values);
    return values;
  }

  rooms(values) {
    return this.tests.flatMap((tests) => tests.map((room) => room(values)));
  }

  broken(values) {
    return this.limits.find((limit, i) => min(...this.tests[i].map((room) => room(values))) < -SAME);
  }

  /** The target at the printed numbers; throws the sentence of a limit, of words, or of a division by zero. */
  get value() {
    const values = this.evaluate(), limit = this.broken(values);
    if (limit) {
      const { quantity, low, high, other } = limit, most = values[this.at.get(other)];
      const sentence = other ? "above_other" : finite(low) ? "beyond" : "above";
      throw new Refusal(sentence, { quantity, low, high, other, most, here: values[this.at.get(quantity)] });
    }
    if (this.words.length) throw new Refusal("in_words", { quantity: this.target, name: this.words[0] });
    const node = this.nodes.find((one, i) => !finite(values[i]) && !this.beyond.has(one.name));
    if (node) throw new Refusal("division", { quantity: node.name, reading: node.reading });
    return values[this.goal];
  }

  /** For each node, whether a rise of it raises (1) or lowers (-1) the target, or has no effect (0). */
  get direction() {
    if (this.signs) return this.signs;
    const words = this.words.map((name) => this.at.get(name));
    const here = this.evaluate(words, words.map((i) => this.nodes[i].source.near.low)), target = here[this.goal];
    this.signs = new Map(this.nodes.map((node, i) => {
      const one = ASSUMPTIONS.get(node.source.assumption), values = here.slice();
      values[i] += STEP * (abs(here[i]) || (one ? one.high - one.low : 0) || 1);
      for (const step of this.steps) if (step.i > i) values[step.i] = call(step.run, step.needs, values);
      const change = (values[this.goal] - target) / (abs(target) || 1);
      return [node.name, abs(change) >= SAME ? sign(change) : 0];
    }));
    return this.signs;
  }

  get side() {
    const turned = { "at least": "at most", "at most": "at least" }, signs = this.direction;
    const pulling = this.leaves.filter(({ name, source }) => source.side && signs.get(name));
    const sides = new Set(pulling.map(({ name, source }) => (signs.get(name) > 0 ? source.side : turned[source.side])));
    return sides.size > 1 ? "no bound" : [...sides].join("");
  }

  /** Smallest and largest target over all that the printed numbers and words stand for, limits kept. */
  bounds(coarse = false) {
    const places = [], low = [], width = [], still = [[], []];
    this.leaves.forEach(({ name, source }) => {
      const one = (coarse ? source.far : source.near) ?? { low: source.value, high: source.value };
      if (one.low < one.high) places.push(this.at.get(name)), low.push(one.low), width.push(one.high - one.low);
      else still[0].push(this.at.get(name)), still[1].push(one.low);
    });
    const all = [...places, ...still[0]];
    return extremes(places.length, (t) => {
      const values = this.evaluate(all, [...t.map((one, i) => low[i] + one * width[i]), ...still[1]]);
      return [values[this.goal], this.rooms(values)];
    });
  }

  /** The bounds, and those at the coarser places. */
  get spans() {
    if (!this.both) {
      const near = this.bounds(), hasFar = this.leaves.some(({ source: { near: a, far: b } }) => b && (a.low !== b.low || a.high !== b.high));
      this.both = [near, hasFar ? this.bounds(true) : near];
    }
    return this.both;
  }

  /** Whether an assumption is set here, by the article or by the reader. */
  isFree(name) {
    return ["set", "given"].includes(this.leaves.find((node) => node.name === name)?.reading);
  }

  /** The target, then the rooms, at some values of an assumption: a list for each value. */
  along(name, numbers) {
    const places = this.isFree(name) ? [this.at.get(name)] : [];
    return numbers.map((x) => this.evaluate(places, [x])).map((values) => [values[this.goal], ...this.rooms(values)]);
  }

  /** The target at some values of an assumption; NaN past a limit and at a pole. */
  within(name, numbers) {
    return this.along(name, numbers).map(([target, ...rooms]) =>
      finite(target) && rooms.every((room) => room >= -SAME) ? target : NaN);
  }
}

function call(run, n, v) {
  return run(v[n[0]], v[n[1]], v[n[2]], v[n[3]], v[n[4]], v[n[5]], v[n[6]], v[n[7]]);
}

/** The plan of a quantity under a setting. */
function planOf(quantity, under) {
  if (!under.plans.has(quantity)) under.plans.set(quantity, newPlan(quantity, under));
  return under.plans.get(quantity);
}

function newPlan(quantity, { readings, values }) {
  const found = new Map();
  const add = (name, path) => {
    if (path.includes(name)) {
      const [first, ...rest] = [...path.slice(path.indexOf(name)), name].map((one) => `${one} (${found.get(one).reading})`);
      throw new Refusal("circle", { first, others: rest.join(", which needs ") });
    }
    if (found.has(name)) return;
    const { sources, usual } = QUANTITIES.get(name), reading = readings.get(name) ?? usual;
    const isGiven = values.has(name) && (isSettable(reading) || !readings.has(name));
    const source = isGiven ? { value: values.get(name), needs: [] } : sources.get(reading);
    found.set(name, { name, reading: isGiven ? "given" : reading, source });
    for (const need of source.needs) add(need, [...path, name]);
  };
  add(quantity, []);
  const own = new Set(found.keys()), limits = DATA.limits.filter((one) => own.has(one.quantity));
  for (const one of limits) if (one.other) add(one.other, []);
  const nodes = ordered([...found.values()]).map((name) => found.get(name));
  const ours = nodes.filter(({ name, source }) => ASSUMPTIONS.has(name) && !isLeaf(source)).map(({ name }) => {
    const { minimum, maximum } = ASSUMPTIONS.get(name);
    return { quantity: name, low: minimum, high: maximum };
  });
  return new Plan(quantity, nodes, [...limits, ...ours], new Set([...found.keys()].filter((name) => !own.has(name))));
}

// Extremes and roots --------------------------------------------------------------------------------------------------

/** Where a ratio of two linear functions is 0, from its values at 0, ½ and 1. */
function root(start, middle, end) {
  if (abs(end) === Infinity) return start / (2 * start - middle);
  if (abs(middle) === Infinity) return start / (start + end);
  if (abs(start) === Infinity) return (middle - end) / (middle - 2 * end);
  return (start * (middle - end)) / (end * middle + start * middle - 2 * start * end);
}

/** Whether a ratio of two linear functions has a pole: without one the middle lies between the ends. */
function hasPole(start, middle, end) {
  const slack = SAME * max(abs(start), abs(end));
  const [a, b] = Number.isNaN(start) ? [end, end] : Number.isNaN(end) ? [start, start] : [start, end];
  return middle > max(a, b) + slack || middle < min(a, b) - slack || [start, middle, end].some((one) => abs(one) === Infinity);
}

/** a, b, c of (a + b t) ÷ (1 + c t) from its values at 0, ½ and 1. */
function mobius(start, middle, end) {
  const c = start === end ? 0 : (2 * middle - start - end) / (end - middle);
  return [start, end * (1 + c) - start, c];
}

/** Where two ratios (a + b t) ÷ (1 + c t) are equal: the two roots of a quadratic. */
function meeting([a, b, c], [d, e, f]) {
  const square = b * f - e * c, linear = a * f + b - d * c - e, free = a - d;
  const size = sqrt(max(linear * linear - 4 * square * free, 0));
  const turned = -(linear + (linear < 0 || Object.is(linear, -0) ? -size : size)) / 2;
  return [turned / square, free / turned];
}

/** The bounds of a function over the unit box of k sides: at its corners, where an edge crosses a limit, where two limits
 * meet on a face, and at poles. The function gives a value and the room that each limit leaves. */
function extremes(k, at) {
  const isKept = ([value, rooms]) => !Number.isNaN(value) && rooms.every((room) => room >= -SAME);
  const isInside = (t) => t.every((one) => one >= 0 && one <= 1);
  const corners = Array.from({ length: 2 ** k }, (_, bits) => Array.from({ length: k }, (_, i) => (bits >> i) & 1));
  const there = corners.map(at), found = [];
  const take = (place, values = isInside(place) && at(place)) => {
    if (values && isKept(values) && finite(values[0])) found.push(values[0]);
  };
  corners.forEach((corner, i) => take(corner, there[i]));
  const edges = corners.flatMap((corner, start) => corner.flatMap((bit, axis) =>
    bit ? [] : [{ corner, axis, three: [there[start], at(corner.with(axis, 0.5)), there[start | (1 << axis)]] }]));
  const numbers = edges.map(({ three }) => three[0][1].map((_, limit) => three.map(([, rooms]) => rooms[limit])));
  const limits = there[0][1].map((_, i) => i).filter((i) => there.some(([, rooms]) => rooms[i] < -SAME) ||
    numbers.some((rooms) => rooms[i][1] < -SAME || hasPole(...rooms[i])));
  const crossed = limits.map((limit) => {
    const axes = new Set();
    edges.forEach(({ corner, axis }, edge) => {
      const t = root(...numbers[edge][limit]);
      if (t >= 0 && t <= 1) axes.add(axis), take(corner.with(axis, t));
    });
    return axes;
  });
  if (limits.length > 1) for (const place of meetings(k, at, corners, limits, crossed)) take(place);
  for (const { corner, axis, three } of edges) {
    const values = three.map(([value]) => value);
    if (!hasPole(...values)) continue;
    const pole = root(...values.map((value) => 1 / value));
    for (const place of [-1e-9, 1e-9].map((step) => corner.with(axis, pole + step)).filter(isInside)) {
      const one = at(place);
      // On a side of a pole that no limit forbids, the value has no bound.
      if (isKept(one)) found.push(one[0] < 0 ? -Infinity : Infinity);
    }
  }
  if (!found.length) return { low: NaN, high: NaN };
  const size = SAME * max(...found.map((one) => (finite(one) ? abs(one) : 0)));
  const [low, high] = [min(...found), max(...found)].map((end) => (abs(end) <= size ? 0 : end));
  return { low, high };
}

/** Where two limits meet on a face. At a fixed place along one side, the root along the other is a ratio of two linear
 * functions of that place; two such roots are equal where a quadratic is 0. */
function meetings(k, at, corners, limits, crossed) {
  const found = [], three = [0, 0.5, 1];
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      const here = limits.filter((_, n) => crossed[n].has(i) || crossed[n].has(j));
      if (i === j || here.length < 2) continue;
      for (const face of corners.filter((corner) => !corner[i] && !corner[j])) {
        const grid = three.map((t) => three.map((s) => at(face.with(i, s).with(j, t))[1]));
        const roots = here.map((limit) => mobius(...grid.map((row) => root(...row.map((rooms) => rooms[limit])))));
        roots.forEach((one, first) => roots.slice(first + 1).forEach((two) => meeting(one, two).forEach((t) => {
          found.push(face.with(i, (one[0] + one[1] * t) / (1 + one[2] * t)).with(j, t));
        })));
      }
    }
  }
  return found;
}

const quarters = (low, high) => [0.25, 0.5, 0.75].map((part) => low + part * (high - low));
const placed = (t, low, high) => low + (0.25 + 0.5 * t) * (high - low);

/** Where ratios of two linear functions are 0 or have a pole, between two ends; rows are their values at quarters. */
function breakpoints(rows, low, high) {
  const columns = rows[0].map((_, i) => rows.map((row) => row[i]));
  const roots = columns.flatMap((three) => [root(...three.map((one) => 1 / one)), root(...three)]);
  const places = roots.map((t) => placed(t, low, high)).filter((place) => place > low && place < high).sort((a, b) => a - b);
  const kept = [];
  for (const place of places) {
    if (!kept.length || place - kept.at(-1) > SAME * max(abs(low), abs(high))) kept.push(place);
  }
  return kept;
}

// Answers -------------------------------------------------------------------------------------------------------------

/** The plan of a quantity with readings of its own, under a setting. */
const planFor = ([quantity, readings], under) =>
  planOf(quantity, Object.keys(readings).length ? change(mapped(readings), under) : under);

/** A value, or null with the sentence that refuses it. */
function attempt(answer) {
  try {
    return [answer(), ""];
  } catch (fault) {
    if (fault instanceof Refusal) return [null, fault.message];
    throw fault;
  }
}

/** Sentences that stand beside a quantity and refuse nothing. */
function remarksOf(quantity, under) {
  const plan = planOf(quantity, under), found = [];
  for (const { above, words } of DATA.remarks.filter((one) => one.quantity === quantity)) {
    const [other] = above in DATA.external ? [null] : attempt(() => planOf(above, under)), values = other?.evaluate();
    const compared = other ? (other.broken(values) ? NaN : values[other.goal]) : DATA.external[above];
    const more = plan.evaluate()[plan.goal] - compared;
    if (more > 0) found.push(words.replace("{more}", inWords(more, QUANTITIES.get(quantity).unit, 1e3)));
  }
  for (const [name, number] of under.values) {
    const one = ASSUMPTIONS.get(name), { low, high } = one ?? {};
    if (one && plan.at.has(name) && !(low <= number && number <= high)) found.push(say("varied", { quantity: name, low, high, number }));
  }
  return found;
}

/** A quantity with its bounds by rounding, its side and its remarks. */
function estimate(quantity, under) {
  const plan = planFor([quantity, {}], under), value = plan.value;
  return { plan, value, ...plan.spans[0], side: plan.side, remarks: remarksOf(quantity, under) };
}

const holds = (one, value) => meets(one, value, value);
function meets(one, low, high) {
  const reaches = (value, bound, strict) => (strict ? value > bound + SAME * abs(bound) : value >= bound - SAME * abs(bound));
  return reaches(high, one.low, one.lowOpen) && reaches(-low, -one.high, one.highOpen);
}

/** The verdict of a check under a setting. */
function judge(check, under) {
  const { fine, coarse, published } = check, { qualifier } = CLAIMS.get(check.claim);
  const [found, reason] = attempt(() => {
    const plan = planFor([check.quantity, check.readings], under);
    if (plan.own.some((node) => node.source.claim === check.claim)) throw new Refusal("circular", { claim: check.claim });
    return [plan, plan.words.length ? NaN : plan.value];
  });
  if (!found) return { check, verdict: "", reason };
  const [plan, value] = found, [near, far] = plan.spans;
  const at = (claimed, reached) => {
    if (holds(claimed, value)) return "matches";
    if (qualifier === "approaches" && value < claimed.low) return "compatible";
    return meets(claimed, reached.low, reached.high) ? (plan.words.length ? "compatible" : "matches_within_rounding") : "differs";
  };
  const finer = at(fine, near), again = finer === "differs" ? at(coarse, far) : finer;
  const verdict = again === "matches" && finer !== "matches" ? "matches_within_rounding" : again;
  const [used, claimed] = finer === "differs" ? [far, coarse] : [near, fine];
  const size = published || (finite(claimed.low) ? claimed.low : claimed.high);
  const barely = verdict === "matches_within_rounding" && min(used.high - claimed.low, claimed.high - used.low) < 0.01 * abs(size);
  return { check, plan, value, verdict, barely, finer: finer === verdict ? "" : finer, off: value - (published ?? fine.low) };
}

/** The verdict as a screen says it, with how far off or short the value is. */
function verdictWords({ check, plan, verdict, reason, barely, finer, off }) {
  if (!verdict) return `not computable: ${reason}`;
  const { qualifier } = CLAIMS.get(check.claim), { percent, unit } = QUANTITIES.get(check.quantity), size = abs(off);
  const said = (one) => DATA.said[check.kind]?.[one] ?? one.replaceAll("_", " "), notes = [];
  const offWords = () => percent !== null ? `${fixed(100 * size, 1)} points`
    : inWords(size, unit, size >= 1e5 ? placeOf(plan.rests, size) : 1e3);
  let found = said(verdict);
  if (verdict === "differs" && !Number.isNaN(off)) found += ` by ${offWords()}`;
  else if (qualifier === "approaches" && off < 0 && check.published) notes.push(`${fixed((-100 * off) / check.published, 1)} percent short`);
  else if (qualifier === "over" && !Number.isNaN(off)) notes.push(`${offWords()} ${off > 0 ? "above" : "below"}`);
  if (barely) notes.push("barely");
  if (finer) notes.push(`${said(finer)} at the finer place`);
  return notes.length ? `${found}, ${notes.join("; ")}` : found;
}

/** The last place that counts in something that rests on these rows: the coarsest of theirs. */
function placeOf(rests, number) {
  const places = rests.map((name) => CLAIMS.get(name)?.place).filter(Boolean), place = places.length ? max(...places) : 1e4;
  return !number || !finite(number) || abs(number) >= place / 2 ? place : 10 ** max(0, Math.floor(Math.log10(abs(number))) - 1);
}

/** A quantity in words, with its side. */
function valueWords(plan, value, options = {}) {
  const { percent, unit } = QUANTITIES.get(plan.target);
  return inWords(value, unit, placeOf(plan.rests, value), { percent, ...options });
}
const sided = (side, words) => (side === "no bound" ? `${words}, no bound` : `${side} ${words}`.trim());

/** A headline: its working, verdict and sentence. */
function headline(one, under) {
  const put = (text) => text.replace(/\{([a-z0-9_.]+)\}/g, (_, name) => attempt(() => {
    const plan = planFor(one.named[name], under);
    return valueWords(plan, plan.value, { decimals: 2 });
  })[0] ?? "(no single value)");
  const outcome = one.check && judge(CHECKS.get(one.check), under), said = outcome && verdictWords(outcome);
  const verdict = put((one.shown || "{verdict}").replace("{verdict}", said.split(", ")[0]));
  const working = one.working.map((name) => attempt(() => lineOf(planFor(name, under)))).map(([line, reason]) => line ?? reason);
  return { working, verdict, sentence: put(one.sentence), outcome, said };
}

// Worked steps --------------------------------------------------------------------------------------------------------

const label = (name) => name.replaceAll("__", ", ").replaceAll("_", " ").replace(/\b(\d{4}) (\d{4})\b/g, "$1–$2");

/** The scale, the decimals at that scale, and the word behind a number. */
function placesOf(name, value, finest, least = 1e5) {
  const { unit, inPercent } = QUANTITIES.get(name), size = abs(value);
  if (DATA.baseUnits.includes(unit)) {
    if (size >= least) return size >= 1e9 ? [1e9, 3 + finest, " billion"] : [1e6, 3 + finest, " million"];
    return [1, size >= 1000 || value === halfEven(value) ? finest : finest + 1, ""];
  }
  if (inPercent) return [0.01, 1 + finest, " percent"];
  const isShort = (decimals) => abs(Number(fixed(value, decimals)) - value) <= 1e-9 * abs(value);
  return [1, [...Array(4 + finest).keys()].find(isShort) ?? 4 + finest, ""];
}

function numberWords(plan, name, value, finest = 0, least = 1e5) {
  const { source } = plan.nodes[plan.at.get(name)];
  if (source.part === "in_words") return "in words";
  if (!finite(value)) return "no value";
  if (source.shown) return source.shown;
  const [scale, decimals, word] = placesOf(name, value, finest, least);
  return (isLeaf(source) ? general(value / scale, 10, true) : grouped(fixed(value / scale, decimals))) + word;
}

/** The lines of a worked step: the formula, the numbers with as many digits as it takes by hand, and the result. */
function worked(plan, name) {
  const { source } = plan.nodes[plan.at.get(name)], values = plan.evaluate(), valueOf = (need) => values[plan.at.get(need)];
  const { formula, needs, same } = source, words = (need, finest) => numberWords(plan, need, valueOf(need), finest);
  if (!formula) return [...(same ? [`= ${label(same)}`] : []), `= ${words(name)}`];
  const put = (write) => `= ${formula.text.replace(/\{(\w+)\}/g, (_, need) => write(need))}`;
  const least = needs.some((need) => !DATA.constants.includes(need) && abs(valueOf(need)) >= 1e6) ? 1e4 : 1e5;
  const result = numberWords(plan, name, valueOf(name), 0, least);
  const rounded = (need, finest) => {
    const value = valueOf(need), [scale, decimals] = placesOf(need, value, finest);
    return isLeaf(plan.nodes[plan.at.get(need)].source) || !finite(value) ? value : Number(fixed(value / scale, decimals)) * scale;
  };
  const byHand = (finest) => formula.run(...needs.map((need) => rounded(need, finest)));
  const isEnough = (finest) => !finite(byHand(finest)) || numberWords(plan, name, byHand(finest), 0, least) === result;
  const finest = [0, 1, 2, 3, 4, 5].find(isEnough) ?? 6;
  return [put(label), put((need) => words(need, finest)), `= ${result}`];
}

/** The numbers put into the formula of a plan's target, and the result, in one line. */
function lineOf(plan) {
  if (!plan.words.length) void plan.value;
  return worked(plan, plan.target).slice(1).join(" ").replace(/^= /, "");
}

// Assumptions ---------------------------------------------------------------------------------------------------------

/** The assumptions that move a plan's target by themselves. */
function handles(plan) {
  return plan.leaves.map((node) => node.name).filter((name) => ASSUMPTIONS.has(name) && plan.isFree(name)).filter((name) => {
    const { minimum, maximum } = ASSUMPTIONS.get(name), targets = plan.along(name, quarters(minimum, maximum)).map(([one]) => one);
    return max(...targets) - min(...targets) > SAME * max(...targets.map(abs));
  });
}

/** Each assumption across its range, the rest at their values; a limit on the way is the end of the bar. */
function tornado(plan) {
  const bars = handles(plan).map((name) => {
    const { low, high } = ASSUMPTIONS.get(name), rooms = plan.along(name, quarters(low, high)).map(([, ...rest]) => rest);
    const ends = [low, ...breakpoints(rooms, low, high), high], values = plan.within(name, ends);
    const kept = [...ends.keys()].filter((i) => !Number.isNaN(values[i])), [first, last] = kept.length ? [kept[0], kept.at(-1)] : [0, ends.length - 1];
    return { name, low: ends[first], high: ends[last], atLow: values[first], atHigh: values[last] };
  });
  const width = (bar) => abs(bar.atHigh - bar.atLow) || 0;
  return bars.sort((one, two) => width(two) - width(one));
}

const HOLDS = { at_least: [0, 1], more_than: [1], at_most: [-1, 0], less_than: [-1], equals: [0] };
const isTrue = (comparison, above, slack) => HOLDS[comparison].includes(abs(above) <= slack ? 0 : sign(above));

/** A statement: both sides, whether it holds, and for each assumption the spans over which it does. */
function breakEvens(sides, comparison) {
  const [left, right] = sides.map((side) => side.value), names = new Set(sides.flatMap(handles));
  const found = [...names].map((name) => breakEven(sides, name, comparison));
  return { left, right, holds: isTrue(comparison, left - right, SAME * max(abs(left), abs(right))), found };
}

function breakEven(sides, name, comparison) {
  const { minimum: low, maximum: high } = ASSUMPTIONS.get(name), hair = SAME * (high - low), ascending = (a, b) => a - b;
  const rows = sides.map((side) => side.along(name, quarters(low, high)));
  const changes = [low, high, ...rows.flatMap((side) => breakpoints(side, low, high))];
  const met = meeting(...rows.map((side) => mobius(...side.map(([target]) => target))));
  const slack = SAME * max(0, ...rows.flat().map(([target]) => abs(target)).filter(finite));
  const above = (places) => sides.map((side) => side.within(name, places)).reduce((a, b) => a.map((one, i) => one - b[i]));
  const places = [...changes, ...met.map((t) => placed(t, low, high))].filter((x) => x >= low - hair && x <= high + hair)
    .map((x) => min(max(x, low), high)).sort(ascending);
  const equal = places.filter((_, i, all) => abs(above([all[i]])[0]) <= slack);
  const roots = equal.filter((x, i) => !i || x - equal[i - 1] > hair);
  const points = [...new Set([...changes, ...roots])].sort(ascending);
  const turns = [...points, ...points.slice(1).map((x, i) => (x + points[i]) / 2)].sort(ascending);
  const spans = [], fine = above(turns).map((one) => isTrue(comparison, one, slack));
  fine.forEach((one, i) => {
    if (one && !fine[i - 1]) spans.push([points[i >> 1], high]);
    if (!one && fine[i - 1]) spans.at(-1)[1] = points[i >> 1];
  });
  const everywhere = String(spans) === String([low, high]) && !(["more_than", "less_than"].includes(comparison) && roots.length);
  return { name, roots, spans, everywhere };
}

// The page ------------------------------------------------------------------------------------------------------------

const $ = (id) => document.getElementById(id);
const each = (selector, act) => document.querySelectorAll(selector).forEach(act);
const write = (node, text) => {
  if (node.textContent !== text) node.textContent = text;
  if (node.hidden === !!text) node.hidden = !text;
};
/** A setting's texts by name, the sentences on texts that were refused, and the quantity that is looked at. */
let given = new Map(), under = ARTICLE, problems = new Map(), shown = "at_risk_2021";

/** Take the texts of an address, one by one; a text that is refused leaves a sentence. */
function take(pairs) {
  [given, under, problems] = [new Map(), ARTICLE, new Map()];
  const seen = new Set();
  for (const [name, text] of pairs) {
    if (!name || !text) problems.set(name || text, say("no_assignment", { text: name || text }));
    else if (seen.has(name)) problems.set(name, say("given_twice", { name }));
    else put(name, text);
    seen.add(name);
  }
}

/** Set a quantity to a text; one that is refused leaves the setting as it was, and a sentence. */
function put(name, text) {
  const wanted = new Map(given);
  if (text) wanted.set(name, text);
  else wanted.delete(name);
  const [found, reason] = attempt(() => change(wanted));
  if (found) [given, under] = [wanted, found], problems.delete(name);
  else problems.set(name, reason);
}

/** The texts of the setting where it differs from the article, as a link, a command and a file give them. */
const texts = () => [...given].filter(([name]) => under.values.has(name) || under.readings.has(name))
  .map(([name, text]) => [name, String(under.values.get(name) ?? text)]);

function fromAddress() {
  const parts = location.hash.slice(1).split("&").filter(Boolean).map((part) => {
    const [, name, , text = ""] = /^([^=]*)(=(.*))?$/s.exec(decoded(part));
    return [name.trim(), text.trim()];
  });
  shown = parts.find(([name, text]) => name === "show" && QUANTITIES.has(text))?.[1] ?? shown;
  take(parts.filter(([name]) => name !== "show"));
  render();
}

function decoded(text) {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

const SVG = "http:" + "//www.w3.org/2000/svg";
function drawn(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function element(tag, attributes, ...children) {
  const node = Object.assign(document.createElement(tag), attributes);
  node.append(...children);
  return node;
}

/** From persons at risk in 2019 to 2021 and to both groups; returns the sentences of those that have no value. */
function waterfall(figure) {
  const floor = planOf("at_risk_total", under).words.length > 0;
  const [base, now, total] = ["at_risk_2019", "at_risk_2021", "at_risk_total"].map((name) => {
    const [found, reason] = attempt(() => estimate(name, floor && name === "at_risk_total"
      ? change(new Map([["former_detainees", "floor"]]), under) : under));
    return found ?? { value: NaN, low: NaN, high: NaN, side: "", reason };
  });
  const printed = (name) => [...QUANTITIES.get(name).sources.values()].find((one) => one.claim).value;
  const [low, high] = [printed("at_risk_total_low"), printed("at_risk_total_high")];
  const near = CHECKS.get("at_risk_2021_sum").published, million = (number) => number / 1e6;
  const words = (size, side = "") => sided(side, abs(size) < 1e6 ? `${general(abs(size) / 1e6, 3)} million`
    : inWords(size, "person", 1e3, { beside: [near, low, high] }));
  const added = now.value - base.value, isPrinted = base.plan?.rests.includes("at_risk_2019_up_to");
  const rows = [
    ["At risk in 2019", 0, base, isPrinted ? "printed" : "ours", words(base.value, base.side)],
    ["Added since 2019", base.value, { ...now, low: NaN, side: "" }, "sum", `${added < 0 ? "−" : "+"} ${words(added)}`],
    ["At risk in 2021", 0, now, "sum", words(now.value, now.side)],
    ["With former detainees", now.value, total, floor ? "words" : "ours",
      floor ? words(total.value - now.value, "at least") : words(total.value, total.side)],
  ];
  const width = figure.clientWidth || 600, most = max(3e6, ...rows.map(([, , one]) => 1.25 * one.value || 0));
  const x = (number) => 8 + (number / most) * (width - 16), text = (at, y, words, more = {}) => drawn("text", { x: at, y, ...more }, words);
  const parts = [drawn("rect", { class: "band", x: x(low), y: 16, width: x(high) - x(low), height: 178 }),
    text((x(low) + x(high)) / 2, 12, `printed: ${million(low)} to ${million(high)} million`, { class: "small", "text-anchor": "middle" })];
  rows.forEach(([name, from, one, kind, said], i) => {
    const y = 34 + 42 * i, to = one.value, isKnown = finite(from) && finite(to);
    parts.push(text(8, y, `${name}: ${isKnown ? said : "no value"}`));
    if (!isKnown) return;
    if (i === 3) parts.push(drawn("rect", { class: "pale", x: x(0), y: y + 5, width: x(from) - x(0), height: 15 }));
    parts.push(drawn("rect", { class: kind, x: x(min(from, to)), y: y + 5, width: max(1, abs(x(to) - x(from))), height: 15 }));
    if (one.high > one.low) parts.push(drawn("path", { class: "range", d: `M${x(one.low)} ${y + 24}H${x(one.high)}m0 -3v6M${x(one.low)} ${y + 21}v6` }));
    if (one.side.startsWith("at") || (i === 3 && floor)) {
      const turn = one.side === "at most" ? -1 : 1;
      parts.push(drawn("path", { class: "arrow", d: `M${x(to)} ${y + 12.5}h${14 * turn}m${-5 * turn} -4l${5 * turn} 4l${-5 * turn} 4` }));
    }
    if (i === 2) parts.push(drawn("path", { class: "goal", d: `M${x(near)} ${y + 1}v23` }));
  });
  for (let tick = 0; tick * 1e6 <= most; tick++) parts.push(text(x(tick * 1e6), 212, tick ? `${tick} million` : "0", { class: "small", "text-anchor": tick ? "middle" : "start" }));
  figure.replaceChildren(...parts);
  figure.setAttribute("viewBox", `0 0 ${width} 218`);
  figure.setAttribute("aria-label", rows.map(([name, , , , said]) => `${name}: ${said}`).join("; "));
  return [...new Set([base, now, total].map((one) => one.reason).filter(Boolean))];
}

/** What moves the quantity that is looked at: its value with each assumption at either end of its varied range. */
function drawTornado(figure) {
  const plan = planOf(shown, under), [value, reason] = attempt(() => plan.value), bars = value === null ? [] : tornado(plan);
  const ends = bars.flatMap((bar) => [bar.atLow, bar.atHigh]).filter(finite), width = figure.clientWidth || 600;
  const [least, most] = [min(value, ...ends), max(value, ...ends)], x = (number) => 8 + ((number - least) / (most - least || 1)) * (width - 16);
  const said = (number) => valueWords(plan, number, { beside: [value] });
  const parts = bars.flatMap((bar, i) => {
    const y = 14 + 46 * i, [low, high] = [bar.atLow, bar.atHigh].map((one) => (finite(one) ? one : value));
    const rect = (end, kind) => drawn("rect", { class: kind, x: min(x(value), x(end)), y: y + 20, width: max(1, abs(x(end) - x(value))), height: 12 });
    const at = (number) => general(number, 10, true);
    return [drawn("text", { x: 8, y }, ASSUMPTIONS.get(bar.name).label),
      drawn("text", { x: 8, y: y + 15, class: "small" }, `at ${at(bar.low)}: ${said(bar.atLow)}; at ${at(bar.high)}: ${said(bar.atHigh)}`),
      rect(low, "ours"), rect(high, "sum")];
  });
  figure.replaceChildren(...parts, ...(bars.length ? [drawn("path", { class: "range", d: `M${x(value)} 30V${46 * bars.length}` })] : []));
  figure.setAttribute("viewBox", `0 0 ${width} ${46 * bars.length + 4}`);
  write($("tornado-note"), value === null ? reason : bars.length ? "" : "No assumption moves it under these readings.");
}

const spansWords = ({ spans, everywhere }) => everywhere ? "over its whole allowed range" : spans.length
  ? spans.map(([low, high]) => (low === high ? `at ${general(low, 4, true)}` : `from ${general(low, 4, true)} to ${general(high, 4, true)}`)).join(" and ")
  : "nowhere in its allowed range";

function statementParts(sides, comparison) {
  const [found, reason] = attempt(() => breakEvens(sides.map((side) => (side instanceof Plan ? side : planFor(side, under))), comparison));
  if (!found) return { verdict: reason, lines: [] };
  const lines = found.found.map((one) => `${ASSUMPTIONS.get(one.name).label}: holds ${spansWords(one)}`);
  return { verdict: found.holds ? "holds" : "does not hold", lines: lines.length ? lines : ["No assumption turns it."] };
}

function showStatement(node, sides, comparison) {
  const { verdict, lines } = statementParts(sides, comparison);
  write(node.querySelector(".v"), verdict);
  node.classList.toggle("holds", verdict === "holds");
  node.querySelector("ul").replaceChildren(...lines.map((line) => element("li", {}, line)));
}

function showHandles() {
  const plans = [...new Set([...DATA.headlines.flatMap((one) => [...one.working, ...(one.check ? [[CHECKS.get(one.check).quantity, CHECKS.get(one.check).readings]] : [])]),
    ...DATA.estimates.map((name) => [name, {}])].map((one) => attempt(() => planFor(one, under))[0]).filter(Boolean))];
  each("[data-handle]", (node) => {
    const name = node.dataset.handle, { sources, usual } = QUANTITIES.get(name), one = ASSUMPTIONS.get(name);
    const reading = under.values.has(name) ? "given" : under.readings.get(name) ?? usual;
    const used = plans.map((plan) => plan.nodes[plan.at.get(name)]).find(Boolean);
    const isFree = ["set", "given", "in_words"].includes(used?.reading);
    const hasEffect = plans.some((plan) => plan.direction.get(name));
    const effect = !one || (isFree && hasEffect) ? "" : used && !isFree ? say("unused", { quantity: label(name), reading: used.reading })
      : say("without_effect", { quantity: label(name) });
    const value = under.values.get(name) ?? sources.get("set")?.value, select = node.querySelector("select");
    const [slider, field] = ["[type=range]", "[type=text]"].map((kind) => node.querySelector(kind));
    const number = finite(value) ? value : one?.low;
    if (slider && slider !== document.activeElement) slider.value = number;
    if (field && !problems.has(name) && field !== document.activeElement) field.value = String(number);
    if (select) select.value = reading;
    node.classList.toggle("idle", !!effect);
    node.classList.toggle("changed", under.values.has(name) || under.readings.has(name));
    write(node.querySelector(".effect"), effect);
    write(node.querySelector(".problem"), problems.get(name) ?? "");
    field?.setAttribute("aria-invalid", String(problems.has(name)));
  });
}

function render() {
  const differs = differences(under);
  write($("differs"), differs ? `This ${differs}.` : "No settings changed.");
  $("reset").disabled = !differs && !problems.size;
  const isShown = (name) => document.querySelector(`[data-handle="${CSS.escape(name)}"]`);
  const notices = [...problems].filter(([name]) => !isShown(name)).map(([, sentence]) => sentence);
  $("notices").replaceChildren(...notices.map((sentence) => element("li", {}, sentence)));
  DATA.headlines.forEach((one) => {
    const node = $(one.id), { working, verdict, sentence, outcome, said } = headline(one, under);
    write(node.querySelector(".calc"), working.join("\n") || "no derivation in this article");
    write(node.querySelector(".v"), verdict);
    write(node.querySelector(".said"), said && said !== verdict ? `Verdict: ${said}` : "");
    node.querySelector(".v").className = `v ${/match/.test(verdict) ? "ok" : /^compatible/.test(verdict) ? "part" : /^cannot|^not/.test(verdict) ? "no" : "two"}`;
    write(node.querySelector(".why"), sentence);
    const remarks = outcome?.plan ? remarksOf(outcome.plan.target, under) : [];
    write(node.querySelector(".remark"), remarks.length ? `Remark: ${remarks.join("; ")}.` : "");
  });
  write($("refusals"), waterfall($("waterfall")).join(" "));
  $("shown").value = shown;
  const [now, reason] = attempt(() => estimate(shown, under));
  const summary = `${label(shown)}: ${now ? sided(now.side, valueWords(now.plan, now.value)) : reason}`;
  write($("now"), summary);
  write($("now-remarks"), now?.remarks.length ? `Remark: ${now.remarks.join("; ")}.` : "");
  drawTornado($("tornado"));
  DATA.statements.forEach(({ sides, comparison }, i) => showStatement($(`statement-${i}`), sides, comparison));
  showHandles();
  if ($("readings").open) showReadings();
  if ($("steps").open) showSteps();
  if ($("own").value) showOwn();
  clearTimeout(render.later);
  render.later = setTimeout(() => share(summary), 300);
}

/** The address, the command and the file of the setting; and the summary for those who hear it. */
function share(summary) {
  const parts = texts(), hash = [...parts, ...(shown === "at_risk_2021" ? [] : [["show", shown]])].map(([name, text]) => `${name}=${text}`).join("&");
  if (location.hash.slice(1) !== hash) history.replaceState(null, "", `#${hash}`);
  $("link").value = location.href;
  const option = ([name, text]) => `--${under.values.has(name) ? "set" : "reading"} ${name}=${text}`;
  $("command").value = ["analysis explain", shown, ...parts.map(option)].join(" ");
  const block = (title, isIn, text) => parts.some(isIn) ? `${title}:\n${parts.filter(isIn).map((one) => `  ${one[0]}: ${text(one)}\n`).join("")}` : "";
  const unit = (name) => (QUANTITIES.get(name).unit === "dimensionless" ? "" : ` ${QUANTITIES.get(name).unit}`);
  $("file").value = `name: my_scenario\ndescription: ${JSON.stringify(differences(under) || "nothing is changed")}\nreason: made with the explorer\n`
    + block("readings", ([name]) => under.readings.has(name), ([, text]) => text)
    + block("values", ([name]) => under.values.has(name), ([name, text]) => `${text}${unit(name)}`);
  write($("spoken"), summary);
}

/** The quantity under each other reading, one at a time. */
function showReadings() {
  const check = [...CHECKS.values()].find((one) => one.quantity === shown && one.judges);
  const rows = [];
  for (const name of planOf(shown, under).nodes.map((node) => node.name).filter((one) => QUANTITIES.get(one).choices.length)) {
    for (const reading of QUANTITIES.get(name).choices) {
      const [found, reason] = attempt(() => change(new Map([...given, [name, reading]])));
      const [one, why] = found ? attempt(() => estimate(shown, found)) : [null, reason];
      const cells = [`${label(name)}: ${QUANTITIES.get(name).sources.get(reading).label}`, one ? sided(one.side, valueWords(one.plan, one.value)) : why,
        one && check ? verdictWords(judge(check, found)) : ""];
      if (reading !== (under.readings.get(name) ?? QUANTITIES.get(name).usual)) rows.push(element("tr", {}, ...cells.map((cell) => element("td", {}, cell))));
    }
  }
  $("readings-rows").replaceChildren(...rows);
}

/** Each step behind the quantity: the formula, the numbers, the result, and where an input is printed. */
function showSteps() {
  const plan = planOf(shown, under), seen = new Set(), lines = [];
  const add = (name, level) => {
    if (seen.has(name) || DATA.constants.includes(name)) return;
    seen.add(name);
    const { source, reading } = plan.nodes[plan.at.get(name)], claim = CLAIMS.get(source.claim), head = `${"  ".repeat(level)}${label(name)} `;
    const one = ASSUMPTIONS.get(source.assumption), origin = claim ? `printed: ${claim.words} (${claim.where})` : one ? DATA.assumed[one.grade] : reading === "given" ? "set by you" : "";
    lines.push(worked(plan, name).map((line, i) => (i ? " ".repeat(head.length) : head) + line).join("\n") + (origin ? `    ${origin}` : ""));
    for (const need of source.needs) add(need, level + 1);
  };
  add(shown, 0);
  write($("steps-text"), lines.join("\n"));
}

function showOwn() {
  const quantity = $("own-quantity").value, [number, reason] = attempt(() => numberOf(quantity, $("own").value));
  write($("own-problem"), reason);
  if (number === null) return;
  const leaf = new Plan("number", [{ name: "number", reading: "given", source: { value: number, needs: [] } }], [], new Set());
  showStatement($("own-statement"), [[quantity, {}], leaf], $("own-comparison").value);
}

const moved = (name, text) => (put(name, text), render());
each("[data-handle]", (node) => {
  const name = node.dataset.handle;
  node.querySelector("[type=range]")?.addEventListener("input", ({ target }) => {
    node.querySelector("[type=text]").value = target.value;
    moved(name, target.value);
  });
  node.querySelector("[type=text]")?.addEventListener("change", ({ target }) => moved(name, target.value));
  node.querySelector("select")?.addEventListener("change", ({ target }) => {
    moved(name, target.value === "given" ? node.querySelector("[type=text]").value : target.value === QUANTITIES.get(name).usual ? "" : target.value);
  });
});
$("reset").addEventListener("click", () => (take([]), $("preset").value = "", each("[data-handle] [type=text]", (one) => one.blur()), render()));
$("preset").addEventListener("change", ({ target }) => {
  const one = DATA.presets.find(({ name }) => name === target.value);
  take(Object.entries(one?.given ?? {}));
  write($("preset-why"), one ? `${one.description} ${one.reason}` : "");
  render();
});
$("shown").addEventListener("change", ({ target }) => (shown = target.value, render()));
each("[data-show]", (node) => node.addEventListener("click", () => (shown = node.dataset.show, render(), $("moves").scrollIntoView())));
each("[data-copy]", (node) => node.addEventListener("click", async () => {
  $(node.dataset.copy).select();
  await navigator.clipboard.writeText($(node.dataset.copy).value);
  write($("spoken"), "Copied.");
}));
$("other").addEventListener("submit", (event) => {
  event.preventDefault();
  const [name, ...rest] = $("other-text").value.split("=");
  moved(name.trim(), rest.join("=").trim());
});
for (const id of ["own", "own-quantity", "own-comparison"]) $(id).addEventListener("input", showOwn);
for (const [id, act] of [["readings", showReadings], ["steps", showSteps]]) $(id).addEventListener("toggle", () => $(id).open && act());
addEventListener("hashchange", fromAddress);
addEventListener("resize", () => render());
fromAddress();
