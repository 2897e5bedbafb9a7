package engine

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lifecycle"
)

func drawCell(t *rapid.T) cell {
	switch kind := byte(rapid.IntRange(int(absent), int(digested)).Draw(t, "kind")); kind {
	case integer:
		return cell{kind: kind, bits: uint64(rapid.OneOf(rapid.Int64(), rapid.Int64Range(1_700_000_000, 1_700_001_000)).Draw(t, "number"))}
	case real:
		return cell{kind: kind, bits: rapid.Uint64().Draw(t, "bits")}
	case digested:
		return cell{kind: kind, bits: uint64(rapid.Uint32().Draw(t, "digest"))}
	case text:
		return cell{kind: kind, short: rapid.StringN(0, 4, longestText).Draw(t, "text")}
	default:
		return cell{kind: kind}
	}
}

func drawCells(t *rapid.T, n int) []cell {
	cells := make([]cell, n)
	for i := range cells {
		cells[i] = drawCell(t)
	}
	return cells
}

func drawWatch(t *rapid.T) *tracked {
	return &tracked{life: &lifecycle.Lifecycle{}, members: make([]string, rapid.IntRange(1, 20).Draw(t, "cells"))}
}

func drawObservations(t *rapid.T, cells int) []observation {
	var all []observation
	for range rapid.IntRange(1, 6).Draw(t, "responses") {
		all = append(all, observation{moment{
			time: rapid.Int64Range(0, 1<<42).Draw(t, "time"), file: rapid.Int64Range(0, 300).Draw(t, "file"),
			entry: rapid.Int64Range(0, 1<<40).Draw(t, "entry"), line: rapid.Int64Range(0, 1<<40).Draw(t, "line"),
			origin: rapid.Int64Range(0, 300).Draw(t, "origin"),
		}, drawCells(t, cells)})
	}
	return all
}

// Cells are packed to equal bytes if, and only if, they are equal.
func TestPack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWatch(t)
		a, b := drawCells(t, len(w.members)), drawCells(t, len(w.members))
		packed := w.pack([]byte("before"), a)[len("before"):]
		if diff := cmp.Diff(a, w.unpack(packed), unexported); diff != "" {
			t.Fatal(diff)
		}
		assert.Equal(t, cmp.Equal(a, b, unexported), string(packed) == string(w.pack(nil, b)))
		for _, c := range w.changes(packed, w.pack(nil, b), nil) {
			assert.NotEqual(t, c.before, c.after)
			assert.Equal(t, change{c.index, a[c.index], b[c.index]}, c)
			a[c.index] = b[c.index]
		}
		assert.Equal(t, a, b, "there are no other changes")
	})
}

func TestDigest(t *testing.T) {
	hash := newHasher("key")
	of := func(text string) digest {
		v, _ := jsonvalue.Parse([]byte(text), 10)
		assert.Equal(t, hash.digestOf(v), hash.digestJSON([]byte(text), 10), text)
		return hash.digestOf(v)
	}
	for _, equal := range [][2]string{
		{`{"a":1,"b":[1,2]}`, ` { "b" : [ 1 , 2 ] , "a" : 1 } `}, {`"\u0061"`, `"a"`}, {`{"\u0061":[]}`, `{"a":[ ]}`}, {`{}`, `{ }`},
	} {
		assert.Equal(t, of(equal[0]), of(equal[1]), equal)
	}
	for _, different := range [][2]string{
		{`{"a":1}`, `{"a":2}`}, {`{"a":1}`, `{"b":1}`}, {`[1,2]`, `[2,1]`}, {`true`, `false`}, {`"1"`, `1`}, {`{"a":{"b":1}}`, `{"b":{"a":1}}`},
		{`{}`, `[]`}, {`{"a":1,"b":2}`, `{"a":2,"b":1}`}, {`[[1],2]`, `[1,[2]]`}, {`"true"`, `true`}, {`[null]`, `[]`}, {`{"a":"b","c":"d"}`, `{"a":"d","c":"b"}`},
	} {
		assert.NotEqual(t, of(different[0]), of(different[1]), different)
	}
}

// A digest of a text is that of the value, however it is written.
func TestDigestOfText(t *testing.T) {
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		kinds := []*rapid.Generator[any]{rapid.Int().AsAny(), rapid.Bool().AsAny(), rapid.String().AsAny(), rapid.Just[any](nil)}
		if depth > 0 {
			kinds = append(kinds, rapid.SliceOfN(value(depth-1), 0, 3).AsAny(), rapid.MapOfN(rapid.String(), value(depth-1), 0, 3).AsAny())
		}
		return rapid.OneOf(kinds...)
	}
	rapid.Check(t, func(t *rapid.T) {
		text, err := json.MarshalIndent(value(3).Draw(t, "value"), "", rapid.SampledFrom([]string{"", "\t"}).Draw(t, "indent"))
		if err != nil {
			t.Fatal(err)
		}
		v, _ := jsonvalue.Parse(text, 10)
		if hash := newHasher("key"); hash.digestOf(v) != hash.digestJSON(text, 10) {
			t.Fatalf("%s", text)
		}
	})
}

func TestNumberCell(t *testing.T) {
	assert.Equal(t, numberCell("1000"), numberCell("1e3"))
	assert.Equal(t, numberCell("1"), numberCell("1.0"))
	assert.NotEqual(t, numberCell("1"), numberCell("1.5"))
	assert.Equal(t, 1.5, numberCell("1.5").number())
	assert.Equal(t, -3.0, numberCell("-3").number())
}
