package probe

import (
	"net/http"
	"strings"

	"github.com/plumbapi/plumb/internal/arazzo"
	"github.com/plumbapi/plumb/spec"
)

// Skipped is an operation that a smoke run does not call.
type Skipped struct {
	Operation string // method and path
	Reason    string // what it needs or lacks
}

// Smoke returns a scenario for each operation of a description that can be
// called with what the description itself says: it has no required parameters,
// or there is an example for each. Only GET is called, unless methods that
// change something on the server are allowed; DELETE is never called. The other
// operations are skipped.
func Smoke(d *spec.Description, change bool) (scenarios []Scenario, skipped []Skipped) {
	for _, op := range d.Operations {
		name := op.Method + " " + op.Path
		c, lack := smokeCall(d, op, change)
		if lack != "" {
			skipped = append(skipped, Skipped{name, lack})
			continue
		}
		scenarios = append(scenarios, Scenario{Name: name, Summary: "Call " + op.ID, smoke: c})
	}
	return scenarios, skipped
}

// smokeCall returns the call of an operation, or what it lacks.
func smokeCall(d *spec.Description, op *spec.Operation, change bool) (c *call, lack string) {
	switch op.Method {
	case http.MethodGet:
	case http.MethodPost, http.MethodPut, http.MethodPatch:
		if !change {
			return nil, "needs --create"
		}
	default:
		return nil, "needs a scenario"
	}
	c = &call{operation: op, parameters: d.Parameters(op)}
	var missing, empty, unsendable []string
	for _, p := range c.parameters {
		if !p.Required {
			continue
		}
		if p.Example == nil {
			missing = append(missing, p.Name)
			continue
		}
		a := arazzo.Argument{Name: p.Name, In: p.In, Value: p.Example.Value}
		sent := parameterOf(a, c.parameters)
		if p.In == "path" && sent.path() == "" {
			empty = append(empty, p.Name)
		}
		if _, ok := sent.control(p.In); ok {
			unsendable = append(unsendable, p.Name)
		}
		c.arguments = append(c.arguments, a)
	}
	if !c.addBody(d.RequestBody(op)) {
		missing = append(missing, "the body")
	}
	switch {
	case len(missing) > 0:
		return nil, "lacks an example of " + strings.Join(missing, ", ")
	case len(empty) > 0: // without it, the path is that of another operation, or of none
		return nil, "lacks an example of " + strings.Join(empty, ", ") + " that is not empty"
	case len(unsendable) > 0:
		return nil, "lacks an example of " + strings.Join(unsendable, ", ") + " without control characters"
	}
	return c, ""
}

// addBody adds an example of the body. It reports false if there is none and
// the operation needs one.
func (c *call) addBody(body *spec.RequestBody) bool {
	if body == nil || c.operation.Method == http.MethodGet {
		return true
	}
	for _, m := range body.Media {
		if m.Example == nil {
			continue
		}
		if _, _, err := encodeBody(m.Type, m.Example.Value); err == nil {
			c.contentType, c.payload, c.hasPayload = m.Type, m.Example.Value, true
			return true
		}
	}
	return !body.Required
}
