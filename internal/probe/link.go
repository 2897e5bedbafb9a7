package probe

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb/internal/arazzo"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/nearest"
	"github.com/plumbapi/plumb/spec"
)

// source is a description whose operations a document uses.
type source struct {
	name        string
	description *spec.Description
}

// linker finds the operations of the steps of a document.
type linker struct {
	document *Document
	sources  []source
}

// link finds the operation of a step, and the statuses that it expects. If the step
// does not say of which media type its payload is, the operation does.
func (l *linker) link(step *arazzo.Step) error {
	if step.WorkflowID != "" {
		return nil
	}
	sources, wanted, err := l.named(step)
	if err != nil {
		return err
	}
	from, op := l.operation(step, sources, wanted)
	if op == nil {
		return l.unknown(step, sources, wanted)
	}
	l.document.operations[step] = op
	l.document.parameters[step] = from.description.Parameters(op)
	l.document.expected[step] = ranges(step.ExpectedStatuses())
	if step.Body != nil && step.Body.ContentType == "" {
		step.Body.ContentType = mediaTypeOf(from.description.RequestBody(op))
	}
	return nil
}

// named returns the source descriptions in which a step looks for its operation,
// and what is left of the operation's name.
func (l *linker) named(step *arazzo.Step) ([]source, string, error) {
	wanted := strings.TrimPrefix(step.Operation(), "{")
	rest, ok := strings.CutPrefix(wanted, "$sourceDescriptions.")
	if !ok {
		return l.sources, step.Operation(), nil
	}
	for _, s := range l.sources {
		if of, ok := strings.CutPrefix(rest, s.name+"."); ok {
			return []source{s}, of, nil
		}
	}
	name, _, _ := strings.Cut(rest, ".")
	message := fmt.Sprintf("there is no source description %q", name)
	var known []string
	for _, s := range l.sources {
		known = append(known, s.name)
	}
	if near := nearest.To(name, known); near != "" {
		message += fmt.Sprintf("; did you mean %q?", near)
	}
	return nil, "", errorAt(step.Place, "%s", message)
}

// operation finds an operation, by its id or by a pointer to it.
func (l *linker) operation(step *arazzo.Step, sources []source, wanted string) (source, *spec.Operation) {
	if _, pointer, ok := strings.Cut(wanted, "#/paths/"); ok {
		return byPointer(sources, jsonvalue.SplitPointer("/"+pointer))
	}
	for _, s := range sources {
		if op := byID(s, func(id string) bool { return id == wanted }); op != nil {
			return s, op
		}
	}
	for _, s := range sources {
		if op := byID(s, func(id string) bool { return strings.EqualFold(id, wanted) }); op != nil {
			l.document.Warnings = append(l.document.Warnings, spec.Warning{Place: step.Place,
				Message: fmt.Sprintf("there is no operation %q; %q is used, which differs in case only", wanted, op.ID)})
			return s, op
		}
	}
	return source{}, nil
}

func byID(s source, fits func(id string) bool) *spec.Operation {
	for _, op := range s.description.Operations {
		if fits(op.ID) {
			return op
		}
	}
	return nil
}

// byPointer finds an operation by the tokens of a pointer into paths: the path
// and the method, or the path alone if it has one method.
func byPointer(sources []source, tokens []string) (source, *spec.Operation) {
	for _, s := range sources {
		var found []*spec.Operation
		for _, op := range s.description.Operations {
			if op.Path == tokens[0] && (len(tokens) == 1 || strings.EqualFold(op.Method, tokens[1])) {
				found = append(found, op)
			}
		}
		if len(found) == 1 {
			return s, found[0]
		}
	}
	return source{}, nil
}

// unknown returns the error that an operation does not exist.
func (l *linker) unknown(step *arazzo.Step, sources []source, wanted string) error {
	message := fmt.Sprintf("no source description has the operation %q", step.Operation())
	var known []string
	for _, s := range sources {
		for _, op := range s.description.Operations {
			known = append(known, op.ID)
		}
	}
	if near := nearest.To(wanted, known); near != "" {
		message += fmt.Sprintf("; did you mean %q?", near)
	}
	return errorAt(step.Place, "%s", message)
}

// mediaTypeOf returns the media type in which a request is sent: JSON, if the
// operation takes it, or else the first that it takes.
func mediaTypeOf(body *spec.RequestBody) string {
	if body == nil || len(body.Media) == 0 {
		return ""
	}
	for _, m := range body.Media {
		if isJSON(m.Type) {
			return m.Type
		}
	}
	i := slices.IndexFunc(body.Media, func(m spec.RequestMedia) bool { return !strings.Contains(m.Type, "*") })
	if i < 0 {
		return ""
	}
	return body.Media[i].Type
}

// ranges writes sorted numbers as a list of numbers and ranges.
func ranges(numbers []int) string {
	var items []string
	for i := 0; i < len(numbers); {
		first, last := numbers[i], numbers[i]
		for i++; i < len(numbers) && numbers[i] == last+1; i++ {
			last = numbers[i]
		}
		if first == last {
			items = append(items, strconv.Itoa(first))
		} else {
			items = append(items, fmt.Sprintf("%d-%d", first, last))
		}
	}
	return strings.Join(items, ", ")
}
