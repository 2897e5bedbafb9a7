package engine

import (
	"slices"
	"strconv"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/schema"
	"github.com/plumbapi/plumb/spec"
)

// pass is the check of one exchange: what rules read, and where they report.
type pass struct {
	v      *Validator
	x      *plumb.Exchange
	memory *memory
	tally  *Results // counts the documented places; nil if the result lists them

	match         spec.Match
	response      *spec.Response // nil where none is described for the status
	media         *spec.Media    // nil where none is described for the media type
	text          bool           // the body is plain text, which the schema describes as a string
	schemaNotText bool           // the media type is described, but its schema is of other values

	parsed   *parsedBody // the body as JSON; made on first use
	faults   []jsonvalue.Fault
	root     *jsonvalue.Value // nil where the body is not checked
	schema   *bodySchema      // nil where none applies
	visited  schema.Visits    // made on first use
	parts    []bodyPart
	failures []schema.Failure
	nulls    []schema.Failure // failures of null for an optional member; not among failures

	undocumented []schema.Undocumented
	unitProblems map[*jsonvalue.Value]bool // the timestamps that time-unit reports; made on first use

	resources  []*resource
	resourceOf map[*jsonvalue.Value]*resource // by the value; made on first use
	request    map[string]any                 // the variable of expressions; made on first use

	container     containerNode         // of the previous finding
	leaveOutAt    int                   // number of findings at which those at too many places are left out
	lastKept      map[string]FindingKey // by rule, of which findings were left out
	errorOffsets  []int                 // offsets of the values with errors
	earlierErrors []int                 // errorOffsets before the rules of the description ran, sorted

	rule     *Rule // that runs
	severity plumb.Severity
	out      Result
}

// memory is what passes use one after the other. What they found stays valid, but for the
// body and what refers to it.
type memory struct {
	parser jsonvalue.Parser
	visits schema.Visits
}

// use makes r the rule that reports.
func (p *pass) use(r *Rule) {
	p.rule = r
	p.severity = p.v.severityOf(r)
}

// setSeverity sets the severity of further findings of the rule that runs. A
// severity that was configured for the rule takes precedence.
func (p *pass) setSeverity(s plumb.Severity) {
	if p.v.severitySet[p.rule.ID] {
		return
	}
	if p.severity = s; s == plumb.Warning && p.v.strict {
		p.severity = plumb.Error
	}
}

// bare reports whether the exchange is a bare body, without a request.
func (p *pass) bare() bool { return p.x.Request.URL == "" }

// parse reads the body as JSON and validates it, if it is to be checked.
func (p *pass) parse() {
	body := p.x.Response.Body
	switch {
	case p.bare() && body.Missing != "":
		p.out.Skipped = body.Missing
		return
	case p.bare() && body.Bytes == nil && len(p.x.Defects) > 0:
		p.out.Skipped = "a body that could not be read"
		return
	case p.bare() && p.x.Schema == "" && p.x.Response.Header != nil && !p.looksLikeJSON():
		p.out.Skipped = "a response without its request whose body is not JSON"
		return
	case !p.bare() && p.schema == nil:
		return
	case p.text:
		p.root = &jsonvalue.Value{Kind: jsonvalue.String, Text: string(body.Bytes), End: len(body.Bytes)}
	case !p.bare() && len(body.Bytes) == 0:
		p.out.Bodies = 1
		return
	default:
		p.root, p.faults = p.json().root, p.json().faults
	}
	if p.root == nil {
		if p.faults[len(p.faults)-1].Kind == jsonvalue.TooDeep {
			p.out.Skipped = "a body that nests deeper than plumb reads (--max-depth)"
			return
		}
		p.out.Bodies = 1
		return
	}
	if p.bare() && !p.chooseBare() {
		return
	}
	p.parts = p.schema.parts(p.root)
	p.out.Bodies = len(p.parts)
	found := p.schema.Validate(p.root)
	p.undocumented = found.Undocumented
	p.failures, p.nulls = p.divide(found.Failures)
	p.findResources()
	for _, r := range p.resources {
		if r.id != "" {
			p.out.Resources = append(p.out.Resources, Resource{r.id, p.v.tracked[r.life].Key([]byte(r.id))})
		}
	}
	p.recordSeen()
}

