package redact

import (
	"cmp"
	"errors"
	"net/http"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// Names are additional names of credentials, which apply to one part of a
// program, whereas [Use] applies to the whole program. The zero value has none.
type Names struct{ listed names }

// NewNames returns additional names, such as x-tenant-pin.
func NewNames(list []string) (Names, error) {
	n := noNames()
	for _, name := range list {
		if err := CheckName(name); err != nil {
			return Names{}, err
		}
		if strings.HasSuffix(name, off) {
			return Names{}, errors.New("a name can be removed from the list only in plumb.yaml: " + name)
		}
		n.add(name, entry{anyPlace, always})
	}
	return Names{n}, nil
}

// Reveal adds the values that an exchange has under the names to its secrets.
func (n Names) Reveal(x *plumb.Exchange) {
	if len(n.listed.entries) == 0 {
		return
	}
	add := func(value string) {
		if value = strings.TrimSpace(value); len(value) >= shortSecret {
			x.Secrets = append(x.Secrets, value)
		}
	}
	for _, h := range []http.Header{x.Request.Header, x.Response.Header} {
		for name, values := range h {
			if n.listed.of(name, header) != always {
				continue
			}
			for _, value := range values {
				add(value)
			}
		}
	}
	_, rawQuery, _ := strings.Cut(x.Request.URL, "?")
	for field := range strings.SplitSeq(rawQuery, "&") {
		if name, value, _ := strings.Cut(field, "="); n.listed.of(unescaped(name), query) == always {
			add(value)
			add(unescaped(value))
		}
	}
	body := string(x.Response.Body.Bytes)
	found, _, _ := treeSpans(body, n.listed)
	for _, at := range found {
		add(body[at.start:at.end])
		add(unquoted(body[at.start:at.end]))
	}
}

// Hide hides the value in a finding about a string under one of the names. The
// value may be too short for a Cleaner to recognise it.
func (n Names) Hide(f *plumb.Finding) {
	if _, isString := foundString(f); len(n.listed.entries) == 0 || f.Rule == "schema-required" || !isString {
		return
	}
	for _, name := range jsonvalue.SplitPointer(cmp.Or(f.Named, f.Pointer)) {
		if n.listed.of(name, member) == always {
			f.Found = Mark
		}
	}
}
