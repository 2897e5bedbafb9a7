package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"github.com/plumbapi/plumb/internal/redact"
	"github.com/plumbapi/plumb/validator"
)

// observe adds an exchange to a summary, without its credentials. Most bodies
// hold none: then no value of them has to be looked at by itself, but for those
// of members whose names say that they are secret.
func observe(s *validator.Summary, x *validator.Exchange, r validator.Result) {
	cleaner := sync.OnceValue(func() *redact.Cleaner { return redact.ForExchange(x) })
	clean := sync.OnceValue(func() bool {
		body := string(x.Response.Body.Bytes)
		return cleaner().Text(body) == body
	})
	s.Add(x, r, func(f *validator.Finding) {
		if f.File != "" || f.Message != "" || !clean() || redact.SecretMember(f.Pointer) {
			cleaner().Finding(f)
		}
	})
}

// writeSummary writes the summary of the run, if it is asked for.
func (c *check) writeSummary() error {
	if c.summary == nil {
		return nil
	}
	return writeSummaryFile(c.options.summary, c.summary)
}

func writeSummaryFile(name string, s *validator.Summary) error {
	text, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return writeWhole(name, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
}
