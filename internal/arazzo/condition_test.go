package arazzo

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// exampleScope returns a scope in which each kind of expression has a value.
func exampleScope(t require.TestingT) *scope {
	value := func(text string) any {
		v, err := decodeJSON(text)
		require.NoError(t, err)
		return v
	}
	create := &Workflow{ID: "create"}
	return &scope{
		inputs:    map[string]any{"name": "Ada", "age": value("36"), "x-id": "7", "a.b": value(`{"c": 1}`), "tags": value(`["x", "y"]`)},
		outputs:   map[string]any{"id": "o1"},
		steps:     map[string]map[string]any{"get-it": {"total": value(`{"amount": 5, "list": [1, 2]}`), "none": nil}},
		workflows: map[*Workflow]workflowValues{create: {inputs: map[string]any{"n": value("1")}, outputs: map[string]any{"batch_id": "b1"}}},
		document:  &Document{Workflows: []*Workflow{create}, Sources: []Source{{Name: "api-1", URL: "./api.yaml", Type: "openapi"}}, components: value(`{"parameters": {"page": 1}}`)},
		exchange: &exchange{
			request: &Request{Parameters: []Argument{{"id", "path", "p1"}, {"q", "query", "q1"}, {"X-Kind", "header", "blue"}}, Payload: value(`{"sent": true}`), HasPayload: true},
			response: &Response{Method: "GET", URL: "http://host/a", Status: 200, Header: http.Header{"X-Rate-Limit": {"20"}}, HasBody: true,
				Body: value(`{"status": "OK", "n": 7, "big": 12345678901234567890, "f": 1.5, "no": null, "yes": true, "false": false, "pets": [{"id": 1, "name": "Rex"}], "a/b": {"~": 1}}`)},
		},
	}
}

func TestConditions(t *testing.T) {
	s := exampleScope(t)
	for condition, want := range map[string]bool{
		"$statusCode == 200":                                     true,
		"$statusCode==200":                                       true,
		"$statusCode != 200":                                     false,
		"$statusCode >= 200 && $statusCode < 300":                true,
		"$statusCode == 201 || $statusCode == 200":               true,
		"$statusCode == 201 || $statusCode == 202":               false,
		"false && false || true":                                 true,
		"false && (false || true)":                               false,
		"!($statusCode == 201)":                                  true,
		"!!true":                                                 true,
		"{$statusCode == 200}":                                   true,
		"{$statusCode} == 200":                                   true,
		"$method == 'get'":                                       true, // in any case
		"$url == \"http://host/a\"":                              true,
		"$response.body#/status == 'ok'":                         true,
		"$response.body#/status == 'it''s'":                      false,
		"$response.body#/n > 6.5":                                true,
		"$response.body#/n == 7.0":                               true,
		"$response.body#/n < '10'":                               true, // as numbers
		"$response.body#/big == 12345678901234567890":            true,
		"$response.body#/big == 12345678901234567891":            false,
		"$response.body#/big > 12345678901234567889":             true,
		"$response.body#/no == null":                             true,
		"$response.body#/absent == null":                         true,
		"$response.body#/absent != null":                         false,
		"$response.body#/absent < 1":                             false,
		"$response.body#/absent":                                 false,
		"$response.body#/no < 1":                                 false,
		"$response.body#/yes":                                    true,
		"$response.body#/yes == 'true'":                          true,
		"!$response.body#/yes":                                   false,
		"$response.body#/false":                                  false,
		"$response.body#/status":                                 false, // is not a boolean
		"$response.body#/a~1b/~0 == 1":                           true,
		"$response.body#/pets/0/id == 1":                         true,
		"$response.body#/pets/1/id == 1":                         false,
		"$response.body#/pets[0].name == 'Rex'":                  true,
		"$response.body#/pets[0]['name'] == 'Rex'":               true,
		"$response.body#/pets[7].name == 'Rex'":                  false,
		"$response.body.pets[0].id == 1":                         true,
		"$response.header.x-rate-limit == 20":                    true,
		"$response.header.Missing == null":                       true,
		"$request.path.id == 'p1' && $request.query.q == 'q1'":   true,
		"$request.header.x-kind == 'blue'":                       true,
		"$request.body#/sent == true":                            true,
		"$inputs.name == 'ada'":                                  true,
		"$inputs.x-id == 7":                                      true,
		"$inputs.a.b.c == 1":                                     true,
		"$inputs.tags[1] == 'y'":                                 true,
		"$outputs.id == 'o1'":                                    true,
		"$steps.get-it.outputs.total.amount == 5":                true,
		"$steps.get-it.outputs.total#/list/1 == 2":               true,
		"$steps.get-it.outputs.none == null":                     true,
		"$steps.other.outputs.total == null":                     true,
		"$workflows.create.outputs.batch_id == 'b1'":             true,
		"$workflows.create.inputs.n == 1":                        true,
		"$sourceDescriptions.api-1.url == './api.yaml'":          true,
		"$components.parameters.page == 1":                       true,
		"$response.body#/pets == $response.body#/pets":           true,
		"$response.body#/pets == $steps.get-it.outputs.total":    false,
		"'a' < 'B' && 'b' > 'A'":                                 true,
		" \n$statusCode == 200\t":                                true,
		"$response.body#/f == 1.5 && $response.body#/f == 15e-1": true,
	} {
		o, _, err := parseCondition(condition)
		if assert.NoError(t, err, condition) {
			assert.Equal(t, want, isTrue(o(s)), condition)
		}
	}
}

