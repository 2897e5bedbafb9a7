package recording

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

const (
	fixtures = "../../fixtures/formats"

	// outside holds recordings and test suites that are not part of the
	// project.
	outside = "../../../shared/data"
)

// outsideFiles returns files from outside of the project, or skips the test.
func outsideFiles(t *testing.T, pattern string) []string {
	t.Helper()
	if _, err := os.Stat(outside); err != nil {
		t.Skipf("the data outside of the project is not available: %v", err)
	}
	files, err := filepath.Glob(filepath.Join(outside, pattern))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files
}

// fixtureFiles returns the recordings in the fixtures.
func fixtureFiles(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(fixtures, "*", "*.*"))
	require.NoError(t, err)
	files = slices.DeleteFunc(files, func(f string) bool {
		return filepath.Ext(f) == ".want" || filepath.Base(filepath.Dir(f)) == "generate"
	})
	require.Greater(t, len(files), len(Formats()))
	return files
}

// hasWant reports whether a fixture contains other exchanges than
// exchanges.ndjson. What is read from it is then in a file beside it.
func hasWant(file string) bool {
	_, err := os.Stat(file + ".want")
	return err == nil
}

func readFile(t testing.TB, path string) []*plumb.Exchange {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	list, err := readAll(path, f, DefaultLimits)
	require.NoError(t, err, path)
	return list
}

// readText reads a recording in small pieces, as a slow pipe would give it.
func readText(t *testing.T, text string, lim Limits) []*plumb.Exchange {
	t.Helper()
	list, err := readAll("x", iotest.OneByteReader(strings.NewReader(text)), lim)
	require.NoError(t, err)
	return list
}

func readAll(name string, r io.Reader, lim Limits) (list []*plumb.Exchange, err error) {
	for x, err := range Read(context.Background(), name, r, lim) {
		if err != nil {
			return list, err
		}
		list = append(list, x)
	}
	return list, nil
}

// withoutPlaces compares exchanges but not their places.
var withoutPlaces = cmp.Options{
	cmpopts.IgnoreFields(plumb.Exchange{}, "Place", "Took"), // only HAR says how long an exchange took
	cmpopts.IgnoreFields(plumb.Body{}, "Locate"),
	cmpopts.EquateEmpty(),
	cmpopts.EquateApproxTime(0),
	cmp.Transformer("compact", func(b []byte) string {
		var out bytes.Buffer
		if json.Compact(&out, b) != nil {
			return string(b)
		}
		return out.String()
	}),
	cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "Response.Header" }, cmp.Transformer("header", func(h map[string][]string) string {
		return strings.Join(h["Content-Type"], ",") + strings.Join(h["Set-Cookie"], ",")
	})),
}

