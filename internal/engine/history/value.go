package history

import (
	"bytes"
	"encoding/binary"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/rfc3339"
)

// Value is the value of a member, as far as a history keeps it. Values of JSON are
// equal where their Values are, compared by ==, but for the chance that two digests
// of 32 bits are.
type Value struct {
	kind byte
	bits uint64 // of an integer, another number, and a digest
	text string
}

// The kinds of values.
const (
	kindAbsent  byte = iota
	kindNull         // null
	kindInteger      // a whole number that fits 64 bits
	kindFloat        // another number
	kindText         // a state, a time, or another string that is no longer than longestText
	kindDigest       // any other value
)

const longestText = 16

// valueOf returns the value of a member in a response; nil is an absent one. A
// masked one says nothing that another response could contradict.
func valueOf(hash *hasher, v *jsonvalue.Value) Value {
	switch {
	case v == nil, v.Kind == jsonvalue.String && strings.Contains(v.Text, plumb.Masked):
		return Value{}
	case v.Kind == jsonvalue.Null:
		return Value{kind: kindNull}
	case v.Kind == jsonvalue.Number:
		return numberValue(v.Text)
	case v.Kind == jsonvalue.String:
		if text, ok := keptText(v.Text); ok {
			return Value{kind: kindText, text: text}
		}
	}
	return Value{kind: kindDigest, bits: uint64(hash.digestOf(v))}
}

// keptText returns a string as a history keeps it; false if it is too long. Times are
// written in one way, so that those of one instant are equal.
func keptText[T string | []byte](s T) (kept T, ok bool) {
	if kept, ok = timeText(s); ok {
		return kept, true
	}
	return s, len(s) <= longestText
}

var masked = []byte(plumb.Masked)

func isMasked(text []byte) bool { return len(text) >= len(masked) && bytes.Contains(text, masked) }

// timeText returns a text that is an RFC 3339 time in UTC, without the zeros that its
// fraction ends in; false if it is no such time.
func timeText[T string | []byte](text T) (inUTC T, ok bool) {
	const shortest, longest = len("2006-01-02T15:04:05Z"), len("2006-01-02T15:04:05.999999999+00:00")
	if len(text) < shortest || len(text) > longest {
		return text, false
	}
	if text[4] != '-' || text[10] != 'T' {
		return text, false // most texts, without the cost of an error
	}
	if _, ok := rfc3339.Seconds(text); ok {
		return text, true
	}
	at, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return text, false
	}
	if at = at.UTC(); at.Year() < 0 || at.Year() > 9999 { // RFC 3339 cannot write it
		return text, true
	}
	return T(at.Format(time.RFC3339Nano)), true
}

func numberValue(literal string) Value {
	if n, err := strconv.ParseInt(literal, 10, 64); err == nil {
		return Value{kind: kindInteger, bits: uint64(n)}
	}
	f, _ := strconv.ParseFloat(literal, 64)
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 { // 1.0 and 1e3 are whole
		return Value{kind: kindInteger, bits: uint64(int64(f))}
	}
	return Value{kind: kindFloat, bits: math.Float64bits(f)}
}

// IsAbsent reports whether the response did not have the member.
func (v Value) IsAbsent() bool { return v.kind == kindAbsent }

// IsNull reports whether the value is null.
func (v Value) IsNull() bool { return v.kind == kindNull }

// IsSet reports whether there is a value. Servers also write "" for what is not set
// yet.
func (v Value) IsSet() bool {
	return v.kind != kindAbsent && v.kind != kindNull && !(v.kind == kindText && v.text == "")
}

func (v Value) isNumber() bool { return v.kind == kindInteger || v.kind == kindFloat }

// Number returns the value of a number.
func (v Value) Number() (n float64, ok bool) {
	switch v.kind {
	case kindInteger:
		return float64(int64(v.bits)), true
	case kindFloat:
		return math.Float64frombits(v.bits), true
	}
	return 0, false
}

// Text returns a string that is kept, as all states and times are.
func (v Value) Text() (s string, ok bool) { return v.text, v.kind == kindText }

// Scalar returns the number or string that the value was made of; nil where it is
// neither, or is not kept.
func (v Value) Scalar() *jsonvalue.Value {
	switch {
	case v.isNumber():
		return &jsonvalue.Value{Kind: jsonvalue.Number, Text: v.String()}
	case v.kind == kindText:
		return &jsonvalue.Value{Kind: jsonvalue.String, Text: v.text}
	}
	return nil
}

// String shows the value as messages do.
func (v Value) String() string {
	switch v.kind {
	case kindAbsent:
		return "nothing"
	case kindNull:
		return "null"
	case kindInteger:
		return strconv.FormatInt(int64(v.bits), 10)
	case kindFloat:
		return strconv.FormatFloat(math.Float64frombits(v.bits), 'g', -1, 64)
	case kindText:
		return strconv.Quote(v.text)
	}
	return "another value"
}

// appendValue writes a value by itself.
func appendValue(b []byte, v Value) []byte {
	b = append(b, v.kind)
	switch v.kind {
	case kindInteger:
		b = binary.AppendVarint(b, int64(v.bits))
	case kindFloat:
		b = binary.BigEndian.AppendUint64(b, v.bits)
	case kindDigest:
		b = binary.BigEndian.AppendUint32(b, uint32(v.bits))
	case kindText:
		b = append(binary.AppendUvarint(b, uint64(len(v.text))), v.text...)
	}
	return b
}

// readValue reads what appendValue wrote.
func readValue(b []byte) (v Value, rest []byte) {
	v.kind, b = b[0], b[1:]
	switch v.kind {
	case kindInteger:
		n, size := binary.Varint(b)
		v.bits, b = uint64(n), b[size:]
	case kindFloat:
		v.bits, b = binary.BigEndian.Uint64(b), b[8:]
	case kindDigest:
		v.bits, b = uint64(binary.BigEndian.Uint32(b)), b[4:]
	case kindText:
		n, size := binary.Uvarint(b)
		b = b[size:]
		v.text, b = string(b[:n]), b[n:]
	}
	return v, b
}
