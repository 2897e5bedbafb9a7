package recording

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/lazyregexp"
	"github.com/plumbapi/plumb/internal/redact"
)

var httprrFormat = Format{
	Name:   "httprr",
	Of:     "tests in Go",
	Sign:   "the first line is `httprr trace v1`",
	Record: "`httprr.Open(\"name.httprr\", http.DefaultTransport)`, with `-httprecord=.`.",
	Notes:  "Requests and responses are in the wire format of HTTP/1.1. The rest is lost after a line that does not give the sizes of an exchange.",

	recognises: isHTTPRR,
	read:       (*reader).httprr,
}

// httprrTitle is what the first line of a trace of httprr begins with.
const httprrTitle = "httprr trace v1"

func isHTTPRR(b beginning) bool { return bytes.HasPrefix(b.head, []byte(httprrTitle)) }

// httprrSizes matches the line before an exchange: how many bytes the request
// and the response take.
var httprrSizes = lazyregexp.New(`^([0-9]{1,18}) ([0-9]{1,18})\r?\n?$`)

// httprr reads a trace of httprr (Go): after its title, for each exchange a
// line with two sizes, and the request and the response in the wire format of
// HTTP/1.1.
func (r *reader) httprr() error {
	r.src.cut(0, lineScanner{})
	for {
		if _, ok := r.src.next(); !ok {
			return nil
		}
		place := r.src.place()
		sizes := httprrSizes().FindSubmatch(r.src.cut(r.lim.Entry, lineScanner{}).data)
		if sizes == nil {
			return r.giveDefect(plumb.Defect{
				Rule: "capture-unreadable", Message: "the sizes of a request and a response were expected here; what comes after it is lost", Place: place,
			})
		}
		x := &plumb.Exchange{Place: place}
		request := r.src.cut(r.lim.Entry, byteCount(sizes[1]))
		response := r.src.cut(r.lim.Entry, byteCount(sizes[2]))
		switch {
		case request.large || response.large:
			x = r.tooLarge(&entry{start: place})
		case !response.ended:
			unreadable(x, response.cutOff())
		default:
			r.setWire(x, request.data, response)
		}
		if err := r.give(x); err != nil {
			return err
		}
	}
}

// countScanner is a scanner that takes a number of bytes.
type countScanner struct{ left int64 }

func byteCount(digits []byte) *countScanner {
	n, _ := strconv.ParseInt(string(digits), 10, 64)
	return &countScanner{n}
}

func (c *countScanner) scan(window []byte) (int, bool) {
	n := min(c.left, int64(len(window)))
	c.left -= n
	return int(n), c.left == 0
}

// setWire sets x from a request and a response in the wire format of HTTP/1.1.
func (r *reader) setWire(x *plumb.Exchange, request []byte, response *entry) {
	sent, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(request)))
	if err != nil {
		unreadable(x, plumb.Defect{Rule: "capture-unreadable", Message: "the request is not HTTP/1.1", Found: err.Error(), Place: x.Place})
		return
	}
	x.Request = plumb.Request{Method: strings.ToUpper(sent.Method), URL: sent.URL.String(), Header: sent.Header}
	received, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(response.data)), sent)
	if err != nil {
		unreadable(x, plumb.Defect{Rule: "capture-unreadable", Message: "the response is not HTTP/1.1", Found: err.Error(), Place: response.start})
		return
	}
	x.Response.Status, x.Response.Header = received.StatusCode, received.Header
	x.Time = firstTime(x.Response.Header, "")
	x.Secrets = redact.Credentials(x.Request.URL, x.Request.Header, x.Response.Header)
	body, err := io.ReadAll(received.Body)
	if err != nil {
		unreadable(x, plumb.Defect{
			Rule: "capture-truncated", Message: "the body ends before the length that its headers announce", Found: err.Error(), Place: response.place(len(response.data)),
		})
		return
	}
	start := len(response.data) - len(body)
	locate := response.locate(start)
	if !bytes.Equal(response.data[start:], body) { // the body was chunked
		locate = onLine(response.start.Line)
	}
	r.setBody(x, body, locate)
}
