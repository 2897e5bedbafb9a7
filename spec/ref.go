package spec

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/wholefile"
)

// base is the base URL of the $refs in a schema.
type base struct {
	url      *url.URL
	embedded bool // whether it is the $id of a part of its file
}

// base returns the base of $refs if no $id says otherwise. Its scheme only
// serves to distinguish files from URLs.
func (f *file) base() base {
	return base{url: &url.URL{Scheme: "file", Path: "/" + f.name}}
}

// enterSchema records the keywords by which a schema identifies itself.
func (w *walker) enterSchema(n *node, p position) position {
	if p.outermost == nil {
		p.outermost, p.resource = n, n
	}
	if n.kind != jsonvalue.Object {
		return p
	}
	if uri, ok := n.str("$schema"); ok {
		if d, known := dialectNamed(uri); known {
			if d.uri() != p.dialect.uri() { // a text is in one dialect
				p.outermost, p.resource = n, n
			}
			p.dialect = d
		}
	}
	if p.dialect == openAPI30 {
		return p
	}
	if n.isTrue("$recursiveAnchor") {
		p.recursive = n
	}
	if p.dialect.refAlone() && n.find("$ref") != nil {
		return p
	}
	found := located{n, p}
	if id, ok := n.str(p.dialect.id()); ok {
		if u, err := url.Parse(id); err == nil && strings.HasPrefix(id, "#") {
			w.register(p.base.url.ResolveReference(u).String(), found) // an anchor, up to draft 7
		} else if err == nil {
			p.base = base{url: withoutFragment(p.base.url.ResolveReference(u)), embedded: p.place.Pointer != ""}
			p.resource = n
			w.register(p.base.url.String(), found)
		}
	}
	for _, keyword := range []string{"$anchor", "$dynamicAnchor"} {
		if anchor, ok := n.str(keyword); ok && anchorName().MatchString(anchor) {
			w.register(withFragment(p.base.url, anchor).String(), found)
		}
	}
	return p
}

// register records the URL of a schema.
func (w *walker) register(id string, found located) {
	if _, ok := w.anchors[id]; !ok {
		w.anchors[id] = found
	}
}

func withoutFragment(u *url.URL) *url.URL { return withFragment(u, "") }

func withFragment(u *url.URL, fragment string) *url.URL {
	with := *u
	with.Fragment, with.RawFragment = fragment, ""
	return &with
}

// ref is a reference that is being resolved.
type ref struct {
	node   *node // the object that has it
	text   string
	url    *url.URL
	kind   kind         // of the object that has it, which what it leads to must be, too
	place  plumb.Source // of the reference
	from   position
	follow func(target *node) // is called with what it leads to
	lost   func()             // is called if it leads nowhere
}

// refer follows the references of an object.
func (w *walker) refer(n *node, k kind, p position) {
	if !k.canRefer() {
		return
	}
	w.reference(n, "$ref", k, p, func(target *node) {
		n.mark.target = target
		w.refs = append(w.refs, n)
	}, func() { w.lose(n) })
	if k != schemaKind {
		return
	}
	if anchor, ok := n.str("$dynamicAnchor"); ok && anchorName().MatchString(anchor) {
		w.dynamic[anchor] = append(w.dynamic[anchor], n)
	}
	w.reference(n, "$dynamicRef", k, p, func(target *node) { n.mark.dynamicTarget = target }, func() {
		n.mark.unusable = true
		n.mark.leaveOut("$dynamicRef")
	})
	w.discriminate(n, p)
	if n.find("$recursiveRef") != nil {
		n.mark.recursiveTarget = cmp.Or(p.recursive, p.resource)
		n.mark.recursiveTarget.cut = true
	}
}

// lose records that the $ref of an object leads nowhere.
func (w *walker) lose(n *node) {
	n.mark.target, n.mark.unusable = nil, true
	n.mark.leaveOut("$ref")
}

// reference follows one reference of an object, if the object has it.
func (w *walker) reference(n *node, keyword string, k kind, p position, follow func(*node), lost func()) {
	m := n.find(keyword)
	if m == nil || n.mark.isLeftOut(keyword) {
		return
	}
	r := ref{
		node: n, text: m.value.text, kind: k, from: p, follow: follow, lost: lost,
		place: p.at(keyword, m.value, m.line, m.column).place,
	}
	var err error
	if m.value.kind != jsonvalue.String {
		w.fail(r.place, "%s must be a string, not %s", keyword, withArticle(m.value.kind.String()))
		lost()
	} else if r.url, err = url.Parse(r.text); err != nil {
		w.fail(r.place, "%s %q is not a reference; write the path of a file, a #/pointer, or both", keyword, r.text)
		lost()
	} else {
		w.resolve(r)
	}
}

