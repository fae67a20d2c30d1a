// The rules of core/spell.py and of model/, once more, for settings that a reader makes.
// Above each function stands the name of the Python function that it mirrors; a change to
// one of the two is made to both, and tests compare their answers at random settings.
//
// Python writes four constants: QUANTITIES by name, DATA, RUNS (a function for each formula)
// and LIMITS. The classes at the top of publish/explorer_rows.py explain the fields of their
// rows: Span, SourceRow, QuantityRow, CheckRow and others.

// Numbers: core/spell.py.
const { abs, max, min, sign } = Math;
const finite = Number.isFinite;
const SAME = 1e-9;
// All digits of a float, and never an exponent.
const { format } = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 17 });

// _without_noise: a number without the errors of a float's last digits.
const clean = (value) => (abs(value) < 1e-12 ? 0 : Number(value.toPrecision(12)));
const partsOf = (value) => clean(value).toExponential().split("e");

// A number times a power of ten, without the errors of a float's last digits.
function shifted(value, power) {
  const [digits, exponent] = partsOf(value);
  return Number(`${digits}e${Number(exponent) + power}`);
}

// rounded.
function rounded(value, place) {
  return shifted(sign(value) * Math.round(abs(shifted(value, -place))), place);
}

// same.
const isSame = (one, two) => abs(one - two) <= max(SAME * max(abs(one), abs(two)), 1e-12);

// place_of, with _misleads.
function placeOf(value, unit, apart = [], digits = 3) {
  let place = value && Number(partsOf(value)[1]) + 1 - digits;
  if (DATA.whole.includes(unit)) place = max(place, 0);
  const misleads = (other) => {
    const shown = rounded(value, place);
    if (isSame(value, other)) return !isSame(shown, other);
    return (shown - other) * (value - other) <= 0;
  };
  for (const other of apart.filter(finite).map(clean)) while (misleads(other)) place -= 1;
  return place;
}

// spell_at.
function written(number, unit) {
  let [power, word] = [0, ""];
  if (unit === "percent") [power, word] = [-2, " percent"];
  else if (abs(number) >= 1e9) [power, word] = [9, " billion"];
  else if (abs(number) >= 1e6) [power, word] = [6, " million"];
  return format(shifted(number, -power)).replace("-", "−") + word;
}

// spell, exact; a number that a reader typed keeps its digits, up to eight.
const spell = (value, unit, apart) => written(rounded(value, placeOf(value, unit, apart)), unit);
const exact = (value, unit) => written(Number(value.toPrecision(10)), unit);
const typed = (value, unit) =>
  (partsOf(abs(value))[0].length > 9 ? spell : exact)(value, unit);

// Refusals: sentences filled and thrown as in core/sentences.py and ModelError. An attempt
// gives the answer, or null with the sentence and perhaps a reason in other words.
const fill = (text, fields) => text.replace(/\{(\w+)\}/g, (_, name) => fields[name]);

function refuse(refusal, fields, why) {
  throw { refusal: fill(refusal, fields), why };
}

function attempt(answer) {
  try {
    return [answer(), ""];
  } catch (fault) {
    if (!fault.refusal) throw fault;
    return [null, fault.refusal, fault.why];
  }
}

// Settings: model/settings.py, and Quantities in model/quantities.py.
const isNumber = (choice) => typeof choice === "number";

const settingOf = (choices) => ({ choices, plans: {} });
const ARTICLE = settingOf(new Map());

// Values.number: the allowed range, and numbers far from the usual ones.
function requireAllowed(name, number) {
  const { low, high, shown, outside, far } = QUANTITIES[name];
  if (number < low || number > high) refuse(outside, { number: exact(number, shown) });
  if (!far || !number) return;
  const isNear = (scale) => holds(far.near, abs(number) * scale);
  if (isNear(1)) return;
  const word = Object.keys(far.scales).find((scale) => isNear(far.scales[scale]));
  const fields = { number: exact(number, ""), word };
  refuse(far.sentence, { ...fields, hint: word ? fill(DATA.meant, fields) : "" });
}

