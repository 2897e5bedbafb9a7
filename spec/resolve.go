package spec

import (
	"cmp"
	"slices"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// describe collects the paths, operations and responses of all files, which
// must have been walked.
func (d *Description) describe(main *file) {
	if info := main.root.get("info"); info != nil {
		d.Title, d.Version = textOf(info.get("title")), textOf(info.get("version"))
	}
	d.Partial = d.isPartial(main.root)
	global := compileServers(serversAt(main.root))
	d.servers = global
	paths := main.root.find("paths")
	if paths == nil {
		return
	}
	d.PathsPlace = plumb.Source{File: main.name, Line: paths.line, Column: paths.column, Pointer: "/paths", Overlay: paths.value.overlay}
	for _, m := range paths.value.members {
		if !isExtension(m.name) {
			place := plumb.Source{File: main.name, Line: m.line, Column: m.column, Pointer: pointerTo("/paths", m.name), Overlay: m.value.overlay}
			d.templates = append(d.templates, d.template(m, place, global))
		}
	}
	slices.SortStableFunc(d.templates, compareTemplates)
	markAlone(d.templates)
}

// template describes a path, and adds its operations to the description.
func (d *Description) template(m member, place plumb.Source, global []server) *template {
	t := newTemplate(m.name, place)
	t.widen(d.multiSegment(m.value))
	t.servers = global
	for _, item := range pathItems(m.value) {
		if own := serversAt(item); len(own) > 0 {
			t.servers = d.override(own)
			break
		}
	}
	for _, o := range operationsOf(m.value) {
		operation := describeOperation(o, m.name)
		t.methods = append(t.methods, operationServers{operation, t.servers})
		if own := serversAt(settle(o.value)); len(own) > 0 {
			t.methods[len(t.methods)-1].servers = d.override(own)
		}
	}
	slices.SortFunc(t.methods, func(a, b operationServers) int {
		return cmp.Or(comparePlaces(a.operation.Place, b.operation.Place), cmp.Compare(a.operation.Method, b.operation.Method))
	})
	for _, o := range t.methods {
		d.Operations = append(d.Operations, o.operation)
	}
	return t
}

// pathItems returns a path item, and those that its $ref leads to. Earlier ones
// take precedence.
func pathItems(n *node) []*node {
	var items []*node
	for n != nil && n.mark != nil && len(items) < maxChain {
		items = append(items, n)
		n = n.mark.target
	}
	return items
}

// method is an operation and its method.
type method struct {
	name  string // in upper case
	value *node
}

// operationsOf returns the operations of a path item.
func operationsOf(pathItem *node) []method {
	var all []method
	add := func(m member) {
		name := strings.ToUpper(m.name)
		if m.value.kind == jsonvalue.Object && !slices.ContainsFunc(all, func(o method) bool { return o.name == name }) {
			all = append(all, method{name, m.value})
		}
	}
	for _, item := range pathItems(pathItem) {
		for _, m := range item.members {
			c, ok := childOf(pathItemKind, m.name)
			switch {
			case !ok || c.kind != operationKind:
			case c.form == one:
				add(m)
			default:
				for _, m := range m.value.members {
					add(m)
				}
			}
		}
	}
	return all
}

func comparePlaces(a, b plumb.Source) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

func describeOperation(m method, path string) *Operation {
	n := settle(m.value)
	o := &Operation{ID: textOf(n.get("operationId")), Method: m.name, Path: path, Place: n.mark.place}
	if o.ID == "" {
		o.ID = m.name + " " + path
	}
	responses := n.get("responses")
	if n.mark.unusable || responses != nil && responses.kind == jsonvalue.Array {
		o.Responses = []*Response{{Status: "default", Place: n.mark.place, Unusable: true}}
		return o
	}
	if responses != nil {
		for _, r := range responses.members {
			if !isExtension(r.name) {
				o.Responses = append(o.Responses, describeResponse(r))
			}
		}
	}
	slices.SortFunc(o.Responses, func(a, b *Response) int {
		return cmp.Or(cmp.Compare(breadth(a.Status), breadth(b.Status)), cmp.Compare(a.Status, b.Status))
	})
	return o
}

// breadth sorts statuses: exact ones, then ranges, then default.
func breadth(status string) int {
	switch {
	case status == "default":
		return 2
	case strings.HasSuffix(status, "XX"):
		return 1
	}
	return 0
}

func describeResponse(m member) *Response {
	n := settle(m.value)
	r := &Response{Status: m.name, Place: n.mark.place, Unusable: n.mark.unusable}
	if strings.ToLower(m.name) != "default" {
		r.Status = strings.ToUpper(m.name)
	}
	content := n.get("content")
	if content == nil {
		return r
	}
	for _, c := range content.members {
		r.Media = append(r.Media, describeMedia(c))
	}
	slices.SortFunc(r.Media, func(a, b *Media) int {
		return cmp.Or(comparePlaces(a.Place, b.Place), cmp.Compare(a.Type, b.Type))
	})
	return r
}

func describeMedia(m member) *Media {
	media := &Media{Type: m.name, Place: m.value.mark.place}
	if schema := settle(m.value).get("schema"); schema != nil && schema.kind != jsonvalue.Null && schema.mark != nil {
		media.HasSchema = true
		media.Schema = schemaPlace(schema)
	}
	return media
}

// textOf returns the text of a value that should be a string, whatever it is.
func textOf(n *node) string {
	if n == nil || n.kind == jsonvalue.Null {
		return ""
	}
	return n.text
}

// override returns the servers of a path or operation, which replace those of
// the object around it.
func (d *Description) override(own []describedServer) []server {
	servers := compileServers(own)
	d.servers = append(d.servers[:len(d.servers):len(d.servers)], servers...)
	return servers
}

// serversAt returns the servers of an object.
func serversAt(n *node) []describedServer {
	list := n.get("servers")
	if list == nil {
		return nil
	}
	var servers []describedServer
	for _, item := range list.items {
		s := describedServer{textOf(item.get("url")), map[string]serverVariable{}}
		if variables := item.get("variables"); variables != nil {
			for _, m := range variables.members {
				v := serverVariable{preset: textOf(m.value.get("default"))}
				if enum := m.value.get("enum"); enum != nil {
					for _, value := range enum.items {
						v.values = append(v.values, textOf(value))
					}
				}
				s.variables[m.name] = v
			}
		}
		servers = append(servers, s)
	}
	return servers
}

// objectWriter writes a JSON object member by member.
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
