package format

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
)

const shown = `[...document.querySelectorAll("#findings .finding")].filter(a => a.checkVisibility())`

func (b *tab) shown() int { return eval[int](b, shown+".length") }

func (b *tab) count() string {
	return eval[string](b, `document.getElementById("count").textContent`)
}

// Each filter shows what it should, says how many, and lets go again.
func TestHTMLIsFiltered(t *testing.T) {
	r := check(t, livesRecording, "fixtures/vendors/azure.ndjson")
	b := open(t, render(t, "html", r, View{}))
	all := len(r.Findings)
	assert.Equal(t, all, b.shown())
	assert.Equal(t, fmt.Sprint(all, " findings"), b.count())
	for _, choice := range []struct {
		filter, value string
		fits          func(f *report.Finding) bool
	}{
		{"severity", "warning", func(f *report.Finding) bool { return f.Severity == "warning" }},
		{"rule", "time-order", func(f *report.Finding) bool { return f.Rule == "time-order" }},
		{"operation", "cancelBatch", func(f *report.Finding) bool {
			return slices.ContainsFunc(f.Operations, func(o report.OperationCount) bool { return o.Operation == "cancelBatch" })
		}},
		{"resource", "batch_pau", func(f *report.Finding) bool {
			return slices.ContainsFunc(f.Occurrences, func(o report.Occurrence) bool { return strings.Contains(o.Resource, "batch_pau") })
		}},
		{"resource", "no such batch", func(*report.Finding) bool { return false }},
	} {
		want := 0
		for i := range r.Findings {
			if choice.fits(&r.Findings[i]) {
				want++
			}
		}
		b.choose(choice.filter, choice.value)
		assert.Equal(t, want, b.shown(), "%s %s", choice.filter, choice.value)
		assert.Equal(t, fmt.Sprintf("%d of %d findings", want, all), b.count())
		assert.Equal(t, want == 0, eval[bool](b, `document.getElementById("none").checkVisibility()`))
		b.do(chromedp.Click(chromedp.CSS("#filters button")))
		b.wait(fmt.Sprintf("%s.length === %d", shown, all))
	}
	b.quiet()
}

// A link to a finding leads there, even when a filter hides it; and a timeline
// has such links.
func TestHTMLLinksToFindings(t *testing.T) {
	r := check(t, livesRecording)
	b := open(t, render(t, "html", r, View{}))
	b.choose("severity", "warning")
	target := anchor(&r.Findings[0])
	link := chromedp.CSS(fmt.Sprintf(`.life a[href="#%s"]`, target))
	b.do(chromedp.ScrollIntoView(link), chromedp.Click(link))
	b.wait(fmt.Sprintf(`document.activeElement.id === %q && document.activeElement.checkVisibility()`, target))
	assert.Equal(t, len(r.Findings), b.shown(), "the filter is off")
	assert.Equal(t, target, eval[string](b, `document.querySelector(":target").id`))
	ids := eval[[]string](b, `[...document.querySelectorAll("[id]")].map(e => e.id)`)
	slices.Sort(ids)
	assert.Equal(t, len(ids), len(slices.Compact(ids)), "an id is there twice")
	broken := eval[[]string](b, `[...document.querySelectorAll('a[href^="#"]')].map(a => a.hash.slice(1)).filter(id => !document.getElementById(id))`)
	assert.Empty(t, broken)
	b.quiet()
}

// All can be done by keyboard: the first stop skips to the findings, and each
// control is reached.
func TestHTMLByKeyboard(t *testing.T) {
	b := open(t, render(t, "html", check(t, livesRecording), View{}))
	b.do(chromedp.KeyEvent(kb.Tab))
	assert.Equal(t, "Skip to the findings", eval[string](b, `document.activeElement.textContent`))
	b.do(chromedp.KeyEvent(kb.Enter))
	b.wait(`document.activeElement.id === "main"`)
	var names []string
	for range 6 {
		b.do(chromedp.KeyEvent(kb.Tab))
		names = append(names, eval[string](b, `document.activeElement.name || document.activeElement.textContent`))
	}
	assert.Equal(t, []string{"Filter 8 findings", "severity", "rule", "operation", "resource", "Show all"}, names)
	eval[any](b, `document.querySelector('select[name="severity"]').focus()`)
	b.do(chromedp.KeyEvent("w")) // chooses the warnings
	assert.Equal(t, "1 of 8 findings", b.count())
	b.quiet()
}

