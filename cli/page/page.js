// The script of the report page. It stands in the page itself, so it is one file, imports nothing, and is written for browsers.

/** @import { Bar, Curve, Lane, Loss, Row, Run, State } from "./model.ts" */
/** @typedef {{ version: string, lanes: Lane[], states: Record<State, { rule: number, says: string }>, runs: Run[] }} Page */
/** @typedef {Bar & { top: number, height: number }} Placed A bar with its place in its row, in pixels. */
/** @typedef {{ from: number, to: number }} Span The part of the run that is shown, in seconds. */

/** The height of a row and of its label, in pixels: those of page.css. */
const ROW = 66;
const LABEL = 20;
/** A canvas has so many rows. It is painted once, and the browser moves it. */
const ROWS_A_TILE = 20;
const CURVE_HEIGHT = 34;
/** A bar that would be thinner is drawn this wide, so that it can be seen, in pixels. */
const THINNEST = 2;
/** How much of a run a replay plays in a second: a sixtieth. */
const REPLAY_PARTS = 60;
/** Where each lane is in a row, below the label. Bars that go on at the same time share a lane's height. @type {Record<Lane, [top: number, height: number]>} */
const PLACES = {
  hook: [2, 6],
  registration: [10, 12],
  "container instance": [23, 4],
  task: [28, 10],
  wait: [39, 5],
};
/** How each state looks. Each differs from the others of its lane by more than its colour. @type {Record<State, { colour: string, as: "full" | "hatched" | "outlined" | "dotted" }>} */
const LOOKS = {
  held: { colour: "--hook", as: "outlined" },
  registered: { colour: "--target", as: "full" },
  draining: { colour: "--draining", as: "hatched" },
  DRAINING: { colour: "--draining", as: "full" },
  starting: { colour: "--task", as: "outlined" },
  running: { colour: "--task", as: "full" },
  stopping: { colour: "--stopping", as: "hatched" },
  waiting: { colour: "--wait", as: "dotted" },
  stalled: { colour: "--lost", as: "hatched" },
  "all there": { colour: "--task", as: "full" },
  "nothing left": { colour: "--stopping", as: "outlined" },
};
/** The sign of each kind of mark. @type {Record<string, string>} */
const SIGNS = { heartbeat: "▾", completed: "✓", "cut off": "✗", warning: "!" };

/** The colours of the theme, by their variables: to ask for one of them at each bar would take the most of a painting. @type {Map<string, string>} */
const colours = new Map();
const dark = matchMedia("(prefers-color-scheme: dark)");
dark.addEventListener("change", () => colours.clear());

const page = await unpack();
const main = /** @type {HTMLElement} */ (document.getElementById("page"));
const tip = element("div", { class: "tip", hidden: "" });
main.replaceChildren(
  element("h1", {}, page.runs.length === 1 ? (page.runs[0]?.title ?? "") : "Two runs side by side"),
  legend(),
  element("div", { class: page.runs.length === 1 ? "runs" : "runs two" }, ...page.runs.map(section)),
  element("p", { class: "soft" }, `Made by asg-drain ${page.version}. Rules: docs/rules.md of that version.`),
  tip,
);

/** @returns {Promise<Page>} */
async function unpack() {
  const text = document.getElementById("data")?.textContent ?? "";
  const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return await new Response(stream).json();
}

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Hours, minutes and seconds from the start. @param {number} seconds */
function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}

/** The colour of a variable as a canvas takes it: `light-dark()` is solved only in a property. @param {string} name */
function colourOf(name) {
  const known = colours.get(name);
  if (known !== undefined) return known;
  main.style.setProperty("outline-color", `var(${name})`);
  const colour = getComputedStyle(main).outlineColor;
  colours.set(name, colour);
  return colour;
}

