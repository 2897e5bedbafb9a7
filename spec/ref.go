package spec

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"strings"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// base is what the $refs of a schema resolve against.
type base struct {
	url      *url.URL
	embedded bool // it is the $id of a part of its file
}

// base returns what $refs resolve against where no $id says otherwise. Its
// scheme only serves to tell files from URLs.
func (f *file) base() base {
	return base{url: &url.URL{Scheme: "file", Path: "/" + f.name}}
}

// enterSchema takes note of the words by which a schema says what it is.
func (w *walker) enterSchema(n *node, p position) position {
	if n.kind != jsonvalue.Object {
		return p
	}
	if _, ok := n.str("$schema"); ok {
		p.dialect = declared
	}
	id, ok := n.str("$id")
	if !ok || p.dialect == openAPI30 || strings.HasPrefix(id, "#") {
		return p
	}
	u, err := url.Parse(id)
	if err != nil {
		return p // the schema compiler says what is wrong with it
	}
	p.base = base{url: p.base.url.ResolveReference(u), embedded: p.place.Pointer != ""}
	w.ids[withoutFragment(p.base.url)] = true
	return p
}

func withoutFragment(u *url.URL) string {
	id := *u
	id.Fragment, id.RawFragment = "", ""
	return id.String()
}

// ref is a $ref on its way to what it leads to.
type ref struct {
	text  string
	url   *url.URL
	kind  kind  // of the object that has it, and must have what it leads to
	place Place // of the $ref
	from  position
}

// refer follows the $ref of an object, if it has one.
func (w *walker) refer(n *node, k kind, p position) {
	m := n.find("$ref")
	if m == nil {
		return
	}
	r := ref{text: m.value.text, kind: k, place: p.at("$ref", m.value, m.line, m.column).place, from: p}
	if m.value.kind != jsonvalue.String {
		w.fail(r.place, "$ref must be a string, not %s", withArticle(m.value.kind.String()))
		return
	}
	u, err := url.Parse(r.text)
	if err != nil {
		w.fail(r.place, "$ref %q is not a reference; write the path of a file, a #/pointer, or both", r.text)
		return
	}
	r.url = u
	target, position, message := w.find(r)
	switch {
	case message != "":
		id := withoutFragment(p.base.url.ResolveReference(u))
		w.unfound = append(w.unfound, unfound{id, problem{r.place, message}})
	case target != nil:
		n.mark.target = target
		w.refs = append(w.refs, n)
		w.todo = append(w.todo, func() { w.visit(target, k, position) })
	}
}

// unfound is a $ref that leads to no file. It is an error unless a schema of
// the description has what it leads to as its $id, which is known when all of
// them have been seen.
type unfound struct {
	id      string
	problem problem
}

// metaschemas are built into every schema compiler.
const metaschemas = "https://json-schema.org/draft/2020-12/"

func (w *walker) checkUnfound() {
	for _, u := range w.unfound {
		if !w.ids[u.id] && !strings.HasPrefix(u.id, metaschemas) {
			w.problems = append(w.problems, u.problem)
		}
	}
}

// find returns what a $ref leads to, or a message that says why it does not.
// It returns neither where the schema compiler has to find it.
func (w *walker) find(r ref) (*node, position, string) {
	switch {
	case r.url.Scheme != "" || r.url.Host != "":
		return nil, position{}, fmt.Sprintf("$ref %q is a URL; save it beside the description and refer to the file", r.text)
	case r.from.base.embedded && r.url.Path == "":
		return nil, position{}, ""
	case r.from.base.embedded:
		return nil, position{}, fmt.Sprintf("$ref %q resolves against an $id, to %s, and no schema of the description has that $id",
			r.text, r.from.base.url.ResolveReference(r.url))
	}
	f := r.from.file
	if r.url.Path != "" {
		var message string
		if f, message = w.open(r); f == nil {
			return nil, position{}, message
		}
	}
	return w.descend(r, f)
}

// descend follows the pointer of a $ref into a file.
func (w *walker) descend(r ref, f *file) (*node, position, string) {
	p, n := f.start(), f.root
	fragment := r.url.Fragment
	if fragment != "" && fragment[0] != '/' {
		if r.kind == schemaKind {
			return nil, p, "" // an $anchor
		}
		return nil, p, fmt.Sprintf("$ref %q: what follows the # must be a pointer, which begins with /", r.text)
	}
	n.onPath = true
	for _, token := range jsonvalue.SplitPointer(fragment) {
		next, line, column := n.child(token)
		if next == nil {
			under := "at its top level"
			if p.place.Pointer != "" {
				under = "under " + p.place.Pointer
			}
			return nil, p, fmt.Sprintf("$ref %q leads nowhere: %s has no %q %s; correct the $ref or add it", r.text, w.shown(f.name), token, under)
		}
		if n.mark == nil || n.mark.kind == schemaKind {
			p = w.enterSchema(n, p)
		}
		n, p = next, p.at(token, next, line, column)
		n.onPath = true
	}
	return n, p, ""
}

// open loads the file that a $ref names. Without a file and a message, what is
// wrong with the file has been said already.
func (w *walker) open(r ref) (*file, string) {
	name := path.Join(path.Dir(r.place.File), r.url.Path)
	if path.IsAbs(r.url.Path) || !within(w.root, name) {
		return nil, fmt.Sprintf("$ref %q leads outside the folder %s; move the file into it, or allow a wider folder with --ref-root DIR", r.text, w.shown(w.root))
	}
	f, err := w.load(name)
	var reported *fault
	switch {
	case err == nil:
		return f, ""
	case errors.As(err, &reported):
		if !w.reported[name] {
			w.reported[name] = true
			w.problems = append(w.problems, problem{Place{File: name, Line: reported.line, Column: reported.column}, reported.message})
		}
		return nil, ""
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Sprintf("$ref %q: there is no file %s; correct the $ref or add the file", r.text, w.shown(name))
	}
	return nil, fmt.Sprintf("$ref %q: cannot read %s: %v", r.text, w.shown(name), cause(err))
}

// within tells whether a cleaned path is in a folder of the same root.
func within(folder, name string) bool {
	return fs.ValidPath(name) && (folder == "." || strings.HasPrefix(name, folder+"/"))
}

// cause is what an error of the file system says, without the path in its own spelling.
func cause(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

// checkCycles reports each $ref that leads through nothing but $refs back to
// itself.
func (w *walker) checkCycles() {
	for _, n := range w.refs {
		if settle(n) == nil {
			m := n.find("$ref")
			place := Place{File: n.mark.file.name, Line: m.line, Column: m.column, Overlay: m.value.overlay}
			w.fail(place, "$ref %q leads back to itself; it must lead to %s in the end", m.value.text, withArticle(string(n.mark.kind)))
		}
	}
}

// maxChain is how many $refs may lead to each other before we call it a circle.
const maxChain = 1000

// settle follows $refs that have nothing beside them that counts. It returns
// nil where they lead back to themselves.
func settle(n *node) *node {
	for range maxChain {
		if n.mark == nil || n.mark.target == nil || !refAlone(n) {
			return n
		}
		n = n.mark.target
	}
	return nil
}

// refAlone tells whether an object with a $ref is nothing but that. In OpenAPI
// 3.0, what stands beside a $ref does not count.
func refAlone(n *node) bool {
	return n.mark.kind != schemaKind || n.mark.dialect == openAPI30 || len(n.members) == 1
}
