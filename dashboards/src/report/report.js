// The charts of a run, from the page's JSON block. Each function makes one chart; `plot` draws them.
"use strict";
(() => {
  const run = JSON.parse(document.getElementById("run").textContent);
  const { colour, time, number, clock, axis } = plot;
  // As wide for every chart, so that their time axes lie below each other.
  const LEFT = 60;
  const RIGHT = run.callbacks || run.capacity ? 48 : 12;
  if (run.time !== undefined) overTime();
  if (run.spectrum) plot.chart("spectrum", spectrum, false);

  function overTime() {
    const { step, words, phases } = run;
    // A column's figures stand at its middle.
    const x = run.time.map((second) => second + step / 2);
    const end = run.time.length === 0 ? 1 : run.time.at(-1) + step;
    let shown = "response";

    const xAxis = () => axis({ values: (_, ticks) => ticks.map(clock), size: 28, space: 60 });
    const common = {
      padding: [8, RIGHT, 0, 0],
      hooks: { drawClear: [plot.shadePhases(phases)], draw: [plot.namePhases(phases)] },
    };
    const scales = (more) => ({ x: { time: false, range: (_, min, max) => (min == null ? [0, end] : [Math.max(min, 0), Math.min(max, end)]) }, ...more });
    // Room above the highest value, where the names of phases stand.
    const fromZero = { range: (_, __, max) => [0, (max || 1) * 1.25] };
    const rates = () => axis({ values: (_, ticks) => ticks.map(number), size: LEFT });

    function line(key, values, stroke, more = {}) {
      return { label: words[key], values, stroke, show: (value) => `${number(value)}/s`, ...more };
    }

    function rate() {
      const series = [
        line("target", run.target, "dim", { dash: [6, 4], width: 2 }),
        line("offered", run.offered, "mark-2", { dash: [2, 3] }),
        line("started", run.started, "mark-3", { dash: [8, 3, 2, 3] }),
        line("dropped", run.dropped, "bad", { dash: [3, 3], width: 2 }),
        line("finished", run.finished, "mark"),
      ].filter((one) => one.values !== null);
      return { ...common, data: [x, ...series.map((one) => one.values)], series, axes: [xAxis(), rates()], scales: scales({ y: fromZero }) };
    }

    const logTimes = () => axis({ values: (_, ticks) => ticks.map((us) => (us == null ? "" : time(us))), splits: plot.decades, filter: (_, ticks) => ticks, size: LEFT });

    function bounds() {
      if (run.bounds.length === 0) return [];
      const values = x.map((at) => run.bounds.find((bound) => bound.from <= at && at < bound.until)?.us ?? null);
      return [{ label: words.bound, values, stroke: "doubt", dash: [10, 4, 2, 4], width: 2, paths: uPlot.paths.stepped({ align: 1 }), show: time }];
    }

    const looks = { p50: ["ink", [2, 2]], p90: ["mark-3", [8, 3, 2, 3]], p99: ["bad", undefined], "p99.9": ["mark-2", [6, 4]], max: ["dim", [1, 3]] };
    function percentileLines(names) {
      const known = run[shown].percentiles.filter(([name]) => names.includes(name));
      return known.map(([name, values]) => ({ label: words[name] ?? name, values, stroke: looks[name][0], dash: looks[name][1], show: time }));
    }

    function heat() {
      const cells = run[shown].heat;
      const most = Math.log1p(cells.flat().reduce((high, count) => Math.max(high, count), 1));
      const floor = 100;
      const bottom = (row) => (row === 0 ? floor : run.rows[row - 1]);
      const top = (row) => (row === run.rows.length - 1 ? run.rows[row - 1] * 2 : run.rows[row]);
      const paint = (u) => {
        const { ctx, bbox } = u;
        const ramp = Array.from({ length: 8 }, (_, shade) => colour(`h${shade + 1}`));
        ctx.save();
        ctx.beginPath();
        ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
        ctx.clip();
        cells.forEach((column, at) => {
          const from = Math.round(u.valToPos(run.time[at], "x", true));
          const until = Math.round(u.valToPos(run.time[at] + step, "x", true));
          column.forEach((count, row) => {
            if (count === 0) return;
            const high = u.valToPos(top(row), "y", true);
            const low = u.valToPos(bottom(row), "y", true);
            ctx.fillStyle = ramp[Math.min(7, Math.ceil((Math.log1p(count) / most) * 8) - 1)];
            ctx.fillRect(from, high, Math.max(until - from, 1), low - high);
          });
        });
        ctx.restore();
      };
      // A line is seen on cells of any colour when a wider one in the paper's lies below it.
      const onPaper = (one) => [{ values: one.values, stroke: "paper", width: 4 }, one];
      const series = [...percentileLines(["p50", "p99"]).flatMap(onPaper), ...bounds()];
      const highest = cells.reduce((high, column) => Math.max(high, column.findLastIndex((count) => count > 0)), 3);
      const slowest = series.reduce((high, one) => one.values.reduce((most, us) => Math.max(most, us ?? 0), high), top(highest));
      return {
        data: [x, ...series.map((one) => one.values)],
        series,
        height: 280,
        axes: [xAxis(), logTimes()],
        scales: scales({ y: { distr: 3, range: () => [floor, slowest * 2.2] } }),
        padding: common.padding,
        hooks: { drawClear: [plot.shadePhases(phases), paint], draw: [plot.namePhases(phases)] },
      };
    }

    function times() {
      const series = [...percentileLines(["p50", "p90", "p99", "p99.9", "max"]), ...bounds()];
      return { ...common, data: [x, ...series.map((one) => one.values)], series, height: 260, axes: [xAxis(), logTimes()], scales: scales({ y: { distr: 3, range: (_, min, max) => [Math.max((min || 100) / 1.5, 10), (max || 1e6) * 2.5] } }) };
    }

    // Classes are stacked: each is drawn from zero to the sum of all up to it, the highest sum first.
    function errors() {
      const sums = [];
      for (const { counts } of run.errors) sums.push(counts.map((count, at) => count + (sums.at(-1)?.[at] ?? 0)));
      const inks = { true: ["doubt", "mark-2", "mark-3", "dim", "mark"], false: ["bad", "ink", "h6", "h4", "h7"] };
      const nth = { true: 0, false: 0 };
      const series = run.errors.map(({ label, expected, counts }, at) => {
        const ink = inks[expected][nth[expected]++ % 5];
        const plain = expected && nth[true] === 1;
        const fill = (pen) => (plain ? plot.tint(colour(ink)) : plot.hatch(pen, colour(ink), expected ? 1 : -1));
        const name = { en: label.en, zh: label.zh };
        if (!expected && label.en !== words.unexpected.en) {
          name.en += ` (${words.unexpected.en})`;
          name.zh += `（${words.unexpected.zh}）`;
        }
        return { label: name, values: sums[at], raw: counts, stroke: ink, width: 1, fill: (u) => fill(u.ctx), swatch: fill, paths: uPlot.paths.bars({ size: [1, Infinity], gap: 0 }), show: (value) => `${number(value)}/s` };
      });
      series.reverse();
      if (series.length === 0) series.push({ label: words.unexpected, values: x.map(() => 0), stroke: "bad", show: (value) => `${number(value)}/s` });
      return { ...common, data: [x, ...series.map((one) => one.values)], series, height: 180, axes: [xAxis(), rates()], scales: scales({ y: fromZero }) };
    }

    function callbacks() {
      const { received, acknowledged, retried, open } = run.callbacks;
      const series = [
        line("received", received, "mark"),
        line("acknowledged", acknowledged, "good", { dash: [6, 3] }),
        line("retried", retried, "bad", { dash: [2, 2] }),
        { label: words.open, values: open, stroke: "dim", dash: [8, 3, 2, 3], scale: "open", show: number },
      ];
      return {
        ...common,
        data: [x, ...series.map((one) => one.values)],
        series,
        height: 180,
        padding: [8, 0, 0, 0],
        axes: [xAxis(), rates(), axis({ scale: "open", side: 1, size: RIGHT, grid: { show: false }, values: (_, ticks) => ticks.map(number) })],
        scales: scales({ y: fromZero, open: fromZero }),
      };
    }

    function capacity() {
      const { utilisation, wait } = run.capacity;
      const series = [
        { label: words.utilisation, values: utilisation, stroke: "mark", show: (value) => `${number(value)} %` },
        { label: words.wait, values: wait, stroke: "bad", dash: [6, 4], scale: "wait", show: time },
      ];
      return {
        ...common,
        data: [x, utilisation, wait],
        series,
        height: 180,
        padding: [8, 0, 0, 0],
        axes: [xAxis(), axis({ size: LEFT, values: (_, ticks) => ticks.map((value) => `${number(value)} %`) }), axis({ scale: "wait", side: 1, size: RIGHT, grid: { show: false }, values: (_, ticks) => ticks.map(time) })],
        scales: scales({ y: { range: () => [0, 125] }, wait: fromZero }),
      };
    }

    const makers = { rate, heat, times, errors, callbacks, capacity };
    const charts = Object.entries(makers).map(([id, make]) => plot.chart(id, make)).filter((chart) => chart !== null);

    for (const button of document.querySelectorAll("[data-times]")) {
      button.addEventListener("click", () => {
        shown = button.dataset.times;
        for (const other of document.querySelectorAll("[data-times]")) other.setAttribute("aria-pressed", other === button);
        for (const chart of charts) chart.redraw();
      });
    }
    for (const button of document.querySelectorAll("[data-phase]")) {
      button.addEventListener("click", () => {
        const phase = phases[button.dataset.phase];
        for (const chart of charts) chart.zoom(phase ? phase.from : null, phase?.until);
      });
    }
    const moment = document.getElementById("moment");
    if (moment === null) return;
    const output = document.getElementById("moment-shown");
    moment.max = Math.max(x.length - 1, 0);
    moment.addEventListener("input", () => charts[0]?.point(Number(moment.value)));
    document.addEventListener("paydrill:moment", ({ detail: index }) => {
      if (index == null) return;
      moment.value = index;
      const shownMoment = clock(run.time[index]);
      output.textContent = shownMoment;
      moment.setAttribute("aria-valuetext", shownMoment);
    });
  }

  /** Shares of all, ever nearer to all of them: the axis counts nines. */
  function spectrum() {
    const curves = run.spectrum.curves;
    const x = [...new Set(curves.flatMap((curve) => curve.points.map(([nines]) => nines)))].sort((one, other) => one - other);
    const inks = ["ink", "mark", "bad", "mark-2", "mark-3", "good", "doubt", "dim"];
    const dashes = [undefined, [6, 3], [2, 2], [8, 3, 2, 3], [10, 4], [1, 3], [4, 2, 1, 2], [12, 2]];
    let nth = { true: 2, false: 0 };
    const series = curves.map(({ label, service, points }) => {
      const at = nth[service]++ % inks.length;
      const known = new Map(points);
      const values = x.map((nines) => known.get(nines) ?? null);
      // Between the points of a curve others have theirs: the line goes on.
      const gaps = values.map((us, index) => us ?? (service || nineOutside(points, x[index]) ? null : undefined));
      return { label, values: gaps, stroke: inks[at], dash: dashes[at], width: service ? 0 : 1.5, dots: service, points: service ? { show: true, size: 6, stroke: () => colour(inks[at]), fill: () => colour(inks[at]) } : {}, show: time };
    });
    const share = (nines) => `${((1 - 10 ** -nines) * 100).toFixed(Math.max(0, Math.ceil(nines) - 2))} %`;
    return {
      data: [x, ...series.map((one) => one.values)],
      series,
      height: 320,
      scales: { x: { time: false, range: (_, min, max) => [min ?? 0, max ?? 1] }, y: { distr: 3, range: (_, min, max) => [Math.max((min || 100) / 1.5, 1), (max || 1e6) * 1.5] } },
      axes: [
        axis({ values: (_, ticks) => ticks.map(share), splits: (_, __, min, max) => Array.from({ length: Math.floor(max) + 1 }, (___, nine) => nine).filter((nine) => nine >= min), size: 28 }),
        axis({ values: (_, ticks) => ticks.map((us) => (us == null ? "" : time(us))), splits: plot.decades, filter: (_, ticks) => ticks, size: 60 }),
      ],
    };
  }

  /** Whether a curve does not reach so far. */
  function nineOutside(points, nines) {
    return points.length === 0 || nines < points[0][0] || nines > points.at(-1)[0];
  }
})();