// Quantities.changed. A reading also holds for a linked quantity, unless a number is set
// there: Python adds the reading to the setting, and here nodeOf takes it from the linked
// quantity.
function over(base, choices) {
  const taken = new Map(base.choices);
  for (const [name, choice] of choices) {
    const { linked } = QUANTITIES[name];
    if (!isNumber(choice) && !isNumber(taken.get(linked))) taken.delete(linked);
    taken.set(name, choice);
  }
  for (const [name, choice] of taken) {
    const { sources, usual } = QUANTITIES[name];
    if (choice === usual || choice === sources[usual].value) taken.delete(name);
  }
  return settingOf(taken);
}

// Study.change, with Quantities.check_used.
function change(choices) {
  for (const [name, choice] of choices) if (isNumber(choice)) requireAllowed(name, choice);
  const setting = over(ARTICLE, choices);
  for (const [name, choice] of setting.choices) if (!isNumber(choice)) planOf(name, setting);
  const used = namesIn(DATA.judged, setting);
  for (const name of setting.choices.keys()) {
    if (!used.includes(name)) refuse(DATA.unused, { quantity: QUANTITIES[name].label });
  }
  return setting;
}

const namesIn = (targets, setting) => targets.flatMap(({ quantity, readings }) => {
  const [plan] = attempt(() => planOf(quantity, setting, readings));
  return plan ? [...plan.nodes.keys()] : [];
});

// Quantities.plan and plan_of.
function planOf(target, setting, readings = {}) {
  const pairs = Object.entries(readings);
  const under = pairs.length ? over(setting, pairs) : setting;
  return (setting.plans[[target, pairs]] ??= new Plan(target, under.choices));
}

// Boxes in model/comparison.py: by rounding to the finer and to the coarser place, and by
// words such as "up to", without rounding and with it.
const BOXES = ["fine", "coarse", "room", "rounded_room"];
const pointAt = (value) => ({ low: value, high: value });

// Quantities._add_node; a number that is set keeps its side, as in readings.py,
// source_of_number.
function nodeOf(name, choices) {
  const { usual, sources, linked, low, high, side } = QUANTITIES[name];
  // For most quantities, which have no linked quantity, the usual reading is taken.
  const shared = choices.get(linked) ?? usual;
  const choice = choices.get(name) ?? (isNumber(shared) ? usual : shared);
  if (!isNumber(choice)) return { name, reading: choice, ...sources[choice] };
  const point = pointAt(choice);
  const room = side > 0 ? { low, high: choice } : { low: choice, high };
  const open = side && { fine: point, coarse: point, room, rounded_room: room };
  return { name, value: choice, side, open };
}

// Plan in model/plan.py.
class Plan {
  constructor(target, choices) {
    this.target = target;
    this.nodes = new Map();
    this.add(target, choices, []);
    this.limits = LIMITS.filter((limit) => !limit.is_range && this.nodes.has(limit.quantity));
    for (const { other } of this.limits) if (other) this.add(other, choices, []);
    const nodes = [...this.nodes.values()];
    this.leaves = nodes.filter((node) => !node.needs);
    this.computed = nodes.filter((node) => node.needs);
    for (const { name } of this.computed) {
      this.limits.push(...LIMITS.filter((limit) => limit.is_range && limit.quantity === name));
    }
    this.words = this.leaves.filter((leaf) => leaf.in_words);
    this.start = Object.fromEntries(this.leaves.map((leaf) => [leaf.name, leaf.value]));
  }

  add(name, choices, path) {
    if (path.includes(name)) refuse(DATA.circle);
    if (this.nodes.has(name)) return;
    const node = nodeOf(name, choices);
    for (const need of node.needs || []) this.add(need, choices, [...path, name]);
    this.nodes.set(name, node);
  }

  evaluate(changes) {
    const values = { ...this.start, ...changes };
    for (const { name, reading } of this.computed) values[name] = RUNS[name][reading](values);
    return values;
  }

  // The target, and then the margin to each limit in the order of the limits.
  row(changes) {
    const values = this.evaluate(changes);
    return [values[this.target], ...this.limits.map(({ room }) => room(values))];
  }

