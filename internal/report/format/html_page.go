package format

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
)

//go:embed html/style.css
var htmlStyle string

//go:embed html/script.js
var htmlScript string

func (h *htmlWriter) page(p *htmlPage) {
	h.head(p)
	h.header(p)
	h.add(`
<main id="main" tabindex="-1">
`)
	h.findings(p)
	h.lives(p.Lives)
	h.drift(p.Drift)
	if p.Comparison == nil || p.Summary.Exchanges > 0 {
		h.coverage(p.Report)
	}
	h.add(`</main>
<footer><p>Made by %s %s. %s</p></footer>
<script>%s</script>
</body>
</html>
`, p.Tool.Name, p.Tool.Version, digestsOf(p.Report), markup(htmlScript))
}

// digestsOf gives the digest of the description, or of the two that are compared.
func digestsOf(r *report.Report) string {
	if c := r.Comparison; c != nil {
		return "Digests of the descriptions: " + c.Old.Digest + " (older), " + c.New.Digest + " (newer)"
	}
	return "Digest of the description: " + r.Description.Digest
}

func (h *htmlWriter) head(p *htmlPage) {
	h.add(`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="%s %s">
<title>%s, %s: %s (plumb)</title>
<style>%s</style>
</head>
`, digest(htmlStyle), digest(htmlScript), p.Tool.Name, p.Tool.Version,
		textfmt.Count(p.Summary.Errors, "error"), textfmt.Count(p.Summary.Warnings, "warning"), p.Description.Title, markup(htmlStyle))
}

// digest is how a Content-Security-Policy names a text that may be used.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func (h *htmlWriter) header(p *htmlPage) {
	h.add(`<body>
<a class="skip" href="#main">Skip to the findings</a>
<header>
  <h1>%s <small>%s</small></h1>
`, p.Description.Title, p.Description.Version)
	if p.Comparison != nil {
		h.leadOfComparison(&p.Summary)
	} else {
		h.lead(&p.Summary)
	}
	h.about(p.Report)
	h.totals(&p.Summary)
	if all := p.Description.Unchecked; len(all) > 0 {
		h.add(`  <details>
    <summary>Parts of the description that cannot be used as written: %s</summary>
    <ul>
`, textfmt.Number(len(all)))
		for _, u := range all {
			h.add("      <li><code>%s</code> %s</li>\n", u.Description, u.Message)
		}
		h.add("    </ul>\n  </details>\n")
	}
	h.add(`  <nav aria-label="Parts of the report">
    <a href="#main">Findings</a>`)
	if len(p.Lives) > 0 {
		h.add(` <a href="#lives">Lives of resources</a>`)
	}
	if len(p.Drift) > 0 {
		h.add(` <a href="#drift">Drift</a>`)
	}
	if p.Comparison == nil || p.Summary.Exchanges > 0 {
		h.add(` <a href="#coverage">Coverage</a>`)
	}
	h.add(`
  </nav>
</header>
`)
}

// lead says in sentences what was found.
func (h *htmlWriter) lead(s *report.Summary) {
	h.add(`  <p class="lead">What a server answered, compared with the OpenAPI description of its API.`)
	switch {
	case s.Errors > 0:
		h.add(` <strong class="error">%s</strong>: a client that is written to the description breaks, or the answers contradict themselves.`, textfmt.Count(s.Errors, "error"))
	case s.Checked > 0:
		h.add(` <strong>No errors</strong>: nothing in these answers breaks a client that is written to the description.`)
	default:
		h.add(` <strong>Nothing was checked.</strong>`)
	}
	if s.Warnings > 0 {
		h.add(` <strong class="warning">%s</strong>: the answers differ from the description in a way that tolerant clients survive.`, textfmt.Count(s.Warnings, "warning"))
	}
	h.add("</p>\n")
}

// leadOfComparison says in sentences what changed.
func (h *htmlWriter) leadOfComparison(s *report.Summary) {
	h.add(`  <p class="lead">How the OpenAPI description of an API differs from an older one.`)
	if s.Errors > 0 {
		h.add(` <strong class="error">%s</strong>: clients that are written to the older description break.`, textfmt.Count(s.Errors, "error"))
	} else {
		h.add(` <strong>No errors</strong>: no change is known to break a client that is written to the older description.`)
	}
	if s.Warnings > 0 {
		h.add(` <strong class="warning">%s</strong>: such clients may break.`, textfmt.Count(s.Warnings, "warning"))
	}
	h.add("</p>\n")
}

