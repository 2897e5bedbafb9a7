package recording

import "net/http"

// headers makes an [http.Header]. The values of different names are parts of one
// slice, as net/http does it.
type headers struct {
	all    http.Header
	values []string
}

// newHeaders returns headers with room for n values.
func newHeaders(n int) headers {
	return headers{make(http.Header, n), make([]string, 0, n)}
}

// add does what [http.Header.Add] does.
func (h *headers) add(name, value string) {
	name = http.CanonicalHeaderKey(name)
	if there := h.all[name]; there != nil {
		h.all[name] = append(there, value)
		return
	}
	h.values = append(h.values, value)
	last := len(h.values)
	h.all[name] = h.values[last-1 : last : last]
}
