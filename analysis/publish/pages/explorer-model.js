// The library's answers in JavaScript. Every sum is a formula in FORMULAS; every number, word and sentence is in DATA.
// The rest follows analysis/core and analysis/whatif function by function; tests compare the two at random settings.
const { abs, max, min, sign } = Math, finite = Number.isFinite, SAME = 1e-9;

/** A number with so many decimals; a tie goes to the even digit, as in Python. */
function fixed(number, decimals) {
  const size = abs(number), minus = number < 0 || Object.is(number, -0) ? "-" : "";
  if (!Number.isInteger(2 * size * 10 ** decimals)) return minus + size.toFixed(decimals);
  const more = size.toFixed(decimals + 40), down = more.slice(0, -40).replace(/\.$/, "");
  return minus + (/^50*$/.test(more.slice(-40)) && "02468".includes(down.at(-1)) ? down : size.toFixed(decimals));
}
const halfEven = (number) => Number(fixed(number, 0)) + 0, minus = (text) => text.replaceAll("-", "−");
const grouped = (text) => text.replace(/^-?\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ","));
const label = (name) => name.replaceAll("__", ", ").replaceAll("_", " ").replace(/\b(\d{4}) (\d{4})\b/g, "$1–$2");
const trimmed = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

/** A number with so many significant digits, as Python's "g" writes it. */
function general(number, digits = 6, commas = false) {
  if (!finite(number)) return Number.isNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
  const [mantissa, power] = number.toExponential(digits - 1).split("e"), size = String(abs(power)).padStart(2, "0");
  if (number && (power < -4 || power >= digits)) return `${trimmed(mantissa)}e${power[0]}${size}`;
  return (commas ? grouped : String)(trimmed(fixed(number, max(0, digits - 1 - power))));
}

/** A sentence of the library with its fields filled: {name}, or {name:,.10g} for a number. */
const say = (sentence, values) =>
  DATA.sentences[sentence].replace(/\{(\w+)(?:!r)?(:(,?)(?:\.(\d+))?g)?\}/g, (_, name, spec, commas, digits) =>
    spec ? general(values[name], Number(digits ?? 6), !!commas) : values[name]);

/** Refuse in one sentence; no Error, whose trace of the stack takes time. */
function refuse(sentence, values) {
  throw { refusal: say(sentence, values).trim().split(/\s+/).join(" ") };
}

function attempt(answer) {
  try {
    return [answer(), ""];
  } catch (fault) {
    if (!fault.refusal) throw fault;
    return [null, fault.refusal];
  }
}

const roundedTo = (number, place) => halfEven(number / place) * place;
const same = (one, two) => abs(one - two) <= max(SAME * max(abs(one), abs(two)), 1e-12);

/** A number as a screen shows it; the options are those of the library's in_words. */
function inWords(number, unit, place = 1e4, { percent = null, beside = [], decimals = null } = {}) {
  if (!finite(number)) return "no finite value";
  if (abs(number) >= 1e18) return general(number, 2);
  const third = number ? 2 - Math.floor(Math.log10(abs(number)) + 1e-9) : 2, counted = DATA.baseUnits.includes(unit);
  if (percent !== null) place = 10 ** -max(percent + 2, third);
  else if (!counted) place = 10 ** -max(0, decimals ?? third);
  const above = (other) => (roundedTo(number, place) - other) * (number - other);
  while (place > 1e-9 && beside.some((other) => !same(number, other) && above(other) <= 0)) place /= 10;
  const rounded = roundedTo(number, place);
  const isLarge = counted && abs(rounded) >= 1e6;
  const [scale, word] = percent !== null ? [0.01, " percent"] : isLarge ? [1e6, " million"] : [1, ""];
  const text = trimmed(fixed(rounded / scale, max(0, -Number((place / scale).toExponential(0).split("e")[1]))));
  return (rounded ? minus(scale === 1 ? grouped(text) : text) : "0") + word;
}

/** How many letters two texts share, the longest run first, then on either side of it. */
function shared(one, two) {
  for (let run = one.length; run; run--) {
    for (let end = run; end <= one.length; end++) {
      const i = end - run, j = two.indexOf(one.slice(i, end));
      if (j >= 0) return run + shared(one.slice(0, i), two.slice(0, j)) + shared(one.slice(end), two.slice(j + run));
    }
  }
  return 0;
}

function nearest(written, known) {
  const names = [...known].sort(), text = written.toLowerCase();
  const close = names.map((name) => [(2 * shared(name.toLowerCase(), text)) / (name.length + text.length), name]);
  const [ratio, name] = close.reduce((best, one) => (one[0] >= best[0] ? one : best));
  if (ratio >= 0.55) return say("did_you_mean", { name });
  return say("known", { names: names.slice(0, 12).join(", ") + (names.length > 12 ? ", …" : "") });
}

