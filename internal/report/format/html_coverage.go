package format

import (
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
)

func (h *htmlWriter) coverage(r *report.Report) {
	h.add(`
<section id="coverage" aria-labelledby="coverage-title">
<h2 id="coverage-title">Coverage</h2>
<p>What of the description the run has seen: what was never seen is not proved.</p>
<div class="scroll" tabindex="0" role="group" aria-label="tables of the coverage">
<table><caption>Operations</caption><thead><tr><th scope="col">operation</th><th scope="col">path</th><th scope="col" class="n">exchanges</th><th scope="col">statuses</th></tr></thead><tbody>`)
	for _, op := range seenOperations(r.Coverage, true) {
		h.add("\n<tr><td>%s</td><td><code>%s %s</code></td><td class=\"n\">%s</td><td>", op.Operation, op.Method, op.Path, textfmt.Number(op.Count))
		for _, s := range op.Statuses {
			h.add(`<span class="value">%s: %s`, s.Status, seenText(s.Count))
			if s.Described == "" {
				h.add(" (not described)")
			}
			h.add("</span> ")
		}
		h.add("</td></tr>")
	}
	for _, op := range seenOperations(r.Coverage, false) {
		h.add("\n<tr><td>%s</td><td><code>%s %s</code></td><td class=\"n\">never seen</td><td></td></tr>", op.Operation, op.Method, op.Path)
	}
	h.add(`</tbody></table>
<table><caption>Documented members</caption><thead><tr><th scope="col">schema</th><th scope="col">member</th><th scope="col" class="n">seen</th><th scope="col" class="n">null</th></tr></thead><tbody>`)
	for _, m := range reachedMembers(r.Coverage) {
		h.add("\n<tr><td>%s</td><td><code>%s</code></td><td class=\"n\">%s</td><td class=\"n\">%s</td></tr>", m.Schema, m.Pointer, seenText(m.Count), textfmt.Number(m.Null))
	}
	h.add(`</tbody></table>
<table><caption>Documented values</caption><thead><tr><th scope="col">schema</th><th scope="col">member</th><th scope="col">value</th><th scope="col" class="n">seen</th></tr></thead><tbody>`)
	for _, v := range reachedValues(r.Coverage) {
		h.add("\n<tr><td>%s</td><td><code>%s</code></td><td><code>%s</code></td><td class=\"n\">%s</td></tr>", v.Schema, v.Pointer, string(v.Value), seenText(v.Count))
	}
	h.add("</tbody></table>")
	if rest := unreachedText(r.Coverage); rest != "" {
		h.add("\n<p>%s</p>", rest)
	}
	if len(r.Skipped) > 0 {
		h.add("\n<table><caption>Skipped</caption><thead><tr><th scope=\"col\">reason</th><th scope=\"col\" class=\"n\">times</th></tr></thead><tbody>")
		for _, s := range r.Skipped {
			h.add("\n<tr><td>%s</td><td class=\"n\">%s</td></tr>", s.Reason, textfmt.Number(s.Count))
		}
		h.add("</tbody></table>")
	}
	h.add("\n</div>\n</section>\n")
}

// seenText is how often something was seen.
func seenText(n int) string {
	if n == 0 {
		return "never seen"
	}
	return textfmt.Number(n)
}
