package report

import (
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
)

// pattern is what the report knows of findings that many exchanges have alike.
type pattern struct {
	findings   []patternFinding
	counted    int              // exchanges that were not explained, since the groups were told
	files      bitset           // that they are in
	severities []plumb.Severity // of findings about the resource
}

type patternFinding struct {
	grouped

	ofResource bool
}

// pattern returns what is known of a pattern.
func (b *Builder) pattern(p *engine.Pattern, clean *cleaner) *pattern {
	known := b.patterns[p]
	if known != nil {
		return known
	}
	known = &pattern{}
	for _, f := range p.Findings() {
		known.findings = append(known.findings, patternFinding{b.group(&f, clean), f.Resource != ""})
		if f.Resource != "" && !slices.Contains(known.severities, f.Severity) {
			known.severities = append(known.severities, f.Severity)
		}
	}
	b.patterns[p] = known
	return known
}

// learn settles a pattern of which an exchange was just added, if its groups
// are full: then further exchanges need only be counted.
func (b *Builder) learn(p *engine.Pattern, clean *cleaner) {
	for _, f := range b.pattern(p, clean).findings {
		if len(f.group.occurrences) < b.keep {
			return
		}
	}
	p.Settle()
}

// count adds an exchange that was not explained. Its findings are added to
// their groups later, those of many exchanges at once.
func (b *Builder) count(x *plumb.Exchange, r *engine.Result, clean *cleaner) {
	known := b.pattern(r.Pattern, clean)
	known.counted++
	known.files.set(b.file(x.Place.File))
	if len(r.Resources) != 1 || !b.lives.wants(r.Resources[0], known.severities) {
		return
	}
	for _, f := range known.findings {
		if f.ofResource {
			b.blames = append(b.blames, blame{r.Resources[0], f.Severity, f.group})
		}
	}
}

// tell adds what was counted to the groups.
func (p *pattern) tell() {
	if p.counted == 0 {
		return
	}
	for _, f := range p.findings {
		f.count(p.counted)
		f.group.files.join(p.files)
	}
	p.counted, p.files = 0, nil
}

// file returns the number of a file.
func (b *Builder) file(name string) int {
	file, ok := b.files[name]
	if !ok {
		file = len(b.files)
		b.files[name] = file
	}
	return file
}

// Seen adds to the coverage what stood in bodies whose results do not say it.
func (b *Builder) Seen(batch *engine.Batch) {
	for seen, times := range batch.Seen() {
		b.coverage.see(seen, times)
	}
}
