// The interactive pace curve; loaded only by a page that has one.
import { LineChart } from "echarts/charts";
import { GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([LineChart, GridComponent, MarkLineComponent, TooltipComponent, SVGRenderer]);

const HEIGHT = 250;
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const span = ([low, high]) => (low === high ? `${round(low)}` : `${round(low)}–${round(high)}`);
const round = (value) => Math.round(value * 10) / 10;

function options(data) {
  const { words } = data;
  const low = (bounds) => bounds?.[0] ?? null;
  const width = (bounds) => (bounds ? bounds[1] - bounds[0] : null);
  const line = (name, values, color, more = {}) => ({
    name, type: "line", data: values, symbol: "none", lineStyle: { color, width: 2 }, itemStyle: { color }, ...more,
  });
  const band = (stack, bounds, color) => [
    line("", bounds.map(low), color, { stack, lineStyle: { opacity: 0 }, silent: true }),
    line("", bounds.map(width), color, {
      stack, lineStyle: { opacity: 0 }, areaStyle: { color, opacity: 0.18 }, silent: true,
    }),
  ];
  const text = token("--ink-2");
  return {
    animation: false,
    textStyle: { fontFamily: token("--sans"), color: text },
    grid: { left: 34, right: 12, top: 14, bottom: 26 },
    xAxis: {
      type: "category", data: data.days, boundaryGap: false,
      axisLine: { lineStyle: { color: token("--line") } }, axisTick: { show: false }, axisLabel: { color: text },
    },
    yAxis: { type: "value", splitLine: { lineStyle: { color: token("--line-2") } }, axisLabel: { color: text } },
    tooltip: {
      trigger: "axis", renderMode: "richText", confine: true,
      backgroundColor: token("--card"), borderColor: token("--line"), textStyle: { color: token("--ink"), fontSize: 12 },
      formatter: (points) => tip(data, points[0].dataIndex),
    },
    series: [
      line(words.plan, data.plan, token("--ink-3"), {
        lineStyle: { color: token("--ink-3"), width: 1.5, type: "dashed" },
        markLine: {
          symbol: "none", silent: true, label: { show: false }, data: [{ yAxis: data.target }],
          lineStyle: { color: token("--seal"), type: "solid", width: 1 },
        },
      }),
      ...band("done", data.done, token("--met")),
      ...band("expected", data.expected, token("--behind")),
      line(words.done, data.done.map(low), token("--met")),
    ],
  };
}

function tip(data, n) {
  const { words } = data;
  const lines = [data.days[n], `${words.plan} ${round(data.plan[n])}`];
  if (data.done[n]) lines.push(`${words.done} ${span(data.done[n])}`);
  if (data.expected[n]) lines.push(`${words.expected} ${span(data.expected[n])}`);
  lines.push(`${words.target} ${round(data.target)}`);
  return lines.join("\n");
}

export function drawPace(figure) {
  const drawn = figure.querySelector("svg");
  const stage = document.createElement("div");
  stage.className = "stage";
  stage.setAttribute("role", "img");
  stage.setAttribute("aria-label", drawn.getAttribute("aria-label"));
  figure.replaceChildren(stage);
  figure.dataset.drawn = "";
  const chart = init(stage, null, { renderer: "svg", height: HEIGHT });
  const data = JSON.parse(figure.dataset.pace);
  chart.setOption(options(data));
  new ResizeObserver(() => chart.resize()).observe(figure);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.setOption(options(data)));
}
