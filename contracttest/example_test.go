package contracttest_test

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/plumbapi/plumb/contracttest"
)

const batch = `{"id":"batch_1","object":"batch","endpoint":"/v1/responses","input_file_id":"file-1",
	"completion_window":"24h","status":"validating","created_at":1741967569}`

// server responds as a server under test would.
var server = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, batch)
})

// A test gives its client, or the client of a package for the API, a transport
// that checks every response.
func ExampleClient() {
	test := func(t *testing.T) {
		api := httptest.NewServer(server)
		defer api.Close()

		client := contracttest.Client(t)
		resp, err := client.Get(api.URL + "/v1/batches/batch_1")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		_, _ = io.Copy(io.Discard, resp.Body)
	}
	fmt.Println(passes(test))
	// Output: true
}

// A transport can wrap any other, such as one that adds credentials, or one
// that replays a cassette.
func ExampleTransport() {
	test := func(t *testing.T) {
		api := httptest.NewServer(server)
		defer api.Close()

		client := &http.Client{Transport: contracttest.Transport(t, api.Client().Transport,
			contracttest.WithOverlay("observed"), contracttest.WithFailOn(contracttest.Warning))}
		resp, err := client.Get(api.URL + "/v1/batches/batch_1")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	fmt.Println(passes(test))
	// Output: true
}

// Known drift passes until the day on which its entry expires; a new finding
// fails.
func ExampleWithBaseline() {
	test := func(t *testing.T) {
		contracttest.Body(t, "Batch", []byte(strings.Replace(batch, `"id"`, `"errors":null,"id"`, 1)),
			contracttest.WithFailOn(contracttest.Warning), contracttest.WithBaseline("testdata/accepted.yaml"))
	}
	fmt.Println(passes(test))
	// Output: true
}

// The failures of a test do not show credentials. Names of credentials that
// only this API has must be given.
func ExampleWithRedact() {
	test := func(t *testing.T) {
		api := httptest.NewServer(server)
		defer api.Close()

		client := contracttest.Client(t, contracttest.WithRedact("x-tenant-pin"))
		req, err := http.NewRequest(http.MethodGet, api.URL+"/v1/batches/batch_1", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Tenant-Pin", "4711-0815")
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	fmt.Println(passes(test))
	// Output: true
}

// A server can be checked from the inside, whoever calls it.
func ExampleHandler() {
	test := func(t *testing.T) {
		h := contracttest.Handler(t, server)
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/v1/batches/batch_1", nil))
	}
	fmt.Println(passes(test))
	// Output: true
}

// Recordings become subtests, one for each exchange.
func ExampleRecordings() {
	test := func(t *testing.T) {
		contracttest.Recordings(t, "../fixtures/answers/metadata-of-the-caller.ndjson")
	}
	fmt.Println(passes(test))
	// Output: true
}

// A single body is checked against the schema of that name.
func ExampleBody() {
	test := func(t *testing.T) {
		contracttest.Body(t, "Batch", []byte(batch))
	}
	fmt.Println(passes(test))
	// Output: true
}

// passes runs a test as go test does without -v, since its output would become
// that of the example.
func passes(test func(*testing.T)) bool {
	verbose := flag.Lookup("test.v").Value
	defer func(before string) { _ = verbose.Set(before) }(verbose.String())
	_ = verbose.Set("false")
	return testing.RunTests(func(string, string) (bool, error) { return true, nil },
		[]testing.InternalTest{{Name: "TestExample", F: test}})
}
