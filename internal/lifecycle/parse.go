package lifecycle

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/docschema"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/schema"
)

// Keyword is the extension that holds a lifecycle.
const Keyword = "x-lifecycle"

// Vocabulary is the JSON Schema of the keyword's value.
//
//go:embed vocabulary.json
var Vocabulary []byte

var vocabulary = docschema.New("lifecycle", Vocabulary)

type document struct {
	Identity, State, Initial string
	States                   map[string]struct {
		Entered string
		Next    []string
		AtMost  string
	}
	Order      [][]string
	Timestamps struct {
		Unit, NotBefore, NotAfter string
	}
	NeverChanges, SetOnce, NeverDecreases []string
}

// Parse parses the lifecycle of a shape. It returns nil without an error if the
// schemas of the shape have none. The error lists everything that is wrong,
// with file, line and column.
func Parse(shape *schema.Shape) (*Lifecycle, error) {
	e := shape.Extension(Keyword)
	if e == nil {
		return nil, nil
	}
	if err := e.Check(vocabulary); err != nil {
		return nil, err
	}
	var doc document
	if err := json.Unmarshal(e.Text, &doc); err != nil {
		return nil, e.ErrorAt("", err.Error())
	}
	p := parser{doc: doc, shape: shape, extension: e}
	l := p.lifecycle()
	if len(p.errs) > 0 {
		return nil, errors.Join(p.errs...)
	}
	l.derive()
	return l, nil
}

type parser struct {
	doc       document
	shape     *schema.Shape
	extension *schema.Extension
	errs      []error
}

func (p *parser) placeOf(pointer string) plumb.Source { return p.extension.Place(pointer) }

func (p *parser) fail(pointer, format string, args ...any) {
	p.errs = append(p.errs, p.extension.ErrorAt(pointer, fmt.Sprintf(format, args...)))
}

func (p *parser) lifecycle() *Lifecycle {
	l := &Lifecycle{
		Place:     p.placeOf(""),
		Identity:  p.doc.Identity,
		State:     p.doc.State,
		Initial:   p.doc.Initial,
		Unit:      time.Second,
		NotBefore: time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:  time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
		states:    map[string]*State{},
		indexes:   map[string]int{},
	}
	if p.doc.Timestamps.Unit == "milliseconds" {
		l.Unit = time.Millisecond
	}
	p.time("/timestamps/notBefore", p.doc.Timestamps.NotBefore, &l.NotBefore)
	p.time("/timestamps/notAfter", p.doc.Timestamps.NotAfter, &l.NotAfter)
	p.described("/identity", l.Identity)
	if member := p.described("/state", l.State); member != nil {
		p.sameStates(member.Values)
	}
	l.Timestamps = timestamps(p.shape, "", nil)
	for i, t := range l.Timestamps {
		l.indexes[t.Pointer] = i
	}
	p.states(l)
	for i, chain := range p.doc.Order {
		for j, pointer := range chain {
			at := fmt.Sprintf("/order/%d/%d", i, j)
			p.timestamp(l, at, pointer)
			if j > 0 {
				l.order(chain[j-1], pointer, p.placeOf(at))
			}
		}
	}
	l.NeverChanges = p.members("/neverChanges", p.doc.NeverChanges)
	l.SetOnce = p.members("/setOnce", p.doc.SetOnce)
	l.NeverDecreases = p.members("/neverDecreases", p.doc.NeverDecreases)
	for _, s := range l.States() {
		if s.Entered == "" || slices.ContainsFunc(l.SetOnce, func(m Member) bool { return m.Pointer == s.Entered }) ||
			slices.ContainsFunc(l.NeverChanges, func(m Member) bool { return m.Pointer == s.Entered }) {
			continue
		}
		l.SetOnce = append(l.SetOnce, Member{s.Entered, s.Place})
	}
	return l
}

// time parses a time, if there is one.
func (p *parser) time(at, text string, to *time.Time) {
	if text == "" {
		return
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		p.fail(at, "%q is not a time such as 2026-01-31T23:59:59Z", text)
		return
	}
	*to = t
}

