// Package har writes recordings as HAR 1.2, without credentials.
package har

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/plumbapi/plumb/internal/redact"
	"github.com/plumbapi/plumb/validator"
)

// Writer writes a recording. What it was given is in a hidden file beside the
// recording until [Writer.Close]: readers see the whole, or nothing. It is not
// safe for concurrent use.
type Writer struct {
	path    string
	file    *os.File
	out     *bufio.Writer
	entries int
}

// Create begins a recording made by a program of that version.
func Create(path, version string) (*Writer, error) {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return nil, fmt.Errorf("%s: the recording cannot be written: %w", path, err)
	}
	w := &Writer{path: path, file: file, out: bufio.NewWriter(file)}
	creator, err := json.Marshal(pair{Name: "plumb", Version: version})
	if err != nil {
		return nil, err
	}
	_, err = fmt.Fprintf(w.out, "{\"log\": {\"version\": \"1.2\", \"creator\": %s, \"entries\": [", creator)
	return w, err
}

// Entry is an exchange, and what only a recording keeps of it.
type Entry struct {
	Exchange      *validator.Exchange
	RequestHeader http.Header
	Took          time.Duration // from the request to the end of the response
}

// Add writes an exchange: its response whole, of its request the head.
func (w *Writer) Add(e Entry) error {
	text, err := json.Marshal(newEntry(e))
	if err != nil {
		return fmt.Errorf("%s: %w", w.path, err)
	}
	if w.entries++; w.entries > 1 {
		_ = w.out.WriteByte(',') // the writer keeps its error
	}
	_ = w.out.WriteByte('\n')
	if _, err := w.out.Write(text); err != nil {
		return fmt.Errorf("%s: the recording cannot be written: %w", w.path, err)
	}
	return nil
}

// Close ends the recording and puts it in its place.
func (w *Writer) Close() error {
	_, err := w.out.WriteString("\n]}}\n")
	if err == nil {
		err = w.out.Flush()
	}
	if closed := w.file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(w.file.Name(), w.path)
	}
	if err != nil {
		_ = os.Remove(w.file.Name())
		return fmt.Errorf("%s: the recording cannot be written: %w", w.path, err)
	}
	return nil
}

// The types below are those parts of HAR 1.2 that are written.

type entry struct {
	Started  string   `json:"startedDateTime"`
	Time     float64  `json:"time"` // milliseconds
	Request  request  `json:"request"`
	Response response `json:"response"`
	Cache    struct{} `json:"cache"`
	Timings  timings  `json:"timings"`
}

type request struct {
	Method      string `json:"method"`
	URL         string `json:"url"`
	HTTPVersion string `json:"httpVersion"`
	Cookies     []pair `json:"cookies"`
	Headers     []pair `json:"headers"`
	QueryString []pair `json:"queryString"`
	HeadersSize int    `json:"headersSize"`
	BodySize    int    `json:"bodySize"`
}

type response struct {
	Status      int     `json:"status"`
	StatusText  string  `json:"statusText"`
	HTTPVersion string  `json:"httpVersion"`
	Cookies     []pair  `json:"cookies"`
	Headers     []pair  `json:"headers"`
	Content     content `json:"content"`
	RedirectURL string  `json:"redirectURL"`
	HeadersSize int     `json:"headersSize"`
	BodySize    int     `json:"bodySize"`
}

type content struct {
	Size     int     `json:"size"`
	MimeType string  `json:"mimeType"`
	Text     *string `json:"text,omitempty"`
	Encoding string  `json:"encoding,omitempty"`
	Comment  string  `json:"comment,omitempty"`
}

type timings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

type pair struct {
	Name    string `json:"name"`
	Value   string `json:"value,omitempty"`
	Version string `json:"version,omitempty"`
}

// newEntry writes an exchange down without credentials. Its time is that of
// the exchange, which can be by the server's clock: so a check of the recording
// finds what a check of the live exchange found.
func newEntry(e Entry) entry {
	x := e.Exchange
	clean := redact.ForExchange(x)
	milliseconds := float64(e.Took) / float64(time.Millisecond)
	header := clean.Header(x.Response.Header)
	address := clean.Text(x.Request.URL)
	return entry{
		Started: x.Time.Add(-e.Took).UTC().Format("2006-01-02T15:04:05.000000000Z07:00"),
		Time:    milliseconds,
		Timings: timings{Wait: milliseconds},
		Request: request{
			Method:      x.Request.Method,
			URL:         address,
			HTTPVersion: "HTTP/1.1",
			Cookies:     []pair{},
			Headers:     pairs(clean.Header(e.RequestHeader)),
			QueryString: query(address),
			HeadersSize: -1,
			BodySize:    -1,
		},
		Response: response{
			Status:      x.Response.Status,
			StatusText:  http.StatusText(x.Response.Status),
			HTTPVersion: "HTTP/1.1",
			Cookies:     []pair{},
			Headers:     pairs(header),
			Content:     newContent(x, clean),
			RedirectURL: header.Get("Location"),
			HeadersSize: -1,
			BodySize:    -1,
		},
	}
}

func newContent(x *validator.Exchange, clean *redact.Cleaner) content {
	body := x.Response.Body
	c := content{Size: len(body.Bytes), MimeType: x.Response.Header.Get("Content-Type")}
	if body.Missing != "" {
		c.Size, c.Comment = -1, body.Missing
		return c
	}
	text := string(body.Bytes)
	cleaned := clean.Text(text)
	switch {
	case cleaned == text && !utf8.Valid(body.Bytes):
		text, c.Encoding = base64.StdEncoding.EncodeToString(body.Bytes), "base64"
	case !utf8.Valid(body.Bytes), json.Valid(body.Bytes) && !json.Valid([]byte(cleaned)):
		c.Size, c.Comment = -1, "a body with a credential that cannot be removed from it"
		return c
	default:
		text, c.Size = cleaned, len(cleaned)
	}
	c.Text = &text
	return c
}

func pairs(h http.Header) []pair {
	all := []pair{}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			all = append(all, pair{Name: name, Value: value})
		}
	}
	return all
}

func query(address string) []pair {
	all := []pair{}
	u, err := url.Parse(address)
	if err != nil {
		return all
	}
	values := u.Query()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, value := range values[name] {
			all = append(all, pair{Name: name, Value: value})
		}
	}
	return all
}
