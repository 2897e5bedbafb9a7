package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/plumbapi/plumb/internal/hostiletest"
)

// peerEntries is the number of entries of the recordings for peers, which are
// slow.
const peerEntries = 10_000

// process is a row about a whole process.
type process struct {
	name    string
	command []string
	env     []string                             // in addition to that of this process
	prepare func() error                         // before the first round
	verify  func(output []byte, err error) error // returns an error unless it ended well; if nil, err decides
	against *process                             // the row to compare the times with
	real    bool                                 // whether real times are compared, and not those of the processor
	start   *process                             // whose processor time is not counted; nil for none
	bound   int64                                // limit of the memory in bytes; 0 for none

	missing   error     // why it cannot be measured
	failed    error     // how it ended, if not well; then it is not measured again
	seconds   []float64 // by round
	processor []float64 // seconds of all cores, by round
	memory    int64     // maximum of all rounds, in bytes
}

// build builds a command of a package in a folder, as a program in dir.
func build(dir, folder, pkg string) error {
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", dir+string(filepath.Separator), pkg)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s cannot be built: %w: %s", pkg, err, out)
	}
	return nil
}

// processes measures whole processes, from their start to the report.
func processes(dir string, rounds int, only string, l *limits) error {
	plumb := filepath.Join(dir, "plumb")
	har, err := harFile.write(dir, exactly(peerEntries))
	if err != nil {
		return err
	}
	vcrpy, err := cassette(vcrpyInteraction).write(dir, exactly(peerEntries))
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
	names, newNames := filepath.Join(dir, "names.json"), filepath.Join(dir, "new-names.ndjson")
	if err := os.WriteFile(names, undocumented(100_000), 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(newNames, newNameEach(100_000), 0o600); err != nil {
		return err
	}
	drift := redocly("redocly drift, HAR", "../spec/openapi.yaml", har)
	nothing := redocly("redocly drift, HAR, null allowed", allowing, har)
	rows := []*process{
		drift,
		{name: "plumb, HAR", command: check(har), against: drift, real: true},
		nothing,
		{name: "plumb, HAR, null allowed", command: check("--overlay", "observed", har), against: nothing, real: true},
		{name: "plumb, cassette of vcrpy", command: check(vcrpy)},
		{name: "plumb, a body of 100,000 undocumented members", command: check(names), bound: memoryLimit},
		{name: "plumb, 100,000 bodies with an undocumented member each", command: check(newNames), bound: memoryLimit},
	}
	for range rounds {
		for _, p := range rows {
			if contains(p.name, only) {
				p.measure()
			}
		}
	}
	fmt.Printf("\nwhole processes, recordings of %d exchanges\n", peerEntries)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "seconds\tmost\tprocessor\tMB\tratio\t")
	for _, p := range rows {
		switch {
		case p.missing != nil:
			fmt.Fprintf(w, "-\t-\t-\t-\t-\t %s: %v\n", p.name, p.missing)
		case len(p.seconds) > 0:
			fmt.Fprintf(w, "%.3f\t%.3f\t%.3f\t%d\t%s\t %s\n", median(p.seconds), slices.Max(p.seconds), median(p.processor), p.memory>>20, p.ratioText(), p.name)
		}
		l.check(p)
	}
	return w.Flush()
}

// newNameEach returns n bodies, each of which has another undocumented member.
func newNameEach(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, `{"id": "batch_1", "object": "batch", "endpoint": "/v1/responses", "input_file_id": "file-1", "completion_window": "24h", "status": "validating", "created_at": 1741967569, "new_%d": 1}`+"\n", i)
	}
	return b.Bytes()
}

// undocumented returns a batch with n undocumented members.
func undocumented(n int) []byte {
	i := slices.IndexFunc(hostiletest.Bodies, func(b hostiletest.Body) bool { return b.Name == "undocumented members" })
	return hostiletest.Bodies[i].Make(n)
}

// ratio returns how many times as fast the process is as the row that it is
// compared with, in the median round; 0 if one of them was not measured.
func (p *process) ratio() float64 {
	if p.against == nil || len(p.against.seconds) != len(p.seconds) || len(p.seconds) == 0 {
		return 0
	}
	ratios := make([]float64, len(p.seconds))
	for i := range ratios {
		if p.real {
			ratios[i] = p.against.seconds[i] / p.seconds[i]
		} else {
			ratios[i] = p.against.counted(i) / p.counted(i)
		}
	}
	return median(ratios)
}

func (p *process) ratioText() string {
	if r := p.ratio(); r > 0 {
		return fmt.Sprintf("%.2f", r)
	}
	return ""
}

// counted returns the processor time in a round, without that of the start.
func (p *process) counted(round int) float64 {
	if p.start == nil || round >= len(p.start.processor) {
		return p.processor[round]
	}
	return p.processor[round] - p.start.processor[round]
}

func (p *process) measure() {
	if p.missing == nil && p.prepare != nil {
		p.missing = p.prepare()
	}
	if p.missing != nil || p.failed != nil {
		return
	}
	cmd := exec.Command(p.command[0], p.command[1:]...)
	cmd.Env = append(os.Environ(), p.env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	start := time.Now()
	if p.failed = cmd.Start(); p.failed != nil {
		return
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
				p.failed = fmt.Errorf("%w: %s", err, out.Bytes())
				return
			}
			p.seconds = append(p.seconds, time.Since(start).Seconds())
			p.processor = append(p.processor, (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds())
			return
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