/** What differs from the article: a map of quantities to the name of a reading, or to a number. */
function settingOf(choices) {
  const of = (type) => new Map([...choices].filter(([, choice]) => typeof choice === type));
  return { choices, readings: of("string"), values: of("number"), plans: {} };
}
const ARTICLE = settingOf(new Map()), isSettable = (reading) => DATA.settable.includes(reading);

function known(name) {
  if (!DATA.names.includes(name)) refuse("no_quantity", { name, hint: nearest(name, DATA.names) });
  if (!DATA.quantities[name]) refuse("without_effect", { quantity: name });
  return DATA.quantities[name];
}

/** Whether a number is fifty times the printed one that it replaces, or more, or a fiftieth of it, or less. */
function isFar(quantity, number) {
  const { sources, usual } = DATA.quantities[quantity], own = sources[usual], ratio = abs(number / own.value);
  return Boolean(own.claim && own.value && number) && (ratio >= DATA.far || ratio <= 1 / DATA.far);
}

/** A number as it is taken again: with its unit, where it is far from the printed one. */
function writtenOf(quantity, number) {
  const { unit, printed } = DATA.quantities[quantity];
  if (!isFar(quantity, number)) return number;
  return printed.endsWith("percent") ? `${100 * number} percent` : `${number} ${unit}`;
}

/** Refuse a number without a unit, and say what to write. */
function refuseFar(quantity, number) {
  const { unit, printed } = DATA.quantities[quantity], isPercent = printed.endsWith("percent");
  const written = isPercent ? `${general(100 * number, 10)} percent` : `${general(number, 10, true)} ${unit}`;
  const factors = isPercent ? [["percent", 0.01]] : Object.entries(DATA.scales).map(([word, shift]) => [word, 10 ** shift]);
  const [word] = factors.find(([, factor]) => !isFar(quantity, number * factor)) ?? [];
  refuse("far", { quantity, number, printed, written, hint: word ? say("far_meant", { number, word }) : "" });
}

/** A value for a quantity, in its base unit, from a text: digits, then perhaps a scale, then perhaps a unit. */
function numberOf(quantity, text) {
  const { unit, low, high, suffix, sources, totals } = known(quantity), readings = Object.keys(sources);
  const fail = (sentence, told) => {
    // A word stands for a reading.
    if (/^\p{L}/u.test(text) && readings.length > 1) refuse("no_reading", { reading: text, quantity, hint: nearest(text, readings) });
    refuse("value", { quantity, error: say(sentence, { text, unit, ...told }) });
  };
  const pattern = /^([-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:[eE][-+]?\d+)?)[ \t\n\r\f\v]*(.*)$/s;
  const [, digits, rest] = pattern.exec(text.trim()), plain = digits.replaceAll(",", "");
  const [mantissa, exponent = "0"] = plain.toLowerCase().split("e");
  if (!/\d/.test(mantissa) || !finite(Number(plain))) fail("no_number", { unit: unit.replace("dimensionless", "percent") });
  const words = rest.replaceAll("%", " percent").split(/\s+/).filter(Boolean);
  let shift = Number(exponent);
  while (Object.hasOwn(DATA.scales, words[0])) shift += DATA.scales[words.shift()];
  const name = words.join(" "), single = name.replace(/s?( *\/ *|$)/g, "$1").replaceAll(" ", "");
  const given = [name, single].find((one) => DATA.units.includes(one));
  if (name && !given) fail("unknown_unit", { text: name, hint: nearest(name, DATA.knownUnits) });
  if (given === "percent" && unit === "dimensionless") shift -= 2;
  else if (name && given !== unit) fail("other_unit", { given: given.replace("percent", "%") });
  const number = Number(`${mantissa}e${shift}`);
  if (!finite(number)) refuse("not_finite", { quantity, number: "inf" });
  const told = { quantity, number, low, high, unit: suffix };
  for (const [total, figure] of totals) if (number === total) refuse("total", { quantity, figure });
  if (number < low || number > high) refuse(finite(high) ? "outside" : "below", told);
  if (!name && isFar(quantity, number)) refuseFar(quantity, number);
  return number;
}

/** The readings of quantities that are one choice with those named. */
function linked(choices) {
  const found = new Map();
  for (const group of DATA.linked) {
    const readings = [...new Set(group.map((name) => choices.get(name)).filter((one) => typeof one === "string"))].sort();
    if (readings.length > 1) refuse("one_choice", { group: group.join(" and "), chosen: readings.join(", ") });
    for (const name of readings.length ? group : []) found.set(name, readings[0]);
  }
  return found;
}

