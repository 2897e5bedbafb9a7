package probe

import (
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/arazzo"
	"github.com/plumbapi/plumb/spec"
)

// Document is an Arazzo document with its scenarios.
type Document struct {
	Scenarios []Scenario // in the order of the file
	Sources   []string   // names of its source descriptions

	// Warnings are about what can be read but not used as it is written.
	Warnings []spec.Warning

	operations map[*arazzo.Step]*spec.Operation
	expected   map[*arazzo.Step]string // the statuses that the requests of a step say it expects
}

// Scenario is a sequence of requests: one workflow of a document or, in a smoke
// run, one operation.
type Scenario struct {
	Name    string
	Summary string
	Inputs  []string // names of its inputs, sorted
	Needs   []string // names of the required inputs
	Part    bool     // other scenarios contain it

	document *Document
	workflow *arazzo.Workflow // nil in a smoke run
	smoke    *call
}

const builtin = "spec/scenarios/batches.yaml"

// Builtin returns the built-in scenarios of the Batch API.
func Builtin() (*Document, error) {
	data, err := fs.ReadFile(spec.Files, builtin)
	if err != nil {
		return nil, err
	}
	return parse(builtin, data, func(s arazzo.Source) (*spec.Description, error) {
		return spec.Load(spec.Files, path.Join(path.Dir(builtin), s.URL), spec.Options{RefRoot: "."})
	})
}

// Load reads the scenarios of an Arazzo document. The descriptions that it
// names are files; their paths are relative to its folder. For some, by the
// name of the source description, other files can be given.
func Load(file string, sources map[string]string) (*Document, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%s: the scenarios cannot be read: %w", file, err)
	}
	return parse(file, data, func(s arazzo.Source) (*spec.Description, error) {
		if given, ok := sources[s.Name]; ok {
			return spec.LoadFile(given, "")
		}
		if u, err := url.Parse(s.URL); err != nil || u.Scheme != "" {
			return nil, fmt.Errorf("%s is not the path of a file, and nothing is fetched; save what is there, and name the file: --source %s=FILE", s.URL, s.Name)
		}
		d, err := spec.LoadFile(filepath.Join(filepath.Dir(file), filepath.FromSlash(s.URL)), "")
		if err != nil {
			return nil, fmt.Errorf("%w; --source %s=FILE names another file", err, s.Name)
		}
		return d, nil
	})
}

func parse(file string, data []byte, load func(arazzo.Source) (*spec.Description, error)) (*Document, error) {
	read, err := arazzo.Parse(file, data)
	if err != nil {
		return nil, err
	}
	l := linker{file: file, document: &Document{Warnings: read.Warnings, operations: map[*arazzo.Step]*spec.Operation{}, expected: map[*arazzo.Step]string{}}}
	for _, s := range read.Sources {
		if s.Type == "arazzo" {
			return nil, errorAt(s.Place, "the source description %q is an Arazzo document; workflows of other documents cannot be run", s.Name)
		}
		desc, err := load(s)
		if err != nil {
			return nil, errorAt(s.Place, "source description %q: %w", s.Name, err)
		}
		l.sources = append(l.sources, source{s.Name, desc})
		l.document.Sources = append(l.document.Sources, s.Name)
	}
	for _, w := range read.Workflows {
		for _, step := range w.Steps {
			if err := l.link(step); err != nil {
				return nil, err
			}
		}
		l.document.add(w, isPart(read, w.ID))
	}
	return l.document, nil
}

func errorAt(at plumb.Source, format string, args ...any) error {
	return fmt.Errorf("%s:%d:%d: %w", at.File, at.Line, at.Column, fmt.Errorf(format, args...))
}

// isPart reports whether a workflow is run as a part of another one.
func isPart(d *arazzo.Document, id string) bool {
	return slices.ContainsFunc(d.Workflows, func(w *arazzo.Workflow) bool {
		return slices.Contains(w.DependsOn, id) || slices.ContainsFunc(w.Steps, func(s *arazzo.Step) bool { return s.WorkflowID == id })
	})
}

func (d *Document) add(w *arazzo.Workflow, isPart bool) {
	s := Scenario{Name: w.ID, Summary: w.Summary, Part: isPart, document: d, workflow: w}
	for _, i := range w.Inputs {
		s.Inputs = append(s.Inputs, i.Name)
		if i.Required {
			s.Needs = append(s.Needs, i.Name)
		}
	}
	d.Scenarios = append(d.Scenarios, s)
}

// Lacks returns the required inputs of the scenario that are missing.
func (s *Scenario) Lacks(inputs map[string]any) []string {
	return slices.DeleteFunc(slices.Clone(s.Needs), func(name string) bool {
		_, ok := inputs[name]
		return ok
	})
}

// inputs returns the inputs of the scenario, given those of all scenarios; a
// text is parsed where the scenario takes no text.
func (s *Scenario) inputs(given map[string]any) (map[string]any, error) {
	inputs := maps.Clone(given)
	for _, i := range s.workflow.Inputs {
		text, ok := inputs[i.Name].(string)
		if !ok {
			continue
		}
		value, err := i.Parse(text)
		if err != nil {
			return nil, err
		}
		inputs[i.Name] = value
	}
	return inputs, nil
}

// FitsIn reports whether a description has all operations of the scenario, by
// method and path.
func (s *Scenario) FitsIn(d *spec.Description) bool {
	for _, op := range s.operations() {
		if !slices.ContainsFunc(d.Operations, func(o *spec.Operation) bool { return o.Method == op.Method && o.Path == op.Path }) {
			return false
		}
	}
	return true
}

// operations returns the operations that the scenario uses, with those of the
// scenarios that it contains.
func (s *Scenario) operations() []*spec.Operation {
	var all []*spec.Operation
	for _, step := range s.workflow.Steps {
		if op := s.document.operations[step]; op != nil {
			all = append(all, op)
			continue
		}
		for i := range s.document.Scenarios {
			if part := &s.document.Scenarios[i]; part.Name == step.WorkflowID {
				all = append(all, part.operations()...)
			}
		}
	}
	return all
}
