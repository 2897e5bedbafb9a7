package redact

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/credentialtest"
)

// TestPlantedCredentials checks that no credential is left in a body or a
// header, whatever its name or its form, and wherever it is.
func TestPlantedCredentials(t *testing.T) {
	for _, seed := range []string{"one", "two"} {
		p := credentialtest.New(seed)
		for _, body := range p.Bodies(seed) {
			assert.Empty(t, p.Leaks(new(Cleaner).Text(body.Text)), "%s as a text", body.Name)
			assert.Empty(t, p.Leaks(new(Cleaner).Body(body.Text)), "%s as a body", body.Name)
			x := &plumb.Exchange{}
			x.Response.Body.Bytes = []byte(body.Text)
			assert.Empty(t, p.Leaks(ForExchange(x).Body(body.Text)), "%s of an exchange", body.Name)
		}
		for name, values := range new(Cleaner).RequestHeader(p.RequestHeader(seed+" request"), func(string) bool { return false }) {
			assert.Empty(t, p.Leaks(values[0]), name)
		}
		for name, values := range new(Cleaner).Header(p.ResponseHeader(seed+" response", "text/plain")) {
			assert.Empty(t, p.Leaks(values[0]), name)
		}
		assert.Empty(t, p.Leaks(new(Cleaner).URL("https://things.example/?"+p.Query(seed+" URL"), func(string) bool { return false })))
		assert.Empty(t, p.Leaks(new(Cleaner).Text("https://things.example/?"+p.Query(seed+" URL in a text"))))
	}
}
