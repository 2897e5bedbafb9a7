package report

import (
	"bytes"
	"cmp"
	"maps"
	"math/bits"
	"slices"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/redact"
	"github.com/plumbapi/plumb/spec"
)

// Builder gathers results into a [Report]. It holds no more of them than the
// report will: memory does not grow with the number of exchanges. It is not
// safe for concurrent use.
type Builder struct {
	desc     *spec.Description
	version  string
	keep     int
	summary  Summary
	groups   map[groupKey]*group
	raw      map[rawKey]grouped // by a finding as the engine gave it
	files    map[string]int
	patterns map[*engine.Pattern]*pattern
	skipped  map[string]int
	reasons  map[string]string // why exchanges were skipped, as the validator said it: without credentials
	coverage *coverage
	rules    []plumb.Rule
	warnings []spec.Warning
	lives    lives
	blames   []blame // of the exchange that is being added
}

// New returns a Builder for results of checking against desc, of which
// documented can be seen. The report names the version of the tool, and keeps
// the first keep occurrences of each finding, by their places.
func New(desc *spec.Description, documented engine.Documented, version string, keep int) *Builder {
	return &Builder{
		desc:     desc,
		version:  version,
		keep:     keep,
		groups:   map[groupKey]*group{},
		raw:      map[rawKey]grouped{},
		files:    map[string]int{},
		patterns: map[*engine.Pattern]*pattern{},
		skipped:  map[string]int{},
		reasons:  map[string]string{},
		coverage: newCoverage(desc, documented),
		rules:    documented.Rules,
		warnings: documented.Warnings,
		lives:    lives{tracked: map[string]*life{}, files: map[string]string{}},
	}
}

// Follow makes the report tell the lives of resources that h has seen. Results
// go to h before they come here.
func (b *Builder) Follow(h *engine.History) { b.lives.history = h }

// Add adds the result of checking x. Nothing that the report takes from it
// holds a credential.
func (b *Builder) Add(x *plumb.Exchange, r engine.Result) {
	b.summary.Exchanges++
	b.summary.Checked += r.Bodies
	if r.Bodies > 0 {
		b.summary.Masked += bytes.Count(x.Response.Body.Bytes, masked)
	}
	b.coverage.add(&r)
	clean := cleaner{x: x}
	if r.Skipped != "" {
		reason, known := b.reasons[r.Skipped]
		switch {
		case known:
		case len(b.reasons) < mostReasons:
			reason = valid(clean.get().Text(r.Skipped))
			b.reasons[r.Skipped] = reason
		default:
			reason = "other reasons"
		}
		b.Skip(reason)
	}
	for _, id := range r.Resources {
		b.lives.see(id, x.Place.File, &clean)
	}
	b.blames = b.blames[:0]
	if r.Counted {
		b.count(x, &r, &clean)
	}
	for i := range r.Findings {
		b.finding(&r.Findings[i], &clean)
	}
	b.lives.blame(b.blames, &clean)
	if r.Pattern != nil && !r.Counted {
		b.learn(r.Pattern, &clean)
	}
}

var masked = []byte(plumb.Masked)

// mostReasons bounds how many reasons are told apart: some name a server, of
// which there may be any number.
const mostReasons = 1000

// cleaner removes the credentials of an exchange. To find them takes longer
// than to check a body: only what comes into the report is worth it.
type cleaner struct {
	x     *plumb.Exchange
	found *redact.Cleaner
}

func (c *cleaner) get() *redact.Cleaner {
	if c.found == nil {
		c.found = redact.ForExchange(c.x)
	}
	return c.found
}

// Skip counts an exchange or a file that was not validated.
func (b *Builder) Skip(reason string) {
	b.summary.Skipped++
	b.skipped[reason]++
}

// finding adds f. Most often the group is known and full; then nothing needs to
// be cleaned.
func (b *Builder) finding(f *plumb.Finding, clean *cleaner) {
	g := b.group(f, clean)
	g.count(1)
	g.files.set(b.file(f.File))
	if g.wants(f.Place, b.keep) {
		kept := cleaned(f, clean)
		g.keep(occurrence(&kept), b.keep)
	}
	if f.Resource != "" && b.lives.history != nil {
		b.blames = append(b.blames, blame{f.Resource, f.Severity, g.group})
	}
}

