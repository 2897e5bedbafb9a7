package expression_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/expression"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// kindsOfMembers has members by the names of their kinds.
func kindsOfMembers(path []string) jsonvalue.Kinds {
	if len(path) == 1 {
		return jsonvalue.Object.Set()
	}
	var all jsonvalue.Kinds
	for name := range strings.SplitSeq(path[len(path)-1], "_") {
		for kind := jsonvalue.Null; kind <= jsonvalue.Object; kind++ {
			if name == kind.String() {
				all |= kind.Set()
			}
		}
	}
	if all == 0 {
		return jsonvalue.AnyKind
	}
	return all
}

func TestMisuse(t *testing.T) {
	for text, want := range map[string]string{
		"self.string > 3":    "self.string is a string, and 3 is a number: > cannot be applied to them (column 13 of the expression)",
		"self.string == 'a'": "",
		"self.string == 3":   "", // is false
		"!has(self.string) || self.string < self.number":                   "self.string is a string, and self.number is a number: < cannot be applied to them (column 34 of the expression)",
		"self.number > 1.5 && self.number > 1":                             "",
		"self.number_string > 3":                                           "",
		"self.unknown > 3 && self.unknown > 'a'":                           "",
		"self['null'] > 3":                                                 "", // null is absent
		"self.null_string > 3":                                             "self.null_string is a string, and 3 is a number: > cannot be applied to them (column 18 of the expression)",
		"self.string == null":                                              "",
		"self.boolean > 1":                                                 "self.boolean is a boolean, and 1 is a number: > cannot be applied to them (column 14 of the expression)",
		"self.object > self.object":                                        "self.object is an object, which has no order (column 13 of the expression)",
		"self.string + 1 == 2":                                             "self.string is a string, and 1 is a number: + cannot be applied to them (column 13 of the expression)",
		"self.string - self.string == 0":                                   "self.string is a string, which is not a number (column 13 of the expression)",
		"self.string * 2 == 2":                                             "self.string is a string, which is not a number (column 13 of the expression)",
		"self.number * self.string == 2":                                   "self.string is a string, which is not a number (column 13 of the expression)",
		"self.string && true":                                              "self.string is a string, which is not true or false (column 13 of the expression)",
		"self.string":                                                      "self.string is a string, which is not true or false (column 5 of the expression)",
		"self.string ? true : false":                                       "self.string is a string, which is not true or false (column 13 of the expression)",
		"!self.number":                                                     "self.number is a number, which is not true or false (column 1 of the expression)",
		"size(self.number) > 1":                                            "self.number is a number, which has no size (column 5 of the expression)",
		"has(self.string.x)":                                               "", // is false
		"size(self.number * self.number) > 1":                              "the result of * is a number, which has no size (column 5 of the expression)",
		"size(self.string) > 1 && self.array.size() > 1":                   "",
		"self.number.startsWith('a')":                                      "self.number is a number, which is not a string (column 23 of the expression)",
		"self.array.contains('a')":                                         "self.array is an array, which is not a string (column 20 of the expression)",
		"self.string.sum() > 0":                                            "self.string is a string, which is not an array (column 16 of the expression)",
		"self.string.reverse().startsWith('c')":                            "",
		"self.array.reverse()[0].number > 1":                               "",
		"self.string.reverse() > 3":                                        "the result of reverse is a string, and 3 is a number: > cannot be applied to them (column 23 of the expression)",
		"self.number.reverse() == 3":                                       "self.number is a number, which is not an array or a string (column 20 of the expression)",
		"self.array.reverse() > 3":                                         "the result of reverse is an array, which has no order (column 22 of the expression)",
		"self.array.sortBy(x, x.number)[0].number > 1":                     "",
		"self.string.all(x, x > 0)":                                        "self.string is a string, which has no elements (column 16 of the expression)",
		"self.object.all(x, x > 'a')":                                      "",
		"self.array.all(x, x.number > 'a')":                                "self.array[...].number is a number, and \"a\" is a string: > cannot be applied to them (column 28 of the expression)",
		"self.array.map(x, x.number).all(y, y > 'a')":                      "self.array[...].number is a number, and \"a\" is a string: > cannot be applied to them (column 38 of the expression)",
		"self.string in self.number":                                       "self.number is a number, which is not an array or object (column 13 of the expression)",
		"self.number in ['a', 'b']":                                        "",
		"self.array['a'] == 1":                                             "\"a\" is a string, which is not a number, as the index of an array is (column 11 of the expression)",
		"self.string[0] == 'a'":                                            "self.string is a string, which is not an array or object (column 12 of the expression)",
		"self.array.size == 1":                                             "self.array is an array, which has no members (column 11 of the expression)",
		"request.params.id > 3":                                            "request.params.id is a string, and 3 is a number: > cannot be applied to them (column 19 of the expression)",
		"response.status < 300 && request.method > 'a'":                    "",
		"response.status < '300'":                                          "response.status is a number, and \"300\" is a string: < cannot be applied to them (column 17 of the expression)",
		"int(self.string) > 3":                                             "",
		"timestamp(self.string) > timestamp('2020-01-01T00:00:00Z')":       "",
		"timestamp(self.string) - timestamp(self.string) > duration('1s')": "",
		"self.string > timestamp('2020-01-01T00:00:00Z')":                  "self.string is a string, and the result of timestamp is a timestamp or duration: > cannot be applied to them (column 13 of the expression)",
		"self.string.getFullYear() > 2020":                                 "self.string is a string, which is not a timestamp or a duration; convert it by timestamp() (column 24 of the expression)",
		"dyn(self.string) > 3":                                             "",
		"type(self.string) == int ? self.string > 3 : true":                "", // provides for other types
		"oldSelf.string > 3":                                               "oldSelf.string is a string, and 3 is a number: > cannot be applied to them (column 16 of the expression)",
		"(self.boolean ? self.string : self.number) > 3":                   "",
		"(self.boolean ? self.string : 'a') > 3":                           "the result of ? : is a string, and 3 is a number: > cannot be applied to them (column 36 of the expression)",
		"self.string == 'a' ||\n  self.number > 'b'":                       "self.number is a number, and \"b\" is a string: > cannot be applied to them (line 2, column 15 of the expression)",
		"self.array[0].number > 'a'":                                       "self.array[...].number is a number, and \"a\" is a string: > cannot be applied to them (column 22 of the expression)",
		"[self.string, self.number].all(x, x == x) && {'a': 1}.a > 0":      "",
		"math.greatest(self.number, 1) > 0 && self.array.filter(x, x > 1).max() > 0": "",
	} {
		e, err := expression.Compile(text)
		require.NoError(t, err, text)
		if err := e.Misuse(kindsOfMembers); want == "" {
			assert.NoError(t, err, text)
		} else {
			assert.EqualError(t, err, want, text)
		}
	}
}

