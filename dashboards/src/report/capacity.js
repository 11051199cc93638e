// The charts of a search for a limit, from the page's JSON block.
"use strict";
(() => {
  const { colour, time, number, axis } = plot;
  const { steps, law, marks, words } = JSON.parse(document.getElementById("run").textContent);
  const kept = (step) => step.held === "kept";

  /** Steps that were kept as dots, the others as crosses. */
  function dots(ordered, value, show) {
    const values = (wanted) => ordered.map((step) => (wanted(step) ? value(step) : null));
    const size = { show: true, size: 8 };
    return [
      { label: words.kept, values: values(kept), stroke: "mark", width: 0, dots: true, points: { ...size, stroke: () => colour("mark"), fill: () => colour("mark") }, show },
      { label: words.broken, values: values((step) => !kept(step)), stroke: "bad", width: 0, cross: true, show },
    ];
  }

  const drawCrosses = (series) => (u) => {
    series.forEach((one, at) => {
      if (!one.cross || !u.series[at + 1].show) return;
      const { ctx } = u;
      const arm = 4 * devicePixelRatio;
      ctx.save();
      ctx.strokeStyle = colour(one.stroke);
      ctx.lineWidth = 2 * devicePixelRatio;
      ctx.beginPath();
      one.values.forEach((value, index) => {
        if (value == null) return;
        const [x, y] = [u.valToPos(u.data[0][index], "x", true), u.valToPos(value, "y", true)];
        for (const slant of [-1, 1]) {
          ctx.moveTo(x - arm, y - slant * arm);
          ctx.lineTo(x + arm, y + slant * arm);
        }
      });
      ctx.stroke();
      ctx.restore();
    });
  };

  /** What was found, as lines across the chart. */
  function drawMarks(u) {
    const { ctx, bbox } = u;
    ctx.save();
    ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
    [ctx.textAlign, ctx.textBaseline] = ["right", "top"];
    marks.forEach(({ level, label }, at) => {
      const x = u.valToPos(level, "x", true);
      ctx.fillStyle = colour("dim");
      ctx.fillRect(x, bbox.top, devicePixelRatio, bbox.height);
      ctx.fillStyle = colour("ink");
      ctx.fillText(plot.say(label), x - 4 * devicePixelRatio, bbox.top + (4 + at * 14) * devicePixelRatio);
    });
    ctx.restore();
  }

  function levels() {
    const ordered = steps.filter((step) => step.p99 > 0).sort((one, other) => one.level - other.level);
    const line = (name, stroke, dash) => ({ label: name, values: ordered.map((step) => step[name]), stroke, dash, show: time });
    const series = [line("p50", "ink", [2, 2]), line("p99", "mark-2"), ...dots(ordered, (step) => step.p99, time)];
    return {
      data: [ordered.map((step) => step.level), ...series.map((one) => one.values)],
      series,
      height: 300,
      scales: { x: { time: false, range: (_, __, max) => [0, (max || 1) * 1.05] }, y: { distr: 3, range: (_, min, max) => [Math.max((min || 100) / 1.5, 1), (max || 1e6) * 2] } },
      axes: [axis({ values: (_, ticks) => ticks.map(number), size: 28 }), axis({ values: (_, ticks) => ticks.map((us) => (us == null ? "" : time(us))), splits: plot.decades, filter: (_, ticks) => ticks, size: 60 })],
      hooks: { draw: [drawMarks, drawCrosses(series)] },
    };
  }

  function concurrency() {
    // Overloaded steps lie far to the right of all others and would press them together.
    const busiest = (chosen) => chosen.reduce((most, step) => Math.max(most, step.concurrency), 0);
    const most = busiest(steps.filter(kept)) * 2 || busiest(steps);
    const near = steps.filter((step) => step.concurrency > 0 && step.concurrency <= most);
    const ordered = [...near, ...law.map(([at, rate]) => ({ concurrency: at, law: rate }))].sort((one, other) => one.concurrency - other.concurrency);
    const perSecond = (value) => `${number(value)}/s`;
    const rate = (step) => (step.law === undefined ? step.rate : null);
    const series = [{ label: words.law, values: ordered.map((step) => step.law), stroke: "ink", show: perSecond }, ...dots(ordered, rate, perSecond)];
    return {
      data: [ordered.map((step) => step.concurrency), ...series.map((one) => one.values)],
      series,
      height: 300,
      scales: { x: { time: false, range: (_, __, max) => [0, (max || 1) * 1.05] }, y: { range: (_, __, max) => [0, (max || 1) * 1.15] } },
      axes: [axis({ values: (_, ticks) => ticks.map(number), size: 28 }), axis({ values: (_, ticks) => ticks.map(number), size: 60 })],
      hooks: { draw: [drawCrosses(series)] },
    };
  }

  plot.chart("levels", levels, false);
  plot.chart("concurrency", concurrency, false);
})();