// resolve resolves a reference, either now or when all anchors are known.
func (w *walker) resolve(r ref) {
	target, waits, message := w.find(r)
	switch {
	case target.node != nil:
		r.follow(target.node)
		if r.kind == schemaKind {
			target.node.cut = true
		}
		w.todo = append(w.todo, func() {
			if _, ok := w.homes[target.node]; !ok && !target.node.canBe(r.kind) {
				w.fail(r.place, "$ref %q leads to %s where %s is expected; correct the $ref", r.text, withArticle(target.node.kind.String()), withArticle(string(r.kind)))
				r.lost()
				return
			}
			w.visit(target.node, r.kind, target.position)
		})
	case waits:
		w.waiting = append(w.waiting, r)
	default:
		if message != "" {
			w.fail(r.place, "%s", message)
		}
		r.lost()
	}
}

// followAnchors resolves the waiting references whose anchors are now known.
func (w *walker) followAnchors() {
	waiting := w.waiting
	w.waiting = nil
	for _, r := range waiting {
		w.resolve(r)
	}
}

// isMetaschema reports whether a URL is that of a metaschema, or of a part of
// one. They are built into the schema compiler.
func isMetaschema(u *url.URL) bool {
	whole := withoutFragment(u).String()
	_, known := dialectNamed(whole)
	return known && u.Host == "json-schema.org" || strings.HasPrefix(whole, "https://json-schema.org/draft/")
}

// canBe reports whether a value can be an object of a kind.
func (n *node) canBe(k kind) bool {
	return n.kind == jsonvalue.Object || n.kind == jsonvalue.Null || n.kind == jsonvalue.Bool && k == schemaKind
}

// keepWhole marks the schemas with references that depend on the schemas that
// led to them.
func (w *walker) keepWhole() {
	for _, n := range w.schemas {
		ref, _ := n.str("$dynamicRef")
		if n.isSchema() && (len(w.dynamic[fragmentOf(ref)]) > 1 || n.mark.dialect == draft2019 && n.find("$recursiveRef") != nil) {
			n.mark.outermost.mark.whole = true
			for _, other := range w.dynamic[fragmentOf(ref)] {
				other.mark.outermost.mark.whole = true
			}
		}
	}
}

// giveUp warns about the references that lead nowhere, when everything is
// known.
func (w *walker) giveUp() {
	w.last = true
	for _, r := range w.waiting {
		u := r.from.base.url.ResolveReference(r.url)
		_, waits, message := w.find(r)
		switch {
		case isMetaschema(u):
			continue // it remains as it is
		case !waits:
		case !r.from.base.embedded && (r.url.Scheme != "" || r.url.Host != ""):
			message = fmt.Sprintf("$ref %q is a URL; save it beside the description and refer to the file", r.text)
		case u.Fragment != "" && u.Fragment[0] != '/':
			message = fmt.Sprintf("$ref %q leads nowhere: no schema has the anchor %q; correct the $ref or add it", r.text, u.Fragment)
		default:
			message = fmt.Sprintf("$ref %q resolves against an $id, to %s, and no schema of the description has that $id", r.text, u)
		}
		if message != "" {
			w.fail(r.place, "%s", message)
		}
		r.lost()
	}
}

// find returns what a reference leads to, or that it waits for an anchor to
// become known, or else a message that says why it leads nowhere. The message
// is empty if that has been reported already.
func (w *walker) find(r ref) (target located, waits bool, message string) {
	if r.from.base.embedded || r.url.Scheme != "" || r.url.Host != "" {
		u := r.from.base.url.ResolveReference(r.url)
		return w.findIn(r, u, w.anchors[withoutFragment(u).String()])
	}
	f := r.from.file
	u := r.from.base.url
	if r.url.Path != "" {
		known := w.anchors[withoutFragment(u.ResolveReference(r.url)).String()]
		if known.node != nil {
			return w.findIn(r, u.ResolveReference(r.url), known)
		}
		if f, message = w.open(r); f == nil {
			return located{}, !w.last && message != "", message
		}
		start := f.start()
		if r.kind == schemaKind && f.root.find("openapi") == nil {
			start = w.enterSchema(f.root, start)
		}
		u = start.base.url
	}
	return w.findIn(r, withFragment(u, r.url.Fragment), located{f.root, f.start()})
}

// findIn resolves the fragment of a URL in the resource that the rest of the
// URL identifies.
func (w *walker) findIn(r ref, u *url.URL, around located) (target located, waits bool, message string) {
	switch fragment := u.Fragment; {
	case fragment != "" && fragment[0] != '/' && r.kind != schemaKind:
		return located{}, false, fmt.Sprintf("$ref %q: what follows the # must be a pointer, which begins with /", r.text)
	case fragment != "" && fragment[0] != '/':
		if around.node != nil && r.url.Path != "" && around.position.place.Pointer == "" && around.node.find("openapi") == nil {
			w.visit(around.node, schemaKind, around.position) // a file whose anchors are not known yet
		}
		target, ok := w.anchors[u.String()]
		return target, !ok, ""
	case around.node == nil:
		return located{}, true, ""
	}
	target, message = w.descend(r, around)
	return target, false, message
}

