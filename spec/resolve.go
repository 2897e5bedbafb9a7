package spec

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// resolve lets kin-openapi bring together the paths, operations and responses
// of all files. What it gets is a copy of each file with little more than
// these; every object in it has a number that leads back to its place.
func (d *Description) resolve(main *file) error {
	s := &skeleton{}
	loader := openapi3.NewLoader()
	loader.ReadFromURIFunc = func(_ *openapi3.Loader, u *url.URL) ([]byte, error) {
		f, ok := d.files[strings.TrimPrefix(u.Path, "/")]
		if !ok {
			return nil, fmt.Errorf("%s is not a file of the description", u.Path)
		}
		return s.file(f), nil
	}
	loader.JoinFunc = func(_, u *url.URL) *url.URL { return u } // all paths are absolute
	doc, err := loader.LoadFromURI(&url.URL{Path: "/" + main.name})
	if err != nil {
		return fmt.Errorf("kin-openapi cannot resolve the description: %w", err)
	}
	if doc.Info != nil {
		d.Title, d.Version = doc.Info.Title, doc.Info.Version
	}
	d.describePaths(main, doc, s)
	return nil
}

func (d *Description) describePaths(main *file, doc *openapi3.T, s *skeleton) {
	global := serversOf(doc.Servers)
	d.servers = global
	member := main.root.find("paths")
	d.PathsPlace = Place{File: main.name, Line: member.line, Column: member.column, Pointer: "/paths", Overlay: member.value.overlay}
	paths := member.value
	for _, m := range paths.members {
		item := doc.Paths.Value(m.name)
		if item == nil || isExtension(m.name) {
			continue
		}
		place := Place{File: main.name, Line: m.line, Column: m.column, Pointer: pointerTo("/paths", m.name), Overlay: m.value.overlay}
		t := newTemplate(m.name, place)
		t.widen(d.multiSegment(m.value))
		t.servers = d.override(global, item.Servers)
		for method, o := range item.Operations() {
			operation := s.operation(strings.ToUpper(method), m.name, o)
			t.methods = append(t.methods, operationServers{operation, t.servers})
			if o.Servers != nil {
				t.methods[len(t.methods)-1].servers = d.override(t.servers, *o.Servers)
			}
		}
		slices.SortFunc(t.methods, func(a, b operationServers) int {
			return cmp.Or(comparePlaces(a.operation.Place, b.operation.Place), cmp.Compare(a.operation.Method, b.operation.Method))
		})
		for _, o := range t.methods {
			d.Operations = append(d.Operations, o.operation)
		}
		d.templates = append(d.templates, t)
	}
	slices.SortStableFunc(d.templates, compareTemplates)
	markAlone(d.templates)
	d.Partial = d.isPartial(main.root)
}

// override returns the servers of a path or operation, which count in place of
// those around it.
func (d *Description) override(outer []server, own openapi3.Servers) []server {
	if len(own) == 0 {
		return outer
	}
	servers := serversOf(own)
	d.servers = append(d.servers[:len(d.servers):len(d.servers)], servers...)
	return servers
}

func comparePlaces(a, b Place) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

func (s *skeleton) operation(method, path string, o *openapi3.Operation) *Operation {
	operation := &Operation{ID: o.OperationID, Method: method, Path: path, Place: s.place(o.Extensions)}
	if operation.ID == "" {
		operation.ID = method + " " + path
	}
	for status, r := range o.Responses.Map() {
		response := &Response{Status: status}
		if strings.ToLower(status) != "default" {
			response.Status = strings.ToUpper(status)
		}
		if r.Value != nil {
			response.Place = s.place(r.Value.Extensions)
			response.Media = s.media(r.Value.Content)
		}
		operation.Responses = append(operation.Responses, response)
	}
	slices.SortFunc(operation.Responses, func(a, b *Response) int {
		return cmp.Or(cmp.Compare(breadth(a.Status), breadth(b.Status)), cmp.Compare(a.Status, b.Status))
	})
	return operation
}

// breadth orders statuses: exact ones, ranges, default.
func breadth(status string) int {
	switch {
	case status == "default":
		return 2
	case strings.HasSuffix(status, "XX"):
		return 1
	}
	return 0
}

func (s *skeleton) media(content openapi3.Content) []*Media {
	var all []*Media
	for name, m := range content {
		media := &Media{Type: name, Place: s.place(m.Extensions)}
		if m.Schema != nil && m.Schema.Value != nil {
			media.HasSchema = true
			media.Schema = s.place(m.Schema.Value.Extensions)
		}
		all = append(all, media)
	}
	slices.SortFunc(all, func(a, b *Media) int {
		return cmp.Or(comparePlaces(a.Place, b.Place), cmp.Compare(a.Type, b.Type))
	})
	return all
}

// placeExtension is the member by which an object that went through
// kin-openapi leads back to its place.
const placeExtension = "x-plumb-place"

// skeleton writes the copies of files that kin-openapi reads.
type skeleton struct {
	places []Place // by the number that placeExtension has
}

