package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/plumbapi/plumb/bench/bodies"
	"github.com/plumbapi/plumb/internal/hostiletest"
)

// process is a row about a whole process.
type process struct {
	name    string
	command []string
	env     []string                             // in addition to that of this process
	prepare func() error                         // before the first round
	verify  func(output []byte, err error) error // returns an error unless it ended well; if nil, err decides
	against *process                             // the row to compare the times with
	bound   int64                                // limit of the memory in bytes; 0 for none

	missing   error     // why it cannot be measured
	seconds   []float64 // by round
	processor []float64 // seconds of all cores, by round
	memory    int64     // maximum of all rounds, in bytes
}

// processes measures whole processes, from their start to the report.
func processes(dir string, in *input, large, rounds int, only string) error {
	plumb := filepath.Join(dir, "plumb")
	build := exec.Command("go", "build", "-trimpath", "-o", plumb, "./cmd/plumb")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("plumb cannot be built: %w: %s", err, out)
	}
	files := recordings{dir}
	small, err := files.ndjson("small", in.clean[:1], 0)
	if err != nil {
		return err
	}
	lines, err := files.ndjson("large", nil, large)
	if err != nil {
		return err
	}
	singles, err := files.singles("singles", large)
	if err != nil {
		return err
	}
	har, err := files.har("har", 10_000, 0)
	if err != nil {
		return err
	}
	vcrpy, err := files.cassette("vcrpy", vcrpyInteraction, 10_000)
	if err != nil {
		return err
	}
	goVCR, err := files.cassette("govcr", goVCRInteraction, 10_000)
	if err != nil {
		return err
	}
	largeHAR, err := files.har("large", 0, large)
	if err != nil {
		return err
	}
	check := func(args ...string) []string {
		return append([]string{plumb, "check", "-q", "--fail-on", "never"}, args...)
	}
	allowing := filepath.Join(dir, "openapi.json")
	schema, err := peerSchema()
	if err != nil {
		return err
	}
	if err := os.WriteFile(allowing, peerDescription(schema), 0o600); err != nil {
		return err
	}
	names, err := files.write("names.json", func(w io.Writer) error {
		_, err := w.Write(undocumented(100_000))
		return err
	})
	if err != nil {
		return err
	}
	newNames, err := files.write("new-names.ndjson", func(w io.Writer) error {
		b := bufio.NewWriter(w)
		for i := range 100_000 {
			fmt.Fprintf(b, `{"id": "batch_1", "object": "batch", "endpoint": "/v1/responses", "input_file_id": "file-1", "completion_window": "24h", "status": "validating", "created_at": 1741967569, "new_%d": 1}`+"\n", i)
		}
		return b.Flush()
	})
	if err != nil {
		return err
	}
	one := &process{name: fmt.Sprintf("plumb, %d MB of NDJSON, one core", large), command: check("--jobs", "1", lines), env: []string{"GOMAXPROCS=1"}}
	drift := redocly("redocly drift, HAR of 10,000 exchanges", "../spec/openapi.yaml", har)
	nothing := redocly("redocly drift, HAR of 10,000 exchanges, null allowed", allowing, har)
	rows := []*process{
		{name: "plumb, one small file", command: check(small)},
		one,
		{name: fmt.Sprintf("plumb, %d MB of NDJSON, two cores", large), command: check("--jobs", "2", lines), env: []string{"GOMAXPROCS=2"}, against: one},
		{name: fmt.Sprintf("plumb, %d MB of NDJSON, each line another resource", large), command: check(singles), bound: 64 << 20},
		drift,
		{name: "plumb, HAR of 10,000 exchanges", command: check(har), against: drift},
		nothing,
		{name: "plumb, HAR of 10,000 exchanges, null allowed", command: check("--overlay", "observed", har), against: nothing},
		{name: "plumb, cassette of vcrpy of 10,000 exchanges", command: check(vcrpy)},
		{name: "plumb, cassette of go-vcr of 10,000 exchanges", command: check(goVCR)},
		{name: fmt.Sprintf("plumb, HAR of %d MB", large), command: check(largeHAR)},
		{name: "plumb, a body of 100,000 undocumented members", command: check(names), bound: 64 << 20},
		{name: "plumb, 100,000 bodies with an undocumented member each", command: check(newNames), bound: 64 << 20},
	}
	for range rounds {
		for _, p := range rows {
			if contains(p.name, only) {
				if err := p.measure(); err != nil {
					return err
				}
			}
		}
	}
	fmt.Println()
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "seconds\tmost\tprocessor\tMB\tratio\t")
	for _, p := range rows {
		switch {
		case p.missing != nil:
			fmt.Fprintf(w, "-\t-\t-\t-\t-\t %s: %v\n", p.name, p.missing)
		case len(p.seconds) > 0:
			fmt.Fprintf(w, "%.3f\t%.3f\t%.3f\t%d\t%s\t %s\n", median(p.seconds), slices.Max(p.seconds), median(p.processor), p.memory>>20, p.ratio(), p.name)
		}
	}
	return w.Flush()
}

