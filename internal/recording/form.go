package recording

import (
	"slices"

	"github.com/plumbapi/plumb/internal/jsonscan"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// form is the last entry that was read. The next one is mostly written in the
// same way, but for its leaves: its scalars and its body. Its tree is then that
// of the last entry, with other leaves.
type form struct {
	root   *jsonvalue.Value // nil if there is none
	path   []string         // to the body
	text   []byte
	leaves []*jsonvalue.Value // in the order of the text
	shifts []int              // by how much the text before each leaf, and after the last, is moved
	inner  []innerValue       // what is not a leaf
}

// innerValue is an object or an array, and how many leaves begin before it
// begins and before it ends.
type innerValue struct {
	*jsonvalue.Value
	begins, ends int
}

// learn makes the form that of the entry that was just read.
func (o *outliner) learn(root *jsonvalue.Value, path []string) {
	f := &o.form
	f.leaves, f.inner, f.path = f.leaves[:0], f.inner[:0], path
	if f.keep(root, o.data); f.root != nil {
		o.collect(root)
	}
}

// keep makes the form that of an entry, unless that is large.
func (f *form) keep(root *jsonvalue.Value, text []byte) {
	const largest = 64 << 10
	if len(text) > largest {
		f.root, f.text = nil, nil
		return
	}
	f.root, f.text = root, append(f.text[:0], text...)
}

// collect adds what is in a value to the form.
func (o *outliner) collect(v *jsonvalue.Value) {
	f := &o.form
	if v == o.body || v.Kind != jsonvalue.Object && v.Kind != jsonvalue.Array {
		f.leaves = append(f.leaves, v)
		return
	}
	at := len(f.inner)
	f.inner = append(f.inner, innerValue{v, len(f.leaves), 0})
	for i := range v.Members {
		o.collect(v.Members[i].Value)
	}
	for _, item := range v.Items {
		o.collect(item)
	}
	f.inner[at].ends = len(f.leaves)
}

// again reads an entry in the form of the last one. It returns nil if it is not
// in that form.
func (o *outliner) again(path []string) *jsonvalue.Value {
	f := &o.form
	if f.root == nil || !slices.Equal(f.path, path) {
		return nil
	}
	root := f.root
	f.root = nil // until all leaves are read
	f.shifts = f.shifts[:0]
	pos, from := 0, 0 // in the entry, and in the last one
	same := jsonscan.Common(o.data, f.text)
	for _, v := range f.leaves {
		shift := pos - from
		f.shifts = append(f.shifts, shift)
		if v.End < from+same && v != o.body { // with what ends it
			v.Start, v.End = v.Start+shift, v.End+shift
			continue
		}
		if v.Start > from+same || v.Start+shift >= len(o.data) {
			return nil
		}
		kind := v.Kind
		from = v.End
		if pos = o.leaf(v, v.Start+shift); pos < 0 || v.Kind != kind {
			return nil
		}
		same = jsonscan.Common(o.data[pos:], f.text[from:])
	}
	if same < len(o.data)-pos || same < len(f.text)-from {
		return nil
	}
	f.shifts = append(f.shifts, pos-from)
	for _, inner := range f.inner {
		inner.Start += f.shifts[inner.begins]
		inner.End += f.shifts[inner.ends]
	}
	f.keep(root, o.data)
	return root
}
