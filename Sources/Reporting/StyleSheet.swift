/// Colours on white paper.
let lightColors = """
    --paper:#fff;--ink:#1b1f24;--soft:#57606a;--rule:#e3e6ea;\
    --raised:#f6f7f9;--link:#00598c;--warn:#8a4b00;--warnpaper:#fff7e8;--warnrule:#e69f00;\
    --good:#00694c;--bad:#a8430a;--unsure:#6b5300;\
    --c0:#0072b2;--c1:#d55e00;--c2:#009e73;--c3:#b0578c;--c4:#a87400;--c5:#3d8fc0
    """

/// How drawings look, in a report or alone.
let drawingStyle = """
    svg{display:block;width:100%;height:auto;overflow:visible}
    svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;\
    fill:var(--soft);font-variant-numeric:tabular-nums}
    svg .n,svg .a{fill:var(--ink)}svg .s{font-weight:600}
    svg .k{paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}
    svg .g{stroke:var(--rule)}svg .x{stroke:var(--soft)}
    svg .d{stroke:var(--soft);stroke-dasharray:4 4}
    svg .l{fill:none;stroke-width:2.2;stroke-linejoin:round;stroke-linecap:round}
    svg .l1{stroke-dasharray:7 4}svg .l2{stroke-dasharray:2 5}
    svg .b{opacity:.18}svg .i{stroke:var(--c0);stroke-width:2.4;stroke-linecap:round}
    svg .p,svg .h{fill:var(--c0)}svg .f{fill:var(--soft);opacity:.22}
    """

