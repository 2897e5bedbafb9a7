package format

func (h *htmlWriter) lives(lives []htmlLife) {
	if len(lives) == 0 {
		return
	}
	h.add(`
<section id="lives" aria-labelledby="lives-title">
<h2 id="lives-title">Lives of resources</h2>
<p>The upper lane is what the timestamps of a resource tell, the lower lane is what its responses showed, and ✗ marks what contradicts. More time takes more room, but not in proportion: seconds and days are both to be seen.</p>`)
	for i := range lives {
		h.life(&lives[i])
	}
	h.add("\n</section>\n")
}

func (h *htmlWriter) life(l *htmlLife) {
	h.add("\n<article class=\"life\" data-resource=\"%s\">\n<h3><code>%s</code></h3>", l.ID, l.ID)
	if l.Timeline != nil {
		h.timeline(l.Timeline)
	} else {
		h.add("\n<p>No time is known of it.</p>")
	}
	h.lifeFindings(l.Findings)
	h.add(`
<details><summary>As a table</summary>
<table><caption>Timestamps</caption><thead><tr><th scope="col">member</th><th scope="col">time</th><th scope="col">begins</th></tr></thead><tbody>`)
	for _, t := range l.Timestamps {
		h.add("<tr><td><code>%s</code></td><td>%s</td><td>%s</td></tr>", t.Pointer, utc(t.Time), t.State)
	}
	h.add(`</tbody></table>
<table><caption>Responses</caption><thead><tr><th scope="col">time</th><th scope="col">state</th><th scope="col">where</th></tr></thead><tbody>`)
	for _, o := range l.Observations {
		at := "unknown"
		if !o.Time.IsZero() {
			at = utc(o.Time)
		}
		h.add("<tr><td>%s</td><td>%s</td><td><code>%s", at, o.State, o.File)
		if o.Line != 0 {
			h.add(":%s", o.Line)
		}
		h.add("</code> (entry %s)</td></tr>", o.Entry)
	}
	h.add(`</tbody></table>
</details>
</article>`)
}

func (h *htmlWriter) lifeFindings(all []block) {
	if len(all) == 0 {
		return
	}
	h.add("\n<ul class=\"found\">")
	for _, b := range all {
		h.add("\n<li><span class=\"severity %s\">%s</span> %s:", b[0].Severity, b[0].Severity, b[0].Rule)
		for i, f := range b {
			if i > 0 {
				h.add(",")
			}
			h.add(` <a href="#%s">%s</a>`, anchor(f), labelOf(f))
		}
		h.add("</li>")
	}
	h.add("\n</ul>")
}

// timeline draws lanes of states, and lines at what contradicts.
func (h *htmlWriter) timeline(t *timeline) {
	h.add(`
<div class="scroll" tabindex="0" role="group" aria-label="timeline; the table below says the same">
<svg width="%s" height="%s" viewBox="0 0 %s %s" aria-hidden="true">
<g transform="translate(0 %s)">
<text class="caption" x="0" y="19">timestamps tell</text><text class="caption" x="0" y="%s">responses showed</text>`,
		t.Width, t.Height(), t.Width, t.Height(), t.Top(), t.SeenTop()+15)
	for _, b := range t.Told {
		h.add("\n<rect class=\"told\" x=\"%s\" y=\"4\" width=\"%s\" height=\"22\" rx=\"3\"/>", b.X, b.Width)
	}
	for _, b := range t.Seen {
		h.add("\n<rect class=\"seen\" x=\"%s\" y=\"%s\" width=\"%s\" height=\"22\" rx=\"3\"/>", b.X, t.SeenTop(), b.Width)
	}
	for _, k := range t.Ticks {
		h.add("\n<line class=\"tick\" x1=\"%s\" x2=\"%s\" y1=\"0\" y2=\"%s\"/>", k.X, k.X, k.LabelY()-7)
	}
	h.add("\n</g>")
	for _, m := range t.Marks() {
		h.add("\n<line class=\"fault\" x1=\"%s\" x2=\"%s\" y1=\"%s\" y2=\"%s\"/>", m.X, m.X, m.Y()+3, t.Height())
	}
	h.add("\n<g transform=\"translate(0 %s)\">", t.Top())
	for _, b := range t.Told {
		h.bar(b, "told", 4, 5)
	}
	for _, b := range t.Seen {
		h.bar(b, "seen", t.SeenTop(), 9)
	}
	for _, k := range t.Ticks {
		h.add("\n<text class=\"tick\" x=\"%s\" y=\"%s\">%s</text>", k.X+3, k.LabelY(), k.Label)
	}
	for _, d := range t.Dots {
		h.add("\n<circle class=\"dot\" cx=\"%s\" cy=\"%s\" r=\"4\"><title>%s, %s</title></circle>", d.X, t.SeenTop()+11, d.Label, utc(d.Time))
	}
	h.add("\n</g>")
	for _, m := range t.Marks() {
		h.add("\n<text class=\"fault\" x=\"%s\" y=\"%s\">✗ %s</text>", m.X, m.Y(), m.Rules())
	}
	h.add("\n</svg>\n</div>")
}

// bar adds the name of a state, cut to the width of its bar.
func (h *htmlWriter) bar(b bar, class string, y, x int) {
	label := b.State
	if b.Open {
		label += " …"
	}
	h.add("\n<svg x=\"%s\" y=\"%s\" width=\"%s\" height=\"22\"><title>%s</title><text class=\"%s\" x=\"%s\" y=\"15\">%s</text></svg>", b.X, y, b.Width, b.State, class, x, label)
}
