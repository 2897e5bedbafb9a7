package plan

import (
	"hash/maphash"

	"github.com/plumbapi/plumb/internal/jsonscan"
)

// member is a member that the description names.
type member struct {
	node          *node
	described     bool // by something that a plan knows
	number        bool // an integer need only be kept
	null          nullable
	required      bool
	nullIsDrift   bool
	place         int32 // for coverage
	name          string
	nullDeviation Signature
}

// prepare notes what the node of the member says.
func (m *member) prepare() {
	n := m.node
	switch {
	case n.opaque != "" || n.whole || len(n.values) > 0:
	case n.types&kindNull != 0:
		m.null = allowed
	case n.plain:
		m.null = notAllowed
	}
	m.described = n != anything && n.opaque == ""
	m.number = m.described && !n.int32 && n.types&kindInteger != 0 &&
		len(n.values)+len(n.minimum)+len(n.maximum)+len(n.scopes) == 0
}

// nullable is what null is for a member.
type nullable byte

const (
	notSimple nullable = iota // see Reader.null
	allowed
	notAllowed
)

// name reads a name and the colon after it. It returns which member of n it
// is, or -1; the end is declined where the body is.
func (r *Reader) name(n *node, pos int) (index int, name []byte, end int) {
	data := r.data
	if pos >= len(data) || data[pos] != '"' {
		return 0, nil, declined
	}
	start := pos + 1
	stop, escaped := jsonscan.StringEnd(data, start)
	if stop < 0 {
		return 0, nil, declined
	}
	name = data[start:stop]
	if escaped {
		from := len(r.scratch)
		r.scratch = jsonscan.Unescape(r.scratch, name)
		name = r.scratch[from:]
	}
	if pos = jsonscan.Space(data, stop+1); pos >= len(data) || data[pos] != ':' {
		return 0, nil, declined
	}
	pos = jsonscan.Space(data, pos+1)
	if len(n.members) > 0 {
		if index, ok := n.byName[string(name)]; ok {
			return index, name, pos
		}
	}
	return -1, name, pos
}

// mostUndescribed is how many members without a description an object can
// have, of which each is compared with each.
const mostUndescribed = 64

// isNew reports whether a name is the first of its kind in an object. The names
// of the object before it begin at the index.
func (r *Reader) isNew(name []byte, names int) bool {
	own := r.names[names:]
	if len(own) == mostUndescribed {
		return false
	}
	for _, other := range own {
		if len(other) == len(name) && string(other) == string(name) {
			return false
		}
	}
	r.names = append(r.names, name)
	return true
}

// undescribed reads an object of which no member is described by its name.
func (r *Reader) undescribed(n *node, pos int) int {
	if r.depth == r.maxDepth {
		return declined
	}
	r.depth++
	data, names, count := r.data, len(r.names), 0
	if pos = jsonscan.Space(data, pos+1); pos < len(data) && data[pos] == '}' {
		pos++
	} else {
		for closed := false; !closed; count++ {
			_, name, end := r.name(n, pos)
			if end < 0 || !r.isNew(name, names) {
				return declined
			}
			if pos = r.other(n, end, name); pos < 0 {
				return declined
			}
			if pos = jsonscan.Space(data, pos); pos >= len(data) {
				return declined
			}
			switch data[pos] {
			case ',':
				pos = jsonscan.Space(data, pos+1)
			case '}':
				pos++
				closed = true
			default:
				return declined
			}
		}
	}
	r.depth--
	r.names = r.names[:names]
	if len(n.minCount)+len(n.maxCount) > 0 {
		r.counted(n, count)
	}
	return pos
}

// other reads the value of a member that is not described by its name.
func (r *Reader) other(n *node, pos int, name []byte) int {
	if len(n.patterned) == 0 && !n.closed && !n.undocumented && (n.names == nil || n.names.takes(len(name), true)) {
		if n.rest == nil || n.rest == anything {
			return r.skip(pos)
		}
		if pos < len(r.data) && r.data[pos] == '"' {
			if end, escaped := jsonscan.StringEnd(r.data, pos+1); end >= 0 && n.rest.takes(end-pos-1, escaped) {
				return end + 1
			}
		}
	}
	hash := maphash.Bytes(nameSeed, name)
	salt := hash ^ uint64(n.base)<<8
	if n.names != nil {
		sig := r.sig
		r.sig = Signature{}
		r.text(n.names, name)
		inside := r.sig
		r.sig = sig
		if inside != (Signature{}) {
			inside.add(n.deviation(wayName))
			r.sig.add(inside.within(salt))
		}
	}
	rest := n.rest
	patterns := 0
	for _, p := range n.patterned {
		if p.name.Match(name) {
			rest = p.node
			patterns++
		}
	}
	switch {
	case patterns > 1:
		return declined
	case patterns == 0 && n.closed:
		r.sig.add(n.deviation(wayClosed).within(salt))
	case patterns == 0 && n.undocumented:
		r.sig.add(n.deviation(wayUnknown).within(salt))
	}
	if rest == nil || rest == anything {
		return r.skip(pos)
	}
	return r.inner(rest, pos, hash)
}

// names are hashed with a seed of this process.
var nameSeed = maphash.MakeSeed()
