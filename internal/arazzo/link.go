package arazzo

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/nearest"
	"github.com/plumbapi/plumb/spec"
)

// link checks what parts of the document say about others. A workflow or a step
// that does not exist is an error. An expression that leads to nothing is a
// warning, since it may not be needed.
func (r *reader) link() error {
	for _, w := range r.document.Workflows {
		l := linker{document: r.document, workflow: w}
		for i, id := range w.DependsOn {
			l.needWorkflow(id, r.document.tree.Place(fmt.Sprintf("%s/dependsOn/%d", w.Place.Pointer, i)))
		}
		l.actions(w.successActions, w.Place)
		l.actions(w.failureActions, w.Place)
		for _, s := range w.Steps {
			l.step(s)
		}
		for name, e := range w.outputs {
			l.expression(e, r.document.tree.Place(w.Place.Pointer+"/outputs/"+name))
		}
		if l.err != nil {
			return l.err
		}
	}
	slices.SortStableFunc(r.document.Warnings, func(a, b spec.Warning) int { return a.Place.Line - b.Place.Line })
	return r.document.checkCycles()
}

// linker checks the references of one workflow.
type linker struct {
	document *Document
	workflow *Workflow
	err      error // the first one
}

func (l *linker) fail(at plumb.Source, format string, args ...any) {
	if l.err == nil {
		l.err = l.document.tree.Error(at.Pointer, fmt.Sprintf(format, args...))
	}
}

func (l *linker) warn(at plumb.Source, format string, args ...any) {
	l.document.Warnings = append(l.document.Warnings, spec.Warning{Place: at, Message: fmt.Sprintf(format, args...)})
}

func (l *linker) step(s *Step) {
	if s.WorkflowID != "" {
		l.needWorkflow(s.WorkflowID, s.Place)
	}
	for _, p := range s.parameters {
		l.value(p.value, s.Place)
	}
	if s.Body != nil {
		l.value(s.Body.Payload, s.Place)
		for _, r := range s.Body.Replacements {
			l.value(r.Value, s.Place)
		}
	}
	l.criteria(s.Criteria)
	for name, e := range s.outputs {
		l.expression(e, l.document.tree.Place(s.Place.Pointer+"/outputs/"+name))
	}
	l.actions(s.onSuccess, s.Place)
	l.actions(s.onFailure, s.Place)
}

func (l *linker) criteria(criteria []*Criterion) {
	for _, c := range criteria {
		for _, e := range c.expressions {
			l.expression(e, c.Place)
		}
	}
}

func (l *linker) actions(actions []*action, at plumb.Source) {
	for _, a := range actions {
		l.criteria(a.criteria)
		if a.workflowID != "" {
			l.needWorkflow(a.workflowID, at)
		}
		if s, _ := l.workflow.step(a.stepID); a.stepID != "" && s == nil {
			l.fail(at, "the action %q leads to the step %q, which the workflow does not have", a.name, a.stepID)
		}
	}
}

func (l *linker) needWorkflow(id string, at plumb.Source) {
	if l.document.Find(id) != nil {
		return
	}
	var known []string
	for _, w := range l.document.Workflows {
		known = append(known, w.ID)
	}
	for name, other := range l.document.others {
		for _, w := range other.Workflows {
			known = append(known, "$sourceDescriptions."+name+"."+w.ID)
		}
	}
	slices.Sort(known)
	message := fmt.Sprintf("there is no workflow %q", id)
	if near := nearest.To(id, known); near != "" {
		message += fmt.Sprintf("; did you mean %q?", near)
	}
	l.fail(at, "%s", message)
}

// value checks the expressions in a value.
func (l *linker) value(v any, at plumb.Source) {
	switch v := v.(type) {
	case map[string]any:
		for _, member := range v {
			l.value(member, at)
		}
	case []any:
		for _, item := range v {
			l.value(item, at)
		}
	case string:
		if e, ok := wholeExpression(v); ok {
			l.expression(e, at)
			return
		}
		for _, found := range embedded().FindAllString(v, -1) {
			if e, err := parseExpression(found[1 : len(found)-1]); err == nil {
				l.expression(e, at)
			}
		}
	}
}

// expression warns about an expression that cannot lead to anything.
func (l *linker) expression(e Expression, at plumb.Source) {
	id, rest, _ := strings.Cut(e.name, ".")
	field, name, _ := strings.Cut(rest, ".")
	switch e.root {
	case "$inputs":
		if !slices.ContainsFunc(l.workflow.Inputs, func(i Input) bool { return begins(e.name, i.Name) }) {
			l.warn(at, "%s leads to nothing: the workflow has no input %q", e, e.name)
		}
	case "$steps":
		s, _ := l.workflow.step(id)
		switch {
		case s == nil:
			l.warn(at, "%s leads to nothing: the workflow has no step %q", e, id)
		case field != "outputs":
			l.warn(at, "%s leads to nothing; write $steps.%s.outputs.NAME", e, id)
		case !hasOutput(s.outputs, name):
			l.warn(at, "%s leads to nothing: the step has no output %q", e, name)
		}
	case "$workflows":
		w := l.document.Workflow(id)
		switch {
		case w == nil:
			l.warn(at, "%s leads to nothing: there is no workflow %q", e, id)
		case field == "outputs" && !hasOutput(w.outputs, name):
			l.warn(at, "%s leads to nothing: the workflow has no output %q", e, name)
		}
	}
}

func hasOutput(outputs map[string]Expression, name string) bool {
	for known := range outputs {
		if begins(name, known) {
			return true
		}
	}
	return false
}

// begins reports whether a name is another one, or leads to something in it.
func begins(name, known string) bool {
	return name == known || strings.HasPrefix(name, known+".")
}

// checkCycles returns an error if a workflow runs itself as a part of itself.
func (d *Document) checkCycles() error {
	done := map[*Workflow]bool{}
	var visit func(w *Workflow, above []*Workflow) error
	visit = func(w *Workflow, above []*Workflow) error {
		if slices.Contains(above, w) {
			return d.tree.Error(w.Place.Pointer, fmt.Sprintf("the workflow %s runs itself as a part of itself", w.ID))
		}
		if done[w] {
			return nil
		}
		done[w] = true
		for _, part := range w.Parts() {
			if err := visit(part, append(slices.Clone(above), w)); err != nil {
				return err
			}
		}
		return nil
	}
	for _, w := range d.Workflows {
		if err := visit(w, nil); err != nil {
			return err
		}
	}
	return nil
}