/// The report's one style sheet. Colours are Okabe and Ito's, which people with colour-vision
/// deficiencies tell apart; the dark set uses the lighter ones.
let styleSheet: HTML = """
    :root{color-scheme:light dark;\(HTML(stringLiteral: lightColors))}
    @media (prefers-color-scheme:dark){:root{--paper:#14171b;--ink:#e7e9ec;--soft:#a3acb7;\
    --rule:#2d333a;--raised:#1c2126;--link:#7cc4ef;--warn:#f2c160;--warnpaper:#2a2211;\
    --warnrule:#b98410;--good:#4fd0a8;--bad:#ff9d5c;--unsure:#e6c65a;--c0:#56b4e9;--c1:#f08a3c;--c2:#2dbf94;--c3:#dd93bb;--c4:#e6b93f;--c5:#9ecff0}}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
    body{margin:0;background:var(--paper);color:var(--ink);overflow-wrap:anywhere;\
    font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
    main,header,footer{max-width:76rem;margin:0 auto;padding:0 clamp(1.1rem,4vw,2.5rem)}
    header{padding-top:clamp(1rem,2vw,1.5rem)}
    .eyebrow{margin:0;color:var(--soft);font-size:.85rem;letter-spacing:.02em}
    h1{font-size:clamp(1.4rem,1.1rem + 1.2vw,1.85rem);line-height:1.2;letter-spacing:-.015em;\
    margin:.1rem 0 .3rem;font-weight:650;text-wrap:balance}
    .lede{font-size:1rem;max-width:none;margin:0 0 .7rem;color:var(--ink)}
    h2{font-size:1.35rem;letter-spacing:-.01em;margin:3.2rem 0 .8rem;padding-top:1.1rem;\
    border-top:1px solid var(--rule);font-weight:650}
    h3{font-size:1.02rem;margin:2rem 0 .5rem;font-weight:650}
    p{max-width:46rem;margin:.5rem 0 1rem}
    a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:.18em}
    small,.small{font-size:.85rem;color:var(--soft)}
    data,.num,td.r,th.r{font-variant-numeric:tabular-nums}
    .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(13.5rem,1fr));gap:1px;\
    background:var(--paper);border:1px solid var(--rule);border-radius:.6rem;overflow:hidden;\
    margin:0 0 1.4rem}
    .card{box-shadow:0 0 0 1px var(--rule);padding:1rem 1.15rem 1.05rem}
    .card .name{font-size:.9rem}
    .card .name a{color:var(--soft);text-decoration:none}
    .card .name a:hover{text-decoration:underline}
    .card .big{font-size:2.15rem;line-height:1.2;font-weight:620;letter-spacing:-.02em}
    .card .range{font-variant-numeric:tabular-nums;color:var(--ink)}
    .card .how{font-size:.8rem;line-height:1.4;color:var(--soft);margin-top:.3rem}
    .warnings{background:var(--warnpaper);border-left:4px solid var(--warnrule);\
    border-radius:.3rem;padding:.8rem 1.1rem;margin:0 0 1.4rem}
    .warnings h2{all:unset;display:block;font-weight:650;color:var(--warn)}
    .warnings ul{margin:.3rem 0 0;padding-left:1.1rem}
    .warnings li{margin:.2rem 0}
    .worries{background:var(--raised);border-left:4px solid var(--c1);border-radius:.3rem;\
    padding:.7rem 1rem;margin:0 0 .6rem}
    .worries h2{all:unset;display:block;font-weight:650}
    .worries ol,.worries ul{margin:.3rem 0 0;padding-left:1.3rem}
    .worries li{margin:.25rem 0}
    .worries li p{margin:.1rem 0 .5rem;font-size:.9rem;color:var(--soft)}
    .worries li summary{font-size:1rem;color:var(--ink)}
    .worries details{margin:0}.worries details.more{margin:.5rem 0 0}
    .first{display:grid;grid-template-columns:minmax(0,1fr) 25rem;gap:0 2.2rem;align-items:start}
    .brief h2,.sixfold h2{all:unset;display:block;font-weight:650;margin:0 0 .5rem}
    .brief dl{margin:0}
    .brief h2.unseen{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
    .qa{display:grid;grid-template-columns:15rem minmax(0,1fr);gap:0 1rem;padding:.36rem 0;line-height:1.42;\
    border-top:1px solid var(--rule)}
    .qa dt{color:var(--soft);font-size:.9rem;padding-left:1.5em;text-indent:-1.5em}.qa dd{margin:0}
    .mark{display:inline-block;width:1.15em;text-indent:0;margin-right:.3em;text-align:center;font-weight:700;\
    color:var(--soft)}
    .good .mark{color:var(--good)}.bad .mark{color:var(--bad)}.unsure .mark{color:var(--unsure)}
    .sixfold{margin:.6rem 0 0}
    .sixfold ul{list-style:none;margin:0;padding:0;display:grid;\
    grid-template-columns:repeat(3,minmax(0,1fr));gap:.5rem 1.6rem}
    .sixfold li{border-top:2px solid var(--rule);padding:.4rem 0 0}
    .sixfold li.good{border-color:var(--good)}.sixfold li.bad{border-color:var(--bad)}
    .sixfold li.unsure{border-color:var(--unsure)}
    .sixfold h3{margin:0 0 .1rem;font-size:.95rem}.sixfold h3 a{color:inherit}
    .sixfold p{margin:0;font-size:.9rem;line-height:1.42}.sixfold p.note{font-size:.82rem}
    section.drawback h2{margin-top:2.4rem}
    p.question{color:var(--soft);margin:-.4rem 0 .4rem}
    p.lead{font-size:1.12rem;margin:.2rem 0 1rem}
    .told{display:grid;grid-template-columns:minmax(0,17rem) minmax(0,1fr);gap:1rem 2.6rem;\
    align-items:start;margin-bottom:1rem}
    .told figure{max-width:34rem}
    .told.alone{display:block}.told.alone .numbers{display:grid;\
    grid-template-columns:repeat(3,minmax(0,1fr));gap:0 2rem}
    .number{border-top:1px solid var(--rule);padding:.5rem 0 .55rem}
    .number .name{font-size:.86rem}.number .name a{color:var(--soft);text-decoration:none}
    .number .name a:hover{text-decoration:underline}
    .number .big{font-size:1.5rem;line-height:1.25;font-weight:620;letter-spacing:-.01em}
    .number .range,.number .how{font-size:.86rem;font-variant-numeric:tabular-nums}
    .number .how{color:var(--soft)}
    .verdict{font-weight:600}span.verdict{display:block;font-size:.86rem}
    details.fold{border-top:1px solid var(--rule);margin:0;padding:.1rem 0}
    details.fold>summary{padding:.35rem 0;font-size:.92rem;color:var(--link)}
    details.fold>summary h2{display:inline;border:0;margin:0;padding:0;font-size:1.02rem;color:var(--ink)}
    .rest{margin-top:2.6rem}
    .notes{margin:-.4rem 0 1rem}
    table.six{margin:0 0 1.4rem;overflow-wrap:anywhere}
    table.six tbody th,table.six tbody td{overflow-wrap:anywhere}
    table.six .measured{margin:0 0 .15rem}
    table.six .what{color:var(--soft)}
    table.six .what a{color:inherit;text-decoration:none}
    code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.86rem;\
    overflow-wrap:anywhere}
    nav{font-size:.92rem;margin:0}
    nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.15rem;margin:0;padding:0}
    dl.facts{display:grid;grid-template-columns:minmax(8rem,15rem) 1fr;margin:.6rem 0}
    dl.facts>*{border-bottom:1px solid var(--rule);padding:.45rem 0;margin:0}
    dl.facts dt{color:var(--soft);padding-right:1.4rem}
    dl.facts dd.open{color:var(--soft);font-style:italic;font-size:.9rem}
    dl.facts dd.open code{font-style:normal}
    .scroll{overflow-x:auto;margin:.6rem 0 1rem}
    .scroll:focus-visible{outline:2px solid var(--link);outline-offset:2px}
    table{border-collapse:collapse;width:100%;font-size:.94rem;overflow-wrap:normal}
    caption{text-align:left;color:var(--soft);font-size:.85rem;padding-bottom:.4rem}
    th,td{text-align:left;padding:.45rem 1.4rem .45rem 0;border-bottom:1px solid var(--rule);\
    vertical-align:top}
    thead th{font-weight:550;color:var(--soft);font-size:.85rem;vertical-align:bottom}
    tbody th{font-weight:500;min-width:7.5rem;max-width:22rem;overflow-wrap:anywhere}
    tbody td{overflow-wrap:break-word}
    td.r,th.r{text-align:right}
    td.nowrap{white-space:nowrap}
    .note{display:block;font-size:.82rem;color:var(--soft);font-weight:400}
    table.groups th,table.groups td{min-width:6.4rem}
    table.groups tbody th,table.groups thead th:first-child{position:sticky;left:0;\
    background:var(--paper);min-width:7rem;max-width:14rem;padding-right:1rem}
    table.groups td small{display:block;white-space:nowrap}
    .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,25rem),1fr));\
    gap:2.4rem 3rem;align-items:start}
    figure{margin:0;min-width:0;max-width:33rem;break-inside:avoid}
    figure h3{margin:0 0 .15rem}
    figcaption{font-size:.9rem;color:var(--soft);margin-bottom:.7rem}
    \(HTML(stringLiteral: drawingStyle))
    table.heat{width:auto;min-width:19rem}
    table.heat tbody th{min-width:4rem}
    table.heat td{text-align:right;padding:.55rem .9rem;min-width:5.4rem;border:1px solid var(--paper);\
    background:color-mix(in srgb,var(--c1) var(--share,0%),var(--raised));\
    font-variant-numeric:tabular-nums}
    table.heat td.ok{background:color-mix(in srgb,var(--c0) var(--share,0%),var(--raised))}
    table.heat thead td{background:none}
    table.heat th{border:0;padding-right:.9rem}
    table.heat thead th{text-align:right}
    table.heat td small{display:block;color:inherit}
    details{margin:.6rem 0}
    summary{cursor:pointer;color:var(--soft);font-size:.85rem}
    details table{font-size:.85rem}
    pre{background:var(--raised);border-radius:.4rem;padding:.9rem 1.1rem;margin:.6rem 0 1rem;\
    overflow-x:auto;white-space:pre-wrap;font:.9rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
    dl.glossary dt{font-weight:600;margin-top:1.1rem;scroll-margin-top:1rem}
    dl.glossary dt:target{background:var(--warnpaper)}
    dl.glossary dd{margin:.1rem 0 0;max-width:50rem}
    .formula{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.88rem}
    footer{color:var(--soft);font-size:.85rem;margin-top:3rem;padding-bottom:3rem}
    @media (max-width:56rem){
    .first,.told{display:block}.sixfold ul{grid-template-columns:1fr 1fr}
    .qa{grid-template-columns:1fr;gap:.1rem}}
    @media (max-width:40rem){
    .sixfold ul{grid-template-columns:1fr}.told.alone .numbers{grid-template-columns:1fr}
    .number{display:grid;grid-template-columns:1fr 1fr;gap:0 1rem;align-items:baseline}
    .number .big{font-size:1.2rem;text-align:right}
    table.stack td.verdict{color:var(--ink);font-size:.95rem}
    table.stack td:empty{display:none}
    dl.facts{grid-template-columns:1fr}
    dl.facts dt{border:0;padding-bottom:0;font-size:.85rem}dl.facts dd{padding-top:0}
    .cards{grid-template-columns:1fr 1fr}.card{padding:.8rem .85rem}.card .big{font-size:1.7rem}
    .card:last-child:nth-child(odd){grid-column:1/-1}
    th,td{padding-right:.8rem}table{font-size:.88rem}tbody th{min-width:6rem}
    table.six thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
    table.six,table.six tbody{display:block}
    table.six tr{display:block;padding:.6rem 0;border-bottom:1px solid var(--rule)}
    table.six th,table.six td{display:block;border:0;padding:0 0 .2rem;max-width:none}
    table.six td.empty{display:none}
    table.six td[data-label]::before{content:attr(data-label) " ";font-size:.82rem;color:var(--soft)}
    table.stack thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
    table.stack,table.stack tbody{display:block}
    table.stack tr{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1.2fr);gap:0 1rem;padding:.55rem 0;\
    border-bottom:1px solid var(--rule)}
    table.stack th,table.stack td{border:0;padding:0;min-width:0;max-width:none}
    table.stack td{font-size:.85rem;color:var(--soft);overflow-wrap:anywhere;white-space:normal}
    table.stack td.value{font-size:1rem;color:var(--ink);font-weight:600}
    table.stack td:nth-child(odd){text-align:left}table.stack td:nth-child(even){text-align:right}
    table.stack td[data-label]::before{content:attr(data-label) " "}
    }
    @media print{:root{color-scheme:light;--paper:#fff;--ink:#000;--soft:#444;--rule:#ccc;\
    --raised:#f3f3f3;--link:#000;--good:#00694c;--bad:#a8430a;--unsure:#6b5300;--warn:#000;--warnpaper:#fff;--c0:#0072b2;--c1:#d55e00;--c2:#009e73}
    body{font-size:10.5pt}nav{display:none}h2{break-after:avoid;margin-top:1.6rem}
    details::details-content{display:block;content-visibility:visible;block-size:auto;opacity:1}
    p.question,p.lead{break-after:avoid}summary{list-style:none;color:#000;font-weight:600}summary::-webkit-details-marker{display:none}
    .told{display:grid;grid-template-columns:14rem 1fr}.first{display:block}
    .card,tr,figure,.warnings{break-inside:avoid}.scroll{overflow:visible}
    .figures{grid-template-columns:1fr 1fr;gap:1.4rem}
    a{text-decoration:none}}
    """
