package recording

import (
	"bytes"
	"net/http"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// headers makes an [http.Header].
type headers struct {
	all    http.Header
	memory *headerMemory
}

// add does what [http.Header.Add] does.
func (h *headers) add(name, value string) {
	name = http.CanonicalHeaderKey(name)
	if there := h.all[name]; there != nil {
		h.all[name] = append(there, value)
		return
	}
	h.all[name] = h.memory.list(value)
}

// headerMemory is the memory of the headers of a block. They are valid until the
// block is released.
type headerMemory struct {
	maps   []http.Header
	used   int      // how many of the maps
	values []string // which the maps have, each name a part
	last   [2]sharedHeader
}

// sharedHeader is the header of the last request or response that has any, which the
// next one has, too, where it is written in the same way.
type sharedHeader struct {
	text []byte
	all  http.Header // nil if there is none
}

// The sides of an exchange.
const (
	ofRequest = iota
	ofResponse
)

// sharedHeader returns the header that read returns of a value. Nobody may change it.
func (e *entry) sharedHeader(side int, v *jsonvalue.Value, read func(*entry, *jsonvalue.Value) http.Header) http.Header {
	if e.memory == nil || v == nil {
		return read(e, v)
	}
	last, text := &e.memory.headers.last[side], e.data[v.Start:v.End]
	if last.all != nil && bytes.Equal(last.text, text) {
		return last.all
	}
	h := read(e, v)
	if len(h) > 0 { // har adds to an empty one
		last.text, last.all = append(last.text[:0], text...), h
	}
	return h
}

// headers returns headers that are empty.
func (m *headerMemory) headers() headers {
	if m.used == len(m.maps) {
		m.maps = append(m.maps, http.Header{})
	}
	m.used++
	return headers{m.maps[m.used-1], m}
}

// list returns a list of one value.
func (m *headerMemory) list(value string) []string {
	if len(m.values) == cap(m.values) {
		m.values = make([]string, 0, max(8, min(2*cap(m.values), mostMemory))) // earlier lists keep what they are in
	}
	m.values = append(m.values, value)
	last := len(m.values)
	return m.values[last-1 : last : last]
}

func (m *headerMemory) release() {
	const mostNames = 64
	for i, h := range m.maps[:m.used] {
		if len(h) > mostNames {
			m.maps[i] = http.Header{}
		}
		clear(h)
	}
	clear(m.values)
	for i := range m.last {
		m.last[i].all = nil
	}
	m.used, m.values = 0, m.values[:0]
}

// headers returns empty headers for the exchange that is made of the entry.
func (e *entry) headers() headers {
	if e.memory == nil {
		return new(headerMemory).headers()
	}
	return e.memory.headers.headers()
}

// headerOf reads headers that are members of an object, each a string or a list
// of strings; nil if there are none.
func (e *entry) headerOf(v *jsonvalue.Value) http.Header {
	if v == nil || v.Kind != jsonvalue.Object {
		return nil
	}
	h := e.headers()
	for _, m := range v.Members {
		if m.Value.Kind == jsonvalue.String {
			h.add(m.Name, m.Value.Text)
		}
		for _, item := range m.Value.Items {
			h.add(m.Name, text(item))
		}
	}
	return h.all
}
