// What the page says under a setting, as texts and numbers. Nothing in this file reads or
// changes the page, or remembers anything. Above a function stands the name of the Python
// function that it mirrors, which is in publish/explorer_texts.py if no other module is
// named.

const claimOf = (id) => DATA.claims.find((claim) => claim.id === id);
const restsOn = (name, under) => ({ quantity }) => planOf(quantity, under).nodes.has(name);

// _number_texts. A number in words counts as the least that the words allow.
function estimate(name, under) {
  const { words } = planOf(name, under);
  const [isInWords] = words;
  const least = isInWords ? over(under, words.map((leaf) => [leaf.name, "floor"])) : under;
  const { nodes, value, side } = planOf(name, least);
  const { shown, phrases } = QUANTITIES[name];
  const number = nodes.get(name).needs ? written(shownOf(name, value), shown) : typed(value, shown);
  const phrase = phrases[isInWords ? "in words" : number] || phrases.other;
  const text = side === "no bound" ? `${number} ${DATA.open}` : `${side} ${number}`.trim();
  return { value, text, phrase: fill(phrase, { number }) };
}

// shown_place. Counts are shown in thousands, so that the numbers of a sum read the same
// elsewhere. A sum may need its operands finer by some digits.
function shownOf(name, value, finer = 0) {
  const { shown, apart } = QUANTITIES[name];
  const { length } = abs(value).toFixed();
  const digits = DATA.whole.includes(shown) && length > 4 ? length - 3 : 3;
  return rounded(value, placeOf(value, shown, apart, digits) - finer);
}

const valueOf = (name, under) => attempt(() => estimate(name, under).value)[0];

// Quantities.remarks in model/quantities.py.
function remarksOf(name, value, under) {
  const { remarks, unit } = QUANTITIES[name];
  const said = remarks.map(({ above, words }) => {
    const other = isNumber(above) ? above : valueOf(above, under);
    return value > (other ?? NaN) ? fill(words, { more: spell(value - other, unit) }) : "";
  });
  return said.filter(Boolean).join(" ");
}

// _is_changed in render/headlines.py.
function isMoved({ check, working }, under) {
  const used = namesIn([...working, check], under);
  return [...under.choices.keys()].some((name) => used.includes(name));
}

// _verdict in render/headlines.py, with the kind of the verdict, which gives its colour.
// The page leaves out reasons and conditions, because its sentences state the assumptions.
function verdictOf({ check, quantity, said, apart }, under) {
  const [judged] = attempt(() => judge(check, under));
  if (!judged) return { kind: "", text: withoutVerdict(check, under) };
  const { kind, value } = judged;
  if (kind !== "differs") return { kind, text: said[kind] };
  if (apart) return { kind: "apart", text: apartBy(apart, quantity, under) };
  return { kind, text: said.differs + distanceOf(check, value) };
}

// _without_verdict in render/headlines.py.
function withoutVerdict({ quantity, readings }, under) {
  const [value] = attempt(() => planOf(quantity, under, readings).value);
  return finite(value) ? DATA.not_checked : DATA.not_computable;
}

// filled in render/headlines.py, for words that have a number without its sign.
function apartBy(words, name, under) {
  const value = valueOf(name, under);
  if (value === null) return DATA.not_computable;
  return fill(words, { number: written(abs(shownOf(name, value)), QUANTITIES[name].shown) });
}

// distance_words in render/wording.py, for a value that differs.
function distanceOf({ quantity, ends: { low, high } }, value) {
  if (!finite(value)) return "";
  const { shown } = QUANTITIES[quantity];
  const off = abs(shownOf(quantity, value) - (value > high ? high : low));
  if (!off) return "";
  const by = shown === "percent" ? `${written(100 * off, "")} points` : written(off, shown);
  return ` by ${by}`;
}

