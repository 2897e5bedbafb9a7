package cli

import (
	"bytes"
	"fmt"
	"os"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/report"
)

// eventLog writes each occurrence of a finding to a file as it is found, one
// JSON object on a line.
type eventLog struct {
	file *os.File
	lost error // the error that ended the log early
}

func createEventLog(name string) (*eventLog, error) {
	f, err := os.Create(name)
	if err != nil {
		return nil, fmt.Errorf("--events: %w", err)
	}
	return &eventLog{file: f}, nil
}

// write writes the findings of an exchange, at once: a reader that follows the
// file sees only whole lines.
func (l *eventLog) write(events []report.Event) {
	var lines bytes.Buffer
	for i := range events {
		if l.lost == nil {
			l.lost = report.EncodeJSON(&lines, &events[i], "")
		}
	}
	if l.lost == nil && lines.Len() > 0 {
		_, l.lost = l.file.Write(lines.Bytes())
	}
}

// close returns what went wrong, if anything did.
func (l *eventLog) close() error {
	err := l.file.Close()
	if l.lost != nil {
		err = l.lost
	}
	if err != nil {
		return fmt.Errorf("--events: %w", err)
	}
	return nil
}

// events returns the findings of an exchange as events.
func (c *check) events(x *plumb.Exchange, r *engine.Result) []report.Event {
	events := report.NewEvents(c.desc, c.outcome, x, r.Findings)
	for i := range events {
		if c.baseline != nil {
			accepted := c.baseline.Find(events[i].Fingerprint)
			events[i].Accepted = accepted != nil && !accepted.Expired(c.today)
		}
	}
	return events
}
