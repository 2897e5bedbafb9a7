package history

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

func drawValue(t *rapid.T) Value {
	switch kind := byte(rapid.IntRange(int(kindAbsent), int(kindDigest)).Draw(t, "kind")); kind {
	case kindInteger:
		return Value{kind: kind, bits: uint64(rapid.OneOf(rapid.Int64(), rapid.Int64Range(1_700_000_000, 1_700_001_000)).Draw(t, "number"))}
	case kindFloat:
		return Value{kind: kind, bits: rapid.Uint64().Draw(t, "bits")}
	case kindDigest:
		return Value{kind: kind, bits: uint64(rapid.Uint32().Draw(t, "digest"))}
	case kindText:
		return Value{kind: kind, text: rapid.StringN(0, 4, longestText).Draw(t, "text")}
	default:
		return Value{kind: kind}
	}
}

// drawValues draws the values of a response: also states, whatever their length.
func drawValues(t *rapid.T, k *Kind) []Value {
	values := make([]Value, len(k.Members))
	for i := range values {
		values[i] = drawValue(t)
	}
	if len(k.Life.States()) > 0 && rapid.Bool().Draw(t, "has a state") {
		values[0] = Value{kind: kindText, text: rapid.SampledFrom(k.Life.States()).Draw(t, "state").Name}
	}
	return values
}

func parsed(text string) *jsonvalue.Value {
	v, _ := jsonvalue.Parse([]byte(text), 10)
	return v
}

func TestValueOf(t *testing.T) {
	hash := newHasher("key")
	for _, tt := range []struct{ text, shown string }{
		{`null`, `null`},
		{`7`, `7`},
		{`-1.5e1`, `-15`},
		{`0.5`, `0.5`},
		{`9223372036854775808`, `9.223372036854776e+18`},
		{`""`, `""`},
		{`"in_progress"`, `"in_progress"`},
		{`"` + strings.Repeat("x", 16) + `"`, `"` + strings.Repeat("x", 16) + `"`},
		{`"` + strings.Repeat("x", 17) + `"`, `another value`},
		{`"2026-01-02T03:04:05Z"`, `"2026-01-02T03:04:05Z"`},
		{`"2026-01-02T03:04:05.000Z"`, `"2026-01-02T03:04:05Z"`},
		{`"2026-01-02T03:04:05+00:00"`, `"2026-01-02T03:04:05Z"`},
		{`"2026-01-02T05:04:05.50+02:00"`, `"2026-01-02T03:04:05.5Z"`},
		{`"9999-12-31T23:59:59-01:00"`, `"9999-12-31T23:59:59-01:00"`},
		{`"0001-01-01T00:00:00.0Z"`, `"0001-01-01T00:00:00Z"`},
		{`"2026-01-02 03:04:05Z"`, `another value`},
		{`true`, `another value`},
		{`{}`, `another value`},
		{`"` + plumb.Masked + `"`, `nothing`},
		{`"a part of ` + plumb.Masked + `"`, `nothing`},
	} {
		v := valueOf(hash, parsed(tt.text))
		assert.Equal(t, tt.shown, v.String(), tt.text)
		assert.Equal(t, tt.shown == "nothing", v.IsAbsent(), tt.text)
		assert.Equal(t, tt.text == "null", v.IsNull(), tt.text)
		if scalar := v.Scalar(); scalar != nil {
			assert.Equal(t, v, valueOf(hash, scalar), tt.text)
		}
	}
	assert.True(t, valueOf(hash, nil).IsAbsent())
}

// Times have one value if, and only if, they are one instant, however they are written
// and whether they come as values or as bytes.
func TestTimesLaw(t *testing.T) {
	k := stateless(1)
	rapid.Check(t, func(t *rapid.T) {
		written := func(at time.Time) string {
			zone := time.FixedZone("", 60*rapid.IntRange(-14*60, 14*60).Draw(t, "offset"))
			if rapid.Bool().Draw(t, "in UTC") {
				zone = time.UTC
			}
			return at.In(zone).Format(rapid.SampledFrom([]string{
				time.RFC3339Nano, "2006-01-02T15:04:05.000000000Z07:00", "2006-01-02T15:04:05.999999999-07:00",
			}).Draw(t, "layout"))
		}
		at := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "seconds"), rapid.SampledFrom([]int64{0, 1, 5e8, 123e6}).Draw(t, "nanoseconds"))
		other := at.Add(rapid.SampledFrom([]time.Duration{0, 0, 1, time.Second, time.Hour}).Draw(t, "difference"))
		value := func(text string) Value {
			p := k.Pack(nil)
			p.Text([]byte(text))
			v := valueOf(k.hash, &jsonvalue.Value{Kind: jsonvalue.String, Text: text})
			assert.Equal(t, v, k.Unpack(p.Bytes())[0], text)
			assert.Equal(t, v, valueOf(k.hash, v.Scalar()), text)
			return v
		}
		a, b := written(at), written(other)
		assert.Equal(t, at.Equal(other), value(a) == value(b), "%s %s", a, b)
	})
}

func TestNumberValue(t *testing.T) {
	assert.Equal(t, numberValue("1000"), numberValue("1e3"))
	assert.Equal(t, numberValue("1"), numberValue("1.0"))
	assert.NotEqual(t, numberValue("1"), numberValue("1.5"))
	for text, want := range map[string]float64{"1.5": 1.5, "-3": -3, "1e300": 1e300} {
		n, ok := numberValue(text).Number()
		assert.True(t, ok)
		assert.Equal(t, want, n)
	}
	_, ok := valueOf(newHasher("key"), parsed(`"1"`)).Number()
	assert.False(t, ok)
}

func TestDigest(t *testing.T) {
	hash := newHasher("key")
	of := func(text string) digest {
		d := hash.digestOf(parsed(text))
		assert.Equal(t, d, hash.digestJSON([]byte(text)), text)
		return d
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

// drawJSON draws a JSON text of any form.
func drawJSON(t *rapid.T) []byte {
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		kinds := []*rapid.Generator[any]{rapid.Int().AsAny(), rapid.Bool().AsAny(), rapid.String().AsAny(), rapid.Just[any](nil)}
		if depth > 0 {
			kinds = append(kinds, rapid.SliceOfN(value(depth-1), 0, 3).AsAny(), rapid.MapOfN(rapid.String(), value(depth-1), 0, 3).AsAny())
		}
		return rapid.OneOf(kinds...)
	}
	text, err := json.MarshalIndent(value(3).Draw(t, "value"), "", rapid.SampledFrom([]string{"", "\t"}).Draw(t, "indent"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A digest of a text is that of the value, however it is written.
func TestDigestOfText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawJSON(t)
		if hash := newHasher("key"); hash.digestOf(parsed(string(text))) != hash.digestJSON(text) {
			t.Fatalf("%s", text)
		}
	})
}