/** Whether a choice is what the article has anyhow; a printed number is a reading by the name of its row, too. */
function isOwn(name, choice) {
  const { sources, usual } = DATA.quantities[name], own = sources[usual];
  if (typeof choice === "number") return own.value === choice;
  return choice === usual || (sources[choice].claim !== undefined && sources[choice].claim === own.claim);
}

/** Choices over a setting. A reading that only means "as set" leaves a number that is there; so does one merely linked. */
function over(base, choices) {
  const taken = new Map(base.choices);
  for (const [name, choice] of new Map([...linked(choices), ...choices])) {
    const leavesNumber = isSettable(choice) || !choices.has(name);
    if (leavesNumber && typeof taken.get(name) === "number") continue;
    if (isOwn(name, choice)) taken.delete(name);
    else taken.set(name, choice);
  }
  return settingOf(taken);
}

const choiceOf = (name, text) => (Object.hasOwn(known(name).sources, text.trim()) ? text.trim() : numberOf(name, text.trim()));
const choicesOf = (given) => new Map([...given].map(([name, text]) => [name, choiceOf(name, text)]));

/** A setting with readings and values changed, from texts by name; those equal to the article's own are left out. */
function change(given, base = ARTICLE) {
  const found = over(base, choicesOf(given));
  for (const quantity of found.readings.keys()) planOf([quantity], found);
  return found;
}

function differences({ readings, values }) {
  const parts = [...readings].map(([quantity, reading]) => DATA.quantities[quantity].sources[reading].differs);
  for (const [quantity, number] of values) {
    const { sources, usual, suffix: unit } = DATA.quantities[quantity];
    const { value: was, replaced } = sources[readings.get(quantity) ?? usual];
    parts.push(say(replaced, { quantity, number, was, unit }));
  }
  return parts.length ? say("differs", { parts: parts.join("; ") }) : "";
}

/** The plan of a quantity, perhaps with readings of its own, under a setting. */
function planOf(named, under) {
  const [target, readings = []] = named, key = [target, ...readings], isRead = readings.length > 0;
  return (under.plans[key] ??= isRead ? planOf([target], over(under, choicesOf(readings))) : new Plan(target, under));
}

/** A value that is set, which has the side of its assumption. */
function givenSource(name, value) {
  const side = DATA.assumptions[name]?.side, { low, high } = DATA.quantities[name];
  const room = side > 0 ? { low, high: value } : side < 0 ? { low: value, high } : undefined;
  return { value, side, room, needs: [] };
}

const call = (run, n, v) => run(v[n[0]], v[n[1]], v[n[2]], v[n[3]], v[n[4]], v[n[5]], v[n[6]], v[n[7]]);
/** The nodes that a target rests on, each after its needs, and the limits on them. */
class Plan {
  constructor(target, under) {
    const found = new Map();
    const add = (name, path) => {
      if (found.has(name)) return;
      const { sources, usual } = DATA.quantities[name], choice = under.choices.get(name) ?? usual;
      const isGiven = typeof choice === "number", reading = isGiven ? "given" : choice;
      const source = isGiven ? givenSource(name, choice) : sources[choice], { needs } = source;
      const formula = FORMULAS[`${name}.${reading}`], { run = (one) => one } = formula ?? {};
      const node = { name, reading, source, needs, run, formula }, start = path.findIndex((one) => one.name === name);
      if (start >= 0) {
        // A circle has no start; it is told from the first name in the alphabet.
        const circle = path.slice(start), least = circle.map((one) => one.name).sort()[0];
        const turn = circle.findIndex((one) => one.name === least);
        const [first, ...others] = [...circle.slice(turn), ...circle.slice(0, turn), circle[turn]]
          .map((one) => `${one.name} (${one.reading})`);
        refuse("circle", { first, others: others.join(", which needs ") });
      }
      for (const need of needs) add(need, [...path, node]);
      found.set(name, node);
    };
    add(target, []);
    const own = new Set(found.keys()), limits = LIMITS.filter((one) => !one.range && own.has(one.quantity));
    for (const { other } of limits) if (other) add(other, []);
    const nodes = [...found.values()], at = new Map(nodes.map(({ name }, i) => [name, i])), goal = at.get(target);
    for (const { name, needs } of nodes) if (needs.length) limits.push(...LIMITS.filter((one) => one.range === name));
    Object.assign(this, { target, under, nodes, limits, own, at, goal });
    /** Behind the values of the nodes stands how far each limit lies; below 0 past it. */
    this.start = Float64Array.from([...nodes, ...limits], (one) => one.source?.value);
    this.steps = [...nodes, ...limits].map(({ run, needs }, i) => ({ i, run, needs: needs.map((one) => at.get(one)) }))
      .filter(({ needs }) => needs.length);
    this.leaves = nodes.filter(({ needs }) => !needs.length);
    const inputs = this.leaves.filter(({ name }) => own.has(name) && !DATA.constants.includes(name));
    this.words = inputs.filter((node) => node.source.part === "in_words").map((node) => node.name);
    this.rests = inputs.map((node) => node.source.claim || node.name);
    /** For each leaf, whether a rise of it raises (1) or lowers (-1) the target, or has no effect (0). */
    const words = this.words.map((name) => at.get(name)), lows = words.map((i) => nodes[i].source.near.low);
    const start = this.evaluate(words, lows), was = start[this.goal];
    this.direction = new Map(this.leaves.map(({ name }) => {
      const i = this.at.get(name), raised = start[i] + 1e-4 * (abs(start[i]) || DATA.quantities[name].width);
      const moved = (this.evaluate([...words, i], [...lows, raised])[this.goal] - was) / (abs(was) || 1);
      return [name, abs(moved) >= SAME ? sign(moved) : 0];
    }));
    /** The assumptions that are set, by the article or by the reader, and move the target by themselves. */
    this.handles = this.leaves.filter(({ name, reading }) => DATA.assumptions[name] && this.direction.get(name) &&
      ["set", "given"].includes(reading)).map((node) => node.name);
  }

