package redact

import (
	"bytes"
	"slices"

	"github.com/plumbapi/plumb"
)

// Bodies reports of many bodies whether they hold credentials: quickly, where
// their exchanges carried the same secrets. Its zero value is ready for use;
// it is not safe for concurrent use.
type Bodies struct {
	secrets  []string // of the exchange before
	literals []string
}

// Bare reports whether a Cleaner for x would leave the body of x and all values
// in it as they are. It is false in cases of doubt.
func (b *Bodies) Bare(x *plumb.Exchange) bool {
	body := x.Response.Body.Bytes
	if !slices.Equal(x.Secrets, b.secrets) {
		b.secrets, b.literals = slices.Clone(x.Secrets), New(x.Secrets).literals
	}
	if bytes.Contains(body, []byte(`\u`)) { // a name can be written so that no list has it
		return false
	}
	c := Cleaner{literals: b.literals}
	return len(c.spans(string(body))) == 0
}
