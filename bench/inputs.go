package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/plumbapi/plumb/bench/bodies"
)

// recording is a kind of recording. It is always the same for the same size.
type recording struct {
	ending                 string // of the file's name
	before, between, after string
	entries                func() func() []byte // returns a new sequence of entries
}

// write writes a recording to a new file of a folder, until it is enough, and
// returns the name of the file.
func (k recording) write(dir string, enough func(entries, size int) bool) (name string, err error) {
	f, err := os.CreateTemp(dir, "recording-*"+k.ending)
	if err != nil {
		return "", err
	}
	w := bufio.NewWriter(f)
	w.WriteString(k.before)
	next := k.entries()
	for n, size := 0, 0; !enough(n, size); n++ {
		if n > 0 {
			w.WriteString(k.between)
		}
		entry := next()
		w.Write(entry)
		size += len(entry) + len(k.between)
	}
	w.WriteString(k.after)
	if err := w.Flush(); err != nil { // the first of all errors
		return "", err
	}
	return f.Name(), f.Close()
}

func megabytes(mb int) func(entries, size int) bool {
	return func(_, size int) bool { return size >= mb<<20 }
}

func exactly(n int) func(entries, size int) bool {
	return func(entries, _ int) bool { return entries == n }
}

// lines returns a recording of one entry in a line.
func lines(entries func() func() []byte) recording {
	return recording{ending: ".ndjson", between: "\n", after: "\n", entries: entries}
}

// batches returns batches whose members have a number of orders; see [bodies.New].
func batches(orders int) func() func() []byte {
	return func() func() []byte { return bodies.New(3, orders).Next }
}

// singles returns batches of each of which there is one response.
func singles() func() []byte { return bodies.New(3, 1).Single }

// someBroken returns batches of which 5 % are broken, each in its own way.
func someBroken() func() []byte {
	good, broken := bodies.New(3, 1), bodies.New(2, 1)
	i := 0
	return func() []byte {
		if i++; i%20 == 7 {
			return broken.Broken()
		}
		return good.Next()
	}
}

// twoSpacings returns batches of which every second one is spaced.
func twoSpacings() func() []byte {
	g, i := bodies.New(3, 1), 0
	return func() []byte {
		if i++; i%2 == 0 {
			return bodies.Spaced(g.Next())
		}
		return g.Next()
	}
}

// inEnvelopes returns batches in what format makes of their time, address and
// body.
func inEnvelopes(format func(at time.Time, url string, body []byte) []byte) func() func() []byte {
	return func() func() []byte {
		g := bodies.New(4, 1)
		return func() []byte {
			r := g.NextResponse()
			return format(r.Time, "https://api.example.com/v1/batches/"+r.ID, r.Body)
		}
	}
}

var harFile = recording{
	ending: ".har", before: `{"log":{"version":"1.2","creator":{"name":"bench","version":"1"},"entries":[` + "\n", between: ",\n", after: "]}}\n",
	entries: inEnvelopes(func(at time.Time, url string, body []byte) []byte {
		return fmt.Appendf(nil, harEntry, at.Format(time.RFC3339), url, len(body), quoted(body))
	}),
}

func cassette(interaction string) recording {
	return recording{
		ending: ".yaml", before: "---\nversion: 2\ninteractions:\n",
		entries: inEnvelopes(func(at time.Time, url string, body []byte) []byte {
			return fmt.Appendf(nil, interaction, url, quoted(body), at.Format(http.TimeFormat))
		}),
	}
}

var exchanges = lines(inEnvelopes(exchangeLine))

func exchangeLine(at time.Time, url string, body []byte) []byte {
	return fmt.Appendf(nil, `{"time":%q,"request":{"method":"GET","url":%q},"response":{"status":200,"headers":{"Content-Type":"application/json"},"body":%s}}`, at.Format(time.RFC3339), url, body)
}

// payments returns payments, as exchanges or without envelopes.
func payments(bare bool) func() func() []byte {
	return func() func() []byte {
		g := bodies.NewPayments(6)
		return func() []byte {
			p := g.Next()
			if bare {
				return p.Body
			}
			return exchangeLine(p.Time, "https://pay.example/v2/payments/"+p.ID, fmt.Appendf(nil, `{"data":%s}`, p.Body))
		}
	}
}

// quoted returns a body as text in JSON, which is text in YAML, too.
func quoted(body []byte) []byte {
	text, _ := json.Marshal(string(body)) // never fails for a string
	return text
}

// harEntry is the format of an entry as browsers write it. It takes the time,
// the URL, and the size and the text of the body.
const harEntry = `{"startedDateTime":%q,"time":12.5,"request":{"method":"GET","url":%q,"httpVersion":"HTTP/2","headers":[{"name":"accept","value":"application/json"},{"name":"user-agent","value":"bench"}],"queryString":[],"cookies":[],"headersSize":-1,"bodySize":0},` +
	`"response":{"status":200,"statusText":"OK","httpVersion":"HTTP/2","headers":[{"name":"content-type","value":"application/json"},{"name":"x-request-id","value":"req_1"}],"cookies":[],"content":{"size":%d,"mimeType":"application/json","text":%s},"redirectURL":"","headersSize":-1,"bodySize":-1},"cache":{},"timings":{"send":0,"wait":12,"receive":0.5}}`

const vcrpyInteraction = `- request:
    body: null
    headers:
      accept: [application/json]
    method: GET
    uri: %s
  response:
    body:
      string: %s
    headers:
      content-type: [application/json]
      date: ['%s']
    status: {code: 200, message: OK}
`

const goVCRInteraction = `    - id: 0
      request:
        transfer_encoding: []
        trailer: {}
        proto: HTTP/1.1
        proto_major: 1
        proto_minor: 1
        content_length: 0
        host: api.example.com
        headers:
            Accept:
                - application/json
        url: %s
        method: GET
      response:
        transfer_encoding: []
        trailer: {}
        proto: HTTP/2.0
        proto_major: 2
        proto_minor: 0
        content_length: -1
        body: %s
        headers:
            Content-Type:
                - application/json
            Date:
                - %s
        status: 200 OK
        code: 200
        duration: 400ms
`
