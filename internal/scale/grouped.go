package scale

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Grouped holds lines in memory, and gives those with one key together.
type Grouped struct {
	text  []byte // the lines, one after the other
	lines []span
	next  int
}

// span is where a line is, and where its record begins.
type span struct{ start, record, end int }

// Add adds all lines of a stream.
func (g *Grouped) Add(in *Reader) error {
	for {
		key, record, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		one := span{start: len(g.text)}
		g.text = append(g.text, key...)
		one.record = len(g.text)
		g.text = append(g.text, record...)
		one.end = len(g.text)
		g.lines = append(g.lines, one)
	}
}

// Sort puts the lines in order. Next gives them.
func (g *Grouped) Sort() {
	slices.SortFunc(g.lines, func(a, b span) int {
		return cmp.Or(bytes.Compare(g.text[a.start:a.record], g.text[b.start:b.record]), bytes.Compare(g.text[a.record:a.end], g.text[b.record:b.end]))
	})
}

// Next returns the next line.
func (g *Grouped) Next() (key string, record []byte, err error) {
	if g.next == len(g.lines) {
		return "", nil, io.EOF
	}
	one := g.lines[g.next]
	g.next++
	return string(g.text[one.start:one.record]), g.text[one.record:one.end], nil
}

// At says which line an error is about.
func (g *Grouped) At(err error) error {
	one := g.lines[g.next-1]
	return fmt.Errorf("the observation with the key %s: %w", g.text[one.start:one.record], err)
}
