package engine

import (
	"hash/maphash"
	"slices"
	"strconv"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine/template"
	"github.com/plumbapi/plumb/internal/expression"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lifecycle"
	"github.com/plumbapi/plumb/internal/schema"
)

// learn makes the body that was checked known, if what was found depends little enough
// on its values, and if bodies of its structure come again.
func (w *Worker) learn(state *routeState, p *pass, f *found) {
	if f == nil || !f.known || !p.isLearnable() {
		return
	}
	if state.asWritten.compared && state.asWritten.comesAgain(p.structure(true)) {
		state.asWritten.learn(p, f)
	}
	if state.arranged.compared && p.resourcesAreWhole() && state.arranged.comesAgain(p.structure(false)) {
		if arranged := w.arrange(p.x); arranged.isLearnable() {
			state.arranged.learn(arranged, f)
		}
	}
}

// arrange checks the body of an exchange with its members arranged.
func (w *Worker) arrange(x *plumb.Exchange) *pass {
	text, _, ok := w.arranger.Arrange(x.Response.Body.Bytes)
	arranged := *x
	if arranged.Response.Body.Bytes = nil; ok {
		arranged.Response.Body.Bytes = slices.Clone(text)
	}
	p := &pass{v: w.stream.v, x: &arranged, memory: &w.memory}
	p.read()
	p.check()
	return p
}

// resourcesAreWhole reports whether no resource is only a part of the body: where that
// begins would not be known if the members were arranged.
func (p *pass) resourcesAreWhole() bool {
	return !slices.ContainsFunc(p.resources, func(r *resource) bool { return len(r.path) > 0 })
}

// learn makes the body of a pass known.
func (b *knownBodies) learn(p *pass, f *found) {
	l := learner{pass: p, trace: p.schema.Trace(p.root), pinned: map[*jsonvalue.Value]bool{}, fixed: map[*jsonvalue.Value]bool{}, shapes: map[*jsonvalue.Value]*schema.Shape{}, numbers: map[*jsonvalue.Value]int{}}
	k := l.learn()
	if k == nil {
		return
	}
	k.found = f
	for i := range l.holes {
		l.holes[i].Start -= p.root.Start
		l.holes[i].End -= p.root.Start
	}
	b.add(p.x.Response.Body.Bytes[p.root.Start:p.root.End], l.holes, k)
}

// Limits on what is learned.
const (
	longestKnown   = 1 << 16 // bytes of a body
	mostHoles      = 256     // of a body
	mostAlternates = 4       // of one template
	mostTemplates  = 1 << 10 // of a route
	mostStructures = 1 << 12 // that are remembered of a route
)

// isLearnable reports whether all that was found follows from the structure of the body
// and from what the schema asked of its values.
func (p *pass) isLearnable() bool {
	body := p.x.Response.Body.Bytes
	return p.root != nil && len(body) <= longestKnown && p.foundByStructure()
}

var structureSeed = maphash.MakeSeed()

// structure returns a hash of what bodies of one template have in common.
func (p *pass) structure(ordered bool) (sum uint64) {
	add := func(h uint64) {
		if ordered {
			sum *= 31
		}
		sum += h
	}
	end := 0
	for _, visit := range p.visits() {
		v := visit.Value
		if v.Start < end {
			continue
		}
		one := structureOf{shape: visit.Shape, kind: v.Kind}
		if len(visit.Shape.Values) > 0 {
			one.text = v.Text
		}
		add(maphash.Comparable(structureSeed, one))
		if v.Kind == jsonvalue.Array {
			end = v.End
		}
	}
	for _, u := range p.undocumented {
		for _, i := range u.Members {
			add(maphash.Comparable(structureSeed, u.Object.Members[i].Name))
		}
	}
	return sum
}

// structureOf is what bodies of one template have in common in one value.
type structureOf struct {
	shape *schema.Shape
	kind  jsonvalue.Kind
	text  string // of a value of an enumeration
}

// learner finds out what may vary in a body.
type learner struct {
	*pass
	trace   *schema.Trace
	pinned  map[*jsonvalue.Value]bool          // values that count as they are
	fixed   map[*jsonvalue.Value]bool          // arrays and objects whose structure counts
	shapes  map[*jsonvalue.Value]*schema.Shape // of values
	holes   []template.Hole
	values  []*jsonvalue.Value       // in the holes
	numbers map[*jsonvalue.Value]int // of the holes
	known   known
}

