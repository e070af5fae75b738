/** The graphs that an empty canvas offers. All of them run with the built-in nodes and without any file. */

import { fragment } from "@/examples/fragment";
import type { Json } from "@/store/types";

export interface Example {
  title: string;
  text: string;
  /** A copied piece of graph, as `copy_nodes` gives it. */
  fragment: Json;
  sketch: { boxes: [number, number][]; wires: string[] };
}

const PLANTS = `plant,light,days,height
basil,sun,10,4.1
basil,sun,20,9.8
basil,shade,10,3.2
basil,shade,20,6.4
cress,sun,10,5.0
cress,sun,20,8.7
cress,shade,10,4.6
cress,shade,20,7.1
bean,sun,10,7.7
bean,sun,20,19.4
bean,shade,10,5.9
bean,shade,20,12.3`;

const temperature: Example = {
  title: "Live numbers",
  text: "Move a slider and see the result follow.",
  sketch: {
    boxes: [
      [2, 21],
      [44, 21],
      [86, 21],
      [128, 21],
    ],
    wires: ["M32 28h12", "M74 28h12", "M116 28h12"],
  },
  fragment: fragment(
    [
      { id: "celsius", nodeId: "funcnodes.number", name: "Celsius", pos: [0, 0], values: { value: 21 }, options: { value: { min: -20, max: 100 } } },
      { id: "times", nodeId: "funcnodes.multiply", name: "× 1.8", pos: [320, 0], values: { b: 1.8 } },
      { id: "plus", nodeId: "funcnodes.add", name: "+ 32", pos: [640, 0], values: { b: 32 } },
      { id: "text", nodeId: "funcnodes.format_text", name: "Fahrenheit", pos: [960, 0], values: { template: "{value:.1f} °F" } },
    ],
    ["celsius.out > times.a", "times.out > plus.a", "plus.out > text.value"],
  ),
};

const plants: Example = {
  title: "A small table",
  text: "Filter rows, sum up groups, draw bars.",
  sketch: {
    boxes: [
      [2, 21],
      [50, 21],
      [98, 6],
      [98, 36],
    ],
    wires: ["M32 28h18", "M80 28c12 0 6-15 18-15", "M80 28c12 0 6 15 18 15"],
  },
  fragment: fragment(
    [
      { id: "table", nodeId: "funcnodes.parse_csv", name: "Plants", pos: [0, 0], width: 300, values: { text: PLANTS } },
      { id: "rows", nodeId: "funcnodes.filter_rows", name: "After 20 days", pos: [380, 0], width: 300, values: { column: "days", operator: "==", value: 20 } },
      { id: "groups", nodeId: "funcnodes.group_rows", name: "By light", pos: [760, 0], width: 300, values: { by: "light", column: "height", how: "mean" } },
      { id: "bars", nodeId: "funcnodes.bar_plot", name: "Height by plant", pos: [760, 420], width: 360, values: { label: "plant", value: "height", title: "Mean height after 20 days" } },
    ],
    ["table.out > rows.rows", "rows.out > groups.rows", "rows.out > bars.rows"],
  ),
};

const walk: Example = {
  title: "A random walk",
  text: "Add up noise, smooth it, look at both.",
  sketch: {
    boxes: [
      [2, 21],
      [44, 21],
      [86, 36],
      [128, 6],
      [128, 36],
    ],
    wires: ["M32 28h12", "M74 28c24 0 30-15 54-15", "M74 28c6 0 6 15 12 15", "M116 43h12"],
  },
  fragment: fragment(
    [
      { id: "noise", nodeId: "funcnodes.random_list", name: "Noise", pos: [0, 120], values: { count: 400, seed: 7 } },
      { id: "walk", nodeId: "funcnodes.running_total", name: "Walk", pos: [320, 120] },
      { id: "smooth", nodeId: "funcnodes.moving_average", name: "Smoothed", pos: [640, 320], values: { window: 25 }, options: { window: { min: 1, max: 100 } } },
      { id: "rough", nodeId: "funcnodes.plot_list", name: "As it is", pos: [960, 0], width: 340, values: { title: "The walk" } },
      { id: "calm", nodeId: "funcnodes.plot_list", name: "Smoothed", pos: [960, 380], width: 340, values: { title: "Smoothed" } },
    ],
    ["noise.out > walk.numbers", "walk.out > smooth.numbers", "walk.out > rough.numbers", "smooth.out > calm.numbers"],
  ),
};

export const EXAMPLES: Example[] = [temperature, plants, walk];