  /** Every node's value, with numbers in place of some leaves' own. Nothing is checked. */
  evaluate(places = [], numbers = []) {
    const values = this.start.slice();
    for (let j = 0; j < places.length; j++) values[places[j]] = numbers[j];
    for (const { i, run, needs } of this.steps) values[i] = call(run, needs, values);
    return values;
  }

  /** The target at the printed numbers; refuses with the sentence of a limit, of words, or of a division by zero. */
  get value() {
    const values = this.evaluate(), valueOf = (name) => values[this.at.get(name)];
    const node = this.words.length ? null : this.nodes.find(({ name }, i) => !finite(values[i]) && this.own.has(name));
    if (node) refuse("division", { ...node, quantity: node.name });
    const limit = this.limits.find((_, i) => values[this.nodes.length + i] < -SAME);
    const here = (one) => (limit.other ? valueOf(one) : Number(valueOf(one).toPrecision(6)));
    if (limit) refuse(limit.low === 0 && here(limit.quantity) < 0 ? "negative" : limit.sentence, { ...limit, here: here(limit.quantity), most: valueOf(limit.other) });
    if (this.words.length) refuse("in_words", { quantity: this.target, name: this.words[0] });
    return values[this.goal];
  }

  /** "at most", "at least", neither, or "no bound" where the leaves' sides pull both ways. */
  get side() {
    return this.sideBy(this.leaves);
  }
  sideBy(leaves) {
    const pulls = leaves.map(({ name, source }) => (source.side ?? 0) * this.direction.get(name)).filter(Boolean);
    return new Set(pulls).size > 1 ? "no bound" : ["at least", "", "at most"][1 + (pulls[0] ?? 0)];
  }

  /** The target, then how far each limit lies, with numbers in place of some leaves' own. */
  row(places, numbers) {
    const values = this.evaluate(places, numbers);
    return [values[this.goal], ...values.subarray(this.nodes.length)];
  }

  /** What the printed numbers and words stand for, at the finer or the coarser place; of open inputs only one side. */
  rounding(isCoarse, open = []) {
    return this.leaves.map(({ name, source: { near, far, side, part, value } }) => {
      const one = { name, ...near, ...(isCoarse && far) };
      if (!near || part === "in_words" || !open.includes(name)) return one;
      return { ...one, ...(side > 0 ? { low: value } : { high: value }) };
    }).filter((one) => one.low < one.high);
  }

  /** Smallest and largest target over a box, within the limits. */
  bounds(box) {
    const places = box.map(({ name }) => this.at.get(name));
    return extremes(box.length, (t) => this.row(places, box.map(({ low, high }, i) => low + t[i] * (high - low))));
  }

  /** The leaves that have a side or are in words, and are not taken as reached. */
  open(reached) {
    return this.leaves.filter(({ name, source: { room, claim, part } }) =>
      part === "in_words" || (room && this.direction.get(name) && !reached.includes(claim || name)));
  }

  /** What the target reaches as the open inputs move over their room; with rounding, too. */
  rooms(open) {
    const room = open.map(({ name, source }) => ({ name, ...source.room })), names = room.map((one) => one.name);
    const rounded = this.rounding(true, names), other = (name) => rounded.find((one) => one.name === name) ?? {};
    const both = room.map(({ name, low, high }) =>
      ({ name, low: min(low, other(name).low ?? low), high: max(high, other(name).high ?? high) }));
    return [this.bounds(room), this.bounds([...rounded.filter((one) => !names.includes(one.name)), ...both])];
  }