// learn returns what is known of bodies with the same structure; nil if that is nothing.
func (l *learner) learn() *known {
	for _, visit := range l.visits() {
		l.shapes[visit.Value] = visit.Shape
		if len(visit.Shape.Values) > 0 {
			l.pin(visit.Value)
		}
	}
	for _, v := range l.trace.Pinned {
		l.pin(v)
	}
	for name := range l.v.identifying(l.bare()) {
		if v := l.root.Member(name); v != nil {
			l.pin(v)
		}
	}
	l.fix(nil)
	if l.schema.elements != nil && l.schema.elementsName != "" {
		l.fix([]string{l.schema.elementsName}) // the number of elements counts
	}
	l.fixFindings()
	l.fixResources()
	if !l.fixRules() || !l.dig(l.root, 0) {
		return nil
	}
	l.known.schema, l.known.bodies, l.known.list = l.schema, l.out.Bodies, l.isList()
	l.guardAnswers()
	for _, r := range l.resources {
		l.addResource(r)
		l.guardTimes(r)
	}
	if !l.guardRules() {
		return nil
	}
	l.addSeen()
	l.guardMasks()
	return &l.known
}

// pin says that all of a value counts.
func (l *learner) pin(v *jsonvalue.Value) { l.pinned[v] = true }

// fix says that the structure of the arrays and objects on a path counts.
func (l *learner) fix(path []string) {
	v := l.root
	l.fixed[v] = true
	for _, token := range path {
		if v = v.At(token); v == nil {
			return
		}
		l.fixed[v] = true
	}
}

func (l *learner) fixFindings() {
	for _, f := range l.failures {
		l.fix(f.Path)
	}
	for _, f := range l.nulls {
		l.fix(f.Path)
	}
	for _, u := range l.undocumented {
		l.fix(u.Path)
	}
}

func (l *learner) fixResources() {
	for _, r := range l.resources {
		l.fix(r.path)
		around := func(pointer string) {
			path, _, _ := cutLast(r.pathTo(pointer))
			l.fix(path)
		}
		around(r.life.Identity)
		around(r.life.State)
		if state := r.at(r.life.State); state != nil {
			l.pin(state)
		}
		if id := r.at(r.life.Identity); id != nil && r.id == "" {
			l.pin(id) // another one can be an identity
		}
		for i, t := range r.life.Timestamps {
			around(t.Pointer)
			if s := &r.timestamps[i]; s.present && (s.time.IsZero() || s.problem != "") {
				l.pin(r.at(t.Pointer))
			}
		}
		for _, pointer := range l.v.tracked[r.life].Members {
			around(pointer)
		}
	}
}

// eachRule calls yield for the rules of the description that apply to the body, each
// with the object that it applies to, until it returns false.
func (l *learner) eachRule(yield func(r *xRule, self *jsonvalue.Value, path []string) bool) bool {
	for _, r := range l.v.responseRules[l.response] {
		if !yield(r, l.root, nil) {
			return false
		}
	}
	for i, visit := range l.visits() {
		if visit.Value.Kind == jsonvalue.Null {
			continue
		}
		for _, r := range l.v.shapeRules[visit.Shape] {
			if !yield(r, visit.Value, l.visits().Path(i)) {
				return false
			}
		}
	}
	return true
}

func (l *learner) fixRules() bool {
	return l.eachRule(func(r *xRule, _ *jsonvalue.Value, path []string) bool {
		l.fix(path)
		for _, read := range r.expression.Reads(expression.Self) {
			l.fix(append(slices.Clip(path), read...))
		}
		return true
	})
}

// dig digs the holes in a value. It reports whether there are not too many.
func (l *learner) dig(v *jsonvalue.Value, depth int) bool {
	switch {
	case l.pinned[v]:
		return true
	case v.Kind == jsonvalue.String:
		return l.hole(template.Hole{Kind: template.Text, Start: v.Start + 1, End: v.End - 1}, v)
	case v.Kind == jsonvalue.Number:
		return l.hole(template.Hole{Kind: template.KindOf(v.Text), Start: v.Start, End: v.End}, v)
	case v.Kind == jsonvalue.Array || v.Kind == jsonvalue.Object:
		if part := l.part(v); part != nil {
			l.known.guards = append(l.known.guards, &fitsPart{len(l.holes), part})
			if shape := l.shapes[v]; shape != nil && l.v.hasPlaces(shape) {
				l.known.parts = append(l.known.parts, knownPart{len(l.holes), shape})
			}
			return l.hole(template.Hole{Kind: template.Value, Start: v.Start, End: v.End, Depth: depth}, v)
		}
	}
	for i := range v.Members {
		if !l.dig(v.Members[i].Value, depth+1) {
			return false
		}
	}
	for _, item := range v.Items {
		if !l.dig(item, depth+1) {
			return false
		}
	}
	return true
}