// What is evaluated on some values is no misuse of members of their kinds.
func TestMisuseIsNeverEvaluated(t *testing.T) {
	values := map[jsonvalue.Kind][]string{
		jsonvalue.Null: {"null"}, jsonvalue.Bool: {"true"}, jsonvalue.Number: {"1", "0", "1.5", "1e3", "9007199254740993"},
		jsonvalue.String: {`"a"`, `"1"`, `"2020-01-01T00:00:00Z"`}, jsonvalue.Array: {"[1]", `["a"]`, "[null]"}, jsonvalue.Object: {`{"1": 2}`},
	}
	forms := []string{
		"A < B", "A >= B", "A == B", "A != B", "A + B == A", "A - B == A", "A * B == A", "A / B == A", "A % B == A", "-A == B", "A && B", "A || B", "!A",
		"A ? B == B : true", "A in B", "A[B] == A", "A[0] == A", "size(A) == size(B)", "A.size() == 1", "A", "A.b == 1", "has(A.b)",
		"A.startsWith(B)", "A.contains(B)", "A.matches(B)", "A.indexOf(B) == 1", "A.trim() == B", "A.sum() == B", "A.max() == B", "A.distinct() == B",
		"A.sort() == B", "A.slice(0, 1) == B", "A.flatten() == B", "A.all(x, x == B)", "A.exists(x, x > B)", "A.map(x, x + B) == A", "A.filter(x, x).size() == 0",
		"int(A) > B", "string(A) > B", "double(A) > B", "timestamp(A) > B", "(A == B ? A : B) > A", "A[0] > B", "A.all(x, y, x == y)", "A.reverse() == B",
	}
	evaluated, misused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		form := rapid.SampledFrom(forms).Draw(t, "form")
		literal := rapid.SampledFrom([]string{"self.b", "self.b", "1", "1.5", "'a'", "true", "['a']"}).Draw(t, "B")
		text := strings.NewReplacer("A", "self.a", "B", literal).Replace(form)
		e, err := expression.Compile(text)
		if err != nil {
			t.Skip("CEL refuses it")
		}
		var kinds [2]jsonvalue.Kinds
		var members []string
		for i, name := range []string{"a", "b"} {
			kind := rapid.SampledFrom([]jsonvalue.Kind{jsonvalue.Null, jsonvalue.Bool, jsonvalue.Number, jsonvalue.String, jsonvalue.Array, jsonvalue.Object}).Draw(t, "kind of "+name)
			kinds[i] = kind.Set()
			if rapid.Bool().Draw(t, "another kind of "+name) {
				kinds[i] |= jsonvalue.Kinds(rapid.ByteRange(0, byte(jsonvalue.AnyKind)).Draw(t, "kinds of "+name))
			}
			members = append(members, fmt.Sprintf("%q: %s", name, rapid.SampledFrom(values[kind]).Draw(t, name)))
		}
		self, _ := jsonvalue.Parse([]byte("{"+strings.Join(members, ", ")+"}"), 10)
		_, ok := e.Holds(&expression.Variables{Self: self})
		err = e.Misuse(func(path []string) jsonvalue.Kinds {
			switch {
			case len(path) == 1:
				return jsonvalue.Object.Set()
			case len(path) > 2:
				return jsonvalue.AnyKind
			}
			return kinds[path[1][0]-'a']
		})
		// The operators of logic need only one of their operands.
		if ok && !strings.ContainsAny(form, "&|") {
			require.NoError(t, err, "%s on %v", text, members)
			evaluated++
		}
		if err != nil {
			misused++
		}
	})
	assert.Positive(t, evaluated)
	assert.Positive(t, misused)
}
