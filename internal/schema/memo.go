package schema

import "github.com/plumbapi/plumb/internal/jsonvalue"

// visit is a schema that is applied to a value, in one of the modes. With dynamic
// references, what that means also depends on the resources that led to the schema.
type visit struct {
	schema *node
	value  *jsonvalue.Value
	scope  string
	mode   mode
}

type mode byte

const (
	judging mode = iota
	explaining
	explainingNearest // of several alternatives
)

// memo keeps the results of visits.
type memo struct {
	plain  map[plainVisit]*result // where the scope is empty, which is nearly always
	scoped map[visit]*result
	blocks [][]result
	used   int
}

type plainVisit struct {
	schema *node
	value  *jsonvalue.Value
	mode   mode
}

// of returns the result of a visit; nil if there is none.
func (m *memo) of(v visit) *result {
	if v.scope == "" {
		return m.plain[plainVisit{v.schema, v.value, v.mode}]
	}
	return m.scoped[v]
}

// add adds a visit, and returns its result, to be filled in.
func (m *memo) add(v visit) *result {
	if m.plain == nil {
		m.plain, m.scoped = map[plainVisit]*result{}, map[visit]*result{}
	}
	const size = 64
	if m.used == size*len(m.blocks) {
		m.blocks = append(m.blocks, make([]result, size))
	}
	r := &m.blocks[m.used/size][m.used%size]
	m.used++
	if v.scope == "" {
		m.plain[plainVisit{v.schema, v.value, v.mode}] = r
	} else {
		m.scoped[v] = r
	}
	return r
}

func (m *memo) forget(v visit) {
	if v.scope == "" {
		delete(m.plain, plainVisit{v.schema, v.value, v.mode})
	} else {
		delete(m.scoped, v)
	}
}

func (m *memo) size() int { return m.used }

func (m *memo) clear() {
	clear(m.plain)
	clear(m.scoped)
	for i, block := range m.blocks {
		clear(block[:min(len(block), m.used-i*len(block))])
		if m.used <= (i+1)*len(block) {
			break
		}
	}
	m.used = 0
}
