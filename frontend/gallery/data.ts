/** Made-up values of every kind. */

const NAMES = ["Abbott", "Baxter", "Cacic", "Dahl", "Emanuel", "Fortune", "Goodwin", "Hirvonen", "Ilett", "Jussila"];

/** The first rows of a made-up passenger list of `total` rows. */
export function tableData(total: number, shown = Math.min(total, 200)) {
  const rows = Array.from({ length: shown }, (_, at) => [
    at % 3 === 0 ? 0 : 1,
    (at % 3) + 1,
    `${NAMES[at % NAMES.length]}, ${at % 2 === 0 ? "Mr. Carl" : "Mrs. Anna Sofia"}`,
    at % 2 === 0 ? "male" : "female",
    at % 7 === 5 ? null : 18 + ((at * 13) % 47) + (at % 5 === 0 ? 0.5 : 0),
    Number((7.25 + ((at * 31) % 80) * 1.137).toFixed(4)),
  ]);
  return { columns: ["survived", "class", "name", "sex", "age", "fare"], index: [], rows, total };
}

export function wideTable() {
  const columns = Array.from({ length: 60 }, (_, at) => `sensor_${at}`);
  const rows = Array.from({ length: 120 }, (_, row) => columns.map((__, at) => Math.sin(row / 9 + at) * 10 ** ((at % 5) - 2)));
  return { columns, index: rows.map((_, at) => `2026-11-${String((at % 30) + 1).padStart(2, "0")}`), rows, total: 120000 };
}

export const RECORD = {
  name: "run 17",
  started: "2026-11-23T21:13:00",
  parameters: { rate: 0.001, layers: [64, 64, 10], dropout: null, shuffle: true, seed: { "$fn:int": "9007199254740993" } },
  losses: [2.3, 1.1, 0.62, 0.41, { "$fn:float": "nan" }],
  note: "Started again after the power failure; the first two epochs come from the checkpoint.",
};

const POINTS = Array.from({ length: 60 }, (_, at) => `${20 + at * 6},${110 - 60 * Math.sin(at / 8) * Math.exp(-at / 70)}`);

export const SVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 200">
<rect width="400" height="200" fill="#ffffff"/>
<g stroke="#d8dbe2" stroke-width="1">${[50, 110, 170].map((y) => `<path d="M20 ${y}H384"/>`).join("")}</g>
<polyline fill="none" stroke="#2477c9" stroke-width="2" points="${POINTS.join(" ")}"/>
<text x="24" y="30" font-family="sans-serif" font-size="13" fill="#333">decay, a.u.</text></svg>`;

export const BYTES = Uint8Array.from({ length: 420 }, (_, at) => (at < 8 ? [137, 80, 78, 71, 13, 10, 26, 10][at] ?? 0 : (at * 37) % 256));

export const TEXT = "The quick brown fox jumps over the lazy dog.\nSecond line, with a tab:\tvalue\n\nAnd a last one after an empty line.";

export const TRACEBACK = `Traceback (most recent call last):
  File "/home/ada/.venv/lib/python3.12/site-packages/funcnodes_core/node/run.py", line 88, in run_direct
    result = call(**kwargs)
             ^^^^^^^^^^^^^^
  File "/home/ada/analysis/lab_nodes/ratios.py", line 31, in survival_ratio
    return safe_ratio(survived, total)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/home/ada/analysis/lab_nodes/ratios.py", line 12, in safe_ratio
    return a / b
           ~~^~~
ZeroDivisionError: division by zero
`;