func (l *learner) hole(h template.Hole, v *jsonvalue.Value) bool {
	l.numbers[v] = len(l.holes)
	l.holes, l.values = append(l.holes, h), append(l.values, v)
	return len(l.holes) <= mostHoles
}

// part returns what an array or object has to satisfy to be of any structure; nil if its
// structure counts. That of an object counts if its members have names of their own.
func (l *learner) part(v *jsonvalue.Value) *schema.Part {
	shape := l.shapes[v]
	if l.fixed[v] || shape != nil && (v.Kind == jsonvalue.Object && len(shape.Members) > 0 || !l.v.isPlain(shape)) {
		return nil
	}
	return l.trace.Part(v, shape)
}

// guardAnswers adds guards for what the schema asked of the values in holes.
func (l *learner) guardAnswers() {
	for _, q := range l.trace.Questions {
		if hole, ok := l.numbers[q.Value]; ok && (l.holes[hole].Kind != template.Natural || q.IsOpen()) {
			l.known.guards = append(l.known.guards, &hasAnswer{hole, q})
		}
	}
}

// guardMasks adds guards for the strings of which something was found.
func (l *learner) guardMasks() {
	for _, f := range l.failures {
		if v := l.root.At(f.Path...); v != nil && v.Kind == jsonvalue.String {
			if hole, ok := l.numbers[v]; ok {
				l.known.guards = append(l.known.guards, &isNotMasked{hole})
			}
		}
	}
}

// addResource adds a resource to what is known.
func (l *learner) addResource(r *resource) {
	if r.id == "" {
		return
	}
	id := l.valueOf(r.at(r.life.Identity))
	if id.hole >= 0 {
		l.known.guards = append(l.known.guards, &hasIdentity{id.hole})
	}
	own := knownResource{tracked: l.v.tracked[r.life], within: l.locate(location{path: r.path}).pointer, start: l.offset(r.value.Start), id: id}
	for _, pointer := range own.Members {
		own.members = append(own.members, l.valueOf(r.at(pointer)))
	}
	if len(own.rules) > 0 {
		own.eachRead(r.value, func(start, end int) { own.read = append(own.read, part{l.offset(start), l.offset(end)}) })
	}
	l.known.resources = append(l.known.resources, own)
}

// valueOf returns how to find a value of the body in other bodies.
func (l *learner) valueOf(v *jsonvalue.Value) knownValue {
	if v == nil {
		return knownValue{hole: -1}
	}
	if hole, ok := l.numbers[v]; ok {
		return knownValue{hole: hole}
	}
	if slices.ContainsFunc(l.holes, func(h template.Hole) bool { return v.Start < h.Start && h.Start < v.End }) {
		return knownValue{hole: -1, part: part{l.offset(v.Start), l.offset(v.End)}}
	}
	constant, _ := jsonvalue.Parse(l.x.Response.Body.Bytes[v.Start:v.End], l.v.maxDepth)
	return knownValue{hole: -1, constant: constant}
}

// offset returns how to find a place of the body in other bodies.
func (l *learner) offset(at int) offset {
	hole, _ := slices.BinarySearchFunc(l.holes, at, func(h template.Hole, at int) int { return h.End - at - 1 })
	if hole == 0 {
		return offset{-1, at - l.root.Start}
	}
	return offset{hole - 1, at - l.holes[hole-1].End}
}