/** A run as a section of the page. @param {Run} run @param {number} index */
function section(run, index) {
  /** @type {Span} */
  const shown = { from: 0, to: run.seconds };
  const placed = run.rows.map(({ bars }) => place(bars));
  const scrubber = /** @type {HTMLInputElement} */ (
    element("input", {
      type: "range",
      min: "0",
      max: String(Math.ceil(run.seconds)),
      value: String(Math.ceil(run.seconds)),
      "aria-label": `Time of ${run.title}`,
    })
  );
  const time = element("output", {}, clock(run.seconds));
  const detail = element("div", { class: "detail", role: "status", "aria-live": "polite" });
  const veils = [element("div", { class: "veil" }), element("div", { class: "veil" })];
  const curves = element("div", { class: "stage curves" });
  const axis = element("div", { class: "axis", "aria-hidden": "true" });
  const rows = element("div", {
    class: "rows",
    role: "grid",
    "aria-label": `Terminations of ${run.title}`,
    "aria-rowcount": String(run.rows.length),
  });
  let selected = 0;
  let replaying = 0;

  const tiles = tilesOf(run, placed, () => shown);
  rows.append(...tiles.map(({ node }) => node));
  const charts = [
    ...run.curves.map((each) => chart(each.label, (canvas) => paintCurve(canvas, each, shown))),
    ...(run.losses.length > 0
      ? [chart("what was lost", (canvas) => paintLosses(canvas, run.losses, shown))]
      : []),
  ];
  curves.append(...charts.map(({ node }) => node), /** @type {Node} */ (veils[0]));
  const stage = element("div", { class: "stage" }, rows, /** @type {Node} */ (veils[1]));

  const seen = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries)
        if (isIntersecting) tiles.find(({ node }) => node === target)?.paint();
    },
    { rootMargin: "400px" },
  );
  for (const { node } of tiles) seen.observe(node);

  function repaint() {
    axis.replaceChildren(
      ...[0, 0.25, 0.5, 0.75, 1].map((part) =>
        element("span", {}, clock(shown.from + part * (shown.to - shown.from))),
      ),
    );
    for (const each of [...tiles, ...charts]) each.spoil();
    for (const each of charts) each.paint();
    // A tile that is seen is told again only when that changes.
    for (const { node } of tiles) {
      seen.unobserve(node);
      seen.observe(node);
    }
    scrub();
  }

  /** Moves the veils over what has not happened by then. Nothing is painted. */
  function scrub() {
    const at = Number(scrubber.value);
    const part = Math.min(1, Math.max(0, (at - shown.from) / (shown.to - shown.from)));
    for (const veil of veils) veil.style.transform = `translateX(${part * 100}%)`;
    time.textContent = clock(at);
    scrubber.setAttribute("aria-valuetext", clock(at));
    tell();
  }

  function tell() {
    const row = run.rows[selected];
    if (row) detail.replaceChildren(...detailsOf(row, run, Number(scrubber.value)));
  }

  /** @param {number} next */
  function select(next) {
    const all = rows.querySelectorAll(".row");
    all[selected]?.setAttribute("aria-selected", "false");
    all[selected]?.setAttribute("tabindex", "-1");
    selected = Math.min(Math.max(0, next), run.rows.length - 1);
    all[selected]?.setAttribute("aria-selected", "true");
    all[selected]?.setAttribute("tabindex", "0");
    tell();
  }

  /** @param {number} factor */
  function zoom(factor) {
    const middle = Math.min(Number(scrubber.value), shown.to);
    const length = Math.min(run.seconds, Math.max(10, (shown.to - shown.from) * factor));
    shown.from = Math.max(0, Math.min(middle - length / 2, run.seconds - length));
    shown.to = shown.from + length;
    repaint();
  }

  const replay = element("button", { type: "button" }, "Replay");
  replay.addEventListener("click", () => {
    const stop = () => {
      cancelAnimationFrame(replaying);
      replaying = 0;
      replay.textContent = "Replay";
    };
    if (replaying) return stop();
    replay.textContent = "Stop";
    if (Number(scrubber.value) >= Math.ceil(run.seconds)) scrubber.value = "0";
    const from = Number(scrubber.value);
    const began = performance.now();
    const step = (/** @type {number} */ now) => {
      scrubber.value = String(from + ((now - began) / 1_000) * (run.seconds / REPLAY_PARTS));
      scrub();
      if (Number(scrubber.value) >= Math.ceil(run.seconds)) stop();
      else replaying = requestAnimationFrame(step);
    };
    replaying = requestAnimationFrame(step);
  });
  const buttons = [
    ["Closer", () => zoom(0.5)],
    ["Wider", () => zoom(2)],
    ["All", () => zoom(Number.POSITIVE_INFINITY)],
  ].map(([name, act]) => {
    const button = element("button", { type: "button" }, /** @type {string} */ (name));
    button.addEventListener("click", /** @type {() => void} */ (act));
    return button;
  });
  scrubber.addEventListener("input", scrub);
  rows.addEventListener("keydown", (event) => {
    const steps = /** @type {Record<string, number>} */ ({
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: 10,
      PageUp: -10,
      Home: -Infinity,
      End: Infinity,
    });
    const by = steps[event.key];
    if (by !== undefined) {
      event.preventDefault();
      select(selected + by);
      /** @type {HTMLElement | undefined} */ (rows.querySelectorAll(".row")[selected])?.focus();
    } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      event.preventDefault();
      scrubber.value = String(Number(scrubber.value) + (event.key === "ArrowLeft" ? -5 : 5));
      scrub();
    }
  });
  rows.addEventListener("click", (event) => {
    const row = /** @type {Element} */ (event.target).closest(".row");
    if (row) select(Number(row.getAttribute("aria-rowindex")) - 1);
  });
  hover(rows, { run, placed, shown: () => shown });

  new ResizeObserver(repaint).observe(stage);
  dark.addEventListener("change", repaint);
  addEventListener("beforeprint", () => {
    for (const each of tiles) each.paint();
  });
  select(0);

  return element(
    "section",
    { class: "run", "aria-labelledby": `run-${index}` },
    element(
      "h2",
      { id: `run-${index}` },
      page.runs.length === 1 ? run.source : `${run.title}: ${run.source}`,
    ),
    element(
      "ul",
      { class: "summary" },
      ...run.summary.map((each) => element("li", {}, each)),
      ...run.missing.map((each) => element("li", { class: "soft" }, `Not in this file: ${each}.`)),
    ),
    lossList(run),
    element("div", { class: "controls" }, replay, scrubber, time, ...buttons),
    axis,
    curves,
    stage,
    detail,
  );
}