  // Plan.value, with Plan.divisions and Plan.refusal.
  get value() {
    const values = this.evaluate();
    for (const { name, needs, words } of this.computed) {
      if (finite(values[name]) || !needs.every((need) => finite(values[need]))) continue;
      refuse(DATA.division, { quantity: QUANTITIES[name].label, words });
    }
    const limit = this.limits.find(({ room }) => room(values) < -SAME);
    if (!limit) return values[this.target];
    const { quantity, other, sentence, negative, low, high, why } = limit;
    const here = values[quantity];
    const most = other && values[other];
    const fields = {
      here: spell(here, "", [low, high, most]),
      most: other && spell(most, "", [here]),
    };
    refuse(here < 0 && negative ? negative : sentence, fields, why);
  }

  // Plan.direction: whether a rise of a leaf raises (1) or lowers (-1) the target.
  directionOf({ name }) {
    const lows = Object.fromEntries(this.words.map((leaf) => [leaf.name, leaf.open.fine.low]));
    const here = this.evaluate(lows);
    const base = here[this.target];
    const raised = here[name] + 1e-4 * (abs(here[name]) || QUANTITIES[name].width);
    const there = this.evaluate({ ...lows, [name]: raised });
    const moved = (there[this.target] - base) / (abs(base) || 1);
    return abs(moved) >= SAME ? sign(moved) : 0;
  }

  // Plan.side_by.
  get side() {
    const pulls = this.leaves.map((leaf) => leaf.side && leaf.side * this.directionOf(leaf));
    const [isUp, isDown] = [1, -1].map((pull) => pulls.includes(pull));
    if (isUp) return isDown ? "no bound" : "at most";
    return isDown ? "at least" : "";
  }

  // Comparison.open_inputs in model/comparison.py.
  open(reached) {
    return this.leaves.filter((leaf) => leaf.in_words
      || (leaf.open && this.directionOf(leaf) && !reached.includes(leaf.row || leaf.name)));
  }

  // Comparison.boxes.
  boxes(open) {
    const boxOf = (kind) => Object.fromEntries(this.leaves.map((leaf) => {
      const moves = open.includes(leaf) ? leaf.open : leaf.closed;
      return [leaf.name, moves?.[kind] || pointAt(leaf.value)];
    }));
    return Object.fromEntries(BOXES.map((kind) => [kind, boxOf(kind)]));
  }

  // extremes in model/bounds.py: at corners, and where a limit cuts an edge.
  bounds(box) {
    const corners = cornersOf(box);
    const rows = corners.map((corner) => this.row(corner));
    const tried = [...rows];
    let hasPole = false;
    // In the list from cornersOf, an edge's high corner stands this far behind its low one.
    let step = 1;
    for (const [name, { low, high }] of Object.entries(box)) {
      if (low === high) continue;
      corners.forEach((corner, i) => {
        if (corner[name] === high) return;
        const along = (t) => this.row({ ...corner, [name]: low + t * (high - low) });
        const [start, middle, end] = [rows[i], along(0.5), rows[i + step]];
        const crossings = start.map((_, k) => root(start[k], middle[k], end[k])).slice(1);
        tried.push(...crossings.filter((t) => t > 0 && t < 1).map(along));
        // Without a pole, the middle lies between the ends.
        const slack = SAME * max(abs(start[0]), abs(end[0]));
        const isBetween = middle[0] <= max(start[0], end[0]) + slack;
        hasPole ||= !(isBetween && middle[0] >= min(start[0], end[0]) - slack);
      });
      step *= 2;
    }
    const isKept = ([target, ...rooms]) => finite(target) && rooms.every((room) => room >= -SAME);
    const values = tried.filter(isKept).map(([target]) => target);
    if (!values.length) return pointAt(NaN);
    const size = SAME * max(...values.map(abs));
    const ends = [min(...values), max(...values)].map((end) => (abs(end) <= size ? 0 : end));
    return hasPole ? { low: -Infinity, high: Infinity } : { low: ends[0], high: ends[1] };
  }
}

// _edges_of in model/bounds.py.
function cornersOf(box) {
  let corners = [{}];
  for (const [name, { low, high }] of Object.entries(box)) {
    const moved = (end) => corners.map((corner) => ({ ...corner, [name]: end }));
    corners = [...new Set([low, high])].flatMap(moved);
  }
  return corners;
}

// root in model/curves.py: where a ratio of linear functions is 0, from values at 0, ½, 1.
const root = (start, middle, end) =>
  (start * (middle - end)) / (end * middle + start * middle - 2 * start * end);

