package engine

import (
	"strings"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// What a summary keeps at most.
const (
	mostValues       = 16  // different values of a place, beside those that are documented
	longestValue     = 128 // bytes; a place with longer ones has many
	mostUndocumented = 32  // undocumented members of one object; more are no fixed set
	deepest          = 4   // levels within an undocumented member
)

// Add observes an exchange and the result of checking it. What the summary
// keeps goes through clean, which removes credentials; where the body is bare
// of them, its values need not. Findings of a History are not among those of
// the result; [Summary.AddFindings] takes them.
func (s *Summary) Add(x *plumb.Exchange, r Result, clean func(*plumb.Finding), bare bool) {
	o := observer{Summary: s, x: x, clean: clean, bare: bare, time: x.Time.Round(0).UTC()}
	s.Exchanges++
	s.Bodies += r.Bodies
	if r.Skipped != "" {
		s.skipped[o.text(r.Skipped)]++
	}
	if r.Operation != "" {
		status := s.status(r.Operation, r.Status)
		status.Count++
		status.add(o.time)
		if contentType := x.Response.Header.Get("Content-Type"); contentType != "" {
			mediaType, _, _ := strings.Cut(contentType, ";")
			status.addMedia(shorten(o.text(strings.ToLower(strings.TrimSpace(mediaType)))), 1)
		}
	}
	if r.Counted && !o.count(&r) {
		r.Findings = s.v.Check(x).Findings
	}
	for i := range r.Findings {
		o.finding(r.Findings[i])
	}
	if r.read {
		o.scan(&r)
	} else {
		o.parse()
	}
}

// AddFindings adds findings of an exchange that were not in the result that
// [Summary.Add] took.
func (s *Summary) AddFindings(x *plumb.Exchange, findings []plumb.Finding, clean func(*plumb.Finding)) {
	o := observer{Summary: s, x: x, clean: clean, time: x.Time.Round(0).UTC()}
	for _, f := range findings {
		o.finding(f)
	}
}

// observer takes down what one exchange holds.
type observer struct {
	*Summary
	x     *plumb.Exchange
	clean func(*plumb.Finding)
	bare  bool
	time  time.Time // of the exchange
}

// mostTexts bounds what is remembered of reasons and media types.
const mostTexts = 1000

// text returns a text without credentials, as it was when it was first seen.
func (o *observer) text(text string) string {
	cleaned, ok := o.texts[text]
	if !ok {
		f := plumb.Finding{Message: text}
		o.clean(&f)
		if cleaned = f.Message; len(o.texts) < mostTexts {
			o.texts[text] = cleaned
		}
	}
	return cleaned
}

// finding adds a finding of the exchange.
func (o *observer) finding(f plumb.Finding) {
	if known := o.findings[keyOf(&f)]; known != nil && !known.wants(f.Place) && f.Message == known.Message && f.Allowed == known.Allowed && f.Severity.String() == known.Severity {
		known.Count++
		known.add(o.time)
		known.lasted(f.Lasted)
		return
	}
	fingerprint := f.Fingerprint()
	operation, status := answerOf(&f)
	o.clean(&f)
	one := &ObservedFinding{
		Rule: f.Rule, Subject: f.Subject, Severity: f.Severity.String(), Message: f.Message, Fingerprint: fingerprint,
		Operation: operation, Status: status, Pointer: f.Pointer, Allowed: f.Allowed, Description: f.Description,
		Count: 1, Examples: []Example{{f.File, f.Entry, f.Line, f.Column, f.Found}},
	}
	one.add(o.time)
	one.lasted(f.Lasted)
	if own := o.findings[one.key()]; own != nil {
		own.merge(one)
		return
	}
	o.findings[one.key()] = one
}

// count adds the findings that the exchange has as all of a pattern. It is
// false where the exchange itself must be explained for an example.
func (o *observer) count(r *Result) bool {
	known, ok := o.patterns[r.Pattern]
	if !ok {
		for _, own := range r.Pattern.Findings() {
			f := o.findings[keyOf(&own)]
			if f == nil {
				return false
			}
			known = append(known, f)
		}
		if len(o.patterns) < mostPatterns {
			o.patterns[r.Pattern] = known
		}
	}
	lasted := false
	for _, f := range known {
		if f.wants(o.x.Place) {
			return false
		}
		lasted = lasted || f.Lasted != nil
	}
	for _, f := range known {
		f.Count++
		f.add(o.time)
	}
	if lasted {
		o.states(r)
	}
	return true
}

// states takes down how long the states lasted that lasted too long.
func (o *observer) states(r *Result) {
	p := &pass{v: o.v, x: o.x, schema: r.schema}
	p.out.Operation, p.out.Status = r.Operation, r.Status
	p.root, _ = jsonvalue.Parse(o.x.Response.Body.Bytes, o.v.maxDepth)
	p.units = p.schema.units(p.root)
	p.findResources()
	p.use(timeBound)
	timeBound.run(p)
	for i := range p.out.Findings {
		f := &p.out.Findings[i]
		o.findings[keyOf(f)].lasted(f.Lasted)
	}
}

func keyOf(f *plumb.Finding) findingKey {
	operation, status := answerOf(f)
	return findingKey{f.Rule, f.Subject, operation, status, f.Description.File, f.Description.Pointer, f.Pointer}
}

// answerOf returns the operation and the status that findings are told apart by;
// none where all responses with the schema are to be seen together.
func answerOf(f *plumb.Finding) (operation string, status int) {
	switch f.Rule {
	case driftNull.ID, driftUndocumentedMember.ID, timeBound.ID:
		return "", 0
	}
	return f.Operation, f.Status
}

// wants tells whether one of an exchange at the place can be among the first.
func (f *ObservedFinding) wants(at plumb.Place) bool {
	return wantsExample(f.Examples, at.File, at.Entry)
}

func (f *ObservedFinding) lasted(d time.Duration) {
	if d != 0 {
		f.Lasted = f.Lasted.add(d.Seconds())
	}
}

// place returns where a place is taken down; nil where it is one of too many.
func (s *Summary) place(key placeKey, undocumented bool) *Observed {
	if p := s.places[key]; p != nil {
		return p
	}
	if undocumented && !s.keeps(key) {
		return nil
	}
	p := &Observed{
		Operation: key.operation, Status: key.status, Schema: key.schema, Pointer: key.pointer,
		Undocumented: undocumented, Types: map[string]int{}, Values: map[string]int{},
	}
	s.places[key] = p
	return p
}

// keeps tells whether an undocumented place can be taken down: the parent is,
// and has not too many others.
func (s *Summary) keeps(key placeKey) bool {
	i := strings.LastIndexByte(key.pointer, '/')
	if i < 0 {
		return true
	}
	token := key.pointer[i+1:]
	key.pointer = key.pointer[:i]
	parent := s.places[key]
	if parent == nil || parent.ManyMembers {
		return false
	}
	if token == "*" { // the elements of an array
		return true
	}
	if parent.extra == nil {
		parent.extra = map[string]bool{}
	}
	parent.extra[token] = true
	if len(parent.extra) > mostUndocumented {
		s.dropMembers(parent)
		return false
	}
	return true
}

// dropMembers forgets the undocumented members of a place, and all below them.
func (s *Summary) dropMembers(parent *Observed) {
	parent.ManyMembers, parent.extra = true, nil
	for key, p := range s.places {
		rest, below := strings.CutPrefix(key.pointer, parent.Pointer+"/")
		if !below || !p.Undocumented || key.operation != parent.Operation || key.status != parent.Status || key.schema != parent.Schema {
			continue
		}
		first, _, _ := strings.Cut(rest, "/")
		key.pointer = parent.Pointer + "/" + first
		if top := s.places[key]; top == nil || top.Undocumented {
			key.pointer = p.Pointer
			delete(s.places, key)
		}
	}
}
