package probe

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/arazzo"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// unmet returns the defect that the last exchange does not meet its step: what
// the step expects, what came instead, and where the scenario says so.
func (e *executor) unmet(failed *arazzo.UnmetError) plumb.Defect {
	c := failed.Criterion
	d := plumb.Defect{
		Rule: "scenario-unmet", Place: e.held.Place, Description: c.Place, Allowed: c.String(), Found: e.answer,
		Message: fmt.Sprintf("the response is not what the step %s of the scenario %s expects", failed.Step.ID, failed.Step.Workflow.ID),
	}
	if value := e.value(c.Context); value != "" {
		d.Found += ", where " + c.Context + " is " + value
	}
	return d
}

// withoutValue returns the defect that a step needs a value which the responses
// did not contain.
func (e *executor) withoutValue(none *arazzo.NoValueError) plumb.Defect {
	d := plumb.Defect{
		Rule: "scenario-unmet", Place: e.held.Place, Description: none.Step.Place, Allowed: none.Expression, Found: e.answer,
		Message: fmt.Sprintf("the responses contain no value for %s, which the step %s of the scenario %s needs", none.What, none.Step.ID, none.Step.Workflow.ID),
	}
	if body := e.held.Response.Body.Bytes; !json.Valid(body) {
		d.Found += ", with a body that is not JSON"
	}
	return d
}

// value returns the value in the last body that a criterion tests, or "" if
// there is none, or if it is long.
func (e *executor) value(context string) string {
	const maxLength, maxDepth = 80, 1000
	pointer, ok := strings.CutPrefix(context, "$response.body#")
	body := e.held.Response.Body.Bytes
	if root, _ := jsonvalue.Parse(body, maxDepth); ok && root != nil {
		if v := root.At(jsonvalue.SplitPointer(pointer)...); v != nil && v.End-v.Start <= maxLength {
			return string(body[v.Start:v.End])
		}
	}
	return ""
}