// group returns the group that f belongs to.
func (b *Builder) group(f *plumb.Finding, clean *cleaner) grouped {
	raw := rawKey{keyOf(f), f.Severity, f.Message, f.Operation, f.Status, f.Pointer, f.Description}
	known, ok := b.raw[raw]
	if !ok {
		kept := cleaned(f, clean)
		kept.Occurrence = plumb.Occurrence{}
		key := keyOf(&kept)
		g := b.groups[key]
		if g == nil {
			g = &group{}
			b.groups[key] = g
		}
		g.take(&kept)
		known = g.with(&kept)
		b.raw[raw] = known
	}
	return known
}

// cleaned returns f without credentials, in good UTF-8.
func cleaned(f *plumb.Finding, clean *cleaner) plumb.Finding {
	kept := *f
	clean.get().Finding(&kept)
	makeValid(&kept)
	return kept
}

// makeValid makes UTF-8 of the texts that can come from a file system or a
// broken body, so that every format shows the same.
func makeValid(f *plumb.Finding) {
	for _, s := range []*string{&f.Message, &f.Operation, &f.Pointer, &f.Subject.Name, &f.File, &f.Resource, &f.Found, &f.Allowed} {
		*s = valid(*s)
	}
}

func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// Report returns the report of all that was added.
func (b *Builder) Report() *Report {
	for _, p := range b.patterns {
		p.tell()
	}
	var unchecked []Unchecked
	for _, w := range b.warnings {
		unchecked = append(unchecked, Unchecked{NewPlace(w.Place), w.Message})
	}
	r := &Report{
		SchemaVersion: version,
		Tool:          Tool{"plumb", b.version},
		Description: Description{
			Title:    b.desc.Title,
			Version:  b.desc.Version,
			Digest:   b.desc.Digest,
			Overlays: append([]string{}, b.desc.Overlays...),

			Unchecked: unchecked,
		},
		Summary:  b.summary,
		Findings: []Finding{},
		Coverage: b.coverage.report(),
		Skipped:  []Skipped{},
		Rules:    b.reportRules(),

		Resources: b.lives.report(),
	}
	for _, g := range slices.SortedFunc(maps.Values(b.groups), compareGroups) {
		r.Findings = append(r.Findings, g.finding())
		r.Summary.Occurrences += g.all
		switch g.first.Severity {
		case plumb.Error:
			r.Summary.Errors++
		case plumb.Warning:
			r.Summary.Warnings++
		case plumb.Info:
			r.Summary.Infos++
		}
	}
	for reason, count := range b.skipped {
		r.Skipped = append(r.Skipped, Skipped{reason, count})
	}
	slices.SortFunc(r.Skipped, func(a, b Skipped) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason))
	})
	return r
}

// reportRules returns the rules that are applied; their texts where there are
// findings to explain.
func (b *Builder) reportRules() []Rule {
	broken := map[string]bool{}
	for _, g := range b.groups {
		broken[g.first.Rule] = true
	}
	rules := []Rule{}
	for _, r := range b.rules {
		applied := r.Severity != plumb.Off && (b.lives.history != nil || groupOf(r.ID) != "history") &&
			groupOf(r.ID) != "scenario" // nobody says whether there was one
		if !applied && !broken[r.ID] {
			continue
		}
		rule := Rule{ID: r.ID, Severity: r.Severity.String(), Title: r.Title}
		if broken[r.ID] {
			rule.Text, rule.Fix = r.Text, r.Fix
		}
		rules = append(rules, rule)
	}
	return rules
}

// bitset is a set of small numbers.
type bitset []uint64

func (s *bitset) set(i int) {
	for len(*s) <= i/64 {
		*s = append(*s, 0)
	}
	(*s)[i/64] |= 1 << (i % 64)
}

// join adds the numbers of another set.
func (s *bitset) join(t bitset) {
	for len(*s) < len(t) {
		*s = append(*s, 0)
	}
	for i, word := range t {
		(*s)[i] |= word
	}
}

func (s bitset) len() int {
	n := 0
	for _, word := range s {
		n += bits.OnesCount64(word)
	}
	return n
}
