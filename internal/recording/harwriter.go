package recording

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/redact"
	"github.com/plumbapi/plumb/internal/wholefile"
)

// HARWriter writes a recording. Until [HARWriter.Close] it writes to a separate
// file, named like the recording with [Part] appended, which is a valid HAR
// after each exchange: even if the program is killed, nothing that was added is
// lost. It is not safe for concurrent use.
type HARWriter struct {
	// Declares reports whether the API declares a request parameter of that
	// name that is not a credential; in is "header" or "query". If Declares is
	// nil, no parameter is declared.
	Declares func(in, name string) bool

	path    string // where links lead to
	file    *os.File
	end     int64 // of the last entry: where the next one is written
	entries int
}

// Part is appended to the name of a recording that is not complete yet.
const Part = ".part"

// closing is what comes after the last entry.
const closing = "\n]}}\n"

// CreateHAR begins a recording at path: a HAR 1.2 without credentials. The
// version is that of the program. A file at path is not touched until
// [HARWriter.Close]. An incomplete recording is not overwritten: it is all that
// is left of a run that was killed, or another run is writing it.
func CreateHAR(path, version string) (*HARWriter, error) {
	path, err := wholefile.Target(path)
	if err != nil {
		return nil, fmt.Errorf("the recording cannot be written: %w", err)
	}
	file, err := os.OpenFile(path+Part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("%s already exists: a run that was killed has left it, or another run is writing it; rename it, or remove it (plumb check reads it)", path+Part)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: the recording cannot be written: %w", path, err)
	}
	w := &HARWriter{path: path, file: file}
	name, err := json.Marshal(writtenCreator{Name: "plumb", Version: version})
	if err == nil {
		err = w.append(fmt.Appendf(nil, `{"log": {"version": "1.2", "creator": %s, "entries": [`, name))
	}
	if err != nil {
		return nil, errors.Join(err, file.Close(), os.Remove(file.Name()))
	}
	return w, nil
}

// HAREntry is an exchange, and what only a recording keeps of it.
type HAREntry struct {
	Exchange      *plumb.Exchange
	RequestHeader http.Header
	Started       time.Time     // when the request arrived
	Took          time.Duration // from the request to the end of the response
	Target        string        // URL of the server that the proxy passes requests on to, without credentials
	Proto         string        // of the response, such as HTTP/1.1
	Reason        string        // after the status; may be empty
}

// Add writes an exchange: the whole response, and the request without its body.
// How long it takes does not depend on the number of entries.
func (w *HARWriter) Add(e HAREntry) error {
	text, err := json.Marshal(w.newEntry(e))
	if err != nil {
		return fmt.Errorf("%s: %w", w.path, err)
	}
	before := "\n"
	if w.entries > 0 {
		before = ",\n"
	}
	if err := w.append(append([]byte(before), text...)); err != nil {
		return err
	}
	w.entries++
	return nil
}

// append overwrites the closing brackets with text, and writes them again after
// it. If the write is cut short, the recording ends within its last entry.
func (w *HARWriter) append(text []byte) error {
	if _, err := w.file.WriteAt(append(text, closing...), w.end); err != nil {
		return fmt.Errorf("%s: the recording cannot be written: %w", w.file.Name(), err)
	}
	w.end += int64(len(text))
	return nil
}

// Close completes the recording and moves it to its path.
func (w *HARWriter) Close() error {
	err := w.file.Close()
	if err == nil {
		err = wholefile.Replace(w.file.Name(), w.path)
	}
	if err != nil {
		return fmt.Errorf("%s: the recording is complete but cannot be moved to its path: %w", w.file.Name(), err)
	}
	return nil
}

// The types below are those parts of HAR 1.2 that are written.

type writtenEntry struct {
	Started  string          `json:"startedDateTime"`
	Time     float64         `json:"time"` // milliseconds
	Request  writtenRequest  `json:"request"`
	Response writtenResponse `json:"response"`
	Cache    struct{}        `json:"cache"`
	Timings  writtenTimings  `json:"timings"`
	Plumb    writtenPlumb    `json:"_plumb"`
}

type writtenRequest struct {
	Method      string        `json:"method"`
	URL         string        `json:"url"`
	HTTPVersion string        `json:"httpVersion"`
	Cookies     []writtenPair `json:"cookies"`
	Headers     []writtenPair `json:"headers"`
	QueryString []writtenPair `json:"queryString"`
	HeadersSize int           `json:"headersSize"`
	BodySize    int           `json:"bodySize"`
}

