package report

import (
	"slices"

	"github.com/plumbapi/plumb/internal/redact"
	"github.com/plumbapi/plumb/validator"
)

// pattern is what the report knows of findings that many exchanges have alike.
type pattern struct {
	findings   []patternFinding
	severities []validator.Severity // of findings about the resource
}

type patternFinding struct {
	group      *group
	severity   validator.Severity
	ofResource bool
}

// learn takes down the groups of a pattern of which an exchange was just
// added. Once all of them are full, further exchanges need only be counted.
func (b *Builder) learn(p *validator.Pattern) {
	known := b.patterns[p]
	if known == nil {
		known = &pattern{}
		for _, f := range p.Findings() {
			g := b.raw[placeOf(&f)]
			if g == nil {
				return // the rest of the findings was left out
			}
			known.findings = append(known.findings, patternFinding{g, f.Severity, f.Resource != ""})
			if f.Resource != "" && !slices.Contains(known.severities, f.Severity) {
				known.severities = append(known.severities, f.Severity)
			}
		}
		b.patterns[p] = known
	}
	for _, f := range known.findings {
		if len(f.group.occurrences) < b.keep {
			return
		}
	}
	p.Settle()
}

// count adds the findings of an exchange that was not explained.
func (b *Builder) count(x *validator.Exchange, r *validator.Result, clean func() *redact.Cleaner) {
	known := b.patterns[r.Pattern]
	file := b.file(x.Place.File)
	for _, f := range known.findings {
		f.group.count++
		f.group.first.Severity = max(f.group.first.Severity, f.severity)
		f.group.files.set(file)
	}
	if len(r.Resources) != 1 || !b.lives.wants(r.Resources[0], known.severities) {
		return
	}
	for _, f := range known.findings {
		if f.ofResource {
			own := validator.Finding{Severity: f.severity, Occurrence: validator.Occurrence{Resource: r.Resources[0]}}
			b.lives.blame(&own, f.group, clean)
		}
	}
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
func (b *Builder) Seen(batch *validator.Batch) {
	for seen, times := range batch.Seen() {
		b.coverage.see(seen, times)
	}
}