/** @param {Run} run */
function lossList({ losses }) {
  const items = losses.map(({ kind, instanceId, says, from, to, allowedBy }) =>
    element(
      "li",
      allowedBy === undefined ? { class: "loss" } : {},
      `${clock(from)} ${instanceId} ${kind}${to > from ? ` for ${Math.round(to - from)} s` : ""}: ${says}. ${allowedBy === undefined ? "✗ Nothing allows it." : `Allowed by ${allowedBy}.`}`,
    ),
  );
  return element("ul", { class: "summary losses", ...(items.length > 6 ? { tabindex: "0" } : {}) }, ...items);
}

/**
 * Gives each bar a place in its lane. Those that go on at the same time share the lane's height, up to four; others lie on the fourth.
 *
 * @param {readonly Bar[]} bars
 * @returns {Placed[]}
 */
function place(bars) {
  return page.lanes.flatMap((lane) => {
    const own = bars.filter((each) => each.lane === lane).sort((a, b) => a.from - b.from);
    /** @type {number[]} When each line of the lane is free again. */
    const free = [];
    const lines = own.map((bar) => {
      const found = free.findIndex((until) => until <= bar.from);
      const line = found >= 0 ? found : Math.min(free.length, 3);
      free[line] = Math.max(free[line] ?? 0, bar.to);
      return line;
    });
    const [top, height] = PLACES[lane];
    const each = height / Math.max(1, free.length);
    return own.map((bar, i) => ({
      ...bar,
      top: LABEL + top + (lines[i] ?? 0) * each,
      height: Math.max(1.5, each - 0.5),
    }));
  });
}

/**
 * The rows in tiles, each with one canvas.
 *
 * @param {Run} run @param {Placed[][]} placed @param {() => Span} shown
 */
function tilesOf(run, placed, shown) {
  return Array.from({ length: Math.ceil(run.rows.length / ROWS_A_TILE) }, (_, tile) => {
    const first = tile * ROWS_A_TILE;
    const own = run.rows.slice(first, first + ROWS_A_TILE);
    const canvas = /** @type {HTMLCanvasElement} */ (element("canvas", { "aria-hidden": "true" }));
    const node = element(
      "div",
      { class: "tile", role: "rowgroup" },
      canvas,
      ...own.map((row, i) =>
        element(
          "div",
          {
            class: "row",
            role: "row",
            tabindex: "-1",
            "aria-selected": "false",
            "aria-rowindex": String(first + i + 1),
          },
          element(
            "div",
            { class: "label", role: "gridcell" },
            element("code", {}, row.instanceId),
            ` ${row.group}: ${row.outcome}`,
          ),
        ),
      ),
    );
    let isPainted = false;
    return {
      node,
      spoil() {
        isPainted = false;
      },
      paint() {
        if (isPainted) return;
        isPainted = true;
        const width = node.clientWidth;
        const context = sized(canvas, width, own.length * ROW);
        for (const [i, row] of own.entries()) {
          context.save();
          context.translate(0, i * ROW);
          paintRow(context, {
            row,
            bars: placed[first + i] ?? [],
            losses: lossesOf(run, row),
            width,
            shown: shown(),
          });
          context.restore();
        }
      },
    };
  });
}