  get spans() {
    this.near ??= this.bounds(this.rounding(false));
    return [this.near, (this.far ??= this.leaves.some((node) => node.source.far) ? this.bounds(this.rounding(true)) : this.near)];
  }
}
const isWithin = ([target, ...rooms]) => !Number.isNaN(target) && rooms.every((room) => room >= -SAME);
const isKept = (row) => finite(row[0]) && isWithin(row);

/** Where a ratio of two linear functions is 0, from its values at 0, ½ and 1. */
function root(start, middle, end) {
  if (abs(end) === Infinity) return start / (2 * start - middle);
  if (abs(middle) === Infinity) return start / (start + end);
  if (abs(start) === Infinity) return (middle - end) / (middle - 2 * end);
  return (start * (middle - end)) / (end * middle + start * middle - 2 * start * end);
}
const pole = (...values) => root(...values.map((value) => 1 / value));

/** Whether a ratio of two linear functions has a pole: without one the middle lies between the ends. */
function hasPole(start, middle, end) {
  const slack = SAME * max(abs(start), abs(end)), least = min(start, end) - slack, most = max(start, end) + slack;
  const isInfinite = abs(start) === Infinity || abs(middle) === Infinity || abs(end) === Infinity;
  return isInfinite || middle > most || middle < least;
}

/** Smallest and largest value over the unit box of k sides, and their places, by the candidates of model/bounds. */
function extremes(k, at) {
  const corners = Array.from({ length: 2 ** k }, (_, bits) => Array.from({ length: k }, (_, i) => (bits >> i) & 1));
  const rows = corners.map(at), isInside = (place) => place.every((t) => t >= 0 && t <= 1);
  const edges = corners.flatMap((corner, i) => corner.flatMap((bit, axis) => {
    if (bit) return [];
    const start = rows[i], middle = at(corner.with(axis, 0.5)), end = rows[i | (1 << axis)];
    return [{ move: (t) => corner.with(axis, t), along: (one) => [start[one], middle[one], end[one]] }];
  }));
  const limits = [...rows[0].keys()].filter((i) => i && edges.some(({ along }) => along(i).some((room) => room < -SAME)));
  const met = limits.flatMap((limit) => edges.map(({ move, along }) => move(root(...along(limit))))).filter(isInside);
  const values = [...rows, ...met.map(at)].map((row) => (isKept(row) ? row[0] : NaN));
  const size = SAME * max(0, ...values.filter(finite).map(abs));
  const found = values.map((one) => (abs(one) <= size ? 0 : one)), known = found.filter((one) => !Number.isNaN(one));
  const [low, high] = known.length ? [min(...known), max(...known)] : [NaN, NaN];
  const placeOf = (value) => [...corners, ...met][found.indexOf(value)], places = { lowAt: placeOf(low), highAt: placeOf(high) };
  // A pole inside the box leaves no bound, rather than a wrong one.
  const hasNone = known.length && edges.some(({ along }) => hasPole(...along(0)));
  return hasNone ? { low: -Infinity, high: Infinity, ...places } : { low, high, ...places };
}

const quarters = (low, high) => [0.25, 0.5, 0.75].map((part) => low + part * (high - low));
const placed = (t, low, high) => low + (0.25 + 0.5 * t) * (high - low);

function remarksOf({ target, at, under }, value) {
  const found = [];
  for (const { above, words } of DATA.remarks.filter((one) => one.quantity === target)) {
    const other = finite(above) ? above : attempt(() => planOf([above], under).value)[0] ?? NaN;
    if (value > other) found.push(words.replace("{more}", inWords(value - other, DATA.quantities[target].unit, 1e3)));
  }
  for (const [quantity, number] of under.values) {
    const [low, high] = DATA.quantities[quantity].usually;
    if (at.has(quantity) && (number < low || number > high)) found.push(say("varied", { quantity, low, high, number }));
  }
  return found;
}

function estimate(plan) {
  const { value, side, spans: [{ low, high }] } = plan, plain = estimateWords(plan);
  const words = side === "no bound" ? `${plain}, no bound` : `${side} ${plain}`.trim();
  return { plan, value, low, high, side, words, remarks: remarksOf(plan, value) };
}