func TestFormatsHaveTheSameExchanges(t *testing.T) {
	want := readFile(t, filepath.Join(fixtures, "ndjson", "exchanges.ndjson"))
	require.Len(t, want, 6)
	assert.Equal(t, "POST", want[1].Request.Method)
	assert.Equal(t, "https://api.openai.com/v1/batches/batch_invented1/cancel", want[1].Request.URL)
	assert.Contains(t, string(want[1].Response.Body.Bytes), `"status":"paused"`)
	assert.Equal(t, []string{"Bearer sk-invented-0123456789abcdef", "invented-session-cookie", "sk-invented-0123456789abcdef"}, want[1].Secrets)

	for _, file := range fixtureFiles(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			got := readFile(t, file)
			if hasWant(file) {
				golden(t, file+".want", outline(got))
				return
			}
			options := withoutPlaces
			switch base := filepath.Base(file); {
			case strings.HasPrefix(base, "bodies."):
				options = append(options, cmpopts.IgnoreFields(plumb.Exchange{}, "Request", "Time", "Secrets"),
					cmpopts.IgnoreFields(plumb.Response{}, "Status", "Header"))
			case base == "datadog.json":
				options = append(options, cmpopts.IgnoreFields(plumb.Request{}, "Header"), cmpopts.IgnoreFields(plumb.Exchange{}, "Secrets"))
			case base == "responses.yaml":
				options = append(options, cmpopts.IgnoreFields(plumb.Request{}, "Header"), cmpopts.IgnoreFields(plumb.Exchange{}, "Secrets"))
			case base == "curl-i.txt":
				options = append(options, cmpopts.IgnoreFields(plumb.Exchange{}, "Request", "Secrets"))
			}
			if diff := cmp.Diff(want, got, options); diff != "" {
				t.Errorf("not the exchanges of exchanges.ndjson (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPlacesLeadToTheBody(t *testing.T) {
	for _, file := range fixtureFiles(t) {
		base := filepath.Base(file)
		if strings.HasPrefix(base, "exchanges.ndjson.") || strings.HasSuffix(base, ".zhar") || strings.HasSuffix(base, ".zip") || hasWant(file) {
			continue // compressed, or of other exchanges
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			exact := 0
			for i, x := range readFile(t, file) {
				assert.Equal(t, i+1, x.Place.Entry)
				assertStart(t, text, x.Place)
				if assertLocates(t, text, x.Response.Body) {
					exact++
				}
			}
			if slices.Contains(codedBodies, base) {
				assert.LessOrEqual(t, exact, 1)
				return
			}
			assert.GreaterOrEqual(t, exact, 5, "bodies with exact places")
		})
	}
}

// codedBodies are the fixtures whose bodies are written as numbers, as data, in
// base64 or in separate files. A body that is not JSON may be written as text.
var codedBodies = []string{"newman.json", "schemathesis.ndjson", "vcr-of-r.yml", "polly.har", "playwright.har", "parsed-body.yaml"}

// assertStart checks that an entry can begin at a place.
func assertStart(t *testing.T, text []byte, p plumb.Place) {
	t.Helper()
	at := textAt(t, text, p.Line, p.Column)
	for _, start := range []string{"{", "- ", "-\n", "HTTP/"} {
		if strings.HasPrefix(at, start) {
			return
		}
	}
	if flowStart().MatchString(at) || httprrSizes().MatchString(at) {
		return
	}
	t.Errorf("%+v: no entry begins with %.20q", p, at)
}

// assertLocates checks each byte of a body against the one that is at its
// place. It returns whether places are exact.
func assertLocates(t *testing.T, text []byte, body plumb.Body) bool {
	t.Helper()
	for offset, want := range body.Bytes {
		line, column := body.Locate(offset)
		if column == 0 {
			require.NotEmpty(t, textAt(t, text, line, 1))
			return false
		}
		at := textAt(t, text, line, column)
		isFold := want == ' ' && (at[0] == '\n' || at[0] == '\r')
		if at[0] != want && at[0] != '\\' && !isFold && !(want >= 0x80 && at[0] >= 0x80) {
			t.Fatalf("offset %d (%q) is reported to be at %d:%d (%.20q)", offset, want, line, column, at)
		}
	}
	return true
}

// textAt returns the rest of the line from a place on.
func textAt(t *testing.T, text []byte, line, column int) string {
	t.Helper()
	all := strings.SplitAfter(string(text), "\n")
	require.True(t, line >= 1 && line <= len(all), "line %d of %d", line, len(all))
	require.True(t, column >= 1 && column <= len(all[line-1])+1, "column %d of line %d", column, line)
	return all[line-1][column-1:]
}

func TestRealRecordings(t *testing.T) {
	batches, exchanges := 0, 0
	for _, file := range outsideFiles(t, "recorded/*.*") {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, x := range readFile(t, file) {
			exchanges++
			assert.Empty(t, x.Defects, "%v", x.Place)
			assert.Equal(t, 200, x.Response.Status)
			assert.False(t, x.Time.IsZero())
			assertStart(t, text, x.Place)
			assertLocates(t, text, x.Response.Body)
			if strings.Contains(x.Request.URL, "/v1/batches") {
				assert.True(t, json.Valid(x.Response.Body.Bytes), "%v", x.Place)
				batches += bytes.Count(x.Response.Body.Bytes, []byte(`"input_file_id"`))
			}
		}
	}
	assert.Equal(t, 53, batches)
	assert.Equal(t, 36, exchanges)
}

func TestJSONTestSuite(t *testing.T) {
	for _, file := range outsideFiles(t, "json-test-suite/test_parsing/*.json") {
		base := filepath.Base(file)
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		list, err := readAll(base, bytes.NewReader(text), DefaultLimits)
		faults := 0
		for _, x := range list {
			faults += len(x.Defects)
			if x.Response.Body.Missing == "" {
				_, f := jsonvalue.Parse(x.Response.Body.Bytes, 512)
				faults += len(f)
			}
		}
		switch base[0] {
		case 'y':
			assert.NoError(t, err, base)
			assert.NotEmpty(t, list, base)
			for _, x := range list {
				assert.Empty(t, x.Defects, base)
			}
		case 'n':
			assert.True(t, faults > 0 || errors.Is(err, ErrEmpty) || errors.Is(err, ErrUnknownFormat), "%s: %q passes", base, text)
		}
	}
}

func TestReadErrors(t *testing.T) {
	tests := map[string]struct {
		text string
		want error
		say  string
	}{
		"nothing":        {"", ErrEmpty, "x: the recording is empty; give one with at least one exchange"},
		"blank":          {" \n\t\r\n", ErrEmpty, ""},
		"BOM only":       {byteOrderMark, ErrEmpty, ""},
		"binary":         {"\x7fELF\x02\x01\x01\x00\x00", ErrUnknownFormat, `x: not in a format that plumb reads: it begins with "\x7fELF\x02\x01\x01\x00\x00"; see 'plumb help formats'`},
		"prose":          {"# Readme\n\nSome words.\n", ErrUnknownFormat, `x: not in a format that plumb reads: it begins with "# Readme"; see 'plumb help formats'`},
		"go":             {"package recording\n", ErrUnknownFormat, ""},
		"toml":           {"[package]\nname = \"x\"\n", ErrUnknownFormat, ""},
		"other yaml":     {"---\nname: x\nsteps:\n- a\n", ErrUnknownFormat, ""},
		"damaged gzip":   {"\x1f\x8b\x08\x00", io.ErrUnexpectedEOF, "x: the compressed file is damaged: unexpected EOF"},
		"curl's verbose": {"< HTTP/1.1 200 OK\n", ErrUnknownFormat, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			list, err := readAll("x", strings.NewReader(tt.text), DefaultLimits)
			require.ErrorIs(t, err, tt.want)
			assert.Empty(t, list)
			if tt.say != "" {
				assert.EqualError(t, err, tt.say)
			}
		})
	}
}

func TestReadFailsWhenTheFileDoes(t *testing.T) {
	broken := errors.New("the disk is gone")
	r := io.MultiReader(strings.NewReader("{}\n{}\n"), iotest.ErrReader(broken))
	list, err := readAll("x", r, DefaultLimits)
	require.ErrorIs(t, err, broken)
	assert.ErrorContains(t, err, "x:3: ")
	assert.Len(t, list, 2)
}

// TestReadFailsWhereverTheFileDoes checks that, wherever reading a file fails,
// the entries before it are given, then what there was of an entry, and then
// the error with its place.
func TestReadFailsWhereverTheFileDoes(t *testing.T) {
	broken := errors.New("the disk is gone")
	for name, tt := range map[string]struct {
		text  string
		given int
		cut   int
		place string
	}{
		"before an element":            {"[{},\n", 1, 0, "x:2: "},
		"in an element":                {"[{},\n{\"a\"", 2, 1, "x:2: "},
		"after an element":             {"[{}\n", 1, 0, "x:2: "},
		"before an entry":              {`{"log":{"entries":[` + goodHAR + ",\n", 1, 0, "x:2: "},
		"in an entry":                  {`{"log":{"entries":[` + goodHAR + ",\n" + `{"request":{`, 2, 1, "x:2: "},
		"after the entries":            {`{"log":{"entries":[` + goodHAR + "]\n", 1, 0, "x:2: "},
		"between the members of a log": {`{"log":{"version":"1.2",` + "\n", 0, 0, "x:2: "},
		"in a line":                    {"{}\n{\"a\"", 2, 1, "x:2: "},
		"before an interaction":        {"version: 1\ninteractions:\n" + goodItem, 1, 0, "x:9: "},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := readAll("x", io.MultiReader(strings.NewReader(tt.text), iotest.ErrReader(broken)), DefaultLimits)
			require.ErrorIs(t, err, broken)
			assert.ErrorContains(t, err, tt.place)
			cut := 0
			for _, x := range list {
				cut += len(x.Defects)
			}
			assert.Len(t, list, tt.given, outline(list))
			assert.Equal(t, tt.cut, cut, outline(list))
		})
	}
}

