package probe

import (
	"fmt"
	"strings"

	"github.com/pb33f/libopenapi/arazzo"
	model "github.com/pb33f/libopenapi/datamodel/high/arazzo"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// unmet returns the defect that the last exchange does not meet its step: what
// the step expects, what came instead, and where the scenario says so.
func (e *executor) unmet(s *Scenario, failed *arazzo.StepFailureError) plumb.Defect {
	d := plumb.Defect{Rule: "scenario-unmet", Found: e.answer, Place: e.held.Place}
	scenario := s.Name
	if c := e.document.criterion(s.Name, failed); c != nil {
		scenario = c.scenario
		d.Allowed = c.String()
		if value := e.value(c.Context); value != "" {
			d.Found += ", where " + c.Context + " is " + value
		}
		d.Description = plumb.Source{File: e.document.file, Pointer: c.pointer}
		if low := c.GoLow(); low != nil && low.RootNode != nil {
			d.Description.Line, d.Description.Column = low.RootNode.Line, low.RootNode.Column
		}
	}
	d.Message = fmt.Sprintf("the response is not what the step %s of the scenario %s expects", failed.StepId, scenario)
	return d
}

// unreadable returns the defect that the scenario needs a value from the last
// response and cannot read its body.
func (e *executor) unreadable(s *Scenario) plumb.Defect {
	return plumb.Defect{
		Rule:    "scenario-unmet",
		Message: "the response is not JSON, and the scenario " + s.Name + " needs a value from it",
		Found:   e.answer,
		Allowed: "a body that is JSON",
		Place:   e.held.Place,
	}
}

// criterion is a success criterion of a step.
type criterion struct {
	*model.Criterion
	scenario string
	pointer  string // in the document
}

func (c *criterion) String() string {
	if c.GetEffectiveType() == "regex" {
		return c.Context + " matches " + c.Condition
	}
	return strings.TrimSpace(c.Context + " " + c.Condition)
}

// criterion finds the criterion that a step did not meet: in the scenario, or
// else in one that it contains.
func (d *Document) criterion(scenario string, failed *arazzo.StepFailureError) (found *criterion) {
	i := failed.CriterionIndex
	for w, workflow := range d.arazzo.Workflows {
		for s, step := range workflow.Steps {
			if step.StepId == failed.StepId && i >= 0 && i < len(step.SuccessCriteria) && (found == nil || workflow.WorkflowId == scenario) {
				found = &criterion{step.SuccessCriteria[i], workflow.WorkflowId, fmt.Sprintf("/workflows/%d/steps/%d/successCriteria/%d", w, s, i)}
			}
		}
	}
	return found
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
