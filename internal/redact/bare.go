package redact

import (
	"bytes"
	"slices"

	"github.com/plumbapi/plumb"
)

// Bodies reports for many bodies whether they contain credentials. It is fast
// while their exchanges carry the same secrets. Its zero value is ready for
// use; it is not safe for concurrent use.
type Bodies struct {
	secrets  []string // of the previous exchange
	literals []string
}

// Bare reports whether a Cleaner for x would leave the body of x and all values
// in it as they are. If in doubt, it returns false.
func (b *Bodies) Bare(x *plumb.Exchange) bool {
	body := x.Response.Body.Bytes
	if !slices.Equal(x.Secrets, b.secrets) {
		b.secrets, b.literals = slices.Clone(x.Secrets), New(x.Secrets).literals
	}
	if bytes.Contains(body, []byte(`\u`)) { // escapes can hide a name
		return false
	}
	c := Cleaner{literals: b.literals}
	return len(c.spans(string(body))) == 0
}
