// What all charts have in common: colours from the page's style, one time axis with the phases shaded, a legend of
// buttons, and how a chart is drawn again when size, colours or language change.
"use strict";
const plot = (() => {
  const SYNC = "run";
  const HEIGHT = 220;
  const probe = document.createElement("i");
  probe.hidden = true;
  document.body.append(probe);

  /** A colour of the page's style, as it is now. */
  function colour(name) {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  }

  /** A colour through which lines can be seen. */
  const tint = (ink) => ink.replace(/^rgb\(/, "rgba(").replace(/\)$/, ", 0.45)");

  const isEnglish = () => document.documentElement.lang === "en";
  /** A label in the page's language. */
  const say = (label) => (typeof label === "string" ? label : isEnglish() ? label.en : label.zh);

  /** A moment of the run: `1:05`. */
  const clock = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;

  /** A time of so many microseconds. */
  function time(us) {
    if (us == null) return "–";
    const [value, unit] = us < 1e3 ? [us, "µs"] : us < 1e6 ? [us / 1e3, "ms"] : [us / 1e6, "s"];
    return `${Number(value.toPrecision(3))} ${unit}`;
  }

  /** A rate or a count. */
  const number = (value) => (value == null ? "–" : value >= 100 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(1));

  /** Where labels stand on a logarithmic axis of times: at each power of ten. */
  const decades = (_, __, min, max) => {
    const found = [];
    for (let us = 10 ** Math.ceil(Math.log10(min) - 1e-9); us <= max * 1.0001; us *= 10) found.push(us);
    return found;
  };

  /** Tints the phases that have faults, marks each start, and names them where there is room. */
  function shadePhases(phases) {
    return (u) => {
      const { ctx, bbox } = u;
      ctx.save();
      ctx.beginPath();
      ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
      ctx.clip();
      for (const phase of phases) {
        const from = u.valToPos(phase.from, "x", true);
        const until = u.valToPos(phase.until, "x", true);
        if (phase.faults.length > 0) {
          ctx.fillStyle = colour("band");
          ctx.fillRect(from, bbox.top, until - from, bbox.height);
        }
        ctx.fillStyle = colour("dim");
        ctx.fillRect(from, bbox.top, devicePixelRatio, bbox.height);
      }
      ctx.restore();
    };
  }

  /** The names of phases, over everything else so that they can be read. */
  function namePhases(phases) {
    return (u) => {
      const { ctx, bbox } = u;
      const gap = 4 * devicePixelRatio;
      ctx.save();
      ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
      [ctx.textBaseline, ctx.textAlign] = ["top", "left"];
      for (const phase of phases) {
        const from = Math.max(u.valToPos(phase.from, "x", true), bbox.left);
        const until = Math.min(u.valToPos(phase.until, "x", true), bbox.left + bbox.width);
        const words = phase.faults.length > 0 ? [`${phase.name}: ${phase.faults.join(", ")}`, phase.name] : [phase.name];
        const fits = words.find((text) => ctx.measureText(text).width + 2 * gap <= until - from);
        if (fits === undefined) continue;
        const width = ctx.measureText(fits).width;
        ctx.fillStyle = colour("veil");
        ctx.fillRect(from + gap / 2, bbox.top + gap / 2, width + gap, 14 * devicePixelRatio);
        ctx.fillStyle = colour("ink");
        ctx.fillText(fits, from + gap, bbox.top + gap);
      }
      ctx.restore();
    };
  }

  /** A fill with slanted lines, so that it differs by more than its colour. */
  function hatch(ctx, ink, slant) {
    const tile = document.createElement("canvas");
    const size = 6 * devicePixelRatio;
    tile.width = tile.height = size;
    const pen = tile.getContext("2d");
    pen.globalAlpha = 0.35;
    pen.fillStyle = ink;
    pen.fillRect(0, 0, size, size);
    pen.globalAlpha = 1;
    pen.strokeStyle = ink;
    pen.lineWidth = 1.5 * devicePixelRatio;
    pen.beginPath();
    for (const shift of [-size, 0, size]) {
      pen.moveTo(shift, slant > 0 ? size : 0);
      pen.lineTo(shift + size, slant > 0 ? 0 : size);
    }
    pen.stroke();
    return ctx.createPattern(tile, "repeat");
  }

  function axis(options) {
    return {
      stroke: () => colour("dim"),
      grid: { stroke: () => colour("line"), width: 1 },
      ticks: { stroke: () => colour("line"), width: 1, size: 4 },
      font: "11px system-ui, sans-serif",
      ...options,
    };
  }

  /** Which series a reader switched off stays so when the chart is drawn again. */
  const hidden = new Map();

  /**
   * Draws a chart into its figure, and again when the page changes. `make()` gives `{data, series, ...options}` of uPlot,
   * where a series has `label`, `stroke` (a colour's name), `dash` and `show(value)`.
   */
  function chart(id, make, synced = true) {
    const figure = document.getElementById(`chart-${id}`);
    if (figure === null) return null;
    const place = figure.querySelector(".plot");
    const legend = figure.querySelector(".legend");
    let u = null;
    let range = null;

    function draw() {
      const { data, series, axes, scales, padding, hooks = {}, height = HEIGHT, cursor = {} } = make();
      if (u !== null) u.destroy();
      const off = hidden.get(id) ?? new Set();
      const options = {
        width: Math.max(place.clientWidth, 200),
        height,
        legend: { show: false },
        cursor: {
          y: false,
          drag: { x: synced, y: false },
          points: { size: 6 },
          ...(synced ? { sync: { key: SYNC, setSeries: false } } : {}),
          ...cursor,
        },
        scales: { ...scales },
        series: [{}, ...series.map((one, at) => ({
          scale: one.scale ?? "y",
          width: one.width ?? 1.5,
          dash: one.dash,
          stroke: one.stroke === undefined ? undefined : () => colour(one.stroke),
          fill: one.fill,
          paths: one.paths,
          points: { show: false, ...one.points },
          spanGaps: false,
          show: !off.has(at),
        }))],
        axes,
        padding,
        hooks: { ...hooks, setCursor: [(chart) => readOut(chart, series)] },
      };
      u = new uPlot(options, data, place);
      if (range !== null) u.setScale("x", { min: range[0], max: range[1] });
      list(series, off);
    }

    function list(series, off) {
      legend.replaceChildren(...series.flatMap((one, at) => {
        if (one.label === undefined) return [];
        const item = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        button.setAttribute("aria-pressed", !off.has(at));
        const mark = document.createElement("canvas");
        swatch(mark, one);
        const value = document.createElement("b");
        value.dataset.at = at;
        button.append(mark, ` ${say(one.label)} `, value);
        button.addEventListener("click", () => {
          if (!off.delete(at)) off.add(at);
          hidden.set(id, off);
          u.setSeries(at + 1, { show: !off.has(at) });
          button.setAttribute("aria-pressed", !off.has(at));
        });
        item.append(button);
        return [item];
      }));
    }

    function readOut(chart, series) {
      const index = chart.cursor.idx;
      for (const value of legend.querySelectorAll("b")) {
        const one = series[value.dataset.at];
        const shown = index == null ? null : (one.raw ?? chart.data[Number(value.dataset.at) + 1])[index];
        value.textContent = index == null ? "" : one.show(shown);
      }
      document.dispatchEvent(new CustomEvent("paydrill:moment", { detail: index }));
    }

    draw();
    document.addEventListener("paydrill:repaint", draw);
    let width = place.clientWidth;
    new ResizeObserver(() => {
      if (place.clientWidth === width || place.clientWidth === 0) return;
      width = place.clientWidth;
      u.setSize({ width: Math.max(width, 200), height: u.height });
    }).observe(place);
    return {
      zoom: (from, until) => {
        range = from === null ? null : [from, until];
        draw();
      },
      point: (index) => u.setCursor({ left: u.valToPos(u.data[0][index], "x"), top: 1 }),
      redraw: draw,
    };
  }

  /** A mark that looks as the series does. */
  function swatch(canvas, one) {
    const ratio = devicePixelRatio;
    [canvas.width, canvas.height] = [22 * ratio, 10 * ratio];
    canvas.setAttribute("aria-hidden", "true");
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    if (one.swatch) {
      pen.fillStyle = one.swatch(pen);
      pen.fillRect(0, 0, 22, 10);
      return;
    }
    pen.strokeStyle = pen.fillStyle = colour(one.stroke);
    pen.lineWidth = 2;
    if (one.cross) {
      for (const slant of [-1, 1]) {
        pen.moveTo(7, 5 - slant * 4);
        pen.lineTo(15, 5 + slant * 4);
      }
      pen.stroke();
      return;
    }
    if (one.dots) {
      pen.arc(11, 5, 3, 0, 7);
      pen.fill();
      return;
    }
    pen.setLineDash(one.dash ?? []);
    pen.moveTo(0, 5);
    pen.lineTo(22, 5);
    pen.stroke();
  }

  return { colour, tint, say, clock, time, number, decades, shadePhases, namePhases, hatch, axis, chart };
})();