func (s *skeleton) place(extensions map[string]any) Place {
	switch i := extensions[placeExtension].(type) {
	case float64:
		return s.places[int(i)]
	case json.Number:
		n, _ := strconv.Atoi(i.String())
		return s.places[n]
	}
	return Place{}
}

func (s *skeleton) file(f *file) []byte { return s.any(nil, f.root) }

// skeletonTexts are the members that kin-openapi gets as text, whatever their
// authors wrote.
var skeletonTexts = map[kind][]string{
	documentKind:       {"openapi"},
	infoKind:           {"title", "version"},
	serverKind:         {"url"},
	serverVariableKind: {"default"},
	operationKind:      {"operationId"},
}

// inSkeleton tells whether kin-openapi gets the objects of a kind.
func inSkeleton(k kind) bool {
	switch k {
	case documentKind, infoKind, serverKind, serverVariableKind, componentsKind, pathItemKind, operationKind, responseKind, mediaTypeKind:
		return true
	}
	return false
}

// any writes a value that a $ref may lead to or through.
func (s *skeleton) any(b []byte, n *node) []byte {
	switch {
	case n.mark != nil && n.mark.kind == schemaKind:
		return append(b, "{}"...)
	case n.mark != nil && inSkeleton(n.mark.kind):
		return s.object(b, n, n.mark.kind)
	case n.kind == jsonvalue.Object:
		w := objectWriter{b: b}
		for _, m := range n.members {
			if m.value.onPath {
				w.name(m.name)
				w.b = s.any(w.b, m.value)
			}
		}
		return w.end()
	case n.kind == jsonvalue.Array:
		return appendList(b, n.items, s.any)
	}
	return append(b, "null"...)
}

// object writes an object of OpenAPI.
func (s *skeleton) object(b []byte, n *node, k kind) []byte {
	w := objectWriter{b: b}
	w.name(placeExtension)
	w.b = s.number(w.b, n.mark.place)
	if n.mark.target != nil && k != mediaTypeKind {
		w.name("$ref")
		w.b = appendString(w.b, refTo(n.mark.target.mark.place))
		if k != pathItemKind { // where siblings count
			return w.end()
		}
	}
	if k == mediaTypeKind { // of which kin-openapi does not follow $refs
		n = settle(n)
	}
	for _, m := range n.members {
		s.member(&w, k, m)
	}
	return w.end()
}

func (s *skeleton) member(w *objectWriter, k kind, m member) {
	c, isChild := childOf(k, m.name)
	switch {
	case slices.Contains(skeletonTexts[k], m.name) && m.value.kind != jsonvalue.Null:
		w.name(m.name)
		w.b = appendString(w.b, m.value.text)
	case k == serverVariableKind && m.name == "enum":
		w.name(m.name)
		w.b = appendList(w.b, m.value.items, func(b []byte, n *node) []byte { return appendString(b, n.text) })
	case k == mediaTypeKind && m.name == "schema" && m.value.kind != jsonvalue.Null:
		w.name(m.name)
		inner := objectWriter{b: w.b}
		inner.name(placeExtension)
		inner.b = s.number(inner.b, schemaPlace(m.value))
		w.b = inner.end()
	case isChild && inSkeleton(c.kind) && m.value.kind != jsonvalue.Null:
		w.name(m.name)
		w.b = s.children(w.b, c, m.value)
	case m.value.onPath:
		w.name(m.name)
		w.b = s.any(w.b, m.value)
	}
}

func (s *skeleton) children(b []byte, c child, n *node) []byte {
	switch c.form {
	case one:
		return s.object(b, n, c.kind)
	case list:
		return appendList(b, n.items, func(b []byte, n *node) []byte { return s.object(b, n, c.kind) })
	}
	w := objectWriter{b: b}
	for _, m := range n.members {
		if c.form == named || !isExtension(m.name) {
			w.name(m.name)
			w.b = s.object(w.b, m.value, c.kind)
		}
	}
	return w.end()
}

func (s *skeleton) number(b []byte, p Place) []byte {
	s.places = append(s.places, p)
	return strconv.AppendInt(b, int64(len(s.places)-1), 10)
}

// refTo spells a $ref in the way that kin-openapi reads it: it decodes the
// fragment twice.
func refTo(p Place) string {
	if p.Pointer == "" {
		return (&url.URL{Path: "/" + p.File}).String()
	}
	encoded := (&url.URL{Fragment: p.Pointer}).EscapedFragment()
	return (&url.URL{Path: "/" + p.File, Fragment: encoded}).String()
}

// objectWriter writes the members of a JSON object one after the other.
type objectWriter struct {
	b    []byte
	open bool
}

func (w *objectWriter) name(name string) {
	if w.open {
		w.b = append(w.b, ',')
	} else {
		w.b = append(w.b, '{')
		w.open = true
	}
	w.b = append(appendString(w.b, name), ':')
}

func (w *objectWriter) end() []byte {
	if !w.open {
		w.b = append(w.b, '{')
	}
	return append(w.b, '}')
}

func appendList(b []byte, items []*node, write func([]byte, *node) []byte) []byte {
	b = append(b, '[')
	for i, item := range items {
		if i > 0 {
			b = append(b, ',')
		}
		b = write(b, item)
	}
	return append(b, ']')
}
