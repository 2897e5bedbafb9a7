package validator

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

func drawCell(t *rapid.T) cell {
	switch kind := byte(rapid.IntRange(int(absent), int(digest)).Draw(t, "kind")); kind {
	case integer, real, digest:
		return cell{kind: kind, bits: rapid.Uint64().Draw(t, "bits")}
	case text:
		return cell{kind: kind, short: rapid.StringN(0, 4, longestText).Draw(t, "text")}
	default:
		return cell{kind: kind}
	}
}

func drawTimeline(t *rapid.T) []observation {
	n := rapid.IntRange(1, 20).Draw(t, "cells")
	var timeline []observation
	for range rapid.IntRange(0, 6).Draw(t, "responses") {
		s := observation{
			time: rapid.Int64Range(0, 1<<42).Draw(t, "time"), file: rapid.Uint64Range(0, 300).Draw(t, "file"),
			entry: rapid.Uint64().Draw(t, "entry"), line: rapid.Uint64().Draw(t, "line"),
		}
		for range n {
			s.cells = append(s.cells, drawCell(t))
		}
		timeline = append(timeline, s)
	}
	return timeline
}

func TestEncode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		timeline := drawTimeline(t)
		n := 0
		if len(timeline) > 0 {
			n = len(timeline[0].cells)
		}
		got := decode(encode(timeline), n)
		if diff := cmp.Diff(timeline, got, cmp.AllowUnexported(observation{}, cell{})); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestThin(t *testing.T) {
	at := func(time int64, value uint64) observation {
		return observation{time: time, cells: []cell{{kind: integer, bits: value}}}
	}
	times := func(timeline []observation) []int64 {
		var all []int64
		for _, s := range timeline {
			all = append(all, s.time)
		}
		return all
	}
	assert.Equal(t, []int64{1, 4, 5, 6}, times(thin([]observation{at(1, 7), at(2, 7), at(3, 7), at(4, 7), at(5, 8), at(6, 7)})))

	var many []observation
	for i := range int64(1000) {
		many = thin(append(many, at(i, uint64(i))))
		assert.LessOrEqual(t, len(many), mostObservations)
		assert.Equal(t, i, many[len(many)-1].time, "the last is kept")
		assert.Equal(t, int64(0), many[0].time, "the first is kept")
	}
}

func TestDigest(t *testing.T) {
	of := func(text string) uint64 {
		v, _ := jsonvalue.Parse([]byte(text), 10)
		return digestOf(v)
	}
	for _, equal := range [][2]string{{`{"a":1,"b":[1,2]}`, `{"b":[1,2],"a":1}`}, {`"\u0061"`, `"a"`}} {
		assert.Equal(t, of(equal[0]), of(equal[1]), equal)
	}
	for _, different := range [][2]string{{`{"a":1}`, `{"a":2}`}, {`{"a":1}`, `{"b":1}`}, {`[1,2]`, `[2,1]`}, {`true`, `false`}, {`"1"`, `1`}, {`{"a":{"b":1}}`, `{"b":{"a":1}}`}, {`{}`, `[]`}} {
		assert.NotEqual(t, of(different[0]), of(different[1]), different)
	}
}

func TestNumberCell(t *testing.T) {
	assert.Equal(t, numberCell("1000"), numberCell("1e3"))
	assert.Equal(t, numberCell("1"), numberCell("1.0"))
	assert.NotEqual(t, numberCell("1"), numberCell("1.5"))
	assert.Equal(t, 1.5, numberCell("1.5").number())
	assert.Equal(t, -3.0, numberCell("-3").number())
}
