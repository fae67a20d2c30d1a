// The page itself: what it remembers, what it draws, and how it reacts to a reader.
const $ = (id) => document.getElementById(id);
const each = (selector, act) => {
  for (const node of document.querySelectorAll(selector)) act(node, node.dataset);
};
const inAddress = () => location.hash.slice(1);

// All that the page remembers from one event to the next.
const state = {
  // The setting that the page shows, with a number that is still being typed.
  setting: ARTICLE,
  // The setting without a number that is still being typed.
  kept: ARTICLE,
  // The claim that the bar below the picture is about.
  touched: DATA.claims[0],
  // The control last used, which stays in its place on the screen while texts change.
  held: document.body,
  // The start of a touch that has not moved sideways yet, and so may be a scroll.
  touch: null,
  // The timer after which a half-written number is taken.
  typing: 0,
  // The timer after which levers, readings and address are brought up to date.
  resting: 0,
};

// Drawing ------------------------------------------------------------------------------

const style = (node, name, value) => node.style.setProperty(`--${name}`, value);

function render() {
  const texts = textsOf(state.setting);
  const { id, quantity } = state.touched;
  texts["value bar"] = `${QUANTITIES[quantity].label}: ${texts[`value ${quantity}`]}`;
  texts["verdict bar"] = texts[`verdict ${id}`];
  texts["kind bar"] = texts[`kind ${id}`];
  each("[data-out]", (node, { out }) => {
    const text = texts[out] ?? node.textContent;
    if (node.textContent !== text) node.textContent = text;
  });
  each("[data-verdict]", (node, data) => {
    data.kind = texts[`kind ${data.verdict}`] ?? data.kind;
  });
  each("[data-set]", (node, { set }) => {
    if (node !== document.activeElement) node.value = texts[`set ${set}`];
    node.size = max(2, node.value.length);
  });
  each("[data-slide]", (node, { slide }) => {
    const value = valueOf(slide, state.setting);
    // A knob between two steps stands where its value is.
    node.step = onStep(slide, value) === value ? QUANTITIES[slide].step : "any";
    node.value = value;
    node.setAttribute("aria-valuetext", texts[`set ${slide}`]);
  });
  each("[data-read]", (node, { read }) => {
    node.value = nodeOf(read, state.setting.choices).reading ?? "";
  });
  each("[data-idle]", (node, { idle }) => {
    node.hidden = !DATA.claims.some(restsOn(idle, state.setting));
  });
  const isOpen = texts["value at_risk_total"].includes(DATA.open);
  $("joint").hidden = !isOpen;
  $("bars").toggleAttribute("data-open", isOpen);
  $("reset").disabled = !state.setting.choices.size;
  const ends = Object.entries(DATA.bars).map(([end, name]) => {
    const value = valueOf(name, state.setting) / 1e6;
    style(document.body, end, value);
    return value;
  });
  style(document.body, "reach", max(2.84, 1.1 * max(...ends)));
  clearTimeout(state.typing);
  clearTimeout(state.resting);
  state.resting = setTimeout(() => hold(rest), 250);
}

// Draw, and keep what is under the finger in its place on the screen.
function hold(draw) {
  const { top } = state.held.getBoundingClientRect();
  draw();
  scrollBy(0, state.held.getBoundingClientRect().top - top);
}

function drawLever(node, data) {
  const lever = leverOf(data.lever, claimOf(data.claim), state.setting);
  const [, slider, scale, effect] = node.children;
  const [start, turn, stop] = scale.children;
  Object.assign(slider, { min: lever.low, max: lever.high, value: lever.value });
  const colours = lever.track.map(({ kind, from, to }) =>
    `var(--${kind || "paper"}) ${100 * from}% ${100 * to}%`);
  slider.toggleAttribute("data-open", !lever.isExact);
  style(slider, "track", `linear-gradient(to right, ${colours})`);
  style(scale, "at", lever.edge ?? 0.5);
  style(scale, "tick", lever.edge === null ? 0 : "2px");
  start.textContent = lever.start;
  turn.textContent = lever.turn;
  stop.textContent = lever.stop;
  effect.textContent = lever.effect;
}

function drawReading(node, { take: name, reading }) {
  const [{ check, quantity }] = DATA.claims;
  const [text, refusal] = attempt(() => {
    const under = change([...state.setting.choices, [name, reading]]);
    style(node, "there", valueOf(quantity, under) / 1e6);
    return `${estimate(quantity, under).text}: ${DATA.short[judge(check, under).verdict]}`;
  });
  node.lastElementChild.textContent = text ?? refusal;
  node.setAttribute("aria-pressed", state.setting.choices.get(name) === reading);
}

