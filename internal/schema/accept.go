package schema

import (
	"encoding/json"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// acceptor accepts most values that satisfy their schemas, so that the compiled
// schemas, which are slow, only need to validate the others.
type acceptor struct {
	*Demands
	types []types
	enums []enum
}

// types is a set of kinds of values.
type types byte

const integers types = 1 << 7 // numbers that are written without fraction and exponent

// enum is a set of scalars.
type enum struct {
	texts   []string
	numbers []string // as written
	others  types    // null, and the booleans if both are in the set
}

// acceptor returns the acceptor of the shape, or nil if its schemas need the
// compiled schemas.
func (s *Shape) acceptor() *acceptor {
	s.acceptorOnce.Do(func() {
		d, _ := s.Demands()
		if d == nil || len(d.Patterned) > 1 { // several of these can match
			return
		}
		a := &acceptor{Demands: d}
		for _, list := range d.Types {
			a.types = append(a.types, typesOf(list))
		}
		for _, list := range d.Enums {
			a.enums = append(a.enums, enumOf(list))
		}
		s.accepting = a
	})
	return s.accepting
}

func typesOf(names []string) types {
	var t types
	for _, name := range names {
		if name == "integer" {
			t |= integers
		}
		for kind := jsonvalue.Null; kind <= jsonvalue.Object; kind++ {
			if name == kind.String() {
				t |= 1 << kind
			}
		}
	}
	return t
}

func enumOf(texts []string) enum {
	var e enum
	for _, text := range texts {
		var value any
		if json.Unmarshal([]byte(text), &value) != nil {
			continue
		}
		switch v := value.(type) {
		case string:
			e.texts = append(e.texts, v)
		case float64:
			e.numbers = append(e.numbers, text)
		case nil:
			e.others |= 1 << jsonvalue.Null
		}
	}
	if slices.Contains(texts, "true") && slices.Contains(texts, "false") {
		e.others |= 1 << jsonvalue.Bool
	}
	return e
}

// verdict is what an acceptor says about a value, apart from the members and
// elements that its schemas describe.
type verdict byte

const (
	unsure   verdict = iota // the compiled schemas have to decide
	accepted                // the schemas accept it
	lacking                 // the schemas would accept it if no required member were missing
)

func (s *Shape) verdict(v *jsonvalue.Value) verdict {
	a := s.acceptor()
	if a == nil || !a.acceptsType(v) || slices.ContainsFunc(a.enums, func(e enum) bool { return !e.has(v) }) {
		return unsure
	}
	accepts := true
	switch v.Kind {
	case jsonvalue.String:
		accepts = a.acceptsText(v.Text)
	case jsonvalue.Number:
		accepts = a.acceptsNumber(v)
	case jsonvalue.Object:
		accepts = a.acceptsObject(s, v)
	case jsonvalue.Array:
		accepts = within(len(v.Items), a.MinItems, a.MaxItems)
	}
	switch {
	case !accepts:
		return unsure
	case v.Kind == jsonvalue.Object && slices.ContainsFunc(a.Required, func(name string) bool { return v.Member(name) == nil }):
		return lacking
	}
	return accepted
}

func (a *acceptor) acceptsType(v *jsonvalue.Value) bool {
	for _, t := range a.types {
		if t&(1<<v.Kind) == 0 && (t&integers == 0 || !isInteger(v)) {
			return false
		}
	}
	return true
}

// isInteger reports whether a value is a number of digits only.
func isInteger(v *jsonvalue.Value) bool {
	return v.Kind == jsonvalue.Number && isDigits(v.Text)
}

func isDigits(number string) bool {
	for i := range len(number) {
		if c := number[i]; (c < '0' || c > '9') && (c != '-' || i > 0) {
			return false
		}
	}
	return true
}

func (e *enum) has(v *jsonvalue.Value) bool {
	switch v.Kind {
	case jsonvalue.String:
		return slices.Contains(e.texts, v.Text)
	case jsonvalue.Number:
		return slices.Contains(e.numbers, v.Text)
	}
	return e.others&(1<<v.Kind) != 0
}

func within(n int, least, most []int) bool {
	return !slices.ContainsFunc(least, func(limit int) bool { return n < limit }) &&
		!slices.ContainsFunc(most, func(limit int) bool { return n > limit })
}

func (a *acceptor) acceptsText(text string) bool {
	if len(a.MinLength)+len(a.MaxLength) > 0 && !within(utf8.RuneCountInString(text), a.MinLength, a.MaxLength) {
		return false
	}
	return !slices.ContainsFunc(a.Patterns, func(re *regexp.Regexp) bool { return !re.MatchString(text) })
}

func (a *acceptor) acceptsNumber(v *jsonvalue.Value) bool {
	if len(a.Minimum)+len(a.Maximum)+len(a.ExclusiveMinimum)+len(a.ExclusiveMaximum) == 0 {
		return true
	}
	if !isDigits(v.Text) {
		return false
	}
	n, err := strconv.ParseInt(v.Text, 10, 64)
	if err != nil {
		return false
	}
	// fails reports whether n exceeds one of the limits.
	fails := func(limits []*big.Rat, wrong ...int) bool {
		return slices.ContainsFunc(limits, func(limit *big.Rat) bool {
			return slices.Contains(wrong, new(big.Rat).SetInt64(n).Cmp(limit))
		})
	}
	return !fails(a.Minimum, -1) && !fails(a.Maximum, 1) && !fails(a.ExclusiveMinimum, -1, 0) && !fails(a.ExclusiveMaximum, 0, 1)
}

func (a *acceptor) acceptsObject(s *Shape, v *jsonvalue.Value) bool {
	if v.Repeated || !within(len(v.Members), a.MinProperties, a.MaxProperties) {
		return false
	}
	if a.Names == nil && !a.Closed {
		return true
	}
	for i := range v.Members {
		name := v.Members[i].Name
		if a.Names != nil && a.Names.verdict(&jsonvalue.Value{Kind: jsonvalue.String, Text: name}) != accepted {
			return false
		}
		if a.Closed && s.byName[name] == nil && !slices.ContainsFunc(s.patterns, func(p patternShape) bool { return p.re.MatchString(name) }) {
			return false
		}
	}
	return true
}
