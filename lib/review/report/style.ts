/** The style sheet of the page. It names no file, no font and no address. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --text: #1f2328; --soft: #4d5560; --line: #c9d1d9; --box: #f3f5f8; --link: #0550ae;
  --good: #116329; --bad: #a40e26; --open: #7d4e00; --good-fill: #dafbe1; --bad-fill: #ffebe9; --open-fill: #fff8c5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1117; --text: #e6edf3; --soft: #a9b4c0; --line: #3d444d; --box: #161b22; --link: #79b8ff;
    --good: #56d364; --bad: #ff9a92; --open: #e3b341; --good-fill: #12261e; --bad-fill: #301517; --open-fill: #2b2110;
  }
}
* { box-sizing: border-box; }
html { background: var(--page); }
body {
  margin: 0 auto; max-width: 76rem; padding: 1.5rem 1rem 4rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, "Segoe UI", "Liberation Sans", "DejaVu Sans", sans-serif;
}
h1, h2, h3, h4 { line-height: 1.25; margin: 2rem 0 .75rem; overflow-wrap: anywhere; }
h1 { font-size: 1.8rem; margin-top: 0; }
h2 { font-size: 1.4rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
h3 { font-size: 1.15rem; }
h4 { font-size: 1rem; }
p { max-width: 52rem; overflow-wrap: anywhere; }
li { max-width: 52rem; overflow-wrap: anywhere; }
a { color: var(--link); text-decoration: underline; }
a:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
code, pre { font: .875em/1.45 ui-monospace, "Liberation Mono", "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
pre { background: var(--box); border: 1px solid var(--line); border-radius: 6px; padding: .75rem; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
caption { text-align: left; color: var(--soft); padding: .25rem 0; }
th, td { border: 1px solid var(--line); padding: .4rem .6rem; text-align: left; vertical-align: top; overflow-wrap: break-word; }
thead th { background: var(--box); }
tbody th { font-weight: 600; }
.wide { overflow-x: auto; margin: 1rem 0; }
.good { color: var(--good); } .bad { color: var(--bad); } .open, .warning { color: var(--open); }
.good, .bad, .open, .warning, .hand { font-weight: 600; }
td .good, td .bad, td .open, td .warning, td .hand { white-space: nowrap; }
td:last-child { min-width: 13.5rem; }
svg.diagram { display: block; height: auto; min-width: 48rem; max-width: 100%; font: 12px system-ui, "Segoe UI", "Liberation Sans", "DejaVu Sans", sans-serif; }
svg text { fill: var(--text); font-weight: 400; }
svg text.strong { font-weight: 700; }
svg text.code { font: 11px ui-monospace, "Liberation Mono", "DejaVu Sans Mono", monospace; }
svg text.good { fill: var(--good); font-weight: 600; } svg text.bad { fill: var(--bad); font-weight: 600; }
svg text.open { fill: var(--open); font-weight: 600; }
svg .place { fill: var(--box); stroke: var(--line); } svg .end { fill: var(--box); stroke: var(--soft); }
svg .lane { fill: none; stroke-width: 3; }
svg .lane.good { stroke: var(--good); } svg .lane.open { stroke: var(--open); stroke-dasharray: 7 4; }
svg .lane.dead { stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 2 5; }
svg .point.good { fill: var(--good); } svg .point.open { fill: var(--open); }
svg .mark circle { stroke-width: 1.5; } svg .sign { fill: none; stroke-width: 2; stroke-linecap: round; }
svg .mark.good circle { fill: var(--good-fill); stroke: var(--good); } svg .mark.good .sign { stroke: var(--good); }
svg .mark.bad circle { fill: var(--bad-fill); stroke: var(--bad); } svg .mark.bad .sign { stroke: var(--bad); }
svg .mark.open circle { fill: var(--open-fill); stroke: var(--open); } svg .mark.open .sign { stroke: var(--open); }
svg .mark.beyond circle { fill: var(--page); stroke-dasharray: 2 2; }
@media print {
  :root {
    color-scheme: light;
    --page: #ffffff; --text: #000000; --soft: #444444; --line: #999999; --box: #f3f5f8; --link: #000000;
    --good: #116329; --bad: #a40e26; --open: #7d4e00; --good-fill: #dafbe1; --bad-fill: #ffebe9; --open-fill: #fff8c5;
  }
  body { max-width: none; padding: 0; font-size: 10pt; }
  .wide { overflow: visible; }
  svg.diagram { min-width: 0; width: 100%; }
  nav { display: none; }
  tr, svg.diagram, pre { break-inside: avoid; }
  h1, h2, h3, h4, caption { break-after: avoid; }
  thead { display: table-header-group; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
@page { margin: 15mm; }
`;
