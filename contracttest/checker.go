package contracttest

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/internal/redact"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/spec"
)

// checker checks the exchanges of one test.
type checker struct {
	t         testing.TB
	made      string // the line of the test that made the checker, or ""
	validator *engine.Validator
	limits    recording.Limits
	failOn    Severity
	accepted  *accepted
	redact    redact.Names

	entries atomic.Int64 // exchanges so far

	mu       sync.Mutex // guards what follows
	history  *engine.History
	outcome  *outcome.Outcome
	run      report.Run
	last     time.Time       // of the previous exchange
	reported map[string]bool // fingerprints of findings that failed the test
	ended    bool
}

// keptOccurrences is how many occurrences of a finding the outcome keeps; the
// summary only counts them.
const keptOccurrences = 1

// start returns a checker for a test, which logs a summary at the end of the
// test.
func start(t testing.TB, opts []Option) *checker {
	t.Helper()
	cfg := config{failOn: Error, now: time.Now}
	for _, opt := range opts {
		opt(&cfg)
	}
	desc, v, err := load(cfg)
	if err != nil {
		t.Fatalf("plumb: %v", err)
	}
	known, err := readBaseline(cfg)
	if err != nil {
		t.Fatalf("plumb: %v", err)
	}
	names, err := redact.NewNames(cfg.redact)
	if err != nil {
		t.Fatalf("plumb: WithRedact: %v", err)
	}
	if lines := report.WarningLines(v.Warnings()); len(lines) > 0 {
		t.Log("plumb: warning: " + strings.Join(lines, "\nplumb: warning: "))
	}
	c := &checker{
		t:         t,
		made:      testLine(),
		validator: v,
		limits:    recording.DefaultLimits,
		failOn:    cfg.failOn,
		accepted:  known,
		redact:    names,
		history:   v.NewHistory(),
		outcome:   outcome.New(v, keptOccurrences),
		run:       report.Run{Description: desc, Documented: v.Documented(), Version: "contracttest", Occurrences: keptOccurrences},
		reported:  map[string]bool{},
	}
	c.outcome.Follow(c.history)
	if c.failOn == Off {
		c.failOn = Error + 1
	}
	t.Cleanup(func() {
		t.Helper()
		c.end()
	})
	return c
}

// loaded caches the descriptions, which tests share: loading one takes longer
// than most tests.
var loaded sync.Map // folder, file and overlays, as text, to func() (*spec.Description, error)

func load(cfg config) (*spec.Description, *engine.Validator, error) {
	folder, _ := os.Getwd() // a test can change it
	key := fmt.Sprintf("%q", append([]string{folder, cfg.spec}, cfg.overlays...))
	once, _ := loaded.LoadOrStore(key, sync.OnceValues(func() (*spec.Description, error) {
		var overlays []spec.Overlay
		for _, name := range cfg.overlays {
			overlay, err := spec.ReadOverlay(name)
			if err != nil {
				return nil, err
			}
			overlays = append(overlays, overlay)
		}
		if cfg.spec == "" {
			return spec.Builtin(overlays...)
		}
		return spec.LoadFile(cfg.spec, "", overlays...)
	}))
	desc, err := once.(func() (*spec.Description, error))()
	if err != nil {
		return nil, nil, err
	}
	v, err := engine.New(desc, cfg.options...)
	return desc, v, err
}

// check checks an exchange, and fails the test for each new finding. The line
// is that of the test which made the request, or "" if it is not known. After
// the end of the test, check does nothing, since a test must not be written to
// then.
func (c *checker) check(x *plumb.Exchange, line string) {
	c.t.Helper()
	if x.Place.File == "" {
		x.Place.File = requestLine(x)
	}
	x.Place.Entry = int(c.entries.Add(1))
	c.validator.Reveal(x)
	result := c.validator.Check(x)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return
	}
	c.order(x)
	for _, f := range c.add(x, &result) {
		id := f.Fingerprint()
		if c.reported[id] {
			continue
		}
		if fault := c.fault(x, &f); fault != "" {
			c.reported[id] = true
			fail(c.t, cmp.Or(line, c.made), fault)
		}
	}
}

// order makes the times of exchanges strictly increasing, in steps of a
// millisecond: histories do not distinguish shorter times.
func (c *checker) order(x *plumb.Exchange) {
	if x.Time.IsZero() {
		return
	}
	at := x.Time.Truncate(time.Millisecond)
	if !at.After(c.last) {
		at = c.last.Add(time.Millisecond)
	}
	x.Time, c.last = at, at
}

// fault describes a finding that fails the test. It returns "" for one that
// does not.
func (c *checker) fault(x *plumb.Exchange, f *plumb.Finding) string {
	entry := c.accepted.find(f)
	switch {
	case entry == nil && f.Severity >= c.failOn:
		return describe(x, f)
	case entry != nil && c.failOn <= Error && entry.Expired(c.accepted.today):
		return describe(x, f) + c.accepted.overdue(entry)
	}
	return ""
}

// add records the result of checking x, and returns the findings without
// credentials.
func (c *checker) add(x *plumb.Exchange, result *engine.Result) []plumb.Finding {
	c.redact.Reveal(x)
	c.history.Add(result)
	c.outcome.Add(x, *result)
	if len(result.Findings) == 0 {
		return nil
	}
	clean := redact.ForExchange(x)
	findings := slices.Clone(result.Findings)
	for i := range findings {
		c.redact.Hide(&findings[i])
		clean.Finding(&findings[i])
		findings[i].Description = c.run.Description.Shown(findings[i].Description)
	}
	return findings
}

// end logs the summary, and fails a test that checked nothing.
func (c *checker) end() {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	r := report.New(c.run, c.outcome)
	gone := c.accepted.settle(r)
	c.t.Log("plumb: " + summary(r) + gone)
	if r.Summary.Checked == 0 && !c.t.Skipped() {
		fail(c.t, c.made, "nothing was checked: "+nothingChecked(r))
	}
}
