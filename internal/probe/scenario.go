package probe

import (
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"path/filepath"
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/arazzo"
	"github.com/plumbapi/plumb/internal/wholefile"
	"github.com/plumbapi/plumb/spec"
)

// Document is an Arazzo document with its scenarios.
type Document struct {
	Scenarios []Scenario // in the order of the file
	Sources   []string   // names of its source descriptions

	// Warnings are about what can be read but not used as it is written.
	Warnings []spec.Warning

	operations map[*arazzo.Step]*spec.Operation
	parameters map[*arazzo.Step][]spec.Parameter // of the operations
	expected   map[*arazzo.Step]string           // the statuses that the requests of a step say it expects
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
	return parse(builtin, data, &documentReader{load: func(file string) (*spec.Description, error) {
		return spec.Load(spec.Files, file, spec.Options{RefRoot: "."})
	}})
}

// Load reads the scenarios of an Arazzo document. The documents and the
// descriptions that it names are files; their paths are relative to its folder.
// For some, by the name of the source description, other files can be given.
func Load(file string, sources map[string]string) (*Document, error) {
	data, err := wholefile.Read(file)
	if err != nil {
		return nil, fmt.Errorf("%s: the scenarios cannot be read: %w", file, err)
	}
	return parse(file, data, &documentReader{given: sources, load: func(file string) (*spec.Description, error) { return spec.LoadFile(file, "") }})
}

func parse(file string, data []byte, r *documentReader) (*Document, error) {
	r.document = &Document{operations: map[*arazzo.Step]*spec.Operation{}, parameters: map[*arazzo.Step][]spec.Parameter{}, expected: map[*arazzo.Step]string{}}
	read, err := r.read(file, data)
	if err != nil {
		return nil, err
	}
	for _, w := range read.Workflows {
		r.document.add(w, isPart(read, w))
	}
	return r.document, nil
}

// documentReader reads a document, and those that it refers to.
type documentReader struct {
	given    map[string]string // files of source descriptions, by name
	load     func(file string) (*spec.Description, error)
	document *Document
	reading  []string // files of the documents that are being read
}

// read reads a document, and finds the operations of its steps.
func (r *documentReader) read(file string, data []byte) (*arazzo.Document, error) {
	r.reading = append(r.reading, file)
	defer func() { r.reading = r.reading[:len(r.reading)-1] }()
	read, err := arazzo.Parse(file, data, func(s arazzo.Source) (*arazzo.Document, error) { return r.other(file, s) })
	if err != nil {
		return nil, err
	}
	r.document.Warnings = append(r.document.Warnings, read.Warnings...)
	l := linker{document: r.document}
	for _, s := range read.Sources {
		r.document.Sources = append(r.document.Sources, s.Name)
		if s.Type == "arazzo" {
			continue
		}
		desc, err := r.description(file, s)
		if err != nil {
			return nil, errorAt(s.Place, "source description %q: %w", s.Name, err)
		}
		l.sources = append(l.sources, source{s.Name, desc})
	}
	for _, w := range read.Workflows {
		for _, step := range w.Steps {
			if err := l.link(step); err != nil {
				return nil, err
			}
		}
	}
	return read, nil
}

// other reads a document that is a source description of the one in a file.
func (r *documentReader) other(file string, s arazzo.Source) (*arazzo.Document, error) {
	named, err := r.fileOf(file, s)
	if err != nil {
		return nil, err
	}
	if slices.Contains(r.reading, named) {
		return nil, fmt.Errorf("%s is a source description of itself", named)
	}
	data, err := wholefile.Read(named)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", named, err)
	}
	return r.read(named, data)
}

// description reads a description that is a source description of the document
// in a file.
func (r *documentReader) description(file string, s arazzo.Source) (*spec.Description, error) {
	named, err := r.fileOf(file, s)
	if err != nil {
		return nil, err
	}
	d, err := r.load(named)
	if _, given := r.given[s.Name]; err != nil && !given {
		return nil, fmt.Errorf("%w; --source %s=FILE names another file", err, s.Name)
	}
	return d, err
}

// fileOf returns the file of a source description of the document in a file.
func (r *documentReader) fileOf(file string, s arazzo.Source) (string, error) {
	if given, ok := r.given[s.Name]; ok {
		return given, nil
	}
	if u, err := url.Parse(s.URL); err != nil || u.Scheme != "" {
		return "", fmt.Errorf("%s is not the path of a file, and nothing is fetched; save what is there, and name the file: --source %s=FILE", s.URL, s.Name)
	}
	return filepath.Join(filepath.Dir(file), filepath.FromSlash(s.URL)), nil
}

func errorAt(at plumb.Source, format string, args ...any) error {
	return fmt.Errorf("%s:%d:%d: %w", at.File, at.Line, at.Column, fmt.Errorf(format, args...))
}

// isPart reports whether a workflow is run as a part of another one.
func isPart(d *arazzo.Document, w *arazzo.Workflow) bool {
	return slices.ContainsFunc(d.Workflows, func(other *arazzo.Workflow) bool { return slices.Contains(other.Parts(), w) })
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
// method, path and name: another API can have a path that is called the same.
func (s *Scenario) FitsIn(d *spec.Description) bool {
	for _, op := range s.document.operationsOf(s.workflow) {
		if !slices.ContainsFunc(d.Operations, func(o *spec.Operation) bool { return o.Method == op.Method && o.Path == op.Path && o.ID == op.ID }) {
			return false
		}
	}
	return true
}

// operationsOf returns the operations that a workflow uses, with those of its
// parts.
func (d *Document) operationsOf(w *arazzo.Workflow) []*spec.Operation {
	var all []*spec.Operation
	for _, step := range w.Steps {
		if op := d.operations[step]; op != nil {
			all = append(all, op)
		}
	}
	for _, part := range w.Parts() {
		all = append(all, d.operationsOf(part)...)
	}
	return all
}
