package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/redact"
)

// parts are the summaries of a run, one of each goroutine that checks.
type parts struct {
	mu  sync.Mutex
	all []*part
}

// part is a summary that is no longer filled once it was merged: a run that is
// interrupted does not wait for its goroutines.
type part struct {
	mu      sync.Mutex
	summary *engine.Summary
}

// add returns what fills s.
func (p *parts) add(s *engine.Summary) observer {
	own := &part{summary: s}
	p.mu.Lock()
	p.all = append(p.all, own)
	p.mu.Unlock()
	var bodies redact.Bodies
	return func(x *plumb.Exchange, r engine.Result) {
		own.mu.Lock()
		defer own.mu.Unlock()
		if own.summary != nil {
			own.summary.Add(x, r, cleaner(x), bodies.Bare(x))
		}
	}
}

// mergeInto adds the parts to s.
func (p *parts) mergeInto(s *engine.Summary) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, own := range p.all {
		own.mu.Lock()
		err := s.Merge(own.summary)
		own.summary = nil
		own.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

// cleaner returns what removes the credentials of an exchange from what is
// taken of it. Most values hold none: they are only looked at by themselves
// where the body holds one, or where the name of their member says so.
func cleaner(x *plumb.Exchange) func(*plumb.Finding) {
	cleaner := sync.OnceValue(func() *redact.Cleaner { return redact.ForExchange(x) })
	clean := sync.OnceValue(func() bool {
		body := string(x.Response.Body.Bytes)
		return cleaner().Text(body) == body
	})
	return func(f *plumb.Finding) {
		if f.File != "" || f.Message != "" || !clean() || redact.SecretMember(cmp.Or(f.Named, f.Pointer), strings.Trim(f.Found, `"`)) {
			cleaner().Finding(f)
		}
	}
}

// writeSummary writes the summary of the run, if it is asked for.
func (c *check) writeSummary() error {
	if c.summary == nil {
		return nil
	}
	return writeSummaryFile(c.options.summary, c.summary)
}

func writeSummaryFile(name string, s *engine.Summary) error {
	text, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return writeWhole(name, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
}
