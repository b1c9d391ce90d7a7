// What every drawing of a figure needs, in the page and for the SVG files: how a specification is fitted to a width,
// and its looks on light and dark paper. The specifications themselves come from C#.
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

  // A copy of the specification for a drawing of this width, in px: panels side by side as long as each stays readable.
  function fit(specification, width) {
    const spec = structuredClone(specification);
    const {columns: most, narrowest, left} = spec.usermeta.lab;
    const own = spec.resolve?.scale?.y === 'independent';
    const columns = Math.max(1, Math.min(most, Math.floor((width - left) / narrowest)));
    const axes = own ? columns * left : left;
    const plot = Math.max(120, Math.floor((width - axes - 14 - 22 * (columns - 1)) / columns));
    (spec.spec ?? spec).width = plot;
    if (spec.spec) spec.columns = columns;
    for (const {encoding: {x}} of (spec.spec ?? spec).layer) {
      if (x?.type !== 'quantitative' || x.axis?.values) continue;
      x.axis = {...x.axis, tickCount: Math.max(3, Math.floor(plot / 75))};
    }
    spec.title.text = lines(spec.title.text, Math.floor(width / 8));
    spec.title.subtitle = lines(spec.title.subtitle, Math.floor(width / 6));
    return spec;
  }

  function config(specification, width, dark) {
    const ink = dark ? '#e6e6e6' : '#1b1b1b', soft = dark ? '#b4b8bd' : '#55595e';
    const line = dark ? '#5b6067' : '#9a9fa5', grid = dark ? '#33373d' : '#e4e6e9';
    const entry = specification.usermeta.lab.legend * 6.2 + 36;
    return {
      background: dark ? '#16181c' : '#ffffff',
      font: family,
      padding: 4,
      view: {stroke: line, strokeOpacity: 0.6},
      title: {
        anchor: 'start', frame: 'bounds', color: ink, subtitleColor: soft, fontSize: 14, fontWeight: 600,
        subtitleFontSize: 11, subtitlePadding: 4, offset: 12, lineHeight: 18, subtitleLineHeight: 15,
      },
      axis: {
        labelColor: soft, titleColor: ink, domainColor: line, tickColor: line, gridColor: grid, titleFontWeight: 500,
        titleFontSize: 11.5, labelFontSize: 11, titlePadding: 8,
      },
      header: {
        labelColor: ink, labelFontSize: 12, labelFontWeight: 600, labelAnchor: 'start', labelPadding: 6,
        labelOrient: 'top',
      },
      legend: {
        orient: 'top', direction: 'horizontal', columns: Math.max(1, Math.floor((width - 90) / entry)),
        titleOrient: 'left', titleFontWeight: 500, titleFontSize: 11.5, titleColor: ink, titlePadding: 8,
        labelFontSize: 11.5, labelColor: soft, labelLimit: width - 60, symbolStrokeWidth: 2, offset: 12,
        layout: {top: {direction: 'vertical', anchor: 'start', margin: 4}},
      },
      text: {color: ink},
      style: {halo: {stroke: dark ? '#16181c' : '#ffffff', strokeWidth: 3.5, strokeJoin: 'round'}},
      facet: {spacing: 22},
    };
  }

  return {fit, config};
})();
