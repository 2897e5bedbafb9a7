package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/wholefile"
)

// eventLog writes each occurrence of a finding to a file as it is found, one
// JSON object on a line. The file is locked as long as it is written.
type eventLog struct {
	file   *os.File
	unlock func() error
	lost   error // the error that ended the log early
}

// createEventLog creates the file, or empties that of a proxy that has ended.
func createEventLog(name string) (*eventLog, error) {
	l, err := openEventLog(name)
	if err != nil {
		return nil, fmt.Errorf("--events: %w", err)
	}
	return l, nil
}

func openEventLog(name string) (l *eventLog, err error) {
	unlock, err := wholefile.Lock(name)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, unlock())
		}
	}()
	if err := hasEvents(name); err != nil {
		return nil, err
	}
	f, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	return &eventLog{file: f, unlock: unlock}, nil
}

// hasEvents returns an error if a file has something else than events.
func hasEvents(name string) error {
	f, err := wholefile.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	var event report.Event
	decoder := json.NewDecoder(f)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&event); err != nil && err != io.EOF || err == nil && event.Fingerprint == "" {
		return fmt.Errorf("%s has something else than the events of a proxy; name another file", name)
	}
	return nil
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
	err := errors.Join(l.file.Close(), l.unlock())
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