// A screen reader finds landmarks, headings, the names of controls and the
// count, which is announced when it changes.
func TestHTMLByScreenReader(t *testing.T) {
	r := check(t, livesRecording)
	b := open(t, render(t, "html", r, View{}))
	names := map[string][]string{}
	for _, node := range call(b, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{}).Nodes {
		if node.Ignored || node.Role == nil {
			continue
		}
		role, name := axText(node.Role), ""
		if node.Name != nil {
			name = axText(node.Name)
		}
		names[role] = append(names[role], name)
	}
	for _, role := range []string{"banner", "main", "contentinfo"} {
		assert.Len(t, names[role], 1, role)
	}
	assert.Contains(t, names["navigation"], "Parts of the report")
	assert.Equal(t, []string{"severity", "rule", "operation"}, names["combobox"][:3])
	assert.Contains(t, names["form"], "Filter the findings")
	assert.Subset(t, names["region"], []string{"Findings", "Lives of resources", "Drift", "Coverage"})
	assert.Len(t, names["status"], 1)
	assert.Len(t, names["article"], len(blocksOf(r))+len(r.Resources))
	for _, f := range r.Findings {
		assert.True(t, slices.ContainsFunc(names["heading"], func(h string) bool {
			return strings.Contains(h, f.Severity+" "+f.Rule) && strings.Contains(h, f.Message)
		}), "a heading for %s", f.Rule)
	}
	for _, role := range []string{"link", "button"} {
		assert.NotContains(t, names[role], "", "a %s without a name", role)
	}
	assert.Equal(t, "polite", eval[string](b, `document.getElementById("count").getAttribute("aria-live")`))
}

// blocksOf returns the blocks that people see by default.
func blocksOf(r *report.Report) []block {
	return blocks(shownFindings(r, View{Verbose: true}), View{})
}

func axText(v *accessibility.Value) string {
	var s string
	_ = json.Unmarshal(v.Value, &s) // only texts are asked for
	return s
}

// contrast returns the contrast of the text of elements to what is behind it,
// as WCAG 2 counts it.
const contrast = `(() => {
  const parse = c => c.match(/[\d.]+/g).map(Number);
  const luminance = c => { const [r, g, b] = parse(c).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (parse(c)[3] !== 0) return c; } return "rgb(255,255,255)"; };
  const low = [];
  for (const e of document.querySelectorAll("h1 small, .totals strong, .severity, .context, dt, dd code, mark, a, caption, footer p, #count, td")) {
    const [a, b] = [luminance(getComputedStyle(e).color), luminance(behind(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) low.push(e.className + " " + e.tagName + " " + ratio.toFixed(2));
  }
  return [...new Set(low)];
})()`

// It can be read in the light and in the dark.
func TestHTMLInLightAndDark(t *testing.T) {
	b := open(t, render(t, "html", check(t, livesRecording), View{}))
	var papers []string
	for _, scheme := range []string{"light", "dark"} {
		call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		papers = append(papers, eval[string](b, `getComputedStyle(document.body).backgroundColor`))
		assert.Empty(t, eval[[]string](b, contrast), "low contrast in %s", scheme)
	}
	assert.NotEqual(t, papers[0], papers[1])
	b.quiet()
}

// The timeline of a life that contradicts itself says where, in words.
func TestHTMLTimelineMarksContradictions(t *testing.T) {
	b := open(t, render(t, "html", check(t, livesRecording), View{}))
	marks := func(id string) []string {
		return eval[[]string](b, fmt.Sprintf(`[...document.querySelectorAll('.life[data-resource=%q] text.fault')].map(e => e.textContent)`, id))
	}
	assert.Equal(t, []string{"✗ state-timestamp-early, time-order", "✗ state-timestamp-early, time-order", "✗ history-transition"}, marks("batch_back"))
	assert.Equal(t, []string{"✗ schema-enum", "✗ state-timestamp-missing"}, marks("batch_paused"))
	assert.Empty(t, marks("batch_good"))
	inside := eval[bool](b, `[...document.querySelectorAll(".life svg[viewBox]")].every(svg => [...svg.querySelectorAll("text")].every(e => {
		const [t, s] = [e.getBoundingClientRect(), svg.getBoundingClientRect()];
		return t.left >= s.left - 1 && t.top >= s.top - 1 && (t.right <= s.right + 1 || e.closest("svg") !== svg) && t.bottom <= s.bottom + 1;
	}))`)
	assert.True(t, inside, "a label is outside of its drawing")
	b.quiet()
}

// hostile are texts that do harm where they are not escaped.
var hostile = []string{
	`<script>window.harmed = 1</script>`, `</script><script>window.harmed = 2</script>`, `<img src=x onerror="window.harmed=3">`,
	`"><svg onload=window.harmed=4>`, `' onfocus='window.harmed=5' autofocus='`, `javascript:window.harmed=6`, `</style><script>window.harmed=7</script>`,
	`{{.Policy}}`, `--><script>window.harmed=8</script>`, `<iframe src="https://example.com/"></iframe>`, "\u202egnp.exe\u2066", "<base href=//example.com>", "</title><script>window.harmed=9</script>",
}

