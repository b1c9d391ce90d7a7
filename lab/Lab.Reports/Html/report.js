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
    figure.result = await vegaEmbed(figure.box.querySelector('.screen'), charts.fit(figure.spec, width, figure.chosen), {
      mode: 'vega-lite', renderer: 'svg', config: charts.config(figure.spec, width, dark.matches),
      actions: {export: true, source: false, compiled: false, editor: false}, downloadFileName: figure.name,
      tooltip: {theme: dark.matches ? 'dark' : 'light'},
    });
    // what a figure shows is told in words before it: thousands of marks read out would tell nothing
    figure.box.querySelector('svg.marks').ariaHidden = 'true';
    figure.box.querySelector('summary').ariaLabel = 'Save this chart';
    figure.result.view.addEventListener('click', (event, item) => {
      const told = item?.datum?.to && document.getElementById(item.datum.to);
      if (!told) return;
      for (let folded = told; folded; folded = folded.parentElement.closest('details')) folded.open = true;
      told.scrollIntoView({block: 'start'});
    });
    figure.box.style.minHeight = '';
  }

  // Seeds are chosen from a list; variants, where a figure has one panel for each, by check boxes.
  function offer(figure) {
    if (!charts.choices) return;
    const {panels, shown, others} = charts.choices(figure.spec);
    figure.chosen = {panels: panels.map((_, i) => i).slice(0, shown), other: 0};
    const place = figure.box.parentElement.querySelector('.choose');
    const add = (parent, tag, properties) => parent.appendChild(Object.assign(document.createElement(tag), properties));
    if (others.length > 1) {
      const label = add(place, 'label', {textContent: 'Seed '});
      const select = add(label, 'select', {onchange: () => { figure.chosen.other = select.selectedIndex; draw(figure); }});
      others.forEach(name => add(select, 'option', {textContent: name.replace('seed ', '')}));
    }
    if (panels.length < 2 || !(others.length > 1 || shown < panels.length)) return;
    const details = add(place, 'details', {});
    const summary = add(details, 'summary', {});
    const list = add(details, 'fieldset', {});
    add(list, 'legend', {textContent: 'Shown'});
    const tell = () => { summary.textContent = `Variants: ${figure.chosen.panels.length} of ${panels.length} shown`; };
    tell();
    panels.forEach((name, i) => {
      const label = add(list, 'label', {});
      const box = add(label, 'input', {type: 'checkbox', checked: i < shown, onchange: () => {
        const wanted = [...list.querySelectorAll('input')].flatMap((b, at) => b.checked ? [at] : []);
        if (wanted.length === 0) { box.checked = true; return; }
        figure.chosen.panels = wanted;
        tell();
        draw(figure);
      }});
      label.append(' ' + name);
    });
  }
  figures.forEach(offer);

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

  // Paper is white, and drawings shrink to it; printing does not wait, so they are made in one go.
  const paper = 760;
  addEventListener('beforeprint', () => {
    document.querySelectorAll('details:not(.others, .others *)').forEach(d => { if (!d.open) { d.open = true; d.dataset.opened = ''; } });
    for (const {box, spec, chosen} of figures) {
      const config = charts.config(spec, paper, false);
      const compiled = vegaLite.compile(charts.fit(spec, paper, chosen), {config}).spec;
      new vega.View(vega.parse(compiled), {renderer: 'svg'}).initialize(box.querySelector('.paper')).run();
    }
  });
  addEventListener('afterprint', () => {
    document.querySelectorAll('details[data-opened]').forEach(d => { d.open = false; delete d.dataset.opened; });
    figures.forEach(f => f.box.querySelector('.paper').replaceChildren());
  });
})();