// parsedBody is a body read as JSON.
type parsedBody struct {
	root   *jsonvalue.Value // nil where it is not JSON
	faults []jsonvalue.Fault
}

// json reads the body as JSON, once.
func (p *pass) json() *parsedBody {
	if p.parsed == nil {
		root, faults := p.memory.parser.Parse(p.x.Response.Body.Bytes, p.v.maxDepth)
		p.parsed = &parsedBody{root, faults}
	}
	return p.parsed
}

// isList reports whether the elements of the body count as bodies of their own.
func (p *pass) isList() bool { return len(p.parts) > 0 && len(p.parts[0].path) > 0 }

// visits returns the values in the body that schemas describe.
func (p *pass) visits() schema.Visits {
	if p.visited == nil && p.root != nil && p.schema != nil {
		p.visited = p.schema.Shape.Visit(p.memory.visits[:0], p.root)
		p.memory.visits = p.visited
	}
	return p.visited
}

// eachResource calls yield for each resource in the body.
func (p *pass) eachResource(yield func(*resource)) {
	for _, r := range p.resources {
		yield(r)
	}
}

// chooseBare finds the schema of a bare body.
func (p *pass) chooseBare() bool {
	if p.x.Schema != "" {
		i := slices.IndexFunc(p.v.named(), func(s *bodySchema) bool { return s.Name == p.x.Schema })
		if i < 0 {
			p.out.Skipped = "the description has no schema " + p.x.Schema
			return false
		}
		p.schema = p.v.named()[i]
		return true
	}
	p.schema, p.out.Skipped = p.v.infer(p.root)
	return p.schema != nil
}

// isOptionalNull reports whether the failure is that of null for an optional,
// named member.
func (p *pass) isOptionalNull(f *schema.Failure) bool {
	around, name, ok := cutLast(f.Path)
	if !ok || f.Name || f.OfMember || f.Tolerated {
		return false
	}
	if v := p.root.At(f.Path...); v == nil || v.Kind != jsonvalue.Null {
		return false
	}
	m := p.memberAt(around, name)
	return m != nil && m.NullIsDrift()
}

// divide divides failures into those of null for optional members, and the others. Most
// bodies have only one of the two.
func (p *pass) divide(all []schema.Failure) (others, nulls []schema.Failure) {
	n := 0
	for n < len(all) && p.isOptionalNull(&all[n]) {
		n++
	}
	if n == len(all) {
		return nil, all
	}
	nulls = all[:n:n]
	others = make([]schema.Failure, 0, len(all)-n)
	for i := n; i < len(all); i++ {
		if p.isOptionalNull(&all[i]) {
			nulls = append(nulls, all[i])
		} else {
			others = append(others, all[i])
		}
	}
	return others, nulls
}

// memberAt returns the description of a member of the object that the path leads
// to, or nil.
func (p *pass) memberAt(path []string, name string) *schema.Member {
	if shape := p.shapeAt(path); shape != nil {
		return shape.Named(name)
	}
	return nil
}

// shapeAt returns the shape of the value that the path leads to, or nil.
func (p *pass) shapeAt(path []string) *schema.Shape {
	shape, value := p.schema.Shape, p.root
	for _, token := range path {
		if shape == nil || value == nil {
			return nil
		}
		if value.Kind == jsonvalue.Array {
			i, _ := strconv.Atoi(token)
			shape = shape.Item(i)
		} else {
			shape, _ = shape.Member(token)
		}
		value = value.At(token)
	}
	return shape
}

// looksLikeJSON reports whether the body begins like a JSON object or array.
func (p *pass) looksLikeJSON() bool { return looksLikeJSON(p.x.Response.Body.Bytes) }