func hostileReport() *report.Report {
	var results []result
	for i, bad := range hostile {
		f := plumb.Finding{Rule: "schema-enum", Severity: plumb.Error, Message: bad, Subject: plumb.Subject{Name: bad}, Pointer: "/" + bad, Operation: bad, Status: 200}
		f.Description.File, f.Description.Pointer = bad, bad
		f.File, f.Entry, f.Line, f.Resource, f.Found, f.Allowed = bad, i, 1, bad, bad, bad
		f.Excerpt = plumb.Excerpt{Text: bad, Column: 1, Width: len(bad) - 1}
		results = append(results, result{&plumb.Exchange{}, engine.Result{Bodies: 1, Findings: []plumb.Finding{f}, Skipped: bad}})
	}
	r := build(2, results...)
	at := time.Date(2025, 3, 14, 12, 0, 0, 0, time.UTC)
	for i, bad := range hostile {
		r.Rules = append(r.Rules, report.Rule{ID: "schema-enum", Severity: "error", Title: bad, Text: bad, Fix: bad})
		r.Coverage.Members = append(r.Coverage.Members, report.MemberCoverage{Schema: bad, Pointer: bad})
		r.Coverage.Values = append(r.Coverage.Values, report.ValueCoverage{Schema: bad, Pointer: bad, Value: json.RawMessage(fmt.Sprintf("%q", bad))})
		r.Coverage.Operations = append(r.Coverage.Operations, report.OperationCoverage{Operation: bad, Method: bad, Path: bad, Statuses: []report.StatusCoverage{{Status: bad, Described: bad}}})
		r.Resources = append(r.Resources, report.Resource{ID: bad, Findings: []string{r.Findings[i].Fingerprint},
			Timestamps: []report.Timestamp{{Pointer: bad, State: bad, Time: at}}, Observations: []report.Observation{{File: bad, Entry: 1, State: bad, Time: at.Add(time.Minute)}}})
	}
	r.Description.Title, r.Description.Version, r.Tool.Version = hostile[12], hostile[1], hostile[2]
	r.Description.Overlays = hostile
	return r
}

// Nothing from a recording can run in the page, and nothing is fetched.
func TestHTMLOfAHostileRecording(t *testing.T) {
	r := hostileReport()
	b := open(t, render(t, "html", r, View{}))
	assert.Equal(t, len(hostile), b.shown())
	assert.True(t, eval[bool](b, `window.harmed === undefined`))
	assert.Equal(t, []int{1, 0, 0, 1, 0}, eval[[]int](b, `["script", "img", "iframe", "style", "base"].map(name => document.getElementsByTagName(name).length)`))
	assert.Empty(t, eval[[]string](b, `[...document.querySelectorAll("*")].flatMap(e => [...e.attributes].map(a => a.name)).filter(name => name.startsWith("on") || name === "style" || name === "autofocus")`))
	assert.Empty(t, eval[[]string](b, `[...document.querySelectorAll("[href], [src]")].map(e => e.getAttribute("href") || e.getAttribute("src")).filter(u => !u.startsWith("#"))`))
	assert.NotContains(t, eval[string](b, `document.documentElement.outerHTML`), "\u202e", "a character that turns the text")
	for _, choice := range []string{hostile[0], hostile[5]} {
		b.choose("operation", textfmt.Printable(choice))
		assert.Equal(t, 1, b.shown())
	}
	b.quiet()
	// Even what would slip through could do nothing.
	eval[any](b, `(() => { const e = document.createElement("script"); e.textContent = "window.harmed = 10"; document.body.append(e); document.body.setAttribute("onclick", "window.harmed = 11"); document.body.click(); })()`)
	assert.True(t, eval[bool](b, `window.harmed === undefined`), "the policy lets scripts run")
}

// many returns a report with n findings.
func many(n int) *report.Report {
	r := build(1, enumFinding())
	one := r.Findings[0]
	r.Findings = nil
	for i := range n {
		f := one
		f.Pointer, f.Fingerprint = fmt.Sprintf("/members/%d", i), fmt.Sprintf("%016x", i)
		r.Findings = append(r.Findings, f)
	}
	r.Summary.Errors, r.Summary.Occurrences = n, n
	return r
}

// With 10,000 findings the page is still quick; how quick is in the log.
func TestHTMLOfManyFindings(t *testing.T) {
	const n = 10_000
	r := many(n)
	for i := range r.Findings {
		r.Findings[i].Rule = []string{"schema-enum", "schema-type"}[i%2]
	}
	start := time.Now()
	html := render(t, "html", r, View{})
	t.Logf("%d findings: %.1f MB written in %v", n, float64(len(html))/1e6, time.Since(start).Round(time.Millisecond))
	b := open(t, html)
	assert.Equal(t, fmt.Sprint(n, " findings"), b.count())
	t.Logf("loaded in %.0f ms", eval[float64](b, `performance.getEntriesByType("navigation")[0].loadEventEnd`))
	filtered := eval[float64](b, `(() => {
		const select = document.querySelector('select[name="rule"]'), start = performance.now();
		select.value = "schema-type";
		select.form.dispatchEvent(new Event("input"));
		document.body.offsetHeight;
		return performance.now() - start;
	})()`)
	t.Logf("filtered in %.0f ms", filtered)
	assert.Equal(t, fmt.Sprintf("%d of %d findings", n/2, n), b.count())
	b.quiet()
}

// Nothing but the page's own script and style is allowed, whatever the report.
func TestHTMLHoldsOneScript(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		html := strings.ToLower(render(t, "html", nastyReport(t), View{}))
		assert.Equal(t, 1, strings.Count(html, "<script"))
		assert.Equal(t, 1, strings.Count(html, "</script"))
		assert.Equal(t, 1, strings.Count(html, "<style"))
	})
}
