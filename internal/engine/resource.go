package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lifecycle"
	"github.com/plumbapi/plumb/internal/schema"
)

// resource is an object in a body whose schema says how it lives.
type resource struct {
	path       []string // from the root of the body
	value      *jsonvalue.Value
	shape      *schema.Shape
	life       *lifecycle.Lifecycle
	id         string           // empty where the body does not say, or it is masked
	state      *lifecycle.State // nil where the body does not say, or says one that there is not
	timestamps []timestamp      // in the order of the lifecycle's timestamps
}

// timestamp is the value of a timestamp.
type timestamp struct {
	present bool      // something, and not null
	text    string    // as written
	time    time.Time // zero unless it is one, of the right unit and within the plausible range
	problem string    // what it is instead
}

// isPlaceholder reports whether somebody left a zero where no time is known.
func (t *timestamp) isPlaceholder() bool { return t.problem == placeholderProblem }

const placeholderProblem = "a placeholder, the first second of 1970"

// findResources finds the resources in the body.
func (p *pass) findResources() {
	for i, visit := range p.visits() {
		if visit.Value.Kind != jsonvalue.Object {
			continue
		}
		if life := p.v.lives[visit.Shape]; life != nil {
			p.resources = append(p.resources, newResource(p.visits().Path(i), visit.Value, visit.Shape, life))
		}
	}
}

// resourceAround returns the innermost resource that holds what a path leads to;
// nil where none does.
func (p *pass) resourceAround(path []string) *resource {
	if len(p.resources) == 0 {
		return nil
	}
	if p.resourceOf == nil {
		p.resourceOf = make(map[*jsonvalue.Value]*resource, len(p.resources))
		for _, r := range p.resources {
			p.resourceOf[r.value] = r
		}
	}
	v := p.root
	innermost := p.resourceOf[v]
	for _, name := range path {
		if v = v.At(name); v == nil {
			break
		}
		if r := p.resourceOf[v]; r != nil {
			innermost = r
		}
	}
	return innermost
}

func newResource(path []string, v *jsonvalue.Value, shape *schema.Shape, life *lifecycle.Lifecycle) *resource {
	r := &resource{path: path, value: v, shape: shape, life: life, timestamps: make([]timestamp, len(life.Timestamps))}
	// Resources whose identities are masked cannot be told apart.
	if id := r.at(life.Identity); id != nil && (id.Kind == jsonvalue.String || id.Kind == jsonvalue.Number) && !strings.Contains(id.Text, plumb.Masked) {
		r.id = strings.Clone(shortName(id.Text)) // which outlives the body
	}
	if state := r.at(life.State); state != nil && state.Kind == jsonvalue.String {
		r.state = life.StateNamed(state.Text)
	}
	for i, t := range life.Timestamps {
		if at := r.at(t.Pointer); at != nil && at.Kind != jsonvalue.Null {
			r.timestamps[i] = readStamp(at, t.Text, life)
		}
	}
	return r
}

// subject is that of findings with one cause for all timestamps of a resource: a
// server that counts milliseconds does so in each of them.
func (r *resource) subject() plumb.Subject { return subjectAt(r.shape.Place, "") }

// timestamp returns the timestamp at a pointer; nothing where there is none.
func (r *resource) timestamp(pointer string) timestamp {
	if i := r.life.TimestampAt(pointer); i >= 0 {
		return r.timestamps[i]
	}
	return timestamp{}
}

// at returns the value that a pointer from the resource leads to, or nil.
func (r *resource) at(pointer string) *jsonvalue.Value {
	return r.value.Pointer(pointer)
}

// pathTo returns the path from the root of the body to a member.
func (r *resource) pathTo(pointer string) []string {
	return append(slices.Clip(r.path), jsonvalue.SplitPointer(pointer)...)
}

// readStamp reads a timestamp: of text as RFC 3339 has it, else of a number in
// the lifecycle's unit.
func readStamp(v *jsonvalue.Value, text bool, life *lifecycle.Lifecycle) timestamp {
	s := timestamp{present: true, text: v.Text}
	switch {
	case v.Kind == jsonvalue.String && text:
		t, err := time.Parse(time.RFC3339, v.Text)
		if err != nil {
			s.problem = "no time as RFC 3339 has it"
			return s
		}
		s.time = t.UTC()
	case v.Kind == jsonvalue.String:
		s.text = strconv.Quote(shorten(v.Text))
		if t, err := time.Parse(time.RFC3339, v.Text); err == nil {
			s.problem = fmt.Sprintf("a text, where a number is expected: %d would be right", t.UnixNano()/int64(life.Unit))
		} else if _, err := strconv.ParseInt(v.Text, 10, 64); err == nil {
			s.problem = "a text, where a number is expected"
		}
	case v.Kind == jsonvalue.Number && !text:
		s.readNumber(life)
	}
	return s
}

// readNumber reads a number of the lifecycle's unit. Of one that is out of the
// plausible range it finds out which unit it may have.
func (s *timestamp) readNumber(life *lifecycle.Lifecycle) {
	n, err := strconv.ParseFloat(s.text, 64)
	plausible := func(unit time.Duration) (time.Time, bool) {
		seconds := n * unit.Seconds()
		if seconds < float64(life.NotBefore.Unix()) || seconds > float64(life.NotAfter.Unix()) {
			return time.Time{}, false
		}
		whole := int64(seconds)
		return time.Unix(whole, int64((seconds-float64(whole))*1e9)).UTC(), true
	}
	switch t, ok := plausible(life.Unit); {
	case err != nil:
		s.problem = "beyond all times"
	case ok:
		s.time = t
	case n == 0:
		s.problem = placeholderProblem
	case n < 0:
		s.problem = "negative"
	default:
		s.problem = fmt.Sprintf("beyond the plausible range, %s to %s", life.NotBefore.Format(time.DateOnly), life.NotAfter.Format(time.DateOnly))
		for unit, name := range unitNames {
			if t, ok := plausible(unit); ok {
				s.problem = fmt.Sprintf("%s in %s, where %s are due: %d would be right", t.Format(time.DateTime)+" UTC", name, unitNames[life.Unit], t.UnixNano()/int64(life.Unit))
			}
		}
	}
}

// unitNames are the units that servers mix up. Their ranges do not overlap for
// the years that are plausible.
var unitNames = map[time.Duration]string{
	time.Second:      "seconds",
	time.Millisecond: "milliseconds",
	time.Microsecond: "microseconds",
	time.Nanosecond:  "nanoseconds",
}

// describe shows a timestamp by its name, as written, and as a date.
func (r *resource) describe(pointer string) string {
	s := r.timestamp(pointer)
	if s.time.IsZero() {
		return pointer + " " + s.text
	}
	return fmt.Sprintf("%s %s (%s UTC)", pointer, s.text, s.time.Format(time.DateTime))
}

// timeBetween shows how far two times are timeBetween: in seconds, and where that says
// more, in days, hours and minutes.
func timeBetween(a, b time.Time) string {
	d := b.Sub(a).Abs()
	text := strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + " s"
	if d >= 2*time.Minute {
		text += " (" + humanDuration(d) + ")"
	}
	return text
}

// humanDuration shows the two largest units of a duration.
func humanDuration(d time.Duration) string {
	units := []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "min"}, {time.Second, "s"}}
	text := ""
	shown := 0
	for _, u := range units {
		if n := d / u.size; n > 0 && shown < 2 {
			if shown++; text != "" {
				text += " "
			}
			text += strconv.FormatInt(int64(n), 10) + " " + u.name
			d -= n * u.size
		} else if text != "" {
			break
		}
	}
	return text
}
