package plan

import (
	"hash/maphash"

	"github.com/plumbapi/plumb/internal/jsonscan"
)

// memberPlan is what a plan says about a member that the description names.
type memberPlan struct {
	node          *schemaNode
	checkable     bool // the schema of the value constrains it, and the plan can check it
	plainInteger  bool // an integer needs no check
	null          nullHandling
	required      bool
	nullIsDrift   bool
	place         int32 // for coverage
	name          string
	nullDeviation Signature
}

// prepare derives what speeds up reading from the node of the member.
func (m *memberPlan) prepare() {
	n := m.node
	switch {
	case n.opaque != "" || n.checksNull || len(n.enumValues) > 0:
	case n.kinds&kindNull != 0:
		m.null = nullAllowed
	case n.single:
		m.null = nullForbidden
	}
	m.checkable = n != anything && n.opaque == ""
	m.plainInteger = m.checkable && !n.int32 && n.kinds&kindInteger != 0 &&
		len(n.enumValues)+len(n.minimum)+len(n.maximum)+len(n.checks) == 0
}

// nullHandling says how a plan handles null for a member.
type nullHandling byte

const (
	nullByReader nullHandling = iota // by Reader.readNull
	nullAllowed
	nullForbidden
)

// readName reads a name and the colon after it. It returns the index of the
// member in n, or -1; the end is declined where the body is.
func (r *Reader) readName(n *schemaNode, pos int) (index int, name []byte, end int) {
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

// maxUndescribed is how many members that are not described an object may have.
// Each of their names is compared with each other.
const maxUndescribed = 64

// isFirst reports whether an undescribed name occurs for the first time in its
// object, and keeps it. The names of the object begin at the index firstName.
func (r *Reader) isFirst(name []byte, firstName int) bool {
	own := r.names[firstName:]
	if len(own) == maxUndescribed {
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

// readUndescribedMembers reads an object none of whose members are described by
// name.
func (r *Reader) readUndescribedMembers(n *schemaNode, pos int) int {
	if r.depth == r.maxDepth {
		return declined
	}
	r.depth++
	data, names, count := r.data, len(r.names), 0
	if pos = jsonscan.Space(data, pos+1); pos < len(data) && data[pos] == '}' {
		pos++
	} else {
		for closed := false; !closed; count++ {
			_, name, end := r.readName(n, pos)
			if end < 0 || !r.isFirst(name, names) {
				return declined
			}
			if pos = r.readUndescribedMember(n, end, name); pos < 0 {
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
	if len(n.minMembers)+len(n.maxMembers) > 0 {
		r.checkMemberCount(n, count)
	}
	return pos
}

// readUndescribedMember reads the value of a member that is not described by
// its name.
func (r *Reader) readUndescribedMember(n *schemaNode, pos int, name []byte) int {
	if len(n.patternMembers) == 0 && !n.forbidsOthers && !n.reportsUndocumented && (n.memberNames == nil || n.memberNames.acceptsLength(len(name), true)) {
		if n.additional == nil || n.additional == anything {
			return r.skip(pos)
		}
		if pos < len(r.data) && r.data[pos] == '"' {
			if end, escaped := jsonscan.StringEnd(r.data, pos+1); end >= 0 && n.additional.acceptsLength(end-pos-1, escaped) {
				return end + 1
			}
		}
	}
	hash := maphash.Bytes(nameSeed, name)
	salt := hash ^ uint64(n.base)<<8
	if n.memberNames != nil {
		sig := r.sig
		r.sig = Signature{}
		r.checkText(n.memberNames, name)
		inside := r.sig
		r.sig = sig
		if inside != (Signature{}) {
			inside.add(n.deviation(deviationName))
			r.sig.add(inside.within(salt))
		}
	}
	rest := n.additional
	patterns := 0
	for _, p := range n.patternMembers {
		if p.name.Match(name) {
			rest = p.node
			patterns++
		}
	}
	switch {
	case patterns > 1:
		return declined
	case patterns == 0 && n.forbidsOthers:
		r.sig.add(n.deviation(deviationForbidden).within(salt))
	case patterns == 0 && n.reportsUndocumented:
		r.sig.add(n.deviation(deviationUndocumented).within(salt))
	}
	if rest == nil || rest == anything {
		return r.skip(pos)
	}
	return r.readRegion(rest, pos, hash)
}

// nameSeed is the seed of the hashes of names in this process.
var nameSeed = maphash.MakeSeed()
