package contracttest

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestWithRedact checks that the names to redact apply to one test only, even
// if others run in parallel.
func TestWithRedact(t *testing.T) {
	const pin, short = "q7110815", "q7"
	answers := map[string]string{}
	for _, value := range []string{pin, short} {
		answers[value] = answering(t, "application/json", strings.Replace(paused, "paused", value, 1))
	}
	ask := func(pin string, opts ...Option) func(testing.TB) {
		return func(t testing.TB) {
			req, err := http.NewRequest(http.MethodGet, answers[pin]+"/v1/batches/batch_1", nil)
			require.NoError(t, err)
			req.Header.Set("X-Tenant-Pin", pin)
			resp, err := Client(t, opts...).Do(req)
			require.NoError(t, err)
			resp.Body.Close()
		}
	}
	for range 4 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			for name, shown := range map[string]bool{"x-tenant-pin": false, "tenantPin": false, "tenant_pin": false, "STATUS": false, "X-Status": false, "x-other": true} {
				w := watch(t, ask(pin, WithRedact(name)))
				require.Len(t, w.errors, 1)
				assert.Contains(t, w.errors[0], "schema-enum at /status")
				assert.Equal(t, shown, strings.Contains(w.errors[0]+strings.Join(w.logs, ""), pin), "%s: %s", name, w.errors[0])
			}
		})
	}
	w := watch(t, ask(short, WithRedact("status")))
	require.Len(t, w.errors, 1)
	assert.NotContains(t, w.errors[0], short, "a value that is too short to be recognised is hidden because of its place")
	w = watch(t, ask(pin, WithRedact("")))
	assert.Contains(t, w.fatal, `plumb: WithRedact: "" is not the name of`)
	w = watch(t, ask(pin, WithRedact("session=off")))
	assert.Contains(t, w.fatal, "plumb: WithRedact: a name can be removed from the list only in plumb.yaml")
}

// TestWarningsOfTheDescription checks that the log of the test names the parts
// of the description that cannot be used, in a few lines.
func TestWarningsOfTheDescription(t *testing.T) {
	odd := filepath.Join(t.TempDir(), "odd.yaml")
	text := "openapi: 3.0.3\ninfo: {title: Odd, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n    Good: {type: object}\n"
	for _, name := range strings.Split("ABCDEFGHIJKL", "") {
		text += "    " + name + ": {type: " + name + "}\n"
	}
	require.NoError(t, os.WriteFile(odd, []byte(text), 0o666))
	w := watch(t, func(t testing.TB) { Body(t, "Good", []byte("{}"), WithSpec(odd)) })
	assert.Empty(t, w.errors)
	require.Len(t, w.logs, 2)
	assert.Equal(t, 11, strings.Count(w.logs[0], "plumb: warning: "))
	assert.Contains(t, w.logs[0], "odd.yaml:7:")
	assert.Contains(t, w.logs[0], "2 more parts of the description cannot be used as written")
}
