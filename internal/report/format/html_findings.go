package format

import (
	"strings"

	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
)

func (h *htmlWriter) findings(p *htmlPage) {
	h.add(`<section aria-labelledby="findings-title">
<h2 id="findings-title">Findings</h2>
`)
	switch {
	case len(p.Findings) > 0:
		h.filters(p)
	case p.Summary.Checked > 0 || p.Comparison != nil:
		h.add("<p>There are no findings.</p>\n")
	default:
		h.add("<p>Nothing was checked.</p>\n")
	}
	if n := p.Summary.Omitted; n > 0 {
		h.add("<p>Counted above but not in this report (--max-findings): %s.</p>\n", textfmt.Count(n, "finding"))
	}
	var many markup
	if len(p.Findings) > 300 {
		many = ` class="many"`
	}
	h.add(`<div id="findings"%s>`, many)
	for i := range p.Blocks {
		h.block(&p.Blocks[i])
	}
	h.add(`
</div>
<p id="none" hidden>No finding fits these filters.</p>
</section>
`)
}

func (h *htmlWriter) filters(p *htmlPage) {
	h.add(`<details id="filter-bar">
<summary><span>Filter</span> <output id="count" role="status" aria-live="polite">%s</output></summary>
<form id="filters" aria-label="Filter the findings">
`, textfmt.Count(len(p.Findings), "finding"))
	for _, f := range p.Filters {
		h.add(`  <label>%s <select name="%s"><option value="">all</option>`, f.Name, f.Name)
		for _, v := range f.Values {
			h.add(`<option value="%s">%s</option>`, v, v)
		}
		h.add("</select></label>\n")
	}
	h.add(`  <label>resource <input type="search" name="resource" list="resources" placeholder="id, or a part of it" autocomplete="off" spellcheck="false"></label>
  <datalist id="resources">`)
	for _, id := range p.Resources {
		h.add(`<option value="%s">`, id)
	}
	h.add(`</datalist>
  <button type="reset">Show all</button>
</form>
</details>
`)
}

func (h *htmlWriter) block(b *htmlBlock) {
	first := &b.Findings[0]
	if len(b.Findings) == 1 {
		h.add("\n<article id=\"%s\" class=\"finding %s\" ", first.Anchor, first.Grade())
		h.data(first)
		h.add(" aria-labelledby=\"%s-t\" tabindex=\"-1\">\n<h3 id=\"%s-t\">", first.Anchor, first.Anchor)
		h.title(first)
		if first.Pointer != "" {
			h.add(" <code>%s</code>", first.Pointer)
		}
		h.add(": %s ", first.Message)
		h.link(first)
		h.add("</h3>\n<div class=\"body\">\n")
		h.occurrences(first)
	} else {
		h.add("\n<article class=\"block %s\" aria-labelledby=\"%s-b\">\n<h3 id=\"%s-b\">", first.Grade(), first.Anchor, first.Anchor)
		h.title(first)
		h.add(" %s: %s</h3>\n<div class=\"body\">\n<p class=\"place\">found %s</p>", textfmt.Count(len(b.Findings), "finding"), first.Message, times(b.Count))
		for i := range b.Findings {
			h.ofBlock(&b.Findings[i], i == 0)
		}
	}
	h.add("\n")
	h.rule(b)
	h.add("\n</div>\n</article>")
}

// ofBlock adds one of several findings of a block.
func (h *htmlWriter) ofBlock(f *htmlFinding, isOpen bool) {
	var open markup
	if isOpen {
		open = " open"
	}
	h.add("\n<details id=\"%s\" class=\"finding %s\" ", f.Anchor, f.Grade())
	h.data(f)
	h.add(" tabindex=\"-1\"%s>\n<summary><code>%s</code> <span class=\"context\">%s</span> ", open, f.Row.Label, f.Row.Text)
	h.link(f)
	h.add("</summary>\n")
	h.occurrences(f)
	h.add("\n</details>")
}

// data adds the attributes that the filters look at.
func (h *htmlWriter) data(f *htmlFinding) {
	list := func(all []string) {
		for _, s := range all {
			h.add("%s\n", s)
		}
	}
	h.add(`data-severity="%s" data-rule="%s" data-operation="`, f.Grade(), f.Finding.Rule)
	list(f.Names())
	h.add(`" data-resource="`)
	list(f.Resources)
	h.add(`"`)
}