// line in render/steps.py. A reader can recompute a sum by hand: if its operands have too
// few digits for that, they get more, as from operand_places in render/places.py.
function lineOf({ nodes, target }, values) {
  const { needs, text, plain, idle, reading } = nodes.get(target);
  const result = shownOf(target, values[target]);
  const texts = {};
  for (let finer = 0; ; finer += 1) {
    const byHand = { ...values };
    for (const name of needs) {
      const isSet = !nodes.get(name).needs;
      if (!isSet) byHand[name] = shownOf(name, values[name], finer);
      texts[name] = (isSet ? exact : written)(byHand[name], QUANTITIES[name].shown);
    }
    if (shownOf(target, RUNS[target][reading](byHand)) !== result && finer < 9) continue;
    const sum = fill(idle.every((name) => nodes.get(name).is_set) ? plain : text, texts);
    return `${sum} = ${written(result, QUANTITIES[target].shown)}`;
  }
}

// _working in render/headlines.py, in one line.
function sumOf({ working }, under) {
  const lines = working.map(({ quantity, readings }) => {
    if (readings[quantity] && under.choices.has(quantity)) return "";
    const [line, refusal] = attempt(() => {
      const plan = planOf(quantity, under, readings);
      return finite(plan.value) ? lineOf(plan, plan.evaluate()) : "";
    });
    return line ?? refusal;
  });
  // A refusal ends in a full stop, which has no place before another line.
  return [...new Set(lines.filter(Boolean))].join("; ").replace(".;", ";");
}

// texts, with the changes that a setting makes.
function textsOf(under) {
  const parts = [...under.choices].map(([name, choice]) => {
    const { label, shown, sources } = QUANTITIES[name];
    return `${label}: ${isNumber(choice) ? typed(choice, shown) : sources[choice].words}`;
  });
  const texts = { differs: parts[0] ? `Changed: ${parts.join("; ")}.` : "" };
  for (const name of DATA.quantities) {
    const [found, refusal] = attempt(() => estimate(name, under));
    const { value, text, phrase } = found || DATA.none;
    texts[`value ${name}`] = text;
    texts[`set ${name}`] = phrase;
    texts[`note ${name}`] = refusal || remarksOf(name, value, under);
  }
  for (const claim of DATA.claims) {
    const { kind, text } = isMoved(claim, under) ? verdictOf(claim, under) : claim.article;
    texts[`verdict ${claim.id}`] = text;
    texts[`kind ${claim.id}`] = kind;
    // A refusal that stands in the note below the sum is not repeated in the sum.
    texts[`sum ${claim.id}`] = sumOf(claim, under).replace(texts[`note ${claim.quantity}`], "");
  }
  return texts;
}