/** @param {Run} run @param {Row} row */
function lossesOf(run, row) {
  return run.losses.filter(({ instanceId }) => instanceId === row.instanceId);
}

/** @param {HTMLCanvasElement} canvas @param {number} width @param {number} height */
function sized(canvas, width, height) {
  const scale = devicePixelRatio;
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.round(height * scale);
  canvas.style.height = `${height}px`;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.scale(scale, scale);
  return context;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{ row: Row, bars: Placed[], losses: Loss[], width: number, shown: Span }} what
 */
function paintRow(context, { row, bars, losses, width, shown }) {
  const x = (/** @type {number} */ at) => ((at - shown.from) / (shown.to - shown.from)) * width;
  const isShown = (/** @type {{ from: number, to: number }} */ each) =>
    each.to >= shown.from && each.from <= shown.to;
  for (const bar of bars.filter(isShown)) {
    const left = Math.max(-4, x(bar.from));
    paintBar(context, bar.state, {
      left,
      top: bar.top,
      width: Math.max(THINNEST, Math.min(width + 4, x(bar.to)) - left),
      height: bar.height,
    });
  }
  context.strokeStyle = colourOf("--lost");
  context.lineWidth = 2;
  for (const loss of losses.filter(isShown)) {
    const left = x(loss.from);
    context.strokeRect(left, LABEL + 1, Math.max(THINNEST, x(loss.to) - left), ROW - LABEL - 4);
  }
  context.font = "11px system-ui, sans-serif";
  context.fillStyle = colourOf("--ink");
  for (const { kind, at } of row.marks)
    if (at >= shown.from && at <= shown.to)
      context.fillText(SIGNS[kind] ?? "", Math.min(x(at), width - 9), LABEL + 11);
}

/** @param {CanvasRenderingContext2D} context @param {State} state @param {{ left: number, top: number, width: number, height: number }} box */
function paintBar(context, state, { left, top, width, height }) {
  const { colour, as } = LOOKS[state];
  context.strokeStyle = context.fillStyle = colourOf(colour);
  context.lineWidth = 1;
  if (as === "full") context.fillRect(left, top, width, height);
  else if (as === "dotted")
    for (let at = left; at < left + width; at += 4)
      context.fillRect(at, top, Math.min(2, left + width - at), height);
  else {
    context.strokeRect(left + 0.5, top + 0.5, Math.max(1, width - 1), Math.max(1, height - 1));
    if (as === "outlined") return;
    context.beginPath();
    context.save();
    context.rect(left, top, width, height);
    context.clip();
    context.beginPath();
    for (let at = left - height; at < left + width; at += 5) {
      context.moveTo(at, top + height);
      context.lineTo(at + height, top);
    }
    context.stroke();
    context.restore();
  }
}

/** @param {string} label @param {(canvas: HTMLCanvasElement) => void} draw */
function chart(label, draw) {
  const canvas = /** @type {HTMLCanvasElement} */ (element("canvas", { "aria-hidden": "true" }));
  const name = element("p", { class: "curve" }, label);
  let isPainted = false;
  return {
    node: element("div", {}, name, canvas),
    spoil() {
      isPainted = false;
    },
    paint() {
      if (!isPainted) draw(canvas);
      isPainted = true;
    },
  };
}

/** @param {HTMLCanvasElement} canvas @param {Curve} curve @param {Span} shown */
function paintCurve(canvas, { points }, shown) {
  const width = canvas.clientWidth;
  const context = sized(canvas, width, CURVE_HEIGHT);
  const most = Math.max(1, ...points.map(([, count]) => count));
  context.fillStyle = colourOf("--target");
  for (const [i, [at, count]] of points.entries()) {
    const until = points[i + 1]?.[0] ?? shown.to;
    if (count === 0 || until < shown.from || at > shown.to) continue;
    const left = ((at - shown.from) / (shown.to - shown.from)) * width;
    const right = ((until - shown.from) / (shown.to - shown.from)) * width;
    const height = (count / most) * (CURVE_HEIGHT - 12);
    context.fillRect(left, CURVE_HEIGHT - height, Math.max(1, right - left), height);
  }
  context.fillStyle = colourOf("--soft");
  context.font = "11px system-ui, sans-serif";
  context.fillText(`most: ${most}`, 4, 10);
}

