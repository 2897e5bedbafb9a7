package schema

import (
	"slices"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// question is what keywords ask of a string or number. All that they learn of its
// content they learn so, or else they pin the value.
type question interface {
	ask(*jsonvalue.Value) answer

	// isOpen reports whether natural numbers can have different answers.
	isOpen() bool
}

// answer says in which ways a value does not satisfy what is asked.
type answer byte

const satisfied answer = 0

func answerOf(is bool) answer {
	if is {
		return satisfied
	}
	return 1
}

// ask asks a question of a value.
func (e *evaluator) ask(q question, v *jsonvalue.Value) answer {
	a := q.ask(v)
	if e.trace != nil {
		e.trace.Questions = append(e.trace.Questions, Question{v, q, a})
	}
	return a
}

// pin says that the outcome depends on all of a value.
func (e *evaluator) pin(v *jsonvalue.Value) {
	if e.trace != nil {
		e.trace.Pinned = append(e.trace.Pinned, v)
	}
}

// Trace is what the outcome of checking a value depends on, besides its structure: the
// kinds of values and the names of members.
type Trace struct {
	Questions []Question         // that were asked of strings and numbers
	Pinned    []*jsonvalue.Value // all of which counts
	Entries   []Entry            // the arrays and objects in the value

	set *Set
}

// Question is what was asked of a string or number.
type Question struct {
	Value  *jsonvalue.Value
	asked  question
	answer answer
}

// IsOpen reports whether other natural numbers can have another answer.
func (q *Question) IsOpen() bool { return q.asked.isOpen() }

// HasSameAnswer reports whether another value, of the same kind, has the same answer.
func (q *Question) HasSameAnswer(v *jsonvalue.Value) bool { return q.asked.ask(v) == q.answer }

// Entry is a schema that was applied to an array or object in the value.
type Entry struct {
	Value  *jsonvalue.Value
	schema *node
	strict bool // it satisfies the schema
	judged bool // it was judged only: what the schema documents does not count
}

// enter records that a schema was applied to a member or element.
func (t *Trace) enter(n *node, v *jsonvalue.Value, s *score, judged bool) {
	if v.Kind == jsonvalue.Array || v.Kind == jsonvalue.Object {
		t.Entries = append(t.Entries, Entry{v, n, s.strict(), judged})
	}
}

// Trace checks a value against the schema, and returns what the outcome depends on.
func (s *Schema) Trace(v *jsonvalue.Value) *Trace {
	t := &Trace{set: s.set}
	e := newEvaluator(s.set, s.Shape)
	defer e.release()
	e.trace = t
	s.evaluate(e, v)
	return t
}

// Part returns a schema by which alone an array or object in the value can be checked,
// whatever it is then; it has no findings now. It is nil if there is none. The shape is that of the
// array or object.
func (t *Trace) Part(v *jsonvalue.Value, shape *Shape) *Part {
	if t.set.dynamic.Load() { // what schemas mean depends on what is around them
		return nil
	}
	p := &Part{set: t.set, shape: shape}
	for _, e := range t.Entries {
		if e.Value != v {
			continue
		}
		if !e.strict {
			return nil
		}
		to := &p.schemas
		if e.judged {
			to = &p.judged
		}
		if !slices.Contains(*to, e.schema) {
			*to = append(*to, e.schema)
		}
	}
	p.judged = slices.DeleteFunc(p.judged, func(n *node) bool { return slices.Contains(p.schemas, n) })
	if !p.Accepts(v) {
		return nil
	}
	if v.Kind == jsonvalue.Object {
		p.flat = flatMapOf(append(slices.Clip(p.schemas), p.judged...))
	}
	return p
}

// Part is what schemas say of a part of a body. It is not safe for concurrent use.
type Part struct {
	set     *Set
	shape   *Shape
	schemas []*node
	judged  []*node  // which only have to be satisfied
	flat    *flatMap // of objects, if the schemas are so; or nil
}

// Accepts reports whether there is nothing to say of a value.
func (p *Part) Accepts(v *jsonvalue.Value) bool {
	if p.flat != nil && v.Kind == jsonvalue.Object {
		return p.flat.accepts(&evaluator{}, v)
	}
	e := newEvaluator(p.set, p.shape)
	defer e.release()
	for _, n := range p.schemas {
		if r := e.whole(n, v); !r.strict() {
			return false
		}
	}
	for _, n := range p.judged {
		if r := e.judge(n, v); !r.strict() {
			return false
		}
	}
	return len(e.failures) == 0 && len(e.undocumented()) == 0
}