// states parses the states, and reports those that do not exist or cannot be
// reached.
func (p *parser) states(l *Lifecycle) {
	known := len(p.errs)
	if _, ok := p.doc.States[l.Initial]; !ok {
		p.fail("/initial", "%q is not one of the states", l.Initial)
	}
	for name, s := range p.doc.States {
		at := "/states/" + jsonvalue.EscapePointer(name)
		l.states[name] = &State{Name: name, Place: p.placeOf(at), Entered: s.Entered, Next: s.Next}
		if s.Entered != "" {
			p.timestamp(l, at+"/entered", s.Entered)
		}
		if s.AtMost != "" {
			d, err := ParseDuration(s.AtMost)
			if err != nil {
				p.fail(at+"/atMost", "%v", err)
			}
			l.states[name].AtMost = d
			if s.Entered == "" || len(s.Next) == 0 {
				p.fail(at+"/atMost", "atMost needs the keywords entered and next beside it")
			}
		}
		for i, next := range s.Next {
			if _, ok := p.doc.States[next]; !ok {
				p.fail(fmt.Sprintf("%s/next/%d", at, i), "%q is not one of the states", next)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.states)) {
		l.sorted = append(l.sorted, l.states[name])
	}
	slices.SortFunc(p.errs[known:], func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	if len(p.errs) > known {
		return
	}
	reached := l.reachable(l.Initial, "")
	for _, s := range l.States() {
		if s.Name != l.Initial && !reached[s.Name] {
			p.fail("/states/"+jsonvalue.EscapePointer(s.Name), "no transitions lead from %q to %q", l.Initial, s.Name)
		}
	}
}

// sameStates compares the states with the values that the schema of the state
// enumerates, if any.
func (p *parser) sameStates(values []string) {
	var enumerated []string
	for _, text := range values {
		var name string
		if json.Unmarshal([]byte(text), &name) == nil {
			enumerated = append(enumerated, name)
		}
	}
	if len(enumerated) == 0 {
		return
	}
	for _, name := range enumerated {
		if _, ok := p.doc.States[name]; !ok {
			p.fail("/states", "the schema of %s has the value %q, which is not one of the states", p.doc.State, name)
		}
	}
	var foreign []string
	for name := range p.doc.States {
		if !slices.Contains(enumerated, name) {
			foreign = append(foreign, name)
		}
	}
	slices.Sort(foreign)
	for _, name := range foreign {
		p.fail("/states/"+jsonvalue.EscapePointer(name), "the schema of %s does not have the value %q", p.doc.State, name)
	}
}

// described returns the shape of the member that a pointer leads to, and
// reports an error if no schema describes it.
func (p *parser) described(at, pointer string) *schema.Shape {
	shape := p.shape
	for _, name := range jsonvalue.SplitPointer(pointer) {
		m := shape.Named(name)
		if m == nil {
			p.fail(at, "no schema describes %s", pointer)
			return nil
		}
		shape = m.Shape
	}
	return shape
}

func (p *parser) members(at string, pointers []string) []Member {
	var all []Member
	for i, pointer := range pointers {
		here := fmt.Sprintf("%s/%d", at, i)
		p.described(here, pointer)
		all = append(all, Member{pointer, p.placeOf(here)})
	}
	return all
}

// timestamp reports an error unless the member holds a timestamp.
func (p *parser) timestamp(l *Lifecycle, at, pointer string) {
	if p.described(at, pointer) == nil {
		return
	}
	if !slices.ContainsFunc(l.Timestamps, func(t Timestamp) bool { return t.Pointer == pointer }) {
		p.fail(at, "%s is not a timestamp: its schema has neither the format unixtime nor the format date-time", pointer)
	}
}

// timestamps lists the members of a shape that hold timestamps.
func timestamps(shape *schema.Shape, pointer string, open []*schema.Shape) []Timestamp {
	const deepest = 6 // a resource's own times are not deeper
	if slices.Contains(open, shape) || len(open) == deepest {
		return nil
	}
	open = append(slices.Clip(open), shape)
	var all []Timestamp
	for _, m := range shape.Members {
		at := pointer + "/" + jsonvalue.EscapePointer(m.Name)
		switch m.Shape.Format {
		case "unixtime", "date-time":
			all = append(all, Timestamp{Member: Member{at, m.Place}, Text: m.Shape.Format == "date-time"})
		default:
			all = append(all, timestamps(m.Shape, at, open)...)
		}
	}
	return all
}

var durationForm = regexp.MustCompile(`^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$`)

// ParseDuration reads an ISO 8601 duration of days, hours, minutes and seconds.
func ParseDuration(text string) (time.Duration, error) {
	parts := durationForm.FindStringSubmatch(text)
	if parts == nil {
		return 0, fmt.Errorf("%q is not a duration such as PT10M", text)
	}
	var d time.Duration
	for i, unit := range []time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second} {
		if parts[i+1] == "" {
			continue
		}
		n, err := strconv.Atoi(parts[i+1])
		if err != nil || n > 100*365*24*3600 {
			return 0, fmt.Errorf("%q is longer than plumb can represent", text)
		}
		d += time.Duration(n) * unit
	}
	if d <= 0 {
		return 0, fmt.Errorf("%q is not longer than 0", text)
	}
	return d, nil
}