// undocumented returns a batch with n undocumented members.
func undocumented(n int) []byte {
	i := slices.IndexFunc(hostiletest.Bodies, func(b hostiletest.Body) bool { return b.Name == "undocumented members" })
	return hostiletest.Bodies[i].Make(n)
}

// ratio returns how many times as fast the process is as the row that it is
// compared with, in the median round.
func (p *process) ratio() string {
	if p.against == nil || len(p.against.seconds) != len(p.seconds) {
		return ""
	}
	ratios := make([]float64, len(p.seconds))
	for i, s := range p.seconds {
		ratios[i] = p.against.seconds[i] / s
	}
	return fmt.Sprintf("%.2f", median(ratios))
}

func (p *process) measure() error {
	if p.missing == nil && p.prepare != nil {
		p.missing = p.prepare()
	}
	if p.missing != nil {
		return nil
	}
	cmd := exec.Command(p.command[0], p.command[1:]...)
	cmd.Env = append(os.Environ(), p.env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	for {
		select {
		case err := <-done:
			if p.verify != nil {
				err = p.verify(out.Bytes(), err)
			}
			if err != nil {
				return fmt.Errorf("%s: %w: %s", p.name, err, out.Bytes())
			}
			if p.bound > 0 && p.memory > p.bound {
				return fmt.Errorf("%s: it took %d MB of memory, more than the allowed %d MB", p.name, p.memory>>20, p.bound>>20)
			}
			p.seconds = append(p.seconds, time.Since(start).Seconds())
			p.processor = append(p.processor, (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds())
			return nil
		case <-time.After(5 * time.Millisecond):
			p.memory = max(p.memory, peak(cmd.Process.Pid))
		}
	}
}

// peak returns the most memory that a running process has had so far, in bytes,
// or 0 if the system does not say. What the system reports after the end would
// include the memory of this process, from which the other was forked.
func peak(pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(status, []byte("VmHWM:"))
	var kib int64
	if _, err := fmt.Fscan(bytes.NewReader(rest), &kib); err != nil {
		return 0
	}
	return kib << 10
}

// recordings writes files to be checked.
type recordings struct{ dir string }

func (r recordings) write(name string, write func(io.Writer) error) (string, error) {
	name = filepath.Join(r.dir, name)
	f, err := os.Create(name)
	if err != nil {
		return "", err
	}
	w := bufio.NewWriter(f)
	if err := write(w); err != nil {
		return "", err
	}
	if err := w.Flush(); err != nil {
		return "", err
	}
	return name, f.Close()
}

// ndjson writes the given bodies, or mb MB of others.
func (r recordings) ndjson(name string, given texts, mb int) (string, error) {
	next := bodies.New(3).Next
	return r.lines(name, mb, func(i int) []byte {
		if i < len(given) {
			return given[i]
		}
		return next()
	}, len(given))
}

// singles writes mb MB of bodies, each about another resource.
func (r recordings) singles(name string, mb int) (string, error) {
	g := bodies.New(3)
	return r.lines(name, mb, func(int) []byte { return g.Single() }, 0)
}

// lines writes mb MB of bodies, but at least so many.
func (r recordings) lines(name string, mb int, body func(i int) []byte, least int) (string, error) {
	return r.write(name+".ndjson", func(w io.Writer) error {
		for size, i := 0, 0; size < mb<<20 || i < least; i++ {
			body := body(i)
			if _, err := w.Write(append(body, '\n')); err != nil {
				return err
			}
			size += len(body) + 1
		}
		return nil
	})
}

// har writes a HAR file with the given number of entries, or of mb MB.
func (r recordings) har(name string, entries, mb int) (string, error) {
	return r.write(name+".har", func(w io.Writer) error {
		if _, err := io.WriteString(w, `{"log":{"version":"1.2","creator":{"name":"bench","version":"1"},"entries":[`); err != nil {
			return err
		}
		g := bodies.New(4)
		for size, i := 0, 0; size < mb<<20 || i < entries; i++ {
			separator := ","
			if i == 0 {
				separator = ""
			}
			body := g.Next()
			text, err := json.Marshal(string(body))
			if err != nil {
				return err
			}
			when := time.Unix(1790000000+int64(i), 0).UTC().Format(time.RFC3339)
			n, err := fmt.Fprintf(w, "%s\n"+harEntry, separator, when, "https://api.example.com/v1/batches/"+identity(body), len(body), text)
			if err != nil {
				return err
			}
			size += n
		}
		_, err := io.WriteString(w, "]}}\n")
		return err
	})
}

// cassette writes a cassette in YAML with the given number of interactions. The
// format of an interaction takes the URL and the body, quoted as JSON.
func (r recordings) cassette(name, interaction string, entries int) (string, error) {
	return r.write(name+".yaml", func(w io.Writer) error {
		if _, err := io.WriteString(w, "version: 1\ninteractions:\n"); err != nil {
			return err
		}
		g := bodies.New(5)
		for range entries {
			body := g.Next()
			text, err := json.Marshal(string(body))
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(w, interaction, "https://api.example.com/v1/batches/"+identity(body), text); err != nil {
				return err
			}
		}
		return nil
	})
}

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
    status: {code: 200, message: OK}
`

const goVCRInteraction = `- request:
    body: ""
    headers:
      Accept: [application/json]
    url: %s
    method: GET
  response:
    body: %s
    headers:
      Content-Type: [application/json]
    status: 200 OK
    code: 200
    duration: 5ms
`

// identity returns the id of a batch.
func identity(body []byte) string {
	_, rest, _ := bytes.Cut(body, []byte(`"id":"`))
	id, _, _ := bytes.Cut(rest, []byte(`"`))
	return string(id)
}

// harEntry is the format of an entry as browsers write it. It takes the time,
// the URL, and the size and the text of the body.
const harEntry = `{"startedDateTime":%q,"time":12.5,"request":{"method":"GET","url":%q,"httpVersion":"HTTP/2","headers":[{"name":"accept","value":"application/json"},{"name":"user-agent","value":"bench"}],"queryString":[],"cookies":[],"headersSize":-1,"bodySize":0},` +
	`"response":{"status":200,"statusText":"OK","httpVersion":"HTTP/2","headers":[{"name":"content-type","value":"application/json"},{"name":"x-request-id","value":"req_1"}],"cookies":[],"content":{"size":%d,"mimeType":"application/json","text":%s},"redirectURL":"","headersSize":-1,"bodySize":-1},"cache":{},"timings":{"send":0,"wait":12,"receive":0.5}}`
