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
	"github.com/plumbapi/plumb/internal/rfc3339"
	"github.com/plumbapi/plumb/internal/schema"
)

// resource is an object in a body whose schema has a lifecycle.
type resource struct {
	path       []string // from the root of the body
	value      *jsonvalue.Value
	shape      *schema.Shape
	life       *lifecycle.Lifecycle
	id         string           // empty where the body has none, or it is masked
	state      *lifecycle.State // nil where the body has none, or none of the lifecycle's
	timestamps []timestamp      // in the order of the lifecycle's timestamps
}

// timestamp is the value of a timestamp.
type timestamp struct {
	present bool      // not null, whatever the value
	text    string    // as written
	time    time.Time // zero unless the value is a plausible time in the right unit
	problem string    // what is wrong with the value; empty if nothing
}

// isPlaceholder reports whether the value is a zero, which stands for a time
// that is not known.
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

// resourceAround returns the innermost resource on a path; nil where there is
// none.
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
		r.id = strings.Clone(shortName(id.Text)) // a copy, since it outlives the body
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

// subject returns the subject of findings that have one cause for all
// timestamps of a resource: a server that sends milliseconds does so in each of
// them.
func (r *resource) subject() plumb.Subject { return subjectAt(r.shape.Place, "") }

// timestamp returns the timestamp at a pointer; the zero value where there is
// none.
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

// pathTo returns the path of a member from the root of the body.
func (r *resource) pathTo(pointer string) []string {
	return append(slices.Clip(r.path), jsonvalue.SplitPointer(pointer)...)
}

// readStamp reads a timestamp: an RFC 3339 time where the lifecycle has text,
// else a number in the unit of the lifecycle.
func readStamp(v *jsonvalue.Value, text bool, life *lifecycle.Lifecycle) timestamp {
	s := timestamp{present: true, text: v.Text}
	switch {
	case v.Kind == jsonvalue.String && text:
		if unix, ok := rfc3339.Seconds(v.Text); ok {
			s.time = time.Unix(unix, 0).UTC()
			return s
		}
		t, err := time.Parse(time.RFC3339, v.Text)
		if err != nil {
			s.problem = "not an RFC 3339 time"
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
		s.text = shorten(s.text)
	}
	return s
}

// readNumber reads a number in the unit of the lifecycle. Where the time is not
// plausible, it finds out which unit the number could be in.
func (t *timestamp) readNumber(life *lifecycle.Lifecycle) {
	n, err := strconv.ParseFloat(t.text, 64)
	switch at, ok := plausibleTime(life, n, life.Unit); {
	case err != nil:
		t.problem = "out of range"
	case ok:
		t.time = at
	case n == 0:
		t.problem = placeholderProblem
	case n < 0:
		t.problem = "negative"
	default:
		t.problem = fmt.Sprintf("outside the plausible range, %s to %s", life.NotBefore.Format(time.DateOnly), life.NotAfter.Format(time.DateOnly))
		for unit, name := range unitNames {
			if at, ok := plausibleTime(life, n, unit); ok {
				t.problem = fmt.Sprintf("%s in %s, where %s are expected: %d would be right", at.Format(time.DateTime)+" UTC", name, unitNames[life.Unit], at.UnixNano()/int64(life.Unit))
			}
		}
	}
}

// plausibleTime returns the time that a number of units since 1970 is, in UTC. It is not
// ok where the lifecycle says that this is no plausible time.
func plausibleTime(life *lifecycle.Lifecycle, n float64, unit time.Duration) (time.Time, bool) {
	seconds := n * unit.Seconds()
	if seconds < float64(life.NotBefore.Unix()) || seconds > float64(life.NotAfter.Unix()) {
		return time.Time{}, false
	}
	whole := int64(seconds)
	return time.Unix(whole, int64((seconds-float64(whole))*1e9)).UTC(), true
}

// unitNames are the units that servers confuse. No number is a plausible time
// in two of them.
var unitNames = map[time.Duration]string{
	time.Second:      "seconds",
	time.Millisecond: "milliseconds",
	time.Microsecond: "microseconds",
	time.Nanosecond:  "nanoseconds",
}

// describe returns the name of a timestamp, its value, and the time as a date.
func (r *resource) describe(pointer string) string {
	s := r.timestamp(pointer)
	return s.describe(pointer)
}

func (t *timestamp) describe(pointer string) string {
	if t.time.IsZero() {
		return pointer + " " + t.text
	}
	return fmt.Sprintf("%s %s (%s UTC)", pointer, t.text, t.time.Format(time.DateTime))
}

// timeBetween returns the time between two times, for display: in seconds, and
// if it is long, in days, hours and minutes, too.
func timeBetween(a, b time.Time) string {
	d := b.Sub(a).Abs()
	text := strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + " s"
	if d >= 2*time.Minute {
		text += " (" + humanDuration(d) + ")"
	}
	return text
}

// humanDuration returns a duration in its two largest units.
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
