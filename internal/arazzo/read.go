package arazzo

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/nearest"
	"github.com/plumbapi/plumb/spec"
)

// value is a value of a document that its JSON Schema has accepted, with its
// place.
type value struct {
	content any
	pointer string
	tree    *spec.Tree
}

// get returns a member of an object; its content is nil if there is none.
func (v value) get(name string) value {
	members, _ := v.content.(map[string]any)
	return value{members[name], v.pointer + "/" + jsonvalue.EscapePointer(name), v.tree}
}

func (v value) has(name string) bool {
	members, _ := v.content.(map[string]any)
	_, ok := members[name]
	return ok
}

// items returns the items of a list.
func (v value) items() []value {
	list, _ := v.content.([]any)
	items := make([]value, len(list))
	for i, item := range list {
		items[i] = value{item, v.pointer + "/" + strconv.Itoa(i), v.tree}
	}
	return items
}

// names returns the names of the members of an object, sorted.
func (v value) names() []string {
	members, _ := v.content.(map[string]any)
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// text returns a member that is text.
func (v value) text(name string) string {
	text, _ := v.get(name).content.(string)
	return text
}

// number returns a member that is a number, or what is used instead.
func (v value) number(name string, missing float64) float64 {
	n, ok := v.get(name).content.(json.Number)
	f, err := n.Float64()
	if !ok || err != nil {
		return missing
	}
	return f
}

func (v value) place() plumb.Source { return v.tree.Place(v.pointer) }

// errorf returns an error that names the place.
func (v value) errorf(format string, args ...any) error {
	return v.tree.Error(v.pointer, fmt.Errorf(format, args...).Error())
}

// reader makes the workflows of a document.
type reader struct {
	document *Document
	root     value
	open     func(Source) (*Document, error) // of a source description
}

func (r *reader) read() error {
	for _, v := range r.root.get("sourceDescriptions").items() {
		s := Source{v.text("name"), v.text("url"), v.text("type"), v.place()}
		if slices.ContainsFunc(r.document.Sources, func(other Source) bool { return other.Name == s.Name }) {
			return v.errorf("another source description is named %q, too; rename one", s.Name)
		}
		r.document.Sources = append(r.document.Sources, s)
		if s.Type == "arazzo" {
			other, err := r.open(s)
			if err != nil {
				return v.errorf("source description %q: %w", s.Name, err)
			}
			r.document.others[s.Name] = other
		}
	}
	for _, v := range r.root.get("workflows").items() {
		w, err := r.workflow(v)
		if err != nil {
			return err
		}
		if r.document.Workflow(w.ID) != nil {
			return v.errorf("another workflow has the id %q, too; rename one", w.ID)
		}
		r.document.Workflows = append(r.document.Workflows, w)
	}
	return r.link()
}

func (r *reader) workflow(v value) (*Workflow, error) {
	w := &Workflow{ID: v.text("workflowId"), Summary: v.text("summary"), Place: v.place(), document: r.document}
	for _, id := range v.get("dependsOn").items() {
		w.DependsOn = append(w.DependsOn, id.content.(string))
	}
	var err error
	if w.Inputs, err = r.inputs(v.get("inputs")); err != nil {
		return nil, err
	}
	if w.successActions, err = r.actions(v.get("successActions"), "successActions"); err != nil {
		return nil, err
	}
	if w.failureActions, err = r.actions(v.get("failureActions"), "failureActions"); err != nil {
		return nil, err
	}
	if w.outputs, err = outputs(v.get("outputs")); err != nil {
		return nil, err
	}
	for _, item := range v.get("steps").items() {
		s, err := r.step(item, v.get("parameters").items())
		if err != nil {
			return nil, err
		}
		if other, _ := w.step(s.ID); other != nil {
			return nil, item.errorf("another step of the workflow has the id %q, too; rename one", s.ID)
		}
		s.Workflow = w
		w.Steps = append(w.Steps, s)
	}
	return w, nil
}

// step reads a step; shared are the parameters of its workflow.
func (r *reader) step(v value, shared []value) (*Step, error) {
	s := &Step{ID: v.text("stepId"), Place: v.place(), OperationID: v.text("operationId"), OperationPath: v.text("operationPath"), WorkflowID: v.text("workflowId")}
	var err error
	for _, item := range slices.Concat(v.get("parameters").items(), shared) {
		p, err := r.parameter(item)
		if err != nil {
			return nil, err
		}
		if p.in == "" && s.WorkflowID == "" {
			return nil, item.errorf("the parameter %q does not say where it is sent; add in: path, query, header or cookie", p.name)
		}
		if !slices.ContainsFunc(s.parameters, func(other *parameter) bool { return other.name == p.name && other.in == p.in }) {
			s.parameters = append(s.parameters, p)
		}
	}
	if v.has("requestBody") {
		if s.Body, err = body(v.get("requestBody")); err != nil {
			return nil, err
		}
	}
	if s.Criteria, err = criteria(v.get("successCriteria")); err != nil {
		return nil, err
	}
	if s.onSuccess, err = r.actions(v.get("onSuccess"), "successActions"); err != nil {
		return nil, err
	}
	if s.onFailure, err = r.actions(v.get("onFailure"), "failureActions"); err != nil {
		return nil, err
	}
	s.outputs, err = outputs(v.get("outputs"))
	return s, err
}

// reused returns what an object refers to in components, or else the object
// itself.
func (r *reader) reused(v value, kind string) (value, error) {
	if !v.has("reference") {
		return v, nil
	}
	components := r.root.get("components").get(kind)
	name, ok := strings.CutPrefix(v.text("reference"), "$components."+kind+".")
	if ok && components.has(name) {
		return components.get(name), nil
	}
	message := fmt.Sprintf("%q is not in components/%s", v.text("reference"), kind)
	if near := nearest.To(name, components.names()); near != "" {
		message += fmt.Sprintf("; did you mean %q?", "$components."+kind+"."+near)
	}
	return v, v.errorf("%s", message)
}

func (r *reader) parameter(v value) (*parameter, error) {
	found, err := r.reused(v, "parameters")
	if err != nil {
		return nil, err
	}
	p := &parameter{name: found.text("name"), in: found.text("in"), value: found.get("value").content}
	if v.has("reference") && v.has("value") {
		p.value = v.get("value").content
	}
	return p, nil
}

func body(v value) (*Body, error) {
	b := &Body{ContentType: v.text("contentType"), Payload: v.get("payload").content}
	for _, item := range v.get("replacements").items() {
		target := item.text("target")
		if target != "" && !strings.HasPrefix(target, "/") {
			return nil, item.errorf("the target %q is not a JSON pointer, which begins with /", target)
		}
		b.Replacements = append(b.Replacements, Replacement{target, item.get("value").content})
	}
	return b, nil
}

func criteria(v value) ([]*Criterion, error) {
	var all []*Criterion
	for _, item := range v.items() {
		c := &Criterion{Context: item.text("context"), Condition: item.text("condition"), Type: cmp.Or(item.text("type"), "simple"), Place: item.place()}
		if item.has("version") {
			return nil, item.errorf("%s of the version %s cannot be evaluated; leave out the version, and write a JSONPath of RFC 9535", c.Type, item.text("version"))
		}
		if err := c.compile(); err != nil {
			return nil, item.errorf("%w", err)
		}
		all = append(all, c)
	}
	return all, nil
}

// actions reads a list of actions, which may refer to those in components.
func (r *reader) actions(v value, kind string) ([]*action, error) {
	var all []*action
	for _, item := range v.items() {
		found, err := r.reused(item, kind)
		if err != nil {
			return nil, err
		}
		a := &action{
			name: found.text("name"), kind: found.text("type"), workflowID: found.text("workflowId"), stepID: found.text("stepId"),
			retryAfter: found.number("retryAfter", 0), retryLimit: int(found.number("retryLimit", 1)),
		}
		if a.criteria, err = criteria(found.get("criteria")); err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

func outputs(v value) (map[string]Expression, error) {
	all := map[string]Expression{}
	for _, name := range v.names() {
		e, err := parseExpression(v.text(name))
		if err != nil {
			return nil, v.get(name).errorf("the output %s: %w", name, err)
		}
		all[name] = e
	}
	return all, nil
}
