// Colours are variables, so that dark mode and paper only set them anew.
#include "migrate/report/html_style.hpp"

namespace migrate::report {

const char* const html_style = R"css(
:root { color-scheme: light dark; --bg: #f6f7f9; --card: #fff; --ink: #1c2330; --soft: #5b6577; --line: #e1e5ec;
  --ok: #13794a; --ok-bg: #e3f5eb; --bad: #b3261e; --bad-bg: #fdeaea; --warn: #8a5a00; --warn-bg: #fff3d6;
  --accent: #2f5fd0; --accent-bg: #e6edfc; --code: #f1f3f7; --bar: #7c9cf0; --heavy: #d9573f; --medium: #d99a2b; }
@media (prefers-color-scheme: dark) { :root { --bg: #12161d; --card: #1a2029; --ink: #e6eaf1; --soft: #9aa6b8;
  --line: #2c3542; --ok: #5fd39a; --ok-bg: #12352a; --bad: #ff9088; --bad-bg: #45201f; --warn: #f0c265;
  --warn-bg: #3d2f10; --accent: #8fb0ff; --accent-bg: #1d2c4d; --code: #11161d; --bar: #5679d6; --heavy: #e0705b;
  --medium: #d9a440; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue",
  "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
main { max-width: 64rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
header { padding: .5rem 0 1rem; }
h1 { font-size: clamp(1.4rem, 4.5vw, 2.1rem); line-height: 1.2; margin: .5rem 0 .4rem; letter-spacing: -.01em; }
h2 { font-size: 1.2rem; margin: 0 0 .9rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 .4rem; }
p { margin: .3rem 0 .7rem; }
.soft { color: var(--soft); }
.small { font-size: .86rem; }
.pill { display: inline-block; border-radius: 99px; padding: .1rem .7rem; font-weight: 600; font-size: .86rem;
  background: var(--accent-bg); color: var(--accent); white-space: nowrap; }
.pill.ok { background: var(--ok-bg); color: var(--ok); }
.pill.bad { background: var(--bad-bg); color: var(--bad); }
.pill.warn { background: var(--warn-bg); color: var(--warn); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 1.2rem; margin: 1rem 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .7rem; margin: 1rem 0; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: .8rem 1rem; }
.tile b { display: block; font-size: 1.25rem; line-height: 1.3; }
.tile span { color: var(--soft); font-size: .84rem; }
.verdict { border-left: 6px solid var(--ok); }
.verdict.bad { border-left-color: var(--bad); }
.verdict h2 { margin-bottom: .3rem; }
ul { margin: .3rem 0 .7rem; padding-left: 1.2rem; }
ul.checks { list-style: none; padding: 0; margin: 0; }
ul.checks > li { display: grid; grid-template-columns: 1.6rem 1fr; gap: .2rem .4rem; padding: .5rem 0;
  border-top: 1px solid var(--line); }
ul.checks > li:first-child { border-top: 0; }
ul.checks > li > * { grid-column: 2; }
ul.checks > li > .mark { grid-column: 1; grid-row: 1; }
.mark { font-weight: 700; }
.mark.ok { color: var(--ok); } .mark.bad { color: var(--bad); } .mark.open { color: var(--soft); }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .84rem; }
code { background: var(--code); border-radius: 5px; padding: .08rem .3rem; }
pre { background: var(--code); border: 1px solid var(--line); border-radius: 8px; padding: .7rem .8rem; margin: .3rem 0 .6rem;
  overflow-x: auto; white-space: pre-wrap; }
pre.wide { white-space: pre; overflow-wrap: normal; }
details > summary { cursor: pointer; color: var(--accent); font-size: .84rem; }
.offending { margin: .2rem 0; padding: .4rem .7rem; background: var(--bad-bg); border-radius: 8px; list-style: none; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; }
th { text-align: left; color: var(--soft); font-weight: 600; }
th, td { padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.diff { display: grid; grid-template-columns: 1fr 1fr; gap: .6rem; }
.diff > div { display: flex; flex-direction: column; min-width: 0; } .diff pre { margin: 0; flex: 1; }
.change { padding: .2rem 0 1.1rem; border-top: 1px solid var(--line); } .change:first-of-type { border-top: 0; }
.change h3 { margin-top: .8rem; } .change details { margin-top: .5rem; }
.diff .old { border-left: 4px solid var(--bad); } .diff .new { border-left: 4px solid var(--ok); }
.time { display: grid; gap: .1rem; }
.statement { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .1rem .8rem; padding: .45rem 0;
  border-top: 1px solid var(--line); }
.statement:first-child { border-top: 0; }
.statement code { background: none; padding: 0; display: block; max-height: 8.5em; overflow: hidden; white-space: pre-wrap; }
.statement .figures { text-align: right; font-size: .82rem; color: var(--soft); white-space: nowrap;
  font-variant-numeric: tabular-nums; }
.statement .figures b { color: var(--ink); display: block; }
.statement .under { grid-column: 1 / -1; display: flex; gap: .6rem; align-items: center; font-size: .78rem; color: var(--soft); flex-wrap: wrap; }
.lock { border-radius: 4px; padding: 0 .35rem; background: var(--accent-bg); color: var(--accent); font-weight: 600; font-size: .72rem; }
.lock.heavy { background: var(--bad-bg); color: var(--bad); } .lock.medium { background: var(--warn-bg); color: var(--warn); }
.graph { overflow-x: auto; }
.graph svg { display: block; margin: 0 auto; max-width: none; }
.graph text { fill: var(--ink); font: 13px system-ui, "DejaVu Sans", sans-serif; }
.graph .id { font: 600 13px ui-monospace, "DejaVu Sans Mono", monospace; }
.graph .soft { fill: var(--soft); font-size: 12px; }
.phases svg { width: 100%; height: auto; display: block; border-radius: 6px; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin-top: .5rem; font-size: .86rem; }
.legend i { display: inline-block; width: .75rem; height: .75rem; border-radius: 3px; margin-right: .4rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; }
.todo { list-style: none; padding-left: 0; }
.todo li::before { content: "☐  "; color: var(--soft); }
footer { color: var(--soft); font-size: .84rem; margin-top: 1.5rem; }
@media (max-width: 40rem) { .tiles { grid-template-columns: 1fr 1fr; } .diff { grid-template-columns: 1fr; } section { padding: 1rem .9rem; border-radius: 12px; }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; } }
@media print { :root { --bg: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --code: #fff; --ok: #0a5c36;
  --ok-bg: #fff; --bad: #8c1d18; --bad-bg: #fff; --warn: #6b4600; --warn-bg: #fff; --accent: #223e8a; --accent-bg: #fff; }
  body { font-size: 10.5pt; } main { max-width: none; padding: 0; } section, .tile { border-radius: 0; }
  .statement, li, tr, .tile { break-inside: avoid; } h2, h3 { break-after: avoid; } pre, pre.wide { white-space: pre-wrap; }
  .statement code { max-height: none; } }
)css";

}  // namespace migrate::report