// Draw all that is drawn only once a slider or a key rests.
function rest() {
  each(".lever", drawLever);
  each("[data-take]", drawReading);
  const hash = addressOf(state.setting);
  const isNew = inAddress() !== hash && (hash || !$(inAddress()));
  const isSettled = state.setting === state.kept && !$("refused").textContent;
  if (isNew && isSettled) history.pushState(null, "", `#${hash}`);
  const file = JSON.stringify(scenarioOf(state.setting), null, 2);
  $("file").href = `data:text/yaml,${encodeURIComponent(file)}`;
  $("spoken").textContent = document.querySelector(".bar").textContent;
}

function show(place, refusal) {
  each(".problem", (node) => (node.textContent = ""));
  place.textContent = refusal;
  render();
}

// Changes of the setting ---------------------------------------------------------------

// Take a choice, or say why it is refused.
function take(pairOf) {
  const [changed, refusal] = attempt(() => change([...state.setting.choices, pairOf()]));
  state.setting = changed || state.setting;
  return refusal;
}

// Take what a control sets. A typed number is refused only once the reader leaves its box.
function put(node, name, choiceOf, isTyping) {
  const place = node.closest("section, .setting");
  const moved = DATA.claims.find(restsOn(name, state.setting));
  state.touched = claimOf(place.id) || moved || state.touched;
  $("preset").value = "";
  if (isTyping) state.setting = state.kept;
  hold(() => {
    const refusal = take(() => [name, choiceOf()]);
    if (!isTyping) state.kept = state.setting;
    show(place.querySelector(".problem"), isTyping ? "" : refusal);
  });
}

function takeAll(text) {
  state.setting = ARTICLE;
  const refusals = [...new URLSearchParams(text)].map(([name, choice]) => take(() => {
    if (!DATA.settings.includes(name)) refuse(DATA.unknown, { name });
    return [name, Object.hasOwn(QUANTITIES[name].sources, choice) ? choice : readNumber(choice)];
  }));
  state.kept = state.setting;
  const left = refusals.filter(Boolean).join(" ");
  show($("refused"), left && fill(DATA.left_out, { left }));
  rest();
}

// Events -------------------------------------------------------------------------------

const listen = (selector, type, act) => {
  each(selector, (node, data) => node.addEventListener(type, () => act(node, data)));
};
for (const type of ["pointerdown", "input", "click"]) {
  addEventListener(type, ({ target }) => (state.held = target), true);
}
// A touch scrolls the page unless it moves sideways.
addEventListener("pointerdown", (event) => {
  state.touch = event.pointerType === "touch" ? event : null;
});
addEventListener("pointermove", ({ clientX }) => {
  if (state.touch && abs(clientX - state.touch.clientX) > 8) state.touch = null;
});
addEventListener("keydown", ({ key, target }) => {
  state.touch = null;
  if (!target.dataset.set || !["Escape", "Enter"].includes(key)) return;
  if (key === "Escape") {
    target.value = target.defaultValue;
    state.setting = state.kept;
  }
  target.blur();
});
listen("[data-slide]", "input", (node, { slide }) => {
  if (state.touch) return render();
  put(node, slide, () => onStep(slide, node.value));
});
// A typed number is taken after a pause, so that no half-written number is shown.
const readIn = (node, { set }) => () => {
  const { typed: words, ending, unit } = QUANTITIES[set];
  const text = node.value.trim();
  const phrase = text.toLowerCase();
  if (Object.hasOwn(words, phrase)) return words[phrase];
  return readNumber(text.replace(RegExp(`(${ending})$`, "i"), ""), unit);
};
listen("[data-set]", "input", (node, data) => {
  clearTimeout(state.typing);
  state.typing = setTimeout(() => put(node, data.set, readIn(node, data), true), 400);
});
listen("[data-set]", "change", (node, data) => put(node, data.set, readIn(node, data)));
listen("[data-set]", "focus", (node) => {
  node.defaultValue = node.value;
  node.select();
});
listen("[data-set]", "blur", render);
listen("[data-read]", "change", (node, { read }) => put(node, read, () => node.value));
listen("[data-take]", "click", (node, { take: name, reading }) => {
  const isTaken = state.setting.choices.get(name) === reading;
  put(node, name, () => (isTaken ? QUANTITIES[name].usual : reading));
});
listen("#preset", "change", (node) => takeAll(node.value));
listen("#reset", "click", () => takeAll(""));
listen("#file", "click", rest);
listen("[data-copy]", "click", (node, { copy }) => {
  rest();
  $("copied").value = copy === "link" ? location.href : commandOf(state.setting);
  $("copied").select();
  document.execCommand("copy");
  node.focus();
  node.textContent = "Copied";
  setTimeout(() => (node.textContent = node.value), 2000);
});
addEventListener("popstate", () => $(inAddress()) || takeAll(inAddress()));
$("page").disabled = false;
takeAll($(inAddress()) ? "" : inAddress());