/** @param {HTMLCanvasElement} canvas @param {readonly Loss[]} losses @param {Span} shown */
function paintLosses(canvas, losses, shown) {
  const width = canvas.clientWidth;
  const context = sized(canvas, width, CURVE_HEIGHT);
  for (const { from, to, allowedBy } of losses) {
    const left = ((from - shown.from) / (shown.to - shown.from)) * width;
    const wide = Math.max(THINNEST, ((to - from) / (shown.to - shown.from)) * width);
    context.strokeStyle = context.fillStyle = colourOf("--lost");
    // What nothing allows is filled, and the rest is outlined.
    if (allowedBy === undefined) context.fillRect(left, 8, wide, CURVE_HEIGHT - 12);
    else context.strokeRect(left + 0.5, 8.5, wide, CURVE_HEIGHT - 13);
  }
}

function legend() {
  const list = element("ul", { class: "legend" });
  const rows = page.runs.flatMap((run) => run.rows);
  const used = new Set(rows.flatMap(({ bars }) => bars.map(({ state }) => state)));
  const marks = new Set(rows.flatMap((row) => row.marks.map(({ kind }) => kind)));
  const swatches = [...used].map((state) => {
    const canvas = /** @type {HTMLCanvasElement} */ (element("canvas", { "aria-hidden": "true" }));
    list.append(element("li", {}, canvas, state));
    return { state, canvas };
  });
  for (const kind of marks) list.append(element("li", {}, `${SIGNS[kind]} ${kind}`));
  if (page.runs.some(({ losses }) => losses.length > 0))
    list.append(element("li", {}, element("span", { class: "lost-box" }), "something was lost"));
  const paint = () => {
    for (const { state, canvas } of swatches)
      paintBar(sized(canvas, 28, 10), state, { left: 1, top: 1, width: 26, height: 8 });
  };
  requestAnimationFrame(paint);
  dark.addEventListener("change", paint);
  return list;
}

/** A bar in words. @param {Bar} bar */
function wordsOf({ lane, label, state, from, to }) {
  const { rule, says } = page.states[state];
  return `${lane} ${label}: ${state} ${clock(from)} to ${clock(to)}, ${Math.round(to - from)} s. Rule ${rule}: ${says}.`;
}

/** What is told of a row at a time. @param {Row} row @param {Run} run @param {number} at */
function detailsOf(row, run, at) {
  const now = row.bars.filter(({ from, to }) => from <= at && to >= at);
  const marks = row.marks.filter((each) => each.at <= at && each.kind !== "heartbeat").slice(-3);
  const lost = lossesOf(run, row).filter(({ from }) => from <= at);
  return [
    element("strong", {}, `${row.instanceId} of ${row.group}, at ${clock(at)}`),
    element(
      "ul",
      {},
      ...now.map((bar) => element("li", {}, wordsOf(bar))),
      ...marks.map((each) => element("li", {}, `${clock(each.at)} ${SIGNS[each.kind]} ${each.says}`)),
      ...lost.map((each) =>
        element("li", { class: "loss" }, `${clock(each.from)} lost: ${each.kind}, ${each.says}`),
      ),
      ...(now.length === 0 ? [element("li", {}, `Nothing goes on: ${row.outcome}.`)] : []),
    ),
  ];
}

/**
 * Tells of the bars under the pointer.
 *
 * @param {HTMLElement} rows @param {{ run: Run, placed: Placed[][], shown: () => Span }} what
 */
function hover(rows, { run, placed, shown }) {
  rows.addEventListener("pointermove", (event) => {
    const row = /** @type {Element} */ (event.target).closest(".row");
    if (!row) return;
    const box = row.getBoundingClientRect();
    const index = Number(row.getAttribute("aria-rowindex")) - 1;
    const { from, to } = shown();
    const at = from + ((event.clientX - box.left) / box.width) * (to - from);
    const y = event.clientY - box.top;
    const slack = ((to - from) / box.width) * THINNEST;
    const under = (placed[index] ?? []).filter(
      (bar) =>
        bar.from - slack <= at && bar.to + slack >= at && bar.top - 1 <= y && bar.top + bar.height + 1 >= y,
    );
    const marks = (run.rows[index]?.marks ?? []).filter(
      (each) => Math.abs(each.at - at) <= 3 * slack && y < LABEL + 14,
    );
    const words = [...under.map(wordsOf), ...marks.map((each) => `${clock(each.at)} ${each.says}`)];
    tip.hidden = words.length === 0;
    tip.replaceChildren(...words.map((each) => element("div", {}, each)));
    tip.style.left = `${Math.min(event.clientX + 12, innerWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${Math.min(event.clientY + 12, innerHeight - tip.offsetHeight - 8)}px`;
  });
  rows.addEventListener("pointerleave", () => {
    tip.hidden = true;
  });
}
