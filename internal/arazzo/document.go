// Package arazzo reads Arazzo 1.0 documents, and runs their workflows. It makes
// no requests itself: a [Caller] does.
package arazzo

import (
	"fmt"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/docschema"
	"github.com/plumbapi/plumb/internal/lazyregexp"
	"github.com/plumbapi/plumb/spec"
)

// Document is an Arazzo document. It is safe for concurrent use.
type Document struct {
	Sources   []Source
	Workflows []*Workflow // in the order of the file

	// Warnings are about what can be read but not used as it is written.
	Warnings []spec.Warning

	tree       *spec.Tree
	components any
	others     map[string]*Document // those that are source descriptions, by name
}

// Source is a source description that a document names.
type Source struct {
	Name  string
	URL   string // as written; often the path of a file
	Type  string // "openapi", "arazzo" or empty
	Place plumb.Source
}

// Workflow is a sequence of steps.
type Workflow struct {
	ID        string
	Summary   string
	Inputs    []Input  // sorted by name
	DependsOn []string // ids of the workflows that are run before; see Document.Find
	Steps     []*Step
	Place     plumb.Source

	document       *Document
	outputs        map[string]Expression
	successActions []*action
	failureActions []*action
}

// Step is a request, or a workflow that is run as a part of another.
type Step struct {
	ID       string
	Workflow *Workflow // that it belongs to
	Place    plumb.Source

	// One of these says what the step does.
	OperationID   string
	OperationPath string
	WorkflowID    string

	Body     *Body // nil if there is none
	Criteria []*Criterion

	parameters []*parameter
	onSuccess  []*action
	onFailure  []*action
	outputs    map[string]Expression
}

// Operation returns what the step calls its operation.
func (s *Step) Operation() string { return s.OperationID + s.OperationPath }

// parameter is a parameter of a step or of all steps of a workflow.
type parameter struct {
	name  string
	in    string // "path", "query", "header" or "cookie"; empty for an input of a workflow
	value any
}

// Body is the body of a request before its expressions are replaced.
type Body struct {
	ContentType  string // empty if the document does not say
	Payload      any
	Replacements []Replacement
}

// Replacement is a value to set in a payload.
type Replacement struct {
	Target string // JSON pointer
	Value  any
}

// action is what happens after a step.
type action struct {
	name       string
	kind       string // "end", "goto" or "retry"
	workflowID string
	stepID     string
	retryAfter float64 // seconds
	retryLimit int
	criteria   []*Criterion
}

// version matches the versions of the specification that we know.
var version = lazyregexp.New(`^1\.0\.\d+(-.+)?$`)

// Parse reads a document. The file is its name for places and errors; open
// reads the documents that are source descriptions of it.
func Parse(file string, data []byte, open func(Source) (*Document, error)) (*Document, error) {
	tree, err := spec.ReadTree(file, data)
	if err != nil {
		return nil, err
	}
	root, isObject := tree.Value().(map[string]any)
	written, hasVersion := root["arazzo"]
	switch text, _ := written.(string); {
	case !isObject || !hasVersion:
		return nil, tree.Error("", `this is not an Arazzo document: it has no member "arazzo" that names the version, such as 1.0.1`)
	case !version().MatchString(text):
		return nil, tree.Error("/arazzo", fmt.Sprintf("Arazzo version %s is not supported; use 1.0.1", textOf(written)))
	}
	if err := tree.Check(docschema.Arazzo10); err != nil {
		return nil, err
	}
	d := &Document{tree: tree, components: root["components"], others: map[string]*Document{}}
	r := reader{document: d, root: value{content: root, tree: tree}, open: open}
	if err := r.read(); err != nil {
		return nil, err
	}
	return d, nil
}

// Workflow returns the workflow with an id, or nil.
func (d *Document) Workflow(id string) *Workflow {
	for _, w := range d.Workflows {
		if w.ID == id {
			return w
		}
	}
	return nil
}

// Find returns the workflow that a document refers to, by its id or, if it is in
// a source description, by $sourceDescriptions.NAME.ID; or nil.
func (d *Document) Find(reference string) *Workflow {
	rest, ok := strings.CutPrefix(reference, "$sourceDescriptions.")
	if !ok {
		return d.Workflow(reference)
	}
	name, id, _ := strings.Cut(rest, ".")
	if other := d.others[name]; other != nil {
		return other.Workflow(id)
	}
	return nil
}

// Part returns the workflow that the step runs, or nil if it makes a request.
func (s *Step) Part() *Workflow {
	if s.WorkflowID == "" {
		return nil
	}
	return s.Workflow.document.Find(s.WorkflowID)
}

// Parts returns the workflows that are run as a part of the workflow, or before
// it.
func (w *Workflow) Parts() []*Workflow {
	var parts []*Workflow
	for _, id := range w.DependsOn {
		parts = append(parts, w.document.Find(id))
	}
	for _, s := range w.Steps {
		if part := s.Part(); part != nil {
			parts = append(parts, part)
		}
	}
	return parts
}

// sourceValue returns what an expression about a source description refers to.
func (d *Document) sourceValue(name string) (any, bool) {
	for _, s := range d.Sources {
		switch name {
		case s.Name + ".url":
			return s.URL, true
		case s.Name + ".type":
			return s.Type, s.Type != ""
		}
	}
	return nil, false
}

// step returns the step of the workflow with an id, and its index; or nil.
func (w *Workflow) step(id string) (*Step, int) {
	for i, s := range w.Steps {
		if s.ID == id {
			return s, i
		}
	}
	return nil, 0
}