// Interval.holds and meets in core/published.py.
const holds = (span, low, high = low) => high >= span.low && low <= span.high;

// ground_of in model/judging.py, with is_reached in model/comparison.py.
function groundOf(check, value, hasRoom, bounds) {
  const { fine, coarse, stretched } = check;
  // Rounding does not decide at a threshold that we chose.
  const reaches = (claimed, still, wide) => {
    const { low } = check.high_is_ours ? still : wide;
    const { high } = check.low_is_ours ? still : wide;
    return holds(claimed, low, high);
  };
  const here = pointAt(value);
  const isInRoom = (claimed) =>
    hasRoom && reaches(claimed, bounds("room"), bounds("rounded_room"));
  if (holds(fine, value)) return "value";
  if (finite(value) && reaches(fine, here, bounds("fine"))) return "rounding";
  if (finite(value) && reaches(coarse, here, bounds("coarse"))) return "coarser place";
  if (isInRoom(coarse)) return "room";
  return stretched && (holds(stretched, value) || isInRoom(stretched)) ? "stretch" : "";
}

// judge in model/verdicts.py.
function judge(check, setting) {
  const plan = planOf(check.quantity, setting, check.readings);
  if (plan.leaves.some((leaf) => leaf.row === check.claim)) refuse(check.circular);
  const open = plan.open(check.reached);
  const boxes = plan.boxes(open);
  const isInWords = plan.words.length && finite(plan.bounds(boxes.fine).low);
  const value = isInWords ? NaN : plan.value;
  const ground = groundOf(check, value, open.length, (kind) => plan.bounds(boxes[kind]));
  const verdict = DATA.grounds[ground];
  // A match that needs the rounding of a printed range has a kind of its own.
  const isPast = verdict === "matches" && !holds(check.plain, value);
  return { value, verdict, kind: isPast ? "as_rounded" : verdict };
}

// crossings in model/curves.py: where a verdict may turn as one leaf moves. Three places
// along the way give a curve's roots. Two places near its ends help to tell which curves
// are the lowest or highest somewhere; all other curves are no bounds.
const PLACES = [0.25, 0.5, 0.75, 0.01, 0.99];

function turnsOf({ levels, reached }, plan, name, low, high) {
  const turns = [];
  const boxes = { value: {}, ...plan.boxes(plan.open(reached)) };
  for (const [kind, { [name]: _, ...box }] of Object.entries(boxes)) {
    const rowsOf = (corner) => PLACES.map((part) =>
      plan.row({ ...corner, [name]: low + part * (high - low) }));
    const corners = cornersOf(box).map(rowsOf);
    const isEnd = (rows) => rows.some(([target], k) => {
      const targets = corners.map((others) => others[k][0]);
      return [min(...targets), max(...targets)].includes(target);
    });
    for (const rows of corners.filter(isEnd)) {
      const rootOf = (k, change) => {
        const [start, middle, end] = rows.map((row) => change(row[k]));
        return root(start, middle, end);
      };
      turns.push(rootOf(0, (value) => 1 / value));
      turns.push(...levels[kind].map((level) => rootOf(0, (value) => value - level)));
      turns.push(...plan.limits.map((_, k) => rootOf(k + 1, (room) => room)));
    }
  }
  // A root is a share of the way from the first of PLACES to the third.
  const places = turns.map((t) => low + (0.25 + 0.5 * t) * (high - low));
  return places.filter((place) => place > low && place < high).sort((one, two) => one - two);
}

// spans_of in model/conditions.py.
function chart(check, name, setting, low, high) {
  const at = (x) => over(setting, [[name, x]]);
  const plan = planOf(check.quantity, at((low + high) / 2), check.readings);
  const spans = [];
  let from = low;
  for (const to of [...turnsOf(check, plan, name, low, high), high]) {
    if (to - from <= SAME * high) continue;
    const [judged, , why] = attempt(() => judge(check, at((from + to) / 2)));
    const kind = judged ? judged.kind : "";
    const last = spans.at(-1);
    if (last?.kind === kind) last.to = to;
    else spans.push({ from, to, kind, why });
    from = to;
  }
  spans.at(-1).to = high;
  return spans;
}