// guardTimes adds a guard for the timestamps of a resource.
func (l *learner) guardTimes(r *resource) {
	g := &keepsTime{
		resource: resource{shape: r.shape, life: r.life, state: r.state, timestamps: slices.Clone(r.timestamps)},
		bound:    l.v.isEnabled(timeBound), future: l.v.isEnabled(timeFuture), skew: l.v.isEnabled(timeSkew),
	}
	for i, t := range r.life.Timestamps {
		if r.timestamps[i].time.IsZero() {
			continue
		}
		if hole, ok := l.numbers[r.at(t.Pointer)]; ok {
			g.holes = append(g.holes, holeOfTime{i, hole})
		}
	}
	if l.v.isEnabled(timeOrder) {
		g.pairs = essentialPairs(r.life.Before, func(i int) bool { return !r.timestamps[i].time.IsZero() })
	}
	if slices.ContainsFunc(r.timestamps, func(t timestamp) bool { return !t.time.IsZero() }) {
		l.known.guards = append(l.known.guards, g)
	}
}

// essentialPairs returns those pairs of timestamps that do not follow from others, of
// the timestamps that are there.
func essentialPairs(pairs []lifecycle.Pair, has func(timestamp int) bool) []lifecycle.Pair {
	var all []lifecycle.Pair
	for _, p := range pairs {
		if has(p.EarlierAt) && has(p.LaterAt) {
			all = append(all, p)
		}
	}
	for i := 0; i < len(all); {
		if others := slices.Delete(slices.Clone(all), i, i+1); leads(others, all[i].EarlierAt, all[i].LaterAt) {
			all = others
		} else {
			i++
		}
	}
	return all
}

// leads reports whether a chain of pairs leads from one timestamp to another.
func leads(pairs []lifecycle.Pair, from, to int) bool {
	reached := map[int]bool{from: true}
	for grows := true; grows; {
		grows = false
		for _, p := range pairs {
			if reached[p.EarlierAt] && !reached[p.LaterAt] {
				reached[p.LaterAt], grows = true, true
			}
		}
	}
	return reached[to]
}

// guardRules adds guards for the rules of the description. It reports whether it could.
func (l *learner) guardRules() bool {
	return l.eachRule(func(r *xRule, self *jsonvalue.Value, _ []string) bool {
		if !l.v.isEnabled(r.Rule) || r.overTime { // those are for histories
			return true
		}
		bound, ok := r.expression.Bind(self, l.place, l)
		if !ok {
			return false
		}
		if !bound.Always() {
			l.known.guards = append(l.known.guards, &satisfiesRule{bound})
		}
		return true
	})
}

// Natural returns the natural number in a hole.
func (l *learner) Natural(hole int) (n int64, ok bool) {
	n, err := strconv.ParseInt(l.values[hole].Text, 10, 64)
	return n, err == nil && l.holes[hole].Kind == template.Natural
}

// Value returns the value in a hole.
func (l *learner) Value(hole int) *jsonvalue.Value { return l.values[hole] }

// place says where a value is, for expressions.
func (l *learner) place(v *jsonvalue.Value) expression.Place {
	hole, ok := l.numbers[v]
	switch {
	case !ok:
		return expression.Fixed
	case l.holes[hole].Kind == template.Value:
		return expression.Unknown
	}
	return expression.Place(hole)
}

// addSeen adds the documented places that the structure has.
func (l *learner) addSeen() {
	end := 0
	visits := l.visits()
	for i := range visits {
		v := visits[i].Value
		if v.Start < end {
			continue
		}
		l.v.seenAt(visits, i, func(s Seen) { l.known.seen = append(l.known.seen, s) })
		if hole, ok := l.numbers[v]; ok && l.holes[hole].Kind == template.Value {
			end = v.End
		}
	}
}

// isPlain reports whether all that there is to say of values of a shape is what their
// schemas say.
func (v *Validator) isPlain(shape *schema.Shape) bool {
	return v.shapesWithin(shape, func(s *schema.Shape) bool { return v.lives[s] == nil && len(v.shapeRules[s]) == 0 })
}

// hasPlaces reports whether there are documented places in values of a shape.
func (v *Validator) hasPlaces(shape *schema.Shape) bool {
	return !v.shapesWithin(shape, func(s *schema.Shape) bool { return len(s.Members)+len(s.Values) == 0 })
}

// shapesWithin reports whether something is so for a shape and all in it.
func (v *Validator) shapesWithin(shape *schema.Shape, is func(*schema.Shape) bool) bool {
	open, known := []*schema.Shape{shape}, map[*schema.Shape]bool{shape: true}
	for len(open) > 0 {
		s := open[len(open)-1]
		open = open[:len(open)-1]
		if !is(s) {
			return false
		}
		for _, inner := range s.Within() {
			if !known[inner] {
				known[inner] = true
				open = append(open, inner)
			}
		}
	}
	return true
}
