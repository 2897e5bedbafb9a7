package recording

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
)

// packers compress bodies, by the name of the coding.
var packers = map[string]func(io.Writer) io.WriteCloser{
	"gzip": func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
	"br":   func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) },
	"zstd": func(w io.Writer) io.WriteCloser {
		z, err := zstd.NewWriter(w)
		if err != nil {
			panic(err)
		}
		return z
	},
	"deflate": func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) },
	"raw deflate": func(w io.Writer) io.WriteCloser {
		f, err := flate.NewWriter(w, flate.BestCompression)
		if err != nil {
			panic(err)
		}
		return f
	},
}

func pack(t testing.TB, packer string, text []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := packers[packer](&out)
	_, err := w.Write(text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

// withBody returns an exchange with the recorded body set.
func withBody(body []byte, lim Limits, codings ...string) *plumb.Exchange {
	r := &reader{lim: lim}
	x := &plumb.Exchange{Response: plumb.Response{Header: http.Header{"Content-Encoding": codings}}}
	r.setBody(x, body, func(int) (int, int) { return 7, 9 })
	return x
}

func TestContentEncoding(t *testing.T) {
	text := []byte(`{"a":"` + strings.Repeat("body ", 50) + `é"}`)
	gz := pack(t, "gzip", text)
	tests := map[string]struct {
		codings []string
		body    []byte
		want    []byte // nil if the coding cannot be undone
	}{
		"none":                {nil, text, text},
		"identity":            {[]string{"identity"}, text, text},
		"gzip":                {[]string{"gzip"}, gz, text},
		"x-gzip, in capitals": {[]string{"X-GZIP"}, gz, text},
		"br":                  {[]string{"br"}, pack(t, "br", text), text},
		"zstd":                {[]string{"zstd"}, pack(t, "zstd", text), text},
		"deflate":             {[]string{"deflate"}, pack(t, "deflate", text), text},
		"raw deflate":         {[]string{"deflate"}, pack(t, "raw deflate", text), text},
		"two":                 {[]string{"br, gzip"}, pack(t, "gzip", pack(t, "br", text)), text},
		"two headers":         {[]string{"deflate", "zstd"}, pack(t, "zstd", pack(t, "deflate", text)), text},
		"undone by recorder":  {[]string{"gzip"}, text, text},
		"br undone":           {[]string{"br"}, text, text},
		"deflate undone":      {[]string{"deflate"}, text, text},
		"unknown, undone":     {[]string{"compress"}, text, text},
		"empty":               {[]string{"br"}, nil, []byte{}},
		"not gzip by header":  {nil, gz, gz},
		"gzip cut off":        {[]string{"gzip"}, gz[:len(gz)-9], nil},
		"gzip damaged":        {[]string{"gzip"}, append(bytes.Clone(gz[:len(gz)-8]), 1, 2, 3, 4, 5, 6, 7, 8), nil},
		"br that is not br":   {[]string{"br"}, []byte("\x00\xff\xfe\x01\x02"), nil},
		"not deflate":         {[]string{"deflate"}, []byte("\xff\xff\xfe\x01\x02"), nil},
		"unknown":             {[]string{"compress"}, []byte("\x1f\x9d\x90"), nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			x := withBody(tt.body, DefaultLimits, tt.codings...)
			if tt.want == nil {
				require.Len(t, x.Defects, 1)
				assert.Regexp(t, "^capture-(unreadable|truncated)$", x.Defects[0].Rule)
				assert.Equal(t, 7, x.Defects[0].Place.Line)
				assert.NotEmpty(t, x.Response.Body.Missing)
				return
			}
			assert.Empty(t, x.Defects)
			assert.Equal(t, string(tt.want), string(x.Response.Body.Bytes))
			line, column := x.Response.Body.Locate(0)
			assert.Equal(t, 7, line)
			assert.Equal(t, bytes.Equal(tt.body, tt.want), column == 9, "a decoded body has lines only")
		})
	}
}

func TestBodyLimits(t *testing.T) {
	bomb := make([]byte, 4<<20)
	lim := Limits{Body: 1 << 20, Entry: 1 << 30, Ratio: 1 << 30}
	for name := range packers {
		coding := strings.TrimPrefix(name, "raw ")
		x := withBody(pack(t, name, bomb), lim, coding)
		assert.Equal(t, " capture-limit at 7:9", strings.TrimPrefix(strings.TrimSpace(outline([]*plumb.Exchange{x})), "0 0:0"), name)
		assert.Contains(t, x.Defects[0].Message, "--max-body")

		x = withBody(pack(t, name, bomb), Limits{Body: 1 << 30, Ratio: 10}, coding)
		require.Len(t, x.Defects, 1, name)
		assert.Contains(t, x.Defects[0].Message, "--max-ratio", name)
	}
	x := withBody(bomb, lim)
	require.Len(t, x.Defects, 1)
	assert.Equal(t, "capture-limit", x.Defects[0].Rule)
	x = withBody(bomb[:1<<20], lim)
	assert.Empty(t, x.Defects)
	assert.Len(t, x.Response.Body.Bytes, 1<<20)
}

func TestCompressedFiles(t *testing.T) {
	text := []byte(strings.Repeat(goodExchange+"\n", 3000))
	for _, packer := range []string{"gzip", "br", "zstd"} {
		t.Run(packer, func(t *testing.T) {
			packed := pack(t, packer, text)
			list, err := readAll("x", bytes.NewReader(packed), Limits{Body: 1 << 20, Entry: 1 << 20, Ratio: 1 << 30})
			require.NoError(t, err)
			assert.Len(t, list, 3000)
			for _, x := range list {
				require.Empty(t, x.Defects)
			}

			noise := randomText(1 << 20) // compresses badly, so that something is left when the end is cut off
			list, err = readAll("x", bytes.NewReader(pack(t, packer, noise)[:400<<10]), DefaultLimits)
			require.NoError(t, err)
			require.NotEmpty(t, list)
			last := list[len(list)-1]
			require.Len(t, last.Defects, 1)
			assert.Equal(t, "capture-truncated", last.Defects[0].Rule)
		})
	}
}

// randomText returns lines of bodies that hardly compress.
func randomText(size int) []byte {
	var out bytes.Buffer
	for i, seed := 0, uint64(1); out.Len() < size; i++ {
		seed = seed*6364136223846793005 + 1442695040888963407
		fmt.Fprintf(&out, "{\"%x\":%d}\n", seed, i)
	}
	return out.Bytes()
}

func TestBombFile(t *testing.T) {
	for _, packer := range []string{"gzip", "zstd", "br"} {
		var out bytes.Buffer
		w := packers[packer](&out)
		_, err := io.Copy(w, io.MultiReader(strings.NewReader("{}\n"), io.LimitReader(spaces{}, 64<<20)))
		require.NoError(t, err)
		require.NoError(t, w.Close())
		list, err := readAll("x", &out, Limits{Body: 1 << 20, Entry: 1 << 20, Ratio: 100})
		require.NoError(t, err)
		require.NotEmpty(t, list)
		last := list[len(list)-1]
		require.Len(t, last.Defects, 1)
		assert.Equal(t, "capture-limit", last.Defects[0].Rule)
		assert.Contains(t, last.Defects[0].Message, "--max-ratio")
	}
}

type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestEntryLimit(t *testing.T) {
	long := strings.Repeat("x", 300)
	tests := map[string]string{
		"lines":    "{}\n{\"a\":\"" + long + "\"}\n{}\n",
		"exchange": goodExchange + "\n{\"request\":{},\"response\":{\"body\":\"" + long + "\"}}\n" + goodExchange + "\n",
		"array":    "[{},\n{\"a\":\"" + long + "\"}, {}]",
		"values":   "{\n}\n{\n\"a\":\"" + long + "\"\n}\n{\n}\n",
		"HAR":      "{\"log\":{\"entries\":[" + goodHAR + ",\n{\"a\":\"" + long + "\"}, " + goodHAR + "]}}",
		"cassette": "interactions:\n" + goodItem + "- a: " + long + "\n" + goodItem,
		"curl":     "HTTP/1.1 200 OK\n\n{}\nHTTP/1.1 200 OK\n\n" + long + "\nHTTP/1.1 200 OK\n\n{}\n",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			list := readText(t, text, Limits{Body: 200, Entry: 200, Ratio: 10})
			require.Len(t, list, 3)
			assert.Empty(t, list[0].Defects)
			assert.Equal(t, "{}", strings.ReplaceAll(strings.TrimSpace(string(list[0].Response.Body.Bytes)), "\n", ""))
			require.Len(t, list[1].Defects, 1)
			assert.Equal(t, "capture-limit", list[1].Defects[0].Rule)
			assert.NotEmpty(t, list[1].Response.Body.Missing)
			assert.Empty(t, list[2].Defects)
			assert.Equal(t, "{}", strings.ReplaceAll(strings.TrimSpace(string(list[2].Response.Body.Bytes)), "\n", ""))
		})
	}
}

