/** A bar for each subject: what a request costs beside A, as an image that is readable on a light and a dark page. */
export function drawChart(bars: { id: string; title: string; ratio: number }[]): string {
  const [left, width, row] = [400, 300, 26];
  const scale = width / Math.max(...bars.map(({ ratio }) => ratio));
  const height = bars.length * row + 12;
  const lines = bars.map(({ id, title, ratio }, i) => {
    const [y, end] = [i * row + 10, Math.round(left + ratio * scale)];
    return [
      `<text x="${left - 8}" y="${y + 13}" text-anchor="end">${title} (${id})</text>`,
      `<rect x="${left}" y="${y}" width="${end - left}" height="18" rx="3" fill="${id === 'D' ? '#0a7d55' : '#8792a2'}"/>`,
      `<text x="${end + 6}" y="${y + 13}">${ratio.toFixed(2)}</text>`,
    ].join('\n');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + width + 50} ${height}" width="${left + width + 50}" role="img">`,
    '<title>CPU per request, beside a gateway without telemetry</title>',
    '<style>text { font: 13px system-ui, sans-serif; fill: #1f2733; } @media (prefers-color-scheme: dark) { text { fill: #d9e0ea; } }</style>',
    ...lines,
    '</svg>\n',
  ].join('\n');
}
