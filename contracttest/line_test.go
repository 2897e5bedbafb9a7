package contracttest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// here returns the line of this file that is the given number of lines after
// the call.
func here(after int) string {
	_, _, line, _ := runtime.Caller(1)
	return "test:      line_test.go:" + strconv.Itoa(line+after)
}

// TestFailureNamesTheLineOfTheTest checks that a failure says which line of the
// test made the request, even through net/http.
func TestFailureNamesTheLineOfTheTest(t *testing.T) {
	url := answering(t, "application/json", paused) + "/v1/batches/batch_1"
	text := answering(t, "text/html", paused) + "/v1/batches/batch_1" // checked once it has been read
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, paused)
	})
	var line string
	for name, test := range map[string]func(testing.TB){
		"a client": func(t testing.TB) {
			line = here(1)
			resp, err := Client(t).Get(url)
			require.NoError(t, err)
			resp.Body.Close()
		},
		"a body of unknown length": func(t testing.TB) {
			line = here(1)
			resp, err := Client(t).Get(text)
			require.NoError(t, err)
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		},
		"a handler": func(t testing.TB) {
			h := Handler(t, handler)
			line = here(1)
			h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/v1/batches/batch_1", nil))
		},
	} {
		w := watch(t, test)
		require.NotEmpty(t, w.errors, name)
		for _, failure := range w.errors {
			assert.Contains(t, failure, line, name)
		}
	}

	// The goroutine of a server does not show which test made the request: the
	// line is that of the handler.
	w := watch(t, func(t testing.TB) {
		line = here(1)
		srv := httptest.NewServer(Handler(t, handler))
		defer srv.Close()
		get(t, http.DefaultClient, srv.URL+"/v1/batches/batch_1")
	})
	require.Len(t, w.errors, 1)
	assert.Contains(t, w.errors[0], line)
}

// userTest is a test of a module that uses this one: each function fails, at the
// line that ends with "here".
const userTest = `package shop

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/plumbapi/plumb/contracttest"
)

const paused = ` + "`" + paused + "`" + `

func serve(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, paused)
}

func TestClient(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(serve))
	defer srv.Close()
	client := contracttest.Client(t)
	req, err := http.NewRequest("POST", srv.URL+"/v1/batches/batch_1/cancel", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer sk-0123456789abcdefghijklmn")
	resp, err := client.Do(req) // here
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
}

func TestServer(t *testing.T) {
	srv := httptest.NewServer(contracttest.Handler(t, http.HandlerFunc(serve))) // here
	defer srv.Close()
	resp, err := http.Get(srv.URL + "/v1/batches/batch_1")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
}

func TestHandler(t *testing.T) {
	h := contracttest.Handler(t, http.HandlerFunc(serve))
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/v1/batches/batch_1", nil)) // here
}

func TestHelpers(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(serve))
	defer srv.Close()
	fetch(t, contracttest.Client(t), srv.URL) // here
}

func fetch(t *testing.T, client *http.Client, url string) {
	t.Helper()
	fetchBatch(t, client, url, "batch_1")
}

func fetchBatch(t testing.TB, client *http.Client, url, id string) {
	t.Helper()
	resp, err := client.Get(url + "/v1/batches/" + id)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
}

func TestPart(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(serve))
	defer srv.Close()
	part(t, srv.URL)
}

// part is no helper: as for Errorf, the line is in it.
func part(t *testing.T, url string) {
	fetch(t, contracttest.Client(t), url) // here
	func() { t.Helper() }()
}

func TestBody(t *testing.T) {
	contracttest.Body(t, "Batch", []byte(paused)) // here
}

func TestRecordings(t *testing.T) {
	contracttest.Recordings(t, "*.ndjson") // here
}

func TestNothing(t *testing.T) {
	contracttest.Client(t) // here
}
`

// In a module of its own, go test names a line of the user's test for each failure,
// and the request as a command for curl.
func TestGoTestNamesTheLine(t *testing.T) {
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	sums, err := os.ReadFile("../go.sum")
	require.NoError(t, err)
	write("go.mod", "module example.com/shop\n\ngo 1.26.0\n\nrequire github.com/plumbapi/plumb v0.0.0\n\nreplace github.com/plumbapi/plumb => "+strconv.Quote(root)+"\n")
	write("go.sum", string(sums))
	write("shop_test.go", userTest)
	write("a.ndjson", `{"request":{"method":"GET","url":"/v1/batches/batch_1"},"response":{"status":200,"headers":{"Content-Type":"application/json"},"body":`+paused+"}}\n")

	cmd := exec.Command("go", "test", "-mod=mod", ".")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOPROXY=off", "GOFLAGS=", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	text := string(out)
	for n, line := range strings.Split(userTest, "\n") {
		if strings.HasSuffix(line, "// here") {
			assert.Regexp(t, "(?m)^ +shop_test.go:"+strconv.Itoa(n+1)+": plumb: (schema-enum at /status|nothing was checked)", text, line)
		}
	}
	assert.NotRegexp(t, `(?m)^ +(client|server|checker|line|handler|recordings|transport)\.go:`, text)
	assert.Regexp(t, `(?m)^        +request: +curl -i -X POST 'http://127.0.0.1:\d+/v1/batches/batch_1/cancel' -H 'Authorization: \[redacted\]' -H 'Content-Type: application/json' -d @BODY$`, text)
	assert.Contains(t, text, "curl -i 'http://SERVER/v1/batches/batch_1'")
	assert.NotContains(t, text, "sk-0123456789")
}