/** On what ground a verdict is given, the first that holds; empty where a value differs. */
function groundOf({ fine, coarse, stretched, lowIsOurs, highIsOurs }, value, near, far, room, rounded) {
  const meets = ([least, most], low, high) => high >= least && low <= most;
  // Rounding does not decide at a threshold of ours.
  const reaches = (claimed, exact, wide) => meets(claimed, (highIsOurs ? exact : wide).low, (lowIsOurs ? exact : wide).high);
  const here = { low: value, high: value };
  if (meets(fine, value, value)) return "value";
  if (!Number.isNaN(value) && reaches(fine, here, near)) return "rounding";
  if (!Number.isNaN(value) && reaches(coarse, here, far)) return "coarser place";
  if (room && reaches(coarse, room, rounded)) return "room";
  return stretched && (meets(stretched, value, value) || (room && reaches(stretched, room, rounded))) ? "stretch" : "";
}

/** A shortfall in percent, with as many decimals as keep it off our tenth and our fifth. */
function shareShort(share) {
  const decimals = [0, 1, 2, 3, 4].find((n) => ![10, 20].some((edge) => Number(fixed(100 * share, n)) === edge && abs(100 * share - edge) > 1e-9)) ?? 4;
  return fixed(100 * share, decimals);
}

function judge(check, under) {
  const { fine, coarse, from, to, qualifier, quantity, readings, claim, kind, reached } = check;
  const { percent, unit } = DATA.quantities[quantity], plan = planOf([quantity, readings], under);
  if (plan.rests.includes(claim)) refuse("circular", { claim });
  // Where no value that the words allow is within the limits, it is past one.
  const value = plan.words.length && !Number.isNaN(plan.spans[0].low) ? NaN : plan.value, open = plan.open(reached);
  const names = open.map((node) => node.name), side = plan.sideBy(open);
  const [near, far] = names.length ? [false, true].map((one) => plan.bounds(plan.rounding(one, names))) : plan.spans;
  const rooms = names.length ? plan.rooms(open) : [];
  const ground = groundOf(check, value, near, far, ...rooms), verdict = DATA.grounds[ground];
  const finer = DATA.grounds[groundOf({ ...check, coarse: fine }, value, near, near, ...rooms)];
  const said = (one) => DATA.said[kind]?.[one] ?? label(one);
  const off = value - (value > to ? to : from), size = abs(off), isOff = verdict === "differs" && finite(off);
  const by = () => (percent !== null ? `${fixed(100 * size, 1)} points`
    : inWords(size, unit, size >= 1e5 ? placeOf(plan.rests, size) : 1e3));
  const short = () => (check.printed && off <= 0 && qualifier === "approaches"
    ? `${side === "at most" ? "at least " : ""}${by()} or ${shareShort(size / check.printed)} percent short`
    : `${by()} ${off > 0 ? "above" : "below"}`);
  const [claimed, used] = ground === "rounding" ? [fine, near] : [coarse, far];
  const isBare = verdict === "matches_within_rounding" && min(used.high - claimed[0], claimed[1] - used.low) < claimed[2];
  const wanted = ground === "value" ? fine : coarse;
  const atEnd = (node) => {
    const { low, high } = plan.bounds([{ name: node.name, ...node.source.room }]);
    return !(low >= wanted[0] && low <= wanted[1] && high >= wanted[0] && high <= wanted[1]);
  };
  const ends = verdict.startsWith("matches") ? open.filter(({ source }) => source.row || (source.part && source.part !== "set")) : [];
  const inputName = ({ name, source }) => source.row || name;
  ends.sort((one, two) => (inputName(one) < inputName(two) ? -1 : 1));
  const isByClaim = groundOf(check, value, near, near) === "coarser place";
  const coarser = isByClaim ? [check.coarserPlace] : [
    `${coarse}` !== `${fine}` && check.coarserPlace,
    ...plan.leaves.map(({ name, source }) => plan.direction.get(name) && source.coarserPlace)];
  const notes = [
    !isOff && finite(off) && ["approaches", "over"].includes(qualifier) && short(),
    ...ends.filter(atEnd).map(({ name, source }) => source.taken ?? `taking ${label(name)} at the least that the words allow`),
    ground === "coarser place" && `rounded to ${[...new Set(coarser.filter(Boolean))].join(" and ")}`,
    isBare && "barely",
    finer !== verdict && `${said(finer)} at the finer place`,
    qualifier === "up_to" && side === "at most" && DATA.testsNothing,
  ].filter(Boolean).join("; ");
  const words = said(verdict) + (isOff ? ` by ${by()}` : "");
  const moved = verdict.startsWith("matches") ? ends.filter(atEnd) : ground === "room" ? open : [];
  return { plan, value, verdict: words, said: words + (notes && `, ${notes}`), code: verdict, ground, open: moved.map(inputName) };
}

