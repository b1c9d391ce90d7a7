// Draws each chart when it comes near the view, fits it to the page, follows light and dark, and redraws for paper.
(() => {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const figures = [...document.querySelectorAll('.chart')].map(box => ({
    box, name: box.dataset.name, width: 0,
    spec: JSON.parse(document.getElementById('spec-' + box.dataset.name).textContent),
  }));

  async function draw(figure) {
    const width = figure.box.clientWidth;
    if (width === 0) return;
    figure.width = width;
    figure.box.style.minHeight = figure.box.offsetHeight + 'px';
    figure.result?.finalize();
    figure.result = await vegaEmbed(figure.box.querySelector('.screen'), charts.fit(figure.spec, width), {
      mode: 'vega-lite', renderer: 'svg', config: charts.config(figure.spec, width, dark.matches),
      actions: {export: true, source: false, compiled: false, editor: false}, downloadFileName: figure.name,
      tooltip: {theme: dark.matches ? 'dark' : 'light'},
    });
    figure.box.querySelector('summary').ariaLabel = 'Save this chart';
    figure.box.style.minHeight = '';
  }

  const seen = new IntersectionObserver(entries => {
    for (const {target, isIntersecting} of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      draw(figures.find(f => f.box === target));
    }
  }, {rootMargin: '400px'});
  figures.forEach(f => seen.observe(f.box));

  const redraw = () => figures.filter(f => f.width > 0).forEach(draw);
  dark.addEventListener('change', redraw);
  let soon = 0;
  addEventListener('resize', () => {
    clearTimeout(soon);
    const changed = f => f.width > 0 && Math.abs(f.width - f.box.clientWidth) > 8;
    soon = setTimeout(() => figures.filter(changed).forEach(draw), 200);
  });

  // Paper is white and as wide as it is; printing does not wait, so these drawings are made in one go.
  addEventListener('beforeprint', () => {
    document.querySelectorAll('details').forEach(d => { if (!d.open) { d.open = true; d.dataset.opened = ''; } });
    for (const {box, spec} of figures) {
      const config = charts.config(spec, 660, false);
      const compiled = vegaLite.compile(charts.fit(spec, 660), {config}).spec;
      new vega.View(vega.parse(compiled), {renderer: 'svg'}).initialize(box.querySelector('.paper')).run();
    }
  });
  addEventListener('afterprint', () => {
    document.querySelectorAll('details[data-opened]').forEach(d => { d.open = false; delete d.dataset.opened; });
    figures.forEach(f => f.box.querySelector('.paper').replaceChildren());
  });
})();
