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
	"strings"

	"github.com/pb33f/libopenapi"
	"github.com/pb33f/libopenapi/arazzo"
	model "github.com/pb33f/libopenapi/datamodel/high/arazzo"

	"github.com/plumbapi/plumb/spec"
)

// Document is an Arazzo document with its scenarios.
type Document struct {
	Scenarios []Scenario // in the order of the file

	file    string // name of the file, for messages
	arazzo  *model.Arazzo
	sources []source
	places  map[parameter]string // where parameters are sent: "path", "query", "header" or "cookie"
}

// Scenario is one workflow of a document.
type Scenario struct {
	Name     string
	Summary  string
	Inputs   []string // names of its inputs, sorted
	Needs    []string // names of the required inputs
	Part     bool     // other scenarios contain it
	document *Document
	defaults map[string]any // values of inputs that are not given
}

// source is a description whose operations a document uses.
type source struct {
	name        string
	description *spec.Description
}

// parameter is a parameter of an operation, both as they are named in a
// document.
type parameter struct{ operation, name string }

const builtin = "spec/scenarios/batches.yaml"

// Builtin returns the built-in scenarios of the Batch API.
func Builtin() (*Document, error) {
	data, err := fs.ReadFile(spec.Files, builtin)
	if err != nil {
		return nil, err
	}
	return parse(builtin, data, func(name string) (*spec.Description, error) {
		return spec.Load(spec.Files, path.Join(path.Dir(builtin), name), spec.Options{RefRoot: "."})
	})
}

// Load reads the scenarios of an Arazzo document. The descriptions that it
// names are files; their paths are relative to its folder.
func Load(file string) (*Document, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%s: the scenarios cannot be read: %w", file, err)
	}
	return parse(file, data, func(name string) (*spec.Description, error) {
		return spec.LoadFile(filepath.Join(filepath.Dir(file), filepath.FromSlash(name)), "")
	})
}

func parse(file string, data []byte, load func(string) (*spec.Description, error)) (*Document, error) {
	parsed, err := libopenapi.NewArazzoDocument(data)
	if err != nil {
		return nil, fmt.Errorf("%s: not an Arazzo document: %w", file, err)
	}
	if faults := arazzo.Validate(parsed); faults != nil && faults.HasErrors() {
		return nil, fmt.Errorf("%s: the Arazzo document is not valid: %w", file, faults)
	}
	d := &Document{file: file, arazzo: parsed, places: map[parameter]string{}}
	for _, s := range parsed.SourceDescriptions {
		if u, err := url.Parse(s.URL); err != nil || u.Scheme != "" || s.Type != "" && s.Type != "openapi" {
			return nil, fmt.Errorf("%s: source description %q: %q is not the path of an OpenAPI file", file, s.Name, s.URL)
		}
		desc, err := load(s.URL)
		if err != nil {
			return nil, fmt.Errorf("%s: source description %q: %w", file, s.Name, err)
		}
		d.sources = append(d.sources, source{s.Name, desc})
	}
	for _, w := range parsed.Workflows {
		if err := d.add(w); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	for i := range d.Scenarios {
		d.Scenarios[i].Part = d.contains(d.Scenarios[i].Name)
	}
	return d, nil
}

// contains reports whether a workflow is a step of another one.
func (d *Document) contains(name string) bool {
	return slices.ContainsFunc(d.arazzo.Workflows, func(w *model.Workflow) bool {
		return slices.ContainsFunc(w.Steps, func(s *model.Step) bool { return s.WorkflowId == name })
	})
}

// add adds a workflow.
func (d *Document) add(w *model.Workflow) error {
	s := Scenario{Name: w.WorkflowId, Summary: w.Summary, document: d, defaults: map[string]any{}}
	if w.Inputs != nil {
		var inputs struct {
			Required   []string
			Properties map[string]struct{ Default any }
		}
		if err := w.Inputs.Decode(&inputs); err != nil {
			return fmt.Errorf("workflow %q: inputs: %w", w.WorkflowId, err)
		}
		s.Needs = inputs.Required
		s.Inputs = slices.Sorted(maps.Keys(inputs.Properties))
		for name, property := range inputs.Properties {
			if property.Default != nil {
				s.defaults[name] = property.Default
			}
		}
	}
	for _, step := range w.Steps {
		if step.WorkflowId != "" {
			continue
		}
		name := step.OperationId + step.OperationPath
		if _, err := d.operation(name); err != nil {
			return fmt.Errorf("workflow %q, step %q: %w", w.WorkflowId, step.StepId, err)
		}
		for _, p := range step.Parameters {
			if p.IsReusable() && d.arazzo.Components != nil && d.arazzo.Components.Parameters != nil {
				p, _ = d.arazzo.Components.Parameters.Get(strings.TrimPrefix(p.Reference, "$components.parameters."))
			}
			if p != nil {
				d.places[parameter{name, p.Name}] = p.In
			}
		}
		d.announce(step)
	}
	d.Scenarios = append(d.Scenarios, s)
	return nil
}

// operation finds an operation by the operationId or operationPath of a step,
// both of which may name the source description.
func (d *Document) operation(name string) (*spec.Operation, error) {
	wanted, sources := name, d.sources
	if rest, ok := strings.CutPrefix(strings.TrimPrefix(name, "{"), "$sourceDescriptions."); ok {
		from, of, _ := strings.Cut(rest, ".")
		wanted = of
		sources = slices.DeleteFunc(slices.Clone(sources), func(s source) bool { return s.name != from })
	}
	pointer, byPath := strings.CutPrefix(wanted, "url}#/paths/")
	if byPath {
		route, method, _ := strings.Cut(pointer, "/")
		wanted = strings.ToUpper(method) + " " + strings.NewReplacer("~1", "/", "~0", "~").Replace(route)
	}
	for _, s := range sources {
		for _, op := range s.description.Operations {
			if byPath && op.Method+" "+op.Path == wanted || !byPath && op.ID == wanted {
				return op, nil
			}
		}
	}
	return nil, fmt.Errorf("no source description has the operation %q", name)
}

// Lacks returns the required inputs of the scenario that are missing.
func (s *Scenario) Lacks(inputs map[string]any) []string {
	return slices.DeleteFunc(slices.Clone(s.Needs), func(name string) bool {
		_, ok := inputs[name]
		return ok
	})
}
