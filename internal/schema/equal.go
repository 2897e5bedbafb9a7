package schema

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// appendCanonical appends a text that is the same for equal values only, as JSON
// Schema has equality: whatever the order of members and the form of numbers.
func appendCanonical(b []byte, v *jsonvalue.Value) []byte {
	switch v.Kind {
	case jsonvalue.Bool:
		return strconv.AppendBool(b, v.True)
	case jsonvalue.Number:
		return parseDecimal(v.Text).append(b)
	case jsonvalue.String:
		return strconv.AppendQuote(b, v.Text)
	case jsonvalue.Array:
		b = append(b, '[')
		for _, item := range v.Items {
			b = append(appendCanonical(b, item), ',')
		}
		return append(b, ']')
	case jsonvalue.Object:
		members := slices.Clone(v.Members)
		slices.SortStableFunc(members, func(a, b jsonvalue.Member) int { return cmp.Compare(a.Name, b.Name) })
		b = append(b, '{')
		for i, m := range members {
			if i+1 < len(members) && members[i+1].Name == m.Name {
				continue // of a repeated member the last counts
			}
			b = append(strconv.AppendQuote(b, m.Name), ':')
			b = append(appendCanonical(b, m.Value), ',')
		}
		return append(b, '}')
	}
	return append(b, "null"...)
}

// constants are the values that const or enum allow.
type constants struct {
	texts map[string]bool // strings
	other map[string]bool // the canonical texts of all else
}

func newConstants(values []any) *constants {
	c := &constants{texts: map[string]bool{}, other: map[string]bool{}}
	for _, value := range values {
		if text, ok := value.(string); ok {
			c.texts[text] = true
			continue
		}
		text, err := json.Marshal(value)
		if err != nil {
			continue // only values decoded from JSON come here
		}
		if v, _ := jsonvalue.Parse(text, len(text)); v != nil {
			c.other[string(appendCanonical(nil, v))] = true
		}
	}
	return c
}

func (c *constants) has(v *jsonvalue.Value) bool {
	if v.Kind == jsonvalue.String {
		return c.texts[v.Text]
	}
	return len(c.other) > 0 && c.other[string(appendCanonical(nil, v))]
}
