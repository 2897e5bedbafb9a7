package scale

import (
	"errors"
	"fmt"
	"io"
)

// Read adds all outcomes of a stream.
func (o *Outcome) Read(in *Reader) error {
	for {
		key, record, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if key != OutcomeKey {
			return in.At(fmt.Errorf("it is not an outcome: plumb reduce reads observations, and plumb map --verdicts reads verdicts; give plumb merge what is left, the lines with the key %s", OutcomeKey))
		}
		one, err := readOutcome(record)
		if err == nil {
			err = o.Merge(one)
		}
		if err != nil {
			return in.At(err)
		}
	}
}

// Write writes the outcome as a line.
func (o *Outcome) Write(to Lines) error { return writeOutcome(to, o) }
