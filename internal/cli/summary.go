package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"github.com/plumbapi/plumb/internal/redact"
	"github.com/plumbapi/plumb/validator"
)

// observe adds an exchange to a summary, without its credentials.
func observe(s *validator.Summary, x *validator.Exchange, r validator.Result) {
	clean := sync.OnceValue(func() *redact.Cleaner { return redact.ForExchange(x) })
	s.Add(x, r, func(f *validator.Finding) { clean().Finding(f) })
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