func TestBrokenConditions(t *testing.T) {
	for condition, want := range map[string]string{
		"":                      "ends where a value is expected",
		"$statusCode ==":        "ends where a value is expected",
		"$statusCode = 200":     `has "=" where an operator is expected`,
		"$statusCode == 200 )":  `has ")" where an operator is expected`,
		"($statusCode == 200":   "has no ) for its (",
		"$statuscode == 200":    `"$statuscode" is not a runtime expression; did you mean "$statusCode"?`,
		"$response.status":      "$response has body and header.NAME",
		"$response.body#a == 1": "a JSON pointer, which begins with /",
		"$steps == 1":           `"$steps" is not a runtime expression; did you mean "$steps."?`,
		"$statusCode == abc":    `has "abc" where a value is expected`,
		"$statusCode == 'abc":   "has a text without its closing quote",
		"$inputs.a[x] == 1":     "has no index",
		"$inputs.a['x' == 1":    "has no ] after [x",
		"== 200":                `has "==" where a value is expected`,
	} {
		_, _, err := parseCondition(condition)
		assert.ErrorContains(t, err, want, condition)
	}
}

// TestConditionLaws checks laws of logic on conditions that are put together at
// random.
func TestConditionLaws(t *testing.T) {
	s := exampleScope(t)
	atoms := []string{"$statusCode == 200", "$response.body#/n < 7", "$response.body#/absent", "'a' == 'A'", "$inputs.age >= 36", "null == $response.body#/no", "false"}
	truth := func(t *rapid.T, condition string) bool {
		o, _, err := parseCondition(condition)
		require.NoError(t, err, condition)
		return isTrue(o(s))
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.SampledFrom(atoms).Draw(t, "a"), rapid.SampledFrom(atoms).Draw(t, "b")
		if rapid.Bool().Draw(t, "nested") {
			a = "(" + a + " || !(" + b + "))"
		}
		x, y := truth(t, a), truth(t, b)
		assert.Equal(t, x && y, truth(t, a+" && "+b))
		assert.Equal(t, x || y, truth(t, a+"||"+b))
		assert.Equal(t, !x, truth(t, "!("+a+")"))
		assert.Equal(t, truth(t, "!("+a+" && "+b+")"), truth(t, "!("+a+") || !("+b+")"))
	})
}

// TestComparisonLaws checks that comparing is consistent, whatever is compared.
func TestComparisonLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawValue(t, "a", 2), drawValue(t, "b", 2)
		assert.True(t, equal(a, a))
		assert.Equal(t, equal(a, b), equal(b, a))
		order, ok := compare(a, b)
		reverse, okToo := compare(b, a)
		assert.Equal(t, ok, okToo)
		assert.Equal(t, order, -reverse)
		if ok {
			assert.Equal(t, order == 0, equal(a, b))
		}
	})
}

func FuzzCondition(f *testing.F) {
	for _, seed := range []string{"$statusCode == 200", "!($response.body#/a[0].b != 'it''s') && true", "{$inputs.x} <= 1e9"} {
		f.Add(seed)
	}
	s := exampleScope(f)
	f.Fuzz(func(t *testing.T, text string) {
		if o, _, err := parseCondition(text); err == nil {
			o(s) // must not panic
		}
	})
}
