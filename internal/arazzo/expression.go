package arazzo

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/nearest"
)

// Expression is a runtime expression, such as $response.body#/id.
type Expression struct {
	text    string
	root    string // "$response", "$steps", ...
	name    string // what follows the root and a dot; may be empty
	pointer string // what follows #; empty if there is none
}

func (e Expression) String() string { return e.text }

// roots are the beginnings of runtime expressions; those with a dot need a name.
var roots = []string{"$url", "$method", "$statusCode", "$request.", "$response.", "$inputs.", "$outputs.", "$steps.", "$workflows.", "$sourceDescriptions.", "$components."}

// parseExpression parses a runtime expression.
func parseExpression(text string) (Expression, error) {
	whole, pointer, hasPointer := strings.Cut(text, "#")
	root, name, hasName := strings.Cut(whole, ".")
	e := Expression{text: text, root: root, name: name, pointer: pointer}
	want := root
	if hasName {
		want += "."
	}
	known := false
	for _, r := range roots {
		known = known || r == want && (!hasName || name != "")
	}
	switch {
	case !known:
		message := fmt.Sprintf("%q is not a runtime expression", text)
		if near := nearest.To(want, roots); near != "" && near != want {
			message += fmt.Sprintf("; did you mean %q?", near)
		} else {
			message += "; it begins with one of " + strings.Join(roots, ", ")
		}
		return e, errors.New(message)
	case hasPointer && pointer != "" && !strings.HasPrefix(pointer, "/"):
		return e, fmt.Errorf("%q is not a runtime expression: what follows # is a JSON pointer, which begins with /", text)
	case root == "$request" || root == "$response":
		return e, e.checkSource()
	}
	return e, nil
}

// checkSource returns an error if a part of a message that the specification
// does not know is named.
func (e Expression) checkSource() error {
	source, name, hasName := strings.Cut(e.name, ".")
	switch {
	case source == "body", source == "header" && name != "":
		return nil
	case e.root == "$request" && (source == "query" || source == "path") && hasName && name != "":
		return nil
	}
	return fmt.Errorf("%q is not a runtime expression: %s has body and header.NAME, and $request also has query.NAME and path.NAME", e.text, e.root)
}

// scope is what the runtime expressions of a workflow refer to.
type scope struct {
	inputs    map[string]any
	outputs   map[string]any               // of the workflow, or of the one that the last step ran
	steps     map[string]map[string]any    // outputs of the steps
	workflows map[*Workflow]workflowValues // that have ended
	document  *Document
	exchange  *exchange // the last one; nil before the first
}

// workflowValues are the inputs and outputs of a workflow that has ended.
type workflowValues struct{ inputs, outputs map[string]any }

// exchange is a request and its response, as expressions see them.
type exchange struct {
	request  *Request
	response *Response
}

// value returns the value of an expression. It is not ok if the expression
// leads to nothing, which differs from null.
func (s *scope) value(e Expression) (value any, ok bool) {
	switch e.root {
	case "$url", "$method", "$statusCode", "$request", "$response":
		if s.exchange == nil {
			return nil, false
		}
		value, ok = s.exchange.value(e)
	case "$inputs":
		value, ok = member(s.inputs, e.name)
	case "$outputs":
		value, ok = member(s.outputs, e.name)
	case "$steps":
		value, ok = s.stepValue(e.name)
	case "$workflows":
		value, ok = s.workflowValue(e.name)
	case "$sourceDescriptions":
		value, ok = s.document.sourceValue(e.name)
	case "$components":
		value, ok = member(s.document.components, e.name)
	}
	if !ok || e.pointer == "" {
		return value, ok
	}
	return pointed(value, e.pointer)
}

func (s *scope) stepValue(name string) (any, bool) {
	id, rest, _ := strings.Cut(name, ".")
	outputs, found := s.steps[id]
	field, output, _ := strings.Cut(rest, ".")
	if !found || field != "outputs" {
		return nil, false
	}
	return member(outputs, output)
}

func (s *scope) workflowValue(name string) (any, bool) {
	id, rest, _ := strings.Cut(name, ".")
	w, found := s.workflows[s.document.Workflow(id)]
	field, of, _ := strings.Cut(rest, ".")
	switch {
	case !found:
		return nil, false
	case field == "inputs":
		return member(w.inputs, of)
	case field == "outputs":
		return member(w.outputs, of)
	}
	return nil, false
}

func (x *exchange) value(e Expression) (any, bool) {
	source, name, _ := strings.Cut(e.name, ".")
	switch e.root + "." + source {
	case "$url.":
		return x.response.URL, true
	case "$method.":
		return x.response.Method, true
	case "$statusCode.":
		return json.Number(strconv.Itoa(x.response.Status)), true
	case "$response.header":
		return headerValue(x.response.Header, name)
	case "$response.body":
		return within(x.response.Body, name, x.response.HasBody)
	case "$request.body":
		return within(x.request.Payload, name, x.request.HasPayload)
	}
	for _, p := range x.request.Parameters {
		if p.In == source && (p.Name == name || source == "header" && strings.EqualFold(p.Name, name)) {
			return p.Value, true
		}
	}
	return nil, false
}

func headerValue(h http.Header, name string) (any, bool) {
	if values := h.Values(name); len(values) > 0 {
		return values[0], true
	}
	return nil, false
}

// within returns what names with dots between them lead to.
func within(value any, names string, ok bool) (any, bool) {
	if names == "" || !ok {
		return value, ok
	}
	return member(value, names)
}

// member returns the member of an object that a name leads to. The name may
// contain dots: as part of a member's name or, if there is no such member,
// between the name of a member and one within it.
func member(object any, name string) (any, bool) {
	members, isObject := object.(map[string]any)
	if !isObject {
		return nil, false
	}
	if value, ok := members[name]; ok {
		return value, true
	}
	for end := len(name) - 1; end > 0; end-- {
		if name[end] != '.' {
			continue
		}
		if inner, ok := members[name[:end]]; ok {
			return member(inner, name[end+1:])
		}
	}
	return nil, false
}

// pointed returns what a JSON pointer leads to.
func pointed(value any, pointer string) (any, bool) {
	for _, token := range jsonvalue.SplitPointer(pointer) {
		switch v := value.(type) {
		case map[string]any:
			var ok bool
			if value, ok = v[token]; !ok {
				return nil, false
			}
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(v) {
				return nil, false
			}
			value = v[i]
		default:
			return nil, false
		}
	}
	return value, true
}
