package engine

import (
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// reportFaults reports the faults of the body's JSON text that are of the given
// kinds.
func (p *pass) reportFaults(message string, kinds ...jsonvalue.FaultKind) {
	for _, fault := range p.faults {
		if !slices.Contains(kinds, fault.Kind) {
			continue
		}
		end := fault.Offset + 1
		if fault.Kind == jsonvalue.DuplicateKey {
			end = nameEnd(p.x.Response.Body.Bytes, fault.Offset)
		}
		f := plumb.Finding{Message: message}
		f.Found = fault.Message
		p.report(location{path: fault.Path, start: fault.Offset, end: end}, f)
	}
}

// nameEnd returns the offset after the string that begins at start.
func nameEnd(text []byte, start int) int {
	for i := start + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}