function placeOf(rests, number) {
  const place = max(...rests.map((name) => DATA.places[name] ?? 0)) || 1e4, size = abs(number);
  return !number || !finite(number) || size >= 10 * place ? place : 10 ** max(0, Math.floor(Math.log10(size)) - 1);
}

/** A value in words, on its own side of all that a claim prints or asserts, and of other numbers. */
function valueWords(plan, value, others = []) {
  const { percent, unit, beside } = DATA.quantities[plan.target];
  return inWords(value, unit, placeOf(plan.rests, value), { percent, beside: [...beside, ...others] });
}
const estimateWords = (plan) => valueWords(plan, plan.value, [plan.spans[0].low, plan.spans[0].high].filter(finite));

/** The number behind a name in braces, spelled; it throws where there is none. */
function numberIn(named, under, bar, form) {
  if (typeof named === "string") return named;
  const { value } = planOf(named, under), { unit, percent } = DATA.quantities[named[0]];
  const size = bar ? abs(value) : value;
  if (form === "short") return inWords(size, unit, 1e5);
  return inWords(size, unit, 1e3, { percent });
}

function headline(one, under) {
  const { named, check, working } = one, changed = [...under.readings.keys(), ...under.values.keys()];
  const judging = check ? [DATA.checks[check]].map(({ quantity, readings }) => [quantity, readings]) : [];
  const plans = [...working, ...judging].map((name) => attempt(() => planOf(name, under))[0]).filter(Boolean);
  const isChanged = changed.some((name) => plans.some((plan) => plan.at.has(name)));
  // The sum that needs a number shows the one that the setting gives.
  const isReplaced = ([name, [[, reading] = []] = []]) => changed.includes(name) && reading === DATA.quantities[name].usual;
  // Then it no longer sets one thing printed twice side by side.
  const kind = working.some(isReplaced) ? "derivation" : DATA.checks[check]?.kind;
  const [judged, reason] = check ? attempt(() => judge({ ...DATA.checks[check], kind }, under)) : [];
  const { sentence } = isChanged ? one.changed : one.words;
  // Other words for the verdict hold as long as it is the article's, on the same inputs.
  const [own] = check && isChanged ? attempt(() => judge(DATA.checks[check], ARTICLE)) : [judged];
  const isSame = `${own?.open}` === `${judged?.open}` || (own && judged && Number.isNaN(own.value) && Number.isNaN(judged.value));
  const isAsInArticle = own?.code === judged?.code && isSame;
  const ofChange = judged?.ground === "room" && one.changed.shown ? "{verdict}, as a ceiling leaves it open" : one.changed.shown;
  const shown = isChanged && ofChange ? ofChange : isAsInArticle ? one.words.shown : "";
  const put = (text) => text.replace(/\{(\|?)([\w.]+)\|?(?::(\w+))?\}/g, (_, bar, name, form) => numberIn(named[name], under, bar, form));
  // A sentence whose number has no value is left out.
  const putAll = (text) => text.split(/(?<=\.)\s+(?=[A-Z"{])/).map((part) => attempt(() => put(part))[0]).filter(Boolean).join(" ");
  const said = reason ? `not computable: ${reason}` : judged?.said ?? "";
  const lines = working.filter((name) => !isReplaced(name) && !attempt(() => planOf(name, under).words.length)[0])
    .map((name) => attempt(() => worked(planOf(name, under), true))).map(([line, why]) => line ?? ["", why]);
  const verdict = reason ? "not computable" : putAll((shown || "{verdict}").replace("{verdict}", judged?.verdict ?? ""));
  return { lines, verdict, sentence: putAll(sentence), said };
}

/** A number as it is printed or set, else with some digits and some finer ones; and the number that is shown. */
function shownAs(plan, name, value, finest = 0, least = 1e5) {
  const { source } = plan.nodes[plan.at.get(name)], { unit, percent } = DATA.quantities[name], size = abs(value);
  const isCount = DATA.baseUnits.includes(unit), isShort = (n) => abs(Number(fixed(value, n)) - value) <= 1e-9 * size;
  const [scale, decimals, word] = isCount && size >= max(least, 1e9) ? [1e9, 3, " billion"]
    : isCount && size >= least ? [1e6, 3, " million"]
    : isCount ? [1, Number(size < 1000 && value !== halfEven(value)), ""]
    : percent !== null ? [0.01, size ? max(1, -Math.floor(Math.log10(size) + 1e-9)) : 1, " percent"]
    : [1, ([...Array(4 + finest).keys()].find(isShort) ?? 4 + finest) - finest, ""];
  if (source.shown) return [source.shown, value];
  if (!source.needs.length && size < scale) return [minus(general(value, 10, true)), value];
  if (!source.needs.length) return [minus(general(value / scale, 10, true) + word), value];
  const tens = 10 ** (decimals + finest), rounded = halfEven((value * tens) / scale) / tens;
  const isUnderOne = word === " million" && abs(rounded) < 1, places = decimals + finest;
  const text = isUnderOne ? fixed(rounded * scale, max(0, places - 6)) : fixed(rounded, places);
  return [minus(grouped(text) + (isUnderOne ? "" : word)), rounded * scale];
}

/** A worked step: the formula, then the numbers put in, with as many digits as it takes by hand, and the result. */
function worked(plan, isPlain = false) {
  const { target, value } = plan, values = plan.evaluate(), known = (name) => values[plan.at.get(name)];
  const { needs, run, formula, source: { same, sum } } = plan.nodes[plan.goal], start = `${label(target)} = `;
  const isIdle = isPlain && formula?.idle?.every((name) => plan.nodes[plan.at.get(name)].reading === "set");
  const text = isIdle ? formula.plain : formula?.text;
  const least = needs.some((name) => !DATA.constants.includes(name) && abs(known(name)) >= 1e6) ? 1e4 : 1e5;
  const [result] = shownAs(plan, target, value, 0, least), side = isPlain ? "" : plan.side.replace(/^at .*/, " ($&)").replace(/^no.*/, "");
  const other = same ? label(same) : sum;
  if (!text) return other ? [start + other, result + side] : [start + result, ""];
  const put = (write) => text.replace(/\{(\w+)\}/g, (_, name) => write(name).replace(/^−.*/, "($&)"));
  const byHand = (finest) => run(...needs.map((name) => shownAs(plan, name, known(name), finest)[1]));
  const finest = [0, 1, 2, 3, 4, 5].find((one) => shownAs(plan, target, byHand(one), 0, least)[0] === result) ?? 6;
  return [start + put(label), `${put((name) => shownAs(plan, name, known(name), finest)[0])} = ${result}${side}`];
}

/** Each assumption across its range, the rest at their values; a limit on the way is the end of the bar. */
function tornado(plan) {
  const bars = plan.handles.map((name) => {
    const { low, high } = DATA.assumptions[name], x = (t) => low + t * (high - low), places = [plan.at.get(name)];
    const found = extremes(1, ([t]) => plan.row(places, [x(t)])), { lowAt: [start] = [0], highAt: [end] = [1] } = found;
    return start <= end ? { name, low: x(start), high: x(end), atLow: found.low, atHigh: found.high }
      : { name, low: x(end), high: x(start), atLow: found.high, atHigh: found.low };
  });
  const width = (bar) => (finite(bar.atHigh - bar.atLow) ? abs(bar.atHigh - bar.atLow) : 0);
  return bars.sort((one, two) => width(two) - width(one));
}

/** Whether a statement holds, and where along each assumption. The right side is a number, or one that is printed. */
function breakEvens({ side, signs, other }, under) {
  const plan = planOf(side, under), left = plan.value, right = finite(other) ? other : planOf(other, under).value;
  const isTrue = (above, slack) => signs.includes(abs(above) <= slack ? 0 : sign(above));
  const found = plan.handles.map((name) => {
    const { low, high } = DATA.quantities[name], at = (x) => plan.row([plan.at.get(name)], [x]);
    const rows = quarters(low, high).map(at), columns = rows[0].map((_, i) => rows.map((row) => row[i]));
    const zeros = [...columns, columns[0].map((target) => target - right)];
    const turns = zeros.flatMap((three) => [pole(...three), root(...three)]).map((t) => placed(t, low, high));
    const points = [low, high, ...turns].filter((x) => x >= low && x <= high).sort((one, two) => one - two)
      .filter((x, i, all) => !i || x - all[i - 1] > SAME * (high - low));
    const slack = SAME * max(...[...columns[0], right].filter(finite).map(abs));
    const isFine = (x) => isKept(at(x)) && isTrue(at(x)[0] - right, slack);
    // The statement holds or not all along between two points, so points and middles in turn show all spans.
    const fine = [false, ...points.flatMap((x, i) => (i ? [(points[i - 1] + x) / 2, x] : [x])).map(isFine), false];
    const edges = points.flatMap((x, i) => [2 * i, 2 * i + 1].filter((j) => fine[j] !== fine[j + 1]).map(() => x));
    const spans = edges.flatMap((start, i) => (i % 2 ? [] : [[start, edges[i + 1]]]));
    return { name, spans, isOpen: (x) => isKept(at(x)) && !isFine(x) };
  });
  return { plan, left, right, found, holds: isTrue(left - right, SAME * max(abs(left), abs(right))) };
}