// descend follows the pointer of a $ref, beginning at a node.
func (w *walker) descend(r ref, from located) (target located, message string) {
	n, p := from.node, from.position
	for _, token := range jsonvalue.SplitPointer(r.url.Fragment) {
		next, line, column := n.child(token)
		if next == nil {
			under := "at its top level"
			if p.place.Pointer != "" {
				under = "under " + p.place.Pointer
			}
			advice := "correct the $ref or add it"
			if r.from.base.embedded && from.position.place.Pointer != "" {
				advice = fmt.Sprintf("the $id in line %d makes %s the root of the $refs in it: remove the $id, or write the file before the #", from.position.place.Line, from.position.place.Pointer)
			}
			return located{}, fmt.Sprintf("$ref %q leads nowhere: %s has no %q %s; %s", r.text, w.shown(p.file.name), token, under, advice)
		}
		if n.mark == nil || n.mark.kind == schemaKind {
			inside := w.enterSchema(n, p)
			p.dialect, p.base = inside.dialect, inside.base
			if n.isSchema() {
				p = inside
			}
		}
		n, p = next, p.at(token, next, line, column)
	}
	return located{n, p}, ""
}

// open loads the file that a $ref names. If it returns neither a file nor a
// message, what is wrong with the file has been reported already.
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
			w.fail(plumb.Source{File: name, Line: reported.line, Column: reported.column}, "%s", reported.message)
		}
		return nil, ""
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Sprintf("$ref %q: there is no file %s; correct the $ref or add the file", r.text, w.shown(name))
	}
	return nil, fmt.Sprintf("$ref %q: cannot read %s: %v", r.text, w.shown(name), wholefile.Cause(err))
}

// within reports whether a cleaned path is in a folder.
func within(folder, name string) bool {
	return fs.ValidPath(name) && (folder == "." || strings.HasPrefix(name, folder+"/"))
}

// checkKinds warns about each $ref that leads to an object of another kind.
func (w *walker) checkKinds() {
	for _, n := range w.refs {
		if home, ok := w.homes[n.mark.target]; ok && home != n.mark.kind {
			w.fail(n.placeOf("$ref"), "$ref %q leads to %s where %s is expected; correct the $ref", n.get("$ref").text, withArticle(string(home)), withArticle(string(n.mark.kind)))
			w.lose(n)
		}
	}
}

// placeOf returns the place of a member of a marked node.
func (n *node) placeOf(name string) plumb.Source {
	m := n.find(name)
	return position{place: n.mark.place}.at(name, m.value, m.line, m.column).place
}

// checkCycles warns about each $ref that leads back to itself by way of nothing
// but $refs and keywords that apply to the same value.
func (w *walker) checkCycles() {
	for _, n := range w.refs {
		if n.mark.target != nil && settle(n) == nil {
			w.fail(n.placeOf("$ref"), "$ref %q leads back to itself; it must lead to %s in the end", n.get("$ref").text, withArticle(string(n.mark.kind)))
			w.lose(n)
		}
	}
	c := cycles{walker: w, state: map[*node]int{}}
	for _, n := range w.schemas {
		c.visit(n)
	}
}

// cycles finds schemas that apply themselves to their own value.
type cycles struct {
	*walker
	state map[*node]int // open while the node is being visited
}

const (
	open = iota + 1
	done
)

func (c *cycles) visit(n *node) {
	if c.state[n] != 0 {
		return
	}
	c.state[n] = open
	if n.isSchema() {
		for _, target := range []*node{n.mark.target, n.mark.dynamicTarget, n.mark.recursiveTarget} {
			switch {
			case target == nil:
			case c.state[target] == open:
				c.breakAt(n)
			default:
				c.visit(target)
			}
		}
		n.eachInPlace(c.visit)
	}
	c.state[n] = done
}

// breakAt leaves out the references by which a schema leads back to itself.
func (c *cycles) breakAt(n *node) {
	for _, keyword := range []string{"$ref", "$dynamicRef", "$recursiveRef"} {
		if n.find(keyword) != nil && !n.mark.isLeftOut(keyword) {
			c.fail(n.placeOf(keyword), "%s %q leads back to the schema that it is in, for the same value; it is left out", keyword, n.get(keyword).text)
			n.mark.leaveOut(keyword)
		}
	}
}

// eachInPlace calls yield for the schemas in a schema that apply to the same
// value.
func (n *node) eachInPlace(yield func(*node)) {
	for _, m := range n.members {
		switch m.name {
		case "allOf", "anyOf", "oneOf":
			for _, item := range m.value.items {
				yield(item)
			}
		case "not", "if", "then", "else":
			yield(m.value)
		case "dependentSchemas", "dependencies":
			for _, sub := range m.value.members {
				yield(sub.value)
			}
		}
	}
}

// maxChain is the number of $refs that may lead to each other before they are
// taken for a cycle.
const maxChain = 1000

// settle follows $refs that have nothing beside them that counts. It returns
// nil if they lead back to themselves.
func settle(n *node) *node {
	for range maxChain {
		if n.mark == nil || n.mark.target == nil || !refAlone(n) {
			return n
		}
		n = n.mark.target
	}
	return nil
}

// refAlone reports whether an object consists of a $ref and nothing else that
// counts.
func refAlone(n *node) bool {
	return n.mark.kind != schemaKind || n.mark.dialect.refAlone() || len(n.members) == 1
}
