// What every drawing of a figure in the page needs: how a specification is fitted to a width, and its looks on light and
// dark paper. The specifications themselves come from C#.
globalThis.charts = (() => {
  const family = '"Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif';

  // Breaks a text at spaces so that no line is longer than so many characters.
  function lines(text, most) {
    const result = [''];
    for (const word of String(text).split(' ')) {
      const last = result[result.length - 1];
      if (last === '') result[result.length - 1] = word;
      else if (last.length + 1 + word.length <= most) result[result.length - 1] = last + ' ' + word;
      else result.push(word);
    }
    return result.length === 1 ? result[0] : result;
  }

  // The rows of data written short: a list per field, one value for all, or {of: values, at: which}.
  function rows({n, tell, ...columns}) {
    const order = at => Array.isArray(at) ? at : order(columns[at].at);
    const value = c => Array.isArray(c) ? i => c[i] : typeof c !== 'object' ? () => c
      : (at => i => c.of[at[i]])(order(c.at));
    const at = Object.entries(columns).map(([name, c]) => [name, value(c)]);
    return Array.from({length: n}, (_, i) => Object.fromEntries(at.map(([name, of]) => [name, of(i)])));
  }

  // What a reader can choose: panels by their titles, how many are shown at first, and the names of other seeds' data.
  function choices({usermeta: {lab}, vconcat, title}) {
    const others = lab.others ? [title.subtitle.match(/seed \d+/)[0], ...lab.others.map(o => o.name)] : [];
    return {panels: vconcat.at(-1).concat.map(p => p.title ?? ''), shown: lab.shown, others};
  }

  // How many entries of a legend stand beside each other: all where they fit, else in columns as wide as the longest.
  function columnsOf(lengths, room) {
    const wide = lengths.map(n => n * 6.2 + 36), all = wide.reduce((sum, w) => sum + w, 0);
    return all <= room ? wide.length : Math.max(1, Math.floor(room / Math.max(...wide)));
  }

  // A copy of the specification for a drawing of this width, in px: panels side by side as long as each stays readable.
  // Chosen: {panels: their indices, other: an index of choices().others}.
  function fit({usermeta: {lab}, ...specification}, width, chosen = {}) {
    const {name, ...other} = chosen.other > 0 ? lab.others[chosen.other - 1] : {};
    const spec = structuredClone({...specification, ...other});
    const {columns: most, narrowest, left: wanted} = lab;
    const panels = chosen.panels ?? Array.from({length: lab.shown}, (_, i) => i);
    spec.vconcat.at(-1).concat = spec.vconcat.at(-1).concat.filter((_, i) => panels.includes(i));
    for (const {views} of spec.params)
      views?.splice(0, views.length, ...views.filter(v => panels.includes(Number(v.slice(1)))));
    spec.params = spec.params.filter(p => p.views?.length !== 0);
    const left = Math.min(wanted, Math.max(58, Math.floor(width * 0.36)));
    const columns = Math.max(1, Math.min(most, Math.floor(width / (narrowest + left))));
    const plot = Math.max(120, Math.floor((width - columns * left - 14 - 22 * (columns - 1)) / columns));
    const told = Object.fromEntries(Object.entries(spec.datasets).map(([name, {tell}]) => [name, tell ?? []]));
    for (const [name, data] of Object.entries(spec.datasets)) spec.datasets[name] = rows(data);
    // a mark leads to what is told of it, where that is in the page
    for (const row of Object.values(spec.datasets).flat())
      if (row.to && !document.getElementById(row.to)) row.to = '';
    for (const view of spec.vconcat) {
      for (const {encoding} of view.layer ?? [])
        for (const {legend} of Object.values(encoding))
          legend.columns = columnsOf(legend.columns, width - 90);
      if (!view.concat) continue;
      view.columns = columns;
      for (const panel of view.concat) {
        panel.width = plot;
        if (panel.title) panel.title = {
          text: lines(panel.title, Math.floor(plot / 6.6)), anchor: 'start', frame: 'group', fontSize: 12,
          offset: 7, lineHeight: 15,
        };
        for (const {data, encoding} of panel.layer)
          if (encoding?.tooltip)
            encoding.tooltip = told[data.name].map((title, i) => ({field: `h${i}`, type: 'nominal', title}));
        const {x, y} = panel.encoding;
        if (!x.axis.values) x.axis.tickCount = Math.max(3, Math.floor(plot / 75));
        if (y.axis.labelOverlap === false) y.axis.labelLimit = left - 12;
      }
    }
    for (const {concat} of spec.vconcat) concat?.forEach((panel, i) => {
      // what the panel below says again need not be said here
      const {x} = panel.encoding, below = concat[i + columns]?.encoding.x;
      if (below && x.title === below.title && String(x.scale.domain) === String(below.scale.domain)) x.title = null;
    });
    spec.title.text = lines(spec.title.text, Math.floor(width / 8));
    spec.title.subtitle = lines(spec.title.subtitle, Math.floor(width / 6));
    return spec;
  }

  function config(specification, width, dark) {
    const ink = dark ? '#e6e6e6' : '#1b1b1b', soft = dark ? '#b4b8bd' : '#55595e';
    const line = dark ? '#5b6067' : '#9a9fa5', grid = dark ? '#33373d' : '#e4e6e9';
    const paper = dark ? '#16181c' : '#ffffff';
    return {
      background: paper,
      locale: {number: {decimal: '.', thousands: '\u202f', grouping: [3], currency: ['', '']}},
      font: family,
      padding: 4,
      view: {stroke: line, strokeOpacity: 0.6},
      title: {
        anchor: 'start', frame: 'bounds', color: ink, subtitleColor: soft, fontSize: 14, fontWeight: 600,
        subtitleFontSize: 11, subtitlePadding: 4, offset: 12, lineHeight: 18, subtitleLineHeight: 15,
      },
      axis: {
        labelColor: soft, titleColor: ink, domainColor: line, tickColor: line, gridColor: grid, titleFontWeight: 500,
        titleFontSize: 11.5, labelFontSize: 11, titlePadding: 8, labelOverlap: 'greedy', labelSeparation: 6,
      },
      legend: {
        orient: 'top', direction: 'horizontal',
        titleOrient: 'left', titleFontWeight: 500, titleFontSize: 11.5, titleColor: ink, titlePadding: 8,
        labelFontSize: 11.5, labelColor: soft, labelLimit: width - 60, symbolStrokeWidth: 2, offset: 4,
        layout: {top: {direction: 'vertical', anchor: 'start', margin: 4}},
      },
      text: {color: ink, fontSize: 10.5},
      style: {halo: {stroke: paper, strokeWidth: 3.5, strokeJoin: 'round'}},
      concat: {spacing: 22},
      params: [{name: 'ink', value: ink}],
    };
  }

  return {fit, config, choices};
})();
