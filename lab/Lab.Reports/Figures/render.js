// Draws specifications as SVG files without a browser. Run by "node -e" with JSON on standard input, {scripts, width,
// figures: [{name, spec}]}, where the scripts are the prebuilt chart library that reports carry too: nothing is looked
// up on this machine. Answers with JSON on standard output: [{name, svg}] or [{name, error}].
const vm = require('node:vm');
const input = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const console = {log() {}, warn() {}, error() {}};
const page = vm.createContext({console, setTimeout, clearTimeout, structuredClone, performance});
vm.runInContext('globalThis.self = globalThis;', page);
for (const script of input.scripts) vm.runInContext(script, page);
const {vega, vegaLite, charts} = page;

// Without a canvas Vega takes every letter to be 0.8 of the font's size wide, which tears legends apart; these are the
// widths of Helvetica, by class of letter.
const widths = [[/[ijl.,:;'|!]/, 0.25], [/[ ftrI()/·-]/, 0.31], [/[MWmw%]/, 0.86], [/[A-Z]/, 0.69], [/./u, 0.55]];
vega.textMetrics.width = (item, text) => {
  let em = 0;
  for (const letter of String(text ?? '')) em += widths.find(([letters]) => letters.test(letter))?.[1] ?? 0.55;
  return em * (item.fontSize ?? 11) * (Number(item.fontWeight) >= 600 || item.fontWeight === 'bold' ? 1.06 : 1);
};

// The viewer's own font may be wider than Helvetica (DejaVu by a sixth): room for what would be cut off at the edges.
const padding = {left: 28, right: 12, top: 4, bottom: 4};

(async () => {
  const results = [];
  for (const {name, spec} of input.figures) {
    try {
      const config = charts.config(spec, input.width, false);
      const fitted = charts.fit(spec, input.width);
      const compiled = vegaLite.compile(fitted, {config: {...config, padding, aria: false}}).spec;
      const view = new vega.View(vega.parse(compiled), {renderer: 'none'});
      results.push({name, svg: await view.toSVG()});
      view.finalize();
    } catch (error) {
      results.push({name, error: String(error?.message ?? error)});
    }
  }
  process.stdout.write(JSON.stringify(results));
})();
