package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// errUnopened is the error of a recording that cannot be opened.
var errUnopened = errors.New("cannot be read")

// open opens a recording; reading it advances the bar.
func (c *check) open(name string, bar progress) (io.ReadCloser, error) {
	if name == "-" {
		return counted{io.NopCloser(c.in), bar}, nil
	}
	f, err := os.Open(name)
	if err != nil {
		var failed *fs.PathError
		if errors.As(err, &failed) {
			err = failed.Err
		}
		return nil, fmt.Errorf("%s: %w: %w", name, errUnopened, err)
	}
	return counted{f, bar}, nil
}

// counted is a reader that advances a bar.
type counted struct {
	io.ReadCloser
	bar progress
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.bar.add(n)
	return n, err
}