func (h *htmlWriter) title(f *htmlFinding) {
	h.add(`<span class="severity">%s</span> <code class="rule">%s</code>`, strings.TrimSpace(f.Standing()+" "+f.Severity), f.Finding.Rule)
}

func (h *htmlWriter) link(f *htmlFinding) {
	h.add(`<a class="link" href="#%s" aria-label="link to this finding">#</a>`, f.Anchor)
}

func (h *htmlWriter) occurrences(f *htmlFinding) {
	for i := range f.Occurrences {
		if i == 1 {
			h.add("\n<details><summary>%s", textfmt.Count(len(f.Occurrences)-1, "more occurrence"))
			if f.Count > len(f.Occurrences) {
				h.add(" of %s", textfmt.Number(f.Count-1))
			}
			h.add("</summary>")
		}
		h.occurrence(f.Finding, &f.Occurrences[i])
	}
	if len(f.Occurrences) > 1 {
		h.add("\n</details>")
	}
	h.add("\n<dl>")
	if place := describedAt(f.Finding); place != "" {
		h.add("<dt>described in</dt><dd><code>%s</code></dd>", place)
	}
	h.add("<dt>count</dt><dd>%s in %s</dd>", times(f.Count), textfmt.Count(f.Files, "file"))
	for _, s := range spread(f.Finding) {
		h.add("<dt>%s</dt><dd>%s</dd>", s.What, s.Text)
	}
	for _, note := range acceptanceNotes(f.Finding) {
		h.add("<dt>baseline</dt><dd>%s</dd>", note)
	}
	h.add("</dl>")
}

func (h *htmlWriter) occurrence(f *report.Finding, o *report.Occurrence) {
	h.add("\n<p class=\"place\"><code>%s</code>", placeText(o))
	if o.Line != 0 && o.Entry != 0 {
		h.add(" (entry %s)", o.Entry)
	}
	if text := origin(f, o); text != "" {
		h.add(" <span class=\"context\">%s</span>", text)
	}
	h.add("</p>")
	if o.Excerpt != nil {
		before, marked, after := split(o.Excerpt)
		if marked == "" {
			marked = " " // there is something to see, all the same
		}
		h.add("\n<pre tabindex=\"0\"><code>%s<mark>%s</mark>%s</code></pre>", before, marked, after)
	}
	if o.Found == "" && o.Allowed == "" {
		return
	}
	h.add("\n<dl>")
	if o.Found != "" {
		h.add("<dt>found</dt><dd><code>%s</code></dd>", o.Found)
	}
	if o.Allowed != "" {
		h.add("<dt>allowed</dt><dd><code>%s</code></dd>", o.Allowed)
	}
	h.add("</dl>")
}

func (h *htmlWriter) rule(b *htmlBlock) {
	if b.Remedy != "" {
		h.add("\n<dl><dt>fix</dt><dd>%s</dd></dl>", b.Remedy)
	}
	if b.Rule.Text != "" {
		h.add("\n<details><summary>About the rule</summary><p class=\"text\">")
		for i, line := range strings.Split(b.Rule.Text, "\n") {
			if i > 0 {
				h.add("\n")
			}
			h.add("%s", line)
		}
		h.add("</p></details>")
	}
}

// drift is a table of where responses and description differ.
func (h *htmlWriter) drift(findings []htmlFinding) {
	if len(findings) == 0 {
		return
	}
	h.add(`
<section id="drift" aria-labelledby="drift-title">
<h2 id="drift-title">Drift</h2>
<p>Where responses and description differ in a way that tolerant clients survive.</p>
<div class="scroll" tabindex="0" role="group" aria-label="table of the drift"><table>
<thead><tr><th scope="col">where</th><th scope="col">what</th><th scope="col">rule</th><th scope="col" class="n">found</th><th scope="col" class="n">files</th></tr></thead><tbody>`)
	for i := range findings {
		f := &findings[i]
		h.add("\n<tr><td>")
		if f.Pointer != "" {
			h.add("<code>%s</code>", f.Pointer)
		} else {
			h.add("the response")
		}
		if name := f.Operation(); name != "" {
			h.add(" in %s", name)
		}
		h.add("</td><td>%s", f.Message)
		if standing := f.Standing(); standing != "" {
			h.add(" (%s)", standing)
		}
		h.add(`</td><td><a href="#%s">%s</a></td><td class="n">%s</td><td class="n">%s</td></tr>`, f.Anchor, f.Finding.Rule, textfmt.Number(f.Count), textfmt.Number(f.Files))
	}
	h.add("</tbody></table></div>\n</section>\n")
}