// about says what was checked or compared, and when.
func (h *htmlWriter) about(r *report.Report) {
	in := &r.Input
	h.add("  <dl class=\"about\">\n")
	made := "checked on"
	if r.Comparison != nil {
		made = "compared on"
	}
	if r.Date != "" {
		h.add("    <dt>%s</dt><dd><time datetime=\"%s\">%s</time></dd>\n", made, r.Date, r.Date)
	}
	if c := r.Comparison; c != nil {
		h.compared("older", &c.Old)
		h.compared("newer", &c.New)
	}
	if !in.First.IsZero() {
		h.add("    <dt>answers from</dt><dd>%s</dd>\n", period(in.First, in.Last))
	}
	if in.Target != "" {
		h.add("    <dt>server</dt><dd><code>%s</code></dd>\n", in.Target)
	}
	if servers := serversOf(r); len(servers) > 0 {
		h.add("    <dt>servers</dt><dd>")
		h.codes(servers)
		h.add("</dd>\n")
	}
	if in.Files > 0 {
		h.add("    <dt>recordings</dt><dd>")
		h.recordings(in)
		h.add("</dd>\n")
	}
	if len(r.Description.Overlays) > 0 {
		h.add("    <dt>overlays</dt><dd>%s</dd>\n", strings.Join(r.Description.Overlays, " "))
	}
	if r.Comparison == nil || r.Summary.Exchanges > 0 {
		h.add("    <dt>read</dt><dd>%s, %s checked, %s skipped</dd>\n",
			textfmt.Count(r.Summary.Exchanges, "exchange"), textfmt.Count(r.Summary.Checked, "body"), textfmt.Number(r.Summary.Skipped))
	}
	h.add("  </dl>\n")
}

func (h *htmlWriter) compared(term string, c *report.Compared) {
	h.add("    <dt>%s</dt><dd><code>%s</code> (%s)</dd>\n", term, fileText(c.File), strings.TrimSpace(c.Title+" "+c.Version))
}

func (h *htmlWriter) recordings(in *report.Input) {
	const mostOpen = 3 // more are folded
	if in.Files > mostOpen {
		h.add("<details><summary>%s</summary>", textfmt.Count(in.Files, "file"))
	}
	var names []string
	for _, name := range in.Names {
		names = append(names, fileText(name))
	}
	h.codes(names)
	if more := in.Files - len(in.Names); more > 0 {
		h.add(" and %s more", textfmt.Number(more))
	}
	if in.Files > mostOpen {
		h.add("</details>")
	}
}

// codes adds a list of code, with commas.
func (h *htmlWriter) codes(all []string) {
	for i, s := range all {
		if i > 0 {
			h.add(", ")
		}
		h.add("<code>%s</code>", s)
	}
}

func (h *htmlWriter) totals(s *report.Summary) {
	h.add("  <ul class=\"totals\" aria-label=\"Totals\">\n")
	total := func(class markup, n int, what string) {
		h.add("    <li%s><strong>%s</strong> %s</li>\n", class, textfmt.Number(n), what)
	}
	total(` class="error"`, s.Errors, textfmt.Noun(s.Errors, "error"))
	total(` class="warning"`, s.Warnings, textfmt.Noun(s.Warnings, "warning"))
	total(` class="info"`, s.Infos, textfmt.Noun(s.Infos, "info"))
	if s.Suppressed > 0 {
		total("", s.Suppressed, "accepted")
	}
	total("", s.Occurrences, textfmt.Noun(s.Occurrences, "occurrence"))
	h.add("  </ul>\n")
}

func utc(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.999") + " UTC" }

// period says when something was, to the minute.
func period(first, last time.Time) string {
	from, to := first.UTC().Format("2006-01-02 15:04"), last.UTC().Format("2006-01-02 15:04")
	if from == to {
		return from + " UTC"
	}
	return from + " to " + strings.TrimPrefix(to, from[:len("2006-01-02 ")]) + " UTC"
}

// mostServers is how many servers the page names.
const mostServers = 5

// serversOf names the servers to which the requests of the findings went, where the
// report does not know the one of all requests.
func serversOf(r *report.Report) []string {
	var all []string
	for i := range r.Findings {
		for _, o := range r.Findings[i].Occurrences {
			scheme, rest, ok := strings.Cut(o.URL, "://")
			if host, _, _ := strings.Cut(rest, "/"); ok && r.Input.Target == "" && len(all) < mostServers {
				all = insert(all, textfmt.Printable(scheme+"://"+host))
			}
		}
	}
	slices.Sort(all)
	return all
}
