package outcome

import (
	"bytes"
	"slices"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/redact"
)

// Add adds the result of checking x. Nothing that the outcome takes from it holds
// a credential.
func (o *Outcome) Add(x *plumb.Exchange, r engine.Result) {
	o.result = nil
	a := adder{Outcome: o, x: x, r: &r, clean: cleaner{x: x}}
	o.Exchanges++
	o.Bodies = sum(o.Bodies, r.Bodies)
	if r.Bodies > 0 {
		o.Masked += bytes.Count(x.Response.Body.Bytes, masked)
	}
	if r.Skipped != "" {
		o.skipped.add(a.text(r.Skipped), 1)
	}
	a.count()
	if r.Counted && !a.repeat() {
		own := o.v.Check(x)
		later := r.Findings[r.Own:]
		r.Findings, r.Beyond, r.Counted, r.Own = append(own.Findings, later...), own.Beyond, false, len(own.Findings)
	}
	for i := range r.Findings {
		if f := &r.Findings[i]; o.history == nil || !engine.IsHistory(f.Rule) {
			a.finding(f)
		}
	}
	for _, b := range r.Beyond {
		o.findings.count(b.Rule, b.Severity.String(), b.Count)
	}
	a.resources()
	if r.Pattern != nil && !r.Counted {
		a.done()
	}
}

// Batch adds what bodies contained to the coverage, where the results of the
// exchanges do not have it.
func (o *Outcome) Batch(batch *engine.Results) {
	for seen, times := range batch.Seen() {
		o.seeTimes(seen, times)
	}
}

func (o *Outcome) seeTimes(seen engine.Seen, times int) {
	nulls := 0
	if seen.Null {
		seen.Null, nulls = false, times
	}
	o.see(seen, times, nulls)
}

var masked = []byte(plumb.Masked)

// adder adds one exchange to an outcome.
type adder struct {
	*Outcome
	x     *plumb.Exchange
	r     *engine.Result
	clean cleaner
}

// cleaner removes the credentials of an exchange. Finding them takes longer
// than checking a body, so only what is added to the outcome is cleaned.
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

// cleaned returns f without credentials, and as valid UTF-8: some texts come
// from a file system or a broken body, and all formats must show the same text.
func cleaned(f *plumb.Finding, clean *cleaner) plumb.Finding {
	kept := *f
	clean.get().Finding(&kept)
	for _, s := range []*string{&kept.Message, &kept.Operation, &kept.Pointer, &kept.Subject.Name, &kept.File, &kept.Resource, &kept.Found, &kept.Allowed} {
		*s = valid(*s)
	}
	return kept
}

// mostTexts bounds the number of cleaned reasons and media types that are
// remembered.
const mostTexts = 1000

// text returns a text without credentials, as it was cleaned when it was first
// seen.
func (a *adder) text(text string) string {
	cleaned, ok := a.texts[text]
	if !ok {
		if cleaned = valid(a.clean.get().Text(text)); len(a.texts) < mostTexts {
			a.texts[text] = cleaned
		}
	}
	return cleaned
}

// count counts the exchange, and the parts of the description that it contains.
func (a *adder) count() {
	for _, seen := range a.r.Seen {
		a.seeTimes(seen, 1)
	}
	if a.r.Operation == "" {
		return
	}
	status := a.status(a.r.Operation, a.r.Status, 1)
	if status == nil {
		return
	}
	status.Count++
	status.add(a.x.Time.Round(0).UTC())
	if contentType := a.x.Response.Header.Get("Content-Type"); contentType != "" {
		mediaType, _, _ := strings.Cut(contentType, ";")
		status.addMedia(engine.Shown([]byte(a.text(strings.ToLower(strings.TrimSpace(mediaType))))), 1)
	}
}

// finding adds a finding. Most often it is known and has all the occurrences
// that are kept, and then nothing needs to be cleaned.
func (a *adder) finding(f *plumb.Finding) {
	at := a.x.Time.Round(0).UTC()
	if known := a.findings.get(engine.KeyOf(f)); known != nil && !known.wants(f.Place, a.keep) && f.Message == known.Message && f.Allowed == known.Allowed && f.Severity.String() == known.Severity {
		known.repeat(f, at)
		return
	}
	kept := cleaned(f, &a.clean)
	one := newFinding(&kept)
	one.Occurrences = []Occurrence{newOccurrence(&kept, a.request(&a.clean))}
	one.repeat(f, at)
	a.findings.add(one, a.keep)
}

// repeat counts the exchange as one of its pattern. It returns false if the exchange
// itself must be explained.
func (a *adder) repeat() bool {
	r := a.patterns[a.r.Pattern]
	if r == nil {
		known := a.ofPattern(a.r.Pattern)
		if known == nil {
			return false
		}
		if len(a.patterns) >= maxPatterns {
			a.settle()
			clear(a.patterns)
		}
		r = &repeated{findings: known}
		a.patterns[a.r.Pattern] = r
	}
	if place := &a.x.Place; r.n == 0 || place.File != r.file || place.Entry < r.from {
		for _, f := range r.findings {
			if f.dropped || f.wants(*place, a.keep) {
				return false
			}
		}
		r.settle(&a.findings)
		r.file, r.from = place.File, place.Entry
	}
	r.n++
	r.Span.add(a.x.Time.Round(0).UTC())
	return true
}

// ofPattern returns the findings that all exchanges of a pattern have; nil if one of them
// is not known.
func (a *adder) ofPattern(p *engine.Pattern) []*Finding {
	var all []*Finding
	for _, own := range p.Findings() {
		f := a.findings.get(engine.KeyOf(&own))
		if f == nil {
			return nil
		}
		all = append(all, f)
	}
	return all
}

// maxPatterns bounds what is remembered of patterns.
const maxPatterns = 1000

// repeated is a number of exchanges with the same findings, all in one file. They are
// counted first, and added to the findings later.
type repeated struct {
	findings []*Finding
	n        int
	file     string
	from     int // no entry of the file from here on has an occurrence that is kept
	Span
}

// settle adds the exchanges to the findings.
func (r *repeated) settle(all *findings) {
	if r.n == 0 {
		return
	}
	for _, f := range r.findings {
		if f.dropped {
			all.count(f.Rule, f.Severity, r.n)
			continue
		}
		f.Count += r.n
		f.Files.add(r.file)
		f.Span.Extend(r.Span)
	}
	r.n, r.Span = 0, Span{}
}

// settle adds all exchanges that were only counted to the findings.
func (o *Outcome) settle() {
	for _, r := range o.patterns {
		r.settle(&o.findings)
	}
}

// done marks the pattern of the exchange as done if all its findings have the
// occurrences that are kept: further exchanges of it need only be counted.
func (a *adder) done() {
	known := a.ofPattern(a.r.Pattern)
	full := func(f *Finding) bool { return len(f.Occurrences) >= a.keep }
	if known != nil && !slices.ContainsFunc(known, func(f *Finding) bool { return !full(f) }) {
		a.r.Pattern.Done()
	}
}