func TestNesting(t *testing.T) {
	deep := strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)
	list := readText(t, goodExchange+"\n"+strings.Replace(goodExchange, "{}}", deep+"}", 1)+"\n", DefaultLimits)
	require.Len(t, list, 2)
	require.Len(t, list[1].Defects, 1)
	assert.Equal(t, "capture-limit", list[1].Defects[0].Rule)
	assert.Len(t, readText(t, deep, DefaultLimits)[0].Response.Body.Bytes, 200_000, "a bare body is for its check to refuse")
}

// repeated returns a reader of head, then text repeated until there are size
// bytes, then tail.
func repeated(head, text, tail string, size int) io.Reader {
	readers := []io.Reader{strings.NewReader(head)}
	chunk := strings.Repeat(text, 1+(1<<20)/len(text))
	for n := 0; n < size; n += len(chunk) {
		readers = append(readers, strings.NewReader(chunk))
	}
	return io.MultiReader(append(readers, strings.NewReader(tail))...)
}

func TestMemoryDoesNotGrow(t *testing.T) {
	if testing.Short() {
		t.Skip("reads hundreds of MiB")
	}
	const size = 200 << 20
	body := strings.Repeat(`{\"a\":[1,2,3]} `, 300)
	tests := map[string]struct {
		r       io.Reader
		atLeast int
	}{
		"NDJSON":              {repeated("", strings.Replace(goodExchange, "{}", "{\"a\":\""+body[:800]+"\"}", 1)+"\n", "", size), 200_000},
		"HAR":                 {repeated(`{"log":{"entries":[`, strings.Replace(goodHAR, "{}", body, 1)+",\n", goodHAR+"]}}", size), 30_000},
		"a HAR of one string": {repeated(`{"log":{"entries":[{"response":{"content":{"text":"`, body, `"}}}]}}`, size), 1},
		"one line":            {repeated(`{"a":"`, body, `"}`, size), 1},
		"one body":            {repeated("{\n", body+"\n", "\n}", size), 1},
		"VCR":                 {repeated("interactions:\n", strings.Replace(goodItem, "{}", body, 1), "", size/4), 10_000},
		"curl":                {repeated("", "HTTP/1.1 200 OK\nA: b\n\n"+body+"\n", "", size/4), 10_000},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var peak uint64
			n := 0
			runtime.GC() // frees what earlier tests allocated
			for _, err := range Read(t.Context(), "x", &sampled{r: tt.r, peak: &peak}, DefaultLimits) {
				require.NoError(t, err)
				n++
			}
			assert.GreaterOrEqual(t, n, tt.atLeast)
			assert.Less(t, peak>>20, uint64(128), "MiB of heap in use")
			t.Logf("%d exchanges, %d MiB", n, peak>>20)
		})
	}
}