// TestReadStopsAtADefect checks that reading stops when the caller wants no
// more, even at something that is not an entry.
func TestReadStopsAtADefect(t *testing.T) {
	for _, text := range []string{"[{},,{}]", "[{} x, {}]", `{"log":{"entries":[` + goodHAR + `,,` + goodHAR + `]}}`, `{"log":{"entries":[` + goodHAR + `] x}`} {
		given := 0
		for x, err := range Read(context.Background(), "x", strings.NewReader(text), DefaultLimits) {
			require.NoError(t, err)
			if given++; len(x.Defects) > 0 {
				break // a second call of yield would panic
			}
		}
		assert.Equal(t, 2, given, text)
	}
}

func TestReadStopsWhenTheContextIsDone(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	given := 0
	var last error
	for x, err := range Read(ctx, "x", strings.NewReader(strings.Repeat("{}\n", 1000)), DefaultLimits) {
		if last = err; x != nil {
			given++
		}
		cancel()
	}
	assert.ErrorIs(t, last, context.Canceled)
	assert.Equal(t, 1, given)
}

func TestReadStopsWhenTheCallerDoes(t *testing.T) {
	for _, file := range fixtureFiles(t) {
		f, err := os.Open(file)
		require.NoError(t, err)
		for _, err := range Read(context.Background(), file, f, DefaultLimits) {
			require.NoError(t, err)
			break // a second call of yield would panic
		}
		require.NoError(t, f.Close())
	}
}

