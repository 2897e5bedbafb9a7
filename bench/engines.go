package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/pb33f/libopenapi"
	"github.com/pb33f/libopenapi-validator/schema_validation"
	v5 "github.com/santhosh-tekuri/jsonschema/v5"
	v6 "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/spec"
)

const unit = "encoding/json, Unmarshal into any"

// schemaFile is the schema of a batch, which does not refer to other files.
const schemaFile = "../schemas/batch.json"

// inProcess returns the rows of engines that check bodies in this process.
// Files that they need are written to dir.
func inProcess(in *input, dir string) ([]*row, error) {
	each := func(name string, bodies texts, check func([]byte) error) *row {
		return &row{name: name, bodies: len(bodies), run: func() error {
			for _, body := range bodies {
				if err := check(body); err != nil {
					return err
				}
			}
			return nil
		}}
	}
	rows := []*row{each(unit, in.clean, func(body []byte) error {
		_, err := decode(body)
		return err
	})}
	for _, r := range []struct {
		name      string
		bodies    texts
		histories bool
	}{
		{"plumb, clean", in.clean, true},
		{"plumb, clean, --no-history", in.clean, false},
		{"plumb, 5 % broken, each in its own way", in.mixed, true},
		{"plumb, all broken in the same way", in.same, true},
	} {
		own, err := plumbRow(r.name, r.bodies, r.histories)
		if err != nil {
			return nil, err
		}
		rows = append(rows, own)
	}
	peers, err := newPeers()
	if err != nil {
		return nil, err
	}
	some := in.clean[:len(in.clean)/10] // the peers are slow
	for _, p := range peers {
		rows = append(rows, each(p.name+", with its decode", some, p.check))
	}
	return append(rows, ajvRow(dir, in.clean)), nil
}

// plumbRow returns a row for what the command does with bodies once they are
// read: all rules, histories, coverage and the report. Each measurement is a
// separate run.
func plumbRow(name string, bodies texts, histories bool) (*row, error) {
	d, err := spec.Builtin()
	if err != nil {
		return nil, err
	}
	v, err := engine.New(d)
	if err != nil {
		return nil, err
	}
	documented := v.Documented()
	const batch = 256
	exchanges := make([]*plumb.Exchange, batch)
	for i := range exchanges {
		exchanges[i] = &plumb.Exchange{}
	}
	return &row{name: name, bodies: len(bodies), run: func() error {
		const kept = 5 // occurrences of a finding
		checks := v.NewStream()
		checks.KeepOccurrences(kept)
		if !histories {
			checks.WithoutHistory()
		}
		checker := checks.NewWorker()
		counted := outcome.New(v, kept)
		var history *engine.History
		if histories {
			history = v.NewHistory()
			counted.Follow(history)
		}
		for from := 0; from < len(bodies); from += batch {
			part := exchanges[:min(batch, len(bodies)-from)]
			for i, x := range part {
				x.Place = plumb.Place{File: "bodies.ndjson", Entry: from + i + 1, Line: from + i + 1, Column: 1}
				x.Response.Body.Bytes = bodies[from+i]
			}
			out := checker.Check(part)
			counted.Batch(out)
			for i, x := range part {
				if histories {
					history.Add(&out.Results[i])
				}
				counted.Add(x, out.Results[i])
			}
			out.Release()
		}
		if r := report.New(report.Run{Description: d, Documented: documented, Version: "bench", Occurrences: kept}, counted); r.Summary.Exchanges != len(bodies) {
			return fmt.Errorf("%d exchanges", r.Summary.Exchanges)
		}
		return nil
	}}, nil
}

// peer is another validator. That it rejects null is not held against it: see
// peerSchema.
type peer struct {
	name  string
	check func(body []byte) error
}

func newPeers() ([]peer, error) {
	schema, err := peerSchema()
	if err != nil {
		return nil, err
	}
	five, err := v5.CompileString("batch.json", string(schema))
	if err != nil {
		return nil, err
	}
	doc, err := v6.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return nil, err
	}
	c := v6.NewCompiler()
	if err := c.AddResource("batch.json", doc); err != nil {
		return nil, err
	}
	six, err := c.Compile("batch.json")
	if err != nil {
		return nil, err
	}
	openapi := peerDescription(schema)
	kin, err := openapi3.NewLoader().LoadFromData(openapi)
	if err != nil {
		return nil, err
	}
	batch := kin.Components.Schemas["Batch"].Value
	lib, err := libopenapi.NewDocument(openapi)
	if err != nil {
		return nil, err
	}
	model, errs := lib.BuildV3Model()
	if errs != nil {
		return nil, errs
	}
	proxy, _ := model.Model.Components.Schemas.Get("Batch")
	libSchema := proxy.Schema()
	libValidator := schema_validation.NewSchemaValidator()
	decoded := func(check func(any) error) func([]byte) error {
		return func(body []byte) error {
			value, err := decode(body)
			if err != nil {
				return err
			}
			return check(value)
		}
	}
	return []peer{
		{"kin-openapi, VisitJSON", decoded(func(v any) error { return batch.VisitJSON(v) })},
		{"jsonschema v5", decoded(five.Validate)},
		{"jsonschema v6", decoded(six.Validate)},
		{"libopenapi-validator", func(body []byte) error {
			if ok, errs := libValidator.ValidateSchemaBytes(libSchema, body); !ok {
				return fmt.Errorf("%v", errs)
			}
			return nil
		}},
	}, nil
}

// peerSchema returns the schema of a batch for the peers, in which each
// optional member may be null. Otherwise peers that stop at the first fault
// would not read all of a body.
func peerSchema() ([]byte, error) {
	text, err := os.ReadFile(schemaFile)
	if err != nil {
		return nil, err
	}
	return nullable(text)
}

// peerDescription returns an OpenAPI description with that schema.
func peerDescription(schema []byte) []byte {
	return fmt.Appendf(nil, `{"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
		"paths": {"/batches/{batch_id}": {"get": {
			"parameters": [{"name": "batch_id", "in": "path", "required": true, "schema": {"type": "string"}}],
			"responses": {"200": {"description": "d", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Batch"}}}}}}}},
		"components": {"schemas": {"Batch": %s}}}`, schema)
}

// nullable returns a schema whose optional members may be null.
func nullable(text []byte) ([]byte, error) {
	var schema map[string]any
	if err := json.Unmarshal(text, &schema); err != nil {
		return nil, err
	}
	required := map[string]bool{}
	for _, name := range schema["required"].([]any) {
		required[name.(string)] = true
	}
	for name, member := range schema["properties"].(map[string]any) {
		member := member.(map[string]any)
		if kind, ok := member["type"].(string); ok && !required[name] {
			member["type"] = []string{kind, "null"}
		}
	}
	for name := range schema {
		if strings.HasPrefix(name, "x-") || name == "$schema" {
			delete(schema, name)
		}
	}
	return json.Marshal(schema)
}
