package jsonscan_test

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/plumbapi/plumb/internal/jsonscan"
)

func TestStringEnd(t *testing.T) {
	for name, c := range map[string]struct {
		text    string // after the opening quote
		end     int
		escaped bool
	}{
		"empty":                         {`"`, 0, false},
		"ASCII":                         {`batch", 1`, 5, false},
		"longer than a word":            {`0123456789abcdef0123"`, 20, false},
		"a quote that is escaped":       {`a\"b"`, 4, true},
		"a backslash that is escaped":   {`a\\"b"`, 3, true},
		"an escape after a word":        {`01234567\n"`, 10, true},
		"UTF-8":                         {`é𝄞"`, 6, false},
		"a code unit":                   {`\u00e9"`, 6, true},
		"a surrogate pair":              {`\ud834\udd1e"`, 12, true},
		"half of a surrogate pair":      {`\ud834"`, -1, false},
		"the second half alone":         {`\udd1e"`, -1, false},
		"the halves the wrong way":      {`\udd1e\ud834"`, -1, false},
		"an escape that is none":        {`\x41"`, -1, false},
		"too few digits":                {`\u00e"`, -1, false},
		"a control character":           {"a\nb\"", -1, false},
		"a control after a word":        {"01234567\x1f\"", -1, false},
		"DEL is not a control of JSON":  {"\x7f\"", 1, false},
		"not UTF-8":                     {"\xff\"", -1, false},
		"a byte 0x80 alone":             {"\x80\"", -1, false},
		"UTF-8 that is cut":             {"\xc3\"", -1, false},
		"no quote":                      {`abc`, -1, false},
		"no quote, longer than a word":  {`0123456789`, -1, false},
		"the text ends within a escape": {`ab\`, -1, false},
	} {
		t.Run(name, func(t *testing.T) {
			end, escaped := jsonscan.StringEnd([]byte(c.text), 0)
			assert.Equal(t, c.end, end)
			assert.Equal(t, c.escaped, escaped)
		})
	}
}

func TestNumbers(t *testing.T) {
	for text, natural := range map[string]bool{
		"0": true, "1741967569": true, "1000000000000000000000": true,
		"-12": false, "1.50": false, "1.0": false, "1e3": false, "1E-3": false, "-0.5e+07": false,
	} {
		end, got := jsonscan.NumberEnd([]byte(text+","), 0)
		assert.Equal(t, len(text), end, text)
		assert.Equal(t, natural, got, text)
	}
	for _, text := range []string{"", "-", "01", "-01", "1.", ".5", "1e", "1e+", "+1", "a"} {
		end, _ := jsonscan.NumberEnd([]byte(text), 0)
		assert.Equal(t, -1, end, text)
	}
}

// TestNatural checks that Natural reads the numbers that it accepts as
// NumberEnd does.
func TestNatural(t *testing.T) {
	for digits := 1; digits <= 15; digits++ {
		text := strings.Repeat("7", digits)
		n, end := jsonscan.Natural([]byte(text+", and so on and on"), 0)
		want, _ := strconv.ParseInt(text, 10, 64)
		assert.Equal(t, want, n)
		assert.Equal(t, digits, end)
	}
	for _, text := range []string{"01", "1.5", "1e3", "-1", "x", "1234567890123456"} {
		_, end := jsonscan.Natural([]byte(text+", and so on and on"), 0)
		assert.Equal(t, -1, end, text)
	}
}

// FuzzScan checks that strings and numbers are accepted exactly where
// encoding/json accepts them and they are valid Unicode, with the same text,
// and that Skip ends where a valid value ends.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{`"a"`, `"\u00e9\n"`, `"\ud834\udd1e"`, `"\ud834"`, `-1.5e3`, `12345678901`, `[1, {"a": "\"]"}, null]`, "\"\xff\"", ` true`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		start := jsonscan.Space(text, 0)
		valid := json.Valid(text)
		if start == len(text) {
			return
		}
		if text[start] == '"' {
			end, escaped := jsonscan.StringEnd(text, start+1)
			var want string
			if good := valid && json.Unmarshal(text, &want) == nil && utf8.Valid(text) && !halves(text); good {
				inner := text[start+1 : end]
				if escaped {
					inner = jsonscan.Unescape(nil, inner)
				}
				assert.Equal(t, want, string(inner))
			} else if valid {
				assert.Equal(t, -1, end)
			}
		}
		if c := text[start]; c == '-' || '0' <= c && c <= '9' {
			if end, _ := jsonscan.NumberEnd(text, start); valid {
				assert.Equal(t, len(bytes.TrimRight(text, " \t\r\n")), end)
			} else if end > 0 {
				assert.True(t, json.Valid(text[start:end]))
			}
		}
		end := jsonscan.Value(text, start, 100)
		if valid {
			assert.Equal(t, len(bytes.TrimRight(text, " \t\r\n")), jsonscan.Skip(text, start))
			if utf8.Valid(text) && !bytes.Contains(text, []byte(`\u`)) && nesting(text) <= 100 {
				assert.Equal(t, len(bytes.TrimRight(text, " \t\r\n")), end)
			}
		}
		if end >= 0 {
			assert.True(t, json.Valid(text[start:end]))
		}
	})
}

// nesting returns at most how deeply arrays and objects nest in a text.
func nesting(text []byte) int { return bytes.Count(text, []byte("[")) + bytes.Count(text, []byte("{")) }

// TestValueDepth checks that Value refuses what nests too deeply.
func TestValueDepth(t *testing.T) {
	for depth, want := range map[int]int{3: 12, 2: -1} {
		assert.Equal(t, want, jsonscan.Value([]byte(`[{"a": [1]}]`), 0, depth))
	}
}

// halves reports whether a valid JSON string has an escape of half of a
// surrogate pair, which encoding/json replaces.
func halves(text []byte) bool {
	var s string
	_ = json.Unmarshal(text, &s)
	return strings.ContainsRune(s, utf8.RuneError) && !bytes.Contains(text, []byte("\uFFFD")) && !bytes.Contains(bytes.ToLower(text), []byte(`\ufffd`))
}
