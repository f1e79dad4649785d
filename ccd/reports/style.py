"""The look of a report's page: sober, for the screen and for A4 across."""

from __future__ import annotations

__all__ = ["STYLE"]

STYLE = """
:root { color-scheme: light; --ink: #1c2733; --soft: #5d6b7a; --line: #d5dbe2; --fill: #f3f5f8;
  --main: #2f5f8f; --bad: #b3402f; --good: #3f7f5f; }
* { box-sizing: border-box; }
body { font: 9.5pt/1.45 "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC",
  "WenQuanYi Zen Hei", "Segoe UI", Arial, sans-serif; color: var(--ink); background: #fff;
  max-width: 277mm; margin: 8mm auto; padding: 0 4mm; font-variant-numeric: tabular-nums; }
header { border-bottom: 2.5pt solid var(--main); padding-bottom: 3mm; margin-bottom: 4mm; }
h1 { font-size: 19pt; line-height: 1.2; margin: 0; font-weight: 600; }
h1 small { font-size: 13pt; font-weight: 400; color: var(--main); margin-left: 3mm; }
header p { margin: 1mm 0 0; color: var(--soft); }
.revised { display: inline-block; color: var(--bad); border: 1pt solid var(--bad); border-radius: 2pt;
  padding: 0 2mm; font-weight: 600; }
h2 { font-size: 13pt; margin: 8mm 0 1mm; color: var(--main); font-weight: 600; }
h3 { font-size: 10pt; margin: 4mm 0 1mm; font-weight: 600; }
h2, h3, .origin { break-after: avoid; }
.origin, .note { color: var(--soft); font-size: 8.5pt; margin: 0 0 2mm; }
.gaps { border: 1pt solid #d9b36c; border-left-width: 4pt; background: #fdf8ec; padding: 2mm 4mm; }
.gaps h2 { color: #7a5510; font-size: 11pt; margin: 0; } .gaps ul { margin: 1mm 0 0; padding-left: 5mm; }
.whole { border-left: 4pt solid var(--good); background: #f1f8f4; padding: 2mm 4mm; margin: 0; }
.tiles { display: flex; gap: 3mm; margin: 4mm 0; break-inside: avoid; }
.tile { flex: 1; border: 1pt solid var(--line); border-top: 2.5pt solid var(--main); padding: 2mm 3mm; }
.tile b { display: block; font-size: 16pt; line-height: 1.25; font-weight: 600; }
.tile span { color: var(--soft); font-size: 8.5pt; }
table { border-collapse: collapse; width: 100%; font-size: 8.5pt; }
thead { display: table-header-group; } tfoot { display: table-row-group; }
tr { break-inside: avoid; }
th, td { border-bottom: 0.5pt solid var(--line); padding: 0.9mm 1.4mm; text-align: right;
  vertical-align: top; }
th { background: var(--fill); font-weight: 600; color: #3b4856; line-height: 1.25; vertical-align: bottom;
  border-bottom: 1pt solid #aab4c0; }
td.share { white-space: nowrap; }
th.who, td.who { text-align: left; word-break: keep-all;
  overflow-wrap: break-word; max-width: 45mm; }
.people table { font-size: 8pt; } .people th, .people td { padding: 0.8mm 1mm; }
.people svg.bar { display: none; } td.code { text-align: left;
  white-space: nowrap; color: var(--soft); }
td.none { color: #a9b3bd; } td.bad { color: var(--bad); font-weight: 600; }
tfoot td { font-weight: 600; border-top: 1pt solid #7b8794; background: var(--fill); }
tr.others td { color: var(--soft); font-style: italic; }
svg.bar { margin-right: 1.5mm; vertical-align: 0.5mm; }
svg.days { display: block; width: 100%; height: auto; }
.days text { font-size: 8px; fill: #5d6b7a; } .legend { color: var(--soft); font-size: 8.5pt; }
.legend i { display: inline-block; width: 3mm; height: 3mm; margin: 0 1mm 0 4mm; vertical-align: -0.4mm; }
footer { margin-top: 8mm; border-top: 0.5pt solid var(--line); padding-top: 2mm; color: var(--soft);
  font-size: 8.5pt; }
@page { size: A4 landscape; margin: 12mm 10mm 14mm; }
@media print { body { margin: 0; max-width: none; padding: 0; print-color-adjust: exact;
  -webkit-print-color-adjust: exact; } }
"""