// A time without a zone is in UTC; what is no time leaves it to the Date header.
func TestTimesOfLines(t *testing.T) {
	for text, want := range map[string]string{
		`"2025-03-03T12:00:01Z"`:      "2025-03-03T12:00:01Z",
		`"2025-03-03T12:00:01.25Z"`:   "2025-03-03T12:00:01.25Z",
		`"2025-03-03T12:00:01+02:00"`: "2025-03-03T10:00:01Z",
		`"2025-03-03T12:00:01+0200"`:  "2025-03-03T10:00:01Z",
		`"2025-03-03T12:00:01"`:       "2025-03-03T12:00:01Z",
		`"2025-03-03T12:00:01.25"`:    "2025-03-03T12:00:01.25Z",
		`"1741003201"`:                "2025-03-03T12:00:01Z",
		`"yesterday"`:                 "2025-01-01T00:00:00Z",
		`"2025-03-03"`:                "2025-01-01T00:00:00Z",
		`null`:                        "2025-01-01T00:00:00Z",
	} {
		line := `{"time":` + text + `,"request":{"method":"GET","url":"/a"},"response":{"status":200,"headers":{"Date":"Wed, 01 Jan 2025 00:00:00 GMT"},"body":{}}}`
		for x, err := range Read(context.Background(), "a.ndjson", strings.NewReader(line+"\n"), DefaultLimits) {
			require.NoError(t, err)
			assert.Equal(t, want, x.Time.UTC().Format(time.RFC3339Nano), text)
		}
	}
}
