package validator

import (
	"mime"
	"slices"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/schemas"
	"github.com/plumbapi/plumb/spec"
)

// pass is the check of one exchange: what rules read, and where they report.
type pass struct {
	v *Validator
	x *Exchange

	match    spec.Match
	response *spec.Response // nil where none is described for the status
	media    *spec.Media    // nil where none is described for the media type

	faults   []jsonvalue.Fault
	root     *jsonvalue.Value // nil where the body is not JSON, or not looked at
	schema   *bodySchema      // nil where none applies
	visited  schemas.Visits   // made on first use
	units    []unit
	failures []schemas.Failure
	nulls    []schemas.Failure // of failures, those that are null for an optional member

	resources  []*resource
	resourceOf map[*jsonvalue.Value]*resource // by the value; made on first use
	request    map[string]any                 // as expressions have it; made on first use

	around   surroundings // of the finding before
	errorsAt []int        // offsets of the values that errors were reported at
	blamed   []int        // the same, sorted, before the rules of the description ran

	rule     *Rule // that runs
	severity Severity
	out      Result
}

// use makes a rule the one that reports.
func (p *pass) use(r *Rule) {
	p.rule = r
	p.severity = p.v.severityOf(r)
}

// identify finds the operation, the response and the schema of the exchange.
func (p *pass) identify() {
	p.out.Status = p.x.Response.Status
	request := p.x.Request
	if request.URL == "" {
		return
	}
	p.match = p.v.desc.Find(request.Method, request.URL, p.v.servers)
	op := p.match.Operation
	switch {
	case p.match.Path == "":
		p.out.Skipped = "another API: the description has no such path"
	case request.Method == "HEAD", request.Method == "OPTIONS" && op == nil:
		p.out.Skipped = request.Method + " requests, whose answers have no body to check"
	case op == nil:
		p.out.Operation = request.Method + " " + p.match.Path
		p.out.Skipped = "a method that the description does not have for the path"
	default:
		p.out.Operation = op.ID
		p.response = op.Response(p.out.Status)
		p.choose()
	}
}

// choose finds the media type and the schema that describe the body.
func (p *pass) choose() {
	status, header := p.out.Status, p.x.Response.Header
	switch {
	case p.x.Response.Body.Missing != "":
		p.out.Skipped = p.x.Response.Body.Missing
	case status == 304:
		p.out.Skipped = "answers with status 304, which have no body"
	case p.response == nil && status == 0:
		p.out.Skipped = "the recording does not say the status"
	case p.response == nil:
		p.out.Skipped = "status " + strconv.Itoa(status) + " is not described"
	case len(p.response.Media) == 0:
		p.out.Skipped = "the description has no body for the status"
	default:
		contentType := header.Get("Content-Type")
		if p.media = p.response.MediaFor(contentType); p.media == nil && (contentType == "" || p.looksLikeJSON()) {
			// Recorders drop headers; and what is JSON all the same is
			// worth a look even where its media type is wrong.
			p.media = jsonMedia(p.response)
		}
		if p.media == nil {
			p.out.Skipped = "a media type that is not described"
		} else if !p.media.HasSchema {
			p.out.Skipped = "the description has no schema for the body"
		} else if !isJSON(p.media.Type) && !isJSON(contentType) {
			p.out.Skipped = "media types other than JSON"
		} else {
			p.schema = p.v.bodies[p.media.Schema]
		}
	}
}

// bare tells whether the exchange is a bare body, without a request.
func (p *pass) bare() bool { return p.x.Request.URL == "" }

// parse reads the body as JSON and validates it, if it is to be looked at.
func (p *pass) parse() {
	body := p.x.Response.Body
	switch {
	case p.bare() && body.Missing != "":
		p.out.Skipped = body.Missing
		return
	case p.bare() && body.Bytes == nil && len(p.x.Defects) > 0:
		p.out.Skipped = "what could not be read"
		return
	case p.bare() && p.x.Schema == "" && p.x.Response.Header != nil && !p.looksLikeJSON():
		p.out.Skipped = "a response without its request whose body is not JSON"
		return
	case !p.bare() && p.schema == nil:
		return
	case !p.bare() && len(body.Bytes) == 0:
		p.out.Bodies = 1
		return
	}
	p.root, p.faults = jsonvalue.Parse(body.Bytes, p.v.maxDepth)
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
	p.units = p.schema.units(p.root)
	p.out.Bodies = len(p.units)
	for _, f := range p.schema.ValidateVisits(p.visits()) {
		if p.isOptionalNull(f) {
			p.nulls = append(p.nulls, f)
		} else {
			p.failures = append(p.failures, f)
		}
	}
	p.findResources()
	for _, r := range p.resources {
		if r.id != "" {
			p.out.Resources = append(p.out.Resources, r.id)
		}
	}
	p.see()
}

// visits returns the values in the body that schemas describe.
func (p *pass) visits() schemas.Visits {
	if p.visited == nil && p.root != nil && p.schema != nil {
		p.visited = p.schema.Visit(p.root)
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
		i := slices.IndexFunc(p.v.named, func(s *bodySchema) bool { return s.Name == p.x.Schema })
		if i < 0 {
			p.out.Skipped = "the description has no schema " + p.x.Schema
			return false
		}
		p.schema = p.v.named[i]
		return true
	}
	p.schema, p.out.Skipped = p.v.infer(p.root)
	return p.schema != nil
}

// isOptionalNull tells whether the failure is that of null for a named member
// that may be left out.
func (p *pass) isOptionalNull(f schemas.Failure) bool {
	around, name, ok := cutLast(f.Path)
	if !ok || f.Name || f.OfMember {
		return false
	}
	if v := p.root.At(f.Path...); v == nil || v.Kind != jsonvalue.Null {
		return false
	}
	m := p.memberAt(around, name)
	return m != nil && !m.Required
}

// memberAt returns the description of a member of the object that the path leads
// to, or nil.
func (p *pass) memberAt(path []string, name string) *schemas.Member {
	if shape := p.shapeAt(path); shape != nil {
		return shape.Named(name)
	}
	return nil
}

// shapeAt returns the shape of the value that the path leads to, or nil.
func (p *pass) shapeAt(path []string) *schemas.Shape {
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

// looksLikeJSON tells whether the body begins as a JSON object or array does.
func (p *pass) looksLikeJSON() bool { return looksLikeJSON(p.x.Response.Body.Bytes) }

// jsonMedia returns the first described media type that is JSON, or can be.
func jsonMedia(r *spec.Response) *spec.Media {
	for _, m := range r.Media {
		if isJSON(m.Type) || strings.Contains(m.Type, "*") {
			return m
		}
	}
	return nil
}

func isJSON(contentType string) bool {
	t, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		t, _, _ = strings.Cut(strings.ToLower(contentType), ";")
		t = strings.TrimSpace(t)
	}
	return t == "application/json" || t == "text/json" || strings.HasSuffix(t, "+json")
}