// sampled records the largest heap in use, after each MiB that is read.
type sampled struct {
	r    io.Reader
	n    int
	peak *uint64
}

func (s *sampled) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if s.n += n; s.n >= 1<<20 {
		s.n = 0
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		*s.peak = max(*s.peak, m.HeapInuse)
	}
	return n, err
}

// TestContentEncodingAsSent checks bodies as they were sent: if one is not
// coded as its headers say, that is the fault of the server, unless plumb
// cannot undo the coding.
func TestContentEncodingAsSent(t *testing.T) {
	text := []byte(`{"a":"` + strings.Repeat("body ", 50) + `é"}`)
	const wrong = "http-content-encoding"
	type test struct {
		codings string
		body    []byte
		want    string // the rule of the defect
	}
	tests := map[string]test{
		"none":             {"", text, ""},
		"no body":          {"gzip", nil, ""},
		"x-gzip":           {"X-GZIP", pack(t, "gzip", text), ""},
		"two":              {"br, gzip", pack(t, "gzip", pack(t, "br", text)), ""},
		"only the outer":   {"br, gzip", pack(t, "gzip", text), wrong},
		"bytes after gzip": {"gzip", append(pack(t, "gzip", text), "more"...), wrong},
		"unknown":          {"rot13", text, "capture-unreadable"},
		"over the limit":   {"gzip", pack(t, "gzip", bytes.Repeat(text, 10)), "capture-limit"},
	}
	for packer := range packers {
		coding := strings.TrimPrefix(packer, "raw ")
		packed := pack(t, packer, text)
		tests[packer] = test{coding, packed, ""}
		tests[packer+", not coded"] = test{coding, text, wrong}
		tests[packer+", cut"] = test{coding, packed[:len(packed)-1], wrong}
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			x := &plumb.Exchange{Response: plumb.Response{Header: http.Header{"Content-Encoding": {tt.codings}}}}
			SetBody(x, tt.body, Limits{Body: 1000, Entry: 1000, Ratio: 1000})
			if tt.want == "" {
				assert.Empty(t, x.Defects)
				assert.Empty(t, x.Response.Body.Missing)
				assert.Equal(t, len(tt.body) > 0, bytes.Equal(text, x.Response.Body.Bytes))
				return
			}
			if assert.Len(t, x.Defects, 1) {
				assert.Equal(t, tt.want, x.Defects[0].Rule)
			}
			assert.NotEmpty(t, x.Response.Body.Missing)
		})
	}
}