// Read 0,6 and 60 % and 1/3 and 500 000; "500.000" could be two numbers.
function readNumber(text, unit) {
  const plain = text.trim().replace("−", "-").replace(/(\d)[\s'_]+(?=\d{3})/g, "$1");
  const pattern = /^(-?[\d.,]+)(?:\/([\d.,]+))? *(%|percent|thousand|million|billion)?$/i;
  const [, top, bottom = "1", word] = pattern.exec(plain) || refuse(DATA.no_number, { text });
  const clear = DATA.whole.includes(unit) && !word ? "," : ".";
  const digits = (part) => {
    const isOneGroup = /^[1-9]\d{0,2}[.,]\d{3}$/.test(part);
    if (isOneGroup && !part.includes(clear)) refuse(DATA.two_numbers, { text });
    return part.replaceAll(",", /^-?[1-9]\d{0,2}(,\d{3})+(\.|$)/.test(part) ? "" : ".");
  };
  const number = (digits(top) / digits(bottom)) * (word ? DATA.words[word.toLowerCase()] : 1);
  if (!finite(number)) refuse(DATA.no_number, { text });
  return word ? clean(number) : number;
}

function onStep(name, x, round = Math.round) {
  const { step } = QUANTITIES[name];
  return clean(round(clean(x / step)) * step);
}

// Where a claim matches between two ends of a lever.
function matchesOn(spans, low, high, { place, shown }) {
  const near = (x, way) => {
    const end = rounded(x, place);
    return ((end - clean(x)) * way < 0 ? "about " : "") + written(end, shown);
  };
  const places = spans.filter(({ kind }) => kind === "matches").map(({ from, to }) => {
    const first = from > low ? ` from ${near(from, 1)}` : "";
    const last = to < high ? ` to ${near(to, -1)}` : "";
    return first + last;
  });
  const kinds = spans.map(({ kind }) => kind).filter(Boolean);
  if (!places[0]) return kinds.map((kind) => DATA.short[kind]).join(" then ");
  return `matches${places.join(" and")}`;
}

// The verdicts at a number, of which there are two where one turns into the other.
function kindsAt(spans, x) {
  const hair = SAME * spans.at(-1).to;
  return spans.filter(({ from, to }) => from - hair <= x && x <= to + hair)
    .map(({ kind }) => kind);
}

// A lever (a slider of an assumption) ends where the package refuses a number, unless the
// lever's own value is refused.
function endsOf(name, spans, value) {
  const [first, last] = [spans[0], spans.at(-1)];
  const ends = { low: first.from, high: last.to, why: "" };
  if (!kindsAt(spans, value).some(Boolean)) return ends;
  if (!first.kind) ends.low = min(value, onStep(name, first.to, Math.ceil));
  if (!last.kind) ends.high = max(value, onStep(name, last.from, Math.floor));
  const { why = "" } = [last, first].find((span) => !span.kind) || ends;
  return { ...ends, why };
}

// A lever under a setting: its ends and value, the stretches of its track and the words
// under it. If the verdict turns, ``turn`` stands at the share ``edge`` of the track.
function leverOf(name, { check, quantity }, under) {
  const { shown, varied } = QUANTITIES[name];
  // Without a value of its own, a lever shows what exact numbers give.
  const value = valueOf(name, under) ?? varied.low;
  const spans = chart(check, name, under, min(value, varied.low), max(value, varied.high));
  const { low, high, why } = endsOf(name, spans, value);
  const kindAt = (x) => kindsAt(spans, x).find(Boolean);
  const part = (x) => (x - low) / (high - low);
  // Words and readings may have another verdict than the number at which the knob stands.
  // The knob is then drawn hollow, because the colours are those of exact numbers.
  const [judged] = attempt(() => judge(check, under));
  const kind = judged ? judged.kind : "";
  const isExact = kindsAt(spans, value).includes(kind);
  const turn = matchesOn(spans, low, high, QUANTITIES[name]);
  const { phrase } = kind && !isExact ? estimate(name, under) : {};
  const now = phrase ? fill(DATA.lever.now, { phrase, verdict: DATA.short[kind] }) : "";
  const exactly = isExact ? "" : fill(DATA.lever.exact, { turn });
  const { from, to } = spans.find((span) => span.kind === "matches") || {};
  const edge = from > low ? from : to;
  const endOf = (x) => exact(x, shown) + (kindAt(x) ? "" : DATA.lever.none);
  const end = value - low > high - value ? low : high;
  const [far] = attempt(() => estimate(quantity, over(under, [[name, end]])).text);
  const verdict = far && DATA.short[kindAt(end)];
  return {
    low,
    high,
    value,
    isExact,
    track: spans.map((span) => ({ kind: span.kind, from: part(span.from), to: part(span.to) })),
    start: endOf(low),
    stop: endOf(high),
    turn: isExact ? turn : now,
    edge: isExact && edge < high ? part(edge) : null,
    effect: exactly + (verdict ? fill(DATA.lever.end, { end: endOf(end), far, verdict, why }) : ""),
  };
}

// _in_address in publish/explorer.py: a number in full, because readNumber reads no
// exponent.
const inFull = (choice) => isNumber(choice) ? format(choice).replaceAll(",", "") : choice;
const pairsOf = ({ choices }) => [...choices].map(([name, choice]) => `${name}=${inFull(choice)}`);
const addressOf = (under) => pairsOf(under).join("&");

function commandOf(under) {
  const choices = [...under.choices];
  const claim = DATA.claims.find((one) => choices.every(([name]) => restsOn(name, under)(one)));
  const options = pairsOf(under).map((pair) => ` --set ${pair}`);
  return `analysis ${claim ? `explain ${claim.quantity}` : "verify"}${options.join("")}`;
}

function scenarioOf(under) {
  const values = {};
  for (const [name, choice] of under.choices) {
    values[name] = isNumber(choice) ? inFull(choice) + QUANTITIES[name].suffix : choice;
  }
  return { ...DATA.scenario, description: textsOf(under).differs, values };
}