type writtenResponse struct {
	Status      int            `json:"status"`
	StatusText  string         `json:"statusText"`
	HTTPVersion string         `json:"httpVersion"`
	Cookies     []writtenPair  `json:"cookies"`
	Headers     []writtenPair  `json:"headers"`
	Content     writtenContent `json:"content"`
	RedirectURL string         `json:"redirectURL"`
	HeadersSize int            `json:"headersSize"`
	BodySize    int            `json:"bodySize"`
}

type writtenContent struct {
	Size     int     `json:"size"`
	MimeType string  `json:"mimeType"`
	Text     *string `json:"text,omitempty"`
	Encoding string  `json:"encoding,omitempty"`
}

type writtenTimings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

type writtenCreator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type writtenPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// newEntry returns the entry of an exchange, without credentials.
func (w *HARWriter) newEntry(e HAREntry) writtenEntry {
	x := e.Exchange
	clean := redact.ForExchange(x)
	milliseconds := float64(e.Took) / float64(time.Millisecond)
	header := clean.Header(x.Response.Header)
	address := clean.URL(x.Request.URL, w.declared("query"))
	content, missing := newContent(x, clean)
	return writtenEntry{
		Started: e.Started.UTC().Format("2006-01-02T15:04:05.000000000Z07:00"),
		Time:    milliseconds,
		Timings: writtenTimings{Wait: milliseconds},
		Request: writtenRequest{
			Method:      x.Request.Method,
			URL:         address,
			HTTPVersion: "HTTP/1.1",
			Cookies:     []writtenPair{},
			Headers:     pairs(clean.RequestHeader(e.RequestHeader, w.declared("header"))),
			QueryString: query(address),
			HeadersSize: -1,
			BodySize:    -1,
		},
		Response: writtenResponse{
			Status:      x.Response.Status,
			StatusText:  clean.Text(e.Reason),
			HTTPVersion: e.Proto,
			Cookies:     []writtenPair{},
			Headers:     pairs(header),
			Content:     content,
			RedirectURL: header.Get("Location"),
			HeadersSize: -1,
			BodySize:    -1,
		},
		Plumb: writtenPlumb{
			Target:  clean.Text(e.Target),
			Missing: missing,
			Defects: writtenDefects(x.Defects, clean),
		},
	}
}

// declared returns a function that reports whether a parameter is declared.
func (w *HARWriter) declared(in string) func(name string) bool {
	return func(name string) bool { return w.Declares != nil && w.Declares(in, name) }
}

// newContent returns a body as it was checked: whole, and with its
// Content-Encoding undone. If there is no body, it returns why.
func newContent(x *plumb.Exchange, clean *redact.Cleaner) (c writtenContent, missing string) {
	body := x.Response.Body
	c.MimeType = clean.Text(x.Response.Header.Get("Content-Type"))
	if body.Missing != "" {
		c.Size = -1
		return c, clean.Text(body.Missing)
	}
	text := string(body.Bytes)
	cleaned := clean.Body(text)
	if cleaned != text && !isText([]byte(strings.ToValidUTF8(text, ""))) {
		c.Size = -1
		return c, "a body with a credential that cannot be removed from it"
	}
	c.Size = len(cleaned)
	if !utf8.ValidString(cleaned) || escapedSize(cleaned) > maxEscaped {
		cleaned, c.Encoding = base64.StdEncoding.EncodeToString([]byte(cleaned)), "base64"
	}
	c.Text = &cleaned
	return c, ""
}

// maxEscaped bounds the JSON string that a body is written as: it can be six
// times as long as the body, and an entry must not be over the limit of the
// readers where the body is not.
const maxEscaped = 16 << 20

// escapedSize returns the approximate size of a text as a JSON string.
func escapedSize(text string) int {
	size := len(text)
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t':
			size++
		case c < ' ' || c == '<' || c == '>' || c == '&':
			size += len(`\u0000`) - 1
		}
	}
	return size
}

func pairs(h http.Header) []writtenPair {
	all := []writtenPair{}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			all = append(all, writtenPair{Name: name, Value: value})
		}
	}
	return all
}

// query returns the parameters of the query, in the order of the URL. Those
// that net/url rejects, such as one with a broken escape, are kept as they are.
func query(address string) []writtenPair {
	all := []writtenPair{}
	address, _, _ = strings.Cut(address, "#")
	_, rawQuery, _ := strings.Cut(address, "?")
	for field := range strings.SplitSeq(rawQuery, "&") {
		if field != "" {
			name, value, _ := strings.Cut(field, "=")
			all = append(all, writtenPair{Name: unescaped(name), Value: unescaped(value)})
		}
	}
	return all
}

func unescaped(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}
